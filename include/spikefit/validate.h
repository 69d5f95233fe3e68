/* How good a fit is: every measure on data the search saw and did not see, with intervals and the
 * data's own reliability.
 */
#ifndef SPIKEFIT_VALIDATE_H
#define SPIKEFIT_VALIDATE_H

#include <spikefit/fit.h>
#include <spikefit/problem.h>
#include <spikefit/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scores of a parameter set (coherent units) on a part of the data by each metric of the list (NULL: all),
 * with its default options but those that the study's loss sets. Appended to r->score. A metric that is
 * not defined on these data is left out with a note. A part without data adds nothing. threads: 0 for all cores;
 * changes no bit. */
spk_status spk_validate_scores(spk_ctx *ctx, spk_problem *p, const double *values,
                               spk_part_kind part, const char *const *metrics, size_t n_metrics,
                               int threads, spk_result *r);

/* ---- how well the data determine the parameters ---- */

/* Fills r->identifiability from the best fit and the history of r, by evaluating the training loss of p
 * (about a quarter of the evaluations that the search took):
 *
 * - a profile for each free parameter: the loss with all others held, and with them refitted (Raue et al.
 *   2009, doi:10.1093/bioinformatics/btp358; for a loss in place of a likelihood the limit is a share of
 *   the loss, not a quantile, so the ranges are no confidence intervals);
 * - the eigen-directions of the curvature, from a quadratic fitted to losses at a distance at which the
 *   loss has risen by about the limit, since spikes make it rough at smaller ones;
 * - how many of the search's starts came as far, and what they found;
 * - a sentence for each parameter and direction.
 *
 * A function of r, p and the seed alone: the same bits on any number of threads (0: all cores). On an error
 * nothing is filled in. ERR_CANCELLED, ERR_MEMORY; ERR_INPUT if r is of another model. */
spk_status spk_validate_identifiability(spk_ctx *ctx, spk_problem *p, int threads, spk_result *r);

typedef struct {
    size_t replicates;    /* 0: 200 */
    spk_resample over;    /* <spikefit/problem.h> */
    int threads;          /* 0: all cores */
    uint64_t evaluations; /* at most; 0: those that the search took, or 60 a replicate */
    void (*progress)(void *user, uint64_t evaluations, uint64_t most); /* may be NULL */
    void *user;
} spk_bootstrap_options;

/* Fills r->bootstrap: the free parameters where each of many replicates of the training data, resampled, has its
 * lowest loss near the candidates that were good in the search and in the profiles (which are therefore to be
 * worked out before). Standard errors, intervals and correlations follow (<spikefit/result.h>).
 * Options NULL: the defaults. A stochastic model is under common noise.
 *
 * A function of r, p, the replicates and the seed alone: the same bits on any number of threads. On an error
 * nothing is filled in. ERR_CANCELLED, ERR_MEMORY; ERR_INPUT if r is of another model, or of spk_replicates_new. */
spk_status spk_validate_bootstrap(spk_ctx *ctx, spk_problem *p, const spk_bootstrap_options *options,
                                  spk_result *r);

/* What follows a search: scores of the chosen model on both parts and, unless the search was interrupted,
 * identifiability; written into the folder (NULL: nowhere) after each. ERR_CANCELLED: the scores are there and
 * written, the rest is not; the cancellation is the caller's to take back. */
spk_status spk_validate_run(spk_ctx *ctx, spk_setup *setup, const char *folder, int threads,
                            spk_result *r);

/* ---- why a fit came out as it did ---- */

/* Fills r->diagnosis: the terms of the loss over some 250 candidates of the search and at the best fit, and, in
 * words, what stands out: shares of silent, exploding and non-finite candidates over the thirds of the search,
 * terms that never moved, far too many or too few spikes, bounds that were hit, a loss that was still
 * falling; and what to try. ERR_MEMORY, ERR_CANCELLED. */
spk_status spk_validate_diagnosis(spk_ctx *ctx, spk_problem *p, int threads, spk_result *r);

#ifdef __cplusplus
}
#endif
#endif
