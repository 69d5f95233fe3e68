/* Expressions to nodes, in the environment of the moment: what a state, a drive or a local is worth
 * now. */
#include "lower/internal.h"

#include <stdarg.h>
#include <stdio.h>

spk__node spk__lower_fail(spk__lowering *l, const spk_loc *loc, const char *hint,
                          const char *format, ...) {
    char text[400];
    va_list args;
    if (l->d->failed) /* what looks wrong may only be missing */
        return SPK__NONE;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    spk_status st = spk__fail(l->ctx, SPK_ERR_INPUT, loc, hint, "%s", text);
    if (!l->st)
        l->st = st;
    return SPK__NONE;
}

static spk__node to_real(spk__lowering *l, spk__node n) {
    return n && spk__dag_is_mask(l->d, n) ? spk__dag_from_mask(l->d, n) : n;
}

static spk__node to_mask(spk__lowering *l, spk__node n) {
    return n && !spk__dag_is_mask(l->d, n) ? spk__dag_to_mask(l->d, n) : n;
}

spk__node spk__eval_real(spk__lowering *l, const spk__expr *e) {
    return to_real(l, spk__eval(l, e));
}

spk__node spk__eval_mask(spk__lowering *l, const spk__expr *e) {
    return to_mask(l, spk__eval(l, e));
}

/* Runs fn with an environment in which only parameters, internals and initial values have meaning.
 */
static spk__node eval_in_fixed(spk__lowering *l, const spk__expr *e) {
    bool was = l->is_fixed, nan = l->nan_is_true;
    size_t frame = l->frame;
    l->is_fixed = true;
    l->nan_is_true = false;
    l->frame = l->n_locals;
    spk__node n = spk__eval_real(l, e);
    l->is_fixed = was;
    l->nan_is_true = nan;
    l->frame = frame;
    return n;
}

spk__node spk__eval_fixed(spk__lowering *l, const spk__expr *e, const char *what) {
    spk__node n = spk__eval_real(l, e);
    if (n && !spk__dag_is_fixed(l->d, n))
        return spk__lower_fail(l, &e->loc, "use parameters, internals and numbers only",
                               "%s must not change from step to step", what);
    return n;
}

/* ---- symbols ---- */

size_t spk__state_slot(spk__lowering *l, const spk__symbol *s) {
    for (size_t i = 0; i < l->model->n_states; i++)
        if (l->model->states[i] == s)
            return l->state_slot[i];
    return SIZE_MAX;
}

static size_t size_of(const spk__symbol *s) {
    return s->vector_size ? (size_t)s->vector_size : 1;
}

size_t spk__port_slot(spk__lowering *l, const spk__symbol *port, int element) {
    for (size_t i = 0; i < l->model->n_ports; i++)
        if (l->model->ports[i] == port)
            return l->port_slot[i] + (element > 0 ? (size_t)element : 0);
    return SIZE_MAX;
}

static size_t element_of(spk__lowering *l, const spk__expr *e) {
    if (!e->symbol->vector_size || !e->n_args)
        return 0;
    spk__node index = spk__eval_real(l, e->arg[0]);
    if (!index)
        return SIZE_MAX;
    const spk__dag_node *n = spk__dag_at(l->d, index);
    if (n->op != SPK__N_CONST || n->number < 0 || n->number >= (double)size_of(e->symbol) ||
        n->number != (double)(size_t)n->number) {
        spk__lower_fail(l, &e->arg[0]->loc, NULL,
                        "an index of '%s' must be a constant from 0 to %zu", e->symbol->name,
                        size_of(e->symbol) - 1);
        return SIZE_MAX;
    }
    return (size_t)n->number;
}

spk__node spk__initial(spk__lowering *l, size_t state) {
    const spk__lstate *s = &l->state[state];
    if (!s->symbol || !s->symbol->value)
        return spk__dag_number(l->d, 0);
    if (l->initial_busy[state])
        return spk__lower_fail(l, &s->symbol->loc, NULL,
                               "the initial value of '%s' depends on itself", s->symbol->name);
    l->initial_busy[state] = 1;
    spk__node n = eval_in_fixed(l, s->symbol->value);
    l->initial_busy[state] = 0;
    if (n && s->is_integer)
        n = spk__dag_unary(l->d, SPK__N_TRUNC, n);
    return n;
}

static spk__node internal_value(spk__lowering *l, const spk__symbol *s) {
    size_t i = 0;
    while (i < l->model->n_internals && l->model->internals[i] != s)
        i++;
    if (i == l->model->n_internals || !s->value)
        return spk__dag_number(l->d, 0);
    if (l->internal[i])
        return l->internal[i];
    if (l->internal_busy[i])
        return spk__lower_fail(l, &s->loc, NULL, "'%s' depends on itself", s->name);
    l->internal_busy[i] = 1;
    int32_t line = l->d->line;
    l->d->line = s->loc.line;
    spk__node n = eval_in_fixed(l, s->value);
    l->d->line = line;
    l->internal_busy[i] = 0;
    if (n && s->type.kind == SPK__INTEGER)
        n = spk__dag_unary(l->d, SPK__N_TRUNC, n);
    if (!n || !spk__dag_is_fixed(l->d, n))
        return n ? spk__lower_fail(l, &s->loc, NULL,
                                   "the internal '%s' must not change from step to step", s->name)
                 : SPK__NONE;
    return l->internal[i] = n;
}

static spk__node local_value(spk__lowering *l, const spk__expr *e, size_t element) {
    for (size_t i = l->n_locals; i > l->frame; i--)
        if (l->local[i - 1].symbol == e->symbol) {
            size_t first = i - 1;
            while (first > l->frame && l->local[first - 1].symbol == e->symbol)
                first--;
            return l->local[first + element].value;
        }
    return spk__lower_fail(l, &e->loc, NULL, "'%s' has no value here", e->symbol->name);
}

static spk__node symbol_value(spk__lowering *l, const spk__expr *e) {
    spk__symbol *s = e->symbol;
    size_t element = element_of(l, e);
    if (element == SIZE_MAX)
        return SPK__NONE;
    for (size_t i = 0; l->kernel && i < l->kernel->n_kernel_states; i++)
        if (l->kernel->kernel_states[i] == s)
            return spk__dag_leaf(l->d, SPK__N_HOLE, (uint32_t)(l->kernel_first + i));
    switch (s->kind) {
    case SPK__SYM_STATE: {
        size_t slot = spk__state_slot(l, s);
        if (slot == SIZE_MAX)
            return spk__lower_fail(l, &e->loc, "use convolve(kernel, port)",
                                   "'%s' is the state of a kernel and has no value of its own",
                                   s->name);
        return l->is_fixed ? spk__initial(l, slot + element) : l->value[slot + element];
    }
    case SPK__SYM_PARAMETER:
        for (size_t i = 0; i < l->model->n_parameters; i++)
            if (l->model->parameters[i] == s)
                return spk__dag_leaf(l->d, SPK__N_PARAM,
                                     (uint32_t)(l->parameter_slot[i] + element));
        return SPK__NONE;
    case SPK__SYM_INTERNAL:
        return internal_value(l, s);
    case SPK__SYM_INLINE:
        return spk__eval(l, s->value);
    case SPK__SYM_SPIKE_PORT: {
        /* weight / ms: a weight is worth one spike in a thousandth of a second */
        size_t port = spk__port_slot(l, s, (int)element);
        spk__node w = l->is_fixed ? spk__dag_number(l->d, 0) : l->spikes[port];
        return spk__dag_scale(l->d, 1e-3, w);
    }
    case SPK__SYM_CONTINUOUS_PORT:
        return l->is_fixed ? spk__dag_number(l->d, 0)
                           : l->drive[spk__port_slot(l, s, (int)element)];
    case SPK__SYM_LOCAL:
        return local_value(l, e, element);
    case SPK__SYM_TIME:
        return l->is_fixed ? spk__dag_number(l->d, 0) : l->time;
    default:
        return spk__lower_fail(l, &e->loc, "use convolve(kernel, port)",
                               "the kernel '%s' has no value of its own", s->name);
    }
}

/* ---- operators ---- */

/* Counting down by dt does not end at 0 in floating point. A timer is compared with 0 to a 64th of
 * a step, so that a refractory period of n steps takes n steps in every precision. (With a carry
 * the last step ends at 0 exactly.) */
static spk__node timer_margin(spk__lowering *l, const spk__expr *timer, spk__node zero, int side) {
    double rate;
    if (l->is_fixed || l->p->carry || timer->kind != SPK__EX_SYMBOL ||
        timer->symbol->kind != SPK__SYM_STATE || !spk__dag_is_number(l->d, zero, 0))
        return zero;
    size_t slot = spk__state_slot(l, timer->symbol);
    if (slot == SIZE_MAX || !spk__is_timer(l, slot, &rate))
        return zero;
    return spk__dag_scale(l->d, side * -rate / 64, spk__dag_leaf(l->d, SPK__N_DT, 0));
}

/* timer > 0 and timer <= 0 mean more or less than a margin above 0; timer >= 0 and < 0, below it.
 */
static void shift_timer(spk__lowering *l, const spk__expr *e, spk__node *a, spk__node *b) {
    bool gt = e->op == SPK__OP_GT || e->op == SPK__OP_LE;
    bool lt = e->op == SPK__OP_LT || e->op == SPK__OP_GE;
    if (gt || lt) {
        *b = timer_margin(l, e->arg[0], *b, gt ? 1 : -1);
        *a = timer_margin(l, e->arg[1], *a, gt ? -1 : 1);
    }
}

static spk__node compare(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    spk__node a = spk__eval(l, e->arg[0]), b = spk__eval(l, e->arg[1]);
    if (!a || !b)
        return SPK__NONE;
    if (spk__dag_is_mask(d, a) || spk__dag_is_mask(d, b)) {
        a = to_mask(l, a);
        b = to_mask(l, b);
        spk__node both = spk__dag_and(d, a, b);
        spk__node neither = spk__dag_and(d, spk__dag_not(d, a), spk__dag_not(d, b));
        spk__node same = spk__dag_or(d, both, neither);
        return e->op == SPK__OP_NE ? spk__dag_not(d, same) : same;
    }
    shift_timer(l, e, &a, &b);
    /* A threshold must see a NaN: there >= is "not <". */
    bool n = l->nan_is_true;
    switch (e->op) {
    case SPK__OP_LT:
        return n ? spk__dag_not(d, spk__dag_compare(d, SPK__N_LE, b, a))
                 : spk__dag_compare(d, SPK__N_LT, a, b);
    case SPK__OP_LE:
        return n ? spk__dag_not(d, spk__dag_compare(d, SPK__N_LT, b, a))
                 : spk__dag_compare(d, SPK__N_LE, a, b);
    case SPK__OP_GT:
        return n ? spk__dag_not(d, spk__dag_compare(d, SPK__N_LE, a, b))
                 : spk__dag_compare(d, SPK__N_LT, b, a);
    case SPK__OP_GE:
        return n ? spk__dag_not(d, spk__dag_compare(d, SPK__N_LT, a, b))
                 : spk__dag_compare(d, SPK__N_LE, b, a);
    case SPK__OP_EQ:
        return spk__dag_compare(d, SPK__N_EQ, a, b);
    default:
        return spk__dag_not(d, spk__dag_compare(d, SPK__N_EQ, a, b));
    }
}

static spk__node bit_operation(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    spk__node a = spk__eval_real(l, e->arg[0]);
    spk__node b = e->n_args > 1 ? spk__eval_real(l, e->arg[1]) : a;
    if (!a || !b)
        return SPK__NONE;
    if (e->op == SPK__OP_BITNOT) /* ~a = -a - 1 */
        return spk__dag_sub(d, spk__dag_number(d, -1), a);
    spk__node power = spk__dag_power(d, spk__dag_number(d, 2), b);
    if (e->op == SPK__OP_SHL)
        return spk__dag_mul(d, a, power);
    if (e->op == SPK__OP_SHR)
        return spk__dag_unary(d, SPK__N_FLOOR, spk__dag_div(d, a, power));
    if (!spk__dag_is_fixed(d, a) || !spk__dag_is_fixed(d, b))
        return spk__lower_fail(
            l, &e->loc, NULL,
            "bit operations on values that change from step to step are not supported");
    spk__dag_op op = e->op == SPK__OP_BITAND  ? SPK__N_BITAND
                     : e->op == SPK__OP_BITOR ? SPK__N_BITOR
                                              : SPK__N_BITXOR;
    return spk__dag_binary(d, op, a, b);
}

static spk__node binary(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    if (e->op >= SPK__OP_LT && e->op <= SPK__OP_NE)
        return compare(l, e);
    if (e->op == SPK__OP_AND || e->op == SPK__OP_OR) {
        spk__node a = spk__eval_mask(l, e->arg[0]), b = spk__eval_mask(l, e->arg[1]);
        return e->op == SPK__OP_AND ? spk__dag_and(d, a, b) : spk__dag_or(d, a, b);
    }
    if (e->op >= SPK__OP_BITAND)
        return bit_operation(l, e);
    spk__node a = spk__eval_real(l, e->arg[0]), b = spk__eval_real(l, e->arg[1]);
    switch (e->op) {
    case SPK__OP_ADD:
        return spk__dag_add(d, a, b);
    case SPK__OP_SUB:
        return spk__dag_sub(d, a, b);
    case SPK__OP_MUL:
        return spk__dag_mul(d, a, b);
    case SPK__OP_DIV:
        return spk__dag_div(d, a, b);
    case SPK__OP_POW:
        return spk__dag_power(d, a, b);
    default: { /* a % b = a - b trunc(a / b) */
        spk__node times = spk__dag_unary(d, SPK__N_TRUNC, spk__dag_div(d, a, b));
        return spk__dag_sub(d, a, spk__dag_mul(d, b, times));
    }
    }
}

static spk__node unary(spk__lowering *l, const spk__expr *e) {
    switch (e->op) {
    case SPK__OP_NOT:
        return spk__dag_not(l->d, spk__eval_mask(l, e->arg[0]));
    case SPK__OP_NEG:
        return spk__dag_neg(l->d, spk__eval_real(l, e->arg[0]));
    case SPK__OP_BITNOT:
        return bit_operation(l, e);
    default:
        return spk__eval_real(l, e->arg[0]);
    }
}

/* ---- functions ---- */

static spk__node draw(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    if (l->is_fixed)
        return spk__lower_fail(l, &e->loc, NULL,
                               "%s is not supported in parameters, internals and initial values",
                               spk__builtin_name(e->builtin));
    l->p->uses_random = true;
    spk__node a = spk__eval_real(l, e->arg[0]);
    if (e->builtin == SPK__FN_random_poisson)
        return spk__dag_raw(d, SPK__N_POISSON, l->n_draws++, 0, 0, &a, 1);
    spk__node b = spk__eval_real(l, e->arg[1]);
    bool normal = e->builtin == SPK__FN_random_normal;
    spk__node u = spk__dag_leaf(d, normal ? SPK__N_NORMAL : SPK__N_UNIFORM, l->n_draws++);
    return spk__dag_add(d, a, spk__dag_mul(d, b, u)); /* mean, deviation; offset, scale */
}

static spk__dag_op function_op(spk__builtin f) {
    switch (f) {
    case SPK__FN_exp:
        return SPK__N_EXP;
    case SPK__FN_ln:
        return SPK__N_LN;
    case SPK__FN_log10:
        return SPK__N_LOG10;
    case SPK__FN_sqrt:
        return SPK__N_SQRT;
    case SPK__FN_sin:
        return SPK__N_SIN;
    case SPK__FN_cos:
        return SPK__N_COS;
    case SPK__FN_tan:
        return SPK__N_TAN;
    case SPK__FN_sinh:
        return SPK__N_SINH;
    case SPK__FN_cosh:
        return SPK__N_COSH;
    case SPK__FN_tanh:
        return SPK__N_TANH;
    case SPK__FN_erf:
        return SPK__N_ERF;
    case SPK__FN_erfc:
        return SPK__N_ERFC;
    case SPK__FN_expm1:
        return SPK__N_EXPM1;
    case SPK__FN_abs:
        return SPK__N_ABS;
    case SPK__FN_ceil:
        return SPK__N_CEIL;
    case SPK__FN_floor:
        return SPK__N_FLOOR;
    case SPK__FN_round:
        return SPK__N_ROUND;
    case SPK__FN_min:
        return SPK__N_MIN;
    case SPK__FN_max:
        return SPK__N_MAX;
    case SPK__FN_pow:
        return SPK__N_POW;
    default:
        return SPK__N_COUNT;
    }
}

static spk__node builtin(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    spk__node dt = spk__dag_leaf(d, SPK__N_DT, 0);
    switch (e->builtin) {
    case SPK__FN_random_normal:
    case SPK__FN_random_uniform:
    case SPK__FN_random_poisson:
        return draw(l, e);
    case SPK__FN_resolution:
    case SPK__FN_timestep:
    case SPK__FN_steps:
        if (l->model->is_synapse)
            return spk__lower_fail(l, &e->loc, NULL, "a synapse has no steps: %s is not supported",
                                   spk__builtin_name(e->builtin));
        if (e->builtin != SPK__FN_steps)
            return dt;
        return spk__dag_unary(d, SPK__N_ROUND, spk__dag_div(d, spk__eval_real(l, e->arg[0]), dt));
    case SPK__FN_clip: {
        spk__node x = spk__eval_real(l, e->arg[0]);
        x = spk__dag_binary(d, SPK__N_MAX, spk__eval_real(l, e->arg[1]), x);
        return spk__dag_binary(d, SPK__N_MIN, spk__eval_real(l, e->arg[2]), x);
    }
    case SPK__FN_delta:
        return spk__lower_fail(l, &e->loc, "kernel K = delta(t), then convolve(K, port)",
                               "delta(t) has a meaning in kernels only");
    default:
        break;
    }
    spk__dag_op op = function_op(e->builtin);
    if (op == SPK__N_COUNT)
        return spk__lower_fail(l, &e->loc, NULL, "%s is not supported",
                               spk__builtin_name(e->builtin));
    spk__node a = spk__eval_real(l, e->arg[0]);
    return e->n_args == 1 ? spk__dag_unary(d, op, a)
                          : spk__dag_binary(d, op, a, spk__eval_real(l, e->arg[1]));
}

static spk__node convolve_value(spk__lowering *l, const spk__expr *e) {
    spk__dag *d = l->d;
    if (l->is_fixed)
        return spk__dag_number(d, 0);
    const spk__convolution *c = spk__convolve(l, e);
    if (!c)
        return SPK__NONE;
    spk__node sum = spk__dag_mul(d, c->direct, l->delta[c->port]);
    for (size_t i = 0; i < c->n_terms; i++)
        sum = spk__dag_add(d, sum, spk__dag_mul(d, c->weight[i], l->value[c->state[i]]));
    return sum;
}

spk__node spk__eval(spk__lowering *l, const spk__expr *e) {
    if (l->st || l->d->failed)
        return SPK__NONE;
    switch (e->kind) {
    case SPK__EX_NUMBER:
        return e->type.kind == SPK__BOOLEAN ? spk__dag_bool(l->d, e->number != 0)
                                            : spk__dag_number(l->d, e->number);
    case SPK__EX_SYMBOL: {
        spk__node n = symbol_value(l, e);
        return e->type.kind == SPK__BOOLEAN ? to_mask(l, n) : n;
    }
    case SPK__EX_UNARY:
        return unary(l, e);
    case SPK__EX_BINARY:
        return binary(l, e);
    case SPK__EX_CHOICE: {
        spk__node mask = spk__eval_mask(l, e->arg[0]);
        spk__node a = spk__eval(l, e->arg[1]), b = spk__eval(l, e->arg[2]);
        if (a && b && spk__dag_is_mask(l->d, a) != spk__dag_is_mask(l->d, b)) {
            a = to_real(l, a);
            b = to_real(l, b);
        }
        return spk__dag_blend(l->d, mask, a, b);
    }
    case SPK__EX_BUILTIN:
        return builtin(l, e);
    case SPK__EX_CALL:
        return spk__inline_call(l, e);
    case SPK__EX_CONVOLVE:
        return convolve_value(l, e);
    default:
        return spk__lower_fail(l, &e->loc, NULL, "a text has no value here");
    }
}
