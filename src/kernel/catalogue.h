/* The built-in models and the loading of compiled ones.
 */
#ifndef SPK_KERNEL_CATALOGUE_H
#define SPK_KERNEL_CATALOGUE_H

#include "base/base.h"
#include <spikefit/kernel.h>

/* One integrator that a built-in model is built with. */
typedef struct {
    const char *label; /* "heun", "euler", "exact", ... */
    int is_default;
    const spk_kernel *kernel[2][SPK_ISA_COUNT]; /* by precision and instruction set */
} spk__builtin_integrator;

typedef struct {
    const char *name; /* = about.name */
    spk_builtin_model about;
    const spk__builtin_integrator *integrators; /* ends with a NULL label */
} spk__builtin_model;

/* In the order of the file names; ends with a NULL name. Made by the build. */
extern const spk__builtin_model spk__builtin_models[];

/* A file by name; the headers that compiling a kernel at run time needs. Ends with NULL. Made by
 * the build. */
typedef struct {
    const char *name, *text;
} spk__text;
extern const spk__text spk__kernel_headers[];

/* NULL if there is none of that name. */
const spk__builtin_model *spk__builtin_model_find(const char *name);
/* label "default" or an integrator's; NULL if the model is not built with it. */
const spk__builtin_integrator *spk__builtin_integrator_find(const spk__builtin_model *m,
                                                            const char *label);

/* A kernel from a shared object; handle keeps it loaded until spk__kernel_unload. ERR_INPUT if the
 * file is no kernel, is of another ABI, or is for an instruction set that this machine lacks. */
typedef struct spk__kernel_file spk__kernel_file;
spk_status spk__kernel_load(spk_ctx *ctx, const char *path, spk__kernel_file **handle,
                            const spk_kernel **out);
void spk__kernel_unload(spk_ctx *ctx, spk__kernel_file *handle);
/* The symbol that such a file defines. */
#define SPK__KERNEL_ENTRY "spk_kernel_entry"

#endif
