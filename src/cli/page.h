/* What the report and its figures show of a fit, ended or running: spk_report_data with all that it
 * borrows. */
#ifndef SPK_CLI_PAGE_H
#define SPK_CLI_PAGE_H

#include "cli/cli.h"
#include <spikefit/report.h>

/* Where it comes from; borrowed, and must outlive the page. */
typedef struct {
    const char *name; /* of the run */
    spk_setup *setup;
    size_t model; /* of the study */
    spk_problem *problem;
    const double *values; /* the best parameters, coherent units */
    const spk_result_history *history;
    spk_tally tally;
    const spk_result *result; /* NULL: the fit is still running */
} cli_page_source;
cli_page_source cli_page_source_of(const cli_run *run, const char *name);

/* Parts that must be simulated; the rest is always there. */
enum {
    CLI_PAGE_SWEEPS = 1,
    CLI_PAGE_PROFILES = 2, /* where the result does not hold them */
    CLI_PAGE_ALL = 3,
    /* Of the sweeps those of one stimulus, of their traces a few seconds of one; TRAIN: of fitted
     * data, else of held-out data. */
    CLI_PAGE_GLANCE = 4,
    CLI_PAGE_GLANCE_TRAIN = 12
};

typedef struct cli_page cli_page;
spk_status cli_page_new(cli *c, const cli_page_source *source, unsigned parts, cli_page **out);
/* Of a run of a network: its spikes on held-out data (or training data, if nothing is held out), what the
 * tests say of them, its weights. */
spk_status cli_page_new_network(cli *c, cli_run *run, const char *name, cli_page **out);
void cli_page_free(cli_page *g);
const spk_report_data *cli_page_data(const cli_page *g);

/* The pages of all fits of a run of many cells that are done, and the index. */
spk_status cli_report_cells(cli *c, const char *run);
/* Data and model of a part, one under the other, to standard output: traces, and rasters of some
 * stimuli. */
spk_status cli_print_comparison(cli *c, const cli_page_source *source, spk_part_kind part);

#endif
