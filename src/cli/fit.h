/* What `spikefit fit` is asked for: shared by the files that do it. */
#ifndef SPK_CLI_FIT_H
#define SPK_CLI_FIT_H

#include "cli/cli.h"
#include <spikefit/cells.h>

/* The arguments, checked. */
typedef struct {
    spk_fit_options o;
    const char *operand; /* a study file, or the folder of a run */
    bool is_run;
    const char *models; /* "a,b,c" in place of the study's; NULL */
    const char *cells;  /* the first pattern of cells; NULL: the study's own recording */
    bool many;          /* cells, or a run of many */
    spk_cell_list cell;
    int shard, n_shards; /* 0: all */
    spk_study_edit edit[4];
    size_t n_edits;
    char *words; /* what the edits point into */
    const char **value;
} cli_fit_request;

/* ERR_USAGE, printed. Freed in any case. */
spk_status cli_fit_read_request(cli *c, cli_fit_request *q);
void cli_fit_free_request(cli_fit_request *q);
/* The study of the request: the file with its edits, or the one that the run was begun with. */
spk_status cli_fit_open_study(cli *c, const cli_fit_request *q, spk_study **out);

/* Of the terminal that errors go to; 80 where there is none. */
int cli_width_of_errors(void);
/* Many cells. */
spk_status cli_fit_cells(cli *c, const cli_fit_request *q);

#endif
