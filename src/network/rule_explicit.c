#include "network/rule.h"

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    const spk_edges *e = job->p->edges;
    const spk_loc *loc = &job->p->rule_loc;
    if (!e)
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "projection %s has no list of edges",
                         job->p->name);
    if (e->n >= UINT32_MAX)
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "%zu edges are more than 2^32 - 2", e->n);
    for (size_t i = 0; i < e->n; i++) {
        bool bad_source = e->source[i] >= job->n_source;
        if (bad_source || e->target[i] >= job->n_target)
            return spk__fail(ctx, SPK_ERR_INPUT, loc, "neurons are counted from 0",
                             "edge %zu of projection %s names neuron %u of %s, which has %u", i,
                             job->p->name, bad_source ? e->source[i] : e->target[i],
                             bad_source ? job->p->from : job->p->to,
                             bad_source ? job->n_source : job->n_target);
    }
    return SPK_OK;
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    const spk_edges *e = job->p->edges;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < e->n && !st; i++)
        st = spk__edge_list_add(ctx, out, e->source[i], e->target[i]);
    return st;
}

const spk__rule spk__rule_explicit = {
    .info = {.name = "explicit",
             .sentence = "the edges of a list",
             .reference = "PyNN FromListConnector"},
    .check = check,
    .list = list,
};
