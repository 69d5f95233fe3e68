/* The mix and its grading: every candidate is ranked, none is equal to another by being hopeless. */
#include "test.h"
#include <spikefit/loss.h>

static double data_ms[] = {100, 200, 300, 400};

typedef struct {
    spk_ctx *ctx;
    spk_loss loss;
    spk_loss_target *target;
    spk_scratch *scratch;
} fixture;

static void begin(fixture *f) {
    *f = (fixture){.ctx = spk_ctx_new(NULL)};
    spk_train t = {data_ms, 4, 0, 500};
    CHECK(spk_loss_default(f->ctx, &f->loss) == SPK_OK);
    CHECK(spk_loss_target_new(f->ctx, &f->loss, &t, NULL, 1, (spk_trace){0}, &f->target) == SPK_OK);
    CHECK(spk_scratch_new(f->ctx, &f->scratch) == SPK_OK);
}

static void end(fixture *f) {
    spk_scratch_free(f->scratch);
    spk_loss_target_free(f->target);
    spk_ctx_free(f->ctx);
}

static double cost(fixture *f, const double *t, size_t n, size_t counted, double peak, bool finite,
                   spk_fate *fate) {
    spk_train train = {t, n, 0, 500};
    spk_loss_candidate c = {.trial = &train, .n_trials = 1, .n_spikes = counted, .peak_mV = peak,
                            .finite = finite};
    double value = NAN;
    CHECK(spk_loss_eval(f->target, &c, f->scratch, NULL, &value, fate) == SPK_OK);
    CHECK(isfinite(value));
    return value;
}

TEST(a_perfect_candidate_costs_nothing) {
    fixture f;
    spk_fate fate;
    begin(&f);
    CHECK_NEAR(cost(&f, data_ms, 4, 4, 0, true, &fate), 0, 1e-12);
    CHECK(fate == SPK_FATE_OK);
    end(&f);
}

TEST(costs_rank_what_they_should) {
    fixture f;
    spk_fate fate;
    begin(&f);
    double near[] = {101, 201, 301, 401}, few[] = {101, 201, 301};
    double good = cost(&f, near, 4, 4, 0, true, &fate), fewer = cost(&f, few, 3, 3, 0, true, &fate);
    double almost = cost(&f, NULL, 0, 0, -52, true, &fate);
    CHECK(fate == SPK_FATE_SILENT);
    double quiet = cost(&f, NULL, 0, 0, -65, true, &fate), dead = cost(&f, NULL, 0, 0, -INFINITY, true, &fate);
    double wild = cost(&f, data_ms, 4, 5000, 0, true, &fate);
    CHECK(fate == SPK_FATE_EXPLODING);
    double wilder = cost(&f, data_ms, 4, 50000, 0, true, &fate);
    double broken = cost(&f, data_ms, 4, 10, 0, false, &fate);
    CHECK(fate == SPK_FATE_NONFINITE);
    CHECK(good < fewer && fewer < almost && almost < quiet && quiet < dead && dead < wild &&
          wild < wilder && wilder < broken);
    end(&f);
}

/* An unbounded term is in parts of what silence costs: the same for few spikes and for many. */
TEST(weights_mean_the_same_for_few_spikes_and_many) {
    double many[400];
    for (int i = 0; i < 400; i++)
        many[i] = 1.25 * i + 0.5;
    spk_train trains[] = {{data_ms, 4, 0, 500}, {many, 400, 0, 500}};
    for (int i = 0; i < 2; i++) {
        fixture f = {.ctx = spk_ctx_new(NULL)};
        CHECK(spk_loss_add(f.ctx, &f.loss, "van_rossum", 1, NULL) == SPK_OK);
        CHECK(spk_loss_target_new(f.ctx, &f.loss, &trains[i], NULL, 1, (spk_trace){0}, &f.target) == SPK_OK);
        CHECK(spk_scratch_new(f.ctx, &f.scratch) == SPK_OK);
        spk_fate fate;
        CHECK_NEAR(cost(&f, NULL, 0, 0, 0, true, &fate), 1, 1e-12);
        end(&f);
    }
}

TEST(voltage_is_compared_outside_spikes) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_loss loss = {0};
    double v[5000], m[1000], spike = 250;
    for (int i = 0; i < 5000; i++)
        v[i] = i >= 2500 && i < 2520 ? 30 : -60 + (i % 200 < 100 ? 1 : -1);
    for (int i = 0; i < 1000; i++)
        m[i] = -60 + (5 * i % 200 < 100 ? 1 : -1); /* the same every 0.5 ms, but for the spike */
    spk_train data = {&spike, 1, 0, 500};
    spk_trace voltage = {v, 5000, 0, 0.1};
    spk_loss_target *t = NULL;
    spk_scratch *scratch = NULL;
    CHECK(spk_loss_add(ctx, &loss, "voltage", 2, NULL) == SPK_OK && spk_loss_needs_voltage(&loss));
    loss.term[0].options.v[2] = 0; /* align: nothing */
    CHECK(spk_loss_target_new(ctx, &loss, &data, &voltage, 1, (spk_trace){0}, &t) == SPK_OK);
    CHECK(spk_scratch_new(ctx, &scratch) == SPK_OK);
    REQUIRE(t && scratch);
    spk_loss_candidate c = {.trial = &data, .n_trials = 1, .n_spikes = 1, .finite = true,
                            .voltage_mV = {m, 1000, 0, 0.5}};
    double value;
    spk_fate fate;
    CHECK(spk_loss_eval(t, &c, scratch, NULL, &value, &fate) == SPK_OK);
    CHECK_NEAR(value, 0, 1e-12);
    for (int i = 0; i < 1000; i++)
        m[i] = -60; /* a constant at the mean costs the weight */
    CHECK(spk_loss_eval(t, &c, scratch, NULL, &value, &fate) == SPK_OK);
    CHECK_NEAR(value, 2, 0.01);
    spk_scratch_free(scratch);
    spk_loss_target_free(t);
    spk_ctx_free(ctx);
}

TEST(unknown_terms_get_the_nearest_name) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_loss loss = {0};
    CHECK(spk_loss_add(ctx, &loss, "van_rosum", 1, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no loss or measure 'van_rosum'");
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'van_rossum'?");
    spk_ctx_free(ctx);
}

static spk_status target_work(spk_ctx *ctx) {
    spk_loss loss;
    spk_loss_target *t = NULL;
    spk_train data = {data_ms, 4, 0, 500};
    spk_status st = spk_loss_default(ctx, &loss);
    if (!st)
        st = spk_loss_add(ctx, &loss, "spikenetopt", 1, NULL);
    if (!st)
        st = spk_loss_target_new(ctx, &loss, &data, NULL, 1, (spk_trace){0}, &t);
    spk_loss_target_free(t);
    return st;
}

TEST(failing_allocations) {
    check_every_allocation(target_work);
}

int main(void) {
    RUN(a_perfect_candidate_costs_nothing);
    RUN(costs_rank_what_they_should);
    RUN(weights_mean_the_same_for_few_spikes_and_many);
    RUN(voltage_is_compared_outside_spikes);
    RUN(unknown_terms_get_the_nearest_name);
    RUN(failing_allocations);
    return test_end();
}
