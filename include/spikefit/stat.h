/* Statistics of spike trains: of one train, of the intervals in it, of pairs of trains, of a
 * population or of the trials of one neuron.
 *
 * A statistic turns a set of trains into a list of values: one a train, one an interval, one a
 * pair, one a bin, or a single one. Where it is not defined (a coefficient of variation of fewer
 * than two intervals, a correlation with a silent train) the value is NaN, so that value i still
 * belongs to train i; `edges` of the statistic says where that is. Nothing else is ever NaN or
 * infinite.
 *
 * Statistics over several trains use the time in which all were observed. Spikes at one time give
 * an interval of 0. Values do not depend on the number of threads or the instruction set.
 */
#ifndef SPIKEFIT_STAT_H
#define SPIKEFIT_STAT_H

#include <spikefit/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    SPK_STAT_PER_TRAIN,
    SPK_STAT_PER_INTERVAL, /* the intervals of the first train, then of the second, ... */
    SPK_STAT_PER_PAIR,     /* (0,1), (0,2), ..., (1,2), ... */
    SPK_STAT_PER_BIN,      /* of time, frequency or interval: see spk_stat_axis */
    SPK_STAT_SINGLE,
} spk_stat_per;

/* One file in src/stat ends in one of these (or a few that belong together); its line in
 * registry.def makes it known. The trains that `count` and `values` see are valid; for all but
 * PER_TRAIN and PER_INTERVAL they are cut to one common window. They fail only for lack of memory.
 */
typedef struct spk_stat {
    const char *name, *sentence, *reference, *edges;
    const char *unit; /* of the values; NULL: a plain number */
    spk_stat_per per;
    const char *axis_unit;  /* PER_BIN: of what the bins divide */
    const spk_opt *options; /* NULL: none */

    double (*of_train)(const double *opt, const spk_train *t); /* PER_TRAIN: this alone */
    size_t (*count)(const double *opt, const spk_train *t, size_t n);
    spk_status (*values)(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                         double *out);
    double (*axis)(const double *opt, const spk_train *t, size_t n, size_t bin); /* PER_BIN */
} spk_stat;

size_t spk_stat_count(void);
const spk_stat *spk_stat_at(size_t i); /* NULL from spk_stat_count() on */
/* ERR_INPUT with the nearest name if there is none of this name. */
spk_status spk_stat_find(spk_ctx *ctx, const char *name, const spk_stat **out);

/* How many values n trains give (opts NULL: the defaults). */
size_t spk_stat_size(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n);

/* The values, into room for spk_stat_size of them. The trains are trusted to be sorted and inside
 * their windows: this is for the loop of a fit. ERR_MEMORY only. */
spk_status spk_stat_values(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n,
                           spk_scratch *scratch, double *out);

/* The same for a single use: checks trains and options (ERR_INPUT), allocates the values. Free with
 * spk_stat_free(ctx, values). */
spk_status spk_stat_new(spk_ctx *ctx, const spk_stat *s, const spk_opts *opts, const spk_train *t,
                        size_t n, double **values, size_t *size);
void spk_stat_free(spk_ctx *ctx, double *values);

/* The middle of a bin, in the statistic's axis_unit. NaN for a statistic without bins. */
double spk_stat_axis(const spk_stat *s, const spk_opts *opts, const spk_train *t, size_t n,
                     size_t bin);

/* Moves the values that are not NaN to the front, in order; returns how many there are. */
size_t spk_stat_defined(double *values, size_t n);

#ifdef __cplusplus
}
#endif
#endif
