/* Do the distributions differ in any way? By the largest distance of the two cumulative
 * distributions.
 *
 * The p value is exact as long as that is quick. Under the null hypothesis all orders of the pooled
 * values are equally likely; going back from the last value, a path that has i of x's and j of y's
 * left loses an x with probability i/(i+j), so the probability of ever having been as far apart as
 * observed is
 *
 *     q(i,j) = 1 if |i/n_x - j/n_y| >= D, else i/(i+j) q(i-1,j) + j/(i+j) q(i,j-1),
 *
 * a sum of positive terms: small p values keep their digits. */
#include "stat/compare.h"

enum { EXACT_STEPS = 10000000 };

/* D times n_x n_y, a whole number. */
static int64_t distance(const double *x, size_t n_x, const double *y, size_t n_y) {
    int64_t nx = (int64_t)n_x, ny = (int64_t)n_y, most = 0;
    size_t i = 0, j = 0;
    while (i < n_x && j < n_y) {
        double v = x[i] < y[j] ? x[i] : y[j];
        while (i < n_x && x[i] == v)
            i++;
        while (j < n_y && y[j] == v)
            j++;
        int64_t d = (int64_t)i * ny - (int64_t)j * nx;
        d = d < 0 ? -d : d;
        most = d > most ? d : most;
    }
    return most;
}

static void exact(int64_t nx, int64_t ny, int64_t d, double *q) {
    for (int64_t i = 0; i <= nx; i++)
        for (int64_t j = 0; j <= ny; j++) {
            int64_t apart = i * ny - j * nx;
            if ((apart < 0 ? -apart : apart) >= d)
                q[j] = 1.0;
            else if (i + j == 0)
                q[j] = 0.0;
            else
                q[j] = ((i ? (double)i * q[j] : 0.0) + (j ? (double)j * q[j - 1] : 0.0)) /
                       (double)(i + j);
        }
}

/* Kolmogorov's limiting distribution, by whichever of its two series converges fast. */
static double limit(double lambda) {
    double sum = 0.0;
    if (lambda < 1.18) {
        if (!(lambda > 0.05))
            return 1.0;
        double y = spk__exp(-1.23370055013616983 / (lambda * lambda)); /* pi^2 / 8 */
        sum = y + spk__pow(y, 9.0) + spk__pow(y, 25.0) + spk__pow(y, 49.0);
        return 1.0 - 2.50662827463100050 / lambda * sum; /* sqrt(2 pi) */
    }
    double x = spk__exp(-2.0 * lambda * lambda);
    return 2.0 * (x - spk__pow(x, 4.0) + spk__pow(x, 9.0));
}

static spk_status run(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out) {
    (void)opt;
    spk__sort(x, n_x);
    spk__sort(y, n_y);
    int64_t d = distance(x, n_x, y, n_y);
    double nx = (double)n_x, ny = (double)n_y;
    out->statistic = (double)d / (nx * ny);
    if (d == 0) {
        out->p = 1.0;
    } else if (nx * ny <= EXACT_STEPS) {
        double *q = SPK__ARRAY(ctx, n_y + 1, double);
        if (!q)
            return SPK_ERR_MEMORY;
        exact((int64_t)n_x, (int64_t)n_y, d, q);
        out->p = q[n_y];
        spk__free(ctx, q);
    } else {
        out->p = limit(out->statistic * sqrt(nx * ny / (nx + ny)));
    }
    return SPK_OK;
}

const spk_test spk__test_kolmogorov_smirnov = {
    .name = "kolmogorov_smirnov",
    .sentence = "do the distributions differ, by their largest distance",
    .reference = "Smirnov 1948, doi:10.1214/aoms/1177730256; Hodges 1958, doi:10.1007/BF02589501",
    .edges = "equal samples: p 1; exact up to 1e7 pairs of values, then the limiting distribution",
    .statistic = "D",
    .least = 1,
    .has_p = true,
    .run = run,
};
