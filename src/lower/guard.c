/* Guards: [[ x >= a and x < b ]] as bounds. */
#include "lower/internal.h"

static bool is_symbol(const spk__expr *e, const spk__symbol *s) {
    return e->kind == SPK__EX_SYMBOL && e->symbol == s;
}

static spk__op mirrored(spk__op op) {
    switch (op) {
    case SPK__OP_LT:
        return SPK__OP_GT;
    case SPK__OP_LE:
        return SPK__OP_GE;
    case SPK__OP_GT:
        return SPK__OP_LT;
    case SPK__OP_GE:
        return SPK__OP_LE;
    default:
        return op;
    }
}

static void tighten(spk__lowering *l, spk__dag_op op, spk__node *bound, spk__node x) {
    *bound = *bound ? spk__dag_binary(l->d, op, *bound, x) : x;
}

static bool bounds(spk__lowering *l, const spk__expr *e, const spk__symbol *s, spk__node *low,
                   spk__node *high) {
    if (e->kind != SPK__EX_BINARY)
        return false;
    if (e->op == SPK__OP_AND)
        return bounds(l, e->arg[0], s, low, high) & bounds(l, e->arg[1], s, low, high);
    bool left = is_symbol(e->arg[0], s);
    if (left == is_symbol(e->arg[1], s))
        return false;
    spk__node x = spk__eval_real(l, e->arg[left ? 1 : 0]);
    if (!x || !spk__dag_is_fixed(l->d, x))
        return false;
    switch (left ? e->op : mirrored(e->op)) {
    case SPK__OP_GT:
    case SPK__OP_GE:
        tighten(l, SPK__N_MAX, low, x);
        return true;
    case SPK__OP_LT:
    case SPK__OP_LE:
        tighten(l, SPK__N_MIN, high, x);
        return true;
    default:
        return false;
    }
}

bool spk__guard_bounds(spk__lowering *l, const spk__symbol *s, spk__node *low, spk__node *high) {
    *low = *high = SPK__NONE;
    bool was = l->is_fixed;
    l->is_fixed = true;
    bool plain = !s->guard || bounds(l, s->guard, s, low, high);
    l->is_fixed = was;
    return plain;
}
