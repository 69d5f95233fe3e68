/* Synchrony of a population: the variance of the mean activity over the mean variance of the single
 * ones. Near 1/n for n independent trains, 1 if all do the same; its root is often called chi. */
#include "stat/stat.h"

enum { BIN };

static const spk_opt options[] = {{"bin", "width of the bins in which spikes are counted",
                                   SPK_OPT_REAL, "ms", 5, 1e-3, 1e6, NULL},
                                  {.name = NULL}};

static spk_status values(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                         double *out) {
    size_t bins = spk__bin_count(t, opt[BIN]);
    double *all = spk__scratch_get(scratch, SPK__STAT_WORK, 2 * bins * sizeof(double));
    if (!all)
        return SPK_ERR_MEMORY;
    double *one = all + bins, single = 0.0, inverse = 1.0 / (double)bins;
    memset(all, 0, bins * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        memset(one, 0, bins * sizeof *one);
        spk__bin_add(&t[i], opt[BIN], bins, one);
        double mean = spk__sum(bins, one) * inverse;
        single += spk__sum_squares(bins, one) * inverse - mean * mean;
        for (size_t k = 0; k < bins; k++)
            all[k] += one[k];
    }
    double mean = spk__sum(bins, all) * inverse;
    double together = spk__sum_squares(bins, all) * inverse - mean * mean;
    *out = bins > 1 && single > 0.0 ? together / ((double)n * single) : NAN;
    return SPK_OK;
}

const spk_stat spk__stat_synchrony = {
    .name = "synchrony",
    .sentence = "variance of the mean activity over the mean variance of the single ones",
    .reference = "Golomb 2007, doi:10.4249/scholarpedia.1347 (chi squared, of binned spikes)",
    .edges = "not defined below 2 bins, or if no train's count ever changes; 1 for one train",
    .per = SPK_STAT_SINGLE,
    .options = options,
    .values = values,
};
