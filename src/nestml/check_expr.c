/* Types of expressions. */
#include "nestml/nestml.h"

static const char *const op_name[] = {
    [SPK__OP_ADD] = "'+'",    [SPK__OP_SUB] = "'-'",   [SPK__OP_MUL] = "'*'",
    [SPK__OP_DIV] = "'/'",    [SPK__OP_MOD] = "'%'",   [SPK__OP_POW] = "'**'",
    [SPK__OP_NEG] = "'-'",    [SPK__OP_PLUS] = "'+'",  [SPK__OP_NOT] = "'not'",
    [SPK__OP_BITNOT] = "'~'", [SPK__OP_LT] = "'<'",    [SPK__OP_LE] = "'<='",
    [SPK__OP_GT] = "'>'",     [SPK__OP_GE] = "'>='",   [SPK__OP_EQ] = "'=='",
    [SPK__OP_NE] = "'!='",    [SPK__OP_AND] = "'and'", [SPK__OP_OR] = "'or'",
    [SPK__OP_BITAND] = "'&'", [SPK__OP_BITOR] = "'|'", [SPK__OP_BITXOR] = "'^'",
    [SPK__OP_SHL] = "'<<'",   [SPK__OP_SHR] = "'>>'",
};

/* A number, or an error and poison. */
static bool need_number(scope *s, const spk__expr *e, const char *what) {
    char got[64];
    if (is_poison(e->type) || is_number(e->type))
        return true;
    spk__error(s->c, e->loc, NULL, "%s needs numbers, not %s", what, spk__type_name(e->type, got));
    return false;
}

static spk__type integer_type(scope *s, const spk__expr *e, const char *what) {
    char got[64];
    for (size_t i = 0; i < e->n_args; i++) {
        spk__type t = e->arg[i]->type;
        if (!is_poison(t) && t.kind != SPK__INTEGER) {
            spk__error(s->c, e->arg[i]->loc,
                       e->op == SPK__OP_BITXOR ? "a power is written **" : NULL,
                       "%s needs integers, not %s", what, spk__type_name(t, got));
            return poison;
        }
    }
    return type_of(SPK__INTEGER);
}

static spk__type product_type(scope *s, const spk__expr *e) {
    const char *what = op_name[e->op];
    spk__type a = e->arg[0]->type, b = e->arg[1]->type;
    bool good = need_number(s, e->arg[0], what);
    if (!need_number(s, e->arg[1], what) || !good || is_poison(a) || is_poison(b))
        return poison;
    spk__type t = {SPK__REAL, e->op == SPK__OP_MUL ? spk_unit_multiply(a.unit, b.unit)
                                                   : spk_unit_divide(a.unit, b.unit)};
    if (a.kind == SPK__INTEGER && b.kind == SPK__INTEGER && e->op == SPK__OP_MUL)
        t.kind = SPK__INTEGER;
    for (int i = 0; i < SPK_DIMS; i++) {
        if (t.unit.dim[i] > 100 || t.unit.dim[i] < -100 || !(t.unit.scale > 1e-200) ||
            !(t.unit.scale < 1e200)) {
            spk__error(s->c, e->loc, NULL, "the unit of this product is out of range");
            return poison;
        }
    }
    return t;
}

static spk__type comparison_type(scope *s, spk__expr *e) {
    spk__type a = e->arg[0]->type, b = e->arg[1]->type;
    bool equality = e->op == SPK__OP_EQ || e->op == SPK__OP_NE;
    if (!(equality && a.kind == SPK__BOOLEAN && b.kind == SPK__BOOLEAN))
        spk__unify(s, &e->arg[0], &e->arg[1], e->loc, op_name[e->op]);
    return type_of(SPK__BOOLEAN);
}

static spk__type binary_type(scope *s, spk__expr *e) {
    switch (e->op) {
    case SPK__OP_ADD:
    case SPK__OP_SUB:
    case SPK__OP_MOD:
        return spk__unify(s, &e->arg[0], &e->arg[1], e->loc, op_name[e->op]);
    case SPK__OP_MUL:
    case SPK__OP_DIV:
        return product_type(s, e);
    case SPK__OP_POW:
        return spk__power_type(s, &e->arg[0], &e->arg[1]);
    case SPK__OP_AND:
    case SPK__OP_OR:
        spk__check_condition(s, e->arg[0], op_name[e->op]);
        spk__check_condition(s, e->arg[1], op_name[e->op]);
        return type_of(SPK__BOOLEAN);
    case SPK__OP_BITAND:
    case SPK__OP_BITOR:
    case SPK__OP_BITXOR:
    case SPK__OP_SHL:
    case SPK__OP_SHR:
        return integer_type(s, e, op_name[e->op]);
    default:
        return comparison_type(s, e);
    }
}

static spk__type unary_type(scope *s, const spk__expr *e) {
    const char *what = op_name[e->op];
    if (e->op == SPK__OP_NOT) {
        spk__check_condition(s, e->arg[0], what);
        return type_of(SPK__BOOLEAN);
    }
    if (e->op == SPK__OP_BITNOT)
        return integer_type(s, e, what);
    return need_number(s, e->arg[0], what) ? e->arg[0]->type : poison;
}

static spk__type choice_type(scope *s, spk__expr *e) {
    spk__check_condition(s, e->arg[0], "a choice");
    if (e->arg[1]->type.kind == SPK__BOOLEAN && e->arg[2]->type.kind == SPK__BOOLEAN)
        return type_of(SPK__BOOLEAN);
    return spk__unify(s, &e->arg[1], &e->arg[2], e->loc, "a choice");
}

static spk__type call_type(scope *s, spk__expr *e) {
    const spk__function *f = e->function;
    if (!f)
        return e->type; /* poison, or a message */
    if (e->n_args != f->n_args) {
        spk__error(s->c, e->loc, NULL, "%s() takes %zu argument%s, not %zu", f->name, f->n_args,
                   f->n_args == 1 ? "" : "s", e->n_args);
        return f->returns;
    }
    for (size_t i = 0; i < e->n_args; i++)
        spk__check_definition(s, f->arg[i]->type, &e->arg[i], "the argument", f->arg[i]->name);
    return f->returns;
}

static spk__type symbol_type(const spk__expr *e) {
    return e->symbol ? e->symbol->type : poison;
}

void spk__check_expr(scope *s, spk__expr *e) {
    if (!e || s->c->short_of_memory)
        return;
    for (size_t i = 0; i < e->n_args; i++)
        spk__check_expr(s, e->arg[i]);
    switch (e->kind) {
    case SPK__EX_NUMBER:
    case SPK__EX_STRING:
        break;
    case SPK__EX_SYMBOL:
        e->type = symbol_type(e);
        break;
    case SPK__EX_CONVOLVE:
        e->type = e->symbol && e->port ? e->symbol->type : poison;
        break;
    case SPK__EX_UNARY:
        e->type = unary_type(s, e);
        break;
    case SPK__EX_BINARY:
        e->type = binary_type(s, e);
        break;
    case SPK__EX_CHOICE:
        e->type = choice_type(s, e);
        break;
    case SPK__EX_BUILTIN:
        spk__check_builtin(s, e);
        break;
    case SPK__EX_CALL:
        e->type = call_type(s, e);
        break;
    }
}
