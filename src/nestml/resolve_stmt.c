/* Binds names in statements; turns calls of integrate_odes and emit_spike into what they mean. */
#include "nestml/nestml.h"

#include <stdio.h>

/* ---- assignment ---- */

static void resolve_assignment(scope *s, spk__stmt *st) {
    compiler *c = s->c;
    spk__expr *name = st->limit;
    st->limit = NULL;
    spk__resolve_expr(s, st->value);
    spk__symbol *sym = spk__scope_find(s, name->text);
    if (!sym) {
        char hint[160];
        const char *near = spk__scope_hint(s, name->text, false, hint, sizeof hint);
        spk__error(c, name->loc, near ? near : "a new variable needs a type: x mV = ...",
                   "'%s' is not defined", name->text);
        return;
    }
    if (sym->kind == SPK__SYM_STATE && s->place == IN_FUNCTION) {
        spk__error(c, name->loc, "return a value, and assign it where the function is called",
                   "a function cannot change the state '%s'", sym->name);
        return;
    }
    if (sym->kind != SPK__SYM_STATE && sym->kind != SPK__SYM_LOCAL) {
        spk__error(c, name->loc, "only states and local variables change",
                   sym->kind == SPK__SYM_TIME ? "the %s cannot be assigned"
                                              : "the %s '%s' cannot be assigned",
                   spk__kind_name(sym->kind), sym->name);
        return;
    }
    st->target = sym;
    st->target_index = spk__resolve_index(s, sym, name);
}

/* ---- calls ---- */

/* A state with an equation, and all its derivatives. */
static void add_chain(scope *s, list *out, spk__symbol *sym) {
    while (sym->derivative_of)
        sym = sym->derivative_of;
    for (size_t i = 0; i < out->n; i++)
        if (out->item[i] == sym)
            return;
    spk__list_add(s->c, out, sym);
    while (sym->rhs && sym->rhs->kind == SPK__EX_SYMBOL && sym->rhs->symbol &&
           sym->rhs->symbol->derivative_of == sym) {
        sym = sym->rhs->symbol;
        spk__list_add(s->c, out, sym);
    }
}

static void resolve_integrate(scope *s, spk__stmt *st) {
    compiler *c = s->c;
    spk__expr *call = st->value;
    if (s->place != IN_UPDATE) {
        spk__error(c, call->loc, "move it to the update block",
                   "integrate_odes() can stand in the update block only");
        return;
    }
    list states = {0};
    int errors = c->errors;
    for (size_t i = 0; i < call->n_args; i++) {
        const spk__expr *e = call->arg[i];
        spk__symbol *sym = e->kind == SPK__EX_SYMBOL ? spk__scope_find(s, e->text) : NULL;
        char hint[160];
        if (e->kind != SPK__EX_SYMBOL)
            spk__error(c, e->loc, NULL, "integrate_odes() takes names of states");
        else if (!sym)
            spk__error(c, e->loc, spk__scope_hint(s, e->text, false, hint, sizeof hint),
                       "'%s' is not defined", e->text);
        else if (sym->kind == SPK__SYM_STATE && sym->rhs)
            add_chain(s, &states, sym);
        else if (sym->kind != SPK__SYM_KERNEL) /* kernels always advance */
            spk__error(c, e->loc, "it takes states that have a differential equation",
                       "'%s' has no equation to integrate", sym->name);
    }
    if (call->n_args && !states.n && c->errors == errors) /* none would mean all */
        spk__error(c, call->loc, "name a state, or leave it out",
                   "there is no state to integrate here");
    st->kind = SPK__ST_INTEGRATE;
    st->symbols = (spk__symbol **)(void *)states.item;
    st->n_symbols = states.n;
    st->value = NULL;
}

static void resolve_emit(scope *s, spk__stmt *st) {
    compiler *c = s->c;
    spk__expr *call = st->value;
    if (s->place == IN_FUNCTION)
        spk__error(c, call->loc, NULL, "a function cannot emit spikes");
    else if (!s->model->emits)
        spk__error(c, call->loc, "add a block output: with the line spike",
                   "the model emits spikes but has no output");
    if (call->n_args > 2) {
        spk__error(c, call->loc, NULL, "emit_spike() takes a weight and a delay, not %zu arguments",
                   call->n_args);
        return;
    }
    for (size_t i = 0; i < call->n_args; i++)
        spk__resolve_expr(s, call->arg[i]);
    st->kind = SPK__ST_EMIT;
    st->value = call->n_args > 0 ? call->arg[0] : NULL;
    st->delay = call->n_args > 1 ? call->arg[1] : NULL;
}

static void resolve_evaluate(scope *s, spk__stmt *st) {
    spk__expr *e = st->value;
    if (e->kind == SPK__EX_CALL && strcmp(e->text, "integrate_odes") == 0) {
        resolve_integrate(s, st);
    } else if (e->kind == SPK__EX_CALL && strcmp(e->text, "emit_spike") == 0) {
        resolve_emit(s, st);
    } else if (e->kind == SPK__EX_CALL && spk__is_message(e->text)) {
        for (size_t i = 0; i < e->n_args; i++)
            spk__resolve_expr(s, e->arg[i]);
    } else {
        spk__resolve_expr(s, e);
        if (e->kind != SPK__EX_CALL)
            spk__error(s->c, e->loc, "assign it to a variable", "this value is not used");
    }
}

/* ---- declarations and loops ---- */

static void resolve_local(scope *s, spk__stmt *st, size_t block_begin) {
    compiler *c = s->c;
    spk__symbol *sym = st->target;
    spk__resolve_expr(s, st->value);
    const spk__symbol *other = NULL;
    for (size_t i = block_begin; i < s->locals.n; i++)
        if (strcmp(((spk__symbol *)s->locals.item[i])->name, sym->name) == 0)
            other = s->locals.item[i];
    if (other) {
        spk__error(c, sym->loc, "choose another name", "'%s' is declared twice; first in line %d",
                   sym->name, other->loc.line);
    } else if (strcmp(sym->name, "t") == 0 || strcmp(sym->name, "e") == 0 ||
               strchr(sym->name, '\'')) {
        spk__error(c, sym->loc, "choose another name", "'%s' cannot be the name of a variable",
                   sym->name);
    } else if ((other = spk__scope_find_global(s, sym->name)) != NULL) {
        spk__warning(c, sym->loc, "choose another name, or leave out the type to assign",
                     "the variable '%s' hides the %s of that name", sym->name,
                     spk__kind_name(other->kind));
    }
    spk__scope_push(s, sym);
    spk__resolve_expr(s, sym->guard);
}

static void resolve_for(scope *s, spk__stmt *st) {
    spk__resolve_expr(s, st->value);
    spk__resolve_expr(s, st->limit);
    spk__resolve_expr(s, st->step);
    size_t locals = s->locals.n;
    if (!st->target->name)
        return;
    spk__symbol *known = spk__scope_find(s, st->target->name);
    if (known && known->kind == SPK__SYM_LOCAL)
        st->target = known;
    else
        spk__scope_push(s, st->target);
    spk__resolve_block(s, st->body);
    s->locals.n = locals;
}

void spk__resolve_block(scope *s, spk__stmt *first) {
    size_t locals = s->locals.n;
    for (spk__stmt *st = first; st && !s->c->short_of_memory; st = st->next) {
        switch (st->kind) {
        case SPK__ST_ASSIGN:
            resolve_assignment(s, st);
            break;
        case SPK__ST_DECLARE:
            resolve_local(s, st, locals);
            break;
        case SPK__ST_IF:
        case SPK__ST_WHILE:
            spk__resolve_expr(s, st->condition);
            spk__resolve_block(s, st->body);
            spk__resolve_block(s, st->otherwise);
            break;
        case SPK__ST_FOR:
            resolve_for(s, st);
            break;
        case SPK__ST_RETURN:
            spk__resolve_expr(s, st->value);
            if (s->place != IN_FUNCTION)
                spk__error(s->c, st->loc, "use if to skip the rest",
                           "return can stand in functions only");
            break;
        default:
            resolve_evaluate(s, st);
        }
    }
    s->locals.n = locals;
}
