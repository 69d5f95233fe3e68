/* The model compiler's back end: whatever the front end accepts becomes C with every integrator, or
 * gets a located error. */
#include "emit/emit.h"
#include "fuzz/fuzz.h"
#include "kernel/catalogue.h"
#include "nestml/samples.h"

#include <stdlib.h>

static void lower_one(spk_ctx *ctx, const spk__model *m, const char *text, const char *integrator) {
    spk__lower_options o = {
        .integrator = integrator, .carry = SPK__DEFAULT, .linear = SPK__DEFAULT};
    spk__program *p = NULL;
    spk__str out = {.ctx = ctx};
    spk_ctx_diag_clear(ctx);
    spk_status st = spk__lower(ctx, m, &o, &p);
    if (!st)
        st = spk__emit_kernel(ctx, p, text, &out);
    if (st != SPK_OK && st != SPK_ERR_INPUT)
        abort();
    if ((st == SPK_OK) != (spk_ctx_diag_count(ctx) == 0))
        abort();
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++)
        if (spk_ctx_diag(ctx, i)->loc.line < 1)
            abort();
    spk__program_free(p);
    spk__str_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const integrators[] = {NULL, "heun", "crank_nicolson", "exponential_euler"};
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *text = malloc(size + 1);
    spk__nestml *n = NULL;
    if (ctx && text) {
        memcpy(text, data, size);
        text[size] = '\0';
        if (spk__nestml_compile(ctx, "fuzz.nestml", text, size, &n) == SPK_OK)
            for (size_t i = 0; i < n->n_models; i++)
                for (size_t k = 0; k < 4; k++)
                    lower_one(ctx, n->models[i], text, integrators[k]);
    }
    spk__nestml_free(n);
    free(text);
    spk_ctx_free(ctx);
    return 0;
}

const fuzz_seed *fuzz_seeds(size_t *n) {
    static fuzz_seed seeds[64] = {{sample_neuron, sizeof sample_neuron - 1},
                                  {sample_synapse, sizeof sample_synapse - 1}};
    *n = 2;
    for (size_t i = 0; spk__builtin_models[i].name && *n < 64; i++) {
        const char *text = spk__builtin_models[i].about.text;
        seeds[(*n)++] = (fuzz_seed){text, strlen(text)};
    }
    return seeds;
}
