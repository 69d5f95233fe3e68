/* Networks: the engine with the built-in models' kernels as users have them, in float, against
 * plain scalar loops over the same wires, in the same run.
 *
 *     bench_network [cuba | seed | 20000 | 100000 | build | large]
 *     (nothing: the first three; large: all, and two threads)
 *
 * CUBA 4000, the seed network (200 + 50 Izhikevich, p .5), 20,000 and 100,000 Izhikevich neurons of
 * 1000 synapses each, and building 100 million synapses. Times are the best of several runs that
 * take turns, one thread unless it says so. brian2_network.py puts Brian2 beside them. */
#include <spikefit/model.h>
#include <spikefit/network.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Of one thread its own time, which other programs do not lengthen; else the time of day. */
static clockid_t watch = CLOCK_THREAD_CPUTIME_ID;

static double now(void) {
    struct timespec t;
    clock_gettime(watch, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static spk_ctx *ctx;

static void require(spk_status st) {
    char text[1000];
    if (!st)
        return;
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        spk_diag_format(spk_ctx_diag(ctx, i), false, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    exit(spk_status_exit_code(st));
}

/* The built-in models' kernels, and the step that the plain loops take. */
static const spk_kernel *iz_kernel, *cuba_kernel;

static const spk_kernel *open_kernel(const char *name, const char *integrator, spk_model **model) {
    spk_model_options options = SPK_MODEL_OPTIONS_INIT;
    options.integrator = integrator;
    require(spk_model_open(ctx, name, &options, model));
    return spk_model_kernel(*model, SPK_FLOAT32);
}

typedef struct {
    spk_population pop[2];
    spk_projection p[4];
    spk_input in[1];
    spk_assignment set[9];
    spk_network_spec spec;
} model;

static spk_projection connect(const char *name, const char *from, const char *to, const char *rule,
                              double value, spk_dist weight) {
    spk_projection p = SPK_PROJECTION_INIT;
    p.name = name;
    p.from = from;
    p.to = to;
    p.rule = rule;
    p.options.v[0] = value;
    p.weight = weight;
    return p;
}

static void make_izhikevich(model *m, uint32_t n, const char *rule, double to_e, double to_i,
                            double scale) {
    memset(m, 0, sizeof *m);
    static const char *names[] = {"a", "b", "c", "d"};
    static const double e[] = {0.02, 0.2, -65, 8}, i[] = {0.1, 0.2, -65, 2};
    for (int k = 0; k < 4; k++) {
        m->set[k] = (spk_assignment){.name = names[k], .value = SPK_CONSTANT(e[k])};
        m->set[4 + k] = (spk_assignment){.name = names[k], .value = SPK_CONSTANT(i[k])};
    }
    m->pop[0] = (spk_population){"E", n / 5 * 4, iz_kernel, m->set, 4, NULL, 0, {0}};
    m->pop[1] = (spk_population){"I", n / 5, iz_kernel, m->set + 4, 4, NULL, 0, {0}};
    spk_dist exc = SPK_DIST(SPK_DIST_UNIFORM, 0, 0.5 * scale);
    spk_dist inh = SPK_DIST(SPK_DIST_UNIFORM, 0, -1 * scale);
    m->p[0] = connect("EE", "E", "E", rule, to_e, exc);
    m->p[1] = connect("EI", "E", "I", rule, to_i, exc);
    m->p[2] = connect("IE", "I", "E", rule, to_e, inh);
    m->p[3] = connect("II", "I", "I", rule, to_i, inh);
    m->in[0] = (spk_input)SPK_INPUT_INIT;
    m->in[0].name = "drive";
    m->in[0].to = "E";
    m->in[0].value = (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 5, 12);
    m->spec = (spk_network_spec)SPK_NETWORK_SPEC_INIT;
    m->spec.populations = m->pop;
    m->spec.n_populations = 2;
    m->spec.projections = m->p;
    m->spec.n_projections = 4;
    m->spec.inputs = m->in;
    m->spec.n_inputs = 1;
    m->spec.dt_ms = 1;
}

static void make_cuba(model *m) {
    memset(m, 0, sizeof *m);
    /* With C_m = tau_m in numbers a current of 1 pA drives as much as 1 mV does in the benchmark.
     */
    static const struct {
        const char *name;
        double value;
    } set[] = {{"tau_m", 20},    {"C_m", 20},  {"E_L", -49},      {"V_th", -50},
               {"V_reset", -60}, {"t_ref", 5}, {"tau_syn_ex", 5}, {"tau_syn_in", 10}};
    enum { N_SET = sizeof set / sizeof set[0] };
    for (size_t i = 0; i < N_SET; i++)
        m->set[i] = (spk_assignment){.name = set[i].name, .value = SPK_CONSTANT(set[i].value)};
    m->set[N_SET] = (spk_assignment){.name = "V_m", .value = SPK_DIST(SPK_DIST_UNIFORM, -60, -50)};
    m->pop[0] = (spk_population){"E", 3200, cuba_kernel, m->set, N_SET + 1, NULL, 0, {0}};
    m->pop[1] = (spk_population){"I", 800, cuba_kernel, m->set, N_SET + 1, NULL, 0, {0}};
    spk_dist exc = SPK_CONSTANT(1.62), inh = SPK_CONSTANT(-9);
    m->p[0] = connect("EE", "E", "E", "pairwise_bernoulli", 0.02, exc);
    m->p[1] = connect("EI", "E", "I", "pairwise_bernoulli", 0.02, exc);
    m->p[2] = connect("IE", "I", "E", "pairwise_bernoulli", 0.02, inh);
    m->p[3] = connect("II", "I", "I", "pairwise_bernoulli", 0.02, inh);
    for (int k = 0; k < 4; k++) {
        m->p[k].port = k < 2 ? "exc_spikes" : "inh_spikes";
        m->p[k].delay_ms = (spk_dist)SPK_CONSTANT(0.1);
    }
    m->spec = (spk_network_spec)SPK_NETWORK_SPEC_INIT;
    m->spec.populations = m->pop;
    m->spec.n_populations = 2;
    m->spec.projections = m->p;
    m->spec.n_projections = 4;
    m->spec.dt_ms = 0.1;
}

/* ---- plain scalar loops ---- */

typedef struct {
    size_t n, n_e;
    size_t *start;
    uint32_t *target;
    float *weight;
    float *state[4], *in_e, *in_i, *drive, *par[4];
    uint32_t *fired;
} plain;

/* The wires of the network, both populations in one numbering. */
static plain plain_of(const model *m, const spk_network *net) {
    plain p = {.n_e = m->pop[0].size, .n = m->pop[0].size + m->pop[1].size};
    size_t total = 0;
    for (size_t i = 0; i < 4; i++)
        total += spk_network_synapse_count(net, i);
    p.start = calloc(p.n + 1, sizeof *p.start);
    p.target = malloc((total + 1) * sizeof *p.target);
    p.weight = malloc((total + 1) * sizeof *p.weight);
    uint32_t *row = malloc(p.n * 4 * sizeof *row);
    double *w = malloc(p.n * 4 * sizeof *w);
    for (size_t s = 0, at = 0; s < p.n; s++) {
        for (size_t k = 0; k < 2; k++) {
            size_t link = (s < p.n_e ? 0 : 2) + k;
            size_t c = spk_network_row(net, link, (uint32_t)(s < p.n_e ? s : s - p.n_e), p.n * 4,
                                       row, w, NULL);
            for (size_t i = 0; i < c; i++, at++) {
                p.target[at] = row[i] + (k ? (uint32_t)p.n_e : 0);
                p.weight[at] = (float)w[i];
            }
        }
        p.start[s + 1] = at;
    }
    free(row);
    free(w);
    for (int i = 0; i < 4; i++)
        p.state[i] = calloc(p.n, sizeof(float));
    p.in_e = calloc(p.n, sizeof(float));
    p.in_i = calloc(p.n, sizeof(float));
    p.drive = calloc(p.n, sizeof(float));
    p.fired = malloc(p.n * sizeof *p.fired);
    for (size_t s = 0; s < p.n; s++) {
        double state[4];
        spk_network_state(net, s >= p.n_e, (uint32_t)(s < p.n_e ? s : s - p.n_e), state);
        for (int i = 0; i < (m->pop[0].kernel == iz_kernel ? 2 : 4); i++)
            p.state[i][s] = (float)state[i];
    }
    return p;
}

static void plain_free(plain *p) {
    free(p->start);
    free(p->target);
    free(p->weight);
    for (int i = 0; i < 4; i++)
        free(p->state[i]);
    free(p->in_e);
    free(p->in_i);
    free(p->drive);
    free(p->fired);
}

__attribute__((optimize("no-tree-vectorize"))) static size_t
plain_izhikevich(plain *p, const model *m, size_t steps) {
    size_t spikes = 0, n_fired = 0;
    for (size_t t = 0; t < steps; t++) {
        for (size_t j = 0; j < n_fired; j++) {
            size_t s = p->fired[j];
            for (size_t k = p->start[s]; k < p->start[s + 1]; k++)
                p->in_e[p->target[k]] += p->weight[k];
        }
        n_fired = 0;
        for (size_t i = 0; i < p->n; i++) {
            const spk_assignment *set = m->set + (i < p->n_e ? 0 : 4);
            float a = (float)set[0].value.a, b = (float)set[1].value.a;
            float v = p->state[0][i], u = p->state[1][i];
            float vn = v + (0.04f * v * v + 5 * v + 140 - u + p->drive[i]) + p->in_e[i];
            float un = u + a * (b * v - u);
            p->in_e[i] = 0;
            if (vn >= 30) {
                vn = (float)set[2].value.a;
                un += (float)set[3].value.a;
                p->fired[n_fired++] = (uint32_t)i;
            }
            p->state[0][i] = vn;
            p->state[1][i] = un;
        }
        spikes += n_fired;
    }
    return spikes;
}

__attribute__((optimize("no-tree-vectorize"))) static size_t plain_cuba(plain *p, const model *m,
                                                                        size_t steps) {
    (void)m;
    size_t spikes = 0, n_fired = 0;
    const float tm = 0.1f / 20, te = (float)exp(-0.1 / 5), ti = (float)exp(-0.1 / 10);
    for (size_t t = 0; t < steps; t++) {
        for (size_t j = 0; j < n_fired; j++) {
            size_t s = p->fired[j];
            float *to = s < p->n_e ? p->state[1] : p->state[2];
            for (size_t k = p->start[s]; k < p->start[s + 1]; k++)
                to[p->target[k]] += p->weight[k];
        }
        n_fired = 0;
        for (size_t i = 0; i < p->n; i++) {
            float v = p->state[0][i], ge = p->state[1][i], gi = p->state[2][i], r = p->state[3][i];
            if (r > 0)
                r -= 1;
            else
                v += tm * (ge + gi - (v + 49));
            p->state[1][i] = ge * te;
            p->state[2][i] = gi * ti;
            if (v > -50) {
                v = -60;
                r = 50;
                p->fired[n_fired++] = (uint32_t)i;
            }
            p->state[0][i] = v;
            p->state[3][i] = r;
        }
        spikes += n_fired;
    }
    return spikes;
}

/* ---- one case ---- */

typedef struct {
    const char *name;
    size_t steps;
    int repeats, threads;
    size_t (*loops)(plain *, const model *, size_t);
    double aim; /* times the loops' speed */
} bench_case;

static double time_loops(const bench_case *c, const model *m, const spk_network *net,
                         size_t *spikes) {
    plain p = plain_of(m, net);
    for (size_t j = 0; m->spec.n_inputs && j < p.n_e; j++)
        p.drive[j] = 5 + 7 * (float)j / (float)p.n_e;
    double t = now();
    *spikes = c->loops(&p, m, c->steps);
    t = now() - t;
    plain_free(&p);
    return t;
}

static void print_case(const bench_case *c, const model *m, const spk_network *net,
                       const double *best, const spk_outcome *out, size_t plain_spikes) {
    uint64_t synapses = 0, bytes = 0;
    for (size_t i = 0; i < m->spec.n_projections; i++) {
        synapses += spk_network_synapse_count(net, i);
        bytes += spk_network_synapse_bytes(net, i);
    }
    double scale =
        (double)(m->pop[0].size + m->pop[1].size) * (double)c->steps * m->spec.dt_ms / 1000;
    printf("%-24s %d thread%s %9.4f ms; plain loops %9.4f ms: %5.2f times (aim %.1f); %.1f Hz "
           "(plain %.1f); %.3g synapses of %.2f bytes built in %.4f s\n",
           c->name, c->threads, c->threads > 1 ? "s" : " ", 1e3 * best[0], 1e3 * best[1],
           best[1] / best[0], c->aim, (double)out->n_spikes / scale, (double)plain_spikes / scale,
           (double)synapses, (double)bytes / (double)synapses, best[2]);
    fflush(stdout);
}

/* Runs in turn: the engine, the loops; best: their seconds, and those of building. */
static void run_case(model *m, const bench_case *c) {
    double best[3] = {INFINITY, INFINITY, 0};
    spk_outcome out = {0};
    size_t plain_spikes = 0;
    m->spec.threads = c->threads;
    watch = c->threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    for (int i = 0; i < c->repeats; i++) {
        spk_network *net = NULL;
        double t = now();
        require(spk_network_new(ctx, &m->spec, NULL, &net));
        best[2] = i ? fmin(best[2], now() - t) : now() - t;
        if (i < 5)
            best[1] = fmin(best[1], time_loops(c, m, net, &plain_spikes));
        t = now();
        require(spk_network_run(net, (double)c->steps * m->spec.dt_ms, &out));
        best[0] = fmin(best[0], now() - t);
        if (i + 1 == c->repeats)
            print_case(c, m, net, best, &out, plain_spikes);
        spk_network_free(net);
    }
}

/* A candidate's network against its simulation, with the wiring drawn once. */
static void rebuild_case(model *m, size_t steps) {
    spk_wiring *w = NULL;
    spk_network *net = NULL;
    model big = *m;
    for (int i = 0; i < 4; i++)
        big.p[i].options.v[0] = 1;
    big.spec.projections = big.p;
    require(spk_wiring_new(ctx, &big.spec, &w));
    require(spk_network_new(ctx, &m->spec, w, &net));
    double set = 1e30, run = 1e30;
    spk_outcome out;
    for (int i = 0; i < 50; i++) {
        double t0 = now();
        require(spk_network_set(net, &m->spec));
        double t1 = now();
        require(spk_network_run(net, (double)steps * m->spec.dt_ms, &out));
        double t2 = now();
        set = t1 - t0 < set ? t1 - t0 : set;
        run = t2 - t1 < run ? t2 - t1 : run;
    }
    printf("seed network, candidate: built in %.4f ms, %zu steps in %.4f ms\n", 1e3 * set, steps,
           1e3 * run);
    spk_network_free(net);
    spk_wiring_free(w);
}

static void build_case(void) {
    model m;
    make_cuba(&m);
    m.pop[0].size = 80000;
    m.pop[1].size = 20000;
    m.spec.threads = 2;
    watch = CLOCK_MONOTONIC;
    for (int kind = 0; kind < 2; kind++) {
        for (int i = 0; i < 4; i++) {
            m.p[i].rule = kind ? "fixed_indegree" : "pairwise_bernoulli";
            m.p[i].options.v[0] = kind ? (i < 2 ? 800 : 200) : 0.01;
            m.p[i].weight = i < 2 ? (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, 0, 1)
                                  : (spk_dist)SPK_DIST(SPK_DIST_UNIFORM, -1, 0);
        }
        double t = now();
        spk_network *net = NULL;
        require(spk_network_new(ctx, &m.spec, NULL, &net));
        t = now() - t;
        uint64_t n = 0;
        for (size_t i = 0; i < 4; i++)
            n += spk_network_synapse_count(net, i);
        printf("%s: %.4g synapses with weights built in %.2f s on 2 threads (aim 5)\n", m.p[0].rule,
               (double)n, t);
        spk_network_free(net);
    }
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : "";
    bool large = !strcmp(only, "large"), all = !*only || large;
    spk_model *models[2];
    model m;
    ctx = spk_ctx_new(NULL);
    iz_kernel = open_kernel("izhikevich", "euler:grid,held", &models[0]);
    cuba_kernel = open_kernel("iaf_psc_exp", "exact", &models[1]);
    if (all || !strcmp(only, "cuba")) {
        make_cuba(&m);
        run_case(&m, &(bench_case){"CUBA 4000, 1 s", 10000, 25, 1, plain_cuba, 4});
    }
    if (all || !strcmp(only, "seed")) {
        make_izhikevich(&m, 250, "pairwise_bernoulli", 0.5, 0.5, 1);
        run_case(&m,
                 &(bench_case){"seed network, 1000 steps", 1000, 300, 1, plain_izhikevich, 5.5});
        rebuild_case(&m, 1000);
    }
    bench_case c = {"20,000 x 1000, 1 s", 1000, 3, 1, plain_izhikevich, 2.9};
    make_izhikevich(&m, 20000, "fixed_outdegree", 800, 200, 0.1);
    if (all || !strcmp(only, "20000"))
        run_case(&m, &c);
    if (large) {
        c.threads = 2;
        run_case(&m, &c);
    }
    if (large || !strcmp(only, "100000")) {
        make_izhikevich(&m, 100000, "fixed_outdegree", 800, 200, 0.1);
        run_case(&m, &(bench_case){"100,000 x 1000, 1 s", 1000, 2, 1, plain_izhikevich, 2.2});
    }
    if (large || !strcmp(only, "build"))
        build_case();
    for (size_t i = 0; i < 2; i++)
        spk_model_free(models[i]);
    spk_ctx_free(ctx);
    return 0;
}
