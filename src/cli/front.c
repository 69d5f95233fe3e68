/* spikefit front: what a fit with several objectives found, and choosing from it. */
#include "cli/page.h"
#include <spikefit/plot.h>
#include <spikefit/validate.h>

/* Rows as a table: number, losses, and which one is the run's. */
static void print_rows(const spk_result_front *f) {
    char a[32];
    printf("\n  %5s", "row");
    for (size_t j = 0; j < f->n_objectives; j++)
        printf(" %12s", f->name[j]);
    printf("\n");
    for (size_t i = 0; i < f->n; i++) {
        printf("%s %5zu", i == f->picked ? " *" : "  ", i + 1);
        for (size_t j = 0; j < f->n_objectives; j++)
            printf(" %12s", cli_number(f->loss[i * f->n_objectives + j], 4, a));
        printf("\n");
    }
}

static spk_status print_figure(cli *c, const cli_run *r) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    cli_page_source source = cli_page_source_of(r, c->argv[0]);
    cli_page *page = NULL;
    size_t kind;
    char *text = NULL;
    style.width = c->width;
    style.colour = c->colour;
    style.ascii = !c->unicode;
    spk_status st = spk_plot_find(c->ctx, "front", &kind);
    if (!st)
        st = cli_page_new(c, &source, 0, &page);
    if (!st)
        st = spk_plot_print(c->ctx, cli_page_data(page), kind, &o, &style, &text);
    if (text)
        fputs(text, stdout);
    spk_figure_free(c->ctx, text);
    cli_page_free(page);
    return st;
}

/* The row becomes the run's parameters, with scores of its own. */
static spk_status take(cli *c, cli_run *r, const char *how, const char *folder) {
    size_t row = 0;
    spk_status st = spk_front_pick(c->ctx, &r->result->front, how, &row);
    if (!st)
        st = spk_result_take_pick(r->result, r->problem, row, how);
    if (!st)
        st = spk_result_parameters(c->ctx, r->result, spk_problem_kernel(r->problem), r->values);
    for (int part = SPK_TRAIN; !st && part <= SPK_TEST; part++)
        st = spk_validate_scores(c->ctx, r->problem, r->values, (spk_part_kind)part, NULL, 0, 0,
                                 r->result);
    if (!st)
        st = spk_validate_identifiability(c->ctx, r->problem, 0, r->result);
    if (!st)
        st = spk_validate_diagnosis(c->ctx, r->problem, 0, r->result);
    return st ? st : spk_result_write(c->ctx, r->result, folder);
}

static spk_status run_front(cli *c) {
    const char *how = NULL;
    const cli_option options[] = {{"--pick", CLI_TEXT, &how}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    cli_run r = {0};
    if (!st)
        st = cli_run_open_cell(c, c->argv[0], &r);
    if (st)
        return st;
    const spk_result_front *f = &r.result->front;
    if (!f->n)
        st = cli_fail(c, SPK_ERR_INPUT, "give the study 'objectives'; docs/trust.md shows how",
                      "the run '%s' has no front: it was fitted to one objective", c->argv[0]);
    if (!st && how)
        st = take(c, &r, how, c->argv[0]);
    if (!st) {
        printf("%s, %s: %zu rows, none better than another in everything\n", c->argv[0],
               spk_result_chosen(r.result)->name, f->n);
        print_rows(f);
        printf("\n");
        st = print_figure(c, &r);
    }
    if (!st) {
        printf("\nrow %zu is the run's (%s); score, simulate and report use it\n", f->picked + 1,
               f->pick);
        cli_print_parameters(c, r.result);
    }
    if (!st && how)
        cli_print_scores(c, r.result);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_front = {
    .name = "front",
    .sentence = "list, draw and choose from what a fit with several objectives found",
    .usage = "RUN [--pick knee|weights=A,B|limit=NAME:VALUE|ROW]",
    .help = "  --pick HOW   make a row the run's parameters, for score, simulate and report:\n"
            "                 knee              where little is lost for what is gained (a\n"
            "                                   fit's own choice)\n"
            "                 weights=1,3       the lowest weighted sum, a weight for each\n"
            "                                   objective\n"
            "                 limit=voltage:0.3 the best in the rest where this is no higher\n"
            "                 7                 that row\n",
    .run = run_front,
};
