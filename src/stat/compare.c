/* The registry of two-sample tests, effect size, correction for many tests. */
#include "stat/compare.h"

#include <gsl/gsl_cdf.h>
#include <stdlib.h>

static const spk_test *const registry[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "stat/tests.def"
#undef SPK_ENTRY
};
enum { COUNT = sizeof registry / sizeof *registry };

size_t spk_test_count(void) {
    return COUNT;
}

const spk_test *spk_test_at(size_t i) {
    return i < COUNT ? registry[i] : NULL;
}

spk_status spk_test_find(spk_ctx *ctx, const char *name, const spk_test **out) {
    const char *names[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        names[i] = registry[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *out = registry[i];
            return SPK_OK;
        }
    }
    return spk__fail_name(ctx, SPK_ERR_INPUT, NULL, name, names, COUNT, NULL,
                          "there is no test '%s'", name);
}

/* The values that are not NaN, into out; *n becomes how many. */
static spk_status defined(spk_ctx *ctx, const double *x, size_t *n, size_t least, const char *what,
                          const char *who, double *out) {
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (isinf(x[i]))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "value %zu of the %s sample is infinite", i, what);
        if (!isnan(x[i]))
            out[kept++] = x[i];
    }
    if (kept < least)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "%s needs at least %zu values in each sample; the %s has %zu", who, least,
                         what, kept);
    *n = kept;
    return SPK_OK;
}

spk_status spk_test_run(spk_ctx *ctx, const spk_test *t, const spk_opts *opts, const double *x,
                        size_t n_x, const double *y, size_t n_y, spk_test_result *out) {
    spk_opts defaults;
    spk_opts_default(t->options, &defaults);
    spk_status st = spk__opts_check(ctx, t->name, t->options, opts ? opts : &defaults);
    if (st)
        return st;
    double *a = SPK__ARRAY(ctx, n_x, double), *b = SPK__ARRAY(ctx, n_y, double);
    st = a && b ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = defined(ctx, x, &n_x, t->least, "first", t->name, a);
    if (!st)
        st = defined(ctx, y, &n_y, t->least, "second", t->name, b);
    spk_test_result r = {.p = NAN, .df1 = NAN, .df2 = NAN, .n_x = n_x, .n_y = n_y};
    if (!st)
        st = t->run(ctx, opts ? opts->v : defaults.v, a, n_x, b, n_y, &r);
    if (!st)
        *out = r;
    spk__free(ctx, a);
    spk__free(ctx, b);
    return st;
}

/* ---- effect size ---- */

static void effect(const double *x, size_t n_x, const double *y, size_t n_y, double level,
                   spk_effect *e) {
    double nx = (double)n_x, ny = (double)n_y, var_x, var_y;
    e->mean_x = spk__mean_var(n_x, x, &var_x);
    e->mean_y = spk__mean_var(n_y, y, &var_y);
    e->deviation_x = sqrt(var_x);
    e->deviation_y = sqrt(var_y);
    double df = nx + ny - 2.0, pooled = sqrt(((nx - 1.0) * var_x + (ny - 1.0) * var_y) / df);
    double difference = e->mean_x - e->mean_y;
    e->d = difference == 0.0 ? 0.0 : difference / pooled;
    double error =
        isinf(e->d) ? 0.0 : sqrt((nx + ny) / (nx * ny) + e->d * e->d / (2.0 * (nx + ny)));
    double z = gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * level);
    e->low = e->d - z * error;
    e->high = e->d + z * error;
    e->g = e->d * (1.0 - 3.0 / (4.0 * df - 1.0));
}

spk_status spk_effect_size(spk_ctx *ctx, const double *x, size_t n_x, const double *y, size_t n_y,
                           double level, spk_effect *out) {
    if (!(level > 0.0 && level < 1.0))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, "0.95 is usual",
                         "the level of an interval is %g; it must be between 0 and 1", level);
    double *a = SPK__ARRAY(ctx, n_x, double), *b = SPK__ARRAY(ctx, n_y, double);
    spk_status st = a && b ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = defined(ctx, x, &n_x, 2, "first", "an effect size", a);
    if (!st)
        st = defined(ctx, y, &n_y, 2, "second", "an effect size", b);
    if (!st)
        effect(a, n_x, b, n_y, level, out);
    spk__free(ctx, a);
    spk__free(ctx, b);
    return st;
}

const char *spk_effect_word(double d) {
    double size = fabs(d);
    return size < 0.2 ? "negligible" : size < 0.5 ? "small" : size < 0.8 ? "medium" : "large";
}

/* ---- many tests ---- */

static size_t count_tests(const double *p, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += isnan(p[i]) ? 0 : 1;
    return count;
}

void spk_correct_bonferroni(const double *p, size_t n, double *out) {
    double count = (double)count_tests(p, n);
    for (size_t i = 0; i < n; i++)
        out[i] = p[i] * count > 1.0 ? 1.0 : p[i] * count;
}

typedef struct {
    double p;
    size_t i;
} ranked;

static int by_p(const void *a, const void *b) {
    ranked x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x.p != y.p ? (x.p > y.p) - (x.p < y.p) : (x.i > y.i) - (x.i < y.i);
}

spk_status spk_correct_holm(spk_ctx *ctx, const double *p, size_t n, double *out) {
    ranked *r = SPK__ARRAY(ctx, n, ranked);
    if (!r)
        return SPK_ERR_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!isnan(p[i]))
            r[count++] = (ranked){p[i], i};
        else
            out[i] = NAN;
    if (count)
        qsort(r, count, sizeof *r, by_p);
    double so_far = 0.0;
    for (size_t k = 0; k < count; k++) {
        double corrected = r[k].p * (double)(count - k);
        so_far = corrected > so_far ? corrected : so_far;
        out[r[k].i] = so_far > 1.0 ? 1.0 : so_far;
    }
    spk__free(ctx, r);
    return SPK_OK;
}
