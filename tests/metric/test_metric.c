/* Conformance over the registry, edges, and values known in closed form. */
#include "trains.h"

enum { MAX = 60 };

TEST(every_metric_is_complete) {
    for (size_t i = 0; i < spk_metric_count(); i++) {
        const spk_metric *m = spk_metric_at(i);
        CHECK(m->name && m->sentence && m->reference && m->edges);
        CHECK((m->pair != NULL) != (m->group != NULL));
        CHECK((m->prepare != NULL) == (m->prepared_size != NULL));
        CHECK(m->low < m->high);
        spk_opts o;
        spk_opts_default(m->options, &o);
        spk_ctx *ctx = spk_ctx_new(NULL);
        CHECK(spk__opts_check(ctx, m->name, m->options, &o) == SPK_OK);
        spk_ctx_free(ctx);
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(m->name, spk_metric_at(j)->name) != 0);
    }
    CHECK(!spk_metric_at(spk_metric_count()));
}

TEST(values_are_finite_in_range_and_best_on_identity) {
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 0, 0);
    double ta[MAX], tb[MAX];
    for (int k = 0; k < 400; k++) {
        spk_train a = random_train(&r, ta, MAX), b = random_train(&r, tb, MAX);
        for (size_t i = 0; i < spk_metric_count(); i++) {
            const spk_metric *m = spk_metric_at(i);
            double ab = pair_of(m->name, NULL, a, b), ba = pair_of(m->name, NULL, b, a);
            double aa = pair_of(m->name, NULL, a, a);
            CHECK(isfinite(ab) && ab >= m->low && ab <= m->high);
            CHECK(!m->symmetric || ab == ba);
            CHECK(m->kind == SPK_METRIC_DISTANCE ? aa == 0.0 : fabs(aa - 1.0) < 1e-12);
        }
    }
}

TEST(a_target_equals_a_single_call) {
    spk__rng r;
    spk__rng_init(&r, 2, SPK__RNG_TEST, 0, 0);
    double ta[3][MAX], tb[2][MAX];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_scratch *s;
    REQUIRE(!spk_scratch_new(ctx, &s));
    for (int k = 0; k < 200; k++) {
        spk_train a[3], b[2];
        for (int i = 0; i < 3; i++)
            a[i] = random_train(&r, ta[i], MAX);
        for (int i = 0; i < 2; i++)
            b[i] = random_train(&r, tb[i], MAX);
        if (k % 3 == 0) /* the model observed on less than the data */
            b[1] = spk_train_window(b[1], 200, 700);
        for (size_t i = 0; i < spk_metric_count(); i++) {
            const spk_metric *m = spk_metric_at(i);
            spk_target *t;
            double single = NAN, prepared = NAN;
            REQUIRE(!spk_metric_group(ctx, m, NULL, a, 3, b, 2, &single));
            REQUIRE(!spk_target_new(ctx, m, NULL, a, 3, &t));
            REQUIRE(!spk_target_eval(t, b, 2, s, &prepared));
            CHECK(single == prepared);
            CHECK(spk_target_metric(t) == m);
            spk_target_free(t);
        }
    }
    spk_scratch_free(s);
    spk_ctx_free(ctx);
}

TEST(trains_are_compared_where_both_were_observed) {
    spk_train a = TRAIN(100, 10, 20, 30, 60, 90);
    spk_train b = {(const double[]){20.5, 30, 61}, 3, 15, 70};
    spk_train cut = {a.t_ms + 1, 3, 15, 70};
    for (size_t i = 0; i < spk_metric_count(); i++) {
        const char *name = spk_metric_at(i)->name;
        CHECK(pair_of(name, NULL, a, b) == pair_of(name, NULL, cut, b));
        CHECK(pair_of(name, NULL, b, a) == pair_of(name, NULL, b, cut));
    }
}

TEST(bad_input_is_refused_with_words) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_metric *m;
    double v = -7;
    CHECK(spk_metric_find(ctx, "van_rosum", &m) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no metric 'van_rosum'");
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'van_rossum'?");
    REQUIRE(!spk_metric_find(ctx, "van_rossum", &m));
    spk_train good = TRAIN(10, 1, 2), unsorted = TRAIN(10, 2, 1), outside = TRAIN(10, 1, 11);
    spk_train empty_window = SILENT(0), later = {NULL, 0, 20, 30};
    CHECK(spk_metric_pair(ctx, m, NULL, &unsorted, &good, &v) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "spike 1 of the data train is at 1 ms, after 2 ms and observed on [0, 10] ms");
    CHECK(spk_metric_pair(ctx, m, NULL, &good, &outside, &v) == SPK_ERR_INPUT);
    CHECK(spk_metric_pair(ctx, m, NULL, &good, &empty_window, &v) == SPK_ERR_INPUT);
    CHECK(spk_metric_pair(ctx, m, NULL, &good, &later, &v) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "the trains have no time in common: one starts at 20 ms, another ends at 10 ms");
    spk_train missing = TRAIN(10, 1, NAN);
    CHECK(spk_metric_pair(ctx, m, NULL, &missing, &good, &v) == SPK_ERR_INPUT);
    spk_opts o;
    spk_opts_default(m->options, &o);
    o.v[0] = -3;
    CHECK(spk_metric_pair(ctx, m, &o, &good, &good, &v) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "option 'tau' of van_rossum is -3 ms; it must be a number from 0.001 to 1e+06 ms");
    CHECK(v == -7);
    spk_ctx_free(ctx);
}

TEST(coincidence_factor_by_hand) {
    /* 4 data, 5 model spikes, window 2 ms, 1000 ms. One to one: 10-11, 20-21, 50-52. Any: the two
     * data spikes at 20 and 22 share 21. nu = 5/1000: <n> = 2 * .005 * 2 * 4 = .08, 2 nu window =
     * .02. */
    spk_train d = TRAIN(1000, 10, 20, 22, 50), m = TRAIN(1000, 11, 21, 52, 400, 500);
    double o[3] = {2, 0, 0};
    CHECK_NEAR(pair_of("coincidence_factor", o, d, m), (3 - .08) / 4.5 / .98, 1e-15);
    o[1] = 1;
    CHECK_NEAR(pair_of("coincidence_factor", o, d, m), (4 - .08) / 4.5 / .98, 1e-15);
    o[2] = 1; /* nu = 4/1000 */
    CHECK_NEAR(pair_of("coincidence_factor", o, d, m), (4 - .064) / 4.5 / .984, 1e-15);
    o[1] = o[2] = 0; /* exactly the window apart: on a grid, rounding must not decide */
    spk_train g = TRAIN(1000, 0.1 * 4), h = TRAIN(1000, 0.1 * 24);
    CHECK(h.t_ms[0] - g.t_ms[0] > 2);
    CHECK(pair_of("coincidence_factor", o, g, h) > 0.9);
    CHECK(pair_of("coincidence_factor", NULL, SILENT(10), SILENT(10)) == 1);
    CHECK(pair_of("coincidence_factor", NULL, d, SILENT(1000)) == 0);
    CHECK(pair_of("coincidence_factor", NULL, SILENT(1000), d) == 0);
}

/* Best matching of spikes within a window, by dynamic programming over both trains. */
static double most_matches(spk_train a, spk_train b, double window) {
    static size_t best[101][101];
    for (size_t i = 0; i <= a.n; i++)
        for (size_t j = 0; j <= b.n; j++) {
            if (!i || !j) {
                best[i][j] = 0;
                continue;
            }
            bool near = fabs(a.t_ms[i - 1] - b.t_ms[j - 1]) <= window + 1e-6;
            size_t m = best[i - 1][j - 1] + near;
            m = best[i - 1][j] > m ? best[i - 1][j] : m;
            best[i][j] = best[i][j - 1] > m ? best[i][j - 1] : m;
        }
    return (double)best[a.n][b.n];
}

TEST(coincidence_factor_by_the_definition) {
    spk__rng r;
    spk__rng_init(&r, 8, SPK__RNG_TEST, 0, 0);
    double ta[100], tb[100];
    for (int k = 0; k < 600; k++) {
        spk_train a = random_train(&r, ta, 100), b = random_train(&r, tb, 100);
        if (!a.n || !b.n)
            continue;
        double window = k % 3 == 0 ? 4 : 1.5, any = 0, x = 2 * window * (double)b.n / 1000;
        for (size_t i = 0; i < a.n; i++) {
            bool near = false;
            for (size_t j = 0; j < b.n; j++)
                near = near || fabs(a.t_ms[i] - b.t_ms[j]) <= window + 1e-6;
            any += near;
        }
        double counts[] = {most_matches(a, b, window), any}, n_a = (double)a.n, n_b = (double)b.n;
        for (int matching = 0; matching < 2; matching++) {
            double o[3] = {window, matching, 0};
            double want = (counts[matching] - x * n_a) / (0.5 * (n_a + n_b)) / (1 - x);
            CHECK_NEAR(pair_of("coincidence_factor", o, a, b), want, 1e-12);
        }
    }
}

TEST(coincidence_factor_refuses_and_grades_bursts) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const spk_metric *m;
    spk_scratch *s;
    spk_target *t;
    static double many[2000];
    REQUIRE(!spk_metric_find(ctx, "coincidence_factor", &m) && !spk_scratch_new(ctx, &s));
    for (int i = 0; i < 2000; i++)
        many[i] = i * 0.05;
    spk_train d = TRAIN(1000, 103.7, 250, 391, 700), burst = {many, 250, 0, 1000};
    double v = -7, before = 2;
    CHECK(spk_metric_pair(ctx, m, NULL, &d, &burst, &v) == SPK_ERR_INPUT && v == -7);
    CHECK_STR(
        last_message(ctx),
        "the coincidence factor is not defined here: 250 spikes of the model in 1000 ms (250 Hz) "
        "and a window of +-4 ms give 2 nu window = 2, which must be below 1");
    REQUIRE(!spk_target_new(ctx, m, NULL, &d, 1, &t));
    for (size_t n = 50; n < 1990;
         n++) { /* all in the first 100 ms: no coincidence, only more spikes */
        burst.n = n;
        REQUIRE(!spk_target_eval(t, &burst, 1, s, &v));
        CHECK(isfinite(v) && v < before);
        before = v;
    }
    spk_target_free(t);
    /* With nu the data's rate, data that burst can never be scored. */
    spk_opts o;
    spk_opts_default(m->options, &o);
    o.v[2] = 1;
    CHECK(spk_target_new(ctx, m, &o, &burst, 1, &t) == SPK_ERR_INPUT);
    spk_scratch_free(s);
    spk_ctx_free(ctx);
}

TEST(van_rossum_in_closed_form) {
    double tau10 = 10;
    CHECK_NEAR(pair_of("van_rossum", NULL, TRAIN(100, 30), SILENT(100)), 1, 1e-15);
    CHECK_NEAR(pair_of("van_rossum", NULL, TRAIN(100, 30, 50), TRAIN(100, 50)), 1, 1e-15);
    for (double dt = 0.01; dt < 50; dt *= 3) {
        double d = pair_of("van_rossum", NULL, TRAIN(100, 30), TRAIN(100, 30 + dt));
        CHECK_NEAR(d * d / 2, 1 - exp(-dt / tau10), 1e-12);
    }
    /* D^2 as the double sum over all pairs of spikes (Houghton & Kreuz 2012). */
    spk_train a = TRAIN(100, 1, 4, 4, 30, 77), b = TRAIN(100, 4, 5, 60);
    double sum = 0;
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++) {
            double x = i < 5 ? a.t_ms[i] : b.t_ms[i - 5], y = j < 5 ? a.t_ms[j] : b.t_ms[j - 5];
            sum += ((i < 5) == (j < 5) ? 1 : -1) * exp(-fabs(x - y) / tau10);
        }
    CHECK_NEAR(pair_of("van_rossum", NULL, a, b), sqrt(sum), 1e-14);
}

TEST(counts_and_latency) {
    spk_train a = TRAIN(200, 10, 20, 30, 40), b = TRAIN(200, 12);
    CHECK(pair_of("spike_count_error", NULL, a, b) == 3);
    CHECK(pair_of("rate_error", NULL, a, b) == 0.75);
    CHECK(pair_of("rate_error", NULL, b, a) == 3);
    CHECK(pair_of("rate_error", NULL, SILENT(200), a) == 4);
    double hz[1] = {0};
    CHECK_NEAR(pair_of("rate_error", hz, a, b), 15, 1e-12);
    CHECK(pair_of("first_spike_latency", NULL, a, b) == 2);
    CHECK(pair_of("first_spike_latency", NULL, a, SILENT(200)) == 190);
    CHECK(pair_of("first_spike_latency", NULL, SILENT(200), SILENT(200)) == 0);
}

static spk_status compare_everything(spk_ctx *ctx) {
    double ta[] = {1, 5, 9, 40}, tb[] = {2, 5, 60};
    spk_train a[2] = {{ta, 4, 0, 100}, {tb, 3, 0, 100}}, b[2] = {{tb, 3, 0, 90}, {ta, 3, 0, 100}};
    for (size_t i = 0; i < spk_metric_count(); i++) {
        spk_target *t = NULL;
        spk_scratch *s = NULL;
        double v;
        spk_status st = spk_metric_group(ctx, spk_metric_at(i), NULL, a, 2, b, 2, &v);
        if (!st)
            st = spk_target_new(ctx, spk_metric_at(i), NULL, a, 2, &t);
        if (!st)
            st = spk_scratch_new(ctx, &s);
        if (!st)
            st = spk_target_eval(t, b, 2, s, &v);
        spk_scratch_free(s);
        spk_target_free(t);
        if (st)
            return st;
    }
    return SPK_OK;
}

TEST(failing_allocations_leave_nothing_behind) {
    check_every_allocation(compare_everything);
}

int main(void) {
    RUN(every_metric_is_complete);
    RUN(values_are_finite_in_range_and_best_on_identity);
    RUN(a_target_equals_a_single_call);
    RUN(trains_are_compared_where_both_were_observed);
    RUN(bad_input_is_refused_with_words);
    RUN(coincidence_factor_by_hand);
    RUN(coincidence_factor_by_the_definition);
    RUN(coincidence_factor_refuses_and_grades_bursts);
    RUN(van_rossum_in_closed_form);
    RUN(counts_and_latency);
    RUN(failing_allocations_leave_nothing_behind);
    return test_end();
}
