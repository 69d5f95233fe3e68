/* A bootstrap of the parameters: `explain`, `rerun`. */
#ifndef SPK_CLI_BOOTSTRAP_H
#define SPK_CLI_BOOTSTRAP_H

#include "cli/cli.h"
#include <spikefit/validate.h>

/* What is drawn, by its word; NULL: as the data suggest. ERR_USAGE, printed. */
spk_status cli_find_resample(cli *c, const char *word, spk_resample *out);
/* spk_validate_bootstrap with progress on standard error. */
spk_status cli_bootstrap(cli *c, spk_problem *p, spk_bootstrap_options o, spk_result *r);
/* The table; nothing where it was not worked out. */
spk_status cli_print_bootstrap(cli *c, const spk_result *r);

#endif
