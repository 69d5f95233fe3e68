/* Trains for tests: literals, random ones, and a metric's value in one call. */
#ifndef SPK_TESTS_TRAINS_H
#define SPK_TESTS_TRAINS_H

#include "test.h"
#include <spikefit/metric.h>

#define TRAIN(stop, ...)                                                                           \
    ((spk_train){(const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / 8, 0, stop})
#define SILENT(stop) ((spk_train){NULL, 0, 0, stop})

/* opts by position, NaN or NULL for the default. */
static inline double pair_of(const char *name, const double *opts, spk_train a, spk_train b) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_metric *m;
    double v = NAN;
    if (!spk_metric_find(ctx, name, &m)) {
        spk_opts o;
        spk_opts_default(m->options, &o);
        for (size_t i = 0; opts && m->options && m->options[i].name; i++)
            if (!isnan(opts[i]))
                o.v[i] = opts[i];
        spk_metric_pair(ctx, m, &o, &a, &b, &v);
    }
    print_diags(ctx);
    spk_ctx_free(ctx);
    return v;
}

/* On [0, 1000] ms, on a grid of 0.1 ms or off it; few or up to max spikes, some at one time, some
 * at the ends of the window. */
static inline spk_train random_train(spk__rng *r, double *t, size_t max) {
    size_t n = spk__rng_below(r, 4) == 0 ? spk__rng_below(r, 3) : spk__rng_below(r, max + 1);
    bool grid = spk__rng_below(r, 2);
    for (size_t i = 0; i < n; i++) {
        double x = spk__rng_uniform(r) * 1000.0;
        t[i] = grid ? floor(x * 10.0) / 10.0 : x;
        if (spk__rng_below(r, 20) == 0)
            t[i] = spk__rng_below(r, 2) ? 0.0 : 1000.0;
        if (i && spk__rng_below(r, 10) == 0)
            t[i] = t[i - 1];
    }
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && t[j] < t[j - 1]; j--) {
            double s = t[j];
            t[j] = t[j - 1];
            t[j - 1] = s;
        }
    return (spk_train){t, n, 0, 1000};
}

#endif
