/* Tables that a study names: edges, and parameters with one value a neuron. */
#include "io/columns.h"
#include "io/sonata_network.h"
#include "netstudy/read.h"

#include <math.h>
#include <stdio.h>

static spk_status open_table(spk_netstudy *s, const spk__node *file, spk__columns *out) {
    spk_status st = spk__node_expect(s->ctx, file, SPK__SCALAR, "the file");
    if (st)
        return st;
    const char *path = spk__netstudy_file(s, file->text);
    st = path ? spk__columns_read(s->ctx, s->arena, path, out) : SPK_ERR_MEMORY;
    if (st == SPK_ERR_IO)
        spk__note(s->ctx, &file->loc, NULL, "the file is named here");
    return st;
}

static spk_status no_column(spk_netstudy *s, const spk__columns *c, const char *name,
                            const char *hint) {
    const char *names[64];
    size_t n = 0;
    for (; n < c->n_columns && n < 64; n++)
        names[n] = c->column[n].header;
    spk_loc loc = c->column[0].loc;
    return spk__fail_name(s->ctx, SPK_ERR_INPUT, &loc, name, names, n, hint,
                          "there is no column '%s'", name);
}

/* "V_th_V", asked for by that whole name, is in V. */
static void guess_unit(spk_ctx *ctx, const char *header, spk_unit want, spk_unit *unit) {
    const char *tail = strrchr(header, '_');
    size_t said = spk_ctx_diag_count(ctx);
    spk_unit u;
    if (tail && spk_unit_parse(ctx, tail + 1, NULL, &u) == SPK_OK && !spk_unit_is_plain(u) &&
        spk_unit_same_dimension(u, want))
        *unit = u;
    spk_ctx_diag_truncate(ctx, said);
}

/* A column without a unit has that of `want`, unless it must say. *out NULL: there is none. */
static spk_status read_column(spk_netstudy *s, const spk__columns *c, const char *name,
                              spk_unit want, bool must, double **out) {
    char text[32], printed[64], hint[160];
    const spk__number_column *column = spk__columns_find(c, name, text);
    spk_unit unit = want;
    *out = NULL;
    if (!column)
        return SPK_OK;
    spk_unit_print(want, printed);
    snprintf(hint, sizeof hint, "write %s_%s", name, printed);
    if (!*text && must)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &column->loc, hint, "column %s has no unit", name);
    spk_status st = SPK_OK;
    if (*text)
        st = spk_unit_parse(s->ctx, text, &column->loc, &unit);
    else
        guess_unit(s->ctx, column->header, want, &unit);
    if (!st && !spk_unit_same_dimension(unit, want))
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &column->loc,
                       spk_unit_is_plain(want) ? "write it without a unit" : hint,
                       "column %s is in %s, but %s is what is wanted", column->header, text,
                       spk_unit_is_plain(want) ? "a plain number" : printed);
    if (st)
        return st;
    double *v = spk__arena_alloc(s->arena, c->n_rows, sizeof *v);
    if (!v)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < c->n_rows; i++) {
        v[i] = column->value[i] * unit.scale;
        if (!isfinite(v[i]))
            return spk__columns_fail(s->ctx, c, i, NULL, "%s is missing or no finite number", name);
    }
    *out = v;
    return SPK_OK;
}

/* ---- edges ---- */

static spk_status read_end(spk_netstudy *s, const spk__columns *c, const char *name,
                           const spk_population *p, uint32_t **out) {
    double *v = NULL;
    spk_status st = read_column(s, c, name, spk__plain_unit, false, &v);
    if (!st && !v)
        st = no_column(s, c, name,
                       "the header is source,target,weight,delay_ms; the last two may "
                       "be missing");
    if (st)
        return st;
    uint32_t *id = spk__arena_alloc(s->arena, c->n_rows, sizeof *id);
    if (!id)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < c->n_rows; i++) {
        if (v[i] != floor(v[i]) || v[i] < 0 || v[i] >= 4294967295.0)
            return spk__columns_fail(s->ctx, c, i, "neurons are counted from 0",
                                     "%s %g is no number of a neuron", name, v[i]);
        if (p && v[i] >= p->size)
            return spk__columns_fail(s->ctx, c, i, "neurons are counted from 0",
                                     "%s %.0f is not in %s, which has %u neurons", name, v[i],
                                     p->name, p->size);
        id[i] = (uint32_t)v[i];
    }
    *out = id;
    return SPK_OK;
}

/* The network's own check knows no lines. */
static spk_status check_delays(spk_netstudy *s, const spk__columns *c, const double *delay) {
    double dt = s->base.spec.dt_ms;
    for (size_t i = 0; delay && i < c->n_rows; i++)
        if (delay[i] < dt * (1 - 1e-6))
            return spk__columns_fail(s->ctx, c, i, "use a longer delay or a smaller dt",
                                     "delay %g ms is below the step of %g ms", delay[i], dt);
    return SPK_OK;
}

/* What the study says beside the file must not contradict it. */
static spk_status only_once(spk_netstudy *s, const spk__node *map, const char *key,
                            const double *column, const char *hint) {
    const spk__node *n = spk__node_find(map, key);
    return column && n ? spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc, hint,
                                   "the file gives a %s for each edge", key)
                       : SPK_OK;
}

static void tell_unused(spk_netstudy *s, const spk__columns *c) {
    static const char *const names[] = {"source", "target", "weight", "delay"};
    char unit[32];
    for (size_t i = 0; i < c->n_columns; i++) {
        bool used = false;
        for (size_t k = 0; k < 4; k++)
            used |= spk__columns_find(c, names[k], unit) == &c->column[i];
        if (!used)
            spk__note(s->ctx, &c->column[i].loc, NULL, "column %s is left out",
                      c->column[i].header);
    }
}

static spk_status read_table(spk_netstudy *s, const spk__node *map, const spk__node *file,
                             const spk__weight_unit *weight, spk_projection *p) {
    spk__columns c;
    uint32_t *source = NULL, *target = NULL;
    double *weights = NULL, *delays = NULL;
    spk_edges *e = spk__arena_alloc(s->arena, 1, sizeof *e);
    spk_status st = e ? open_table(s, file, &c) : SPK_ERR_MEMORY;
    if (st)
        return st;
    st = read_end(s, &c, "source", spk__find_population(s, p->from), &source);
    if (!st)
        st = read_end(s, &c, "target", spk__find_population(s, p->to), &target);
    if (!st)
        st = read_column(s, &c, "weight", weight->unit, false, &weights);
    if (!st)
        st = read_column(s, &c, "delay", spk__unit_named(s->ctx, "ms"), true, &delays);
    if (!st)
        st = check_delays(s, &c, delays);
    if (!st)
        st = only_once(s, map, "weight", weights, "use scale: to multiply the weights of a file");
    if (!st)
        st = only_once(s, map, "delay", delays, "leave it out");
    if (st)
        return st;
    tell_unused(s, &c);
    /* as many of the port's unit as a weight has, but plain numbers as they are */
    for (size_t i = 0; weights && i < c.n_rows; i++)
        weights[i] *= weight->factor;
    *e = (spk_edges){source, target, weights, delays, c.n_rows, 0};
    p->edges = e;
    spk_loc loc = {.file = c.path};
    p->weight_loc = weights ? loc : p->weight_loc;
    p->delay_loc = delays ? loc : p->delay_loc;
    return SPK_OK;
}

/* ---- SONATA edges ---- */

static bool is_hdf5(const char *path) {
    unsigned char head[8] = {0};
    FILE *f = fopen(path, "rbe");
    bool is = f && fread(head, 1, 8, f) == 8 && !memcmp(head, "\x89HDF\r\n\x1a\n", 8);
    if (f)
        fclose(f);
    return is;
}

static spk_status choose_edges(spk_netstudy *s, const spk__node *map, const spk__node *file,
                               const spk__sonata_tables *all, const spk__sonata_table **out) {
    const spk__node *select = spk__node_find(map, "select");
    const char *names[64];
    size_t n = 0;
    if (select && select->kind != SPK__SCALAR)
        return spk__node_expect(s->ctx, select, SPK__SCALAR, "select");
    for (size_t i = 0; i < all->n; i++) {
        if (!select || !strcmp(select->text, all->table[i].name))
            *out = &all->table[i];
        if (n < 64)
            names[n++] = all->table[i].name;
    }
    if (select && !*out)
        return spk__fail_name(s->ctx, SPK_ERR_INPUT, &select->loc, select->text, names, n, NULL,
                              "%s has no edges '%s'", file->text, select->text);
    if (!select && all->n > 1)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &file->loc,
                         "name one with select:", "%s has %zu populations of edges", file->text,
                         all->n);
    return SPK_OK;
}

static spk_status copy_end(spk_netstudy *s, const spk__sonata_table *t, const int64_t *id,
                           const spk_population *p, const spk_loc *loc, uint32_t **out) {
    uint32_t *to = spk__arena_alloc(s->arena, t->n, sizeof *to);
    if (!to)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n; i++) {
        if (id[i] < 0 || id[i] >= p->size)
            return spk__fail(s->ctx, SPK_ERR_INPUT, loc, "neurons are counted from 0",
                             "edge %zu of %s has neuron %lld, which is not in %s: it has %u", i,
                             t->name, (long long)id[i], p->name, p->size);
        to[i] = (uint32_t)id[i];
    }
    *out = to;
    return SPK_OK;
}

/* A column that all edges have, or none. */
static spk_status copy_column(spk_netstudy *s, const spk__sonata_table *t, const char *name,
                              const spk_loc *loc, double **out) {
    const double *v = spk__sonata_column_find(t, name);
    double *to = v ? spk__arena_alloc(s->arena, t->n, sizeof *to) : NULL;
    if (v && !to)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; v && i < t->n; i++) {
        to[i] = v[i];
        if (isnan(v[i]))
            return spk__fail(s->ctx, SPK_ERR_INPUT, loc, NULL, "edge %zu of %s has no %s", i,
                             t->name, name);
    }
    *out = to;
    return SPK_OK;
}

static spk_status take_edges(spk_netstudy *s, const spk__node *map, const spk__sonata_table *t,
                             const spk_loc *loc, spk_projection *p) {
    uint32_t *source = NULL, *target = NULL;
    double *weights = NULL, *delays = NULL, *copies = NULL;
    spk_edges *e = spk__arena_alloc(s->arena, 1, sizeof *e);
    spk_status st = e ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = copy_end(s, t, t->source, spk__find_population(s, p->from), loc, &source);
    if (!st)
        st = copy_end(s, t, t->target, spk__find_population(s, p->to), loc, &target);
    if (!st)
        st = copy_column(s, t, "syn_weight", loc, &weights);
    if (!st)
        st = copy_column(s, t, "delay", loc, &delays);
    if (!st)
        st = copy_column(s, t, "nsyns", loc, &copies);
    if (!st && copies && !weights)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, loc, NULL, "edges %s have nsyns but no syn_weight",
                       t->name);
    if (!st)
        st = only_once(s, map, "weight", weights, "use scale: to multiply the weights of a file");
    if (!st)
        st = only_once(s, map, "delay", delays, "leave it out");
    if (st)
        return st;
    for (size_t i = 0; copies && i < t->n; i++)
        weights[i] *= copies[i];
    *e = (spk_edges){source, target, weights, delays, t->n, 0};
    p->edges = e;
    p->weight_loc = weights ? *loc : p->weight_loc;
    p->delay_loc = delays ? *loc : p->delay_loc;
    return SPK_OK;
}

static spk_status read_sonata(spk_netstudy *s, const spk__node *map, const spk__node *file,
                              const char *path, spk_projection *p) {
    spk__sonata_tables all = {0};
    const spk__sonata_table *t = NULL;
    const spk_loc loc = {.file = path};
    spk_status st = spk__sonata_edges_read(s->ctx, s->arena, path, &all);
    if (!st)
        st = choose_edges(s, map, file, &all, &t);
    if (!st)
        st = take_edges(s, map, t, &loc, p);
    spk__sonata_tables_free(&all);
    return st;
}

spk_status spk__read_edges(spk_netstudy *s, const spk__node *map, const spk__node *file,
                           const spk__weight_unit *weight, spk_projection *p) {
    const spk__node *select = spk__node_find(map, "select");
    spk_status st = spk__node_expect(s->ctx, file, SPK__SCALAR, "the file");
    if (st)
        return st;
    const char *path = spk__netstudy_path(s, file->text);
    if (!path)
        return SPK_ERR_MEMORY;
    if (is_hdf5(path)) {
        st = spk__netstudy_list(s, path);
        return st ? st : read_sonata(s, map, file, path, p);
    }
    if (select)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &select->key_loc, "leave it out",
                         "a table of text has nothing to select from");
    return read_table(s, map, file, weight, p);
}

/* ---- one value a neuron ---- */

spk_status spk__read_each(spk_netstudy *s, const spk__node *n, const char *name, spk_unit want,
                          const spk_population *p, spk_assignment *a) {
    static const char *const keys[] = {"file", "column", NULL};
    const spk__node *file = spk__node_find(n, "file"), *column = spk__node_find(n, "column");
    spk__columns c;
    spk_status st = spk__node_check_keys(s->ctx, n, name, keys);
    if (!st && column)
        st = spk__node_expect(s->ctx, column, SPK__SCALAR, "the column");
    if (!st)
        st = open_table(s, file, &c);
    if (st)
        return st;
    name = column ? column->text : name;
    double *each = NULL;
    st = read_column(s, &c, name, want, false, &each);
    a->each = each;
    if (!st && !each)
        return no_column(s, &c, name, "name another with column:");
    if (!st && c.n_rows != p->size)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &file->loc, "give one row a neuron",
                       "%s has %zu rows, but %s has %u neurons", file->text, c.n_rows, p->name,
                       p->size);
    return st;
}
