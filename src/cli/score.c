/* spikefit score: all measures of a run, on what it was trained on or on what it never saw. */
#include "cli/page.h"
#include <spikefit/twosample.h>
#include <spikefit/validate.h>

#include <string.h>

/* Each loss of the study by itself. */
static spk_status score_network(cli *c, cli_run *r, spk_part_kind part, const char *metric,
                                bool figure) {
    spk_result scores = {.ctx = c->ctx};
    double start, stop;
    if (metric || figure)
        return cli_fail(c, SPK_ERR_USAGE, "`spikefit validate` and `spikefit raster` say more",
                        "a network is scored by its study's losses: --metric and --figure are for cells");
    if (!spk_netstudy_part(r->network, part, &start, &stop))
        return cli_fail(c, SPK_ERR_INPUT, "give the study a 'test' part", "the study holds nothing out");
    spk_status st = spk_validate_network(c->ctx, r->network, r->values, part, &scores);
    if (!st) {
        printf("%s, network, %g to %g ms", c->argv[0], start, stop);
        cli_print_scores(c, &scores);
        printf("\n`spikefit validate` compares data and model by tests.\n");
    }
    spk_result_clear_scores(&scores);
    return st;
}

static spk_status print_figure(cli *c, const cli_run *r, spk_part_kind part) {
    cli_page_source source = cli_page_source_of(r, c->argv[0]);
    return cli_print_comparison(c, &source, part);
}

/* The scores of the file are replaced by those asked for: the list begins empty. */
static spk_status run_score(cli *c) {
    const char *on = "test", *metric = NULL;
    bool figure = false;
    const cli_option options[] = {{"--on", CLI_TEXT, &on},
                                  {"--metric", CLI_TEXT, &metric},
                                  {"--figure", CLI_FLAG, &figure},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (st)
        return st;
    spk_part_kind part;
    if ((st = cli_part(c, on, &part)))
        return st;
    const spk_metric *m = NULL;
    if (metric && (st = cli_find_metric(c, metric, &m)))
        return st;
    cli_run r;
    st = cli_run_open(c, c->argv[0], &r);
    if (st)
        return st;
    if (r.network) {
        st = score_network(c, &r, part, metric, figure);
        cli_run_close(c, &r);
        return st;
    }
    spk_result scores = {.ctx = c->ctx};
    size_t parts;
    spk_setup_part(r.setup, part, &parts);
    if (!parts)
        st = cli_fail(c, SPK_ERR_INPUT, "give the study a 'test' part", "the study holds nothing out");
    if (!st)
        st = spk_validate_scores(c->ctx, r.problem, r.values, part, m ? &m->name : NULL, m != NULL, 0,
                                 &scores);
    if (!st && figure)
        st = print_figure(c, &r, part);
    if (!st) {
        printf("%s, %s", c->argv[0], spk_result_chosen(r.result)->name);
        cli_print_scores(c, &scores);
    }
    spk_result_clear_scores(&scores);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_score = {
    .name = "score",
    .sentence = "score a run on held-out data, with confidence intervals",
    .usage = "RUN [--on test|train] [--metric NAME] [--figure]",
    .help = "  --on PART       test (what the search never saw; the default) or train\n"
            "  --metric NAME   one measure: gamma, vr, ... or of `spikefit list measures`\n"
            "  --figure        voltages and rasters, data above, model below\n",
    .run = run_score,
};
