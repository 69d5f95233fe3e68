/* spikefit report: a run as one HTML page. */
#include "cli/page.h"
#include <spikefit/cells.h>

static spk_status run_report(cli *c) {
    const char *out = NULL;
    const cli_option options[] = {{"--out", CLI_TEXT, &out}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    cli_run r = {0};
    if (!st && spk_cells_is_run(c->argv[0]))
        return out ? cli_fail(c, SPK_ERR_USAGE, "leave out --out: each page has its place below RUN",
                              "a run of many cells has many pages")
                   : cli_report_cells(c, c->argv[0]);
    if (!st)
        st = cli_run_open(c, c->argv[0], &r);
    if (st)
        return st;
    char path[4096];
    snprintf(path, sizeof path, "%s/report.html", c->argv[0]);
    cli_page *page = NULL;
    cli_page_source source = cli_page_source_of(&r, c->argv[0]);
    st = r.network ? cli_page_new_network(c, &r, c->argv[0], &page)
                   : cli_page_new(c, &source, CLI_PAGE_ALL, &page);
    if (!st)
        st = spk_report_write(c->ctx, cli_page_data(page), out ? out : path);
    if (!st)
        printf("%s\n", out ? out : path);
    cli_page_free(page);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_report = {
    .name = "report",
    .sentence = "write a run as one HTML page",
    .usage = "RUN [--out FILE.html]",
    .help = "The page needs no network: voltages and rasters that can be zoomed, scores,\n"
            "parameters with profiles, the search played back. Without --out it is\n"
            "RUN/report.html. Of many cells: the page of each fit, and RUN/index.html, which\n"
            "sorts, filters and links them. Of a network: rasters side by side,\n"
            "distributions of data and model with their tests, weights, the numbers found,\n"
            "the search. Of a fit with several objectives: the front; of a posterior: its\n"
            "densities and checks; of a fit that failed: why.\n",
    .run = run_report,
};
