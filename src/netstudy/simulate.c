/* One run of a study's network, as a recording. */
#include "netstudy/netstudy.h"
#include "recording/recording.h"

#include <stdio.h>

static spk_status add_population(spk_netstudy *s, spk_network *net, size_t at, double stop_ms,
                                 spk__builder *b) {
    const spk_population *p = &s->base.population[at];
    const spk__label *label = &s->label[at];
    const spk_train *train;
    spk_status st = spk_network_trains(net, at, &train);
    for (uint32_t i = 0; i < p->size && !st; i++) {
        char name[256];
        uint32_t id = label->id ? label->id[i] : i;
        snprintf(name, sizeof name, "%s/%u", label->name, id);
        double *times = SPK__ARRAY(s->ctx, train[i].n, double);
        if (!times)
            return SPK_ERR_MEMORY;
        for (size_t j = 0; j < train[i].n; j++)
            times[j] = train[i].t_ms[j];
        spk__sweep_in in = {.name = name,
                            .cell = name,
                            .cell_id = id,
                            .number = (int)id,
                            .spikes_ms = times,
                            .n_spikes = train[i].n,
                            .has_spikes = true,
                            .start_ms = 0,
                            .stop_ms = stop_ms};
        st = spk__builder_add_take(b, &in, NULL);
    }
    return st;
}

spk_status spk_netstudy_simulate(spk_netstudy *s, const double *numbers, spk_outcome *outcome,
                                 spk_recording **out) {
    spk__filled_set(s, &s->lent, numbers);
    spk_network_spec spec = s->lent.spec;
    spec.threads = s->threads;
    spk_network *net = NULL;
    spk__builder *b = NULL;
    spk_status st = spk_network_new(s->ctx, &spec, NULL, &net);
    if (!st)
        st = spk_network_run(net, s->duration_ms, outcome);
    if (!st)
        st = spk__builder_new(s->ctx, &b);
    for (size_t i = 0; i < spec.n_populations && !st; i++)
        if (spec.populations[i].kernel)
            st = add_population(s, net, i, outcome->time_ms, b);
    const spk_detection detection = SPK_DETECTION_INIT;
    if (!st)
        st = spk__builder_finish(b, &detection, s->path, "", out);
    spk__builder_free(b);
    spk_network_free(net);
    return st;
}
