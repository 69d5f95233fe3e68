/* How far the data are from a model, beside how far other runs of the model are from it. */
#include "validate/twosample.h"

#include "base/base.h"

#include <math.h>

enum { MEASURES = 2 }; /* effect size, KS distance */

/* How far values y are from the model's; NaN where that is not defined. */
static spk_status distances(spk_ctx *ctx, const spk_twosample_row *row, const double *y, size_t n,
                            double out[MEASURES]) {
    const spk_test *ks;
    spk_test_result test;
    spk_effect effect;
    out[0] = out[1] = NAN;
    if (n < 2 || row->n_model < 2)
        return SPK_OK;
    spk_status st = spk_effect_size(ctx, row->model, row->n_model, y, n, 0.95, &effect);
    if (!st)
        st = spk_test_find(ctx, "kolmogorov_smirnov", &ks);
    if (!st)
        st = spk_test_run(ctx, ks, NULL, row->model, row->n_model, y, n, &test);
    if (st)
        return st;
    out[0] = isinf(effect.d) ? 1e3 : fabs(effect.d);
    out[1] = test.statistic;
    return SPK_OK;
}

/* Into units of their spread, the data (item 0) among them: all are alike if the model is right.
 * Items that are not defined lie at the mean. */
static void standardise(double *x, size_t n, size_t stride) {
    double mean = 0, square = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i * stride])) {
            mean += x[i * stride];
            known++;
        }
    mean /= known ? (double)known : 1;
    for (size_t i = 0; i < n; i++) {
        double d = x[i * stride] - mean;
        square += isnan(d) ? 0 : d * d;
    }
    double spread = known > 1 ? sqrt(square / (double)(known - 1)) : 0;
    for (size_t i = 0; i < n; i++) {
        double d = x[i * stride] - mean;
        x[i * stride] = isnan(d) || !(spread > 0) ? 0 : d / spread;
    }
}

/* z[item][row]: the farther of the measures; item 0 are the data. */
static spk_status fill_row(spk_ctx *ctx, const spk_twosample_options *o, size_t n_sets, size_t at,
                           spk_twosample *t, double *z) {
    const spk_twosample_row *row = &t->row[at];
    size_t n = o->n_runs + 1, set = at / (t->n / n_sets);
    double *x = SPK__ARRAY(ctx, n * MEASURES, double);
    spk_status st = x ? distances(ctx, row, row->data, row->n_data, x) : SPK_ERR_MEMORY;
    for (size_t k = 1; k < n && !st; k++) {
        const spk_twosample_set *run = &o->run[(k - 1) * n_sets + set];
        double *values = NULL;
        size_t size = 0;
        st = spk__twosample_values(ctx, row->stat, run->model, run->n_model, &values, &size);
        if (!st)
            st = distances(ctx, row, values, size, x + k * MEASURES);
        spk_stat_free(ctx, values);
    }
    for (size_t m = 0; m < MEASURES && !st; m++)
        standardise(x + m, n, MEASURES);
    for (size_t k = 0; k < n && !st; k++)
        z[k * t->n + at] = fmax(x[k * MEASURES], x[k * MEASURES + 1]);
    spk__free(ctx, x);
    return st;
}

spk_status spk__twosample_runs(spk_ctx *ctx, const spk_twosample_options *o, size_t n_sets,
                               spk_twosample *t) {
    for (size_t i = 0; i < t->n; i++)
        t->row[i].p_runs = NAN;
    if (!o->n_runs || !t->n)
        return SPK_OK;
    size_t n = o->n_runs + 1;
    double *z = SPK__ARRAY(ctx, n * t->n, double);
    spk_status st = z ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n && !st; i++)
        st = fill_row(ctx, o, n_sets, i, t, z);
    for (size_t i = 0; i < t->n && !st; i++) {
        size_t beyond = 0;
        t->row[i].n_runs = o->n_runs;
        for (size_t k = 1; k < n; k++) {
            double most = -INFINITY;
            for (size_t j = 0; j < t->n; j++)
                most = fmax(most, z[k * t->n + j]);
            t->row[i].n_as_far += z[k * t->n + i] >= z[i];
            beyond += most >= z[i];
        }
        t->row[i].p_runs = (double)(1 + beyond) / (double)n;
    }
    spk__free(ctx, z);
    return st;
}
