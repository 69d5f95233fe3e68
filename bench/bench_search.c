/* Time of ask + tell for 1000 candidates in 10 dimensions, for every search method; the aim is 0.3
 * ms. For several objectives also late in a search. Methods with a population are given one of 1000
 * (their option "population" or "batch"). */

#include <spikefit/search.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 1000, D = 10, K = 3, ROUNDS = 15, CANDIDATES = 40000, LATE = 200 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static void evaluate(const double *x, size_t n, size_t k, double *f) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++) {
            f[i * k + j] = 0;
            for (size_t d = 0; d < D; d++) {
                double e = x[i * D + d] - 0.3 - 0.3 * (double)j;
                f[i * k + j] += (double)(d + 1) * e * e;
            }
        }
}

static int compare(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The time of one generation, or of a few if they are small, for 1000 candidates. */
static double time_round(spk_search *s, size_t objectives) {
    static double x[CANDIDATES * D], f[CANDIDATES * K];
    double spent = 0;
    size_t candidates = 0;
    while (candidates < N && !spk_search_stopped(s, NULL)) {
        size_t n = CANDIDATES;
        double t0 = now_ms();
        spk_search_ask(s, x, &n);
        double t1 = now_ms();
        evaluate(x, n, objectives, f);
        double t2 = now_ms();
        spk_search_tell(s, f);
        spent += now_ms() - t2 + t1 - t0;
        candidates += n;
    }
    return candidates ? spent * N / (double)candidates : 0;
}

/* Median over rounds of the time for 1000 candidates, from the third round on and, for fronts,
 * after LATE rounds, when no point dominates another; negative if the method cannot run. */
static void measure(spk_ctx *ctx, const spk_search_method *m, size_t objectives, double out[2]) {
    spk_opts opts;
    spk_opts_default(m->options, &opts);
    for (size_t i = 0; m->options && m->options[i].name; i++)
        if (!strcmp(m->options[i].name, "population") || !strcmp(m->options[i].name, "batch"))
            opts.v[i] = N < m->options[i].max ? N : m->options[i].max;
    spk_search_space space = {.dim = D, .n_objectives = objectives};
    spk_search *s;
    out[0] = out[1] = -1;
    if (spk_search_new(ctx, m->name, &opts, &space, 1, 0, &s))
        return;
    double times[ROUNDS];
    for (int part = 0; part < (objectives > 1 ? 2 : 1); part++) {
        for (int r = part ? -LATE : -2; r < 0; r++)
            time_round(s, objectives);
        for (int r = 0; r < ROUNDS; r++)
            times[r] = time_round(s, objectives);
        qsort(times, ROUNDS, sizeof *times, compare);
        out[part] = times[ROUNDS / 2];
    }
    spk_search_free(s);
}

/* Arguments: the methods to time; none: all. */
int main(int argc, char **argv) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    printf("ms for 1000 candidates in %d dimensions (aim 0.3)\n", D);
    for (size_t i = 0; ctx && i < spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i);
        bool wanted = argc < 2;
        for (int k = 1; k < argc; k++)
            wanted = wanted || !strcmp(argv[k], m->name);
        for (size_t k = m->min_objectives; wanted && k <= m->max_objectives && k <= K; k++) {
            double ms[2];
            measure(ctx, m, k, ms);
            printf("%-10s %zu objective%s %8.3f", m->name, k, k == 1 ? " " : "s", ms[0]);
            if (k > 1)
                printf(" %8.3f late", ms[1]);
            printf("\n");
        }
    }
    spk_ctx_free(ctx);
    return 0;
}
