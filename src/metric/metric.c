/* The registry, and what all metrics ask of trains. */
#include "metric/metric.h"

#include <math.h>

static const spk_metric *const registry[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "metric/registry.def"
#undef SPK_ENTRY
};
enum { COUNT = sizeof registry / sizeof *registry };

size_t spk_metric_count(void) {
    return COUNT;
}

const spk_metric *spk_metric_at(size_t i) {
    return i < COUNT ? registry[i] : NULL;
}

spk_status spk_metric_find(spk_ctx *ctx, const char *name, const spk_metric **out) {
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = registry[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = registry[i];
            return SPK_OK;
        }
    }
    const char *near = spk__nearest(name, names, COUNT);
    spk__str hint = {.ctx = ctx};
    if (near)
        spk__str_add(&hint, "did you mean '%s'?", near);
    spk_status st = spk__fail(ctx, SPK_ERR_INPUT, NULL, hint.text, "there is no metric '%s'", name);
    spk__str_free(&hint);
    return st;
}

double spk_metric_cost(const spk_metric *m, double value) {
    return m->kind == SPK_METRIC_DISTANCE ? value : 1.0 - value;
}

/* ---- trains ---- */

spk_train spk__train_cut(const spk_train *t, double start_ms, double stop_ms) {
    size_t low = 0, high = t->n;
    while (low < high && t->t_ms[low] < start_ms) { /* bisect only where something is cut */
        size_t mid = low + (high - low) / 2;
        if (t->t_ms[mid] < start_ms)
            low = mid + 1;
        else
            high = mid;
    }
    size_t first = low;
    high = t->n;
    while (low < high && t->t_ms[high - 1] > stop_ms) {
        size_t mid = low + (high - low) / 2;
        if (t->t_ms[mid] > stop_ms)
            high = mid;
        else
            low = mid + 1;
    }
    return (spk_train){t->t_ms + first, high - first, start_ms, stop_ms};
}

spk_status spk__train_check(spk_ctx *ctx, const spk_train *t, const char *what) {
    if (!isfinite(t->start_ms) || !isfinite(t->stop_ms) || !(t->stop_ms > t->start_ms))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "the %s train is observed on [%g, %g] ms, which is no time at all", what,
                         t->start_ms, t->stop_ms);
    double before = t->start_ms;
    for (size_t i = 0; i < t->n; i++) {
        double now = t->t_ms[i];
        if (!(now >= before && now <= t->stop_ms))
            return spk__fail(
                ctx, SPK_ERR_INPUT, NULL,
                "spike times must be sorted and inside the train's window",
                "spike %zu of the %s train is at %.17g ms, after %.17g ms and observed "
                "on [%g, %g] ms",
                i, what, now, before, t->start_ms, t->stop_ms);
        before = now;
    }
    return SPK_OK;
}
