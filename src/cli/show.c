/* Tables and figures of a fit. */
#include "cli/cli.h"
#include <spikefit/figure.h>
#include <spikefit/io.h>
#include <spikefit/sim.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *unit_of(const spk_result_parameter *p) {
    return strcmp(p->unit, "1") == 0 ? "" : p->unit;
}

static int wider(int width, const char *text) {
    int n = (int)strlen(text);
    return n > width ? n : width;
}

void cli_print_parameters(cli *c, const spk_result *r) {
    char a[32], b[32], d[32];
    int name = 12, unit = 6;
    (void)c;
    for (size_t i = 0; i < r->n_parameters; i++)
        if (r->parameter[i].free) {
            name = wider(name, r->parameter[i].name);
            unit = wider(unit, unit_of(&r->parameter[i]));
        }
    printf("\n  %-*s %10s %-*s %s\n", name, "parameter", "value", unit, "unit",
           "nearly as good from .. to");
    for (size_t i = 0; i < r->n_parameters; i++) {
        const spk_result_parameter *p = &r->parameter[i];
        double low = p->near_low, high = p->near_high;
        if (!p->free)
            continue;
        for (size_t k = 0; k < r->identifiability.n; k++)
            if (r->identifiability.profile[k].parameter == i) {
                low = r->identifiability.profile[k].low;
                high = r->identifiability.profile[k].high;
            }
        printf("  %-*s %10s %-*s %s .. %s%s\n", name, p->name, cli_number(p->value, 5, a), unit,
               unit_of(p), cli_number(low, 4, b), cli_number(high, 4, d),
               p->bound < 0   ? "   at its lower bound"
               : p->bound > 0 ? "   at its upper bound"
                              : "");
    }
}

/* ---- data and model, one under the other ---- */

static void free_figure(cli *c, char *text) {
    if (text)
        fputs(text, stdout);
    spk_figure_free(c->ctx, text);
}

static spk_figure_style style_of(const cli *c) {
    spk_figure_style s = SPK_FIGURE_STYLE_INIT;
    s.width = c->width;
    s.colour = c->colour;
    s.ascii = !c->unicode;
    s.label_width = 12;
    return s;
}

static spk_status print_raster(cli *c, const spk_comparison *k) {
    spk_raster_row rows[32];
    char labels[32][16];
    size_t n = 0;
    for (size_t i = 0; i < k->n_data && n < 16; i++, n++) {
        snprintf(labels[n], sizeof labels[n], "recorded %zu", i + 1);
        rows[n] = (spk_raster_row){labels[n], k->data[i].t_ms, k->data[i].n, 0};
    }
    for (size_t i = 0; i < k->n_model && n < 32; i++, n++) {
        snprintf(labels[n], sizeof labels[n], k->n_model > 1 ? "model %zu" : "model", i + 1);
        rows[n] = (spk_raster_row){labels[n], k->model[i].t_ms, k->model[i].n, 1};
    }
    spk_raster_figure f = {.row = rows,
                           .n_rows = n,
                           .x_label = "time (ms)",
                           .start_ms = k->start_ms,
                           .stop_ms = k->stop_ms};
    spk_figure_style style = style_of(c);
    char *text = NULL;
    spk_status st = spk_figure_raster(c->ctx, &f, &style, &text);
    if (!st)
        free_figure(c, text);
    return st;
}

/* A stretch of up to 800 ms of the window around its busiest place: where a spike can be seen. */
static void choose_stretch(const spk_comparison *k, double *start, double *stop) {
    double length = fmin(800, k->stop_ms - k->start_ms);
    size_t best = 0;
    *start = k->start_ms;
    const spk_train *t = &k->data[0];
    for (size_t i = 0, j = 0; i < t->n; i++) {
        while (t->t_ms[i] - t->t_ms[j] > 0.8 * length)
            j++;
        if (i - j + 1 > best) {
            best = i - j + 1;
            *start = t->t_ms[j] - 0.1 * length;
        }
    }
    *start = fmin(fmax(*start, k->start_ms), k->stop_ms - length);
    *stop = *start + length;
}

/* Both voltages on one scale: what is shown of them, rounded outwards to 10 mV. */
static void common_scale(spk_panel panel[2], double start, double stop) {
    double low = INFINITY, high = -INFINITY;
    for (int k = 0; k < 2; k++) {
        const spk_curve *c = panel[k].curve;
        for (size_t i = 0; i < c->n; i++) {
            double t = c->x_start + (double)i * c->x_step;
            if (t >= start && t <= stop && isfinite(c->y[i])) {
                low = fmin(low, c->y[i]);
                high = fmax(high, c->y[i]);
            }
        }
    }
    for (int k = 0; k < 2 && low < high; k++) {
        panel[k].y_min = 10 * floor(low / 10);
        panel[k].y_max = 10 * ceil(high / 10);
    }
}

static double highest(const spk_curve *c, double start, double stop) {
    double high = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        double t = c->x_start + (double)i * c->x_step;
        if (t >= start && t <= stop && c->y[i] > high)
            high = c->y[i];
    }
    return high;
}

static spk_status print_traces(cli *c, spk_problem *p, const spk_recording *rec,
                               const double *values, const spk_comparison *k) {
    const spk_kernel *kernel = spk_problem_kernel(p);
    spk_trace voltage = spk_recording_sweep(rec, k->sweep[0])->voltage_mV;
    int v = cli_find_voltage(kernel);
    if (v < 0 || !voltage.n)
        return SPK_OK;
    double start, stop;
    choose_stretch(k, &start, &stop);
    spk_sim_options o = SPK_SIM_OPTIONS_INIT;
    o.dt_ms = spk_problem_dt(p);
    o.duration_ms = stop;
    o.record_every = 1;
    o.seed = spk_problem_seed(p);
    spk_sim sim = {0};
    spk_status st = spk_simulate(c->ctx, spk_problem_score_kernel(p), values,
                                 spk_recording_mean_current(rec, k->stimulus), &o, &sim);
    if (st)
        return st;
    spk_curve recorded = {.label = "recorded",
                          .y = voltage.value,
                          .n = voltage.n,
                          .x_start = voltage.start_ms,
                          .x_step = voltage.dt_ms};
    spk_curve model = {.label = "model",
                       .y = sim.value + (size_t)v * sim.n_samples,
                       .n = sim.n_samples,
                       .x_step = (double)sim.every * sim.dt_ms};
    if (cli_lacks_spikes(&sim, v, spk_recording_detection(rec)->threshold_mV)) {
        model.spike_x = sim.spike_ms;
        model.n_spikes = sim.n_spikes;
        model.peak = highest(&recorded, start, stop);
    }
    spk_panel panels[] = {{.y_label = "V (mV)", .curve = &recorded, .n_curves = 1},
                          {.y_label = "V (mV)", .curve = &model, .n_curves = 1}};
    common_scale(panels, start, stop);
    spk_line_figure f = {
        .panel = panels, .n_panels = 2, .x_label = "time (ms)", .x_min = start, .x_max = stop};
    spk_figure_style style = style_of(c);
    style.height = 7;
    char *text = NULL;
    st = spk_figure_lines(c->ctx, &f, &style, &text);
    if (!st)
        free_figure(c, text);
    spk_sim_free(&sim);
    return st;
}

spk_status cli_print_comparison(cli *c, spk_problem *p, const spk_recording *rec,
                                const double *values, spk_part_kind part) {
    spk_comparisons k = {0};
    spk_status st = spk_problem_compare(p, values, part, 0, &k);
    for (size_t i = 0; !st && i < k.n && i < 3; i++) {
        if (i == 0)
            st = print_traces(c, p, rec, values, &k.item[i]);
        printf("\n");
        if (!st)
            st = print_raster(c, &k.item[i]);
    }
    if (!st && k.n > 3)
        printf("(and %zu more stimuli)\n", k.n - 3);
    spk_comparisons_free(&k);
    return st;
}
