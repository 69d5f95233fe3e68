/* Types of the declarations and equations of a model. */
#include "nestml/nestml.h"

static bool check_value_type(scope *s, const spk__symbol *sym) {
    bool good = is_poison(sym->type) || sym->type.kind <= SPK__BOOLEAN;
    if (!good)
        spk__error(s->c, sym->loc, "types are units, real, integer and boolean",
                   "a %s of type %s is not supported", spk__kind_name(sym->kind),
                   sym->type.kind == SPK__STRING ? "string" : "void");
    return good;
}

static void check_declared(scope *s, spk__symbol *sym, const char *what) {
    if (!check_value_type(s, sym))
        return;
    if (!sym->value)
        spk__error(s->c, sym->loc, "write = and the value behind its type", "%s '%s' has no value",
                   what, sym->name);
    spk__check_expr(s, sym->value);
    if (sym->value)
        spk__check_definition(s, sym->type, &sym->value, what, sym->name);
    if (sym->guard) {
        s->place = IN_GUARD;
        spk__check_expr(s, sym->guard);
        spk__check_condition(s, sym->guard, "a guard");
    }
}

static void check_list(scope *s, const list *l, place p, const char *what) {
    for (size_t i = 0; i < l->n; i++) {
        s->place = p;
        check_declared(s, l->item[i], what);
    }
}

/* x' = f: f is in the unit of x per time. */
static void check_equation(scope *s, spk__symbol *sym) {
    char left[64], right[64], want[64];
    if (!sym->rhs)
        return;
    spk__check_expr(s, sym->rhs);
    spk__type t = sym->rhs->type;
    if (is_poison(t) || is_poison(sym->type))
        return;
    if (sym->type.kind != SPK__REAL) {
        spk__error(s->c, sym->rhs_loc, "declare it as real or with a unit",
                   "'%s' is %s and cannot follow a differential equation", sym->name,
                   spk__type_name(sym->type, left));
        return;
    }
    spk_unit rate = spk_unit_divide(sym->type.unit, ms_unit);
    if (is_number(t) && spk_unit_same_dimension(rate, t.unit))
        return;
    if (is_number(t) && s->place == IN_KERNEL && spk_unit_is_plain(t.unit))
        return; /* g' = g$ - ...: bare numbers per ms */
    spk__error(s->c, sym->rhs->loc, NULL,
               "%s is in %s, so the right side of %s' must be in %s, not %s", sym->name,
               spk__type_name(sym->type, left), sym->name,
               spk__type_name((spk__type){SPK__REAL, rate}, want), spk__type_name(t, right));
}

static void check_kernel(scope *s, spk__symbol *k) {
    s->place = IN_KERNEL;
    s->kernel = k;
    if (k->value) {
        spk__check_expr(s, k->value);
        k->type = k->value->type;
        if (!is_number(k->type) && !is_poison(k->type))
            spk__error(s->c, k->value->loc, NULL, "a kernel is a number");
        k->type.kind = SPK__REAL;
    }
    for (size_t i = 0; i < k->n_kernel_states; i++) {
        s->place = IN_INITIAL;
        check_declared(s, k->kernel_states[i], "the kernel's variable");
        s->place = IN_KERNEL;
        check_equation(s, k->kernel_states[i]);
    }
    s->kernel = NULL;
}

static void check_function(scope *s, spk__function *f) {
    s->place = IN_FUNCTION;
    s->function = f;
    for (size_t i = 0; i < f->n_args; i++)
        check_value_type(s, f->arg[i]);
    spk__check_block(s, f->body);
    if (f->returns.kind != SPK__VOID && !spk__returns(f->body))
        spk__error(s->c, f->loc, "end it with return", "the function '%s' may end without a value",
                   f->name);
    s->function = NULL;
}

static void check_ports(scope *s) {
    for (size_t i = 0; i < s->draft->ports.n; i++) {
        const spk__symbol *p = s->draft->ports.item[i];
        if (!is_poison(p->type) && p->type.kind != SPK__REAL)
            spk__error(s->c, p->loc, "give it a unit, or real", "the port '%s' must carry numbers",
                       p->name);
    }
}

void spk__check_model(scope *s) {
    spk__draft *d = s->draft;
    check_ports(s);
    for (size_t i = 0; i < d->kernels.n; i++)
        check_kernel(s, d->kernels.item[i]);
    check_list(s, &d->parameters, IN_PARAMETER, "the parameter");
    check_list(s, &d->internals, IN_INTERNAL, "the internal");
    check_list(s, &d->states, IN_INITIAL, "the state");
    check_list(s, &d->inlines, IN_INLINE, "the inline");
    for (size_t i = 0; i < d->functions.n; i++)
        check_function(s, d->functions.item[i]);
    s->place = IN_EQUATION;
    for (size_t i = 0; i < d->states.n; i++)
        check_equation(s, d->states.item[i]);
    s->place = IN_UPDATE;
    spk__check_block(s, s->model->update);
    s->place = IN_RECEIVE;
    for (size_t i = 0; i < d->on_receive.n; i++)
        spk__check_block(s, ((draft_handler *)d->on_receive.item[i])->handler.body);
    s->place = IN_CONDITION;
    for (size_t i = 0; i < d->on_condition.n; i++) {
        spk__handler *h = &((draft_handler *)d->on_condition.item[i])->handler;
        spk__check_expr(s, h->condition);
        spk__check_condition(s, h->condition, "onCondition");
        spk__check_block(s, h->body);
    }
}
