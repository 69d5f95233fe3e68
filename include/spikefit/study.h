/* A study: what to fit, to which data, how. Read from YAML (docs/study.md); every key has a default but
 * the model and the recording. Pure data: nothing is opened or compiled here, names of models, measures
 * and methods are checked by the rooms that know them.
 *
 *     model: aeif_psc_exp              # built-in name, path.nestml, path.nestml:name, or a list of them
 *     data:
 *       recording: cell.csv            # a path or a list; below the study file's folder unless absolute
 *       train: {window: [0 ms, 3400 ms], sweeps: [0, 1], repeats: [0, 1]}
 *       test:  {window: [3400 ms, 6800 ms]}
 *       detect: {rule: threshold, threshold: 0 mV, dead_time: 1 ms}
 *     fit:                             # free parameters; none given: those the model suggests
 *       C_m: {min: 50 pF, max: 500 pF, scale: log, start: 200 pF}
 *       tau_w: [10 ms, 500 ms]
 *     fixed: {t_ref: 2 ms}
 *     loss:
 *       coincidence: {weight: 1, window: 4 ms}
 *       van_rossum: {weight: 0.2, tau: 10 ms}
 *     objectives:                      # in place of one loss; each with a loss, sweeps, or both
 *       spikes: {loss: {van_rossum: 1}}
 *       voltage: {loss: {voltage: 1}}
 *     simulation: {dt: 0.1 ms, integrator: heun, precision: float64, noise: common, trials: 8}
 *     search: {evaluations: 60000}
 *     seed: 1
 *     threads: 0
 */
#ifndef SPIKEFIT_STUDY_H
#define SPIKEFIT_STUDY_H

#include <spikefit/base.h>
#include <spikefit/recording.h>
#include <spikefit/unit.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { SPK_SCALE_AUTO, SPK_SCALE_LINEAR, SPK_SCALE_LOG } spk_scale;

/* What is believed of a parameter before the data, within its bounds. AUTO: uniform on its scale. A normal
 * one has a centre and a width in the parameter's unit; of a lognormal one the centre is the median and
 * the width, a plain number, the standard deviation of the logarithm. */
typedef enum {
    SPK_PRIOR_AUTO,
    SPK_PRIOR_UNIFORM,
    SPK_PRIOR_LOG_UNIFORM,
    SPK_PRIOR_NORMAL,
    SPK_PRIOR_LOGNORMAL
} spk_prior_kind;
typedef struct {
    spk_prior_kind kind;
    const char *centre, *width;
    spk_loc loc, centre_loc, width_loc;
} spk_prior_choice;

/* A free parameter. Values as text with units, since only the model knows the dimension; NULL: not
 * given. */
typedef struct {
    const char *name;
    spk_loc loc;
    const char *min, *max, *start;
    spk_loc min_loc, max_loc, start_loc;
    spk_scale scale;
    spk_prior_choice prior;
} spk_free_parameter;

/* Which part of the data. Empty lists and an infinite window mean all. */
typedef struct {
    bool given;
    spk_loc loc;
    const char **sweep; /* names or numbers */
    size_t n_sweeps;
    int *repeat; /* counted within each stimulus from 0 */
    size_t n_repeats;
    double start_ms, stop_ms;
} spk_part_choice;

typedef struct {
    const char *name; /* of a measure or other loss */
    spk_loc loc;
    double weight;
    spk_settings options;
} spk_loss_choice;

/* One of several objectives. */
enum { SPK_OBJECTIVES_MAX = 16 };
typedef struct {
    const char *name;
    spk_loc loc;
    spk_loss_choice *loss; /* none: the study's */
    size_t n_losses;
    const char **sweep; /* names or numbers; none: all that are trained on */
    size_t n_sweeps;
} spk_objective_choice;

/* Which noise a stochastic model gets in a fit. AUTO: fresh for every evaluation where the search's method
 * handles noise, else the same for all candidates. */
typedef enum { SPK_NOISE_AUTO, SPK_NOISE_COMMON, SPK_NOISE_FRESH } spk_noise;

typedef struct spk_study {
    const char *path, *folder; /* of the study file; folder "" or ending in '/' */
    const char *text;          /* as read */
    size_t text_length;
    const char **model;
    spk_loc *model_loc;
    size_t n_models;

    const char **recording; /* paths, ready to open */
    spk_loc *recording_loc;
    size_t n_recordings;
    spk_settings reader; /* options of the reader of the format */
    spk_detection detection;
    bool detection_given;
    spk_part_choice train, test;

    spk_free_parameter *free;
    size_t n_free;
    bool free_given;
    spk_settings fixed;

    spk_loss_choice *loss;
    size_t n_losses;
    spk_objective_choice *objective; /* none: one, the loss */
    size_t n_objectives;

    spk_noise noise;
    int trials; /* runs of a stochastic model under each stimulus; 0: the default */
    double dt_ms; /* 0: the model's default */
    const char *integrator, *drive, *spike; /* NULL: the model's default */
    spk_loc integrator_loc;
    int float32;  /* search in float32; scores are always float64 */

    spk_settings posterior; /* options of a posterior */
    const char *method; /* NULL: the default */
    spk_loc method_loc;
    spk_settings search;
    int64_t evaluations;
    int64_t islands, migration; /* 0: the default; never */
    spk_loc migration_loc;

    uint64_t seed;
    int threads;
    void *arena;
} spk_study;

/* Reads and checks a study file. ERR_INPUT, ERR_IO; all mistakes found are in the context. Freed with
 * spk_study_free. */
spk_status spk_study_read(spk_ctx *ctx, const char *path, spk_study **out);
/* The same from memory; path is for messages and for the folder. */
spk_status spk_study_parse(spk_ctx *ctx, const char *path, const char *text, size_t length,
                           spk_study **out);
/* The study of a run: `path` is what its file was called when it was run, `folder` holds the run. Where its
 * recordings are not found from here, they are looked for as seen from the folders above the run: programs
 * are called from elsewhere, and things are moved together. */
spk_status spk_study_locate(spk_ctx *ctx, const char *path, const char *text, size_t length,
                            const char *folder, spk_study **out);
void spk_study_free(spk_study *s);

/* ---- changing the text ---- */

/* One key set to other values: "model", "data.recording", "search.islands". One value is written as such,
 * several as a list; with none the key is taken out. */
typedef struct {
    const char *key;
    const char *const *value;
    size_t n;
} spk_study_edit;

/* As spk_study_read and spk_study_parse, with keys replaced or added before anything is checked. The text of
 * the study is the changed one, so that it says what is run; the rest of it stays as it was written.
 * ERR_INPUT also where the text has no place for a key, or for a value with a line break. */
spk_status spk_study_read_edited(spk_ctx *ctx, const char *path, const spk_study_edit *edits, size_t n,
                                 spk_study **out);
spk_status spk_study_parse_edited(spk_ctx *ctx, const char *path, const char *text, size_t length,
                                  const spk_study_edit *edits, size_t n, spk_study **out);

#ifdef __cplusplus
}
#endif
#endif
