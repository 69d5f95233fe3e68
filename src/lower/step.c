/* One step, in NEST's order: update; what arrives at its end (convolutions, deltas, onReceive);
 * then the onConditions.
 */
#include "lower/internal.h"

static bool is_false(const spk__lowering *l, spk__node mask) {
    return mask && spk__dag_is(l->d, mask, SPK__N_BOOL) && spk__dag_at(l->d, mask)->number == 0;
}

static void set_inputs(spk__lowering *l, bool is_run) {
    spk__dag *d = l->d;
    spk__dag_op op = is_run ? SPK__N_DRIVE : SPK__N_INPUT;
    for (size_t p = 0; p < l->p->n_continuous; p++) {
        l->drive0[p] = spk__dag_leaf(d, op, (uint32_t)(2 * p));
        l->drive1[p] =
            l->p->linear_drive ? spk__dag_leaf(d, op, (uint32_t)(2 * p + 1)) : l->drive0[p];
        l->drive[p] = l->drive0[p];
    }
    for (size_t p = 0; p < l->p->n_spike_ports; p++) {
        l->spikes[p] =
            is_run ? spk__dag_number(d, 0) : spk__dag_leaf(d, SPK__N_SPIKES, (uint32_t)p);
        l->delta[p] = spk__dag_number(d, 0);
    }
}

void spk__begin_step(spk__lowering *l, bool is_run, const bool *zero) {
    spk__dag *d = l->d;
    spk__node none = spk__dag_bool(d, false), nothing = spk__dag_number(d, 0);
    l->is_run = is_run;
    l->n_draws = 0;
    l->n_locals = l->frame = 0;
    l->integrated = false;
    l->spike = none;
    l->rest = l->rest_next = nothing;
    l->weight = l->cut = SPK__NONE;
    l->time = spk__dag_leaf(d, SPK__N_TIME, 0);
    set_inputs(l, is_run);
    for (size_t i = 0; i < l->n_states; i++) {
        l->value[i] = zero[i] ? nothing : spk__dag_leaf(d, SPK__N_STATE, (uint32_t)i);
        l->start[i] = l->finish[i] = l->value[i];
        l->active[i] = none;
        l->advances[i] = false;
    }
    l->h = spk__dag_leaf(d, SPK__N_DT, 0);
    if (l->p->carry)
        l->h = spk__dag_let(
            d, spk__dag_add(d, l->h, spk__dag_leaf(d, SPK__N_STATE, (uint32_t)l->n_states)));
}

static void arrive_deltas(spk__lowering *l) {
    spk__dag *d = l->d;
    spk__node *hole = SPK__ARRAY(l->ctx, spk__hole_count(l), spk__node);
    if (!hole) {
        d->failed = true;
        return;
    }
    memcpy(hole, l->value, l->n_states * sizeof *hole);
    for (size_t p = 0; p < l->p->n_continuous; p++)
        hole[spk__hole_drive(l, p)] = l->drive1[p];
    for (size_t p = 0; p < l->p->n_spike_ports; p++)
        hole[spk__hole_delta(l, p)] = l->spikes[p];
    hole[spk__hole_time(l)] = spk__dag_add(d, l->time, spk__dag_leaf(d, SPK__N_DT, 0));
    for (size_t i = 0; i < l->n_states; i++) {
        if (!l->state[i].jump)
            continue;
        spk__node jump = spk__dag_fill(d, l->state[i].jump, hole, spk__hole_count(l));
        spk__node jumped = spk__dag_add(d, l->value[i], jump);
        l->value[i] = spk__dag_blend(d, l->active[i], jumped, l->value[i]);
    }
    spk__free(l->ctx, hole);
}

static void arrive_convolutions(spk__lowering *l) {
    for (size_t i = 0; i < l->n_states; i++)
        if (l->state[i].is_convolution) {
            spk__node kick = spk__dag_mul(l->d, l->state[i].kick, l->spikes[l->state[i].port]);
            l->value[i] = spk__dag_add(l->d, l->value[i], kick);
        }
}

/* Whether the handler does nothing for a weight of 0, so that it needs no mask. */
static bool is_idle_without(spk__lowering *l, const spk__handler *h, size_t port) {
    spk__node *saved = SPK__ARRAY(l->ctx, l->n_states + 1, spk__node);
    if (!saved) {
        l->d->failed = true;
        return false;
    }
    spk__node weight = l->spikes[port], spike = l->spike, emitted = l->weight;
    uint32_t draws = l->n_draws;
    memcpy(saved, l->value, l->n_states * sizeof *saved);
    l->spikes[port] = spk__dag_number(l->d, 0);
    spk__exec(l, h->body, spk__dag_bool(l->d, true));
    bool idle = memcmp(saved, l->value, l->n_states * sizeof *saved) == 0 && spike == l->spike &&
                emitted == l->weight && draws == l->n_draws;
    memcpy(l->value, saved, l->n_states * sizeof *saved);
    l->spikes[port] = weight;
    l->spike = spike;
    l->weight = emitted;
    l->n_draws = draws;
    spk__free(l->ctx, saved);
    return idle;
}

static void receive(spk__lowering *l) {
    spk__dag *d = l->d;
    for (size_t i = 0; i < l->model->n_on_receive && !l->st; i++) {
        const spk__handler *h = &l->model->on_receive[i];
        size_t first = spk__port_slot(l, h->port, h->port_index);
        size_t n = h->port_index < 0 && h->port->vector_size ? (size_t)h->port->vector_size : 1;
        for (size_t p = first; p < first + n; p++) {
            spk__node arrives = spk__dag_to_mask(d, l->spikes[p]);
            if (!arrives || is_false(l, arrives))
                continue;
            bool idle = is_idle_without(l, h, p);
            spk__exec(l, h->body, idle ? spk__dag_bool(d, true) : arrives);
        }
    }
}

static void conditions(spk__lowering *l) {
    for (size_t i = 0; i < l->model->n_on_condition && !l->st; i++) {
        const spk__handler *h = &l->model->on_condition[i];
        l->d->line = h->loc.line;
        l->nan_is_true = true;
        spk__node mask = spk__eval_mask(l, h->condition);
        l->nan_is_true = false;
        if (!mask || is_false(l, mask))
            continue;
        if (l->p->carry && i == l->carry_condition)
            spk__apply_carry(l, mask);
        spk__exec(l, h->body, mask);
    }
}

void spk__build_step(spk__lowering *l, bool is_run, const bool *zero, spk__step *out) {
    spk__begin_step(l, is_run, zero);
    spk__exec(l, l->model->update, spk__dag_bool(l->d, true));
    if (l->p->carry && !l->integrated)
        l->h = spk__dag_leaf(l->d, SPK__N_DT, 0);
    spk__advance_convolutions(l);
    memcpy(l->finish, l->value, l->n_states * sizeof *l->finish);
    arrive_convolutions(l);
    arrive_deltas(l);
    l->time = spk__dag_add(l->d, l->time, spk__dag_leaf(l->d, SPK__N_DT, 0));
    receive(l);
    if (l->p->carry && l->cut)
        l->rest_next = l->cut;
    conditions(l);
    for (size_t i = 0; i < l->n_states; i++)
        out->next[i] =
            zero[i] && spk__dag_is_number(l->d, l->value[i], 0) ? SPK__NONE : l->value[i];
    if (l->p->carry)
        out->next[l->n_states] = l->rest_next;
    out->spike = l->spike;
    out->rest = l->rest;
    out->weight = l->weight;
}
