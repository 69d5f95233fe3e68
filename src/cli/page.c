/* A run as what the report and its figures show. Filled from the result file; what the file does
 * not hold (traces, profiles) is computed again from it. */
#include "cli/page.h"
#include <spikefit/metric.h>
#include <spikefit/sim.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PROFILE_POINTS = 41, MOST_FACTS = 24, MOST_FAILURES = 3 };

/* Everything that the page borrows. */
struct cli_page {
    cli *c;
    cli_run *run;
    spk_report_data data;
    spk_report_sweep *sweep;
    spk_report_window *window; /* two a sweep */
    spk_sim *sim;              /* one a stimulus */
    size_t n_sims;
    spk_report_score *score;
    spk_report_parameter *parameter;
    double *profile_value, *profile_loss;
    spk_report_generation *generation;
    double *point, *loss, *failed;
    spk_report_count failure[MOST_FAILURES];
    spk_report_fact fact[MOST_FACTS];
    char fact_text[MOST_FACTS][160];
    char title[256], summary[512], warning[512], command[512];
};

static spk_status no_memory(cli *c) {
    return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
}

void cli_page_free(cli_page *g) {
    if (!g)
        return;
    for (size_t i = 0; i < g->n_sims; i++)
        spk_sim_free(&g->sim[i]);
    void *parts[] = {g->sweep,     g->window,        g->sim,          g->score,
                     g->parameter, g->profile_value, g->profile_loss, g->generation,
                     g->point,     g->loss,          g->failed};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    free(g);
}

/* ---- traces ---- */

static spk_status simulate(cli_page *g, int stimulus) {
    const spk_recording *rec = spk_setup_recording(g->run->setup);
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    o.dt_ms = spk_problem_dt(g->run->problem);
    o.record_every = 1;
    o.seed = spk_problem_seed(g->run->problem);
    spk_trace current = spk_recording_mean_current(rec, stimulus);
    if (!current.n)
        return SPK_OK;
    return spk_simulate(g->c->ctx, spk_problem_score_kernel(g->run->problem), g->run->values,
                        current, &o, &g->sim[stimulus]);
}

static void add_windows(cli_page *g, size_t sweep) {
    spk_report_sweep *s = &g->sweep[sweep];
    s->window = g->window + 2 * sweep;
    for (int part = SPK_TRAIN; part <= SPK_TEST; part++) {
        size_t n;
        const spk_part *p = spk_setup_part(g->run->setup, (spk_part_kind)part, &n);
        for (size_t i = 0; i < n; i++)
            if (p[i].sweep == sweep && s->n_windows < 2)
                g->window[2 * sweep + s->n_windows++] =
                    (spk_report_window){p[i].start_ms, p[i].stop_ms, part == SPK_TEST};
    }
}

static spk_status fill_sweeps(cli_page *g) {
    const spk_recording *rec = spk_setup_recording(g->run->setup);
    size_t n = spk_recording_sweep_count(rec);
    int v = cli_find_voltage(spk_problem_score_kernel(g->run->problem));
    g->sweep = calloc(n, sizeof *g->sweep);
    g->window = calloc(2 * n, sizeof *g->window);
    g->n_sims = spk_recording_stimulus_count(rec);
    g->sim = calloc(g->n_sims, sizeof *g->sim);
    if (!g->sweep || !g->window || !g->sim)
        return no_memory(g->c);
    for (size_t k = 0; k < g->n_sims; k++) {
        spk_status st = simulate(g, (int)k);
        if (st)
            return st;
    }
    for (size_t i = 0; i < n; i++) {
        const spk_sweep *s = spk_recording_sweep(rec, i);
        const spk_sim *m = &g->sim[s->stimulus];
        double stop = (double)m->n_steps * m->dt_ms;
        g->sweep[i] = (spk_report_sweep){.name = s->name,
                                         .stimulus = s->stimulus,
                                         .current_pA = s->current_pA,
                                         .recorded_mV = s->voltage_mV,
                                         .recorded = s->spikes,
                                         .model = {m->spike_ms, m->n_spikes, 0, stop}};
        if (v >= 0 && m->value)
            g->sweep[i].model_mV = (spk_trace){m->value + (size_t)v * m->n_samples, m->n_samples, 0,
                                               (double)m->every * m->dt_ms};
        if (v >= 0 && m->value)
            g->sweep[i].model_resets =
                cli_lacks_spikes(m, v, spk_recording_detection(rec)->threshold_mV);
        add_windows(g, i);
    }
    g->data.sweep = g->sweep;
    g->data.n_sweeps = n;
    return SPK_OK;
}

/* ---- scores, parameters, search ---- */

/* NULL for what is no metric. */
static const spk_metric *metric_of(const char *name) {
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, name) == 0)
            return spk_metric_at(i);
    return NULL;
}

static spk_status fill_scores(cli_page *g) {
    const spk_result *r = g->run->result;
    g->score = calloc(r->n_scores + 1, sizeof *g->score);
    if (!g->score)
        return no_memory(g->c);
    for (size_t i = 0; i < r->n_scores; i++) {
        const spk_result_score *s = &r->score[i];
        const spk_metric *m = metric_of(s->measure);
        g->score[i] = (spk_report_score){.measure = s->measure,
                                         .part = s->part,
                                         .unit = m ? m->unit : NULL,
                                         .value = s->value,
                                         .low = s->low,
                                         .high = s->high,
                                         .reliability = s->reliability,
                                         .distance = m && m->kind == SPK_METRIC_DISTANCE};
    }
    g->data.score = g->score;
    g->data.n_scores = r->n_scores;
    return SPK_OK;
}

/* The training loss along each parameter through the optimum, the others held. */
static spk_status fill_profiles(cli_page *g) {
    spk_problem *p = g->run->problem;
    size_t dim = spk_problem_dim(p), n = dim * PROFILE_POINTS;
    double *x = calloc(n * dim, sizeof *x), *best = calloc(dim, sizeof *best);
    g->profile_value = calloc(n, sizeof *g->profile_value);
    g->profile_loss = calloc(n, sizeof *g->profile_loss);
    spk_status st = x && best && g->profile_value && g->profile_loss ? SPK_OK : no_memory(g->c);
    if (!st) {
        spk_problem_encode(p, g->run->values, best);
        for (size_t i = 0; i < n; i++) {
            size_t axis = i / PROFILE_POINTS;
            memcpy(x + i * dim, best, dim * sizeof *x);
            x[i * dim + axis] = (double)(i % PROFILE_POINTS) / (PROFILE_POINTS - 1);
            const spk_free *f = spk_problem_parameter(p, axis);
            g->profile_value[i] = spk_problem_value(f, x[i * dim + axis]) /
                                  spk_problem_kernel(p)->parameters[f->index].scale;
        }
        st = spk_problem_evaluate(p, x, n, 0, g->profile_loss, NULL);
    }
    free(x);
    free(best);
    return st;
}

static spk_report_parameter parameter_of(const cli_page *g, const spk_result_parameter *p,
                                         size_t index) {
    const char *unit = strcmp(p->unit, "1") == 0 ? "" : p->unit;
    return (spk_report_parameter){.name = p->name,
                                  .unit = unit,
                                  .doc = spk_problem_kernel(g->run->problem)->parameters[index].doc,
                                  .value = p->value,
                                  .low = p->low,
                                  .high = p->high,
                                  .log = p->log_scale,
                                  .active_bound = p->bound,
                                  .sure_low = p->near_low,
                                  .sure_high = p->near_high};
}

static spk_status fill_parameters(cli_page *g, bool profiles) {
    const spk_result *r = g->run->result;
    spk_problem *p = g->run->problem;
    g->parameter = calloc(r->n_parameters + 1, sizeof *g->parameter);
    spk_status st = g->parameter ? SPK_OK : no_memory(g->c);
    if (!st && profiles)
        st = fill_profiles(g);
    if (st)
        return st;
    size_t n = 0;
    for (size_t i = 0; i < spk_problem_dim(p); i++, n++) {
        size_t index = spk_problem_parameter(p, i)->index;
        g->parameter[n] = parameter_of(g, &r->parameter[index], index);
        if (!profiles)
            continue;
        g->parameter[n].profile_value = g->profile_value + i * PROFILE_POINTS;
        g->parameter[n].profile_loss = g->profile_loss + i * PROFILE_POINTS;
        g->parameter[n].n_profile = PROFILE_POINTS;
    }
    for (size_t i = 0; i < r->n_parameters; i++)
        if (!r->parameter[i].free)
            g->parameter[n++] = parameter_of(g, &r->parameter[i], i);
    g->data.parameter = g->parameter;
    g->data.n_parameters = n;
    return SPK_OK;
}

static spk_status fill_generations(cli_page *g) {
    const spk_result_history *h = &g->run->result->history;
    size_t rows = h->n ? h->first[h->n] : 0;
    g->generation = calloc(h->n + 1, sizeof *g->generation);
    g->point = calloc(rows * h->dim + 1, sizeof *g->point);
    g->loss = calloc(rows + 1, sizeof *g->loss);
    g->failed = calloc(h->n * MOST_FAILURES + 1, sizeof *g->failed);
    if (!g->generation || !g->point || !g->loss || !g->failed)
        return no_memory(g->c);
    for (size_t i = 0; i < rows * h->dim; i++)
        g->point[i] = (double)h->x[i];
    for (size_t i = 0; i < rows; i++)
        g->loss[i] = (double)h->f[i];
    for (size_t i = 0; i < h->n; i++) {
        double *failed = g->failed + i * MOST_FAILURES;
        failed[0] = h->silent[i];
        failed[1] = h->exploding[i];
        failed[2] = h->nonfinite[i];
        double n = (double)(h->first[i + 1] - h->first[i]);
        g->generation[i] = (spk_report_generation){.evaluations = h->evaluations[i],
                                                   .best = h->best[i],
                                                   .median = h->median[i],
                                                   .point = g->point + h->first[i] * h->dim,
                                                   .loss = g->loss + h->first[i],
                                                   .n = (size_t)n,
                                                   .failed = failed,
                                                   .candidates = n};
    }
    g->data.generation = g->generation;
    g->data.n_generations = h->n;
    g->data.n_evaluations = (size_t)g->run->result->evaluations;
    return SPK_OK;
}

/* ---- words ---- */

static void add_fact(cli_page *g, const char *label, const char *value) {
    if (g->data.n_facts == MOST_FACTS)
        return;
    size_t i = g->data.n_facts++;
    snprintf(g->fact_text[i], sizeof g->fact_text[i], "%s", value);
    g->fact[i] = (spk_report_fact){label, g->fact_text[i]};
}

static void fill_facts(cli_page *g) {
    const spk_result *r = g->run->result;
    const spk_result_model *m = spk_result_chosen(r);
    char text[160], a[32];
    add_fact(g, "spikefit", r->version);
    snprintf(text, sizeof text, "%llu", (unsigned long long)r->seed);
    add_fact(g, "seed", text);
    snprintf(text, sizeof text, "%s, step %g ms", m->integrator, m->dt_ms);
    add_fact(g, "integrator", text);
    snprintf(text, sizeof text, "%s, %s evaluations, ended by %s", r->method,
             cli_count(r->evaluations, a), r->stop_reason);
    add_fact(g, "search", text);
    if (!isnan(r->spike_shift_ms)) {
        snprintf(text, sizeof text, "spikes move by %.4f ms; %.1f %% find no partner",
                 r->spike_shift_ms, 100 * r->spike_shift_unmatched);
        add_fact(g, "at a quarter of the step", text);
    }
    add_fact(g, "model, SHA-256", m->hash);
    for (size_t i = 0; i < r->n_data && i < 8; i++) {
        snprintf(text, sizeof text, "%s, SHA-256 %.16s...", r->data_path[i], r->data_hash[i]);
        add_fact(g, "data", text);
    }
    g->data.fact = g->fact;
}

static void fill_words(cli_page *g, const char *folder) {
    const spk_result *r = g->run->result;
    const spk_result_score *best = NULL;
    char a[32], b[32], d[32];
    for (size_t i = 0; i < r->n_scores; i++)
        if (strcmp(r->score[i].measure, "coincidence_factor") == 0 &&
            (!best || strcmp(r->score[i].part, "test") == 0))
            best = &r->score[i];
    snprintf(g->title, sizeof g->title, "%s: %s", folder, spk_result_chosen(r)->name);
    size_t at =
        (size_t)snprintf(g->summary, sizeof g->summary, "%s was fitted with %s evaluations.",
                         spk_result_chosen(r)->name, cli_count(r->evaluations, a));
    if (best && at < sizeof g->summary)
        at += (size_t)snprintf(
            g->summary + at, sizeof g->summary - at,
            " On the %s data its coincidence factor is %s (95 %% interval %s to %s)", best->part,
            cli_number(best->value, 3, a), cli_number(best->low, 3, b),
            cli_number(best->high, 3, d));
    if (best && at < sizeof g->summary)
        snprintf(g->summary + at, sizeof g->summary - at,
                 isnan(best->reliability) ? "." : "; the repeats reach %s among themselves.",
                 cli_number(best->reliability, 3, a));
    at = 0;
    for (size_t i = 0; i < r->n_parameters && at < sizeof g->warning; i++)
        if (r->parameter[i].bound)
            at += (size_t)snprintf(g->warning + at, sizeof g->warning - at, "%s%s", at ? ", " : "",
                                   r->parameter[i].name);
    if (at && at < sizeof g->warning)
        snprintf(g->warning + at, sizeof g->warning - at,
                 " ended at a bound: the best value may lie beyond it.");
    snprintf(g->command, sizeof g->command, "spikefit rerun %s", folder);
    g->data.title = g->title;
    g->data.summary = g->summary;
    g->data.warning = at ? g->warning : NULL;
    g->data.command = g->command;
    g->data.study = r->study;
}

static void fill_failures(cli_page *g) {
    const spk_result *r = g->run->result;
    g->failure[0] = (spk_report_count){"silent", (size_t)r->n_silent};
    g->failure[1] = (spk_report_count){"exploding", (size_t)r->n_exploding};
    g->failure[2] = (spk_report_count){"not finite", (size_t)r->n_nonfinite};
    g->data.failure = g->failure;
    g->data.n_failures = MOST_FAILURES;
}

static spk_status fill(cli_page *g, const char *folder, unsigned parts) {
    const spk_model *m = spk_setup_model(g->run->setup, g->run->model);
    g->data.model_name = spk_model_name(m);
    g->data.model_doc = spk_model_doc(m);
    g->data.model_equations = spk_model_equations(m);
    fill_words(g, folder);
    fill_failures(g);
    fill_facts(g);
    spk_status st = parts & CLI_PAGE_SWEEPS ? fill_sweeps(g) : SPK_OK;
    if (!st)
        st = fill_scores(g);
    if (!st)
        st = fill_parameters(g, parts & CLI_PAGE_PROFILES);
    return st ? st : fill_generations(g);
}

spk_status cli_page_new(cli *c, cli_run *run, const char *folder, unsigned parts, cli_page **out) {
    cli_page *g = calloc(1, sizeof *g);
    if (!g)
        return no_memory(c);
    g->c = c;
    g->run = run;
    spk_status st = fill(g, folder, parts);
    if (st)
        cli_page_free(g);
    else
        *out = g;
    return st;
}

const spk_report_data *cli_page_data(const cli_page *g) {
    return &g->data;
}
