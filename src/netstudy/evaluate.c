/* Candidates to cores: each worker has a network of its own, thinned from the common wiring. */
#include "netstudy/netstudy.h"

void spk__networker_free(spk_netstudy *s, spk__networker *w) {
    spk_network_free(w->net);
    spk__filled_free(s, &w->filled);
    spk_scratch_free(w->scratch);
    spk__free(s->ctx, w->cut);
    spk__free(s->ctx, w->value);
    *w = (spk__networker){0};
}

spk_status spk__networker_new(spk_netstudy *s, spk__networker *w) {
    size_t most = 0;
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; s->part[k].data && i < s->base.spec.n_populations; i++)
            most = s->part[k].data[i].n > most ? s->part[k].data[i].n : most;
    spk_status st = spk__filled_new(s, &w->filled);
    w->filled.spec.threads = 1;
    if (!st)
        st = spk_scratch_new(s->ctx, &w->scratch);
    if (!st && !(w->cut = SPK__ARRAY(s->ctx, most, spk_train)))
        st = SPK_ERR_MEMORY;
    return st;
}

static uint64_t wiring_seed(const spk_netstudy *s, uint64_t wiring) {
    uint64_t own = s->base.spec.wiring_seed;
    return wiring ? spk__hash(&wiring, sizeof wiring, own) : own;
}

/* The wiring holds what the largest numbers ask for. */
static spk_status draw_wiring(spk_netstudy *s, uint64_t wiring) {
    if (s->wiring && wiring == s->drawn)
        return SPK_OK;
    for (size_t i = 0; i < s->n_workers; i++) {
        spk_network_free(s->worker[i].net);
        s->worker[i].net = NULL;
    }
    spk_wiring_free(s->wiring);
    s->wiring = NULL;
    s->drawn = wiring;
    double *largest = SPK__ARRAY(s->ctx, s->n_numbers, double);
    if (!largest)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < s->n_numbers; i++)
        largest[i] = i < s->n_free ? s->number[i].high : s->number[i].value;
    spk__filled_set(s, &s->lent, largest);
    spk__free(s->ctx, largest);
    spk_network_spec spec = s->lent.spec;
    spec.wiring_seed = wiring_seed(s, wiring);
    return spk_wiring_new(s->ctx, &spec, &s->wiring);
}

static spk_status prepare(spk_netstudy *s, size_t n, uint64_t wiring) {
    spk_status st = draw_wiring(s, wiring);
    if (st || n <= s->n_workers)
        return st;
    spk__networker *grown = spk__realloc(s->ctx, s->worker, n, sizeof *grown);
    if (!grown)
        return SPK_ERR_MEMORY;
    s->worker = grown;
    memset(grown + s->n_workers, 0, (n - s->n_workers) * sizeof *grown);
    while (s->n_workers < n && !st)
        st = spk__networker_new(s, &s->worker[s->n_workers++]);
    return st;
}

typedef enum { FINE, SILENT, EXPLODED, NONFINITE } fate;

typedef struct {
    spk_netstudy *s;
    const double *points;
    uint64_t wiring_seed;
    double *loss;
    fate *fate;
} evaluation;

static spk_status evaluate_one(void *arg, size_t i, int worker) {
    evaluation *e = arg;
    spk_netstudy *s = e->s;
    spk__networker *w = &s->worker[worker];
    const spk__netpart *part = &s->part[SPK_TRAIN];
    double *numbers = SPK__ARRAY(s->ctx, s->n_numbers, double);
    if (!numbers)
        return SPK_ERR_MEMORY;
    spk_netstudy_decode(s, e->points + i * s->n_free, numbers);
    spk__filled_set(s, &w->filled, numbers);
    spk__free(s->ctx, numbers);
    w->filled.spec.wiring_seed = e->wiring_seed;
    spk_outcome o;
    spk_status st = w->net ? spk_network_set(w->net, &w->filled.spec)
                           : spk_network_new(s->ctx, &w->filled.spec, s->wiring, &w->net);
    if (!st)
        st = spk_network_run(w->net, part->stop_ms, &o);
    if (!st)
        e->fate[i] = o.n_nonfinite ? NONFINITE : o.exploded ? EXPLODED : o.n_spikes ? FINE : SILENT;
    return st ? st : spk__netloss_eval(s, w, part, &o, &e->loss[i]);
}

spk_status spk_netstudy_evaluate(spk_netstudy *s, const double *points, size_t n, uint64_t wiring,
                                 int threads, double *loss, spk_tally *tally) {
    if (!s->part[SPK_TRAIN].data)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, "add data: to the study",
                         "%s has no spikes to match", s->path);
    size_t workers = (size_t)spk__thread_count(threads ? threads : s->search.threads);
    workers = workers < n ? workers : n;
    evaluation e = {s, points, wiring_seed(s, wiring), loss, SPK__ARRAY(s->ctx, n, fate)};
    spk_status st = e.fate ? prepare(s, workers, wiring) : SPK_ERR_MEMORY;
    if (!st)
        st = spk__parallel_for(s->ctx, n, (int)workers, evaluate_one, &e);
    for (size_t i = 0; i < n && !st && tally; i++) {
        tally->evaluations++;
        tally->silent += e.fate[i] == SILENT;
        tally->exploding += e.fate[i] == EXPLODED;
        tally->nonfinite += e.fate[i] == NONFINITE;
    }
    spk__free(s->ctx, e.fate);
    return st;
}
