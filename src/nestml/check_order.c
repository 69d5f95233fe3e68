/* No definition may need itself: inlines, functions, and the values before the run. A walk in depth
 * over the definitions, which marks those on the way; a mark met again is a circle. */
#include "nestml/nestml.h"

#include <stdio.h>

enum { MAX_CHAIN = 64 };

typedef struct {
    scope *s;
    const void *path[MAX_CHAIN]; /* symbols and functions on the way */
    int depth;
    list done;
    bool failed;
} walk;

static void walk_expr(walk *w, const spk__expr *e);

static bool is_done(const walk *w, const void *what) {
    for (size_t i = 0; i < w->done.n; i++)
        if (w->done.item[i] == what)
            return true;
    return false;
}

/* Begins a definition; false if it must not be walked. */
static bool enter(walk *w, const void *what, const char *name, spk_loc loc) {
    if (w->failed || is_done(w, what))
        return false;
    for (int i = 0; i < w->depth; i++) {
        if (w->path[i] == what) {
            spk__error(w->s->c, loc, NULL, "the definition of '%s' needs '%s' itself", name, name);
            w->failed = true;
            return false;
        }
    }
    if (w->depth == MAX_CHAIN) {
        spk__error(w->s->c, loc, NULL, "the definitions below '%s' are nested too deeply", name);
        w->failed = true;
        return false;
    }
    w->path[w->depth++] = what;
    return true;
}

static void leave(walk *w) {
    spk__list_add(w->s->c, &w->done, (void *)(uintptr_t)w->path[--w->depth]);
}

static void walk_block(walk *w, const spk__stmt *first) {
    for (const spk__stmt *st = first; st && !w->failed; st = st->next) {
        walk_expr(w, st->value);
        walk_expr(w, st->limit);
        walk_expr(w, st->condition);
        walk_expr(w, st->delay);
        walk_block(w, st->body);
        walk_block(w, st->otherwise);
    }
}

/* Before the run there are parameters, internals and initial values, and nothing else; a function
 * may hide that it uses more. */
static void walk_symbol(walk *w, const spk__symbol *sym, spk_loc loc) {
    bool initial = w->s->place == IN_INITIAL;
    bool running = sym->kind == SPK__SYM_INLINE || sym->kind == SPK__SYM_CONTINUOUS_PORT ||
                   sym->kind == SPK__SYM_TIME;
    bool value = sym->kind == SPK__SYM_PARAMETER || sym->kind == SPK__SYM_INTERNAL ||
                 sym->kind == SPK__SYM_STATE;
    if (initial && running) {
        spk__error(w->s->c, loc, NULL,
                   "a function that is called by a default or an initial value "
                   "cannot depend on the %s '%s'",
                   spk__kind_name(sym->kind), sym->name);
        w->failed = true;
    }
    if (!(initial ? value : sym->kind == SPK__SYM_INLINE) || !enter(w, sym, sym->name, loc))
        return;
    walk_expr(w, sym->value);
    leave(w);
}

static void walk_expr(walk *w, const spk__expr *e) {
    if (!e || w->failed)
        return;
    for (size_t i = 0; i < e->n_args; i++)
        walk_expr(w, e->arg[i]);
    if (e->kind == SPK__EX_SYMBOL && e->symbol)
        walk_symbol(w, e->symbol, e->loc);
    if (e->kind == SPK__EX_CALL && e->function &&
        enter(w, e->function, e->function->name, e->loc)) {
        walk_block(w, e->function->body);
        leave(w);
    }
}

static void walk_list(walk *w, const list *l) {
    for (size_t i = 0; i < l->n; i++) {
        const spk__symbol *sym = l->item[i];
        walk_symbol(w, sym, sym->loc);
        w->failed = false;
    }
}

void spk__check_order(scope *s) {
    spk__draft *d = s->draft;
    walk w = {.s = s};
    for (size_t i = 0; i < d->functions.n; i++) {
        const spk__function *f = d->functions.item[i];
        if (enter(&w, f, f->name, f->loc)) {
            walk_block(&w, f->body);
            leave(&w);
        }
        w.failed = false;
        w.depth = 0;
    }
    s->place = IN_INLINE;
    walk_list(&w, &d->inlines);
    if (s->c->errors)
        return;
    w.done.n = 0;
    w.depth = 0;
    s->place = IN_INITIAL;
    walk_list(&w, &d->parameters);
    walk_list(&w, &d->internals);
    walk_list(&w, &d->states);
}
