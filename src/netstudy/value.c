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

static spk_status bind(spk_netstudy *s, const spk__node *n, const char *what, spk_unit unit,
                       const spk__binding *want) {
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
    if (s->has_unit[at] && !spk_unit_same_dimension(s->unit[at], unit)) {
        char has[64], wants[64];
        spk_unit_print(s->unit[at], has);
        spk_unit_print(unit, wants);
        bool plain = spk_unit_is_plain(unit);
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL, "%s is %s%s, but %s is in %s", what,
                         plain ? "a plain number" : "in ", plain ? "" : wants, n->text, has);
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
        return bind(s, n, what, want,
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

/* ---- distributions ---- */

typedef struct {
    const char *what;
    spk_unit want;
    double factor;
    const spk__place *at;
} wanted;

static spk_status read_wanted(spk_netstudy *s, const spk__node *n, const wanted *w, double *to) {
    return read_scaled(s, n, w->what, w->want, w->at, to, false, w->factor);
}

static spk_status read_pair(spk_netstudy *s, const spk__node *n, const wanted *w, spk_dist *d) {
    if (n->kind != SPK__SEQUENCE || n->n != 2)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write two values: [a, b]",
                         "%s is not a list of two values", w->what);
    spk_status st = read_wanted(s, n->first, w, &d->a);
    return st ? st : read_wanted(s, n->first->next, w, &d->b);
}

static spk_status read_any(spk_netstudy *s, const spk__node *n, const wanted *w, spk_dist *d) {
    static const char *const keys[] = {"uniform", "normal", "lognormal", "min", "max", NULL};
    const wanted plain = {w->what, spk__plain_unit, 1, w->at};
    *d = (spk_dist)SPK_CONSTANT(0);
    if (n->kind == SPK__SCALAR)
        return read_wanted(s, n, w, &d->a);
    spk_status st = spk__node_check_keys(s->ctx, n, w->what, keys);
    size_t kinds = 0;
    for (int i = 0; i < 3 && !st; i++) {
        const spk__node *v = spk__node_find(n, keys[i]);
        if (!v)
            continue;
        kinds++;
        d->kind = (spk_dist_kind)(SPK_DIST_UNIFORM + i);
        st = read_pair(s, v, d->kind == SPK_DIST_LOGNORMAL ? &plain : w, d);
    }
    if (!st && kinds != 1)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write {uniform: [a, b]} or the like",
                       "%s names %zu distributions", w->what, kinds);
    const spk__node *v;
    if (!st && (v = spk__node_find(n, "min")))
        st = read_wanted(s, v, w, &d->low);
    if (!st && (v = spk__node_find(n, "max")))
        st = read_wanted(s, v, w, &d->high);
    return st;
}

spk_status spk__read_dist(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                          const spk__place *at, spk_dist *d) {
    return read_any(s, n, &(wanted){what, want, 1, at}, d);
}

/* ---- weights ---- */

const spk_population *spk__find_population(const spk_netstudy *s, const char *name) {
    for (size_t i = 0; name && i < s->base.spec.n_populations; i++) {
        const spk_population *p = &s->base.population[i];
        if (p->name && !strcmp(p->name, name))
            return p;
    }
    return NULL;
}

spk_status spk__check_port(spk_netstudy *s, const char *to, const char *port, const spk_loc *loc) {
    const spk_population *p = spk__find_population(s, to);
    const spk_kernel *k = p ? p->kernel : NULL;
    const char *names[64];
    char hint[256] = "";
    size_t n = 0, at = 0;
    if (!k || !port)
        return SPK_OK;
    for (; n < k->n_spike_ports && n < 64; n++) {
        names[n] = k->spike_ports[n].name;
        if (!strcmp(names[n], port))
            return SPK_OK;
        if (at < sizeof hint)
            at += (size_t)snprintf(hint + at, sizeof hint - at, "%s%s", n ? ", " : "it has ",
                                   names[n]);
    }
    return spk__fail_name(s->ctx, SPK_ERR_INPUT, loc, port, names, n, n ? hint : NULL,
                          "model %s has no port '%s' for spikes", k->model, port);
}

spk__weight_unit spk__weight_unit_of(spk_netstudy *s, const char *to, const char *port) {
    const spk_population *p = spk__find_population(s, to);
    const spk_kernel *k = p ? p->kernel : NULL;
    spk__weight_unit w = {spk__plain_unit, 1};
    size_t seen = 0;
    for (size_t i = 0; k && i < k->n_spike_ports; i++) {
        if (port && strcmp(port, k->spike_ports[i].name))
            continue;
        spk_unit u = spk__unit_named(s->ctx, k->spike_ports[i].unit);
        if (seen++ && (!spk_unit_same_dimension(u, w.unit) || u.scale != w.unit.scale))
            return (spk__weight_unit){spk__plain_unit, 1};
        w = (spk__weight_unit){u, 1 / u.scale};
    }
    return w;
}

spk_status spk__read_weight(spk_netstudy *s, const spk__node *n, const spk__weight_unit *unit,
                            const spk__place *at, spk_dist *d) {
    return read_any(s, n, &(wanted){"the weight", unit->unit, unit->factor, at}, d);
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
