/* Values of a network study: numbers with units, names of numbers, distributions, texts. */
#include "netstudy/read.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

const spk_unit spk__plain_unit = {.scale = 1};

spk_unit spk__unit_named(spk_ctx *ctx, const char *text) {
    spk_unit u = spk__plain_unit;
    if (spk_unit_parse(ctx, text && *text ? text : "1", NULL, &u))
        return spk__plain_unit;
    return u;
}

static bool is_name(const char *text) {
    if (!isalpha((unsigned char)*text) && *text != '_')
        return false;
    for (; *text; text++)
        if (!isalnum((unsigned char)*text) && *text != '_')
            return false;
    return true;
}

/* ---- numbers ---- */

static spk_status bind(spk_netstudy *s, const spk__node *n, const spk__binding *want) {
    size_t at = 0;
    while (at < s->n_numbers && strcmp(s->number[at].name, n->text))
        at++;
    if (at == s->n_numbers) {
        const char *names[64];
        size_t k = s->n_numbers < 64 ? s->n_numbers : 64;
        for (size_t i = 0; i < k; i++)
            names[i] = s->number[i].name;
        const char *near = spk_nearest(n->text, names, k);
        char hint[128];
        if (near)
            snprintf(hint, sizeof hint, "did you mean %s?", near);
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc,
                         near ? hint : "name it under fit or values", "there is no number '%s'",
                         n->text);
    }
    if (!spk__grow(s->ctx, &s->binding, s->n_bindings, &s->binding_capacity, sizeof *s->binding))
        return SPK_ERR_MEMORY;
    s->binding[s->n_bindings] = *want;
    s->binding[s->n_bindings++].number = at;
    return SPK_OK;
}

/* A quantity of the dimension of want, a plain number (in want's unit), or a named number. */
static spk_status read_scaled(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                              const spk__place *at, double *to, bool whole, double factor) {
    spk_status st = spk__node_expect(s->ctx, n, SPK__SCALAR, what);
    if (st)
        return st;
    if (!n->quoted && is_name(n->text) && strcasecmp(n->text, "inf"))
        return bind(s, n,
                    &(spk__binding){at->array, (size_t)((char *)to - at->base), 0, whole,
                                    want.scale, factor});
    double value;
    spk_unit unit;
    st = spk_quantity_parse(s->ctx, n->text, &n->loc, &value, &unit);
    if (st)
        return st;
    if (spk_unit_is_plain(unit))
        value *= want.scale;
    else
        st = spk_quantity_parse_as(s->ctx, n->text, &n->loc, what, want, &value);
    if (!st)
        *to = value * factor;
    return st;
}

spk_status spk__read_number(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                            const spk__place *at, double *to, bool whole) {
    return read_scaled(s, n, what, want, at, to, whole, 1);
}

/* Rates are kept in Hz; the coherent unit is 1/ms. */
spk_status spk__read_rate(spk_netstudy *s, const spk__node *n, const spk__place *at, double *to) {
    return read_scaled(s, n, "the rate", spk__unit_named(s->ctx, "Hz"), at, to, false, 1000);
}

static spk_status read_pair(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                            spk_unit want_b, const spk__place *at, spk_dist *d) {
    if (n->kind != SPK__SEQUENCE || n->n != 2)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write two values: [a, b]",
                         "%s is not a list of two values", what);
    spk_status st = spk__read_number(s, n->first, what, want, at, &d->a, false);
    return st ? st : spk__read_number(s, n->first->next, what, want_b, at, &d->b, false);
}

spk_status spk__read_dist(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                          const spk__place *at, spk_dist *d) {
    static const char *const keys[] = {"uniform", "normal", "lognormal", "min", "max", NULL};
    *d = (spk_dist)SPK_CONSTANT(0);
    if (n->kind == SPK__SCALAR)
        return spk__read_number(s, n, what, want, at, &d->a, false);
    spk_status st = spk__node_check_keys(s->ctx, n, what, keys);
    size_t kinds = 0;
    for (int i = 0; i < 3 && !st; i++) {
        const spk__node *v = spk__node_find(n, keys[i]);
        if (!v)
            continue;
        kinds++;
        d->kind = (spk_dist_kind)(SPK_DIST_UNIFORM + i);
        st = read_pair(s, v, what, i == 2 ? spk__plain_unit : want, i == 2 ? spk__plain_unit : want,
                       at, d);
    }
    if (!st && kinds != 1)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write {uniform: [a, b]} or the like",
                       "%s names %zu distributions", what, kinds);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "min")))
        st = spk__read_number(s, v, what, want, at, &d->low, false);
    if (!st && (v = spk__node_find(n, "max")))
        st = spk__read_number(s, v, what, want, at, &d->high, false);
    return st;
}

spk_status spk__read_text(spk_netstudy *s, const spk__node *map, const char *key, const char **out,
                          spk_loc *loc, bool needed) {
    const spk__node *v = spk__node_find(map, key);
    if (!v && needed)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &map->key_loc, NULL, "'%s' has no '%s'", map->key,
                         key);
    if (!v)
        return SPK_OK;
    spk_status st = spk__node_expect(s->ctx, v, SPK__SCALAR, key);
    *out = v->text;
    *loc = v->loc;
    return st;
}
