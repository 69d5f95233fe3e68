/* What a SONATA file of nodes or edges holds, for looking at it. */
#include "io/h5.h"
#include "io/sonata_network.h"

#include <math.h>
#include <stdlib.h>

struct spk_sonata_file {
    spk_ctx *ctx;
    spk__arena *arena;
    spk_sonata_population *population;
    size_t n;
};

static int ascending(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static spk_status count_types(spk_ctx *ctx, const spk__sonata_table *t, size_t *out) {
    int64_t *type = SPK__ARRAY(ctx, t->n, int64_t);
    if (!type)
        return SPK_ERR_MEMORY;
    if (t->n) {
        memcpy(type, t->type, t->n * sizeof *type);
        qsort(type, t->n, sizeof *type, ascending);
    }
    *out = 0;
    for (size_t i = 0; i < t->n; i++)
        *out += i == 0 || type[i] != type[i - 1];
    spk__free(ctx, type);
    return SPK_OK;
}

static spk_attribute_range range_of(const spk__sonata_column *c, size_t n) {
    spk_attribute_range r = {c->name, INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < n; i++) {
        if (isnan(c->value[i]))
            continue;
        r.low = fmin(r.low, c->value[i]);
        r.high = fmax(r.high, c->value[i]);
        r.n++;
    }
    return r;
}

static spk_status describe(spk_sonata_file *f, const spk__sonata_table *t,
                           spk_sonata_population *out) {
    spk_attribute_range *range = spk__arena_alloc(f->arena, t->n_columns + 1, sizeof *range);
    if (!range)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n_columns; i++)
        range[i] = range_of(&t->column[i], t->n);
    *out = (spk_sonata_population){.name = t->name,
                                   .source = t->source_population,
                                   .target = t->target_population,
                                   .n = t->n,
                                   .attribute = range,
                                   .n_attributes = t->n_columns};
    return count_types(f->ctx, t, &out->n_types);
}

static spk_status read_tables(spk_sonata_file *f, const char *path, bool edges) {
    spk__sonata_tables all = {0};
    spk_status st = edges ? spk__sonata_edges_read(f->ctx, f->arena, path, &all)
                          : spk__sonata_nodes_read(f->ctx, f->arena, path, &all);
    if (!st && !(f->population = spk__arena_alloc(f->arena, all.n, sizeof *f->population)))
        st = SPK_ERR_MEMORY;
    for (size_t i = 0; i < all.n && !st; i++)
        st = describe(f, &all.table[i], &f->population[f->n++]);
    spk__sonata_tables_free(&all);
    return st;
}

/* Whether the file is HDF5 and has a group of nodes, or of edges. */
static bool look(spk_ctx *ctx, const char *path, bool *edges) {
    size_t said = spk_ctx_diag_count(ctx);
    spk__h5 h;
    bool found = false;
    if (spk__h5_open(ctx, path, &h) == SPK_OK) {
        *edges = spk__h5_is_group(h.file, "edges");
        found = *edges || spk__h5_is_group(h.file, "nodes");
        spk__h5_close(&h);
    }
    spk_ctx_diag_truncate(ctx, said);
    return found;
}

spk_status spk_sonata_file_read(spk_ctx *ctx, const char *path, spk_sonata_file **out) {
    bool edges = false;
    *out = NULL;
    if (!look(ctx, path, &edges))
        return SPK_OK;
    spk_sonata_file *f = SPK__NEW(ctx, spk_sonata_file);
    if (!f)
        return SPK_ERR_MEMORY;
    f->ctx = ctx;
    f->arena = spk__arena_new(ctx);
    spk_status st = f->arena ? read_tables(f, path, edges) : SPK_ERR_MEMORY;
    if (st)
        spk_sonata_file_free(f);
    else
        *out = f;
    return st;
}

const spk_sonata_population *spk_sonata_file_populations(const spk_sonata_file *f, size_t *n) {
    *n = f->n;
    return f->population;
}

void spk_sonata_file_free(spk_sonata_file *f) {
    if (!f)
        return;
    spk__arena_free(f->arena);
    spk__free(f->ctx, f);
}
