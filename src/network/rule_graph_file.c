#include "network/graph.h"

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    if (!job->p->edges)
        return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
                         "projection %s has no graph file", job->p->name);
    return spk__graph_check(ctx, job, job->p->edges->n_nodes);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    const spk_edges *e = job->p->edges;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < e->n && !st; i++)
        st = spk__edge_list_add(ctx, out, e->source[i], e->target[i]);
    return st;
}

const spk__rule spk__rule_graph_file = {
    .info = {.name = "graph_file",
             .sentence = "the edges of a GraphML file",
             .reference = "GraphML"},
    .check = check,
    .list = list,
};
