/* A fit as a function on the unit cube: parameters with bounds, scales and units on one side, the loss
 * on a recording on the other. Evaluated in batches, in parallel, with the same bits for any number of
 * threads.
 */
#ifndef SPIKEFIT_PROBLEM_H
#define SPIKEFIT_PROBLEM_H

#include <spikefit/kernel.h>
#include <spikefit/loss.h>
#include <spikefit/recording.h>
#include <spikefit/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- free parameters ---- */

/* A free parameter; coherent units. */
typedef struct {
    size_t index; /* into the kernel's parameters */
    double low, high, start; /* start: NaN if none was given */
    bool log_scale;
} spk_free;

/* ---- problems ---- */

typedef struct spk_problem spk_problem;

/* How many candidates met which fate (<spikefit/loss.h>; the worst of a candidate's stimuli). */
typedef struct {
    uint64_t evaluations, silent, exploding, nonfinite;
} spk_tally;

/* study: model-independent part; the recording and the kernels are borrowed and must outlive the problem.
 * search: the kernel that evaluates; score: a float64 kernel of the same model. train, test: what to fit
 * and what to hold out. Errors: ERR_INPUT for an unknown parameter (nearest name), a bound of the wrong
 * unit or outside the model's own, low >= high, a log scale with a bound <= 0, a start outside the bounds,
 * an unknown measure or option, a sweep without current, training data without spikes, an objective without
 * training data. */
typedef struct {
    const spk_study *study;
    const spk_recording *recording;
    const spk_kernel *search, *score;
    double dt_ms;
    const spk_part *train, *test;
    size_t n_train, n_test;
    /* Simulates as many repeats as were recorded, and takes data without spikes: what is compared are then
     * samples of one size, as approximate Bayesian computation needs them. Else a stochastic model has the
     * study's trials, or 8. */
    bool as_recorded;
} spk_problem_config;
spk_status spk_problem_new(spk_ctx *ctx, const spk_problem_config *config, spk_problem **out);
void spk_problem_free(spk_problem *p);

size_t spk_problem_dim(const spk_problem *p);
const spk_free *spk_problem_parameter(const spk_problem *p, size_t i);
const spk_kernel *spk_problem_kernel(const spk_problem *p);
/* Objectives: one, the study's loss, or those that the study names; each has a mix of losses. */
size_t spk_problem_objectives(const spk_problem *p);
const char *spk_problem_objective_name(const spk_problem *p, size_t i); /* "loss" where there is one */
const spk_loss *spk_problem_loss(const spk_problem *p, size_t objective);
/* The float64 kernel of the same model, and the seed of stochastic ones. */
const spk_kernel *spk_problem_score_kernel(const spk_problem *p);
uint64_t spk_problem_seed(const spk_problem *p);
double spk_problem_dt(const spk_problem *p);
bool spk_problem_stochastic(const spk_problem *p);
size_t spk_problem_trials(const spk_problem *p); /* 1 unless the model is stochastic */
/* Seconds that an evaluation takes, one of many, on one core: an estimate from steps and operations, the same
 * on every machine (spk_search_space.cost_s). */
double spk_problem_cost(const spk_problem *p);
/* Spikes of the training data: each target's mean over its repeats, added up. */
double spk_problem_spikes(const spk_problem *p);
/* What one of these spikes weighs in the loss: the sum of weights over their number. */
double spk_problem_spike_worth(const spk_problem *p);
/* The loss up to which candidates count as nearly as good as one of loss `best`: two spikes' worth more, or
 * a twentieth where that is more. A parameter can bend a model to about one spike by luck, as it can to
 * one unit of log likelihood, and 1.9 units are what bounds a parameter's 95 % range by its profile. */
double spk_problem_near(const spk_problem *p, double best);

/* ---- resampled data ---- */

/* What a replicate of the training data draws with replacement, one fewer than there are, which makes
 * the variance of a mean over few of them right (Rao and Wu 1988, doi:10.1080/01621459.1988.10478591):
 *
 * - trials: repeats of each stimulus, and as many trials of a stochastic model as it has;
 * - sweeps: stimuli, each with all its repeats;
 * - blocks: stretches of time, the same of all repeats and of the model, put one after the other. They are
 *   about as long as those of a score's interval (spk_bootstrap), and end in the middle of the longest
 *   interval without a spike nearby, so that hardly a spike loses its partner.
 *
 * auto: trials where every stimulus has five repeats or more, else sweeps where there are five, else
 * blocks. The same candidate's spikes serve all replicates: nothing is simulated again. */
#define SPK_RESAMPLE_LIST(X)                                                                       \
    X(AUTO, "auto")                                                                                \
    X(TRIALS, "trials")                                                                            \
    X(SWEEPS, "sweeps")                                                                            \
    X(BLOCKS, "blocks")
typedef enum {
#define SPK_RESAMPLE_ENUM(name, word) SPK_RESAMPLE_##name,
    SPK_RESAMPLE_LIST(SPK_RESAMPLE_ENUM)
#undef SPK_RESAMPLE_ENUM
        SPK_RESAMPLE_COUNT
} spk_resample;
const char *spk_resample_word(spk_resample r);

/* n replicates of a problem's training data, which they borrow. They depend on the seed and their number
 * alone. ERR_INPUT where there are fewer than two of what is drawn (blocks: fewer than five), or for
 * blocks of a loss that solves a step. */
typedef struct spk_replicates spk_replicates;
spk_status spk_replicates_new(spk_ctx *ctx, spk_problem *p, spk_resample over, size_t n, uint64_t seed,
                              spk_replicates **out);
void spk_replicates_free(spk_replicates *r);
spk_resample spk_replicates_over(const spk_replicates *r); /* never AUTO */
/* How many trials, sweeps or blocks there are to draw from, in all; of how many milliseconds a block (NaN:
 * not over blocks), on average. */
size_t spk_replicates_units(const spk_replicates *r);
double spk_replicates_block_ms(const spk_replicates *r);

/* ---- points and values ---- */

/* A coordinate of the unit cube as the parameter's value. */
double spk_problem_value(const spk_free *f, double x);
/* A point of the unit cube as all of the model's parameters (values[kernel->n_parameters], coherent
 * units), and back. */
void spk_problem_decode(const spk_problem *p, const double *x, double *values);
void spk_problem_encode(const spk_problem *p, const double *values, double *x);
/* The study's start, where every free parameter that has none takes the model's default if that lies
 * within its bounds, else the middle. */
void spk_problem_start(const spk_problem *p, double *x);

/* What to evaluate, and what of it to keep; outputs may be NULL. Zero-initialise. */
typedef struct {
    const double *x; /* [n][dim] */
    size_t n;
    int threads;
    /* Noise of a stochastic model. 0: common, the same for every candidate. Else candidate i gets number
     * noise + i, all different: the caller counts on by n. */
    uint64_t noise;
    double *loss;  /* [n]: the training loss; of several objectives their mean */
    double *each;  /* [n][objectives] */
    double *terms; /* [n][terms], the objectives' one after the other: weighted, before grading (which
                      slopes for silent, exploding and non-finite candidates) */
    /* Losses on replicates of the data too; evaluated in this process, whoever shares the rest. */
    const spk_replicates *replicates;
    const size_t *of;  /* [n][n_of]: the replicates by number that each candidate is evaluated on; NULL: all */
    size_t n_of;
    double *replicate; /* [n][n_of, or all replicates][objectives] */
    spk_tally *tally; /* added to */
} spk_evaluation;

/* ERR_CANCELLED (outputs are then not to be used), ERR_MEMORY. Not for two threads at once. */
spk_status spk_problem_run(spk_problem *p, const spk_evaluation *e);
/* The losses alone, under common noise. */
spk_status spk_problem_evaluate(spk_problem *p, const double *x, size_t n, int threads,
                                double *loss, spk_tally *tally);
size_t spk_problem_terms(const spk_problem *p); /* of all objectives */

/* Hands every later evaluation to fn, which spreads it over other processes and gives the same values
 * (<spikefit/ranks.h>); NULL takes it back. The other function evaluates in this process, always. */
typedef spk_status spk_evaluate_fn(void *user, spk_problem *p, const spk_evaluation *e);
void spk_problem_share(spk_problem *p, spk_evaluate_fn *fn, void *user);
spk_status spk_problem_run_here(spk_problem *p, const spk_evaluation *e);

/* ---- what a parameter set does ---- */

/* Data and model side by side on one stimulus. Lent by the set. */
typedef struct {
    int stimulus;
    const spk_train *data; /* repeats, cut to the window */
    size_t n_data;
    const size_t *sweep; /* their sweeps */
    const spk_train *model; /* trials, cut to the window */
    size_t n_model;
    double start_ms, stop_ms;
} spk_comparison;

typedef struct {
    spk_comparison *item;
    size_t n;
    bool finite;
    void *store;
    spk_ctx *ctx;
} spk_comparisons;

typedef enum { SPK_TRAIN, SPK_TEST } spk_part_kind;

/* Runs a parameter set (coherent units) in float64 on every stimulus of the part, each whole from rest, and
 * sets its spikes beside the data's. dt_ms 0: the problem's.
 */
spk_status spk_problem_compare(spk_problem *p, const double *values, spk_part_kind part,
                               double dt_ms, spk_comparisons *out);
/* The same under a noise of its own (spk_evaluation.noise). */
spk_status spk_problem_compare_noise(spk_problem *p, const double *values, spk_part_kind part,
                                     double dt_ms, uint64_t noise, spk_comparisons *out);
void spk_comparisons_free(spk_comparisons *c);

#ifdef __cplusplus
}
#endif
#endif
