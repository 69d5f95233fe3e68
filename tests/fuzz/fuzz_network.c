/* Files that describe networks: SONATA's nodes, edges and types, and tables of edges. Whatever the
 * bytes, tables that hold together or an error that names its file. */
#include "fuzz/fuzz.h"
#include "fuzz/hdf5_faults.h"
#include "io/columns.h"
#include "io/network_seeds.h"
#include "io/sonata_network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_tables(const spk__sonata_tables *all, bool edges) {
    for (size_t k = 0; k < all->n; k++) {
        const spk__sonata_table *t = &all->table[k];
        int64_t sum = 0;
        for (size_t i = 0; i < t->n; i++)
            sum ^= t->type[i] ^ (edges ? t->source[i] ^ t->target[i] : 0);
        for (size_t c = 0; c < t->n_columns; c++)
            for (size_t i = 0; i < t->n; i++)
                if (isinf(t->column[c].value[i]) || sum == INT64_MAX)
                    abort();
        if (edges != (t->source_population != NULL))
            abort();
    }
}

static void check_types(const spk__sonata_types *t) {
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t row = spk__sonata_types_find(t, t->id[i]);
        if (row == t->n_rows || !spk__sonata_types_get(t, row, "node_type_id").text)
            abort();
    }
}

static void check_columns(const spk__columns *c) {
    char unit[32];
    double sum = 0;
    for (size_t k = 0; k < c->n_columns; k++)
        for (size_t i = 0; i < c->n_rows; i++)
            sum += c->column[k].value[i];
    if (spk__columns_find(c, "delay", unit) && strlen(unit) > 31 && sum > 0)
        abort();
}

typedef enum { NODES, EDGES, TYPES, COLUMNS, N_KINDS } kind;

static spk_status read_as(kind k, const char *path) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__arena *arena = ctx ? spk__arena_new(ctx) : NULL;
    spk__sonata_tables tables = {0};
    spk__sonata_types types;
    spk__columns columns;
    spk_status st;
    if (!arena)
        abort();
    if (k == TYPES)
        st = spk__sonata_types_read(ctx, arena, path, "node_type_id", &types);
    else if (k == COLUMNS)
        st = spk__columns_read(ctx, arena, path, &columns);
    else
        st = (k == NODES ? spk__sonata_nodes_read : spk__sonata_edges_read)(ctx, arena, path,
                                                                            &tables);
    if (!st && k == TYPES)
        check_types(&types);
    else if (!st && k == COLUMNS)
        check_columns(&columns);
    else if (!st)
        check_tables(&tables, k == EDGES);
    bool located = false;
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++)
        located |= spk_ctx_diag(ctx, i)->loc.file != NULL;
    if (st && !located)
        abort();
    spk__sonata_tables_free(&tables);
    spk__arena_free(arena);
    spk_ctx_free(ctx);
    return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (kind k = NODES; k < N_KINDS; k++)
        read_as(k, path);
    close(fd);
    return 0;
}

static fuzz_seed table_seed(bool edges) {
    static uint8_t data[2][1 << 16];
    const char *path = edges ? "edges.h5" : "nodes.h5";
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (write_table(ctx, path, edges) || read_as(edges ? EDGES : NODES, path))
        abort(); /* a seed that is not valid tests nothing */
    spk_ctx_free(ctx);
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(data[edges], 1, sizeof data[edges], f) : 0;
    if (f)
        fclose(f);
    remove(path);
    return (fuzz_seed){data[edges], n};
}

const fuzz_seed *fuzz_seeds(size_t *n) {
    static fuzz_seed seeds[4];
    if (!seeds[0].data) {
        seeds[0] = table_seed(false);
        seeds[1] = table_seed(true);
        seeds[2] = (fuzz_seed){types_seed, sizeof types_seed - 1};
        seeds[3] = (fuzz_seed){columns_seed, sizeof columns_seed - 1};
    }
    *n = 4;
    return seeds;
}
