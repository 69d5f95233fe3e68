/* What a lane does at the edges: removable singularities, NaN, division by zero in a branch not
 * taken, refractory periods, crossings between grid points; and statements, which are blends and
 * unrolled loops. */
#include "kernel_run.h"

static spk_ctx *ctx;

/* alpha_n is 0/0 at -55 mV, alpha_m at -40 mV. */
TEST(hodgkin_huxley_rates_are_smooth_at_their_singularities) {
    static const char *const integrators[] = {"crank_nicolson", "rk4", "euler",
                                              "exponential_euler"};
    static const double at[] = {-55, -40};
    for (int i = 0; i < 4; i++) {
        spk_model *m = test_open(ctx, "hh_psc_alpha", integrators[i], -1);
        REQUIRE(m);
        for (int p = 0; p < 2; p++) {
            const spk_kernel *k = spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32);
            double eps = p ? 1e-9 : 1e-4, tolerance = p ? 1e-8 : 1e-3;
            lanes l;
            lanes_init(&l, k, 6, 0.01);
            lanes_prepare(&l);
            for (size_t j = 0; j < 6; j++)
                lanes_set_state(&l, j, "V_m", at[j / 3] + ((double)(j % 3) - 1) * eps);
            lanes_run(&l, 1, NULL);
            for (size_t s = 0; s < k->n_states; s++)
                for (size_t j = 1; j < 6; j += 3) {
                    double x = lanes_state(&l, j, k->states[s].name);
                    CHECK(isfinite(x));
                    CHECK_NEAR(x, lanes_state(&l, j - 1, k->states[s].name), tolerance);
                    CHECK_NEAR(x, lanes_state(&l, j + 1, k->states[s].name), tolerance);
                }
            lanes_free(&l);
        }
        spk_model_free(m);
    }
}

static double some_drive(double t) {
    return 500 + 300 * sin(t);
}

TEST(a_nan_lane_shows_and_disturbs_no_other) {
    static const char *const models[] = {"aeif_psc_exp", "izhikevich"};
    for (int i = 0; i < 4; i++) {
        spk_model *m = test_open(ctx, models[i / 2], i % 2 ? "euler" : NULL, -1);
        REQUIRE(m);
        for (int p = 0; p < 2; p++) {
            const spk_kernel *k = spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32);
            lanes a, b;
            lanes_init(&a, k, 5, 0.1), lanes_init(&b, k, 5, 0.1);
            for (size_t j = 0; j < 5; j++)
                lanes_set(&a, j, "b", 0.2 + (double)j), lanes_set(&b, j, "b", 0.2 + (double)j);
            lanes_prepare(&a), lanes_prepare(&b);
            lanes_set_state(&b, 2, "V_m", NAN);
            lanes_run(&a, 500, some_drive), lanes_run(&b, 500, some_drive);
            bool visible = false;
            size_t fired = 0;
            for (size_t s = 0; s < k->n_kernel_states; s++) {
                visible = visible || isnan(lanes_state(&b, 2, k->states[s].name));
                for (size_t j = 0; j < 5; j++)
                    CHECK(j == 2 || lanes_state(&a, j, k->states[s].name) ==
                                        lanes_state(&b, j, k->states[s].name));
            }
            for (size_t s = 0; s < b.n_spikes; s++) {
                fired += b.spike_lane[s] == 2;
                CHECK(isfinite(b.spike_ms[s]));
            }
            CHECK(visible);
            CHECK(fired > 100); /* a threshold is true for NaN */
            lanes_free(&a), lanes_free(&b);
        }
        spk_model_free(m);
    }
}

static const char branch_text[] = "model branches:\n"
                                  "    state:\n"
                                  "        x real = 1\n"
                                  "        y real = 0\n"
                                  "    parameters:\n"
                                  "        tau ms = 2 ms\n"
                                  "        n integer = 3\n"
                                  "    internals:\n"
                                  "        P real = tau == 0 ms ? 0 : exp(-resolution() / tau)\n"
                                  "    update:\n"
                                  "        if tau == 0 ms:\n"
                                  "            x = 5\n"
                                  "        elif x > 0.5:\n"
                                  "            x = x * P\n"
                                  "        else:\n"
                                  "            x = x + 1 ms / tau\n"
                                  "        y = 0\n"
                                  "        for i in 0 ... 4 step 1:\n"
                                  "            if i < n:\n"
                                  "                y += square(i) + half(x)\n"
                                  "        k integer = 0\n"
                                  "        while k * k < 30:\n"
                                  "            k += 1\n"
                                  "        y = y + 100 * k\n"
                                  "    function square(a real) real:\n"
                                  "        return a * a\n"
                                  "    function half(a real) real:\n"
                                  "        if a > 4:\n"
                                  "            return 0\n"
                                  "        return a / 2\n";

TEST(branches_loops_and_functions_do_as_in_c) {
    spk_model *m = test_open_text(ctx, branch_text, NULL, -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    static const double taus[] = {2, 0, 0.5}, ns[] = {3, 1, 9};
    lanes l;
    lanes_init(&l, k, 3, 1);
    for (size_t i = 0; i < 3; i++)
        lanes_set(&l, i, "tau", taus[i]), lanes_set(&l, i, "n", ns[i]);
    lanes_prepare(&l);
    double x[3] = {1, 1, 1};
    for (int step = 0; step < 6; step++) {
        lanes_run(&l, 1, NULL);
        for (size_t i = 0; i < 3; i++) {
            if (taus[i] == 0)
                x[i] = 5;
            else if (x[i] > 0.5)
                x[i] = x[i] * exp(-1 / taus[i]);
            else
                x[i] = x[i] + 1 / taus[i];
            double y = 600;
            for (int j = 0; j < 4 && j < ns[i]; j++)
                y += j * j + (x[i] > 4 ? 0 : x[i] / 2);
            CHECK_NEAR(lanes_state(&l, i, "x"), x[i], 1e-12);
            CHECK_NEAR(lanes_state(&l, i, "y"), y, 1e-9);
        }
    }
    lanes_free(&l);
    spk_model_free(m);
}

/* V' = rate: crosses 1 mV after 1 / rate, then rests for t_ref. */
static const char ramp_text[] = "model ramp:\n"
                                "    state:\n"
                                "        V_m mV = 0 mV\n"
                                "        refr_t ms = 0 ms\n"
                                "    equations:\n"
                                "        V_m' = rate + 0 * V_m * V_m / (mV * ms)\n"
                                "        refr_t' = -1e3 * ms/s\n"
                                "    parameters:\n"
                                "        rate mV/ms = 0.37 mV/ms\n"
                                "        t_ref ms = 0 ms\n"
                                "    output:\n"
                                "        spike\n"
                                "    update:\n"
                                "        if refr_t > 0 ms:\n"
                                "            integrate_odes(refr_t)\n"
                                "        else:\n"
                                "            integrate_odes(V_m)\n"
                                "    onCondition(V_m >= 1 mV):\n"
                                "        V_m = 0 mV\n"
                                "        refr_t = t_ref\n"
                                "        emit_spike()\n";

TEST(crossings_and_refractory_periods_end_between_grid_points) {
    static const double t_refs[] = {0, 2, 0.73, 0.05};
    static const char *const integrators[] = {"heun:carry", "rk4:carry", "euler:carry"};
    for (int i = 0; i < 3; i++) {
        spk_model *m = test_open_text(ctx, ramp_text, integrators[i], -1);
        REQUIRE(m);
        for (int p = 0; p < 2; p++) {
            lanes l;
            lanes_init(&l, spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32), 4, 0.1);
            for (size_t j = 0; j < 4; j++)
                lanes_set(&l, j, "t_ref", t_refs[j]);
            lanes_prepare(&l);
            lanes_run(&l, 2000, NULL);
            size_t n[4] = {0};
            for (size_t s = 0; s < l.n_spikes; s++) {
                size_t j = l.spike_lane[s];
                double want = (double)(n[j] + 1) / 0.37 + (double)n[j] * t_refs[j];
                CHECK_NEAR(l.spike_ms[s], want, p ? 1e-9 : 2e-3);
                n[j]++;
            }
            for (size_t j = 0; j < 4; j++)
                CHECK(n[j] == (size_t)((200 + t_refs[j]) / (1 / 0.37 + t_refs[j])));
            lanes_free(&l);
        }
        spk_model_free(m);
    }
}

/* On the grid a refractory period of n steps takes n steps, in every precision. */
TEST(refractory_periods_count_whole_steps_on_the_grid) {
    static const char *const integrators[] = {"exact", "euler", "heun:grid"};
    for (int i = 0; i < 3; i++) {
        spk_model *m = test_open(ctx, "iaf_psc_exp", integrators[i], -1);
        REQUIRE(m);
        for (int p = 0; p < 2; p++) {
            static const double dts[] = {0.1, 0.02, 0.025};
            for (int d = 0; d < 3; d++) {
                lanes l;
                lanes_init(&l, spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32), 1, dts[d]);
                lanes_set(&l, 0, "t_ref", 2);
                lanes_set(&l, 0, "I_e", 1e6); /* fires in the first step that is free */
                lanes_prepare(&l);
                lanes_run(&l, 1000, NULL);
                CHECK(l.n_spikes > 5);
                for (size_t s = 1; s < l.n_spikes; s++)
                    CHECK_NEAR(l.spike_ms[s] - l.spike_ms[s - 1], 2 + dts[d], 1e-9);
                lanes_free(&l);
            }
        }
        spk_model_free(m);
    }
}

/* Weights of a delta kernel lift V by their size, but not while it is held. */
static const char delta_text[] = "model deltas:\n"
                                 "    state:\n"
                                 "        V_m mV = 0 mV\n"
                                 "        refr_t ms = 0 ms\n"
                                 "    equations:\n"
                                 "        kernel K = delta(t)\n"
                                 "        V_m' = -V_m / tau + 3 * convolve(K, spikes) * mV / ms\n"
                                 "        refr_t' = -1e3 * ms/s\n"
                                 "    parameters:\n"
                                 "        tau ms = 10 ms\n"
                                 "    input:\n"
                                 "        spikes <- spike\n"
                                 "    output:\n"
                                 "        spike\n"
                                 "    update:\n"
                                 "        if refr_t > 0 ms:\n"
                                 "            integrate_odes(refr_t)\n"
                                 "        else:\n"
                                 "            integrate_odes(V_m)\n"
                                 "    onCondition(V_m >= 5 mV):\n"
                                 "        V_m = 0 mV\n"
                                 "        refr_t = 1 ms\n"
                                 "        emit_spike()\n";

TEST(deltas_jump_and_are_lost_while_held) {
    spk_model *m = test_open_text(ctx, delta_text, NULL, -1);
    REQUIRE(m);
    lanes l;
    lanes_init(&l, spk_model_kernel(m, SPK_FLOAT64), 1, 0.1);
    lanes_prepare(&l);
    double w = 1;
    lanes_step(&l, 0, 0, &w);
    CHECK_NEAR(lanes_state(&l, 0, "V_m"), 3, 1e-14);
    CHECK(l.n_spikes == 0);
    lanes_step(&l, 0, 0, &w);
    CHECK(l.n_spikes == 1);
    CHECK_NEAR(lanes_state(&l, 0, "V_m"), 0, 0);
    for (int i = 0; i < 10; i++) {
        lanes_step(&l, 0, 0, &w);
        CHECK_NEAR(lanes_state(&l, 0, "V_m"), 0, 0);
    }
    lanes_step(&l, 0, 0, &w);
    CHECK_NEAR(lanes_state(&l, 0, "V_m"), 3, 1e-14);
    lanes_free(&l);
    spk_model_free(m);
}

/* A spike that arrives at the end of a step and lifts V over the threshold there is stamped there;
 * one that V crosses by itself, at the crossing. */
TEST(arrivals_fire_at_the_end_of_the_step) {
    spk_model *m = test_open(ctx, "izhikevich", NULL, -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    CHECK(k->carry);
    lanes l;
    lanes_init(&l, k, 1, 0.1);
    lanes_prepare(&l);
    double none = 0, big = 200;
    for (int i = 0; i < 7; i++)
        lanes_step(&l, 0, 0, &none);
    lanes_step(&l, 0, 0, &big);
    CHECK(l.n_spikes == 1);
    CHECK_NEAR(l.spike_ms[0], 0.8, 1e-12);
    CHECK_NEAR(lanes_state(&l, 0, "V_m"), -65, 0);
    lanes_free(&l);
    spk_model_free(m);
}

TEST(guards_and_defaults) {
    spk_model *m = test_open(ctx, "aeif_psc_exp", NULL, -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    double p[32];
    unsigned char set[32] = {0};
    k->defaults(p, set, 0.1);
    int C = find_quantity(k->parameters, k->n_parameters, "C_m");
    int reset = find_quantity(k->parameters, k->n_parameters, "V_reset");
    CHECK_NEAR(p[C], 281, 0);
    CHECK(k->guard(p, 0.1) == -1);
    p[C] = 0;
    CHECK(k->guard(p, 0.1) == C);
    p[C] = NAN;
    CHECK(k->guard(p, 0.1) == C);
    p[C] = 100;
    p[reset] = 10;
    CHECK(k->guard(p, 0.1) == reset);
    CHECK_NEAR(k->parameters[C].low, 0, 0);
    CHECK(isinf(k->parameters[C].high) && isinf(k->parameters[reset].low));
    spk_model_free(m);
    m = test_open_text(ctx,
                       "model chain:\n    state:\n        x real = c + a\n    parameters:\n"
                       "        c real = 3\n        b real = c + 1\n        a real = b * 2\n"
                       "    internals:\n        n integer = steps(5 ms) [[n > a]]\n",
                       NULL, -1);
    REQUIRE(m);
    k = spk_model_kernel(m, SPK_FLOAT64);
    set[1] = 1;
    p[1] = 10;
    k->defaults(p, set, 0.1);
    CHECK(p[0] == 3 && p[1] == 10 && p[2] == 20);
    CHECK(k->guard(p, 0.1) == -1);
    CHECK(k->guard(p, 1) == 2); /* 5 steps: the internal's guard names the parameter in it */
    double state[8], constant[8];
    k->prepare(p, 0.1, constant, state);
    CHECK_NEAR(state[0], 23, 0);
    spk_model_free(m);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(hodgkin_huxley_rates_are_smooth_at_their_singularities);
    RUN(a_nan_lane_shows_and_disturbs_no_other);
    RUN(branches_loops_and_functions_do_as_in_c);
    RUN(crossings_and_refractory_periods_end_between_grid_points);
    RUN(refractory_periods_count_whole_steps_on_the_grid);
    RUN(deltas_jump_and_are_lost_while_held);
    RUN(arrivals_fire_at_the_end_of_the_step);
    RUN(guards_and_defaults);
    spk_ctx_free(ctx);
    return test_end();
}
