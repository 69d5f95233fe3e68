/* Two samples of numbers (the rates of recorded and of simulated neurons, say): do they differ, by
 * how much, and how sure is that.
 *
 * NaN in a sample means "not defined" (as statistics of trains give it) and is left out; infinities
 * are an error. All p values are two-sided: the probability of at least such a difference if both
 * samples came from one distribution. They come from GSL's distribution functions: alone of all
 * numbers here, their last digits may depend on the machine.
 */
#ifndef SPIKEFIT_COMPARE_H
#define SPIKEFIT_COMPARE_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    double statistic; /* may be infinite where a test's `edges` say so */
    double p;         /* NaN for a measure without one */
    double df1, df2;  /* degrees of freedom; NaN where there are none */
    size_t n_x, n_y;  /* values used */
} spk_test_result;

/* One file in src/stat ends in one of these (or a few); its line in tests.def makes it known. */
typedef struct spk_test {
    const char *name, *sentence, *reference, *edges;
    const char *statistic; /* what it is called: "t", "U", ... */
    size_t least;          /* values that each sample must have */
    bool has_p;
    const spk_opt *options; /* NULL: none */
    /* x and y are free to change; NaN removed, at least `least` values. Sets statistic, p, df1,
     * df2. */
    spk_status (*run)(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out);
} spk_test;

size_t spk_test_count(void);
const spk_test *spk_test_at(size_t i); /* NULL from spk_test_count() on */
/* ERR_INPUT with the nearest name if there is none of this name. */
spk_status spk_test_find(spk_ctx *ctx, const char *name, const spk_test **out);

/* opts NULL: the defaults. ERR_INPUT where a sample has too few values or an infinite one. */
spk_status spk_test_run(spk_ctx *ctx, const spk_test *t, const spk_opts *opts, const double *x,
                        size_t n_x, const double *y, size_t n_y, spk_test_result *out);

/* Cohen's d, the difference of the means (x - y) over the pooled standard deviation, with an
 * interval by the normal approximation of Hedges & Olkin (1985), and Hedges' g, which takes d's
 * bias out of small samples. If both samples are constant: 0 if they are equal, else infinite.
 * ERR_INPUT below two values in either. */
typedef struct {
    double d, low, high, g;
    double mean_x, mean_y, deviation_x, deviation_y;
} spk_effect;
spk_status spk_effect_size(spk_ctx *ctx, const double *x, size_t n_x, const double *y, size_t n_y,
                           double level, spk_effect *out);
/* "negligible" (|d| < 0.2), "small" (< 0.5), "medium" (< 0.8), "large": Cohen 1988. */
const char *spk_effect_word(double d);

/* p values corrected for how many there are; NaN stays NaN and does not count. out may be p.
 * Holm 1979 rejects at least what Bonferroni does, under the same guarantee: use it. */
spk_status spk_correct_holm(spk_ctx *ctx, const double *p, size_t n, double *out);
void spk_correct_bonferroni(const double *p, size_t n, double *out);

#ifdef __cplusplus
}
#endif
#endif
