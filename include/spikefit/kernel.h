/* The contract between compiled models and everything that runs them. A model is compiled to one C file
 * per integrator; that file, built once for each instruction set and each precision, ends in one
 * spk_kernel. Built-in models are linked in; a user's is loaded with dlopen. Both pass through here.
 *
 * A lane is one neuron: a candidate of an ensemble, or a neuron of a network. Lanes are grouped in
 * vectors of `width` lanes; arrays are vectors side by side:
 *
 *     state[vector][state variable][lane], constant[vector][constant][lane]
 *
 * A kernel allocates nothing, calls nothing but its own inline functions, cannot fail, and touches only
 * what the argument pack points to: any number of threads may run it on different packs. Lanes never
 * influence one another, so a lane's bits do not depend on width, instruction set, or its neighbours.
 *
 * `real` below is float or double by spk_kernel.precision.
 */
#ifndef SPIKEFIT_KERNEL_H
#define SPIKEFIT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever anything in this file changes; a kernel of another number is refused. */
#define SPK_KERNEL_ABI 4

typedef enum { SPK_FLOAT32, SPK_FLOAT64 } spk_precision;
typedef enum { SPK_HELD, SPK_LINEAR } spk_drive; /* of a continuous input within a step */

/* Runs many steps of an ensemble: every lane under the same continuous inputs, no incoming spikes. States
 * that nothing but incoming spikes can move off zero (synaptic currents, convolutions) are taken as zero:
 * run() neither reads nor writes them. Use step() where they matter. */
typedef struct {
    uint64_t step;       /* number of the first step; the time at its start is step * dt */
    uint64_t n_steps;    /* at most 2^16 */
    size_t n_vectors;    /* multiple of spk_kernel.unroll */
    double dt_ms;
    /* drive[port][i], i = 0 .. n_steps: the continuous input at the start of step i (so n_steps + 1 values,
     * the last being the end of the last step). HELD inputs use value i through step i. */
    const void *const *drive;
    void *state;          /* in and out */
    const void *constant; /* made by prepare, transposed by the caller */
    /* Random numbers: Philox keyed by seed and lane id; lane_id[vector * width + lane]. */
    uint64_t seed;
    const uint32_t *lane_id;
    /* Spike log, in the order (vector block, step): log[j] = vector << 32 | step << 16 | mask says that
     * the lanes in mask of that vector emitted a spike in that step (counted from 0 in this call);
     * log_rest[j][lane] is how long before the end of that step, in ms (real; 0 .. dt, 0 on the grid), and
     * is written only if spk_kernel.carry. One word an entry, since every vector writes it in every step
     * and only moves on when a lane fired: the caller provides room for n_vectors * n_steps + 1 entries. */
    uint64_t *log;
    void *log_rest;
    uint64_t n_log; /* out */
} spk_run_args;

/* Runs one step of lanes [first vector, n_vectors) with inputs of their own. */
typedef struct {
    uint64_t step;
    size_t n_vectors;
    double dt_ms;
    /* input[port][vector][lane]: continuous ports first (at the step's start, then their end values), then
     * spike ports (sum of the weights that arrive at the end of this step; an inhibitory port takes
     * their magnitude), in the order of the tables;
     * NULL: nothing on this port. input_end NULL: continuous inputs are held. */
    const void *const *input, *const *input_end;
    void *state;
    const void *constant;
    size_t constant_stride; /* reals between vectors: 0 when all lanes share their parameters */
    uint64_t seed;
    const uint32_t *lane_id;
    uint32_t *spiked; /* out: one mask of lanes a vector */
    void *rest;       /* out [vector][lane]: ms before the end of the step; may be NULL */
} spk_step_args;

/* One quantity of a model. `scale`: coherent units per one of `unit` (see <spikefit/unit.h>). */
typedef struct {
    const char *name, *unit, *doc;
    double scale;
    double low, high; /* a parameter's legal range as far as its guard is a plain bound; else +-inf */
} spk_quantity;

/* What a synapse does when a spike reaches it, in double. state[n_kernel_states] is of its last spike,
 * elapsed_ms ago; t_ms is now. pre() yields the weight to hand on (0: none). */
typedef struct {
    int weight_is_parameter; /* the weight: state[weight], or parameter[weight] */
    size_t weight;
    int is_static; /* hands its weight on and does nothing else */
    /* The index of the first state outside what its guard allows, or -1. */
    int (*allows)(const double *parameter, const double *state);
    double (*pre)(const double *parameter, double elapsed_ms, double t_ms, double *state);
    double (*post)(const double *parameter, double elapsed_ms, double t_ms,
                   double *state); /* yields 0; NULL: takes no postsynaptic spikes */
} spk_synapse;

typedef struct {
    int abi; /* SPK_KERNEL_ABI */
    const char *model, *doc, *integrator; /* integrator: "heun", "exact", ... */
    int carry;                            /* 1: spikes within the step, carried; 0: on the grid */
    spk_precision precision;
    int isa;      /* spk_isa it was built for */
    int width;    /* lanes a vector */
    int unroll;   /* vectors that run() interleaves */
    spk_drive drive_kind;
    size_t n_parameters, n_states, n_recordables, n_continuous, n_spike_ports, n_constants, n_kernel_states;
    const spk_quantity *parameters;  /* NEST's names */
    const spk_quantity *states;      /* the first n_states of the kernel's n_kernel_states: those that
                                        the model declares; the rest are convolutions and carries */
    const spk_quantity *recordables; /* states and recordable inlines */
    const spk_quantity *continuous;
    const spk_quantity *spike_ports; /* unit and doc: what a weight of 1 does, "mV", "added to V_m on
                                        arrival"; 1 where that cannot be told */
    int uses_random;
    /* What run() and step() compute for a lane in a step, in additions or multiplications: other functions
     * count as the several that they take. Of a synapse 0. */
    unsigned run_operations, step_operations;

    /* Completes a parameter vector: is_set[i] = 0 entries are filled with their defaults, which may refer
     * to others. Coherent units. */
    void (*defaults)(double *parameter, const unsigned char *is_set, double dt_ms);
    /* The index of the first parameter whose guard fails, or -1. */
    int (*guard)(const double *parameter, double dt_ms);
    /* One lane's constants [n_constants] and initial state [n_kernel_states], in double; the caller rounds
     * to real and transposes. */
    void (*prepare)(const double *parameter, double dt_ms, double *constant, double *state);
    void (*run)(spk_run_args *args);
    void (*step)(const spk_step_args *args);
    /* Recordables from a state: out[n_recordables]; input as one lane's step inputs (may be NULL: 0). */
    void (*record)(const double *parameter, const double *constant, const double *state,
                   const double *input, double dt_ms, double t_ms, double *out);
    /* A synapse; NULL: a neuron. Of a synapse run, step and record are NULL, and it has no constants and
     * no continuous inputs. */
    const spk_synapse *synapse;
} spk_kernel;

/* A model that is linked in (<spikefit/model.h> lists them). */
typedef struct {
    const char *name, *sentence; /* sentence: the first line of the file's comment */
    const char *text;            /* the whole NESTML file */
    int is_synapse;
} spk_builtin_model;

#ifdef __cplusplus
}
#endif
#endif
