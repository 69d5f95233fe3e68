/* From text to checked models, and the memory and messages of all steps. */
#include "nestml/nestml.h"

void *spk__node(compiler *c, size_t size) {
    void *p = c->short_of_memory ? NULL : spk__arena_alloc(c->arena, 1, size);
    if (p)
        return p;
    c->short_of_memory = true;
    memset(c->spare, 0, sizeof c->spare);
    return c->spare;
}

char *spk__text(compiler *c, const char *s, size_t n) {
    char *copy = c->short_of_memory ? NULL : spk__arena_strndup(c->arena, s, n);
    if (copy)
        return copy;
    c->short_of_memory = true;
    memset(c->spare, 0, sizeof c->spare);
    return (char *)c->spare;
}

const char *spk__primed(compiler *c, const char *name, size_t order) {
    size_t n = strlen(name);
    char *text = c->short_of_memory ? NULL : spk__arena_alloc(c->arena, n + order + 1, 1);
    if (!text)
        return spk__text(c, "", 0);
    memcpy(text, name, n);
    memset(text + n, '\'', order);
    return text;
}

void spk__list_add(compiler *c, list *l, void *item) {
    if (c->short_of_memory)
        return;
    if (l->n == l->capacity) {
        size_t wanted = l->capacity ? l->capacity * 2 : 4;
        void **grown = spk__arena_alloc(c->arena, wanted, sizeof *grown);
        if (!grown) {
            c->short_of_memory = true;
            return;
        }
        if (l->n)
            memcpy(grown, l->item, l->n * sizeof *grown);
        l->item = grown;
        l->capacity = wanted;
    }
    l->item[l->n++] = item;
}

static void check_drafts(compiler *c) {
    for (size_t i = 0; i < c->drafts.n && !c->short_of_memory; i++) {
        spk__draft *d = c->drafts.item[i];
        for (size_t k = 0; k < i; k++) {
            const spk__model *other = ((spk__draft *)c->drafts.item[k])->model;
            if (strcmp(other->name, d->model->name) == 0)
                spk__error(c, d->model->loc, "give it another name",
                           "there are two models named '%s'; the first is in line %d", other->name,
                           other->loc.line);
        }
        scope s;
        if (!spk__scope_init(&s, c, d))
            continue;
        spk__resolve_declarations(&s);
        spk__resolve_all(&s);
        spk__check_model(&s);
        if (!c->errors && !c->short_of_memory)
            spk__check_order(&s);
        spk__finish(c, d);
    }
}

static spk_status run(compiler *c, spk__nestml *result) {
    spk__lex(c);
    if (!c->errors && !c->short_of_memory)
        spk__parse(c);
    if (!c->errors && !c->short_of_memory && !c->drafts.n)
        spk__error(c, (spk_loc){c->file, 1, 1, 1}, "a model begins with 'model name:'",
                   "there is no model in this file");
    if (!c->errors)
        check_drafts(c);
    spk__free(c->ctx, c->tokens);
    spk__free(c->ctx, c->comments);
    if (c->short_of_memory)
        return SPK_ERR_MEMORY;
    spk__report(c);
    if (c->errors)
        return SPK_ERR_INPUT;
    for (size_t i = 0; i < c->drafts.n; i++)
        c->drafts.item[i] = ((spk__draft *)c->drafts.item[i])->model;
    result->models = (spk__model **)(void *)c->drafts.item;
    result->n_models = c->drafts.n;
    return SPK_OK;
}

spk_status spk__nestml_compile(spk_ctx *ctx, const char *name, const char *text, size_t length,
                               spk__nestml **out) {
    if (length > MAX_LENGTH)
        return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = name}, NULL,
                         "a file of %zu bytes is too large for models", length);
    spk_status st = spk__ctx_add_source(ctx, name, text, length);
    if (st)
        return st;
    compiler *c = SPK__NEW(ctx, compiler);
    spk__arena *arena = spk__arena_new(ctx);
    spk__nestml *n = arena ? spk__arena_alloc(arena, 1, sizeof *n) : NULL;
    st = SPK_ERR_MEMORY;
    if (c && n) {
        *c = (compiler){.ctx = ctx, .arena = arena, .text = text, .end = text + length};
        c->file = spk__text(c, name, strlen(name));
        n->arena = arena;
        st = run(c, n);
    }
    spk__free(ctx, c);
    if (st)
        spk__arena_free(arena);
    else
        *out = n;
    return st;
}

void spk__nestml_free(spk__nestml *n) {
    if (n)
        spk__arena_free(n->arena); /* n itself lives in there */
}

spk_status spk__nestml_find(spk_ctx *ctx, const spk__nestml *n, const char *name,
                            const spk__model **out) {
    spk__str names = {.ctx = ctx};
    for (size_t i = 0; i < n->n_models; i++) {
        if (name ? strcmp(n->models[i]->name, name) == 0 : n->n_models == 1) {
            *out = n->models[i];
            spk__str_free(&names);
            return SPK_OK;
        }
        spk__str_add(&names, i ? ", %s" : "it has: %s", n->models[i]->name);
    }
    spk_loc loc = {.file = n->models[0]->loc.file};
    spk_status st = SPK_ERR_MEMORY;
    if (!names.failed && name)
        st = spk__fail(ctx, SPK_ERR_INPUT, &loc, names.text, "the file has no model '%s'", name);
    else if (!names.failed)
        st = spk__fail(ctx, SPK_ERR_INPUT, &loc, names.text,
                       "the file has %zu models: say which is meant", n->n_models);
    spk__str_free(&names);
    return st;
}
