/* A bootstrap of the parameters: its life, summaries of it, and its place in the result's file. */
#include "result/bootstrap.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

void spk_result_clear_bootstrap(spk_result *r) {
    spk_result_bootstrap *y = &r->bootstrap;
    void *parts[] = {y->parameter, y->value, y->loss, y->over};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(r->ctx, parts[i]);
    *y = (spk_result_bootstrap){0};
}

/* ---- summaries ---- */

static double covariance(const spk_result_bootstrap *y, size_t a, size_t b) {
    double mean_a = 0, mean_b = 0, sum = 0;
    for (size_t i = 0; i < y->n; i++) {
        mean_a += y->value[i * y->dim + a] / (double)y->n;
        mean_b += y->value[i * y->dim + b] / (double)y->n;
    }
    for (size_t i = 0; i < y->n; i++)
        sum += (y->value[i * y->dim + a] - mean_a) * (y->value[i * y->dim + b] - mean_b);
    return y->n > 1 ? sum / (double)(y->n - 1) : NAN;
}

double spk_result_bootstrap_error(const spk_result_bootstrap *y, size_t column) {
    return sqrt(covariance(y, column, column));
}

double spk_result_bootstrap_correlation(const spk_result_bootstrap *y, size_t a, size_t b) {
    double product = covariance(y, a, a) * covariance(y, b, b);
    return product > 0 ? covariance(y, a, b) / sqrt(product) : 0;
}

/* The share to leave out on either side: quantiles of few units lie as much too near as the normal distribution's
 * lie within Student's. */
static double tail(const spk_result_bootstrap *y, double level) {
    double outside = 0.5 - 0.5 * level;
    return y->units > 1 ? gsl_cdf_ugaussian_P(gsl_cdf_tdist_Pinv(outside, (double)(y->units - 1)))
                        : outside;
}

spk_status spk_result_bootstrap_range(spk_ctx *ctx, const spk_result_bootstrap *y, size_t column,
                                      double level, double *low, double *high) {
    double *x = SPK__ARRAY(ctx, y->n, double);
    if (!x)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < y->n; i++)
        x[i] = y->value[i * y->dim + column];
    spk__sort(x, y->n);
    *low = y->n ? spk__sorted_quantile(x, y->n, tail(y, level)) : NAN;
    *high = y->n ? spk__sorted_quantile(x, y->n, 1 - tail(y, level)) : NAN;
    spk__free(ctx, x);
    return SPK_OK;
}

/* ---- the file ---- */

enum { COUNTS = 5 };

void spk__bootstrap_put(spk__store *h, const spk_result_bootstrap *y) {
    if (!y->n)
        return;
    const uint64_t counts[COUNTS] = {y->n, y->dim, y->units, y->evaluations, y->settled};
    spk__store_group(h, "bootstrap");
    spk__store_put_u64(h, "bootstrap/counts", counts, COUNTS);
    spk__store_put_doubles(h, "bootstrap/block_ms", &y->block_ms, 1);
    spk__store_put_text(h, "bootstrap/over", y->over);
    spk__store_put_u64(h, "bootstrap/parameter", y->parameter, y->dim);
    spk__store_put_doubles(h, "bootstrap/value", y->value, y->n * y->dim);
    spk__store_put_doubles(h, "bootstrap/loss", y->loss, y->n);
}

static bool get_counts(spk__store *h, size_t n_parameters, spk_result_bootstrap *y) {
    size_t found;
    uint64_t *c = spk__store_get_u64(h, "bootstrap/counts", &found);
    bool known = !h->status && found == COUNTS && c[0] <= UINT32_MAX && c[1] <= n_parameters;
    if (known) {
        y->n = (size_t)c[0];
        y->dim = (size_t)c[1];
        y->units = c[2];
        y->evaluations = c[3];
        y->settled = c[4] != 0;
    } else {
        spk__store_damaged(h, "bootstrap/counts");
    }
    spk__free(h->ctx, c);
    return known;
}

void spk__bootstrap_get(spk__store *h, size_t n_parameters, spk_result_bootstrap *y) {
    size_t found = 0;
    if (!spk__store_has(h, "bootstrap") || !get_counts(h, n_parameters, y))
        return;
    spk__store_get_exactly(h, "bootstrap/block_ms", &y->block_ms, 1);
    y->over = spk__store_get_text(h, "bootstrap/over");
    y->parameter = spk__store_get_u64(h, "bootstrap/parameter", &found);
    bool known = found == y->dim;
    for (size_t i = 0; !h->status && known && i < found; i++)
        known = y->parameter[i] < n_parameters;
    if (!known)
        spk__store_damaged(h, "bootstrap/parameter");
    y->value = spk__store_get_column(h, "bootstrap/value", y->n * y->dim);
    y->loss = spk__store_get_column(h, "bootstrap/loss", y->n);
}
