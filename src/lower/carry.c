/* Spikes between grid points, without a branch: the crossing of a threshold is interpolated in the
 * step, the lane's states are taken there, reset there, and the rest of the step is added to the
 * lane's next one (its step is dt + rest). The refractory period ends the same way: a lane's step
 * stops where its timer reaches zero, and the remainder is carried. Both as accurate as cutting the
 * step in two.
 */
#include "lower/internal.h"

static bool emits(const spk__stmt *s) {
    for (; s; s = s->next)
        if (s->kind == SPK__ST_EMIT || emits(s->body) || emits(s->otherwise))
            return true;
    return false;
}

static bool assigns(const spk__stmt *s, const spk__symbol *to) {
    for (; s; s = s->next)
        if ((s->kind == SPK__ST_ASSIGN && s->target == to) || assigns(s->body, to) ||
            assigns(s->otherwise, to))
            return true;
    return false;
}

/* X >= e or X > e (or turned round) with X a scalar state that has an ODE and is reset by the body.
 */
static bool crossing(spk__lowering *l, const spk__expr *e, const spk__stmt *body) {
    if (e->kind != SPK__EX_BINARY)
        return false;
    if (e->op == SPK__OP_AND)
        return crossing(l, e->arg[0], body) || crossing(l, e->arg[1], body);
    bool up = e->op == SPK__OP_GE || e->op == SPK__OP_GT;
    bool down = e->op == SPK__OP_LE || e->op == SPK__OP_LT;
    const spk__expr *x = e->arg[up ? 0 : 1], *threshold = e->arg[up ? 1 : 0];
    if ((!up && !down) || x->kind != SPK__EX_SYMBOL || x->symbol->kind != SPK__SYM_STATE ||
        x->symbol->vector_size || !x->symbol->rhs || !assigns(body, x->symbol))
        return false;
    double rate;
    size_t slot = spk__state_slot(l, x->symbol);
    if (slot == SIZE_MAX || spk__is_timer(l, slot, &rate))
        return false;
    l->carry_state = slot;
    l->carry_threshold = threshold;
    return true;
}

void spk__find_carry(spk__lowering *l) {
    l->carry_condition = SIZE_MAX;
    for (size_t i = 0; i < l->model->n_on_condition; i++) {
        const spk__handler *h = &l->model->on_condition[i];
        if (emits(h->body) && crossing(l, h->condition, h->body)) {
            l->carry_condition = i;
            return;
        }
    }
}

void spk__refractory_cut(spk__lowering *l, const spk__arm *arms, size_t n_arms) {
    spk__dag *d = l->d;
    double rate;
    for (size_t i = 0; i < l->n_states && n_arms > 1; i++) {
        if (!spk__is_timer(l, i, &rate))
            continue;
        spk__node running = spk__dag_compare(d, SPK__N_LT, spk__dag_number(d, 0), l->value[i]);
        for (size_t a = 0; a < n_arms; a++) {
            if (arms[a].mask != running || !spk__lists(arms[a].call, l->state[i].symbol))
                continue;
            spk__node left = spk__dag_scale(d, -1 / rate, l->value[i]);
            spk__node h = l->h, until = spk__dag_binary(d, SPK__N_MIN, h, left);
            l->h = spk__dag_blend(d, running, until, h);
            l->cut = spk__dag_let(d, spk__dag_sub(d, h, l->h));
            return;
        }
    }
}

static spk__node threshold_with(spk__lowering *l, spk__node *values) {
    spk__node *now = l->value;
    l->value = values;
    spk__node n = spk__eval_real(l, l->carry_threshold);
    l->value = now;
    return n;
}

void spk__apply_carry(spk__lowering *l, spk__node spiking) {
    spk__dag *d = l->d;
    size_t x = l->carry_state;
    spk__node zero = spk__dag_number(d, 0), one = spk__dag_number(d, 1);
    spk__node before = spk__dag_sub(d, l->start[x], threshold_with(l, l->start));
    spk__node after = spk__dag_sub(d, l->finish[x], threshold_with(l, l->finish));
    /* The part of the step before the crossing. An infinite X gives 0; so does NaN (0/0, inf/inf),
     * since max yields its second argument then. */
    spk__node part = spk__dag_div(d, before, spk__dag_sub(d, before, after));
    spk__node low[2] = {part, zero};
    part = spk__dag_raw(d, SPK__N_MAX, 0, 0, 0, low, 2);
    part = spk__dag_binary(d, SPK__N_MIN, one, part);
    if (l->value[x] != l->finish[x]) /* lifted over the threshold by what arrived at the end */
        part = spk__dag_blend(d, spk__dag_compare(d, SPK__N_LT, after, zero), one, part);
    /* At most dt: a spike lies in the step that reports it. */
    spk__node left = spk__dag_sub(d, l->h, spk__dag_mul(d, part, l->h));
    left = spk__dag_let(d, left);
    left = spk__dag_binary(d, SPK__N_MIN, spk__dag_leaf(d, SPK__N_DT, 0), left);
    spk__node rest = l->cut ? spk__dag_add(d, l->cut, left) : left;
    l->rest = spk__dag_blend(d, spiking, rest, zero);
    l->rest_next = spk__dag_blend(d, spiking, rest, l->cut ? l->cut : zero);
    for (size_t i = 0; i < l->n_states; i++) {
        if (!l->advances[i])
            continue;
        spk__node moved = spk__dag_sub(d, l->finish[i], l->start[i]);
        spk__node there = spk__dag_add(d, l->start[i], spk__dag_mul(d, part, moved));
        spk__node arrived = spk__dag_sub(d, l->value[i], l->finish[i]);
        l->value[i] = spk__dag_blend(d, spiking, spk__dag_add(d, there, arrived), l->value[i]);
    }
}
