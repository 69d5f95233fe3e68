/* The blocks populations, projections and inputs of a network study. */
#include "netstudy/netstudy.h"

#include <spikefit/io.h>

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

static const spk_unit plain = {.scale = 1};

static spk_unit unit_of(spk_ctx *ctx, const char *text) {
    spk_unit u = plain;
    if (spk_unit_parse(ctx, text && *text ? text : "1", NULL, &u))
        return plain;
    return u;
}

static bool is_name(const char *text) {
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_')
            return false;
    return true;
}

/* ---- numbers ---- */

static spk_status bind(spk_netstudy *s, const spk__node *n, const spk__binding *want) {
    size_t at = 0;
    while (at < s->n_numbers && strcmp(s->number[at].name, n->text))
        at++;
    if (at == s->n_numbers) {
        const char *names[64];
        size_t k = s->n_numbers < 64 ? s->n_numbers : 64;
        for (size_t i = 0; i < k; i++)
            names[i] = s->number[i].name;
        const char *near = spk_nearest(n->text, names, k);
        char hint[128];
        if (near)
            snprintf(hint, sizeof hint, "did you mean %s?", near);
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc,
                         near ? hint : "name it under fit or values", "there is no number '%s'",
                         n->text);
    }
    if (!spk__grow(s->ctx, &s->binding, s->n_bindings, &s->binding_capacity, sizeof *s->binding))
        return SPK_ERR_MEMORY;
    s->binding[s->n_bindings] = *want;
    s->binding[s->n_bindings++].number = at;
    return SPK_OK;
}

/* Where values go: an array of the description and an element of it. */
typedef struct {
    spk__array array;
    char *base;
} place;

/* A quantity of the dimension of want, a plain number (in want's unit), or a named number. */
static spk_status read_scaled(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                              const place *at, double *to, bool whole, double factor) {
    spk_status st = spk__node_expect(s->ctx, n, SPK__SCALAR, what);
    if (st)
        return st;
    if (!n->quoted && is_name(n->text) && strcasecmp(n->text, "inf"))
        return bind(s, n,
                    &(spk__binding){at->array, (size_t)((char *)to - at->base), 0, whole,
                                    want.scale, factor});
    double value;
    spk_unit unit;
    st = spk_quantity_parse(s->ctx, n->text, &n->loc, &value, &unit);
    if (st)
        return st;
    if (spk_unit_is_plain(unit))
        value *= want.scale;
    else
        st = spk_quantity_parse_as(s->ctx, n->text, &n->loc, what, want, &value);
    if (!st)
        *to = value * factor;
    return st;
}

static spk_status read_number(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                              const place *at, double *to, bool whole) {
    return read_scaled(s, n, what, want, at, to, whole, 1);
}

/* Rates are kept in Hz; the coherent unit is 1/ms. */
static spk_status read_rate(spk_netstudy *s, const spk__node *n, const place *at, double *to) {
    return read_scaled(s, n, "the rate", unit_of(s->ctx, "Hz"), at, to, false, 1000);
}

static spk_status read_pair(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                            spk_unit want_b, const place *at, spk_dist *d) {
    if (n->kind != SPK__SEQUENCE || n->n != 2)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write two values: [a, b]",
                         "%s is not a list of two values", what);
    spk_status st = read_number(s, n->first, what, want, at, &d->a, false);
    return st ? st : read_number(s, n->first->next, what, want_b, at, &d->b, false);
}

static spk_status read_dist(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                            const place *at, spk_dist *d) {
    static const char *const keys[] = {"uniform", "normal", "lognormal", "min", "max", NULL};
    *d = (spk_dist)SPK_CONSTANT(0);
    if (n->kind == SPK__SCALAR)
        return read_number(s, n, what, want, at, &d->a, false);
    spk_status st = spk__node_check_keys(s->ctx, n, what, keys);
    size_t kinds = 0;
    for (int i = 0; i < 3 && !st; i++) {
        const spk__node *v = spk__node_find(n, keys[i]);
        if (!v)
            continue;
        kinds++;
        d->kind = (spk_dist_kind)(SPK_DIST_UNIFORM + i);
        st = read_pair(s, v, what, i == 2 ? plain : want, i == 2 ? plain : want, at, d);
    }
    if (!st && kinds != 1)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write {uniform: [a, b]} or the like",
                       "%s names %zu distributions", what, kinds);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "min")))
        st = read_number(s, v, what, want, at, &d->low, false);
    if (!st && (v = spk__node_find(n, "max")))
        st = read_number(s, v, what, want, at, &d->high, false);
    return st;
}

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
    place at = {SPK__IN_ASSIGNMENT, (char *)s->base.assignment};
    /* an unknown name is told by the network's own check, which knows the nearest */
    return read_dist(s, n, n->key, q ? unit_of(s->ctx, q->unit) : plain, &at, &a->value);
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
    place where = {SPK__IN_POPULATION, (char *)s->base.population};
    if (!model) {
        if ((v = spk__node_find(n, "spikes")))
            st = read_spike_file(s, v, p);
        if (!st && (v = spk__node_find(n, "rate")))
            st = read_rate(s, v, &where, &p->rate_Hz);
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

/* ---- projections ---- */

static spk_status read_text(spk_netstudy *s, const spk__node *map, const char *key,
                            const char **out, spk_loc *loc, bool needed) {
    const spk__node *v = spk__node_find(map, key);
    if (!v && needed)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &map->key_loc, NULL, "'%s' has no '%s'", map->key,
                         key);
    if (!v)
        return SPK_OK;
    spk_status st = spk__node_expect(s->ctx, v, SPK__SCALAR, key);
    *out = v->text;
    *loc = v->loc;
    return st;
}

static const char *const projection_keys[] = {"from",      "to",    "port",    "rule",
                                              "weight",    "delay", "release", "autapses",
                                              "multapses", "file",  NULL};

static bool is_own_key(const char *key) {
    for (size_t i = 0; projection_keys[i]; i++)
        if (!strcmp(projection_keys[i], key))
            return true;
    return false;
}

static spk_status read_rule_options(spk_netstudy *s, const spk__node *n, const spk_rule *rule,
                                    spk_projection *p) {
    place at = {SPK__IN_PROJECTION, (char *)s->base.projection};
    spk_opts_default(rule->options, &p->options);
    for (const spk__node *v = n->first; v; v = v->next) {
        if (is_own_key(v->key))
            continue;
        const spk_opt *o = rule->options;
        size_t i = 0;
        while (o && o[i].name && strcmp(o[i].name, v->key))
            i++;
        spk_status st;
        if (o && o[i].name && o[i].kind != SPK_OPT_BOOL)
            st = read_number(s, v, v->key, plain, &at, &p->options.v[i], o[i].kind == SPK_OPT_INT);
        else
            st = spk_opts_set(s->ctx, rule->options, rule->name, v->key, v->text ? v->text : "",
                              o && o[i].name ? &v->loc : &v->key_loc, &p->options);
        if (st)
            return st;
    }
    return SPK_OK;
}

static spk_status read_projection(spk_netstudy *s, const spk__node *n, size_t index) {
    spk_projection *p = &s->base.projection[index];
    *p = (spk_projection)SPK_PROJECTION_INIT;
    p->name = n->key;
    p->loc = n->key_loc;
    place at = {SPK__IN_PROJECTION, (char *)s->base.projection};
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    const spk_rule *rule = NULL;
    if (!st)
        st = read_text(s, n, "from", &p->from, &p->from_loc, true);
    if (!st)
        st = read_text(s, n, "to", &p->to, &p->to_loc, true);
    if (!st)
        st = read_text(s, n, "port", &p->port, &p->port_loc, false);
    if (!st)
        st = read_text(s, n, "rule", &p->rule, &p->rule_loc, false);
    if (!st)
        st = spk_rule_find(s->ctx, p->rule, &p->rule_loc, &rule);
    if (!st)
        st = read_rule_options(s, n, rule, p);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "weight"))) {
        p->weight_loc = v->loc;
        st = read_dist(s, v, "the weight", plain, &at, &p->weight);
    }
    if (!st && (v = spk__node_find(n, "delay"))) {
        p->delay_loc = v->loc;
        st = read_dist(s, v, "the delay", unit_of(s->ctx, "ms"), &at, &p->delay_ms);
    }
    if (!st && (v = spk__node_find(n, "release"))) {
        p->release_loc = v->loc;
        st = read_number(s, v, "the release probability", plain, &at, &p->release, false);
    }
    if (!st && (v = spk__node_find(n, "autapses")))
        st = spk__node_bool(s->ctx, v, "autapses", &p->autapses);
    if (!st && (v = spk__node_find(n, "multapses")))
        st = spk__node_bool(s->ctx, v, "multapses", &p->multapses);
    if (!st && (v = spk__node_find(n, "file"))) {
        spk__str whole = {.ctx = s->ctx};
        spk__str_add(&whole, "%s%s", v->text[0] == '/' ? "" : s->folder, v->text);
        st = whole.failed ? SPK_ERR_MEMORY
                          : spk_graph_read(s->ctx, whole.text, &v->loc, &s->graph[index]);
        spk__str_free(&whole);
        p->edges = st ? NULL : spk_graph_edges(s->graph[index]);
    }
    return st;
}

/* ---- inputs ---- */

static spk_status read_input_kind(spk_netstudy *s, const spk__node *n, spk_input *in) {
    static const char *const noise_keys[] = {"mean", "std", "interval", NULL};
    static const char *const poisson_keys[] = {"rate", "weight", NULL};
    place at = {SPK__IN_INPUT, (char *)s->base.input};
    spk_unit pA = unit_of(s->ctx, "pA"), ms = unit_of(s->ctx, "ms");
    const spk__node *v, *x;
    spk_status st = SPK_OK;
    if ((v = spk__node_find(n, "constant")))
        return read_dist(s, v, "the current", pA, &at, &in->value);
    if ((v = spk__node_find(n, "noise"))) {
        in->kind = SPK_INPUT_NOISE;
        in->value.kind = SPK_DIST_NORMAL;
        st = spk__node_check_keys(s->ctx, v, "noise", noise_keys);
        if (!st && (x = spk__node_find(v, "mean")))
            st = read_number(s, x, "the mean", pA, &at, &in->value.a, false);
        if (!st && (x = spk__node_find(v, "std")))
            st = read_number(s, x, "the standard deviation", pA, &at, &in->value.b, false);
        if (!st && (x = spk__node_find(v, "interval")))
            st = read_number(s, x, "the interval", ms, &at, &in->interval_ms, false);
        return st;
    }
    if ((v = spk__node_find(n, "poisson"))) {
        in->kind = SPK_INPUT_POISSON;
        in->value = (spk_dist)SPK_CONSTANT(1);
        st = spk__node_check_keys(s->ctx, v, "poisson", poisson_keys);
        if (!st && (x = spk__node_find(v, "weight")))
            st = read_number(s, x, "the weight", plain, &at, &in->value.a, false);
        if (!st && (x = spk__node_find(v, "rate")))
            st = read_rate(s, x, &at, &in->rate_Hz);
        return st;
    }
    return spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc,
                     "write constant:, noise: or poisson:", "input '%s' has no kind", n->key);
}

static spk_status read_input(spk_netstudy *s, const spk__node *n, size_t index) {
    static const char *const keys[] = {"to",      "port",  "constant", "noise",
                                       "poisson", "start", "stop",     NULL};
    spk_input *in = &s->base.input[index];
    *in = (spk_input)SPK_INPUT_INIT;
    in->name = n->key;
    in->loc = n->key_loc;
    place at = {SPK__IN_INPUT, (char *)s->base.input};
    spk_unit ms = unit_of(s->ctx, "ms");
    spk_status st = spk__node_check_keys(s->ctx, n, n->key, keys);
    if (!st)
        st = read_text(s, n, "to", &in->to, &in->to_loc, true);
    if (!st)
        st = read_text(s, n, "port", &in->port, &in->port_loc, false);
    if (!st)
        st = read_input_kind(s, n, in);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "start")))
        st = read_number(s, v, "the start", ms, &at, &in->start_ms, false);
    if (!st && (v = spk__node_find(n, "stop")))
        st = read_number(s, v, "the stop", ms, &at, &in->stop_ms, false);
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
        st = read_block(s, links, "projections", read_projection);
    return st ? st : read_block(s, inputs, "inputs", read_input);
}
