/* Walks over the graph: dependence, filling holes, derivatives. */
#include "lower/dag.h"

#include <math.h>

typedef struct {
    spk__dag *d;
    spk__node x;
    const spk__node *value;
    size_t n_values;
    spk__node *memo;
    unsigned char *known;
} walk;

static bool walk_begin(walk *w) {
    w->memo = SPK__ARRAY(w->d->ctx, w->d->n_nodes, spk__node);
    w->known = SPK__ARRAY(w->d->ctx, w->d->n_nodes, unsigned char);
    if (w->memo && w->known)
        return true;
    w->d->failed = true;
    return false;
}

static spk__node walk_end(walk *w, spk__node result) {
    spk__free(w->d->ctx, w->memo);
    spk__free(w->d->ctx, w->known);
    return result;
}

static bool uses(walk *w, spk__node n) {
    if (n == w->x)
        return true;
    if (w->known[n])
        return w->memo[n];
    w->known[n] = 1;
    uint32_t n_args = w->d->node[n].n_args;
    for (uint32_t i = 0; i < n_args && !w->memo[n]; i++)
        w->memo[n] = uses(w, spk__dag_arg(w->d, n, i));
    return w->memo[n];
}

bool spk__dag_uses(spk__dag *d, spk__node n, spk__node x) {
    walk w = {.d = d, .x = x};
    bool found = n && walk_begin(&w) && uses(&w, n);
    walk_end(&w, 0);
    return found;
}

/* ---- filling holes ---- */

static spk__node fill(walk *w, spk__node n);

static spk__node fill_sum(walk *w, spk__node n) {
    spk__dag *d = w->d;
    spk__node total = spk__dag_arg(d, n, 0);
    size_t terms = spk__dag_terms(d, n);
    for (size_t i = 0; i < terms; i++) {
        spk__node c, x;
        spk__dag_term(d, n, i, &c, &x);
        total = spk__dag_add(d, total, spk__dag_mul(d, c, fill(w, x)));
    }
    return total;
}

static spk__node rebuild(spk__dag *d, spk__dag_op op, const spk__node *a) {
    switch (op) {
    case SPK__N_BLEND:
        return spk__dag_blend(d, a[0], a[1], a[2]);
    case SPK__N_LT:
    case SPK__N_LE:
    case SPK__N_EQ:
        return spk__dag_compare(d, op, a[0], a[1]);
    case SPK__N_AND:
        return spk__dag_and(d, a[0], a[1]);
    case SPK__N_OR:
        return spk__dag_or(d, a[0], a[1]);
    case SPK__N_FMA:
        return spk__dag_add(d, spk__dag_mul(d, a[0], a[1]), a[2]);
    default:
        return spk__dag_ops[op].n_args == 1 ? spk__dag_unary(d, op, a[0])
                                            : spk__dag_binary(d, op, a[0], a[1]);
    }
}

static spk__node fill(walk *w, spk__node n) {
    spk__dag *d = w->d;
    if (!n || spk__dag_is_fixed(d, n))
        return n;
    if (w->known[n])
        return w->memo[n];
    spk__dag_op op = d->node[n].op;
    spk__node result = n;
    int32_t line = d->line;
    d->line = d->node[n].line;
    if (op == SPK__N_HOLE) {
        uint32_t i = d->node[n].index;
        if (i < w->n_values && w->value[i])
            result = w->value[i];
    } else if (op == SPK__N_SUM) {
        result = fill_sum(w, n);
    } else if (d->node[n].n_args) {
        spk__node a[3] = {0, 0, 0}, before[3] = {0, 0, 0};
        uint32_t n_args = d->node[n].n_args;
        for (uint32_t i = 0; i < n_args && i < 3; i++) {
            before[i] = spk__dag_arg(d, n, i);
            a[i] = fill(w, before[i]);
        }
        if (op == SPK__N_POISSON)
            result = spk__dag_raw(d, op, d->node[n].index, 0, 0, a, 1);
        else if (memcmp(a, before, sizeof a) != 0)
            result = rebuild(d, op, a);
    }
    d->line = line;
    w->known[n] = 1;
    w->memo[n] = result;
    return result;
}

spk__node spk__dag_fill(spk__dag *d, spk__node n, const spk__node *value, size_t n_values) {
    walk w = {.d = d, .value = value, .n_values = n_values};
    return walk_end(&w, n && walk_begin(&w) ? fill(&w, n) : SPK__NONE);
}

/* ---- derivatives ---- */

static spk__node derive(walk *w, spk__node n);

static spk__node num(walk *w, double x) {
    return spk__dag_number(w->d, x);
}

/* f'(a) of a function of one argument; SPK__NONE if there is none here. y is f(a). */
static spk__node outer(walk *w, spk__dag_op op, spk__node a, spk__node y) {
    spk__dag *d = w->d;
    spk__node one = num(w, 1);
    switch (op) {
    case SPK__N_LET:
        return one;
    case SPK__N_EXP:
        return y;
    case SPK__N_EXP2:
        return spk__dag_scale(d, 0x1.62e42fefa39efp-1, y);
    case SPK__N_EXPM1:
        return spk__dag_add(d, y, one);
    case SPK__N_LN:
        return spk__dag_div(d, one, a);
    case SPK__N_LOG10:
        return spk__dag_scale(d, 0x1.bcb7b1526e50ep-2, spk__dag_div(d, one, a));
    case SPK__N_SQRT:
        return spk__dag_div(d, num(w, 0.5), y);
    case SPK__N_SIN:
        return spk__dag_unary(d, SPK__N_COS, a);
    case SPK__N_COS:
        return spk__dag_neg(d, spk__dag_unary(d, SPK__N_SIN, a));
    case SPK__N_TAN:
        return spk__dag_add(d, one, spk__dag_mul(d, y, y));
    case SPK__N_SINH:
        return spk__dag_unary(d, SPK__N_COSH, a);
    case SPK__N_COSH:
        return spk__dag_unary(d, SPK__N_SINH, a);
    case SPK__N_TANH:
        return spk__dag_sub(d, one, spk__dag_mul(d, y, y));
    case SPK__N_ERF:
    case SPK__N_ERFC: {
        spk__node bell = spk__dag_unary(d, SPK__N_EXP, spk__dag_neg(d, spk__dag_mul(d, a, a)));
        return spk__dag_scale(d, op == SPK__N_ERF ? 0x1.20dd750429b6dp0 : -0x1.20dd750429b6dp0,
                              bell);
    }
    case SPK__N_ABS:
        return spk__dag_blend(d, spk__dag_compare(d, SPK__N_LT, a, num(w, 0)), num(w, -1), one);
    case SPK__N_CEIL:
    case SPK__N_FLOOR:
    case SPK__N_ROUND:
    case SPK__N_TRUNC:
        return num(w, 0);
    case SPK__N_XEXPM1: {
        /* B(a) = a / (exp(a) - 1): B' = B (1 - B exp(a)) / a, written without the singularity
         * through B(-a) = B(a) exp(a): B' = B (1 - B(-a)) / a; near 0 the quotient is taken at a
         * shifted point. */
        spk__node minus = spk__dag_unary(d, SPK__N_XEXPM1, spk__dag_neg(d, a));
        spk__node far =
            spk__dag_compare(d, SPK__N_LT, num(w, 1e-2), spk__dag_unary(d, SPK__N_ABS, a));
        spk__node exact = spk__dag_div(d, spk__dag_mul(d, y, spk__dag_sub(d, one, minus)), a);
        spk__node series = spk__dag_add(d, num(w, -0.5), spk__dag_scale(d, 1.0 / 6, a));
        return spk__dag_blend(d, far, exact, series);
    }
    default:
        return SPK__NONE;
    }
}

static spk__node derive_binary(walk *w, spk__node n, spk__dag_op op) {
    spk__dag *d = w->d;
    spk__node a = spk__dag_arg(d, n, 0), b = spk__dag_arg(d, n, 1);
    spk__node da = derive(w, a), db = derive(w, b);
    switch (op) {
    case SPK__N_MUL:
        return spk__dag_add(d, spk__dag_mul(d, da, b), spk__dag_mul(d, a, db));
    case SPK__N_DIV:
        return spk__dag_div(d, spk__dag_sub(d, da, spk__dag_mul(d, n, db)), b);
    case SPK__N_MIN:
    case SPK__N_MAX: {
        spk__node less = spk__dag_compare(d, SPK__N_LT, a, b);
        return op == SPK__N_MIN ? spk__dag_blend(d, less, da, db) : spk__dag_blend(d, less, db, da);
    }
    case SPK__N_POW: {
        spk__node by_base = spk__dag_mul(
            d, spk__dag_mul(d, b, spk__dag_power(d, a, spk__dag_sub(d, b, num(w, 1)))), da);
        if (spk__dag_is_number(d, db, 0))
            return by_base;
        spk__node by_power =
            spk__dag_mul(d, spk__dag_mul(d, n, spk__dag_unary(d, SPK__N_LN, a)), db);
        return spk__dag_add(d, by_base, by_power);
    }
    default:
        return SPK__NONE;
    }
}

static spk__node derive_sum(walk *w, spk__node n) {
    spk__dag *d = w->d;
    spk__node total = num(w, 0);
    size_t terms = spk__dag_terms(d, n);
    for (size_t i = 0; i < terms; i++) {
        spk__node c, x;
        spk__dag_term(d, n, i, &c, &x);
        total = spk__dag_add(d, total, spk__dag_mul(d, c, derive(w, x)));
    }
    return total;
}

static spk__node derive(walk *w, spk__node n) {
    spk__dag *d = w->d;
    if (n == w->x)
        return num(w, 1);
    if (spk__dag_is_fixed(d, n) || !d->node[n].n_args)
        return num(w, 0);
    if (w->known[n])
        return w->memo[n];
    spk__dag_op op = d->node[n].op;
    spk__node result;
    if (op == SPK__N_SUM) {
        result = derive_sum(w, n);
    } else if (op == SPK__N_BLEND) {
        spk__node mask = spk__dag_arg(d, n, 0);
        spk__node a = derive(w, spk__dag_arg(d, n, 1)), b = derive(w, spk__dag_arg(d, n, 2));
        result = spk__dag_blend(d, mask, a, b);
    } else if (d->node[n].n_args == 2) {
        result = derive_binary(w, n, op);
    } else {
        spk__node a = spk__dag_arg(d, n, 0), da = derive(w, a);
        result = spk__dag_is_number(d, da, 0) ? da : spk__dag_mul(d, outer(w, op, a, n), da);
    }
    w->known[n] = 1;
    w->memo[n] = result;
    return result;
}

spk__node spk__dag_derive(spk__dag *d, spk__node n, spk__node x) {
    walk w = {.d = d, .x = x};
    if (!n || !x || !walk_begin(&w))
        return walk_end(&w, SPK__NONE);
    return walk_end(&w, derive(&w, n));
}
