/* The blocks of a network study, and the populations. */
#include "netstudy/read.h"

#include <spikefit/io.h>

#include <stdio.h>

/* ---- populations ---- */

static const spk_quantity *find_quantity(const spk_quantity *q, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (!strcmp(q[i].name, name))
            return &q[i];
    return NULL;
}

static spk_status open_model(spk_netstudy *s, const spk__node *n, size_t at) {
    spk_status st = spk__node_expect(s->ctx, n, SPK__SCALAR, "the model");
    if (st)
        return st;
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = s->integrator;
    const char *source = n->text;
    size_t length = strlen(source);
    bool is_path = strchr(source, '/') || (length > 7 && strstr(source, ".nestml"));
    spk__str whole = {.ctx = s->ctx};
    if (is_path && source[0] != '/') {
        spk__str_add(&whole, "%s%s", s->folder, source);
        source = whole.failed ? NULL : whole.text;
    }
    st = source ? spk_model_open(s->ctx, source, &o, &s->model[at]) : SPK_ERR_MEMORY;
    spk__str_free(&whole);
    if (st == SPK_ERR_INPUT)
        spk__note(s->ctx, &n->loc, NULL, "the model of population %s", n->text);
    return st;
}

static spk_status read_setting(spk_netstudy *s, const spk__node *n, const spk_kernel *k) {
    spk_assignment *a = &s->base.assignment[s->n_assignments++];
    const spk_quantity *q = find_quantity(k->parameters, k->n_parameters, n->key);
    q = q ? q : find_quantity(k->states, k->n_states, n->key);
    *a = (spk_assignment){.name = n->key, .value = SPK_CONSTANT(0), .loc = n->key_loc};
    spk__place at = {SPK__IN_ASSIGNMENT, (char *)s->base.assignment};
    /* an unknown name is told by the network's own check, which knows the nearest */
    return spk__read_dist(s, n, n->key, q ? spk__unit_named(s->ctx, q->unit) : spk__plain_unit, &at,
                          &a->value);
}

static spk_status read_spike_file(spk_netstudy *s, const spk__node *n, spk_population *p) {
    spk__str whole = {.ctx = s->ctx};
    spk_status st = spk__node_expect(s->ctx, n, SPK__SCALAR, "the file of spikes");
    if (st)
        return st;
    spk__str_add(&whole, "%s%s", n->text[0] == '/' ? "" : s->folder, n->text);
    spk_recording *r = NULL;
    st = whole.failed ? SPK_ERR_MEMORY
                      : spk_recording_read(s->ctx, (const char *const *)&whole.text, 1, NULL, &r);
    spk__str_free(&whole);
    if (st)
        return st;
    s->recording[s->n_recordings++] = r;
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
                         "%s holds %zu trains, fewer than the %u sources", n->text, count, p->size);
    p->trains = trains;
    return SPK_OK;
}

static spk_status read_population(spk_netstudy *s, const spk__node *n, size_t at) {
    static const char *const own[] = {"model", "size", "rate", "spikes", NULL};
    spk_population *p = &s->base.population[at];
    *p = (spk_population){.name = n->key, .loc = n->key_loc};
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    if (st)
        return st;
    const spk__node *v = spk__node_find(n, "size"), *model = spk__node_find(n, "model");
    int64_t size = 0;
    if (v && (st = spk__node_integer(s->ctx, v, "the size", 1, 1 << 30, &size)))
        return st;
    p->size = (uint32_t)size;
    spk__place where = {SPK__IN_POPULATION, (char *)s->base.population};
    if (!model) {
        if ((v = spk__node_find(n, "spikes")))
            st = read_spike_file(s, v, p);
        if (!st && (v = spk__node_find(n, "rate")))
            st = spk__read_rate(s, v, &where, &p->rate_Hz);
        return st ? st : spk__node_check_keys(s->ctx, n, n->key, own);
    }
    if ((st = open_model(s, model, at)))
        return st;
    p->kernel = spk_model_kernel(s->model[at], s->precision);
    p->settings = s->base.assignment + s->n_assignments;
    for (v = n->first; v && !st; v = v->next)
        if (strcmp(v->key, "model") && strcmp(v->key, "size")) {
            st = read_setting(s, v, p->kernel);
            p->n_settings++;
        }
    return st;
}

/* ---- all ---- */

static spk_status read_block(spk_netstudy *s, const spk__node *map, const char *what,
                             spk_status (*one)(spk_netstudy *, const spk__node *, size_t)) {
    if (!map)
        return SPK_OK;
    spk_status st = spk__node_expect(s->ctx, map, SPK__MAPPING, what);
    size_t i = 0;
    for (const spk__node *n = st ? NULL : map->first; n; n = n->next) {
        spk_status bad = one(s, n, i++);
        st = bad ? bad : st;
    }
    return st;
}

static size_t size_of(const spk__node *n) {
    return n && n->kind == SPK__MAPPING ? n->n : 0;
}

spk_status spk__netstudy_build(spk_netstudy *s, const spk__node *root) {
    const spk__node *pops = spk__node_find(root, "populations");
    const spk__node *links = spk__node_find(root, "projections");
    const spk__node *inputs = spk__node_find(root, "inputs");
    size_t n_assignments = 0;
    for (const spk__node *n = size_of(pops) ? pops->first : NULL; n; n = n->next)
        n_assignments += n->n;
    spk_network_spec *spec = &s->base.spec;
    spec->n_populations = size_of(pops);
    spec->n_projections = size_of(links);
    spec->n_inputs = size_of(inputs);
    s->base.population = spk__arena_alloc(s->arena, size_of(pops) + 1, sizeof(spk_population));
    s->base.assignment = spk__arena_alloc(s->arena, n_assignments + 1, sizeof(spk_assignment));
    s->base.projection = spk__arena_alloc(s->arena, size_of(links) + 1, sizeof(spk_projection));
    s->base.input = spk__arena_alloc(s->arena, size_of(inputs) + 1, sizeof(spk_input));
    s->model = spk__arena_alloc(s->arena, size_of(pops) + 1, sizeof *s->model);
    s->graph = spk__arena_alloc(s->arena, size_of(links) + 1, sizeof *s->graph);
    s->recording = spk__arena_alloc(s->arena, 2 * size_of(pops) + 1, sizeof *s->recording);
    if (!s->base.population || !s->base.assignment || !s->base.projection || !s->base.input ||
        !s->model || !s->graph || !s->recording)
        return SPK_ERR_MEMORY;
    spec->populations = s->base.population;
    spec->projections = s->base.projection;
    spec->inputs = s->base.input;
    spk_status st = read_block(s, pops, "populations", read_population);
    if (!st)
        st = read_block(s, links, "projections", spk__read_projection);
    return st ? st : read_block(s, inputs, "inputs", spk__read_input);
}
