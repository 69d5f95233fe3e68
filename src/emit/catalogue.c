/* Files of models and the catalogue. */
#include "emit/catalogue.h"

#include <stdio.h>

spk_status spk__source_open(spk_ctx *ctx, const char *path, spk__source *out) {
    spk__source s = {.path = spk__strdup(ctx, path)};
    spk_status st =
        s.path ? spk__read_file(ctx, path, 1 << 24, &s.text, &s.length) : SPK_ERR_MEMORY;
    if (!st)
        st = spk__nestml_compile(ctx, s.path, s.text, s.length, &s.nestml);
    if (st) {
        spk__source_close(ctx, &s);
        return st;
    }
    *out = s;
    return SPK_OK;
}

void spk__source_close(spk_ctx *ctx, spk__source *s) {
    spk__nestml_free(s->nestml);
    spk__free(ctx, s->text);
    spk__free(ctx, s->path);
    *s = (spk__source){0};
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

spk_status spk__emit_source(spk_ctx *ctx, const spk__source *s, const char *model,
                            const char *integrator, spk__str *out) {
    const spk__model *m;
    spk__lower_options options;
    spk__program *p = NULL;
    spk_status st = spk__nestml_find(ctx, s->nestml, model, &m);
    if (!st)
        st = spk__lower_options_parse(ctx, integrator, &options);
    if (!st)
        st = spk__lower(ctx, m, &options, &p);
    if (!st) {
        spk__emit_head(out, base_name(s->path));
        st = spk__emit_kernel(ctx, p, s->text, out);
    }
    spk__program_free(p);
    return st;
}

spk_status spk__each_builtin(spk_ctx *ctx, const spk__model *model, spk__builtin_fn *fn,
                             void *arg) {
    static const char *const wanted[] = {"default", "rk4", "euler"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        spk__lower_options options;
        spk__program *p = NULL;
        spk_status st = spk__lower_options_parse(ctx, wanted[i], &options);
        if (!st)
            st = spk__lower(ctx, model, &options, &p);
        if (!st && !(i == 1 && p->is_linear) && !(i && p->is_default))
            st = fn(arg, p);
        spk__program_free(p);
        if (st || model->is_synapse)
            return st;
    }
    return SPK_OK;
}

typedef struct {
    spk_ctx *ctx;
    const spk__source *source;
    spk__str *out;
} builtin;

static spk_status emit_one(void *arg, spk__program *p) {
    builtin *b = arg;
    return spk__emit_kernel(b->ctx, p, b->source->text, b->out);
}

spk_status spk__emit_builtin(spk_ctx *ctx, const spk__source *s, spk__str *out) {
    builtin b = {ctx, s, out};
    spk__emit_head(out, base_name(s->path));
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < s->nestml->n_models; i++)
        st = spk__each_builtin(ctx, s->nestml->models[i], emit_one, &b);
    return st;
}

/* ---- the catalogue ---- */

static void put_text(spk__str *out, const char *s) {
    spk__str_add(out, "\"");
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            spk__str_add(out, "\\%c", *s);
        else if (*s == '\n')
            spk__str_add(out, "\\n\"\n    \"");
        else
            spk__str_addn(out, s, 1);
    }
    spk__str_add(out, "\"");
}

static spk_status declare_one(void *arg, spk__program *p) {
    builtin *b = arg;
    char name[256];
    spk__emit_name(p->model->name, p->label, name);
    spk__str_add(b->out, "KERNEL(%s)\n", name);
    return SPK_OK;
}

static spk_status list_one(void *arg, spk__program *p) {
    builtin *b = arg;
    char name[256];
    spk__emit_name(p->model->name, p->label, name);
    spk__str_add(b->out, "    {\"%s\", %d, TABLE(%s)},\n", p->label, p->is_default, name);
    return SPK_OK;
}

/* The documentation's first line is the model's sentence. */
static void put_sentence(spk__str *out, const char *doc) {
    char *line = spk__strndup(out->ctx, doc, strcspn(doc, "\n"));
    if (line)
        put_text(out, line);
    else
        out->failed = true;
    spk__free(out->ctx, line);
}

static spk_status write_model(builtin *b, const spk__model *m) {
    spk_status st = spk__each_builtin(b->ctx, m, declare_one, b);
    if (st)
        return st;
    spk__str_add(b->out, "static const spk__builtin_integrator %s_integrators[] = {\n", m->name);
    st = spk__each_builtin(b->ctx, m, list_one, b);
    spk__str_add(b->out, "    {0, 0, {{0}}},\n};\nstatic const char %s_text[] =\n    ", m->name);
    put_text(b->out, b->source->text);
    spk__str_add(b->out, ";\n\n");
    return st;
}

spk_status spk__emit_catalogue(spk_ctx *ctx, const char *const *path, size_t n, spk__str *out) {
    spk_status st = SPK_OK;
    spk__str rows = {.ctx = ctx};
    spk__str_add(out,
                 "/* The table of built-in models, made by the model compiler of spikefit. */\n"
                 "#include \"kernel/catalogue.h\"\n\n"
                 "#define KERNEL(name) \\\n"
                 "    extern const spk_kernel spk__kernel_##name##_f32_isa0, "
                 "spk__kernel_##name##_f32_isa1, \\\n"
                 "        spk__kernel_##name##_f32_isa2, spk__kernel_##name##_f64_isa0, \\\n"
                 "        spk__kernel_##name##_f64_isa1, spk__kernel_##name##_f64_isa2;\n"
                 "#define TABLE(name) \\\n"
                 "    {{&spk__kernel_##name##_f32_isa0, &spk__kernel_##name##_f32_isa1, \\\n"
                 "      &spk__kernel_##name##_f32_isa2}, \\\n"
                 "     {&spk__kernel_##name##_f64_isa0, &spk__kernel_##name##_f64_isa1, \\\n"
                 "      &spk__kernel_##name##_f64_isa2}}\n\n");
    for (size_t i = 0; !st && i < n; i++) {
        spk__source s = {0};
        st = spk__source_open(ctx, path[i], &s);
        builtin b = {ctx, &s, out};
        for (size_t k = 0; !st && k < s.nestml->n_models; k++) {
            const char *name = s.nestml->models[k]->name;
            st = write_model(&b, s.nestml->models[k]);
            const char *doc = s.nestml->models[k]->doc;
            spk__str_add(&rows, "    {\"%s\", {\"%s\",\n     ", name, name);
            put_sentence(&rows, doc ? doc : "");
            spk__str_add(&rows, ",\n     %s_text, %d}, %s_integrators},\n", name,
                         s.nestml->models[k]->is_synapse, name);
        }
        spk__source_close(ctx, &s);
    }
    spk__str_add(
        out,
        "const spk__builtin_model spk__builtin_models[] = {\n%s    {0, {0, 0, 0, 0}, 0},\n};\n",
        rows.text ? rows.text : "");
    if (!st && (out->failed || rows.failed))
        st = SPK_ERR_MEMORY;
    spk__str_free(&rows);
    return st;
}

spk_status spk__emit_texts(spk_ctx *ctx, const char *const *path, size_t n, spk__str *out) {
    spk_status st = SPK_OK;
    spk__str_add(
        out,
        "/* Headers that kernels are compiled with, made by the model compiler of spikefit. */\n"
        "#include \"kernel/catalogue.h\"\n\nconst spk__text spk__kernel_headers[] = {\n");
    for (size_t i = 0; !st && i < n; i++) {
        char *text = NULL;
        size_t length;
        st = spk__read_file(ctx, path[i], 1 << 24, &text, &length);
        if (!st) {
            spk__str_add(out, "    {\"%s\",\n    ", base_name(path[i]));
            put_text(out, text);
            spk__str_add(out, "},\n");
        }
        spk__free(ctx, text);
    }
    spk__str_add(out, "    {0, 0},\n};\n");
    return st ? st : out->failed ? SPK_ERR_MEMORY : SPK_OK;
}
