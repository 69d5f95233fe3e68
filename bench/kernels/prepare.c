/* The constants that hand.c folds, in its order. */
#include "hand.h"

#include <math.h>

static void prepare_adex(const double *p, double dt, double *c) {
    double rate = dt / p[ADEX_C_m], log2e = 1 / log(2.0);
    c[0] = log2e / p[ADEX_Delta_T];
    c[1] = log2(rate * p[ADEX_g_L] * p[ADEX_Delta_T]) - p[ADEX_V_th] * c[0];
    c[2] = rate;
    c[3] = rate * (p[ADEX_g_L] * p[ADEX_E_L] + p[ADEX_I_e]);
    c[4] = -rate * p[ADEX_g_L];
    c[5] = 1 - dt / p[ADEX_tau_w];
    c[6] = dt / p[ADEX_tau_w] * p[ADEX_a] * rate;
    c[7] = -c[6] * p[ADEX_E_L];
    c[8] = p[ADEX_V_reset];
    c[9] = p[ADEX_b] * rate;
    c[10] = p[ADEX_V_peak];
}

void hand_prepare(enum hand_model model, const double *p, double dt, double *c, double *state) {
    switch (model) {
    case HAND_ADEX_BARE:
        prepare_adex(p, dt, c);
        c[4] += 1;
        state[0] = p[ADEX_E_L];
        state[1] = 0;
        break;
    case HAND_ADEX:
        prepare_adex(p, dt, c);
        c[11] = round(p[ADEX_t_ref] / dt);
        state[0] = p[ADEX_E_L];
        state[1] = state[2] = 0;
        break;
    default:
        c[0] = dt * p[IZH_R];
        c[1] = dt * (140 + p[IZH_R] * p[IZH_I_e]);
        c[2] = 1 - dt * p[IZH_a];
        c[3] = dt * dt * p[IZH_a] * p[IZH_b];
        c[4] = p[IZH_c];
        c[5] = dt * p[IZH_d];
        c[6] = p[IZH_V_th];
        c[7] = 0.04 * dt;
        c[8] = 1 + 5 * dt;
        state[0] = -65;
        state[1] = dt * p[IZH_b] * -65;
        break;
    }
}
