/* The search of a network study's free numbers. */
#include "fit/network.h"

#include <math.h>

#ifndef SPK_VERSION
#error "SPK_VERSION is set by the build"
#endif

typedef struct {
    spk_netstudy *study;
    const spk_fit_options *o;
    spk__loop loop;
    uint64_t budget;
} run;

static spk_status evaluate(void *user, const double *x, size_t n, double *f, spk_tally *tally) {
    run *r = user;
    /* the study's own wiring is left to judge what changing ones have brought */
    uint64_t wiring = spk_netstudy_search(r->study)->redraw ? r->loop.generation + 1 : 0;
    return spk_netstudy_evaluate(r->study, x, n, wiring, r->o->threads, f, tally);
}

static void report(void *user, const spk__loop *l, spk__outcome *o) {
    run *r = user;
    if (!r->o->progress)
        return;
    spk_netstudy_decode(r->study, o->best_x, o->best_values);
    spk_fit_progress p = {
        .n_models = 1, .model_name = "network", .budget = r->budget, .best_values = o->best_values};
    spk__loop_report(l, o, 0, r->o, &p);
}

static spk_status new_search(run *r, spk_search **out) {
    const spk_netsearch *q = spk_netstudy_search(r->study);
    size_t dim = spk_netstudy_free_count(r->study), n = spk_netstudy_number_count(r->study);
    double *numbers = SPK__ARRAY(r->loop.ctx, n, double);
    double *start = SPK__ARRAY(r->loop.ctx, dim, double);
    spk_status st = numbers && start ? SPK_OK : SPK_ERR_MEMORY;
    bool given = false;
    for (size_t i = 0; i < dim && !st; i++) {
        const spk_named_number *x = spk_netstudy_number(r->study, i);
        given = given || !isnan(x->value);
        numbers[i] = x->value;
    }
    if (!st)
        spk_netstudy_encode(r->study, numbers, start);
    for (size_t i = 0; i < dim && !st; i++)
        if (isnan(numbers[i]))
            start[i] = 0.5;
    spk_search_space space = {.dim = dim, .start = given ? start : NULL, .noisy = q->redraw};
    if (!st && spk_search_method_find(q->method)->chooses)
        st = spk_netstudy_cost(r->study, &space.cost_s);
    spk_islands islands = q->islands;
    if (!islands.n)
        islands.n = spk__default_islands(q->evaluations, r->budget, q->round);
    if (!st)
        st = spk_islands_check(r->loop.ctx, &islands, q->method,
                               &(spk_loc){.file = spk_netstudy_path(r->study)});
    if (!st)
        st = spk_search_new_islands(r->loop.ctx, q->method, &q->options, &space, &islands, q->seed,
                                    r->budget, out);
    spk__free(r->loop.ctx, numbers);
    spk__free(r->loop.ctx, start);
    return st;
}

/* Everything that the losses depend on; the budget is not among it. */
static spk_status write_identity(spk_ctx *ctx, const spk_netstudy *s, char **out) {
    spk__str t = {.ctx = ctx};
    spk_status st = SPK_OK;
    spk__str_add(&t, "spikefit %s\n", SPK_VERSION);
    for (size_t i = 0; spk_netstudy_file(s, i) && !st; i++) {
        char hex[65];
        st = spk__file_hash(ctx, spk_netstudy_file(s, i), hex);
        spk__str_add(&t, "file %s\n", st ? "" : hex);
    }
    for (size_t i = 0; i < spk_netstudy_model_count(s); i++) {
        const spk_model *m = spk_netstudy_model(s, i);
        if (m)
            spk__str_add(&t, "model %s %s\n", spk_model_name(m), spk_model_hash(m));
    }
    size_t length;
    const char *text = spk_netstudy_text(s, &length);
    spk__str_add(&t, SPK__IDENTITY_STUDY);
    spk__str_addn(&t, text, length);
    if (!st && t.failed)
        st = SPK_ERR_MEMORY;
    if (st)
        spk__str_free(&t);
    *out = t.text;
    return st;
}

static spk_status open_folder(run *r) {
    char *identity = NULL;
    if (!r->o->folder)
        return SPK_OK;
    spk_status st = write_identity(r->loop.ctx, r->study, &identity);
    if (!st)
        st = spk__folder_open(r->loop.ctx, r->o, spk_netstudy_path(r->study), identity, 1,
                              &r->budget, &r->loop.journal);
    spk__free(r->loop.ctx, identity);
    return st;
}

static spk_status check(spk_ctx *ctx, const spk_netstudy *s) {
    spk_loc place = {.file = spk_netstudy_path(s)};
    if (!spk_netstudy_has_data(s))
        return spk__fail(ctx, SPK_ERR_USAGE, &place, "add 'data:' with spikes to match",
                         "the study has no data");
    if (!spk_netstudy_free_count(s))
        return spk__fail(ctx, SPK_ERR_USAGE, &place, "add 'fit:' with numbers and their bounds",
                         "the study has no free numbers");
    return SPK_OK;
}

/* The rows of the history with the lowest losses, at most n of them, lowest first. */
static size_t lowest_rows(const spk_result_history *h, size_t n, size_t *row) {
    size_t kept = 0;
    for (size_t i = 0; h->n && i < h->first[h->n]; i++) {
        if (kept == n && !(h->f[i] < h->f[row[n - 1]]))
            continue;
        size_t at = kept < n ? kept++ : n - 1;
        for (; at && h->f[i] < h->f[row[at - 1]]; at--)
            row[at] = row[at - 1];
        row[at] = i;
    }
    return kept;
}

/* Under noise the lowest loss ever told is a lucky one. So the candidates of the lowest losses, and
 * where the search centres, are judged by the same wirings, which no generation had; the best of
 * those is taken. */
static spk_status settle_noisy(run *r, spk__outcome *o) {
    enum { FINALISTS = 64 };
    const spk_result_history *h = &o->history.h;
    size_t row[FINALISTS], n = lowest_rows(h, FINALISTS, row), best = 0;
    double *x = SPK__ARRAY(r->loop.ctx, (n + 1) * h->dim, double);
    double *loss = SPK__ARRAY(r->loop.ctx, n + 1, double);
    spk_status st = x && loss ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; i < n && !st; i++)
        for (size_t k = 0; k < h->dim; k++)
            x[i * h->dim + k] = (double)h->x[row[i] * h->dim + k];
    if (!st && spk_search_favourite(r->loop.search, x + n * h->dim))
        n++;
    if (!st)
        st = spk__network_judge(r->study, x, n, true, r->o->threads, loss, NULL);
    for (size_t i = 1; i < n && !st; i++)
        best = loss[i] < loss[best] ? i : best;
    if (!st) {
        memcpy(o->best_x, x + best * h->dim, h->dim * sizeof *x);
        o->best = loss[best];
    }
    spk__free(r->loop.ctx, x);
    spk__free(r->loop.ctx, loss);
    return st;
}

static spk_status settle(run *r, spk__outcome *o) {
    spk_status st = SPK_OK;
    if (!isfinite(o->best))
        return SPK_OK;
    if (spk_netstudy_search(r->study)->redraw)
        st = settle_noisy(r, o);
    if (!st)
        spk_netstudy_decode(r->study, o->best_x, o->best_values);
    return st;
}

spk_status spk_netfit_run(spk_ctx *ctx, spk_netstudy *s, const spk_fit_options *o,
                          spk_result **out) {
    const spk_netsearch *q = spk_netstudy_search(s);
    run r = {.study = s, .o = o};
    r.budget = (uint64_t)(o->evaluations > 0 ? o->evaluations : q->evaluations + o->extend);
    r.loop = (spk__loop){.ctx = ctx,
                         .began_s = spk__now_s(),
                         .drifts = q->redraw,
                         .evaluate = evaluate,
                         .report = report,
                         .user = &r};
    spk__outcome outcome = {0};
    spk_status st = check(ctx, s);
    if (!st && !(outcome.best_values = SPK__ARRAY(ctx, spk_netstudy_number_count(s), double)))
        st = SPK_ERR_MEMORY;
    if (!st)
        st = open_folder(&r);
    if (!st)
        st = new_search(&r, &r.loop.search);
    if (!st)
        st = spk__loop_run(&r.loop, &outcome);
    if (!st)
        st = settle(&r, &outcome);
    if (!st)
        st = spk__network_result(s, &outcome, r.budget, o->threads, out);
    spk__journal_close(r.loop.journal);
    spk_search_free(r.loop.search);
    spk__outcome_free(ctx, &outcome);
    return st;
}

/* ---- the study of a run ---- */

spk_status spk_run_is_network(spk_ctx *ctx, const char *folder, bool *is_network) {
    spk__str place = {.ctx = ctx}, text = {.ctx = ctx};
    spk_status st = spk__journal_study(ctx, folder, &place, &text);
    if (!st)
        st = spk_netstudy_recognise_text(ctx, place.text, text.text, text.length, is_network);
    spk__str_free(&place);
    spk__str_free(&text);
    return st;
}

spk_status spk_run_netstudy(spk_ctx *ctx, const char *folder, spk_netstudy **out) {
    spk__str place = {.ctx = ctx}, text = {.ctx = ctx};
    spk_status st = spk__journal_study(ctx, folder, &place, &text);
    if (!st)
        st = spk_netstudy_locate(ctx, place.text, text.text, text.length, folder, out);
    spk__str_free(&place);
    spk__str_free(&text);
    return st;
}
