/* Neurons of the network benchmarks, f32, written as loops over lanes that the compiler turns into
 * vectors: what the engine costs beside a good kernel, whatever the compiler of models emits. */
#ifndef SPK_BENCH_NETWORK_KERNELS_H
#define SPK_BENCH_NETWORK_KERNELS_H

#include <spikefit/kernel.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { LANES = 16 };
typedef float vec __attribute__((vector_size(64)));
typedef int32_t ivec __attribute__((vector_size(64)));

#if defined(__AVX512F__)
#include <immintrin.h>
static inline uint32_t mask_of(ivec x) {
    return _mm512_movepi32_mask((__m512i)x);
}
#else
static inline uint32_t mask_of(ivec x) {
    uint32_t mask = 0;
    for (int l = 0; l < LANES; l++)
        mask |= (uint32_t)(x[l] != 0) << l;
    return mask;
}
#endif

static inline vec load(const float *p) {
    vec x;
    memcpy(&x, p, sizeof x);
    return x;
}

static inline void store(float *p, vec x) {
    memcpy(p, &x, sizeof x);
}

static inline vec blend(ivec mask, vec a, vec b) {
    return (vec)((mask & (ivec)a) | (~mask & (ivec)b));
}

typedef struct {
    float x[LANES];
} lanes;
static const lanes no_input;

static inline const float *lane_input(const spk_step_args *a, size_t port, size_t v) {
    return a->input[port] ? (const float *)a->input[port] + v * LANES : no_input.x;
}

/* ---- Izhikevich 2003, Euler with the step of the study; parameters a b c d, one current port ----
 */

enum { IZ_A, IZ_B, IZ_C, IZ_D, IZ_N };

static void iz_defaults(double *p, const unsigned char *set, double dt) {
    static const double d[IZ_N] = {0.02, 0.2, -65, 8};
    (void)dt;
    for (int i = 0; i < IZ_N; i++)
        if (!set[i])
            p[i] = d[i];
}

static void iz_prepare(const double *p, double dt, double *c, double *s) {
    (void)dt;
    for (int i = 0; i < IZ_N; i++)
        c[i] = p[i];
    s[0] = -65;
    s[1] = p[IZ_B] * -65;
}

static void iz_step(const spk_step_args *a) {
    float dt = (float)a->dt_ms;
    for (size_t v = 0; v < a->n_vectors; v++) {
        float *V = (float *)a->state + v * 2 * LANES, *restrict U = V + LANES;
        const float *c = (const float *)a->constant + v * a->constant_stride;
        const float *current = lane_input(a, 0, v), *spikes = lane_input(a, 1, v);
        vec x = load(V), u = load(U);
        vec xn = x + dt * (0.04f * x * x + 5 * x + 140 - u + load(current)) + load(spikes);
        vec un = u + dt * load(c + IZ_A * LANES) * (load(c + IZ_B * LANES) * x - u);
        ivec fired = xn >= 30;
        store(V, blend(fired, load(c + IZ_C * LANES), xn));
        store(U, blend(fired, un + load(c + IZ_D * LANES), un));
        a->spiked[v] = mask_of(fired);
    }
}

/* ---- CUBA (Vogels and Abbott 2005; Brette et al. 2007, benchmark 2): weights of both signs on two
 * ports, exponential currents in mV ---- */

enum { CUBA_V, CUBA_GE, CUBA_GI, CUBA_R, CUBA_STATES };
enum { CUBA_TM, CUBA_TE, CUBA_TI, CUBA_N };

static void cuba_defaults(double *p, const unsigned char *set, double dt) {
    static const double d[CUBA_N] = {20, 5, 10};
    (void)dt;
    for (int i = 0; i < CUBA_N; i++)
        if (!set[i])
            p[i] = d[i];
}

static void cuba_prepare(const double *p, double dt, double *c, double *s) {
    c[0] = dt / p[CUBA_TM];
    c[1] = exp(-dt / p[CUBA_TE]);
    c[2] = exp(-dt / p[CUBA_TI]);
    s[CUBA_V] = -60;
    s[CUBA_GE] = s[CUBA_GI] = s[CUBA_R] = 0;
}

static void cuba_step(const spk_step_args *a) {
    float ref = (float)(5 / a->dt_ms);
    for (size_t v = 0; v < a->n_vectors; v++) {
        float *V = (float *)a->state + v * CUBA_STATES * LANES;
        float *GE = V + LANES, *restrict GI = GE + LANES, *restrict R = GI + LANES;
        const float *c = (const float *)a->constant + v * a->constant_stride;
        const float *exc = lane_input(a, 0, v), *inh = lane_input(a, 1, v);
        vec x = load(V), ge = load(GE), gi = load(GI), r = load(R);
        x = blend(r > 0, x, x + load(c) * (ge + gi - (x + 49)));
        ivec fired = x > -50;
        r = blend(r > 1, r - 1, r * 0);
        store(V, blend(fired, x * 0 - 60, x));
        store(R, blend(fired, x * 0 + ref, r));
        store(GE, ge * load(c + LANES) + load(exc));
        store(GI, gi * load(c + 2 * LANES) + load(inh));
        a->spiked[v] = mask_of(fired);
    }
}

#define QUANTITY(name, unit)                                                                       \
    { name, unit, "", 1, -INFINITY, INFINITY }
static const spk_quantity iz_parameters[] = {QUANTITY("a", "1"), QUANTITY("b", "1"),
                                             QUANTITY("c", "mV"), QUANTITY("d", "mV")};
static const spk_quantity iz_states[] = {QUANTITY("V_m", "mV"), QUANTITY("U_m", "mV")};
static const spk_quantity iz_currents[] = {QUANTITY("I_stim", "pA")};
static const spk_quantity iz_ports[] = {QUANTITY("spikes", "mV")};
static const spk_quantity cuba_parameters[] = {QUANTITY("tau_m", "ms"), QUANTITY("tau_e", "ms"),
                                               QUANTITY("tau_i", "ms")};
static const spk_quantity cuba_states[] = {QUANTITY("V_m", "mV"), QUANTITY("g_e", "mV"),
                                           QUANTITY("g_i", "mV"), QUANTITY("r", "1")};
static const spk_quantity cuba_ports[] = {QUANTITY("exc", "mV"), QUANTITY("inh", "mV")};

static const spk_kernel iz_kernel = {.abi = SPK_KERNEL_ABI,
                                     .model = "izhikevich",
                                     .precision = SPK_FLOAT32,
                                     .width = LANES,
                                     .unroll = 1,
                                     .n_parameters = IZ_N,
                                     .n_states = 2,
                                     .n_continuous = 1,
                                     .n_spike_ports = 1,
                                     .n_constants = IZ_N,
                                     .n_kernel_states = 2,
                                     .parameters = iz_parameters,
                                     .states = iz_states,
                                     .continuous = iz_currents,
                                     .spike_ports = iz_ports,
                                     .defaults = iz_defaults,
                                     .prepare = iz_prepare,
                                     .step = iz_step};
static const spk_kernel cuba_kernel = {.abi = SPK_KERNEL_ABI,
                                       .model = "cuba",
                                       .precision = SPK_FLOAT32,
                                       .width = LANES,
                                       .unroll = 1,
                                       .n_parameters = CUBA_N,
                                       .n_states = CUBA_STATES,
                                       .n_spike_ports = 2,
                                       .n_constants = CUBA_N,
                                       .n_kernel_states = CUBA_STATES,
                                       .parameters = cuba_parameters,
                                       .states = cuba_states,
                                       .spike_ports = cuba_ports,
                                       .defaults = cuba_defaults,
                                       .prepare = cuba_prepare,
                                       .step = cuba_step};

#endif
