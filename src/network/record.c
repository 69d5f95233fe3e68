/* Recorded spikes: those of all parts in one order, and as trains. */
#include "network/network.h"

/* Parts hold ascending ranges of neurons and each is sorted by step: a merge by step. Spikes of one
 * step lie within (t - dt, t], so steps are compared, not times. */
static uint64_t step_of(const spk_network *net, double t_ms) {
    return (uint64_t)ceil(t_ms / net->spec.dt_ms - 1e-6);
}

static spk_status merge_one(spk_network *net, size_t at) {
    spk__record *to = &net->merged[at];
    size_t n = 0;
    for (size_t i = 0; i < net->n_parts; i++)
        n += net->part[i].record[at].n;
    if (n > to->capacity) {
        spk__free(net->ctx, to->neuron);
        spk__free(net->ctx, to->t_ms);
        to->capacity = 0;
        to->neuron = SPK__ARRAY(net->ctx, n, uint32_t);
        to->t_ms = SPK__ARRAY(net->ctx, n, double);
        if (!to->neuron || !to->t_ms)
            return SPK_ERR_MEMORY;
        to->capacity = n;
    }
    size_t *next = SPK__ARRAY(net->ctx, net->n_parts, size_t);
    if (!next)
        return SPK_ERR_MEMORY;
    while (to->n < n) {
        uint64_t first = UINT64_MAX;
        for (size_t i = 0; i < net->n_parts; i++) {
            const spk__record *r = &net->part[i].record[at];
            if (next[i] < r->n && step_of(net, r->t_ms[next[i]]) < first)
                first = step_of(net, r->t_ms[next[i]]);
        }
        for (size_t i = 0; i < net->n_parts; i++) {
            const spk__record *r = &net->part[i].record[at];
            for (; next[i] < r->n && step_of(net, r->t_ms[next[i]]) == first; next[i]++) {
                to->neuron[to->n] = r->neuron[next[i]];
                to->t_ms[to->n++] = r->t_ms[next[i]];
            }
        }
    }
    spk__free(net->ctx, next);
    return SPK_OK;
}

spk_status spk__record_merge(spk_network *net) {
    spk_status st = SPK_OK;
    for (size_t i = 0; net->n_parts > 1 && i < net->spec.n_populations && !st; i++)
        st = merge_one(net, i);
    return st;
}

spk_spikes spk_network_spikes(const spk_network *net, size_t population) {
    const spk__record *r =
        net->n_parts > 1 ? &net->merged[population] : &net->part[0].record[population];
    return (spk_spikes){r->neuron, r->t_ms, r->n};
}

spk_status spk_network_trains(spk_network *net, size_t population, const spk_train **out) {
    if (net->trains[population]) {
        *out = net->trains[population];
        return SPK_OK;
    }
    spk_spikes s = spk_network_spikes(net, population);
    uint32_t size = net->pop[population].p->size;
    size_t *next = SPK__ARRAY(net->ctx, (size_t)size + 1, size_t);
    spk_train *trains = SPK__ARRAY(net->ctx, size, spk_train);
    double *times = SPK__ARRAY(net->ctx, s.n, double);
    if (!next || !trains || !times) {
        spk__free(net->ctx, next);
        spk__free(net->ctx, trains);
        spk__free(net->ctx, times);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < s.n; i++)
        next[s.neuron[i] + 1]++;
    double stop = (double)net->step * net->spec.dt_ms;
    for (uint32_t i = 0; i < size; i++) {
        trains[i] = (spk_train){times + next[i], next[i + 1], 0, stop};
        next[i + 1] += next[i];
    }
    for (size_t i = 0; i < s.n; i++)
        times[next[s.neuron[i]]++] = s.t_ms[i];
    spk__free(net->ctx, next);
    net->trains[population] = trains;
    net->train_times[population] = times;
    *out = trains;
    return SPK_OK;
}
