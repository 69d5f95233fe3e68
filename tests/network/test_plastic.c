/* Synapses that change, in networks and by themselves: against the closed form of pairs, an event
 * list in the test's own words, the recursion of Tsodyks and Markram, and themselves in other
 * divisions. */
#include "network/kernels.h"
#include "test.h"
#include <spikefit/model.h>
#include <spikefit/network.h>

static spk_ctx *ctx;

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))
enum { MAX_SETTINGS = 8 };

static spk_model *open_synapse(const char *source) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.kind = SPK_MODEL_SYNAPSE;
    spk_model *m = NULL;
    if (spk_model_open(ctx, source, &o, &m))
        print_diags(ctx);
    return m;
}

/* A source `pre` and a source `drive`, each before one neuron; drive makes it fire one delay after
 * each of its spikes, pre acts on it through the synapse that is tested, too weakly to matter. */
typedef struct {
    const double *pre, *drive;
    size_t n_pre, n_drive;
    double delay_ms, weight;
    spk_assignment set[MAX_SETTINGS];
    size_t n_set;
} pairing;

static spk_status run_pairing(const spk_kernel *synapse, const pairing *q, double stop_ms,
                              size_t pieces, double *weight) {
    spk_train train[2] = {{q->pre, q->n_pre, 0, 1e5}, {q->drive, q->n_drive, 0, 1e5}};
    const spk_assignment cell[] = {{.name = "V_th", .value = SPK_CONSTANT(1000)},
                                   {.name = "t_ref", .value = SPK_CONSTANT(0)}};
    spk_population pop[] = {
        {.name = "pre", .size = 1, .trains = &train[0]},
        {.name = "drive", .size = 1, .trains = &train[1]},
        {.name = "cell", .size = 1, .kernel = &lif_f64, .settings = cell, .n_settings = 2}};
    spk_projection p[2] = {SPK_PROJECTION_INIT, SPK_PROJECTION_INIT};
    p[0].name = "plastic";
    p[0].from = "pre";
    p[1].name = "drive";
    p[1].from = "drive";
    p[0].to = p[1].to = "cell";
    p[0].weight = (spk_dist)SPK_CONSTANT(q->weight);
    p[0].delay_ms = (spk_dist)SPK_CONSTANT(q->delay_ms);
    p[0].synapse = synapse;
    p[0].settings = q->set;
    p[0].n_settings = q->n_set;
    p[1].weight = (spk_dist)SPK_CONSTANT(1e6);
    p[1].delay_ms = (spk_dist)SPK_CONSTANT(0.1);
    spk_network_spec spec = SPK_NETWORK_SPEC_INIT;
    spec.populations = pop;
    spec.n_populations = 3;
    spec.projections = p;
    spec.n_projections = 2;
    spec.max_rate_Hz = 1e5;
    spk_network *net = NULL;
    spk_outcome out;
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    for (size_t i = 1; i <= pieces && !st; i++)
        st = spk_network_run(net, stop_ms * (double)i / (double)pieces, &out);
    if (!st)
        CHECK(out.n_spikes == q->n_drive);
    if (!st)
        CHECK(spk_network_row(net, 0, 0, 1, NULL, weight, NULL) == 1);
    spk_network_free(net);
    return st;
}

static void set(pairing *q, const char *name, double value) {
    q->set[q->n_set++] = (spk_assignment){.name = name, .value = SPK_CONSTANT(value)};
}

/* One pair. The neuron fires at 50.1 ms, which reaches the synapse a delay of 2 ms later, at 52.1
 * ms: dt = 52.1 - t_pre. lambda, mu as given; Wmax 50, w 20: x = 0.4. */
static void one_pair(const spk_kernel *k, double t_pre, double mu, double *got, double *want) {
    const double drive[] = {50};
    pairing q = {
        .pre = &t_pre, .drive = drive, .n_pre = 1, .n_drive = 1, .delay_ms = 2, .weight = 20};
    set(&q, "lambda", 0.1);
    set(&q, "alpha", 1.5);
    set(&q, "Wmax", 50);
    set(&q, "tau_tr_pre", 15);
    set(&q, "tau_tr_post", 25);
    set(&q, "mu_plus", mu);
    set(&q, "mu_minus", mu);
    CHECK(run_pairing(k, &q, 200, 1, got) == SPK_OK);
    double dt = 52.1 - t_pre;
    *want = dt >= 0 && t_pre <= 52.1 ? 20 + 50 * 0.1 * pow(0.6, mu) * exp(-dt / 15)
                                     : 20 - 50 * 1.5 * 0.1 * pow(0.4, mu) * exp(dt / 25);
}

TEST(one_pair_of_spikes_follows_the_closed_form) {
    spk_model *m = open_synapse("stdp_synapse");
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    const double mu[] = {0, 0.4, 1}; /* additive; of Guetig et al.; multiplicative */
    const double pre[] = {10, 40, 50, 51.9, 52.3, 54, 70, 150};
    for (size_t i = 0; i < LENGTH(mu); i++)
        for (size_t j = 0; j < LENGTH(pre); j++) {
            double got = 0, want = 0;
            one_pair(k, pre[j], mu[i], &got, &want);
            CHECK_NEAR(got, want, 1e-12 * 20);
        }
    spk_model_free(m);
}

/* The same rule as a list of events, post before pre at one time. */
static double events(const pairing *q, double lambda, double alpha, double tau, double w_max) {
    double w = q->weight, x = 0, y = 0, last = 0;
    size_t i = 0, j = 0;
    while (i < q->n_pre || j < q->n_drive) {
        double pre = i < q->n_pre ? q->pre[i] : INFINITY;
        double post = j < q->n_drive ? q->drive[j] + 0.1 + q->delay_ms : INFINITY;
        bool is_post = post < pre + 1e-6;
        double t = is_post ? post : pre;
        x *= exp((last - t) / tau);
        y *= exp((last - t) / tau);
        last = t;
        if (is_post) {
            w = fmin(w_max, w + lambda * (w_max - w) * x);
            y += 1;
            j++;
        } else {
            w = fmax(0, w - alpha * lambda * w * y);
            x += 1;
            i++;
        }
    }
    return w;
}

TEST(all_pairs_count_and_cutting_a_run_changes_nothing) {
    spk_model *m = open_synapse("stdp_synapse");
    REQUIRE(m);
    const double pre[] = {5, 12, 13.1, 20, 41, 41, 60.5, 61, 90, 130}; /* two at 41 */
    const double drive[] = {8, 10, 13, 30, 40, 58, 60, 100, 101, 102};
    pairing q = {.pre = pre,
                 .drive = drive,
                 .n_pre = LENGTH(pre),
                 .n_drive = LENGTH(drive),
                 .delay_ms = 3,
                 .weight = 30};
    set(&q, "lambda", 0.05);
    set(&q, "alpha", 1.1);
    double whole = 0, pieces = 0;
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    CHECK(run_pairing(k, &q, 200, 1, &whole) == SPK_OK);
    CHECK(run_pairing(k, &q, 200, 7, &pieces) == SPK_OK);
    CHECK_NEAR(whole, events(&q, 0.05, 1.1, 20, 100), 1e-12 * 30);
    CHECK(whole == pieces);
    /* 13.1 + 3: at the synapse with the target's spike of 13.1; the rest has not arrived. */
    q.n_pre = q.n_drive = 3;
    CHECK(run_pairing(k, &q, 16, 1, &whole) == SPK_OK);
    /* A weight asked for at the step of the source's spike knows of it. */
    CHECK(run_pairing(k, &q, 13.1, 1, &pieces) == SPK_OK);
    q.n_drive = 2;
    CHECK_NEAR(whole, events(&q, 0.05, 1.1, 20, 100), 1e-12 * 30);
    CHECK(whole == pieces);
    spk_model_free(m);
}

/* Tsodyks, Uziel and Markram 2000: spikes every 25 ms, tau_psc 1e-9 ms so that y is gone between
 * them. */
TEST(amplitudes_follow_the_recursion_of_tsodyks_and_markram) {
    spk_model *m = open_synapse("tsodyks_synapse");
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    const double facilitation[] = {0, 530};
    for (size_t f = 0; f < 2; f++) {
        double p[5], state[4], dt = 25, U = 0.2, tau_rec = 130, x = 1, u = 0;
        const unsigned char is_set[] = {1, 1, 1, 1, 1};
        const char *const names[] = {"w", "U", "tau_psc", "tau_rec", "tau_fac"};
        const double values[] = {250, U, 1e-9, tau_rec, facilitation[f]};
        REQUIRE(k->n_parameters == 5 && k->n_kernel_states == 4);
        for (size_t i = 0; i < 5; i++) {
            CHECK_STR(k->parameters[i].name, names[i]);
            p[i] = values[i];
        }
        k->defaults(p, is_set, 0.1);
        k->prepare(p, 0.1, NULL, state);
        for (int n = 0; n < 80; n++) {
            double got = k->synapse->pre(p, n ? dt : 5, 5 + n * dt, state);
            double h = n ? dt : 5;
            u = facilitation[f] > 0 ? (n ? u : U) * exp(-h / facilitation[f]) : 0;
            u += U * (1 - u);
            x = n ? 1 - (1 - x) * exp(-dt / tau_rec) : 1;
            CHECK_NEAR(got, 250 * u * x, 1e-9);
            x -= u * x;
        }
        /* The stationary amplitude of Tsodyks and Markram 1997 (doi:10.1073/pnas.94.2.719),
         * equation 3. */
        double kept = exp(-dt / tau_rec);
        if (facilitation[f] == 0)
            CHECK_NEAR(k->synapse->pre(p, dt, 5 + 80 * dt, state),
                       250 * U * (1 - kept) / (1 - (1 - U) * kept), 1e-6);
    }
    spk_model_free(m);
}

/* Resources in use come back through the inactive ones: against 10^5 Euler steps, also where the
 * two times are equal. */
TEST(resources_in_use_recover_on_two_ways) {
    spk_model *m = open_synapse("tsodyks_synapse");
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    const double tau_psc[] = {3, 50, 40};
    for (size_t c = 0; c < LENGTH(tau_psc); c++) {
        double p[] = {1, 0.5, tau_psc[c], 50, 0}, state[4], x = 0.5, y = 0.5;
        k->prepare(p, 0.1, NULL, state);
        (void)k->synapse->pre(p, 10, 10, state);
        for (int i = 0; i < 100000; i++) {
            double z = 1 - x - y, h = 30e-5;
            x += h * z / 50;
            y -= h * y / tau_psc[c];
        }
        CHECK_NEAR(k->synapse->pre(p, 30, 40, state), 0.5 * x, 1e-5);
    }
    spk_model_free(m);
}

/* ---- a recurrent network ---- */

typedef struct {
    uint64_t hash;
    double change;
    size_t n_spikes;
} summary;

static void mix(uint64_t *h, const void *data, size_t n) {
    *h = spk__hash(data, n, *h);
}

static summary recurrent(const spk_kernel *synapse, int threads, size_t pieces,
                         const spk_dist *delay) {
    spk_population pop[] = {{.name = "noise", .size = 100, .rate_Hz = 30},
                            {.name = "cells", .size = 150, .kernel = &lif_f64}};
    spk_projection p[2] = {SPK_PROJECTION_INIT, SPK_PROJECTION_INIT};
    p[0].name = "in";
    p[0].from = "noise";
    p[1].name = "recurrent";
    p[1].from = "cells";
    p[0].to = p[1].to = "cells";
    for (int i = 0; i < 2; i++) {
        p[i].rule = "pairwise_bernoulli";
        p[i].options.v[0] = 0.2;
        p[i].weight = (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 1, 3);
        p[i].delay_ms = *delay;
        p[i].synapse = synapse;
        p[i].scale = synapse && !synapse->synapse->post && !synapse->synapse->is_static ? 20 : 1;
    }
    spk_network_spec spec = SPK_NETWORK_SPEC_INIT;
    spec.populations = pop;
    spec.n_populations = 2;
    spec.projections = p;
    spec.n_projections = 2;
    spec.threads = threads;
    spec.seed = spec.wiring_seed = 3;
    spk_network *net = NULL;
    spk_outcome out;
    summary s = {0};
    if (spk_network_new(ctx, &spec, NULL, &net)) {
        print_diags(ctx);
        return s;
    }
    for (size_t i = 1; i <= pieces; i++)
        CHECK(spk_network_run(net, 300.0 * (double)i / (double)pieces, &out) == SPK_OK);
    spk_spikes spikes = spk_network_spikes(net, 1);
    s.n_spikes = spikes.n;
    mix(&s.hash, spikes.neuron, spikes.n * sizeof *spikes.neuron);
    mix(&s.hash, spikes.t_ms, spikes.n * sizeof *spikes.t_ms);
    for (size_t i = 0; i < 2; i++)
        for (uint32_t r = 0; r < pop[i].size; r++) {
            double w[150];
            size_t n = spk_network_row(net, i, r, 150, NULL, w, NULL);
            mix(&s.hash, w, n * sizeof *w);
            for (size_t j = 0; j < n; j++)
                s.change += fabs(w[j] - 2) > 1;
        }
    spk_network_free(net);
    return s;
}

TEST(threads_and_pieces_give_the_same_bits) {
    static const char *const names[] = {"stdp_synapse", "tsodyks_synapse"};
    const spk_dist delays[] = {SPK_CONSTANT(1.5), SPK_DIST(SPK_DIST_UNIFORM, 0.5, 3)};
    for (size_t i = 0; i < 2; i++) {
        spk_model *m = open_synapse(names[i]);
        REQUIRE(m);
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        for (size_t d = 0; d < 2; d++) {
            summary one = recurrent(k, 1, 1, &delays[d]);
            printf("# %s: %zu spikes, %g weights away\n", names[i], one.n_spikes, one.change);
            CHECK(one.n_spikes > (i ? 20 : 300) && (i || one.change > 10));
            CHECK(recurrent(k, 3, 1, &delays[d]).hash == one.hash);
            CHECK(recurrent(k, 2, 11, &delays[d]).hash == one.hash);
        }
        spk_model_free(m);
    }
}

TEST(static_synapses_are_those_of_a_projection_without) {
    spk_model *m = open_synapse("static_synapse");
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    const spk_dist delay = SPK_CONSTANT(1);
    CHECK(k->synapse->is_static);
    CHECK(recurrent(k, 1, 1, &delay).hash == recurrent(NULL, 1, 1, &delay).hash);
    spk_model_free(m);
}

/* ---- mistakes ---- */

static void expect_error(const spk_kernel *k, const pairing *q, const char *message) {
    double w;
    spk_ctx_diag_clear(ctx);
    CHECK(run_pairing(k, q, 10, 1, &w) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), message);
    spk_ctx_diag_clear(ctx);
}

TEST(mistakes_are_told) {
    spk_model *m = open_synapse("stdp_synapse");
    REQUIRE(m);
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    pairing q = {.delay_ms = 1, .weight = 150};
    expect_error(k, &q, "w = 150 of projection plastic is not what synapse stdp_synapse allows");
    q.weight = 1;
    set(&q, "lamda", 1);
    expect_error(k, &q, "model stdp_synapse has no parameter or state \"lamda\"");
    q.n_set = 0;
    set(&q, "tau_tr_pre", 0);
    expect_error(
        k, &q,
        "tau_tr_pre = 0 ms of the synapses of plastic is not what model stdp_synapse allows");
    q.n_set = 0;
    set(&q, "w", 2);
    expect_error(k, &q, "w is the weight of the synapses of plastic");
    q.n_set = 0;
    expect_error(&lif_f64, &q, "model lif is a neuron, not the synapse of projection plastic");
    spk_model *wrong = NULL;
    CHECK(spk_model_open(ctx, "stdp_synapse", NULL, &wrong) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "stdp_synapse is a synapse, and a neuron is wanted");
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.kind = SPK_MODEL_SYNAPSE;
    CHECK(spk_model_open(ctx, "iaf_psc_exp", &o, &wrong) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "iaf_psc_exp is a neuron, and a synapse is wanted");
    spk_ctx_diag_clear(ctx);
    spk_model_free(m);
}

/* ---- memory ---- */

static const spk_kernel *plastic;

static spk_status build_run_and_ask(spk_ctx *c) {
    const double at[] = {1, 2, 3};
    spk_train train = {at, 3, 0, 10};
    spk_population pop[] = {{.name = "in", .size = 1, .trains = &train},
                            {.name = "cells", .size = 40, .kernel = &lif_f64}};
    spk_projection p = SPK_PROJECTION_INIT;
    p.name = "p";
    p.from = "in";
    p.to = "cells";
    p.weight = (spk_dist)SPK_CONSTANT(30);
    p.synapse = plastic;
    spk_network_spec spec = SPK_NETWORK_SPEC_INIT;
    spec.populations = pop;
    spec.n_populations = 2;
    spec.projections = &p;
    spec.n_projections = 1;
    spec.max_rate_Hz = 1e5;
    spk_network *net = NULL;
    spk_outcome out;
    spk_status st = spk_network_new(c, &spec, NULL, &net);
    if (!st)
        st = spk_network_run(net, 6, &out);
    if (!st)
        CHECK(out.n_spikes >= 40);
    if (!st)
        st = spk_network_set(net, &spec);
    spk_network_free(net);
    return st;
}

TEST(failing_allocations_are_survived) {
    spk_model *m = open_synapse("stdp_synapse");
    REQUIRE(m);
    plastic = spk_model_kernel(m, SPK_FLOAT64);
    check_every_allocation(build_run_and_ask);
    spk_model_free(m);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(one_pair_of_spikes_follows_the_closed_form);
    RUN(all_pairs_count_and_cutting_a_run_changes_nothing);
    RUN(amplitudes_follow_the_recursion_of_tsodyks_and_markram);
    RUN(resources_in_use_recover_on_two_ways);
    RUN(threads_and_pieces_give_the_same_bits);
    RUN(static_synapses_are_those_of_a_projection_without);
    RUN(mistakes_are_told);
    RUN(failing_allocations_are_survived);
    spk_ctx_free(ctx);
    return test_end();
}
