/* How dimensions and kinds may meet: in sums and comparisons, in assignments, in powers.
 *
 * NESTML's own models compute in bare numbers here and there: V_m + 65. with V_m in mV. Such a
 * number is read in the unit of its partner (that is what NEST does, which drops units), with a
 * warning; what is computed from it may then meet plain numbers without further words: exp((V_m
 * + 65.) / 7.). A number that was read so is marked by its text, "#". The same models declare as
 * real what has a unit, and hand exp() products of a quantity and a number: warnings too, since
 * there is one way to read them. A plain value where a unit is declared, or two different units,
 * are errors. */
#include "nestml/nestml.h"

#include <stdio.h>

const char *spk__type_name(spk__type t, char *buf) {
    static const char *const names[] = {"a plain number", "an integer", "true or false", "a string",
                                        "nothing"};
    if (t.kind == SPK__REAL && !spk_unit_is_plain(t.unit))
        return spk_unit_print(t.unit, buf);
    snprintf(buf, 64, "%s", names[t.kind]);
    return buf;
}

/* Of a value: an integer is a plain number where units are the matter. */
static const char *value_name(spk__type t, char *buf) {
    if (t.kind == SPK__INTEGER)
        t.kind = SPK__REAL;
    return spk__type_name(t, buf);
}

/* Was a bare number in e read as one with a unit? */
static bool assumed(const spk__expr *e) {
    if (e->kind == SPK__EX_NUMBER)
        return e->text && e->text[0] == '#';
    if (e->kind != SPK__EX_UNARY && e->kind != SPK__EX_BINARY)
        return false;
    for (size_t i = 0; i < e->n_args; i++)
        if (assumed(e->arg[i]))
            return true;
    return false;
}

static bool is_literal(const spk__expr *e) {
    double ignored;
    return spk__constant(e, &ignored);
}

/* factor * e. A literal is marked as read in a unit that the author left out. */
static spk__expr *scaled(compiler *c, spk__expr *e, spk_unit unit) {
    double value;
    spk__expr *f = spk__new_expr(c, SPK__EX_NUMBER, e->loc);
    f->type = (spk__type){SPK__REAL, unit};
    f->text = "#";
    f->number = unit.scale;
    if (spk__constant(e, &value)) {
        f->number = value * unit.scale;
        return f;
    }
    spk__expr *product = spk__new_binary(c, SPK__OP_MUL, f, e, e->loc);
    product->type = f->type;
    return product;
}

/* Reads the plain number *e in `unit`, with a warning. */
static void assume(scope *s, spk__expr **e, spk_unit unit) {
    char name[64];
    spk__str text = {.ctx = s->c->ctx}, hint = {.ctx = s->c->ctx};
    spk_unit_print(unit, name);
    spk__expr_print(&text, *e);
    if (is_literal(*e))
        spk__str_add(&hint, "write %s %s", text.text, name);
    else
        spk__str_add(&hint, "multiply it by 1 %s", name);
    if (text.failed || hint.failed)
        s->c->short_of_memory = true;
    else
        spk__warning(s->c, (*e)->loc, hint.text,
                     "%.60s is a plain number, but meets a quantity in %s: it is read in %s",
                     text.text, name, name);
    spk__str_free(&text);
    spk__str_free(&hint);
    *e = scaled(s->c, *e, unit);
}

/* The result of a sum, comparison, min, ...: the same dimension on both sides. */
spk__type spk__unify(scope *s, spk__expr **a, spk__expr **b, spk_loc loc, const char *what) {
    spk__type ta = (*a)->type, tb = (*b)->type;
    char na[64], nb[64];
    if (is_poison(ta) || is_poison(tb))
        return is_poison(ta) ? tb : ta;
    if (!is_number(ta) || !is_number(tb)) {
        const spk__expr *bad = is_number(ta) ? *b : *a;
        spk__error(s->c, bad->loc, NULL, "%s needs numbers, not %s", what,
                   spk__type_name(bad->type, na));
        return poison;
    }
    if (spk_unit_same_dimension(ta.unit, tb.unit)) {
        spk__type t = ta;
        t.kind = ta.kind == SPK__INTEGER && tb.kind == SPK__INTEGER ? SPK__INTEGER : SPK__REAL;
        return t;
    }
    bool plain_a = spk_unit_is_plain(ta.unit), plain_b = spk_unit_is_plain(tb.unit);
    spk__expr **plain = plain_a ? a : b;
    spk__type other = plain_a ? tb : ta;
    if ((plain_a || plain_b) &&
        (is_literal(*plain) || assumed(*plain) || s->place == IN_KERNEL || s->synapse)) {
        assume(s, plain, other.unit);
        return other;
    }
    if ((plain_a || plain_b) && assumed(plain_a ? *b : *a))
        return other;
    spk__error(s->c, loc, NULL, "%s needs equal units on both sides, not %s and %s", what,
               value_name(ta, na), value_name(tb, nb));
    return poison;
}

static void wrong_type(scope *s, spk__type target, const spk__expr *e, const char *what,
                       const char *name) {
    char want[64], got[64], number[32], hint[160];
    double value;
    const char *advice = NULL;
    spk__type_name(target, want);
    if (target.kind == SPK__REAL && spk__constant(e, &value) && spk_unit_is_plain(e->type.unit)) {
        snprintf(hint, sizeof hint, "write %s %s", spk__print_double(value, number), want);
        advice = hint;
    }
    spk__error(s->c, e->loc, advice, "%s '%s' is %s%s, but this is %s", what, name,
               target.kind == SPK__REAL && !spk_unit_is_plain(target.unit) ? "in " : "", want,
               value_name(e->type, got));
}

/* Does e come out whole, whatever its type? */
static bool is_whole(const spk__expr *e) {
    if (e->type.kind == SPK__INTEGER)
        return true;
    if (e->kind == SPK__EX_BINARY && e->op == SPK__OP_DIV) /* integers: cut off on purpose */
        return e->arg[0]->type.kind == SPK__INTEGER && e->arg[1]->type.kind == SPK__INTEGER;
    return false;
}

/* *e without its unit: its value in that unit. */
static void strip(compiler *c, spk__expr **e) {
    spk_unit unit = (*e)->type.unit;
    if (unit.scale == 1.0)
        return;
    *e = scaled(c, *e, spk_unit_divide(plain_unit, unit));
    (*e)->type = type_of(SPK__REAL);
}

static bool kinds_agree(spk__type target, spk__type t) {
    return target.kind <= SPK__BOOLEAN && t.kind <= SPK__BOOLEAN &&
           (target.kind == SPK__BOOLEAN) == (t.kind == SPK__BOOLEAN);
}

void spk__check_assignable(scope *s, spk__type target, spk__expr **value, const char *what,
                           const char *name) {
    spk__type t = (*value)->type;
    if (is_poison(target) || is_poison(t))
        return;
    if (!kinds_agree(target, t)) {
        wrong_type(s, target, *value, what, name);
    } else if (!spk_unit_same_dimension(target.unit, t.unit)) {
        if (spk_unit_is_plain(target.unit) && assumed(*value))
            strip(s->c, value);
        else
            wrong_type(s, target, *value, what, name);
    } else if (target.kind == SPK__INTEGER && !is_whole(*value)) {
        spk__warning(s->c, (*value)->loc, "use floor(), ceil() or round()",
                     "%s '%s' is an integer: this is cut off to one", what, name);
    }
}

void spk__check_definition(scope *s, spk__type target, spk__expr **value, const char *what,
                           const char *name) {
    spk__type t = (*value)->type;
    char got[64], hint[128];
    if (is_poison(target) || is_poison(t) || target.kind != SPK__REAL || t.kind != SPK__REAL ||
        !spk_unit_is_plain(target.unit) || spk_unit_is_plain(t.unit) || assumed(*value)) {
        spk__check_assignable(s, target, value, what, name);
        return;
    }
    spk__type_name(t, got);
    snprintf(hint, sizeof hint, "declare it in %s", got);
    spk__warning(s->c, (*value)->loc, hint, "%s '%s' is declared as real: it gets this value in %s",
                 what, name, got);
    strip(s->c, value);
}

/* Is e a product in which a number, or something without a unit, may stand for the missing unit? */
static bool has_bare_factor(const spk__expr *e) {
    if (e->kind == SPK__EX_UNARY)
        return has_bare_factor(e->arg[0]);
    if (e->kind == SPK__EX_BINARY && (e->op == SPK__OP_MUL || e->op == SPK__OP_DIV))
        return has_bare_factor(e->arg[0]) || has_bare_factor(e->arg[1]);
    if (e->kind == SPK__EX_NUMBER)
        return !e->text && e->number != 1.0;
    return spk_unit_is_plain(e->type.unit);
}

bool spk__check_plain(scope *s, spk__expr **arg, const char *what) {
    spk__expr *e = *arg;
    char got[64], hint[128];
    if (is_poison(e->type) || (is_number(e->type) && spk_unit_is_plain(e->type.unit)))
        return true;
    spk__type_name(e->type, got);
    if (!is_number(e->type)) {
        spk__error(s->c, e->loc, NULL, "%s needs a number, not %s", what, got);
        return false;
    }
    snprintf(hint, sizeof hint, "divide it by a quantity in %s", got);
    if (!assumed(e) && !has_bare_factor(e)) {
        spk__error(s->c, e->loc, hint, "%s needs a plain number, not %s", what, got);
        return false;
    }
    if (!assumed(e))
        spk__warning(s->c, e->loc, hint, "%s needs a plain number: it gets this value in %s", what,
                     got);
    strip(s->c, arg);
    return true;
}

void spk__check_condition(scope *s, spk__expr *e, const char *what) {
    char got[64];
    if (!is_poison(e->type) && e->type.kind != SPK__BOOLEAN)
        spk__error(s->c, e->loc, "compare it with something", "%s needs a condition, not %s", what,
                   spk__type_name(e->type, got));
}

/* base ** exponent: a base with a dimension needs an exponent that is known now, and a result that
 * has a dimension: (pA**2)**0.5 is in pA. */
spk__type spk__power_type(scope *s, spk__expr **base, spk__expr **exponent) {
    if (!spk__check_plain(s, exponent, "an exponent"))
        return poison;
    spk__type b = (*base)->type, x = (*exponent)->type;
    if (is_poison(b) || is_poison(x))
        return poison;
    if (spk_unit_is_plain(b.unit)) {
        spk__check_plain(s, base, "'**'");
        bool whole = b.kind == SPK__INTEGER && x.kind == SPK__INTEGER;
        double value;
        if (whole && spk__constant(*exponent, &value) && value < 0)
            whole = false; /* 2 ** -1 is no integer */
        return (spk__type){whole ? SPK__INTEGER : SPK__REAL, b.unit};
    }
    double n;
    char name[64];
    spk__type_name(b, name);
    if (!spk__constant(*exponent, &n)) {
        spk__error(s->c, (*exponent)->loc, NULL,
                   "a power of a quantity in %s needs a constant as its exponent", name);
        return poison;
    }
    for (int degree = 1; degree <= 4; degree++) {
        double up = n * degree;
        spk_unit root;
        if (up != (double)(int)up || up > 60 || up < -60)
            continue;
        if (spk_unit_root(spk_unit_power(b.unit, (int)up), degree, &root))
            return (spk__type){SPK__REAL, root};
    }
    spk__error(s->c, (*exponent)->loc, NULL, "a quantity in %s has no such power", name);
    return poison;
}
