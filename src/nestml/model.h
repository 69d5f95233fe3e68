/* A checked NESTML model: what the front end hands to lower. Every name is resolved, every expression
 * has a type, every unit was checked. Lives in one arena; free with spk__nestml_free.
 *
 * Values: all numbers are in the coherent system of <spikefit/unit.h> (ms, mV, pA, nS, pF). A literal
 * `3 V` is a NUMBER of value 3000, a bare unit in an expression (`mV`, `s`) a NUMBER of value 1 or 1000.
 * Since prefixes are only such factors, lower may compute with the values and forget the units. A spike on
 * a port has the unit 1/s: its value in an expression is weight * 0.001 (1/ms), and `x += spikes * mV * s`
 * comes out as weight. A port is read in its onReceive block (the spike that arrived), and in update (the sum
 * of the weights that arrived at the end of the last step; 0 if none).
 *
 * A quotient of integers is REAL; a REAL given to an INTEGER is cut off towards zero. Defaults of parameters,
 * internals and initial values may refer to each other, a state standing for its initial value; they never
 * form a circle, but no order is promised across the lists. Vectors (vector_size > 0) have one type and value
 * for all elements.
 *
 * Syntax: NESTML 8 (https://nestml.readthedocs.io), doc comments kept.
 */
#ifndef SPK_NESTML_MODEL_H
#define SPK_NESTML_MODEL_H

#include "base/base.h"
#include <spikefit/unit.h>

typedef enum { SPK__REAL, SPK__INTEGER, SPK__BOOLEAN, SPK__STRING, SPK__VOID } spk__kind;

typedef struct {
    spk__kind kind;
    spk_unit unit; /* of REAL; plain otherwise. unit.scale is that of the declared unit, for printing */
} spk__type;

typedef struct spk__symbol spk__symbol;
typedef struct spk__expr spk__expr;
typedef struct spk__stmt spk__stmt;
typedef struct spk__function spk__function;

typedef enum {
    SPK__SYM_STATE,     /* has an ODE, or is changed by statements, or both */
    SPK__SYM_PARAMETER,
    SPK__SYM_INTERNAL,
    SPK__SYM_INLINE,    /* expression in `value`, may call convolve */
    SPK__SYM_KERNEL,
    SPK__SYM_SPIKE_PORT,
    SPK__SYM_CONTINUOUS_PORT,
    SPK__SYM_LOCAL,     /* variable of a block, loop variable, or argument of a function */
    SPK__SYM_TIME,      /* the constant t */
} spk__symbol_kind;

struct spk__symbol {
    spk__symbol_kind kind;
    const char *name; /* as written; a derivative's is "g'" */
    spk__type type;
    spk_loc loc;
    const char *doc;     /* the comment behind or above the declaration, or NULL */
    spk__expr *value;    /* default, initial value, inline's expression; NULL if none */
    spk__expr *guard;    /* [[ ... ]], or NULL */
    bool recordable, homogeneous;
    size_t index;        /* position among the model's symbols of this kind */
    int vector_size;     /* of a port or variable; 0: a scalar */

    /* a state: its equation (rhs), or NULL if only statements change it. x'' = f becomes the states x
     * with rhs x', and x' with rhs f. */
    spk__expr *rhs;
    spk_loc rhs_loc;
    spk__symbol *derivative_of; /* of x': x */

    /* a kernel: a function of t in `value`, or a system of ODEs whose states are these (kernel_states[0]
     * is the kernel's own value; each has rhs and an initial value, and is no SYM_STATE of the model) */
    spk__symbol **kernel_states;
    size_t n_kernel_states;

    /* a spike port: which signs it takes */
    bool excitatory, inhibitory; /* both (or neither written): all spikes */
};

typedef enum {
    SPK__EX_NUMBER,  /* number; also true and false (1, 0) and `inf` */
    SPK__EX_STRING,  /* text */
    SPK__EX_SYMBOL,  /* symbol; element of a vector: arg[0] is the index, a constant */
    SPK__EX_UNARY,   /* op, arg[0] */
    SPK__EX_BINARY,  /* op, arg[0], arg[1] */
    SPK__EX_CHOICE,  /* arg[0] ? arg[1] : arg[2] */
    SPK__EX_BUILTIN, /* builtin, arg[0..n_args-1] */
    SPK__EX_CALL,    /* function, arg */
    SPK__EX_CONVOLVE /* symbol is the kernel, port the port (element port_index of a vector) */
} spk__expr_kind;

typedef enum {
    SPK__OP_ADD, SPK__OP_SUB, SPK__OP_MUL, SPK__OP_DIV, SPK__OP_MOD, SPK__OP_POW,
    SPK__OP_NEG, SPK__OP_PLUS, SPK__OP_NOT, SPK__OP_BITNOT,
    SPK__OP_LT, SPK__OP_LE, SPK__OP_GT, SPK__OP_GE, SPK__OP_EQ, SPK__OP_NE,
    SPK__OP_AND, SPK__OP_OR,
    SPK__OP_BITAND, SPK__OP_BITOR, SPK__OP_BITXOR, SPK__OP_SHL, SPK__OP_SHR,
} spk__op;

/* name, smallest and largest number of arguments */
#define SPK__BUILTIN_LIST(X)                                                                       \
    X(exp, 1, 1) X(ln, 1, 1) X(log10, 1, 1) X(sqrt, 1, 1) X(pow, 2, 2)                             \
    X(sin, 1, 1) X(cos, 1, 1) X(tan, 1, 1) X(sinh, 1, 1) X(cosh, 1, 1) X(tanh, 1, 1)               \
    X(erf, 1, 1) X(erfc, 1, 1) X(expm1, 1, 1)                                                      \
    X(min, 2, 2) X(max, 2, 2) X(clip, 3, 3) X(abs, 1, 1)                                           \
    X(ceil, 1, 1) X(floor, 1, 1) X(round, 1, 1) X(delta, 1, 1)                                     \
    X(random_normal, 2, 2) X(random_uniform, 2, 2) X(random_poisson, 1, 1)                         \
    X(resolution, 0, 0) X(timestep, 0, 0) X(steps, 1, 1)

typedef enum {
#define SPK__BUILTIN_ENUM(name, low, high) SPK__FN_##name,
    SPK__BUILTIN_LIST(SPK__BUILTIN_ENUM)
#undef SPK__BUILTIN_ENUM
    SPK__FN_COUNT
} spk__builtin;

struct spk__expr {
    spk__expr_kind kind;
    spk__type type;
    spk_loc loc;
    double number;
    const char *text;
    spk__symbol *symbol;
    spk__op op;
    spk__builtin builtin;
    spk__function *function;
    spk__symbol *port;
    int port_index;
    spk__expr **arg;
    size_t n_args;
};

typedef enum {
    SPK__ST_ASSIGN,    /* target (element target_index) = value; compound ones are already expanded */
    SPK__ST_DECLARE,   /* target is the local; value may be NULL (zero) */
    SPK__ST_IF,        /* condition, body, otherwise (an elif is an IF alone in otherwise) */
    SPK__ST_FOR,       /* target in value ... limit, by step; body */
    SPK__ST_WHILE,     /* condition, body */
    SPK__ST_RETURN,    /* value or NULL */
    SPK__ST_INTEGRATE, /* the states in symbols; n_symbols = 0: all */
    SPK__ST_EMIT,      /* emit_spike(value, delay); either may be NULL */
    SPK__ST_EVALUATE   /* a call for its side effect: print and friends; lower drops it */
} spk__stmt_kind;

struct spk__stmt {
    spk__stmt_kind kind;
    spk_loc loc;
    spk__stmt *next;
    spk__symbol *target;
    int target_index; /* -1: a scalar */
    spk__expr *value, *limit, *step, *condition, *delay;
    spk__stmt *body, *otherwise;
    spk__symbol **symbols;
    size_t n_symbols;
};

struct spk__function {
    const char *name;
    spk_loc loc;
    spk__type returns;
    spk__symbol **arg; /* SYM_LOCAL */
    size_t n_args;
    spk__stmt *body;
};

typedef struct {
    spk__symbol *port;    /* onReceive */
    int port_index;       /* of a vector; -1: all */
    spk__expr *condition; /* onCondition */
    int priority;         /* higher first; 0 if not written */
    spk__stmt *body;
    spk_loc loc;
} spk__handler;

typedef struct {
    const char *name, *doc; /* the doc comment above, or "" */
    spk_loc loc;
    /* each list in the order of the text; derivatives and higher orders included in states */
    spk__symbol **states, **parameters, **internals, **inlines, **kernels, **ports;
    size_t n_states, n_parameters, n_internals, n_inlines, n_kernels, n_ports;
    spk__function **functions;
    size_t n_functions;
    spk__stmt *update; /* NULL: none */
    spk__handler *on_receive, *on_condition; /* sorted by priority, then the text's order */
    size_t n_on_receive, n_on_condition;
    bool emits;       /* has an output port of spikes */
    bool is_synapse;  /* has ports named pre_spikes/post_spikes or emits a weight */
} spk__model;

typedef struct {
    spk__arena *arena;
    spk__model **models;
    size_t n_models;
} spk__nestml;

/* Parses and checks a file's text. name is for diagnostics. On ERR_INPUT the context holds one located
 * diagnostic for every mistake found (at most 20). */
spk_status spk__nestml_compile(spk_ctx *ctx, const char *name, const char *text, size_t length,
                               spk__nestml **out);
void spk__nestml_free(spk__nestml *n);
/* The model of that name; name NULL: the only one. ERR_INPUT with the names there are. */
spk_status spk__nestml_find(spk_ctx *ctx, const spk__nestml *n, const char *name,
                            const spk__model **out);
/* The expression as NESTML text, for `model show` and messages; appended to s. */
void spk__expr_print(spk__str *s, const spk__expr *e);

const char *spk__builtin_name(spk__builtin f);

#endif
