/* The models as one writes them in plain C, built for float and double (HAND_REAL, HAND_EXP,
 * HAND_NAME given by the build), for any machine. */
#include "hand.h"

#include <math.h>

typedef HAND_REAL real;

static size_t adex(size_t n_steps, const real *drive, const double *p, real dt, int whole) {
    real C_m = (real)p[ADEX_C_m], g_L = (real)p[ADEX_g_L], E_L = (real)p[ADEX_E_L],
         V_th = (real)p[ADEX_V_th], Delta_T = (real)p[ADEX_Delta_T], V_peak = (real)p[ADEX_V_peak],
         V_reset = (real)p[ADEX_V_reset], a = (real)p[ADEX_a], b = (real)p[ADEX_b],
         tau_w = (real)p[ADEX_tau_w], I_e = (real)p[ADEX_I_e];
    int refractory_steps = (int)lround(p[ADEX_t_ref] / (double)dt), refractory = 0;
    real V = E_L, w = 0;
    size_t spikes = 0;
    for (size_t s = 0; s < n_steps; s++) {
        real Vb = whole && V > V_peak ? V_peak : V;
        real dV = (-g_L * (Vb - E_L) + g_L * Delta_T * HAND_EXP((Vb - V_th) / Delta_T) - w + I_e +
                   drive[s]) /
                  C_m;
        real dw = (a * (Vb - E_L) - w) / tau_w;
        if (refractory > 0)
            refractory--;
        else
            V += dt * dV;
        w += dt * dw;
        if (V >= V_peak) {
            V = V_reset;
            w += b;
            refractory = whole ? refractory_steps : 0;
            spikes++;
        }
    }
    return spikes;
}

static size_t izhikevich(size_t n_steps, const real *drive, const double *p, real dt) {
    real a = (real)p[IZH_a], b = (real)p[IZH_b], c = (real)p[IZH_c], d = (real)p[IZH_d],
         R = (real)p[IZH_R], V_th = (real)p[IZH_V_th], I_e = (real)p[IZH_I_e];
    real V = -65, U = b * -65;
    size_t spikes = 0;
    for (size_t s = 0; s < n_steps; s++) {
        real dV = (real)0.04 * V * V + 5 * V + 140 - U + R * (I_e + drive[s]);
        real dU = a * (b * V - U);
        V += dt * dV;
        U += dt * dU;
        if (V >= V_th) {
            V = c;
            U += d;
            spikes++;
        }
    }
    return spikes;
}

size_t HAND_NAME(enum hand_model model, size_t n_lanes, size_t n_steps, const real *drive,
                 const double *parameter, double dt_ms) {
    size_t spikes = 0;
    for (size_t i = 0; i < n_lanes; i++) {
        const double *p = parameter + i * HAND_PARAMETERS;
        spikes += model == HAND_IZHIKEVICH
                      ? izhikevich(n_steps, drive, p, (real)dt_ms)
                      : adex(n_steps, drive, p, (real)dt_ms, model == HAND_ADEX);
    }
    return spikes;
}
