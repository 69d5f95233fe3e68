/* Does one sample tend to have larger values? By ranks: no assumption on the distributions.
 *
 * U counts the pairs in which x is larger (ties half). Its distribution is exact for small samples
 * without ties, else normal with corrections for ties and continuity. */
#include "stat/compare.h"

#include <gsl/gsl_cdf.h>

/* Exact where the smaller sample has at most this many values, as SciPy's "auto", and the table of
 * counts stays small. */
enum { EXACT_SMALLER = 8, EXACT_TABLE = 1 << 20 };

/* U, and the sum of t^3 - t over groups of tied values; both samples sorted. */
static double count_pairs(const double *x, size_t n_x, const double *y, size_t n_y, double *ties) {
    size_t i = 0, j = 0;
    double u = 0.0;
    *ties = 0.0;
    while (i < n_x) {
        while (j < n_y && y[j] < x[i]) {
            size_t first = j;
            while (j < n_y && y[j] == y[first])
                j++;
            double t = (double)(j - first);
            *ties += t * t * t - t;
        }
        size_t same_x = i, same_y = j;
        while (same_x < n_x && x[same_x] == x[i])
            same_x++;
        while (same_y < n_y && y[same_y] == x[i])
            same_y++;
        double t = (double)(same_x - i + same_y - j);
        *ties += t * t * t - t;
        u += (double)(same_x - i) * ((double)j + 0.5 * (double)(same_y - j));
        i = same_x;
        j = same_y;
    }
    while (j < n_y) {
        size_t first = j;
        while (j < n_y && y[j] == y[first])
            j++;
        double t = (double)(j - first);
        *ties += t * t * t - t;
    }
    return u;
}

/* P(U >= u), u whole: how many of the orders of m and n values have each U are the coefficients of
 * the product over k = 1 .. m of (1 - q^(n+k)) / (1 - q^k) (Mann & Whitney 1947). They are whole
 * numbers, and exact up to 2^53. */
static spk_status exact_tail(spk_ctx *ctx, size_t m, size_t n, double u, double *tail) {
    size_t size = m * n + 1;
    double *f = SPK__ARRAY(ctx, size, double);
    if (!f)
        return SPK_ERR_MEMORY;
    f[0] = 1.0;
    for (size_t k = 1; k <= m; k++) {
        for (size_t i = size; i-- > n + k;)
            f[i] -= f[i - n - k];
        for (size_t i = k; i < size; i++)
            f[i] += f[i - k];
    }
    double above = 0.0, below = 0.0;
    for (size_t i = 0; i < size; i++)
        if ((double)i >= u)
            above += f[i];
        else
            below += f[i];
    spk__free(ctx, f);
    *tail = above / (above + below);
    return SPK_OK;
}

static spk_status run(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out) {
    (void)opt;
    double ties, nx = (double)n_x, ny = (double)n_y, n = nx + ny, tail = 0.5;
    spk__sort(x, n_x);
    spk__sort(y, n_y);
    out->statistic = count_pairs(x, n_x, y, n_y, &ties);
    double larger =
        out->statistic > nx * ny - out->statistic ? out->statistic : nx * ny - out->statistic;
    size_t m = n_x < n_y ? n_x : n_y, other = n_x < n_y ? n_y : n_x;
    if (ties == 0.0 && m <= EXACT_SMALLER && other <= EXACT_TABLE / EXACT_SMALLER) {
        spk_status st = exact_tail(ctx, m, other, larger, &tail);
        if (st)
            return st;
    } else {
        double variance = nx * ny / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
        double z = variance > 0.0 ? (larger - 0.5 * nx * ny - 0.5) / sqrt(variance) : 0.0;
        tail = gsl_cdf_ugaussian_Q(z);
    }
    out->p = 2.0 * tail < 1.0 ? 2.0 * tail : 1.0;
    return SPK_OK;
}

const spk_test spk__test_mann_whitney_u = {
    .name = "mann_whitney_u",
    .sentence = "does one sample tend to have larger values",
    .reference = "Mann & Whitney 1947, doi:10.1214/aoms/1177730491",
    .edges = "all values equal: p 1; exact up to 8 values in the smaller sample and no ties, else "
             "normal",
    .statistic = "U",
    .least = 1,
    .has_p = true,
    .run = run,
};
