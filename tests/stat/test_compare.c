/* Two-sample tests: edges, corrections, effect size. With the name of a file: one comparison a
 * line, as tests/stat/test_compare_peers.py writes them: test n_opts opt.. n_x x.. n_y y..
 * statistic p tolerance */
#include "test.h"
#include <spikefit/compare.h>

static spk_status run(const char *name, const double *opts, const double *x, size_t n_x,
                      const double *y, size_t n_y, spk_test_result *r) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_test *t;
    spk_status st = spk_test_find(ctx, name, &t);
    if (!st) {
        spk_opts o;
        spk_opts_default(t->options, &o);
        for (size_t i = 0; opts && t->options && t->options[i].name; i++)
            if (!isnan(opts[i]))
                o.v[i] = opts[i];
        st = spk_test_run(ctx, t, &o, x, n_x, y, n_y, r);
    }
    spk_ctx_free(ctx);
    return st;
}

TEST(every_test_is_complete) {
    for (size_t i = 0; i < spk_test_count(); i++) {
        const spk_test *t = spk_test_at(i);
        CHECK(t->name && t->sentence && t->reference && t->edges && t->statistic && t->run);
        CHECK(t->least >= 1);
    }
    CHECK(!spk_test_at(spk_test_count()));
}

TEST(one_distribution_is_not_rejected_more_often_than_it_should) {
    enum { RUNS = 400 };
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 0, 0);
    for (size_t i = 0; i < spk_test_count(); i++) {
        const spk_test *t = spk_test_at(i);
        int rejected = 0, shifted_rejected = 0;
        for (int k = 0; k < RUNS && t->has_p; k++) {
            double x[30], y[20], z[20];
            for (int j = 0; j < 30; j++)
                x[j] = spk__rng_uniform(&r);
            for (int j = 0; j < 20; j++) {
                y[j] = spk__rng_uniform(&r);
                z[j] = 3 * y[j] + 1;
            }
            spk_test_result same, shifted;
            REQUIRE(!run(t->name, NULL, x, 30, y, 20, &same));
            REQUIRE(!run(t->name, NULL, x, 30, z, 20, &shifted));
            CHECK(same.p >= 0 && same.p <= 1 && same.n_x == 30 && same.n_y == 20);
            rejected += same.p < 0.05;
            shifted_rejected += shifted.p < 0.05;
        }
        CHECK(!t->has_p || (rejected < RUNS * 0.09 && shifted_rejected > RUNS * 0.95));
    }
}

TEST(samples_at_their_edges) {
    double same[] = {2, 2, 2}, more[] = {3, 3, 3, 3}, nan[] = {NAN, 1, NAN, 2, NAN}, two[] = {1, 2};
    for (size_t i = 0; i < spk_test_count(); i++) {
        const spk_test *t = spk_test_at(i);
        spk_test_result r, s;
        CHECK(!run(t->name, NULL, same, 3, same, 3, &r));
        CHECK(t->has_p ? r.p == 1 : isnan(r.p) && r.statistic == 0);
        CHECK(!run(t->name, NULL, same, 3, more, 4, &r));
        CHECK(t->has_p ? r.p >= 0 && r.p <= 1 : isnan(r.p));
        /* NaN is left out */
        CHECK(!run(t->name, NULL, nan, 5, more, 4, &r) && !run(t->name, NULL, two, 2, more, 4, &s));
        CHECK(r.statistic == s.statistic && r.n_x == 2 && (r.p == s.p || isnan(s.p)));
        CHECK(run(t->name, NULL, nan, 1, more, 4, &r) == SPK_ERR_INPUT);
    }
    spk_test_result r;
    CHECK(!run("welch_t", NULL, same, 3, more, 4, &r) && r.p == 0 && r.statistic == -INFINITY);
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_test *t;
    double bad[] = {1, INFINITY};
    CHECK(spk_test_find(ctx, "levenne", &t) == SPK_ERR_INPUT);
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'levene'?");
    REQUIRE(!spk_test_find(ctx, "levene", &t));
    CHECK(spk_test_run(ctx, t, NULL, bad, 2, two, 2, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "value 1 of the first sample is infinite");
    CHECK(spk_test_run(ctx, t, NULL, two, 2, two, 1, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "levene needs at least 2 values in each sample; the second has 1");
    spk_ctx_free(ctx);
}

TEST(large_samples_take_the_limiting_distribution) {
    enum { N = 4000 };
    static double x[N], y[N];
    spk__rng r;
    spk__rng_init(&r, 2, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < N; i++) {
        x[i] = spk__rng_uniform(&r);
        y[i] = spk__rng_uniform(&r) + 0.03;
    }
    spk_test_result exact, limit;
    REQUIRE(!run("kolmogorov_smirnov", NULL, x, 2500, y, N, &exact)); /* 1e7 pairs: still exact */
    REQUIRE(!run("kolmogorov_smirnov", NULL, x, 2501, y, N, &limit));
    CHECK(exact.p != limit.p && fabs(exact.p / limit.p - 1) < 0.1);
}

TEST(small_samples_are_exact) {
    /* Of the 20 orders of 3 and 3 values, 2 are as far apart as these; of the 70 of 4 and 4, 16. */
    double x[] = {1, 2, 3}, y[] = {4, 5, 6}, a[] = {1, 2, 3, 7}, b[] = {4, 5, 6, 8};
    spk_test_result r;
    REQUIRE(!run("mann_whitney_u", NULL, x, 3, y, 3, &r));
    CHECK_NEAR(r.p, 0.1, 1e-15);
    CHECK(r.statistic == 0);
    REQUIRE(!run("kolmogorov_smirnov", NULL, x, 3, y, 3, &r));
    CHECK_NEAR(r.p, 0.1, 1e-15);
    REQUIRE(!run("kolmogorov_smirnov", NULL, a, 4, b, 4, &r));
    CHECK(r.statistic == 0.75);
    CHECK_NEAR(r.p, 16.0 / 70, 1e-15);
    /* Three tied values: variance 9/12 (7 - 24/30), z = (6 - 4.5 - 0.5) / sqrt(4.65). */
    double c[] = {1, 2, 2}, d[] = {2, 3, 1.5};
    REQUIRE(!run("mann_whitney_u", NULL, c, 3, d, 3, &r));
    CHECK(r.statistic == 3);
    CHECK_NEAR(r.p, 0.6428348264908044, 1e-14);
}

TEST(effect_sizes) {
    /* means 3 and 5, variances 2.5: d = -2 / sqrt(2.5); Hedges & Olkin 1985, p. 86 for the interval
     */
    double x[] = {1, 2, 3, 4, 5}, y[] = {3, 4, 5, 6, 7, NAN};
    spk_effect e;
    spk_ctx *ctx = spk_ctx_new(NULL);
    REQUIRE(!spk_effect_size(ctx, x, 5, y, 6, 0.95, &e));
    double d = -2 / sqrt(2.5), error = sqrt(10.0 / 25 + d * d / 20);
    CHECK_NEAR(e.d, d, 1e-15);
    CHECK_NEAR(e.low, d - 1.959963984540054 * error, 1e-12);
    CHECK_NEAR(e.high, d + 1.959963984540054 * error, 1e-12);
    CHECK_NEAR(e.g, d * (1 - 3.0 / 31), 1e-15);
    CHECK(e.mean_x == 3 && e.mean_y == 5);
    double c[] = {1, 1}, f[] = {2, 2};
    CHECK(!spk_effect_size(ctx, c, 2, c, 2, 0.95, &e) && e.d == 0);
    CHECK(!spk_effect_size(ctx, c, 2, f, 2, 0.95, &e) && e.d == -INFINITY && e.low == e.d);
    CHECK(spk_effect_size(ctx, c, 1, f, 2, 0.95, &e) == SPK_ERR_INPUT);
    CHECK(spk_effect_size(ctx, c, 2, f, 2, 1, &e) == SPK_ERR_INPUT);
    CHECK_STR(spk_effect_word(-0.1), "negligible");
    CHECK_STR(spk_effect_word(0.3), "small");
    CHECK_STR(spk_effect_word(-0.7), "medium");
    CHECK_STR(spk_effect_word(11.8), "large");
    spk_ctx_free(ctx);
}

TEST(corrections_for_many_tests) {
    double p[] = {0.01, NAN, 0.04, 0.03, 0.005}, out[5];
    spk_ctx *ctx = spk_ctx_new(NULL);
    REQUIRE(!spk_correct_holm(ctx, p, 5, out)); /* Holm 1979: 4, 3, 2, 1 times, never decreasing */
    CHECK_NEAR(out[4], 0.02, 1e-15);
    CHECK_NEAR(out[0], 0.03, 1e-15);
    CHECK_NEAR(out[3], 0.06, 1e-15);
    CHECK_NEAR(out[2], 0.06, 1e-15);
    CHECK(isnan(out[1]));
    spk_correct_bonferroni(p, 5, out);
    CHECK(out[0] == 0.04 && out[2] == 0.16 && isnan(out[1]));
    double high[] = {0.6, 0.9};
    REQUIRE(!spk_correct_holm(ctx, high, 2, high));
    CHECK(high[0] == 1 && high[1] == 1);
    spk_ctx_free(ctx);
}

static spk_status everything(spk_ctx *ctx) {
    double x[] = {1, 2, 4}, y[] = {3, 5, 9, 11}, p[] = {0.1, 0.2};
    spk_test_result r;
    spk_effect e;
    spk_status st = spk_correct_holm(ctx, p, 2, p);
    for (size_t i = 0; !st && i < spk_test_count(); i++)
        st = spk_test_run(ctx, spk_test_at(i), NULL, x, 3, y, 4, &r);
    return st ? st : spk_effect_size(ctx, x, 3, y, 4, 0.9, &e);
}

TEST(failing_allocations_leave_nothing_behind) {
    check_every_allocation(everything);
}

/* ---- comparisons from a file ---- */

static bool number(char **at, double *x) {
    char *end;
    *x = strtod(*at, &end);
    bool ok = end != *at;
    *at = end;
    return ok;
}

static bool sample(char **at, double *x, size_t *n) {
    double count;
    if (!number(at, &count) || count > 5000)
        return false;
    *n = (size_t)count;
    for (size_t i = 0; i < *n; i++)
        if (!number(at, &x[i]))
            return false;
    return true;
}

static bool check_line(char *line) {
    static double x[5000], y[5000];
    double opts[SPK_OPTS_MAX], n_opts, statistic, p, tolerance;
    size_t n_x, n_y;
    char *at = strchr(line, ' ');
    if (!at)
        return false;
    *at++ = '\0';
    for (int i = 0; i < SPK_OPTS_MAX; i++)
        opts[i] = NAN;
    if (!number(&at, &n_opts))
        return false;
    for (int i = 0; i < (int)n_opts; i++)
        if (!number(&at, &opts[i]))
            return false;
    spk_test_result r;
    if (!sample(&at, x, &n_x) || !sample(&at, y, &n_y) || !number(&at, &statistic) ||
        !number(&at, &p) || !number(&at, &tolerance) || run(line, opts, x, n_x, y, n_y, &r))
        return false;
    bool ok = fabs(r.statistic - statistic) <= tolerance * (1 + fabs(statistic)) &&
              ((isnan(p) && isnan(r.p)) || fabs(r.p - p) <= tolerance * (p + 1e-9));
    if (!ok)
        printf("# %s of %zu and %zu: %.17g, p %.17g, not %.17g, p %.17g\n", line, n_x, n_y,
               r.statistic, r.p, statistic, p);
    return ok;
}

static int check_file(const char *path) {
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t size = 0, n = 0, bad = 0;
    while (f && getline(&line, &size, f) > 0) {
        n++;
        bad += !check_line(line);
    }
    free(line);
    if (f)
        fclose(f);
    printf("%zu compared, %zu differ\n", n, bad);
    return n == 0 || bad != 0;
}

int main(int argc, char **argv) {
    if (argc > 1)
        return check_file(argv[1]);
    RUN(every_test_is_complete);
    RUN(one_distribution_is_not_rejected_more_often_than_it_should);
    RUN(samples_at_their_edges);
    RUN(large_samples_take_the_limiting_distribution);
    RUN(small_samples_are_exact);
    RUN(effect_sizes);
    RUN(corrections_for_many_tests);
    RUN(failing_allocations_leave_nothing_behind);
    return test_end();
}
