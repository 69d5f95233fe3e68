/* Variance over mean of spike counts: 1 for Poisson trains, less for regular ones. Over windows of
 * one train, or over trials of the whole window. */
#include "stat/stat.h"

enum { WINDOW };

static const spk_opt options[] = {{"window", "length of the windows in which spikes are counted",
                                   SPK_OPT_REAL, "ms", 100, 0.1, 1e9, NULL},
                                  {.name = NULL}};

/* The spikes are sorted, so the counts come one after the other: nothing to store. */
static double fano_factor(const double *opt, const spk_train *t) {
    double w = opt[WINDOW], squares = 0.0, total = 0.0;
    size_t n = spk__bin_count(t, w);
    if (n < 2)
        return NAN;
    for (size_t i = 0; i < t->n;) {
        size_t bin = spk__bin_of(t, w, n, t->t_ms[i]);
        if (bin >= n)
            break;
        double count = 0.0;
        for (; i < t->n && spk__bin_of(t, w, n, t->t_ms[i]) == bin; i++)
            count += 1.0;
        squares += count * count;
        total += count;
    }
    double mean = total / (double)n;
    return mean > 0.0 ? (squares / (double)n - mean * mean) / mean : NAN;
}

static spk_status trial_fano_factor(const double *opt, const spk_train *t, size_t n,
                                    spk_scratch *scratch, double *out) {
    (void)opt, (void)scratch;
    double total = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        total += (double)t[i].n;
    double mean = total / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = (double)t[i].n - mean;
        squares += d * d;
    }
    *out = n > 1 && mean > 0.0 ? squares / (double)n / mean : NAN;
    return SPK_OK;
}

const spk_stat spk__stat_fano_factor = {
    .name = "fano_factor",
    .sentence = "variance over mean of the counts in windows of one train",
    .reference = "Fano 1947, doi:10.1103/PhysRev.72.26; divisor n",
    .edges = "not defined below 2 whole windows or without spikes in them",
    .per = SPK_STAT_PER_TRAIN,
    .options = options,
    .of_train = fano_factor,
};

const spk_stat spk__stat_trial_fano_factor = {
    .name = "trial_fano_factor",
    .sentence = "variance over mean of the spike counts of trials",
    .reference = "Fano 1947, doi:10.1103/PhysRev.72.26; divisor n",
    .edges = "not defined below 2 trials or without spikes",
    .per = SPK_STAT_SINGLE,
    .values = trial_fano_factor,
};
