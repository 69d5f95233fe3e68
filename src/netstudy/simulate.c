/* One run of a study's network: as a recording, and beside the data. */
#include "netstudy/netstudy.h"
#include "network/network.h"
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

spk_status spk_netstudy_simulate(spk_netstudy *s, const double *numbers, const char *synapses,
                                 spk_outcome *outcome, spk_recording **out) {
    spk__filled_set(s, &s->lent, numbers);
    spk_network_spec spec = s->lent.spec;
    spec.threads = s->search.threads;
    spk_network *net = NULL;
    spk__builder *b = NULL;
    spk_status st = synapses ? spk__synapse_file_check(s->ctx, synapses) : SPK_OK;
    if (!st)
        st = spk_network_new(s->ctx, &spec, NULL, &net);
    if (!st)
        st = spk_network_run(net, s->duration_ms, outcome);
    if (!st && synapses)
        st = spk_network_write_synapses(net, synapses);
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

/* ---- beside the data ---- */

static spk_status keep_population(spk_netstudy *s, spk_network *net, const spk__netpart *part,
                                  size_t at, spk_netcomparison *c) {
    const spk__netdata *d = &part->data[at];
    const spk_train *train;
    spk_status st = spk_network_trains(net, at, &train);
    if (st)
        return st;
    size_t spikes = 0;
    for (size_t i = 0; i < d->n; i++)
        spikes += train[i].n;
    spk_train *model = SPK__ARRAY(s->ctx, d->n, spk_train);
    double *times = SPK__ARRAY(s->ctx, spikes, double);
    c->population[c->n++] = (spk_netpopulation){.name = s->base.population[at].name,
                                                .data = d->train,
                                                .model = model,
                                                .n = d->n,
                                                .store = times};
    if (!model || !times)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < d->n; i++) {
        model[i] = spk__netpart_cut(train[i], part->start_ms, part->stop_ms);
        if (model[i].n)
            memcpy(times, model[i].t_ms, model[i].n * sizeof *times);
        model[i].t_ms = times;
        times += model[i].n;
    }
    return SPK_OK;
}

static spk_status compare_run(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                              spk_netcomparison *c) {
    spk_status st = SPK_OK;
    for (size_t i = 0; i < s->base.spec.n_populations && !st; i++)
        if (part->data[i].n)
            st = keep_population(s, w->net, part, i, c);
    if (!st)
        st = spk__netloss_eval(s, w, part, &c->outcome, &c->loss);
    if (!st)
        st = spk__netloss_terms(s, w, part, c->term);
    for (size_t i = 0; i < s->n_losses; i++)
        c->term_name[i] = s->loss[i].name;
    return st;
}

/* Another network of the same numbers: wiring, and what is drawn for neurons and inputs. */
static void change_seeds(spk_network_spec *spec, uint64_t instance) {
    if (!instance)
        return;
    spec->wiring_seed = spk__hash(&instance, sizeof instance, spec->wiring_seed);
    spec->seed = spk__hash(&instance, sizeof instance, spec->seed);
}

static spk_status compare_instance(spk_netstudy *s, const double *numbers, const spk__netpart *part,
                                   uint64_t instance, int threads, spk_netcomparison *out) {
    spk_netcomparison c = {.ctx = s->ctx,
                           .start_ms = part->start_ms,
                           .stop_ms = part->stop_ms,
                           .n_terms = s->n_losses};
    spk__networker w = {0};
    c.population = SPK__ARRAY(s->ctx, s->base.spec.n_populations, spk_netpopulation);
    c.term = SPK__ARRAY(s->ctx, s->n_losses, double);
    c.term_name = SPK__ARRAY(s->ctx, s->n_losses, const char *);
    spk_status st =
        c.population && c.term && c.term_name ? spk__networker_new(s, &w) : SPK_ERR_MEMORY;
    if (!st) {
        spk__filled_set(s, &w.filled, numbers);
        w.filled.spec.threads = threads;
        change_seeds(&w.filled.spec, instance);
        st = spk_network_new(s->ctx, &w.filled.spec, NULL, &w.net);
    }
    if (!st)
        st = spk_network_run(w.net, part->stop_ms, &c.outcome);
    if (!st)
        st = compare_run(s, &w, part, &c);
    spk__networker_free(s, &w);
    if (st)
        spk_netcomparison_free(&c);
    else
        *out = c;
    return st;
}

static spk_status no_data(const spk_netstudy *s) {
    return spk__fail(s->ctx, SPK_ERR_INPUT, NULL, "give the study data to test on",
                     "%s holds nothing out", s->path);
}

spk_status spk_netstudy_compare(spk_netstudy *s, const double *numbers, spk_part_kind part,
                                spk_netcomparison *out) {
    if (!s->part[part].data)
        return no_data(s);
    return compare_instance(s, numbers, &s->part[part], 0, s->search.threads, out);
}

typedef struct {
    spk_netstudy *s;
    const double *numbers;
    const spk__netpart *part;
    spk_netcomparison *out;
} instances;

static spk_status one_instance(void *arg, size_t i, int worker) {
    instances *a = arg;
    (void)worker;
    return compare_instance(a->s, a->numbers, a->part, i + 1, 1, &a->out[i]);
}

spk_status spk_netstudy_instances(spk_netstudy *s, const double *numbers, spk_part_kind part,
                                  size_t n, int threads, spk_netcomparison *out) {
    if (!s->part[part].data)
        return no_data(s);
    memset(out, 0, n * sizeof *out);
    instances a = {s, numbers, &s->part[part], out};
    int workers = spk__thread_count(threads ? threads : s->search.threads);
    spk_status st = spk__parallel_for(s->ctx, n, workers, one_instance, &a);
    for (size_t i = 0; i < n && st; i++)
        spk_netcomparison_free(&out[i]);
    return st;
}

void spk_netcomparison_free(spk_netcomparison *c) {
    for (size_t i = 0; i < c->n; i++) {
        spk__free(c->ctx, (void *)(uintptr_t)c->population[i].model);
        spk__free(c->ctx, c->population[i].store);
    }
    if (c->ctx) {
        spk__free(c->ctx, c->population);
        spk__free(c->ctx, c->term);
        spk__free(c->ctx, c->term_name);
    }
    *c = (spk_netcomparison){0};
}
