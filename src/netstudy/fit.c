/* Candidates to cores: each worker has a network of its own, thinned from the common wiring. */
#include "netstudy/netstudy.h"
#include <spikefit/search.h>

static spk_status worker_new(spk_netstudy *s, spk__networker *w) {
    size_t most = 0;
    for (size_t i = 0; i < s->base.spec.n_populations; i++)
        most = s->data[i].n > most ? s->data[i].n : most;
    spk_status st = spk__filled_new(s, &w->filled);
    w->filled.spec.threads = 1;
    if (!st)
        st = spk_scratch_new(s->ctx, &w->scratch);
    if (!st && !(w->cut = SPK__ARRAY(s->ctx, most, spk_train)))
        st = SPK_ERR_MEMORY;
    return st;
}

/* The wiring holds what the largest numbers ask for. */
static spk_status prepare(spk_netstudy *s, size_t n) {
    if (!s->wiring) {
        double *largest = SPK__ARRAY(s->ctx, s->n_numbers, double);
        if (!largest)
            return SPK_ERR_MEMORY;
        for (size_t i = 0; i < s->n_numbers; i++)
            largest[i] = i < s->n_free ? s->number[i].high : s->number[i].value;
        spk__filled_set(s, &s->lent, largest);
        spk__free(s->ctx, largest);
        spk_status st = spk_wiring_new(s->ctx, &s->lent.spec, &s->wiring);
        if (st)
            return st;
    }
    if (n <= s->n_workers)
        return SPK_OK;
    spk__networker *grown = spk__realloc(s->ctx, s->worker, n, sizeof *grown);
    if (!grown)
        return SPK_ERR_MEMORY;
    s->worker = grown;
    memset(grown + s->n_workers, 0, (n - s->n_workers) * sizeof *grown);
    while (s->n_workers < n) {
        spk_status st = worker_new(s, &s->worker[s->n_workers++]);
        if (st)
            return st;
    }
    return SPK_OK;
}

typedef struct {
    spk_netstudy *s;
    const double *points;
    double *loss;
} evaluation;

static spk_status evaluate_one(void *arg, size_t i, int worker) {
    evaluation *e = arg;
    spk_netstudy *s = e->s;
    spk__networker *w = &s->worker[worker];
    double *numbers = SPK__ARRAY(s->ctx, s->n_numbers, double);
    if (!numbers)
        return SPK_ERR_MEMORY;
    spk_netstudy_decode(s, e->points + i * s->n_free, numbers);
    for (size_t k = s->n_free; k < s->n_numbers; k++)
        numbers[k] = s->number[k].value;
    spk__filled_set(s, &w->filled, numbers);
    spk__free(s->ctx, numbers);
    spk_outcome o;
    spk_status st = w->net ? spk_network_set(w->net, &w->filled.spec)
                           : spk_network_new(s->ctx, &w->filled.spec, s->wiring, &w->net);
    if (!st)
        st = spk_network_run(w->net, s->duration_ms, &o);
    return st ? st : spk__netloss_eval(s, w, &o, &e->loss[i]);
}

spk_status spk_netstudy_evaluate(spk_netstudy *s, const double *points, size_t n, int threads,
                                 double *loss) {
    if (!s->data)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, "add data: to the study",
                         "%s has no spikes to match", s->path);
    size_t workers = (size_t)spk__thread_count(threads ? threads : s->threads);
    workers = workers < n ? workers : n;
    spk_status st = prepare(s, workers);
    evaluation e = {s, points, loss};
    return st ? st : spk__parallel_for(s->ctx, n, (int)workers, evaluate_one, &e);
}

/* ---- fitting ---- */

static spk_status run_search(spk_netstudy *s, const spk_netfit_options *o, spk_search *search,
                             double *points, double *loss, size_t room) {
    spk_stop reason;
    while (!spk_search_stopped(search, &reason)) {
        size_t n = room;
        spk_status st = spk_search_ask(search, points, &n);
        if (!st)
            st = spk_netstudy_evaluate(s, points, n, o->threads, loss);
        if (!st)
            st = spk_search_tell(search, loss);
        if (st)
            return st;
        spk_search_progress p;
        spk_search_get_progress(search, &p);
        if (o->progress)
            o->progress(o->user, &p);
    }
    return SPK_OK;
}

static void fill_result(spk_netstudy *s, spk_search *search, double *point,
                        spk_netfit_result *out) {
    spk_search_progress p;
    spk_search_get_progress(search, &p);
    out->evaluations = p.evaluations;
    spk_search_stopped(search, &out->reason);
    for (size_t i = 0; i < s->n_numbers; i++)
        out->number[i] = s->number[i].value;
    if (spk_search_best(search, point, &out->loss))
        spk_netstudy_decode(s, point, out->number);
    for (size_t i = 0; i < s->n_bindings; i++)
        if (s->binding[i].whole) /* what the network was given */
            out->number[s->binding[i].number] = floor(out->number[s->binding[i].number] + 0.5);
}

spk_status spk_netstudy_fit(spk_netstudy *s, const spk_netfit_options *options,
                            spk_netfit_result *out) {
    enum { ROOM = 64 };
    spk_search_space space = {.dim = s->n_free};
    spk_search *search = NULL;
    if (!s->n_free)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, "add fit: to the study",
                         "%s has no free numbers", s->path);
    int64_t budget = options->evaluations ? options->evaluations : s->evaluations;
    spk_status st =
        spk_search_new(s->ctx, s->method, NULL, &space, s->seed, (uint64_t)budget, &search);
    if (st)
        return st;
    spk_netfit_result r = {.ctx = s->ctx, .loss = NAN};
    double *points = SPK__ARRAY(s->ctx, ROOM * s->n_free, double);
    double *loss = SPK__ARRAY(s->ctx, ROOM, double);
    r.number = SPK__ARRAY(s->ctx, s->n_numbers, double);
    st = points && loss && r.number ? run_search(s, options, search, points, loss, ROOM)
                                    : SPK_ERR_MEMORY;
    if (!st || st == SPK_ERR_CANCELLED) {
        fill_result(s, search, points, &r);
        *out = r;
    } else {
        spk_netfit_clear(&r);
    }
    spk__free(s->ctx, points);
    spk__free(s->ctx, loss);
    spk_search_free(search);
    return st;
}

void spk_netfit_clear(spk_netfit_result *r) {
    if (r->ctx)
        spk__free(r->ctx, r->number);
    *r = (spk_netfit_result){0};
}
