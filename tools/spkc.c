/* The compiler of models as a program.
 *
 *     spkc --check FILE                     says whether the models in FILE compile, and where not
 *     spkc --emit FILE [MODEL [INTEGRATOR]] prints the C of one model ("heun", "heun:grid", ...)
 *     spkc --build FILE OUT.c               all models of FILE, each with the integrators that it
 * is built with spkc --catalogue OUT.c FILE ...       the table of built-in models and their texts
 *     spkc --embed OUT.c FILE ...           the files' texts as C: headers for compiling at run
 * time
 */
#include "emit/catalogue.h"
#include "emit/emit.h"

#include <stdio.h>
#include <stdlib.h>

static int report(spk_ctx *ctx, spk_status st) {
    char text[4096];
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        spk_diag_format(spk_ctx_diag(ctx, i), false, text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    return spk_status_exit_code(st);
}

static spk_status print_one(spk_ctx *ctx, const char *path, const char *model,
                            const char *integrator) {
    spk__source source = {0};
    spk__str out = {.ctx = ctx};
    spk_status st = spk__source_open(ctx, path, &source);
    if (!st)
        st = spk__emit_source(ctx, &source, model, integrator, &out);
    if (!st)
        fputs(out.text, stdout);
    spk__str_free(&out);
    spk__source_close(ctx, &source);
    return st;
}

static spk_status check(spk_ctx *ctx, const char *path) {
    spk__source source = {0};
    spk_status st = spk__source_open(ctx, path, &source);
    for (size_t i = 0; !st && i < source.nestml->n_models; i++) {
        spk__program *p = NULL;
        st = spk__lower(ctx, source.nestml->models[i], NULL, &p);
        if (!st)
            printf("%s: %s, integrator %s\n", path, p->model->name, p->label);
        spk__program_free(p);
    }
    spk__source_close(ctx, &source);
    return st;
}

static spk_status build(spk_ctx *ctx, const char *path, const char *to) {
    spk__source source = {0};
    spk__str out = {.ctx = ctx};
    spk_status st = spk__source_open(ctx, path, &source);
    if (!st)
        st = spk__emit_builtin(ctx, &source, &out);
    if (!st)
        st = spk__write_file_atomic(ctx, to, out.text, out.length);
    spk__str_free(&out);
    spk__source_close(ctx, &source);
    return st;
}

static spk_status catalogue(spk_ctx *ctx, const char *to, char **path, int n) {
    spk__str out = {.ctx = ctx};
    spk_status st = spk__emit_catalogue(ctx, (const char *const *)path, (size_t)n, &out);
    if (!st)
        st = spk__write_file_atomic(ctx, to, out.text, out.length);
    spk__str_free(&out);
    return st;
}

static spk_status embed(spk_ctx *ctx, const char *to, char **path, int n) {
    spk__str out = {.ctx = ctx};
    spk_status st = spk__emit_texts(ctx, (const char *const *)path, (size_t)n, &out);
    if (!st)
        st = spk__write_file_atomic(ctx, to, out.text, out.length);
    spk__str_free(&out);
    return st;
}

int main(int argc, char **argv) {
    const char *mode = argc > 2 ? argv[1] : "";
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_status st = SPK_ERR_USAGE;
    if (!ctx)
        return spk_status_exit_code(SPK_ERR_MEMORY);
    if (strcmp(mode, "--check") == 0)
        st = check(ctx, argv[2]);
    else if (strcmp(mode, "--emit") == 0)
        st = print_one(ctx, argv[2], argc > 3 ? argv[3] : NULL, argc > 4 ? argv[4] : "default");
    else if (strcmp(mode, "--build") == 0 && argc == 4)
        st = build(ctx, argv[2], argv[3]);
    else if (strcmp(mode, "--catalogue") == 0)
        st = catalogue(ctx, argv[2], argv + 3, argc - 3);
    else if (strcmp(mode, "--embed") == 0)
        st = embed(ctx, argv[2], argv + 3, argc - 3);
    else
        fputs("usage: spkc --check FILE | --emit FILE [MODEL [INTEGRATOR]] | --build FILE OUT.c | "
              "--catalogue OUT.c FILE ... | --embed OUT.c FILE ...\n",
              stderr);
    int code = report(ctx, st);
    spk_ctx_free(ctx);
    return code;
}
