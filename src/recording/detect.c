/* Spikes in a voltage. */
#include <spikefit/recording.h>

#include <math.h>
#include <stdio.h>

size_t spk_detection_print(const spk_detection *d, char *buf, size_t size) {
    int n;
    if (d->rule == SPK_DETECT_SLOPE)
        n = snprintf(buf, size, "dV/dt rises to %g mV/ms, at least %g ms apart", d->slope_mV_per_ms,
                     d->dead_time_ms);
    else
        n = snprintf(buf, size, "V crosses %g mV upward%s, at least %g ms apart", d->threshold_mV,
                     d->interpolate ? " (interpolated)" : "", d->dead_time_ms);
    return n < 0 ? 0 : (size_t)n;
}

size_t spk_detect(const spk_trace *v, const spk_detection *d, double *t_ms, size_t capacity) {
    bool slope = d->rule == SPK_DETECT_SLOPE, below = false;
    double level = slope ? d->slope_mV_per_ms : d->threshold_mV;
    double last = -INFINITY, before = NAN;
    size_t n = 0;
    for (size_t i = slope ? 1 : 0; i < v->n; i++) {
        double x = slope ? (v->value[i] - v->value[i - 1]) / v->dt_ms : v->value[i];
        if (x < level)
            below = true;
        if (x >= level && below) {
            below = false;
            double at = (double)i;
            if (d->interpolate && before < level)
                at -= (x - level) / (x - before);
            /* Samples are counted so that 5 * 0.2 ms is a dead time of 1 ms whatever rounding says. */
            if ((at - last) * v->dt_ms >= d->dead_time_ms * (1 - 1e-9)) {
                if (n < capacity)
                    t_ms[n] = v->start_ms + at * v->dt_ms;
                n++;
                last = at;
            }
        }
        before = x;
    }
    return n;
}
