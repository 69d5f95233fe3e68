/* A posterior: its life, summaries of it, and its place in the result's file. */
#include "result/posterior.h"

#include <math.h>
#include <stdlib.h>

void spk_result_clear_posterior(spk_result *r) {
    spk_result_posterior *y = &r->posterior;
    for (size_t i = 0; i < y->n_checks; i++)
        spk__free(r->ctx, y->check[i].name);
    void *parts[] = {y->parameter, y->value, y->weight, y->distance, y->generation,
                     y->stop,      y->check, y->rank,   y->rank_p};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(r->ctx, parts[i]);
    *y = (spk_result_posterior){0};
}

/* ---- summaries ---- */

double spk_posterior_mean(const spk_result_posterior *y, size_t column) {
    double sum = 0;
    for (size_t i = 0; i < y->n; i++)
        sum += y->weight[i] * y->value[i * y->dim + column];
    return sum;
}

double spk_posterior_covariance(const spk_result_posterior *y, size_t a, size_t b) {
    double mean_a = spk_posterior_mean(y, a), mean_b = spk_posterior_mean(y, b), sum = 0;
    for (size_t i = 0; i < y->n; i++)
        sum += y->weight[i] * (y->value[i * y->dim + a] - mean_a) *
               (y->value[i * y->dim + b] - mean_b);
    return sum;
}

typedef struct {
    double value, weight;
} weighted;

static int by_value(const void *a, const void *b) {
    double x = ((const weighted *)a)->value, y = ((const weighted *)b)->value;
    return (x > y) - (x < y);
}

spk_status spk_posterior_quantiles(spk_ctx *ctx, const spk_result_posterior *y, size_t column,
                                   const double *share, size_t n, double *out) {
    weighted *w = SPK__ARRAY(ctx, y->n, weighted);
    if (!w)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < y->n; i++)
        w[i] = (weighted){y->value[i * y->dim + column], y->weight[i]};
    qsort(w, y->n, sizeof *w, by_value);
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        out[k] = NAN;
        for (size_t i = 0; i < y->n && isnan(out[k]); i++) {
            sum += w[i].weight;
            if (sum >= share[k] || i + 1 == y->n)
                out[k] = w[i].value;
        }
    }
    spk__free(ctx, w);
    return SPK_OK;
}

/* ---- the file ---- */

enum { COUNTS = 5, NUMBERS = 2, GENERATION_NUMBERS = 4, CHECK_NUMBERS = 5 };
static const char checks[] = "posterior/checks";

void spk__posterior_put(spk__store *h, const spk_result_posterior *y) {
    const uint64_t counts[COUNTS] = {y->n, y->dim, y->n_generations, y->n_checks, y->n_ranks};
    const double x[NUMBERS] = {y->tolerance, y->effective};
    spk__item_name name;
    spk__store_group(h, "posterior");
    spk__store_put_u64(h, "posterior/counts", counts, COUNTS);
    spk__store_put_doubles(h, "posterior/numbers", x, NUMBERS);
    spk__store_put_text(h, "posterior/stop", y->stop);
    spk__store_put_u64(h, "posterior/parameter", y->parameter, y->dim);
    spk__store_put_doubles(h, "posterior/value", y->value, y->n * y->dim);
    spk__store_put_doubles(h, "posterior/weight", y->weight, y->n);
    spk__store_put_doubles(h, "posterior/distance", y->distance, y->n);
    spk__store_put_doubles(h, "posterior/generations", (const double *)y->generation,
                           y->n_generations * GENERATION_NUMBERS);
    spk__store_put_doubles(h, "posterior/ranks", y->rank, y->n_ranks * y->dim);
    spk__store_put_doubles(h, "posterior/rank_p", y->rank_p, y->n_ranks ? y->dim : 0);
    spk__store_group(h, checks);
    for (size_t i = 0; i < y->n_checks; i++) {
        const spk_result_check *c = &y->check[i];
        const double v[CHECK_NUMBERS] = {c->observed, c->mean, c->low, c->high, c->p};
        spk__store_group(h, spk__store_item(&name, checks, i, ""));
        spk__store_put_text(h, spk__store_item(&name, checks, i, "name"), c->name);
        spk__store_put_doubles(h, spk__store_item(&name, checks, i, "numbers"), v, CHECK_NUMBERS);
    }
}

static void get_counts(spk__store *h, size_t n_parameters, spk_result_posterior *y) {
    size_t found;
    uint64_t *c = spk__store_get_u64(h, "posterior/counts", &found);
    bool known = !h->status && found == COUNTS && c[1] <= n_parameters;
    for (size_t i = 0; known && i < COUNTS; i++)
        known = c[i] <= UINT32_MAX;
    known = known && c[3] < 1000;
    if (!known)
        spk__store_damaged(h, "posterior/counts");
    if (!h->status) {
        y->n = (size_t)c[0];
        y->dim = (size_t)c[1];
        y->n_generations = (size_t)c[2];
        y->n_ranks = (size_t)c[4];
        y->check = SPK__ARRAY(h->ctx, c[3], spk_result_check);
        y->n_checks = y->check ? (size_t)c[3] : 0;
        if (!y->check)
            h->status = SPK_ERR_MEMORY;
    }
    spk__free(h->ctx, c);
}

void spk__posterior_get(spk__store *h, size_t n_parameters, spk_result_posterior *y) {
    spk__item_name name;
    size_t found = 0;
    double x[NUMBERS] = {0};
    get_counts(h, n_parameters, y);
    spk__store_get_exactly(h, "posterior/numbers", x, NUMBERS);
    y->tolerance = x[0];
    y->effective = x[1];
    y->stop = spk__store_get_text(h, "posterior/stop");
    y->parameter = spk__store_get_u64(h, "posterior/parameter", &found);
    bool known = found == y->dim;
    for (size_t i = 0; !h->status && known && i < found; i++)
        known = y->parameter[i] < n_parameters;
    if (!known)
        spk__store_damaged(h, "posterior/parameter");
    y->value = spk__store_get_column(h, "posterior/value", y->n * y->dim);
    y->weight = spk__store_get_column(h, "posterior/weight", y->n);
    y->distance = spk__store_get_column(h, "posterior/distance", y->n);
    y->generation = (spk_result_generation *)spk__store_get_column(
        h, "posterior/generations", y->n_generations * GENERATION_NUMBERS);
    y->rank = spk__store_get_column(h, "posterior/ranks", y->n_ranks * y->dim);
    y->rank_p = spk__store_get_column(h, "posterior/rank_p", y->n_ranks ? y->dim : 0);
    for (size_t i = 0; i < y->n_checks && !h->status; i++) {
        double v[CHECK_NUMBERS] = {0};
        char *text = spk__store_get_text(h, spk__store_item(&name, checks, i, "name"));
        spk__store_get_exactly(h, spk__store_item(&name, checks, i, "numbers"), v, CHECK_NUMBERS);
        y->check[i] = (spk_result_check){text, v[0], v[1], v[2], v[3], v[4]};
    }
}
