/* How far the values of one sample must be moved, on average, to become the other: the area between
 * the two cumulative distributions. It grows with the distance of samples that do not overlap at
 * all, where other measures are flat. */
#include "stat/compare.h"

static spk_status run(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out) {
    (void)ctx, (void)opt;
    spk__sort(x, n_x);
    spk__sort(y, n_y);
    size_t i = 0, j = 0;
    double area = 0.0, from = x[0] < y[0] ? x[0] : y[0];
    while (i < n_x || j < n_y) {
        double to = j == n_y || (i < n_x && x[i] < y[j]) ? x[i] : y[j];
        area += fabs((double)i / (double)n_x - (double)j / (double)n_y) * (to - from);
        while (i < n_x && x[i] == to)
            i++;
        while (j < n_y && y[j] == to)
            j++;
        from = to;
    }
    out->statistic = area;
    return SPK_OK;
}

const spk_test spk__test_wasserstein = {
    .name = "wasserstein",
    .sentence = "how far values must move, on average, to turn one sample into the other",
    .reference = "Vallender 1974, doi:10.1137/1118101",
    .edges = "equal samples: 0; a measure, not a test: no p value",
    .statistic = "W1",
    .least = 1,
    .has_p = false,
    .run = run,
};
