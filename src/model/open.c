/* Opening models. */
#include "model/model.h"

struct spk_model {
    spk_ctx *ctx;
    char *name, *text, *doc, *integrator;
    char hash[65];
    bool is_builtin;
    double dt_ms;
    spk__str equations;
    const spk_kernel *kernel[2];
    spk__kernel_file *file[2];
};

/* ---- what is built in ---- */

static const spk_builtin_model *builtin_at(size_t i, bool synapse) {
    for (const spk__builtin_model *m = spk__builtin_models; m->name; m++)
        if ((m->about.is_synapse != 0) == synapse && i-- == 0)
            return &m->about;
    return NULL;
}

static size_t count_builtin(bool synapse) {
    size_t n = 0;
    while (builtin_at(n, synapse))
        n++;
    return n;
}

size_t spk_builtin_model_count(void) {
    return count_builtin(false);
}

const spk_builtin_model *spk_builtin_model_at(size_t i) {
    return builtin_at(i, false);
}

size_t spk_builtin_synapse_count(void) {
    return count_builtin(true);
}

const spk_builtin_model *spk_builtin_synapse_at(size_t i) {
    return builtin_at(i, true);
}

/* ---- opening ---- */

static void set_kernel(spk_model *m, const spk__builtin_integrator *b, int isa) {
    for (int p = 0; p < 2; p++)
        m->kernel[p] = b->kernel[p][isa];
}

/* The step that KERNELS of this kind were measured to deserve; docs/integrators.md. */
static double default_dt(const char *integrator) {
    if (strncmp(integrator, "crank_nicolson", 14) == 0)
        return 0.02;
    return strncmp(integrator, "rk4", 3) == 0 ? 0.05 : 0.1;
}

static spk_status compile_both(spk_model *m, spk__program *p, const char *source,
                               const spk_model_options *o) {
    spk__str c = {.ctx = m->ctx};
    spk__emit_head(&c, source);
    spk_status st = spk__emit_kernel(m->ctx, p, m->text, &c);
    for (int i = 0; !st && i < 2; i++)
        st = spk__compile_kernel(m->ctx, o, c.text, i ? SPK_FLOAT64 : SPK_FLOAT32, &m->file[i],
                                 &m->kernel[i]);
    spk__str_free(&c);
    return st;
}

static spk_status copy_facts(spk_model *m, const spk__model *model) {
    m->name = spk__strdup(m->ctx, model->name);
    m->doc = spk__strdup(m->ctx, model->doc ? model->doc : "");
    m->equations.ctx = m->ctx;
    spk__describe_equations(model, &m->equations);
    return m->name && m->doc && !m->equations.failed ? SPK_OK : SPK_ERR_MEMORY;
}

/* built: the catalogue's entry if the text is a built-in model's */
static spk_status find_kernels(spk_model *m, const spk__model *model,
                               const spk__builtin_model *built, const char *source,
                               const spk_model_options *o) {
    const char *wanted = o->integrator ? o->integrator : "default";
    int isa = o->isa < 0 ? (int)spk__cpu_isa() : o->isa;
    const spk__builtin_integrator *ready =
        built ? spk__builtin_integrator_find(built, wanted) : NULL;
    spk__program *p = NULL;
    spk_status st = SPK_OK;
    if (!ready) {
        spk__lower_options options;
        st = spk__lower_options_parse(m->ctx, wanted, &options);
        if (!st)
            st = spk__lower(m->ctx, model, &options, &p);
        if (!st && built)
            ready = spk__builtin_integrator_find(built, p->label);
    }
    if (!st) {
        m->integrator = spk__strdup(m->ctx, ready ? ready->label : p->label);
        st = m->integrator ? SPK_OK : SPK_ERR_MEMORY;
    }
    if (!st && ready)
        set_kernel(m, ready, isa);
    else if (!st)
        st = compile_both(m, p, source, o);
    spk__program_free(p);
    return st;
}

static spk_status check_kind(spk_ctx *ctx, const spk__model *model, spk_model_kind wanted) {
    if (wanted == SPK_MODEL_ANY || model->is_synapse == (wanted == SPK_MODEL_SYNAPSE))
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &model->loc,
                     model->is_synapse ? "name it as the synapse of a projection"
                                       : "a synapse has a port pre_spikes and emits a weight",
                     "%s is a %s, and a %s is wanted", model->name,
                     model->is_synapse ? "synapse" : "neuron",
                     model->is_synapse ? "neuron" : "synapse");
}

static spk_status open_text(spk_ctx *ctx, const char *name, const char *text, size_t length,
                            const char *model, const spk__builtin_model *built,
                            const spk_model_options *options, spk_model **out) {
    const spk_model_options standard = SPK_MODEL_OPTIONS_INIT;
    const spk_model_options *o = options ? options : &standard;
    if (o->isa > (int)spk__cpu_isa())
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "this machine has %s at best",
                         spk__isa_name(spk__cpu_isa()));
    spk_model *m = SPK__NEW(ctx, spk_model);
    spk__nestml *file = NULL;
    const spk__model *found = NULL;
    if (!m)
        return SPK_ERR_MEMORY;
    m->ctx = ctx;
    m->is_builtin = built != NULL;
    m->text = spk__strndup(ctx, text, length);
    spk_status st = m->text ? spk__nestml_compile(ctx, name, text, length, &file) : SPK_ERR_MEMORY;
    if (!st)
        st = spk__nestml_find(ctx, file, model, &found);
    if (!st)
        st = check_kind(ctx, found, o->kind);
    if (!st)
        st = copy_facts(m, found);
    if (!st)
        st = find_kernels(m, found, built, name, o);
    spk__nestml_free(file);
    if (st) {
        spk_model_free(m);
        return st;
    }
    spk__sha256_hex(text, length, m->hash);
    m->dt_ms = default_dt(m->integrator);
    *out = m;
    return SPK_OK;
}

spk_status spk_model_open_text(spk_ctx *ctx, const char *name, const char *text, size_t length,
                               const char *model, const spk_model_options *options,
                               spk_model **out) {
    return open_text(ctx, name, text, length, model, NULL, options, out);
}

static spk_status unknown_name(spk_ctx *ctx, const char *name) {
    const char *names[256];
    size_t n = 0;
    for (; spk__builtin_models[n].name && n < 256; n++)
        names[n] = spk__builtin_models[n].name;
    return spk__fail_name(
        ctx, SPK_ERR_INPUT, NULL, name, names, n,
        "`spikefit models` lists the built-in ones; a file's name ends in .nestml",
        "there is no model '%s'", name);
}

/* "path.nestml" or "path.nestml:name"; NULL if the source names no file */
static const char *end_of_path(const char *source) {
    const char *at = source, *end = NULL;
    while ((at = strstr(at, ".nestml"))) {
        at += 7;
        if (!*at || *at == ':')
            end = at;
    }
    return end;
}

spk_status spk_model_open(spk_ctx *ctx, const char *source, const spk_model_options *options,
                          spk_model **out) {
    const spk__builtin_model *built = spk__builtin_model_find(source);
    if (built)
        return open_text(ctx, source, built->about.text, strlen(built->about.text), source, built,
                         options, out);
    const char *end = end_of_path(source);
    if (!end)
        return unknown_name(ctx, source);
    char *path = spk__strndup(ctx, source, (size_t)(end - source)), *text = NULL;
    size_t length = 0;
    spk_status st = path ? spk__read_file(ctx, path, 1 << 24, &text, &length) : SPK_ERR_MEMORY;
    if (!st)
        st = open_text(ctx, path, text, length, *end ? end + 1 : NULL, NULL, options, out);
    spk__free(ctx, path);
    spk__free(ctx, text);
    return st;
}

void spk_model_free(spk_model *m) {
    if (!m)
        return;
    for (int i = 0; i < 2; i++)
        spk__kernel_unload(m->ctx, m->file[i]);
    spk__str_free(&m->equations);
    spk__free(m->ctx, m->name);
    spk__free(m->ctx, m->text);
    spk__free(m->ctx, m->doc);
    spk__free(m->ctx, m->integrator);
    spk__free(m->ctx, m);
}

const char *spk_model_name(const spk_model *m) {
    return m->name;
}
const char *spk_model_text(const spk_model *m) {
    return m->text;
}
const char *spk_model_hash(const spk_model *m) {
    return m->hash;
}
const char *spk_model_doc(const spk_model *m) {
    return m->doc;
}
bool spk_model_is_builtin(const spk_model *m) {
    return m->is_builtin;
}
const char *spk_model_integrator(const spk_model *m) {
    return m->integrator;
}
double spk_model_default_dt(const spk_model *m) {
    return m->dt_ms;
}
const spk_kernel *spk_model_kernel(const spk_model *m, spk_precision precision) {
    return m->kernel[precision == SPK_FLOAT32 ? 0 : 1];
}
const char *spk_model_equations(const spk_model *m) {
    return m->equations.text ? m->equations.text : "";
}
