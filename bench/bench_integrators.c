/* Integrators measured: spike-time error against a converged reference, and cost, by step. Prints the table
 * of docs/integrators.md. Usage: bench_integrators */
#include <spikefit/model.h>
#include <spikefit/sim.h>
#include <spikefit/stimulus.h>
#include <spikefit/unit.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DURATION_MS = 10000, MOST = 4096 };
static const double sample_ms = 0.2;

typedef struct {
    const char *model, *reference, *mean, *sd;
    const char *integrator[6];
} task;

static const task tasks[] = {
    {"aeif_psc_exp", "rk4:carry,linear", "450 pA", "400 pA",
     {"euler:grid,held", "exponential_euler:grid,held", "heun:grid,linear", "heun:carry,linear",
      "rk4:carry,linear", NULL}},
    {"izhikevich", "rk4:carry,linear", "8 pA", "8 pA",
     {"euler:grid,held", "heun:grid,linear", "heun:carry,linear", "rk4:carry,linear", NULL}},
    {"hh_psc_alpha", "rk4:grid,linear", "500 pA", "600 pA",
     {"euler:grid,held", "exponential_euler:grid,held", "crank_nicolson:grid,held", "rk4:grid,linear",
      NULL}},
};

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static spk_status make_current(spk_ctx *ctx, const task *t, double *I, size_t n) {
    spk_stimulus s = {.kind = spk_stimulus_kind_find("noise")};
    const char *set[][2] = {{"mean", t->mean}, {"sd", t->sd}, {"tau", "5 ms"}};
    spk_opts_default(s.kind->options, &s.opts);
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < 3; i++)
        st = spk_opts_set(ctx, s.kind->options, "noise", set[i][0], set[i][1], NULL, &s.opts);
    return st ? st : spk_stimulus_make(ctx, &s, 1, 1, sample_ms, I, n);
}

static spk_status run(spk_ctx *ctx, const char *model, const char *integrator, double dt,
                      spk_trace current, spk_sim *out, double *seconds) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = integrator;
    spk_model *m = NULL;
    spk_status st = spk_model_open(ctx, model, &o, &m);
    if (st)
        return st;
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    double values[256] = {0};
    unsigned char is_set[256] = {0};
    spk_sim_options s = SPK_SIM_OPTIONS_INIT;
    s.dt_ms = dt;
    k->defaults(values, is_set, dt);
    double began = now_s();
    st = spk_simulate(ctx, k, values, current, &s, out);
    *seconds = now_s() - began;
    spk_model_free(m);
    return st;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Pairs each reference spike with the nearest within 5 ms. */
static void print_cell(const spk_sim *ref, const spk_sim *got) {
    static double error[MOST];
    size_t n = 0, j = 0;
    for (size_t i = 0; i < ref->n_spikes && n < MOST; i++) {
        while (j < got->n_spikes && got->spike_ms[j] < ref->spike_ms[i] - 5)
            j++;
        if (j < got->n_spikes && fabs(got->spike_ms[j] - ref->spike_ms[i]) <= 5)
            error[n++] = fabs(got->spike_ms[j++] - ref->spike_ms[i]);
    }
    if (!got->finite || !n) {
        printf(" diverges |");
        return;
    }
    qsort(error, n, sizeof *error, by_value);
    printf(" %.3g/%.3g", error[n / 2], error[(size_t)((double)(n - 1) * 0.95)]);
    if (ref->n_spikes > n || got->n_spikes > n)
        printf(" (%zu/%zu)", ref->n_spikes - n, got->n_spikes - n);
    printf(" |");
}

static spk_status bench(spk_ctx *ctx, const task *t, double *I, size_t n) {
    static const double steps[] = {0.2, 0.1, 0.05, 0.02};
    spk_trace current = {I, n, 0, sample_ms};
    spk_sim ref = {0};
    double seconds, euler_s = 0;
    spk_status st = make_current(ctx, t, I, n);
    if (!st)
        st = run(ctx, t->model, t->reference, 0.001, current, &ref, &seconds);
    for (size_t k = 0; !st && t->integrator[k]; k++) {
        printf("| %s | %s |", t->model, t->integrator[k]);
        for (size_t i = 0; !st && i < 4; i++) {
            spk_sim got = {0};
            st = run(ctx, t->model, t->integrator[k], steps[i], current, &got, &seconds);
            if (!st)
                print_cell(&ref, &got);
            spk_sim_free(&got);
        }
        if (k == 0)
            euler_s = seconds;
        printf(" %.1f |\n", seconds / euler_s);
        fflush(stdout);
    }
    spk_sim_free(&ref);
    return st;
}

int main(void) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t n = spk_stimulus_samples(DURATION_MS, sample_ms);
    double *I = calloc(n + 1, sizeof *I);
    spk_status st = ctx && I ? SPK_OK : SPK_ERR_MEMORY;
    printf("| model | integrator | dt 0.2 | 0.1 | 0.05 | 0.02 | cost |\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; !st && i < sizeof tasks / sizeof *tasks; i++)
        st = bench(ctx, &tasks[i], I, n);
    char text[2048];
    for (size_t i = 0; ctx && i < spk_ctx_diag_count(ctx); i++) {
        spk_diag_format(spk_ctx_diag(ctx, i), false, text, sizeof text);
        fputs(text, stderr);
    }
    free(I);
    if (ctx)
        spk_ctx_free(ctx);
    return st != SPK_OK;
}
