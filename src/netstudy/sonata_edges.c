/* Projections of a SONATA circuit. A population of edges becomes one projection, or, where the
 * target's model takes excitation and inhibition at different ports, one for either sign; and one
 * for each pair of populations that nodes of different models have become.
 *
 * An edge's own syn_weight and delay stand before its type's, and those before the type's parameter
 * file (weight, delay); without any they are 1 and 1 ms, as in NEST. nsyns multiplies the weight.
 */
#include "netstudy/sonata_circuit.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    bool used;
    double weight, delay_ms, nsyns;
} edge_type;

typedef struct {
    spk__circuit_builder *b;
    const spk__sonata_types *types;
    const spk__sonata_table *edges;
    edge_type *type;
    const spk__node_map *source, *target;
    size_t n_parts; /* source part, target part, sign */
    spk_loc loc;
} reader;

/* ---- types ---- */

static spk_status field_number(reader *r, size_t row, const char *column, double *out) {
    spk__sonata_field f = spk__sonata_types_get(r->types, row, column);
    const char *after, *end = f.text ? f.text + strlen(f.text) : NULL;
    if (!f.text)
        return SPK_OK;
    if (!spk__parse_double(f.text, end, &after, out) || after != end || !isfinite(*out))
        return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &f.loc, NULL, "%s '%s' is no number", column,
                         f.text);
    return SPK_OK;
}

/* What would make synapses into something else than a weight and a delay. */
static spk_status check_template(reader *r, size_t row) {
    spk__sonata_field f = spk__sonata_types_get(r->types, row, "model_template");
    spk__sonata_field rule = spk__sonata_types_get(r->types, row, "weight_function");
    const char *name = f.text ? f.text : "static_synapse";
    name += strncmp(name, "nest:", 5) ? 0 : 5;
    if (strncmp(name, "static_synapse", 14))
        return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &f.loc, "static_synapse can be simulated",
                         "synapses of '%s' are not read from SONATA files", name);
    if (rule.text && strcmp(rule.text, "wmax"))
        return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &rule.loc,
                         "write the weights that it gives to syn_weight",
                         "the weight function '%s' is a program's own", rule.text);
    return SPK_OK;
}

static spk_status read_parameters(reader *r, size_t row, edge_type *t) {
    spk__sonata_field f = spk__sonata_types_get(r->types, row, "dynamics_params");
    const spk__node *root;
    spk_status st =
        spk__sonata_parameters(r->b, r->b->config->synapse_folder, "synaptic_models_dir", f, &root);
    for (const spk__node *n = !st && root ? root->first : NULL; n && !st; n = n->next) {
        static const char *const names[] = {"weight", "delay"};
        double *const to[] = {&t->weight, &t->delay_ms};
        size_t i = 0;
        while (i < 2 && strcmp(names[i], n->key))
            i++;
        st = i < 2 ? spk__sonata_number(r->b->s->ctx, n, to[i])
                   : spk__fail_name(r->b->s->ctx, SPK_ERR_INPUT, &n->key_loc, n->key, names, 2,
                                    NULL, "a static synapse has no parameter '%s'", n->key);
    }
    return st;
}

static spk_status read_type(reader *r, size_t row) {
    edge_type *t = &r->type[row];
    *t = (edge_type){true, 1, 1, 1};
    spk_status st = check_template(r, row);
    if (!st)
        st = read_parameters(r, row, t);
    if (!st)
        st = field_number(r, row, "syn_weight", &t->weight);
    if (!st)
        st = field_number(r, row, "delay", &t->delay_ms);
    return st ? st : field_number(r, row, "nsyns", &t->nsyns);
}

/* ---- edges ---- */

static spk_status find_map(reader *r, const char *name, const spk__node_map **out) {
    const char *names[256];
    size_t n = 0;
    for (size_t i = 0; i < r->b->n_maps; i++) {
        if (!strcmp(r->b->map[i].name, name)) {
            *out = &r->b->map[i];
            return SPK_OK;
        }
        if (n < 256)
            names[n++] = r->b->map[i].name;
    }
    return spk__fail_name(r->b->s->ctx, SPK_ERR_INPUT, &r->loc, name, names, n,
                          "it must be in one of the circuit's files of nodes",
                          "edges %s: there is no population of nodes '%s'", r->edges->name, name);
}

static spk_status check_end(reader *r, const int64_t *id, const spk__node_map *map,
                            const char *which) {
    for (size_t i = 0; i < r->edges->n; i++)
        if (id[i] < 0 || id[i] >= map->n)
            return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &r->loc, "nodes are counted from 0",
                             "edge %zu of %s has the %s %lld, but %s has %u nodes", i,
                             r->edges->name, which, (long long)id[i], map->name, map->n);
    return SPK_OK;
}

static const spk_kernel *target_kernel(const reader *r, size_t part) {
    return r->b->out->population[r->target->first + part].kernel;
}

/* Whether weights of either sign go to a port of their own. */
static bool splits(const spk_kernel *k) {
    bool up = false, down = false;
    for (size_t i = 0; k && i < k->n_spike_ports; i++) {
        up |= k->spike_ports[i].low >= 0;
        down |= k->spike_ports[i].high <= 0;
    }
    return up && down;
}

typedef struct {
    uint32_t source, target;
    size_t part;
    double weight, delay_ms;
} edge;

static double own_or(const double *own, size_t i, double otherwise) {
    return own && !isnan(own[i]) ? own[i] : otherwise;
}

/* row: of the edge's type, known to be there. */
static edge edge_at(const reader *r, size_t i, const double *const own[3]) {
    const edge_type *t = &r->type[spk__sonata_types_find(r->types, r->edges->type[i])];
    size_t s = (size_t)r->edges->source[i], d = (size_t)r->edges->target[i];
    size_t from = r->source->part ? r->source->part[s] : 0;
    size_t to = r->target->part ? r->target->part[d] : 0;
    edge e = {.source = r->source->lane ? r->source->lane[s] : (uint32_t)s,
              .target = r->target->lane ? r->target->lane[d] : (uint32_t)d,
              .weight = own_or(own[0], i, t->weight) * own_or(own[2], i, t->nsyns),
              .delay_ms = own_or(own[1], i, t->delay_ms)};
    bool negative = e.weight < 0 && splits(target_kernel(r, to));
    e.part = (from * r->target->n_parts + to) * 2 + negative;
    return e;
}

static spk_status check_types(reader *r) {
    for (size_t i = 0; i < r->edges->n; i++) {
        size_t row = spk__sonata_types_find(r->types, r->edges->type[i]);
        spk_status st = SPK_OK;
        if (row == r->types->n_rows)
            return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &r->loc, NULL,
                             "edge %zu of %s has type %lld, which %s does not list", i,
                             r->edges->name, (long long)r->edges->type[i], r->types->path);
        if (!r->type[row].used)
            st = read_type(r, row);
        if (st)
            return st;
    }
    return SPK_OK;
}

/* ---- projections ---- */

typedef struct {
    uint32_t *source, *target;
    double *weight, *delay_ms;
    size_t n;
} list;

static bool all_equal(const double *x, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (x[i] != x[0])
            return false;
    return true;
}

static const char *part_name(reader *r, size_t part, size_t n_used) {
    const spk_population *p = r->b->out->population;
    size_t to = part / 2 % r->target->n_parts, from = part / 2 / r->target->n_parts;
    if (n_used == 1)
        return r->edges->name;
    spk__str name = {.ctx = r->b->s->ctx};
    spk__str_add(&name, "%s", r->edges->name);
    if (r->source->n_parts > 1 || r->target->n_parts > 1)
        spk__str_add(&name, "/%s/%s", p[r->source->first + from].name,
                     p[r->target->first + to].name);
    if (splits(target_kernel(r, to)))
        spk__str_add(&name, "/%s", part % 2 ? "inhibitory" : "excitatory");
    const char *kept =
        name.failed ? NULL : spk__arena_strndup(r->b->s->arena, name.text, name.length);
    spk__str_free(&name);
    return kept;
}

static spk_status add_projection(reader *r, size_t part, const list *l, size_t n_used) {
    spk_netstudy *s = r->b->s;
    spk__circuit *c = r->b->out;
    spk_edges *edges = spk__arena_alloc(s->arena, 1, sizeof *edges);
    const char *name = part_name(r, part, n_used);
    if (!edges || !name ||
        !spk__grow(s->ctx, &c->projection, c->n_projections, &r->b->projection_room,
                   sizeof *c->projection) ||
        !spk__grow(s->ctx, &c->projection_base, c->n_projections, &r->b->projection_base_room,
                   sizeof *c->projection_base))
        return SPK_ERR_MEMORY;
    c->projection_base[c->n_projections] = r->edges->name;
    spk_projection *p = &c->projection[c->n_projections++];
    *p = (spk_projection)SPK_PROJECTION_INIT;
    *edges = (spk_edges){.source = l->source, .target = l->target, .n = l->n};
    p->name = name;
    p->from = c->population[r->source->first + part / 2 / r->target->n_parts].name;
    p->to = c->population[r->target->first + part / 2 % r->target->n_parts].name;
    p->rule = "explicit";
    p->edges = edges;
    p->loc = p->from_loc = p->to_loc = p->rule_loc = p->weight_loc = p->delay_loc = r->loc;
    p->weight.a = l->weight[0];
    p->delay_ms.a = l->delay_ms[0];
    if (!all_equal(l->weight, l->n))
        edges->weight = l->weight;
    if (!all_equal(l->delay_ms, l->n))
        edges->delay_ms = l->delay_ms;
    return SPK_OK;
}

static spk_status lists_new(reader *r, const size_t *count, list *l) {
    spk__arena *arena = r->b->s->arena;
    for (size_t i = 0; i < r->n_parts; i++) {
        l[i].source = spk__arena_alloc(arena, count[i], sizeof(uint32_t));
        l[i].target = spk__arena_alloc(arena, count[i], sizeof(uint32_t));
        l[i].weight = spk__arena_alloc(arena, count[i], sizeof(double));
        l[i].delay_ms = spk__arena_alloc(arena, count[i], sizeof(double));
        if (!l[i].source || !l[i].target || !l[i].weight || !l[i].delay_ms)
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

static spk_status add_parts(reader *r, size_t *count, list *l) {
    const double *const own[3] = {spk__sonata_column_find(r->edges, "syn_weight"),
                                  spk__sonata_column_find(r->edges, "delay"),
                                  spk__sonata_column_find(r->edges, "nsyns")};
    size_t n_used = 0;
    for (size_t i = 0; i < r->edges->n; i++)
        count[edge_at(r, i, own).part]++;
    for (size_t i = 0; i < r->n_parts; i++)
        n_used += count[i] > 0;
    spk_status st = lists_new(r, count, l);
    for (size_t i = 0; i < r->edges->n && !st; i++) {
        edge e = edge_at(r, i, own);
        list *to = &l[e.part];
        to->source[to->n] = e.source;
        to->target[to->n] = e.target;
        to->weight[to->n] = e.weight;
        to->delay_ms[to->n++] = e.delay_ms;
    }
    for (size_t i = 0; i < r->n_parts && !st; i++)
        if (l[i].n)
            st = add_projection(r, i, &l[i], n_used);
    return st;
}

static spk_status add_population(reader *r) {
    spk_ctx *ctx = r->b->s->ctx;
    spk_status st = find_map(r, r->edges->source_population, &r->source);
    if (!st)
        st = find_map(r, r->edges->target_population, &r->target);
    if (!st)
        st = check_end(r, r->edges->source, r->source, "source");
    if (!st)
        st = check_end(r, r->edges->target, r->target, "target");
    if (!st && !(r->type = spk__arena_alloc(r->b->s->arena, r->types->n_rows, sizeof *r->type)))
        st = SPK_ERR_MEMORY;
    if (!st)
        st = check_types(r);
    if (st)
        return st;
    r->n_parts = (size_t)r->source->n_parts * r->target->n_parts * 2;
    size_t *count = SPK__ARRAY(ctx, r->n_parts, size_t);
    list *l = SPK__ARRAY(ctx, r->n_parts, list);
    st = count && l ? add_parts(r, count, l) : SPK_ERR_MEMORY;
    spk__free(ctx, count);
    spk__free(ctx, l);
    return st;
}

spk_status spk__sonata_add_edges(spk__circuit_builder *b, const spk__named_file *edges,
                                 const spk__named_file *types) {
    spk__sonata_types t;
    spk__sonata_tables all = {0};
    if (!types->path)
        return spk__fail(b->s->ctx, SPK_ERR_INPUT, &edges->loc, NULL,
                         "the edges have no edge_types_file");
    spk_status st = spk__sonata_types_read(b->s->ctx, b->s->arena, types->path, "edge_type_id", &t);
    if (!st)
        st = spk__sonata_edges_read(b->s->ctx, b->s->arena, edges->path, &all);
    for (size_t i = 0; i < all.n && !st; i++) {
        reader r = {.b = b, .types = &t, .edges = &all.table[i], .loc = {.file = edges->path}};
        st = add_population(&r);
    }
    spk__sonata_tables_free(&all);
    return st;
}
