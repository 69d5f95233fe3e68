/* spikefit table: a run of many cells, in the terminal or as a file. */
#include "cli/cli.h"
#include <spikefit/report.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- in the terminal ---- */

typedef struct {
    int cell, model; /* widths of columns */
    bool several, repeats;
} layout;

static int longest(int most, size_t n) {
    return (int)n > most ? (int)n : most;
}

static layout lay_out(const spk_cells *s) {
    layout l = {.cell = 4, .model = 5};
    for (size_t i = 0; i < s->n; i++) {
        const spk_cell_fit *f = &s->fit[i];
        const spk_result_score *c = spk_cell_fit_score(f, "test", SPK_CELLS_RANK_MEASURE);
        l.cell = longest(l.cell, strlen(f->cell));
        l.model = longest(l.model, strlen(f->model));
        l.several = l.several || f->model_number > 0;
        l.repeats = l.repeats || (c && !isnan(c->reliability));
    }
    l.cell = l.cell < 24 ? l.cell : 24;
    l.model = l.model < 20 ? l.model : 20;
    return l;
}

static void print_fit(cli *c, const layout *l, const spk_cell_fit *f) {
    char loss[32], value[32] = "", low[32], high[32], interval[72] = "", own[32] = "";
    const spk_result_score *s = spk_cell_fit_score(f, "test", SPK_CELLS_RANK_MEASURE);
    printf("  %-*.*s", l->cell, l->cell, f->cell);
    if (l->several)
        printf("  %-*.*s", l->model, l->model, f->model);
    printf("  %-11s", spk_cell_status_name(f->status));
    if (f->status == SPK_CELL_FAILED) {
        printf(" ");
        cli_print_wrapped(stdout, f->reason ? f->reason : "",
                          16 + l->cell + (l->several ? l->model + 2 : 0), c->width);
        printf("\n");
        return;
    }
    if (s) {
        cli_number(s->value, 3, value);
        if (!isnan(s->low))
            snprintf(interval, sizeof interval, "%s .. %s", cli_number(s->low, 2, low),
                     cli_number(s->high, 2, high));
        if (!isnan(s->reliability))
            cli_number(s->reliability, 3, own);
    }
    printf(" %8s", isnan(f->loss) ? "" : cli_number(f->loss, 4, loss));
    if (s)
        printf("  %6s  %s", value, interval);
    if (s && (l->repeats || (l->several && f->rank)))
        printf("%*s", 16 - (int)strlen(interval), "");
    if (s && l->repeats)
        printf(" %7s", own);
    if (s && l->several && f->rank)
        printf(" %4d", f->rank);
    printf("\n");
}

static void print_fits(cli *c, const spk_cells *s) {
    layout l = lay_out(s);
    printf("  %-*s", l.cell, "cell");
    if (l.several)
        printf("  %-*s", l.model, "model");
    printf("  %-11s %8s  %6s  95 %% interval", "status", "loss", "test");
    if (l.repeats || l.several)
        printf("   %s%s", l.repeats ? " repeats" : "", l.several ? " rank" : "");
    printf("\n");
    for (size_t i = 0; i < s->n; i++)
        print_fit(c, &l, &s->fit[i]);
}

/* ---- models by what they reach on held-out data ---- */

typedef struct {
    const char *name;
    size_t n, best;
    double sum;
} model_row;

static int by_mean(const void *a, const void *b) {
    const model_row *x = a, *y = b;
    double p = x->n ? x->sum / (double)x->n : -INFINITY,
           q = y->n ? y->sum / (double)y->n : -INFINITY;
    return (p < q) - (p > q);
}

static spk_status print_models(cli *c, const spk_cells *s) {
    size_t n = 0;
    char mean[32];
    for (size_t i = 0; i < s->n; i++)
        n = (size_t)s->fit[i].model_number + 1 > n ? (size_t)s->fit[i].model_number + 1 : n;
    model_row *row = calloc(n + 1, sizeof *row);
    if (!row)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    for (size_t i = 0; i < s->n; i++) {
        const spk_cell_fit *f = &s->fit[i];
        const spk_result_score *held_out = spk_cell_fit_score(f, "test", SPK_CELLS_RANK_MEASURE);
        model_row *m = &row[f->model_number];
        m->name = f->model;
        m->best += f->rank == 1;
        m->n += f->rank > 0;
        m->sum += f->rank > 0 ? held_out->value : 0;
    }
    qsort(row, n, sizeof *row, by_mean);
    if (n > 1)
        printf("\n  %-20s %6s %8s %8s\n", "model", "cells", "mean", "best of");
    for (size_t i = 0; n > 1 && i < n; i++)
        printf("  %-20s %6zu %8s %8zu\n", row[i].name, row[i].n,
               row[i].n ? cli_number(row[i].sum / (double)row[i].n, 3, mean) : "-", row[i].best);
    printf("\ntest: %s on data that the search did not see\n", SPK_CELLS_RANK_MEASURE);
    free(row);
    return SPK_OK;
}

/* ---- the command ---- */

static const struct {
    const char *name;
    spk_cells_format format;
} formats[] = {{"csv", SPK_CELLS_CSV}, {"json", SPK_CELLS_JSON}, {"html", SPK_CELLS_HTML}};
enum { N_FORMATS = sizeof formats / sizeof *formats };

/* What --format says, else how the file's name ends. -1: a table for people. */
static spk_status choose(cli *c, const char *name, const char *to, int *format) {
    const char *dot = to ? strrchr(to, '.') : NULL, *word = name ? name : dot ? dot + 1 : NULL;
    *format = -1;
    for (int i = 0; word && i < N_FORMATS; i++)
        if (strcmp(word, formats[i].name) == 0)
            *format = (int)formats[i].format;
    if (*format >= 0 || (!to && (!name || strcmp(name, "text") == 0)))
        return SPK_OK;
    return cli_fail(c, SPK_ERR_USAGE, "csv, json or html", "there is no table of format '%s'",
                    word ? word : to);
}

static spk_status print_as(cli *c, const spk_cells *s, int format) {
    char *text = NULL;
    size_t length = 0;
    spk_status st =
        spk_cells_print(c->ctx, s, c->argv[0], (spk_cells_format)format, &text, &length);
    if (!st)
        fwrite(text, 1, length, stdout);
    spk_report_free(c->ctx, text);
    return st;
}

static spk_status run_table(cli *c) {
    const char *name = NULL, *to = NULL;
    bool csv = false;
    int n, format;
    spk_cells *s = NULL;
    const cli_option options[] = {
        {"--csv", CLI_FLAG, &csv}, {"--format", CLI_TEXT, &name}, {"--to", CLI_TEXT, &to}, {0}};
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (!st)
        st = choose(c, csv ? "csv" : name, to, &format);
    if (!st && !spk_cells_is_run(c->argv[0]))
        st = cli_fail(c, SPK_ERR_INPUT,
                      "name the folder that `spikefit fit --cells ... --out` wrote",
                      "'%s' holds no run of many cells", c->argv[0]);
    if (!st)
        st = spk_cells_read(c->ctx, c->argv[0], &s);
    if (!st && to)
        st = spk_cells_write(c->ctx, s, c->argv[0], (spk_cells_format)format, to);
    else if (!st && format >= 0)
        st = print_as(c, s, format);
    else if (!st) {
        print_fits(c, s);
        st = print_models(c, s);
    }
    if (!st && to)
        printf("%s\n", to);
    spk_cells_free(s);
    return st;
}

const cli_command cli_table = {
    .name = "table",
    .sentence = "show the fits of many cells, also while they run",
    .usage = "RUN [--csv | --format csv|json|html] [--to FILE]",
    .help = "For each cell and model: status, training loss, score on held-out data with its\n"
            "interval, what the cell's own repeats reach, the model's rank in its cell.\n\n"
            "  --csv, --format F   everything, with units in the header: scores, intervals,\n"
            "                      parameters\n"
            "  --to FILE           into a file, which says the format by its ending\n"
            "\nThe state itself is RUN/cells.sqlite, an SQLite file.\n",
    .run = run_table,
};
