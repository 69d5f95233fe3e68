#include "network/kernels.h"
#include "test.h"
#include <spikefit/network.h>

static spk_ctx *ctx;

#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static spk_network_spec spec_of(const spk_population *pop, size_t n_pop, const spk_projection *p,
                                size_t n_p, const spk_input *in, size_t n_in) {
    spk_network_spec s = SPK_NETWORK_SPEC_INIT;
    s.populations = pop;
    s.n_populations = n_pop;
    s.projections = p;
    s.n_projections = n_p;
    s.inputs = in;
    s.n_inputs = n_in;
    s.seed = s.wiring_seed = 1;
    s.max_rate_Hz = 1e5;
    return s;
}

static spk_projection projection(const char *name, const char *from, const char *to) {
    spk_projection p = SPK_PROJECTION_INIT;
    p.name = name;
    p.from = from;
    p.to = to;
    return p;
}

/* A source fires at 1 ms. With delays of 1.5 ms and a step of 0.1 ms neuron 0 receives 25 mV at 2.5
 * ms and fires then; neuron i + 1 receives it 1.5 ms after neuron i. */
static void chain(const spk_kernel *k, int threads, const spk_dist *delay) {
    static const double at[] = {1.0};
    spk_train train = {at, 1, 0, 10};
    spk_population pop[] = {{.name = "in", .size = 1, .trains = &train},
                            {.name = "cells", .size = 40, .kernel = k}};
    uint32_t source[39], target[39], zero = 0;
    for (uint32_t i = 0; i < 39; i++) {
        source[i] = i;
        target[i] = i + 1;
    }
    spk_edges edges = {.source = source, .target = target, .n = 39};
    spk_edges first = {.source = &zero, .target = &zero, .n = 1};
    spk_projection p[] = {projection("start", "in", "cells"),
                          projection("chain", "cells", "cells")};
    p[0].rule = p[1].rule = "explicit";
    p[0].edges = &first;
    p[1].edges = &edges;
    for (int i = 0; i < 2; i++) {
        p[i].weight = (spk_dist)SPK_CONSTANT(25);
        p[i].delay_ms = *delay;
    }
    spk_network_spec spec = spec_of(pop, 2, p, 2, NULL, 0);
    spec.threads = threads;
    spk_network *net = NULL;
    spk_outcome out;
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    print_diags(ctx);
    REQUIRE(st == SPK_OK);
    CHECK(spk_network_run(net, 30, &out) == SPK_OK);
    CHECK(spk_network_run(net, 100, &out) == SPK_OK);
    CHECK(out.n_spikes == 40 && !out.exploded && out.n_nonfinite == 0 && out.time_ms == 100);
    spk_spikes s = spk_network_spikes(net, 1);
    REQUIRE(s.n == 40);
    for (uint32_t i = 0; i < 40; i++) {
        CHECK(s.neuron[i] == i);
        CHECK_NEAR(s.t_ms[i], 2.5 + 1.5 * i, 1e-9);
    }
    const spk_train *trains;
    CHECK(spk_network_trains(net, 1, &trains) == SPK_OK);
    CHECK(trains[7].n == 1 && fabs(trains[7].t_ms[0] - 13) < 1e-9 && trains[7].stop_ms == 100);
    spk_network_free(net);
}

TEST(chain_of_neurons_fires_at_times_computed_by_hand) {
    spk_dist constant = SPK_CONSTANT(1.5);
    spk_dist limited = SPK_DIST(SPK_DIST_UNIFORM, 1.46, 1.54);
    chain(&lif_f64, 1, &constant);
    chain(&lif_f32, 1, &constant);
    chain(&lif_f64, 3, &constant);
    chain(&lif_f64, 1, &limited);
    chain(&lif_f32, 2, &limited);
}

/* ---- rules ---- */

typedef struct {
    uint32_t n, in[64], out[64], autapses, multapses;
} degrees;

static bool count_degrees(spk_projection p, uint32_t n_from, uint32_t n_to, uint64_t seed,
                          const spk_wiring *wiring, degrees *d) {
    spk_population pop[] = {{.name = "a", .size = n_from, .kernel = &lif_f64},
                            {.name = "b", .size = n_to, .kernel = &lif_f64}};
    spk_network_spec spec = spec_of(pop, 2, &p, 1, NULL, 0);
    spec.wiring_seed = seed;
    spk_network *net;
    if (spk_network_new(ctx, &spec, wiring, &net))
        return false;
    *d = (degrees){0};
    for (uint32_t s = 0; s < n_from; s++) {
        uint32_t target[4096];
        size_t n = spk_network_row(net, 0, s, LENGTH(target), target, NULL, NULL);
        d->n += (uint32_t)n;
        d->out[s] = (uint32_t)n;
        for (size_t i = 0; i < n; i++) {
            d->in[target[i]]++;
            d->autapses += target[i] == s;
            d->multapses += i && target[i] == target[i - 1];
            CHECK(i == 0 || target[i] >= target[i - 1]);
        }
    }
    CHECK(d->n == spk_network_synapse_count(net, 0));
    spk_network_free(net);
    return true;
}

TEST(rules_keep_their_numbers) {
    degrees d;
    spk_projection p = projection("p", "a", "b");
    p.rule = "one_to_one";
    REQUIRE(count_degrees(p, 30, 30, 1, NULL, &d));
    CHECK(d.n == 30 && d.autapses == 30);
    p.rule = "all_to_all";
    REQUIRE(count_degrees(p, 30, 40, 1, NULL, &d));
    CHECK(d.n == 1200);
    p.to = "a";
    p.autapses = false;
    REQUIRE(count_degrees(p, 30, 40, 1, NULL, &d));
    CHECK(d.n == 870 && d.autapses == 0);
    p.rule = "fixed_indegree";
    p.options.v[0] = 29;
    p.multapses = false;
    REQUIRE(count_degrees(p, 30, 1, 1, NULL, &d));
    CHECK(d.n == 870 && d.autapses == 0 && d.multapses == 0);
    p.options.v[0] = 200;
    p.multapses = true;
    REQUIRE(count_degrees(p, 30, 1, 1, NULL, &d));
    CHECK(d.n == 6000 && d.autapses == 0 && d.multapses > 0);
    for (int i = 0; i < 30; i++)
        CHECK(d.in[i] == 200);
    p.to = "b";
    p.rule = "fixed_outdegree";
    p.options.v[0] = 7;
    p.multapses = false;
    REQUIRE(count_degrees(p, 50, 20, 1, NULL, &d));
    for (int i = 0; i < 50; i++)
        CHECK(d.out[i] == 7);
    CHECK(d.multapses == 0);
    p.rule = "fixed_total_number";
    p.options.v[0] = 390;
    REQUIRE(count_degrees(p, 20, 20, 1, NULL, &d));
    CHECK(d.n == 390 && d.multapses == 0);
    p.multapses = true;
    p.options.v[0] = 3900;
    REQUIRE(count_degrees(p, 20, 20, 1, NULL, &d));
    CHECK(d.n == 3900);
}

/* Counts have the mean and variance of the binomial distribution: within 4 standard errors. */
TEST(pairwise_bernoulli_has_binomial_counts) {
    spk_projection p = projection("p", "a", "b");
    p.rule = "pairwise_bernoulli";
    double sum = 0, squares = 0;
    int runs = 400;
    for (int seed = 0; seed < runs; seed++) {
        degrees d;
        p.options.v[0] = 0.3;
        REQUIRE(count_degrees(p, 20, 30, (uint64_t)seed, NULL, &d));
        sum += d.n;
        squares += (double)d.n * d.n;
    }
    double mean = sum / runs, var = squares / runs - mean * mean, want = 600 * 0.3 * 0.7;
    CHECK_NEAR(mean, 180, 4 * sqrt(want / runs));
    CHECK_NEAR(var, want, 4 * want * sqrt(2.0 / runs));
    degrees d;
    p.options.v[0] = 1;
    REQUIRE(count_degrees(p, 20, 30, 3, NULL, &d));
    CHECK(d.n == 600);
    p.options.v[0] = 0;
    REQUIRE(count_degrees(p, 20, 30, 3, NULL, &d));
    CHECK(d.n == 0);
}

/* ---- common random numbers ---- */

static spk_network *recurrent(double p_value, spk_dist weight, const char *rule, double largest,
                              spk_dist delay, const spk_wiring *wiring, int threads,
                              const spk_kernel *k, spk_wiring **made) {
    spk_population pop[] = {{.name = "cells", .size = 200, .kernel = k}};
    spk_projection p = projection("rec", "cells", "cells");
    p.rule = rule;
    p.options.v[0] = p_value;
    p.weight = weight;
    p.delay_ms = delay;
    spk_input in[] = {SPK_INPUT_INIT, SPK_INPUT_INIT};
    in[0].name = "poisson";
    in[0].kind = SPK_INPUT_POISSON;
    in[0].to = "cells";
    in[0].rate_Hz = 1000;
    in[0].value = (spk_dist)SPK_CONSTANT(1.5);
    in[1].name = "noise";
    in[1].kind = SPK_INPUT_NOISE;
    in[1].to = "cells";
    in[1].value = (spk_dist)SPK_DIST(SPK_DIST_NORMAL, 1, 2);
    in[1].interval_ms = 0.5;
    /* what the network borrows lives as long as the test */
    static spk_population pops[64];
    static spk_projection ps[64];
    static spk_input ins[64][2];
    static size_t used;
    size_t at = used++ % 64;
    pops[at] = pop[0];
    ps[at] = p;
    memcpy(ins[at], in, sizeof in);
    spk_network_spec spec = spec_of(&pops[at], 1, &ps[at], 1, ins[at], 2);
    spec.threads = threads;
    if (made) {
        spk_network_spec big = spec;
        spk_projection wide = p;
        wide.options.v[0] = largest;
        big.projections = &wide;
        CHECK(spk_wiring_new(ctx, &big, made) == SPK_OK);
        wiring = *made;
    }
    spk_network *net = NULL;
    spk_status st = spk_network_new(ctx, &spec, wiring, &net);
    if (st)
        print_diags(ctx);
    CHECK(st == SPK_OK);
    return net;
}

static void check_same(spk_network *a, spk_network *b, size_t least) {
    spk_outcome x, y;
    REQUIRE(a && b);
    CHECK(spk_network_run(a, 200, &x) == SPK_OK);
    CHECK(spk_network_run(b, 63.3, &y) == SPK_OK);
    CHECK(spk_network_run(b, 200, &y) == SPK_OK);
    CHECK(x.n_spikes == y.n_spikes && x.n_spikes >= least);
    spk_spikes s = spk_network_spikes(a, 0), t = spk_network_spikes(b, 0);
    REQUIRE(s.n == t.n);
    CHECK(!memcmp(s.neuron, t.neuron, s.n * sizeof *s.neuron));
    CHECK(!memcmp(s.t_ms, t.t_ms, s.n * sizeof *s.t_ms));
    for (uint32_t i = 0; i < 200; i++) {
        double p[LIF_STATES], q[LIF_STATES];
        spk_network_state(a, 0, i, p);
        spk_network_state(b, 0, i, q);
        CHECK(!memcmp(p, q, sizeof p));
    }
}

TEST(thinned_networks_are_those_drawn_directly) {
    static const struct {
        const char *rule;
        double value, largest;
    } cases[] = {{"pairwise_bernoulli", 0.3, 0.9},
                 {"pairwise_bernoulli", 0.01, 0.03},
                 {"pairwise_bernoulli", 0.04, 0.5},
                 {"fixed_indegree", 9, 40},
                 {"fixed_outdegree", 9, 40},
                 {"fixed_total_number", 2000, 9000},
                 {"all_to_all", 0, 0}};
    const spk_dist weights[] = {SPK_CONSTANT(0.3),
                                SPK_DIST(SPK_DIST_UNIFORM, 0, 0.6),
                                SPK_DIST(SPK_DIST_LOGNORMAL, -1, 0.4),
                                {SPK_DIST_NORMAL, 0.3, 0.2, 0.1, 0.6}};
    const spk_dist delays[] = {SPK_CONSTANT(1.5), SPK_DIST(SPK_DIST_UNIFORM, 0.5, 4)};
    for (size_t i = 0; i < LENGTH(cases); i++)
        for (size_t w = 0; w < LENGTH(weights); w++)
            for (size_t d = 0; d < LENGTH(delays); d++) {
                const spk_kernel *k = (i + w) % 2 ? &lif_f64 : &lif_f32;
                spk_wiring *wiring = NULL;
                spk_network *direct = recurrent(cases[i].value, weights[w], cases[i].rule, 0,
                                                delays[d], NULL, 1, k, NULL);
                spk_network *thinned = recurrent(cases[i].value, weights[w], cases[i].rule,
                                                 cases[i].largest, delays[d], NULL, 1, k, &wiring);
                check_same(direct, thinned, 100);
                spk_network_free(direct);
                spk_network_free(thinned);
                spk_wiring_free(wiring);
            }
}

TEST(threads_do_not_show) {
    const spk_dist weight = SPK_DIST(SPK_DIST_UNIFORM, 0, 0.6);
    const spk_dist delays[] = {SPK_CONSTANT(0.7), SPK_DIST(SPK_DIST_UNIFORM, 0.5, 4)};
    for (int threads = 2; threads < 8; threads += 3)
        for (size_t d = 0; d < 2; d++)
            for (double p = 0.02; p < 0.5; p += 0.3) {
                spk_network *one = recurrent(p, weight, "pairwise_bernoulli", 0, delays[d], NULL, 1,
                                             &lif_f64, NULL);
                spk_network *many = recurrent(p, weight, "pairwise_bernoulli", 0, delays[d], NULL,
                                              threads, &lif_f64, NULL);
                check_same(one, many, 100);
                spk_network_free(one);
                spk_network_free(many);
            }
}

/* As p grows synapses are added, none is moved, and the others keep their weights. */
TEST(networks_of_growing_p_are_nested) {
    const spk_dist weight = SPK_DIST(SPK_DIST_UNIFORM, 0, 1), delay = SPK_CONSTANT(1);
    spk_network *small =
        recurrent(0.01, weight, "pairwise_bernoulli", 0, delay, NULL, 1, &lif_f64, NULL);
    spk_network *large =
        recurrent(0.02, weight, "pairwise_bernoulli", 0, delay, NULL, 1, &lif_f64, NULL);
    size_t found = 0, total = 0;
    for (uint32_t s = 0; s < 200; s++) {
        uint32_t t1[200], t2[200];
        double w1[200], w2[200];
        size_t n1 = spk_network_row(small, 0, s, 200, t1, w1, NULL);
        size_t n2 = spk_network_row(large, 0, s, 200, t2, w2, NULL);
        total += n1;
        for (size_t i = 0; i < n1; i++)
            for (size_t j = 0; j < n2; j++)
                found += t1[i] == t2[j] && w1[i] == w2[j];
    }
    CHECK(total > 300 && found == total);
    CHECK(spk_network_synapse_count(large, 0) > 600);
    spk_network_free(small);
    spk_network_free(large);
}

/* ---- release ---- */

TEST(a_synapse_hands_on_its_share_of_spikes) {
    static double at[5000];
    for (int i = 0; i < 5000; i++)
        at[i] = 1 + i * 0.2;
    spk_train train = {at, 5000, 0, 1100};
    spk_population pop[] = {{.name = "in", .size = 1, .trains = &train},
                            {.name = "cells", .size = 20, .kernel = &lif_f64}};
    const spk_assignment no_rest = {.name = "t_ref", .value = SPK_CONSTANT(0)};
    pop[1].settings = &no_rest;
    pop[1].n_settings = 1;
    spk_projection p = projection("p", "in", "cells");
    p.weight = (spk_dist)SPK_CONSTANT(30);
    p.release = 0.3;
    spk_network_spec spec = spec_of(pop, 2, &p, 1, NULL, 0);
    spk_network *net;
    spk_outcome out;
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    REQUIRE(st == SPK_OK);
    CHECK(spk_network_run(net, 1100, &out) == SPK_OK);
    CHECK_NEAR((double)out.n_spikes, 30000, 4 * sqrt(100000 * 0.3 * 0.7));
    spk_network_free(net);
}

/* ---- explosion ---- */

TEST(a_network_that_explodes_stops_and_says_so) {
    spk_dist strong = SPK_CONSTANT(100), delay = SPK_CONSTANT(1);
    spk_network *net =
        recurrent(0.5, strong, "pairwise_bernoulli", 0, delay, NULL, 1, &lif_f64, NULL);
    spk_network_free(net);
    spk_population pop = {.name = "cells", .size = 200, .kernel = &lif_f64};
    spk_projection p = projection("rec", "cells", "cells");
    p.weight = strong;
    spk_input in = SPK_INPUT_INIT;
    in.name = "drive";
    in.to = "cells";
    in.value = (spk_dist)SPK_CONSTANT(30);
    spk_network_spec spec = spec_of(&pop, 1, &p, 1, &in, 1);
    spec.max_rate_Hz = 50;
    spk_outcome out;
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    REQUIRE(st == SPK_OK);
    CHECK(spk_network_run(net, 1000, &out) == SPK_OK);
    CHECK(out.exploded && out.time_ms < 1000 && out.n_spikes > 10000 && out.n_spikes <= 10200);
    spk_network_free(net);
}

/* ---- bad input ---- */

static const char *message_of(spk_population *pop, size_t n_pop, spk_projection *p, spk_input *in) {
    spk_network_spec spec = spec_of(pop, n_pop, p, p ? 1 : 0, in, in ? 1 : 0);
    spk_network *net = NULL;
    spk_ctx_diag_clear(ctx);
    CHECK(spk_network_new(ctx, &spec, NULL, &net) == SPK_ERR_INPUT);
    CHECK(!net);
    return last_message(ctx);
}

TEST(bad_descriptions_are_located_errors) {
    spk_kernel k = lif_signed();
    spk_population pop[] = {{.name = "E", .size = 10, .kernel = &k},
                            {.name = "I", .size = 5, .kernel = &lif_f64}};
    spk_projection good = projection("EI", "E", "I"), p = good;
    p.to = "J";
    p.to_loc = (spk_loc){"net.yaml", 7, 12, 1};
    CHECK_STR(message_of(pop, 2, &p, NULL), "projection EI: there is no population \"J\"");
    CHECK(spk_ctx_diag(ctx, 0)->loc.line == 7 && spk_ctx_diag(ctx, 0)->loc.column == 12);
    p = good;
    p.port = "spike";
    CHECK_STR(message_of(pop, 2, &p, NULL), "model lif has no port \"spike\" for spikes");
    p = good;
    p.delay_ms = (spk_dist)SPK_CONSTANT(0.04);
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "delay 0.04 ms of projection EI is below the step of 0.1 ms");
    p = good;
    p.rule = "pairwise_bernoulli";
    p.options.v[0] = 1.2;
    CHECK_STR(message_of(pop, 2, &p, NULL), "p of projection EI is 1.2, outside 0 to 1");
    p = good;
    p.release = -0.1;
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "release probability -0.1 of projection EI is outside 0 to 1");
    p = good;
    p.rule = "fixed_indegree";
    p.options.v[0] = 11;
    p.multapses = false;
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "an indegree of 11 is above the 10 neurons of E that can be a source");
    p.options.v[0] = 2.5;
    CHECK_STR(message_of(pop, 2, &p, NULL), "indegree of projection EI is 2.5, no whole number");
    p = projection("EE", "E", "E");
    p.port = "inh";
    p.weight = (spk_dist)SPK_CONSTANT(0.5);
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "weight 0.5 of EE has the wrong sign for port inh of lif");
    p.port = "exc";
    p.weight = (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 1, -0.5);
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "weight -0.5 of EE has the wrong sign for port exc of lif");
    p = good;
    p.rule = "all_to_al";
    CHECK_STR(message_of(pop, 2, &p, NULL), "there is no connection rule 'all_to_al'");
    CHECK_STR(spk_ctx_diag(ctx, 0)->hint, "did you mean 'all_to_all'?");
    p = good;
    p.rule = "one_to_one";
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "one_to_one needs populations of one size, but E has 10 neurons and I 5");
    uint32_t source = 3, target = 5;
    spk_edges edges = {.source = &source, .target = &target, .n = 1};
    p.rule = "explicit";
    p.edges = &edges;
    CHECK_STR(message_of(pop, 2, &p, NULL),
              "edge 0 of projection EI names neuron 5 of I, which has 5");
    spk_assignment bad = {.name = "tau", .value = SPK_CONSTANT(3)};
    pop[0].settings = &bad;
    pop[0].n_settings = 1;
    CHECK_STR(message_of(pop, 2, NULL, NULL), "model lif has no parameter or state \"tau\"");
    bad.name = "tau_m";
    bad.value.a = -3;
    CHECK_STR(message_of(pop, 2, NULL, NULL),
              "tau_m = -3 ms of neuron 0 of E is not what model lif allows");
    pop[0].n_settings = 0;
    spk_input in = SPK_INPUT_INIT;
    in.name = "drive";
    in.to = "K";
    CHECK_STR(message_of(pop, 2, NULL, &in), "input drive: there is no population \"K\"");
    pop[1].name = "E";
    CHECK_STR(message_of(pop, 2, NULL, NULL), "there are two populations E");
}

/* Ports for one sign: the inhibitory one is found by the weight's sign and given magnitudes. */
TEST(ports_are_found_by_the_sign_of_weights) {
    spk_kernel k = lif_signed();
    double at = 1.0;
    spk_train train = {&at, 1, 0, 10};
    spk_population pop[] = {{.name = "in", .size = 1, .trains = &train},
                            {.name = "E", .size = 3, .kernel = &k}};
    spk_projection p[] = {projection("plus", "in", "E"), projection("minus", "in", "E")};
    p[0].weight = (spk_dist)SPK_CONSTANT(5);
    p[1].weight = (spk_dist)SPK_CONSTANT(-2);
    spk_network_spec spec = spec_of(pop, 2, p, 2, NULL, 0);
    spk_network *net;
    spk_outcome out;
    spk_status st = spk_network_new(ctx, &spec, NULL, &net);
    REQUIRE(st == SPK_OK);
    CHECK(spk_network_run(net, 2, &out) == SPK_OK);
    double state[LIF_STATES], weight;
    spk_network_state(net, 1, 2, state);
    CHECK_NEAR(state[LIF_V], 3, 0);
    CHECK(spk_network_row(net, 1, 0, 1, NULL, &weight, NULL) == 3 && weight == -2);
    spk_network_free(net);
}

static spk_status build_and_run(spk_ctx *c) {
    double at = 1.0;
    spk_train train = {&at, 1, 0, 10};
    spk_population pop[] = {{.name = "in", .size = 1, .trains = &train},
                            {.name = "noise", .size = 3, .rate_Hz = 100},
                            {.name = "E", .size = 20, .kernel = &lif_f64}};
    spk_projection p[] = {projection("a", "in", "E"), projection("b", "noise", "E"),
                          projection("c", "E", "E"), projection("d", "E", "E")};
    p[1].rule = "fixed_indegree";
    p[1].options.v[0] = 2;
    p[2].rule = "fixed_outdegree";
    p[2].options.v[0] = 2;
    p[2].weight = (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 1, 2);
    p[2].delay_ms = (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 1, 2);
    p[3].rule = "fixed_total_number";
    p[3].options.v[0] = 30;
    p[3].multapses = false;
    p[0].weight = (spk_dist)SPK_CONSTANT(30);
    spk_input in[] = {SPK_INPUT_INIT, SPK_INPUT_INIT, SPK_INPUT_INIT};
    in[0].name = "current";
    in[0].start_ms = 1;
    in[1].name = "noisy";
    in[1].kind = SPK_INPUT_NOISE;
    in[2].name = "spikes";
    in[2].kind = SPK_INPUT_POISSON;
    in[2].rate_Hz = 100;
    in[0].to = in[1].to = in[2].to = "E";
    spk_network_spec spec = spec_of(pop, 3, p, 4, in, 3);
    spk_wiring *wiring = NULL;
    spk_network *net = NULL;
    spk_outcome out;
    const spk_train *trains;
    spk_status st = spk_wiring_new(c, &spec, &wiring);
    if (!st)
        st = spk_network_new(c, &spec, wiring, &net);
    if (!st)
        st = spk_network_run(net, 5, &out);
    if (!st)
        st = spk_network_trains(net, 2, &trains);
    if (!st)
        st = spk_network_set(net, &spec);
    spk_network_free(net);
    spk_wiring_free(wiring);
    return st;
}

TEST(failing_allocations_are_survived) {
    check_every_allocation(build_and_run);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(chain_of_neurons_fires_at_times_computed_by_hand);
    RUN(rules_keep_their_numbers);
    RUN(pairwise_bernoulli_has_binomial_counts);
    RUN(thinned_networks_are_those_drawn_directly);
    RUN(threads_do_not_show);
    RUN(networks_of_growing_p_are_nested);
    RUN(a_synapse_hands_on_its_share_of_spikes);
    RUN(a_network_that_explodes_stops_and_says_so);
    RUN(bad_descriptions_are_located_errors);
    RUN(ports_are_found_by_the_sign_of_weights);
    RUN(failing_allocations_are_survived);
    spk_ctx_free(ctx);
    return test_end();
}
