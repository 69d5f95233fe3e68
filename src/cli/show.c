/* Tables and figures of a fit. */
#include "cli/page.h"
#include <spikefit/plot.h>

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

static spk_status print_trace(cli *c, const cli_page_source *source, spk_part_kind part) {
    cli_page *page = NULL;
    size_t kind;
    char *text = NULL;
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    const spk_figure_style style = style_of(c);
    o.train = part == SPK_TRAIN;
    spk_status st = cli_page_new(c, source, o.train ? CLI_PAGE_GLANCE_TRAIN : CLI_PAGE_GLANCE, &page);
    if (!st)
        st = spk_plot_find(c->ctx, "trace", &kind);
    /* A recording of spikes alone has no trace. */
    bool voltage = false;
    for (size_t i = 0; !st && i < cli_page_data(page)->n_sweeps; i++)
        voltage |= cli_page_data(page)->sweep[i].recorded_mV.n > 0;
    if (voltage)
        st = spk_plot_print(c->ctx, cli_page_data(page), kind, &o, &style, &text);
    if (!st)
        free_figure(c, text);
    cli_page_free(page);
    return st;
}

spk_status cli_print_comparison(cli *c, const cli_page_source *source, spk_part_kind part) {
    spk_comparisons k = {0};
    spk_status st = spk_problem_compare(source->problem, source->values, part, 0, &k);
    if (!st && k.n)
        st = print_trace(c, source, part);
    for (size_t i = 0; !st && i < k.n && i < 3; i++) {
        printf("\n");
        st = print_raster(c, &k.item[i]);
    }
    if (!st && k.n > 3)
        printf("(and %zu more stimuli)\n", k.n - 3);
    spk_comparisons_free(&k);
    return st;
}
