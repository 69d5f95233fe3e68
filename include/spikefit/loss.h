/* What a candidate costs: a weighted mix of terms, each a metric between spike trains
 * (<spikefit/metric.h>), or the error of the membrane voltage, graded so that it slopes everywhere.
 *
 * - A term that is not bounded is divided by what a model without spikes would cost, so that a weight
 *   means the same for 20 spikes and for 600. Similarities enter as 1 - value.
 * - A candidate without spikes costs, beyond its terms, up to half the sum of weights, the less the nearer
 *   its voltage came to 0 mV.
 * - An exploding candidate (more spikes than spk_loss_limit) costs more than any that is not, by the
 *   logarithm of how many; a non-finite one costs more than any finite one.
 */
#ifndef SPIKEFIT_LOSS_H
#define SPIKEFIT_LOSS_H

#include <spikefit/metric.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A loss that is not simply a metric of the metric room. */
typedef struct {
    const char *name, *sentence, *reference;
    const spk_opt *options;
    bool needs_voltage; /* compares the model's voltage with the recorded one */
    bool solves_step;   /* the stimulus is a step whose amplitude is solved for each candidate */
} spk_loss_kind;
size_t spk_loss_kind_count(void);
const spk_loss_kind *spk_loss_kind_at(size_t i);

/* One term of a mix; exactly one of metric and kind is set. */
typedef struct {
    const spk_metric *metric;
    const spk_loss_kind *kind;
    spk_opts options;
    double weight;
} spk_loss_term;

enum { SPK_LOSS_TERMS_MAX = 16 };
typedef struct {
    spk_loss_term term[SPK_LOSS_TERMS_MAX];
    size_t n;
} spk_loss;

/* Adds a term by the name of a metric or a kind. opts NULL: the defaults. ERR_INPUT (with loc, may be NULL)
 * for an unknown name, with the nearest, or a seventeenth term. */
spk_status spk_loss_add(spk_ctx *ctx, spk_loss *loss, const char *name, double weight,
                        const spk_loc *loc);
/* coincidence_factor 1, van_rossum 0.2, rate_error 0.1. */
spk_status spk_loss_default(spk_ctx *ctx, spk_loss *out);
bool spk_loss_needs_voltage(const spk_loss *loss);
bool spk_loss_solves_step(const spk_loss *loss);

/* The data side of a loss: repeats of one stimulus on one window. Const once built; the loss is
 * borrowed, the traces are read here alone. voltage[i] may have n = 0, and voltage may be NULL, unless a term needs it;
 * current_pA is the stimulus (n = 0: none). */
typedef struct spk_loss_target spk_loss_target;
spk_status spk_loss_target_new(spk_ctx *ctx, const spk_loss *loss, const spk_train *data,
                               const spk_trace *voltage_mV, size_t n, spk_trace current_pA,
                               spk_loss_target **out);
void spk_loss_target_free(spk_loss_target *t);
/* Spikes in [0, end of the window] beyond which a candidate counts as exploding. */
size_t spk_loss_limit(const spk_loss_target *t);

/* What a candidate did under the stimulus: its trials, cut to the target's window, and how it fared. */
typedef struct {
    const spk_train *trial;
    size_t n_trials;
    spk_trace voltage_mV; /* of the first trial; n = 0: not needed */
    size_t n_spikes;      /* of all trials from time 0 on, beyond the limit too */
    double peak_mV;       /* the highest voltage seen; -inf: unknown */
    bool finite;
} spk_loss_candidate;

typedef enum { SPK_FATE_OK, SPK_FATE_SILENT, SPK_FATE_EXPLODING, SPK_FATE_NONFINITE } spk_fate;

/* The cost; terms (n values, may be NULL) are the weighted terms before grading. Many threads may call
 * with a scratch each. ERR_MEMORY only. */
spk_status spk_loss_eval(const spk_loss_target *t, const spk_loss_candidate *c,
                         spk_scratch *scratch, double *terms, double *cost, spk_fate *fate);

#ifdef __cplusplus
}
#endif
#endif
