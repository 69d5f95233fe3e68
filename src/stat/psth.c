/* Peri-stimulus time histogram: the rate over time, averaged over trials (or neurons). */
#include "stat/stat.h"

enum { BIN };

static const spk_opt options[] = {
    {"bin", "width of a bin", SPK_OPT_REAL, "ms", 10, 1e-3, 1e6, NULL}, {.name = NULL}};

static size_t count(const double *opt, const spk_train *t, size_t n) {
    (void)n;
    return spk__bin_count(t, opt[BIN]);
}

static double axis(const double *opt, const spk_train *t, size_t n, size_t bin) {
    (void)n;
    return t->start_ms + ((double)bin + 0.5) * opt[BIN];
}

static spk_status values(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                         double *out) {
    (void)scratch;
    size_t bins = count(opt, t, n);
    memset(out, 0, bins * sizeof *out);
    for (size_t i = 0; i < n; i++)
        spk__bin_add(&t[i], opt[BIN], bins, out);
    for (size_t i = 0; i < bins; i++)
        out[i] *= 1e3 / (opt[BIN] * (double)n);
    return SPK_OK;
}

const spk_stat spk__stat_psth = {
    .name = "psth",
    .sentence = "firing rate over time, averaged over trains",
    .reference = "Gerstein & Kiang 1960, doi:10.1016/S0006-3495(60)86872-5",
    .edges = "whole bins only: a rest of the window at its end is left out",
    .unit = "Hz",
    .per = SPK_STAT_PER_BIN,
    .axis_unit = "ms",
    .options = options,
    .count = count,
    .values = values,
    .axis = axis,
};
