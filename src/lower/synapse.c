/* A synapse: what becomes of its state when a spike arrives from one side or the other. In between
 * its equations are linear and advance in one go, so that it costs nothing while nothing happens:
 * in these forms DT is the time since the synapse's last spike, and TIME that of this one. */
#include "lower/internal.h"

static size_t find_port(const spk__lowering *l, const char *name) {
    for (size_t i = 0; i < l->p->n_spike_ports; i++)
        if (strcmp(l->p->spike_ports[i].name, name) == 0)
            return i;
    return SIZE_MAX;
}

static size_t find_weight(const spk__variable *v, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(v[i].name, "w") == 0 || strcmp(v[i].name, "weight") == 0)
            return i;
    return SIZE_MAX;
}

static void check_ports(spk__lowering *l) {
    for (size_t i = 0; i < l->model->n_ports && !l->st; i++) {
        const spk__symbol *s = l->model->ports[i];
        if (s->kind == SPK__SYM_CONTINUOUS_PORT)
            spk__lower_fail(l, &s->loc, NULL,
                            "a synapse sees spikes only: the continuous input '%s' is not taken",
                            s->name);
        else if (strcmp(s->name, "pre_spikes") != 0 && strcmp(s->name, "post_spikes") != 0)
            spk__lower_fail(l, &s->loc, NULL,
                            "only pre_spikes and post_spikes reach a synapse: the port '%s' is not "
                            "taken",
                            s->name);
    }
    if (!l->st && find_port(l, "pre_spikes") == SIZE_MAX)
        spk__lower_fail(l, &l->model->loc, "add pre_spikes <- spike to its input",
                        "the synapse %s has no port pre_spikes", l->model->name);
}

void spk__check_synapse(spk__lowering *l, const char *integrator) {
    const spk__model *m = l->model;
    if (integrator && strcmp(integrator, "exact") != 0)
        spk__lower_fail(l, &m->loc, NULL,
                        "%s is a synapse, which advances exactly from spike to spike and takes no "
                        "integrator %s",
                        m->name, integrator);
    if (!l->st)
        check_ports(l);
    for (const spk__stmt *s = m->update; s && !l->st; s = s->next)
        if (s->kind != SPK__ST_INTEGRATE || s->n_symbols)
            spk__lower_fail(l, &s->loc, "move it to onReceive",
                            "a synapse is woken by spikes: its update may hold integrate_odes() "
                            "and nothing else");
    if (!l->st && m->n_on_condition)
        spk__lower_fail(l, &m->on_condition[0].loc, NULL,
                        "a synapse is woken by spikes: onCondition is not taken");
    if (!l->st && l->n_convolutions)
        spk__lower_fail(l, &m->loc,
                        "write the trace as an equation, and what a spike adds to it "
                        "in onReceive",
                        "convolve is not taken in the synapse %s", m->name);
}

static void place_weight(spk__lowering *l) {
    spk__program *p = l->p;
    p->weight = find_weight(p->states, p->n_states);
    p->weight_is_parameter = p->weight == SIZE_MAX;
    if (p->weight_is_parameter)
        p->weight = find_weight(p->parameters, p->n_parameters);
    if (p->weight == SIZE_MAX)
        spk__lower_fail(l, &l->model->loc, "name the weight w",
                        "the synapse %s has no state and no parameter w", l->model->name);
}

/* Spikes from one side. */
static void build_event(spk__lowering *l, size_t port, const bool *none, spk__step *out) {
    spk__dag *d = l->d;
    spk__begin_step(l, false, none);
    for (size_t i = 0; i < l->p->n_spike_ports; i++)
        l->spikes[i] = spk__dag_number(d, i == port);
    spk__exec(l, l->model->update, spk__dag_bool(d, true));
    for (size_t i = 0; i < l->model->n_on_receive && !l->st; i++)
        if (spk__port_slot(l, l->model->on_receive[i].port, -1) == port)
            spk__exec(l, l->model->on_receive[i].body, spk__dag_bool(d, true));
    for (size_t i = 0; i < l->n_states; i++)
        out->next[i] = l->value[i];
    out->spike = l->spike;
    out->rest = spk__dag_number(d, 0);
    out->weight = SPK__NONE;
    if (!spk__dag_is(d, l->spike, SPK__N_BOOL) || spk__dag_at(d, l->spike)->number != 0) {
        spk__node one = spk__dag_number(d, 1), zero = spk__dag_number(d, 0);
        out->weight = spk__dag_blend(d, l->spike, l->weight ? l->weight : one, zero);
    }
}

void spk__build_synapse(spk__lowering *l, const bool *none) {
    spk__program *p = l->p;
    const spk__model *m = l->model;
    size_t post = find_port(l, "post_spikes");
    place_weight(l);
    if (!l->st && !p->is_linear)
        spk__lower_fail(l, &m->loc, NULL,
                        "the equations of the synapse %s are not linear, and so cannot be advanced "
                        "from spike to spike",
                        m->name);
    if (l->st)
        return;
    p->low = spk__arena_alloc(p->arena, 2 * l->n_states + 1, sizeof *p->low);
    if (!p->low) {
        l->d->failed = true;
        return;
    }
    p->high = p->low + l->n_states;
    for (size_t i = 0; i < l->n_states; i++) {
        p->low[i] = l->state[i].clamp_low;
        p->high[i] = l->state[i].clamp_high;
    }
    build_event(l, find_port(l, "pre_spikes"), none, &p->run);
    if (!l->st && !p->run.weight)
        spk__lower_fail(l, &m->loc, "call emit_spike(w) in onReceive(pre_spikes)",
                        "the synapse %s hands no spike on", m->name);
    p->has_post = post != SIZE_MAX;
    if (p->has_post && !l->st)
        build_event(l, post, none, &p->step);
    if (!l->st && p->has_post && p->step.weight)
        spk__lower_fail(l, &m->loc, NULL,
                        "the synapse %s emits at a spike of its target, which has no time to "
                        "travel",
                        m->name);
    if (!l->st && p->uses_random)
        spk__lower_fail(l, &m->loc, NULL, "random numbers are not taken in the synapse %s",
                        m->name);
    p->hands_on_weight = !l->n_states && p->weight_is_parameter && !p->has_post &&
                         p->run.weight == spk__dag_leaf(l->d, SPK__N_PARAM, (uint32_t)p->weight);
}
