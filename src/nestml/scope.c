/* Names and what they stand for. */
#include "nestml/nestml.h"

#include <stdio.h>

const char *spk__kind_name(spk__symbol_kind k) {
    static const char *const names[] = {
        [SPK__SYM_STATE] = "state",
        [SPK__SYM_PARAMETER] = "parameter",
        [SPK__SYM_INTERNAL] = "internal",
        [SPK__SYM_INLINE] = "inline",
        [SPK__SYM_KERNEL] = "kernel",
        [SPK__SYM_SPIKE_PORT] = "spike port",
        [SPK__SYM_CONTINUOUS_PORT] = "continuous port",
        [SPK__SYM_LOCAL] = "local variable",
        [SPK__SYM_TIME] = "time",
    };
    return names[k];
}

bool spk__scope_init(scope *s, compiler *c, spk__draft *d) {
    *s = (scope){.c = c, .draft = d, .model = d->model};
    size_t names = d->states.n + d->parameters.n + d->internals.n + d->inlines.n + d->ports.n +
                   d->kernels.n + 1;
    if (names > MAX_NAMES) {
        spk__error(c, d->model->loc, NULL, "a model of more than %d names is not supported",
                   MAX_NAMES);
        return false;
    }
    s->table_size = 16;
    while (s->table_size < 2 * names)
        s->table_size *= 2;
    s->table = spk__arena_alloc(c->arena, s->table_size, sizeof *s->table);
    s->time = NODE(c, spk__symbol);
    if (!s->table) {
        c->short_of_memory = true;
        return false;
    }
    *s->time = (spk__symbol){
        .kind = SPK__SYM_TIME, .name = "t", .type = {SPK__REAL, ms_unit}, .loc = d->model->loc};
    return !c->short_of_memory;
}

static spk__symbol **slot(const scope *s, const char *name) {
    size_t i = (size_t)spk__hash(name, strlen(name), 0) & (s->table_size - 1);
    while (s->table[i] && strcmp(s->table[i]->name, name) != 0)
        i = (i + 1) & (s->table_size - 1);
    return &s->table[i];
}

void spk__scope_declare(scope *s, spk__symbol *sym) {
    if (s->c->short_of_memory)
        return;
    if (strcmp(sym->name, "t") == 0 || strcmp(sym->name, "e") == 0) {
        spk__error(s->c, sym->loc, "choose another name",
                   "'%s' stands for %s and cannot be declared", sym->name,
                   sym->name[0] == 't' ? "the time" : "Euler's number");
        return;
    }
    spk__symbol **at = slot(s, sym->name);
    if (!*at)
        *at = sym;
    else if ((*at)->kind == sym->kind)
        spk__error(s->c, sym->loc, "choose another name",
                   "'%s' is declared twice; first in line %d", sym->name, (*at)->loc.line);
    else
        spk__error(s->c, sym->loc, "choose another name",
                   "'%s' is already the name of a %s, in line %d", sym->name,
                   spk__kind_name((*at)->kind), (*at)->loc.line);
}

void spk__scope_push(scope *s, spk__symbol *local) {
    if (s->locals.n == MAX_LOCALS)
        spk__error(s->c, local->loc, "move a part into a function",
                   "there are too many local variables");
    if (s->locals.n >= MAX_LOCALS)
        return;
    spk__list_add(s->c, &s->locals, local);
}

spk__symbol *spk__scope_find_global(const scope *s, const char *name) {
    return *slot(s, name);
}

spk__symbol *spk__scope_find(const scope *s, const char *name) {
    for (size_t i = s->locals.n; i > 0; i--) {
        spk__symbol *local = s->locals.item[i - 1];
        if (strcmp(local->name, name) == 0)
            return local;
    }
    for (size_t i = 0; s->kernel && i < s->kernel->n_kernel_states; i++)
        if (strcmp(s->kernel->kernel_states[i]->name, name) == 0)
            return s->kernel->kernel_states[i];
    if (strcmp(name, "t") == 0)
        return s->time;
    return spk__scope_find_global(s, name);
}

/* All names in sight into names; returns how many. */
static size_t gather(const scope *s, const char **names, size_t room) {
    size_t n = 0;
    for (size_t i = 0; i < s->locals.n && n < room; i++)
        names[n++] = ((spk__symbol *)s->locals.item[i])->name;
    for (size_t i = 0; i < s->table_size && n < room; i++)
        if (s->table[i])
            names[n++] = s->table[i]->name;
    return n;
}

const char *spk__scope_hint(const scope *s, const char *name, bool functions, char *buf,
                            size_t size) {
    enum { ROOM = 2000 };
    const char *near = NULL;
    const char **names = spk__alloc(s->c->ctx, ROOM, sizeof *names);
    if (!names) {
        s->c->short_of_memory = true;
        return NULL;
    }
    size_t n = 0;
    if (functions) {
        const char *const *language = spk__function_names(&n);
        memcpy(names, language, n * sizeof *names);
        for (size_t i = 0; i < s->draft->functions.n && n < ROOM; i++)
            names[n++] = ((spk__function *)s->draft->functions.item[i])->name;
    } else {
        n = gather(s, names, ROOM);
    }
    near = spk_nearest(name, names, n);
    if (near)
        snprintf(buf, size, "did you mean '%s'?", near);
    spk__free(s->c->ctx, names);
    return near ? buf : NULL;
}
