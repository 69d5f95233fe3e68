/* Populations of a SONATA circuit. Nodes of one population that differ in model become one of ours
 * for each model; parameters that differ between types become one value a neuron.
 *
 * As in NEST: what a type does not say has the model's default, and a potential starts at the value
 * it has with all parameters at their defaults, whatever E_L the type gives. */
#include "netstudy/sonata_circuit.h"

#include <math.h>
#include <stdio.h>

/* A row of the table of types. */
typedef struct {
    bool used;
    uint32_t part;
    const char *model; /* without "nest:" */
    const spk__node *parameters;
    double *value; /* [parameters, then states of the kernel], completed */
    bool *is_set;
} node_type;

typedef struct {
    spk__circuit_builder *b;
    const spk__sonata_types *types;
    const spk__sonata_table *nodes;
    node_type *type; /* [types->n_rows] */
    uint32_t *row;   /* [nodes->n] */
    spk__node_map map;
    spk_loc loc; /* of the file of nodes */
} reader;

/* ---- types ---- */

static spk_status find_rows(reader *r) {
    for (size_t i = 0; i < r->nodes->n; i++) {
        size_t row = spk__sonata_types_find(r->types, r->nodes->type[i]);
        if (row == r->types->n_rows)
            return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &r->loc, NULL,
                             "node %zu of %s has type %lld, which %s does not list", i,
                             r->nodes->name, (long long)r->nodes->type[i], r->types->path);
        r->row[i] = (uint32_t)row;
        r->type[row].used = true;
    }
    return SPK_OK;
}

static spk_status read_kind(reader *r, size_t row, bool *is_source) {
    spk__sonata_field f = spk__sonata_types_get(r->types, row, "model_type");
    const char *kind = f.text ? f.text : "";
    *is_source = !strcmp(kind, "virtual");
    if (*is_source || !strcmp(kind, "point_neuron") || !strcmp(kind, "point_process"))
        return SPK_OK;
    return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &f.loc,
                     "point_neuron and virtual nodes can be simulated", "the model type is '%s'",
                     kind);
}

/* One kind a population: a source of spikes has no model, so the two cannot be told apart later. */
static spk_status read_kinds(reader *r, bool *are_sources) {
    size_t seen = 0;
    for (size_t i = 0; i < r->types->n_rows; i++) {
        bool is_source;
        if (!r->type[i].used)
            continue;
        spk_status st = read_kind(r, i, &is_source);
        if (st)
            return st;
        if (seen++ && is_source != *are_sources)
            return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &r->loc,
                             "put virtual nodes into a population of their own",
                             "population %s has virtual nodes beside neurons", r->nodes->name);
        *are_sources = is_source;
    }
    return SPK_OK;
}

static spk_status read_type(reader *r, size_t row) {
    spk__sonata_field model = spk__sonata_types_get(r->types, row, "model_template");
    spk__sonata_field file = spk__sonata_types_get(r->types, row, "dynamics_params");
    node_type *t = &r->type[row];
    const spk__node *chosen = spk__node_find(spk__node_find(r->b->chosen, r->nodes->name), "model");
    if (!chosen && !model.text)
        return spk__fail(r->b->s->ctx, SPK_ERR_INPUT, &model.loc, "such as nest:iaf_psc_alpha",
                         "type %s has no model_template",
                         spk__sonata_types_get(r->types, row, "node_type_id").text);
    const char *name = chosen ? chosen->text : model.text;
    if (!chosen && !strncmp(name, "nest:", 5))
        name += 5;
    const char *names[256];
    size_t n = 0;
    bool known = chosen != NULL;
    for (; n < spk_builtin_model_count() && n < 256; n++) {
        names[n] = spk_builtin_model_at(n)->name;
        known |= !strcmp(names[n], name);
    }
    t->model = name;
    if (!known)
        return spk__fail_name(r->b->s->ctx, SPK_ERR_INPUT, &model.loc, name, names, n,
                              "a study can choose another: populations: {NAME: {model: ...}}",
                              "there is no built-in model '%s'", name);
    return spk__sonata_parameters(r->b, r->b->config->neuron_folder, "point_neuron_models_dir",
                                  file, &t->parameters);
}

/* Types in use by model, in the order of the table; *n: how many models. */
static spk_status read_types(reader *r, uint32_t *n) {
    *n = 0;
    for (size_t i = 0; i < r->types->n_rows; i++) {
        if (!r->type[i].used)
            continue;
        spk_status st = read_type(r, i);
        if (st)
            return st;
        r->type[i].part = *n;
        for (size_t k = 0; k < i; k++)
            if (r->type[k].used && !strcmp(r->type[k].model, r->type[i].model))
                r->type[i].part = r->type[k].part;
        *n += r->type[i].part == *n;
    }
    return SPK_OK;
}

/* ---- parameters ---- */

static const spk_quantity *quantity_at(const spk_kernel *k, size_t q) {
    return q < k->n_parameters ? &k->parameters[q] : &k->states[q - k->n_parameters];
}

static size_t find_quantity(const spk_kernel *k, const char *name) {
    size_t q = 0, n = k->n_parameters + k->n_states;
    while (q < n && strcmp(quantity_at(k, q)->name, name))
        q++;
    return q;
}

static spk_status no_quantity(reader *r, const spk_kernel *k, const char *name,
                              const spk_loc *loc) {
    const char *names[256];
    size_t n = 0;
    for (; n < k->n_parameters + k->n_states && n < 256; n++)
        names[n] = quantity_at(k, n)->name;
    return spk__fail_name(r->b->s->ctx, SPK_ERR_INPUT, loc, name, names, n, NULL,
                          "model %s has no parameter or state '%s'", k->model, name);
}

/* The initial states under parameters. */
static spk_status initial_states(reader *r, const spk_kernel *k, const double *parameter,
                                 double *state) {
    double dt = r->b->s->base.spec.dt_ms;
    double *scratch = SPK__ARRAY(r->b->s->ctx, k->n_constants + k->n_kernel_states, double);
    if (!scratch)
        return SPK_ERR_MEMORY;
    k->prepare(parameter, dt, scratch, scratch + k->n_constants);
    memcpy(state, scratch + k->n_constants, k->n_states * sizeof *state);
    spk__free(r->b->s->ctx, scratch);
    return SPK_OK;
}

static spk_status complete_type(reader *r, const spk_kernel *k, node_type *t) {
    spk__arena *arena = r->b->s->arena;
    size_t n = k->n_parameters + k->n_states, v = find_quantity(k, "V_m");
    double dt = r->b->s->base.spec.dt_ms;
    double *given = spk__arena_alloc(arena, n, sizeof *given);
    unsigned char *is_set = spk__arena_alloc(arena, n, 1);
    t->value = spk__arena_alloc(arena, n, sizeof *t->value);
    t->is_set = spk__arena_alloc(arena, n, sizeof *t->is_set);
    if (!given || !is_set || !t->value || !t->is_set)
        return SPK_ERR_MEMORY;
    k->defaults(t->value, is_set, dt);
    spk_status st = initial_states(r, k, t->value, t->value + k->n_parameters);
    double start = v < n ? t->value[v] : 0;
    for (const spk__node *p = t->parameters ? t->parameters->first : NULL; p && !st; p = p->next) {
        size_t q = find_quantity(k, p->key);
        if (q == n)
            return no_quantity(r, k, p->key, &p->key_loc);
        st = spk__sonata_number(r->b->s->ctx, p, &given[q]);
        given[q] *= quantity_at(k, q)->scale;
        t->value[q] = given[q];
        is_set[q] = 1;
    }
    if (st)
        return st;
    k->defaults(t->value, is_set, dt);
    st = initial_states(r, k, t->value, t->value + k->n_parameters);
    for (size_t q = 0; q < n; q++) {
        t->is_set[q] = is_set[q] || q == v;
        if (is_set[q])
            t->value[q] = given[q];
        else if (q == v)
            t->value[q] = start;
    }
    return st;
}

/* Where a type's file gives a quantity, for messages about its value. */
static spk_loc setting_loc(const reader *r, uint32_t part, const char *name) {
    for (size_t i = 0; i < r->types->n_rows; i++) {
        const spk__node *n = spk__node_find(r->type[i].parameters, name);
        if (r->type[i].used && r->type[i].part == part && n)
            return n->loc;
    }
    return r->loc;
}

static spk_status add_setting(reader *r, uint32_t part, const spk_kernel *k, size_t q,
                              spk_population *p, spk_assignment *to) {
    const spk_quantity *quantity = quantity_at(k, q);
    const double *own = spk__sonata_column_find(r->nodes, quantity->name);
    double *each = spk__arena_alloc(r->b->s->arena, p->size, sizeof *each);
    bool same = true;
    size_t n = 0;
    if (!each)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < r->nodes->n; i++) {
        const node_type *t = &r->type[r->row[i]];
        if (t->part != part)
            continue;
        each[n] = own && !isnan(own[i]) ? own[i] * quantity->scale : t->value[q];
        same &= each[n] == each[0];
        n++;
    }
    *to = (spk_assignment){.name = quantity->name,
                           .value = SPK_CONSTANT(each[0]),
                           .each = same ? NULL : each,
                           .loc = setting_loc(r, part, quantity->name)};
    return SPK_OK;
}

static spk_status add_settings(reader *r, uint32_t part, const spk_kernel *k, spk_population *p) {
    size_t n = k->n_parameters + k->n_states;
    spk_assignment *a = spk__arena_alloc(r->b->s->arena, n, sizeof *a);
    spk_status st = a ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; i < r->types->n_rows && !st; i++)
        if (r->type[i].used && r->type[i].part == part)
            st = complete_type(r, k, &r->type[i]);
    for (size_t i = 0; i < r->nodes->n_columns && !st; i++)
        if (find_quantity(k, r->nodes->column[i].name) == n && r->map.n_parts == 1)
            st = no_quantity(r, k, r->nodes->column[i].name, &r->loc);
    for (size_t q = 0; q < n && !st; q++) {
        bool given = spk__sonata_column_find(r->nodes, quantity_at(k, q)->name) != NULL;
        for (size_t i = 0; i < r->types->n_rows; i++)
            given |= r->type[i].used && r->type[i].part == part && r->type[i].is_set[q];
        if (given)
            st = add_setting(r, part, k, q, p, &a[p->n_settings++]);
    }
    p->settings = a;
    r->b->out->n_settings += p->n_settings;
    return st;
}

/* ---- populations ---- */

static const char *part_model(const reader *r, uint32_t part) {
    size_t i = 0;
    while (!r->type[i].used || r->type[i].part != part)
        i++;
    return r->type[i].model;
}

/* Ids of the nodes of a part, in order. */
static spk_status list_nodes(reader *r, uint32_t part, uint32_t size, const uint32_t **out) {
    uint32_t *id = spk__arena_alloc(r->b->s->arena, size, sizeof *id), n = 0;
    if (!id)
        return SPK_ERR_MEMORY;
    for (uint32_t i = 0; i < r->map.n; i++)
        if (r->map.part[i] == part)
            id[n++] = i;
    *out = id;
    return SPK_OK;
}

static spk_status add_part(reader *r, uint32_t part, uint32_t size) {
    spk_netstudy *s = r->b->s;
    spk_population *p;
    const char *model = part_model(r, part);
    const spk__node *chosen = spk__node_find(spk__node_find(r->b->chosen, r->nodes->name), "model");
    spk_status st = spk__circuit_add_population(r->b, r->map.name, &p);
    if (st)
        return st;
    p->size = size;
    p->loc = r->loc;
    if (r->map.n_parts > 1) {
        spk__str name = {.ctx = s->ctx};
        spk__str_add(&name, "%s/%s", r->map.name, model);
        p->name = name.failed ? NULL : spk__arena_strndup(s->arena, name.text, name.length);
        spk__str_free(&name);
        if (!p->name)
            return SPK_ERR_MEMORY;
    }
    size_t at = r->b->out->n_populations - 1;
    spk_model **m = &r->b->out->model[at];
    st = list_nodes(r, part, size, &r->b->out->node[at]);
    if (!st)
        st = spk__netstudy_open_model(s, model, SPK_MODEL_NEURON, chosen ? &chosen->loc : &r->loc,
                                      m);
    if (st)
        return st;
    p->kernel = spk_model_kernel(*m, s->precision);
    return add_settings(r, part, p->kernel, p);
}

static spk_status add_neurons(reader *r) {
    spk__arena *arena = r->b->s->arena;
    spk_status st = read_types(r, &r->map.n_parts);
    if (st)
        return st;
    uint32_t *size = spk__arena_alloc(arena, r->map.n_parts, sizeof *size);
    r->map.part = spk__arena_alloc(arena, r->nodes->n, sizeof(uint32_t));
    r->map.lane = spk__arena_alloc(arena, r->nodes->n, sizeof(uint32_t));
    if (!size || !r->map.part || !r->map.lane)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < r->nodes->n; i++) {
        r->map.part[i] = r->type[r->row[i]].part;
        r->map.lane[i] = size[r->map.part[i]]++;
    }
    for (uint32_t part = 0; part < r->map.n_parts && !st; part++)
        st = add_part(r, part, size[part]);
    return st;
}

static spk_status add_population(reader *r) {
    spk__circuit_builder *b = r->b;
    bool are_sources = false;
    r->map = (spk__node_map){.name = r->nodes->name,
                             .n = (uint32_t)r->nodes->n,
                             .first = (uint32_t)b->out->n_populations,
                             .n_parts = 1};
    if (!r->nodes->n)
        return spk__fail(b->s->ctx, SPK_ERR_INPUT, &r->loc, NULL, "population %s has no nodes",
                         r->nodes->name);
    r->type = spk__arena_alloc(b->s->arena, r->types->n_rows + 1, sizeof *r->type);
    r->row = spk__arena_alloc(b->s->arena, r->nodes->n, sizeof *r->row);
    spk_status st = r->type && r->row ? find_rows(r) : SPK_ERR_MEMORY;
    if (!st)
        st = read_kinds(r, &are_sources);
    if (!st)
        st = are_sources ? spk__sonata_add_source(b, r->nodes, &r->loc) : add_neurons(r);
    if (!st && !spk__grow(b->s->ctx, &b->map, b->n_maps, &b->map_room, sizeof *b->map))
        st = SPK_ERR_MEMORY;
    if (!st)
        b->map[b->n_maps++] = r->map;
    return st;
}

spk_status spk__sonata_add_nodes(spk__circuit_builder *b, const spk__named_file *nodes,
                                 const spk__named_file *types) {
    spk__sonata_types t;
    spk__sonata_tables all = {0};
    if (!types->path)
        return spk__fail(b->s->ctx, SPK_ERR_INPUT, &nodes->loc, NULL,
                         "the nodes have no node_types_file, which names their models");
    spk_status st = spk__sonata_types_read(b->s->ctx, b->s->arena, types->path, "node_type_id", &t);
    if (!st)
        st = spk__sonata_nodes_read(b->s->ctx, b->s->arena, nodes->path, &all);
    for (size_t i = 0; i < all.n && !st; i++) {
        reader r = {.b = b, .types = &t, .nodes = &all.table[i], .loc = {.file = nodes->path}};
        st = add_population(&r);
    }
    spk__sonata_tables_free(&all);
    return st;
}
