/* SONATA's configuration files: which files make the circuit, and how it is run. */
#include "netstudy/sonata.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_BYTES = 1 << 26, MAX_DEPTH = 16 };

/* One JSON file. */
typedef struct {
    spk_netstudy *s;
    spk__sonata *out;
    const spk__node *root;
    const char *path, *folder; /* folder: with the slash, or empty */
} config;

static spk_status read_config(spk_netstudy *s, spk__sonata *out, const char *path,
                              const spk__node *root, int depth);

/* A study about a circuit has a simulation too: a mapping, where a configuration names a file. */
bool spk__sonata_recognise(const spk__node *root) {
    const spk__node *simulation = spk__node_find(root, "simulation");
    return !spk__node_find(root, "populations") &&
           (spk__node_find(root, "networks") ||
            (spk__node_find(root, "network") &&
             (spk__node_find(root, "run") || spk__node_find(root, "manifest") ||
              (simulation && simulation->kind == SPK__SCALAR))));
}

/* ---- paths ---- */

/* The value of $NAME or ${NAME}: of the manifest, whose names have the dollar or not. */
static const spk__node *find_variable(const config *c, const char *name, size_t n) {
    const spk__node *manifest = spk__node_find(c->root, "manifest");
    for (const spk__node *v = manifest ? manifest->first : NULL; v; v = v->next) {
        const char *key = v->key + (v->key[0] == '$');
        if (strlen(key) == n && !memcmp(key, name, n) && v->kind == SPK__SCALAR)
            return v;
    }
    return NULL;
}

static spk_status expand(const config *c, const char *text, const spk_loc *loc, int depth,
                         spk__str *out) {
    spk_ctx *ctx = c->s->ctx;
    if (depth > MAX_DEPTH)
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "the manifest's variables name each other");
    for (const char *p = text; *p;) {
        size_t plain = strcspn(p, "$");
        spk__str_addn(out, p, plain);
        p += plain;
        if (!*p)
            break;
        bool braces = p[1] == '{';
        const char *name = p + 1 + braces;
        size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
        p = name + n + (braces && name[n] == '}');
        const spk__node *v = find_variable(c, name, n);
        spk_status st = SPK_OK;
        if (v)
            st = expand(c, v->text, &v->loc, depth + 1, out);
        else if (n == 9 && !memcmp(name, "configdir", n))
            spk__str_add(out, "."); /* a path is relative to that folder anyway */
        else
            st = spk__fail(ctx, SPK_ERR_INPUT, loc, "define it in the manifest",
                           "there is no variable $%.*s", (int)n, name);
        if (st)
            return st;
    }
    return out->failed ? SPK_ERR_MEMORY : SPK_OK;
}

/* Paths are relative to the folder of the file that they stand in. */
static spk_status read_path(const config *c, const spk__node *n, const char *what,
                            spk__named_file *out) {
    spk__str whole = {.ctx = c->s->ctx}, path = {.ctx = c->s->ctx};
    spk_status st = spk__node_expect(c->s->ctx, n, SPK__SCALAR, what);
    if (!st)
        st = expand(c, n->text, &n->loc, 0, &whole);
    if (!st) {
        const char *text = whole.text ? whole.text : "";
        text += strncmp(text, "./", 2) ? 0 : 2;
        spk__str_add(&path, "%s%s", text[0] == '/' ? "" : c->folder, text);
        *out = (spk__named_file){
            path.failed ? NULL : spk__arena_strndup(c->s->arena, path.text, path.length), n->loc};
        st = out->path ? SPK_OK : SPK_ERR_MEMORY;
    }
    spk__str_free(&whole);
    spk__str_free(&path);
    return st;
}

static spk_status read_file(const config *c, const spk__node *n, const char *what,
                            spk__named_file *out) {
    spk_status st = read_path(c, n, what, out);
    if (!st && access(out->path, R_OK))
        st = spk__fail(c->s->ctx, SPK_ERR_IO, &n->loc, NULL, "cannot read %s: %s", out->path,
                       strerror(errno));
    return st;
}

/* ---- a circuit ---- */

static bool is_null(const spk__node *n) {
    return !n || (n->kind == SPK__SCALAR && !n->quoted && !strcmp(n->text, "null"));
}

/* The block networks.nodes or networks.edges. */
static spk_status read_files(const config *c, const spk__node *list, const char *kind,
                             spk__named_file **files, spk__named_file **types, size_t *n) {
    char files_key[32], types_key[32];
    spk_ctx *ctx = c->s->ctx;
    snprintf(files_key, sizeof files_key, "%ss_file", kind);
    snprintf(types_key, sizeof types_key, "%s_types_file", kind);
    if (!list)
        return SPK_OK;
    spk_status st = spk__node_expect(ctx, list, SPK__SEQUENCE, kind);
    *files = spk__arena_alloc(c->s->arena, list->n + 1, sizeof **files);
    *types = spk__arena_alloc(c->s->arena, list->n + 1, sizeof **types);
    if (!*files || !*types)
        return SPK_ERR_MEMORY;
    for (const spk__node *e = st ? NULL : list->first; e && !st; e = e->next) {
        const spk__node *file = spk__node_find(e, files_key), *type = spk__node_find(e, types_key);
        const spk__node *enabled = spk__node_find(e, "enabled");
        bool on = true;
        if (enabled && (st = spk__node_bool(ctx, enabled, "enabled", &on)))
            return st;
        if (!on)
            continue;
        if (!file)
            return spk__fail(ctx, SPK_ERR_INPUT, &e->loc, NULL, "there is no %s", files_key);
        st = read_file(c, file, files_key, &(*files)[*n]);
        if (!st && !is_null(type))
            st = read_file(c, type, types_key, &(*types)[*n]);
        ++*n;
    }
    return st;
}

static spk_status read_folder(const config *c, const char *key, const char **out) {
    const spk__node *n = spk__node_find(spk__node_find(c->root, "components"), key);
    spk__named_file f;
    spk_status st = is_null(n) ? SPK_OK : read_path(c, n, key, &f);
    if (!st && !is_null(n))
        *out = f.path;
    return st;
}

static spk_status read_circuit(const config *c) {
    const spk__node *networks = spk__node_find(c->root, "networks");
    spk__sonata *o = c->out;
    spk_status st = read_folder(c, "point_neuron_models_dir", &o->neuron_folder);
    if (!st)
        st = read_folder(c, "synaptic_models_dir", &o->synapse_folder);
    if (st || !networks)
        return st;
    if (o->n_nodes)
        return spk__fail(c->s->ctx, SPK_ERR_INPUT, &networks->key_loc, NULL,
                         "the circuit is described twice");
    st = read_files(c, spk__node_find(networks, "nodes"), "node", &o->nodes, &o->node_types,
                    &o->n_nodes);
    if (!st)
        st = read_files(c, spk__node_find(networks, "edges"), "edge", &o->edges, &o->edge_types,
                        &o->n_edges);
    if (!st && !o->n_nodes)
        st = spk__fail(c->s->ctx, SPK_ERR_INPUT, &networks->key_loc, NULL,
                       "the circuit has no nodes");
    return st;
}

/* ---- a simulation ---- */

static spk_status read_run(const config *c) {
    const spk__node *run = spk__node_find(c->root, "run"), *v;
    spk_status st = SPK_OK;
    double start = 0;
    if (!run)
        return SPK_OK;
    if ((v = spk__node_find(run, "tstart")))
        st = spk__node_number(c->s->ctx, v, "tstart", -1e9, 1e9, &start);
    if (!st && start != 0)
        st = spk__fail(c->s->ctx, SPK_ERR_INPUT, &v->loc, NULL, "a run starts at 0, not at %g ms",
                       start);
    v = spk__node_find(run, "tstop");
    v = v ? v : spk__node_find(run, "duration");
    if (!st && v)
        st = spk__node_number(c->s->ctx, v, v->key, 0, 1e12, &c->out->duration_ms);
    if (!st && (v = spk__node_find(run, "dt")))
        st = spk__node_number(c->s->ctx, v, "dt", 1e-6, 1e6, &c->out->dt_ms);
    return st;
}

static spk_status parse_file(spk_netstudy *s, const char *path, const spk__node **root) {
    char *text;
    size_t length;
    spk__node *made = NULL;
    spk_status st = spk__read_file(s->ctx, path, MAX_BYTES, &text, &length);
    if (st)
        return st;
    st = spk__yaml_parse(s->ctx, s->arena, path, text, length, &made);
    spk__free(s->ctx, text);
    *root = made;
    return st;
}

/* A node set that is one whole population: its name, {"population": NAME}, or the name of such a
 * set in node_sets_file. Other sets are no inputs of ours. */
static spk_status read_node_set(const config *c, const spk__node *n, const char **out) {
    const spk__node *set = n, *v;
    spk_ctx *ctx = c->s->ctx;
    if (n->kind == SPK__SCALAR) {
        const spk__node *file = spk__node_find(c->root, "node_sets_file"), *root = NULL;
        spk__named_file path;
        *out = n->text;
        spk_status st = is_null(file) ? SPK_OK : read_path(c, file, "node_sets_file", &path);
        if (st || is_null(file) || access(path.path, R_OK))
            return st; /* the name is then a population's, or found to be none */
        st = parse_file(c->s, path.path, &root);
        set = spk__node_find(root, n->text);
        if (st || !set)
            return st;
    }
    v = spk__node_find(set, "population");
    if (!v || v->kind != SPK__SCALAR || set->n != 1)
        return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, "name a population",
                         "spikes go to whole populations, not to a part of one");
    *out = v->text;
    return SPK_OK;
}

static spk_status read_input(const config *c, const spk__node *n) {
    const spk__node *type = spk__node_find(n, "input_type"), *set = spk__node_find(n, "node_set");
    const spk__node *file = spk__node_find(n, "input_file");
    spk_ctx *ctx = c->s->ctx;
    if (!type || type->kind != SPK__SCALAR || strcmp(type->text, "spikes"))
        return spk__fail(ctx, SPK_ERR_INPUT, type ? &type->loc : &n->key_loc,
                         "describe currents in a study: network: FILE, inputs: {...}",
                         "input '%s' is no file of spikes", n->key);
    if (!set || !file)
        return spk__fail(ctx, SPK_ERR_INPUT, &n->key_loc, NULL, "input '%s' has no %s", n->key,
                         set ? "input_file" : "node_set");
    spk__sonata_input *in = &c->out->input[c->out->n_inputs++];
    spk_status st = read_node_set(c, set, &in->population);
    return st ? st : read_file(c, file, "input_file", &in->file);
}

static spk_status read_inputs(const config *c) {
    const spk__node *inputs = spk__node_find(c->root, "inputs");
    if (is_null(inputs))
        return SPK_OK;
    spk_status st = spk__node_expect(c->s->ctx, inputs, SPK__MAPPING, "inputs");
    c->out->input = spk__arena_alloc(c->s->arena, inputs->n + 1, sizeof *c->out->input);
    if (!c->out->input)
        return SPK_ERR_MEMORY;
    for (const spk__node *n = st ? NULL : inputs->first; n && !st; n = n->next)
        st = read_input(c, n);
    return st;
}

/* What a configuration may ask for and does not get. */
static void tell_unused(const config *c) {
    static const struct {
        const char *key, *why;
    } unused[] = {
        {"conditions", "conditions are not used: states start at the models' defaults, as in NEST"},
        {"reports", "reports are not written: only spikes are"},
    };
    for (size_t i = 0; i < sizeof unused / sizeof *unused; i++) {
        const spk__node *n = spk__node_find(c->root, unused[i].key);
        if (!is_null(n) && n->n)
            spk__note(c->s->ctx, &n->key_loc, NULL, "%s", unused[i].why);
    }
}

/* ---- all ---- */

/* A configuration that this one names. */
static spk_status read_named(const config *c, const char *key, int depth) {
    const spk__node *n = spk__node_find(c->root, key);
    spk__named_file f;
    if (is_null(n) || (c->out->n_nodes && !strcmp(key, "network")))
        return SPK_OK;
    spk_status st = read_file(c, n, key, &f);
    return st ? st : read_config(c->s, c->out, f.path, NULL, depth + 1);
}

static spk_status read_config(spk_netstudy *s, spk__sonata *out, const char *path,
                              const spk__node *root, int depth) {
    const char *slash = strrchr(path, '/');
    config c = {s, out, root, spk__arena_strndup(s->arena, path, strlen(path)), NULL};
    c.folder = spk__arena_strndup(s->arena, path, slash ? (size_t)(slash - path) + 1 : 0);
    if (!c.path || !c.folder)
        return SPK_ERR_MEMORY;
    spk_status st = root ? SPK_OK : parse_file(s, c.path, &c.root);
    if (!st && depth > 4)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &c.root->loc, NULL,
                       "the configuration files name each other");
    if (!st)
        st = spk__node_expect(s->ctx, c.root, SPK__MAPPING, "a SONATA configuration");
    if (!st)
        st = read_circuit(&c);
    if (!st)
        st = read_run(&c);
    if (!st)
        st = read_inputs(&c);
    if (st)
        return st;
    tell_unused(&c);
    st = read_named(&c, "network", depth);
    return st ? st : read_named(&c, "simulation", depth);
}

spk_status spk__sonata_open(spk_netstudy *s, const char *path, const spk__node *root,
                            const spk__sonata **out) {
    spk__sonata *o = spk__arena_alloc(s->arena, 1, sizeof *o);
    if (!o || !(o->path = spk__arena_strndup(s->arena, path, strlen(path))))
        return SPK_ERR_MEMORY;
    o->duration_ms = o->dt_ms = NAN;
    spk_status st = read_config(s, o, path, root, 0);
    if (!st && !o->n_nodes)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &(spk_loc){.file = o->path},
                       "name the circuit: \"network\": \"circuit_config.json\"",
                       "the configuration describes no circuit");
    if (!st)
        *out = o;
    return st;
}
