/* State, parameters and ports of a population, in the kernel's layout. */
#include "network/network.h"

#include <stdlib.h>

enum { LANES = 16 }; /* populations are padded to this many lanes; every vector width divides it */

/* Vectors are loaded aligned. */
static void *aligned(spk_ctx *ctx, size_t n, size_t size) {
    enum { ALIGN = 64 };
    char *p = n < SIZE_MAX / 2 / (size ? size : 1)
                  ? spk__alloc(ctx, n * size + ALIGN + sizeof(void *), 1)
                  : spk__alloc(ctx, n, size);
    if (!p)
        return NULL;
    char *out = p + sizeof(void *);
    out += (ALIGN - (uintptr_t)out % ALIGN) % ALIGN;
    memcpy(out - sizeof(void *), &p, sizeof p);
    return out;
}

static void aligned_free(spk_ctx *ctx, void *p) {
    void *base;
    if (!p)
        return;
    memcpy(&base, (char *)p - sizeof(void *), sizeof base);
    spk__free(ctx, base);
}

static void put(const spk__pop *pop, void *array, size_t n_rows, size_t lane, const double *from) {
    size_t at = lane / pop->width * n_rows * pop->width + lane % pop->width;
    for (size_t i = 0; i < n_rows; i++, at += pop->width)
        if (pop->real == sizeof(float))
            ((float *)array)[at] = (float)from[i];
        else
            ((double *)array)[at] = from[i];
}

void spk_network_state(const spk_network *net, size_t population, uint32_t neuron, double *out) {
    const spk__pop *pop = &net->pop[population];
    size_t n = pop->k ? pop->k->n_kernel_states : 0;
    size_t at = neuron / pop->width * n * pop->width + neuron % pop->width;
    for (size_t i = 0; i < n; i++, at += pop->width)
        out[i] = pop->real == sizeof(float) ? (double)((float *)pop->state)[at]
                                            : ((double *)pop->state)[at];
}

/* ---- sources ---- */

typedef struct {
    uint64_t stamp;
    uint32_t source;
} given;

static int by_stamp(const void *a, const void *b) {
    const given *x = a, *y = b;
    if (x->stamp != y->stamp)
        return x->stamp < y->stamp ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* The step's end at or behind t; a t within 1e-6 steps of one counts as on it. */
static uint64_t stamp_of(double t_ms, double dt_ms) {
    double steps = ceil(t_ms / dt_ms - 1e-6);
    return steps > 0 ? (uint64_t)steps : 0;
}

static spk_status given_new(spk_network *net, spk__pop *pop) {
    size_t n = 0, most = 1, run = 0;
    for (uint32_t i = 0; i < pop->p->size; i++)
        n += pop->p->trains[i].n;
    given *all = SPK__ARRAY(net->ctx, n, given);
    pop->given_stamp = SPK__ARRAY(net->ctx, n, uint64_t);
    pop->given_source = SPK__ARRAY(net->ctx, n, uint32_t);
    if (!all || !pop->given_stamp || !pop->given_source) {
        spk__free(net->ctx, all);
        return SPK_ERR_MEMORY;
    }
    pop->n_given = n;
    n = 0;
    for (uint32_t i = 0; i < pop->p->size; i++)
        for (size_t j = 0; j < pop->p->trains[i].n; j++)
            all[n++] = (given){stamp_of(pop->p->trains[i].t_ms[j], net->spec.dt_ms), i};
    qsort(all, n, sizeof *all, by_stamp);
    for (size_t i = 0; i < n; i++) {
        pop->given_stamp[i] = all[i].stamp;
        pop->given_source[i] = all[i].source;
        run = i && !by_stamp(&all[i], &all[i - 1]) ? run + 1 : 1;
        most = run > most ? run : most;
    }
    pop->list_factor = (uint32_t)most;
    spk__free(net->ctx, all);
    return SPK_OK;
}

static spk_status source_new(spk_network *net, spk__pop *pop) {
    if (pop->p->trains)
        return given_new(net, pop);
    spk_status st =
        spk__poisson_table(net->ctx, pop->p->rate_Hz * net->spec.dt_ms / 1000, &pop->poisson);
    if (!st)
        pop->list_factor = spk__poisson_most(pop->poisson);
    return st;
}

/* ---- history and ports ---- */

static uint32_t longest_delay(const spk_network *net, size_t link) {
    const spk__projection *p = &net->checked.projections[link];
    const spk__wires *w = &net->link[link].wires;
    uint32_t longest = p->delay_steps ? p->delay_steps : 1;
    for (uint64_t i = 0; w->delay && i < w->n; i++)
        longest = w->delay[i] > longest ? w->delay[i] : longest;
    return longest;
}

static spk_status history_new(spk_network *net, spk__pop *pop, size_t at) {
    uint32_t longest = net->batch;
    for (size_t i = 0; i < net->spec.n_projections; i++) {
        const spk__projection *p = &net->checked.projections[i];
        if (p->from == at && p->delay_steps > longest)
            longest = p->delay_steps;
    }
    pop->n_history = 1; /* a power of two: the place of a stamp is found without a division */
    while (pop->n_history < longest + net->batch)
        pop->n_history *= 2;
    pop->list_stride = (uint32_t)(pop->lanes + LANES) * pop->list_factor;
    pop->list =
        spk__realloc(net->ctx, NULL, (size_t)pop->n_history * pop->list_stride, sizeof(uint32_t));
    pop->list_n = SPK__ARRAY(net->ctx, pop->n_history * net->n_parts, uint32_t);
    return pop->list && pop->list_n ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status ports_new(spk_network *net, spk__pop *pop, size_t at) {
    pop->n_continuous = pop->k->n_continuous;
    pop->n_ports = pop->n_continuous + pop->k->n_spike_ports;
    pop->port = SPK__ARRAY(net->ctx, pop->n_ports, spk__port);
    if (!pop->port)
        return SPK_ERR_MEMORY;
    bool linear = pop->k->drive_kind == SPK_LINEAR;
    for (size_t i = 0; i < net->spec.n_projections; i++) {
        const spk__projection *p = &net->checked.projections[i];
        if (p->to != at)
            continue;
        spk__port *port = &pop->port[pop->n_continuous + p->port];
        uint32_t slots = p->ahead ? longest_delay(net, i) : 1;
        port->n_slots = slots > port->n_slots ? slots : port->n_slots;
    }
    for (size_t i = 0; i < net->spec.n_inputs; i++) {
        const spk__input *in = &net->checked.inputs[i];
        if (in->to != at)
            continue;
        bool spikes = in->p->kind == SPK_INPUT_POISSON;
        spk__port *port = &pop->port[in->port + (spikes ? pop->n_continuous : 0)];
        port->n_slots = port->n_slots ? port->n_slots : 1;
        if (spikes)
            continue;
        bool always = in->p->start_ms <= 0 && in->p->stop_ms == INFINITY;
        port->changes |= in->p->kind != SPK_INPUT_CONSTANT || !always;
        if (linear && in->p->kind == SPK_INPUT_TRACE && !port->end &&
            !(port->end = aligned(net->ctx, pop->lanes, pop->real)))
            return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < pop->n_ports; i++) {
        spk__port *port = &pop->port[i];
        if (!port->n_slots)
            continue;
        port->ring = aligned(net->ctx, port->n_slots * pop->lanes, pop->real);
        port->dirty = SPK__ARRAY(net->ctx, net->n_parts, uint8_t);
        if (!port->ring || !port->dirty)
            return SPK_ERR_MEMORY;
        if (i < pop->n_continuous && !(port->held = SPK__ARRAY(net->ctx, pop->lanes, double)))
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

/* ---- neurons ---- */

spk_status spk__pop_reset(spk_network *net, size_t at) {
    spk__pop *pop = &net->pop[at];
    const spk_kernel *k = pop->k;
    memset(pop->list_n, 0, pop->n_history * net->n_parts * sizeof *pop->list_n);
    if (!k)
        return SPK_OK;
    bool shared = pop->constant_stride == 0, same = spk__population_is_uniform(pop->p, true);
    double *scratch =
        SPK__ARRAY(net->ctx, k->n_parameters + k->n_constants + k->n_kernel_states, double);
    unsigned char *is_set = SPK__ARRAY(net->ctx, k->n_parameters, unsigned char);
    spk_status st = scratch && is_set ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t lane = 0; lane < pop->lanes && !st; lane++) {
        double *constant = scratch + k->n_parameters, *state = constant + k->n_constants;
        uint32_t neuron = (uint32_t)(lane < pop->p->size ? lane : 0); /* padding: like the first */
        if (lane == 0 || !shared || !same)
            st = spk__neuron_prepare(net->ctx, &net->spec, pop->p, neuron, scratch, is_set,
                                     constant, state);
        if (st)
            break;
        put(pop, pop->state, k->n_kernel_states, lane, state);
        if (!shared || lane < pop->width)
            put(pop, pop->constant, k->n_constants, lane, constant);
    }
    spk__free(net->ctx, scratch);
    spk__free(net->ctx, is_set);
    for (size_t i = 0; i < pop->n_ports; i++)
        if (pop->port[i].ring)
            memset(pop->port[i].ring, 0, pop->port[i].n_slots * pop->lanes * pop->real);
    return st;
}

spk_status spk__pop_new(spk_network *net, size_t at) {
    spk__pop *pop = &net->pop[at];
    pop->p = &net->spec.populations[at];
    pop->k = pop->p->kernel;
    pop->lanes = ((size_t)pop->p->size + LANES - 1) / LANES * LANES;
    pop->width = pop->k ? (size_t)pop->k->width : 1;
    pop->real = pop->k && pop->k->precision == SPK_FLOAT32 ? sizeof(float) : sizeof(double);
    pop->list_factor = 1;
    pop->seed = (uint64_t)spk__draw_key(pop->p->name) << 32;
    if (!(pop->bound = SPK__ARRAY(net->ctx, net->n_parts + 1, size_t)))
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i <= net->n_parts; i++)
        pop->bound[i] = pop->lanes / LANES * i / net->n_parts * LANES;
    spk_status st = pop->k ? ports_new(net, pop, at) : source_new(net, pop);
    if (!st)
        st = history_new(net, pop, at);
    if (st || !pop->k)
        return st;
    bool shared = spk__population_is_uniform(pop->p, false);
    pop->constant_stride = shared ? 0 : pop->k->n_constants * pop->width;
    pop->state = aligned(net->ctx, pop->lanes * pop->k->n_kernel_states, pop->real);
    pop->constant =
        aligned(net->ctx, (shared ? pop->width : pop->lanes) * pop->k->n_constants, pop->real);
    pop->rest = aligned(net->ctx, pop->lanes, pop->real);
    pop->mask = aligned(net->ctx, pop->lanes / pop->width, sizeof(uint32_t));
    pop->lane_id = aligned(net->ctx, pop->lanes, sizeof(uint32_t));
    if (!pop->state || !pop->constant || !pop->rest || !pop->mask || !pop->lane_id)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < pop->lanes; i++)
        pop->lane_id[i] = (uint32_t)i;
    return SPK_OK;
}

void spk__pop_free(spk_network *net, size_t at) {
    spk__pop *pop = &net->pop[at];
    for (size_t i = 0; pop->port && i < pop->n_ports; i++) {
        aligned_free(net->ctx, pop->port[i].ring);
        aligned_free(net->ctx, pop->port[i].end);
        spk__free(net->ctx, pop->port[i].held);
        spk__free(net->ctx, pop->port[i].dirty);
    }
    spk__free(net->ctx, pop->port);
    aligned_free(net->ctx, pop->state);
    aligned_free(net->ctx, pop->constant);
    aligned_free(net->ctx, pop->rest);
    aligned_free(net->ctx, pop->mask);
    aligned_free(net->ctx, pop->lane_id);
    spk__free(net->ctx, pop->bound);
    spk__free(net->ctx, pop->list);
    spk__free(net->ctx, pop->list_n);
    spk__free(net->ctx, pop->given_stamp);
    spk__free(net->ctx, pop->given_source);
    spk__free(net->ctx, pop->poisson);
    spk__free(net->ctx, pop->first_spike);
    spk__free(net->ctx, pop->last_spike);
    *pop = (spk__pop){0};
}
