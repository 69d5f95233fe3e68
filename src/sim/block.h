/* A block of lanes under one stimulus: the unit of work that a thread takes. Scratch is allocated once
 * and reused; nothing here allocates in steady state. Not for use by two threads at once. */
#ifndef SPK_SIM_BLOCK_H
#define SPK_SIM_BLOCK_H

#include "base/base.h"
#include <spikefit/kernel.h>
#include <spikefit/recording.h>

/* A stimulus sampled for one kernel precision: what all lanes see. */
typedef struct {
    double dt_ms;
    size_t n_steps;
    void *value; /* real[n_steps + 1], for the first continuous port */
} spk__drive;
spk_status spk__drive_new(spk_ctx *ctx, const spk_kernel *kernel, spk_trace current_pA, double dt_ms,
                          double duration_ms, spk__drive *out);
void spk__drive_free(spk_ctx *ctx, spk__drive *d);

typedef struct spk__block spk__block;

/* Room for max_lanes lanes and spike_limit spikes each. */
spk_status spk__block_new(spk_ctx *ctx, const spk_kernel *kernel, size_t max_lanes,
                          size_t spike_limit, spk__block **out);
void spk__block_free(spk__block *b);

/* Lanes 0 .. n-1 get parameters p[lane * n_parameters ...] and their initial states; ids name their random
 * streams. */
void spk__block_load(spk__block *b, const double *p, size_t n, double dt_ms, uint64_t seed,
                     const uint32_t *ids);
/* New parameters, the states stay. */
void spk__block_reload(spk__block *b, const double *p, double dt_ms);

/* Copies states to out every `every` steps: sample k of state s in lane l goes to
 * out[(k * n_lanes + l)], beginning with the initial state. */
typedef struct {
    size_t state, every;
    double *out;
    size_t n_samples; /* out: how many were taken */
} spk__watch;

/* Advances all lanes over steps [from, to) of the drive (NULL: no current). watch may be NULL. Returns
 * early when every lane has passed its spike limit. */
void spk__block_run(spk__block *b, const spk__drive *drive, size_t from, size_t to,
                    spk__watch *watch);

/* What came out; lent until the next load. */
spk_train spk__block_train(const spk__block *b, size_t lane, double stop_ms);
size_t spk__block_spike_count(const spk__block *b, size_t lane); /* beyond the limit too */
bool spk__block_finite(const spk__block *b, size_t lane);
/* The highest membrane voltage seen at the ends of chunks of steps; -inf if no state is a voltage. */
double spk__block_peak_mV(const spk__block *b, size_t lane);
/* Index of the state that is the membrane voltage; -1: none. */
int spk__block_voltage(const spk__block *b);
/* One lane's state in double: out[n_kernel_states]. */
void spk__block_state(const spk__block *b, size_t lane, double *out);
/* One lane's constants, as prepare made them. */
const double *spk__block_constants(const spk__block *b, size_t lane);
void spk__block_clear_spikes(spk__block *b);

#endif
