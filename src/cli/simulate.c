/* spikefit simulate: a run's model, or a model by name, under the recorded or a described current. */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/sim.h>
#include <spikefit/stimulus.h>
#include <spikefit/unit.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32 };

typedef struct {
    const char *out, *synapses, *stimulus, *set, *record;
    double duration_ms, dt_ms, sample_ms, peak_mV;
    int64_t seed;
} request;
#define REQUEST_INIT                                                                               \
    { .duration_ms = 1000, .sample_ms = 0.1, .peak_mV = 30, .seed = 1 }

/* ---- "noise: mean 300 pA, sd 200 pA, tau 5 ms; step: amplitude 100 pA" ---- */

static char *trim(char *s) {
    s += strspn(s, " \t");
    for (size_t n = strlen(s); n && strchr(" \t", s[n - 1]); n--)
        s[n - 1] = '\0';
    return s;
}

/* "did you mean 'x'?" in hint, or another one where nothing is near. */
static const char *near_or(const char *word, const char *const *names, size_t n, const char *other,
                           char hint[128]) {
    const char *near = spk_nearest(word, names, n);
    snprintf(hint, 128, "did you mean '%s'?", near ? near : "");
    return near ? hint : other;
}

static spk_status read_term(cli *c, char *text, spk_stimulus *out) {
    char *options = strchr(text, ':');
    if (options)
        *options++ = '\0';
    text = trim(text);
    out->kind = spk_stimulus_kind_find(text);
    if (!out->kind) {
        const char *names[64];
        char hint[128];
        size_t n = 0;
        for (; n < spk_stimulus_kind_count() && n < 64; n++)
            names[n] = spk_stimulus_kind_at(n)->name;
        return cli_fail(c, SPK_ERR_USAGE, near_or(text, names, n, "`spikefit list stimuli` shows the kinds", hint),
                        "there is no stimulus '%s'", text);
    }
    spk_opts_default(out->kind->options, &out->opts);
    char *keep = NULL;
    for (char *o = options ? strtok_r(options, ",", &keep) : NULL; o; o = strtok_r(NULL, ",", &keep)) {
        o = trim(o);
        char *value = strpbrk(o, " =");
        if (!value)
            return cli_fail(c, SPK_ERR_USAGE, "write 'name value': amplitude 200 pA",
                            "'%s' has no value", o);
        *value++ = '\0';
        spk_status st = spk_opts_set(c->ctx, out->kind->options, text, o, trim(value), NULL, &out->opts);
        if (st)
            return st;
    }
    return SPK_OK;
}

static spk_status make_current(cli *c, const request *q, double **out, size_t *n) {
    spk_stimulus terms[MOST];
    size_t n_terms = 0;
    char *text = strdup(q->stimulus ? q->stimulus : "step"), *keep = NULL;
    spk_status st = text ? SPK_OK : SPK_ERR_MEMORY;
    for (char *t = text ? strtok_r(text, ";", &keep) : NULL; !st && t; t = strtok_r(NULL, ";", &keep)) {
        if (n_terms == MOST)
            st = cli_fail(c, SPK_ERR_USAGE, NULL, "a stimulus has at most %d terms", MOST);
        else
            st = read_term(c, t, &terms[n_terms++]);
    }
    free(text);
    if (st)
        return st;
    *n = spk_stimulus_samples(q->duration_ms, q->sample_ms);
    *out = calloc(*n + 1, sizeof **out);
    if (!*out)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    return spk_stimulus_make(c->ctx, terms, n_terms, (uint64_t)q->seed, q->sample_ms, *out, *n);
}

/* ---- parameters: "C_m=200 pF, V_th=-50 mV" ---- */

static spk_status no_parameter(cli *c, const spk_kernel *k, const char *name) {
    const char *names[256];
    char hint[128];
    size_t n = 0;
    for (; n < k->n_parameters && n < 256; n++)
        names[n] = k->parameters[n].name;
    return cli_fail(c, SPK_ERR_USAGE, near_or(name, names, n, "`spikefit model show` lists them", hint),
                    "%s has no parameter '%s'", k->model, name);
}

static spk_status set_parameters(cli *c, const spk_kernel *k, const char *set, double dt_ms,
                                 double *values) {
    unsigned char *is_set = calloc(k->n_parameters + 1, 1);
    char *text = strdup(set ? set : ""), *keep = NULL;
    spk_status st = is_set && text ? SPK_OK : SPK_ERR_MEMORY;
    for (char *o = !st ? strtok_r(text, ",", &keep) : NULL; !st && o; o = strtok_r(NULL, ",", &keep)) {
        char *value = strchr(o, '=');
        if (!value) {
            st = cli_fail(c, SPK_ERR_USAGE, "write --set 'C_m=200 pF'", "'%s' sets nothing", trim(o));
            break;
        }
        *value++ = '\0';
        size_t i = 0;
        while (i < k->n_parameters && strcmp(k->parameters[i].name, trim(o)) != 0)
            i++;
        if (i == k->n_parameters) {
            st = no_parameter(c, k, trim(o));
            break;
        }
        spk_unit unit;
        st = spk_unit_parse(c->ctx, k->parameters[i].unit, NULL, &unit);
        if (!st)
            st = spk_quantity_parse_as(c->ctx, trim(value), NULL, k->parameters[i].name, unit,
                                       &values[i]);
        is_set[i] = 1;
    }
    if (!st)
        k->defaults(values, is_set, dt_ms);
    int bad = st ? -1 : k->guard(values, dt_ms);
    if (bad >= 0)
        st = cli_fail(c, SPK_ERR_INPUT, NULL, "%s does not allow this value of %s", k->model,
                      k->parameters[bad].name);
    free(is_set);
    free(text);
    return st;
}

/* ---- output ---- */

static int find_recordable(const spk_kernel *k, const char *name) {
    for (size_t i = 0; i < k->n_recordables; i++)
        if (strcmp(k->recordables[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* Integrate-and-fire models have no spikes of their own: the sample at a spike gets the peak, so that the
 * file is a recording whose spikes can be seen and found. */
static void draw_spikes(const spk_sim *s, int v, double peak_mV) {
    double every_ms = (double)s->every * s->dt_ms, *voltage = s->value + (size_t)v * s->n_samples;
    if (isnan(peak_mV) || !cli_lacks_spikes(s, v, 0))
        return;
    for (size_t i = 0; i < s->n_spikes; i++) {
        size_t at = (size_t)ceil(s->spike_ms[i] / every_ms - 1e-9);
        if (at < s->n_samples)
            voltage[at] = peak_mV;
    }
}

/* A table of time, current, voltage and whatever was asked for. */
static spk_status write_table(cli *c, const request *q, const spk_kernel *k, const spk_sim *s,
                              const double *current, size_t n_current) {
    spk_column columns[MOST];
    size_t n = 0, n_rows = s->n_samples < n_current || !n_current ? s->n_samples : n_current;
    double *time = calloc(s->n_samples + 1, sizeof *time);
    char *names = strdup(q->record ? q->record : ""), *keep = NULL;
    if (!time || !names) {
        free(time);
        free(names);
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    }
    for (size_t i = 0; i < s->n_samples; i++)
        time[i] = (double)i * (double)s->every * s->dt_ms;
    columns[n++] = (spk_column){"t", "ms", time, n_rows};
    if (current)
        columns[n++] = (spk_column){"I", "pA", current, n_rows};
    int v = cli_find_voltage(k);
    if (v >= 0) {
        draw_spikes(s, v, q->peak_mV);
        columns[n++] = (spk_column){"V", "mV", s->value + (size_t)v * s->n_samples, n_rows};
    }
    spk_status st = SPK_OK;
    for (char *t = strtok_r(names, ", ", &keep); !st && t && n < MOST; t = strtok_r(NULL, ", ", &keep)) {
        int i = find_recordable(k, t);
        if (i < 0)
            st = cli_fail(c, SPK_ERR_USAGE, "`spikefit model show` lists the states",
                          "%s has no state '%s'", k->model, t);
        else
            columns[n++] = (spk_column){k->recordables[i].name, k->recordables[i].unit,
                                        s->value + (size_t)i * s->n_samples, n_rows};
    }
    if (!st)
        st = spk_table_write(c->ctx, q->out, columns, n, NULL);
    free(time);
    free(names);
    return st;
}

static spk_status print_spikes(const request *q, const spk_sim *s) {
    if (!q->out)
        for (size_t i = 0; i < s->n_spikes; i++)
            printf("%.6g\n", s->spike_ms[i]);
    char n[64];
    fprintf(stderr, "%s in %g ms%s\n", cli_counted(s->n_spikes, "spike", NULL, n),
            (double)s->n_steps * s->dt_ms, s->finite ? "" : "; the model left the finite numbers");
    return SPK_OK;
}

static spk_status simulate(cli *c, const request *q, const spk_kernel *k, const double *values,
                           spk_trace current) {
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    spk_sim s = {0};
    o.dt_ms = q->dt_ms;
    o.seed = (uint64_t)q->seed;
    double every = round(current.dt_ms / q->dt_ms);
    o.record_every = q->out ? (every >= 1 ? (size_t)every : 1) : 0;
    spk_status st = spk_simulate(c->ctx, k, values, current, &o, &s);
    if (st)
        return st;
    bool same_grid = fabs((double)o.record_every * q->dt_ms - current.dt_ms) < 1e-9;
    if (q->out)
        st = write_table(c, q, k, &s, same_grid ? current.value : NULL, same_grid ? current.n : 0);
    if (!st)
        st = print_spikes(q, &s);
    spk_sim_free(&s);
    return st;
}

/* What describes a stimulus or a cell says nothing to a network. */
static spk_status check_network(cli *c, const request *q) {
    const request usual = REQUEST_INIT;
    bool changed = q->stimulus || q->set || q->record || q->duration_ms != usual.duration_ms ||
                   q->dt_ms != usual.dt_ms || q->sample_ms != usual.sample_ms ||
                   q->peak_mV != usual.peak_mV || q->seed != usual.seed;
    return changed ? cli_fail(c, SPK_ERR_USAGE, "change the study",
                              "a network takes --out and --weights; the other options are for cells")
                   : SPK_OK;
}

static spk_status simulate_network(cli *c, const request *q) {
    spk_netstudy *s = NULL;
    spk_status st = check_network(c, q);
    if (!st)
        st = spk_netstudy_read(c->ctx, c->argv[0], &s);
    if (!st)
        st = cli_network_simulate(c, s, NULL, q->synapses, q->out);
    spk_netstudy_free(s);
    return st;
}

static spk_status simulate_run(cli *c, request *q) {
    cli_run r;
    spk_status st = cli_run_open(c, c->argv[0], &r);
    if (st)
        return st;
    if (r.network) {
        st = check_network(c, q);
        if (!st)
            st = cli_network_simulate(c, r.network, r.values, q->synapses, q->out);
        cli_run_close(c, &r);
        return st;
    }
    if (q->synapses) {
        cli_run_close(c, &r);
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--weights is for networks, and the run is of a cell");
    }
    double *made = NULL;
    size_t n = 0;
    spk_trace current = spk_recording_mean_current(spk_setup_recording(r.setup), 0);
    q->dt_ms = q->dt_ms > 0 ? q->dt_ms : spk_problem_dt(r.problem);
    if (q->stimulus) {
        st = make_current(c, q, &made, &n);
        current = (spk_trace){made, n, 0, q->sample_ms};
    }
    if (!st)
        st = simulate(c, q, spk_problem_score_kernel(r.problem), r.values, current);
    free(made);
    cli_run_close(c, &r);
    return st;
}

/* A sample is a step, or several. */
static spk_status check_sample(cli *c, const request *q) {
    double steps = q->sample_ms / q->dt_ms;
    if (steps > 0.5 && fabs(steps - round(steps)) < 1e-6 * steps)
        return SPK_OK;
    char a[32], b[32];
    return cli_fail(c, SPK_ERR_USAGE, "give a --sample that is a multiple, or another --dt",
                    "a sample every %s ms is no whole number of steps of %s ms",
                    cli_plain(q->sample_ms, a), cli_plain(q->dt_ms, b));
}

static spk_status simulate_model(cli *c, request *q) {
    spk_model *m = NULL;
    spk_status st = spk_model_open(c->ctx, c->argv[0], NULL, &m);
    if (st)
        return st;
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    double *values = calloc(k->n_parameters + 1, sizeof *values), *made = NULL;
    size_t n = 0;
    q->dt_ms = q->dt_ms > 0 ? q->dt_ms : spk_model_default_dt(m);
    st = values ? set_parameters(c, k, q->set, q->dt_ms, values) : SPK_ERR_MEMORY;
    if (!st && q->out)
        st = check_sample(c, q);
    if (!st)
        st = make_current(c, q, &made, &n);
    if (!st)
        st = simulate(c, q, k, values, (spk_trace){made, n, 0, q->sample_ms});
    free(values);
    free(made);
    spk_model_free(m);
    return st;
}

static spk_status run_simulate(cli *c) {
    request q = REQUEST_INIT;
    const cli_option options[] = {{"--out", CLI_TEXT, &q.out},
                                  {"--weights", CLI_TEXT, &q.synapses},
                                  {"--stimulus", CLI_TEXT, &q.stimulus},
                                  {"--set", CLI_TEXT, &q.set},
                                  {"--record", CLI_TEXT, &q.record},
                                  {"--duration", CLI_REAL, &q.duration_ms},
                                  {"--dt", CLI_REAL, &q.dt_ms},
                                  {"--sample", CLI_REAL, &q.sample_ms},
                                  {"--peak", CLI_REAL, &q.peak_mV},
                                  {"--seed", CLI_INT, &q.seed},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (st)
        return st;
    if (q.synapses && !cli_is_yaml(c->argv[0]) && !cli_is_run(c->argv[0]))
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--weights is for networks, and '%s' is none", c->argv[0]);
    if (!(q.duration_ms > 0) || !(q.sample_ms > 0) || q.dt_ms < 0 || q.seed < 0)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "durations and steps must be above 0, --seed 0 or more");
    if (!cli_is_run(c->argv[0]) && cli_is_folder(c->argv[0])) {
        cli_run none;
        return cli_run_open(c, c->argv[0], &none); /* which says what the folder lacks */
    }
    if (cli_is_yaml(c->argv[0]))
        return simulate_network(c, &q);
    return cli_is_run(c->argv[0]) ? simulate_run(c, &q) : simulate_model(c, &q);
}

const cli_command cli_simulate = {
    .name = "simulate",
    .sentence = "run a fitted model, or any model, and write spikes and states",
    .usage = "RUN|MODEL|NETWORK.yaml|SONATA.json [--out FILE] [--stimulus TEXT] ...",
    .help =
        "Of a run: the fitted model under the recording's first stimulus, or the one\n"
        "described.\n"
        "Of a network study (.yaml), of a run of one, or of a SONATA simulation\n"
        "configuration (.json): its network, with the numbers of the study or the best\n"
        "found; spikes go to --out (.h5, .gdf, .csv), and no option but --weights is\n"
        "taken beside it.\n"
        "Without --out the spike times (ms) go to standard output.\n\n"
        "  --out FILE        time, current, voltage and the states of --record as CSV\n"
        "  --weights FILE    of a network: its synapses at the end, .csv or .h5\n"
        "  --peak MV         voltage written at a spike of a model that draws none itself\n"
        "                    (30; nan: the voltage as simulated)\n"
        "  --record A,B      states to write beside the voltage\n"
        "  --stimulus TEXT   such as 'noise: mean 300 pA, sd 200 pA, tau 5 ms; step:\n"
        "                    amplitude 50 pA, start 100 ms'; `spikefit list stimuli`\n"
        "  --set LIST        parameters of a model: 'C_m=200 pF, V_th=-50 mV'\n"
        "  --duration MS     of a described stimulus (1000)\n"
        "  --sample MS       its sampling interval, and that of the output (0.1)\n"
        "  --dt MS           the integrator's step\n"
        "  --seed N          of noise (1)\n",
    .run = run_simulate,
};
