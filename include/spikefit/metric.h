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

#ifdef __cplusplus
}
#endif
#endif
