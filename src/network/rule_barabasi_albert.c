/* Nodes come one by one, each with m edges to nodes drawn in proportion to their degree. The first
 * m + 1 form a star. */
#include "network/graph.h"

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    if (job->p->options.v[0] >= job->n_source)
        return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
                         "m = %.0f of projection %s is not below the %u neurons of %s",
                         job->p->options.v[0], job->p->name, job->n_source, job->p->from);
    return spk__graph_check(ctx, job, job->n_source);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    uint32_t n = job->n_source, m = (uint32_t)job->p->options.v[0];
    /* Each node stands here once for every edge it has. */
    uint32_t *ends = SPK__ARRAY(ctx, 2 * (size_t)n * m, uint32_t);
    uint32_t *chosen = SPK__ARRAY(ctx, m, uint32_t);
    size_t n_ends = 0;
    spk_status st = ends && chosen ? SPK_OK : SPK_ERR_MEMORY;
    for (uint32_t a = 1; a < n && !st; a++) {
        spk__rng rng;
        spk__rng_init(&rng, job->seed, SPK__RNG_WIRING, job->key, a);
        uint32_t want = a <= m ? 1 : m;
        for (uint32_t i = 0; i < want;) {
            uint32_t b = a <= m ? 0 : ends[spk__rng_below(&rng, n_ends)], j = 0;
            while (j < i && chosen[j] != b)
                j++;
            if (j == i)
                chosen[i++] = b;
        }
        for (uint32_t i = 0; i < want && !st; i++) {
            ends[n_ends++] = a;
            ends[n_ends++] = chosen[i];
            st = spk__graph_add(ctx, out, a, chosen[i]);
        }
    }
    spk__free(ctx, ends);
    spk__free(ctx, chosen);
    return st;
}

static const spk_opt options[] = {
    {"m", "edges that each new node brings", SPK_OPT_INT, NULL, 2, 1, 1e6, NULL},
    {0},
};

const spk__rule spk__rule_barabasi_albert = {
    .info = {.name = "barabasi_albert",
             .sentence = "scale-free graph: each new node has m edges to nodes of high degree",
             .reference = "Barabasi and Albert 1999, doi:10.1126/science.286.5439.509",
             .options = options},
    .check = check,
    .list = list,
};
