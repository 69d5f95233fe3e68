/* Simulating single cells: one stimulus, many lanes, spikes and states out.
 *
 * A kernel (<spikefit/kernel.h>) advances lanes; this room samples a stimulus at the kernel's step, feeds
 * parameters in, and turns the kernel's spike log into spike trains.
 */
#ifndef SPIKEFIT_SIM_H
#define SPIKEFIT_SIM_H

#include <spikefit/kernel.h>
#include <spikefit/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The result of one neuron's run. Freed with spk_sim_free. */
typedef struct {
    double dt_ms;
    size_t n_steps;
    double *spike_ms; /* times within [0, n_steps * dt_ms] */
    size_t n_spikes;
    bool finite; /* false: a state ended as NaN or infinity */
    /* Recordables by sample k at time k * every * dt_ms, k = 0 .. n_samples-1; value[r * n_samples + k], in
     * coherent units, r as in kernel->recordables. NULL unless asked for. */
    size_t n_recordables, n_samples, every;
    double *value;
    spk_ctx *ctx;
} spk_sim;
void spk_sim_free(spk_sim *s);

/* How to run one neuron. */
typedef struct {
    double dt_ms;        /* step; > 0 */
    double duration_ms;  /* 0: as long as the stimulus */
    size_t record_every; /* steps between samples of the recordables; 0: none */
    size_t spike_limit;  /* stop keeping spikes beyond this many; 0: 10^7 */
    uint64_t seed;       /* of stochastic models */
    uint32_t lane;       /* the stream of this neuron under that seed */
} spk_sim_options;
#define SPK_SIM_OPTIONS_INIT                                                                       \
    { .dt_ms = 0.1 }

/* Runs one neuron from its initial state under a current (value.n = 0: none) that enters the kernel's
 * first continuous port. parameters: [kernel->n_parameters], coherent units. The same bits as the same
 * neuron in an ensemble. ERR_INPUT on a step or duration that cannot be run. */
spk_status spk_simulate(spk_ctx *ctx, const spk_kernel *kernel, const double *parameters,
                        spk_trace current_pA, const spk_sim_options *options, spk_sim *out);

/* Samples a current at steps of dt_ms from time 0: out[i], i = 0 .. n_steps, in the way `kind` wants:
 * LINEAR: its value at i * dt_ms, where a finer recording is first averaged over +-dt_ms/2;
 * HELD: its mean over [i, i + 1) * dt_ms. Between samples the recording is taken as held; before its
 * start and after its end it is 0. */
void spk_current_sample(spk_trace current_pA, spk_drive kind, double dt_ms, size_t n_steps,
                        double *out);

#ifdef __cplusplus
}
#endif
#endif
