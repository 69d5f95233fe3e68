/* Blocks of time: cut, drawn, and put one after the other. */
#include "problem/resample.h"

#include <math.h>

static const double SHARE = 20, SHORTEST_MS = 100, NEARBY = 0.25;

/* The middle of the longest interval without a spike in [from, to]. */
static double quietest(const double *t, size_t n, double from, double to) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t[mid] < from)
            low = mid + 1;
        else
            high = mid;
    }
    double before = from, longest = -1, middle = 0.5 * (from + to);
    for (size_t i = low;; i++) {
        double now = i < n && t[i] < to ? t[i] : to;
        if (now - before > longest) {
            longest = now - before;
            middle = 0.5 * (before + now);
        }
        before = now;
        if (now == to)
            return middle;
    }
}

/* All spikes in order. */
static double *pool(spk_ctx *ctx, const spk_train *t, size_t n, size_t *count) {
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += t[i].n;
    double *all = SPK__ARRAY(ctx, total, double);
    for (size_t i = 0; all && i < n; i++) {
        if (t[i].n)
            memcpy(all + at, t[i].t_ms, t[i].n * sizeof *all);
        at += t[i].n;
    }
    if (all)
        spk__sort(all, total);
    *count = total;
    return all;
}

spk_status spk__cuts_new(spk_ctx *ctx, const spk_train *t, size_t n, double step_ms,
                         spk__cuts *out) {
    double start = t[0].start_ms, stop = t[0].stop_ms;
    for (size_t i = 1; i < n; i++) {
        start = fmax(start, t[i].start_ms);
        stop = fmin(stop, t[i].stop_ms);
    }
    double length = stop - start, want = fmax(length / SHARE, SHORTEST_MS);
    double blocks = length > 0 ? floor(length / want + 0.5) : 0;
    *out = (spk__cuts){.start_ms = start, .step_ms = step_ms};
    if (blocks < 2)
        return SPK_OK;
    size_t count;
    double *all = pool(ctx, t, n, &count), width = length / blocks;
    out->n = (size_t)blocks;
    out->edge = SPK__ARRAY(ctx, out->n + 1, size_t);
    if (!all || !out->edge) {
        spk__free(ctx, all);
        spk__cuts_free(ctx, out);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 1; i < out->n; i++) {
        double at = start + (double)i * width;
        at = quietest(all, count, at - NEARBY * width, at + NEARBY * width);
        out->edge[i] = (size_t)((at - start) / step_ms + 0.5);
    }
    out->edge[out->n] = (size_t)(length / step_ms + 0.5);
    spk__free(ctx, all);
    return SPK_OK;
}

void spk__cuts_free(spk_ctx *ctx, spk__cuts *c) {
    spk__free(ctx, c->edge);
    *c = (spk__cuts){0};
}

size_t spk__cuts_samples(const spk__cuts *c, const size_t *block, size_t n) {
    size_t steps = 0;
    for (size_t i = 0; i < n; i++)
        steps += c->edge[block[i] + 1] - c->edge[block[i]];
    return steps;
}

double spk__cuts_stop(const spk__cuts *c, const size_t *block, size_t n) {
    return c->start_ms + (double)spk__cuts_samples(c, block, n) * c->step_ms;
}

void spk__cuts_find(const spk__cuts *c, const spk_train *t, size_t *first) {
    size_t i = 0;
    for (size_t b = 0; b < c->n; b++) {
        double edge = c->start_ms + (double)c->edge[b] * c->step_ms;
        while (i < t->n && t->t_ms[i] < edge)
            i++;
        first[b] = i;
    }
    double end = c->start_ms + (double)(c->edge[c->n] + 1) * c->step_ms;
    while (i < t->n && t->t_ms[i] < end)
        i++;
    first[c->n] = i;
}

size_t spk__cuts_count(const size_t *first, const size_t *block, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += first[block[i] + 1] - first[block[i]];
    return count;
}

spk_train spk__cuts_train(const spk__cuts *c, const spk_train *t, const size_t *first,
                          const size_t *block, size_t n, double *times) {
    size_t steps = 0, at = 0;
    double stop = spk__cuts_stop(c, block, n);
    for (size_t i = 0; i < n; i++) {
        size_t b = block[i];
        double from = c->start_ms + (double)c->edge[b] * c->step_ms;
        double to = c->start_ms + (double)steps * c->step_ms;
        /* Rounding takes no spike out of its order or its window. */
        for (size_t k = first[b]; k < first[b + 1]; k++, at++) {
            double v = fmin(to + (t->t_ms[k] - from), stop);
            times[at] = at ? fmax(v, times[at - 1]) : fmax(v, c->start_ms);
        }
        steps += c->edge[b + 1] - c->edge[b];
    }
    return (spk_train){times, at, c->start_ms, stop};
}

spk_trace spk__cuts_trace(const spk__cuts *c, const spk_trace *v, const size_t *block, size_t n,
                          double *value) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = c->edge[block[i]]; k < c->edge[block[i] + 1]; k++) {
            double x = (c->start_ms + (double)k * c->step_ms - v->start_ms) / v->dt_ms + 0.5;
            size_t last = v->n ? v->n - 1 : 0; /* stands for the step behind it as well */
            bool known = v->n && x >= 0 && x < (double)v->n + c->step_ms / v->dt_ms;
            value[at++] = known ? v->value[x < (double)last ? (size_t)x : last] : NAN;
        }
    return (spk_trace){value, at, c->start_ms, c->step_ms};
}
