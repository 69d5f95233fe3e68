/* What an arriving spike does in each built-in model: shape, size and side of the synaptic current or conductance,
 * through the kernels' step(), which is the way of networks. */
#include "models/runner.h"

/* One step of all lanes with a weight on one port (-1: none). */
static void one_step(run *r, int port, double weight) {
    const spk_kernel *k = r->kernel;
    size_t lanes = (size_t)k->width, vectors = (size_t)k->unroll;
    double *drive = aligned(vectors * lanes), *weights = aligned(vectors * lanes);
    uint32_t *spiked = aligned(vectors), *id = aligned(vectors * lanes);
    for (size_t i = 0; i < vectors * lanes; i++)
        weights[i] = weight;
    const void *input[8] = {drive};
    if (port >= 0)
        input[k->n_continuous + (size_t)port] = weights;
    spk_step_args a = {.step = r->step,
                       .n_vectors = vectors,
                       .dt_ms = r->dt_ms,
                       .input = input,
                       .state = r->state,
                       .constant = r->constant,
                       .constant_stride = k->n_constants * lanes,
                       .lane_id = id,
                       .spiked = spiked};
    k->step(&a);
    r->step++;
    free(drive);
    free(weights);
    free(spiked);
    free(id);
}

/* A recordable of lane 0, in its own unit. */
static double recorded(const run *r, const char *name) {
    const spk_kernel *k = r->kernel;
    double constant[512], state[256], out[64];
    for (size_t c = 0; c < k->n_constants; c++)
        constant[c] = r->constant[c * (size_t)k->width];
    for (size_t s = 0; s < k->n_kernel_states; s++)
        state[s] = r->state[s * (size_t)k->width];
    k->record(r->value, constant, state, NULL, r->dt_ms, (double)r->step * r->dt_ms, out);
    int i = find_quantity(k->recordables, k->n_recordables, name);
    return out[i] / k->recordables[i].scale;
}

typedef struct {
    const char *model, *port, *recordable;
    double weight;
    enum { DECAY, ALPHA, JUMP } shape;
    double tau_ms;
} synapse;

static const synapse all[] = {
    {"iaf_psc_exp", "exc_spikes", "I_syn_ex", 100, DECAY, 2},
    {"iaf_psc_exp", "inh_spikes", "I_syn_in", 100, DECAY, 2},
    {"iaf_psc_alpha", "exc_spikes", "I_syn_ex", 100, ALPHA, 2},
    {"iaf_psc_alpha", "inh_spikes", "I_syn_in", 100, ALPHA, 2},
    {"iaf_psc_delta", "spikes", "V_m", -3, JUMP, 0},
    {"iaf_cond_exp", "exc_spikes", "g_ex", 3, DECAY, 0.2},
    {"iaf_cond_exp", "inh_spikes", "g_in", 3, DECAY, 2},
    {"aeif_psc_exp", "exc_spikes", "I_syn_ex", 50, DECAY, 0.2},
    {"aeif_psc_exp", "inh_spikes", "I_syn_in", 50, DECAY, 2},
    {"aeif_cond_exp", "exc_spikes", "g_ex", 2, DECAY, 0.2},
    {"aeif_cond_exp", "inh_spikes", "g_in", 2, DECAY, 2},
    {"mat2_psc_exp", "exc_spikes", "I_syn_ex", 20, DECAY, 1},
    {"mat2_psc_exp", "inh_spikes", "I_syn_in", 20, DECAY, 3},
    {"gif_psc_exp", "exc_spikes", "I_syn_ex", 20, DECAY, 2},
    {"gif_psc_exp", "inh_spikes", "I_syn_in", 20, DECAY, 2},
    {"hh_cond_exp_traub", "exc_spikes", "g_ex", 1, DECAY, 5},
    {"hh_cond_exp_traub", "inh_spikes", "g_in", 1, DECAY, 10},
    {"hh_psc_alpha", "exc_spikes", "I_syn_ex", 30, ALPHA, 0.2},
    {"hh_psc_alpha", "inh_spikes", "I_syn_in", 30, ALPHA, 2},
    {"glif1_psc", "spikes", "I_syn", 40, ALPHA, 2},
    {"glif2_psc", "spikes", "I_syn", -40, ALPHA, 2},
    {"glif3_psc", "spikes", "I_syn", 40, ALPHA, 2},
    {"glif4_psc", "spikes", "I_syn", -40, ALPHA, 2},
    {"glif5_psc", "spikes", "I_syn", 40, ALPHA, 2},
    {"izhikevich", "spikes", "V_m", 3, JUMP, 0},
    {"izhikevich_2007", "spikes", "V_m", -3, JUMP, 0},
};

static double expected(const synapse *s, double t) {
    if (s->shape == ALPHA)
        return s->weight * exp(1) * t / s->tau_ms * exp(-t / s->tau_ms);
    return s->weight * exp(-t / s->tau_ms);
}

/* Beside a neuron that gets no spike, since few models stand still at the start. */
static void check_synapse(const spk_kernel *k, const synapse *s) {
    run r = {.kernel = k, .dt_ms = 0.05}, quiet = r;
    run_start(&r);
    run_start(&quiet);
    int port = find_quantity(k->spike_ports, k->n_spike_ports, s->port);
    double worst = 0;
    for (int i = 0; i <= 45; i++) {
        one_step(&r, i == 5 ? port : -1, s->weight);
        one_step(&quiet, -1, 0);
        double got = recorded(&r, s->recordable) - recorded(&quiet, s->recordable);
        double want = i < 5 ? 0 : s->shape == JUMP ? got : expected(s, (i - 5) * r.dt_ms);
        if (s->shape == JUMP && i == 5)
            want = s->weight;
        worst = fmax(worst, fabs(got - want));
    }
    /* The exponential is exact; a Heun step of a fast conductance loses some. */
    double push = recorded(&r, "V_m") - recorded(&quiet, "V_m");
    bool inhibits = strstr(s->port, "inh") || s->weight < 0;
    if (worst > 0.02 * fabs(s->weight) || !(inhibits ? push < 0 : push > 0)) {
        printf("# %s, %s: off by %g of %g; V_m moved by %g\n", s->model, s->port, worst, s->weight, push);
        test__bad++;
    }
    run_end(&r);
    run_end(&quiet);
}

TEST(spikes_make_currents_of_the_stated_shape) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        spk_model *m = NULL;
        CHECK(spk_model_open(ctx, all[i].model, NULL, &m) == SPK_OK);
        if (m)
            check_synapse(spk_model_kernel(m, SPK_FLOAT64), &all[i]);
        spk_model_free(m);
    }
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(spikes_make_currents_of_the_stated_shape);
    return test_end();
}
