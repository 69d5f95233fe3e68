/* spikefit merge: shards of a run of many cells become one run. */
#include "cli/cli.h"
#include <spikefit/report.h>

static spk_status run_merge(cli *c) {
    const char *out = NULL;
    const cli_option options[] = {{"--out", CLI_TEXT, &out}, {0}};
    int n;
    char index[4096];
    spk_cells *s = NULL;
    spk_status st = cli_parse(c, options, 1, CLI_MANY, &n);
    if (!st && !out)
        st = cli_fail(c, SPK_ERR_USAGE, "spikefit merge run_1 run_2 run_3 --out run",
                      "where is the joint run to go?");
    if (!st)
        st = spk_cells_merge(c->ctx, (const char *const *)c->argv, (size_t)n, out);
    if (!st)
        st = spk_cells_read(c->ctx, out, &s);
    if (st)
        return st;
    snprintf(index, sizeof index, "%s/index.html", out);
    st = spk_cells_write(c->ctx, s, out, SPK_CELLS_HTML, index);
    if (!st)
        printf("%s: %zu fits of %zu cells\n", out, s->n, s->n_cells);
    spk_cells_free(s);
    return st;
}

const cli_command cli_merge = {
    .name = "merge",
    .sentence = "join the shards of a run of many cells",
    .usage = "RUN... --out RUN",
    .help = "  --out RUN   a new folder: the fits of all shards, their state, the index page.\n"
            "              The shards stay as they are; the joint run can be resumed\n"
            "\nAll N shards of `spikefit fit --shard K/N` must be named, each once.\n",
    .run = run_merge,
};
