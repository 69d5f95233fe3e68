/* The lists of the checked model. */
#include "nestml/nestml.h"

static spk__symbol **symbols(const list *l, size_t *n) {
    for (size_t i = 0; i < l->n; i++)
        ((spk__symbol *)l->item[i])->index = i;
    *n = l->n;
    return (spk__symbol **)(void *)l->item;
}

/* Copies handlers, those of higher priority first; equal ones stay in the order of the text. */
static spk__handler *handlers(compiler *c, const list *l, size_t *n) {
    spk__handler *out = spk__arena_alloc(c->arena, l->n + 1, sizeof *out);
    if (!out) {
        c->short_of_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < l->n; i++) {
        spk__handler h = ((draft_handler *)l->item[i])->handler;
        size_t k = i;
        for (; k > 0 && out[k - 1].priority < h.priority; k--)
            out[k] = out[k - 1];
        out[k] = h;
    }
    *n = l->n;
    return out;
}

static bool emits_weight(const spk__stmt *first) {
    for (const spk__stmt *st = first; st; st = st->next)
        if ((st->kind == SPK__ST_EMIT && st->value) || emits_weight(st->body) ||
            emits_weight(st->otherwise))
            return true;
    return false;
}

static bool is_synapse(const spk__model *m) {
    for (size_t i = 0; i < m->n_ports; i++)
        if (strcmp(m->ports[i]->name, "pre_spikes") == 0 ||
            strcmp(m->ports[i]->name, "post_spikes") == 0)
            return true;
    for (size_t i = 0; i < m->n_on_receive; i++)
        if (emits_weight(m->on_receive[i].body))
            return true;
    return emits_weight(m->update);
}

void spk__finish(compiler *c, spk__draft *d) {
    spk__model *m = d->model;
    if (c->errors || c->short_of_memory)
        return;
    m->states = symbols(&d->states, &m->n_states);
    m->parameters = symbols(&d->parameters, &m->n_parameters);
    m->internals = symbols(&d->internals, &m->n_internals);
    m->inlines = symbols(&d->inlines, &m->n_inlines);
    m->kernels = symbols(&d->kernels, &m->n_kernels);
    m->ports = symbols(&d->ports, &m->n_ports);
    m->functions = (spk__function **)(void *)d->functions.item;
    m->n_functions = d->functions.n;
    m->on_receive = handlers(c, &d->on_receive, &m->n_on_receive);
    m->on_condition = handlers(c, &d->on_condition, &m->n_on_condition);
    m->is_synapse = !c->short_of_memory && is_synapse(m);
}
