/* Each integrator's measured order is its declared one: over the registry, on a smooth nonlinear
 * problem whose solution the test computes by itself, and on spike times. */
#include "kernel_run.h"

#include "lower/lower.h"

static spk_ctx *ctx;

/* A leaky membrane with one gate, at rest at t = 0, under a current that starts smoothly. */
static const char text[] = "model gated:\n"
                           "    state:\n"
                           "        V_m mV = -65 mV\n"
                           "        n real = 1 / (1 + exp(-(-65 + 40) / 8))\n"
                           "    equations:\n"
                           "        V_m' = (-10 nS * (V_m + 65 mV) - 40 nS * n**2 * (V_m + 80 mV) "
                           "+ I_0 + 300 pA * (1 - cos(0.4 * t / ms))) / (100 pF)\n"
                           "        n' = (1 / (1 + exp(-(V_m / mV + 40) / 8)) - n) / (4 ms)\n"
                           "    parameters:\n"
                           "        I_0 pA = 0 pA\n"
                           "    output:\n"
                           "        spike\n"
                           "    update:\n"
                           "        integrate_odes()\n"
                           "    onCondition(V_m > 1000 mV):\n"
                           "        emit_spike()\n";

static double n_inf(double V) {
    return 1 / (1 + exp(-(V + 40) / 8));
}

static const double I_0 = 40 * 15; /* times n^2: the current that holds -65 mV */

static double drive(double t) {
    return 300 * (1 - cos(0.4 * t)) + I_0 * n_inf(-65) * n_inf(-65);
}

static void rates(double t, const double x[2], double k[2]) {
    k[0] = (-10 * (x[0] + 65) - 40 * x[1] * x[1] * (x[0] + 80) + drive(t)) / 100;
    k[1] = (n_inf(x[0]) - x[1]) / 4;
}

/* V at time T by Runge-Kutta with steps of 1 us. */
static double reference(double T) {
    double x[2] = {-65, n_inf(-65)}, h = 1e-3;
    int n = (int)(T / h + 0.5);
    for (int i = 0; i < n; i++) {
        double k[4][2], y[2], t = i * h;
        rates(t, x, k[0]);
        for (int s = 1; s < 4; s++) {
            double c = s == 3 ? h : h / 2;
            y[0] = x[0] + c * k[s - 1][0];
            y[1] = x[1] + c * k[s - 1][1];
            rates(t + c, y, k[s]);
        }
        for (int j = 0; j < 2; j++)
            x[j] += h / 6 * (k[0][j] + 2 * k[1][j] + 2 * k[2][j] + k[3][j]);
    }
    return x[0];
}

static double error_at(const spk_kernel *k, double dt, double T, double want) {
    lanes l;
    lanes_init(&l, k, 1, dt);
    lanes_set(&l, 0, "I_0", I_0 * n_inf(-65) * n_inf(-65));
    lanes_prepare(&l);
    lanes_run(&l, (uint64_t)(T / dt + 0.5), NULL);
    double e = fabs(lanes_state(&l, 0, "V_m") - want);
    lanes_free(&l);
    return e;
}

TEST(orders_are_as_declared) {
    const double T = 12, want = reference(T);
    size_t n;
    const spk__integrator *const *all = spk__integrators(&n);
    for (size_t i = 0; i < n; i++) {
        if (all[i]->linear_only)
            continue; /* tests/lower/test_linear.c */
        spk_model *m = test_open_text(ctx, text, all[i]->name, -1);
        REQUIRE(m);
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        double dt = all[i]->order > 2 ? 0.5 : 0.05;
        double coarse = error_at(k, dt, T, want), fine = error_at(k, dt / 4, T, want);
        double order = log2(coarse / fine) / 2;
        printf("# %s: errors %.3g %.3g, order %.2f, declared %d\n", all[i]->name, coarse, fine,
               order, all[i]->order);
        CHECK_NEAR(order, all[i]->order, 0.15);
        spk_model_free(m);
    }
}

/* A drive that needs no sampling. */
static double constant_drive(double t) {
    (void)t;
    return 10;
}

static double last_spike(const char *integrator, double dt, double T) {
    spk_model *m = test_open(ctx, "izhikevich", integrator, -1);
    if (!m)
        return NAN;
    lanes l;
    lanes_init(&l, spk_model_kernel(m, SPK_FLOAT64), 1, dt);
    lanes_prepare(&l);
    lanes_run(&l, (uint64_t)(T / dt + 0.5), constant_drive);
    double t = l.n_spikes ? l.spike_ms[l.n_spikes - 1] : NAN;
    lanes_free(&l);
    spk_model_free(m);
    return t;
}

/* Spike times of a reset model: second order with the carry, first on the grid. */
TEST(carried_spike_times_converge_at_second_order) {
    const double T = 200, want = last_spike("rk4", 1.0 / 4096, T);
    double a = fabs(last_spike("heun", 1.0 / 8, T) - want);
    double b = fabs(last_spike("heun", 1.0 / 64, T) - want);
    double c = fabs(last_spike("euler", 1.0 / 8, T) - want);
    double d = fabs(last_spike("euler", 1.0 / 64, T) - want);
    printf("# heun with carry %.3g %.3g, euler on the grid %.3g %.3g\n", a, b, c, d);
    CHECK(log2(a / b) / 3 > 1.7);
    CHECK(a < c / 20);
    CHECK(log2(c / d) / 3 > 0.7 && log2(c / d) / 3 < 1.3);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(orders_are_as_declared);
    RUN(carried_spike_times_converge_at_second_order);
    spk_ctx_free(ctx);
    return test_end();
}
