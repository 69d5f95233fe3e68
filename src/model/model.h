/* Inside the model room: compiling a program at run time, and printing what a model says. */
#ifndef SPK_MODEL_MODEL_H
#define SPK_MODEL_MODEL_H

#include "emit/emit.h"
#include "kernel/catalogue.h"
#include <spikefit/model.h>

/* Compiles an emitted C file to a kernel, or takes it from the cache. c_text is the whole file;
 * options as in spk_model_open. Safe against other processes that do the same. */
spk_status spk__compile_kernel(spk_ctx *ctx, const spk_model_options *options, const char *c_text,
                               spk_precision precision, spk__kernel_file **handle,
                               const spk_kernel **out);

/* Equations, kernels and what spikes do, one a line. */
void spk__describe_equations(const spk__model *m, spk__str *out);

/* ---- processes and folders ---- */

/* Runs argv[0] from the path with the output of both kinds in a file (NULL: thrown away). *code:
 * its exit code, 127 if it could not be started. */
spk_status spk__run_program(spk_ctx *ctx, const char *const *argv, const char *output, int *code);
/* The folder and those above it, private to the user. */
spk_status spk__make_folder(spk_ctx *ctx, const char *path);
/* A folder's files and the folder itself; no deeper. */
void spk__remove_folder(spk_ctx *ctx, const char *path);

#endif
