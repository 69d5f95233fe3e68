/* Networks of spiking neurons: description, wiring, simulation, recorded spikes.
 *
 * A description (spk_network_spec) is plain data that the caller owns: populations, projections
 * between them, inputs. Strings, arrays and kernels in it are borrowed and must outlive what is
 * built from it. spk_network_new() checks it and builds a network; every mistake found is a
 * diagnostic at the place its spk_loc names (a loc with file NULL is no place, and the message
 * stands alone).
 *
 * Values are in the coherent units of <spikefit/unit.h>. Weights are plain numbers, as in NEST: the
 * unit of the port says what a weight of 1 does.
 *
 * Time: step s runs from s * dt to (s + 1) * dt. A spike in it is stamped with the end of the step,
 * less what the kernel says it lay before that; after a delay of d steps it is added to its
 * targets' port at the end of step s + d. Delays count from one step up and are rounded to the
 * nearest step.
 *
 * Synapses with a model of their own have all of their delay on the dendritic side, as in NEST: a
 * source's spike reaches the synapse at its stamp, a target's spike d steps after its own, and of
 * two in one step the target's comes first.
 *
 * Random numbers are keyed by what they are for: a synapse by (seed, projection's name, source,
 * target), an input by (seed, its name, neuron, step). So a network is a function of its
 * description: more threads, another order of the lists or another instruction set change nothing,
 * and as a probability, degree or number of synapses grows, synapses are added and none is moved.
 */
#ifndef SPIKEFIT_NETWORK_H
#define SPIKEFIT_NETWORK_H

#include <spikefit/base.h>
#include <spikefit/kernel.h>
#include <spikefit/recording.h>

#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- description ---- */

typedef enum {
    SPK_DIST_CONSTANT,  /* a */
    SPK_DIST_UNIFORM,   /* on [a, b) */
    SPK_DIST_NORMAL,    /* mean a, standard deviation b */
    SPK_DIST_LOGNORMAL, /* exp of a normal of mean a, standard deviation b (NEST's mean and std) */
} spk_dist_kind;

/* Drawn again while outside [low, high], as NEST's redraw does (1000 times at most, then clipped).
 * Weights are stored with 24 bits unless they are constant. */
typedef struct {
    spk_dist_kind kind;
    double a, b, low, high;
} spk_dist;
#define SPK_DIST(kind, a, b)                                                                       \
    { (kind), (a), (b), -INFINITY, INFINITY }
#define SPK_CONSTANT(x) SPK_DIST(SPK_DIST_CONSTANT, (x), 0)

/* A parameter or the initial value of a state, by the model's name. */
typedef struct {
    const char *name;
    spk_dist value;
    const double *each; /* one value a neuron in place of `value`, or NULL */
    spk_loc loc;
} spk_assignment;

/* Neurons (kernel), or sources that fire at given times (trains), or Poisson sources (rate_Hz). */
typedef struct {
    const char *name;
    uint32_t size;
    const spk_kernel *kernel;
    const spk_assignment *settings;
    size_t n_settings;
    const spk_train *trains; /* [size]; a spike counts at the end of the step it falls in, one that
                                lies within 1e-6 steps of a step's end at that end */
    double rate_Hz;
    spk_loc loc;
} spk_population;

/* A list of edges; weight and delay_ms may be NULL (the projection's are used). n_nodes: of a graph
 * file, isolated ones included; 0: unknown. */
typedef struct {
    const uint32_t *source, *target;
    const double *weight, *delay_ms;
    size_t n;
    uint32_t n_nodes;
} spk_edges;

typedef struct {
    const char *name; /* unique; part of the random key */
    const char *from, *to;
    const char *port; /* NULL: the only spike port, or the one for the weight's sign */
    const char *rule; /* see spk_rule_at */
    spk_opts options; /* of the rule's table */
    bool autapses, multapses;
    spk_dist weight, delay_ms;
    double scale;           /* multiplies every weight, whether drawn or an edge's own */
    double release;         /* probability that a spike is handed on by a synapse */
    /* A synapse model (spk_kernel.synapse), whose weight begins as the projection's; NULL: weights
     * stay. Its parameters and initial states are one value for all synapses. */
    const spk_kernel *synapse;
    const spk_assignment *settings;
    size_t n_settings;
    const spk_edges *edges; /* rules "explicit" and "graph_file" (see spk_graph_read); else NULL */
    spk_loc loc, from_loc, to_loc, port_loc, rule_loc, weight_loc, delay_loc, release_loc,
        synapse_loc;
} spk_projection;
#define SPK_PROJECTION_INIT                                                                        \
    {                                                                                              \
        .rule = "all_to_all", .autapses = true, .multapses = true, .weight = SPK_CONSTANT(1),      \
        .delay_ms = SPK_CONSTANT(1), .scale = 1, .release = 1                                      \
    }

typedef enum {
    SPK_INPUT_CONSTANT, /* value, one draw a neuron */
    SPK_INPUT_NOISE,    /* normal, of mean value.a and standard deviation value.b, new every
                           interval_ms (0: every step), independent in each neuron */
    SPK_INPUT_TRACE,    /* the trace, times value.a, its time 0 at start_ms; ends with the trace */
    SPK_INPUT_POISSON,  /* spikes at rate_Hz, independent in each neuron, of weight value.a */
} spk_input_kind;

typedef struct {
    const char *name; /* unique; part of the random key */
    spk_input_kind kind;
    const char *to, *port; /* port NULL: the model's only port of the kind */
    spk_dist value;
    double rate_Hz, interval_ms;
    spk_trace trace;
    double start_ms, stop_ms; /* active in [start, stop) */
    spk_loc loc, to_loc, port_loc;
} spk_input;
#define SPK_INPUT_INIT                                                                             \
    { .value = SPK_CONSTANT(0), .stop_ms = INFINITY }

typedef struct {
    const spk_population *populations;
    size_t n_populations;
    const spk_projection *projections;
    size_t n_projections;
    const spk_input *inputs;
    size_t n_inputs;
    double dt_ms;
    uint64_t seed;        /* of inputs, initial values and release */
    uint64_t wiring_seed; /* of synapses, their weights and delays */
    int threads;          /* of one network; 0: all cores where it is large enough to gain */
    double max_rate_Hz; /* a run stops once all populations together have fired more than this rate
                           times their size and the run's time */
} spk_network_spec;
#define SPK_NETWORK_SPEC_INIT                                                                      \
    { .dt_ms = 0.1, .threads = 1, .max_rate_Hz = 500 }

/* ---- connection rules ---- */

typedef struct {
    const char *name, *sentence, *reference;
    const spk_opt *options;
} spk_rule;
size_t spk_rule_count(void);
const spk_rule *spk_rule_at(size_t i);
/* ERR_INPUT with the nearest name. */
spk_status spk_rule_find(spk_ctx *ctx, const char *name, const spk_loc *loc, const spk_rule **out);

/* A GraphML file: nodes are numbered in the file's order, undirected edges go both ways. ERR_IO,
 * ERR_INPUT. */
typedef struct spk_graph spk_graph;
spk_status spk_graph_read(spk_ctx *ctx, const char *path, const spk_loc *loc, spk_graph **out);
const spk_edges *spk_graph_edges(const spk_graph *g); /* lent */
void spk_graph_free(spk_graph *g);

/* ---- networks ---- */

typedef struct spk_wiring spk_wiring;
typedef struct spk_network spk_network;

/* Draws every projection once, at the largest probability or degree that candidates will have: the
 * description's. Networks made with it thin that draw, which costs less than to run them. Const
 * once built; may be shared by threads. */
spk_status spk_wiring_new(spk_ctx *ctx, const spk_network_spec *largest, spk_wiring **out);
void spk_wiring_free(spk_wiring *w);

/* wiring NULL: draw what the description says. With a wiring, populations, their sizes, and
 * projections (name, from, to, rule, wiring_seed) must be those it was made with; probabilities and
 * degrees at most its. Either way the same network results. */
spk_status spk_network_new(spk_ctx *ctx, const spk_network_spec *spec, const spk_wiring *wiring,
                           spk_network **out);
/* Makes it the network of another description of the same shape, at time 0, reusing its memory.
 * After an error only spk_network_set and spk_network_free may be called. */
spk_status spk_network_set(spk_network *net, const spk_network_spec *spec);
void spk_network_free(spk_network *net);

/* How many synapses a projection has, and the bytes they take. */
uint64_t spk_network_synapse_count(const spk_network *net, size_t projection);
uint64_t spk_network_synapse_bytes(const spk_network *net, size_t projection);
/* One row of a projection: targets, weights (at the time reached, if they change) and delays in
 * steps of the synapses of one source, into arrays of room for `capacity`; any of them may be NULL. Returns how many there are. */
size_t spk_network_row(const spk_network *net, size_t projection, uint32_t source, size_t capacity,
                       uint32_t *target, double *weight, uint32_t *delay_steps);

/* All synapses, with their weights at the time reached: FILE.csv with the columns projection, source,
 * target, weight and delay (ms), or FILE.h5 with /projections/NAME/{source,target,weight,delay_ms}.
 * Neurons count from 0 in their population. ERR_IO, ERR_USAGE for another ending. */
spk_status spk_network_write_synapses(const spk_network *net, const char *path);

typedef struct {
    double time_ms;       /* reached */
    uint64_t n_spikes;    /* of all populations */
    bool exploded;        /* stopped by max_rate_Hz */
    uint64_t n_nonfinite; /* neurons with a state that is no finite number at the end */
} spk_outcome;

/* Runs until stop_ms (from where the last run ended). An exploding or non-finite network is no
 * error: see the outcome. The same network must not be run by two threads at once. */
spk_status spk_network_run(spk_network *net, double stop_ms, spk_outcome *out);

/* Spikes so far of a population, in the order of steps and, within a step, of neurons; lent until
 * the next run, set or free. */
typedef struct {
    const uint32_t *neuron;
    const double *t_ms;
    size_t n;
} spk_spikes;
spk_spikes spk_network_spikes(const spk_network *net, size_t population);
/* One train a neuron (spk_population.size of them), sorted in time, observed from 0 to the time
 * reached. Lent until the next run, set or free. */
spk_status spk_network_trains(spk_network *net, size_t population, const spk_train **out);
/* A neuron's state variables as the kernel keeps them, [kernel->n_kernel_states]. */
void spk_network_state(const spk_network *net, size_t population, uint32_t neuron, double *out);

#ifdef __cplusplus
}
#endif
#endif
