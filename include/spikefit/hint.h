/* What a model file suggests for a fit: the bracket at the end of a parameter's comment,
 *
 *     C_m pF = 281 pF [[C_m > 0 pF]]   # membrane capacitance [fit 20 .. 1000 pF log]
 *
 * docs/models.md has the syntax. `spikefit init` writes studies from it.
 */
#ifndef SPIKEFIT_HINT_H
#define SPIKEFIT_HINT_H

#include <spikefit/base.h>
#include <spikefit/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    SPK_HINT_NONE,  /* the parameter keeps its default */
    SPK_HINT_FIT,   /* a fit frees it */
    SPK_HINT_RANGE, /* reasonable to free, but not by default */
} spk_hint_kind;

typedef struct {
    spk_hint_kind kind;
    double low, high;  /* in the unit below */
    char unit[32];     /* as written; "" for a plain number */
    double scale;      /* coherent units per one of it (see <spikefit/unit.h>) */
    bool log;
    size_t doc_length; /* of the parameter's doc without the bracket and the blanks before it */
} spk_hint;

/* Reads a parameter's hint. A comment without a bracket is SPK_HINT_NONE. ERR_INPUT for a bracket that
 * begins like a hint and is none, for a unit of another dimension than the parameter's, for bounds that are
 * no interval, and for a lower bound <= 0 on a logarithmic scale. */
spk_status spk_hint_parse(spk_ctx *ctx, const spk_quantity *parameter, spk_hint *out);

#ifdef __cplusplus
}
#endif
#endif
