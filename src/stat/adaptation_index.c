/* By how much intervals grow from one to the next: above 0 the cell adapts, below it speeds up. */
#include "stat/stat.h"

static double adaptation_index(const double *opt, const spk_train *t) {
    (void)opt;
    size_t n = spk__interval_count(t);
    if (n < 2)
        return NAN;
    double sum = 0.0;
    for (size_t i = 0; i + 1 < n; i++) {
        double before = spk__interval(t, i), after = spk__interval(t, i + 1);
        sum += before + after > 0.0 ? (after - before) / (after + before) : 0.0;
    }
    return sum / (double)(n - 1);
}

const spk_stat spk__stat_adaptation_index = {
    .name = "adaptation_index",
    .sentence = "mean relative growth of the interval from one to the next",
    .reference = "Druckmann et al. 2007, doi:10.3389/neuro.01.1.1.001.2007; as eFEL's "
                 "adaptation_index2, over all intervals",
    .edges = "not defined below 3 spikes; two intervals of 0 do not differ",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = adaptation_index,
};
