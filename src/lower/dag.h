/* The intermediate representation: a hash-consed graph of pure values. Equal expressions are one
 * node, so common terms are computed once and "is it the same?" is a comparison of numbers.
 *
 * A node's dependencies tell where it is computed: from parameters and dt alone in `prepare`, once
 * for each lane ("lane constants"); from the drive and the time once a step for all lanes; from the
 * state once a step and lane. Values of the step are kept as linear combinations with lane
 * constants as coefficients (SUM), so that dt, 1/C_m and the like fold into them: the emitted step
 * is a chain of fused multiply-adds without a division by a constant.
 *
 * Constructors simplify while they build. They accept SPK__NONE and return it, as they do when
 * memory is short; dag->failed then stays set, and is checked once at the end. Nodes are never
 * freed singly.
 */
#ifndef SPK_LOWER_DAG_H
#define SPK_LOWER_DAG_H

#include "base/base.h"

typedef uint32_t spk__node;
enum { SPK__NONE = 0 };

/* Operation, number of arguments (-1: any), what it yields (r: a real, m: a mask), and its name in
 * emitted code: vr_NAME for lanes, sd_NAME for one double ("": printed by the emitter). */
#define SPK__DAG_OPS(X)                                                                            \
    /* leaves */                                                                                   \
    X(CONST, 0, r, "")  /* number */                                                               \
    X(BOOL, 0, m, "")   /* number 0 or 1 */                                                        \
    X(PARAM, 0, r, "")  /* index */                                                                \
    X(DT, 0, r, "")     /* the step, ms */                                                         \
    X(STATE, 0, r, "")  /* index: its value at the start of the step */                            \
    X(DRIVE, 0, r, "")  /* index 2 * port + (0: start, 1: end of the step), common to all lanes */ \
    X(INPUT, 0, r, "")  /* the same, a lane's own */                                               \
    X(SPIKES, 0, r, "") /* index: the port; sum of weights that arrive at the end of the step */   \
    X(TIME, 0, r, "")   /* at the start of the step, ms */                                         \
    X(UNIFORM, 0, r, "") /* index: number of the draw in the step; in (0, 1) */                    \
    X(NORMAL, 0, r, "")  /* the same; mean 0, deviation 1 */                                       \
    X(POISSON, 1, r, "") /* the same; of the mean that is its argument */                          \
    X(HOLE, 0, r, "")    /* index: a variable of a right-hand side, see spk__dag_fill */           \
    X(EXPM, 0, r, "")    /* index, at: an element of the exponential of a matrix */                \
    /* of lane constants only */                                                                   \
    X(ADD, 2, r, "add")                                                                            \
    X(SUB, 2, r, "sub")                                                                            \
    X(NEG, 1, r, "neg") /* of the step only: c0 + c1 x1 + c2 x2 + ...,                             \
                           arguments c0, c1, x1, ... with x by node */                             \
        X(SUM, -1, r, "")                                                                          \
            X(LET, 1, r, "") /* its argument, computed once and not dissolved in sums */           \
        X(MUL, 2, r, "mul") X(                                                                     \
            DIV, 2, r, "div") /* a * b + c and c - a * b with one rounding; made by spk__select */ \
        X(FMA, 3, r, "fma") X(FNMA, 3, r, "fnma") X(MIN, 2, r, "min") X(MAX, 2, r, "max")          \
            X(POW, 2, r, "pow") X(ABS, 1, r, "abs") X(CEIL, 1, r, "ceil") X(FLOOR, 1, r, "floor")  \
                X(ROUND, 1, r, "round") X(TRUNC, 1, r, "trunc") X(EXP, 1, r, "exp")                \
                    X(EXP2, 1, r, "exp2") X(EXPM1, 1, r, "expm1") X(LN, 1, r, "log")               \
                        X(LOG10, 1, r, "log10") X(SQRT, 1, r, "sqrt") X(SIN, 1, r, "sin")          \
                            X(COS, 1, r, "cos") X(TAN, 1, r, "tan") X(SINH, 1, r, "sinh")          \
                                X(COSH, 1, r, "cosh") X(TANH, 1, r, "tanh") X(ERF, 1, r, "erf")    \
                                    X(ERFC, 1, r, "erfc")                                          \
                                        X(XEXPM1, 1, r, "xexpm1") /* x / (exp(x) - 1), 1 at 0 */   \
        X(XSERIES, 1, r, "xexpm1_series") /* the same for |x| < 0.3; made by spk__select */        \
        X(BITAND, 2, r, "bitand") X(BITOR, 2, r, "bitor") X(BITXOR, 2, r, "bitxor")                \
            X(BLEND, 3, r,                                                                         \
              "blend") /* mask, value where true, value where false */ /* masks; comparisons are   \
                                                                          false for NaN */         \
        X(LT, 2, m, "lt") X(LE, 2, m, "le") X(EQ, 2, m, "eq") X(AND, 2, m, "and")                  \
            X(OR, 2, m, "or") X(NOT, 1, m, "not")

typedef enum {
#define SPK__DAG_ENUM(op, n, kind, name) SPK__N_##op,
    SPK__DAG_OPS(SPK__DAG_ENUM)
#undef SPK__DAG_ENUM
        SPK__N_COUNT
} spk__dag_op;

typedef struct {
    const char *op, *name;
    int n_args;
    bool is_mask;
} spk__dag_op_info;
extern const spk__dag_op_info spk__dag_ops[SPK__N_COUNT];

/* What a value depends on. */
enum {
    SPK__ON_DT = 1,
    SPK__ON_PARAMETER = 2,
    SPK__ON_STEP = 4, /* drive, time: the same for all lanes */
    SPK__ON_LANE = 8  /* state, own inputs, random numbers, holes */
};

typedef struct {
    uint8_t op, deps;
    uint16_t depth; /* longest way to a leaf */
    int32_t line;   /* of the NESTML text that first asked for it; 0: none */
    uint32_t index, at;
    uint32_t n_args, first; /* in spk__dag.pool */
    double number;
} spk__dag_node;

/* A matrix whose exponential `prepare` takes: size * size lane constants by rows. */
typedef struct {
    uint32_t size, first; /* in spk__dag.pool */
    uint8_t deps;
} spk__dag_matrix;

/* Beyond these a model is refused: loops are unrolled, and walks over the graph recurse. */
enum { SPK__DAG_MAX_NODES = 200000, SPK__DAG_MAX_DEPTH = 2500 };

typedef struct {
    spk_ctx *ctx;
    bool failed;
    bool too_large; /* why it failed */
    int32_t line;   /* given to new nodes */
    spk__dag_node *node;
    size_t n_nodes, node_room;
    spk__node *pool;
    size_t n_pool, pool_room;
    spk__dag_matrix *matrix;
    size_t n_matrices, matrix_room;
    spk__node *table; /* open addressing */
    size_t table_size;
    /* Something known of a state when a step begins: state < bound, or NaN. min(bound, state) is
     * then the state. SPK__NONE: nothing is known. */
    spk__node below_state, below_bound;
} spk__dag;

spk_status spk__dag_init(spk__dag *d, spk_ctx *ctx);
void spk__dag_free(spk__dag *d);
/* The error that too_large stands for. */
spk_status spk__dag_too_large(const spk__dag *d, const spk_loc *model, const char *name);

static inline const spk__dag_node *spk__dag_at(const spk__dag *d, spk__node n) {
    return &d->node[n];
}
static inline spk__node spk__dag_arg(const spk__dag *d, spk__node n, size_t i) {
    return d->pool[d->node[n].first + i];
}
/* Known before the first step: a lane constant, a uniform constant or a number. */
static inline bool spk__dag_is_fixed(const spk__dag *d, spk__node n) {
    return !(d->node[n].deps & (SPK__ON_STEP | SPK__ON_LANE));
}
static inline bool spk__dag_is(const spk__dag *d, spk__node n, spk__dag_op op) {
    return d->node[n].op == op;
}
static inline bool spk__dag_is_mask(const spk__dag *d, spk__node n) {
    return spk__dag_ops[d->node[n].op].is_mask;
}
bool spk__dag_is_number(const spk__dag *d, spk__node n, double x);

/* ---- constructors ---- */

/* The node as is, without simplification (args are copied). */
spk__node spk__dag_raw(spk__dag *d, spk__dag_op op, uint32_t index, uint32_t at, double number,
                       const spk__node *args, size_t n_args);
spk__node spk__dag_number(spk__dag *d, double x);
spk__node spk__dag_bool(spk__dag *d, bool x);
spk__node spk__dag_leaf(spk__dag *d, spk__dag_op op, uint32_t index);

spk__node spk__dag_add(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_sub(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_neg(spk__dag *d, spk__node a);
spk__node spk__dag_mul(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_div(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_scale(spk__dag *d, double k, spk__node a);
spk__node spk__dag_power(spk__dag *d, spk__node a, spk__node b);
/* a sum as one value: computed as it stands, and a single term in sums that use it */
spk__node spk__dag_let(spk__dag *d, spk__node a);
/* any other function of one or two reals */
spk__node spk__dag_unary(spk__dag *d, spk__dag_op op, spk__node a);
spk__node spk__dag_binary(spk__dag *d, spk__dag_op op, spk__node a, spk__node b);

spk__node spk__dag_compare(spk__dag *d, spk__dag_op op, spk__node a, spk__node b); /* LT LE EQ */
spk__node spk__dag_and(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_or(spk__dag *d, spk__node a, spk__node b);
spk__node spk__dag_not(spk__dag *d, spk__node a);
spk__node spk__dag_blend(spk__dag *d, spk__node mask, spk__node a, spk__node b);
/* a mask as 1 or 0, and a real as a mask (not 0) */
spk__node spk__dag_from_mask(spk__dag *d, spk__node mask);
spk__node spk__dag_to_mask(spk__dag *d, spk__node a);
/* What `value` is where `mask` holds: blends on that mask resolved. */
spk__node spk__dag_where(spk__dag *d, spk__node value, spk__node mask);

/* Element (row, column) of exp(matrix), given by rows. */
spk__node spk__dag_expm(spk__dag *d, const spk__node *entries, uint32_t size, uint32_t row,
                        uint32_t column);

/* ---- the view as a linear combination ---- */

/* Any real value is c0 + sum of c[i] * x[i] with fixed c and x no sum. n_terms 0: fixed. */
size_t spk__dag_terms(const spk__dag *d, spk__node n);
spk__node spk__dag_offset(spk__dag *d, spk__node n); /* c0 */
void spk__dag_term(spk__dag *d, spk__node n, size_t i, spk__node *c, spk__node *x);
/* The coefficient of x in n (0 if absent). */
spk__node spk__dag_coefficient(spk__dag *d, spk__node n, spk__node x);

/* ---- analysis ---- */

/* The value of a fixed node for these parameters; NaN where it has an EXPM element. */
double spk__dag_value(spk__dag *d, spk__node n, const double *parameter, double dt);
/* Whether two fixed nodes are equal for all parameters, as far as trying some tells. */
bool spk__dag_same(spk__dag *d, spk__node a, spk__node b);
/* If a == k * b for a fixed k: k, else SPK__NONE. */
spk__node spk__dag_ratio(spk__dag *d, spk__node a, spk__node b);
/* Whether n depends on x. */
bool spk__dag_uses(spk__dag *d, spk__node n, spk__node x);
/* The derivative of n with respect to the node x; min, max and blends by their branches, floor and
 * the like 0. SPK__NONE where an operation has none. */
spk__node spk__dag_derive(spk__dag *d, spk__node n, spk__node x);
/* n with every HOLE i replaced by value[i] (SPK__NONE: left). */
spk__node spk__dag_fill(spk__dag *d, spk__node n, const spk__node *value, size_t n_values);
/* The operation on numbers, with the program's own functions: what folding and the tests use. */
double spk__dag_compute(spk__dag_op op, const double *args);

#endif
