/* How many nats are lost by taking the second distribution for the first: sum p log(p/q) over bins
 * that both share. A pseudo-count in every bin keeps it finite where one sample has no value. */
#include "stat/compare.h"

enum { BINS, PSEUDO };

static const spk_opt options[] = {
    {"bins", "number of bins, of equal width from the smallest to the largest value of both",
     SPK_OPT_INT, NULL, 20, 2, 1e6, NULL},
    {"pseudo", "what is added to the count of every bin", SPK_OPT_REAL, NULL, 0.5, 1e-9, 1e6, NULL},
    {.name = NULL}};

static void add(const double *x, size_t n, double low, double width, size_t bins, double *count) {
    for (size_t i = 0; i < n; i++) {
        size_t bin = width > 0.0 ? (size_t)((x[i] - low) / width) : 0;
        count[bin < bins ? bin : bins - 1] += 1.0;
    }
}

static spk_status run(spk_ctx *ctx, const double *opt, double *x, size_t n_x, double *y, size_t n_y,
                      spk_test_result *out) {
    size_t bins = (size_t)opt[BINS];
    double pseudo = opt[PSEUDO], low = x[0], high = x[0], sum = 0.0;
    for (size_t i = 0; i < n_x + n_y; i++) {
        double v = i < n_x ? x[i] : y[i - n_x];
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    double *p = SPK__ARRAY(ctx, 2 * bins, double);
    if (!p)
        return SPK_ERR_MEMORY;
    double *q = p + bins, width = (high - low) / (double)bins;
    add(x, n_x, low, width, bins, p);
    add(y, n_y, low, width, bins, q);
    double all_p = (double)n_x + pseudo * (double)bins, all_q = (double)n_y + pseudo * (double)bins;
    for (size_t k = 0; k < bins; k++) {
        double a = (p[k] + pseudo) / all_p, b = (q[k] + pseudo) / all_q;
        sum += a * spk__log(a / b);
    }
    out->statistic = sum > 0.0 ? sum : 0.0;
    spk__free(ctx, p);
    return SPK_OK;
}

const spk_test spk__test_kullback_leibler = {
    .name = "kullback_leibler",
    .sentence = "divergence of the second distribution from the first, in nats",
    .reference = "Kullback & Leibler 1951, doi:10.1214/aoms/1177729694",
    .edges = "all values equal: 0; a measure, not a test: no p value",
    .statistic = "KL",
    .least = 1,
    .has_p = false,
    .options = options,
    .run = run,
};
