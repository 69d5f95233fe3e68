/* The rest of a network study: named numbers, simulation; and descriptions filled with numbers. */
#include "netstudy/sonata.h"

#include "num/num.h"

/* ---- filling ---- */

void spk__filled_free(const spk_netstudy *s, spk__filled *f) {
    spk__free(s->ctx, f->population);
    spk__free(s->ctx, f->assignment);
    spk__free(s->ctx, f->projection);
    spk__free(s->ctx, f->input);
    *f = (spk__filled){0};
}

static void *copy_of(spk_ctx *ctx, const void *from, size_t n, size_t size) {
    void *to = spk__alloc(ctx, n + 1, size);
    if (to)
        memcpy(to, from, n * size);
    return to;
}

spk_status spk__filled_new(const spk_netstudy *s, spk__filled *out) {
    const spk_network_spec *spec = &s->base.spec;
    spk__filled f = {.spec = *spec};
    f.population = copy_of(s->ctx, s->base.population, spec->n_populations, sizeof *f.population);
    f.assignment = copy_of(s->ctx, s->base.assignment, s->n_assignments, sizeof *f.assignment);
    f.projection = copy_of(s->ctx, s->base.projection, spec->n_projections, sizeof *f.projection);
    f.input = copy_of(s->ctx, s->base.input, spec->n_inputs, sizeof *f.input);
    if (!f.population || !f.assignment || !f.projection || !f.input) {
        spk__filled_free(s, &f);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < spec->n_populations; i++)
        if (f.population[i].settings)
            f.population[i].settings =
                f.assignment + (s->base.population[i].settings - s->base.assignment);
    for (size_t i = 0; i < spec->n_projections; i++)
        if (f.projection[i].settings)
            f.projection[i].settings =
                f.assignment + (s->base.projection[i].settings - s->base.assignment);
    f.spec.populations = f.population;
    f.spec.projections = f.projection;
    f.spec.inputs = f.input;
    *out = f;
    return SPK_OK;
}

static double given_value(const spk_named_number *x) {
    return isnan(x->value) ? 0.5 * (x->low + x->high) : x->value;
}

void spk__filled_set(const spk_netstudy *s, spk__filled *f, const double *numbers) {
    char *base[] = {(char *)f->population, (char *)f->assignment, (char *)f->projection,
                    (char *)f->input};
    for (size_t i = 0; i < s->n_bindings; i++) {
        const spk__binding *b = &s->binding[i];
        double x = numbers ? numbers[b->number] : given_value(&s->number[b->number]);
        x *= (s->has_unit[b->number] ? 1 : b->plain_scale) * b->factor;
        if (b->whole)
            x = floor(x + 0.5);
        memcpy(base[b->array] + b->offset, &x, sizeof x);
    }
}

/* ---- named numbers ---- */

/* A number is told in the unit that it was first given in. */
static spk_status number_value(spk_netstudy *s, const spk__node *n, size_t at, double *out) {
    spk_unit unit;
    spk_named_number *x = &s->number[at];
    spk_status st = spk__node_expect(s->ctx, n, SPK__SCALAR, "a number");
    if (!st)
        st = spk_quantity_parse(s->ctx, n->text, &n->loc, out, &unit);
    if (st || x->unit)
        return st;
    char text[64];
    spk_unit_print(unit, text);
    s->has_unit[at] = !spk_unit_is_plain(unit);
    s->unit[at] = unit;
    x->scale = unit.scale;
    x->unit = spk__arena_strndup(s->arena, text, strlen(text));
    return x->unit ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status read_free(spk_netstudy *s, const spk__node *n, size_t at) {
    static const char *const keys[] = {"min", "max", "start", "scale", NULL};
    static const char *const scales[] = {"linear", "log", NULL};
    spk_named_number *x = &s->number[at];
    *x = (spk_named_number){.name = n->key, .value = NAN};
    const spk__node *low = NULL, *high = NULL, *v;
    spk_status st = SPK_OK;
    if (n->kind == SPK__SEQUENCE && n->n == 2) {
        low = n->first;
        high = low->next;
    } else {
        st = spk__node_check_keys(s->ctx, n, n->key, keys);
        low = spk__node_find(n, "min");
        high = spk__node_find(n, "max");
    }
    if (!st && (!low || !high))
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write [min, max]", "%s has no bounds",
                         n->key);
    if (!st)
        st = number_value(s, low, at, &x->low);
    if (!st)
        st = number_value(s, high, at, &x->high);
    if (!st && (v = spk__node_find(n, "start")))
        st = number_value(s, v, at, &x->value);
    int scale = 0;
    if (!st && (v = spk__node_find(n, "scale")))
        st = spk__node_choice(s->ctx, v, "the scale", scales, &scale);
    x->log_scale = scale == 1;
    if (!st && !(x->low < x->high && isfinite(x->low) && isfinite(x->high)))
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                       "the bounds of %s, %g and %g, are in the "
                       "wrong order",
                       n->key, x->low, x->high);
    if (!st && x->log_scale && x->low <= 0)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                       "a logarithmic scale needs bounds above 0, not %g", x->low);
    return st;
}

static spk_status read_numbers(spk_netstudy *s, const spk__node *root) {
    const spk__node *fit = spk__node_find(root, "fit"), *values = spk__node_find(root, "values");
    size_t n = (fit ? fit->n : 0) + (values ? values->n : 0) + 1;
    s->number = spk__arena_alloc(s->arena, n, sizeof *s->number);
    s->has_unit = spk__arena_alloc(s->arena, n, sizeof *s->has_unit);
    s->unit = spk__arena_alloc(s->arena, n, sizeof *s->unit);
    if (!s->number || !s->has_unit || !s->unit)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (const spk__node *v = fit && fit->kind == SPK__MAPPING ? fit->first : NULL; v && !st;
         v = v->next)
        st = read_free(s, v, s->n_numbers++);
    s->n_free = s->n_numbers;
    for (const spk__node *v = values && values->kind == SPK__MAPPING ? values->first : NULL;
         v && !st; v = v->next) {
        size_t at = 0;
        while (at < s->n_free && strcmp(s->number[at].name, v->key))
            at++;
        if (at == s->n_free) {
            at = s->n_numbers++;
            s->number[at] = (spk_named_number){.name = v->key, .low = NAN, .high = NAN};
        }
        st = number_value(s, v, at, &s->number[at].value);
    }
    return st;
}

size_t spk_netstudy_number_count(const spk_netstudy *s) {
    return s->n_numbers;
}

size_t spk_netstudy_free_count(const spk_netstudy *s) {
    return s->n_free;
}

const spk_named_number *spk_netstudy_number(const spk_netstudy *s, size_t i) {
    return &s->number[i];
}

double spk_netstudy_value(const spk_netstudy *s, size_t i, double u) {
    const spk_named_number *x = &s->number[i];
    u = fmin(fmax(u, 0), 1);
    return x->log_scale ? x->low * spk__exp(u * spk__log(x->high / x->low))
                        : x->low + u * (x->high - x->low);
}

void spk_netstudy_decode(const spk_netstudy *s, const double *point, double *numbers) {
    for (size_t i = 0; i < s->n_numbers; i++)
        numbers[i] = i < s->n_free ? spk_netstudy_value(s, i, point[i]) : s->number[i].value;
    for (size_t i = 0; i < s->n_bindings; i++) {
        size_t at = s->binding[i].number;
        if (s->binding[i].whole) /* what the network is given */
            numbers[at] = floor(numbers[at] + 0.5);
    }
}

void spk_netstudy_encode(const spk_netstudy *s, const double *numbers, double *point) {
    for (size_t i = 0; i < s->n_free; i++) {
        const spk_named_number *x = &s->number[i];
        double u = x->log_scale ? spk__log(numbers[i] / x->low) / spk__log(x->high / x->low)
                                : (numbers[i] - x->low) / (x->high - x->low);
        point[i] = fmin(fmax(u, 0), 1);
    }
}

/* ---- simulation ---- */

static spk_status read_simulation(spk_netstudy *s, const spk__node *n) {
    static const char *const keys[] = {"duration",  "warmup",   "dt", "integrator",
                                       "precision", "max_rate", NULL};
    static const char *const precisions[] = {"float64", "float32", NULL};
    spk_network_spec *spec = &s->base.spec;
    spk_unit ms = {.dim = {1}, .scale = 1}, hz = {.dim = {-1}, .scale = 0.001};
    if (!n)
        return SPK_OK;
    spk_status st = spk__node_check_keys(s->ctx, n, "simulation", keys);
    const spk__node *v;
    int choice = 0;
    if (!st && (v = spk__node_find(n, "duration")))
        st = spk__node_quantity(s->ctx, v, "the duration", ms, &s->duration_ms);
    if (!st && (v = spk__node_find(n, "warmup")))
        st = spk__node_quantity(s->ctx, v, "the warm-up", ms, &s->warmup_ms);
    if (!st && (v = spk__node_find(n, "dt")))
        st = spk__node_quantity(s->ctx, v, "the step", ms, &spec->dt_ms);
    if (!st && (v = spk__node_find(n, "max_rate"))) {
        st = spk__node_quantity(s->ctx, v, "the largest rate", hz, &spec->max_rate_Hz);
        spec->max_rate_Hz *= 1000;
    }
    if (!st && (v = spk__node_find(n, "integrator"))) {
        st = spk__node_expect(s->ctx, v, SPK__SCALAR, "the integrator");
        s->integrator = v->text;
    }
    if (!st && (v = spk__node_find(n, "precision")))
        st = spk__node_choice(s->ctx, v, "the precision", precisions, &choice);
    s->precision = choice ? SPK_FLOAT32 : SPK_FLOAT64;
    if (!st && !(s->warmup_ms >= 0 && s->warmup_ms < s->duration_ms))
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                       "a warm-up of %g ms is not below the duration of %g ms", s->warmup_ms,
                       s->duration_ms);
    return st;
}

/* What a run of the circuit depends on. */
static spk_status list_circuit(spk_netstudy *s) {
    const spk__sonata *c = s->sonata;
    const spk__named_file *lists[] = {c->nodes, c->node_types, c->edges, c->edge_types};
    const size_t sizes[] = {c->n_nodes, c->n_nodes, c->n_edges, c->n_edges};
    spk_status st = SPK_OK;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < sizes[k] && !st; i++)
            if (lists[k][i].path)
                st = spk__netstudy_list(s, lists[k][i].path);
    for (size_t i = 0; i < c->n_inputs && !st; i++)
        st = spk__netstudy_list(s, c->input[i].file.path);
    return st;
}

/* A study may be about a SONATA circuit, or the file be such a configuration itself. */
static spk_status open_circuit(spk_netstudy *s, const spk__node *root) {
    const spk__node *n = spk__node_find(root, "network");
    bool itself = spk__sonata_recognise(root);
    spk_status st = SPK_OK;
    if (!n && !itself)
        return SPK_OK;
    if (itself) {
        st = spk__sonata_open(s, s->path, root, &s->sonata);
    } else if (!(st = spk__node_expect(s->ctx, n, SPK__SCALAR, "network"))) {
        const char *path = spk__netstudy_file(s, n->text);
        st = path ? spk__sonata_open(s, path, NULL, &s->sonata) : SPK_ERR_MEMORY;
    }
    if (!st)
        st = list_circuit(s);
    if (st)
        return st;
    if (!isnan(s->sonata->duration_ms))
        s->duration_ms = s->sonata->duration_ms;
    if (!isnan(s->sonata->dt_ms))
        s->base.spec.dt_ms = s->sonata->dt_ms;
    return SPK_OK;
}

static spk_status build(spk_netstudy *s, const spk__node *root) {
    static const char *const keys[] = {"network",    "populations", "projections", "inputs",
                                       "fit",        "values",      "data",        "loss",
                                       "simulation", "search",      "seed",        "wiring_seed",
                                       "redraw",     "threads",     NULL};
    s->precision = SPK_FLOAT64;
    s->duration_ms = 1000;
    spk_status st = open_circuit(s, root);
    if (spk__sonata_recognise(root))
        root = NULL; /* what there is to be read has been */
    if (!st)
        st = spk__node_check_keys(s->ctx, root, "the study", keys);
    if (!st)
        st = read_numbers(s, root);
    if (!st)
        st = read_simulation(s, spk__node_find(root, "simulation"));
    if (!st)
        st = spk__netsearch_read(s, root);
    if (!st)
        st = spk__netstudy_build(s, root);
    if (!st)
        st = spk__filled_new(s, &s->lent);
    if (!st)
        st = spk__netdata_make(s, root);
    return st;
}

spk_status spk_netstudy_parse(spk_ctx *ctx, const char *path, const char *text, size_t length,
                              spk_netstudy **out) {
    spk__arena *arena = spk__arena_new(ctx);
    spk_netstudy *s = arena ? SPK__NEW(ctx, spk_netstudy) : NULL;
    if (!s) {
        spk__arena_free(arena);
        return SPK_ERR_MEMORY;
    }
    s->ctx = ctx;
    s->arena = arena;
    s->base.spec = (spk_network_spec)SPK_NETWORK_SPEC_INIT;
    const char *slash = strrchr(path, '/');
    s->path = spk__arena_strndup(arena, path, strlen(path));
    s->text = spk__arena_strndup(arena, text, length);
    s->text_length = length;
    s->folder = spk__arena_strndup(arena, path, slash ? (size_t)(slash - path) + 1 : 0);
    spk__node *root = NULL;
    spk_status st = s->path && s->folder && s->text
                        ? spk__ctx_add_source(ctx, s->path, text, length)
                        : SPK_ERR_MEMORY;
    if (!st)
        st = spk__yaml_parse(ctx, arena, s->path, text, length, &root);
    if (!st)
        st = build(s, root);
    if (st)
        spk_netstudy_free(s);
    else
        *out = s;
    return st;
}

spk_status spk_netstudy_read_edited(spk_ctx *ctx, const char *path, const spk_study_edit *edits,
                                    size_t n, spk_netstudy **out) {
    spk__str text = {.ctx = ctx};
    spk_status st = spk__study_edit_file(ctx, path, edits, n, &text);
    if (!st)
        st = spk_netstudy_parse(ctx, path, text.text, text.length, out);
    spk__str_free(&text);
    return st;
}

spk_status spk_netstudy_read(spk_ctx *ctx, const char *path, spk_netstudy **out) {
    return spk_netstudy_read_edited(ctx, path, NULL, 0, out);
}

void spk_netstudy_free(spk_netstudy *s) {
    if (!s)
        return;
    spk_ctx *ctx = s->ctx;
    for (size_t i = 0; i < s->n_workers; i++)
        spk__networker_free(s, &s->worker[i]);
    spk__free(ctx, s->worker);
    spk_wiring_free(s->wiring);
    spk__netpart_free(s, &s->part[SPK_TRAIN]);
    spk__netpart_free(s, &s->part[SPK_TEST]);
    spk__filled_free(s, &s->lent);
    for (size_t i = 0; s->model && i < s->base.spec.n_populations; i++)
        spk_model_free(s->model[i]);
    for (size_t i = 0; s->graph && i < s->base.spec.n_projections; i++)
        spk_graph_free(s->graph[i]);
    for (size_t i = 0; s->synapse && i < s->base.spec.n_projections; i++)
        spk_model_free(s->synapse[i]);
    for (size_t i = 0; i < s->n_recordings; i++)
        spk_recording_free(s->recording[i]);
    spk__free(ctx, s->recording);
    spk__free(ctx, s->binding);
    spk__free(ctx, s->file);
    spk__arena_free(s->arena);
    spk__free(ctx, s);
}

const spk_network_spec *spk_netstudy_spec(spk_netstudy *s, const double *numbers) {
    spk__filled_set(s, &s->lent, numbers);
    return &s->lent.spec;
}

double spk_netstudy_duration(const spk_netstudy *s) {
    return s->duration_ms;
}

double spk_netstudy_warmup(const spk_netstudy *s) {
    return s->warmup_ms;
}

/* ---- what it was read from ---- */

const char *spk__netstudy_path(spk_netstudy *s, const char *text) {
    size_t length = strlen(text), folder = text[0] == '/' ? 0 : strlen(s->folder);
    char *path = spk__arena_alloc(s->arena, folder + length + 1, 1);
    if (path) {
        memcpy(path, s->folder, folder);
        memcpy(path + folder, text, length);
    }
    return path;
}

spk_status spk__netstudy_list(spk_netstudy *s, const char *path) {
    if (!spk__grow(s->ctx, &s->file, s->n_files, &s->file_capacity, sizeof *s->file))
        return SPK_ERR_MEMORY;
    s->file[s->n_files++] = path;
    return SPK_OK;
}

const char *spk__netstudy_file(spk_netstudy *s, const char *text) {
    const char *path = spk__netstudy_path(s, text);
    return path && !spk__netstudy_list(s, path) ? path : NULL;
}

spk_status spk__netstudy_keep(spk_netstudy *s, spk_recording *r) {
    if (!spk__grow(s->ctx, &s->recording, s->n_recordings, &s->recording_capacity,
                   sizeof *s->recording)) {
        spk_recording_free(r);
        return SPK_ERR_MEMORY;
    }
    s->recording[s->n_recordings++] = r;
    return SPK_OK;
}

const char *spk_netstudy_text(const spk_netstudy *s, size_t *length) {
    *length = s->text_length;
    return s->text;
}

const char *spk_netstudy_path(const spk_netstudy *s) {
    return s->path;
}

const char *spk_netstudy_file(const spk_netstudy *s, size_t i) {
    return i < s->n_files ? s->file[i] : NULL;
}

const spk_model *spk_netstudy_model(const spk_netstudy *s, size_t i) {
    size_t n = s->base.spec.n_populations;
    return i < n ? s->model[i] : s->synapse[i - n];
}

size_t spk_netstudy_model_count(const spk_netstudy *s) {
    return s->base.spec.n_populations + s->base.spec.n_projections;
}

double spk_netstudy_dt(const spk_netstudy *s) {
    return s->base.spec.dt_ms;
}

spk_ctx *spk_netstudy_context(const spk_netstudy *s) {
    return s->ctx;
}
