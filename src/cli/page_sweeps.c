/* The sweeps of a page: data from the recording, the model simulated with the best parameters. */
#include "cli/page_parts.h"
#include <spikefit/plot.h>

#include <math.h>
#include <stdlib.h>

/* What a glance shows of a trace. */
static const double glance_ms = 4000;

static spk_train train_of(const spk_sim *m) {
    return (spk_train){m->spike_ms, m->n_spikes, 0, (double)m->n_steps * m->dt_ms};
}

/* Under the noises of the trials that the loss and the scores see; of the first the voltage too. */
static spk_status simulate(cli_page *g, int stimulus) {
    const spk_recording *rec = spk_setup_recording(g->from.setup);
    spk_problem *p = g->from.problem;
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    o.dt_ms = spk_problem_dt(p);
    o.record_every = 1;
    o.seed = spk_problem_seed(p);
    spk_trace current = spk_recording_mean_current(rec, stimulus);
    spk_sim *sim = &g->sim[(size_t)stimulus * g->n_trials];
    if (!current.n || sim->n_steps)
        return SPK_OK;
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < g->n_trials; i++) {
        o.lane = (uint32_t)i;
        o.record_every = i == 0;
        st = spk_simulate(g->c->ctx, spk_problem_score_kernel(p), g->from.values, current, &o, &sim[i]);
        if (!st && i)
            g->trial[(size_t)stimulus * g->n_trials + i] = train_of(&sim[i]);
    }
    return st;
}

static void add_windows(cli_page *g, spk_report_sweep *s, size_t index) {
    spk_report_window *room = g->window + 2 * (size_t)(s - g->sweep);
    s->window = room;
    for (int part = SPK_TRAIN; part <= SPK_TEST; part++) {
        size_t n;
        const spk_part *p = spk_setup_part(g->from.setup, (spk_part_kind)part, &n);
        for (size_t i = 0; i < n; i++)
            if (p[i].sweep == index && s->n_windows < 2)
                room[s->n_windows++] =
                    (spk_report_window){p[i].start_ms, p[i].stop_ms, part == SPK_TEST};
    }
}

static void fill_sweep(cli_page *g, spk_report_sweep *out, size_t index) {
    const spk_recording *rec = spk_setup_recording(g->from.setup);
    const spk_sweep *s = spk_recording_sweep(rec, index);
    size_t first = (size_t)s->stimulus * g->n_trials;
    const spk_sim *m = &g->sim[first];
    int v = cli_find_voltage(spk_problem_score_kernel(g->from.problem));
    *out =
        (spk_report_sweep){.name = s->name,
                           .stimulus = s->stimulus,
                           .current_pA = s->current_pA,
                           .recorded_mV = s->voltage_mV,
                           .recorded = s->spikes,
                           .model = train_of(m),
                           .trial = g->trial + first + 1,
                           .n_trials = m->n_steps ? g->n_trials - 1 : 0};
    if (v >= 0 && m->value) {
        out->model_mV = (spk_trace){m->value + (size_t)v * m->n_samples, m->n_samples, 0,
                                    (double)m->every * m->dt_ms};
        out->model_resets = cli_lacks_spikes(m, v, spk_recording_detection(rec)->threshold_mV);
    }
    add_windows(g, out, index);
}

/* ---- a glance ---- */

/* The first sweep with data of the part, else the first. */
static size_t first_sweep(const cli_page *g, spk_part_kind part) {
    size_t n;
    const spk_part *p = spk_setup_part(g->from.setup, part, &n);
    size_t first = n ? p[0].sweep : 0;
    for (size_t i = 0; i < n; i++)
        first = p[i].sweep < first ? p[i].sweep : first;
    return first;
}

static spk_trace cut(spk_trace t, double start, double stop) {
    double from = ceil((start - t.start_ms) / t.dt_ms), to = floor((stop - t.start_ms) / t.dt_ms);
    from = fmax(from, 0);
    to = fmin(to, (double)t.n);
    if (t.n == 0 || !(from < to))
        return (spk_trace){0};
    return (spk_trace){t.value + (size_t)from, (size_t)(to - from), t.start_ms + from * t.dt_ms,
                       t.dt_ms};
}

/* Traces around what the figure of them will show; none but of one sweep. */
static spk_status shorten(cli_page *g, size_t shown, bool train) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    size_t kind;
    double start = 0, stop = 0;
    o.train = train;
    spk_status st = spk_plot_find(g->c->ctx, "trace", &kind);
    bool voltage = g->sweep[shown].recorded_mV.n || g->sweep[shown].model_mV.n;
    if (!st && voltage)
        st = spk_plot_stretch(g->c->ctx, &g->data, kind, &o, &start, &stop);
    double room = fmax(0, 0.5 * (glance_ms - (stop - start)));
    for (size_t i = 0; i < g->data.n_sweeps; i++) {
        spk_trace *const trace[] = {&g->sweep[i].current_pA, &g->sweep[i].recorded_mV,
                                    &g->sweep[i].model_mV};
        for (size_t k = 0; k < sizeof trace / sizeof *trace; k++)
            *trace[k] = i == shown ? cut(*trace[k], start - room, stop + room) : (spk_trace){0};
    }
    return st;
}

static spk_status make_room(cli_page *g, size_t n) {
    g->sweep = calloc(n, sizeof *g->sweep);
    g->window = calloc(2 * n, sizeof *g->window);
    g->n_sims = spk_recording_stimulus_count(spk_setup_recording(g->from.setup));
    g->n_trials = spk_problem_trials(g->from.problem);
    g->sim = calloc(g->n_sims * g->n_trials, sizeof *g->sim);
    g->trial = calloc(g->n_sims * g->n_trials + 1, sizeof *g->trial);
    g->data.sweep = g->sweep;
    return g->sweep && g->window && g->sim && g->trial ? SPK_OK : cli_page_no_memory(g->c);
}

spk_status cli_page_fill_sweeps(cli_page *g, unsigned parts) {
    const spk_recording *rec = spk_setup_recording(g->from.setup);
    size_t n = spk_recording_sweep_count(rec), shown = 0;
    bool glance = parts & CLI_PAGE_GLANCE,
         train = (parts & CLI_PAGE_GLANCE_TRAIN) == CLI_PAGE_GLANCE_TRAIN;
    size_t first = glance ? first_sweep(g, train ? SPK_TRAIN : SPK_TEST) : 0;
    spk_status st = make_room(g, n);
    for (size_t i = 0; !st && i < n; i++) {
        int stimulus = spk_recording_sweep(rec, i)->stimulus;
        if (glance && stimulus != spk_recording_sweep(rec, first)->stimulus)
            continue;
        st = simulate(g, stimulus);
        if (st)
            break;
        if (i == first)
            shown = g->data.n_sweeps;
        fill_sweep(g, &g->sweep[g->data.n_sweeps++], i);
    }
    return st || !glance ? st : shorten(g, shown, train);
}
