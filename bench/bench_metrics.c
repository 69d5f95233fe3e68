/* Microseconds a pair of spike trains, by a prepared target and in a matrix, for every metric.
 *     bench_metrics [SPIKES [FILE]]
 * writes the trains it used to FILE, for bench/pyspike_matrix.py to time PySpike on the same ones.
 */
#include "base/base.h"
#include "num/num.h"
#include <spikefit/metric.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Many: a train seen before is one whose branches the processor has learned. */
enum { TRAINS = 60, CANDIDATES = 1000 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Poisson with 2 ms dead time, 20 Hz, on a grid of 0.1 ms. */
static void make(spk__rng *r, double *t, size_t n) {
    double at = 0.0;
    for (size_t i = 0; i < n; i++) {
        at += 2.0 - 48.0 * spk__log(spk__rng_uniform(r));
        t[i] = (double)(long)(at * 10.0) / 10.0;
    }
}

static double time_target(spk_ctx *ctx, const spk_metric *m, const spk_train *t) {
    spk_target *target;
    spk_scratch *s;
    double v, sum = 0.0, best = 1e30;
    if (spk_target_new(ctx, m, NULL, t, 1, &target) || spk_scratch_new(ctx, &s))
        exit(1);
    for (int round = 0; round < 7; round++) {
        double start = now();
        for (size_t i = 1; i < CANDIDATES; i++) {
            if (spk_target_eval(target, &t[i], 1, s, &v))
                exit(1);
            sum += v;
        }
        double one = (now() - start) / (CANDIDATES - 1);
        best = one < best ? one : best;
    }
    spk_scratch_free(s);
    spk_target_free(target);
    return sum == -1.0 ? 0.0 : 1e6 * best;
}

static double time_matrix(spk_ctx *ctx, const spk_metric *m, const spk_train *t) {
    static double out[TRAINS * TRAINS];
    double best = 1e30;
    for (int round = 0; round < 7; round++) {
        double start = now();
        if (spk_metric_matrix(ctx, m, NULL, t, TRAINS, 1, out))
            exit(1);
        double one = (now() - start) / (TRAINS * (TRAINS - 1) / 2);
        best = one < best ? one : best;
    }
    return 1e6 * best;
}

int main(int argc, char **argv) {
    size_t n = argc > 1 ? (size_t)atol(argv[1]) : 100;
    spk_ctx *ctx = spk_ctx_new(NULL);
    double *times = SPK__ARRAY(ctx, CANDIDATES * n, double);
    static spk_train t[CANDIDATES];
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 0, 0);
    double stop = 0.0;
    for (size_t i = 0; i < CANDIDATES; i++) {
        make(&r, times + i * n, n);
        stop = times[i * n + n - 1] > stop ? times[i * n + n - 1] : stop;
    }
    for (size_t i = 0; i < CANDIDATES; i++)
        t[i] = (spk_train){times + i * n, n, 0.0, stop};
    FILE *f = argc > 2 ? fopen(argv[2], "w") : NULL;
    for (size_t i = 0; f && i < TRAINS; i++)
        for (size_t k = 0; k < n; k++)
            fprintf(f, "%.17g%c", t[i].t_ms[k], k + 1 < n ? ' ' : '\n');
    if (f)
        fclose(f);
    printf("# %zu spikes a train; us a pair (of different trains, once), one thread\n", n);
    printf("%-24s %10s %10s\n", "metric", "target", "matrix");
    for (size_t i = 0; i < spk_metric_count(); i++) {
        const spk_metric *m = spk_metric_at(i);
        printf("%-24s %10.3f %10.3f\n", m->name, time_target(ctx, m, t), time_matrix(ctx, m, t));
        fflush(stdout);
    }
    spk__free(ctx, times);
    spk_ctx_free(ctx);
    return 0;
}
