/* Shared by the files of lower; no other room includes it. */
#ifndef SPK_LOWER_INTERNAL_H
#define SPK_LOWER_INTERNAL_H

#include "lower/lower.h"

/* A state variable of the step: a declared one, one of a convolution, or the carried rest. */
typedef struct {
    const spk__symbol *symbol; /* NULL: not declared */
    int element;               /* of a vector */
    bool is_boolean, is_integer;
    bool is_convolution; /* on the grid, always advancing */
    spk__node rhs;       /* over holes (see spk__hole_* below); SPK__NONE: no ODE */
    spk__node jump; /* from V' = ... + c * delta: what arrivals add, over holes; SPK__NONE: none */
    spk__node clamp_low, clamp_high; /* from a guard, fixed; SPK__NONE: none */
    /* of a convolution: jumps by this (fixed) times the weight that arrives on port */
    spk__node kick;
    size_t port;
    spk__node
        decay; /* of a chain: y_0' = -decay y_0, y_j' = -decay y_j + y_(j-1); SPK__NONE: no chain */
    unsigned order; /* j */
    int32_t line;
} spk__lstate;

/* convolve(kernel, port) = sum of weight * state + direct * (the spikes themselves) */
typedef struct {
    const spk__symbol *kernel;
    size_t port;
    size_t n_terms, room;
    size_t *state;
    spk__node *weight;
    spk__node direct; /* of delta(t); number 0 if none */
} spk__convolution;

typedef struct {
    const spk__symbol *symbol;
    spk__node value;
} spk__local;

enum { SPK__MAX_CALLS = 32 };

typedef struct {
    spk_ctx *ctx;
    const spk__model *model;
    spk__program *p;
    spk__dag *d;
    const spk__integrator *integrator;
    spk_status st; /* first failure */

    spk__lstate *state;
    size_t n_states, state_room; /* without the carried rest, which comes behind them */
    size_t *state_slot, *parameter_slot, *port_slot; /* by position in the model's lists */
    spk__convolution *convolution;
    size_t n_convolutions, convolution_room;
    spk__node *internal; /* by position; SPK__NONE: not yet */
    unsigned char *internal_busy, *initial_busy;

    /* ---- the environment that expressions are evaluated in ---- */
    spk__node *value;  /* of states */
    spk__node *drive;  /* of continuous ports */
    spk__node *spikes; /* of spike ports: weights */
    spk__node *delta;  /* of delta convolutions: by port; holes in right-hand sides, else 0 */
    spk__node time;
    const spk__symbol *kernel; /* while its equations are evaluated: its states are holes */
    size_t kernel_first;
    bool is_fixed;    /* parameters' and initial values: states mean their initial values */
    bool nan_is_true; /* comparisons of an onCondition */
    uint32_t n_draws;
    spk__local *local;
    size_t n_locals, local_room, frame;
    int n_calls;
    spk__node returned, result; /* of the function being inlined: mask, value */
    bool in_function;

    /* ---- the step being built ---- */
    bool is_run;
    spk__node spike, rest, rest_next, weight;
    spk__node h;               /* of the lanes: dt, or dt + what was carried - cut */
    spk__node *start, *finish; /* states before and after integrate_odes */
    spk__node cut;             /* carry: part of the step left for the next one; SPK__NONE: none */
    bool *advances;    /* states that this step moves by h, not by dt: what a carry takes back */
    spk__node *active; /* by state: mask of lanes that integrated it in this step */
    bool integrated;   /* an integrate_odes has run */
    spk__node *drive0, *drive1;
    size_t carry_condition; /* which onCondition is carried; SIZE_MAX: none can be */
    size_t carry_state;     /* the X of its X >= threshold */
    const spk__expr *carry_threshold;
    bool *touched; /* declared states that statements (not integrate_odes) change */
} spk__lowering;

/* Holes of right-hand sides: states, then continuous ports, deltas by spike port, and the time. */
static inline uint32_t spk__hole_drive(const spk__lowering *l, size_t port) {
    return (uint32_t)(l->n_states + port);
}
static inline uint32_t spk__hole_delta(const spk__lowering *l, size_t port) {
    return (uint32_t)(l->n_states + l->p->n_continuous + port);
}
static inline uint32_t spk__hole_time(const spk__lowering *l) {
    return (uint32_t)(l->n_states + l->p->n_continuous + l->p->n_spike_ports);
}
static inline size_t spk__hole_count(const spk__lowering *l) {
    return spk__hole_time(l) + 1;
}

/* eval.c */
spk__node spk__eval(spk__lowering *l, const spk__expr *e);
spk__node spk__eval_real(spk__lowering *l, const spk__expr *e);
spk__node spk__eval_mask(spk__lowering *l, const spk__expr *e);
/* The value of e as a lane constant; fails (located) if it is none. what: "an initial value", ...
 */
spk__node spk__eval_fixed(spk__lowering *l, const spk__expr *e, const char *what);
spk__node spk__initial(spk__lowering *l, size_t state);
size_t spk__state_slot(spk__lowering *l, const spk__symbol *s);
size_t spk__port_slot(spk__lowering *l, const spk__symbol *port, int element);
spk__node spk__lower_fail(spk__lowering *l, const spk_loc *loc, const char *hint,
                          const char *format, ...) __attribute__((format(printf, 4, 5)));

/* exec.c */
void spk__exec(spk__lowering *l, const spk__stmt *s, spk__node mask);
spk__node spk__inline_call(spk__lowering *l, const spk__expr *call);

/* convolve.c */
const spk__convolution *spk__convolve(spk__lowering *l, const spk__expr *e);
spk_status spk__find_convolutions(spk__lowering *l);

/* guard.c: bounds from [[ x >= a and x < b ]]. Returns false if the guard says more than that. */
bool spk__guard_bounds(spk__lowering *l, const spk__symbol *s, spk__node *low, spk__node *high);

/* integrate.c: integrate_odes in the lanes of each arm's mask */
typedef struct {
    spk__node mask;
    const spk__stmt *call;
} spk__arm;
void spk__integrate(spk__lowering *l, const spk__arm *arms, size_t n_arms);
void spk__advance_convolutions(spk__lowering *l);

struct spk__integration {
    spk__lowering *l;
    spk__dag *d;
    spk__node h;             /* step of the lanes */
    const spk__node *from;   /* states at its start */
    spk__node *to;           /* set by advance() for every state in `set` */
    bool *set;               /* states that advance() integrates */
    const spk__node *active; /* mask of each */
    const bool *exact;       /* states propagated exactly; rhs fetches them itself */
};
/* The rate of a state where the states of `set` have the stage values x, `halves` half steps after
 * the start: inputs and exact states are taken there. */
spk__node spk__rate(spk__integration *in, size_t state, const spk__node *x, int halves);
/* df/dx of the state's own rate, likewise */
spk__node spk__rate_slope(spk__integration *in, size_t state, const spk__node *x, int halves);

/* linear.c */
/* Whether the rate of `state` is a linear combination, with fixed coefficients, of states and
 * drives. */
bool spk__is_affine(const spk__lowering *l, size_t state);
/* Marks the largest set of states, among those allowed, whose rates are affine in each other, in
 * drives and in states without an ODE. */
void spk__linear_set(const spk__lowering *l, const bool *allowed, bool *set);
/* x_state after h * halves / 2, when the states in `advancing` follow their (affine) rates and all
 * others hold. */
spk__node spk__propagate(spk__lowering *l, size_t state, const bool *advancing,
                         const spk__node *from, int halves);

/* A countdown: its rate is a negative constant. Yields the rate. */
bool spk__is_timer(const spk__lowering *l, size_t state, double *rate);

/* carry.c: looks for an onCondition whose crossing can be interpolated */
void spk__find_carry(spk__lowering *l);
/* Takes spiking lanes back to the crossing and sets l->rest. */
void spk__apply_carry(spk__lowering *l, spk__node spiking);
/* Ends a lane's step where its refractory period ends: shortens l->h and sets l->cut. */
void spk__refractory_cut(spk__lowering *l, const spk__arm *arms, size_t n_arms);
bool spk__lists(const spk__stmt *integrate, const spk__symbol *state);

/* bound.c: what resets make sure of; see spk__dag.below_state */
void spk__find_bound(spk__lowering *l);

/* port.c: what weights do */
void spk__describe_ports(spk__lowering *l);

/* synapse.c: what a synapse may not have, and where its weight is; its two forms */
void spk__check_synapse(spk__lowering *l, const char *integrator);
void spk__build_synapse(spk__lowering *l, const bool *none);

/* step.c */
void spk__begin_step(spk__lowering *l, bool is_run, const bool *zero);
void spk__build_step(spk__lowering *l, bool is_run, const bool *zero, spk__step *out);

const spk__integrator *spk__find_integrator(const char *name);

#endif
