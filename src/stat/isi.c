/* Intervals between spikes: all of them, and their histogram. */
#include "stat/stat.h"

enum { BIN, LONGEST };

static const spk_opt options[] = {
    {"bin", "width of a bin", SPK_OPT_REAL, "ms", 5, 1e-3, 1e6, NULL},
    {"longest", "longest interval that is counted", SPK_OPT_REAL, "ms", 500, 1e-3, 1e9, NULL},
    {.name = NULL}};

static spk_status isi(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                      double *out) {
    (void)opt, (void)scratch;
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < spk__interval_count(&t[k]); i++)
            *out++ = spk__interval(&t[k], i);
    return SPK_OK;
}

/* Bins of intervals are bins of a window as long as the longest one. */
static spk_train range(const double *opt) {
    return (spk_train){NULL, 0, 0.0, opt[LONGEST]};
}

static size_t histogram_count(const double *opt, const spk_train *t, size_t n) {
    (void)t, (void)n;
    spk_train r = range(opt);
    return spk__bin_count(&r, opt[BIN]);
}

static double histogram_axis(const double *opt, const spk_train *t, size_t n, size_t bin) {
    (void)t, (void)n;
    return ((double)bin + 0.5) * opt[BIN];
}

static spk_status histogram(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                            double *out) {
    (void)scratch;
    spk_train r = range(opt);
    size_t bins = histogram_count(opt, t, n);
    memset(out, 0, bins * sizeof *out);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < spk__interval_count(&t[k]); i++) {
            size_t bin = spk__bin_of(&r, opt[BIN], bins, spk__interval(&t[k], i));
            if (bin < bins)
                out[bin] += 1.0;
        }
    return SPK_OK;
}

const spk_stat spk__stat_isi = {
    .name = "isi",
    .sentence = "intervals between successive spikes",
    .reference = "the definition itself",
    .edges = "a train of fewer than 2 spikes has none",
    .unit = "ms",
    .per = SPK_STAT_PER_INTERVAL,
    .values = isi,
};

const spk_stat spk__stat_isi_histogram = {
    .name = "isi_histogram",
    .sentence = "number of intervals by their length, over all trains",
    .reference = "the definition itself",
    .edges = "longer intervals are not counted; without intervals all bins are 0",
    .per = SPK_STAT_PER_BIN,
    .axis_unit = "ms",
    .options = options,
    .count = histogram_count,
    .values = histogram,
    .axis = histogram_axis,
};
