/* The blocks of a network study, and the populations. */
#include "netstudy/read.h"
#include "netstudy/sonata.h"

#include <spikefit/io.h>

#include <stdio.h>

/* ---- populations ---- */

static const spk_quantity *find_quantity(const spk_quantity *q, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (!strcmp(q[i].name, name))
            return &q[i];
    return NULL;
}

spk_status spk__netstudy_open_model(spk_netstudy *s, const char *source, spk_model_kind kind,
                                    const spk_loc *loc, spk_model **out) {
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.kind = kind;
    o.integrator = kind == SPK_MODEL_SYNAPSE ? NULL : s->integrator;
    const char *path = source;
    size_t length = strlen(source);
    bool is_path = strchr(source, '/') || (length > 7 && strstr(source, ".nestml"));
    if (is_path)
        path = spk__netstudy_path(s, source);
    spk_status st = path ? spk_model_open(s->ctx, path, &o, out) : SPK_ERR_MEMORY;
    if (st == SPK_ERR_INPUT)
        spk__note(s->ctx, loc, NULL,
                  kind == SPK_MODEL_SYNAPSE ? "the synapse %s" : "the model of population %s",
                  source);
    return st;
}

spk_status spk__read_setting(spk_netstudy *s, const spk__node *n, const spk_population *p) {
    const spk_kernel *k = p->kernel;
    spk_assignment *a = &s->base.assignment[s->n_assignments++];
    const spk_quantity *q = find_quantity(k->parameters, k->n_parameters, n->key);
    q = q ? q : find_quantity(k->states, k->n_states, n->key);
    *a = (spk_assignment){.name = n->key, .value = SPK_CONSTANT(0), .loc = n->key_loc};
    spk__place at = {SPK__IN_ASSIGNMENT, (char *)s->base.assignment};
    /* an unknown name is told by the network's own check, which knows the nearest */
    spk_unit unit = q ? spk__unit_named(s->ctx, q->unit) : spk__plain_unit;
    if (spk__node_find(n, "file"))
        return spk__read_each(s, n, n->key, unit, p, a);
    return spk__read_dist(s, n, n->key, unit, &at, &a->value);
}

/* A path, or {file: PATH, reader: {...}} as in a study of cells. */
static spk_status read_file(spk_netstudy *s, const spk__node *n, spk_recording **out) {
    const spk__node *reader = spk__node_find(n, "reader"), *file = spk__node_find(n, "file");
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    spk_settings settings = {0};
    spk_status st = reader ? spk__node_expect(s->ctx, reader, SPK__MAPPING, "reader") : SPK_OK;
    file = file ? file : n;
    if (!st)
        st = spk__node_expect(s->ctx, file, SPK__SCALAR, "the file");
    if (!st)
        st = spk__node_settings(s->ctx, s->arena, reader, NULL, &settings);
    if (!st)
        st = spk_read_options_set(s->ctx, &settings, &o);
    if (st)
        return st;
    const char *path = spk__netstudy_file(s, file->text);
    return path ? spk_recording_read(s->ctx, &path, 1, &o, out) : SPK_ERR_MEMORY;
}

spk_status spk__read_recording(spk_netstudy *s, const spk__node *n, const char *const *keys,
                               const spk_recording **out) {
    static const char *const own[] = {"file", "reader", NULL};
    spk_recording *r = NULL;
    spk_status st = SPK_OK;
    if (n->kind != SPK__SCALAR)
        st = spk__node_check_keys(s->ctx, n, n->key, keys ? keys : own);
    if (!st)
        st = read_file(s, n, &r);
    if (st)
        return st;
    if ((st = spk__netstudy_keep(s, r)))
        return st;
    *out = r;
    return SPK_OK;
}

static spk_status read_spike_file(spk_netstudy *s, const spk__node *n, spk_population *p) {
    const spk_recording *r;
    spk_status st = spk__read_recording(s, n, NULL, &r);
    if (st)
        return st;
    size_t count = spk_recording_sweep_count(r);
    spk_train *trains = spk__arena_alloc(s->arena, count, sizeof *trains);
    if (!trains)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        trains[i] = spk_recording_sweep(r, i)->spikes;
    if (!p->size)
        p->size = (uint32_t)count;
    if (count < p->size)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                         "there are %zu trains in the file, fewer than the %u sources", count,
                         p->size);
    p->trains = trains;
    return SPK_OK;
}

/* rate or spikes. */
static spk_status read_source(spk_netstudy *s, const spk__node *n, spk_population *p) {
    spk__place where = {SPK__IN_POPULATION, (char *)s->base.population};
    const spk__node *v;
    spk_status st = SPK_OK;
    if ((v = spk__node_find(n, "spikes")))
        st = read_spike_file(s, v, p);
    if (!st && (v = spk__node_find(n, "rate")))
        st = spk__read_rate(s, v, &where, &p->rate_Hz);
    return st;
}

/* Every key but `skip` is a parameter or a state; they follow what the population has already. */
static spk_status read_settings(spk_netstudy *s, const spk__node *n, const char *const *skip,
                                spk_population *p) {
    spk_status st = SPK_OK;
    for (const spk__node *v = n->first; v && !st; v = v->next) {
        size_t i = 0;
        while (skip[i] && strcmp(skip[i], v->key))
            i++;
        if (skip[i])
            continue;
        st = spk__read_setting(s, v, p);
        p->n_settings++;
    }
    return st;
}

static spk_status read_population(spk_netstudy *s, const spk__node *n, size_t at) {
    static const char *const of_sources[] = {"size", "rate", "spikes", NULL};
    static const char *const of_neurons[] = {"model", "size", NULL};
    spk_population *p = &s->base.population[at];
    *p = (spk_population){.name = n->key, .loc = n->key_loc};
    s->label[at].name = n->key;
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    if (st)
        return st;
    const spk__node *v = spk__node_find(n, "size"), *model = spk__node_find(n, "model");
    int64_t size = 0;
    if (v && (st = spk__node_integer(s->ctx, v, "the size", 1, 1 << 30, &size)))
        return st;
    p->size = (uint32_t)size;
    if (!model) {
        st = read_source(s, n, p);
        return st ? st : spk__node_check_keys(s->ctx, n, n->key, of_sources);
    }
    if (!(st = spk__node_expect(s->ctx, model, SPK__SCALAR, "the model")))
        st = spk__netstudy_open_model(s, model->text, SPK_MODEL_NEURON, &model->loc, &s->model[at]);
    if (st)
        return st;
    p->kernel = spk_model_kernel(s->model[at], s->precision);
    p->settings = s->base.assignment + s->n_assignments;
    return read_settings(s, n, of_neurons, p);
}

/* ---- a circuit's populations and projections, and what the study says of them ---- */

static spk_status change_population(spk_netstudy *s, const spk__node *n, spk_population *p) {
    static const char *const of_sources[] = {"rate", "spikes", NULL};
    static const char *const of_neurons[] = {"model", NULL};
    const spk__node *size = spk__node_find(n, "size");
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    if (!st && size)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &size->key_loc, NULL,
                       "the size of %s is what the circuit says: %u", n->key, p->size);
    if (st || p->kernel)
        return st ? st : read_settings(s, n, of_neurons, p);
    st = read_source(s, n, p);
    return st ? st : spk__node_check_keys(s->ctx, n, n->key, of_sources);
}

static spk_status take_population(spk_netstudy *s, const spk__node *chosen, const spk__circuit *c,
                                  size_t i) {
    spk_population *p = &s->base.population[i];
    const spk__node *n = spk__node_find(chosen, c->population[i].name);
    *p = c->population[i];
    s->label[i] = (spk__label){c->population_base[i], c->node[i]};
    s->model[i] = c->model[i];
    c->model[i] = NULL;
    p->settings = s->base.assignment + s->n_assignments;
    if (p->n_settings)
        memcpy(s->base.assignment + s->n_assignments, c->population[i].settings,
               p->n_settings * sizeof(spk_assignment));
    s->n_assignments += p->n_settings;
    return n ? change_population(s, n, p) : SPK_OK;
}

/* Edges of one name may have become several projections. */
static spk_status take_projection(spk_netstudy *s, const spk__node *chosen, const spk__circuit *c,
                                  size_t i) {
    const spk__node *n = spk__node_find(chosen, c->projection[i].name);
    n = n ? n : spk__node_find(chosen, c->projection_base[i]);
    s->base.projection[i] = c->projection[i];
    return n ? spk__change_projection(s, n, i) : SPK_OK;
}

/* How a key stands to the circuit's names: one of them, or that of nodes of several models. */
typedef enum { NEW, KNOWN, DIVIDED } standing;

static standing find_name(const char *key, const char *name, const char *base) {
    return !strcmp(key, name) ? KNOWN : !strcmp(key, base) ? DIVIDED : NEW;
}

static standing population_standing(const spk__circuit *c, const char *key) {
    for (size_t i = 0; i < c->n_populations; i++) {
        standing x = find_name(key, c->population[i].name, c->population_base[i]);
        if (x != NEW)
            return x;
    }
    return NEW;
}

static standing projection_standing(const spk__circuit *c, const char *key) {
    for (size_t i = 0; i < c->n_projections; i++)
        if (find_name(key, c->projection[i].name, c->projection_base[i]) != NEW)
            return KNOWN;
    return NEW;
}

/* ---- all ---- */

static size_t size_of(const spk__node *n) {
    return n && n->kind == SPK__MAPPING ? n->n : 0;
}

static const spk__node *first_of(const spk__node *n) {
    return size_of(n) ? n->first : NULL;
}

static spk_status read_populations(spk_netstudy *s, const spk__node *block, const spk__circuit *c) {
    spk_status st = block ? spk__node_expect(s->ctx, block, SPK__MAPPING, "populations") : SPK_OK;
    size_t at = c->n_populations;
    for (size_t i = 0; i < at && !st; i++)
        st = take_population(s, block, c, i);
    for (const spk__node *n = st ? NULL : first_of(block); n; n = n->next) {
        standing x = population_standing(c, n->key);
        spk_status bad = SPK_OK;
        if (x == NEW)
            bad = read_population(s, n, at++);
        else if (x == DIVIDED && !spk__node_find(n, "model"))
            bad =
                spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc, "name one as inspect shows them",
                          "the nodes %s are of several models, and so several populations", n->key);
        st = bad ? bad : st;
    }
    s->base.spec.n_populations = at;
    return st;
}

static spk_status read_projections(spk_netstudy *s, const spk__node *block, const spk__circuit *c) {
    spk_status st = block ? spk__node_expect(s->ctx, block, SPK__MAPPING, "projections") : SPK_OK;
    size_t at = c->n_projections;
    for (size_t i = 0; i < at && !st; i++)
        st = take_projection(s, block, c, i);
    for (const spk__node *n = st ? NULL : first_of(block); n; n = n->next) {
        if (projection_standing(c, n->key) != NEW)
            continue;
        spk_status bad = spk__read_projection(s, n, at++);
        st = bad ? bad : st;
    }
    s->base.spec.n_projections = at;
    return st;
}

static spk_status read_inputs(spk_netstudy *s, const spk__node *block) {
    spk_status st = block ? spk__node_expect(s->ctx, block, SPK__MAPPING, "inputs") : SPK_OK;
    size_t at = 0;
    for (const spk__node *n = st ? NULL : first_of(block); n; n = n->next) {
        spk_status bad = spk__read_input(s, n, at++);
        st = bad ? bad : st;
    }
    s->base.spec.n_inputs = at;
    return st;
}

/* Room for all there may be; the counts are set as blocks are read. */
static spk_status make_room(spk_netstudy *s, const spk__node *root, const spk__circuit *c) {
    const spk__node *pops = spk__node_find(root, "populations");
    size_t n_pops = size_of(pops) + c->n_populations + 1, n_settings = c->n_settings + 1;
    size_t n_links = size_of(spk__node_find(root, "projections")) + c->n_projections + 1;
    size_t n_inputs = size_of(spk__node_find(root, "inputs")) + 1;
    for (const spk__node *n = first_of(pops); n; n = n->next)
        n_settings += n->n;
    for (const spk__node *n = first_of(spk__node_find(root, "projections")); n; n = n->next)
        n_settings += size_of(spk__node_find(n, "synapse"));
    s->base.population = spk__arena_alloc(s->arena, n_pops, sizeof(spk_population));
    s->base.assignment = spk__arena_alloc(s->arena, n_settings, sizeof(spk_assignment));
    s->base.projection = spk__arena_alloc(s->arena, n_links, sizeof(spk_projection));
    s->base.input = spk__arena_alloc(s->arena, n_inputs, sizeof(spk_input));
    s->model = spk__arena_alloc(s->arena, n_pops, sizeof *s->model);
    s->label = spk__arena_alloc(s->arena, n_pops, sizeof *s->label);
    s->graph = spk__arena_alloc(s->arena, n_links, sizeof *s->graph);
    s->synapse = spk__arena_alloc(s->arena, n_links, sizeof *s->synapse);
    if (!s->base.population || !s->base.assignment || !s->base.projection || !s->base.input ||
        !s->model || !s->label || !s->graph || !s->synapse)
        return SPK_ERR_MEMORY;
    spk_network_spec *spec = &s->base.spec;
    spec->populations = s->base.population;
    spec->projections = s->base.projection;
    spec->inputs = s->base.input;
    spec->n_populations = n_pops - 1;
    spec->n_projections = n_links - 1;
    return SPK_OK;
}

spk_status spk__netstudy_build(spk_netstudy *s, const spk__node *root) {
    const spk__node *pops = spk__node_find(root, "populations");
    spk__circuit c = {0};
    spk_status st = s->sonata ? spk__circuit_read(s, s->sonata, pops, &c) : SPK_OK;
    if (!st)
        st = make_room(s, root, &c);
    if (!st)
        st = read_populations(s, pops, &c);
    if (!st)
        st = read_projections(s, spk__node_find(root, "projections"), &c);
    spk__circuit_free(s, &c);
    return st ? st : read_inputs(s, spk__node_find(root, "inputs"));
}
