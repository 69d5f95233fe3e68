/* How many spikes, and how many a second. */
#include "stat/stat.h"

static double spike_count(const double *opt, const spk_train *t) {
    (void)opt;
    return (double)t->n;
}

static double rate(const double *opt, const spk_train *t) {
    (void)opt;
    return 1e3 * (double)t->n / (t->stop_ms - t->start_ms);
}

const spk_stat spk__stat_spike_count = {
    .name = "spike_count",
    .sentence = "number of spikes",
    .reference = "the definition itself",
    .edges = "always defined",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = spike_count,
};

const spk_stat spk__stat_rate = {
    .name = "rate",
    .sentence = "number of spikes over the length of the window",
    .reference = "the definition itself",
    .edges = "always defined; 0 without spikes",
    .unit = "Hz",
    .per = SPK_STAT_PER_TRAIN,
    .of_train = rate,
};
