/* Measures over sets of trials, matrices, reliability, scores, voltages. */
#include "trains.h"

#include "num/num.h"

/* ---- Md* and explained variance by their definitions ---- */

static double within(spk_train a, spk_train b, double window) {
    double pairs = 0;
    for (size_t i = 0; i < a.n; i++)
        for (size_t j = 0; j < b.n; j++)
            pairs += fabs(a.t_ms[i] - b.t_ms[j]) <= window + 1e-6;
    return pairs;
}

static double md_own(const spk_train *t, size_t n) {
    double sum = 0;
    if (n == 1)
        return within(t[0], t[0], 4);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            sum += i != j ? within(t[i], t[j], 4) : 0;
    return sum / (double)(n * (n - 1));
}

static double md_star(const spk_train *d, size_t nd, const spk_train *m, size_t nm) {
    double across = 0;
    for (size_t i = 0; i < nd; i++)
        for (size_t j = 0; j < nm; j++)
            across += within(d[i], m[j], 4) / (double)(nd * nm);
    return 2 * across / (md_own(d, nd) + md_own(m, nm));
}

enum { STEPS = 4000 }; /* of 0.25 ms */

static void smooth(spk_train t, double *f) {
    for (int k = 0; k <= STEPS; k++) {
        f[k] = 0;
        for (size_t i = 0; i < t.n; i++) {
            double x = (k * 0.25 - t.t_ms[i]) / 10;
            f[k] += exp(-0.5 * x * x);
        }
    }
}

static double covariance(const double *f, const double *g) {
    double sum_f = 0, sum_g = 0, sum = 0;
    for (int k = 0; k <= STEPS; k++) { /* Simpson's rule */
        double w = (k == 0 || k == STEPS ? 1 : k % 2 ? 4 : 2) / (3.0 * STEPS);
        sum_f += w * f[k];
        sum_g += w * g[k];
        sum += w * f[k] * g[k];
    }
    return sum - sum_f * sum_g;
}

static double explained(double f[][STEPS + 1], size_t n, const double *m) {
    double top = 0, bottom = 0;
    for (size_t i = 0; i < n; i++) {
        top += 2 * covariance(f[i], m);
        bottom += covariance(f[i], f[i]) + covariance(m, m);
    }
    return top / bottom;
}

static double explained_variance(const spk_train *d, size_t nd, const spk_train *m, size_t nm) {
    static double f[4][STEPS + 1], g[STEPS + 1], mean[STEPS + 1], model[STEPS + 1];
    memset(mean, 0, sizeof mean);
    memset(model, 0, sizeof model);
    for (size_t i = 0; i < nd; i++) {
        smooth(d[i], f[i]);
        for (int k = 0; k <= STEPS; k++)
            mean[k] += f[i][k] / (double)nd;
    }
    for (size_t i = 0; i < nm; i++) {
        smooth(m[i], g);
        for (int k = 0; k <= STEPS; k++)
            model[k] += g[k] / (double)nm;
    }
    return explained(f, nd, model) / explained(f, nd, mean);
}

static const spk_metric *find(const char *name) {
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, name) == 0)
            return spk_metric_at(i);
    return NULL;
}

static size_t spikes(const spk_train *t, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += t[i].n;
    return count;
}

TEST(sets_of_trials_by_the_definition) {
    static double times[7][60];
    spk_train d[4], m[3];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 9, 0);
    for (int k = 0; k < 60; k++) {
        size_t nd = 1 + spk__rng_below(&r, 4), nm = 1 + spk__rng_below(&r, 3);
        for (size_t i = 0; i < nd; i++)
            d[i] = random_train(&r, times[i], 60);
        for (size_t i = 0; i < nm; i++)
            m[i] = random_train(&r, times[4 + i], 60);
        double got;
        double want = md_star(d, nd, m, nm);
        REQUIRE(!spk_metric_group(ctx, find("md_star"), NULL, d, nd, m, nm, &got));
        if (isfinite(want))
            CHECK_NEAR(got, want, 1e-12);
        if (!spikes(d, nd) || !spikes(m, nm))
            continue;
        REQUIRE(!spk_metric_group(ctx, find("explained_variance"), NULL, d, nd, m, nm, &got));
        CHECK_NEAR(got, explained_variance(d, nd, m, nm), 1e-7);
    }
    spk_ctx_free(ctx);
}

TEST(sets_at_their_edges) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_train none[2] = {SILENT(100), SILENT(100)};
    spk_train some[2] = {TRAIN(100, 10, 50), TRAIN(100, 11, 80)};
    spk_train apart[2] = {TRAIN(100, 10), TRAIN(100, 60)};
    double v;
    const char *names[] = {"md_star", "explained_variance"};
    for (int i = 0; i < 2; i++) {
        const spk_metric *m = find(names[i]);
        CHECK(!spk_metric_group(ctx, m, NULL, none, 2, none, 2, &v) && v == 1);
        CHECK(!spk_metric_group(ctx, m, NULL, none, 2, some, 2, &v) && v == 0);
        CHECK(!spk_metric_group(ctx, m, NULL, some, 2, none, 1, &v) && v == 0);
    }
    CHECK(!spk_metric_group(ctx, find("md_star"), NULL, apart, 2, apart, 2, &v) && v == 0);
    /* The mean of the data explains as much of them as can be explained. */
    CHECK(!spk_metric_group(ctx, find("explained_variance"), NULL, some, 2, some, 2, &v));
    CHECK_NEAR(v, 1, 1e-12);
    spk_opts o;
    spk_opts_default(find("explained_variance")->options, &o);
    o.v[1] = 0;
    CHECK(!spk_metric_group(ctx, find("explained_variance"), &o, some, 2, some, 2, &v));
    CHECK(v > 0.5 && v < 0.95);
    spk_ctx_free(ctx);
}

/* ---- many trains ---- */

TEST(a_matrix_holds_the_single_calls_for_any_number_of_threads) {
    enum { N = 9 };
    static double times[N][60];
    double one[N * N], four[N * N];
    spk_train t[N];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__rng r;
    spk__rng_init(&r, 4, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < N; i++)
        t[i] = random_train(&r, times[i], 50);
    t[3].start_ms = -10;
    for (size_t k = 0; k < spk_metric_count(); k++) {
        const spk_metric *m = spk_metric_at(k);
        REQUIRE(!spk_metric_matrix(ctx, m, NULL, t, N, 1, one));
        REQUIRE(!spk_metric_matrix(ctx, m, NULL, t, N, 4, four));
        CHECK(memcmp(one, four, sizeof one) == 0);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double v = NAN;
                REQUIRE(!spk_metric_pair(ctx, m, NULL, &t[i], &t[j], &v));
                CHECK(one[i * N + j] == v);
            }
    }
    spk_ctx_free(ctx);
}

TEST(one_number_for_a_population) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double v;
    /* PySpike: {1,9}, {1,3}, {}, {} on [0, 10] synchronise 1/6: of all spikes of all pairs */
    spk_train t[4] = {TRAIN(10, 1, 9), TRAIN(10, 1, 3), SILENT(10), SILENT(10)};
    CHECK(!spk_metric_within(ctx, find("spike_synchronization"), NULL, t, 4, 1, &v));
    CHECK_NEAR(v, 1.0 / 6, 1e-15);
    /* Means over pairs: 0 spikes differ in pairs (0,1) and (2,3), 2 in the other four. */
    CHECK(!spk_metric_within(ctx, find("spike_count_error"), NULL, t, 4, 1, &v) && v == 8.0 / 6);
    /* Both orders of what is not symmetric: |2-1|/2 and |1-2|/1. */
    spk_train u[2] = {TRAIN(10, 1, 9), TRAIN(10, 1)};
    CHECK(!spk_metric_within(ctx, find("rate_error"), NULL, u, 2, 1, &v) && v == 0.75);
    CHECK(spk_metric_within(ctx, find("rate_error"), NULL, u, 1, 1, &v) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "how alike trains are needs two of them at least; there is 1");
    spk_ctx_free(ctx);
}

/* ---- scores ---- */

/* n jittered, thinned copies of one Poisson train of 20 Hz over 4 s. */
static void repeats(uint64_t seed, spk_train *t, double times[][200], size_t n, double keep) {
    spk__rng r;
    spk__rng_init(&r, seed, SPK__RNG_TEST, 5, 0);
    double base[200], at = 0;
    size_t count = 0;
    while ((at += 5 - 45 * log(spk__rng_uniform(&r))) < 3990)
        base[count++] = at;
    for (size_t i = 0; i < n; i++) {
        t[i] = (spk_train){times[i], 0, 0, 4000};
        for (size_t k = 0; k < count; k++)
            if (spk__rng_uniform(&r) < keep)
                times[i][t[i].n++] = base[k] + spk__rng_uniform(&r);
    }
}

TEST(scores_come_with_reliability_and_interval) {
    static double times[6][200];
    spk_train t[6];
    repeats(1, t, times, 6, 0.9);
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_metric *m = find("coincidence_factor");
    spk_bootstrap b = SPK_BOOTSTRAP_INIT;
    b.replicates = 400;
    b.threads = 1;
    spk_score s, again;
    REQUIRE(!spk_metric_score(ctx, m, NULL, t, 5, &t[5], 1, &b, &s));
    CHECK(s.has_reliability && s.has_ratio && s.has_interval && s.blocks == 20);
    CHECK_NEAR(s.ratio, s.value / s.reliability, 0);
    CHECK_NEAR(s.ratio, 1, 0.1); /* the model is one more repeat */
    CHECK(s.low < s.value && s.value < s.high && s.high - s.low < 0.2 && s.deviation > 0.005);
    b.threads = 3;
    REQUIRE(!spk_metric_score(ctx, m, NULL, t, 5, &t[5], 1, &b, &again));
    CHECK(memcmp(&s, &again, sizeof s) == 0);
    b.seed = 2;
    REQUIRE(!spk_metric_score(ctx, m, NULL, t, 5, &t[5], 1, &b, &again));
    CHECK(s.low != again.low && fabs(s.low - again.low) < 0.05);
    /* A distance is not divided; one data trial has no reliability; two blocks are the least. */
    REQUIRE(!spk_metric_score(ctx, find("van_rossum"), NULL, t, 5, &t[5], 1, &b, &s));
    CHECK(s.has_reliability && !s.has_ratio);
    b.block_ms = 3000;
    REQUIRE(!spk_metric_score(ctx, m, NULL, t, 1, &t[5], 1, &b, &s));
    CHECK(!s.has_reliability && !s.has_ratio && !s.has_interval && s.blocks == 1);
    b.level = 1.5;
    CHECK(spk_metric_score(ctx, m, NULL, t, 1, &t[5], 1, &b, &s) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

/* Trains that are the same in every block: drawing blocks changes nothing, drawing trials does. */
TEST(replicates_keep_every_spike_and_draw_trials) {
    double one[10], two[20];
    for (int i = 0; i < 10; i++) {
        one[i] = two[2 * i] = 100 * i;
        two[2 * i + 1] = 100 * i + 99.5;
    }
    spk_train d[2] = {{one, 10, 0, 1000}, {two, 20, 0, 1000}};
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_score s;
    REQUIRE(!spk_metric_score(ctx, find("spike_count_error"), NULL, &d[1], 1, d, 1, NULL, &s));
    CHECK(s.blocks == 10 && s.value == 10 && s.low == 10 && s.high == 10);
    CHECK_NEAR(s.deviation, 0, 1e-12);
    REQUIRE(!spk_metric_score(ctx, find("spike_count_error"), NULL, d, 2, d, 1, NULL, &s));
    CHECK(s.value == 5 && s.low == 0 && s.high == 10);
    /* A metric over sets keeps its trials. */
    REQUIRE(!spk_metric_score(ctx, find("md_star"), NULL, d, 2, d, 1, NULL, &s));
    CHECK_NEAR(s.low, s.value, 1e-12);
    CHECK_NEAR(s.high, s.value, 1e-12);
    spk_ctx_free(ctx);
}

TEST(a_cell_that_hardly_repeats_is_not_divided_by_that) {
    static double a[3][200], b[3][200];
    spk_train t[6];
    repeats(1, t, a, 3, 0.9);
    repeats(2, t + 3, b, 3, 0.9); /* another train: repeats that have nothing in common */
    spk_train data[2] = {t[0], t[3]};
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_bootstrap none = SPK_BOOTSTRAP_INIT;
    none.replicates = 0;
    spk_score s;
    REQUIRE(!spk_metric_score(ctx, find("coincidence_factor"), NULL, data, 2, &t[1], 1, &none, &s));
    CHECK(s.has_reliability && s.reliability < 0.2 && !s.has_ratio && !s.has_interval);
    spk_ctx_free(ctx);
}

/* The spread over independent data is what the interval claims it to be. */
TEST(intervals_cover_the_mean_of_many_experiments) {
    enum { EXPERIMENTS = 100 };
    static double times[2][200];
    double value[EXPERIMENTS], mean = 0;
    spk_score s[EXPERIMENTS];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_bootstrap b = SPK_BOOTSTRAP_INIT;
    b.replicates = 100;
    b.level = 0.9;
    for (size_t i = 0; i < EXPERIMENTS; i++) {
        spk_train t[2];
        repeats(100 + i, t, times, 2, 0.7);
        REQUIRE(
            !spk_metric_score(ctx, find("coincidence_factor"), NULL, t, 1, t + 1, 1, &b, &s[i]));
        value[i] = s[i].value;
        mean += value[i] / EXPERIMENTS;
    }
    int covered = 0;
    for (size_t i = 0; i < EXPERIMENTS; i++)
        covered += s[i].low <= mean && mean <= s[i].high;
    CHECK(covered >= 75 && covered <= 97);
    spk_ctx_free(ctx);
}

/* ---- voltage ---- */

TEST(voltages_between_spikes) {
    double d[100], m[50];
    for (int i = 0; i < 100; i++)
        d[i] = i >= 50 && i < 53 ? 30 : -70 + (i % 2);
    d[40] = NAN;
    for (int i = 0; i < 50; i++)
        m[i] = -68.5; /* every other ms; off by 1.5 and 0.5 */
    spk_trace data = {d, 100, 0, 1}, model = {m, 50, 0, 2};
    spk_train spike = TRAIN(100, 50), late = TRAIN(100, 95);
    spk_trace_score s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    REQUIRE(!spk_trace_compare(ctx, NULL, &data, &spike, &model, NULL, &s));
    /* 100 samples, less the missing one, the last (after the model's end), and 48..60 around the
     * spike */
    CHECK(s.n == 100 - 1 - 1 - 13);
    CHECK_NEAR(s.mse, (42 * 2.25 + 43 * 0.25) / 85, 1e-12);
    CHECK_NEAR(s.variance, 0.25, 1e-3);
    CHECK_NEAR(s.explained, 1 - s.mse / s.variance, 1e-15);
    spk_trace_rule r = SPK_TRACE_RULE_INIT;
    r.start_ms = 60.5;
    r.stop_ms = 97;
    REQUIRE(!spk_trace_compare(ctx, &r, &data, &spike, &model, &late, &s));
    CHECK(s.n == 92 - 60);
    r.blank_model = false;
    REQUIRE(!spk_trace_compare(ctx, &r, &data, &spike, &model, &late, &s));
    CHECK(s.n == 97 - 60);
    /* The model is interpolated. */
    for (int i = 0; i < 50; i++)
        m[i] = i;
    for (int i = 0; i < 100; i++)
        d[i] = 0.5 * i;
    REQUIRE(!spk_trace_compare(ctx, NULL, &data, NULL, &model, NULL, &s));
    CHECK(s.n == 99 && s.mse == 0 && s.explained == 1);
    r = (spk_trace_rule)SPK_TRACE_RULE_INIT;
    r.before_ms = 200;
    CHECK(spk_trace_compare(ctx, &r, &data, &late, &model, NULL, &s) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "no sample of the voltage is left to compare");
    m[3] = INFINITY;
    CHECK(spk_trace_compare(ctx, NULL, &data, NULL, &model, NULL, &s) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

static spk_status everything(spk_ctx *ctx) {
    spk_train t[3] = {TRAIN(300, 10, 50, 70), TRAIN(300, 12, 80), TRAIN(290, 10, 51)};
    const char *names[] = {"md_star", "van_rossum"};
    spk_bootstrap b = SPK_BOOTSTRAP_INIT;
    b.replicates = 2;
    b.threads = 1;
    spk_score s;
    double matrix[9], v;
    spk_status st = SPK_OK;
    for (int i = 0; !st && i < 2; i++) {
        st = spk_metric_matrix(ctx, find(names[i]), NULL, t, 3, 1, matrix);
        if (!st)
            st = spk_metric_within(ctx, find(names[i]), NULL, t, 3, 1, &v);
        if (!st)
            st = spk_metric_score(ctx, find(names[i]), NULL, t, 2, &t[2], 1, &b, &s);
    }
    return st;
}

TEST(failing_allocations_leave_nothing_behind) {
    check_every_allocation(everything);
}

int main(void) {
    RUN(sets_of_trials_by_the_definition);
    RUN(sets_at_their_edges);
    RUN(a_matrix_holds_the_single_calls_for_any_number_of_threads);
    RUN(one_number_for_a_population);
    RUN(scores_come_with_reliability_and_interval);
    RUN(replicates_keep_every_spike_and_draw_trials);
    RUN(a_cell_that_hardly_repeats_is_not_divided_by_that);
    RUN(intervals_cover_the_mean_of_many_experiments);
    RUN(voltages_between_spikes);
    RUN(failing_allocations_leave_nothing_behind);
    return test_end();
}
