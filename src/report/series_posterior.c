/* What figures show of a posterior: marginals in bins, over the prior. */
#include "report/series.h"

#include <math.h>

/* Where a value lies between its parameter's bounds, on its scale; and back. */
static double to_part(const spk_report_parameter *q, double v) {
    return q->log ? log(v / q->low) / log(q->high / q->low) : (v - q->low) / (q->high - q->low);
}

static double from_part(const spk_report_parameter *q, double part) {
    return q->log ? q->low * pow(q->high / q->low, part) : q->low + part * (q->high - q->low);
}

static double prior_at(const spk_report_posterior *y, size_t column, double part) {
    const double *d = y->prior + column * y->n_prior;
    double at = part * (double)(y->n_prior - 1);
    size_t i = at > 0 ? (size_t)at : 0;
    if (i + 1 >= y->n_prior)
        return d[y->n_prior - 1];
    return d[i] + (at - (double)i) * (d[i + 1] - d[i]);
}

const spk_report_parameter *spk__fitted_parameter(const spk_report_data *d, size_t column) {
    for (size_t i = 0; i < d->n_parameters; i++)
        if (isfinite(d->parameter[i].low) && isfinite(d->parameter[i].high) && column-- == 0)
            return &d->parameter[i];
    return NULL;
}

size_t spk__fitted_count(const spk_report_data *d) {
    size_t n = 0;
    while (spk__fitted_parameter(d, n))
        n++;
    return n;
}

void spk__marginal_find(const spk_report_data *d, size_t column, spk__marginal *out) {
    enum { BINS = SPK__MARGINAL_BINS };
    const spk_report_parameter *q = spk__fitted_parameter(d, column);
    const spk_report_posterior *y = &d->posterior;
    size_t dim = spk__fitted_count(d);
    double low = 1, high = 0;
    *out = (spk__marginal){0};
    for (size_t i = 0; i < y->n; i++) {
        double part = to_part(q, y->value[i * dim + column]);
        low = fmin(low, part);
        high = fmax(high, part);
    }
    double room = fmax(0.2 * (high - low), 1e-6);
    low = fmax(0, low - room);
    high = fmin(1, high + room);
    double width = (high - low) / BINS;
    for (size_t i = 0; i < y->n; i++) {
        double at = (to_part(q, y->value[i * dim + column]) - low) / width;
        size_t k = at > 0 ? (size_t)at : 0;
        out->density[k < BINS ? k : BINS - 1] += y->weight[i] / width;
    }
    for (int k = 0; k <= BINS; k++)
        out->edge[k] = from_part(q, k == BINS ? high : low + k * width);
    for (int k = 0; k < BINS; k++) {
        out->prior[k] = y->prior ? prior_at(y, column, low + (k + 0.5) * width) : (double)NAN;
        out->top = fmax(out->top, fmax(out->density[k], out->prior[k]));
    }
}
