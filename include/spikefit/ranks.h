/* Ranks: processes that mpirun started, on one machine or many. Rank 0 runs the fit and keeps all files; the
 * others evaluate what it sends them. The result is the same to the bit for any number of ranks.
 *
 * A rank that dies ends the run (mpirun ends the others); the journal of rank 0 is whole.
 */
#ifndef SPIKEFIT_RANKS_H
#define SPIKEFIT_RANKS_H

#include <spikefit/fit.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spk_ranks spk_ranks;

/* Loads the plug-in that passes messages (spikefit_mpi.so, the first of the paths that exists) and meets the others.
 * ERR_USAGE if there is none: this build has no MPI. Once a process. */
spk_status spk_ranks_open(spk_ctx *ctx, const char *const *plugins, size_t n, spk_ranks **out);
/* Rank 0 dismisses the others. Every rank calls it, also after errors. NULL is fine. */
void spk_ranks_close(spk_ranks *r);
int spk_ranks_rank(const spk_ranks *r);
int spk_ranks_size(const spk_ranks *r);

/* All ranks call it with the same study opened and checked (spk_setup_check), or with NULL and what went wrong.
 * Rank 0: from now on the setup's problems are evaluated by all ranks. Errors: of another rank, named;
 * ERR_INPUT if one has read other data or models. The setup must outlive the ranks or be unshared by
 * spk_ranks_close.
 * Other ranks: serves until it is dismissed, then returns OK. threads: for each rank, at least 1. */
spk_status spk_ranks_share(spk_ranks *r, spk_setup *setup, spk_status failed, int threads);

/* ---- messages, for other uses of ranks ---- */

/* All ranks call it in place of spk_ranks_share: rank 0 hears of each whether it is ready. */
spk_status spk_ranks_meet(spk_ranks *r, spk_status failed);
/* What a message begins with when rank 0 dismisses a rank; other messages begin with other numbers. */
enum { SPK_RANKS_DISMISS = 0x5350 };

/* Waits up to so long for a message (-1: until one comes); *from is -1 if none came.
 * *data is valid until the next call. */
spk_status spk_ranks_receive(spk_ranks *r, int milliseconds, int *from, const void **data, size_t *n);
spk_status spk_ranks_send(spk_ranks *r, int to, const void *data, size_t n);

#ifdef __cplusplus
}
#endif
#endif
