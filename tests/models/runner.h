/* Runs one neuron of a model through its float64 kernel: all lanes do the same, lane 0 is looked at. */
#ifndef SPK_TESTS_MODELS_RUNNER_H
#define SPK_TESTS_MODELS_RUNNER_H

#include "test.h"

#include <spikefit/kernel.h>
#include <spikefit/model.h>

enum { RUN_PARAMETERS = 64, RUN_SPIKES = 4096 };

typedef double current_fn(const void *arg, double t_ms);

typedef struct {
    /* what to run */
    const spk_kernel *kernel;
    double dt_ms;
    current_fn *current; /* pA; NULL: none */
    const void *current_arg;
    double value[RUN_PARAMETERS]; /* where is_set */
    unsigned char is_set[RUN_PARAMETERS];
    uint64_t seed;
    /* what came out */
    double spike[RUN_SPIKES];
    size_t n_spikes;
    /* how it goes on */
    double *constant, *state; /* [vector][row][lane] */
    uint64_t step;
} run;

static int find_quantity(const spk_quantity *q, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(q[i].name, name) == 0)
            return (int)i;
    printf("# there is no %s\n", name);
    test__bad++;
    return 0;
}

/* In the parameter's own unit. */
static inline void run_set(run *r, const char *name, double value) {
    int i = find_quantity(r->kernel->parameters, r->kernel->n_parameters, name);
    r->value[i] = value * r->kernel->parameters[i].scale;
    r->is_set[i] = 1;
}

static void *aligned(size_t n) {
    void *p = aligned_alloc(64, (n * sizeof(double) + 63) / 64 * 64 + 64);
    if (!p)
        abort();
    memset(p, 0, n * sizeof(double));
    return p;
}

static inline void run_start(run *r) {
    const spk_kernel *k = r->kernel;
    size_t lanes = (size_t)k->width, vectors = (size_t)k->unroll;
    double constant[512] = {0}, state[256] = {0};
    if (k->n_constants > 512 || k->n_kernel_states > 256 || k->n_parameters > RUN_PARAMETERS)
        abort();
    k->defaults(r->value, r->is_set, r->dt_ms);
    CHECK(k->guard(r->value, r->dt_ms) == -1);
    k->prepare(r->value, r->dt_ms, constant, state);
    r->constant = aligned(vectors * k->n_constants * lanes);
    r->state = aligned(vectors * k->n_kernel_states * lanes);
    for (size_t v = 0; v < vectors; v++)
        for (size_t l = 0; l < lanes; l++) {
            for (size_t c = 0; c < k->n_constants; c++)
                r->constant[(v * k->n_constants + c) * lanes + l] = constant[c];
            for (size_t s = 0; s < k->n_kernel_states; s++)
                r->state[(v * k->n_kernel_states + s) * lanes + l] = state[s];
        }
}

static inline void run_end(run *r) {
    free(r->constant);
    free(r->state);
}

/* Takes up the spikes of lane 0 of vector 0. */
static inline void run_collect(run *r, const spk_run_args *a) {
    const double *rest = a->log_rest;
    for (uint64_t j = 0; j < a->n_log; j++) {
        uint64_t vector = a->log[j] >> 32, step = a->log[j] >> 16 & 0xffff, mask = a->log[j] & 0xffff;
        if (vector != 0 || !(mask & 1) || r->n_spikes == RUN_SPIKES)
            continue;
        double end = (double)(a->step + step + 1) * a->dt_ms;
        r->spike[r->n_spikes++] = end - (r->kernel->carry ? rest[j * (size_t)r->kernel->width] : 0);
    }
}

/* On to the time t. */
static inline void run_to(run *r, double t_ms) {
    const spk_kernel *k = r->kernel;
    uint64_t last = (uint64_t)llround(t_ms / r->dt_ms);
    size_t vectors = (size_t)k->unroll, lanes = (size_t)k->width;
    uint32_t *id = aligned(vectors * lanes);
    for (size_t i = 0; i < vectors * lanes; i++)
        id[i] = (uint32_t)i;
    while (r->step < last) {
        uint64_t n = last - r->step < 4096 ? last - r->step : 4096;
        size_t entries = vectors * (size_t)n + 1;
        double *drive = aligned((size_t)n + 1);
        for (uint64_t i = 0; r->current && i <= n; i++)
            drive[i] = r->current(r->current_arg, (double)(r->step + i) * r->dt_ms);
        const void *drives[1] = {drive};
        spk_run_args a = {.step = r->step,
                          .n_steps = n,
                          .n_vectors = vectors,
                          .dt_ms = r->dt_ms,
                          .drive = drives,
                          .state = r->state,
                          .constant = r->constant,
                          .seed = r->seed,
                          .lane_id = id};
        a.log = aligned(entries);
        a.log_rest = aligned(entries * lanes);
        k->run(&a);
        run_collect(r, &a);
        free(a.log);
        free(a.log_rest);
        free(drive);
        r->step += n;
    }
    free(id);
}

/* A state variable of lane 0, in its own unit. */
static inline double run_state(const run *r, const char *name) {
    int i = find_quantity(r->kernel->states, r->kernel->n_states, name);
    return r->state[(size_t)i * (size_t)r->kernel->width] / r->kernel->states[i].scale;
}

#endif
