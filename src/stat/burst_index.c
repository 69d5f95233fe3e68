/* The part of the spikes that belong to bursts. */
#include "stat/stat.h"

enum { INTERVAL };

static const spk_opt options[] = {
    {"interval", "longest interval inside a burst", SPK_OPT_REAL, "ms", 6, 0.01, 1e6, NULL},
    {.name = NULL}};

static double burst_index(const double *opt, const spk_train *t) {
    size_t in_bursts = 0, n = spk__interval_count(t);
    double longest = opt[INTERVAL] + 1e-6; /* spikes on a grid: rounding must not decide */
    for (size_t i = 0; i < t->n; i++)
        in_bursts += (i > 0 && spk__interval(t, i - 1) <= longest) ||
                     (i < n && spk__interval(t, i) <= longest);
    return t->n ? (double)in_bursts / (double)t->n : NAN;
}

const spk_stat spk__stat_burst_index = {
    .name = "burst_index",
    .sentence = "part of the spikes that are close to the one before or after",
    .reference = "Mizuseki et al. 2012, doi:10.1002/hipo.22002",
    .edges = "not defined without spikes; 0 for one",
    .per = SPK_STAT_PER_TRAIN,
    .options = options,
    .of_train = burst_index,
};
