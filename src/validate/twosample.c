/* Two sets of trains, statistic by statistic, test by test; then corrected together and put into
 * words. */
#include "validate/twosample.h"

#include "base/base.h"

#include <math.h>

static const char *const usual[] = {"rate", "cv", "lv", "isi", "correlation"};
enum { N_USUAL = sizeof usual / sizeof *usual };

static spk_status find_stats(spk_ctx *ctx, const spk_twosample_options *o, const spk_stat **out) {
    for (size_t i = 0; i < (o->statistics ? o->n_statistics : N_USUAL); i++) {
        const char *name = o->statistics ? o->statistics[i] : usual[i];
        spk_status st = spk_stat_find(ctx, name, &out[i]);
        if (!st && (out[i]->per == SPK_STAT_PER_BIN || out[i]->per == SPK_STAT_SINGLE))
            st = spk__fail(ctx, SPK_ERR_INPUT, NULL, "rate, cv, lv, isi, correlation are samples",
                           "%s gives no sample of values that a test could take", name);
        if (st)
            return st;
    }
    return SPK_OK;
}

spk_status spk__twosample_values(spk_ctx *ctx, const spk_stat *s, const spk_train *t, size_t n,
                                 double **values, size_t *size) {
    spk_status st = spk_stat_new(ctx, s, NULL, t, n, values, size);
    if (!st)
        *size = spk_stat_defined(*values, *size);
    return st;
}

static spk_status run_tests(spk_ctx *ctx, spk_twosample_row *row) {
    spk_status st = SPK_OK;
    for (size_t k = 0; k < SPK_TWOSAMPLE_TESTS; k++)
        row->test[k] = (spk_test_result){.statistic = NAN, .p = NAN, .df1 = NAN, .df2 = NAN};
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS && !st; k++) {
        const spk_test *t = spk_test_at(k);
        if (row->n_data >= t->least && row->n_model >= t->least)
            st = spk_test_run(ctx, t, NULL, row->model, row->n_model, row->data, row->n_data,
                              &row->test[k]);
    }
    row->has_effect = row->n_data >= 2 && row->n_model >= 2;
    if (!st && row->has_effect)
        st = spk_effect_size(ctx, row->model, row->n_model, row->data, row->n_data, 0.95,
                             &row->effect);
    return st;
}

static spk_status fill_row(spk_ctx *ctx, const spk_twosample_set *set, const spk_stat *stat,
                           spk_twosample_row *row) {
    row->population = set->name;
    row->stat = stat;
    spk_status st =
        spk__twosample_values(ctx, stat, set->data, set->n_data, &row->data, &row->n_data);
    if (!st)
        st = spk__twosample_values(ctx, stat, set->model, set->n_model, &row->model, &row->n_model);
    return st ? st : run_tests(ctx, row);
}

static spk_status correct(spk_ctx *ctx, spk_twosample *t) {
    enum { K = SPK_TWOSAMPLE_TESTS };
    double *p = SPK__ARRAY(ctx, t->n * K, double);
    if (!p)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n * K; i++)
        p[i] = t->row[i / K].test[i % K].p;
    spk_status st = spk_correct_holm(ctx, p, t->n * K, p);
    for (size_t i = 0; i < t->n && !st; i++) {
        t->row[i].least_p = NAN;
        for (size_t k = 0; k < K; k++) {
            double x = t->row[i].corrected[k] = p[i * K + k];
            t->n_tests += isnan(x) ? 0 : 1;
            t->n_rejected += x < t->level;
            t->row[i].least_p = fmin(t->row[i].least_p, x);
        }
    }
    spk__free(ctx, p);
    return st;
}

static double test_value(const spk_twosample_row *row, const char *name) {
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS; k++)
        if (strcmp(spk_test_at(k)->name, name) == 0)
            return row->test[k].statistic;
    return NAN;
}

static spk_verdict judge(const spk_twosample_row *row, double level) {
    /* below 0.2 a standardised difference is called negligible (Cohen 1988) */
    bool slight =
        row->has_effect && fabs(row->effect.d) < 0.2 && test_value(row, "kolmogorov_smirnov") < 0.1;
    if (isnan(row->least_p))
        return SPK_UNKNOWN;
    if (!(row->least_p < level))
        return SPK_SAME;
    return slight ? SPK_SLIGHT : row->p_runs >= level ? SPK_USUAL : SPK_DIFFERENT;
}

const char *spk_verdict_word(spk_verdict v) {
    static const char *const words[] = {"same", "slight", "usual", "different", "unknown"};
    return words[v];
}

spk_status spk_twosample_compare(spk_ctx *ctx, const spk_twosample_set *sets, size_t n,
                                 const spk_twosample_options *options, spk_twosample *out) {
    spk_twosample_options o = SPK_TWOSAMPLE_OPTIONS_INIT;
    o = options ? *options : o;
    if (!(o.level > 0 && o.level < 1))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, "0.05 is usual",
                         "the level of significance is %g; it must be between 0 and 1", o.level);
    size_t n_stats = o.statistics ? o.n_statistics : N_USUAL;
    spk_twosample t = {.level = o.level, .ctx = ctx};
    const spk_stat **stat = SPK__ARRAY(ctx, n_stats, const spk_stat *);
    t.row = SPK__ARRAY(ctx, n * n_stats, spk_twosample_row);
    spk_status st = stat && t.row ? find_stats(ctx, &o, stat) : SPK_ERR_MEMORY;
    for (size_t i = 0; i < n * n_stats && !st; i++, t.n = i)
        st = fill_row(ctx, &sets[i / n_stats], stat[i % n_stats], &t.row[i]);
    if (st)
        t.n = t.row ? n * n_stats : 0; /* whatever was filled is freed */
    else
        st = correct(ctx, &t);
    if (!st)
        st = spk__twosample_runs(ctx, &o, n, &t);
    t.accepted = t.n_tests > 0;
    for (size_t i = 0; i < t.n && !st; i++) {
        t.row[i].verdict = judge(&t.row[i], t.level);
        t.accepted = t.accepted && t.row[i].verdict != SPK_DIFFERENT;
        spk__twosample_say(&t.row[i], t.level);
    }
    if (!st)
        spk__twosample_conclude(&t);
    spk__free(ctx, stat);
    if (st)
        spk_twosample_free(&t);
    else
        *out = t;
    return st;
}

void spk_twosample_free(spk_twosample *t) {
    for (size_t i = 0; i < t->n; i++) {
        spk_stat_free(t->ctx, t->row[i].data);
        spk_stat_free(t->ctx, t->row[i].model);
    }
    if (t->ctx)
        spk__free(t->ctx, t->row);
    *t = (spk_twosample){0};
}
