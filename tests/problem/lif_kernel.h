/* A kernel written by hand: a leaky integrate-and-fire neuron in units of its threshold current, with
 * an exact exponential step. For tests of the rooms that run kernels, without the compiler of models. */
#ifndef SPK_TESTS_LIF_KERNEL_H
#define SPK_TESTS_LIF_KERNEL_H

#include "num/num.h"
#include <math.h>
#include <spikefit/kernel.h>

enum { LIF_WIDTH = 8, LIF_TAU = 0, LIF_I_TH, LIF_RESET, LIF_T_REF, LIF_I_E, LIF_N_PARAMETERS };

static const spk_quantity lif_parameters[] = {
    {"tau_m", "ms", "membrane time constant", 1, 0, INFINITY},
    {"I_th", "pA", "threshold current", 1, 0, INFINITY},
    {"reset", "1", "voltage after a spike, in parts of the threshold", 1, -INFINITY, INFINITY},
    {"t_ref", "ms", "refractory period", 1, 0, INFINITY},
    {"I_e", "pA", "constant current", 1, -INFINITY, INFINITY}};
static const spk_quantity lif_states[] = {{"V_m", "mV", "in parts of the threshold", 1, 0, 0},
                                          {"refr", "1", "steps left", 1, 0, 0}};
static const spk_quantity lif_continuous[] = {{"I_stim", "pA", "", 1, 0, 0}};

static void lif_defaults(double *p, const unsigned char *is_set, double dt) {
    static const double value[] = {20, 200, 0, 2, 0};
    (void)dt;
    for (int i = 0; i < LIF_N_PARAMETERS; i++)
        if (!is_set[i])
            p[i] = value[i];
}

static int lif_guard(const double *p, double dt) {
    (void)dt;
    return p[LIF_TAU] > 0 ? p[LIF_I_TH] > 0 ? -1 : LIF_I_TH : LIF_TAU;
}

/* Constants: decay, gain, reset, steps of refractoriness, constant current. */
static void lif_prepare(const double *p, double dt, double *c, double *state) {
    c[0] = spk__exp(-dt / p[LIF_TAU]);
    c[1] = (1 - c[0]) / p[LIF_I_TH];
    c[2] = p[LIF_RESET];
    c[3] = floor(p[LIF_T_REF] / dt + 0.5);
    c[4] = p[LIF_I_E];
    state[0] = state[1] = 0;
}

static void lif_run(spk_run_args *a) {
    const double *drive = a->drive[0];
    a->n_log = 0;
    for (uint64_t v = 0; v < a->n_vectors; v++) {
        double *s = (double *)a->state + v * 2 * LIF_WIDTH;
        const double *c = (const double *)a->constant + v * 5 * LIF_WIDTH;
        for (uint64_t i = 0; i < a->n_steps; i++) {
            double I = drive ? drive[i] : 0;
            uint64_t mask = 0;
            for (int l = 0; l < LIF_WIDTH; l++) {
                double *V = &s[l], *refr = &s[LIF_WIDTH + l];
                const double *k = c + l;
                double next = *V * k[0] + (I + k[4 * LIF_WIDTH]) * k[LIF_WIDTH];
                next = *refr > 0 ? k[2 * LIF_WIDTH] : next;
                *refr = *refr > 0 ? *refr - 1 : 0;
                bool fired = !(next < 1);
                *V = fired ? k[2 * LIF_WIDTH] : next;
                *refr = fired ? k[3 * LIF_WIDTH] : *refr;
                mask |= (uint64_t)fired << l;
            }
            if (mask)
                a->log[a->n_log++] = v << 32 | i << 16 | mask;
        }
    }
}

static void lif_record(const double *p, const double *c, const double *s, const double *input,
                       double dt, double t, double *out) {
    (void)p;
    (void)c;
    (void)input;
    (void)dt;
    (void)t;
    out[0] = s[0];
}

static const spk_kernel lif_kernel = {.abi = SPK_KERNEL_ABI,
                                      .model = "lif",
                                      .doc = "",
                                      .integrator = "exact",
                                      .precision = SPK_FLOAT64,
                                      .width = LIF_WIDTH,
                                      .unroll = 1,
                                      .drive_kind = SPK_HELD,
                                      .n_parameters = LIF_N_PARAMETERS,
                                      .n_states = 2,
                                      .n_recordables = 1,
                                      .n_continuous = 1,
                                      .n_constants = 5,
                                      .n_kernel_states = 2,
                                      .parameters = lif_parameters,
                                      .states = lif_states,
                                      .recordables = lif_states,
                                      .continuous = lif_continuous,
                                      .defaults = lif_defaults,
                                      .guard = lif_guard,
                                      .prepare = lif_prepare,
                                      .run = lif_run,
                                      .record = lif_record};

#endif
