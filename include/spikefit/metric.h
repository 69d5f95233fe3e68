/* Measures between spike trains (and between voltage traces): distances, coincidence measures,
 * reliability, bootstrap intervals, matrices.
 *
 * A metric compares two spike trains, "data" and "model" (or, where it is defined over sets, two
 * sets of trials). `spk_metric_find` gives one by name; its options are a table of spk_opt.
 *
 * What holds for every metric:
 * - Trains observed over different windows are compared on the intersection of the windows, both
 * ends included. Windows that do not overlap for any length are an error (ERR_INPUT).
 * - Values are finite, never NaN, for every pair of valid trains: no spike in one or both, one
 * spike, several spikes at one time. `edges` of the metric says what the value is there.
 * - A metric over pairs of trains compares sets of trials by the mean over all pairs (data, model),
 *   weighted if the metric says so (SPIKE-synchronization: by the number of spikes).
 * - Values do not depend on the number of threads or the instruction set.
 * - Two spikes are "within a window" of each other if they are at most window + 1e-6 ms apart, so
 * that spikes on a time grid do not depend on how their times are rounded.
 *
 * Single calls check their trains (finite, sorted, inside their window) and options (ERR_INPUT). In
 * the loop of a fit use a spk_target: the data are checked and prepared once, candidates are
 * trusted.
 */
#ifndef SPIKEFIT_METRIC_H
#define SPIKEFIT_METRIC_H

#include <spikefit/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a metric is ---- */

typedef enum {
    SPK_METRIC_DISTANCE,   /* 0 is best, larger is worse */
    SPK_METRIC_SIMILARITY, /* 1 is best, smaller is worse */
} spk_metric_kind;

/* What the functions of a metric are handed. */
typedef struct {
    const double *opt;    /* option values by position in the metric's table */
    const void *prepared; /* what `prepare` made of the data; NULL if the metric has none */
    bool graded;          /* in a fit: rank what a single call refuses */
    spk_scratch *scratch;
} spk_metric_call;

/* One file in src/metric ends in one of these; its line in registry.def makes it known. The trains
 * that the functions see are valid and cut to one common window of positive length. They may not
 * fail but for lack of memory. Exactly one of `pair` and `group` is given. */
typedef struct spk_metric {
    const char *name, *sentence, *reference, *edges;
    spk_metric_kind kind;
    double low, high;       /* limits of the value; may be infinite */
    bool symmetric;         /* the value is the same, to the bit, with data and model exchanged */
    const char *unit;       /* of the value; NULL: a plain number */
    const spk_opt *options; /* NULL: none */

    /* Refuses options or trains for which the value is not defined, with a diagnostic. model is
     * NULL when a target is built. May be NULL. */
    spk_status (*check)(spk_ctx *ctx, const double *opt, const spk_train *data,
                        const spk_train *model);
    /* What can be worked out from the data alone: bytes needed, and the work (into memory aligned
     * to 16). One train for a metric with `pair`, all trials for one with `group`. NULL: nothing.
     */
    size_t (*prepared_size)(const double *opt, const spk_train *data, size_t n);
    void (*prepare)(const double *opt, const spk_train *data, size_t n, void *prepared);

    spk_status (*pair)(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value);
    /* How much a pair counts in a mean over pairs; NULL: all the same. */
    double (*weight)(const spk_train *data, const spk_train *model);
    spk_status (*group)(const spk_metric_call *c, const spk_train *data, size_t n_data,
                        const spk_train *model, size_t n_model, double *value);
} spk_metric;

size_t spk_metric_count(void);
const spk_metric *spk_metric_at(size_t i); /* NULL from spk_metric_count() on */
/* ERR_INPUT with the nearest name if there is none of this name. */
spk_status spk_metric_find(spk_ctx *ctx, const char *name, const spk_metric **out);

/* How bad a value is: itself for a distance, 1 - value for a similarity. */
double spk_metric_cost(const spk_metric *m, double value);

/* ---- single calls (opts NULL: the defaults) ---- */

spk_status spk_metric_pair(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                           const spk_train *data, const spk_train *model, double *value);
/* Sets of trials, each at least one. */
spk_status spk_metric_group(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                            const spk_train *data, size_t n_data, const spk_train *model,
                            size_t n_model, double *value);

/* ---- the hot loop of a fit ---- */

/* Data trials (repeats of one stimulus), copied, checked and prepared. Const once built: many
 * threads may evaluate on one target, each with its own scratch.
 *
 * The value of a target equals that of spk_metric_group on the same trains, to the bit, except that
 * nothing is refused: where a single call would fail for the candidate's sake (a coincidence factor
 * at a rate for which it is not defined), the value is a graded one that gets worse with the number
 * of spikes; the metric's `edges` says how. ERR_MEMORY, and ERR_INPUT where no part of a
 * candidate's window was observed in the data, remain. */
typedef struct spk_target spk_target;
spk_status spk_target_new(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                          const spk_train *data, size_t n, spk_target **out);
void spk_target_free(spk_target *t);
spk_status spk_target_eval(const spk_target *t, const spk_train *model, size_t n_model,
                           spk_scratch *scratch, double *value);
const spk_metric *spk_target_metric(const spk_target *t);

/* ---- many trains ---- */

/* Every train with every one: out[i * n + j] is the value with train i as the data and j as the
 * model. On `threads` threads (0: all cores). ERR_INPUT where a single call would refuse. */
spk_status spk_metric_matrix(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                             const spk_train *t, size_t n, int threads, double *out);

/* One number for a population, or for the repeats of one stimulus: the mean over all pairs of
 * different trains (weighted if the metric says so), in both orders if the metric is not symmetric.
 * Of repeats this is the intrinsic reliability: what a perfect model could attain. ERR_INPUT below
 * two trains. */
spk_status spk_metric_within(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                             const spk_train *t, size_t n, int threads, double *value);

/* ---- scores with their uncertainty ---- */

/* How intervals are made. Time is cut into blocks; a replicate draws as many blocks with
 * replacement, the same for data and model, and puts their spikes one block after the other; for
 * metrics over pairs it also draws as many trials as there are (sets of trials would mistake one
 * drawn twice for two that agree). The interval lies between the replicates' quantiles. Replicates
 * depend on the seed and their number alone. */
typedef struct {
    uint64_t seed;
    size_t replicates; /* 0: no interval */
    double block_ms;   /* about; 0: a twentieth of the window, but at least 100 ms */
    double level;      /* of the interval, in (0, 1) */
    int threads;       /* 0: all cores */
} spk_bootstrap;
#define SPK_BOOTSTRAP_INIT                                                                         \
    { 1, 1000, 0.0, 0.95, 0 }

/* Where the repeats agree by less than this, a score is not divided by their reliability. */
#define SPK_RELIABILITY_MIN 0.2

typedef struct {
    double value;
    bool has_interval;           /* at least two blocks of time */
    double low, high, deviation; /* interval; standard deviation over replicates */
    size_t blocks;
    bool has_reliability; /* at least two data trials */
    double reliability;
    bool has_ratio; /* a similarity, and reliability of at least SPK_RELIABILITY_MIN */
    double ratio;   /* value / reliability */
} spk_score;

/* Model trains against data trains, as spk_metric_group, with all that belongs beside the value. */
spk_status spk_metric_score(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                            const spk_train *data, size_t n_data, const spk_train *model,
                            size_t n_model, const spk_bootstrap *b, spk_score *out);

/* ---- voltage ---- */

/* Which samples of a voltage are compared: those in [start_ms, stop_ms], at which the data are not
 * missing, and which are not within before_ms before or after_ms after a spike of the data (or of
 * the model, if blank_model): spikes of simple models have no shape. */
typedef struct {
    double before_ms, after_ms;
    double start_ms, stop_ms;
    bool blank_model;
} spk_trace_rule;
#define SPK_TRACE_RULE_INIT                                                                        \
    { 2.0, 10.0, 0.0, 1e300, true }

typedef struct {
    size_t n;         /* samples compared */
    double mse;       /* mV^2 */
    double variance;  /* of the data in these samples, mV^2 */
    double explained; /* 1 - mse / variance; 0 where the variance is 0 and the error is not */
} spk_trace_score;

/* The model is interpolated at the times of the data's samples; times that it does not cover are
 * left out. ERR_INPUT if nothing is left to compare, or if the model's voltage is not finite. */
spk_status spk_trace_compare(spk_ctx *ctx, const spk_trace_rule *rule, const spk_trace *data,
                             const spk_train *data_spikes, const spk_trace *model,
                             const spk_train *model_spikes, spk_trace_score *out);

#ifdef __cplusplus
}
#endif
#endif
