/* Masks: comparisons, logic, and blends. if/else turn into these, so the identities here are what
 * keeps "both branches integrate the same equation" one computation. */
#include "lower/dag.h"

static bool is_bool(const spk__dag *d, spk__node n, bool x) {
    return d->node[n].op == SPK__N_BOOL && (d->node[n].number != 0) == x;
}

static bool is_not(const spk__dag *d, spk__node a, spk__node b) {
    return (spk__dag_is(d, a, SPK__N_NOT) && spk__dag_arg(d, a, 0) == b) ||
           (spk__dag_is(d, b, SPK__N_NOT) && spk__dag_arg(d, b, 0) == a);
}

static spk__node raw2(spk__dag *d, spk__dag_op op, spk__node a, spk__node b) {
    spk__node args[2] = {a, b};
    return spk__dag_raw(d, op, 0, 0, 0, args, 2);
}

/* Whether a being true makes b true / false. */
static bool implies(const spk__dag *d, spk__node a, spk__node b) {
    if (a == b || is_bool(d, b, true) || is_bool(d, a, false))
        return true;
    if (spk__dag_is(d, a, SPK__N_AND))
        return implies(d, spk__dag_arg(d, a, 0), b) || implies(d, spk__dag_arg(d, a, 1), b);
    if (spk__dag_is(d, b, SPK__N_OR))
        return implies(d, a, spk__dag_arg(d, b, 0)) || implies(d, a, spk__dag_arg(d, b, 1));
    return false;
}

static bool excludes(const spk__dag *d, spk__node a, spk__node b) {
    if (is_not(d, a, b) || is_bool(d, b, false))
        return true;
    if (spk__dag_is(d, a, SPK__N_AND))
        return excludes(d, spk__dag_arg(d, a, 0), b) || excludes(d, spk__dag_arg(d, a, 1), b);
    if (spk__dag_is(d, b, SPK__N_AND))
        return excludes(d, a, spk__dag_arg(d, b, 0)) || excludes(d, a, spk__dag_arg(d, b, 1));
    return false;
}

spk__node spk__dag_not(spk__dag *d, spk__node a) {
    if (!a)
        return SPK__NONE;
    if (spk__dag_is(d, a, SPK__N_BOOL))
        return spk__dag_bool(d, d->node[a].number == 0);
    if (spk__dag_is(d, a, SPK__N_NOT))
        return spk__dag_arg(d, a, 0);
    return spk__dag_raw(d, SPK__N_NOT, 0, 0, 0, &a, 1);
}

spk__node spk__dag_and(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (implies(d, a, b))
        return a;
    if (implies(d, b, a))
        return b;
    if (excludes(d, a, b) || excludes(d, b, a))
        return spk__dag_bool(d, false);
    return a < b ? raw2(d, SPK__N_AND, a, b) : raw2(d, SPK__N_AND, b, a);
}

spk__node spk__dag_or(spk__dag *d, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (implies(d, a, b))
        return b;
    if (implies(d, b, a))
        return a;
    if (is_not(d, a, b))
        return spk__dag_bool(d, true);
    /* (p and m) or (p and not m) = p */
    if (spk__dag_is(d, a, SPK__N_AND) && spk__dag_is(d, b, SPK__N_AND))
        for (size_t i = 0; i < 2; i++)
            for (size_t j = 0; j < 2; j++)
                if (spk__dag_arg(d, a, i) == spk__dag_arg(d, b, j) &&
                    is_not(d, spk__dag_arg(d, a, 1 - i), spk__dag_arg(d, b, 1 - j)))
                    return spk__dag_arg(d, a, i);
    return a < b ? raw2(d, SPK__N_OR, a, b) : raw2(d, SPK__N_OR, b, a);
}

spk__node spk__dag_where(spk__dag *d, spk__node value, spk__node mask) {
    while (value && mask && spk__dag_is(d, value, SPK__N_BLEND)) {
        spk__node m = spk__dag_arg(d, value, 0);
        if (implies(d, mask, m))
            value = spk__dag_arg(d, value, 1);
        else if (excludes(d, mask, m) || excludes(d, m, mask))
            value = spk__dag_arg(d, value, 2);
        else
            break;
    }
    return value;
}

static spk__node blend_masks(spk__dag *d, spk__node m, spk__node a, spk__node b) {
    return spk__dag_or(d, spk__dag_and(d, m, a), spk__dag_and(d, spk__dag_not(d, m), b));
}

spk__node spk__dag_blend(spk__dag *d, spk__node m, spk__node a, spk__node b) {
    if (!m || !a || !b)
        return SPK__NONE;
    if (is_bool(d, m, true) || a == b)
        return a;
    if (is_bool(d, m, false))
        return b;
    if (spk__dag_is_mask(d, a))
        return blend_masks(d, m, a, b);
    if (spk__dag_is(d, m, SPK__N_NOT))
        return spk__dag_blend(d, spk__dag_arg(d, m, 0), b, a);
    a = spk__dag_where(d, a, m);
    b = spk__dag_where(d, b, spk__dag_not(d, m));
    if (a == b)
        return a;
    spk__node args[3] = {m, a, b};
    return spk__dag_raw(d, SPK__N_BLEND, 0, 0, 0, args, 3);
}

spk__node spk__dag_from_mask(spk__dag *d, spk__node m) {
    return spk__dag_blend(d, m, spk__dag_number(d, 1), spk__dag_number(d, 0));
}

spk__node spk__dag_to_mask(spk__dag *d, spk__node a) {
    return spk__dag_not(d, spk__dag_compare(d, SPK__N_EQ, a, spk__dag_number(d, 0)));
}

/* The comparison of a blend of two numbers with a number is the blend's mask, its contrary, or
 * settled. */
static spk__node compare_blend(spk__dag *d, spk__dag_op op, spk__node a, spk__node b) {
    bool left = spk__dag_is(d, a, SPK__N_BLEND);
    spk__node blend = left ? a : b, other = left ? b : a;
    if (!spk__dag_is(d, blend, SPK__N_BLEND) || !spk__dag_is(d, other, SPK__N_CONST))
        return SPK__NONE;
    spk__node m = spk__dag_arg(d, blend, 0);
    spk__node x = spk__dag_arg(d, blend, 1), y = spk__dag_arg(d, blend, 2);
    if (!spk__dag_is(d, x, SPK__N_CONST) || !spk__dag_is(d, y, SPK__N_CONST))
        return SPK__NONE;
    spk__node if_true = left ? spk__dag_compare(d, op, x, b) : spk__dag_compare(d, op, a, x);
    spk__node if_false = left ? spk__dag_compare(d, op, y, b) : spk__dag_compare(d, op, a, y);
    return blend_masks(d, m, if_true, if_false);
}

spk__node spk__dag_compare(spk__dag *d, spk__dag_op op, spk__node a, spk__node b) {
    if (!a || !b)
        return SPK__NONE;
    if (spk__dag_is(d, a, SPK__N_CONST) && spk__dag_is(d, b, SPK__N_CONST)) {
        double x[2] = {d->node[a].number, d->node[b].number};
        return spk__dag_bool(d, spk__dag_compute(op, x) != 0);
    }
    spk__node settled = compare_blend(d, op, a, b);
    if (settled)
        return settled;
    if (op == SPK__N_EQ && a > b)
        return raw2(d, op, b, a);
    return raw2(d, op, a, b);
}
