/* From a checked model to the values of one step: what emit turns into C.
 *
 * The step is a pure function of state, inputs and lane constants. Branches have become blends,
 * functions are inlined, loops unrolled, convolutions are linear ODEs, and the integrator has been
 * applied, so that a program is nothing but expressions.
 */
#ifndef SPK_LOWER_LOWER_H
#define SPK_LOWER_LOWER_H

#include "lower/dag.h"
#include "nestml/model.h"

typedef enum { SPK__DEFAULT = -1, SPK__OFF = 0, SPK__ON = 1 } spk__choice;

typedef struct {
    const char *integrator; /* NULL: chosen by the kind of model */
    spk__choice carry;      /* spikes between grid points */
    spk__choice linear;     /* continuous inputs are linear within a step; else held */
} spk__lower_options;

/* "heun", "heun:grid", "euler:carry,linear", "default" -> options. ERR_USAGE with the names there
 * are. */
spk_status spk__lower_options_parse(spk_ctx *ctx, const char *text, spk__lower_options *out);

/* A parameter, state, port or recordable as users see it. Vectors are spread: "name[0]", ... */
typedef struct {
    const char *name, *unit, *doc;
    double scale, low, high;
    const spk__symbol *symbol; /* NULL: not in the text */
} spk__variable;

/* One form of the step. next[i] is state i at its end; SPK__NONE: the step neither reads nor
 * changes it. */
typedef struct {
    spk__node *next;
    spk__node spike;  /* mask */
    spk__node rest;   /* of a spike: ms before the end of the step; 0 on the grid */
    spk__node weight; /* what emit_spike handed on; SPK__NONE if nothing */
} spk__step;

typedef struct {
    spk_ctx *ctx;
    spk__arena *arena; /* of names and lists below */
    const spk__model *model;
    spk__dag dag;
    const char *integrator; /* "heun" */
    const char *label;      /* "heun", or "heun:grid" where that is not the integrator's default */
    bool is_default;        /* the integrator that this kind of model gets if nobody asks */
    bool carry, linear_drive;
    int order; /* of convergence between spikes; 0: exact */
    bool is_linear, uses_random;
    spk__variable *parameters, *states, *recordables, *continuous, *spike_ports;
    size_t n_parameters, n_recordables, n_continuous, n_spike_ports;
    size_t n_states;     /* declared ones, which come first in states */
    size_t n_all_states; /* with those of convolutions, and the carried rest */
    spk__node *defaults; /* of parameters; a PARAM node refers to another parameter */
    size_t *default_order;
    spk__node *guards; /* masks; SPK__NONE: none */
    spk__node *initial;
    spk__node *record;
    spk__step run;  /* ensemble: common drive, no arriving spikes. A synapse: a presynaptic spike */
    spk__step step; /* network: inputs of each lane's own. A synapse: a postsynaptic spike */
    /* a synapse */
    spk__node *low, *high;    /* of states, by their guards; SPK__NONE: none */
    bool has_post;            /* takes postsynaptic spikes */
    bool hands_on_weight;     /* the weight as it is, and does nothing else */
    bool weight_is_parameter; /* else it is a state */
    size_t weight;            /* its position */
} spk__program;

/* ERR_INPUT with located diagnostics where the model is outside the subset. The model (and its
 * text's tree) must outlive the program. */
spk_status spk__lower(spk_ctx *ctx, const spk__model *model, const spk__lower_options *options,
                      spk__program **out);
void spk__program_free(spk__program *p);

/* Rewrites values of the step, in place, into machine operations: sums become chains of fused
 * multiply-adds, shallow terms first. Fixed values stay as they are. SPK__NONE is skipped. */
void spk__select(spk__dag *d, spk__node *const *roots, size_t n_roots);

/* One integrator: a file in lower/integrators ends in one of these. */
typedef struct spk__integration spk__integration;
typedef struct {
    const char *name, *sentence, *reference;
    int order; /* 0: exact */
    bool linear_only;
    bool exact_parts;      /* linear subsystems are propagated exactly beside it */
    bool can_carry, carry; /* carry: its default for models with a reset */
    bool linear_drive;     /* its default */
    void (*advance)(spk__integration *in);
} spk__integrator;
const spk__integrator *const *spk__integrators(size_t *n);

#endif
