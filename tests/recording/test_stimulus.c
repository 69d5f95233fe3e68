/* Stimuli in words. */
#include "test.h"
#include <spikefit/stimulus.h>
#include <spikefit/unit.h>

/* A term from its kind and "name value" pairs. */
static spk_stimulus term(spk_ctx *ctx, const char *kind, const char *const *set) {
    spk_stimulus s = {.kind = spk_stimulus_kind_find(kind)};
    spk_opts_default(s.kind->options, &s.opts);
    for (; *set; set += 2)
        CHECK(spk_opts_set(ctx, s.kind->options, kind, set[0], set[1], NULL, &s.opts) == SPK_OK);
    return s;
}
#define TERM(kind, ...) term(ctx, kind, (const char *[]){__VA_ARGS__, NULL})

TEST(steps_ramps_and_pulses_add_up) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double i[100];
    spk_stimulus s[] = {TERM("step", "amplitude", "0.2 nA", "start", "0.3 ms", "stop", "0.6 ms"),
                        TERM("ramp", "from", "0 pA", "to", "10 pA", "start", "5 ms", "stop", "6 ms"),
                        TERM("pulses", "amplitude", "7 pA", "width", "0.3 ms", "period", "1 ms",
                             "start", "7 ms", "stop", "9 ms")};
    CHECK(spk_stimulus_make(ctx, s, 3, 1, 0.1, i, 100) == SPK_OK);
    CHECK(i[2] == 0 && i[3] == 200 && i[5] == 200 && i[6] == 0);
    CHECK(i[50] == 0);
    CHECK_NEAR(i[55], 5, 1e-9);
    CHECK(i[60] == 0);
    CHECK(i[69] == 0 && i[70] == 7 && i[72] == 7 && i[73] == 0 && i[80] == 7 && i[90] == 0);
    CHECK(spk_stimulus_samples(10, 0.1) == 100);
    spk_ctx_free(ctx);
}

TEST(a_sine_has_its_period) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double i[1000];
    spk_stimulus s = TERM("sine", "amplitude", "50 pA", "frequency", "20 Hz", "start", "10 ms");
    CHECK(spk_stimulus_make(ctx, &s, 1, 1, 0.1, i, 1000) == SPK_OK);
    CHECK(i[99] == 0);
    CHECK_NEAR(i[100 + 125], 50, 1e-9);
    CHECK_NEAR(i[100 + 375], -50, 1e-9);
    CHECK_NEAR(i[600], i[100], 1e-9);
    spk_ctx_free(ctx);
}

enum { N = 400000 };

TEST(noise_has_its_moments_and_its_correlation) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double *i = malloc(N * sizeof *i), *again = malloc(N * sizeof *again);
    spk_stimulus s = TERM("noise", "mean", "300 pA", "sd", "40 pA", "tau", "2 ms");
    CHECK(spk_stimulus_make(ctx, &s, 1, 5, 0.1, i, N) == SPK_OK);
    double mean = 0, var = 0, lag = 0;
    for (int k = 0; k < N; k++)
        mean += i[k] / N;
    for (int k = 0; k < N; k++)
        var += (i[k] - mean) * (i[k] - mean) / N;
    for (int k = 20; k < N; k++)
        lag += (i[k] - mean) * (i[k - 20] - mean) / N;
    /* 40 s hold 10,000 independent values: standard errors 0.4, 0.7 %, 0.01. */
    CHECK_NEAR(mean, 300, 2);
    CHECK_NEAR(sqrt(var), 40, 1.2);
    CHECK_NEAR(lag / var, exp(-1), 0.04);
    CHECK(spk_stimulus_make(ctx, &s, 1, 5, 0.1, again, 1000) == SPK_OK);
    CHECK(memcmp(i, again, 1000 * sizeof *i) == 0);
    CHECK(spk_stimulus_make(ctx, &s, 1, 6, 0.1, again, 1000) == SPK_OK);
    CHECK(memcmp(i, again, 1000 * sizeof *i) != 0);
    free(i);
    free(again);
    spk_ctx_free(ctx);
}

/* Frozen noise with another noise on top, as repeats of one stimulus have. */
TEST(one_term_can_change_its_noise_alone) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double frozen[100], a[100], b[100];
    spk_stimulus s[] = {TERM("noise", "sd", "100 pA"), TERM("noise", "sd", "1 pA", "seed", "7")};
    CHECK(spk_stimulus_make(ctx, s, 1, 1, 0.1, frozen, 100) == SPK_OK);
    CHECK(spk_stimulus_make(ctx, s, 2, 1, 0.1, a, 100) == SPK_OK);
    s[1] = TERM("noise", "sd", "1 pA", "seed", "8");
    CHECK(spk_stimulus_make(ctx, s, 2, 1, 0.1, b, 100) == SPK_OK);
    bool differ = false;
    for (int k = 0; k < 100; k++) {
        CHECK_NEAR(a[k], frozen[k], 6);
        CHECK_NEAR(b[k], frozen[k], 6);
        differ |= a[k] != b[k];
    }
    CHECK(differ);
    spk_ctx_free(ctx);
}

TEST(impossible_terms_are_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double i[10];
    spk_stimulus s = TERM("step", "start", "5 ms", "stop", "2 ms");
    CHECK(spk_stimulus_make(ctx, &s, 1, 1, 0.1, i, 10) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "term 1 of the stimulus (step) stops at 2 ms, before it starts at 5 ms");
    s = TERM("pulses", "width", "5 ms", "period", "5 ms");
    CHECK(spk_stimulus_make(ctx, &s, 1, 1, 0.1, i, 10) == SPK_ERR_INPUT);
    CHECK(spk_stimulus_kind_find("stpe") == NULL);
    for (size_t k = 0; k < spk_stimulus_kind_count(); k++) {
        const spk_stimulus_kind *kind = spk_stimulus_kind_at(k);
        CHECK(spk_stimulus_kind_find(kind->name) == kind);
        CHECK_STR(kind->options[0].name, "start");
        CHECK_STR(kind->options[1].name, "stop");
    }
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(steps_ramps_and_pulses_add_up);
    RUN(a_sine_has_its_period);
    RUN(noise_has_its_moments_and_its_correlation);
    RUN(one_term_can_change_its_noise_alone);
    RUN(impossible_terms_are_refused);
    return test_end();
}
