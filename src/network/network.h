/* Inside the room: a checked description, wires, and the state of a running network. */
#ifndef SPK_NETWORK_NETWORK_H
#define SPK_NETWORK_NETWORK_H

#include "network/draw.h"
#include "network/rule.h"
#include <spikefit/network.h>

enum {
    SPK__DELAY_MAX = 65535,   /* steps */
    SPK__SYNAPSE_STATES = 64, /* of a synapse model, at most */
};

/* ---- a checked description ---- */

typedef struct {
    const spk_projection *p;
    const spk__rule *rule;
    spk__rule_job job;
    uint32_t from, to, port;
    double sign;   /* -1: the port takes magnitudes of negative weights */
    double factor; /* sign times the projection's scale: draws to what the port is given */
    spk_dist weight, delay_ms; /* with limits tightened to what port and step allow */
    uint32_t delay_steps;      /* where delays are constant; else 0 */
    bool ahead; /* spikes go into the slots of their arrival as soon as all parts know them; else,
                   where delays are constant, when they arrive */
    bool own_weights, own_delays; /* the edges bring theirs */
    const spk_kernel *synapse;    /* of synapses that change; else NULL */
} spk__projection;

typedef struct {
    const spk_input *p;
    uint32_t to, port;
    uint32_t key;
    double sign;
} spk__input;

typedef struct {
    spk__projection *projections;
    spk__input *inputs;
} spk__checked;
spk_status spk__describe_check(spk_ctx *ctx, const spk_network_spec *spec, spk__checked *out);
void spk__checked_free(spk_ctx *ctx, spk__checked *c);

/* Parameters of one neuron completed and checked; is_set, value: scratch of kernel->n_parameters.
 */
spk_status spk__neuron_prepare(spk_ctx *ctx, const spk_network_spec *spec,
                               const spk_population *pop, uint32_t neuron, double *parameter,
                               unsigned char *is_set, double *constant, double *state);
bool spk__population_is_uniform(const spk_population *pop, bool states);

/* ---- wires: the synapses of a projection ---- */

typedef struct {
    uint32_t n_source, n_target;
    uint64_t n, capacity;
    uint64_t *start;  /* [n_source + 1] */
    uint32_t *target; /* ascending in each row */
    uint32_t *order;  /* see spk__rule; NULL unless kept */
    float *weight;    /* or its standard draw (drawn wires); NULL where all are one */
    float *delay_z;   /* standard draw of the delay; drawn wires only */
    uint16_t *delay;  /* steps; NULL where all are one */
    double constant_weight;
    /* The same as a matrix, where that is faster to add: [n_source][stride], 0 for none. order then
     * has that layout too (UINT32_MAX for none), and target, delay_z and delay are not there. */
    bool dense;
    bool constant; /* the matrix holds 1 where constant_weight is to be added */
    size_t stride;
} spk__wires;

/* Draws a projection. Weights and delays stay standard draws (the edges' own are taken as they
 * are). keep_order: for thinning. */
spk_status spk__wires_draw(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                           bool keep_order, spk__wires *out);
/* Turns standard draws into weights and delays, in place. */
spk_status spk__wires_scale(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                            spk__wires *w);
/* The synapses of `drawn` that the projection keeps, scaled; `out` (zeroed or of an earlier call)
 * is reused. */
spk_status spk__wires_thin(spk_ctx *ctx, const spk__projection *p, double dt_ms,
                           const spk__wires *drawn, spk__wires *out);
spk_status spk__wires_to_dense(spk_ctx *ctx, spk__wires *w);
/* Whether a projection is better added as rows of a matrix. */
bool spk__wires_prefer_dense(const spk__projection *p, const spk__wires *w);
void spk__wires_free(spk_ctx *ctx, spk__wires *w);

struct spk_wiring {
    spk_ctx *ctx;
    size_t n_projections;
    struct spk__drawn {
        spk__wires wires;
        const spk__rule *rule;
        uint64_t seed;
        uint32_t key, keep;
        bool same, autapses, multapses;
        spk_opts options;
        spk_dist_kind weight, delay;
        const spk_edges *edges;
    } * drawn;
};

/* Makes `out` the wires of a checked projection: thinned from the wiring (may be NULL) where it
 * holds them, else drawn. `thinned` says which of the two `out` was before, and is now. */
spk_status spk__wires_make(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                           const spk_wiring *wiring, size_t at, bool *thinned, spk__wires *out);

/* ---- a running network ---- */

/* What one input port of a population receives in a step: real[lanes]; a spike port whose delays
 * vary has a ring of them, [n_slots][lanes]. ring NULL: nothing ever comes in. */
typedef struct {
    void *ring, *end; /* end: the value at the step's end, of currents that are interpolated */
    double *held;     /* [lanes], the constant currents */
    uint32_t n_slots;
    uint8_t *dirty; /* [n_parts], of spike ports of one slot: something came in this step */
    bool changes;   /* a current to be summed anew in every step */
} spk__port;

typedef struct {
    const spk_population *p;
    const spk_kernel *k;       /* NULL: a source */
    size_t lanes, width, real; /* lanes: size rounded up; real: bytes of a number */
    size_t n_ports, n_continuous;
    spk__port *port;
    void *state, *constant, *rest;
    size_t constant_stride;
    uint32_t *mask, *lane_id;
    size_t *bound; /* [n_parts + 1]: a part's lanes begin here */
    uint64_t seed; /* differs between populations */
    /* spikes by stamp (their time in steps): list[(stamp % n_history) * list_stride + first lane of
     * the part ...], list_n[(stamp % n_history) * n_parts + part] */
    uint32_t n_history, list_stride, list_factor;
    uint32_t *list, *list_n;
    /* sources with given spikes: sorted by stamp, then source */
    uint64_t *given_stamp;
    uint32_t *given_source;
    size_t n_given;
    uint32_t *poisson; /* table of Poisson sources */
    /* of targets of synapses that change: entries of their part's history; UINT32_MAX: none */
    uint32_t *first_spike, *last_spike; /* [lanes] */
} spk__pop;

/* Spikes of a population's neurons in one part, each with the same neuron's next. */
typedef struct {
    uint32_t *stamp, *next;
    size_t n, capacity;
} spk__past;

/* Synapses that change, by their place in the wires. */
typedef struct {
    size_t n_states;
    double *parameter; /* [n_parts][n_parameters] */
    double *state;     /* [synapse][n_states], as it was at the last spike */
    uint32_t *last;    /* [synapse] its stamp */
    uint32_t *seen;    /* [synapse] entry of the target's last spike among those gone through */
} spk__plastic;

/* Spikes that one part of a population has fired. */
typedef struct {
    uint32_t *neuron;
    double *t_ms;
    size_t n, capacity, capacity_t;
} spk__record;

/* A part's call of a population's kernel: what of it changes from step to step is set then. */
typedef struct {
    const void **in, **in_end; /* [n_ports] */
    spk_step_args args;
} spk__call;

typedef struct {
    spk__record *record;          /* [population] */
    size_t *given_next;           /* [population] */
    spk__past *past;              /* [population] */
    uint32_t *words;              /* [most lanes], scratch for random numbers */
    double *sum;                  /* [most lanes], scratch for currents */
    spk__call *call;              /* [population] */
    uint64_t n_spikes, exchanged; /* exchanged: the first stamp not yet delivered ahead */
    spk_status st;
} spk__part;

typedef struct {
    spk__wires wires;
    spk__plastic *plastic; /* NULL: weights stay */
    bool thinned;
    uint32_t release; /* a spike is handed on where a random word is below; UINT32_MAX: always */
    uint64_t *bound;  /* [n_source * n_parts + 1]: where a part's targets begin in each row */
} spk__link;

typedef struct {
    float *noise;  /* [lanes], of the present interval */
    double *value; /* [lanes], of a constant that is not always on */
    uint32_t *poisson;
} spk__drive;

struct spk_network {
    spk_ctx *ctx;
    const spk_wiring *wiring;
    spk_network_spec spec; /* borrowed pointers */
    spk__checked checked;
    spk__pop *pop;
    spk__link *link;
    spk__drive *drive;
    size_t n_parts;
    spk_isa isa;
    uint32_t batch; /* steps between exchanges of spikes: the least delay */
    spk__part *part;
    uint64_t step;
    bool exploded;
    /* spikes of all parts in order, and the trains made of them; built on demand */
    spk__record *merged;
    spk_train **trains;
    double **train_times;
};

spk_status spk__pop_new(spk_network *net, size_t at);
spk_status spk__pop_reset(spk_network *net, size_t at);
void spk__pop_free(spk_network *net, size_t at);

/* Table of a Poisson distribution for spk__poisson_count; at most 500 on average. Freed with
 * spk__free. */
spk_status spk__poisson_table(spk_ctx *ctx, double mean, uint32_t **out);
uint32_t spk__poisson_most(const uint32_t *table);
static inline uint32_t spk__poisson_count(const uint32_t *table, uint32_t word) {
    uint32_t n = table[word >> 24];
    while (word > table[256 + n])
        n++;
    return n;
}

spk_status spk__inputs_reset(spk_network *net);
void spk__inputs_free(spk_network *net);
/* Adds what the inputs give to a population's ports in this step, for the lanes of a part. */
void spk__inputs_apply(spk_network *net, size_t population, size_t part, uint64_t step);

/* Adds spikes to the slots of their ports: those that arrive now, and ahead those of this stamp. */
void spk__deliver(spk_network *net, size_t part, uint64_t step);
void spk__deliver_ahead(spk_network *net, size_t part, uint64_t stamp);

/* Spikes of targets. */
spk_status spk__past_new(spk_ctx *ctx, spk__pop *pop);
spk_status spk__past_add(spk_ctx *ctx, spk__pop *pop, spk__past *h, const uint32_t *neuron,
                         uint32_t n, uint64_t stamp);
void spk__past_free(spk_ctx *ctx, spk__past *h);

/* Synapses that change: made once the wires and the populations stand. */
spk_status spk__plastic_new(spk_network *net, size_t link);
void spk__plastic_free(spk_ctx *ctx, spk__plastic *x);
/* The source of synapse `at` has fired: what is handed on. */
double spk__plastic_fire(const spk_network *net, size_t link, size_t part, uint64_t at,
                         uint32_t delay, uint64_t stamp);
/* Its weight now. */
double spk__plastic_weight(const spk_network *net, size_t link, uint64_t at, uint32_t delay);

/* Whether a file of this name can hold synapses: ERR_USAGE where not. */
spk_status spk__synapse_file_check(spk_ctx *ctx, const char *path);

/* Puts the spikes of all parts in one order, where there is more than one. */
spk_status spk__record_merge(spk_network *net);
/* Prepares the calls of kernels; the populations stand. */
spk_status spk__engine_prepare(spk_network *net);
void spk__engine_start(spk_network *net);
spk_status spk__engine_run(spk_network *net, uint64_t end_step);

#endif
