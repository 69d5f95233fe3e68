/* Neurons in plain C that fill the kernel contract, for tests of the network engine: what it does
 * must not depend on the compiler of models. */
#ifndef SPK_TESTS_NETWORK_KERNELS_H
#define SPK_TESTS_NETWORK_KERNELS_H

#include <spikefit/kernel.h>

#include <math.h>
#include <string.h>

enum { KERNEL_WIDTH_F64 = 8, KERNEL_WIDTH_F32 = 16 };

/* ---- leaky integrate-and-fire, exact between spikes; a weight of 1 on `spikes` adds 1 mV ---- */

enum { LIF_TAU, LIF_V_TH, LIF_V_RESET, LIF_T_REF, LIF_I, LIF_PARAMETERS };
enum { LIF_V, LIF_R, LIF_STATES };
enum { LIF_DECAY, LIF_TH, LIF_RESET, LIF_REF_STEPS, LIF_DRIVE, LIF_CONSTANTS };

static inline void lif_defaults(double *p, const unsigned char *set, double dt) {
    static const double defaults[LIF_PARAMETERS] = {20, 20, 10, 2, 0};
    (void)dt;
    for (int i = 0; i < LIF_PARAMETERS; i++)
        if (!set[i])
            p[i] = defaults[i];
}

static inline int lif_guard(const double *p, double dt) {
    (void)dt;
    return p[LIF_TAU] > 0 ? -1 : LIF_TAU;
}

static inline void lif_prepare(const double *p, double dt, double *c, double *s) {
    c[LIF_DECAY] = exp(-dt / p[LIF_TAU]);
    c[LIF_TH] = p[LIF_V_TH];
    c[LIF_RESET] = p[LIF_V_RESET];
    c[LIF_REF_STEPS] = floor(p[LIF_T_REF] / dt + 0.5);
    c[LIF_DRIVE] = (1 - c[LIF_DECAY]) * p[LIF_I];
    s[LIF_V] = 0;
    s[LIF_R] = 0;
}

/* One lane. The arriving weights act at the end of the step, then the threshold is tested. */
#define LIF_STEP(REAL, WIDTH)                                                                      \
    static inline void lif_step_##REAL(const spk_step_args *a) {                                   \
        for (size_t v = 0; v < a->n_vectors; v++) {                                                \
            REAL *state = (REAL *)a->state + v * LIF_STATES * WIDTH;                               \
            const REAL *c = (const REAL *)a->constant + v * a->constant_stride;                    \
            const REAL *current = a->input[0] ? (const REAL *)a->input[0] + v * WIDTH : NULL;      \
            const REAL *spikes = a->input[1] ? (const REAL *)a->input[1] + v * WIDTH : NULL;       \
            uint32_t mask = 0;                                                                     \
            _Pragma("omp simd reduction(| : mask)") for (int l = 0; l < WIDTH; l++) {              \
                REAL x = state[LIF_V * WIDTH + l], r = state[LIF_R * WIDTH + l];                   \
                REAL decay = c[LIF_DECAY * WIDTH + l];                                             \
                if (r > 0) {                                                                       \
                    r -= 1;                                                                        \
                } else {                                                                           \
                    x = x * decay + c[LIF_DRIVE * WIDTH + l];                                      \
                    x += current ? (1 - decay) * current[l] : 0;                                   \
                    x += spikes ? spikes[l] : 0;                                                   \
                }                                                                                  \
                if (x >= c[LIF_TH * WIDTH + l]) {                                                  \
                    x = c[LIF_RESET * WIDTH + l];                                                  \
                    r = c[LIF_REF_STEPS * WIDTH + l];                                              \
                    mask |= (uint32_t)1 << l;                                                      \
                }                                                                                  \
                state[LIF_V * WIDTH + l] = x;                                                      \
                state[LIF_R * WIDTH + l] = r;                                                      \
            }                                                                                      \
            a->spiked[v] = mask;                                                                   \
        }                                                                                          \
    }
LIF_STEP(double, 8)
LIF_STEP(float, 16)

static const spk_quantity lif_parameters[] = {
    {"tau_m", "ms", "", 1, 0, INFINITY},           {"V_th", "mV", "", 1, -INFINITY, INFINITY},
    {"V_reset", "mV", "", 1, -INFINITY, INFINITY}, {"t_ref", "ms", "", 1, 0, INFINITY},
    {"I_e", "mV", "", 1, -INFINITY, INFINITY},
};
static const spk_quantity lif_states[] = {{"V_m", "mV", "", 1, -INFINITY, INFINITY},
                                          {"refractory", "1", "", 1, 0, INFINITY}};
static const spk_quantity lif_currents[] = {{"I_stim", "mV", "", 1, -INFINITY, INFINITY}};
static const spk_quantity lif_ports[] = {{"spikes", "mV", "", 1, -INFINITY, INFINITY}};

#define LIF_KERNEL(name, real, w, step_fn)                                                         \
    static const spk_kernel name = {.abi = SPK_KERNEL_ABI,                                         \
                                    .model = "lif",                                                \
                                    .integrator = "exact",                                         \
                                    .precision = real,                                             \
                                    .width = w,                                                    \
                                    .unroll = 1,                                                   \
                                    .n_parameters = LIF_PARAMETERS,                                \
                                    .n_states = LIF_STATES,                                        \
                                    .n_continuous = 1,                                             \
                                    .n_spike_ports = 1,                                            \
                                    .n_constants = LIF_CONSTANTS,                                  \
                                    .n_kernel_states = LIF_STATES,                                 \
                                    .parameters = lif_parameters,                                  \
                                    .states = lif_states,                                          \
                                    .continuous = lif_currents,                                    \
                                    .spike_ports = lif_ports,                                      \
                                    .defaults = lif_defaults,                                      \
                                    .guard = lif_guard,                                            \
                                    .prepare = lif_prepare,                                        \
                                    .step = step_fn}
LIF_KERNEL(lif_f64, SPK_FLOAT64, KERNEL_WIDTH_F64, lif_step_double);
LIF_KERNEL(lif_f32, SPK_FLOAT32, KERNEL_WIDTH_F32, lif_step_float);

/* The same neuron with ports for one sign each. */
static const spk_quantity lif_signed_ports[] = {{"exc", "mV", "", 1, 0, INFINITY},
                                                {"inh", "mV", "", 1, -INFINITY, 0}};

static inline void lif_step_signed(const spk_step_args *a) {
    enum { LANES = 8 };
    for (size_t v = 0; v < a->n_vectors; v++) {
        double both[LANES];
        const double *exc = a->input[1] ? (const double *)a->input[1] + v * LANES : NULL;
        const double *inh = a->input[2] ? (const double *)a->input[2] + v * LANES : NULL;
        for (int l = 0; l < LANES; l++)
            both[l] = (exc ? exc[l] : 0) - (inh ? inh[l] : 0);
        const void *in[2] = {a->input[0] ? (const double *)a->input[0] + v * LANES : NULL, both};
        spk_step_args one = *a;
        one.n_vectors = 1;
        one.input = in;
        one.state = (double *)a->state + v * LIF_STATES * LANES;
        one.constant = (const double *)a->constant + v * a->constant_stride;
        one.spiked = a->spiked + v;
        lif_step_double(&one);
    }
}

static inline spk_kernel lif_signed(void) {
    spk_kernel k = lif_f64;
    k.n_spike_ports = 2;
    k.spike_ports = lif_signed_ports;
    k.step = lif_step_signed;
    return k;
}

#endif
