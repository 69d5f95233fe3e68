/* The largest draw of every projection, shared by all candidates. */
#include "network/network.h"

static uint32_t keep_of(const spk__projection *p) {
    return p->rule->keep ? p->rule->keep(&p->job) : SPK__KEEP_ALL;
}

void spk_wiring_free(spk_wiring *w) {
    if (!w)
        return;
    for (size_t i = 0; w->drawn && i < w->n_projections; i++)
        spk__wires_free(w->ctx, &w->drawn[i].wires);
    spk__free(w->ctx, w->drawn);
    spk__free(w->ctx, w);
}

static spk_status draw(spk_ctx *ctx, const spk_network_spec *spec, const spk__projection *p,
                       struct spk__drawn *out) {
    *out = (struct spk__drawn){
        .rule = p->rule,
        .seed = p->job.seed,
        .key = p->job.key,
        .keep = keep_of(p),
        .same = p->job.same,
        .autapses = p->p->autapses,
        .multapses = p->p->multapses,
        .options = p->p->options,
        .weight = p->weight.kind,
        .delay = p->delay_ms.kind,
        .edges = p->p->edges,
    };
    spk_status st = spk__wires_draw(ctx, p, spec->dt_ms, spec->threads, true, &out->wires);
    if (!st && spk__wires_prefer_dense(p, &out->wires))
        st = spk__wires_to_dense(ctx, &out->wires);
    return st;
}

spk_status spk_wiring_new(spk_ctx *ctx, const spk_network_spec *largest, spk_wiring **out) {
    spk__checked checked;
    spk_status st = spk__describe_check(ctx, largest, &checked);
    if (st)
        return st;
    spk_wiring *w = SPK__NEW(ctx, spk_wiring);
    if (!w || !(w->drawn = SPK__ARRAY(ctx, largest->n_projections, struct spk__drawn))) {
        spk__free(ctx, w);
        spk__checked_free(ctx, &checked);
        return SPK_ERR_MEMORY;
    }
    w->ctx = ctx;
    w->n_projections = largest->n_projections;
    for (size_t i = 0; i < w->n_projections && !st; i++)
        st = draw(ctx, largest, &checked.projections[i], &w->drawn[i]);
    spk__checked_free(ctx, &checked);
    if (st)
        spk_wiring_free(w);
    else
        *out = w;
    return st;
}

/* Whether the drawn wires hold the synapses that the projection wants. */
static bool holds(const struct spk__drawn *d, const spk__projection *p) {
    bool thins = p->rule->keep && keep_of(p) <= d->keep;
    return d->rule == p->rule && d->seed == p->job.seed && d->key == p->job.key &&
           d->wires.n_source == p->job.n_source && d->wires.n_target == p->job.n_target &&
           d->same == p->job.same && d->autapses == p->p->autapses &&
           d->multapses == p->p->multapses && d->weight == p->weight.kind &&
           d->delay == p->delay_ms.kind && d->edges == p->p->edges &&
           (thins || !memcmp(&d->options, &p->p->options, sizeof d->options));
}

spk_status spk__wires_make(spk_ctx *ctx, const spk__projection *p, double dt_ms, int threads,
                           const spk_wiring *wiring, size_t at, bool *thinned, spk__wires *out) {
    bool thin = wiring && at < wiring->n_projections && holds(&wiring->drawn[at], p);
    if (!thin || !*thinned)
        spk__wires_free(ctx, out);
    *thinned = thin;
    if (thin)
        return spk__wires_thin(ctx, p, dt_ms, &wiring->drawn[at].wires, out);
    spk_status st = spk__wires_draw(ctx, p, dt_ms, threads, false, out);
    if (!st)
        st = spk__wires_scale(ctx, p, dt_ms, threads, out);
    spk__free(ctx, out->delay_z);
    out->delay_z = NULL;
    if (!st && spk__wires_prefer_dense(p, out))
        st = spk__wires_to_dense(ctx, out);
    return st;
}
