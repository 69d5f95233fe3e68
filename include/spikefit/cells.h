/* Many cells: one study fitted to each of many recordings, every model of the study on its own. A run of
 * many cells is a folder:
 *
 *     RUN/cells.sqlite        the state: a row for each cell and model (docs/many-cells.md has the tables)
 *     RUN/CELL/...            the run of a cell, as `spk_fit_run` leaves it, where there is one model
 *     RUN/CELL/MODEL/...      the same where there are several
 *
 * Fits are spread over worker processes, so that one that fails or crashes takes no other with it. Each is
 * the same to the bit as if it were run alone. The state can be read while it is written.
 */
#ifndef SPIKEFIT_CELLS_H
#define SPIKEFIT_CELLS_H

#include <spikefit/ranks.h>
#include <spikefit/result.h>
#include <spikefit/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- which cells ---- */

/* A cell is called `name`, which is also its folder, and recorded in the file `path`. */
typedef struct {
    char *name, *path;
} spk_cell;
typedef struct {
    spk_cell *item;
    size_t n;
    spk_ctx *ctx;
} spk_cell_list;

/* Patterns as the shell has them, paths, and lists: a file that ends in .list holds a path on each line,
 * relative to itself, or "name: path"; # begins a comment. A cell without a name is called as its file,
 * without the extension. In alphabetical order of names, each file once.
 * ERR_INPUT: nothing matches, two cells of one name, a name that is no name of a folder. ERR_IO. */
spk_status spk_cell_list_read(spk_ctx *ctx, const char *const *patterns, size_t n, spk_cell_list *out);
void spk_cell_list_free(spk_cell_list *l);

/* ---- the state ---- */

/* name, sentence */
#define SPK_CELL_STATUS_LIST(X)                                                                    \
    X(WAITING, "waiting", "not begun")                                                             \
    X(RUNNING, "running", "being fitted")                                                          \
    X(DONE, "done", "fitted and scored")                                                           \
    X(FAILED, "failed", "the reason says why; resuming tries again")                               \
    X(INTERRUPTED, "interrupted", "the best so far is kept; resuming goes on")

typedef enum {
#define SPK_CELL_STATUS_ENUM(name, word, text) SPK_CELL_##name,
    SPK_CELL_STATUS_LIST(SPK_CELL_STATUS_ENUM)
#undef SPK_CELL_STATUS_ENUM
        SPK_CELL_STATUS_COUNT
} spk_cell_status;
const char *spk_cell_status_name(spk_cell_status s);

/* One cell and model. */
typedef struct {
    char *cell, *model, *recording; /* recording: as the study of this fit names it */
    int model_number;               /* in the study, from 0 */
    char *folder; /* below that of the run */
    spk_cell_status status;
    char *reason; /* of a failure; else NULL */
    uint64_t evaluations, budget;
    double loss;    /* on the training data, best so far; NaN: none yet */
    double seconds; /* of work, over all sessions */
    spk_result_score *score;
    size_t n_scores;
    spk_result_parameter *parameter; /* start, log_scale are not kept */
    size_t n_parameters;
    int rank; /* of the model among the cell's, by held-out data, from 1; 0: not comparable yet */
} spk_cell_fit;

typedef struct {
    spk_cell_fit *fit; /* cells in order of names, models in the order of the study */
    size_t n;
    char *study, *study_name; /* text, and what its file was called */
    uint64_t budget;          /* evaluations for each fit */
    int shard, n_shards;      /* 1 of 1: whole */
    size_t n_cells;           /* of all shards together */
    spk_ctx *ctx;
} spk_cells;

/* Whether a folder holds a run of many cells. */
bool spk_cells_is_run(const char *folder);
/* Reads the state of a run, also while it is written. ERR_IO, ERR_INPUT. */
spk_status spk_cells_read(spk_ctx *ctx, const char *folder, spk_cells **out);
void spk_cells_free(spk_cells *s);
/* The measure that models are ranked by on held-out data, and a fit's value of it; NULL where there is
 * none. */
#define SPK_CELLS_RANK_MEASURE "coincidence_factor"
const spk_result_score *spk_cell_fit_score(const spk_cell_fit *f, const char *part, const char *measure);

/* NULL: a plain number. */
const char *spk_cells_score_unit(const char *measure);

/* ---- fitting ---- */

typedef struct {
    size_t n, n_done, n_failed, n_running; /* fits */
    uint64_t evaluations, budget;          /* of all fits together */
    double elapsed_s, left_s;              /* left: NaN at the start */
    const spk_cell_fit *ended;             /* the one that has just ended; NULL: time has passed */
} spk_cells_progress;

typedef struct {
    const char *folder;
    bool resume; /* go on with the folder's state; else a folder with one is an error */
    /* What to fit: a study, without or with a recording, and the cells. Both may be left out to resume. */
    const char *study_path;
    const spk_study_edit *edit; /* of the study: not data.recording */
    size_t n_edits;
    const spk_cell *cell;
    size_t n_cells;
    int shard, n_shards;          /* 0 of 0: all cells */
    int threads;                  /* cores to use in all; 0: every one */
    int64_t evaluations, extend;  /* as in spk_fit_options, for each fit */
    /* NULL: the processes of this machine alone. Else all ranks call spk_cells_run alike; rank 0 hands out and
     * writes the state, each rank runs `threads` fits at a time (0: one). Other ranks return when dismissed. */
    spk_ranks *ranks;
    void (*progress)(void *user, const spk_cells_progress *p); /* about each second; may be NULL */
    void *user;
} spk_cells_options;

/* Fits what is not done yet. A fit that fails is written down with its reason, and is no error of the run. A
 * cancelled context ends each running fit after at most a generation; ERR_CANCELLED. Forks: not for a process
 * with threads of its own.
 * ERR_INPUT for mistakes in the study (before anything is written), for another study than the folder's;
 * ERR_USAGE for a folder in use; ERR_IO. */
spk_status spk_cells_run(spk_ctx *ctx, const spk_cells_options *o);

/* Joins the shards of a run in a new folder; they stay as they are. ERR_INPUT, naming them: shards of different
 * studies, one that is missing or there twice; ERR_USAGE where the folder holds a run; ERR_IO. */
spk_status spk_cells_merge(spk_ctx *ctx, const char *const *folders, size_t n, const char *out);

#ifdef __cplusplus
}
#endif
#endif
