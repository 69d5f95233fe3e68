/* A posterior over the parameters instead of one best set: approximate Bayesian computation by sequential
 * Monte Carlo (ABC-SMC), with checks of the result and of the method.
 *
 * The distance is the study's loss between the data and data simulated with as many repeats as were
 * recorded; priors are the study's (`prior` of a free parameter; uniform on its scale without one).
 * The posterior is approximate: parameters whose data come within a tolerance of the recorded ones. For a
 * stochastic model and a small tolerance it approaches the posterior given what the loss sees of the data; a
 * deterministic model has no noise to be uncertain about, and its posterior is as wide as the tolerance.
 */
#ifndef SPIKEFIT_POSTERIOR_H
#define SPIKEFIT_POSTERIOR_H

#include <spikefit/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Options of the study's block `posterior`, in the order of spk_opts.v. */
enum {
    SPK_POSTERIOR_PARTICLES,
    SPK_POSTERIOR_QUANTILE,
    SPK_POSTERIOR_ACCEPTANCE,
    SPK_POSTERIOR_TOLERANCE,
    SPK_POSTERIOR_EVALUATIONS
};
const spk_opt *spk_posterior_options(void);
/* Those of a study. ERR_INPUT, located. */
spk_status spk_posterior_read_options(spk_ctx *ctx, const spk_study *study, spk_opts *out);

/* Samples the posterior of the study's first model (ERR_INPUT if it has several). Folder, journal, resuming,
 * threads, cancelling and errors as for spk_fit_run; options->evaluations replaces the study's. The result's
 * parameters are those of the particle at the smallest distance, its history the generations' particles.
 * ERR_FAILED if not one generation was finished. */
spk_status spk_posterior_run(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *options,
                             spk_result **out);

/* The priors of p's free parameters as densities over the way from bound to bound, on each one's scale, at n
 * equal steps, 1 in the mean: density[dim][n], n > 1. Errors as of spk_posterior_run; ERR_MEMORY. */
spk_status spk_posterior_priors(spk_ctx *ctx, const spk_study *study, const spk_problem *p, size_t n,
                                double *density);

/* ---- checks (the validate room) ---- */

/* Posterior-predictive check: simulates n draws from the posterior and compares statistics of their spike
 * trains on the training data with the data's; p is the share of draws on the far side of the data, two-sided.
 * Fills r->posterior.check. */
spk_status spk_posterior_check(spk_ctx *ctx, spk_problem *p, size_t n, spk_result *r);

/* Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): n times, parameters are drawn from
 * the prior, data simulated with them under the recorded stimuli, and the posterior sampled from those data
 * with `evaluations` each; if the method is right the true value's rank in the posterior is uniform.
 * Fills rank (from 0 to 1) and rank_p (chi-square over equal bins; 5 or more expected in each) of
 * r->posterior. Journaled in options->folder beside the run itself. */
spk_status spk_posterior_calibrate(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *options,
                                   size_t n, spk_result *r);

#ifdef __cplusplus
}
#endif
#endif
