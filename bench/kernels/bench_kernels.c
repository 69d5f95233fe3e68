/* Speed of ensemble kernels: what the model compiler emits, what a hand-written kernel reaches,
 * what plain C does. Prints G steps/s of one core (1e9 lane-steps a second) and ratios; only the
 * ratios of one run mean anything. Each repetition runs every variant once, in turn; medians over
 * repetitions.
 *
 * The last emitted rows take Heun's step and carry spikes, the default of a fit: more work a step,
 * but 0.2 ms of it is as accurate as 0.02 ms of Euler.
 *
 * bench_kernels [LANES [MODEL_MS [REPETITIONS]]]
 */
#include "base/base.h"
#include "hand.h"
#include "num/num.h"

#include <spikefit/model.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double DT_MS = 0.1;

typedef struct {
    size_t lanes, steps;
    double *parameter; /* [lane][HAND_PARAMETERS] */
    double *drive64;
    float *drive32;
} workload;

/* CPU time: other programs on the machine count less. */
static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *allocate(size_t n, size_t size) {
    void *p = aligned_alloc(64, (n * size + 127) / 64 * 64);
    if (!p) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    memset(p, 0, n * size);
    return p;
}

static double between(spk__rng *r, double low, double high) {
    return low + (high - low) * spk__rng_uniform(r);
}

static void draw_parameters(enum hand_model model, spk__rng *r, double *p) {
    if (model == HAND_IZHIKEVICH) {
        p[IZH_a] = between(r, 0.01, 0.1);
        p[IZH_b] = between(r, 0.18, 0.24);
        p[IZH_c] = between(r, -65, -50);
        p[IZH_d] = between(r, 2, 8);
        p[IZH_R] = between(r, 0.01, 0.03);
        p[IZH_V_th] = 30;
        return;
    }
    p[ADEX_C_m] = between(r, 100, 300);
    p[ADEX_g_L] = between(r, 5, 20);
    p[ADEX_E_L] = between(r, -75, -65);
    p[ADEX_V_th] = between(r, -55, -45);
    p[ADEX_Delta_T] = between(r, 1, 4);
    p[ADEX_V_peak] = 0;
    p[ADEX_V_reset] = between(r, -65, -55);
    p[ADEX_t_ref] = between(r, 0, 3);
    p[ADEX_a] = between(r, 0, 10);
    p[ADEX_b] = between(r, 0, 100);
    p[ADEX_tau_w] = between(r, 30, 300);
}

/* A current that fluctuates with 5 ms, held for 0.2 ms as a recording would be. */
static void draw_drive(workload *w) {
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_STIMULUS, 0, 0);
    double z = 0;
    for (size_t i = 0; i <= w->steps; i++) {
        if (i % 2 == 0)
            z += -z * 0.04 + sqrt(0.08) * spk__rng_normal(&r);
        w->drive64[i] = 350 + 250 * z;
        w->drive32[i] = (float)w->drive64[i];
    }
}

/* ---- the variants ---- */

typedef struct variant variant;
struct variant {
    char name[64];
    int precision;                /* 0 float, 1 double */
    double lane_steps;            /* of one run */
    size_t (*run)(variant *self); /* returns spikes */
    const workload *load;
    enum hand_model model;
    const hand_kernel *hand;
    spk_model *emitted_model;
    const spk_kernel *emitted;
    void *state0, *state, *constant;
    size_t n_vectors, state_bytes;
    uint64_t *log;
    spk_run_args args;
    double time[64];
};

static void put(int precision, void *array, size_t i, double x) {
    if (precision)
        ((double *)array)[i] = x;
    else
        ((float *)array)[i] = (float)x;
}

static void count_spikes(void *user, const uint64_t *log, size_t n) {
    size_t *spikes = user;
    for (size_t i = 0; i < n; i++)
        *spikes += (size_t)__builtin_popcountll(log[i] & 0xffff);
}

static size_t run_hand(variant *v) {
    memcpy(v->state, v->state0, v->state_bytes);
    size_t spikes = 0;
    hand_args g = {.n_vectors = v->n_vectors,
                   .n_steps = v->load->steps,
                   .drive = v->precision ? (void *)v->load->drive64 : v->load->drive32,
                   .state = v->state,
                   .constant = v->constant,
                   .log = v->log,
                   .flush = count_spikes,
                   .user = &spikes};
    v->hand->run(&g);
    return spikes;
}

static size_t run_scalar(variant *v) {
    const workload *w = v->load;
    size_t lanes = w->lanes / 50 + 1;
    return 50 * (v->precision
                     ? hand_scalar_64(v->model, lanes, w->steps, w->drive64, w->parameter, DT_MS)
                     : hand_scalar_32(v->model, lanes, w->steps, w->drive32, w->parameter, DT_MS));
}

/* A block of vectors at a time over all steps, as the simulation room runs them. */
static size_t run_emitted(variant *v) {
    memcpy(v->state, v->state0, v->state_bytes);
    const spk_kernel *k = v->emitted;
    const workload *w = v->load;
    size_t bytes = v->precision ? sizeof(double) : sizeof(float), spikes = 0;
    size_t unroll = (size_t)k->unroll, width = (size_t)k->width;
    for (size_t block = 0; block < v->n_vectors; block += unroll)
        for (size_t step = 0; step < w->steps; step += v->args.n_steps) {
            spk_run_args g = v->args;
            const void *drive = v->precision ? (void *)(w->drive64 + step) : w->drive32 + step;
            g.step = step;
            g.n_steps = w->steps - step < g.n_steps ? w->steps - step : g.n_steps;
            g.drive = &drive;
            g.state = (char *)v->state + block * k->n_kernel_states * width * bytes;
            g.constant = (char *)v->constant + block * k->n_constants * width * bytes;
            g.lane_id += block * width;
            k->run(&g);
            for (uint64_t i = 0; i < g.n_log; i++)
                spikes += (size_t)__builtin_popcountll(g.log[i] & 0xffff);
        }
    return spikes;
}

static variant *new_variant(const workload *w, enum hand_model model, int precision,
                            const char *name) {
    variant *v = allocate(1, sizeof *v);
    snprintf(v->name, sizeof v->name, "%s", name);
    v->precision = precision;
    v->load = w;
    v->model = model;
    v->lane_steps = (double)w->lanes * (double)w->steps;
    return v;
}

static variant *hand_variant(const workload *w, enum hand_model model, int precision,
                             const char *name, const hand_kernel *table) {
    variant *v = new_variant(w, model, precision, name);
    const hand_kernel *h = v->hand = &table[model];
    size_t width = (size_t)h->width, unroll = (size_t)h->unroll;
    size_t blocks = (w->lanes + width * unroll - 1) / (width * unroll);
    v->n_vectors = blocks * unroll;
    size_t lanes = v->n_vectors * width, bytes = precision ? sizeof(double) : sizeof(float);
    size_t n_states = (size_t)h->n_states, n_constants = (size_t)h->n_constants;
    v->state_bytes = lanes * n_states * bytes;
    v->state0 = allocate(lanes * n_states, bytes);
    v->state = allocate(lanes * n_states, bytes);
    v->constant = allocate(lanes * n_constants, bytes);
    v->log = allocate(unroll * w->steps + 1, sizeof *v->log);
    v->lane_steps = (double)lanes * (double)w->steps;
    v->run = run_hand;
    for (size_t i = 0; i < lanes; i++) {
        double c[16], x[4];
        size_t vector = i / width, lane = i % width;
        hand_prepare(model, w->parameter + i % w->lanes * HAND_PARAMETERS, DT_MS, c, x);
        for (size_t j = 0; j < n_states; j++)
            put(precision, v->state0, (vector * n_states + j) * width + lane, x[j]);
        for (size_t j = 0; j < n_constants; j++)
            put(precision, v->constant, (vector * n_constants + j) * width + lane, c[j]);
    }
    return v;
}

static variant *scalar_variant(const workload *w, enum hand_model model, int precision) {
    variant *v = new_variant(w, model, precision, "plain C, one neuron at a time");
    v->lane_steps = (double)(w->lanes / 50 + 1) * (double)w->steps;
    v->run = run_scalar;
    return v;
}

/* NULL (and words) where the model cannot be opened: adex_bare is no built-in model and needs a
 * compiler. */
static spk_model *open_model(spk_ctx *ctx, enum hand_model model, spk_isa isa,
                             const char *integrator) {
    static const char *const source[] = {BENCH_FOLDER "/adex_bare.nestml", "aeif_psc_exp",
                                         "izhikevich"};
    spk_model_options options = SPK_MODEL_OPTIONS_INIT;
    options.integrator = integrator;
    options.isa = (int)isa;
    spk_model *m = NULL;
    if (spk_model_open(ctx, source[model], &options, &m)) {
        char text[1000];
        spk_diag_format(spk_ctx_diag(ctx, spk_ctx_diag_count(ctx) - 1), false, text, sizeof text);
        printf("%s\n", text);
    }
    return m;
}

static variant *emitted_variant(const workload *w, enum hand_model model, int precision,
                                spk_model *m, const char *what) {
    const spk_kernel *k = spk_model_kernel(m, precision ? SPK_FLOAT64 : SPK_FLOAT32);
    static const char *const adex[] = {"C_m",     "g_L",   "E_L", "V_th", "Delta_T", "V_peak",
                                       "V_reset", "t_ref", "a",   "b",    "tau_w",   "I_e"};
    static const char *const izhikevich[] = {"a", "b", "c", "d", "R", "V_th", "I_e"};
    const char *const *names = model == HAND_IZHIKEVICH ? izhikevich : adex;
    size_t n_names = model == HAND_IZHIKEVICH ? 7 : 12;
    char name[64];
    snprintf(name, sizeof name, "emitted%s, %s", what, spk__isa_name((spk_isa)k->isa));
    variant *v = new_variant(w, model, precision, name);
    v->emitted_model = m;
    v->emitted = k;
    size_t width = (size_t)k->width, unroll = (size_t)k->unroll;
    size_t blocks = (w->lanes + width * unroll - 1) / (width * unroll);
    v->n_vectors = blocks * unroll;
    size_t lanes = v->n_vectors * width, bytes = precision ? sizeof(double) : sizeof(float);
    v->state_bytes = lanes * k->n_kernel_states * bytes;
    v->state0 = allocate(lanes * k->n_kernel_states, bytes);
    v->state = allocate(lanes * k->n_kernel_states, bytes);
    v->constant = allocate(lanes * k->n_constants, bytes);
    v->lane_steps = (double)lanes * (double)w->steps;
    v->run = run_emitted;
    double *p = allocate(k->n_parameters, sizeof *p), *c = allocate(k->n_constants, sizeof *c),
           *x = allocate(k->n_kernel_states, sizeof *x);
    unsigned char *set = allocate(k->n_parameters, 1);
    for (size_t i = 0; i < lanes; i++) {
        memset(set, 0, k->n_parameters);
        for (size_t j = 0; j < k->n_parameters; j++)
            for (size_t q = 0; q < n_names; q++)
                if (strcmp(k->parameters[j].name, names[q]) == 0) {
                    p[j] = w->parameter[i % w->lanes * HAND_PARAMETERS + q];
                    set[j] = 1;
                }
        k->defaults(p, set, DT_MS);
        k->prepare(p, DT_MS, c, x);
        size_t vector = i / width, lane = i % width;
        for (size_t j = 0; j < k->n_kernel_states; j++)
            put(precision, v->state0, (vector * k->n_kernel_states + j) * width + lane, x[j]);
        for (size_t j = 0; j < k->n_constants; j++)
            put(precision, v->constant, (vector * k->n_constants + j) * width + lane, c[j]);
    }
    free(p);
    free(c);
    free(x);
    free(set);
    uint32_t *id = allocate(lanes, sizeof *id);
    for (size_t i = 0; i < lanes; i++)
        id[i] = (uint32_t)i;
    size_t chunk = w->steps < 4096 ? w->steps : 4096, room = unroll * chunk + 1;
    v->args = (spk_run_args){.n_steps = chunk,
                             .n_vectors = unroll,
                             .dt_ms = DT_MS,
                             .seed = 1,
                             .lane_id = id,
                             .log = allocate(room, sizeof(uint64_t)),
                             .log_rest = allocate(room * width, bytes)};
    return v;
}

static void free_variant(variant *v) {
    free(v->state0);
    free(v->state);
    free(v->constant);
    free(v->log);
    free((void *)v->args.lane_id);
    free(v->args.log);
    free(v->args.log_rest);
    spk_model_free(v->emitted_model);
    free(v);
}

/* ---- measuring ---- */

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *x, int n) {
    double y[64];
    memcpy(y, x, (size_t)n * sizeof *y);
    qsort(y, (size_t)n, sizeof *y, by_size);
    return n % 2 ? y[n / 2] : (y[n / 2 - 1] + y[n / 2]) / 2;
}

/* The median over repetitions of speed(a) / speed(b). */
static double ratio(const variant *a, const variant *b, int n) {
    double r[64];
    for (int i = 0; i < n; i++)
        r[i] = a->lane_steps / a->time[i] / (b->lane_steps / b->time[i]);
    return median(r, n);
}

enum { VARIANTS = 10 };

static void measure(const char *title, variant **v, int n, int repetitions) {
    size_t spikes[VARIANTS];
    for (int i = 0; i < n; i++)
        spikes[i] = v[i]->run(v[i]); /* and warms up */
    for (int rep = 0; rep < repetitions; rep++)
        for (int i = 0; i < n; i++) {
            double start = seconds();
            v[i]->run(v[i]);
            v[i]->time[rep] = seconds() - start;
        }
    printf("\n%s, %s\n  %-38s %10s %8s %8s %14s\n", title, v[0]->precision ? "double" : "float", "",
           "G steps/s", "/ first", "/ last", "spikes/lane");
    const variant *first = v[0], *last = v[n - 1];
    for (int i = 0; i < n; i++) {
        double g[64];
        for (int rep = 0; rep < repetitions; rep++)
            g[rep] = v[i]->lane_steps / v[i]->time[rep] * 1e-9;
        double lanes = v[i]->lane_steps / (double)v[i]->load->steps;
        double per_lane = (double)spikes[i] / lanes / (v[i]->run == run_scalar ? 50 : 1);
        printf("  %-38s %10.3f %8.2f %8.1f %14.1f\n", v[i]->name, median(g, repetitions),
               ratio(v[i], first, repetitions), ratio(v[i], last, repetitions), per_lane);
    }
    fflush(stdout);
}

static void bench(spk_ctx *ctx, workload *w, enum hand_model model, const char *title,
                  int repetitions) {
    spk__rng r;
    spk__rng_init(&r, 2, SPK__RNG_SEARCH, (uint32_t)model, 0);
    memset(w->parameter, 0, w->lanes * HAND_PARAMETERS * sizeof *w->parameter);
    for (size_t i = 0; i < w->lanes; i++)
        draw_parameters(model, &r, w->parameter + i * HAND_PARAMETERS);
    spk_isa isa = spk__cpu_isa();
    for (int precision = 0; precision < 2; precision++) {
        variant *v[VARIANTS];
        int n = 0;
        if (isa >= SPK_ISA_AVX512)
            v[n++] = hand_variant(w, model, precision, "hand-written, avx512",
                                  precision ? hand_avx512_64 : hand_avx512_32);
        if (isa >= SPK_ISA_AVX2)
            v[n++] = hand_variant(w, model, precision, "hand-written, avx2",
                                  precision ? hand_avx2_64 : hand_avx2_32);
        const char *euler = model == HAND_ADEX_BARE ? "euler:grid,held" : "euler";
        for (int i = (int)isa; i >= 0; i--) {
            spk_model *m = open_model(ctx, model, (spk_isa)i, euler);
            if (m)
                v[n++] = emitted_variant(w, model, precision, m, "");
        }
        for (int i = (int)isa; i > 0; i--) {
            spk_model *m = open_model(ctx, model, (spk_isa)i, "heun");
            if (m)
                v[n++] = emitted_variant(w, model, precision, m, " Heun, carried spikes");
        }
        v[n++] = scalar_variant(w, model, precision);
        measure(title, v, n, repetitions);
        for (int i = 0; i < n; i++)
            free_variant(v[i]);
    }
}

int main(int argc, char **argv) {
    double lanes = argc > 1 ? atof(argv[1]) : 10000, ms = argc > 2 ? atof(argv[2]) : 2000;
    int repetitions = argc > 3 ? atoi(argv[3]) : 7;
    if (!(lanes >= 1 && ms >= 1 && repetitions >= 1 && repetitions <= 64)) {
        fprintf(stderr, "usage: bench_kernels [LANES [MODEL_MS [REPETITIONS (at most 64)]]]\n");
        return 2;
    }
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (!ctx)
        return 5;
    workload w = {.lanes = (size_t)lanes, .steps = (size_t)(ms / DT_MS)};
    w.parameter = allocate(w.lanes * HAND_PARAMETERS, sizeof(double));
    w.drive64 = allocate(w.steps + 1, sizeof(double));
    w.drive32 = allocate(w.steps + 1, sizeof(float));
    draw_drive(&w);
    printf("%zu lanes, %g ms at %g ms, Euler, %s\n", w.lanes, ms, DT_MS,
           spk__isa_name(spk__cpu_isa()));
    bench(ctx, &w, HAND_ADEX_BARE, "AdEx without timer and bound", repetitions);
    bench(ctx, &w, HAND_ADEX, "AdEx as NESTML writes it", repetitions);
    bench(ctx, &w, HAND_IZHIKEVICH, "Izhikevich", repetitions);
    free(w.parameter);
    free(w.drive64);
    free(w.drive32);
    spk_ctx_free(ctx);
    return 0;
}
