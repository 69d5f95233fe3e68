/* Types of statements. */
#include "nestml/nestml.h"

static void check_for(scope *s, spk__stmt *st) {
    spk__check_expr(s, st->value);
    spk__check_expr(s, st->limit);
    spk__check_expr(s, st->step);
    spk__type t = spk__unify(s, &st->value, &st->limit, st->loc, "a loop");
    double step;
    if (!spk__constant(st->step, &step))
        spk__error(s->c, st->step->loc, "write the number itself",
                   "the step of a loop must be a number");
    else if (step == 0.0)
        spk__error(s->c, st->step->loc, NULL, "a loop with step 0 never ends");
    t = is_poison(t) ? t : spk__unify(s, &st->value, &st->step, st->loc, "a loop");
    if (is_poison(st->target->type)) /* declared by the loop */
        st->target->type = t;
    else
        spk__check_assignable(s, st->target->type, &st->value, "the variable", st->target->name);
    spk__check_block(s, st->body);
}

static void check_return(scope *s, spk__stmt *st) {
    const spk__function *f = s->function;
    if (!f)
        return;
    if (st->value) {
        spk__check_expr(s, st->value);
        if (f->returns.kind == SPK__VOID)
            spk__error(s->c, st->value->loc, "write the type of its value behind the parentheses",
                       "the function '%s' returns nothing", f->name);
        else
            spk__check_assignable(s, f->returns, &st->value, "the value of", f->name);
    } else if (f->returns.kind != SPK__VOID) {
        spk__error(s->c, st->loc, NULL, "the function '%s' must return a value", f->name);
    }
}

static void check_emit(scope *s, spk__stmt *st) {
    char got[64];
    spk__check_expr(s, st->value);
    spk__check_expr(s, st->delay);
    if (st->value && !is_poison(st->value->type) && !is_number(st->value->type))
        spk__error(s->c, st->value->loc, NULL, "the weight of a spike is a number, not %s",
                   spk__type_name(st->value->type, got));
    if (st->delay && !is_poison(st->delay->type) &&
        !spk_unit_same_dimension(st->delay->type.unit, ms_unit))
        spk__error(s->c, st->delay->loc, NULL, "the delay of a spike is a time, not %s",
                   spk__type_name(st->delay->type, got));
}

static void check_assignment(scope *s, spk__stmt *st) {
    spk__check_expr(s, st->value);
    if (st->target && st->value)
        spk__check_assignable(s, st->target->type, &st->value,
                              st->target->kind == SPK__SYM_STATE ? "the state" : "the variable",
                              st->target->name);
}

static void check_local(scope *s, spk__stmt *st) {
    const spk__symbol *sym = st->target;
    spk__check_expr(s, st->value);
    if (st->value)
        spk__check_definition(s, sym->type, &st->value, "the variable", sym->name);
    if (sym->guard) {
        spk__check_expr(s, sym->guard);
        spk__check_condition(s, sym->guard, "a guard");
    }
    if (sym->type.kind > SPK__BOOLEAN)
        spk__error(s->c, sym->loc, "types are units, real, integer and boolean",
                   "a variable of this type is not supported");
}

static void check_condition(scope *s, spk__expr *e, const char *what) {
    spk__check_expr(s, e);
    spk__check_condition(s, e, what);
}

void spk__check_block(scope *s, spk__stmt *first) {
    for (spk__stmt *st = first; st && !s->c->short_of_memory; st = st->next) {
        switch (st->kind) {
        case SPK__ST_ASSIGN:
            check_assignment(s, st);
            break;
        case SPK__ST_DECLARE:
            check_local(s, st);
            break;
        case SPK__ST_IF:
        case SPK__ST_WHILE:
            check_condition(s, st->condition, st->kind == SPK__ST_IF ? "if" : "while");
            spk__check_block(s, st->body);
            spk__check_block(s, st->otherwise);
            break;
        case SPK__ST_FOR:
            check_for(s, st);
            break;
        case SPK__ST_RETURN:
            check_return(s, st);
            break;
        case SPK__ST_EMIT:
            check_emit(s, st);
            break;
        case SPK__ST_EVALUATE:
            for (size_t i = 0; i < st->value->n_args; i++)
                spk__check_expr(s, st->value->arg[i]);
            if (st->value->function)
                spk__check_expr(s, st->value);
            break;
        case SPK__ST_INTEGRATE:
            break;
        }
    }
}

bool spk__returns(const spk__stmt *first) {
    for (const spk__stmt *st = first; st; st = st->next) {
        if (st->kind == SPK__ST_RETURN)
            return true;
        if (st->kind == SPK__ST_IF && spk__returns(st->body) && spk__returns(st->otherwise))
            return true;
    }
    return false;
}
