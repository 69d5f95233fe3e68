/* Stimuli described in words: sums of steps, ramps, sines, noise and pulses, sampled on a grid.
 */
#ifndef SPIKEFIT_STIMULUS_H
#define SPIKEFIT_STIMULUS_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A kind of stimulus. Its options are set from text by spk_opts_set (<spikefit/unit.h>): "amplitude" to
 * "200 pA", "stop" to "1.2 s". Every kind has start and stop (an infinite stop: to the end). */
typedef struct {
    const char *name, *sentence;
    const spk_opt *options;
} spk_stimulus_kind;

size_t spk_stimulus_kind_count(void);
const spk_stimulus_kind *spk_stimulus_kind_at(size_t i);
const spk_stimulus_kind *spk_stimulus_kind_find(const char *name); /* NULL: there is none */

/* One term of a sum. */
typedef struct {
    const spk_stimulus_kind *kind;
    spk_opts opts; /* begin with spk_opts_default(kind->options, &opts) */
} spk_stimulus;

/* How many samples cover the duration: the nearest whole number. */
size_t spk_stimulus_samples(double duration_ms, double dt_ms);

/* Fills I_pA[0 .. n-1] with the sum of the terms; value i holds from i * dt_ms on, and a term acts from the
 * first sample at or after its start to the last one before its stop. Noise is drawn from (seed, number
 * of the term): the same on every machine, and a longer stimulus continues a shorter one. ERR_INPUT for
 * a stop before the start or a pulse that does not fit its period. */
spk_status spk_stimulus_make(spk_ctx *ctx, const spk_stimulus *terms, size_t n_terms, uint64_t seed,
                             double dt_ms, double *I_pA, size_t n);

#ifdef __cplusplus
}
#endif
#endif
