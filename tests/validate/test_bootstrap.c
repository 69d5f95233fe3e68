/* Replicates of the data and the parameters' bootstrap, against what theory says of means: the
 * standard error of a mean of n is s / sqrt(n) (s: standard deviation with divisor n - 1). */
#include "problem/lif_kernel.h"
#include "test.h"
#include <spikefit/validate.h>

enum { MOST_SWEEPS = 16, SAMPLES = 100, MOST_SPIKES = 1000 };

/* Sweeps with these numbers of spikes, evenly spaced; the stimulus is the same current, or one of
 * its own each. */
typedef struct {
    double current[MOST_SWEEPS][SAMPLES], times[MOST_SWEEPS][MOST_SPIKES];
    spk_recording *recording;
    spk_study *study;
    spk_problem *problem;
} setting;

static void setting_free(setting *s) {
    spk_problem_free(s->problem);
    spk_study_free(s->study);
    spk_recording_free(s->recording);
}

static spk_status make(spk_ctx *ctx, setting *s, spk_sweep *sweep, size_t n, double stop_ms,
                       const char *study) {
    spk_part part[MOST_SWEEPS];
    for (size_t i = 0; i < n; i++)
        part[i] = (spk_part){i, 0, stop_ms};
    spk_status st = spk_recording_make(ctx, sweep, n, NULL, NULL, &s->recording);
    if (!st)
        st = spk_study_parse(ctx, "s.yaml", study, strlen(study), &s->study);
    spk_problem_config c = {.study = s->study,
                            .recording = s->recording,
                            .search = &lif_kernel,
                            .score = &lif_kernel,
                            .dt_ms = 0.2,
                            .train = part,
                            .n_train = n};
    return st ? st : spk_problem_new(ctx, &c, &s->problem);
}

static const char counting[] =
    "model: lif\ndata: {recording: unused}\nfit: {I_th: [100 pA, 300 pA]}\n"
    "loss: {spike_count_error: 1}\n";

static spk_status make_counts(spk_ctx *ctx, setting *s, const int *count, size_t n, bool repeats) {
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    spk_sweep sweep[MOST_SWEEPS] = {{0}};
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < SAMPLES; k++)
            s->current[i][k] = 300 + (repeats ? 0 : 0.01 * (double)i);
        for (int k = 0; k < count[i]; k++)
            s->times[i][k] = 5 + 990.0 * k / count[i];
        sweep[i] = (spk_sweep){.name = names[i],
                               .number = (int)i,
                               .protocol = "",
                               .current_pA = {s->current[i], SAMPLES, 0, 10},
                               .spikes = {s->times[i], (size_t)count[i], 0, 1000}};
    }
    return make(ctx, s, sweep, n, 1000, counting);
}

/* Mean and variance of what the replicates' losses of the middle of the cube say about the counts.
 */
static void moments(spk_ctx *ctx, spk_problem *p, spk_resample over, size_t n, size_t units,
                    double (*of)(double loss), double *mean, double *variance) {
    *mean = *variance = NAN;
    spk_replicates *r = NULL;
    REQUIRE(p);
    double x = 0.5, loss, *each = calloc(n, sizeof *each);
    CHECK(spk_replicates_new(ctx, p, over, n, 1, &r) == SPK_OK);
    print_diags(ctx);
    REQUIRE(r && each);
    CHECK(spk_replicates_units(r) == units);
    CHECK(spk_problem_run(p, &(spk_evaluation){.x = &x,
                                               .n = 1,
                                               .threads = 1,
                                               .loss = &loss,
                                               .replicates = r,
                                               .replicate = each}) == SPK_OK);
    *mean = *variance = 0;
    for (size_t i = 0; i < n; i++)
        *mean += of(each[i]) / (double)n;
    for (size_t i = 0; i < n; i++)
        *variance += pow(of(each[i]) - *mean, 2) / (double)(n - 1);
    free(each);
    spk_replicates_free(r);
}

/* The model makes more spikes than any sweep (I_th 200 pA under 300 pA: 42 in a second, by the
 * formula 1 / (t_ref + tau ln(I / (I - I_th)))), so |model - data| is linear in the data, and what
 * silence costs is their mean: loss = 42 / mean - 1. */
static double mean_count(double loss) {
    return 41 / (loss + 1);
}

static const int counts[] = {4, 9, 6, 13, 8, 11, 3, 10};

TEST(trials_vary_as_a_mean_of_trials) {
    static setting s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    double mean, variance;
    CHECK(make_counts(ctx, &s, counts, 8, true) == SPK_OK);
    print_diags(ctx);
    moments(ctx, s.problem, SPK_RESAMPLE_AUTO, 4000, 8, mean_count, &mean, &variance);
    /* Mean 8, squared deviations 84: s^2 = 12, and its mean of 8 varies by 1.5. */
    printf("# mean %.3f variance %.3f\n", mean, variance);
    CHECK_NEAR(mean, 8, 0.1);
    CHECK_NEAR(variance, 1.5, 0.15);
    setting_free(&s);
    spk_ctx_free(ctx);
}

static double as_it_is(double loss) {
    return loss;
}

TEST(sweeps_vary_as_a_mean_of_sweeps) {
    static setting s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    double mean, variance, want = 0, squares = 0;
    CHECK(make_counts(ctx, &s, counts, 8, false) == SPK_OK);
    print_diags(ctx);
    moments(ctx, s.problem, SPK_RESAMPLE_AUTO, 4000, 8, as_it_is, &mean, &variance);
    /* Each sweep's loss is (41 - count) / count. */
    for (int i = 0; i < 8; i++)
        want += (41.0 / counts[i] - 1) / 8;
    for (int i = 0; i < 8; i++)
        squares += pow(41.0 / counts[i] - 1 - want, 2);
    printf("# mean %.3f (%.3f) variance %.3f (%.3f)\n", mean, want, variance, squares / 7 / 8);
    CHECK_NEAR(mean, want, 0.1);
    CHECK_NEAR(variance, squares / 7 / 8, 0.1 * squares / 7 / 8);
    setting_free(&s);
    spk_ctx_free(ctx);
}

/* ---- one sweep in blocks, and a parameter ---- */

static const char rating[] =
    "model: lif\ndata: {recording: unused}\nfit: {I_th: [100 pA, 290 pA]}\n"
    "loss: {rate_error: 1}\nseed: 4\n";

/* Ten and thirty spikes by turns in half seconds, in the middle of each: the blocks. */
static spk_status make_blocks(spk_ctx *ctx, setting *s, size_t blocks, const char *study) {
    size_t n = 0;
    for (size_t b = 0; b < blocks; b++)
        for (int k = 0, most = b % 2 ? 30 : 10; k < most; k++)
            s->times[0][n++] = 500 * (double)b + 100 + 300.0 * k / most;
    for (size_t k = 0; k < SAMPLES; k++)
        s->current[0][k] = 300;
    double stop = 500 * (double)blocks;
    spk_sweep sweep = {.name = "a",
                       .protocol = "",
                       .current_pA = {s->current[0], SAMPLES, 0, stop / SAMPLES},
                       .spikes = {s->times[0], n, 0, stop}};
    return make(ctx, s, &sweep, 1, stop, study);
}

/* A result as a fit without history leaves it. */
static void fake_result(spk_ctx *ctx, spk_result *r, spk_result_parameter *parameter, double I_th) {
    static char *const names[] = {"tau_m", "I_th", "reset", "t_ref", "I_e"};
    static const double value[] = {20, 0, 0, 2, 0};
    for (int i = 0; i < LIF_N_PARAMETERS; i++)
        parameter[i] =
            (spk_result_parameter){.name = names[i], .value = i == LIF_I_TH ? I_th : value[i]};
    *r = (spk_result){.ctx = ctx,
                      .parameter = parameter,
                      .n_parameters = LIF_N_PARAMETERS,
                      .evaluations = 20000,
                      .seed = 7};
}

TEST(a_parameter_varies_as_the_rate_that_it_sets) {
    static setting s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result_parameter parameter[LIF_N_PARAMETERS];
    spk_result r;
    CHECK(make_blocks(ctx, &s, 20, rating) == SPK_OK);
    print_diags(ctx);
    /* 40 Hz: I_th = I (1 - exp(-(1 / f - t_ref) / tau)). */
    double I = 300, f = 0.04, I_th = I * (1 - exp(-(1 / f - 2) / 20));
    fake_result(ctx, &r, parameter, I_th);
    spk_bootstrap_options o = {.replicates = 400, .threads = 1, .evaluations = 100000};
    CHECK(spk_validate_bootstrap(ctx, s.problem, &o, &r) == SPK_OK);
    print_diags(ctx);
    /* Counts of 10 and 30: s / sqrt(20) = 10 / sqrt(19) in half a second; by df / dI_th = f^2 tau /
     * (I - I_th). */
    double rate = 10 / sqrt(19) / 500, want = rate / (f * f * 20 / (I - I_th));
    double got = spk_result_bootstrap_error(&r.bootstrap, 0), low = 0, high = 0;
    spk_result_bootstrap_range(ctx, &r.bootstrap, 0, 0.95, &low, &high);
    printf("# error %.2f (%.2f), %.1f .. %.1f around %.1f\n", got, want, low, high, I_th);
    CHECK_NEAR(got, want, 0.12 * want);
    /* Of 19 drawn with an even chance of 30 spikes, 5 and 14 are the quantiles: 30.5 and 49.5 Hz.
     */
    CHECK_NEAR(low, I * (1 - exp(-(1 / 0.0495 - 2) / 20)), 6);
    CHECK_NEAR(high, I * (1 - exp(-(1 / 0.0305 - 2) / 20)), 6);
    CHECK(r.bootstrap.n == 400 && r.bootstrap.units == 20 && r.bootstrap.settled);
    CHECK_NEAR(r.bootstrap.block_ms, 500, 1e-9);
    CHECK_STR(r.bootstrap.over, "blocks");

    double *one = malloc(400 * sizeof *one);
    memcpy(one, r.bootstrap.value, 400 * sizeof *one);
    o.threads = 3;
    CHECK(spk_validate_bootstrap(ctx, s.problem, &o, &r) == SPK_OK);
    CHECK(r.bootstrap.n == 400 && memcmp(one, r.bootstrap.value, 400 * sizeof *one) == 0);
    free(one);
    spk_result_clear_bootstrap(&r);
    setting_free(&s);
    spk_ctx_free(ctx);
}

/* ---- blocks of a spike train that the model repeats ---- */

static const char timing[] =
    "model: lif\ndata: {recording: unused}\nfit: {I_th: [100 pA, 290 pA]}\n"
    "loss: {coincidence_factor: 1, van_rossum: 1, rate_error: 1}\n";

/* A model that fits every spike fits every replicate: blocks of data and model stay together. */
TEST(a_perfect_model_is_perfect_in_every_replicate) {
    static setting s, own;
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(make_blocks(ctx, &s, 6, timing) == SPK_OK);
    double values[LIF_N_PARAMETERS] = {20, 205, 0, 2, 0}, x, each[50], loss;
    spk_comparisons k = {0};
    CHECK(spk_problem_compare(s.problem, values, SPK_TRAIN, 0, &k) == SPK_OK);
    memcpy(own.times[0], k.item[0].model[0].t_ms, k.item[0].model[0].n * sizeof(double));
    spk_sweep sweep = *spk_recording_sweep(s.recording, 0);
    sweep.spikes = (spk_train){own.times[0], k.item[0].model[0].n, 0, 3000};
    CHECK(make(ctx, &own, &sweep, 1, 3000, timing) == SPK_OK);
    print_diags(ctx);
    spk_replicates *r = NULL;
    CHECK(spk_replicates_new(ctx, own.problem, SPK_RESAMPLE_BLOCKS, 50, 1, &r) == SPK_OK);
    spk_problem_encode(own.problem, values, &x);
    spk_evaluation e = {
        .x = &x, .n = 1, .threads = 1, .loss = &loss, .replicates = r, .replicate = each};
    CHECK(spk_problem_run(own.problem, &e) == SPK_OK);
    CHECK_NEAR(loss, 0, 1e-9);
    for (int i = 0; i < 50; i++)
        CHECK_NEAR(each[i], 0, 1e-6);
    /* Some of the replicates, by number, are what they are among all. */
    values[LIF_I_TH] = 190;
    spk_problem_encode(own.problem, values, &x);
    CHECK(spk_problem_run(own.problem, &e) == SPK_OK);
    const size_t of[] = {31, 4};
    double some[2];
    e.of = of;
    e.n_of = 2;
    e.replicate = some;
    CHECK(spk_problem_run(own.problem, &e) == SPK_OK);
    CHECK(some[0] == each[31] && some[1] == each[4] && some[0] != some[1]);
    spk_replicates_free(r);
    spk_comparisons_free(&k);
    setting_free(&own);
    setting_free(&s);
    spk_ctx_free(ctx);
}

TEST(too_little_to_draw_from_is_said) {
    static setting s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_replicates *r = NULL;
    CHECK(make_blocks(ctx, &s, 20, rating) == SPK_OK);
    CHECK(spk_replicates_new(ctx, s.problem, SPK_RESAMPLE_TRIALS, 50, 1, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "no stimulus was recorded twice: there are no trials to draw from");
    CHECK(spk_replicates_new(ctx, s.problem, SPK_RESAMPLE_SWEEPS, 50, 1, &r) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "the training data have one stimulus: there are no sweeps to draw from");
    CHECK(!r);
    setting_free(&s);
    spk_ctx_free(ctx);
}

/* ---- interruption and memory ---- */

static void cancel(void *user, uint64_t evaluations, uint64_t most) {
    (void)most;
    if (evaluations > 500)
        spk_ctx_cancel(user);
}

TEST(an_interruption_leaves_nothing_half) {
    static setting s;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result_parameter parameter[LIF_N_PARAMETERS];
    spk_result r;
    CHECK(make_blocks(ctx, &s, 8, rating) == SPK_OK);
    fake_result(ctx, &r, parameter, 205);
    spk_bootstrap_options o = {.replicates = 100, .threads = 1, .progress = cancel, .user = ctx};
    CHECK(spk_validate_bootstrap(ctx, s.problem, &o, &r) == SPK_ERR_CANCELLED);
    CHECK(r.bootstrap.n == 0 && !r.bootstrap.value);
    setting_free(&s);
    spk_ctx_free(ctx);
}

static bool of_trials;

static spk_status bootstrap_once(spk_ctx *ctx) {
    static setting s;
    spk_result_parameter parameter[LIF_N_PARAMETERS];
    spk_result r;
    s.recording = NULL;
    s.study = NULL;
    s.problem = NULL;
    spk_status st =
        of_trials ? make_counts(ctx, &s, counts, 8, true) : make_blocks(ctx, &s, 6, timing);
    fake_result(ctx, &r, parameter, 205);
    spk_bootstrap_options o = {.replicates = 4, .threads = 1, .evaluations = 20};
    if (!st)
        st = spk_validate_bootstrap(ctx, s.problem, &o, &r);
    spk_result_clear_bootstrap(&r);
    setting_free(&s);
    return st;
}

TEST(every_allocation_may_fail) {
    of_trials = true;
    check_every_allocation(bootstrap_once);
    of_trials = false;
    check_every_allocation(bootstrap_once);
}

int main(void) {
    RUN(trials_vary_as_a_mean_of_trials);
    RUN(sweeps_vary_as_a_mean_of_sweeps);
    RUN(a_parameter_varies_as_the_rate_that_it_sets);
    RUN(a_perfect_model_is_perfect_in_every_replicate);
    RUN(too_little_to_draw_from_is_said);
    RUN(an_interruption_leaves_nothing_half);
    RUN(every_allocation_may_fail);
    return test_end();
}
