/* What an evaluation takes: steps of neurons, and spikes that reach synapses. */
#include "netstudy/netstudy.h"

#include <math.h>

/* In float, of one core: bench_network's 100,000 and 20,000 neurons of 1000 synapses take 0.7 ns an
 * event. A random number of an input is some twenty operations. */
static const double NS_PER_OPERATION = 0.02, NS_PER_EVENT = 1;
enum { OPERATIONS_OF_NOISE = 20 };

/* Spikes a second of a neuron: the data's; < 0: there are none. */
static double data_rate(const spk_netstudy *s, size_t population) {
    const spk__netpart *part = &s->part[SPK_TRAIN];
    const spk__netdata *d = &part->data[population];
    double spikes = 0;
    for (size_t i = 0; i < d->n; i++)
        spikes += (double)d->train[i].n;
    return d->n ? spikes / (double)d->n / (part->stop_ms - part->start_ms) * 1e3 : -1;
}

static double mean_rate(const spk_netstudy *s) {
    double sum = 0, neurons = 0;
    for (size_t i = 0; i < s->base.spec.n_populations; i++) {
        double rate = data_rate(s, i), size = (double)s->base.population[i].size;
        sum += rate > 0 ? rate * size : 0;
        neurons += rate >= 0 ? size : 0;
    }
    return neurons > 0 ? sum / neurons : 0;
}

static double source_rate(const spk_netstudy *s, const char *name) {
    for (size_t i = 0; i < s->base.spec.n_populations; i++) {
        const spk_population *p = &s->lent.spec.populations[i];
        if (strcmp(p->name, name) != 0)
            continue;
        double rate = p->kernel ? data_rate(s, i) : p->rate_Hz;
        return rate >= 0 ? rate : mean_rate(s);
    }
    return 0;
}

static double step_operations(const spk_netstudy *s) {
    const spk_network_spec *spec = &s->lent.spec;
    double sum = 0;
    for (size_t i = 0; i < spec->n_populations; i++) {
        const spk_population *p = &spec->populations[i];
        double each = p->kernel ? fmax(1, p->kernel->step_operations) : OPERATIONS_OF_NOISE;
        for (size_t k = 0; k < spec->n_inputs; k++)
            if (strcmp(spec->inputs[k].to, p->name) == 0 &&
                (spec->inputs[k].kind == SPK_INPUT_NOISE ||
                 spec->inputs[k].kind == SPK_INPUT_POISSON))
                each += OPERATIONS_OF_NOISE;
        sum += each * (double)p->size;
    }
    return sum;
}

spk_status spk_netstudy_cost(spk_netstudy *s, double *cost_s) {
    double stop_ms = s->part[SPK_TRAIN].stop_ms, events = 0;
    spk_network *net = NULL;
    *cost_s = 0;
    if (!s->part[SPK_TRAIN].data)
        return SPK_OK;
    spk__filled_set(s, &s->lent, NULL);
    const spk_network_spec *spec = &s->lent.spec;
    spk_status st = spk_network_new(s->ctx, spec, NULL, &net);
    if (st)
        return st;
    for (size_t i = 0; i < spec->n_projections; i++)
        events += (double)spk_network_synapse_count(net, i) *
                  source_rate(s, spec->projections[i].from);
    spk_network_free(net);
    *cost_s = 1e-9 * (NS_PER_OPERATION * step_operations(s) * stop_ms / spec->dt_ms +
                      NS_PER_EVENT * events * stop_ms / 1e3);
    return SPK_OK;
}
