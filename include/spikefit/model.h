/* Models: from a name or a NESTML text to kernels that run.
 *
 * Built-in models are linked in, with the integrators that the build made for them. A user's file, and a
 * built-in model with another integrator, is compiled by the system's C compiler once and kept in a cache.
 */
#ifndef SPIKEFIT_MODEL_H
#define SPIKEFIT_MODEL_H

#include <spikefit/base.h>
#include <spikefit/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what is built in ---- */

/* Neurons, and synapses for the projections of networks; NULL behind the last. */
size_t spk_builtin_model_count(void);
const spk_builtin_model *spk_builtin_model_at(size_t i);
size_t spk_builtin_synapse_count(void);
const spk_builtin_model *spk_builtin_synapse_at(size_t i);

/* ---- opening ---- */

typedef enum { SPK_MODEL_NEURON, SPK_MODEL_SYNAPSE, SPK_MODEL_ANY } spk_model_kind;

typedef struct {
    spk_model_kind kind; /* a model of the other kind is an error; default: a neuron is wanted */
    const char *integrator; /* "heun", "heun:grid,held", "euler", ...; NULL: the model's default */
    const char *compiler;   /* NULL: cc */
    const char *cache;      /* folder of compiled models; NULL: $HOME/.cache/spikefit of the user database,
                               made if absent */
    int isa;                /* -1: the best that this machine runs; else a spk_isa, for tests */
} spk_model_options;
#define SPK_MODEL_OPTIONS_INIT                                                                     \
    { .isa = -1 }

typedef struct spk_model spk_model;

/* source: a built-in name, "path.nestml", or "path.nestml:name" where a file holds several. ERR_INPUT with
 * located diagnostics where the text is wrong (unknown names: the nearest), ERR_FAILED where there is no
 * compiler, with what to install. options NULL: the defaults. A model is const once open and may be used
 * from any thread; its kernels live as long as it does. */
spk_status spk_model_open(spk_ctx *ctx, const char *source, const spk_model_options *options,
                          spk_model **out);
/* From a text in memory; name is for diagnostics; model (may be NULL) as after the colon. */
spk_status spk_model_open_text(spk_ctx *ctx, const char *name, const char *text, size_t length,
                               const char *model, const spk_model_options *options,
                               spk_model **out);
void spk_model_free(spk_model *m);

const char *spk_model_name(const spk_model *m);
const char *spk_model_text(const spk_model *m); /* the whole file it came from */
const char *spk_model_hash(const spk_model *m); /* SHA-256 of the text, in hex */
const char *spk_model_doc(const spk_model *m);  /* the comment above it */
bool spk_model_is_builtin(const spk_model *m);
/* Integrator with its choices as spk_model_options takes it; the step that suits it when nobody says. */
const char *spk_model_integrator(const spk_model *m);
double spk_model_default_dt(const spk_model *m);
const spk_kernel *spk_model_kernel(const spk_model *m, spk_precision precision);
/* The equations as the compiler understood them, one a line, for `model show`; lent. */
const char *spk_model_equations(const spk_model *m);

#ifdef __cplusplus
}
#endif
#endif
