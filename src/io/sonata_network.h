/* SONATA networks: types (CSV), nodes and edges (HDF5) as tables, checked against each other; the
 * configuration that names the files, and what becomes of them, is netstudy's.
 * https://github.com/AllenInstitute/sonata/blob/master/docs/SONATA_DEVELOPER_GUIDE.md */
#ifndef SPK_IO_SONATA_NETWORK_H
#define SPK_IO_SONATA_NETWORK_H

#include "io/io.h"

/* ---- node_types.csv, edge_types.csv: columns set apart by blanks, texts with blanks in "" ---- */

typedef struct {
    const char *text; /* NULL: empty, NULL, NA */
    spk_loc loc;
} spk__sonata_field;

typedef struct {
    const char *path;
    const char **column; /* [n_columns] */
    size_t n_columns, n_rows;
    spk__sonata_field *field; /* [n_rows][n_columns] */
    int64_t *id;              /* [n_rows], ascending */
    uint32_t *row;            /* of an id */
} spk__sonata_types;

/* id_name: the column of ids, "node_type_id". Everything lives in the arena. ERR_INPUT, located,
 * for rows of another length, ids that are missing, no numbers, or given twice. */
spk_status spk__sonata_types_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  const char *id_name, spk__sonata_types *out);
/* The row of an id; n_rows: there is none. */
size_t spk__sonata_types_find(const spk__sonata_types *t, int64_t id);
/* A field by the column's name; one of text NULL where there is no such column. */
spk__sonata_field spk__sonata_types_get(const spk__sonata_types *t, size_t row, const char *column);

/* ---- nodes, edges ---- */

/* One value a row, NaN in rows whose group lacks it. */
typedef struct {
    const char *name;
    double *value;
} spk__sonata_column;

/* A population of nodes, in the order of their ids 0 .. n - 1; or of edges. */
typedef struct {
    const char *name;
    size_t n;
    int64_t *type;
    spk__sonata_column *column; /* nodes: dynamics_params; edges: syn_weight, delay, nsyns */
    size_t n_columns;
    /* edges only */
    const char *source_population, *target_population;
    int64_t *source, *target;
} spk__sonata_table;

typedef struct {
    spk_ctx *ctx;
    spk__sonata_table *table;
    size_t n;
} spk__sonata_tables;

/* All populations of a file. Texts live in the arena, numbers until freed. ERR_INPUT, naming file
 * and dataset, for lengths that differ, ids that are not 0 .. n - 1, groups or rows of groups that
 * are not there, values that are not finite, and whatever h5.h refuses. */
spk_status spk__sonata_nodes_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  spk__sonata_tables *out);
spk_status spk__sonata_edges_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  spk__sonata_tables *out);
void spk__sonata_tables_free(spk__sonata_tables *t);
/* The values of a column, or NULL. */
const double *spk__sonata_column_find(const spk__sonata_table *t, const char *name);

#endif
