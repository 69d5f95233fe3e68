/* What the files of this room share. */
#ifndef SPK_STAT_STAT_H
#define SPK_STAT_STAT_H

#include "base/base.h"
#include "num/num.h"
#include "recording/train.h"
#include <spikefit/stat.h>

#include <math.h>

/* The slots of a scratch as this room uses them. */
enum {
    SPK__STAT_WORK,   /* a statistic's own */
    SPK__STAT_TRAINS, /* trains cut to a common window */
};

/* Interval i (from 0) of a train, and how many it has. */
static inline double spk__interval(const spk_train *t, size_t i) {
    return t->t_ms[i + 1] - t->t_ms[i];
}
static inline size_t spk__interval_count(const spk_train *t) {
    return t->n ? t->n - 1 : 0;
}

/* Whole bins of this width in the train's window. A window of 1000 ms has 10 bins of 100 ms,
 * whatever the rounding of its ends; what is left over at the end is not looked at. */
size_t spk__bin_count(const spk_train *t, double bin_ms);
/* The bin of a time, spk__bin_count or more if past the last. The last bin includes its end. */
size_t spk__bin_of(const spk_train *t, double bin_ms, size_t n_bins, double time_ms);
/* Adds the train's spikes to n_bins counts. */
void spk__bin_add(const spk_train *t, double bin_ms, size_t n_bins, double *counts);

#define SPK_ENTRY(symbol) extern const spk_stat symbol;
#include "stat/registry.def"
#undef SPK_ENTRY

#endif
