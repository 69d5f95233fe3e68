/* A grid of columns times rows, each node joined to the next in its row and column. */
#include "network/graph.h"

enum { OPT_COLUMNS, OPT_ROWS, OPT_PERIODIC };

/* 0 rows: as many full ones as there are neurons for. */
static uint32_t rows_of(const spk__rule_job *job) {
    double rows = job->p->options.v[OPT_ROWS];
    return rows ? (uint32_t)rows : job->n_source / (uint32_t)job->p->options.v[OPT_COLUMNS];
}

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    double columns = job->p->options.v[OPT_COLUMNS];
    return spk__graph_check(ctx, job, columns * fmax(rows_of(job), 1));
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    uint32_t columns = (uint32_t)job->p->options.v[OPT_COLUMNS], rows = rows_of(job);
    bool periodic = job->p->options.v[OPT_PERIODIC] != 0;
    spk_status st = SPK_OK;
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns && !st; c++) {
            uint32_t here = r * columns + c;
            /* a row of two would otherwise be joined twice */
            if (c + 1 < columns || (periodic && columns > 2))
                st = spk__graph_add(ctx, out, here, r * columns + (c + 1) % columns);
            if (!st && (r + 1 < rows || (periodic && rows > 2)))
                st = spk__graph_add(ctx, out, here, (r + 1) % rows * columns + c);
        }
    return st;
}

static const spk_opt options[] = {
    {"columns", "nodes in a row", SPK_OPT_INT, NULL, 10, 1, 1e6, NULL},
    {"rows", "rows; 0: as many as fit", SPK_OPT_INT, NULL, 0, 0, 1e6, NULL},
    {"periodic", "whether the borders meet", SPK_OPT_BOOL, NULL, 0, 0, 0, NULL},
    {0},
};

const spk__rule spk__rule_lattice = {
    .info = {.name = "lattice",
             .sentence = "a grid of neighbours",
             .reference = "igraph_square_lattice",
             .options = options},
    .check = check,
    .list = list,
};
