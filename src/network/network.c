/* Building a network, rebuilding it for another candidate, and what can be asked of it. */
#include "network/network.h"

#include <omp.h>

enum {
    PART_MIN_NEURONS = 2048
}; /* fewer than this many neurons a thread: the exchange costs more */

static size_t count_parts(const spk_network_spec *spec) {
    if (spec->threads == 1)
        return 1;
    size_t neurons = 0, parts = (size_t)spk__thread_count(spec->threads);
    for (size_t i = 0; i < spec->n_populations; i++)
        neurons += spec->populations[i].size;
    if (spec->threads == 0 && parts > neurons / PART_MIN_NEURONS)
        parts = neurons / PART_MIN_NEURONS;
    return parts ? parts : 1;
}

static uint32_t least_delay(const spk_network *net) {
    uint32_t least = 64; /* with no projection any number does */
    for (size_t i = 0; i < net->spec.n_projections; i++) {
        const spk__projection *p = &net->checked.projections[i];
        const spk__wires *w = &net->link[i].wires;
        if (p->delay_steps && p->delay_steps < least)
            least = p->delay_steps;
        for (uint64_t j = 0; w->delay && j < w->n; j++)
            least = w->delay[j] < least ? w->delay[j] : least;
    }
    return least;
}

/* Where the targets of each part begin in each row. */
static spk_status bound_rows(spk_network *net, size_t link) {
    spk__link *l = &net->link[link];
    const spk__wires *w = &l->wires;
    const spk__pop *to = &net->pop[net->checked.projections[link].to];
    if (w->dense)
        return SPK_OK;
    size_t n = net->n_parts, rows = w->n_source;
    if (!l->bound && !(l->bound = SPK__ARRAY(net->ctx, rows * n + 1, uint64_t)))
        return SPK_ERR_MEMORY;
    for (size_t s = 0; s < rows; s++) {
        uint64_t low = w->start[s];
        l->bound[s * n] = low;
        for (size_t part = 1; part < n; part++) {
            uint64_t high = w->start[s + 1];
            while (low < high) {
                uint64_t middle = low + (high - low) / 2;
                if (w->target[middle] < to->bound[part])
                    low = middle + 1;
                else
                    high = middle;
            }
            l->bound[s * n + part] = low;
        }
    }
    l->bound[rows * n] = w->start[rows];
    return SPK_OK;
}

static void free_spikes(spk_network *net) {
    for (size_t i = 0; i < net->spec.n_populations; i++) {
        for (size_t part = 0; net->part && part < net->n_parts; part++)
            if (net->part[part].record)
                net->part[part].record[i].n = 0;
        if (net->merged)
            net->merged[i].n = 0;
        if (net->trains) {
            spk__free(net->ctx, net->trains[i]);
            spk__free(net->ctx, net->train_times[i]);
            net->trains[i] = NULL;
            net->train_times[i] = NULL;
        }
    }
}

static spk_status parts_new(spk_network *net) {
    size_t lanes = 0;
    for (size_t i = 0; i < net->spec.n_populations; i++)
        lanes = net->pop[i].lanes > lanes ? net->pop[i].lanes : lanes;
    for (size_t i = 0; i < net->n_parts; i++) {
        spk__part *part = &net->part[i];
        part->record = SPK__ARRAY(net->ctx, net->spec.n_populations, spk__record);
        part->given_next = SPK__ARRAY(net->ctx, net->spec.n_populations, size_t);
        part->words = SPK__ARRAY(net->ctx, lanes, uint32_t);
        part->sum = SPK__ARRAY(net->ctx, lanes, double);
        part->past = SPK__ARRAY(net->ctx, net->spec.n_populations, spk__past);
        part->call = SPK__ARRAY(net->ctx, net->spec.n_populations, spk__call);
        if (!part->record || !part->given_next || !part->words || !part->sum || !part->past ||
            !part->call)
            return SPK_ERR_MEMORY;
    }
    return spk__engine_prepare(net);
}

/* Everything but the wires, which candidates reuse, is small enough to be made anew. */
static void free_running(spk_network *net) {
    free_spikes(net);
    for (size_t i = 0; net->part && i < net->n_parts; i++) {
        spk__part *part = &net->part[i];
        for (size_t j = 0; part->record && j < net->spec.n_populations; j++) {
            spk__free(net->ctx, part->record[j].neuron);
            spk__free(net->ctx, part->record[j].t_ms);
        }
        spk__free(net->ctx, part->record);
        spk__free(net->ctx, part->given_next);
        spk__free(net->ctx, part->words);
        spk__free(net->ctx, part->sum);
        for (size_t j = 0; part->call && j < net->spec.n_populations; j++) {
            spk__free(net->ctx, (void *)part->call[j].in);
            spk__free(net->ctx, (void *)part->call[j].in_end);
        }
        spk__free(net->ctx, part->call);
        for (size_t j = 0; part->past && j < net->spec.n_populations; j++)
            spk__past_free(net->ctx, &part->past[j]);
        spk__free(net->ctx, part->past);
    }
    spk__free(net->ctx, net->part);
    net->part = NULL;
    for (size_t i = 0; net->link && i < net->spec.n_projections; i++) {
        spk__plastic_free(net->ctx, net->link[i].plastic);
        net->link[i].plastic = NULL;
    }
    for (size_t i = 0; net->pop && i < net->spec.n_populations; i++)
        spk__pop_free(net, i);
    spk__inputs_free(net);
}

static spk_status build_populations(spk_network *net) {
    net->pop = net->pop ? net->pop : SPK__ARRAY(net->ctx, net->spec.n_populations, spk__pop);
    net->part = SPK__ARRAY(net->ctx, net->n_parts, spk__part);
    net->drive = SPK__ARRAY(net->ctx, net->spec.n_inputs, spk__drive);
    if (!net->pop || !net->part || !net->drive)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < net->spec.n_populations && !st; i++)
        st = spk__pop_new(net, i);
    for (size_t i = 0; i < net->spec.n_projections && !st; i++)
        st = bound_rows(net, i);
    if (!st)
        st = parts_new(net);
    for (size_t i = 0; i < net->spec.n_populations && !st; i++)
        st = spk__pop_reset(net, i);
    for (size_t i = 0; i < net->spec.n_projections && !st; i++) {
        spk__pop *to = &net->pop[net->checked.projections[i].to];
        if (!net->checked.projections[i].synapse)
            continue;
        if (!to->first_spike)
            st = spk__past_new(net->ctx, to);
        if (!st)
            st = spk__plastic_new(net, i);
    }
    return st ? st : spk__inputs_reset(net);
}

static spk_status same_shape(spk_network *net, const spk_network_spec *spec) {
    if (net->spec.n_populations == spec->n_populations &&
        net->spec.n_projections == spec->n_projections)
        return SPK_OK;
    return spk__fail(
        net->ctx, SPK_ERR_USAGE, NULL, NULL,
        "a network of %zu populations and %zu projections cannot become one of %zu and %zu",
        net->spec.n_populations, net->spec.n_projections, spec->n_populations, spec->n_projections);
}

spk_status spk_network_set(spk_network *net, const spk_network_spec *spec) {
    spk__checked checked;
    spk_status st = same_shape(net, spec);
    if (!st)
        st = spk__describe_check(net->ctx, spec, &checked);
    if (st)
        return st;
    free_running(net);
    spk__checked_free(net->ctx, &net->checked);
    net->checked = checked;
    net->spec = *spec;
    net->step = 0;
    net->exploded = false;
    size_t n_parts = count_parts(spec);
    for (size_t i = 0; i < spec->n_projections && !st; i++) {
        spk__link *l = &net->link[i];
        if (n_parts != net->n_parts) {
            spk__free(net->ctx, l->bound);
            l->bound = NULL;
        }
        double release = spec->projections[i].release * 0x1p32;
        l->release = release >= UINT32_MAX ? UINT32_MAX : (uint32_t)release;
        st = spk__wires_make(net->ctx, &checked.projections[i], spec->dt_ms, spec->threads,
                             net->wiring, i, &l->thinned, &l->wires);
    }
    net->n_parts = n_parts;
    if (st)
        return st;
    net->batch = least_delay(net);
    st = build_populations(net);
    if (!st)
        spk__engine_start(net);
    return st;
}

spk_status spk_network_new(spk_ctx *ctx, const spk_network_spec *spec, const spk_wiring *wiring,
                           spk_network **out) {
    spk_network *net = SPK__NEW(ctx, spk_network);
    if (!net)
        return SPK_ERR_MEMORY;
    net->ctx = ctx;
    net->wiring = wiring;
    net->spec = *spec;
    net->n_parts = 1;
    net->isa = spk__cpu_isa();
    net->link = SPK__ARRAY(ctx, spec->n_projections, spk__link);
    net->merged = SPK__ARRAY(ctx, spec->n_populations, spk__record);
    net->trains = (spk_train **)spk__alloc(ctx, spec->n_populations, sizeof(spk_train *));
    net->train_times = (double **)spk__alloc(ctx, spec->n_populations, sizeof(double *));
    spk_status st = net->link && net->merged && net->trains && net->train_times
                        ? spk_network_set(net, spec)
                        : SPK_ERR_MEMORY;
    if (st)
        spk_network_free(net);
    else
        *out = net;
    return st;
}

void spk_network_free(spk_network *net) {
    if (!net)
        return;
    spk_ctx *ctx = net->ctx;
    if (net->merged && net->trains && net->train_times)
        free_running(net);
    for (size_t i = 0; net->link && i < net->spec.n_projections; i++) {
        spk__wires_free(ctx, &net->link[i].wires);
        spk__free(ctx, net->link[i].bound);
    }
    for (size_t i = 0; net->merged && i < net->spec.n_populations; i++) {
        spk__free(ctx, net->merged[i].neuron);
        spk__free(ctx, net->merged[i].t_ms);
    }
    spk__free(ctx, net->pop);
    spk__free(ctx, net->link);
    spk__free(ctx, net->merged);
    spk__free(ctx, net->trains);
    spk__free(ctx, net->train_times);
    spk__checked_free(ctx, &net->checked);
    spk__free(ctx, net);
}

/* ---- running ---- */

static uint64_t count_nonfinite(const spk_network *net) {
    uint64_t bad = 0;
    for (size_t i = 0; i < net->spec.n_populations; i++) {
        const spk__pop *pop = &net->pop[i];
        for (uint32_t n = 0; pop->k && n < pop->p->size; n++) {
            size_t states = pop->k->n_kernel_states;
            size_t at = n / pop->width * states * pop->width + n % pop->width;
            bool finite = true;
            for (size_t s = 0; s < states; s++, at += pop->width)
                finite &= pop->real == sizeof(float) ? isfinite(((float *)pop->state)[at])
                                                     : isfinite(((double *)pop->state)[at]);
            bad += !finite;
        }
    }
    return bad;
}

spk_status spk_network_run(spk_network *net, double stop_ms, spk_outcome *out) {
    double steps = floor(stop_ms / net->spec.dt_ms + 0.5);
    if (!(steps >= 0 && steps < 4e9))
        return spk__fail(net->ctx, SPK_ERR_INPUT, NULL, NULL,
                         "a run until %g ms in steps of %g ms is not between 0 and 4e9 steps",
                         stop_ms, net->spec.dt_ms);
    for (size_t i = 0; i < net->spec.n_populations; i++) {
        net->merged[i].n = 0;
        spk__free(net->ctx, net->trains[i]);
        spk__free(net->ctx, net->train_times[i]);
        net->trains[i] = NULL;
        net->train_times[i] = NULL;
    }
    spk_status st = spk__engine_run(net, (uint64_t)steps);
    if (st)
        return st;
    st = spk__record_merge(net);
    if (st)
        return st;
    *out = (spk_outcome){.time_ms = (double)net->step * net->spec.dt_ms,
                         .exploded = net->exploded,
                         .n_nonfinite = count_nonfinite(net)};
    for (size_t i = 0; i < net->n_parts; i++)
        out->n_spikes += net->part[i].n_spikes;
    return SPK_OK;
}

/* ---- synapses ---- */

uint64_t spk_network_synapse_count(const spk_network *net, size_t projection) {
    return net->link[projection].wires.n;
}

uint64_t spk_network_synapse_bytes(const spk_network *net, size_t projection) {
    const spk__wires *w = &net->link[projection].wires;
    const spk__plastic *x = net->link[projection].plastic;
    if (w->dense)
        return w->n_source * w->stride * sizeof(float);
    uint64_t own = x ? x->n_states * sizeof *x->state + sizeof *x->last + sizeof *x->seen : 0;
    return w->n * (4 + (w->weight ? 4u : 0) + (w->delay ? 2u : 0) + own);
}

size_t spk_network_row(const spk_network *net, size_t projection, uint32_t source, size_t capacity,
                       uint32_t *target, double *weight, uint32_t *delay_steps) {
    const spk__wires *w = &net->link[projection].wires;
    const spk__projection *p = &net->checked.projections[projection];
    size_t n = 0;
    uint64_t first = w->dense ? 0 : w->start[source];
    uint64_t end = w->dense ? w->n_target : w->start[source + 1];
    for (uint64_t i = first; i < end; i++) {
        double x = w->constant_weight;
        if (w->dense) {
            float m = w->weight[source * w->stride + i];
            if (m == 0)
                continue;
            x = w->constant ? x : (double)m;
        } else if (w->weight) {
            x = (double)w->weight[i];
        }
        if (n < capacity) {
            uint32_t delay = w->delay ? w->delay[i] : p->delay_steps;
            if (weight && net->link[projection].plastic)
                x = spk__plastic_weight(net, projection, i, delay);
            if (target)
                target[n] = w->dense ? (uint32_t)i : w->target[i];
            if (weight)
                weight[n] = x * p->sign;
            if (delay_steps)
                delay_steps[n] = delay;
        }
        n++;
    }
    return n;
}
