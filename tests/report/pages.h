/* Made-up fits for reports: a small one that has every section, and one as large as recordings come. */
#ifndef SPK_TESTS_REPORT_PAGES_H
#define SPK_TESTS_REPORT_PAGES_H

#include "test.h"

#include <spikefit/report.h>

enum { PAGE_SWEEPS = 8, PAGE_PARAMETERS = 9, PAGE_GENERATIONS = 120, PAGE_LAMBDA = 20, PAGE_NEURONS = 60,
       PAGE_FRONT = 30, PAGE_PARTICLES = 300, PAGE_RANKS = 60, PAGE_TRIALS = 3 };

typedef struct {
    spk_report_data data;
    spk_report_sweep sweep[PAGE_SWEEPS];
    char name[PAGE_SWEEPS][32];
    double *current, *model, *voltage[PAGE_SWEEPS];
    double *spike[PAGE_SWEEPS + 1];
    size_t n_spikes[PAGE_SWEEPS + 1];
    spk_report_window window[2];
    spk_report_parameter parameter[PAGE_PARAMETERS + 1];
    double profile[PAGE_PARAMETERS][3][25];
    spk_report_generation generation[PAGE_GENERATIONS];
    double *points, *losses, failed[PAGE_GENERATIONS][3];
    spk_train neuron[2 * PAGE_NEURONS];
    double neuron_spike[2 * PAGE_NEURONS][40];
    double rate[2][PAGE_NEURONS];
    double front_loss[PAGE_FRONT][3], front_value[PAGE_FRONT][PAGE_PARAMETERS];
    double particle[PAGE_PARTICLES][PAGE_PARAMETERS], weight[PAGE_PARTICLES], prior[PAGE_PARAMETERS][101];
    double quantile[3][PAGE_PARAMETERS], correlation[PAGE_PARAMETERS][PAGE_PARAMETERS];
    double rank[PAGE_RANKS][PAGE_PARAMETERS], rank_p[PAGE_PARAMETERS];
    const char *rank_words[PAGE_PARAMETERS];
    spk_train trial[PAGE_TRIALS];
} page;

static double page_noise(spk__rng *r) {
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += spk__rng_uniform(r);
    return (sum - 3) / sqrt(0.5);
}

/* A leaky integrator with noise of its own; spikes 1 ms wide. */
static void page_simulate(const double *current, size_t n, double dt, double noise, spk__rng *r, double *v,
                          double *spike, size_t *n_spikes) {
    double u = -70;
    size_t hold = 0;
    *n_spikes = 0;
    for (size_t i = 0; i < n; i++) {
        u += dt * (-(u + 70) / 12 + current[i] / 150) + noise * sqrt(dt) * page_noise(r);
        v[i] = hold ? -70 + 100 * sin(3.14 * (double)hold * dt) : u + noise * page_noise(r);
        if (hold && --hold == 0)
            u = -66;
        if (!hold && u > -52) {
            spike[(*n_spikes)++] = (double)i * dt;
            hold = (size_t)(1 / dt);
        }
    }
}

static void page_traces(page *p, double seconds, double dt) {
    size_t n = (size_t)(seconds * 1000 / dt);
    spk__rng r;
    spk__rng_init(&r, 5, SPK__RNG_TEST, 0, 0);
    p->current = malloc(n * sizeof(double));
    p->model = malloc(n * sizeof(double));
    double x = 0;
    for (size_t i = 0; i < n; i++) {
        x += -x * dt / 4 + sqrt(dt) * page_noise(&r);
        p->current[i] = (double)i * dt < 100 ? 0 : 175 + 60 * x;
    }
    for (int k = 0; k <= PAGE_SWEEPS; k++)
        p->spike[k] = malloc((size_t)(seconds * 1000) * sizeof(double));
    page_simulate(p->current, n, dt, 0, &r, p->model, p->spike[PAGE_SWEEPS], &p->n_spikes[PAGE_SWEEPS]);
    p->window[0] = (spk_report_window){0, seconds * 600, false};
    p->window[1] = (spk_report_window){seconds * 600, seconds * 1000, true};
    for (int k = 0; k < PAGE_SWEEPS; k++) {
        p->voltage[k] = malloc(n * sizeof(double));
        page_simulate(p->current, n, dt, 0.25, &r, p->voltage[k], p->spike[k], &p->n_spikes[k]);
        for (size_t i = n / 2; i < n / 2 + n / 100; i++)
            p->voltage[k][i] = NAN; /* the electrode was off */
        snprintf(p->name[k], sizeof p->name[k], "repeat %d", k + 1);
        spk_train recorded = {p->spike[k], p->n_spikes[k], 0, seconds * 1000};
        spk_train model = {p->spike[PAGE_SWEEPS], p->n_spikes[PAGE_SWEEPS], 0, seconds * 1000};
        p->sweep[k] = (spk_report_sweep){p->name[k], 0, {p->current, n, 0, dt}, {p->voltage[k], n, 0, dt},
                                         {p->model, n, 0, dt}, recorded, model, NULL, 0, k % 2 == 1, p->window, 2};
    }
    p->data.sweep = p->sweep;
    p->data.n_sweeps = PAGE_SWEEPS;
}

#define FITTED(name_, unit_, doc_, value_, low_, high_, log_, bound_, from, to)                                        \
    {.name = name_, .unit = unit_, .doc = doc_, .value = value_, .low = low_, .high = high_, .log = log_,              \
     .active_bound = bound_, .sure_low = from, .sure_high = to}

static void page_parameters(page *p) {
    static const spk_report_parameter fixed[PAGE_PARAMETERS + 1] = {
        FITTED("C_m", "pF", "membrane capacitance", 132.4, 20, 1000, true, 0, 120, 151),
        FITTED("g_L", "nS", "leak conductance", 9.87, 1, 100, true, 0, 8.1, 12.2),
        FITTED("E_L", "mV", "leak reversal potential", -68.2, -90, -50, false, 0, -71, -66),
        FITTED("V_th", "mV", "threshold of the upstroke", -51.3, -65, -30, false, 0, -52.5, -50.4),
        FITTED("Delta_T", "mV", "sharpness of the upstroke", 0.31, 0.3, 8, true, -1, 0.3, 0.9),
        FITTED("V_reset", "mV", "potential after a spike", -61.7, -90, -40, false, 0, -66, -58),
        FITTED("a", "nS", "subthreshold adaptation", 1.2, -15, 40, false, 0, -4, 14),
        FITTED("b", "pA", "jump of w at a spike", 41.0, 0, 500, false, 0, 30, 66),
        FITTED("tau_w", "ms", "time constant of adaptation", 173.0, 5, 800, true, 0, 90, 400),
        FITTED("V_peak", "mV", "where a spike is cut", 0, NAN, NAN, false, 0, NAN, NAN)};
    memcpy(p->parameter, fixed, sizeof fixed);
    for (int k = 0; k < PAGE_PARAMETERS; k++) {
        spk_report_parameter *q = &p->parameter[k];
        for (int i = 0; i < 25; i++) {
            double u = i / 24.0;
            double v = q->log ? q->low * pow(q->high / q->low, u) : q->low + u * (q->high - q->low);
            double away = q->log ? log(v / q->value) / log(q->high / q->low)
                                 : (v - q->value) / (q->high - q->low);
            p->profile[k][0][i] = v;
            p->profile[k][1][i] = 0.31 + (2 + k) * away * away;
            p->profile[k][2][i] = 0.31 + (2 + k) * away * away / 2;
        }
        q->profile_value = p->profile[k][0];
        q->profile_loss = p->profile[k][1];
        q->profile_refitted = p->profile[k][2];
        q->n_profile = 25;
        q->determined = "determined";
        q->sentence = "It is determined: a sentence says from where to where.";
    }
    p->data.near_limit = 0.35;
    p->data.parameter = p->parameter;
    p->data.n_parameters = PAGE_PARAMETERS + 1;
}

static void page_search(page *p) {
    spk__rng r;
    spk__rng_init(&r, 6, SPK__RNG_TEST, 0, 0);
    size_t all = (size_t)PAGE_GENERATIONS * PAGE_LAMBDA;
    p->points = malloc(all * PAGE_PARAMETERS * sizeof(double));
    p->losses = malloc(all * sizeof(double));
    double best = 1e9;
    for (int g = 0; g < PAGE_GENERATIONS; g++) {
        int age = g % 60;
        double spread = 0.25 * exp(-age / 15.0);
        for (int c = 0; c < PAGE_LAMBDA; c++) {
            double sum = 0, *x = &p->points[(g * PAGE_LAMBDA + c) * PAGE_PARAMETERS];
            for (int k = 0; k < PAGE_PARAMETERS; k++) {
                double centre = 0.45 + 0.25 * sin(k + g / 60) * exp(-age / 20.0);
                x[k] = fmin(1, fmax(0, centre + spread * page_noise(&r)));
                sum += (x[k] - 0.45) * (x[k] - 0.45);
            }
            double loss = c % 19 == 7 ? (double)INFINITY : 0.31 + sum;
            p->losses[g * PAGE_LAMBDA + c] = loss;
            best = fmin(best, loss);
        }
        p->generation[g] = (spk_report_generation){(g + 1.0) * PAGE_LAMBDA, best, 0.33 + 0.6 * exp(-age / 9.0), g / 60,
                                                   &p->points[g * PAGE_LAMBDA * PAGE_PARAMETERS],
                                                   &p->losses[g * PAGE_LAMBDA], PAGE_LAMBDA,
                                                   p->failed[g], PAGE_LAMBDA};
        p->failed[g][0] = fmax(0, 12 - age);
        p->failed[g][1] = 1;
    }
    p->data.generation = p->generation;
    p->data.n_generations = PAGE_GENERATIONS;
    p->data.n_evaluations = all;
}

static void page_network(page *p) {
    static spk_report_network_raster raster;
    static spk_report_distribution distribution[2];
    spk__rng r;
    spk__rng_init(&r, 7, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < 2 * PAGE_NEURONS; i++) {
        double t = 0;
        size_t n = 0;
        while (n < 40 && (t += -40 * log(spk__rng_uniform(&r)) + 5) < 1000)
            p->neuron_spike[i][n++] = t;
        p->neuron[i] = (spk_train){p->neuron_spike[i], n, 0, 1000};
        p->rate[i / PAGE_NEURONS][i % PAGE_NEURONS] = (double)n;
    }
    raster = (spk_report_network_raster){"Excitatory cells", p->neuron, p->neuron + PAGE_NEURONS, PAGE_NEURONS,
                                         PAGE_NEURONS};
    distribution[0] = (spk_report_distribution){"Firing rates", "rate (Hz)", p->rate[0], p->rate[1], PAGE_NEURONS,
                                                PAGE_NEURONS, "The means differ by 0.3 Hz (effect size 0.06)."};
    distribution[1] = (spk_report_distribution){"Weights", "weight (mV)", NULL, p->rate[1], 0, PAGE_NEURONS, NULL};
    p->data.raster = &raster;
    p->data.n_rasters = 1;
    p->data.distribution = distribution;
    p->data.n_distributions = 2;
}

/* A value at a part of the way between the bounds. */
static double page_value(const spk_report_parameter *q, double part) {
    part = fmin(1, fmax(0, part));
    return q->log ? q->low * pow(q->high / q->low, part) : q->low + part * (q->high - q->low);
}

/* A front of three objectives on a sphere's eighth: none is better than another in all. */
static void page_front(page *p) {
    static const char *const name[] = {"spikes", "voltage", "rate"};
    for (int i = 0; i < PAGE_FRONT; i++) {
        double up = 1.5708 * i / (PAGE_FRONT - 1), around = 1.5708 * ((i * 7) % PAGE_FRONT) / (PAGE_FRONT - 1);
        p->front_loss[i][0] = 1.1 - cos(up);
        p->front_loss[i][1] = 0.4 * (1.1 - sin(up) * cos(around));
        p->front_loss[i][2] = 1.1 - sin(up) * sin(around);
        for (int k = 0; k < PAGE_PARAMETERS; k++)
            p->front_value[i][k] = page_value(&p->parameter[k], k % 2 ? up / 1.6 : 0.3 + 0.05 * sin(i * k));
    }
    p->data.front = (spk_report_front){name, p->front_loss[0], p->front_value[0], PAGE_FRONT, 3, 7, 11, "row 8"};
}

static void page_posterior(page *p) {
    static const spk_report_check check[] = {{"spikes in a repeat", 42, 40.5, 36, 45, 0.61},
                                             {"variation of intervals (CV)", 0.91, 0.55, 0.48, 0.62, 0.0004}};
    static const spk_report_round round[] = {{(double)INFINITY, 1, 300, 300}, {0.8, 0.4, 1050, 240}};
    spk__rng r;
    spk__rng_init(&r, 8, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < PAGE_PARTICLES; i++) {
        double shared = page_noise(&r);
        p->weight[i] = 1.0 / PAGE_PARTICLES;
        for (int k = 0; k < PAGE_PARAMETERS; k++)
            p->particle[i][k] = page_value(&p->parameter[k], 0.5 + (k < 2 ? 0.1 * shared : 0) + 0.05 * page_noise(&r));
    }
    for (int k = 0; k < PAGE_PARAMETERS; k++) {
        for (int i = 0; i <= 100; i++)
            p->prior[k][i] = 1;
        for (int i = 0; i < 3; i++)
            p->quantile[i][k] = page_value(&p->parameter[k], (double[]){0.5, 0.4, 0.6}[i]);
        for (int j = 0; j < PAGE_PARAMETERS; j++)
            p->correlation[k][j] = j == k ? 1 : j < 2 && k < 2 ? 0.8 : -0.02 * (j + k);
        for (int i = 0; i < PAGE_RANKS; i++)
            p->rank[i][k] = spk__rng_uniform(&r);
        p->rank_p[k] = 0.5;
        p->rank_words[k] = "calibrated";
    }
    p->data.posterior = (spk_report_posterior){
        p->particle[0], p->weight, PAGE_PARTICLES, p->prior[0], 101, p->quantile[0], p->quantile[1], p->quantile[2],
        p->correlation[0], check, 2, p->rank[0], PAGE_RANKS, p->rank_p, p->rank_words, round, 2,
        "300 parameter sets whose simulated data come within 0.8 of the recorded ones."};
}

static void page_findings(page *p) {
    static const spk_report_term term[] = {{"coincidence_factor", 1, 0.16, 0.08, 3.96}, {"van_rossum", 0.2, 0.11, 0.09, 3.1}};
    page_front(p);
    page_posterior(p);
    for (int i = 0; i < PAGE_TRIALS; i++)
        p->trial[i] = p->sweep[i].recorded;
    for (int i = 0; i < PAGE_SWEEPS; i++) {
        p->sweep[i].trial = p->trial;
        p->sweep[i].n_trials = PAGE_TRIALS;
    }
    p->data.term = term;
    p->data.n_terms = 2;
    p->data.poor = true;
    p->data.diagnosis = "85 % of the candidates never spiked: <b>lower</b> the threshold.\nV_th ended at its bound.";
    p->data.known = "Nearly as good as the best loss, 0.31, is here what stays below 0.35.";
    p->data.known_best = "C_m up and g_L up together: 0.2 times as far as each can go alone.";
    p->data.sure_title = "nearly as good";
    p->data.sure_words = "Green: where the loss stays nearly as good.";
}

/* whole: with a network's sections, a front, a posterior, a diagnosis and trials too. */
static inline page *page_new(double seconds, double dt, bool whole) {
    static const spk_report_score score[] = {
        {"coincidence factor", "train", "", 0.842, 0.801, 0.878, 0.861, false},
        {"coincidence factor", "test", "", 0.793, 0.721, 0.852, 0.858, false},
        {"Md*", "test", "", 0.871, 0.81, 0.92, 0.93, false},
        {"rate error", "test", "Hz", 0.42, -0.2, 1.1, NAN, true},
        {"explained variance", "test", "", 0.64, 0.55, 0.72, NAN, false}};
    static const spk_report_count failure[] = {{"silent", 312}, {"exploded", 41}, {"not finite", 3}};
    static const spk_report_fact fact[] = {{"seed", "1"},
                                           {"stopped", "the budget of 40,000 evaluations was used up"},
                                           {"spikefit", "0.1.0, heun with carry, dt 0.1 ms, float64"},
                                           {"data", "cell07.csv, sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}};
    static const char *const correlation[] = {"C_m and g_L: 0.97; only their ratio is determined well",
                                              "a and tau_w: -0.81"};
    page *p = calloc(1, sizeof *p);
    page_traces(p, seconds, dt);
    page_parameters(p);
    page_search(p);
    if (whole) {
        page_network(p);
        page_findings(p);
    }
    p->data.title = "cell07: aeif_psc_exp";
    p->data.summary = "On held-out data the model reaches a coincidence factor of 0.79 (0.72 to 0.85) at 4 ms; the "
                      "recorded repeats reach 0.86 among themselves.";
    p->data.warning = "Delta_T lies at its lower bound: the recording wants a sharper upstroke than the study allows.";
    p->data.model_name = "aeif_psc_exp";
    p->data.model_doc = "Adaptive exponential integrate-and-fire (AdEx), currents.\n\nEquations:\n"
                        "    C_m dV_m/dt = -g_L (V_m - E_L) + g_L Delta_T exp((V_m - V_th) / Delta_T) - w + I\n"
                        "    tau_w dw/dt = a (V_m - E_L) - w\n\nIf V_m < V_peak && w > 0: </script><b>nothing</b>.";
    p->data.model_equations = "V_m' = (-g_L * (V_m - E_L) + ...) / C_m\nw' = (a * (V_m - E_L) - w) / tau_w";
    p->data.score = score;
    p->data.n_scores = sizeof score / sizeof score[0];
    p->data.correlation = correlation;
    p->data.n_correlations = 2;
    p->data.failure = failure;
    p->data.n_failures = 3;
    p->data.study = "model: aeif_psc_exp\ndata:\n  recording: cell07.csv\n  train: [0 s, 6 s]\n  test: [6 s, 10 s]\n"
                    "fit:\n  C_m: {min: 20 pF, max: 1000 pF, scale: log}\nseed: 1\n";
    p->data.command = "spikefit fit study.yaml --out run1";
    p->data.fact = fact;
    p->data.n_facts = sizeof fact / sizeof fact[0];
    return p;
}

static inline void page_free(page *p) {
    for (int k = 0; k < PAGE_SWEEPS; k++)
        free(p->voltage[k]);
    for (int k = 0; k <= PAGE_SWEEPS; k++)
        free(p->spike[k]);
    free(p->current);
    free(p->model);
    free(p->points);
    free(p->losses);
    free(p);
}

#endif
