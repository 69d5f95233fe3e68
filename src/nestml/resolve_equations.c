/* Declares the names of a model and hands each equation to its state or kernel. */
#include "nestml/nestml.h"

#include <stdio.h>

static spk__expr *symbol_expr(compiler *c, spk__symbol *sym, spk_loc loc) {
    spk__expr *e = spk__new_expr(c, SPK__EX_SYMBOL, loc);
    e->text = sym->name;
    e->symbol = sym;
    return e;
}

/* Takes the state of that name out of the model's list. */
static spk__symbol *take_state(spk__draft *d, const char *name) {
    for (size_t i = 0; i < d->states.n; i++) {
        spk__symbol *s = d->states.item[i];
        if (strcmp(s->name, name) != 0)
            continue;
        memmove(&d->states.item[i], &d->states.item[i + 1], (--d->states.n - i) * sizeof(void *));
        return s;
    }
    return NULL;
}

/* The chain x, x', ... of an equation of order n: each is the derivative of the one before it, the
 * last follows the right-hand side. */
static void give_equation(compiler *c, spk__symbol **chain, const equation *q) {
    for (int i = 0; i < q->order; i++) {
        chain[i]->rhs = i + 1 < q->order ? symbol_expr(c, chain[i + 1], q->loc) : q->rhs;
        chain[i]->rhs_loc = q->loc;
        if (i > 0)
            chain[i]->derivative_of = chain[i - 1];
    }
}

enum { MAX_ORDER = 8 };

static bool order_is_legal(compiler *c, const equation *q) {
    if (q->order <= MAX_ORDER)
        return true;
    spk__error(c, q->loc, NULL, "equations above order %d are not supported", MAX_ORDER);
    return false;
}

/* ---- kernels ---- */

static bool add_kernel_equation(scope *s, const equation *q, list *states) {
    compiler *c = s->c;
    spk__symbol *chain[MAX_ORDER];
    if (!order_is_legal(c, q))
        return false;
    for (int i = 0; i < q->order; i++) {
        const char *name = spk__primed(c, q->name, (size_t)i);
        chain[i] = take_state(s->draft, name);
        if (!chain[i]) {
            char hint[160];
            snprintf(hint, sizeof hint, "declare %s in the state block: %.40s real = 1", name,
                     name);
            spk__error(c, q->loc, hint, "the kernel's variable '%s' has no initial value", name);
            return false;
        }
        chain[i]->index = states->n;
        spk__list_add(c, states, chain[i]);
    }
    give_equation(c, chain, q);
    return true;
}

static void declare_kernel(scope *s, const kernel *k, list *out) {
    compiler *c = s->c;
    const equation *first = k->equations.item[0];
    spk__symbol *sym = NODE(c, spk__symbol);
    *sym = (spk__symbol){.kind = SPK__SYM_KERNEL,
                         .name = first->name,
                         .loc = k->loc,
                         .doc = k->doc,
                         .type = type_of(SPK__REAL)};
    list states = {0};
    for (size_t i = 0; i < k->equations.n; i++) {
        const equation *q = k->equations.item[i];
        if (q->order == 0 && k->equations.n > 1) {
            spk__error(c, q->loc, "give it a kernel line of its own",
                       "'%s' is a function of time among differential equations", q->name);
            return;
        }
        if (q->order > 0 && !add_kernel_equation(s, q, &states))
            return;
    }
    if (first->order == 0)
        sym->value = first->rhs;
    else if (states.n)
        sym->type = ((spk__symbol *)states.item[0])->type;
    sym->kernel_states = (spk__symbol **)(void *)states.item;
    sym->n_kernel_states = states.n;
    spk__list_add(c, out, sym);
    spk__scope_declare(s, sym);
}

/* ---- states ---- */

/* name: q's, or that of its derivative of this order. */
static void no_state(scope *s, const equation *q, const char *name, int order) {
    char hint[160];
    const spk__symbol *other = spk__scope_find_global(s, name);
    if (other) {
        spk__error(s->c, q->loc, "only states have equations", "'%s' has an equation but is a %s",
                   name, spk__kind_name(other->kind));
        return;
    }
    const char *near = order ? NULL : spk__scope_hint(s, name, false, hint, sizeof hint);
    spk__error(s->c, q->loc, near ? near : "declare it in the state block with its initial value",
               "'%s' has an equation but is no state", name);
}

static void attach(scope *s, const equation *q) {
    compiler *c = s->c;
    spk__symbol *chain[MAX_ORDER];
    if (!order_is_legal(c, q))
        return;
    for (int i = 0; i < q->order && !c->short_of_memory; i++) {
        const char *name = spk__primed(c, q->name, (size_t)i);
        chain[i] = spk__scope_find_global(s, name);
        if (!chain[i] || chain[i]->kind != SPK__SYM_STATE) {
            no_state(s, q, name, i);
            return;
        }
        if (chain[i]->rhs) {
            spk__error(c, q->loc, NULL, "'%s' has two equations; the first is in line %d", name,
                       chain[i]->rhs_loc.line);
            return;
        }
        if (chain[i]->vector_size) {
            spk__error(c, q->loc, NULL, "equations of vectors are not supported");
            return;
        }
    }
    if (!c->short_of_memory)
        give_equation(c, chain, q);
}

static void declare_list(scope *s, const list *l) {
    for (size_t i = 0; i < l->n; i++)
        spk__scope_declare(s, l->item[i]);
}

static void check_derivatives(scope *s) {
    for (size_t i = 0; i < s->draft->states.n; i++) {
        const spk__symbol *sym = s->draft->states.item[i];
        if (strchr(sym->name, '\'') && !sym->rhs)
            spk__error(s->c, sym->loc, "give it an equation of that order",
                       "'%s' is the derivative of nothing", sym->name);
    }
}

static void check_primes(scope *s, const list *l) {
    for (size_t i = 0; i < l->n; i++) {
        const spk__symbol *sym = l->item[i];
        if (strchr(sym->name, '\''))
            spk__error(s->c, sym->loc, "only states have derivatives", "'%s' cannot be a %s",
                       sym->name, spk__kind_name(sym->kind));
    }
}

static void check_functions(scope *s) {
    const list *l = &s->draft->functions;
    for (size_t i = 0; i < l->n; i++) {
        const spk__function *f = l->item[i];
        if (spk__builtin_find(f->name) >= 0 || spk__is_statement(f->name) ||
            strcmp(f->name, "convolve") == 0)
            spk__error(s->c, f->loc, "choose another name", "'%s' is a function of the language",
                       f->name);
        for (size_t k = 0; k < i; k++) {
            const spk__function *other = l->item[k];
            if (strcmp(other->name, f->name) == 0)
                spk__error(s->c, f->loc, "choose another name",
                           "there are two functions named '%s'; the first is in line %d", f->name,
                           other->loc.line);
        }
    }
}

void spk__resolve_declarations(scope *s) {
    spk__draft *d = s->draft;
    list kernels = {0};
    for (size_t i = 0; i < d->kernels.n && !s->c->short_of_memory; i++)
        declare_kernel(s, d->kernels.item[i], &kernels);
    d->kernels = kernels;
    declare_list(s, &d->states);
    declare_list(s, &d->parameters);
    declare_list(s, &d->internals);
    declare_list(s, &d->inlines);
    declare_list(s, &d->ports);
    check_primes(s, &d->parameters);
    check_primes(s, &d->internals);
    check_primes(s, &d->ports);
    check_functions(s);
    for (size_t i = 0; i < d->equations.n && !s->c->short_of_memory; i++)
        attach(s, d->equations.item[i]);
    check_derivatives(s);
}
