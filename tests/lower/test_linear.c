/* Linear models against closed forms, to 1e-12 of the range of the values. */
#include "kernel_run.h"

static spk_ctx *ctx;

/* iaf_psc_exp without spikes: V(t) under a constant current, with a current jump of 100 pA at 1 ms.
 * tau_m may equal tau_syn. */
static double lif_V(double t, double tau, double tau_s, double C, double E, double I, double jump) {
    double V = E + I * tau / C * -expm1(-t / tau), s = t - 1;
    if (s <= 0)
        return V;
    double d = 1 / tau - 1 / tau_s;
    return V + jump / C * exp(-s / tau) * (d == 0 ? s : expm1(d * s) / d);
}

TEST(exact_psc_exp_equals_closed_form) {
    spk_model *m = test_open(ctx, "iaf_psc_exp", NULL, -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    CHECK_STR(k->integrator, "exact");
    static const double tau_s[] = {2, 10, 10 * (1 + 1e-9), 0.3};
    for (int i = 0; i < 4; i++) {
        lanes l;
        lanes_init(&l, k, 1, 0.1);
        lanes_set(&l, 0, "tau_syn_ex", tau_s[i]);
        lanes_set(&l, 0, "V_th", 1e6);
        lanes_prepare(&l);
        double weight[2] = {0, 0}, *p = l.parameter;
        double C = p[find_quantity(k->parameters, k->n_parameters, "C_m")];
        double tau = p[find_quantity(k->parameters, k->n_parameters, "tau_m")];
        double E = p[find_quantity(k->parameters, k->n_parameters, "E_L")];
        int exc = find_quantity(k->spike_ports, k->n_spike_ports, "exc_spikes");
        for (int n = 1; n <= 500; n++) {
            weight[exc] = n == 10 ? 100 : 0;
            lanes_step(&l, 300, 300, weight);
            CHECK_NEAR(lanes_state(&l, 0, "V_m"), lif_V(n * 0.1, tau, tau_s[i], C, E, 300, 100),
                       1e-12 * 70);
        }
        lanes_free(&l);
    }
    spk_model_free(m);
}

/* x' = -x / tau + u(t) with u linear in each step: the exact response to a ramp. */
TEST(exact_takes_a_linear_drive) {
    spk_model *m = test_open(ctx, "iaf_psc_exp", "exact:linear", -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    lanes l;
    lanes_init(&l, k, 1, 0.5);
    lanes_set(&l, 0, "V_th", 1e6);
    lanes_prepare(&l);
    double *p = l.parameter;
    double C = p[find_quantity(k->parameters, k->n_parameters, "C_m")];
    double tau = p[find_quantity(k->parameters, k->n_parameters, "tau_m")];
    double E = p[find_quantity(k->parameters, k->n_parameters, "E_L")];
    for (int n = 0; n < 200; n++) {
        lanes_step(&l, 7 * n * 0.5, 7 * (n + 1) * 0.5, NULL);
        double t = (n + 1) * 0.5;
        double want = E + 7 * tau / C * (t - tau * -expm1(-t / tau));
        CHECK_NEAR(lanes_state(&l, 0, "V_m"), want, 1e-12 * 100);
    }
    lanes_free(&l);
    spk_model_free(m);
}

/* Kernels: a sum of t^k exp(-t / tau), a system of ODEs, and a delta, each after one spike of
 * weight w at the end of step 1. */
static const char kernels_text[] =
    "model kernels:\n"
    "    state:\n"
    "        V_m mV = 0 mV\n"
    "        g real = 0\n"
    "        g$ real = 1 / tau_1\n"
    "    equations:\n"
    "        kernel mixed = (t / tau_1)**2 * exp(-t / tau_1) + 3 * exp(-t / tau_2)\n"
    "        kernel alpha = (e / tau_1) * t * exp(-t / tau_1)\n"
    "        kernel g' = g$ - g / tau_2,\n"
    "               g$' = -g$ / tau_1\n"
    "        kernel hit = delta(t)\n"
    "        recordable inline a real = convolve(mixed, spikes)\n"
    "        recordable inline b real = convolve(alpha, spikes)\n"
    "        recordable inline c real = convolve(g, spikes)\n"
    "        V_m' = -V_m / tau_m + 2 * convolve(hit, spikes) * mV / ms\n"
    "    parameters:\n"
    "        tau_1 ms = 2 ms\n"
    "        tau_2 ms = 5 ms\n"
    "        tau_m ms = 10 ms\n"
    "    input:\n"
    "        spikes <- spike\n"
    "    output:\n"
    "        spike\n"
    "    update:\n"
    "        integrate_odes()\n";

TEST(kernels_equal_closed_forms) {
    spk_model *m = test_open_text(ctx, kernels_text, NULL, -1);
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    static const double tau_2s[] = {5, 2};
    for (int i = 0; i < 2; i++) {
        double t1 = 2, t2 = tau_2s[i], w = 1.5;
        lanes l;
        lanes_init(&l, k, 1, 0.1);
        lanes_set(&l, 0, "tau_2", t2);
        lanes_prepare(&l);
        lanes_step(&l, 0, 0, &w);
        for (int n = 1; n <= 300; n++) {
            double none = 0, t = n * 0.1, out[8], state[16];
            lanes_step(&l, 0, 0, &none);
            for (size_t j = 0; j < k->n_kernel_states; j++)
                state[j] = get_real(k, l.packed_state, j * (size_t)k->width);
            k->record(l.parameter, l.constant, state, NULL, 0.1, t, out);
            double g = t2 == t1 ? t / t1 * exp(-t / t1)
                                : (exp(-t / t1) - exp(-t / t2)) / t1 / (1 / t2 - 1 / t1);
            const char *const names[] = {"V_m", "a", "b", "c"};
            const double want[] = {2 * w * exp(-t / 10),
                                   w * (t * t / t1 / t1 * exp(-t / t1) + 3 * exp(-t / t2)),
                                   w * exp(1) / t1 * t * exp(-t / t1), w * g};
            for (int q = 0; q < 4; q++)
                CHECK_NEAR(out[find_quantity(k->recordables, k->n_recordables, names[q])], want[q],
                           3e-12);
        }
        lanes_free(&l);
    }
    spk_model_free(m);
}

/* Without arriving spikes, run() leaves out what only they move; what is left gives what step()
 * gives. */
TEST(run_and_step_agree) {
    spk_model *m = test_open(ctx, "iaf_psc_exp", NULL, -1);
    REQUIRE(m);
    for (int p = 0; p < 2; p++) {
        const spk_kernel *k = spk_model_kernel(m, p ? SPK_FLOAT64 : SPK_FLOAT32);
        lanes a, b;
        lanes_init(&a, k, 1, 0.1);
        lanes_init(&b, k, 1, 0.1);
        lanes_set(&a, 0, "I_e", 500), lanes_set(&b, 0, "I_e", 500);
        lanes_prepare(&a), lanes_prepare(&b);
        lanes_run(&a, 2000, NULL);
        for (int n = 0; n < 2000; n++)
            lanes_step(&b, 0, 0, NULL);
        CHECK(a.n_spikes == b.n_spikes && a.n_spikes > 3);
        for (size_t i = 0; i < a.n_spikes && i < b.n_spikes; i++)
            CHECK_NEAR(a.spike_ms[i], b.spike_ms[i], 1e-9);
        CHECK_NEAR(lanes_state(&a, 0, "V_m"), lanes_state(&b, 0, "V_m"), p ? 1e-10 : 1e-3);
        lanes_free(&a), lanes_free(&b);
    }
    spk_model_free(m);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(exact_psc_exp_equals_closed_form);
    RUN(exact_takes_a_linear_drive);
    RUN(kernels_equal_closed_forms);
    RUN(run_and_step_agree);
    spk_ctx_free(ctx);
    return test_end();
}
