/* The loop: ask, evaluate in parallel, tell; every generation into the journal. */
#include "fit/fit.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

double spk__now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void spk__outcome_free(spk_ctx *ctx, spk__outcome *o) {
    spk__free(ctx, o->best_x);
    spk__free(ctx, o->best_values);
    spk__free(ctx, o->front_x);
    spk__free(ctx, o->front_f);
    spk__history_free(&o->history);
}

/* Several objectives count as their mean where one number is wanted: n of them in the place of the rows. */
static void take_means(const spk__loop *l, size_t n) {
    size_t k = spk_search_objectives(l->search);
    for (size_t i = 0; k > 1 && i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < k; j++)
            sum += l->f[i * k + j];
        l->f[i] = sum / (double)k;
    }
}

static void keep_best(const spk__loop *l, size_t n, spk__outcome *o) {
    size_t dim = spk_search_dim(l->search);
    for (size_t i = 0; i < n; i++) {
        if (!(l->f[i] < o->best))
            continue;
        o->best = l->f[i];
        memcpy(o->best_x, l->x + i * dim, dim * sizeof *o->best_x);
    }
}

void spk__loop_report(const spk__loop *l, const spk__outcome *o, uint64_t later,
                      const spk_fit_options *options, spk_fit_progress *p) {
    double n_left = (double)(p->budget - o->evaluations) + (double)later;
    char words[160];
    spk_search_describe(l->search, words, sizeof words);
    p->evaluations = o->evaluations;
    p->best = o->best;
    p->tally = o->tally;
    p->elapsed_s = spk__now_s() - l->began_s;
    p->left_s =
        n_left < 100 * (double)l->simulated ? p->elapsed_s * n_left / (double)l->simulated : NAN;
    p->words = words;
    p->history = &o->history.h;
    options->progress(options->user, p);
    p->words = NULL;
}

/* One generation: from the journal if it holds it, else simulated. */
static spk_status generation(spk__loop *l, spk__outcome *o) {
    size_t n = spk_search_batch_max(l->search), each = spk_search_objectives(l->search);
    spk_search_progress progress;
    spk_search_get_progress(l->search, &progress);
    spk_tally before = o->tally, after = o->tally;
    uint64_t points = 0;
    bool found = false;
    spk_status st = spk_search_ask(l->search, l->x, &n);
    if (!st)
        spk_search_starts(l->search, n, l->start);
    l->generation = o->history.h.n;
    if (!st && l->journal) {
        points = spk__journal_points(l->x, n * spk_search_dim(l->search));
        if (l->drifts)
            points = spk__hash(&l->generation, sizeof l->generation, points);
        found = spk__journal_next(l->journal, l->index, points, n * each, l->f, &after);
    }
    if (!st && !found) {
        st = l->evaluate(l->user, l->x, n, l->f, &after);
        if (!st && l->journal)
            st = spk__journal_append(l->journal, l->index, points, n * each, l->f, &after);
        l->simulated += n;
    }
    if (!st)
        st = spk_search_tell(l->search, l->f);
    if (st)
        return st;
    o->tally = after;
    o->evaluations += n;
    take_means(l, n);
    keep_best(l, n, o);
    spk__starts starts = {progress.restart, l->start};
    st = spk__history_add(&o->history, l->x, l->f, n, o->evaluations, &starts, o->best, &before,
                          &after);
    if (!st && !found)
        l->report(l->user, l, o);
    return st;
}

static spk_status make_room(spk__loop *l, size_t *room) {
    size_t n = spk_search_batch_max(l->search);
    if (n <= *room)
        return SPK_OK;
    double *x = spk__realloc(l->ctx, l->x, n * spk_search_dim(l->search), sizeof *x);
    if (x)
        l->x = x;
    double *f = x ? spk__realloc(l->ctx, l->f, n * spk_search_objectives(l->search), sizeof *f)
                  : NULL;
    if (f)
        l->f = f;
    uint64_t *start = f ? spk__realloc(l->ctx, l->start, n, sizeof *start) : NULL;
    if (start)
        l->start = start;
    *room = n;
    return start ? SPK_OK : SPK_ERR_MEMORY;
}

spk_status spk__loop_run(spk__loop *l, spk__outcome *o) {
    size_t room = 0, dim = spk_search_dim(l->search);
    o->best = INFINITY;
    o->best_x = SPK__ARRAY(l->ctx, dim, double);
    o->history = (spk__history){.ctx = l->ctx, .h.dim = dim};
    const char *why = spk_search_why(l->search);
    snprintf(o->method, sizeof o->method, "%s%s%s", spk_search_get_method(l->search)->name,
             why ? ", chosen by auto: " : "", why ? why : "");
    spk_status st = o->best_x ? SPK_OK : SPK_ERR_MEMORY;
    while (!st && !spk_search_stopped(l->search, &o->stop)) {
        st = make_room(l, &room);
        if (!st)
            st = generation(l, o);
    }
    if (st == SPK_ERR_CANCELLED && o->history.h.n) {
        o->interrupted = true;
        spk_ctx_go_on(l->ctx); /* the best so far is still worked out and scored */
        st = SPK_OK;
    }
    spk__free(l->ctx, l->x);
    spk__free(l->ctx, l->f);
    spk__free(l->ctx, l->start);
    l->x = l->f = NULL;
    l->start = NULL;
    return st;
}
