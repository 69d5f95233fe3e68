/* The loss of SpikeNetOpt.jl for single cells: for each candidate the amplitude of a current step is
 * searched until the number of spikes is right; what remains is timing, SPIKE-distance^2, plus the
 * difference in count where no amplitude gives the right one. */
#include "loss/loss.h"

#include <math.h>

static spk_status prepare(spk_ctx *ctx, const spk_opts *o, const spk__loss_data *d, void **out) {
    (void)o;
    const spk_metric *m;
    spk_target *t = NULL;
    spk_status st = spk_metric_find(ctx, "spike_distance", &m);
    if (!st)
        st = spk_target_new(ctx, m, NULL, d->data, d->n, &t);
    if (!st)
        *out = t;
    return st;
}

static void drop(spk_ctx *ctx, void *prepared) {
    (void)ctx;
    spk_target_free(prepared);
}

static spk_status eval(const spk_opts *o, const spk__loss_data *d, const void *prepared,
                       const spk_loss_candidate *c, spk_scratch *scratch, double *cost) {
    (void)o;
    double distance = 0, want = 0, got = 0;
    spk_status st = spk_target_eval(prepared, c->trial, c->n_trials, scratch, &distance);
    for (size_t i = 0; i < d->n; i++)
        want += (double)d->data[i].n / (double)d->n;
    for (size_t i = 0; i < c->n_trials; i++)
        got += (double)c->trial[i].n / (double)c->n_trials;
    *cost = distance * distance + fabs(got - want);
    return st;
}

const spk__loss_kind spk__loss_spikenetopt = {
    .info = {.name = "spikenetopt",
             .sentence = "SPIKE-distance^2 + difference in count, under a step solved for the count",
             .reference = "SpikeNetOpt.jl, https://github.com/russelljjarvis/SpikeNetOpt.jl",
             .solves_step = true},
    .prepare = prepare,
    .drop = drop,
    .eval = eval,
};
