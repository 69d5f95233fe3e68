/* Building recordings: detection, repeats, mean currents, summaries, train and test. */
#include "test.h"
#include "recording/recording.h"


TEST(a_spike_is_the_first_sample_at_or_above_the_threshold) {
    double v[] = {-70, -10, 0, 30, -70, -1, 5, -60, NAN, 10, -60};
    double t[8];
    spk_trace trace = {v, 11, 0, 1};
    spk_detection d = SPK_DETECTION_INIT;
    CHECK(spk_detect(&trace, &d, t, 8) == 3);
    CHECK(t[0] == 2 && t[1] == 6 && t[2] == 9);
    CHECK(spk_detect(&trace, &d, t, 1) == 3);
    d.dead_time_ms = 4.5;
    CHECK(spk_detect(&trace, &d, t, 8) == 2);
    CHECK(t[1] == 9);
}

TEST(interpolated_crossings_lie_between_samples) {
    double v[] = {-70, -10, 10, -70}, t[2];
    spk_trace trace = {v, 4, 0, 0.5};
    spk_detection d = SPK_DETECTION_INIT;
    d.interpolate = true;
    CHECK(spk_detect(&trace, &d, t, 2) == 1);
    CHECK_NEAR(t[0], 0.75, 1e-12);
}

TEST(a_steep_rise_is_a_spike_by_the_slope_rule) {
    double v[] = {-70, -69, -40, 20, 0, -70, -70, -30}, t[4];
    spk_trace trace = {v, 8, 0, 1};
    spk_detection d = SPK_DETECTION_INIT;
    d.rule = SPK_DETECT_SLOPE;
    CHECK(spk_detect(&trace, &d, t, 4) == 2);
    CHECK(t[0] == 2 && t[1] == 7);
    char words[100];
    spk_detection_print(&d, words, sizeof words);
    CHECK_STR(words, "dV/dt rises to 20 mV/ms, at least 1 ms apart");
}

/* Deterministic stand-in for noise. */
static double wobble(size_t i, unsigned seed) {
    uint32_t x = (uint32_t)i * 2654435761u + seed * 40503u;
    x ^= x >> 15, x *= 2246822519u, x ^= x >> 13;
    return (double)x / 4294967296.0 - 0.5;
}

enum { N = 2000 };

static spk_status make(spk_ctx *ctx, double amplitude[], double noise, int n, spk_recording **r) {
    static double current[8][N], voltage[8][N];
    spk_sweep s[8] = {0};
    for (int k = 0; k < n; k++) {
        for (size_t i = 0; i < N; i++) {
            current[k][i] = (i >= 200 && i < 1800 ? amplitude[k] : 0) + noise * wobble(i, (unsigned)k);
            voltage[k][i] = amplitude[k] > 150 && i % 400 == 399 ? 20 : -65;
        }
        s[k] = (spk_sweep){.name = "step", .number = k, .current_pA = {current[k], N, 0, 0.1},
                           .voltage_mV = {voltage[k], N, 0, 0.1}};
    }
    return spk_recording_make(ctx, s, (size_t)n, NULL, NULL, r);
}

TEST(repeats_of_a_stimulus_are_recognised) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    double exact[] = {200, 210, 200, 100, 0, 0};
    CHECK(make(ctx, exact, 0, 6, &r) == SPK_OK);
    int want[] = {0, 1, 0, 2, 3, 3};
    for (size_t i = 0; i < 6; i++)
        CHECK(spk_recording_sweep(r, i)->stimulus == want[i]);
    const size_t *sweeps;
    CHECK(spk_recording_repeats(r, 0, &sweeps) == 2 && sweeps[0] == 0 && sweeps[1] == 2);
    CHECK_STR(spk_recording_sweep(r, 2)->name, "step (3)");
    spk_recording_free(r);
    CHECK(make(ctx, exact, 10, 4, &r) == SPK_OK);
    for (size_t i = 0; i < 4; i++)
        CHECK(spk_recording_sweep(r, i)->stimulus == want[i]);
    spk_trace mean = spk_recording_mean_current(r, 0);
    CHECK_NEAR(mean.value[500], 200 + 5 * (wobble(500, 0) + wobble(500, 2)), 1e-9);
    CHECK(spk_recording_mean_current(r, 1).value == spk_recording_sweep(r, 1)->current_pA.value);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(a_summary_finds_the_step) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    double amplitude[] = {200, 100};
    CHECK(make(ctx, amplitude, 0, 2, &r) == SPK_OK);
    spk_sweep_summary s;
    spk_recording_summary(r, 0, &s);
    CHECK(s.n_spikes == 5 && s.active_start_ms == 20 && s.active_stop_ms == 180);
    CHECK_NEAR(s.duration_ms, 200, 1e-9);
    CHECK_NEAR(s.rate_Hz, 4 / 0.16, 1e-9);
    CHECK_NEAR(s.isi_mean_ms, 40, 1e-9);
    CHECK_NEAR(s.isi_cv, 0, 1e-9);
    CHECK(s.v_rest_mV == -65 && s.v_max_mV == 20 && s.i_mean_pA == 200 && s.i_sd_pA == 0);
    char words[128];
    spk_recording_stimulus_print(r, 0, words, sizeof words);
    CHECK_STR(words, "step of 200 pA, 20 to 180 ms");
    spk_recording_warn(ctx, r);
    CHECK_STR(last_message(ctx), "1 of 2 sweeps have no spikes");
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(bad_sweeps_are_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    double i[] = {0, 1, NAN, 3}, t[] = {3, 8};
    spk_sweep s = {.name = "x", .current_pA = {i, 4, 0, 0.1}};
    CHECK(spk_recording_make(ctx, &s, 1, NULL, NULL, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "x: sample 2 of the current (at 0.2 ms) is nan");
    s = (spk_sweep){.name = "x", .spikes = {t, 2, 0, 5}};
    CHECK(spk_recording_make(ctx, &s, 1, NULL, NULL, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "x: spike 1 at 8 ms is outside the window 0 to 5 ms");
    i[2] = 2;
    s = (spk_sweep){.name = "x", .current_pA = {i, 4, 0, 0}};
    CHECK(spk_recording_make(ctx, &s, 1, NULL, NULL, &r) == SPK_ERR_INPUT);
    CHECK(spk_recording_make(ctx, NULL, 0, NULL, NULL, &r) == SPK_ERR_INPUT);
    CHECK(r == NULL);
    spk_ctx_free(ctx);
}

TEST(the_default_split_holds_out_time_or_stimuli) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    spk_part *train, *test;
    size_t n_train, n_test;
    char words[200];
    double one[] = {200, 200}, many[] = {0, 100, 200, 210, 220, 230};
    CHECK(make(ctx, one, 0, 2, &r) == SPK_OK);
    CHECK(spk_split_default(ctx, r, &train, &n_train, &test, &n_test, words, sizeof words) == SPK_OK);
    CHECK(n_train == 2 && n_test == 2);
    CHECK_NEAR(train[0].stop_ms, 20 + 0.6 * 160, 1e-9);
    CHECK(train[0].stop_ms == test[0].start_ms);
    CHECK(spk_split_check(ctx, r, train, n_train, test, n_test, NULL) == SPK_OK);
    CHECK(spk_ctx_diag_count(ctx) == 0);
    spk_parts_free(ctx, train);
    spk_parts_free(ctx, test);
    spk_recording_free(r);
    CHECK(make(ctx, many, 0, 6, &r) == SPK_OK);
    CHECK(spk_split_default(ctx, r, &train, &n_train, &test, &n_test, words, sizeof words) == SPK_OK);
    CHECK(n_train == 5 && n_test == 1 && test[0].sweep == 3);
    spk_parts_free(ctx, train);
    spk_parts_free(ctx, test);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(selections_and_splits_are_checked) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = NULL;
    double amplitude[] = {200, 200, 210};
    CHECK(make(ctx, amplitude, 0, 3, &r) == SPK_OK);
    spk_part *p;
    size_t n;
    spk_selection s = SPK_SELECTION_INIT;
    CHECK(spk_parts_select(ctx, r, &s, "train", NULL, &p, &n) == SPK_OK && n == 3);
    CHECK(spk_split_check(ctx, r, p, 2, p + 1, 1, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "train and test share 0 to 200 ms of step (2)");
    CHECK(spk_split_check(ctx, r, p, 1, p + 1, 1, NULL) == SPK_OK);
    CHECK(spk_ctx_diag(ctx, spk_ctx_diag_count(ctx) - 1)->severity == SPK_WARNING);
    spk_parts_free(ctx, p);
    s.sweeps = (const char *[]){"2", "step"};
    s.n_sweeps = 2;
    s.start_ms = 50;
    s.stop_ms = 1000;
    CHECK(spk_parts_select(ctx, r, &s, "train", NULL, &p, &n) == SPK_OK && n == 2);
    CHECK(p[0].sweep == 0 && p[1].sweep == 2 && p[1].start_ms == 50 && p[1].stop_ms == 200);
    spk_parts_free(ctx, p);
    s = (spk_selection)SPK_SELECTION_INIT;
    s.repeats = (int[]){1};
    s.n_repeats = 1;
    CHECK(spk_parts_select(ctx, r, &s, "train", NULL, &p, &n) == SPK_OK && n == 1);
    CHECK(p[0].sweep == 1);
    spk_parts_free(ctx, p);
    s.repeats = (int[]){2};
    CHECK(spk_parts_select(ctx, r, &s, "test", NULL, &p, &n) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "test asks for repeat 2, but no stimulus has more than 2");
    s = (spk_selection)SPK_SELECTION_INIT;
    s.sweeps = (const char *[]){"7"};
    s.n_sweeps = 1;
    CHECK(spk_parts_select(ctx, r, &s, "test", NULL, &p, &n) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "test names sweep 7, which the recording lacks");
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

static void add_half(spk__builder *b, spk_ctx *ctx, const char *name, bool voltage) {
    double *x = SPK__ARRAY(ctx, 3, double);
    spk__sweep_in s = {.name = name};
    x[0] = (double)spk__builder_count(b);
    *(voltage ? &s.voltage_mV : &s.current_pA) = x;
    *(voltage ? &s.n_voltage : &s.n_current) = 3;
    *(voltage ? &s.voltage_dt_ms : &s.current_dt_ms) = 0.1;
    CHECK(spk__builder_add_take(b, &s, NULL) == SPK_OK);
}

TEST(halves_of_sweeps_are_joined_by_number) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__builder *b = NULL;
    spk_recording *r = NULL;
    size_t n, ends[] = {1, 2, 3, 4};
    CHECK(spk__builder_new(ctx, &b) == SPK_OK);
    add_half(b, ctx, "I_7", false);
    add_half(b, ctx, "V_8", true);
    add_half(b, ctx, "I_8", false);
    add_half(b, ctx, "V_7", true);
    CHECK(spk__builder_pair(b, ends, 4, &n) == SPK_OK && n == 2);
    CHECK(spk__builder_finish(b, NULL, NULL, NULL, &r) == SPK_OK);
    CHECK(spk_recording_sweep_count(r) == 2);
    CHECK_STR(spk_recording_sweep(r, 0)->name, "V_8");
    CHECK(spk_recording_sweep(r, 0)->current_pA.value[0] == 2);
    CHECK(spk_recording_sweep(r, 1)->current_pA.value[0] == 0);
    spk_recording_free(r);
    spk__builder_free(b);
    spk_ctx_free(ctx);
}

static spk_status whole(spk_ctx *ctx) {
    spk_recording *r = NULL;
    spk_part *train = NULL, *test = NULL;
    size_t n_train, n_test;
    char words[200];
    double amplitude[] = {200, 200, 210};
    spk_status st = make(ctx, amplitude, 1, 3, &r);
    if (!st)
        st = spk_split_default(ctx, r, &train, &n_train, &test, &n_test, words, sizeof words);
    spk_parts_free(ctx, train);
    spk_parts_free(ctx, test);
    spk_recording_free(r);
    return st;
}

TEST(every_allocation_may_fail) {
    check_every_allocation(whole);
}

int main(void) {
    RUN(a_spike_is_the_first_sample_at_or_above_the_threshold);
    RUN(interpolated_crossings_lie_between_samples);
    RUN(a_steep_rise_is_a_spike_by_the_slope_rule);
    RUN(repeats_of_a_stimulus_are_recognised);
    RUN(a_summary_finds_the_step);
    RUN(bad_sweeps_are_refused);
    RUN(the_default_split_holds_out_time_or_stimuli);
    RUN(selections_and_splits_are_checked);
    RUN(halves_of_sweeps_are_joined_by_number);
    RUN(every_allocation_may_fail);
    return test_end();
}
