/* Arithmetic on nodes. Fixed values (lane constants) are plain trees; values of the step are linear
 * combinations with fixed coefficients, which absorb every product with and division by a fixed
 * value. Identities used are those that hold for finite numbers; order of rounding may change,
 * meaning not.
 */
#include "lower/dag.h"

#include <math.h>

enum { MAX_TERMS = 96 }; /* of one sum; more are computed in parts */

static double number_of(const spk__dag *d, spk__node n) {
    return d->node[n].number;
}

static bool is_const(const spk__dag *d, spk__node n) {
    return d->node[n].op == SPK__N_CONST;
}

/* Folds when all arguments are numbers. */
static spk__node plain(spk__dag *d, spk__dag_op op, spk__node a, spk__node b, spk__node c) {
    spk__node args[3] = {a, b, c};
    int n = spk__dag_ops[op].n_args;
    double x[3];
    bool known = true;
    for (int i = 0; i < n; i++) {
        if (!args[i])
            return SPK__NONE;
        spk__dag_op o = d->node[args[i]].op;
        known = known && (o == SPK__N_CONST || o == SPK__N_BOOL);
        x[i] = number_of(d, args[i]);
    }
    if (known) {
        double y = spk__dag_compute(op, x);
        return spk__dag_ops[op].is_mask ? spk__dag_bool(d, y != 0) : spk__dag_number(d, y);
    }
    return spk__dag_raw(d, op, 0, 0, 0, args, (size_t)n);
}

/* ---- fixed values ---- */

static spk__node fixed_neg(spk__dag *d, spk__node a) {
    if (spk__dag_is(d, a, SPK__N_NEG))
        return spk__dag_arg(d, a, 0);
    return plain(d, SPK__N_NEG, a, 0, 0);
}

static spk__node fixed_add(spk__dag *d, spk__node a, spk__node b) {
    if (spk__dag_is_number(d, a, 0))
        return b;
    if (spk__dag_is_number(d, b, 0))
        return a;
    if (spk__dag_is(d, b, SPK__N_NEG)) {
        spk__node c = spk__dag_arg(d, b, 0);
        return c == a ? spk__dag_number(d, 0) : plain(d, SPK__N_SUB, a, c, 0);
    }
    if (spk__dag_is(d, a, SPK__N_NEG)) {
        spk__node c = spk__dag_arg(d, a, 0);
        return c == b ? spk__dag_number(d, 0) : plain(d, SPK__N_SUB, b, c, 0);
    }
    return a < b ? plain(d, SPK__N_ADD, a, b, 0) : plain(d, SPK__N_ADD, b, a, 0);
}

static spk__node fixed_mul(spk__dag *d, spk__node a, spk__node b) {
    if (is_const(d, b)) {
        spk__node swap = a;
        a = b;
        b = swap;
    }
    if (spk__dag_is_number(d, a, 0))
        return a;
    if (spk__dag_is_number(d, a, 1))
        return b;
    if (spk__dag_is_number(d, a, -1))
        return fixed_neg(d, b);
    if (is_const(d, a) && is_const(d, b))
        return plain(d, SPK__N_MUL, a, b, 0);
    if (spk__dag_is(d, a, SPK__N_NEG))
        return fixed_neg(d, fixed_mul(d, spk__dag_arg(d, a, 0), b));
    if (spk__dag_is(d, b, SPK__N_NEG))
        return fixed_neg(d, fixed_mul(d, a, spk__dag_arg(d, b, 0)));
    /* number * (number * x), and x / x */
    if (is_const(d, a) && spk__dag_is(d, b, SPK__N_MUL) && is_const(d, spk__dag_arg(d, b, 0)))
        return fixed_mul(d, plain(d, SPK__N_MUL, a, spk__dag_arg(d, b, 0), 0),
                         spk__dag_arg(d, b, 1));
    if (spk__dag_is(d, b, SPK__N_DIV) && spk__dag_arg(d, b, 1) == a)
        return spk__dag_arg(d, b, 0);
    if (spk__dag_is(d, a, SPK__N_DIV) && spk__dag_arg(d, a, 1) == b)
        return spk__dag_arg(d, a, 0);
    bool first = is_const(d, a) || (!is_const(d, b) && a < b);
    return first ? plain(d, SPK__N_MUL, a, b, 0) : plain(d, SPK__N_MUL, b, a, 0);
}

static spk__node fixed_div(spk__dag *d, spk__node a, spk__node b) {
    if (spk__dag_is_number(d, b, 1))
        return a;
    if (spk__dag_is_number(d, b, -1))
        return fixed_neg(d, a);
    if (is_const(d, a) && is_const(d, b))
        return plain(d, SPK__N_DIV, a, b, 0);
    if (spk__dag_is_number(d, a, 0))
        return a;
    if (a == b)
        return spk__dag_number(d, 1);
    if (spk__dag_is(d, a, SPK__N_NEG))
        return fixed_neg(d, fixed_div(d, spk__dag_arg(d, a, 0), b));
    if (spk__dag_is(d, b, SPK__N_NEG))
        return fixed_neg(d, fixed_div(d, a, spk__dag_arg(d, b, 0)));
    if (spk__dag_is(d, a, SPK__N_MUL)) {
        if (spk__dag_arg(d, a, 0) == b)
            return spk__dag_arg(d, a, 1);
        if (spk__dag_arg(d, a, 1) == b)
            return spk__dag_arg(d, a, 0);
    }
    return plain(d, SPK__N_DIV, a, b, 0);
}

/* ---- linear combinations ---- */

size_t spk__dag_terms(const spk__dag *d, spk__node n) {
    if (spk__dag_is_fixed(d, n))
        return 0;
    return spk__dag_is(d, n, SPK__N_SUM) ? (d->node[n].n_args - 1) / 2 : 1;
}

spk__node spk__dag_offset(spk__dag *d, spk__node n) {
    if (spk__dag_is_fixed(d, n))
        return n;
    return spk__dag_is(d, n, SPK__N_SUM) ? spk__dag_arg(d, n, 0) : spk__dag_number(d, 0);
}

void spk__dag_term(spk__dag *d, spk__node n, size_t i, spk__node *c, spk__node *x) {
    bool sum = spk__dag_is(d, n, SPK__N_SUM);
    *c = sum ? spk__dag_arg(d, n, 1 + 2 * i) : spk__dag_number(d, 1);
    *x = sum ? spk__dag_arg(d, n, 2 + 2 * i) : n;
}

spk__node spk__dag_coefficient(spk__dag *d, spk__node n, spk__node x) {
    for (size_t i = 0; i < spk__dag_terms(d, n); i++) {
        spk__node c, y;
        spk__dag_term(d, n, i, &c, &y);
        if (y == x)
            return c;
    }
    return spk__dag_number(d, 0);
}

static spk__node make_sum(spk__dag *d, spk__node *parts, size_t n_terms) {
    if (d->failed)
        return SPK__NONE;
    if (!n_terms)
        return parts[0];
    if (n_terms == 1 && spk__dag_is_number(d, parts[0], 0) && spk__dag_is_number(d, parts[1], 1))
        return parts[2];
    return spk__dag_raw(d, SPK__N_SUM, 0, 0, 0, parts, 1 + 2 * n_terms);
}

/* a + k * b */
static spk__node sum_of(spk__dag *d, spk__node a, spk__node k, spk__node b) {
    if (spk__dag_terms(d, a) + spk__dag_terms(d, b) > MAX_TERMS) {
        a = spk__dag_let(d, a);
        b = spk__dag_let(d, b);
    }
    spk__node parts[1 + 2 * MAX_TERMS];
    size_t na = spk__dag_terms(d, a), nb = spk__dag_terms(d, b), i = 0, j = 0, n = 0;
    spk__node offset = spk__dag_offset(d, b);
    parts[0] = fixed_add(d, spk__dag_offset(d, a), fixed_mul(d, k, offset));
    while (i < na || j < nb) {
        spk__node ca = 0, xa = UINT32_MAX, cb = 0, xb = UINT32_MAX, c;
        if (i < na)
            spk__dag_term(d, a, i, &ca, &xa);
        if (j < nb)
            spk__dag_term(d, b, j, &cb, &xb);
        if (xa < xb)
            c = ca;
        else
            c = xa == xb ? fixed_add(d, ca, fixed_mul(d, k, cb)) : fixed_mul(d, k, cb);
        if (!c)
            return SPK__NONE;
        if (!spk__dag_is_number(d, c, 0)) {
            parts[1 + 2 * n] = c;
            parts[2 + 2 * n++] = xa < xb ? xa : xb;
        }
        i += xa <= xb;
        j += xb <= xa;
    }
    return make_sum(d, parts, n);
}

spk__node spk__dag_add(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (spk__dag_is_fixed(d, a) && spk__dag_is_fixed(d, b))
        return fixed_add(d, a, b);
    return sum_of(d, a, spk__dag_number(d, 1), b);
}

spk__node spk__dag_neg(spk__dag *d, spk__node a) {
    return spk__dag_mul(d, spk__dag_number(d, -1), a);
}

spk__node spk__dag_sub(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (spk__dag_is_fixed(d, a) && spk__dag_is_fixed(d, b))
        return a == b ? spk__dag_number(d, 0) : fixed_add(d, a, fixed_neg(d, b));
    return sum_of(d, a, spk__dag_number(d, -1), b);
}

spk__node spk__dag_scale(spk__dag *d, double k, spk__node a) {
    return spk__dag_mul(d, spk__dag_number(d, k), a);
}

/* Splits c * x with c fixed, where the value has but one term and no offset. */
static spk__node split(spk__dag *d, spk__node n, spk__node *c) {
    *c = spk__dag_number(d, 1);
    if (spk__dag_is(d, n, SPK__N_SUM) && spk__dag_terms(d, n) == 1 &&
        spk__dag_is_number(d, spk__dag_offset(d, n), 0)) {
        spk__node x;
        spk__dag_term(d, n, 0, c, &x);
        return x;
    }
    return n;
}

spk__node spk__dag_mul(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    bool fa = spk__dag_is_fixed(d, a), fb = spk__dag_is_fixed(d, b);
    if (fa && fb)
        return fixed_mul(d, a, b);
    if (fa || fb) {
        spk__node k = fa ? a : b;
        return spk__dag_is_number(d, k, 0) ? k : sum_of(d, spk__dag_number(d, 0), k, fa ? b : a);
    }
    spk__node ca, cb, xa = split(d, a, &ca), xb = split(d, b, &cb);
    spk__node product = xa < xb ? plain(d, SPK__N_MUL, xa, xb, 0) : plain(d, SPK__N_MUL, xb, xa, 0);
    return spk__dag_mul(d, fixed_mul(d, ca, cb), product);
}

/* c * (exp(z) - 1) with z a linear combination: yields c and z. */
static bool is_expm1(spk__dag *d, spk__node n, spk__node *c, spk__node *z) {
    if (spk__dag_terms(d, n) != 1)
        return false;
    spk__node x, offset = spk__dag_offset(d, n);
    spk__dag_term(d, n, 0, c, &x);
    if (spk__dag_is(d, x, SPK__N_EXPM1) && spk__dag_is_number(d, offset, 0)) {
        *z = spk__dag_arg(d, x, 0);
        return true;
    }
    if (!spk__dag_same(d, offset, fixed_neg(d, *c)))
        return false;
    if (spk__dag_is(d, x, SPK__N_EXP))
        *z = spk__dag_arg(d, x, 0);
    else if (spk__dag_is(d, x, SPK__N_EXP2))
        *z = spk__dag_scale(d, 0x1.62e42fefa39efp-1, spk__dag_arg(d, x, 0)); /* ln 2 */
    else
        return false;
    return *z != SPK__NONE;
}

spk__node spk__dag_div(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    bool fa = spk__dag_is_fixed(d, a), fb = spk__dag_is_fixed(d, b);
    if (fa && fb)
        return fixed_div(d, a, b);
    if (fb)
        return spk__dag_mul(d, fixed_div(d, spk__dag_number(d, 1), b), a);
    if (a == b)
        return spk__dag_number(d, 1);
    /* The removable singularity of Hodgkin-Huxley rates: k z / (c (exp(z) - 1)). */
    spk__node c, z, k;
    if (is_expm1(d, b, &c, &z) && (k = spk__dag_ratio(d, a, z)) != SPK__NONE)
        return spk__dag_mul(d, fixed_div(d, k, c), spk__dag_unary(d, SPK__N_XEXPM1, z));
    spk__node ca, cb, xa = fa ? spk__dag_number(d, 1) : split(d, a, &ca), xb = split(d, b, &cb);
    if (fa)
        ca = a;
    return spk__dag_mul(d, fixed_div(d, ca, cb), plain(d, SPK__N_DIV, xa, xb, 0));
}

spk__node spk__dag_let(spk__dag *d, spk__node a) {
    if (!a || !spk__dag_is(d, a, SPK__N_SUM))
        return a;
    return plain(d, SPK__N_LET, a, 0, 0);
}

/* a to a small whole power by squaring */
static spk__node whole_power(spk__dag *d, spk__node a, unsigned n) {
    spk__node result = spk__dag_number(d, 1);
    for (spk__node square = a; n; n >>= 1) {
        if (n & 1)
            result = spk__dag_mul(d, result, square);
        if (n > 1)
            square = spk__dag_mul(d, square, square);
    }
    return result;
}

spk__node spk__dag_power(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (is_const(d, b) && !is_const(d, a)) {
        double n = number_of(d, b);
        if (n == floor(n) && fabs(n) <= 16) {
            spk__node p = whole_power(d, a, (unsigned)fabs(n));
            return n < 0 ? spk__dag_div(d, spk__dag_number(d, 1), p) : p;
        }
        if (n == 0.5)
            return spk__dag_unary(d, SPK__N_SQRT, a);
    }
    return plain(d, SPK__N_POW, a, b, 0);
}

/* exp of a linear combination becomes 2^ of one whose coefficients have absorbed log2(e): half the
 * operations of a strict exp. A product of two step values keeps the strict one. */
static spk__node make_exp(spk__dag *d, spk__node a) {
    if (spk__dag_is_fixed(d, a) || !spk__dag_is(d, a, SPK__N_SUM))
        return plain(d, SPK__N_EXP, a, 0, 0);
    return plain(d, SPK__N_EXP2, spk__dag_scale(d, 0x1.71547652b82fep0, a), 0, 0);
}

spk__node spk__dag_unary(spk__dag *d, spk__dag_op op, spk__node a) {
    if (!a)
        return SPK__NONE;
    switch (op) {
    case SPK__N_NEG:
        return spk__dag_neg(d, a);
    case SPK__N_NOT:
        return spk__dag_not(d, a);
    case SPK__N_LET:
        return spk__dag_let(d, a);
    case SPK__N_EXP:
        return make_exp(d, a);
    default:
        return plain(d, op, a, 0, 0);
    }
}

spk__node spk__dag_binary(spk__dag *d, spk__dag_op op, spk__node a, spk__node b) {
    switch (op) {
    case SPK__N_ADD:
        return spk__dag_add(d, a, b);
    case SPK__N_SUB:
        return spk__dag_sub(d, a, b);
    case SPK__N_MUL:
        return spk__dag_mul(d, a, b);
    case SPK__N_DIV:
        return spk__dag_div(d, a, b);
    case SPK__N_POW:
        return spk__dag_power(d, a, b);
    case SPK__N_MIN:
    case SPK__N_MAX:
        if (a == b || !a || !b)
            return a == b ? a : SPK__NONE;
        /* The lane operations yield the second argument when one is NaN: a state's NaN must win
         * over a bound, so that the lane stays visibly broken. */
        if (d->node[a].deps > d->node[b].deps) {
            spk__node swap = a;
            a = b;
            b = swap;
        }
        if (is_const(d, a) && isinf(number_of(d, a)) && (number_of(d, a) < 0) == (op == SPK__N_MAX))
            return b;
        if (op == SPK__N_MIN && b == d->below_state && a == d->below_bound)
            return b;
        return plain(d, op, a, b, 0);
    default:
        return plain(d, op, a, b, 0);
    }
}
