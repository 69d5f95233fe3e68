/* Views of spike trains. */
#include <spikefit/recording.h>

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
