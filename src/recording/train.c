/* Views of spike trains. */
#include "recording/train.h"

#include <math.h>

static size_t first_not_before(const double *t, size_t n, double when) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t[mid] < when)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

spk_train spk_train_window(spk_train t, double start_ms, double stop_ms) {
    double start = start_ms > t.start_ms ? start_ms : t.start_ms;
    double stop = stop_ms < t.stop_ms ? stop_ms : t.stop_ms;
    if (stop < start)
        stop = start;
    size_t a = first_not_before(t.t_ms, t.n, start);
    size_t b = stop < t.stop_ms ? first_not_before(t.t_ms, t.n, stop) : t.n;
    return (spk_train){t.t_ms + a, b > a ? b - a : 0, start, stop};
}

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

spk_train spk__train_common(const spk_train *t, size_t n) {
    spk_train w = {NULL, 0, t[0].start_ms, t[0].stop_ms};
    for (size_t i = 1; i < n; i++) {
        w.start_ms = t[i].start_ms > w.start_ms ? t[i].start_ms : w.start_ms;
        w.stop_ms = t[i].stop_ms < w.stop_ms ? t[i].stop_ms : w.stop_ms;
    }
    return w;
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
