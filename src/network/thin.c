/* From standard draws to weights and delays; from the largest draw to a candidate's. */
#include "network/network.h"

enum { CHUNK = 256, DENSE_MAX = 1024, LANES = 16 };

/* ---- scaling ---- */

static bool is_affine(const spk_dist *d) {
    return d->kind == SPK_DIST_UNIFORM || d->kind == SPK_DIST_NORMAL;
}

/* Whether no draw can fall outside the limits, so that none is drawn again. */
static bool is_unlimited(const spk_dist *d) {
    if (d->kind == SPK_DIST_UNIFORM)
        return fmin(d->a, d->b) >= d->low && fmax(d->a, d->b) <= d->high;
    return d->low == -INFINITY && d->high == INFINITY;
}

static double affine_slope(const spk_dist *d) {
    return d->kind == SPK_DIST_UNIFORM ? d->b - d->a : d->b;
}

static void scale_weights(const spk__projection *p, const spk__wires *w, uint32_t s) {
    float *z = w->weight;
    uint64_t first = w->start[s], end = w->start[s + 1];
    const spk_dist *d = &p->weight;
    if (p->own_weights) {
        for (uint64_t i = first; i < end && p->factor != 1; i++)
            z[i] = (float)(p->factor * (double)z[i]);
        return;
    }
    if (is_affine(d) && is_unlimited(d)) {
        double a = d->a * p->factor, b = affine_slope(d) * p->factor;
        for (uint64_t i = first; i < end; i++)
            z[i] = (float)(a + b * (double)z[i]);
        return;
    }
    spk__draw_place at = {p->job.seed, SPK__RNG_WEIGHT, p->job.key, s, 0, 0};
    uint32_t before = UINT32_MAX;
    for (uint64_t i = first; i < end; i++) {
        at.column = w->target[i];
        at.copy = at.column == before ? at.copy + 1 : 0;
        before = at.column;
        z[i] = (float)(p->factor * spk__draw_limited(d, &at, z[i]));
    }
}

static void scale_delays(const spk__projection *p, double dt_ms, const spk__wires *w, uint32_t s) {
    spk__draw_place at = {p->job.seed, SPK__RNG_DELAY, p->job.key, s, 0, 0};
    uint32_t before = UINT32_MAX;
    for (uint64_t i = w->start[s]; i < w->start[s + 1]; i++) {
        at.column = w->target[i];
        at.copy = at.column == before ? at.copy + 1 : 0;
        before = at.column;
        double steps = floor(spk__draw_limited(&p->delay_ms, &at, w->delay_z[i]) / dt_ms + 0.5);
        w->delay[i] = (uint16_t)fmin(fmax(steps, 1), SPK__DELAY_MAX);
    }
}

typedef struct {
    const spk__projection *p;
    double dt_ms;
    const spk__wires *w;
} scale_job;

static spk_status scale_rows(void *arg, size_t i, int worker) {
    (void)worker;
    const scale_job *j = arg;
    uint32_t n = j->w->n_source;
    uint32_t last = (uint32_t)((i + 1) * CHUNK < n ? (i + 1) * CHUNK : n);
    for (uint32_t s = (uint32_t)(i * CHUNK); s < last; s++) {
        if (j->w->weight)
            scale_weights(j->p, j->w, s);
        if (j->w->delay_z)
            scale_delays(j->p, j->dt_ms, j->w, s);
    }
    return SPK_OK;
}

spk_status spk__wires_scale(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                            spk__wires *w) {
    if (p->weight.kind == SPK_DIST_CONSTANT && !p->own_weights)
        w->constant_weight = p->factor * p->weight.a;
    if (w->delay_z && !w->delay &&
        !(w->delay = spk__realloc(ctx, NULL, w->capacity + 1, sizeof(uint16_t))))
        return SPK_ERR_MEMORY;
    scale_job job = {p, dt_ms, w};
    if (w->weight || w->delay_z)
        return spk__parallel_for(ctx, ((size_t)w->n_source + CHUNK - 1) / CHUNK, threads,
                                 scale_rows, &job);
    return SPK_OK;
}

/* ---- the dense form ---- */

bool spk__wires_prefer_dense(const spk__projection *p, const spk__wires *w) {
    return w->n_target <= DENSE_MAX && w->n * 16 >= (uint64_t)w->n_source * w->n_target &&
           p->delay_steps && p->p->release == 1 && !p->own_delays && w->n && !p->synapse &&
           (uint64_t)w->n_source * w->n_target <= (uint64_t)1 << 24;
}

/* Multiple synapses of a pair would have to be summed, in another order than one by one. */
static bool has_copies(const spk__wires *w) {
    for (uint32_t s = 0; s < w->n_source; s++)
        for (uint64_t i = w->start[s] + 1; i < w->start[s + 1]; i++)
            if (w->target[i] == w->target[i - 1])
                return true;
    return false;
}

spk_status spk__wires_to_dense(spk_ctx *ctx, spk__wires *w) {
    if (has_copies(w))
        return SPK_OK;
    size_t stride = ((size_t)w->n_target + LANES - 1) / LANES * LANES, n = stride * w->n_source;
    float *weight = SPK__ARRAY(ctx, n, float);
    uint32_t *order = w->order ? SPK__ARRAY(ctx, n, uint32_t) : NULL;
    if (!weight || (w->order && !order)) {
        spk__free(ctx, weight);
        spk__free(ctx, order);
        return SPK_ERR_MEMORY;
    }
    if (order)
        memset(order, 0xFF, n * sizeof *order);
    for (uint32_t s = 0; s < w->n_source; s++)
        for (uint64_t i = w->start[s]; i < w->start[s + 1]; i++) {
            size_t at = s * stride + w->target[i];
            weight[at] = w->weight ? w->weight[i] : 1;
            if (order)
                order[at] = w->order[i];
        }
    bool had_weights = w->weight != NULL;
    spk__free(ctx, w->weight);
    spk__free(ctx, w->order);
    spk__free(ctx, w->target);
    spk__free(ctx, w->start);
    w->weight = weight;
    w->order = order;
    w->target = NULL;
    w->start = NULL;
    w->dense = true;
    w->constant = !had_weights;
    w->stride = stride;
    w->capacity = n;
    return SPK_OK;
}

/* ---- thinning ---- */

static spk_status reserve(spk_ctx *ctx, const spk__wires *drawn, spk__wires *out) {
    out->n_source = drawn->n_source;
    out->n_target = drawn->n_target;
    out->dense = drawn->dense;
    out->stride = drawn->stride;
    if (!drawn->dense && !out->start &&
        !(out->start = SPK__ARRAY(ctx, (size_t)drawn->n_source + 1, uint64_t)))
        return SPK_ERR_MEMORY;
    size_t n = drawn->capacity + 1;
    if (!drawn->dense && !out->target &&
        !(out->target = spk__realloc(ctx, NULL, n, sizeof(uint32_t))))
        return SPK_ERR_MEMORY;
    if ((drawn->weight || drawn->dense) && !out->weight &&
        !(out->weight = spk__realloc(ctx, NULL, n, sizeof(float))))
        return SPK_ERR_MEMORY;
    if (drawn->delay_z && !out->delay_z &&
        !(out->delay_z = spk__realloc(ctx, NULL, n, sizeof(float))))
        return SPK_ERR_MEMORY;
    if (drawn->delay && !out->delay && !(out->delay = spk__realloc(ctx, NULL, n, sizeof(uint16_t))))
        return SPK_ERR_MEMORY;
    out->constant = drawn->constant;
    out->capacity = drawn->capacity;
    return SPK_OK;
}

/* Without a branch: the slot behind the last kept one is written, and then overwritten. */
static void thin_rows(uint32_t keep, const spk__wires *drawn, spk__wires *out) {
    uint64_t n = 0;
    for (uint32_t s = 0; s < drawn->n_source; s++) {
        out->start[s] = n;
        for (uint64_t i = drawn->start[s]; i < drawn->start[s + 1]; i++) {
            out->target[n] = drawn->target[i];
            if (drawn->weight)
                out->weight[n] = drawn->weight[i];
            if (drawn->delay_z)
                out->delay_z[n] = drawn->delay_z[i];
            else if (drawn->delay)
                out->delay[n] = drawn->delay[i];
            n += drawn->order[i] < keep;
        }
    }
    out->start[drawn->n_source] = out->n = n;
}

static void thin_dense(const spk__projection *p, uint32_t keep, const spk__wires *drawn,
                       spk__wires *out) {
    const spk_dist *d = &p->weight;
    const uint32_t *order = drawn->order;
    const float *z = drawn->weight;
    float *weight = out->weight;
    size_t n = drawn->capacity, kept = 0;
#pragma omp simd reduction(+ : kept)
    for (size_t i = 0; i < n; i++)
        kept += order[i] < keep;
    out->n = kept;
    if (drawn->constant) {
        out->constant_weight = p->factor * d->a;
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            weight[i] = order[i] < keep ? z[i] : 0;
        return;
    }
    if (p->own_weights || (is_affine(d) && is_unlimited(d))) {
        double a = p->own_weights ? 0 : d->a * p->factor;
        double b = p->own_weights ? p->factor : affine_slope(d) * p->factor;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            float x = (float)(a + b * (double)z[i]);
            weight[i] = order[i] < keep ? x : 0;
        }
        return;
    }
    spk__draw_place at = {p->job.seed, SPK__RNG_WEIGHT, p->job.key, 0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        at.row = (uint32_t)(i / drawn->stride);
        at.column = (uint32_t)(i % drawn->stride);
        out->weight[i] = drawn->order[i] < keep
                             ? (float)(p->factor * spk__draw_limited(d, &at, drawn->weight[i]))
                             : 0;
    }
}

spk_status spk__wires_thin(spk_ctx *ctx, const spk__projection *p, double dt_ms,
                           const spk__wires *drawn, spk__wires *out) {
    spk_status st = reserve(ctx, drawn, out);
    if (st)
        return st;
    uint32_t keep = p->rule->keep ? p->rule->keep(&p->job) : SPK__KEEP_ALL;
    if (drawn->dense) {
        thin_dense(p, keep, drawn, out);
        return SPK_OK;
    }
    thin_rows(keep, drawn, out);
    return spk__wires_scale(ctx, p, dt_ms, 1, out);
}
