/* A run as what its report and figures show: spk_report_data with everything that it borrows. */
#ifndef SPK_CLI_PAGE_H
#define SPK_CLI_PAGE_H

#include "cli/cli.h"
#include <spikefit/report.h>

typedef struct cli_page cli_page;

/* Parts that must be simulated; the rest comes from the result and is always there. */
enum { CLI_PAGE_SWEEPS = 1, CLI_PAGE_PROFILES = 2, CLI_PAGE_ALL = 3 };

/* folder: the run's name. The run must outlive the page. */
spk_status cli_page_new(cli *c, cli_run *run, const char *folder, unsigned parts, cli_page **out);
void cli_page_free(cli_page *g);
const spk_report_data *cli_page_data(const cli_page *g);

#endif
