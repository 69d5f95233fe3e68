/* The model compiler's front end: whatever the text, located errors or a model that prints. */
#include "fuzz/fuzz.h"
#include "nestml/model.h"
#include "nestml/samples.h"

#include <stdlib.h>

static void print_all(spk_ctx *ctx, const spk__nestml *n) {
    spk__str s = {.ctx = ctx};
    for (size_t i = 0; i < n->n_models; i++) {
        const spk__model *m = n->models[i];
        for (size_t k = 0; k < m->n_states; k++)
            if (m->states[k]->rhs)
                spk__expr_print(&s, m->states[k]->rhs);
        for (size_t k = 0; k < m->n_inlines; k++)
            spk__expr_print(&s, m->inlines[k]->value);
    }
    spk__str_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (!ctx)
        return 0;
    spk__nestml *n = NULL;
    spk_status st = spk__nestml_compile(ctx, "fuzz.nestml", (const char *)data, size, &n);
    size_t errors = 0;
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        const spk_diag *d = spk_ctx_diag(ctx, i);
        errors += d->severity == SPK_ERROR;
        if (d->loc.line < 1 || d->loc.column < 1)
            abort(); /* a message that points nowhere */
    }
    if ((st == SPK_OK) != (n != NULL) || (st == SPK_OK) != (errors == 0) || errors > 20)
        abort();
    if (n)
        print_all(ctx, n);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
    return 0;
}

static const fuzz_seed seeds[] = {
    {sample_neuron, sizeof sample_neuron - 1},
    {sample_synapse, sizeof sample_synapse - 1},
};

const fuzz_seed *fuzz_seeds(size_t *n) {
    *n = sizeof seeds / sizeof *seeds;
    return seeds;
}
