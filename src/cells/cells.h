/* Inside the room of many cells. */
#ifndef SPK_CELLS_CELLS_H
#define SPK_CELLS_CELLS_H

#include "base/base.h"
#include <spikefit/cells.h>

/* ---- the state on disk: SQLite, one writer ---- */

enum { SPK__CELLS_FORMAT = 1 };
#define SPK__CELLS_FILE "cells.sqlite"

extern const char spk__cells_schema[];

/* An open state. The first failure sticks in `status`; later calls do nothing. */
typedef struct {
    spk_ctx *ctx;
    void *db; /* sqlite3 */
    char *path;
    spk_status status;
} spk__state;

/* Opens, or makes with empty tables. */
void spk__state_open(spk_ctx *ctx, const char *folder, bool write, spk__state *s);
void spk__state_close(spk__state *s);
/* What belongs together: whole after a crash, or not at all. */
void spk__state_begin(spk__state *s);
void spk__state_commit(spk__state *s);

/* Values of the run as a whole. */
void spk__state_set_text(spk__state *s, const char *key, const char *value);
void spk__state_set_number(spk__state *s, const char *key, int64_t value);
char *spk__state_get_text(spk__state *s, const char *key); /* NULL: there is none */
int64_t spk__state_get_number(spk__state *s, const char *key, int64_t otherwise);

/* Adds a row, or leaves the one that is there. */
void spk__state_add(spk__state *s, const spk_cell_fit *f);
/* Where a fit stands: status, reason, evaluations, budget, loss, seconds. */
void spk__state_update(spk__state *s, const spk_cell_fit *f);
/* And its scores and parameters, in place of those that are there. */
void spk__state_put_results(spk__state *s, const spk_cell_fit *f);
/* All rows, scores and parameters. */
void spk__state_read(spk__state *s, spk_cells *out);

/* ---- rows ---- */

void spk__cell_fit_clear(spk_ctx *ctx, spk_cell_fit *f);
/* Takes loss, evaluations, scores and parameters over from the result in the fit's folder. */
spk_status spk__cell_fit_load(spk_ctx *ctx, const char *run, spk_cell_fit *f);
/* Ranks the models of each cell. */
void spk__cells_rank(spk_cells *s);

/* ---- one fit ---- */

typedef struct {
    const char *run, *study, *study_name; /* folder; text and name of the study */
    int threads;
    void (*progress)(void *user, const spk_cell_fit *f);
    void *user;
} spk__task;

/* Fits f->model to f->recording in its folder, goes on where it was, scores, writes the result.
 * Fills in status, reason, evaluations, loss, seconds. */
void spk__task_run(spk_ctx *ctx, const spk__task *t, spk_cell_fit *f);
/* The study of one cell and model. */
spk_status spk__task_study(spk_ctx *ctx, const spk__task *t, const spk_cell_fit *f,
                           spk_study **out);

#endif
