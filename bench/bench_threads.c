/* How much faster threads evaluate a generation: one and several take turns, and the fastest call
 * of each counts, since what else the machine does can only make one slower. Usage: bench_threads
 * STUDY.yaml [POINTS [CALLS]] */
#include <spikefit/fit.h>

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static spk_status measure(spk_problem *p, size_t n, int calls) {
    enum { MOST = 64 };
    size_t dim = spk_problem_dim(p);
    int most = omp_get_num_procs() < MOST ? omp_get_num_procs() : MOST;
    double best[MOST + 1], *x = calloc(n * dim, sizeof *x), *loss = calloc(n, sizeof *loss);
    spk_status st = x && loss ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; x && i < n * dim; i++)
        x[i] = fmod((double)(i + 1) * 0.6180339887498949, 1);
    for (int t = 1; t <= most; t++)
        best[t] = INFINITY;
    for (int k = 0; !st && k < calls; k++)
        for (int t = 1; !st && t <= most; t++) {
            double began = now_ms();
            st = spk_problem_evaluate(p, x, n, t, loss, NULL);
            best[t] = fmin(best[t], now_ms() - began);
        }
    for (int t = 1; !st && t <= most; t++)
        printf("%2d threads: %8.2f ms for %zu points, %.2f times one\n", t, best[t], n,
               best[1] / best[t]);
    free(x);
    free(loss);
    return st;
}

int main(int argc, char **argv) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *y = NULL;
    spk_setup *s = NULL;
    spk_problem *p = NULL;
    spk_status st = argc > 1 ? spk_study_read(ctx, argv[1], &y) : SPK_ERR_USAGE;
    if (!st)
        st = spk_setup_new(ctx, y, &s);
    if (!st)
        st = spk_setup_problem(s, 0, &p);
    if (!st)
        st = measure(p, argc > 2 ? (size_t)atol(argv[2]) : 960, argc > 3 ? atoi(argv[3]) : 100);
    if (st)
        fprintf(stderr, "%s\n", spk_status_text(st));
    spk_setup_free(s);
    spk_study_free(y);
    spk_ctx_free(ctx);
    return st != SPK_OK;
}
