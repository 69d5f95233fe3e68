/* Points with their values. */
#include "search/population.h"

spk_status spk__population_start(spk_search *s, spk__population *p, size_t n) {
    p->n = n;
    p->x = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    p->f = SPK__SEARCH_ARRAY(s, n, double);
    p->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    p->scratch = SPK__SEARCH_ARRAY(s, n, uint32_t);
    return p->x && p->f && p->order && p->scratch ? SPK_OK : SPK_ERR_MEMORY;
}

spk_status spk__population_first(spk_search *s, spk__population *p) {
    spk_status st = spk__search_batch(s, p->n);
    if (!st)
        spk__search_scatter(s, s->generation, p->n, s->x);
    return st;
}

void spk__population_begin(spk_search *s, spk__population *p) {
    memcpy(p->x, s->x, p->n * s->dim * sizeof *p->x);
    memcpy(p->f, s->f, p->n * sizeof *p->f);
    p->begun = true;
}

void spk__population_put(const spk_search *s, spk__population *p, size_t i, const double *x,
                         double f) {
    memcpy(p->x + i * s->dim, x, s->dim * sizeof *x);
    p->f[i] = f;
}

void spk__population_rank(spk__population *p) {
    spk__search_rank(p->f, p->n, p->order, p->scratch);
}

size_t spk__population_best(const spk__population *p) {
    size_t best = 0;
    for (size_t i = 1; i < p->n; i++)
        if (p->f[i] < p->f[best])
            best = i;
    return best;
}

spk_stop spk__population_reason(spk_search *s, const spk__population *p) {
    spk_stop reason = spk__stop_values(s, p->f, p->n, false);
    if (reason != SPK_STOP_FTOL)
        reason = spk__stop_spread(s, spk__search_spread(p->x, p->n, s->dim));
    return reason;
}

void spk__population_check(spk_search *s, const spk__population *p) {
    spk_stop reason = spk__population_reason(s, p);
    if (reason)
        spk__search_stop(s, reason);
}

void spk__population_sync(const spk_search *s, spk__population *p, spk__sync *y) {
    spk__sync_size(y, &p->n, p->n); /* it may have shrunk, never grown */
    spk__sync_bool(y, &p->begun);
    spk__sync_f64(y, p->x, p->n * s->dim);
    spk__sync_f64(y, p->f, p->n);
}

void spk__population_progress(const spk_search *s, spk_search_progress *out) {
    const spk__population *p = s->state;
    out->population = p->n;
    if (p->begun)
        out->spread = spk__search_spread(p->x, p->n, s->dim);
}

void spk__population_describe(const spk_search *s, spk__str *line) {
    const spk__population *p = s->state;
    spk__str_add(line, ", %zu points", p->n);
    if (p->begun)
        spk__str_add(line, ", spread %.3g", spk__search_spread(p->x, p->n, s->dim));
}
