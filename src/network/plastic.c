/* Synapses with a state of their own. A synapse sleeps until its source fires; then it goes through
 * the spikes that its target has fired since, in the order in which they reached it, and through
 * its source's. All of the delay is dendritic, as in NEST (Morrison, Aertsen and Diesmann 2007,
 * doi:10.1162/neco.2007.19.6.1437): a source's spike is at the synapse at once and at the target
 * after the delay, a target's spike is at the synapse after the delay, and of two that meet there
 * in one step the target's comes first. */
#include "network/network.h"

enum { NO_SPIKE = UINT32_MAX };

/* ---- spikes of the targets ---- */

spk_status spk__past_new(spk_ctx *ctx, spk__pop *pop) {
    pop->first_spike = spk__realloc(ctx, NULL, pop->lanes, sizeof(uint32_t));
    pop->last_spike = spk__realloc(ctx, NULL, pop->lanes, sizeof(uint32_t));
    if (!pop->first_spike || !pop->last_spike)
        return SPK_ERR_MEMORY;
    memset(pop->first_spike, 0xFF, pop->lanes * sizeof(uint32_t));
    memset(pop->last_spike, 0xFF, pop->lanes * sizeof(uint32_t));
    return SPK_OK;
}

spk_status spk__past_add(spk_ctx *ctx, spk__pop *pop, spk__past *h, const uint32_t *neuron,
                         uint32_t n, uint64_t stamp) {
    if (h->n + n > h->capacity) {
        size_t capacity = 2 * h->capacity + n + 256;
        uint32_t *stamps = spk__realloc(ctx, h->stamp, capacity, sizeof *stamps);
        h->stamp = stamps ? stamps : h->stamp;
        uint32_t *next = spk__realloc(ctx, h->next, capacity, sizeof *next);
        h->next = next ? next : h->next;
        if (!stamps || !next || capacity >= NO_SPIKE)
            return SPK_ERR_MEMORY;
        h->capacity = capacity;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)h->n++, *last = &pop->last_spike[neuron[i]];
        h->stamp[at] = (uint32_t)stamp;
        h->next[at] = NO_SPIKE;
        *(*last == NO_SPIKE ? &pop->first_spike[neuron[i]] : &h->next[*last]) = at;
        *last = at;
    }
    return SPK_OK;
}

void spk__past_free(spk_ctx *ctx, spk__past *h) {
    spk__free(ctx, h->stamp);
    spk__free(ctx, h->next);
    *h = (spk__past){0};
}

/* ---- synapses ---- */

static double first_weight(const spk__wires *w, uint64_t at) {
    return w->weight ? (double)w->weight[at] : w->constant_weight;
}

static spk_status check_first(const spk_network *net, const spk__projection *p,
                              const spk__plastic *x, const double *state, double weight) {
    int bad = p->synapse->synapse->allows(x->parameter, state);
    if (bad < 0)
        return SPK_OK;
    bool own =
        !p->synapse->synapse->weight_is_parameter && (size_t)bad == p->synapse->synapse->weight;
    const spk_projection *q = p->p;
    return spk__fail(net->ctx, SPK_ERR_INPUT, own ? &q->weight_loc : &q->synapse_loc, NULL,
                     "%s = %g of projection %s is not what synapse %s allows",
                     p->synapse->states[bad].name, own ? weight : state[bad], q->name,
                     p->synapse->model);
}

/* Every synapse begins alike but for its weight. */
static spk_status begin(spk_network *net, size_t link, const double *state) {
    const spk__projection *p = &net->checked.projections[link];
    const spk_synapse *rule = p->synapse->synapse;
    const spk__wires *w = &net->link[link].wires;
    spk__plastic *x = net->link[link].plastic;
    spk_status st = SPK_OK;
    for (uint64_t i = 0; i < w->n && !st; i++) {
        double *mine = x->state + i * x->n_states, weight = first_weight(w, i);
        memcpy(mine, state, x->n_states * sizeof *mine);
        if (!rule->weight_is_parameter)
            mine[rule->weight] = weight;
        x->seen[i] = NO_SPIKE;
        st = check_first(net, p, x, mine, weight);
    }
    return st;
}

spk_status spk__plastic_new(spk_network *net, size_t link) {
    const spk__projection *p = &net->checked.projections[link];
    const spk_kernel *k = p->synapse;
    uint64_t n = net->link[link].wires.n;
    spk__plastic *x = SPK__NEW(net->ctx, spk__plastic);
    if (!x)
        return SPK_ERR_MEMORY;
    net->link[link].plastic = x;
    x->n_states = k->n_kernel_states;
    x->parameter = SPK__ARRAY(net->ctx, net->n_parts * k->n_parameters + 1, double);
    x->state = SPK__ARRAY(net->ctx, n * x->n_states + 1, double);
    x->last = SPK__ARRAY(net->ctx, n + 1, uint32_t);
    x->seen = SPK__ARRAY(net->ctx, n + 1, uint32_t);
    double *state = SPK__ARRAY(net->ctx, x->n_states + 1, double);
    unsigned char *is_set = SPK__ARRAY(net->ctx, k->n_parameters + 1, unsigned char);
    spk_status st =
        x->parameter && x->state && x->last && x->seen && state && is_set ? SPK_OK : SPK_ERR_MEMORY;
    const spk_population one = {.name = p->p->name,
                                .size = 1,
                                .kernel = k,
                                .settings = p->p->settings,
                                .n_settings = p->p->n_settings,
                                .loc = p->p->synapse_loc};
    if (!st)
        st = spk__neuron_prepare(net->ctx, &net->spec, &one, 0, x->parameter, is_set, NULL, state);
    for (size_t i = 1; i < net->n_parts && !st; i++)
        memcpy(x->parameter + i * k->n_parameters, x->parameter, k->n_parameters * sizeof(double));
    if (!st)
        st = begin(net, link, state);
    spk__free(net->ctx, state);
    spk__free(net->ctx, is_set);
    return st;
}

void spk__plastic_free(spk_ctx *ctx, spk__plastic *x) {
    if (!x)
        return;
    spk__free(ctx, x->parameter);
    spk__free(ctx, x->state);
    spk__free(ctx, x->last);
    spk__free(ctx, x->seen);
    spk__free(ctx, x);
}

/* One synapse on its way through time. */
typedef struct {
    const spk_synapse *rule;
    const double *parameter;
    double *state, dt_ms;
    uint32_t last, seen;
} synapse;

static double event(synapse *s, double (*side)(const double *, double, double, double *),
                    uint64_t stamp) {
    double elapsed = (double)(stamp - s->last) * s->dt_ms;
    s->last = (uint32_t)stamp;
    return side(s->parameter, elapsed, (double)stamp * s->dt_ms, s->state);
}

/* The target's spikes that have reached the synapse by the step `until`. */
static void catch_up(synapse *s, const spk__past *h, uint32_t first, uint32_t delay,
                     uint64_t until) {
    if (!s->rule->post)
        return;
    uint32_t next = s->seen == NO_SPIKE ? first : h->next[s->seen];
    for (; next != NO_SPIKE && (uint64_t)h->stamp[next] + delay <= until; next = h->next[next]) {
        (void)event(s, s->rule->post, (uint64_t)h->stamp[next] + delay);
        s->seen = next;
    }
}

static synapse take(const spk_network *net, size_t link, size_t part, uint64_t at, double *state) {
    const spk__projection *p = &net->checked.projections[link];
    const spk__plastic *x = net->link[link].plastic;
    double *parameter = x->parameter + part * p->synapse->n_parameters;
    if (p->synapse->synapse->weight_is_parameter)
        parameter[p->synapse->synapse->weight] = first_weight(&net->link[link].wires, at);
    return (synapse){p->synapse->synapse, parameter,   state,
                     net->spec.dt_ms,     x->last[at], x->seen[at]};
}

double spk__plastic_fire(const spk_network *net, size_t link, size_t part, uint64_t at,
                         uint32_t delay, uint64_t stamp) {
    const spk__projection *p = &net->checked.projections[link];
    const spk__plastic *x = net->link[link].plastic;
    uint32_t target = net->link[link].wires.target[at];
    synapse s = take(net, link, part, at, x->state + at * x->n_states);
    catch_up(&s, &net->part[part].past[p->to], net->pop[p->to].first_spike[target], delay, stamp);
    double weight = event(&s, s.rule->pre, stamp);
    x->last[at] = s.last;
    x->seen[at] = s.seen;
    return weight;
}

double spk__plastic_weight(const spk_network *net, size_t link, uint64_t at, uint32_t delay) {
    const spk__projection *p = &net->checked.projections[link];
    const spk__plastic *x = net->link[link].plastic;
    const spk__pop *to = &net->pop[p->to];
    uint32_t target = net->link[link].wires.target[at];
    double state[SPK__SYNAPSE_STATES];
    size_t part = 0;
    while (to->bound[part + 1] <= target)
        part++;
    if (p->synapse->synapse->weight_is_parameter)
        return first_weight(&net->link[link].wires, at);
    memcpy(state, x->state + at * x->n_states, x->n_states * sizeof *state);
    synapse s = take(net, link, part, at, state);
    catch_up(&s, &net->part[part].past[p->to], to->first_spike[target], delay, net->step);
    return state[p->synapse->synapse->weight];
}
