/* Types of calls of the language's own functions. */
#include "nestml/nestml.h"

#include <stdio.h>

static bool argument_count(scope *s, const spk__expr *e) {
    int low = spk__builtin_min_args(e->builtin), high = spk__builtin_max_args(e->builtin);
    if ((int)e->n_args >= low && (int)e->n_args <= high)
        return true;
    spk__error(s->c, e->loc, NULL, "%s() takes %d argument%s, not %zu",
               spk__builtin_name(e->builtin), high, high == 1 ? "" : "s", e->n_args);
    return false;
}

static void need_time(scope *s, const spk__expr *e, const char *what) {
    char got[64];
    if (!is_poison(e->type) &&
        !(e->type.kind == SPK__REAL && spk_unit_same_dimension(e->type.unit, ms_unit)))
        spk__error(s->c, e->loc, NULL, "%s needs a time, not %s", what,
                   spk__type_name(e->type, got));
}

/* All arguments of one dimension, which is the result's. */
static spk__type common(scope *s, spk__expr *e, const char *what) {
    spk__type t = e->arg[0]->type;
    for (size_t i = 1; i < e->n_args; i++) {
        t = spk__unify(s, &e->arg[0], &e->arg[i], e->loc, what);
        if (is_poison(t))
            return t;
    }
    bool whole = true;
    for (size_t i = 0; i < e->n_args; i++)
        whole = whole && e->arg[i]->type.kind == SPK__INTEGER;
    t.kind = whole ? SPK__INTEGER : SPK__REAL;
    return t;
}

static spk__type absolute(scope *s, spk__expr *e, const char *what) {
    spk__expr *a = e->arg[0];
    if (spk_unit_is_plain(a->type.unit))
        spk__check_plain(s, &e->arg[0], what); /* for its kind */
    return a->type.kind <= SPK__INTEGER ? a->type : poison;
}

static spk__type root(scope *s, spk__expr *e, const char *what) {
    spk__expr *a = e->arg[0];
    char got[64];
    spk__type t = {SPK__REAL, plain_unit};
    if (is_poison(a->type))
        return poison;
    if (spk_unit_is_plain(a->type.unit)) {
        spk__check_plain(s, &e->arg[0], what);
    } else if (!spk_unit_root(a->type.unit, 2, &t.unit)) {
        spk__error(s->c, a->loc, NULL, "a quantity in %s has no square root with a unit",
                   spk__type_name(a->type, got));
        return poison;
    }
    return t;
}

static spk__type plain_result(scope *s, spk__expr *e, const char *what, spk__kind kind) {
    for (size_t i = 0; i < e->n_args; i++)
        spk__check_plain(s, &e->arg[i], what);
    return type_of(kind);
}

void spk__check_builtin(scope *s, spk__expr *e) {
    char what[32];
    snprintf(what, sizeof what, "%s()", spk__builtin_name(e->builtin));
    e->type = poison;
    if (!argument_count(s, e))
        return;
    switch (e->builtin) {
    case SPK__FN_min:
    case SPK__FN_max:
    case SPK__FN_clip:
        e->type = common(s, e, what);
        break;
    case SPK__FN_random_normal:
    case SPK__FN_random_uniform:
        e->type = common(s, e, what);
        e->type.kind = SPK__REAL;
        break;
    case SPK__FN_abs:
        e->type = absolute(s, e, what);
        break;
    case SPK__FN_sqrt:
        e->type = root(s, e, what);
        break;
    case SPK__FN_pow:
        e->type = spk__power_type(s, &e->arg[0], &e->arg[1]);
        e->type.kind = SPK__REAL;
        break;
    case SPK__FN_ceil:
    case SPK__FN_floor:
    case SPK__FN_round:
    case SPK__FN_random_poisson:
        e->type = plain_result(s, e, what, SPK__INTEGER);
        break;
    case SPK__FN_resolution:
    case SPK__FN_timestep:
        e->type = (spk__type){SPK__REAL, ms_unit};
        break;
    case SPK__FN_steps:
        need_time(s, e->arg[0], what);
        e->type = type_of(SPK__INTEGER);
        break;
    case SPK__FN_delta:
        need_time(s, e->arg[0], what);
        e->type = type_of(SPK__REAL);
        if (s->place != IN_KERNEL)
            spk__error(s->c, e->loc, "write kernel K = delta(t), and use convolve(K, port)",
                       "delta() can stand in kernels only");
        break;
    default:
        e->type = plain_result(s, e, what, SPK__REAL);
    }
}
