/* Typed values out of a tree: every refusal says what, where and what to do. */
#include "study/yaml.h"

#include <math.h>
#include <stdio.h>

const spk__node *spk__node_find(const spk__node *map, const char *key) {
    if (!map || map->kind != SPK__MAPPING)
        return NULL;
    for (const spk__node *n = map->first; n; n = n->next)
        if (strcmp(n->key, key) == 0)
            return n;
    return NULL;
}

static size_t count_names(const char *const *names) {
    size_t n = 0;
    while (names && names[n])
        n++;
    return n;
}

/* "did you mean 'x'?" or the list of names, as a hint. */
static void suggest(char *buf, size_t size, const char *word, const char *const *names) {
    size_t n = count_names(names);
    const char *near = spk_nearest(word, names, n);
    if (near) {
        snprintf(buf, size, "did you mean '%s'?", near);
        return;
    }
    size_t at = (size_t)snprintf(buf, size, "known: ");
    for (size_t i = 0; i < n && at + 1 < size; i++)
        at += (size_t)snprintf(buf + at, size - at, "%s%s", i ? ", " : "", names[i]);
}

spk_status spk__node_check_keys(spk_ctx *ctx, const spk__node *map, const char *what,
                                const char *const *names) {
    if (!map)
        return SPK_OK;
    spk_status st = spk__node_expect(ctx, map, SPK__MAPPING, what);
    for (const spk__node *n = st ? NULL : map->first; n; n = n->next) {
        size_t i = 0;
        while (names[i] && strcmp(names[i], n->key) != 0)
            i++;
        if (names[i])
            continue;
        char hint[512];
        suggest(hint, sizeof hint, n->key, names);
        st = spk__fail(ctx, SPK_ERR_INPUT, &n->key_loc, hint, "%s has no key '%s'", what, n->key);
    }
    return st;
}

spk_status spk__node_expect(spk_ctx *ctx, const spk__node *n, spk__node_kind kind,
                            const char *what) {
    static const char *const names[] = {"a single value", "a list: [a, b]",
                                        "a mapping: {key: value}"};
    if (n->kind == kind)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s must be %s, but is %s", what,
                     names[kind], names[n->kind]);
}

spk_status spk__node_quantity(spk_ctx *ctx, const spk__node *n, const char *what, spk_unit want,
                              double *out) {
    spk_status st = spk__node_expect(ctx, n, SPK__SCALAR, what);
    return st ? st : spk_quantity_parse_as(ctx, n->text, &n->loc, what, want, out);
}

spk_status spk__node_number(spk_ctx *ctx, const spk__node *n, const char *what, double low,
                            double high, double *out) {
    double x;
    spk_unit plain = {.scale = 1};
    spk_status st = spk__node_quantity(ctx, n, what, plain, &x);
    if (st)
        return st;
    if (!(x >= low && x <= high))
        return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s is %g, outside %g .. %g", what, x,
                         low, high);
    *out = x;
    return SPK_OK;
}

spk_status spk__node_integer(spk_ctx *ctx, const spk__node *n, const char *what, int64_t low,
                             int64_t high, int64_t *out) {
    double x;
    spk_status st = spk__node_number(ctx, n, what, -INFINITY, INFINITY, &x);
    if (st)
        return st;
    if (x != floor(x))
        return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s must be a whole number, not %s",
                         what, n->text);
    if (!(x >= (double)low && x <= (double)high))
        return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s must be from %lld to %lld, not %s",
                         what, (long long)low, (long long)high, n->text);
    *out = (int64_t)x;
    return SPK_OK;
}

spk_status spk__node_choice(spk_ctx *ctx, const spk__node *n, const char *what,
                            const char *const *choices, int *out) {
    spk_status st = spk__node_expect(ctx, n, SPK__SCALAR, what);
    if (st)
        return st;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], n->text) == 0) {
            *out = i;
            return SPK_OK;
        }
    }
    char hint[512];
    suggest(hint, sizeof hint, n->text, choices);
    return spk__fail(ctx, SPK_ERR_INPUT, &n->loc, hint, "%s cannot be '%s'", what, n->text);
}

spk_status spk__node_bool(spk_ctx *ctx, const spk__node *n, const char *what, bool *out) {
    static const char *const words[] = {"false", "true", "no", "yes", NULL};
    int i;
    spk_status st = spk__node_choice(ctx, n, what, words, &i);
    if (!st)
        *out = i & 1;
    return st;
}

spk_status spk__node_options(spk_ctx *ctx, const spk__node *map, const char *owner,
                             const spk_opt *table, const char *const *skip, spk_opts *out) {
    spk_opts_default(table, out);
    spk_status st = SPK_OK;
    for (const spk__node *n = map && map->kind == SPK__MAPPING ? map->first : NULL; n;
         n = n->next) {
        size_t i = 0, n_skip = count_names(skip);
        while (i < n_skip && strcmp(skip[i], n->key) != 0)
            i++;
        if (i < n_skip)
            continue;
        spk_status one = spk__node_expect(ctx, n, SPK__SCALAR, n->key);
        spk_loc loc = n->loc;
        if (!one) {
            bool known = false;
            for (const spk_opt *o = table; o && o->name; o++)
                known = known || strcmp(o->name, n->key) == 0;
            if (!known)
                loc = n->key_loc;
            one = spk_opts_set(ctx, table, owner, n->key, n->text, &loc, out);
        }
        if (one)
            st = one;
    }
    return st;
}

spk_status spk__node_settings(spk_ctx *ctx, spk__arena *arena, const spk__node *map,
                              const char *const *skip, spk_settings *out) {
    if (!map)
        return SPK_OK;
    out->item = spk__arena_alloc(arena, map->n, sizeof *out->item);
    if (!out->item)
        return SPK_ERR_MEMORY;
    for (const spk__node *n = map->first; n; n = n->next) {
        bool skipped = false;
        for (const char *const *k = skip; k && *k; k++)
            skipped = skipped || strcmp(*k, n->key) == 0;
        if (skipped)
            continue;
        spk_status st = spk__node_expect(ctx, n, SPK__SCALAR, n->key);
        if (st)
            return st;
        out->item[out->n++] = (spk_setting){n->key, n->text, n->key_loc, n->loc};
    }
    return SPK_OK;
}
