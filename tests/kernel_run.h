/* Runs kernels in tests: every lane has its own parameters, all the same drive. */
#ifndef SPK_TESTS_KERNEL_RUN_H
#define SPK_TESTS_KERNEL_RUN_H

#include "test.h"

#include <spikefit/kernel.h>
#include <spikefit/model.h>

typedef struct {
    const spk_kernel *k;
    double dt_ms;
    size_t n_lanes, n_vectors; /* vectors are a multiple of unroll */
    double *parameter;         /* [lane][parameter] */
    double *constant, *state;  /* [lane][...] in double, before rounding */
    void *packed_constant, *packed_state;
    uint32_t *lane_id;
    uint64_t seed;
    uint64_t step;
    /* spikes of all lanes, by arrival; time in ms */
    size_t n_spikes, spike_room;
    double *spike_ms;
    uint32_t *spike_lane;
} lanes;

/* Where tests keep compiled models. */
static inline const char *test_cache(void) {
    static char path[4096];
    const char *bin = getenv("SPK_BIN");
    snprintf(path, sizeof path, "%s/kernel_cache", bin ? bin : "/tmp");
    return path;
}

/* Path of a file of the source tree. */
static inline const char *source_path(const char *name) {
    static char path[4096];
    const char *root = getenv("SPK_SOURCE");
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    return path;
}

static inline spk_model *test_open(spk_ctx *ctx, const char *source, const char *integrator,
                                   int isa) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.kind = SPK_MODEL_ANY;
    o.integrator = integrator;
    o.cache = test_cache();
    o.isa = isa;
    spk_model *m = NULL;
    if (spk_model_open(ctx, source, &o, &m)) {
        print_diags(ctx);
        test__bad++;
        return NULL;
    }
    return m;
}

static inline spk_model *test_open_text(spk_ctx *ctx, const char *text, const char *integrator,
                                        int isa) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = integrator;
    o.cache = test_cache();
    o.isa = isa;
    spk_model *m = NULL;
    if (spk_model_open_text(ctx, "test.nestml", text, strlen(text), NULL, &o, &m)) {
        print_diags(ctx);
        test__bad++;
        return NULL;
    }
    return m;
}

static inline int find_quantity(const spk_quantity *q, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(q[i].name, name) == 0)
            return (int)i;
    printf("# no quantity %s\n", name);
    test__bad++;
    return 0;
}

static inline size_t real_size(const spk_kernel *k) {
    return k->precision == SPK_FLOAT32 ? sizeof(float) : sizeof(double);
}

static inline void put_real(const spk_kernel *k, void *to, size_t i, double x) {
    if (k->precision == SPK_FLOAT32)
        ((float *)to)[i] = (float)x;
    else
        ((double *)to)[i] = x;
}

static inline double get_real(const spk_kernel *k, const void *from, size_t i) {
    return k->precision == SPK_FLOAT32 ? (double)((const float *)from)[i]
                                       : ((const double *)from)[i];
}

static inline void lanes_free(lanes *l) {
    free(l->parameter);
    free(l->constant);
    free(l->state);
    free(l->packed_constant);
    free(l->packed_state);
    free(l->lane_id);
    free(l->spike_ms);
    free(l->spike_lane);
    *l = (lanes){0};
}

/* Default parameters in all lanes. */
static inline void lanes_init(lanes *l, const spk_kernel *k, size_t n_lanes, double dt_ms) {
    size_t width = (size_t)k->width, block = width * (size_t)k->unroll;
    *l = (lanes){.k = k, .dt_ms = dt_ms, .n_lanes = n_lanes, .seed = 1};
    l->n_vectors = (n_lanes + block - 1) / block * (size_t)k->unroll;
    size_t all = l->n_vectors * width;
    l->parameter = calloc(all * (k->n_parameters + 1), sizeof(double));
    l->constant = calloc(all * (k->n_constants + 1), sizeof(double));
    l->state = calloc(all * (k->n_kernel_states + 1), sizeof(double));
    l->packed_constant = calloc(all * (k->n_constants + 1), sizeof(double));
    l->packed_state = calloc(all * (k->n_kernel_states + 1), sizeof(double));
    l->lane_id = calloc(all + 16, sizeof(uint32_t));
    unsigned char *is_set = calloc(k->n_parameters + 1, 1);
    for (size_t i = 0; i < all; i++) {
        k->defaults(l->parameter + i * k->n_parameters, is_set, dt_ms);
        l->lane_id[i] = (uint32_t)i;
    }
    free(is_set);
}

static inline void lanes_set(lanes *l, size_t lane, const char *name, double x) {
    int i = find_quantity(l->k->parameters, l->k->n_parameters, name);
    l->parameter[lane * l->k->n_parameters + (size_t)i] = x;
}

/* Computes lane constants and initial states; call before the first run, and after the last set. */
static inline void lanes_prepare(lanes *l) {
    const spk_kernel *k = l->k;
    size_t width = (size_t)k->width;
    for (size_t i = 0; i < l->n_vectors * width; i++) {
        double *c = l->constant + i * k->n_constants, *s = l->state + i * k->n_kernel_states;
        /* lanes to spare repeat the last one */
        size_t from = i < l->n_lanes ? i : l->n_lanes - 1;
        k->prepare(l->parameter + from * k->n_parameters, l->dt_ms, c, s);
        for (size_t j = 0; j < k->n_constants; j++)
            put_real(k, l->packed_constant, (i / width * k->n_constants + j) * width + i % width,
                     c[j]);
        for (size_t j = 0; j < k->n_kernel_states; j++)
            put_real(k, l->packed_state, (i / width * k->n_kernel_states + j) * width + i % width,
                     s[j]);
    }
    l->n_spikes = 0;
    l->step = 0;
}

static inline double lanes_state(const lanes *l, size_t lane, const char *name) {
    const spk_kernel *k = l->k;
    size_t width = (size_t)k->width;
    size_t j = (size_t)find_quantity(k->states, k->n_kernel_states, name);
    return get_real(k, l->packed_state,
                    (lane / width * k->n_kernel_states + j) * width + lane % width);
}

static inline void lanes_set_state(lanes *l, size_t lane, const char *name, double x) {
    const spk_kernel *k = l->k;
    size_t width = (size_t)k->width;
    size_t j = (size_t)find_quantity(k->states, k->n_kernel_states, name);
    put_real(k, l->packed_state, (lane / width * k->n_kernel_states + j) * width + lane % width, x);
}

static inline void lanes_spike(lanes *l, uint32_t lane, double t_ms) {
    if (lane >= l->n_lanes)
        return;
    if (l->n_spikes == l->spike_room) {
        l->spike_room = l->spike_room ? 2 * l->spike_room : 1024;
        l->spike_ms = realloc(l->spike_ms, l->spike_room * sizeof *l->spike_ms);
        l->spike_lane = realloc(l->spike_lane, l->spike_room * sizeof *l->spike_lane);
    }
    l->spike_ms[l->n_spikes] = t_ms;
    l->spike_lane[l->n_spikes++] = lane;
}

/* n_steps through run(), with drive(t) on the first continuous port (NULL: 0). */
static inline void lanes_run(lanes *l, uint64_t n_steps, double (*drive)(double t_ms)) {
    const spk_kernel *k = l->k;
    size_t width = (size_t)k->width, real = real_size(k);
    enum { CHUNK = 4096 };
    void *samples = calloc(CHUNK + 1, sizeof(double)), *zeros = calloc(CHUNK + 1, sizeof(double));
    const void **port = calloc(k->n_continuous + 1, sizeof *port);
    uint64_t *log = calloc(l->n_vectors * CHUNK + 1, sizeof *log);
    void *log_rest = calloc((l->n_vectors * CHUNK + 1) * width, real);
    for (size_t i = 0; i < k->n_continuous; i++)
        port[i] = i ? zeros : samples;
    while (n_steps) {
        uint64_t n = n_steps < CHUNK ? n_steps : CHUNK;
        for (uint64_t i = 0; i <= n; i++)
            put_real(k, samples, i, drive ? drive((double)(l->step + i) * l->dt_ms) : 0);
        spk_run_args a = {.step = l->step,
                          .n_steps = n,
                          .n_vectors = l->n_vectors,
                          .dt_ms = l->dt_ms,
                          .drive = port,
                          .state = l->packed_state,
                          .constant = l->packed_constant,
                          .seed = l->seed,
                          .lane_id = l->lane_id,
                          .log = log,
                          .log_rest = log_rest};
        k->run(&a);
        for (uint64_t j = 0; j < a.n_log; j++)
            for (uint32_t bit = 0; bit < width; bit++)
                if (log[j] >> bit & 1) {
                    double rest = k->carry ? get_real(k, log_rest, j * width + bit) : 0;
                    double end = (double)(l->step + (log[j] >> 16 & 0xffff) + 1) * l->dt_ms;
                    lanes_spike(l, (uint32_t)((log[j] >> 32) * width + bit), end - rest);
                }
        l->step += n;
        n_steps -= n;
    }
    free(samples);
    free(zeros);
    free(port);
    free(log);
    free(log_rest);
}

/* One step through step(): drive and drive_end on the first continuous port, weight (may be NULL)
 * by spike port, the same in all lanes. */
static inline void lanes_step(lanes *l, double drive, double drive_end, const double *weight) {
    const spk_kernel *k = l->k;
    size_t width = (size_t)k->width, all = l->n_vectors * width,
           ports = k->n_continuous + k->n_spike_ports;
    const void **input = calloc(ports + 1, sizeof *input), **end = calloc(ports + 1, sizeof *end);
    void *values = calloc(all * (2 + k->n_spike_ports), sizeof(double));
    char *at = values;
    uint32_t *spiked = calloc(l->n_vectors, sizeof *spiked);
    void *rest = calloc(all, sizeof(double));
    size_t bytes = all * real_size(k);
    for (size_t i = 0; i < all; i++) {
        put_real(k, at, i, drive);
        put_real(k, at + bytes, i, drive_end);
        for (size_t p = 0; weight && p < k->n_spike_ports; p++)
            put_real(k, at + (2 + p) * bytes, i, weight[p]);
    }
    if (k->n_continuous) {
        input[0] = at;
        end[0] = at + bytes;
    }
    for (size_t p = 0; weight && p < k->n_spike_ports; p++)
        input[k->n_continuous + p] = at + (2 + p) * bytes;
    spk_step_args a = {.step = l->step,
                       .n_vectors = l->n_vectors,
                       .dt_ms = l->dt_ms,
                       .input = input,
                       .input_end = end,
                       .state = l->packed_state,
                       .constant = l->packed_constant,
                       .constant_stride = k->n_constants * width,
                       .seed = l->seed,
                       .lane_id = l->lane_id,
                       .spiked = spiked,
                       .rest = rest};
    k->step(&a);
    l->step++;
    for (size_t v = 0; v < l->n_vectors; v++)
        for (uint32_t bit = 0; bit < width; bit++)
            if (spiked[v] >> bit & 1)
                lanes_spike(l, (uint32_t)(v * width + bit),
                            (double)l->step * l->dt_ms - get_real(k, rest, v * width + bit));
    free(input);
    free(end);
    free(values);
    free(spiked);
    free(rest);
}

#endif
