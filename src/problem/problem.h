/* Inside the problem: what its files share. */
#ifndef SPK_PROBLEM_PROBLEM_H
#define SPK_PROBLEM_PROBLEM_H

#include "base/base.h"
#include "problem/resample.h"
#include "sim/block.h"
#include <spikefit/problem.h>

/* One stimulus, simulated once for all its repeats and windows. */
typedef struct {
    int number; /* in the recording */
    spk_trace current_pA;
    double stop_ms;          /* the end of the last window: nothing is simulated beyond */
    spk__drive drive;        /* for the search kernel */
    double on_ms, off_ms;    /* of the step, where the loss solves its amplitude */
    double low_pA, high_pA;  /* where to look for it */
} spk__stimulus;

/* Repeats of one stimulus on one window. */
typedef struct {
    size_t stimulus; /* index into stimuli */
    double start_ms, stop_ms;
    size_t n; /* repeats */
    size_t *sweep;
    spk_train *data;
    spk_loss_target **loss; /* [objectives], of training targets; NULL where an objective leaves it out */
    double *weight;         /* [objectives]: repeats that count */
} spk__target;

typedef struct {
    const char *name;
    spk_loss loss;
    const spk_objective_choice *choice; /* NULL: the study's loss on everything */
    size_t first_term;
    double weight; /* of all targets */
} spk__objective;

typedef struct {
    spk__stimulus *stimulus;
    size_t n_stimuli;
    spk__target *target;
    size_t n_targets;
} spk__part_set;

/* A thread's working memory. */
typedef struct {
    spk__block *block;
    spk_scratch *scratch;
    double *parameters; /* [lanes][n_parameters] */
    uint32_t *ids;
    double *voltage;    /* [samples][lanes], if the loss needs it */
    double *trace;      /* one lane's */
    spk_train *trials;
    double *amplitude, *amp_low, *amp_high; /* [lanes], for solved steps */
    uint64_t noise; /* of the first lane */
    size_t *first; /* of each block in a trial, where the data are resampled */
    size_t first_room;
    bool fresh;     /* lanes differ in noise; else only trials do */
} spk__worker;

struct spk_problem {
    spk_ctx *ctx;
    spk_problem_config c;
    const spk_kernel *k;
    spk_free *free;
    size_t n_free;
    double *fixed;          /* values of all parameters, where set */
    unsigned char *is_set;
    spk__objective *objective;
    size_t n_objectives, n_terms;
    spk__part_set train, test;
    size_t trials;          /* of a stochastic model; else 1 */
    size_t lanes;           /* of a block: candidates times trials */
    int current_parameter;  /* of the constant current, for solved steps; -1: none */
    spk__worker *worker;
    size_t n_workers;
    size_t spike_limit;
    double *cost;           /* [candidates][targets][objectives] */
    double *terms;          /* [candidates][targets][terms] */
    unsigned char *fate;    /* [candidates][targets] */
    double *replicate;      /* [candidates][targets][objectives][of a subset] */
    size_t room, term_room; /* candidates that these have room for */
    size_t replicate_room;  /* numbers */
    spk_evaluate_fn *share; /* NULL: evaluated here */
    void *share_user;
};

spk_status spk__problem_parameters(spk_problem *p);
spk_status spk__problem_objectives(spk_problem *p);
bool spk__problem_needs_voltage(const spk_problem *p);
bool spk__problem_solves_step(const spk_problem *p);
spk_status spk__problem_targets(spk_problem *p);
void spk__part_set_free(spk_ctx *ctx, spk__part_set *s, size_t n_objectives);
/* Steps between samples of the voltage that losses see. */
size_t spk__problem_watch_every(const spk_problem *p);
/* The unit that a quantity of a kernel is given in. */
spk_unit spk__quantity_unit(const spk_quantity *q);
spk_status spk__problem_workers(spk_problem *p, int threads);
void spk__worker_free(spk_ctx *ctx, spk__worker *w);

/* The slot of a worker's scratch that the measures leave free: resampled trains. */
enum { SPK__SCRATCH_RESAMPLED = 3 };

/* Whether an objective counts a sweep. */
bool spk__problem_counts(const spk__objective *o, const spk_sweep *sweep);

/* Replicates by number, or all of them. */
typedef struct {
    const spk_replicates *replicates;
    const size_t *of; /* NULL: all */
    size_t n;
} spk__subset;
static inline size_t spk__subset_at(const spk__subset *s, size_t i) {
    return s->of ? s->of[i] : i;
}
/* Of a candidate of an evaluation. */
spk__subset spk__subset_of(const spk_evaluation *e, size_t candidate);

/* The costs of a candidate on a target by an objective, in each of n replicates: base is its cost there in the
 * data as they are, and its fate. */
spk_status spk__replicates_cost(const spk__subset *s, spk__worker *w, size_t target, size_t objective,
                                const spk_loss_candidate *c, double base, spk_fate fate,
                                double *cost);
/* Places that a worker's `first` needs. */
size_t spk__replicates_room(const spk_replicates *r);
/* How much a target counts in a replicate's loss. */
double spk__replicates_weight(const spk_replicates *r, size_t replicate, size_t target,
                              size_t objective);

/* Runs the worker's block (n_lanes lanes, loaded here) under a stimulus to its stop. For solved steps the
 * amplitude of each candidate is found first. watch may be NULL. */
void spk__problem_run(spk_problem *p, spk__worker *w, const spk__stimulus *s,
                      const spk__drive *drive, size_t n_lanes, double dt_ms, spk__watch *watch);
/* Bisections at most. */
enum { SPK__STEP_RUNS = 14 };
/* The step's amplitude for every lane, and the run with it. */
void spk__solve_step(spk_problem *p, spk__worker *w, const spk__stimulus *s, size_t n_lanes,
                     size_t n_steps, double dt_ms);

#endif
