/* Binds names in expressions, and decides what an expression may use where it stands. */
#include "nestml/nestml.h"
#include "unit/unit.h"

#include <stdio.h>

/* ---- what may be used where ---- */

static const char *const place_name[] = {
    [IN_PARAMETER] = "the default of a parameter",
    [IN_INTERNAL] = "an internal",
    [IN_INITIAL] = "an initial value",
    [IN_GUARD] = "a guard",
    [IN_INLINE] = "an inline",
    [IN_EQUATION] = "an equation",
    [IN_KERNEL] = "a kernel",
    [IN_UPDATE] = "the update block",
    [IN_RECEIVE] = "an onReceive block",
    [IN_CONDITION] = "an onCondition block",
    [IN_FUNCTION] = "a function",
};

static bool before_the_run(place p) {
    return p == IN_PARAMETER || p == IN_INTERNAL || p == IN_INITIAL;
}

static bool may_use(const scope *s, const spk__symbol *sym) {
    switch (sym->kind) {
    case SPK__SYM_PARAMETER:
    case SPK__SYM_INTERNAL:
    case SPK__SYM_LOCAL:
        return true;
    case SPK__SYM_STATE: /* before the run: its initial value */
        return s->place != IN_KERNEL || (sym->index < s->kernel->n_kernel_states &&
                                         s->kernel->kernel_states[sym->index] == sym);
    case SPK__SYM_INLINE:
        return !before_the_run(s->place) && s->place != IN_KERNEL;
    case SPK__SYM_CONTINUOUS_PORT:
        return !before_the_run(s->place) && s->place != IN_KERNEL && s->place != IN_GUARD;
    case SPK__SYM_TIME:
        return !before_the_run(s->place) && s->place != IN_GUARD;
    default:
        return false;
    }
}

static void check_use(scope *s, const spk__symbol *sym, const spk__expr *e) {
    compiler *c = s->c;
    const char *what = spk__kind_name(sym->kind);
    if (sym->kind == SPK__SYM_KERNEL) {
        spk__error(c, e->loc, "use it as convolve(kernel, port)",
                   "the kernel '%s' has no value of its own", sym->name);
    } else if (sym->kind == SPK__SYM_SPIKE_PORT) {
        if (sym != s->receiving && s->place != IN_UPDATE)
            spk__error(c, e->loc, "use convolve(kernel, port), or an onReceive block of the port",
                       "the spikes of '%s' cannot be read here", sym->name);
    } else if (!may_use(s, sym)) {
        spk__error(c, e->loc, NULL, "%s cannot depend on the %s '%s'", place_name[s->place], what,
                   sym->name);
    } else if (s->defining && sym->kind == s->defining->kind && before_the_run(s->place)) {
        const spk__symbol *d = s->defining;
        if (sym == d)
            spk__error(c, e->loc, NULL, "the definition of '%s' uses '%s' itself", d->name,
                       sym->name);
        else if (sym->loc.line > d->loc.line)
            spk__error(c, e->loc, "move its definition above this line",
                       "'%s' is used before it is defined in line %d", sym->name, sym->loc.line);
    }
}

/* ---- names ---- */

bool spk__constant(const spk__expr *e, double *value) {
    double a, b;
    if (e->kind == SPK__EX_NUMBER) {
        *value = e->number;
        return true;
    }
    if (e->kind == SPK__EX_UNARY && (e->op == SPK__OP_NEG || e->op == SPK__OP_PLUS) &&
        spk__constant(e->arg[0], &a)) {
        *value = e->op == SPK__OP_NEG ? -a : a;
        return true;
    }
    if (e->kind != SPK__EX_BINARY || !spk__constant(e->arg[0], &a) || !spk__constant(e->arg[1], &b))
        return false;
    switch (e->op) {
    case SPK__OP_ADD:
        *value = a + b;
        return true;
    case SPK__OP_SUB:
        *value = a - b;
        return true;
    case SPK__OP_MUL:
        *value = a * b;
        return true;
    case SPK__OP_DIV:
        *value = a / b;
        return b != 0.0;
    default:
        return false;
    }
}

int spk__resolve_index(scope *s, const spk__symbol *sym, const spk__expr *e) {
    double i;
    if (!e->n_args) {
        if (sym->vector_size)
            spk__error(s->c, e->loc, "write the number of an element behind it, as in x[0]",
                       "'%s' is a vector", sym->name);
        return -1;
    }
    if (!sym->vector_size) {
        spk__error(s->c, e->loc, "leave out the brackets", "'%s' is no vector", sym->name);
    } else if (!spk__constant(e->arg[0], &i) || e->arg[0]->kind != SPK__EX_NUMBER) {
        spk__error(s->c, e->arg[0]->loc, "write the number itself",
                   "an index that is not a constant is not supported");
    } else if (!(i >= 0 && i < sym->vector_size) || i != (double)(int)i) {
        spk__error(s->c, e->arg[0]->loc, NULL, "'%s' has the elements 0 to %d", sym->name,
                   sym->vector_size - 1);
    } else {
        return (int)i;
    }
    return -1;
}

static void resolve_name(scope *s, spk__expr *e) {
    compiler *c = s->c;
    if (e->symbol)
        return;
    spk__symbol *sym = spk__scope_find(s, e->text);
    if (sym) {
        e->symbol = sym;
        spk__resolve_index(s, sym, e);
        check_use(s, sym, e);
        return;
    }
    spk__expr number = {.kind = SPK__EX_NUMBER, .loc = e->loc, .text = e->text, .port_index = -1};
    number.type = type_of(SPK__REAL);
    if (strcmp(e->text, "e") == 0) {
        number.number = 2.718281828459045235;
        *e = number;
        return;
    }
    spk__unit_problem ignored;
    if (!e->n_args && spk__unit_read(e->text, strlen(e->text), &number.type.unit, &ignored)) {
        number.number = number.type.unit.scale;
        *e = number;
        return;
    }
    char hint[160];
    const char *near = spk__scope_hint(s, e->text, false, hint, sizeof hint);
    spk__error(c, e->loc, near, "'%s' is not defined", e->text);
    e->kind = SPK__EX_NUMBER;
    e->type = poison;
    e->n_args = 0;
}

/* ---- calls ---- */

static void resolve_convolve(scope *s, spk__expr *e) {
    compiler *c = s->c;
    e->kind = SPK__EX_CONVOLVE;
    e->type = poison;
    if (s->place != IN_INLINE && s->place != IN_EQUATION) {
        spk__error(c, e->loc, "give it an inline in the equations, and use that",
                   "convolve() cannot stand in %s", place_name[s->place]);
        return;
    }
    if (e->n_args != 2 || e->arg[0]->kind != SPK__EX_SYMBOL || e->arg[1]->kind != SPK__EX_SYMBOL) {
        spk__error(c, e->loc, NULL, "convolve() takes a kernel and a spike port");
        return;
    }
    char hint[160];
    const spk__expr *k = e->arg[0], *p = e->arg[1];
    e->symbol = spk__scope_find_global(s, k->text);
    e->port = spk__scope_find_global(s, p->text);
    if (!e->symbol || e->symbol->kind != SPK__SYM_KERNEL) {
        spk__error(c, k->loc,
                   e->symbol ? NULL : spk__scope_hint(s, k->text, false, hint, sizeof hint),
                   e->symbol ? "'%s' is not a kernel" : "'%s' is not defined", k->text);
        e->symbol = NULL;
        return;
    }
    if (!e->port || e->port->kind != SPK__SYM_SPIKE_PORT) {
        spk__error(c, p->loc,
                   e->port ? NULL : spk__scope_hint(s, p->text, false, hint, sizeof hint),
                   e->port ? "'%s' is not a spike port" : "'%s' is not defined", p->text);
        return;
    }
    e->port_index = spk__resolve_index(s, e->port, p);
    e->type = type_of(SPK__REAL);
    e->n_args = 0;
}

static void resolve_call(scope *s, spk__expr *e) {
    compiler *c = s->c;
    char hint[160];
    if (strcmp(e->text, "convolve") == 0) {
        resolve_convolve(s, e);
        return;
    }
    for (size_t i = 0; i < e->n_args; i++)
        spk__resolve_expr(s, e->arg[i]);
    int builtin = spk__builtin_find(e->text);
    if (builtin >= 0) {
        e->kind = SPK__EX_BUILTIN;
        e->builtin = (spk__builtin)builtin;
        return;
    }
    for (size_t i = 0; i < s->draft->functions.n; i++) {
        spk__function *f = s->draft->functions.item[i];
        if (strcmp(f->name, e->text) == 0)
            e->function = f;
    }
    if (e->function)
        return;
    e->type = poison;
    if (spk__is_statement(e->text))
        spk__error(c, e->loc, "write it in a line of its own", "%s() has no value", e->text);
    else
        spk__error(c, e->loc, spk__scope_hint(s, e->text, true, hint, sizeof hint),
                   "there is no function '%s'", e->text);
}

void spk__resolve_expr(scope *s, spk__expr *e) {
    if (!e || s->c->short_of_memory)
        return;
    if (e->kind == SPK__EX_SYMBOL) {
        for (size_t i = 0; i < e->n_args; i++)
            spk__resolve_expr(s, e->arg[i]);
        resolve_name(s, e);
    } else if (e->kind == SPK__EX_CALL) {
        resolve_call(s, e);
    } else {
        for (size_t i = 0; i < e->n_args; i++)
            spk__resolve_expr(s, e->arg[i]);
    }
}

/* ---- the parts of a model ---- */

static void resolve_definitions(scope *s, const list *l, place value_place) {
    for (size_t i = 0; i < l->n; i++) {
        spk__symbol *sym = l->item[i];
        s->place = value_place;
        s->defining = sym;
        spk__resolve_expr(s, sym->value);
        s->defining = NULL;
        s->place = IN_GUARD;
        spk__resolve_expr(s, sym->guard);
        s->place = IN_EQUATION;
        spk__resolve_expr(s, sym->rhs);
    }
}

static void resolve_kernels(scope *s) {
    for (size_t i = 0; i < s->draft->kernels.n; i++) {
        spk__symbol *sym = s->draft->kernels.item[i];
        list states = {(void **)sym->kernel_states, sym->n_kernel_states, sym->n_kernel_states};
        for (size_t k = 0; k < states.n; k++) {
            s->place = IN_INITIAL;
            spk__resolve_expr(s, sym->kernel_states[k]->value);
        }
        s->place = IN_KERNEL;
        s->kernel = sym;
        spk__resolve_expr(s, sym->value);
        for (size_t k = 0; k < states.n; k++)
            spk__resolve_expr(s, sym->kernel_states[k]->rhs);
        s->kernel = NULL;
    }
}

static void resolve_port(scope *s, draft_handler *h) {
    compiler *c = s->c;
    spk__expr *e = h->port_name;
    char hint[160];
    spk__symbol *sym = spk__scope_find_global(s, e->text);
    if (!sym || sym->kind != SPK__SYM_SPIKE_PORT) {
        spk__error(c, e->loc, sym ? NULL : spk__scope_hint(s, e->text, false, hint, sizeof hint),
                   sym ? "'%s' is not a spike port" : "'%s' is not defined", e->text);
        return;
    }
    h->handler.port = sym;
    if (e->n_args)
        h->handler.port_index = spk__resolve_index(s, sym, e);
}

static void resolve_handlers(scope *s) {
    for (size_t i = 0; i < s->draft->on_receive.n; i++) {
        draft_handler *h = s->draft->on_receive.item[i];
        resolve_port(s, h);
        s->place = IN_RECEIVE;
        s->receiving = h->handler.port;
        if (h->handler.port) /* else its name is unknown everywhere below */
            spk__resolve_block(s, h->handler.body);
        s->receiving = NULL;
    }
    for (size_t i = 0; i < s->draft->on_condition.n; i++) {
        draft_handler *h = s->draft->on_condition.item[i];
        s->place = IN_CONDITION;
        spk__resolve_expr(s, h->handler.condition);
        spk__resolve_block(s, h->handler.body);
    }
}

void spk__resolve_all(scope *s) {
    spk__draft *d = s->draft;
    for (size_t i = 0; i < d->ports.n; i++)
        s->synapse |= strcmp(((spk__symbol *)d->ports.item[i])->name, "pre_spikes") == 0;
    resolve_definitions(s, &d->parameters, IN_PARAMETER);
    resolve_definitions(s, &d->internals, IN_INTERNAL);
    resolve_definitions(s, &d->states, IN_INITIAL);
    resolve_definitions(s, &d->inlines, IN_INLINE);
    resolve_kernels(s);
    for (size_t i = 0; i < d->functions.n; i++) {
        s->function = d->functions.item[i];
        s->place = IN_FUNCTION;
        for (size_t k = 0; k < s->function->n_args; k++)
            spk__scope_push(s, s->function->arg[k]);
        spk__resolve_block(s, s->function->body);
        s->locals.n = 0;
        s->function = NULL;
    }
    s->place = IN_UPDATE;
    spk__resolve_block(s, s->model->update);
    resolve_handlers(s);
}
