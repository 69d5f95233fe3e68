/* spikefit raster: the spikes of a network in the terminal, data above, model below. */
#include "cli/spikes.h"
#include <spikefit/figure.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *on, *population;
    double start_ms, stop_ms;
    int64_t neurons;
} request;

/* Trains of one population, of one side. */
typedef struct {
    const char *name;
    const spk_train *train;
    size_t n;
} group;

static spk_status no_memory(cli *c) {
    return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
}

/* How many rows each population gets: in proportion to its size, and at least one. */
static size_t rows_of(const group *g, size_t n, size_t i, size_t rows) {
    size_t all = 0;
    for (size_t k = 0; k < n; k++)
        all += g[k].n;
    size_t share = (g[i].n * rows + all / 2) / all;
    return share < 1 ? 1 : share > g[i].n ? g[i].n : share;
}

static spk_status print_side(cli *c, const char *side, const group *g, size_t n, size_t rows,
                             double start, double stop) {
    size_t n_rows = 0, neurons = 0;
    for (size_t i = 0; i < n; i++) {
        n_rows += rows_of(g, n, i, rows);
        neurons += g[i].n;
    }
    spk_raster_row *row = calloc(n_rows, sizeof *row);
    char(*label)[24] = calloc(n_rows, sizeof *label);
    spk_status st = row && label ? SPK_OK : no_memory(c);
    size_t at = 0;
    for (size_t i = 0; i < n && !st; i++) {
        size_t count = rows_of(g, n, i, rows);
        for (size_t k = 0; k < count; k++, at++) {
            size_t neuron = k * g[i].n / count; /* evenly over the population */
            snprintf(label[at], sizeof label[at], "%.12s/%zu", g[i].name, neuron);
            row[at] =
                (spk_raster_row){label[at], g[i].train[neuron].t_ms, g[i].train[neuron].n, (int)i};
        }
    }
    char title[160];
    snprintf(title, sizeof title, n_rows < neurons ? "%s: %zu of %zu neurons" : "%s: %zu neurons",
             side, n_rows, neurons);
    spk_raster_figure f = {.title = title,
                           .row = row,
                           .n_rows = n_rows,
                           .x_label = "time (ms)",
                           .start_ms = start,
                           .stop_ms = stop};
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    style.width = c->width;
    style.colour = c->colour;
    style.ascii = !c->unicode;
    style.label_width = 10;
    style.height = (int)n_rows;
    char *text = NULL;
    if (!st)
        st = spk_figure_raster(c->ctx, &f, &style, &text);
    if (!st)
        fputs(text, stdout);
    spk_figure_free(c->ctx, text);
    free(row);
    free(label);
    return st;
}

/* Keeps the population that was asked for. */
static spk_status choose(cli *c, const request *q, group *g, size_t *n) {
    if (!q->population)
        return SPK_OK;
    const char *names[64] = {0};
    size_t k = 0;
    for (size_t i = 0; i < *n; i++) {
        if (strcmp(g[i].name, q->population) == 0) {
            g[0] = g[i];
            *n = 1;
            return SPK_OK;
        }
        if (k < 64)
            names[k++] = g[i].name;
    }
    const char *near = spk_nearest(q->population, names, k);
    char hint[160];
    snprintf(hint, sizeof hint, near ? "did you mean '%s'?" : "the first is '%s'",
             near ? near
             : k  ? names[0]
                  : "");
    return cli_fail(c, SPK_ERR_USAGE, hint, "there is no population '%s' with spikes",
                    q->population);
}

static void show_time(const request *q, double *start, double *stop) {
    *start = fmax(*start, q->start_ms);
    *stop = fmin(*stop, q->stop_ms);
}

static spk_status check_time(cli *c, double start, double stop) {
    return start < stop ? SPK_OK
                        : cli_fail(c, SPK_ERR_USAGE, NULL,
                                   "nothing was observed between the times asked for, %g and %g ms",
                                   start, stop);
}

static spk_status show_run(cli *c, const request *q) {
    cli_run r;
    spk_part_kind part;
    spk_netcomparison k = {0};
    group *data = NULL, *model = NULL;
    spk_status st = cli_part(c, q->on ? q->on : "test", &part);
    if (!st)
        st = cli_run_open_network(c, c->argv[0], &r);
    if (st)
        return st;
    st = spk_netstudy_compare(r.network, r.values, part, &k);
    if (!st &&
        (!(data = calloc(k.n + 1, sizeof *data)) || !(model = calloc(k.n + 1, sizeof *model))))
        st = no_memory(c);
    size_t n = st ? 0 : k.n, n_model = n;
    for (size_t i = 0; i < n; i++) {
        data[i] = (group){k.population[i].name, k.population[i].data, k.population[i].n};
        model[i] = (group){k.population[i].name, k.population[i].model, k.population[i].n};
    }
    double start = k.start_ms, stop = k.stop_ms;
    show_time(q, &start, &stop);
    if (!st)
        st = choose(c, q, data, &n);
    if (!st)
        st = choose(c, q, model, &n_model);
    if (!st)
        st = check_time(c, start, stop);
    if (!st)
        st = print_side(c, "data", data, n, (size_t)q->neurons, start, stop);
    if (!st)
        printf("\n");
    if (!st)
        st = print_side(c, "model", model, n_model, (size_t)q->neurons, start, stop);
    free(data);
    free(model);
    spk_netcomparison_free(&k);
    cli_run_close(c, &r);
    return st;
}

static spk_status show_file(cli *c, const request *q) {
    cli_spikes s;
    spk_status st = cli_spikes_read(c, c->argv[0], q->start_ms, q->stop_ms, &s);
    if (st)
        return st;
    group *g = calloc(s.n + 1, sizeof *g);
    st = g ? SPK_OK : no_memory(c);
    double start = INFINITY, stop = 0;
    size_t n = s.n;
    for (size_t i = 0; i < s.n && !st; i++) {
        g[i] = (group){s.population[i].name, s.population[i].train, s.population[i].n};
        start = fmin(start, g[i].train[0].start_ms);
        stop = fmax(stop, g[i].train[0].stop_ms);
    }
    if (!st)
        st = choose(c, q, g, &n);
    if (!st)
        st = print_side(c, c->argv[0], g, n, (size_t)q->neurons, start, stop);
    free(g);
    cli_spikes_free(&s);
    return st;
}

static spk_status run_raster(cli *c) {
    request q = {.stop_ms = INFINITY, .neurons = 20};
    const cli_option options[] = {
        {"--on", CLI_TEXT, &q.on},          {"--population", CLI_TEXT, &q.population},
        {"--neurons", CLI_INT, &q.neurons}, {"--start", CLI_REAL, &q.start_ms},
        {"--stop", CLI_REAL, &q.stop_ms},   {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (st)
        return st;
    if (q.neurons < 1 || q.neurons > 1000)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--neurons takes 1 to 1000");
    if (!(q.start_ms < q.stop_ms))
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--start must be below --stop");
    if (cli_is_run(c->argv[0]) || cli_is_folder(c->argv[0]))
        return show_run(c, &q);
    if (q.on)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--on is for runs: a file has no train and test");
    return show_file(c, &q);
}

const cli_command cli_raster = {
    .name = "raster",
    .sentence = "show the spikes of a network, data above, model below",
    .usage = "RUN|SPIKES [--on test|train] [--population NAME] [--neurons N] ...",
    .help = "Of a run of a network: what was recorded and what the recovered network does. Of\n"
            "a spike file: its trains.\n\n"
            "  --on PART          test (the default) or train\n"
            "  --population NAME  this one alone\n"
            "  --neurons N        rows of each figure (20), evenly over the populations\n"
            "  --start MS         the time that is shown\n"
            "  --stop MS\n",
    .run = run_raster,
};
