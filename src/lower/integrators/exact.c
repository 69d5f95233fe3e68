/* Exact propagation of linear equations with constant coefficients, any step. The work is done for
 * all integrators in lower/integrate.c; here nothing is left to do. */
#include "lower/internal.h"

static void advance(spk__integration *in) {
    (void)in;
}

const spk__integrator spk__integrator_exact = {
    .name = "exact",
    .sentence = "exact propagators for linear equations: no error between spikes at any step",
    .reference = "Rotter and Diesmann 1999, doi:10.1007/s004220050570",
    .order = 0,
    .linear_only = true,
    .exact_parts = true,
    .linear_drive = true,
    .advance = advance,
};
