/* What figures show, against numbers worked out by hand. */
#include "test.h"

#include "report/series.h"

static const double first[] = {5, 15, 25, 105}, second[] = {6, 35}, model[] = {7, 107};

/* Two repeats of one stimulus, one sweep of another; held out from 60 ms on. */
static void make(spk_report_sweep sweep[3], spk_report_data *d) {
    static const spk_report_window window[] = {{0, 60, false}, {60, 120, true}};
    memset(sweep, 0, 3 * sizeof *sweep);
    for (int i = 0; i < 3; i++) {
        sweep[i].name = i == 0 ? "one" : i == 1 ? "two" : "three";
        sweep[i].stimulus = i == 2;
        sweep[i].recorded = (spk_train){i == 1 ? second : first, i == 1 ? 2 : 4, 0, 120};
        sweep[i].model = (spk_train){model, 2, 0, 120};
    }
    sweep[1].window = window;
    sweep[1].n_windows = 2;
    *d = (spk_report_data){.sweep = sweep, .n_sweeps = 3};
}

TEST(figures_begin_with_the_first_sweep_that_has_held_out_data) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    CHECK(spk__first_sweep(&d, false) == 1);
    sweep[1].n_windows = 1;
    CHECK(spk__first_sweep(&d, false) == 0);
    CHECK(spk__first_sweep(&d, true) == 1);
}

TEST(a_raster_has_the_repeats_and_each_train_of_the_model_once) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__row *row = NULL;
    size_t n = 0;
    CHECK(spk__raster_rows(ctx, &d, 0, &row, &n) == SPK_OK);
    REQUIRE(n == 3);
    CHECK(!row[0].model && !row[1].model && row[2].model);
    CHECK_STR(row[1].label, "two");
    CHECK_STR(row[2].label, "model");
    spk__free(ctx, row);
    spk_ctx_free(ctx);
}

/* 120 ms in bins of 10: the first holds the spikes at 5 and 6 of two repeats, 2 / 2 / 10 ms = 100 Hz. */
TEST(rates_are_means_over_the_repeats) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__rates r = {0};
    CHECK(spk__rates_find(ctx, &d, 0, 10, &r) == SPK_OK);
    REQUIRE(r.n == 12);
    const double recorded[12] = {100, 50, 50, 50, 0, 0, 0, 0, 0, 0, 50, 0};
    for (int i = 0; i < 12; i++)
        CHECK_NEAR(r.recorded_Hz[i], recorded[i], 1e-9);
    CHECK_NEAR(r.model_Hz[0], 100, 1e-9);
    CHECK_NEAR(r.edge[12], 120, 1e-9);
    spk__rates_free(ctx, &r);
    CHECK(spk__rates_find(ctx, &d, 0, 1e-9, &r) == SPK_ERR_USAGE);
    spk_ctx_free(ctx);
}

TEST(bins_of_rates_are_round_and_about_a_hundred) {
    CHECK(spk__rate_bin(500) == 20 && spk__rate_bin(8000) == 100 && spk__rate_bin(60000) == 500);
}

/* Recorded: 10, 10, 80 twice and 29; of the model 100 three times. */
TEST(intervals_are_pooled_over_sweeps) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__intervals s;
    CHECK(spk__intervals_find(ctx, &d, &s) == SPK_OK);
    CHECK(s.n_recorded == 7 && s.n_model == 3);
    spk__interval_bins *bins[] = {&s.linear, &s.log};
    for (int b = 0; b < 2; b++) {
        double recorded = 0, of_model = 0, tens = 0;
        for (int i = 0; i < SPK__INTERVAL_BINS; i++) {
            recorded += bins[b]->recorded[i];
            of_model += bins[b]->model[i];
            if (bins[b]->edge[i] <= 10 && bins[b]->edge[i + 1] > 10)
                tens = bins[b]->recorded[i];
        }
        CHECK_NEAR(recorded, 1, 1e-12);
        CHECK_NEAR(of_model, 1, 1e-12);
        CHECK_NEAR(tens, 4.0 / 7, 1e-12);
    }
    spk_ctx_free(ctx);
}

/* 100 ms hold three spikes at most, the first three. */
TEST(the_stretch_holds_the_most_spikes) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    double start, stop;
    spk__busy_stretch(&sweep[0], false, 50, &start, &stop);
    CHECK(start <= 5 && stop > 25 && stop - start == 50);
    /* Only held-out time where there is some: from 60 to 120. */
    sweep[1].recorded = sweep[0].recorded;
    spk__busy_stretch(&sweep[1], false, 50, &start, &stop);
    CHECK(start >= 60 && stop <= 120 && start <= 105 && stop > 105);
    spk__busy_stretch(&sweep[1], true, 50, &start, &stop);
    CHECK(start <= 5 && stop > 25 && stop <= 60);
}

TEST(failures_are_shares_of_their_stretch) {
    static const double failed[3][2] = {{4, 1}, {2, 0}, {0, 0}};
    spk_report_generation g[3];
    for (int i = 0; i < 3; i++)
        g[i] = (spk_report_generation){.evaluations = 10 * (i + 1), .failed = failed[i], .candidates = 10};
    spk_report_data d = {.generation = g, .n_generations = 3, .n_failures = 2};
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__failures s = {0};
    CHECK(spk__failures_find(ctx, &d, &s) == SPK_OK);
    REQUIRE(s.n == 3);
    CHECK_NEAR(s.percent[0], 40, 1e-12);
    CHECK_NEAR(s.percent[1], 20, 1e-12);
    CHECK_NEAR(s.percent[3], 10, 1e-12);
    CHECK(s.evaluations[2] == 30);
    spk__failures_free(ctx, &s);
    spk_ctx_free(ctx);
}

static spk_status all(spk_ctx *ctx) {
    spk_report_sweep sweep[3];
    spk_report_data d;
    make(sweep, &d);
    spk__rates r = {0};
    spk__intervals s;
    spk_status st = spk__rates_find(ctx, &d, 0, 10, &r);
    if (!st)
        st = spk__intervals_find(ctx, &d, &s);
    spk__rates_free(ctx, &r);
    return st;
}

TEST(memory_may_be_short) { check_every_allocation(all); }

int main(void) {
    RUN(figures_begin_with_the_first_sweep_that_has_held_out_data);
    RUN(a_raster_has_the_repeats_and_each_train_of_the_model_once);
    RUN(rates_are_means_over_the_repeats);
    RUN(bins_of_rates_are_round_and_about_a_hundred);
    RUN(intervals_are_pooled_over_sweeps);
    RUN(the_stretch_holds_the_most_spikes);
    RUN(failures_are_shares_of_their_stretch);
    RUN(memory_may_be_short);
    return test_end();
}
