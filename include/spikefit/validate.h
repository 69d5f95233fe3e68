/* How good a fit is: every measure on data the search saw and did not see, with intervals and the
 * data's own reliability.
 */
#ifndef SPIKEFIT_VALIDATE_H
#define SPIKEFIT_VALIDATE_H

#include <spikefit/problem.h>
#include <spikefit/result.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scores of a parameter set (coherent units) on a part of the data by each metric of the list (NULL: all),
 * with its default options but those that the study's loss sets. Appended to r->score. A metric that is
 * not defined on these data is left out with a note. A part without data adds nothing. */
spk_status spk_validate_scores(spk_ctx *ctx, spk_problem *p, const double *values,
                               spk_part_kind part, const char *const *metrics, size_t n_metrics,
                               spk_result *r);

#ifdef __cplusplus
}
#endif
#endif
