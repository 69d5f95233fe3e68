/* Synapses of a projection as rows of targets, one row a source: drawn, scaled, thinned. */
#include "network/network.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { CHUNK = 64 }; /* rows or columns handed to a thread at once */

/* Rows lie anywhere in these arrays: with small pages most of them miss the address cache. A hint
 * that may fail; nothing depends on it. */
static void *large_array(spk_ctx *ctx, uint64_t n, size_t size) {
    enum { PAGE = 1 << 21 };
    char *p = spk__realloc(ctx, NULL, n, size);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (p && n * size >= 4 * (uint64_t)PAGE) {
        char *first = p + (PAGE - (uintptr_t)p % PAGE) % PAGE;
        (void)madvise(first, (size_t)(p + n * size - first) / PAGE * PAGE, MADV_HUGEPAGE);
    }
#endif
    return p;
}

void spk__wires_free(spk_ctx *ctx, spk__wires *w) {
    spk__free(ctx, w->start);
    spk__free(ctx, w->target);
    spk__free(ctx, w->order);
    spk__free(ctx, w->weight);
    spk__free(ctx, w->delay_z);
    spk__free(ctx, w->delay);
    *w = (spk__wires){0};
}

/* ---- drawing ---- */

typedef struct {
    spk_ctx *ctx;
    const spk__projection *p;
    spk__wires *w;
    uint32_t keep;
    size_t n_chunks, chunk; /* columns */
    uint64_t *count;        /* columns: [chunk][source], then where each goes next */
    uint32_t *kept_order;
} draw_job;

static spk_status scratch_new(spk_ctx *ctx, size_t n, size_t k, spk__rule_scratch **out) {
    spk__rule_scratch *s = SPK__NEW(ctx, spk__rule_scratch);
    if (s && (s->permutation = SPK__ARRAY(ctx, n, uint32_t)) &&
        (s->undo = SPK__ARRAY(ctx, 2 * k, uint32_t))) {
        for (size_t i = 0; i < n; i++)
            s->permutation[i] = (uint32_t)i;
        *out = s;
        return SPK_OK;
    }
    if (s)
        spk__free(ctx, s->permutation);
    spk__free(ctx, s);
    return SPK_ERR_MEMORY;
}

static void scratch_free(spk_ctx *ctx, spk__rule_scratch *s) {
    spk__free(ctx, s->permutation);
    spk__free(ctx, s->undo);
    spk__free(ctx, s);
}

static size_t scratch_size(const spk__rule_job *job) {
    return job->n_source > job->n_target ? job->n_source : job->n_target;
}

static spk_status count_rows(void *arg, size_t i, int worker) {
    (void)worker;
    draw_job *d = arg;
    spk__rule_scratch scratch = {0};
    uint32_t last = (uint32_t)((i + 1) * CHUNK < d->w->n_source ? (i + 1) * CHUNK : d->w->n_source);
    for (uint32_t s = (uint32_t)(i * CHUNK); s < last; s++)
        d->w->start[s + 1] = d->p->rule->row(&d->p->job, s, d->keep, &scratch, NULL, NULL);
    return SPK_OK;
}

static spk_status fill_rows(void *arg, size_t i, int worker) {
    (void)worker;
    draw_job *d = arg;
    spk__wires *w = d->w;
    uint32_t first = (uint32_t)(i * CHUNK);
    uint32_t last = first + CHUNK < w->n_source ? first + CHUNK : w->n_source;
    size_t longest = 0;
    for (uint32_t s = first; s < last; s++)
        longest = w->start[s + 1] - w->start[s] > longest ? w->start[s + 1] - w->start[s] : longest;
    spk__rule_scratch *scratch = NULL;
    uint32_t *order = NULL;
    if (scratch_new(d->ctx, scratch_size(&d->p->job), longest, &scratch))
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    if (!w->order && !(order = SPK__ARRAY(d->ctx, longest, uint32_t)))
        st = SPK_ERR_MEMORY;
    for (uint32_t s = first; s < last && !st; s++)
        if (w->start[s + 1] > w->start[s])
            d->p->rule->row(&d->p->job, s, d->keep, scratch, w->target + w->start[s],
                            w->order ? w->order + w->start[s] : order);
    spk__free(d->ctx, order);
    scratch_free(d->ctx, scratch);
    return st;
}

static spk_status allocate(spk_ctx *ctx, spk__wires *w, bool keep_order) {
    if (!(w->target = large_array(ctx, w->n + 1, sizeof(uint32_t))))
        return SPK_ERR_MEMORY;
    if (keep_order && !(w->order = spk__realloc(ctx, NULL, w->n + 1, sizeof(uint32_t))))
        return SPK_ERR_MEMORY;
    return SPK_OK;
}

static void sum_starts(spk__wires *w) {
    for (uint32_t s = 0; s < w->n_source; s++)
        w->start[s + 1] += w->start[s];
    w->n = w->capacity = w->start[w->n_source];
}

static spk_status draw_rows(draw_job *d, int threads, bool keep_order) {
    size_t chunks = ((size_t)d->w->n_source + CHUNK - 1) / CHUNK;
    spk_status st = spk__parallel_for(d->ctx, chunks, threads, count_rows, d);
    if (st)
        return st;
    sum_starts(d->w);
    if ((st = allocate(d->ctx, d->w, keep_order)))
        return st;
    return spk__parallel_for(d->ctx, chunks, threads, fill_rows, d);
}

/* Columns become rows by a counting sort over chunks of columns: each chunk counts its sources,
 * then draws again and puts its synapses behind those of the chunks before. */
static spk_status column_pass(draw_job *d, size_t i, bool fill) {
    const spk__rule_job *job = &d->p->job;
    size_t k = d->p->rule->column_count(job);
    uint64_t *count = d->count + i * job->n_source;
    spk__rule_scratch *scratch = NULL;
    uint32_t *source = SPK__ARRAY(d->ctx, k, uint32_t);
    if (!source || scratch_new(d->ctx, scratch_size(job), k, &scratch)) {
        spk__free(d->ctx, source);
        return SPK_ERR_MEMORY;
    }
    size_t last = (i + 1) * d->chunk < job->n_target ? (i + 1) * d->chunk : job->n_target;
    for (size_t t = i * d->chunk; t < last; t++) {
        d->p->rule->column(job, (uint32_t)t, scratch, source);
        for (size_t j = 0; j < k; j++) {
            uint64_t at = count[source[j]]++;
            if (!fill)
                continue;
            d->w->target[at] = (uint32_t)t;
            if (d->w->order)
                d->w->order[at] = (uint32_t)j;
        }
    }
    scratch_free(d->ctx, scratch);
    spk__free(d->ctx, source);
    return SPK_OK;
}

static spk_status count_columns(void *arg, size_t i, int worker) {
    (void)worker;
    return column_pass(arg, i, false);
}

static spk_status fill_columns(void *arg, size_t i, int worker) {
    (void)worker;
    return column_pass(arg, i, true);
}

static spk_status draw_columns(draw_job *d, int threads, bool keep_order) {
    spk__wires *w = d->w;
    if (!d->p->rule->column_count(&d->p->job))
        return allocate(d->ctx, w, keep_order);
    d->n_chunks = w->n_target < 4096 ? 1 : 8;
    d->chunk = (w->n_target + d->n_chunks - 1) / d->n_chunks;
    d->count = SPK__ARRAY(d->ctx, d->n_chunks * w->n_source, uint64_t);
    if (!d->count)
        return SPK_ERR_MEMORY;
    spk_status st = spk__parallel_for(d->ctx, d->n_chunks, threads, count_columns, d);
    uint64_t sum = 0;
    for (uint32_t s = 0; s < w->n_source && !st; s++) {
        w->start[s] = sum;
        for (size_t c = 0; c < d->n_chunks; c++) {
            uint64_t n = d->count[c * w->n_source + s];
            d->count[c * w->n_source + s] = sum;
            sum += n;
        }
    }
    w->start[w->n_source] = w->n = w->capacity = sum;
    if (!st)
        st = allocate(d->ctx, w, keep_order);
    if (!st)
        st = spk__parallel_for(d->ctx, d->n_chunks, threads, fill_columns, d);
    spk__free(d->ctx, d->count);
    return st;
}

/* Stable counting sorts by target, then by source. */
static spk_status sort_edges(spk_ctx *ctx, const spk__edge_list *list, spk__wires *w) {
    uint32_t n_max = w->n_source > w->n_target ? w->n_source : w->n_target;
    uint64_t *next = SPK__ARRAY(ctx, (size_t)n_max + 2, uint64_t);
    uint32_t *by_target = SPK__ARRAY(ctx, list->n, uint32_t);
    if (!next || !by_target) {
        spk__free(ctx, next);
        spk__free(ctx, by_target);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < list->n; i++)
        next[list->target[i] + 1]++;
    for (uint32_t t = 0; t < w->n_target; t++)
        next[t + 1] += next[t];
    for (size_t i = 0; i < list->n; i++)
        by_target[next[list->target[i]]++] = (uint32_t)i;
    memcpy(next, w->start, ((size_t)w->n_source + 1) * sizeof *next);
    for (size_t i = 0; i < list->n; i++) {
        uint32_t e = by_target[i];
        uint64_t at = next[list->source[e]]++;
        w->target[at] = list->target[e];
        w->order[at] = e;
    }
    spk__free(ctx, next);
    spk__free(ctx, by_target);
    return SPK_OK;
}

static spk_status draw_list(draw_job *d) {
    spk__wires *w = d->w;
    spk__edge_list list = {0};
    spk_status st = d->p->rule->list(d->ctx, &d->p->job, &list);
    for (size_t i = 0; i < list.n && !st; i++)
        w->start[list.source[i] + 1]++;
    if (!st) {
        sum_starts(w);
        st = allocate(d->ctx, w, true);
    }
    if (!st)
        st = sort_edges(d->ctx, &list, w);
    spk__edge_list_free(d->ctx, &list);
    return st;
}

/* ---- standard draws of weights and delays ---- */

static void standard_row(const spk__projection *p, const spk__wires *w, uint32_t s,
                         spk__rng_purpose purpose, spk_dist_kind kind, float *out) {
    spk__draw_place place = {p->job.seed, purpose, p->job.key, s, 0, 0};
    uint32_t before = UINT32_MAX;
    for (uint64_t i = w->start[s]; i < w->start[s + 1]; i++) {
        place.column = w->target[i];
        place.copy = place.column == before ? place.copy + 1 : 0;
        before = place.column;
        out[i] = spk__draw_at(&place, kind);
    }
}

static spk_status standard_rows(void *arg, size_t i, int worker) {
    (void)worker;
    draw_job *d = arg;
    spk__wires *w = d->w;
    uint32_t last = (uint32_t)((i + 1) * CHUNK < w->n_source ? (i + 1) * CHUNK : w->n_source);
    for (uint32_t s = (uint32_t)(i * CHUNK); s < last; s++) {
        if (w->weight && !d->p->own_weights)
            standard_row(d->p, w, s, SPK__RNG_WEIGHT, d->p->weight.kind, w->weight);
        if (w->delay_z)
            standard_row(d->p, w, s, SPK__RNG_DELAY, d->p->delay_ms.kind, w->delay_z);
    }
    return SPK_OK;
}

static void add_own(const spk__projection *p, double dt_ms, spk__wires *w) {
    for (uint64_t i = 0; i < w->n; i++) {
        if (p->own_weights)
            w->weight[i] = (float)p->p->edges->weight[w->order[i]];
        if (p->own_delays)
            w->delay[i] = (uint16_t)floor(p->p->edges->delay_ms[w->order[i]] / dt_ms + 0.5);
    }
}

spk_status spk__wires_draw(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                           bool keep_order, spk__wires *out) {
    spk__wires w = {.n_source = p->job.n_source, .n_target = p->job.n_target};
    draw_job d = {.ctx = ctx, .p = p, .w = &w};
    d.keep = p->rule->keep ? p->rule->keep(&p->job) : SPK__KEEP_ALL;
    w.start = SPK__ARRAY(ctx, (size_t)w.n_source + 1, uint64_t);
    if (!w.start)
        return SPK_ERR_MEMORY;
    spk_status st = p->rule->row      ? draw_rows(&d, threads, keep_order)
                    : p->rule->column ? draw_columns(&d, threads, keep_order)
                                      : draw_list(&d);
    bool weights = p->own_weights || p->weight.kind != SPK_DIST_CONSTANT;
    bool delays = !p->own_delays && p->delay_ms.kind != SPK_DIST_CONSTANT;
    if (!st && weights && !(w.weight = large_array(ctx, w.n + 1, sizeof(float))))
        st = SPK_ERR_MEMORY;
    if (!st && delays && !(w.delay_z = spk__realloc(ctx, NULL, w.n + 1, sizeof(float))))
        st = SPK_ERR_MEMORY;
    if (!st && p->own_delays && !(w.delay = spk__realloc(ctx, NULL, w.n + 1, sizeof(uint16_t))))
        st = SPK_ERR_MEMORY;
    if (!st && (w.weight || w.delay_z))
        st = spk__parallel_for(ctx, ((size_t)w.n_source + CHUNK - 1) / CHUNK, threads,
                               standard_rows, &d);
    if (st) {
        spk__wires_free(ctx, &w);
        return st;
    }
    if (p->own_weights || p->own_delays)
        add_own(p, dt_ms, &w);
    if (!keep_order) {
        spk__free(ctx, w.order);
        w.order = NULL;
    }
    *out = w;
    return SPK_OK;
}
