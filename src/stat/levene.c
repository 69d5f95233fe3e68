/* Do the spreads differ? An analysis of variance of the distances from each sample's centre. */
#include "stat/compare.h"

#include <gsl/gsl_cdf.h>

enum { CENTRE };
enum { MEDIAN, MEAN };

static const char *const centres[] = {"median", "mean", NULL};
static const spk_opt options[] = {
    {"center", "from where distances are measured; median: robust (Brown & Forsythe)",
     SPK_OPT_CHOICE, NULL, MEDIAN, 0, 0, centres},
    {.name = NULL}};

static void distances(double *x, size_t n, bool from_median) {
    double centre;
    if (from_median) {
        spk__sort(x, n);
        centre = spk__sorted_median(x, n);
    } else {
        centre = spk__mean_var(n, x, NULL);
    }
    for (size_t i = 0; i < n; i++)
        x[i] = fabs(x[i] - centre);
}

static spk_status run(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out) {
    (void)ctx;
    bool from_median = opt[CENTRE] == (double)MEDIAN;
    distances(x, n_x, from_median);
    distances(y, n_y, from_median);
    double nx = (double)n_x, ny = (double)n_y, n = nx + ny, var_x, var_y;
    double mean_x = spk__mean_var(n_x, x, &var_x), mean_y = spk__mean_var(n_y, y, &var_y);
    double between = nx * ny / n * (mean_x - mean_y) * (mean_x - mean_y);
    double inside = (nx - 1.0) * var_x + (ny - 1.0) * var_y;
    out->statistic = between == 0.0 ? 0.0 : (n - 2.0) * between / inside;
    out->df1 = 1.0;
    out->df2 = n - 2.0;
    out->p = isinf(out->statistic) ? 0.0 : gsl_cdf_fdist_Q(out->statistic, 1.0, n - 2.0);
    return SPK_OK;
}

const spk_test spk__test_levene = {
    .name = "levene",
    .sentence = "do the variances differ",
    .reference = "Levene 1960; Brown & Forsythe 1974, doi:10.1080/01621459.1974.10482955",
    .edges =
        "all distances from the centre equal within each sample: W is 0 (p 1) if they are equal "
        "across, else infinite (p 0)",
    .statistic = "W",
    .least = 2,
    .has_p = true,
    .options = options,
    .run = run,
};
