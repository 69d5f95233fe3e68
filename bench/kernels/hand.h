/* Hand-written ensemble kernels: the measure of what the model compiler emits. They know what a
 * compiler does not: which constants are positive, that arguments of exp stay in range, that no one
 * reads w in pA.
 *
 * Euler steps, spikes on the grid, all lanes under one current that is held through a step. Arrays
 * are state[vector][state][lane] and constant[vector][constant][lane], float or double.
 */
#ifndef SPK_BENCH_HAND_H
#define SPK_BENCH_HAND_H

#include <stddef.h>
#include <stdint.h>

/* What is simulated; the parameters of each by their NEST names, in this order. */
enum hand_model {
    HAND_ADEX_BARE, /* C_m g_L E_L V_th Delta_T V_peak V_reset t_ref a b tau_w I_e; t_ref is not
                       used, */
    HAND_ADEX,      /* V_m is not bounded; here both are, as models/aeif_psc_exp.nestml writes it */
    HAND_IZHIKEVICH, /* a b c d R V_th I_e */
    HAND_MODELS
};
enum { HAND_PARAMETERS = 12 };
enum {
    ADEX_C_m,
    ADEX_g_L,
    ADEX_E_L,
    ADEX_V_th,
    ADEX_Delta_T,
    ADEX_V_peak,
    ADEX_V_reset,
    ADEX_t_ref,
    ADEX_a,
    ADEX_b,
    ADEX_tau_w,
    ADEX_I_e
};
enum { IZH_a, IZH_b, IZH_c, IZH_d, IZH_R, IZH_V_th, IZH_I_e };

typedef struct {
    size_t n_vectors, n_steps; /* n_vectors: a multiple of unroll */
    const void *drive;         /* n_steps values */
    void *state;
    const void *constant;
    uint64_t *log; /* spikes: step << 32 | vector << 16 | lanes; room for unroll * n_steps + 1 */
    /* called with each block's log (and then reused) */
    void (*flush)(void *user, const uint64_t *log, size_t n);
    void *user;
} hand_args;

typedef struct {
    int width, unroll;
    int n_states, n_constants;
    void (*run)(const hand_args *args);
} hand_kernel;

extern const hand_kernel hand_avx2_32[HAND_MODELS], hand_avx2_64[HAND_MODELS],
    hand_avx512_32[HAND_MODELS], hand_avx512_64[HAND_MODELS];

/* One lane's constants and initial state for these kernels. */
void hand_prepare(enum hand_model model, const double *parameter, double dt_ms, double *constant,
                  double *state);

/* The same models as one writes them in plain C: a loop over neurons around a loop over steps.
 * Returns the number of spikes. */
size_t hand_scalar_32(enum hand_model model, size_t n_lanes, size_t n_steps, const float *drive,
                      const double *parameter, double dt_ms);
size_t hand_scalar_64(enum hand_model model, size_t n_lanes, size_t n_steps, const double *drive,
                      const double *parameter, double dt_ms);

#endif
