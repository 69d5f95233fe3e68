/* Files of models: reading one, and writing all of its kernels; the catalogue of built-in models.
 */
#ifndef SPK_EMIT_CATALOGUE_H
#define SPK_EMIT_CATALOGUE_H

#include "emit/emit.h"

typedef struct {
    char *path, *text;
    size_t length;
    spk__nestml *nestml;
} spk__source;

/* Reads and checks a file; closes itself on failure. */
spk_status spk__source_open(spk_ctx *ctx, const char *path, spk__source *out);
void spk__source_close(spk_ctx *ctx, spk__source *s);

/* A complete C file: head and the section of one model (NULL: the only one) and integrator
 * ("default"). */
spk_status spk__emit_source(spk_ctx *ctx, const spk__source *s, const char *model,
                            const char *integrator, spk__str *out);

/* The integrators that built-in models are built with: the model's default, "rk4" where the
 * equations are not linear, and "euler:grid,held" as "euler". Calls fn for each; stops at a
 * failure. */
typedef spk_status spk__builtin_fn(void *arg, spk__program *p);
spk_status spk__each_builtin(spk_ctx *ctx, const spk__model *model, spk__builtin_fn *fn, void *arg);

/* One C file with all models of a source and all their built-in integrators. */
spk_status spk__emit_builtin(spk_ctx *ctx, const spk__source *s, spk__str *out);
/* The C file that holds the table of built-in models (kernel/catalogue.h). */
spk_status spk__emit_catalogue(spk_ctx *ctx, const char *const *path, size_t n, spk__str *out);

/* The C file that holds texts (headers) by their base names (kernel/catalogue.h:
 * spk__kernel_headers). */
spk_status spk__emit_texts(spk_ctx *ctx, const char *const *path, size_t n, spk__str *out);

#endif
