/* A fit as what its report and figures show. */
#include "cli/page_parts.h"

#include <stdlib.h>

spk_status cli_page_no_memory(cli *c) {
    return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
}

cli_page_source cli_page_source_of(const cli_run *run, const char *name) {
    const spk_result *r = run->result;
    return (cli_page_source){.name = name,
                             .setup = run->setup,
                             .model = run->model,
                             .problem = run->problem,
                             .values = run->values,
                             .history = &r->history,
                             .tally = {r->evaluations, r->n_silent, r->n_exploding, r->n_nonfinite},
                             .result = r};
}

void cli_page_free(cli_page *g) {
    if (!g)
        return;
    for (size_t i = 0; g->sim && i < g->n_sims * g->n_trials; i++)
        spk_sim_free(&g->sim[i]);
    void *parts[] = {g->sweep,     g->window,        g->sim,          g->trial, g->score,
                     g->parameter, g->profile_value, g->profile_loss, g->generation,
                     g->point,     g->loss,          g->failed};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    cli_page_free_network(g->network);
    cli_page_free_findings(g->findings);
    free(g);
}

static spk_status fill(cli_page *g, unsigned parts) {
    const spk_model *m = spk_setup_model(g->from.setup, g->from.model);
    g->data.model_name = spk_model_name(m);
    g->data.model_doc = spk_model_doc(m);
    g->data.model_equations = spk_model_equations(m);
    spk_status st = cli_page_fill_words(g);
    if (!st && parts & (CLI_PAGE_SWEEPS | CLI_PAGE_GLANCE))
        st = cli_page_fill_sweeps(g, parts);
    if (!st)
        st = cli_page_fill_parameters(g, parts & CLI_PAGE_PROFILES);
    if (!st && g->from.result)
        st = cli_page_fill_findings(g);
    return st ? st
              : cli_page_fill_search(g,
                                     parts & CLI_PAGE_GLANCE ? PAGE_GLANCE_GENERATIONS : SIZE_MAX);
}

spk_status cli_page_new(cli *c, const cli_page_source *source, unsigned parts, cli_page **out) {
    cli_page *g = calloc(1, sizeof *g);
    if (!g)
        return cli_page_no_memory(c);
    g->c = c;
    g->from = *source;
    spk_status st = fill(g, parts);
    if (st)
        cli_page_free(g);
    else
        *out = g;
    return st;
}

const spk_report_data *cli_page_data(const cli_page *g) {
    return &g->data;
}
