/* Inside the fit room. */
#ifndef SPK_FIT_FIT_H
#define SPK_FIT_FIT_H

#include "base/base.h"
#include <spikefit/fit.h>

/* The method of a study that names none. */
#define SPK__DEFAULT_METHOD "cmaes"

/* ---- the journal: what a run has cost so far ----
 *
 * A search is a pure function of its seed and of the losses it was told, so a run is kept as the list of
 * those losses: resuming means asking and telling again without simulating. Records are appended after
 * every generation; a record cut short by a crash is dropped, and costs one generation.
 */
typedef struct spk__journal spk__journal;

/* Opens (resume) or creates the journal of a run directory and locks it. identity: text that says what
 * the run depends on, one "name: value" a line; a journal of another one is refused, naming the first
 * line that differs. */
spk_status spk__journal_open(spk_ctx *ctx, const char *folder, const char *identity, bool resume,
                             spk__journal **out);
void spk__journal_close(spk__journal *j);
/* The next record of this model, if one is left: fills loss[n] and tally and sets *found. ERR_INPUT if it
 * does not have n losses. */
spk_status spk__journal_next(spk__journal *j, uint32_t model, size_t n, double *loss,
                             spk_tally *tally, bool *found);
/* Appends; first call drops whatever was not replayed. Synced to the disk about once a second. */
spk_status spk__journal_append(spk__journal *j, uint32_t model, size_t n, const double *loss,
                               const spk_tally *tally);

/* ---- history while it grows ---- */
typedef struct {
    spk_ctx *ctx;
    spk_result_history h;
    size_t room, room_rows;
} spk__history;
spk_status spk__history_add(spk__history *y, const double *x, const double *f, size_t n,
                            uint64_t evaluations, double best, const spk_tally *before,
                            const spk_tally *after);
void spk__history_free(spk__history *y);

/* ---- one model's search ---- */
typedef struct {
    double *best_x, *best_values;
    double best;
    uint64_t evaluations;
    spk_tally tally;
    spk_stop stop;
    bool interrupted;
    spk__history history;
} spk__outcome;
void spk__outcome_free(spk_ctx *ctx, spk__outcome *o);

/* Fills everything of a result that the chosen outcome determines. */
spk_status spk__fit_result(spk_ctx *ctx, spk_setup *setup, spk__outcome *outcomes, size_t n,
                           uint64_t budget, spk_result **out);

#endif
