/* A ring where each node knows its k nearest; each edge then moves its far end with probability p.
 */
#include "network/graph.h"

enum { OPT_K, OPT_P };

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    double k = job->p->options.v[OPT_K];
    if (k >= job->n_source || k != 2 * floor(k / 2))
        return spk__fail(
            ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
            "k = %.0f of projection %s is not an even number below the %u neurons of %s", k,
            job->p->name, job->n_source, job->p->from);
    return spk__graph_check(ctx, job, job->n_source);
}

/* The new far end of an edge of a, or b itself where a already knows everyone. */
static uint32_t rewired(const spk__edge_set *set, spk__rng *rng, uint32_t n, uint32_t a, uint32_t b,
                        uint32_t degree) {
    if (degree >= n - 1)
        return b;
    for (;;) {
        uint32_t c = (uint32_t)spk__rng_below(rng, n);
        if (c != a && !spk__edge_set_has(set, a, c))
            return c;
    }
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    uint32_t n = job->n_source, half = (uint32_t)job->p->options.v[OPT_K] / 2;
    double p = job->p->options.v[OPT_P];
    spk__edge_set set = {0};
    uint32_t *degree = SPK__ARRAY(ctx, n, uint32_t);
    spk_status st = degree ? SPK_OK : SPK_ERR_MEMORY;
    for (uint32_t a = 0; a < n && !st; a++)
        degree[a] = 2 * half;
    for (uint32_t a = 0; a < n && !st; a++)
        for (uint32_t d = 1; d <= half && !st; d++)
            st = spk__edge_set_add(ctx, &set, a, (a + d) % n);
    for (uint32_t d = 1; d <= half && !st; d++)
        for (uint32_t a = 0; a < n && !st; a++) {
            uint32_t b = (a + d) % n, c = b;
            spk__rng rng;
            spk__rng_init(&rng, job->seed ^ (uint64_t)d << 32, SPK__RNG_WIRING, job->key, a);
            if (spk__rng_uniform(&rng) < p)
                c = rewired(&set, &rng, n, a, b, degree[a]);
            if (c != b) {
                degree[b]--;
                degree[c]++;
                st = spk__edge_set_add(ctx, &set, a, c);
            }
            if (!st)
                st = spk__graph_add(ctx, out, a, c);
        }
    spk__free(ctx, set.slot);
    spk__free(ctx, degree);
    return st;
}

static const spk_opt options[] = {
    {"k", "neighbours on the ring, an even number", SPK_OPT_INT, NULL, 4, 2, 1e6, NULL},
    {"p", "probability that an edge is moved", SPK_OPT_REAL, NULL, 0.1, 0, 1, NULL},
    {0},
};

const spk__rule spk__rule_watts_strogatz = {
    .info = {.name = "watts_strogatz",
             .sentence = "small world: a ring of k neighbours, edges moved with probability p",
             .reference = "Watts and Strogatz 1998, doi:10.1038/30918",
             .options = options},
    .check = check,
    .list = list,
};
