/* Fitting the free numbers of a network study: the same journal, progress, interruption and result
 * as the fit of cells (<spikefit/fit.h>).
 */
#ifndef SPIKEFIT_NETFIT_H
#define SPIKEFIT_NETFIT_H

#include <spikefit/fit.h>
#include <spikefit/netstudy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Searches the free numbers. In the progress n_models is 1 and problem NULL; best_values are all
 * numbers of the study. Where the study redraws the wiring, the 64 candidates of the lowest losses and
 * the search's centre are judged by wirings that no generation had, and the best mean is taken. The
 * result's kind is
 * SPK_RESULT_NETWORK: a model for each population's, a parameter for each number, a score for each
 * loss on train and test, and for numbers that multiply each other how well the data tell them
 * apart. Errors as spk_fit_run; ERR_USAGE for a study without data or free numbers. */
spk_status spk_netfit_run(spk_ctx *ctx, spk_netstudy *study, const spk_fit_options *options,
                          spk_result **out);

/* Whether the run in a folder is of a network, and its study: as spk_run_study. */
spk_status spk_run_is_network(spk_ctx *ctx, const char *folder, bool *is_network);
spk_status spk_run_netstudy(spk_ctx *ctx, const char *folder, spk_netstudy **out);

/* The numbers of a result as those of its study ([number_count], coherent units). ERR_INPUT if
 * names or count differ. */
spk_status spk_netfit_numbers(spk_ctx *ctx, const spk_result *r, const spk_netstudy *study,
                              double *numbers);
/* Warns of every file that is not, by its hash, the one that was read. */
void spk_netfit_check_data(spk_ctx *ctx, const spk_result *r, const spk_netstudy *study);

#ifdef __cplusplus
}
#endif
#endif
