/* What a weight does: the unit of a spike port, and a sentence, for `model show` and for weights
 * given with a unit.
 *
 * Found in the text: the state that a handler of the port assigns a sum with the port to; the state
 * whose equation has the port's deltas; or the largest part of an expression that consists of the
 * port's convolution and things that do not change, such as `unit_psg * convolve(g, spikes)`.
 */
#include "lower/internal.h"

#include <stdio.h>

typedef struct {
    spk__lowering *l;
    size_t port;
    const spk__expr *largest; /* with a convolution of the port, else fixed */
} search;

static bool is_port(const search *s, const spk__expr *e) {
    if (e->kind != SPK__EX_SYMBOL || e->symbol->kind != SPK__SYM_SPIKE_PORT)
        return false;
    size_t first = spk__port_slot(s->l, e->symbol, 0);
    size_t n = e->symbol->vector_size ? (size_t)e->symbol->vector_size : 1;
    return s->port >= first && s->port < first + n;
}

static bool mentions(const search *s, const spk__expr *e) {
    if (is_port(s, e))
        return true;
    for (size_t i = 0; i < e->n_args; i++)
        if (mentions(s, e->arg[i]))
            return true;
    return false;
}

static bool is_ours(const search *s, const spk__expr *e) {
    return e->kind == SPK__EX_CONVOLVE && spk__port_slot(s->l, e->port, e->port_index) == s->port;
}

static bool has_ours(const search *s, const spk__expr *e) {
    if (is_ours(s, e))
        return true;
    for (size_t i = 0; i < e->n_args; i++)
        if (has_ours(s, e->arg[i]))
            return true;
    return false;
}

/* Nothing in it changes from step to step but convolutions. */
static bool is_steady(const spk__expr *e) {
    if (e->kind == SPK__EX_SYMBOL)
        switch (e->symbol->kind) {
        case SPK__SYM_PARAMETER:
        case SPK__SYM_INTERNAL:
            return true;
        case SPK__SYM_INLINE:
            return e->symbol->value && is_steady(e->symbol->value);
        default:
            return false;
        }
    if (e->kind == SPK__EX_CONVOLVE)
        return true;
    for (size_t i = 0; i < e->n_args; i++)
        if (!is_steady(e->arg[i]))
            return false;
    return true;
}

static void find_largest(search *s, const spk__expr *e) {
    if (!e || s->largest || !has_ours(s, e))
        return;
    if (is_steady(e)) {
        s->largest = e;
        return;
    }
    for (size_t i = 0; i < e->n_args; i++)
        find_largest(s, e->arg[i]);
}

static const spk__symbol *target_in(const search *s, const spk__stmt *body) {
    for (; body; body = body->next) {
        if (body->kind == SPK__ST_ASSIGN && body->target->kind == SPK__SYM_STATE &&
            mentions(s, body->value))
            return body->target;
        const spk__symbol *inner = target_in(s, body->body);
        if (!inner)
            inner = target_in(s, body->otherwise);
        if (inner)
            return inner;
    }
    return NULL;
}

static const spk__symbol *jumping_state(const search *s) {
    spk__lowering *l = s->l;
    spk__node delta = spk__dag_leaf(l->d, SPK__N_HOLE, spk__hole_delta(l, s->port));
    for (size_t i = 0; i < l->n_states; i++)
        if (l->state[i].jump && spk__dag_uses(l->d, l->state[i].jump, delta))
            return l->state[i].symbol;
    return NULL;
}

static void tell(spk__lowering *l, spk__variable *v, spk_unit unit, const char *sentence,
                 const char *name) {
    char text[300], printed[64];
    snprintf(text, sizeof text, sentence, name);
    spk_unit_print(unit, printed);
    v->unit = spk__arena_strndup(l->p->arena, printed, strlen(printed));
    v->doc = spk__arena_strndup(l->p->arena, text, strlen(text));
    v->scale = unit.scale != 0 ? unit.scale : 1;
    if (!v->unit || !v->doc)
        l->d->failed = true;
}

static void describe_port(spk__lowering *l, size_t port) {
    const spk__model *m = l->model;
    search s = {.l = l, .port = port};
    spk__variable *v = &l->p->spike_ports[port];
    const spk__symbol *target = jumping_state(&s);
    for (size_t i = 0; i < m->n_on_receive && !target; i++)
        target = target_in(&s, m->on_receive[i].body);
    if (!target)
        target = target_in(&s, m->update);
    if (target) {
        tell(l, v, target->type.unit, "added to %s on arrival", target->name);
        return;
    }
    for (size_t i = 0; i < m->n_inlines; i++)
        find_largest(&s, m->inlines[i]->value);
    for (size_t i = 0; i < m->n_states; i++)
        find_largest(&s, m->states[i]->rhs);
    v->unit = "1";
    v->scale = 1;
    if (s.largest && s.largest->type.kind == SPK__REAL) {
        const spk__expr *e = s.largest;
        while (!is_ours(&s, e))
            for (size_t i = 0; i < e->n_args; i++)
                if (has_ours(&s, e->arg[i])) {
                    e = e->arg[i];
                    break;
                }
        tell(l, v, s.largest->type.unit, "times the kernel %s on arrival", e->symbol->name);
    }
}

void spk__describe_ports(spk__lowering *l) {
    for (size_t i = 0; i < l->p->n_spike_ports && !l->d->failed; i++)
        describe_port(l, i);
}
