/* Stimuli sampled, lanes run, spikes collected: with a kernel written by hand. */
#include "problem/lif_kernel.h"
#include "sim/block.h"
#include "test.h"
#include <spikefit/sim.h>

TEST(currents_are_held_averaged_or_interpolated) {
    double I[] = {1, 3, 5, 7}, out[9];
    spk_trace t = {I, 4, 0, 1.0};
    spk_current_sample(t, SPK_HELD, 0.5, 8, out); /* finer steps: each sample twice, then nothing */
    double held[] = {1, 1, 3, 3, 5, 5, 7, 7, 0};
    for (int i = 0; i < 9; i++)
        CHECK_NEAR(out[i], held[i], 0);
    spk_current_sample(t, SPK_LINEAR, 0.5, 8, out);
    double linear[] = {1, 2, 3, 4, 5, 6, 7, 7, 0};
    for (int i = 0; i < 9; i++)
        CHECK_NEAR(out[i], linear[i], 1e-12);
    spk_current_sample(t, SPK_HELD, 2.0, 2, out); /* coarser steps: means */
    CHECK_NEAR(out[0], 2, 1e-12);
    CHECK_NEAR(out[1], 6, 1e-12);
    CHECK_NEAR(out[2], 0, 1e-12);
    spk_current_sample(t, SPK_LINEAR, 2.0, 2, out); /* means around the points */
    CHECK_NEAR(out[0], 1, 1e-12);
    CHECK_NEAR(out[1], 4, 1e-12);
}

/* Charge is kept: the sum of a resampled current times its step is that of the recording. */
TEST(averaging_keeps_the_charge) {
    double I[1000], out[401], sum = 0, got = 0;
    spk__rng g;
    spk__rng_init(&g, 3, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < 1000; i++)
        sum += (I[i] = spk__rng_uniform(&g)) * 0.02;
    spk_current_sample((spk_trace){I, 1000, 0, 0.02}, SPK_HELD, 0.05, 400, out);
    for (int i = 0; i < 400; i++)
        got += out[i] * 0.05;
    CHECK_NEAR(got, sum, 1e-9);
}

static const double params[] = {10, 100, 0.25, 2, 0};

/* V rises as (I/I_th)(1 - exp(-t/tau)): the first crossing and the period have closed forms. */
TEST(spike_times_are_those_of_the_closed_form) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double I[2000];
    for (int i = 0; i < 2000; i++)
        I[i] = 150;
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    o.record_every = 10;
    spk_sim s = {0};
    CHECK(spk_simulate(ctx, &lif_kernel, params, (spk_trace){I, 2000, 0, 0.1}, &o, &s) == SPK_OK);
    double first = 10 * log(1.5 / 0.5), next = 10 * log((1.5 - 0.25) / 0.5) + 2;
    CHECK(s.n_spikes == (size_t)(1 + (200 - first) / next) && s.finite);
    CHECK_NEAR(s.spike_ms[0], first, 0.1);
    CHECK_NEAR(s.spike_ms[1] - s.spike_ms[0], next, 0.2);
    CHECK(s.n_samples == 201);
    CHECK_NEAR(s.value[0], 0, 0);
    CHECK_NEAR(s.value[5], 1.5 * (1 - exp(-0.5)), 1e-12);
    spk_sim_free(&s);
    CHECK(spk_simulate(ctx, &lif_kernel, params, (spk_trace){I, 0, 0, 0.1}, &o, &s) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

/* A lane's spikes do not depend on its neighbours, on how many there are, or on where runs are cut. */
TEST(lanes_are_independent) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double I[3000], p[11 * LIF_N_PARAMETERS];
    uint32_t ids[11] = {0};
    spk__rng g;
    spk__rng_init(&g, 4, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < 3000; i++)
        I[i] = 400 * spk__rng_uniform(&g);
    for (int l = 0; l < 11; l++) {
        memcpy(p + l * LIF_N_PARAMETERS, params, sizeof params);
        p[l * LIF_N_PARAMETERS + LIF_TAU] = 3 + l;
    }
    spk__drive d = {0};
    spk__block *b = NULL;
    CHECK(spk__drive_new(ctx, &lif_kernel, (spk_trace){I, 3000, 0, 0.1}, 0.1, 0, &d) == SPK_OK);
    CHECK(spk__block_new(ctx, &lif_kernel, 11, 1000, &b) == SPK_OK);
    REQUIRE(b);
    spk__block_load(b, p, 11, 0.1, 1, ids);
    spk__block_run(b, &d, 0, 777, NULL);
    spk__block_run(b, &d, 777, 3000, NULL);
    for (size_t l = 0; l < 11; l++) {
        spk_sim s = {0};
        spk_sim_options o = SPK_SIM_OPTIONS_INIT;
        spk_train t = spk__block_train(b, l, 300);
        CHECK(spk_simulate(ctx, &lif_kernel, p + l * LIF_N_PARAMETERS, (spk_trace){I, 3000, 0, 0.1}, &o,
                           &s) == SPK_OK);
        CHECK(t.n > 3 && t.n == s.n_spikes &&
              memcmp(t.t_ms, s.spike_ms, t.n * sizeof *t.t_ms) == 0);
        spk_sim_free(&s);
    }
    spk__block_free(b);
    spk__drive_free(ctx, &d);
    spk_ctx_free(ctx);
}

static spk_status simulate_work(spk_ctx *ctx) {
    double I[100] = {500, 500, 500};
    spk_sim s = {0};
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    o.record_every = 1;
    spk_status st = spk_simulate(ctx, &lif_kernel, params, (spk_trace){I, 100, 0, 0.1}, &o, &s);
    spk_sim_free(&s);
    return st;
}

TEST(failing_allocations) {
    check_every_allocation(simulate_work);
}

int main(void) {
    RUN(currents_are_held_averaged_or_interpolated);
    RUN(averaging_keeps_the_charge);
    RUN(spike_times_are_those_of_the_closed_form);
    RUN(lanes_are_independent);
    RUN(failing_allocations);
    return test_end();
}
