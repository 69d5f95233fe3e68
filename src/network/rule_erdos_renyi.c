/* Undirected, or directed on request; an edge of a pair exists where its fixed number is below p.
 */
#include "network/draw.h"
#include "network/graph.h"

enum { OPT_P, OPT_DIRECTED };

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    return spk__graph_check(ctx, job, job->n_source);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    uint32_t n = job->n_source;
    bool directed = job->p->options.v[OPT_DIRECTED] != 0;
    uint64_t keep = (uint64_t)(job->p->options.v[OPT_P] * 0x1p32);
    uint32_t *words = SPK__ARRAY(ctx, (size_t)n + 4, uint32_t);
    spk_status st = words ? SPK_OK : SPK_ERR_MEMORY;
    for (uint32_t a = 0; a < n && !st; a++) {
        spk__draw_words(job->seed, SPK__RNG_WIRING, job->key, a, 0, ((size_t)n + 3) / 4, words);
        for (uint32_t b = directed ? 0 : a + 1; b < n && !st; b++)
            if (a != b && words[b] < keep)
                st = directed ? spk__edge_list_add(ctx, out, a, b) : spk__graph_add(ctx, out, a, b);
    }
    spk__free(ctx, words);
    return st;
}

static const spk_opt options[] = {
    {"p", "probability of an edge", SPK_OPT_REAL, NULL, 0.1, 0, 1, NULL},
    {"directed", "whether a pair may have an edge in one direction only", SPK_OPT_BOOL, NULL, 0, 0,
     0, NULL},
    {0},
};

const spk__rule spk__rule_erdos_renyi = {
    .info = {.name = "erdos_renyi",
             .sentence = "random graph: each pair of nodes with probability p",
             .reference = "Gilbert 1959, doi:10.1214/aoms/1177706098",
             .options = options},
    .check = check,
    .list = list,
};
