/* Currents and Poisson spikes from outside. */
#include "network/network.h"
#include "num/num.h"

/* ---- Poisson counts ---- */

/* 256 starting points by a word's high byte, then thresholds: the count is the number of thresholds
 * below the word, the last one being above all. */
spk_status spk__poisson_table(spk_ctx *ctx, double mean, uint32_t **out) {
    size_t most = (size_t)(mean + 14 * sqrt(mean) + 24);
    uint32_t *table = SPK__ARRAY(ctx, 256 + most + 1, uint32_t);
    if (!table)
        return SPK_ERR_MEMORY;
    double p = spk__exp(-mean), sum = 0;
    for (size_t n = 0; n < most; n++) {
        sum += p;
        p *= mean / (double)(n + 1);
        double threshold = floor(sum * 0x1p32) - 1;
        table[256 + n] = threshold < 0             ? 0
                         : threshold >= UINT32_MAX ? UINT32_MAX
                                                   : (uint32_t)threshold;
    }
    table[256 + most] = UINT32_MAX;
    for (uint32_t i = 0, n = 0; i < 256; i++) {
        while (i << 24 > table[256 + n])
            n++;
        table[i] = n;
    }
    *out = table;
    return SPK_OK;
}

uint32_t spk__poisson_most(const uint32_t *table) {
    uint32_t n = 0;
    while (table[256 + n] != UINT32_MAX)
        n++;
    return n ? n : 1;
}

/* ---- currents ---- */

static double trace_at(const spk_trace *t, double t_ms, bool linear) {
    double x = (t_ms - t->start_ms) / t->dt_ms + 1e-9;
    if (x < 0 || x >= (double)t->n)
        return 0;
    size_t i = (size_t)x;
    if (!linear || i + 1 >= t->n)
        return t->value[i];
    double f = x - 1e-9 - (double)i;
    return t->value[i] + fmax(f, 0) * (t->value[i + 1] - t->value[i]);
}

static bool is_active(const spk_input *in, double t_ms, double dt_ms) {
    return t_ms > in->start_ms - 1e-6 * dt_ms && t_ms < in->stop_ms - 1e-6 * dt_ms;
}

static bool is_always(const spk_input *in) {
    return in->start_ms <= 0 && in->stop_ms == INFINITY;
}

static void renew_noise(spk_network *net, const spk__input *in, float *z, size_t first, size_t end,
                        uint64_t step, uint32_t *words) {
    double steps = floor(in->p->interval_ms / net->spec.dt_ms + 0.5);
    uint64_t interval = steps < 1 ? 1 : (uint64_t)steps;
    if (step % interval)
        return;
    spk__draw_words(net->spec.seed, SPK__RNG_INPUT, in->key, (uint32_t)(step / interval),
                    (uint32_t)(first / 4), (end - first) / 4, words);
    for (size_t i = first; i < end; i++)
        z[i] = spk__draw_standard(SPK_DIST_NORMAL, words[i - first]);
}

static void store(const spk__pop *pop, void *to, const double *from, size_t first, size_t end) {
    for (size_t i = first; i < end; i++)
        if (pop->real == sizeof(float))
            ((float *)to)[i] = (float)from[i];
        else
            ((double *)to)[i] = from[i];
}

/* Sums the currents of one port at the step's start, and at its end where they are interpolated. */
static void sum_currents(spk_network *net, size_t at, size_t port_at, size_t part, uint64_t step) {
    spk__pop *pop = &net->pop[at];
    spk__port *port = &pop->port[port_at];
    double dt = net->spec.dt_ms, t = (double)step * dt;
    double *sum = net->part[part].sum;
    size_t first = pop->bound[part], end = pop->bound[part + 1];
    memcpy(sum + first, port->held + first, (end - first) * sizeof *sum);
    double common = 0, common_end = 0;
    for (size_t i = 0; i < net->spec.n_inputs; i++) {
        const spk__input *in = &net->checked.inputs[i];
        const spk_input *p = in->p;
        if (in->to != at || in->port != port_at || p->kind == SPK_INPUT_POISSON)
            continue;
        if (p->kind == SPK_INPUT_NOISE)
            renew_noise(net, in, net->drive[i].noise, first, end, step, net->part[part].words);
        if (!is_active(p, t, dt))
            continue;
        if (p->kind == SPK_INPUT_TRACE) {
            bool linear = port->end != NULL;
            double since = t - p->start_ms;
            common += p->value.a * trace_at(&p->trace, since, linear);
            common_end += p->value.a * (linear ? trace_at(&p->trace, since + dt, true) : 0);
        } else if (p->kind == SPK_INPUT_NOISE) {
            for (size_t j = first; j < end; j++)
                sum[j] += p->value.a + p->value.b * (double)net->drive[i].noise[j];
        } else if (!is_always(p)) {
            for (size_t j = first; j < end; j++)
                sum[j] += net->drive[i].value[j];
        }
    }
    for (size_t j = first; j < end; j++)
        sum[j] += common;
    store(pop, port->ring, sum, first, end);
    if (!port->end)
        return;
    for (size_t j = first; j < end; j++)
        sum[j] += common_end - common;
    store(pop, port->end, sum, first, end);
}

/* ---- Poisson spikes ---- */

static void add_poisson(spk_network *net, size_t i, size_t part, uint64_t step) {
    const spk__input *in = &net->checked.inputs[i];
    spk__pop *pop = &net->pop[in->to];
    spk__port *port = &pop->port[pop->n_continuous + in->port];
    const uint32_t *table = net->drive[i].poisson;
    uint32_t *words = net->part[part].words;
    size_t first = pop->bound[part], end = pop->bound[part + 1];
    size_t at = (size_t)(step % port->n_slots) * pop->lanes;
    spk__draw_words(net->spec.seed, SPK__RNG_INPUT, in->key, (uint32_t)step, (uint32_t)(first / 4),
                    (end - first) / 4, words);
    double weight = in->sign * in->p->value.a;
    port->dirty[part] = 1;
    for (size_t j = first; j < end; j++) {
        uint32_t n = spk__poisson_count(table, words[j - first]);
        if (pop->real == sizeof(float))
            ((float *)port->ring)[at + j] += (float)(n * weight);
        else
            ((double *)port->ring)[at + j] += n * weight;
    }
}

void spk__inputs_apply(spk_network *net, size_t population, size_t part, uint64_t step) {
    spk__pop *pop = &net->pop[population];
    double t = (double)step * net->spec.dt_ms;
    for (size_t i = 0; i < pop->n_continuous; i++)
        if (pop->port[i].changes)
            sum_currents(net, population, i, part, step);
    for (size_t i = 0; i < net->spec.n_inputs; i++) {
        const spk__input *in = &net->checked.inputs[i];
        if (in->to == population && in->p->kind == SPK_INPUT_POISSON &&
            is_active(in->p, t, net->spec.dt_ms))
            add_poisson(net, i, part, step);
    }
}

/* ---- building ---- */

static void draw_constant(spk_network *net, size_t i, double *to) {
    const spk__input *in = &net->checked.inputs[i];
    const spk_dist *d = &in->p->value;
    spk__draw_place at = {net->spec.seed, SPK__RNG_INPUT, in->key, UINT32_MAX, 0, 0};
    for (uint32_t n = 0; n < net->pop[in->to].p->size; n++) {
        at.column = n;
        to[n] += spk__draw_limited(d, &at, spk__draw_at(&at, d->kind));
    }
}

spk_status spk__inputs_reset(spk_network *net) {
    for (size_t i = 0; i < net->spec.n_populations; i++)
        for (size_t j = 0; j < net->pop[i].n_continuous; j++)
            if (net->pop[i].port[j].held)
                memset(net->pop[i].port[j].held, 0, net->pop[i].lanes * sizeof(double));
    for (size_t i = 0; i < net->spec.n_inputs; i++) {
        const spk__input *in = &net->checked.inputs[i];
        spk__drive *drive = &net->drive[i];
        spk__pop *pop = &net->pop[in->to];
        switch (in->p->kind) {
        case SPK_INPUT_POISSON:
            spk__free(net->ctx, drive->poisson);
            drive->poisson = NULL;
            spk_status st = spk__poisson_table(net->ctx, in->p->rate_Hz * net->spec.dt_ms / 1000,
                                               &drive->poisson);
            if (st)
                return st;
            break;
        case SPK_INPUT_NOISE:
            if (!drive->noise && !(drive->noise = SPK__ARRAY(net->ctx, pop->lanes, float)))
                return SPK_ERR_MEMORY;
            break;
        case SPK_INPUT_TRACE:
            break;
        case SPK_INPUT_CONSTANT:
            if (is_always(in->p)) {
                draw_constant(net, i, pop->port[in->port].held);
                break;
            }
            if (!drive->value && !(drive->value = SPK__ARRAY(net->ctx, pop->lanes, double)))
                return SPK_ERR_MEMORY;
            memset(drive->value, 0, pop->lanes * sizeof(double));
            draw_constant(net, i, drive->value);
        }
    }
    for (size_t i = 0; i < net->spec.n_populations; i++)
        for (size_t j = 0; j < net->pop[i].n_continuous; j++)
            if (net->pop[i].port[j].held && !net->pop[i].port[j].changes)
                store(&net->pop[i], net->pop[i].port[j].ring, net->pop[i].port[j].held, 0,
                      net->pop[i].lanes);
    return SPK_OK;
}

void spk__inputs_free(spk_network *net) {
    for (size_t i = 0; net->drive && i < net->spec.n_inputs; i++) {
        spk__free(net->ctx, net->drive[i].noise);
        spk__free(net->ctx, net->drive[i].value);
        spk__free(net->ctx, net->drive[i].poisson);
    }
    spk__free(net->ctx, net->drive);
    net->drive = NULL;
}
