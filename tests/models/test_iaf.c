/* iaf_psc_alpha and iaf_psc_delta against closed forms, and NEST's order within a step: the
 * potential moves, spikes arrive, the threshold is looked at. */
#include "kernel_run.h"

static spk_ctx *ctx;

typedef struct {
    spk_model *m;
    const spk_kernel *k;
    lanes l;
} neuron;

static void neuron_new(neuron *n, const char *model, double dt_ms) {
    n->m = test_open(ctx, model, NULL, -1);
    n->k = n->m ? spk_model_kernel(n->m, SPK_FLOAT64) : NULL;
    if (!n->k)
        exit(1);
    CHECK_STR(n->k->integrator, "exact");
    lanes_init(&n->l, n->k, 1, dt_ms);
}

static void neuron_free(neuron *n) {
    lanes_free(&n->l);
    spk_model_free(n->m);
}

static double value(const neuron *n, const char *name) {
    return n->l.parameter[find_quantity(n->k->parameters, n->k->n_parameters, name)];
}

static double potential(const neuron *n) {
    return lanes_state(&n->l, 0, "V_m");
}

/* A step with a weight on one port. */
static void hit(neuron *n, const char *port, double weight) {
    double w[2] = {0, 0};
    w[find_quantity(n->k->spike_ports, n->k->n_spike_ports, port)] = weight;
    lanes_step(&n->l, 0, 0, w);
}

/* Closed form of the potential s after an alpha current of peak J began. */
static double alpha_V(double s, double tau, double tau_s, double C, double J) {
    double a = 1 / tau, b = 1 / tau_s, d = b - a, scale = J * exp(1) * b / C;
    if (s <= 0)
        return 0;
    if (fabs(d) * s < 1e-4) /* its series around equal time constants */
        return scale * exp(-a * s) * s * s * (0.5 - d * s / 3 + d * d * s * s / 8);
    return scale * ((exp(-a * s) - exp(-b * s)) / (d * d) - s * exp(-b * s) / d);
}

TEST(alpha_currents_equal_the_closed_form) {
    static const double tau_s[] = {2, 10, 10 * (1 + 1e-9), 0.3, 40};
    for (int i = 0; i < 5; i++)
        for (int inhibits = 0; inhibits < 2; inhibits++) {
            neuron n;
            neuron_new(&n, "iaf_psc_alpha", 0.1);
            lanes_set(&n.l, 0, inhibits ? "tau_syn_in" : "tau_syn_ex", tau_s[i]);
            lanes_set(&n.l, 0, "V_th", 1e6);
            lanes_prepare(&n.l);
            double C = value(&n, "C_m"), tau = value(&n, "tau_m"), E = value(&n, "E_L");
            for (int step = 1; step <= 1000; step++) {
                hit(&n, inhibits ? "inh_spikes" : "exc_spikes", step == 10 ? 100 : 0);
                double want = alpha_V(step * 0.1 - 1, tau, tau_s[i], C, 100);
                CHECK_NEAR(potential(&n), inhibits ? E - want : E + want, 1e-10);
            }
            neuron_free(&n);
        }
}

TEST(what_arrives_acts_in_the_next_step) {
    neuron n;
    neuron_new(&n, "iaf_psc_alpha", 0.1);
    lanes_prepare(&n.l);
    hit(&n, "exc_spikes", 1e6);
    CHECK(potential(&n) == -70);
    hit(&n, "exc_spikes", 0);
    CHECK(potential(&n) == -70 && n.l.n_spikes == 1); /* fired, and reset at once */
    CHECK_NEAR(n.l.spike_ms[0], 0.2, 1e-12);
    neuron_free(&n);
}

TEST(a_jump_is_the_weight_and_fires_in_its_own_step) {
    neuron n;
    neuron_new(&n, "iaf_psc_delta", 0.1);
    lanes_prepare(&n.l);
    hit(&n, "spikes", 3);
    CHECK_NEAR(potential(&n), -67, 1e-13);
    hit(&n, "spikes", -1);
    CHECK_NEAR(potential(&n), -71 + 3 * exp(-0.01), 1e-13);
    hit(&n, "spikes", 20);
    CHECK(potential(&n) == -70 && n.l.n_spikes == 1);
    CHECK_NEAR(n.l.spike_ms[0], 0.3, 1e-12);
    neuron_free(&n);
}

/* 2 ms at 0.1 ms: what arrives at the ends of the next 20 steps is lost. */
TEST(spikes_are_lost_while_refractory) {
    neuron n;
    neuron_new(&n, "iaf_psc_delta", 0.1);
    lanes_prepare(&n.l);
    hit(&n, "spikes", 20);
    for (int i = 0; i < 20; i++) {
        hit(&n, "spikes", 20);
        CHECK(potential(&n) == -70);
    }
    CHECK(n.l.n_spikes == 1);
    hit(&n, "spikes", 20);
    CHECK(n.l.n_spikes == 2);
    neuron_free(&n);
}

TEST(the_potential_has_a_floor) {
    static const struct {
        const char *model, *port;
        double weight;
    } all[] = {{"iaf_psc_alpha", "inh_spikes", 1e5}, {"iaf_psc_delta", "spikes", -30}};
    for (int i = 0; i < 2; i++) {
        neuron n;
        neuron_new(&n, all[i].model, 0.1);
        lanes_set(&n.l, 0, "V_min", -80);
        lanes_prepare(&n.l);
        double least = 0;
        for (int step = 0; step < 50; step++) {
            hit(&n, all[i].port, step == 0 ? all[i].weight : 0);
            least = fmin(least, potential(&n));
        }
        CHECK(least == -80);
        neuron_free(&n);
    }
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(alpha_currents_equal_the_closed_form);
    RUN(what_arrives_acts_in_the_next_step);
    RUN(a_jump_is_the_weight_and_fires_in_its_own_step);
    RUN(spikes_are_lost_while_refractory);
    RUN(the_potential_has_a_floor);
    spk_ctx_free(ctx);
    return test_end();
}
