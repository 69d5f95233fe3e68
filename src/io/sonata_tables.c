/* Nodes and edges of SONATA networks. A population is a table of types and, in groups, of the
 * attributes that its rows have of their own: row i is row GROUP_INDEX[i] of group GROUP_ID[i]. */
#include "io/h5.h"
#include "io/sonata_network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH = 512 };

typedef struct {
    spk__h5 h;
    spk__arena *arena;
    spk__sonata_table *t;
    const char *kind; /* "node" or "edge" */
    char base[PATH];  /* "nodes/POPULATION" */
    int64_t *group_id, *group_index;
} reader;

static const char *path_in(const reader *r, const char *name, char buf[PATH]) {
    snprintf(buf, PATH, "%.300s/%.200s", r->base, name);
    return buf;
}

static const char *kind_path(const reader *r, const char *what, char buf[PATH]) {
    char name[64];
    snprintf(name, sizeof name, "%s_%s", r->kind, what);
    return path_in(r, name, buf);
}

/* Whole numbers, as many as there are rows. */
static spk_status read_ids(reader *r, const char *path, int64_t **out) {
    size_t n = 0;
    int64_t *v = NULL;
    spk_status st = spk__h5_read_ids(&r->h, path, &v, &n);
    if (!st && n != r->t->n)
        st = spk__h5_fail(&r->h, path, "the file is damaged", "%zu values for %zu %ss", n, r->t->n,
                          r->kind);
    if (st)
        spk__free(r->h.ctx, v);
    else
        *out = v;
    return st;
}

/* ---- groups ---- */

/* The greatest index into a group, or -1 where no row is of it. */
static int64_t greatest_index(const reader *r, int64_t group) {
    int64_t most = -1;
    for (size_t i = 0; i < r->t->n; i++)
        if ((r->group_id ? r->group_id[i] : 0) == group) {
            int64_t at = r->group_index ? r->group_index[i] : (int64_t)i;
            most = at > most ? at : most;
        }
    return most;
}

static spk_status column_of(reader *r, const char *name, spk__sonata_column **out) {
    spk__sonata_table *t = r->t;
    for (size_t i = 0; i < t->n_columns; i++)
        if (!strcmp(t->column[i].name, name)) {
            *out = &t->column[i];
            return SPK_OK;
        }
    spk__sonata_column *grown = spk__realloc(r->h.ctx, t->column, t->n_columns + 1, sizeof *grown);
    if (!grown)
        return SPK_ERR_MEMORY;
    t->column = grown;
    spk__sonata_column *c = &grown[t->n_columns];
    c->name = spk__arena_strndup(r->arena, name, strlen(name));
    c->value = SPK__ARRAY(r->h.ctx, t->n, double);
    if (!c->name || !c->value) {
        spk__free(r->h.ctx, c->value);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < t->n; i++)
        c->value[i] = NAN;
    t->n_columns++;
    *out = c;
    return SPK_OK;
}

/* One attribute of one group into the rows that belong to it. */
static spk_status read_attribute(reader *r, int64_t group, int64_t most, const char *path,
                                 const char *name) {
    double *v = NULL;
    size_t n = 0;
    spk__sonata_column *c = NULL;
    spk_status st = spk__h5_read_part(&r->h, path, 0, SIZE_MAX, &v, &n);
    if (!st && most >= (int64_t)n)
        st = spk__h5_fail(&r->h, path, "the file is damaged",
                          "%s_group_index asks for row %lld of %zu", r->kind, (long long)most, n);
    if (!st)
        st = column_of(r, name, &c);
    for (size_t i = 0; i < r->t->n && !st; i++) {
        if ((r->group_id ? r->group_id[i] : 0) != group)
            continue;
        double x = v[r->group_index ? (size_t)r->group_index[i] : i];
        c->value[i] = x;
        if (!isfinite(x))
            st = spk__h5_fail(&r->h, path, NULL, "the value of %s %zu is %g", r->kind, i, x);
    }
    spk__free(r->h.ctx, v);
    return st;
}

static spk_status read_parameters(reader *r, int64_t group, int64_t most, const char *folder) {
    char **names = NULL, path[PATH];
    size_t n = 0;
    spk_status st = spk__h5_names(&r->h, folder, &names, &n);
    for (size_t i = 0; i < n && !st; i++) {
        snprintf(path, sizeof path, "%.300s/%.200s", folder, names[i]);
        st = read_attribute(r, group, most, path, names[i]);
    }
    spk__h5_names_free(r->h.ctx, names, n);
    return st;
}

static spk_status read_group(reader *r, const char *name) {
    static const char *const of_edges[] = {"syn_weight", "delay", "nsyns"};
    char folder[PATH], path[PATH + 32], *after;
    int64_t group = strtoll(name, &after, 10), most = greatest_index(r, group);
    if (*after || most < 0)
        return SPK_OK;
    path_in(r, name, folder);
    snprintf(path, sizeof path, "%s/dynamics_params", folder);
    bool edges = !strcmp(r->kind, "edge"), parameters = spk__h5_is_group(r->h.file, path);
    if (parameters && edges)
        return spk__h5_fail(&r->h, path, "give syn_weight and delay",
                            "parameters of single synapses are not taken");
    if (parameters)
        return read_parameters(r, group, most, path);
    spk_status st = SPK_OK;
    for (size_t i = 0; i < 3 && edges && !st; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, of_edges[i]);
        if (spk__h5_exists(r->h.file, path))
            st = read_attribute(r, group, most, path, of_edges[i]);
    }
    return st;
}

static spk_status check_groups(reader *r) {
    char path[PATH], name[32];
    for (size_t i = 0; i < r->t->n; i++) {
        if (r->group_index && r->group_index[i] < 0)
            return spk__h5_fail(&r->h, kind_path(r, "group_index", path), "the file is damaged",
                                "%s %zu has index %lld", r->kind, i, (long long)r->group_index[i]);
        if (!r->group_id || (i && r->group_id[i] == r->group_id[i - 1]))
            continue;
        snprintf(name, sizeof name, "%lld", (long long)r->group_id[i]);
        if (!spk__h5_is_group(r->h.file, path_in(r, name, path)))
            return spk__h5_fail(&r->h, path, "the file is damaged",
                                "%s %zu is of this group, which is not there", r->kind, i);
    }
    return SPK_OK;
}

static spk_status read_groups(reader *r) {
    char path[PATH], **names = NULL;
    size_t n = 0;
    spk_status st = SPK_OK;
    if (spk__h5_exists(r->h.file, kind_path(r, "group_id", path)))
        st = read_ids(r, path, &r->group_id);
    if (!st && spk__h5_exists(r->h.file, kind_path(r, "group_index", path)))
        st = read_ids(r, path, &r->group_index);
    if (!st)
        st = check_groups(r);
    if (!st)
        st = spk__h5_names(&r->h, r->base, &names, &n);
    for (size_t i = 0; i < n && !st; i++)
        if (names[i][0] >= '0' && names[i][0] <= '9')
            st = read_group(r, names[i]);
    spk__h5_names_free(r->h.ctx, names, n);
    return st;
}

/* ---- populations ---- */

/* Rows in another order than their ids would need all that follows permuted; nobody writes that. */
static spk_status check_node_ids(reader *r) {
    char path[PATH];
    int64_t *id = NULL;
    if (!spk__h5_exists(r->h.file, kind_path(r, "id", path)))
        return SPK_OK;
    spk_status st = read_ids(r, path, &id);
    for (size_t i = 0; i < r->t->n && !st; i++)
        if (id[i] != (int64_t)i)
            st = spk__h5_fail(&r->h, path, "number nodes from 0, in their order",
                              "row %zu is node %lld", i, (long long)id[i]);
    spk__free(r->h.ctx, id);
    return st;
}

static spk_status read_end(reader *r, const char *which, int64_t **ids, const char **population) {
    char path[PATH], name[64], text[256];
    snprintf(name, sizeof name, "%s_node_id", which);
    spk_status st = read_ids(r, path_in(r, name, path), ids);
    if (st)
        return st;
    if (!spk__h5_attr_text(r->h.file, path, "node_population", text, sizeof text) || !*text)
        return spk__h5_fail(&r->h, path, NULL, "it has no attribute node_population");
    *population = spk__arena_strndup(r->arena, text, strlen(text));
    return *population ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status read_population(reader *r, const char *folder, const char *name) {
    char path[PATH];
    spk__sonata_table *t = r->t;
    snprintf(r->base, sizeof r->base, "%s/%.280s", folder, name);
    t->name = spk__arena_strndup(r->arena, name, strlen(name));
    spk_status st = t->name ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = spk__h5_read_ids(&r->h, kind_path(r, "type_id", path), &t->type, &t->n);
    if (!st && t->n >= UINT32_MAX)
        st = spk__h5_fail(&r->h, path, NULL, "%zu %ss are more than 2^32 - 2", t->n, r->kind);
    if (!st && !strcmp(r->kind, "node"))
        st = check_node_ids(r);
    else if (!st && !(st = read_end(r, "source", &t->source, &t->source_population)))
        st = read_end(r, "target", &t->target, &t->target_population);
    if (!st)
        st = read_groups(r);
    spk__free(r->h.ctx, r->group_id);
    spk__free(r->h.ctx, r->group_index);
    r->group_id = r->group_index = NULL;
    return st;
}

static spk_status read_tables(spk_ctx *ctx, spk__arena *arena, const char *path, const char *kind,
                              spk__sonata_tables *out) {
    reader r = {.arena = arena, .kind = kind};
    char folder[16], **names = NULL;
    size_t n = 0;
    snprintf(folder, sizeof folder, "%ss", kind);
    spk__sonata_tables all = {.ctx = ctx};
    spk_status st = spk__h5_open(ctx, path, &r.h);
    if (st)
        return st;
    if (!spk__h5_is_group(r.h.file, folder))
        st = spk__h5_fail(&r.h, folder, NULL, "there is no such group: it is no SONATA file of %s",
                          folder);
    if (!st)
        st = spk__h5_names(&r.h, folder, &names, &n);
    if (!st && !n)
        st = spk__h5_fail(&r.h, folder, NULL, "there is no population");
    if (!st && !(all.table = SPK__ARRAY(ctx, n, spk__sonata_table)))
        st = SPK_ERR_MEMORY;
    for (; all.n < n && !st;) {
        r.t = &all.table[all.n++];
        st = read_population(&r, folder, names[all.n - 1]);
    }
    spk__h5_names_free(ctx, names, n);
    spk__h5_close(&r.h);
    if (st)
        spk__sonata_tables_free(&all);
    else
        *out = all;
    return st;
}

spk_status spk__sonata_nodes_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  spk__sonata_tables *out) {
    return read_tables(ctx, arena, path, "node", out);
}

spk_status spk__sonata_edges_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  spk__sonata_tables *out) {
    return read_tables(ctx, arena, path, "edge", out);
}

void spk__sonata_tables_free(spk__sonata_tables *t) {
    for (size_t i = 0; i < t->n; i++) {
        spk__sonata_table *p = &t->table[i];
        for (size_t k = 0; k < p->n_columns; k++)
            spk__free(t->ctx, p->column[k].value);
        spk__free(t->ctx, p->column);
        spk__free(t->ctx, p->type);
        spk__free(t->ctx, p->source);
        spk__free(t->ctx, p->target);
    }
    if (t->ctx)
        spk__free(t->ctx, t->table);
    *t = (spk__sonata_tables){0};
}

const double *spk__sonata_column_find(const spk__sonata_table *t, const char *name) {
    for (size_t i = 0; i < t->n_columns; i++)
        if (!strcmp(t->column[i].name, name))
            return t->column[i].value;
    return NULL;
}
