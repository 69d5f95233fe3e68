/* What `spikefit fit` is asked for: shared by the files that do it. */
#ifndef SPK_CLI_FIT_H
#define SPK_CLI_FIT_H

#include "cli/view.h"
#include <spikefit/cells.h>
#include <spikefit/ranks.h>

/* The arguments, checked. */
typedef struct {
    spk_fit_options o;
    const char *operand; /* a study file, or the folder of a run */
    bool is_run;
    cli_view_options view;
    const char *models; /* "a,b,c" in place of the study's; NULL */
    const char *cells;  /* the first pattern of cells; NULL: the study's own recording */
    bool many;          /* cells, or a run of many */
    spk_cell_list cell;
    int shard, n_shards; /* 0: all */
    bool ranks;          /* mpirun started several of us */
    char islands[16]; /* in place of the study's; "" */
    const char *island_list[1];
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

/* Whether a run was begun there. */
bool cli_holds_journal(const char *folder);
/* Of the terminal that errors go to; 80 where there is none. */
int cli_width_of_errors(void);
/* Many cells. */
spk_status cli_fit_cells(cli *c, const cli_fit_request *q);

/* Whether what is to be fitted is a network. */
spk_status cli_fit_is_network(cli *c, const cli_fit_request *q, bool *is_network);
spk_status cli_network_fit(cli *c, cli_fit_request *q);

/* ---- progress ---- */

typedef struct {
    bool terminal;
    int width;        /* of the terminal that shows it */
    double last_s;    /* when the line was written last */
    double last_part; /* the same, as a share of the budget, where there is no terminal */
    size_t model;
} cli_watcher;
/* Sets the options' progress; the end clears its line. */
void cli_watch_begin(cli_watcher *w, spk_fit_options *o);
void cli_watch_end(const cli_watcher *w);
/* What a fit that ended well returns: ERR_CANCELLED, with the message printed, if it was interrupted. */
spk_status cli_tell_interrupted(cli *c, const spk_result *r, const char *folder, spk_status st);

/* ---- ranks ---- */

/* Whether mpirun started this process, one of several; and as another than rank 0, which alone speaks. */
bool cli_ranks_started(bool *silent);
spk_status cli_ranks_open(cli *c, spk_ranks **out);

#endif
