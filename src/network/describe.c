/* Checks a description and resolves its names. Every mistake found becomes a diagnostic. */
#include "network/network.h"

#include <stdio.h>

typedef struct {
    spk_ctx *ctx;
    const spk_network_spec *spec;
    spk_status st;
} checker;

static void bad(checker *c, const spk_loc *loc, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void bad(checker *c, const spk_loc *loc, const char *hint, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->st = spk__fail(c->ctx, SPK_ERR_INPUT, loc, hint, "%s", text);
}

static const char *nearest_hint(const char *word, const char *const *names, size_t n, char *buf,
                                size_t size) {
    const char *near = spk_nearest(word, names, n);
    if (near)
        snprintf(buf, size, "did you mean %s?", near);
    else if (n == 1)
        snprintf(buf, size, "there is only %s", names[0]);
    return near || n == 1 ? buf : NULL;
}

/* ---- values ---- */

static bool dist_is_valid(const spk_dist *d) {
    return isfinite(d->a) && isfinite(d->b) && d->low <= d->high &&
           (d->kind == SPK_DIST_CONSTANT || d->kind == SPK_DIST_UNIFORM || d->b >= 0);
}

static void check_dist(checker *c, const spk_dist *d, const spk_loc *loc, const char *what,
                       const char *owner) {
    if (!isfinite(d->a) || !isfinite(d->b))
        bad(c, loc, NULL, "%s of %s is not finite", what, owner);
    else if (!dist_is_valid(d))
        bad(c, loc, NULL, "%s of %s has a negative standard deviation or limits in the wrong order",
            what, owner);
}

/* The values that most draws have: the mean's for a normal distribution. */
static double dist_least(const spk_dist *d) {
    double x = d->kind == SPK_DIST_UNIFORM ? fmin(d->a, d->b) : d->a;
    return d->kind == SPK_DIST_LOGNORMAL ? 0 : fmin(fmax(x, d->low), d->high);
}

static double dist_most(const spk_dist *d) {
    double x = d->kind == SPK_DIST_UNIFORM ? fmax(d->a, d->b) : d->a;
    return d->kind == SPK_DIST_LOGNORMAL ? INFINITY : fmin(fmax(x, d->low), d->high);
}

/* ---- populations ---- */

static size_t find_quantity(const spk_quantity *q, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (!strcmp(q[i].name, name))
            return i;
    return SIZE_MAX;
}

static void check_setting(checker *c, const spk_population *pop, const spk_assignment *s) {
    const spk_kernel *k = pop->kernel;
    if (find_quantity(k->parameters, k->n_parameters, s->name) == SIZE_MAX &&
        find_quantity(k->states, k->n_states, s->name) == SIZE_MAX) {
        const char *names[256];
        size_t n = 0;
        for (size_t i = 0; i < k->n_parameters && n < 256; i++)
            names[n++] = k->parameters[i].name;
        for (size_t i = 0; i < k->n_states && n < 256; i++)
            names[n++] = k->states[i].name;
        char hint[160];
        bad(c, &s->loc, nearest_hint(s->name, names, n, hint, sizeof hint),
            "model %s has no parameter or state \"%s\"", k->model, s->name);
        return;
    }
    if (!s->each)
        check_dist(c, &s->value, &s->loc, s->name, pop->name);
    for (uint32_t i = 0; s->each && i < pop->size; i++)
        if (!isfinite(s->each[i])) {
            bad(c, &s->loc, NULL, "%s of neuron %u of %s is not finite", s->name, i, pop->name);
            break;
        }
}

static void check_population(checker *c, size_t at) {
    const spk_population *pop = &c->spec->populations[at];
    for (size_t i = 0; i < at; i++)
        if (!strcmp(c->spec->populations[i].name, pop->name))
            bad(c, &pop->loc, NULL, "there are two populations %s", pop->name);
    if (pop->size < 1 || pop->size > 1u << 30)
        bad(c, &pop->loc, NULL, "population %s has %u neurons", pop->name, pop->size);
    int kinds = (pop->kernel != NULL) + (pop->trains != NULL) + (pop->rate_Hz != 0);
    if (kinds > 1)
        bad(c, &pop->loc, "give one of the three",
            "population %s has more than one of model, spike trains and rate", pop->name);
    if (pop->kernel && pop->kernel->abi != SPK_KERNEL_ABI) {
        bad(c, &pop->loc, NULL, "model %s of population %s has kernel version %d, not %d",
            pop->kernel->model, pop->name, pop->kernel->abi, SPK_KERNEL_ABI);
        return;
    }
    if (pop->kernel && pop->kernel->synapse) {
        bad(c, &pop->loc, "name it as the synapse of a projection",
            "model %s of population %s is a synapse, not a neuron", pop->kernel->model, pop->name);
        return;
    }
    if (!(pop->rate_Hz >= 0) || pop->rate_Hz * c->spec->dt_ms > 1000)
        bad(c, &pop->loc, NULL, "a rate of %g Hz is not between 0 and one spike a step",
            pop->rate_Hz);
    for (size_t i = 0; pop->kernel && i < pop->n_settings; i++)
        check_setting(c, pop, &pop->settings[i]);
}

/* ---- names ---- */

static uint32_t find_population(checker *c, const char *name, const spk_loc *loc, const char *what,
                                const char *owner) {
    const char *names[256];
    size_t n = 0;
    for (size_t i = 0; i < c->spec->n_populations; i++) {
        if (!strcmp(c->spec->populations[i].name, name))
            return (uint32_t)i;
        if (n < 256)
            names[n++] = c->spec->populations[i].name;
    }
    char hint[160];
    bad(c, loc, nearest_hint(name, names, n, hint, sizeof hint),
        "%s %s: there is no population \"%s\"", what, owner, name);
    return UINT32_MAX;
}

/* A model that takes no current may have one as a parameter. */
static const char *no_port_hint(const spk_kernel *k, bool currents, char *buf, size_t size) {
    for (size_t i = 0; currents && i < k->n_parameters; i++)
        if (!strcmp(k->parameters[i].unit, "pA")) {
            snprintf(buf, size,
                     "set %s of the population, or give the model an input `I_stim pA <- "
                     "continuous`",
                     k->parameters[i].name);
            return buf;
        }
    return currents ? "give the model an input `I_stim pA <- continuous`"
                    : "give the model an input `spikes <- spike`";
}

static uint32_t find_port(checker *c, const spk_quantity *ports, size_t n, const char *name,
                          const spk_loc *loc, const spk_kernel *k, const char *kind) {
    size_t at = name ? find_quantity(ports, n, name) : 0;
    if (name && at < n)
        return (uint32_t)at;
    if (!name && n == 1)
        return 0;
    const char *names[64];
    for (size_t i = 0; i < n && i < 64; i++)
        names[i] = ports[i].name;
    char hint[160] = "";
    if (!n)
        bad(c, loc, no_port_hint(k, ports == k->continuous, hint, sizeof hint),
            "model %s has no port for %s", k->model, kind);
    else if (!name)
        bad(c, loc, "name one with port:", "model %s has %zu ports for %s", k->model, n, kind);
    else
        bad(c, loc, nearest_hint(name, names, n < 64 ? n : 64, hint, sizeof hint),
            "model %s has no port \"%s\" for %s", k->model, name, kind);
    return UINT32_MAX;
}

/* The spike port for weights between least and most; by their sign where none is named. */
static uint32_t find_spike_port(checker *c, const spk_kernel *k, const char *name, double least,
                                double most, const spk_loc *port_loc, const spk_loc *weight_loc,
                                const char *owner) {
    const spk_quantity *ports = k->spike_ports;
    size_t n = k->n_spike_ports;
    if (!name && n > 1) {
        size_t found = SIZE_MAX, hits = 0;
        for (size_t i = 0; i < n; i++)
            if (least >= ports[i].low && (most <= ports[i].high || isinf(most)))
                found = hits++ ? found : i;
        if (hits == 1 || (hits && least == 0 && most == 0)) /* 0 does nothing, wherever it goes */
            return (uint32_t)found;
    }
    uint32_t at = find_port(c, ports, n, name, name ? port_loc : weight_loc, k, "spikes");
    if (at == UINT32_MAX)
        return at;
    const spk_quantity *q = &ports[at];
    if (least < q->low || (most > q->high && q->high <= 0))
        bad(c, weight_loc,
            q->low >= 0 ? "use a positive weight, or the port for inhibition"
                        : "use a negative weight, or the port for excitation",
            "weight %g of %s has the wrong sign for port %s of %s", least < q->low ? least : most,
            owner, q->name, k->model);
    return at;
}

/* ---- projections ---- */

static void check_options(checker *c, const spk_projection *p, const spk_rule *rule) {
    const spk_opt *o = rule->options;
    for (size_t i = 0; o && o[i].name; i++) {
        double v = p->options.v[i];
        if (o[i].kind != SPK_OPT_REAL && o[i].kind != SPK_OPT_INT)
            continue;
        if (!(v >= o[i].min && v <= o[i].max))
            bad(c, &p->rule_loc, NULL, "%s of projection %s is %g, outside %g to %g", o[i].name,
                p->name, v, o[i].min, o[i].max);
        else if (o[i].kind == SPK_OPT_INT && v != floor(v))
            bad(c, &p->rule_loc, NULL, "%s of projection %s is %g, no whole number", o[i].name,
                p->name, v);
    }
}

static void check_delay(checker *c, const spk_projection *p, spk__projection *out) {
    double dt = c->spec->dt_ms;
    out->delay_ms = p->delay_ms;
    out->own_delays = p->edges && p->edges->delay_ms;
    for (size_t i = 0; out->own_delays && i < p->edges->n; i++)
        if (!(p->edges->delay_ms[i] / dt > 1 - 1e-6 &&
              p->edges->delay_ms[i] / dt < SPK__DELAY_MAX)) {
            bad(c, &p->delay_loc, NULL,
                "delay %g ms of edge %zu of projection %s is not between one"
                " step (%g ms) and %d",
                p->edges->delay_ms[i], i, p->name, dt, SPK__DELAY_MAX);
            return;
        }
    out->ahead = out->own_delays;
    if (out->own_delays)
        return;
    check_dist(c, &p->delay_ms, &p->delay_loc, "delay", p->name);
    double least = dist_least(&p->delay_ms);
    if (p->delay_ms.kind == SPK_DIST_LOGNORMAL)
        least = fmax(dt, p->delay_ms.low);
    if (!(least / dt > 1 - 1e-6)) {
        bad(c, &p->delay_loc, "use a longer delay or a smaller dt",
            "delay %g ms of projection %s is below the step of %g ms", least, p->name, dt);
        return;
    }
    out->delay_ms.low = fmax(p->delay_ms.low, dt);
    out->delay_ms.high = fmin(p->delay_ms.high, SPK__DELAY_MAX * dt);
    if (p->delay_ms.kind == SPK_DIST_CONSTANT) {
        double steps = floor(p->delay_ms.a / dt + 0.5);
        if (steps > SPK__DELAY_MAX)
            bad(c, &p->delay_loc, NULL, "delay %g ms of projection %s is more than %d steps",
                p->delay_ms.a, p->name, SPK__DELAY_MAX);
        else
            out->delay_steps = (uint32_t)steps;
    }
    out->ahead = !out->delay_steps;
}

static void scale_range(double scale, double *low, double *high) {
    double a = scale == 0 ? 0 : *low * scale, b = scale == 0 ? 0 : *high * scale;
    *low = fmin(a, b);
    *high = fmax(a, b);
}

static void check_weight(checker *c, const spk_projection *p, const spk_kernel *k,
                         spk__projection *out) {
    double least = dist_least(&p->weight), most = dist_most(&p->weight);
    out->weight = p->weight;
    out->own_weights = p->edges && p->edges->weight;
    if (out->own_weights) {
        least = INFINITY, most = -INFINITY;
        for (size_t i = 0; i < p->edges->n; i++) {
            if (!isfinite(p->edges->weight[i])) {
                bad(c, &p->weight_loc, NULL, "weight of edge %zu of projection %s is not finite", i,
                    p->name);
                return;
            }
            least = fmin(least, p->edges->weight[i]);
            most = fmax(most, p->edges->weight[i]);
        }
        if (!p->edges->n)
            least = most = 0;
    } else {
        check_dist(c, &p->weight, &p->weight_loc, "weight", p->name);
    }
    if (!isfinite(p->scale)) {
        bad(c, &p->weight_loc, NULL, "the scale of projection %s is not finite", p->name);
        return;
    }
    scale_range(p->scale != 0 ? p->scale : 1, &least, &most); /* 0 is allowed at any port */
    out->port = find_spike_port(c, k, p->port, least, most, &p->port_loc, &p->weight_loc, p->name);
    if (out->port == UINT32_MAX)
        return;
    const spk_quantity *q = &k->spike_ports[out->port];
    out->sign = q->high <= 0 ? -1 : 1;
    out->factor = out->sign * p->scale;
    if (p->scale == 0)
        return;
    double low = q->low, high = q->high;
    scale_range(1 / p->scale, &low, &high);
    out->weight.low = fmax(out->weight.low, low);
    out->weight.high = fmin(out->weight.high, high);
}

/* Its parameters' values are checked when the network is built. */
static void check_synapse(checker *c, const spk_projection *p, spk__projection *out) {
    const spk_kernel *k = p->synapse;
    if (k->abi != SPK_KERNEL_ABI) {
        bad(c, &p->synapse_loc, NULL, "synapse %s of projection %s has kernel version %d, not %d",
            k->model, p->name, k->abi, SPK_KERNEL_ABI);
        return;
    }
    if (!k->synapse) {
        bad(c, &p->synapse_loc, "name a synapse model, such as stdp_synapse",
            "model %s is a neuron, not the synapse of projection %s", k->model, p->name);
        return;
    }
    const spk_population one = {.name = p->name, .size = 1, .kernel = k};
    const char *weight =
        (k->synapse->weight_is_parameter ? k->parameters : k->states)[k->synapse->weight].name;
    for (size_t i = 0; i < p->n_settings; i++) {
        const spk_assignment *s = &p->settings[i];
        check_setting(c, &one, s);
        if (!strcmp(s->name, weight))
            bad(c, &s->loc, "give it as the weight of the projection",
                "%s is the weight of the synapses of %s", s->name, p->name);
        else if (s->each || s->value.kind != SPK_DIST_CONSTANT)
            bad(c, &s->loc, NULL, "%s of the synapses of %s must be one number", s->name, p->name);
    }
    if (k->n_kernel_states > SPK__SYNAPSE_STATES)
        bad(c, &p->synapse_loc, NULL, "synapse %s has %zu states, and %d are the most", k->model,
            k->n_kernel_states, SPK__SYNAPSE_STATES);
    if (k->synapse->is_static)
        return;
    out->synapse = k;
    out->ahead = true;
    if (p->release != 1)
        bad(c, &p->release_loc, NULL,
            "projection %s: synapses that change hand every spike on, so that release must be 1",
            p->name);
}

static void check_projection(checker *c, size_t at, spk__projection *out) {
    const spk_projection *p = &c->spec->projections[at];
    const spk_rule *rule = NULL;
    out->p = p;
    for (size_t i = 0; i < at; i++)
        if (!strcmp(c->spec->projections[i].name, p->name))
            bad(c, &p->loc, NULL, "there are two projections %s", p->name);
    out->from = find_population(c, p->from, &p->from_loc, "projection", p->name);
    out->to = find_population(c, p->to, &p->to_loc, "projection", p->name);
    spk_status st = spk_rule_find(c->ctx, p->rule, &p->rule_loc, &rule);
    if (st)
        c->st = st;
    else
        check_options(c, p, rule);
    if (!(p->release >= 0 && p->release <= 1))
        bad(c, &p->release_loc, NULL, "release probability %g of projection %s is outside 0 to 1",
            p->release, p->name);
    check_delay(c, p, out);
    if (p->synapse)
        check_synapse(c, p, out);
    if (out->to == UINT32_MAX || out->from == UINT32_MAX)
        return;
    const spk_population *from = &c->spec->populations[out->from];
    const spk_population *to = &c->spec->populations[out->to];
    if (!to->kernel) {
        bad(c, &p->to_loc, NULL, "projection %s: %s is a source of spikes and receives none",
            p->name, p->to);
        return;
    }
    check_weight(c, p, to->kernel, out);
    if (st || c->st)
        return;
    out->rule = spk__rule_named(rule->name);
    out->job = (spk__rule_job){.p = p,
                               .seed = c->spec->wiring_seed,
                               .key = spk__draw_key(p->name),
                               .n_source = from->size,
                               .n_target = to->size,
                               .same = out->from == out->to};
    if (out->rule->check && (st = out->rule->check(c->ctx, &out->job)))
        c->st = st;
}

/* ---- inputs ---- */

static void check_input(checker *c, size_t at, spk__input *out) {
    const spk_input *p = &c->spec->inputs[at];
    out->p = p;
    out->key = spk__draw_key(p->name);
    for (size_t i = 0; i < at; i++)
        if (!strcmp(c->spec->inputs[i].name, p->name))
            bad(c, &p->loc, NULL, "there are two inputs %s", p->name);
    check_dist(c, &p->value, &p->loc, "value", p->name);
    if (p->kind == SPK_INPUT_POISSON && !(p->rate_Hz >= 0 && p->rate_Hz * c->spec->dt_ms <= 5e5))
        bad(c, &p->loc, "use a noise current",
            "rate %g Hz of input %s is not between 0 and 500 spikes"
            " a step",
            p->rate_Hz, p->name);
    if (p->kind == SPK_INPUT_NOISE && !(p->interval_ms >= 0))
        bad(c, &p->loc, NULL, "interval %g ms of input %s is negative", p->interval_ms, p->name);
    if (p->kind == SPK_INPUT_TRACE && (!p->trace.n || !(p->trace.dt_ms > 0)))
        bad(c, &p->loc, NULL, "the trace of input %s is empty", p->name);
    out->to = find_population(c, p->to, &p->to_loc, "input", p->name);
    if (out->to == UINT32_MAX)
        return;
    const spk_kernel *k = c->spec->populations[out->to].kernel;
    if (!k) {
        bad(c, &p->to_loc, NULL, "input %s: %s is a source of spikes and takes no input", p->name,
            p->to);
        return;
    }
    out->sign = 1;
    if (p->kind == SPK_INPUT_POISSON) {
        out->port =
            find_spike_port(c, k, p->port, p->value.a, p->value.a, &p->port_loc, &p->loc, p->name);
        if (out->port != UINT32_MAX && k->spike_ports[out->port].high <= 0)
            out->sign = -1;
    } else {
        out->port = find_port(c, k->continuous, k->n_continuous, p->port,
                              p->port ? &p->port_loc : &p->to_loc, k, "currents");
    }
}

spk_status spk__describe_check(spk_ctx *ctx, const spk_network_spec *spec, spk__checked *out) {
    checker c = {.ctx = ctx, .spec = spec};
    if (!(spec->dt_ms > 0 && isfinite(spec->dt_ms)))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "a step of %g ms is not positive",
                         spec->dt_ms);
    if (!spec->n_populations)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "the network has no populations");
    spk__checked made = {SPK__ARRAY(ctx, spec->n_projections, spk__projection),
                         SPK__ARRAY(ctx, spec->n_inputs, spk__input)};
    if (!made.projections || !made.inputs) {
        spk__checked_free(ctx, &made);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < spec->n_populations; i++)
        check_population(&c, i);
    for (size_t i = 0; i < spec->n_projections; i++)
        check_projection(&c, i, &made.projections[i]);
    for (size_t i = 0; i < spec->n_inputs; i++)
        check_input(&c, i, &made.inputs[i]);
    if (c.st) {
        spk__checked_free(ctx, &made);
        return c.st;
    }
    *out = made;
    return SPK_OK;
}

void spk__checked_free(spk_ctx *ctx, spk__checked *c) {
    spk__free(ctx, c->projections);
    spk__free(ctx, c->inputs);
    *c = (spk__checked){0};
}

/* ---- one neuron's parameters ---- */

bool spk__population_is_uniform(const spk_population *pop, bool states) {
    for (size_t i = 0; i < pop->n_settings; i++) {
        const spk_assignment *s = &pop->settings[i];
        bool is_state =
            find_quantity(pop->kernel->states, pop->kernel->n_states, s->name) != SIZE_MAX;
        if (is_state == states && (s->each || s->value.kind != SPK_DIST_CONSTANT))
            return false;
    }
    return true;
}

static double setting_value(const spk_network_spec *spec, const spk_population *pop,
                            const spk_assignment *s, uint32_t neuron) {
    if (s->each)
        return s->each[neuron];
    spk__draw_place at = {.seed = spec->seed,
                          .purpose = SPK__RNG_INPUT,
                          .key = spk__draw_key(pop->name),
                          .row = spk__draw_key(s->name),
                          .column = neuron};
    return spk__draw_limited(&s->value, &at, spk__draw_at(&at, s->value.kind));
}

spk_status spk__neuron_prepare(spk_ctx *ctx, const spk_network_spec *spec,
                               const spk_population *pop, uint32_t neuron, double *parameter,
                               unsigned char *is_set, double *constant, double *state) {
    const spk_kernel *k = pop->kernel;
    memset(is_set, 0, k->n_parameters);
    for (size_t i = 0; i < pop->n_settings; i++) {
        size_t at = find_quantity(k->parameters, k->n_parameters, pop->settings[i].name);
        if (at == SIZE_MAX)
            continue;
        parameter[at] = setting_value(spec, pop, &pop->settings[i], neuron);
        is_set[at] = 1;
    }
    k->defaults(parameter, is_set, spec->dt_ms);
    int failed = k->guard ? k->guard(parameter, spec->dt_ms) : -1;
    if (failed >= 0) {
        const spk_quantity *q = &k->parameters[failed];
        spk_loc loc = pop->loc;
        for (size_t i = 0; i < pop->n_settings; i++)
            if (!strcmp(pop->settings[i].name, q->name))
                loc = pop->settings[i].loc;
        char owner[64] = "the synapses";
        if (!k->synapse)
            snprintf(owner, sizeof owner, "neuron %u", neuron);
        return spk__fail(ctx, SPK_ERR_INPUT, &loc, NULL,
                         "%s = %g %s of %s of %s is not what model %s allows", q->name,
                         parameter[failed] / q->scale, q->unit, owner, pop->name, k->model);
    }
    k->prepare(parameter, spec->dt_ms, constant, state);
    for (size_t i = 0; i < pop->n_settings; i++) {
        size_t at = find_quantity(k->states, k->n_states, pop->settings[i].name);
        if (at != SIZE_MAX)
            state[at] = setting_value(spec, pop, &pop->settings[i], neuron);
    }
    return SPK_OK;
}
