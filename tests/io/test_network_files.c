/* Files that describe networks: values as written, and each allocation failing. */
#include "io/columns.h"
#include "io/network_seeds.h"
#include "io/sonata_network.h"
#include "test.h"

#include <math.h>

static void write_text(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        abort();
}

static spk_status read_tables(spk_ctx *ctx, bool edges, spk__sonata_tables *all) {
    spk__arena *arena = spk__arena_new(ctx);
    spk_status st = !arena  ? SPK_ERR_MEMORY
                    : edges ? spk__sonata_edges_read(ctx, arena, "edges.h5", all)
                            : spk__sonata_nodes_read(ctx, arena, "nodes.h5", all);
    if (!st && !edges) {
        const spk__sonata_table *t = &all->table[0];
        const double *v = spk__sonata_column_find(t, "V_th");
        CHECK(all->n == 1 && t->n == 5 && t->type[2] == 9 && v && isnan(v[0]));
        CHECK(v[2] == -50 && isnan(v[3]) && v[4] == -51);
        CHECK_STR(t->name, "cells");
    } else if (!st) {
        const spk__sonata_table *t = &all->table[0];
        const double *w = spk__sonata_column_find(t, "syn_weight");
        const double *d = spk__sonata_column_find(t, "delay");
        CHECK(t->n == 6 && t->source[5] == 0 && t->target[4] == 4 && w[1] == -51 && isnan(w[2]));
        CHECK(d[2] == -50 && isnan(d[3]) && d[4] == -51 && d[5] == -52);
        CHECK_STR(t->target_population, "cells");
    }
    spk__sonata_tables_free(all);
    spk__arena_free(arena);
    return st;
}

static spk_status read_nodes(spk_ctx *ctx) {
    spk__sonata_tables all = {0};
    return read_tables(ctx, false, &all);
}

static spk_status read_edges(spk_ctx *ctx) {
    spk__sonata_tables all = {0};
    return read_tables(ctx, true, &all);
}

static spk_status look(spk_ctx *ctx) {
    spk_sonata_file *f = NULL;
    spk_status st = spk_sonata_file_read(ctx, "edges.h5", &f);
    if (!st && f) { /* without memory to look at it the file may pass for another */
        size_t n;
        const spk_sonata_population *p = spk_sonata_file_populations(f, &n);
        CHECK(n == 1 && p->n == 6 && p->n_types == 2 && p->n_attributes == 2);
    }
    spk_sonata_file_free(f);
    return st;
}

TEST(nodes_and_edges_are_those_of_the_file) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    REQUIRE(write_table(ctx, "nodes.h5", false) == SPK_OK);
    REQUIRE(write_table(ctx, "edges.h5", true) == SPK_OK);
    CHECK(read_nodes(ctx) == SPK_OK && read_edges(ctx) == SPK_OK && look(ctx) == SPK_OK);
    print_diags(ctx);
    spk_ctx_free(ctx);
    check_every_allocation(read_nodes);
    check_every_allocation(read_edges);
    check_every_allocation(look);
    remove("nodes.h5");
    remove("edges.h5");
}

static spk_status read_types(spk_ctx *ctx) {
    spk__arena *arena = spk__arena_new(ctx);
    spk__sonata_types t;
    spk_status st = arena ? spk__sonata_types_read(ctx, arena, "types.csv", "node_type_id", &t)
                          : SPK_ERR_MEMORY;
    if (!st) {
        size_t row = spk__sonata_types_find(&t, 7);
        CHECK(t.n_rows == 2 && row == 1 && spk__sonata_types_find(&t, 8) == 2);
        CHECK_STR(spk__sonata_types_get(&t, 0, "dynamics_params").text, "a file.json");
        CHECK_STR(spk__sonata_types_get(&t, row, "dynamics_params").text, "ei=='e'");
        CHECK(!spk__sonata_types_get(&t, row, "model_template").text);
        spk_loc loc = spk__sonata_types_get(&t, row, "model_type").loc;
        CHECK(loc.line == 4 && loc.column == 3 && loc.length == 7);
    }
    spk__arena_free(arena);
    return st;
}

static spk_status read_columns(spk_ctx *ctx) {
    spk__arena *arena = spk__arena_new(ctx);
    spk__columns c;
    char unit[32];
    spk_status st = arena ? spk__columns_read(ctx, arena, "edges.csv", &c) : SPK_ERR_MEMORY;
    if (!st) {
        const spk__number_column *w = spk__columns_find(&c, "weight", unit);
        CHECK_STR(unit, "pA");
        CHECK(c.n_rows == 2 && c.line[1] == 4 && w && w->value[0] == 2.5 && isnan(w->value[1]));
        CHECK(spk__columns_find(&c, "delay", unit) == &c.column[3]);
        CHECK_STR(unit, "ms");
        CHECK(!spk__columns_find(&c, "wei", unit) && !spk__columns_find(&c, "sources", unit));
    }
    spk__arena_free(arena);
    return st;
}

TEST(tables_of_text_are_those_of_the_file) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_text("types.csv", types_seed);
    write_text("edges.csv", columns_seed);
    CHECK(read_types(ctx) == SPK_OK && read_columns(ctx) == SPK_OK);
    print_diags(ctx);
    spk_ctx_free(ctx);
    check_every_allocation(read_types);
    check_every_allocation(read_columns);
    remove("types.csv");
    remove("edges.csv");
}

int main(void) {
    RUN(nodes_and_edges_are_those_of_the_file);
    RUN(tables_of_text_are_those_of_the_file);
    return test_end();
}
