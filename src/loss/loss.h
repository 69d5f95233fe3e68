/* How a kind of loss is made: one file that ends in one spk__loss_kind, one line in registry.def. */
#ifndef SPK_LOSS_LOSS_H
#define SPK_LOSS_LOSS_H

#include "base/base.h"
#include <spikefit/loss.h>

/* Data of a target, as a kind sees it. */
typedef struct {
    const spk_train *data;
    const spk_trace *voltage_mV; /* lent to `prepare` alone, */
    size_t n;
    spk_trace current_pA; /* as this; n = 0: none */
    double start_ms, stop_ms;
} spk__loss_data;

typedef struct {
    spk_loss_kind info;
    /* What can be worked out from the data once; freed by `drop`. May be NULL. */
    spk_status (*prepare)(spk_ctx *ctx, const spk_opts *o, const spk__loss_data *d, void **prepared);
    void (*drop)(spk_ctx *ctx, void *prepared);
    /* The cost, finite for a finite candidate. */
    spk_status (*eval)(const spk_opts *o, const spk__loss_data *d, const void *prepared,
                       const spk_loss_candidate *c, spk_scratch *scratch, double *cost);
} spk__loss_kind;

#define SPK_ENTRY(symbol) extern const spk__loss_kind symbol;
#include "loss/registry.def"
#undef SPK_ENTRY

#endif
