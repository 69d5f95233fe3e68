/* integrate_odes: each lane advances the states of its own branch. Linear parts go exactly where
 * the integrator says so, the rest through the integrator.
 */
#include "lower/internal.h"

bool spk__lists(const spk__stmt *call, const spk__symbol *s) {
    if (!call->n_symbols)
        return true;
    for (; s; s = s->derivative_of)
        for (size_t i = 0; i < call->n_symbols; i++)
            if (call->symbols[i] == s)
                return true;
    return false;
}

/* What one integration works with, by state. */
typedef struct {
    bool *allowed, *exact, *advancing, *set;
    spk__node *from, *to, *active;
} work;

static bool work_begin(spk__lowering *l, work *w) {
    size_t n = l->n_states + 1;
    w->allowed = SPK__ARRAY(l->ctx, 4 * n, bool);
    w->from = SPK__ARRAY(l->ctx, 3 * n, spk__node);
    if (!w->allowed || !w->from) {
        l->d->failed = true;
        return false;
    }
    w->exact = w->allowed + n;
    w->advancing = w->exact + n;
    w->set = w->advancing + n;
    w->to = w->from + n;
    w->active = w->to + n;
    memcpy(w->from, l->value, l->n_states * sizeof *w->from);
    memcpy(w->to, l->value, l->n_states * sizeof *w->to);
    return true;
}

static void work_end(spk__lowering *l, work *w) {
    spk__free(l->ctx, w->allowed);
    spk__free(l->ctx, w->from);
}

static bool is_everywhere(const spk__lowering *l, spk__node mask) {
    return spk__dag_is(l->d, mask, SPK__N_BOOL) && spk__dag_at(l->d, mask)->number != 0;
}

/* Which states go exactly. With a carry the lanes' steps differ in length, so that only those can
 * that no spike and no branch touches; they stay on the grid. */
static void choose_exact(spk__lowering *l, work *w) {
    for (size_t i = 0; i < l->n_states; i++) {
        bool convolution = l->state[i].is_convolution;
        bool declared = l->integrator->exact_parts && l->state[i].rhs && !convolution;
        if (l->p->carry)
            declared = declared && !l->touched[i] && is_everywhere(l, w->active[i]);
        w->allowed[i] = convolution || declared;
    }
    spk__linear_set(l, w->allowed, w->exact);
}

static void check_linear(spk__lowering *l, const work *w) {
    for (size_t i = 0; i < l->n_states; i++)
        if (w->set[i]) {
            const spk__symbol *s = l->state[i].symbol;
            spk__lower_fail(
                l, &s->rhs_loc, "use heun, rk4, exponential_euler, crank_nicolson or euler",
                "the integrator exact needs linear equations with constant coefficients, "
                "and that of '%s' is not",
                s->name);
            return;
        }
}

static void propagate_exact(spk__lowering *l, work *w, const spk__arm *arms, size_t n_arms) {
    for (size_t i = 0; i < l->n_states; i++) {
        if (!w->exact[i] || l->state[i].is_convolution)
            continue;
        for (size_t a = 0; a < n_arms; a++) {
            if (!spk__lists(arms[a].call, l->state[i].symbol))
                continue;
            for (size_t j = 0; j < l->n_states; j++)
                w->advancing[j] = w->exact[j] && (l->state[j].is_convolution ||
                                                  spk__lists(arms[a].call, l->state[j].symbol));
            l->d->line = l->state[i].line;
            spk__node next = spk__propagate(l, i, w->advancing, w->from, 2);
            w->to[i] = spk__dag_blend(l->d, arms[a].mask, next, w->to[i]);
        }
    }
}

static void find_active(spk__lowering *l, work *w, const spk__arm *arms, size_t n_arms) {
    for (size_t i = 0; i < l->n_states; i++) {
        w->active[i] = spk__dag_bool(l->d, l->state[i].is_convolution);
        for (size_t a = 0; a < n_arms && l->state[i].rhs && l->state[i].symbol; a++)
            if (spk__lists(arms[a].call, l->state[i].symbol))
                w->active[i] = spk__dag_or(l->d, w->active[i], arms[a].mask);
    }
}

static bool is_nowhere(const spk__lowering *l, spk__node mask) {
    return !mask || (spk__dag_is(l->d, mask, SPK__N_BOOL) && !is_everywhere(l, mask));
}

void spk__integrate(spk__lowering *l, const spk__arm *arms, size_t n_arms) {
    work w;
    if (!work_begin(l, &w)) {
        work_end(l, &w);
        return;
    }
    find_active(l, &w, arms, n_arms);
    choose_exact(l, &w);
    for (size_t i = 0; i < l->n_states; i++)
        w.set[i] = !w.exact[i] && !is_nowhere(l, w.active[i]);
    if (l->integrator->linear_only)
        check_linear(l, &w);
    if (!l->integrated)
        memcpy(l->start, l->value, l->n_states * sizeof *l->start);
    if (l->p->carry && !l->integrated) {
        spk__refractory_cut(l, arms, n_arms);
    }
    if (!l->st && !l->d->failed) {
        propagate_exact(l, &w, arms, n_arms);
        spk__integration in = {.l = l,
                               .d = l->d,
                               .h = l->h,
                               .from = w.from,
                               .to = w.to,
                               .set = w.set,
                               .active = w.active,
                               .exact = w.exact};
        bool any = false;
        for (size_t i = 0; i < l->n_states; i++)
            any = any || w.set[i];
        if (any)
            l->integrator->advance(&in);
    }
    for (size_t i = 0; i < l->n_states && !l->st && !l->d->failed; i++) {
        if (w.set[i]) {
            w.to[i] = spk__dag_blend(l->d, w.active[i], w.to[i], w.from[i]);
            l->advances[i] = true;
        }
        /* As one value: what statements do to it is not worth another sum. */
        l->value[i] = spk__dag_let(l->d, w.to[i]);
        l->active[i] = spk__dag_or(l->d, l->active[i], w.active[i]);
    }
    memcpy(l->finish, l->value, l->n_states * sizeof *l->finish);
    l->integrated = true;
    work_end(l, &w);
}

/* States of convolutions move once a step, from their values at its start. */
void spk__advance_convolutions(spk__lowering *l) {
    bool *all = SPK__ARRAY(l->ctx, l->n_states + 1, bool);
    spk__node *from = SPK__ARRAY(l->ctx, l->n_states + 1, spk__node);
    if (all && from) {
        memcpy(from, l->value, l->n_states * sizeof *from);
        for (size_t i = 0; i < l->n_states; i++)
            all[i] = l->state[i].is_convolution;
        for (size_t i = 0; i < l->n_states; i++) {
            if (!all[i])
                continue;
            l->d->line = l->state[i].line;
            l->value[i] = spk__propagate(l, i, all, from, 2);
        }
    } else {
        l->d->failed = true;
    }
    spk__free(l->ctx, all);
    spk__free(l->ctx, from);
}

/* ---- what integrators ask for ---- */

static void fill_stage(spk__integration *in, const spk__node *x, int halves, spk__node *hole) {
    spk__lowering *l = in->l;
    for (size_t i = 0; i < l->n_states; i++) {
        bool moved = in->set[i] || !in->exact[i];
        hole[i] = moved ? x[i] : spk__propagate(l, i, in->exact, in->from, halves);
        /* Stages leave alone what the lane's branch holds. */
        if (in->set[i])
            hole[i] = spk__dag_blend(l->d, in->active[i], hole[i], in->from[i]);
    }
    for (size_t p = 0; p < l->p->n_continuous; p++) {
        spk__node a = l->drive0[p], b = l->drive1[p];
        spk__node middle = spk__dag_scale(l->d, 0.5, spk__dag_add(l->d, a, b));
        spk__node value = halves == 1 ? middle : halves == 0 ? a : b;
        hole[spk__hole_drive(l, p)] = l->p->linear_drive ? value : a;
    }
    for (size_t p = 0; p < l->p->n_spike_ports; p++)
        hole[spk__hole_delta(l, p)] = spk__dag_number(l->d, 0);
    hole[spk__hole_time(l)] = spk__dag_add(l->d, l->time, spk__dag_scale(l->d, 0.5 * halves, l->h));
}

static spk__node at_stage(spk__integration *in, spk__node n, const spk__node *x, int halves) {
    spk__lowering *l = in->l;
    spk__node *hole = SPK__ARRAY(l->ctx, spk__hole_count(l), spk__node), value = SPK__NONE;
    if (hole) {
        fill_stage(in, x, halves, hole);
        value = spk__dag_fill(l->d, n, hole, spk__hole_count(l));
    } else {
        l->d->failed = true;
    }
    spk__free(l->ctx, hole);
    return value;
}

spk__node spk__rate(spk__integration *in, size_t state, const spk__node *x, int halves) {
    in->l->d->line = in->l->state[state].line;
    return at_stage(in, in->l->state[state].rhs, x, halves);
}

spk__node spk__rate_slope(spk__integration *in, size_t state, const spk__node *x, int halves) {
    spk__lowering *l = in->l;
    l->d->line = l->state[state].line;
    spk__node hole = spk__dag_leaf(l->d, SPK__N_HOLE, (uint32_t)state);
    spk__node slope = spk__dag_derive(l->d, l->state[state].rhs, hole);
    if (!slope && !l->d->failed) {
        const spk__symbol *s = l->state[state].symbol;
        return spk__lower_fail(l, &s->rhs_loc, "use heun, rk4 or euler",
                               "the equation of '%s' has no derivative that %s could use", s->name,
                               l->integrator->name);
    }
    return at_stage(in, slope, x, halves);
}
