/* The block projections of a network study. */
#include "netstudy/read.h"

static const char *const projection_keys[] = {
    "from",    "to",       "port",      "rule", "weight",  "delay",  "scale",
    "release", "autapses", "multapses", "file", "synapse", "select", NULL};

static bool is_own_key(const char *key) {
    for (size_t i = 0; projection_keys[i]; i++)
        if (!strcmp(projection_keys[i], key))
            return true;
    return false;
}

static spk_status read_rule_options(spk_netstudy *s, const spk__node *n, const spk_rule *rule,
                                    spk_projection *p) {
    spk__place at = {SPK__IN_PROJECTION, (char *)s->base.projection};
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
            st = spk__read_number(s, v, v->key, spk__plain_unit, &at, &p->options.v[i],
                                  o[i].kind == SPK_OPT_INT);
        else
            st = spk_opts_set(s->ctx, rule->options, rule->name, v->key, v->text ? v->text : "",
                              o && o[i].name ? &v->loc : &v->key_loc, &p->options);
        if (st)
            return st;
    }
    return SPK_OK;
}

/* A model, or {model: NAME, parameter: value, ...}. */
static spk_status read_synapse(spk_netstudy *s, const spk__node *n, spk_projection *p) {
    const spk__node *model = n->kind == SPK__MAPPING ? spk__node_find(n, "model") : n;
    spk_model **to = &s->synapse[p - s->base.projection];
    if (!model)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write {model: stdp_synapse, ...}",
                         "the synapse of %s names no model", p->name);
    spk_status st = spk__node_expect(s->ctx, model, SPK__SCALAR, "the model");
    if (!st)
        st = spk__netstudy_open_model(s, model->text, SPK_MODEL_SYNAPSE, &model->loc, to);
    if (st)
        return st;
    p->synapse = spk_model_kernel(*to, SPK_FLOAT64);
    p->synapse_loc = model->loc;
    p->settings = s->base.assignment + s->n_assignments;
    const spk_population one = {.name = p->name, .size = 1, .kernel = p->synapse};
    for (const spk__node *v = n->kind == SPK__MAPPING ? n->first : NULL; v && !st; v = v->next) {
        if (v == model)
            continue;
        st = spk__read_setting(s, v, &one);
        p->n_settings++;
    }
    return st;
}

/* What holds for edges of any origin. */
static spk_status read_changes(spk_netstudy *s, const spk__node *n, spk_projection *p) {
    spk__place at = {SPK__IN_PROJECTION, (char *)s->base.projection};
    const spk__node *v;
    spk_status st = spk__read_text(s, n, "port", &p->port, &p->port_loc, false);
    if (!st && (v = spk__node_find(n, "scale"))) {
        p->weight_loc = p->weight_loc.file ? p->weight_loc : v->loc;
        st = spk__read_number(s, v, "the scale", spk__plain_unit, &at, &p->scale, false);
    }
    if (!st && (v = spk__node_find(n, "release"))) {
        p->release_loc = v->loc;
        st = spk__read_number(s, v, "the release probability", spk__plain_unit, &at, &p->release,
                              false);
    }
    if (!st && (v = spk__node_find(n, "synapse")))
        st = read_synapse(s, v, p);
    return st;
}

spk_status spk__change_projection(spk_netstudy *s, const spk__node *n, size_t index) {
    static const char *const keys[] = {"port", "scale", "release", "synapse", NULL};
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    if (!st)
        st = spk__node_check_keys(s->ctx, n, n->key, keys);
    return st ? st : read_changes(s, n, &s->base.projection[index]);
}

/* Where the edges of a rule come from that does not draw them. */
static spk_status read_edge_file(spk_netstudy *s, const spk__node *n, const spk__node *file,
                                 const spk__weight_unit *unit, size_t index) {
    spk_projection *p = &s->base.projection[index];
    if (!strcmp(p->rule, "explicit"))
        return spk__read_edges(s, n, file, unit, p);
    if (strcmp(p->rule, "graph_file"))
        return spk__fail(s->ctx, SPK_ERR_INPUT, &file->key_loc, "rule: explicit, or graph_file",
                         "rule %s reads no file", p->rule);
    spk_status st = spk__node_expect(s->ctx, file, SPK__SCALAR, "the file");
    if (st)
        return st;
    const char *path = spk__netstudy_file(s, file->text);
    st = path ? spk_graph_read(s->ctx, path, &file->loc, &s->graph[index]) : SPK_ERR_MEMORY;
    p->edges = st ? NULL : spk_graph_edges(s->graph[index]);
    return st;
}

static spk_status read_synapses(spk_netstudy *s, const spk__node *n, size_t index) {
    spk_projection *p = &s->base.projection[index];
    spk__place at = {SPK__IN_PROJECTION, (char *)s->base.projection};
    spk__weight_unit unit = spk__weight_unit_of(s, p->to, p->port);
    const spk__node *v;
    spk_status st = spk__check_port(s, p->to, p->port, &p->port_loc);
    if (!st && (v = spk__node_find(n, "weight"))) {
        p->weight_loc = v->loc;
        st = spk__read_weight(s, v, &unit, &at, &p->weight);
    }
    if (!st && (v = spk__node_find(n, "delay"))) {
        p->delay_loc = v->loc;
        st = spk__read_dist(s, v, "the delay", spk__unit_named(s->ctx, "ms"), &at, &p->delay_ms);
    }
    if (!st && (v = spk__node_find(n, "autapses")))
        st = spk__node_bool(s->ctx, v, "autapses", &p->autapses);
    if (!st && (v = spk__node_find(n, "multapses")))
        st = spk__node_bool(s->ctx, v, "multapses", &p->multapses);
    if (!st && (v = spk__node_find(n, "file")))
        st = read_edge_file(s, n, v, &unit, index);
    return st;
}

/* Here and not only by the network's check: units of weights and numbers of neurons depend on it.
 */
static spk_status read_end(spk_netstudy *s, const spk__node *n, const char *key, const char **out,
                           spk_loc *loc) {
    spk_status st = spk__read_text(s, n, key, out, loc, true);
    if (st || spk__find_population(s, *out))
        return st;
    const char *names[256];
    size_t k = 0;
    for (; k < s->base.spec.n_populations && k < 256; k++)
        names[k] = s->base.population[k].name;
    return spk__fail_name(s->ctx, SPK_ERR_INPUT, loc, *out, names, k, NULL,
                          "projection %s: there is no population '%s'", n->key, *out);
}

spk_status spk__read_projection(spk_netstudy *s, const spk__node *n, size_t index) {
    spk_projection *p = &s->base.projection[index];
    *p = (spk_projection)SPK_PROJECTION_INIT;
    p->name = n->key;
    p->loc = n->key_loc;
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, n->key);
    const spk_rule *rule = NULL;
    if (!st)
        st = read_end(s, n, "from", &p->from, &p->from_loc);
    if (!st)
        st = read_end(s, n, "to", &p->to, &p->to_loc);
    if (!st)
        st = spk__read_text(s, n, "rule", &p->rule, &p->rule_loc, false);
    if (!st)
        st = spk_rule_find(s->ctx, p->rule, &p->rule_loc, &rule);
    if (!st)
        st = read_rule_options(s, n, rule, p);
    if (!st)
        st = read_changes(s, n, p);
    return st ? st : read_synapses(s, n, index);
}
