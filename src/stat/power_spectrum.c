/* Power spectrum of the population's activity, by Welch's method: the summed spike counts, in
 * segments that overlap by half, mean removed, under a Hann window. Relative to the summed rate, so
 * that independent Poisson trains give 1 at every frequency (with the one-sided density's factor 2
 * left out). */
#include "stat/stat.h"

enum { BIN, SEGMENT };

static const spk_opt options[] = {{"bin", "width of the bins in which spikes are counted",
                                   SPK_OPT_REAL, "ms", 1, 1e-3, 1e6, NULL},
                                  {"segment",
                                   "length of a segment in bins, rounded down to a power of 2",
                                   SPK_OPT_INT, NULL, 256, 4, 1 << 20, NULL},
                                  {.name = NULL}};

#define PI 3.14159265358979323846

/* The segment's bins: the largest power of 2 up to what is asked for and to what there is. */
static size_t segment_bins(const double *opt, const spk_train *t) {
    size_t most = (size_t)opt[SEGMENT], bins = spk__bin_count(t, opt[BIN]), m = 1;
    most = bins < most ? bins : most;
    while (2 * m <= most)
        m *= 2;
    return m;
}

static size_t count(const double *opt, const spk_train *t, size_t n) {
    (void)n;
    return segment_bins(opt, t) / 2;
}

static double axis(const double *opt, const spk_train *t, size_t n, size_t bin) {
    (void)n;
    return 1e3 * (double)(bin + 1) / ((double)segment_bins(opt, t) * opt[BIN]);
}

/* Complex transform in place, re and im apart, m a power of 2 (Cooley & Tukey 1965). w holds
 * cos and -sin of 2 pi k / m for k < m / 2. */
static void transform(size_t m, double *re, double *im, const double *cosine, const double *sine) {
    for (size_t i = 1, j = 0; i < m; i++) {
        size_t bit = m >> 1;
        for (; j & bit; bit >>= 1)
            j ^= bit;
        j ^= bit;
        if (i < j) {
            double x = re[i];
            re[i] = re[j];
            re[j] = x;
            x = im[i];
            im[i] = im[j];
            im[j] = x;
        }
    }
    for (size_t half = 1; half < m; half *= 2) {
        size_t stride = m / (2 * half);
        for (size_t i = 0; i < m; i += 2 * half)
            for (size_t k = 0; k < half; k++) {
                double c = cosine[k * stride], s = sine[k * stride];
                size_t a = i + k, b = a + half;
                double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
                re[b] = re[a] - x;
                im[b] = im[a] - y;
                re[a] += x;
                im[a] += y;
            }
    }
}

typedef struct {
    double *counts, *re, *im, *cosine, *sine, *hann;
} buffers;

static void tables(size_t m, const buffers *b) {
    for (size_t k = 0; k < m; k++) {
        double angle = 2.0 * PI * (double)k / (double)m;
        b->hann[k] = 0.5 - 0.5 * spk__cos(angle);
        if (k < m / 2) {
            b->cosine[k] = spk__cos(angle);
            b->sine[k] = -spk__sin(angle);
        }
    }
}

static void add_segment(size_t m, const double *x, const buffers *b, double *out) {
    double mean = spk__sum(m, x) / (double)m;
    for (size_t k = 0; k < m; k++) {
        b->re[k] = (x[k] - mean) * b->hann[k];
        b->im[k] = 0.0;
    }
    transform(m, b->re, b->im, b->cosine, b->sine);
    for (size_t k = 1; k <= m / 2; k++)
        out[k - 1] += b->re[k] * b->re[k] + b->im[k] * b->im[k];
}

static spk_status values(const double *opt, const spk_train *t, size_t n, spk_scratch *scratch,
                         double *out) {
    size_t m = segment_bins(opt, t), bins = spk__bin_count(t, opt[BIN]), step = m / 2;
    memset(out, 0, step * sizeof *out);
    double *work = spk__scratch_get(scratch, SPK__STAT_WORK, (bins + 5 * m) * sizeof(double));
    if (!work)
        return SPK_ERR_MEMORY;
    buffers b = {work,
                 work + bins,
                 work + bins + m,
                 work + bins + 2 * m,
                 work + bins + 3 * m,
                 work + bins + 4 * m};
    memset(b.counts, 0, bins * sizeof *b.counts);
    for (size_t i = 0; i < n; i++)
        spk__bin_add(&t[i], opt[BIN], bins, b.counts);
    double total = spk__sum(bins, b.counts);
    tables(m, &b);
    size_t segments = 0;
    for (size_t at = 0; step && at + m <= bins; at += step, segments++)
        add_segment(m, b.counts + at, &b, out);
    /* |X|^2 / sum(window^2) is bin * density; the density of a Poisson train is its rate, total /
     * bins to a bin. */
    double poisson = total / (double)bins * spk__sum_squares(m, b.hann) * (double)segments;
    for (size_t k = 0; k < step; k++)
        out[k] = total > 0.0 ? out[k] / poisson : NAN;
    return SPK_OK;
}

const spk_stat spk__stat_power_spectrum = {
    .name = "power_spectrum",
    .sentence = "power spectrum of the summed spike counts, 1 for independent Poisson trains",
    .reference = "Welch 1967, doi:10.1109/TAU.1967.1161901",
    .edges = "not defined without spikes; the segment is shortened to the window",
    .per = SPK_STAT_PER_BIN,
    .axis_unit = "Hz",
    .options = options,
    .count = count,
    .values = values,
    .axis = axis,
};
