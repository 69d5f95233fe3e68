/* The course of lowering: variables, convolutions, equations, the choice of integrator, both steps.
 */
#include "lower/internal.h"

#include <math.h>
#include <stdio.h>

#define SPK_ENTRY(symbol) extern const spk__integrator symbol;
#include "lower/integrators/registry.def"
#undef SPK_ENTRY

const spk__integrator *const *spk__integrators(size_t *n) {
    static const spk__integrator *const all[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "lower/integrators/registry.def"
#undef SPK_ENTRY
    };
    *n = sizeof all / sizeof *all;
    return all;
}

const spk__integrator *spk__find_integrator(const char *name) {
    size_t n;
    const spk__integrator *const *all = spk__integrators(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}

/* ---- options ---- */

static spk_status bad_option(spk_ctx *ctx, const char *word, size_t length) {
    const char *names[32];
    size_t n;
    const spk__integrator *const *all = spk__integrators(&n);
    spk__str list = {.ctx = ctx};
    spk__str_add(&list, "use default");
    for (size_t i = 0; i < n && i < 32; i++) {
        names[i] = all[i]->name;
        spk__str_add(&list, ", %s", names[i]);
    }
    spk__str_add(&list, "; behind a colon grid or carry, held or linear");
    spk_status st = spk__fail(ctx, SPK_ERR_USAGE, NULL, list.text,
                              "there is no integrator '%.*s'", (int)length, word);
    spk__str_free(&list);
    return st;
}

spk_status spk__lower_options_parse(spk_ctx *ctx, const char *text, spk__lower_options *out) {
    spk__lower_options o = {NULL, SPK__DEFAULT, SPK__DEFAULT};
    size_t n = strcspn(text, ":"), n_all;
    const spk__integrator *const *all = spk__integrators(&n_all);
    for (size_t i = 0; i < n_all; i++)
        if (strlen(all[i]->name) == n && memcmp(all[i]->name, text, n) == 0)
            o.integrator = all[i]->name;
    if (!o.integrator && !(n == 7 && memcmp(text, "default", 7) == 0))
        return bad_option(ctx, text, n);
    for (const char *s = text[n] ? text + n + 1 : text + n; *s;) {
        size_t k = strcspn(s, ",");
        if (k == 4 && memcmp(s, "grid", 4) == 0)
            o.carry = SPK__OFF;
        else if (k == 5 && memcmp(s, "carry", 5) == 0)
            o.carry = SPK__ON;
        else if (k == 4 && memcmp(s, "held", 4) == 0)
            o.linear = SPK__OFF;
        else if (k == 6 && memcmp(s, "linear", 6) == 0)
            o.linear = SPK__ON;
        else
            return bad_option(ctx, text, strlen(text));
        s += s[k] ? k + 1 : k;
    }
    *out = o;
    return SPK_OK;
}

/* ---- variables ---- */

static const char *keep(spk__lowering *l, const char *text) {
    const char *copy = spk__arena_strndup(l->p->arena, text, strlen(text));
    if (!copy)
        l->d->failed = true;
    return copy;
}

static void describe(spk__lowering *l, const spk__symbol *s, int element, spk__variable *v) {
    char text[256];
    if (s->vector_size)
        snprintf(text, sizeof text, "%s[%d]", s->name, element);
    else
        snprintf(text, sizeof text, "%s", s->name);
    v->name = keep(l, text);
    v->unit = s->type.kind == SPK__REAL ? keep(l, spk_unit_print(s->type.unit, text)) : "1";
    v->scale = s->type.kind == SPK__REAL && s->type.unit.scale != 0 ? s->type.unit.scale : 1;
    v->doc = s->doc ? s->doc : "";
    v->low = -INFINITY;
    v->high = INFINITY;
    if (s->kind == SPK__SYM_SPIKE_PORT && s->excitatory != s->inhibitory) { /* signs of weights */
        v->low = s->excitatory ? 0 : -INFINITY;
        v->high = s->excitatory ? INFINITY : 0;
    }
    v->symbol = s;
}

static size_t spread(spk__symbol *const *list, size_t n, size_t *slot, spk__symbol_kind kind) {
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (list[i]->kind == kind) {
            slot[i] = at;
            at += list[i]->vector_size ? (size_t)list[i]->vector_size : 1;
        }
    return at;
}

static spk__variable *variables(spk__lowering *l, spk__symbol *const *list, size_t n,
                                const size_t *slot, spk__symbol_kind kind, size_t count) {
    spk__variable *v = spk__arena_alloc(l->p->arena, count + 1, sizeof *v);
    if (!v) {
        l->d->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        for (int e = 0;
             list[i]->kind == kind && e < (list[i]->vector_size ? list[i]->vector_size : 1); e++)
            describe(l, list[i], e, &v[slot[i] + (size_t)e]);
    return v;
}

static void *room(spk__lowering *l, size_t n, size_t size) {
    void *p = spk__arena_alloc(l->p->arena, n + 1, size);
    if (!p)
        l->d->failed = true;
    return p;
}

static void find_variables(spk__lowering *l) {
    const spk__model *m = l->model;
    spk__program *p = l->p;
    l->state_slot = room(l, m->n_states, sizeof *l->state_slot);
    l->parameter_slot = room(l, m->n_parameters, sizeof *l->parameter_slot);
    l->port_slot = room(l, m->n_ports, sizeof *l->port_slot);
    l->internal = room(l, m->n_internals, sizeof *l->internal);
    l->internal_busy = room(l, m->n_internals, 1);
    if (l->d->failed)
        return;
    p->n_states = spread(m->states, m->n_states, l->state_slot, SPK__SYM_STATE);
    l->initial_busy = room(l, p->n_states, 1);
    p->n_parameters = spread(m->parameters, m->n_parameters, l->parameter_slot, SPK__SYM_PARAMETER);
    p->n_continuous = spread(m->ports, m->n_ports, l->port_slot, SPK__SYM_CONTINUOUS_PORT);
    p->n_spike_ports = spread(m->ports, m->n_ports, l->port_slot, SPK__SYM_SPIKE_PORT);
    p->parameters = variables(l, m->parameters, m->n_parameters, l->parameter_slot,
                              SPK__SYM_PARAMETER, p->n_parameters);
    p->continuous =
        variables(l, m->ports, m->n_ports, l->port_slot, SPK__SYM_CONTINUOUS_PORT, p->n_continuous);
    p->spike_ports =
        variables(l, m->ports, m->n_ports, l->port_slot, SPK__SYM_SPIKE_PORT, p->n_spike_ports);
    for (size_t i = 0; i < m->n_states; i++)
        for (int e = 0; e < (m->states[i]->vector_size ? m->states[i]->vector_size : 1); e++) {
            if (!spk__grow(l->ctx, &l->state, l->n_states, &l->state_room, sizeof *l->state)) {
                l->d->failed = true;
                return;
            }
            const spk__symbol *s = m->states[i];
            l->state[l->n_states++] = (spk__lstate){.symbol = s,
                                                    .element = e,
                                                    .line = s->rhs ? s->rhs_loc.line : s->loc.line,
                                                    .is_boolean = s->type.kind == SPK__BOOLEAN,
                                                    .is_integer = s->type.kind == SPK__INTEGER};
        }
}

static void name_states(spk__lowering *l) {
    spk__program *p = l->p;
    p->n_all_states = l->n_states + (p->carry ? 1 : 0);
    p->states = room(l, p->n_all_states, sizeof *p->states);
    for (size_t i = 0; p->states && i < p->n_all_states; i++) {
        spk__variable *v = &p->states[i];
        *v =
            (spk__variable){.unit = "1", .doc = "", .scale = 1, .low = -INFINITY, .high = INFINITY};
        char text[256];
        if (i == l->n_states) {
            v->name = "rest";
            v->unit = "ms";
            v->doc = "part of the step that a spike left for the next one";
        } else if (l->state[i].symbol) {
            describe(l, l->state[i].symbol, l->state[i].element, v);
        } else {
            snprintf(text, sizeof text, "convolution %zu of %s", i - p->n_states,
                     p->spike_ports[l->state[i].port].name);
            v->name = keep(l, text);
        }
    }
}

/* ---- equations ---- */

static void equation_environment(spk__lowering *l) {
    spk__dag *d = l->d;
    for (size_t i = 0; i < l->n_states; i++)
        l->value[i] = spk__dag_leaf(d, SPK__N_HOLE, (uint32_t)i);
    for (size_t p = 0; p < l->p->n_continuous; p++)
        l->drive[p] = spk__dag_leaf(d, SPK__N_HOLE, spk__hole_drive(l, p));
    for (size_t p = 0; p < l->p->n_spike_ports; p++) {
        l->delta[p] = spk__dag_leaf(d, SPK__N_HOLE, spk__hole_delta(l, p));
        /* A port in an equation is a train of deltas, in 1/s; symbols are read per ms. */
        l->spikes[p] = spk__dag_scale(d, 1000, l->delta[p]);
    }
    l->time = spk__dag_leaf(d, SPK__N_HOLE, spk__hole_time(l));
}

/* Splits off what arriving deltas contribute; it must be proportional to each. */
static void split_deltas(spk__lowering *l, spk__lstate *s) {
    spk__dag *d = l->d;
    spk__node *hole = SPK__ARRAY(l->ctx, spk__hole_count(l), spk__node);
    if (!hole) {
        d->failed = true;
        return;
    }
    for (size_t p = 0; p < l->p->n_spike_ports; p++)
        hole[spk__hole_delta(l, p)] = spk__dag_number(d, 0);
    spk__node all = s->rhs, rest = spk__dag_fill(d, all, hole, spk__hole_count(l));
    spk__free(l->ctx, hole);
    if (all == rest)
        return;
    s->rhs = rest;
    s->jump = spk__dag_sub(d, all, rest);
    for (size_t p = 0; p < l->p->n_spike_ports; p++) {
        spk__node delta = spk__dag_leaf(d, SPK__N_HOLE, spk__hole_delta(l, p));
        spk__node slope = spk__dag_derive(d, s->jump, delta);
        for (size_t q = 0; q < l->p->n_spike_ports; q++)
            if (!slope ||
                spk__dag_uses(d, slope, spk__dag_leaf(d, SPK__N_HOLE, spk__hole_delta(l, q)))) {
                spk__lower_fail(
                    l, &s->symbol->rhs_loc, NULL,
                    "what arrives at '%s' must be a factor of a term in the equation of '%s'",
                    l->p->spike_ports[p].name, s->symbol->name);
                return;
            }
    }
}

static void find_equations(spk__lowering *l) {
    equation_environment(l);
    for (size_t i = 0; i < l->n_states && !l->st && !l->d->failed; i++) {
        spk__lstate *s = &l->state[i];
        if (!s->symbol)
            continue;
        l->d->line = s->line;
        if (s->symbol->guard && !spk__guard_bounds(l, s->symbol, &s->clamp_low, &s->clamp_high))
            spk__lower_fail(l, &s->symbol->guard->loc,
                            "write [[x >= a]], [[x <= b]] or both with and",
                            "the guard of the state '%s' must be a plain bound", s->symbol->name);
        if (s->symbol->rhs && !l->st)
            s->rhs = spk__eval_real(l, s->symbol->rhs);
        if (s->rhs && !l->st)
            split_deltas(l, s);
    }
}

static void mark_touched(spk__lowering *l, const spk__stmt *s) {
    for (; s; s = s->next) {
        if (s->kind == SPK__ST_ASSIGN && s->target->kind == SPK__SYM_STATE) {
            size_t slot = spk__state_slot(l, s->target);
            size_t n = s->target->vector_size ? (size_t)s->target->vector_size : 1;
            for (size_t i = 0; slot != SIZE_MAX && i < n; i++)
                l->touched[slot + i] = true;
        }
        mark_touched(l, s->body);
        mark_touched(l, s->otherwise);
    }
}

/* ---- the integrator ---- */

static bool all_linear(spk__lowering *l) {
    bool *allowed = SPK__ARRAY(l->ctx, 2 * l->n_states + 1, bool), linear = true;
    if (!allowed) {
        l->d->failed = true;
        return false;
    }
    for (size_t i = 0; i < l->n_states; i++)
        allowed[i] = l->state[i].rhs != SPK__NONE;
    spk__linear_set(l, allowed, allowed + l->n_states);
    for (size_t i = 0; i < l->n_states; i++)
        linear = linear && (!allowed[i] || allowed[l->n_states + i]);
    spk__free(l->ctx, allowed);
    return linear;
}

static void choose_integrator(spk__lowering *l, const spk__lower_options *o) {
    spk__program *p = l->p;
    p->is_linear = all_linear(l);
    spk__find_carry(l);
    bool can_carry = l->carry_condition != SIZE_MAX;
    const char *best = p->is_linear ? "exact" : can_carry ? "heun" : "crank_nicolson";
    l->integrator = spk__find_integrator(o->integrator ? o->integrator : best);
    bool carry = l->integrator->carry && can_carry, linear = l->integrator->linear_drive;
    p->carry = o->carry == SPK__DEFAULT ? carry : o->carry == SPK__ON;
    p->linear_drive = o->linear == SPK__DEFAULT ? linear : o->linear == SPK__ON;
    if (p->carry && !l->integrator->can_carry)
        spk__lower_fail(l, &l->model->loc, "use heun, rk4, exponential_euler or euler",
                        "the integrator %s has its spikes on the grid", l->integrator->name);
    else if (p->carry && !can_carry)
        spk__lower_fail(
            l, &l->model->loc, NULL,
            "%s has no onCondition(X >= threshold) that emits a spike and resets X, whose "
            "crossing could be interpolated",
            l->model->name);
    p->integrator = l->integrator->name;
    p->order = l->integrator->order;
    char label[64];
    snprintf(label, sizeof label, "%s%s%s%s%s", l->integrator->name,
             p->carry != carry || p->linear_drive != linear ? ":" : "",
             p->carry == carry ? ""
             : p->carry        ? "carry"
                               : "grid",
             p->carry != carry && p->linear_drive != linear ? "," : "",
             p->linear_drive == linear ? ""
             : p->linear_drive         ? "linear"
                                       : "held");
    p->label = keep(l, label);
    p->is_default = p->label && strcmp(p->label, best) == 0;
}

/* ---- lane constants beside the step ---- */

static double bound(spk__lowering *l, spk__node n, double none) {
    return n && spk__dag_is(l->d, n, SPK__N_CONST) ? spk__dag_at(l->d, n)->number : none;
}

static void find_parameters(spk__lowering *l) {
    spk__program *p = l->p;
    p->defaults = room(l, p->n_parameters, sizeof *p->defaults);
    p->default_order = room(l, p->n_parameters, sizeof *p->default_order);
    p->guards = room(l, p->n_parameters, sizeof *p->guards);
    if (l->d->failed)
        return;
    l->is_fixed = true;
    for (size_t i = 0; i < p->n_parameters && !l->st; i++) {
        const spk__symbol *s = p->parameters[i].symbol;
        l->d->line = s->loc.line;
        p->defaults[i] = s->value ? spk__eval_fixed(l, s->value, "a parameter's default")
                                  : spk__dag_number(l->d, 0);
        if (!s->guard)
            continue;
        p->guards[i] = spk__eval_mask(l, s->guard);
        spk__node low, high;
        spk__guard_bounds(l, s, &low, &high);
        p->parameters[i].low = bound(l, low, -INFINITY);
        p->parameters[i].high = bound(l, high, INFINITY);
    }
    /* A guard of an internal belongs to the first parameter that it depends on. */
    for (size_t i = 0; i < l->model->n_internals && !l->st; i++) {
        const spk__symbol *s = l->model->internals[i];
        spk__node g = s->guard ? spk__eval_mask(l, s->guard) : SPK__NONE;
        for (size_t k = 0; g && k < p->n_parameters; k++)
            if (spk__dag_uses(l->d, g, spk__dag_leaf(l->d, SPK__N_PARAM, (uint32_t)k))) {
                p->guards[k] = p->guards[k] ? spk__dag_and(l->d, p->guards[k], g) : g;
                break;
            }
    }
    l->is_fixed = false;
}

/* Parameters in an order in which each default follows those that it refers to. */
static void order_defaults(spk__lowering *l) {
    spk__program *p = l->p;
    bool *done = room(l, p->n_parameters, sizeof *done);
    for (size_t n = 0; n < p->n_parameters && !l->d->failed && !l->st;) {
        size_t before = n;
        for (size_t i = 0; i < p->n_parameters; i++) {
            bool ready = !done[i];
            for (size_t k = 0; k < p->n_parameters && ready; k++)
                if (!done[k])
                    ready = !spk__dag_uses(l->d, p->defaults[i],
                                           spk__dag_leaf(l->d, SPK__N_PARAM, (uint32_t)k));
            if (ready) {
                done[i] = true;
                p->default_order[n++] = i;
            }
        }
        if (n == before) {
            size_t i = 0;
            while (done[i])
                i++;
            spk__lower_fail(l, &p->parameters[i].symbol->loc, NULL,
                            "the default of '%s' depends on itself", p->parameters[i].name);
        }
    }
}

static void find_initial(spk__lowering *l) {
    spk__program *p = l->p;
    p->initial = room(l, p->n_all_states, sizeof *p->initial);
    for (size_t i = 0; i < p->n_all_states && !l->d->failed && !l->st; i++) {
        l->d->line = i < l->n_states ? l->state[i].line : 0;
        spk__node n = i < l->n_states ? spk__initial(l, i) : spk__dag_number(l->d, 0);
        if (n && !spk__dag_is_fixed(l->d, n))
            spk__lower_fail(l, &l->state[i].symbol->loc, NULL,
                            "the initial value of '%s' must not change from step to step",
                            l->state[i].symbol->name);
        p->initial[i] = n;
    }
}

static void find_recordables(spk__lowering *l) {
    spk__program *p = l->p;
    const spk__model *m = l->model;
    p->recordables = room(l, p->n_states + m->n_inlines, sizeof *p->recordables);
    p->record = room(l, p->n_states + m->n_inlines, sizeof *p->record);
    if (l->d->failed)
        return;
    for (size_t i = 0; i < l->n_states; i++)
        l->value[i] = spk__dag_leaf(l->d, SPK__N_STATE, (uint32_t)i);
    for (size_t i = 0; i < p->n_continuous; i++)
        l->drive[i] = spk__dag_leaf(l->d, SPK__N_INPUT, (uint32_t)(2 * i));
    for (size_t i = 0; i < p->n_spike_ports; i++)
        l->spikes[i] = l->delta[i] = spk__dag_number(l->d, 0);
    l->time = spk__dag_leaf(l->d, SPK__N_TIME, 0);
    for (size_t i = 0; i < p->n_states; i++) {
        p->recordables[p->n_recordables] = p->states[i];
        p->record[p->n_recordables++] = l->value[i];
    }
    for (size_t i = 0; i < m->n_inlines && !l->st; i++)
        if (m->inlines[i]->recordable) {
            describe(l, m->inlines[i], 0, &p->recordables[p->n_recordables]);
            p->record[p->n_recordables++] = spk__eval_real(l, m->inlines[i]->value);
        }
}

/* ---- steps ---- */

static bool make_environment(spk__lowering *l) {
    size_t n = l->n_states + 1, c = l->p->n_continuous + 1, s = l->p->n_spike_ports + 1;
    l->value = room(l, n, sizeof *l->value);
    l->start = room(l, n, sizeof *l->start);
    l->finish = room(l, n, sizeof *l->finish);
    l->active = room(l, n, sizeof *l->active);
    l->advances = room(l, n, sizeof *l->advances);
    l->touched = room(l, n, sizeof *l->touched);
    l->drive = room(l, c, sizeof *l->drive);
    l->drive0 = room(l, c, sizeof *l->drive0);
    l->drive1 = room(l, c, sizeof *l->drive1);
    l->spikes = room(l, s, sizeof *l->spikes);
    l->delta = room(l, s, sizeof *l->delta);
    l->p->run.next = room(l, n, sizeof *l->p->run.next);
    l->p->step.next = room(l, n, sizeof *l->p->step.next);
    return !l->d->failed;
}

/* Without arriving spikes, states that only they move stay 0: assume so of all that start at 0, and
 * give up those that do not until nothing changes. The assumption may lead into code that cannot be
 * lowered (a loop that would not end); then only convolutions are taken as 0. */
static void build_run(spk__lowering *l) {
    spk__program *p = l->p;
    bool *zero = room(l, l->n_states, sizeof *zero);
    size_t diags = spk_ctx_diag_count(l->ctx);
    if (!zero)
        return;
    for (size_t i = 0; i < l->n_states; i++)
        zero[i] = spk__dag_is_number(l->d, p->initial[i], 0);
    for (bool changed = true; changed && !l->d->failed;) {
        changed = false;
        spk__build_step(l, true, zero, &p->run);
        bool failed = l->st == SPK_ERR_INPUT;
        if (failed) {
            spk_ctx_diag_truncate(l->ctx, diags);
            l->st = SPK_OK;
        }
        for (size_t i = 0; i < l->n_states && !l->st; i++)
            if (zero[i] && (failed ? !l->state[i].is_convolution : p->run.next[i] != SPK__NONE)) {
                zero[i] = false;
                changed = true;
            }
    }
}

static void lower_all(spk__lowering *l, const spk__lower_options *o) {
    find_variables(l);
    if (l->st || l->d->failed || spk__find_convolutions(l) || !make_environment(l))
        return;
    find_equations(l);
    if (l->st || l->d->failed)
        return;
    if (l->model->is_synapse)
        spk__check_synapse(l, o->integrator);
    if (l->st)
        return;
    mark_touched(l, l->model->update);
    for (size_t i = 0; i < l->model->n_on_condition; i++)
        mark_touched(l, l->model->on_condition[i].body);
    choose_integrator(l, o);
    name_states(l);
    if (l->st || l->d->failed)
        return;
    find_parameters(l);
    find_initial(l);
    if (l->st || l->d->failed)
        return;
    order_defaults(l);
    spk__describe_ports(l);
    spk__find_bound(l);
    bool *none = room(l, l->n_states, sizeof *none);
    if (none && l->model->is_synapse) {
        spk__build_synapse(l, none);
        return;
    }
    if (none)
        spk__build_step(l, false, none, &l->p->step);
    if (!l->st && !l->d->failed)
        build_run(l);
    if (!l->st && !l->d->failed)
        find_recordables(l);
}

spk_status spk__lower(spk_ctx *ctx, const spk__model *model, const spk__lower_options *options,
                      spk__program **out) {
    const spk__lower_options standard = {NULL, SPK__DEFAULT, SPK__DEFAULT};
    spk__program *p = SPK__NEW(ctx, spk__program);
    if (!p)
        return SPK_ERR_MEMORY;
    p->ctx = ctx;
    p->model = model;
    p->arena = spk__arena_new(ctx);
    spk_status st = p->arena ? spk__dag_init(&p->dag, ctx) : SPK_ERR_MEMORY;
    if (!st) {
        spk__lowering l = {.ctx = ctx, .model = model, .p = p, .d = &p->dag};
        lower_all(&l, options ? options : &standard);
        st = p->dag.failed ? SPK_ERR_MEMORY : l.st;
        if (p->dag.too_large)
            st = spk__dag_too_large(&p->dag, &model->loc, model->name);
        for (size_t i = 0; i < l.n_convolutions; i++) {
            spk__free(ctx, l.convolution[i].state);
            spk__free(ctx, l.convolution[i].weight);
        }
        spk__free(ctx, l.convolution);
        spk__free(ctx, l.state);
        spk__free(ctx, l.local);
    }
    if (st) {
        spk__program_free(p);
        return st;
    }
    *out = p;
    return SPK_OK;
}

void spk__program_free(spk__program *p) {
    if (!p)
        return;
    spk__dag_free(&p->dag);
    spk__arena_free(p->arena);
    spk__free(p->ctx, p);
}
