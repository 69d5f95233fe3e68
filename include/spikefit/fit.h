/* Fitting: a study becomes a setup (data, split, models), the setup a search for each model, the
 * searches one result. Checkpointed in a journal, resumable, the same bits for any number of threads
 * and interruptions.
 */
#ifndef SPIKEFIT_FIT_H
#define SPIKEFIT_FIT_H

#include <spikefit/model.h>
#include <spikefit/problem.h>
#include <spikefit/recording.h>
#include <spikefit/result.h>
#include <spikefit/search.h>
#include <spikefit/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a study names, opened ---- */

typedef struct spk_setup spk_setup;

/* Reads the recording and divides it. The study is borrowed. ERR_IO, ERR_INPUT. */
spk_status spk_setup_new(spk_ctx *ctx, const spk_study *study, spk_setup **out);
void spk_setup_free(spk_setup *s);
const spk_study *spk_setup_study(const spk_setup *s);
const spk_recording *spk_setup_recording(const spk_setup *s);
const spk_part *spk_setup_part(const spk_setup *s, spk_part_kind part, size_t *n);
/* How train and test were chosen, in words. */
const char *spk_setup_split_words(const spk_setup *s);

/* Opens model i of the study and builds its problem on the setup; freed with the setup. The model is
 * compiled if it must be. dt_ms of the study, or the integrator's default. */
spk_status spk_setup_problem(spk_setup *s, size_t i, spk_problem **out);
/* Opens every model and checks the search, so that mistakes show before anything is written; spk_fit_run
 * does nothing before.
 * ERR_INPUT also for a parameter of the study that none of its models has. Warns of a step that is
 * coarser than the recording. */
spk_status spk_setup_check(spk_setup *s);
/* Whether a search on this problem gets fresh noise for every evaluation: as the study says, and where it
 * does not, if its method handles noise. */
bool spk_setup_fresh_noise(const spk_setup *s, const spk_problem *p);
/* Problems that are opened from now on simulate as many repeats as were recorded
 * (spk_problem_config.as_recorded): for posteriors. */
void spk_setup_as_recorded(spk_setup *s);
const spk_model *spk_setup_model(const spk_setup *s, size_t i); /* NULL before its problem */

/* ---- fitting ---- */

/* Where a fit stands; lent during the call. */
typedef struct {
    size_t model, n_models;
    const char *model_name;
    uint64_t evaluations, budget; /* of this model */
    double best;                  /* training loss */
    const double *best_values;    /* parameters, coherent units */
    spk_tally tally;
    double elapsed_s, left_s;     /* left: estimate over all models; NaN at the start */
    const char *words;            /* of the optimiser */
    spk_problem *problem;
    const spk_result_history *history; /* of this model's search so far */
} spk_fit_progress;

typedef struct {
    const char *folder; /* the run directory, made if absent; NULL: nothing is kept on disk */
    int threads;        /* 0: the study's, which defaults to all cores */
    bool resume;        /* go on with the folder's journal; else a folder with one is an error */
    int64_t evaluations; /* 0: those that the run was given before, else the study's */
    int64_t extend;      /* added to those */
    void (*progress)(void *user, const spk_fit_progress *p); /* after every generation; may be NULL */
    void *user;
} spk_fit_options;

/* Fits every model of the study and keeps the best by spk_result_model.selection. A cancelled context ends
 * the search after at most one generation: the cancellation is taken back, and the result holds the best so
 * far and `interrupted`.
 * Errors: of the problem and the search; ERR_IO for the folder; ERR_INPUT for a journal of another study,
 * data, model or version (named by what differs); ERR_USAGE for a folder in use by another process.
 * Scores are not filled in: see <spikefit/validate.h>. */
spk_status spk_fit_run(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *options,
                       spk_result **out);

/* The study that the run in a folder was begun with, as its journal holds it: with this and `resume` the run
 * goes on. Freed with spk_study_free. ERR_IO, ERR_INPUT. */
spk_status spk_run_study(spk_ctx *ctx, const char *folder, spk_study **out);

/* The index of the chosen model in the study it came from. ERR_INPUT if it names no such model. */
spk_status spk_result_model_index(spk_ctx *ctx, const spk_result *r, const spk_study *study,
                                  size_t *model);
/* Warns of every recording that is not, by its hash, the file that was fitted. */
void spk_result_check_data(spk_ctx *ctx, const spk_result *r, const spk_setup *setup);
/* The parameters of a result as values of a kernel (coherent units, [k->n_parameters]). ERR_INPUT if
 * names or number differ. */
spk_status spk_result_parameters(spk_ctx *ctx, const spk_result *r, const spk_kernel *k,
                                 double *values);

/* Makes a row of the result's front its parameters and its best loss. Its scores and what was worked out
 * about identifiability were another's and are forgotten. how: kept as front.pick. p: of its model. */
spk_status spk_result_take_pick(spk_result *r, const spk_problem *p, size_t row, const char *how);

#ifdef __cplusplus
}
#endif
#endif
