/* The built-in models: each is documented, and each behaves as its paper says. */
#include "models/runner.h"

#include <spikefit/hint.h>
#include <spikefit/unit.h>

static spk_model *open_model(spk_ctx *ctx, const char *name) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.kind = SPK_MODEL_ANY;
    spk_model *m = NULL;
    if (spk_model_open(ctx, name, &o, &m) != SPK_OK) {
        printf("# %s does not open: %s\n", name,
               spk_ctx_diag_count(ctx) ? spk_ctx_diag(ctx, 0)->message : "");
        test__bad++;
    }
    return m;
}

/* ---- documentation ---- */

static void check_quantities(const char *model, const spk_quantity *q, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!q[i].doc || !*q[i].doc || !q[i].unit) {
            printf("# %s: %s has no comment\n", model, q[i].name);
            test__bad++;
        }
}

static void check_words(const spk_builtin_model *b) {
    size_t length = strlen(b->sentence);
    bool ok = length > 20 && length <= 62 && b->sentence[length - 1] == '.';
    ok &= strstr(b->text, "Equations:") && strstr(b->text, "Reference") && strstr(b->text, "doi:10.");
    if (!ok)
        printf("# %s lacks a part of its comment\n", b->name);
    CHECK(ok);
}

TEST(every_model_says_what_it_is) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(spk_builtin_model_count() >= 15);
    for (size_t i = 0; i < spk_builtin_model_count(); i++) {
        const spk_builtin_model *b = spk_builtin_model_at(i);
        check_words(b);
        spk_model *m = open_model(ctx, b->name);
        if (!m)
            continue;
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        CHECK_STR(spk_model_name(m), b->name);
        check_quantities(b->name, k->parameters, k->n_parameters);
        check_quantities(b->name, k->states, k->n_states);
        CHECK(k->n_continuous == 1 && strcmp(k->continuous[0].name, "I_stim") == 0);
        find_quantity(k->parameters, k->n_parameters, "I_e");
        find_quantity(k->states, k->n_states, "V_m");
        CHECK(k->n_spike_ports >= 1);
        spk_model_free(m);
    }
    spk_ctx_free(ctx);
}

/* ---- suggestions for a fit ---- */

/* A parameter's guard must hold at a bound when the others have their defaults. */
static bool is_legal(const spk_kernel *k, size_t i, double value) {
    double p[RUN_PARAMETERS] = {0};
    unsigned char set[RUN_PARAMETERS] = {0};
    p[i] = value;
    set[i] = 1;
    k->defaults(p, set, 0.1);
    return k->guard(p, 0.1) == -1;
}

static size_t check_hints(spk_ctx *ctx, const spk_kernel *k) {
    double p[RUN_PARAMETERS] = {0};
    unsigned char set[RUN_PARAMETERS] = {0};
    k->defaults(p, set, 0.1);
    size_t freed = 0;
    for (size_t i = 0; i < k->n_parameters; i++) {
        spk_hint h;
        CHECK(spk_hint_parse(ctx, &k->parameters[i], &h) == SPK_OK);
        if (h.kind == SPK_HINT_NONE)
            continue;
        freed += h.kind == SPK_HINT_FIT;
        bool ok = p[i] >= h.low * h.scale && p[i] <= h.high * h.scale &&
                  is_legal(k, i, h.low * h.scale) && is_legal(k, i, h.high * h.scale);
        if (!ok)
            printf("# %s: the bounds of %s\n", k->model, k->parameters[i].name);
        CHECK(ok);
    }
    return freed;
}

TEST(every_synapse_says_what_it_is) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(spk_builtin_synapse_count() >= 3);
    for (size_t i = 0; i < spk_builtin_synapse_count(); i++) {
        const spk_builtin_model *b = spk_builtin_synapse_at(i);
        check_words(b);
        spk_model *m = open_model(ctx, b->name);
        if (!m)
            continue;
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        CHECK(k->synapse && k->synapse->pre);
        check_quantities(b->name, k->parameters, k->n_parameters);
        check_quantities(b->name, k->states, k->n_states);
        check_hints(ctx, k);
        spk_model_free(m);
    }
    spk_ctx_free(ctx);
}

TEST(bounds_hold_the_default_and_are_legal) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_builtin_model_count(); i++) {
        spk_model *m = open_model(ctx, spk_builtin_model_at(i)->name);
        if (!m)
            continue;
        size_t freed = check_hints(ctx, spk_model_kernel(m, SPK_FLOAT64));
        CHECK(freed >= 3 && freed <= 16);
        spk_model_free(m);
    }
    spk_ctx_free(ctx);
}

/* ---- against scipy ---- */

typedef struct {
    double mean, amplitude[2], period[2];
} waves;

static double wave_current(const void *arg, double t) {
    const waves *w = arg;
    double i = w->mean;
    for (int k = 0; k < 2; k++)
        i += w->amplitude[k] * sin(2 * 3.14159265358979323846 * t / w->period[k]);
    return i;
}

typedef struct {
    char name[64], model[64];
    char set_name[16][32];
    double set_value[16], stop, spike[128], sample_t[32], sample_v[32];
    int n_set, n_spikes, n_samples;
    waves current;
} reference_case;

/* The next case of reference.txt; false at the end. */
static bool read_case(char **text, reference_case *c) {
    *c = (reference_case){.n_set = 0};
    bool found = false;
    while (**text) {
        char *line = *text, *end = strchr(line, '\n');
        if (strncmp(line, "case ", 5) == 0) {
            if (found)
                return true;
            found = sscanf(line, "case %63s %63s", c->name, c->model) == 2;
        }
        c->n_set += sscanf(line, "set %31s %lf", c->set_name[c->n_set], &c->set_value[c->n_set]) == 2;
        sscanf(line, "current %lf %lf %lf %lf %lf", &c->current.mean, &c->current.amplitude[0],
               &c->current.period[0], &c->current.amplitude[1], &c->current.period[1]);
        sscanf(line, "stop %lf", &c->stop);
        c->n_spikes += sscanf(line, "spike %lf", &c->spike[c->n_spikes]) == 1;
        c->n_samples += sscanf(line, "sample %lf %lf", &c->sample_t[c->n_samples],
                               &c->sample_v[c->n_samples]) == 2;
        *text = end + 1;
    }
    return found;
}

static double distance_to_spike(const reference_case *c, double t) {
    double nearest = 1e9;
    for (int i = 0; i < c->n_spikes; i++)
        nearest = fmin(nearest, fabs(c->spike[i] - t));
    return nearest;
}

/* Largest spike time error; -1 if their number differs. */
static double compare(const spk_kernel *k, const reference_case *c, double dt, double *v_error) {
    run r = {.kernel = k, .dt_ms = dt, .current = wave_current, .current_arg = &c->current};
    for (int i = 0; i < c->n_set; i++)
        run_set(&r, c->set_name[i], c->set_value[i]);
    run_start(&r);
    *v_error = 0;
    for (int i = 0; i < c->n_samples; i++) {
        run_to(&r, c->sample_t[i]);
        /* Not beside a spike, where a microsecond is a millivolt. */
        if (distance_to_spike(c, c->sample_t[i]) > 3)
            *v_error = fmax(*v_error, fabs(run_state(&r, "V_m") - c->sample_v[i]));
    }
    run_to(&r, c->stop);
    double worst = (int)r.n_spikes == c->n_spikes ? 0 : -1;
    for (int i = 0; worst >= 0 && i < c->n_spikes; i++)
        worst = fmax(worst, fabs(r.spike[i] - c->spike[i]));
    if (worst < 0)
        printf("# %s at %g ms: %zu spikes, not %d; first %g, not %g\n", c->name, dt, r.n_spikes,
               c->n_spikes, r.spike[0], c->spike[0]);
    run_end(&r);
    return worst;
}

TEST(spikes_are_where_scipy_has_them) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    char path[512], *text = NULL;
    size_t length = 0;
    const char *source = getenv("SPK_SOURCE");
    snprintf(path, sizeof path, "%s/tests/models/reference.txt", source ? source : ".");
    REQUIRE(spk__read_file(ctx, path, 0, &text, &length) == SPK_OK);
    static reference_case c;
    int n = 0;
    for (char *at = text; read_case(&at, &c); n++) {
        spk_model *m = open_model(ctx, c.model);
        if (!m)
            continue;
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        /* Spikes on the grid are late by half a step each, and what comes after inherits it. */
        double usual = spk_model_default_dt(m), small = k->carry ? 0.01 : 0.001, v_usual, v_small;
        double at_usual = compare(k, &c, usual, &v_usual), at_small = compare(k, &c, small, &v_small);
        printf("# %-24s %-14s spike times: %7.4f ms at dt %g, %7.5f at %g; V %.4f, %.5f mV\n", c.name,
               k->integrator, at_usual, usual, at_small, small, v_usual, v_small);
        CHECK(!k->carry || (at_usual >= 0 && at_usual < 0.25));
        CHECK(at_small >= 0 && at_small < 0.02);
        CHECK(v_small < 0.1);
        spk_model_free(m);
    }
    CHECK(n == 23);
    spk__free(ctx, text);
    spk_ctx_free(ctx);
}

/* ---- numbers from papers and from NEST ---- */

static double constant_current(const void *arg, double t) {
    (void)t;
    return *(const double *)arg;
}

/* Spikes under a constant current; `set` is "NAME", value pairs ended by NULL. */
static size_t count_spikes(const char *model, double current, double stop, double dt, run *r,
                           const char *const *name, const double *value) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_model *m = open_model(ctx, model);
    *r = (run){.dt_ms = dt, .current = constant_current, .current_arg = &current};
    if (m) {
        r->kernel = spk_model_kernel(m, SPK_FLOAT64);
        for (size_t i = 0; name && name[i]; i++)
            run_set(r, name[i], value[i]);
        run_start(r);
        run_to(r, stop);
        run_end(r);
    }
    spk_model_free(m);
    spk_ctx_free(ctx);
    return r->n_spikes;
}

/* Closed form: C_m (V_th - E_L) / tau_m = 375 pA; interval t_ref + tau_m ln((V_inf - V_reset) / (V_inf - V_th)). */
TEST(leaky_integrator_fires_as_the_formula_says) {
    run r;
    CHECK(count_spikes("iaf_psc_exp", 374.9, 2000, 0.1, &r, NULL, NULL) == 0);
    CHECK(count_spikes("iaf_psc_exp", 375.5, 2000, 0.1, &r, NULL, NULL) > 0);
    for (double current = 400; current < 2000; current += 200) {
        double v = -70 + current * 10 / 250, interval = 2 + 10 * log((v + 70) / (v + 55));
        REQUIRE(count_spikes("iaf_psc_exp", current, 500, 0.01, &r, NULL, NULL) > 5);
        /* Exact but for the grid: never early, never a step late. */
        double late = r.spike[4] - r.spike[3] - interval;
        CHECK(late > -1e-6 && late < 0.01 + 1e-6);
        CHECK(r.spike[0] - interval + 2 > -1e-6 && r.spike[0] - interval + 2 < 0.01 + 1e-6);
    }
}

/* The saddle-node lies at (k (v_t - v_r) + b)^2 / (4 k) = 51.43 pA for the regular spiking cell of the book. */
TEST(izhikevich_2007_has_the_rheobase_of_the_book) {
    run r;
    CHECK(count_spikes("izhikevich_2007", 51.3, 3000, 0.1, &r, NULL, NULL) == 0);
    CHECK(count_spikes("izhikevich_2007", 52.5, 3000, 0.1, &r, NULL, NULL) > 0);
}

/* Repetitive firing of the Hodgkin-Huxley axon begins near 6.3 uA/cm2 (one spike or two below). */
TEST(squid_axon_has_its_threshold_of_repetitive_firing) {
    run r;
    CHECK(count_spikes("hh_psc_alpha", 600, 500, 0.01, &r, NULL, NULL) <= 3);
    CHECK(count_spikes("hh_psc_alpha", 640, 500, 0.01, &r, NULL, NULL) >= 25);
}

/* Resets by LSODAR in NEST's reference data (data/reference/adex_lsodar_50ms.txt), w(0) = 5 pA. */
TEST(adex_resets_where_lsodar_does) {
    static const double want[3] = {18.7153, 30.5606, 42.4952};
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_model *m = open_model(ctx, "aeif_psc_exp");
    REQUIRE(m != NULL);
    double current = 420;
    run r = {.kernel = spk_model_kernel(m, SPK_FLOAT64), .dt_ms = 0.01, .current = constant_current,
             .current_arg = &current};
    static const char *const name[] = {"C_m", "g_L", "E_L", "V_th", "Delta_T", "a", "tau_w", "b", "V_reset"};
    static const double value[] = {200, 11, -70, -50, 2, 3, 300, 0, -58};
    for (int i = 0; i < 9; i++)
        run_set(&r, name[i], value[i]);
    run_start(&r);
    int w = find_quantity(r.kernel->states, r.kernel->n_states, "w");
    for (int l = 0; l < r.kernel->width; l++)
        r.state[w * r.kernel->width + l] = 5;
    run_to(&r, 50);
    CHECK(r.n_spikes == 3);
    for (int i = 0; i < 3; i++)
        CHECK_NEAR(r.spike[i], want[i], 0.02);
    run_end(&r);
    spk_model_free(m);
    spk_ctx_free(ctx);
}

/* Naud et al. 2008, as in data/reference/adex_naud2008_patterns.csv: 600 ms from rest. */
TEST(adex_makes_the_patterns_of_naud) {
    static const char *const name[] = {"C_m", "g_L", "E_L", "V_th", "Delta_T", "a",
                                       "tau_w", "b", "V_reset", NULL};
    static const double tonic[] = {200, 10, -70, -50, 2, 2, 30, 0, -58};
    static const double adaptation[] = {200, 12, -70, -50, 2, 2, 300, 60, -58};
    run r;
    CHECK(count_spikes("aeif_psc_exp", 500, 600, 0.01, &r, name, tonic) == 62);
    CHECK_NEAR(r.spike[0], 14.22, 0.02);
    CHECK(count_spikes("aeif_psc_exp", 500, 600, 0.01, &r, name, adaptation) == 12);
    CHECK_NEAR(r.spike[0], 14.90, 0.02);
    for (size_t i = 2; i < r.n_spikes; i++)
        CHECK(r.spike[i] - r.spike[i - 1] > r.spike[i - 1] - r.spike[i - 2] - 0.1);
}

/* The rates have 0/0 at -40 and -55 mV (squid) and at V_T + 13, 15, 40 mV (Traub): start right there. */
TEST(gates_survive_their_removable_singularities) {
    static const char *const squid[] = {"V_m_init", NULL}, *const traub[] = {"E_L", "V_T", NULL};
    static const double start[] = {-40, -55}, shift[] = {13, 15, 40};
    run r;
    for (int i = 0; i < 2; i++) {
        count_spikes("hh_psc_alpha", 0, 20, 0.01, &r, squid, &start[i]);
        CHECK(r.n_spikes <= 1);
    }
    for (int i = 0; i < 3; i++) {
        double value[2] = {-63 + shift[i], -63};
        count_spikes("hh_cond_exp_traub", 0, 20, 0.01, &r, traub, value);
        CHECK(r.n_spikes < 10);
    }
}

/* ---- escape noise ---- */

/* With all jumps 0, V_m at its steady value and no leak to speak of, spikes are a Poisson process with dead time:
 * the mean interval is t_ref + 1 / rate, its standard deviation 1 / rate. */
TEST(gif_fires_at_its_escape_rate) {
    static const char *const name[] = {"q_stc_1", "q_stc_2", "q_sfa_1", "q_sfa_2", "V_reset", "V_T_star",
                                       "lambda_0", "t_ref", NULL};
    static const double value[] = {0, 0, 0, 0, -67, -67, 50, 4};
    run r;
    size_t n = count_spikes("gif_psc_exp", 0, 60000, 0.1, &r, name, value);
    REQUIRE(n > 1000);
    double mean = (r.spike[n - 1] - r.spike[0]) / (double)(n - 1), sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += (r.spike[i] - r.spike[i - 1] - mean) * (r.spike[i] - r.spike[i - 1] - mean);
    double deviation = sqrt(sum / (double)(n - 2));
    CHECK_NEAR(mean, 4 + 20, 4 * 20 / sqrt((double)n) + 0.1);
    CHECK_NEAR(deviation, 20, 4 * 20 / sqrt((double)n) + 0.1);
}

int main(void) {
    RUN(every_model_says_what_it_is);
    RUN(every_synapse_says_what_it_is);
    RUN(bounds_hold_the_default_and_are_legal);
    RUN(spikes_are_where_scipy_has_them);
    RUN(leaky_integrator_fires_as_the_formula_says);
    RUN(izhikevich_2007_has_the_rheobase_of_the_book);
    RUN(squid_axon_has_its_threshold_of_repetitive_firing);
    RUN(adex_resets_where_lsodar_does);
    RUN(adex_makes_the_patterns_of_naud);
    RUN(gates_survive_their_removable_singularities);
    RUN(gif_fires_at_its_escape_rate);
    return test_end();
}
