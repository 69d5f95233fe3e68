/* Two rings of n nodes, joined rung by rung: nodes 0 .. n - 1 and n .. 2 n - 1. */
#include "network/graph.h"

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    return spk__graph_check(ctx, job, 2 * job->p->options.v[0]);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    uint32_t n = (uint32_t)job->p->options.v[0];
    spk_status st = SPK_OK;
    for (uint32_t i = 0; i < n && !st; i++) {
        st = spk__graph_add(ctx, out, i, n + i);
        for (uint32_t ring = 0; ring < 2 && !st; ring++)
            if (n > 2 || (n == 2 && i == 0))
                st = spk__graph_add(ctx, out, ring * n + i, ring * n + (i + 1) % n);
    }
    return st;
}

static const spk_opt options[] = {
    {"rungs", "nodes of each ring", SPK_OPT_INT, NULL, 10, 1, 1e6, NULL},
    {0},
};

const spk__rule spk__rule_circular_ladder = {
    .info = {.name = "circular_ladder",
             .sentence = "two rings joined rung by rung; neurons behind 2 rungs stay alone",
             .reference = "Graphs.jl, CircularLadderGraph",
             .options = options},
    .check = check,
    .list = list,
};
