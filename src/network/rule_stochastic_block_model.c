/* Blocks of (nearly) one size; an edge exists where the pair's fixed number is below the
 * probability of its blocks. */
#include "network/draw.h"
#include "network/graph.h"

enum { OPT_BLOCKS, OPT_IN, OPT_BETWEEN };

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    if (job->p->options.v[OPT_BLOCKS] > job->n_source)
        return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
                         "%.0f blocks are more than the %u neurons of %s",
                         job->p->options.v[OPT_BLOCKS], job->n_source, job->p->from);
    return spk__graph_check(ctx, job, job->n_source);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    const double *o = job->p->options.v;
    uint64_t n = job->n_source, blocks = (uint64_t)o[OPT_BLOCKS];
    uint64_t in = (uint64_t)(o[OPT_IN] * 0x1p32), between = (uint64_t)(o[OPT_BETWEEN] * 0x1p32);
    uint32_t *words = SPK__ARRAY(ctx, n + 4, uint32_t);
    spk_status st = words ? SPK_OK : SPK_ERR_MEMORY;
    for (uint64_t a = 0; a < n && !st; a++) {
        spk__draw_words(job->seed, SPK__RNG_WIRING, job->key, (uint32_t)a, 0, (n + 3) / 4, words);
        for (uint64_t b = a + 1; b < n && !st; b++)
            if (words[b] < (a * blocks / n == b * blocks / n ? in : between))
                st = spk__graph_add(ctx, out, (uint32_t)a, (uint32_t)b);
    }
    spk__free(ctx, words);
    return st;
}

static const spk_opt options[] = {
    {"blocks", "number of blocks", SPK_OPT_INT, NULL, 2, 1, 1e6, NULL},
    {"p_in", "probability of an edge within a block", SPK_OPT_REAL, NULL, 0.2, 0, 1, NULL},
    {"p_between", "probability of an edge between blocks", SPK_OPT_REAL, NULL, 0.02, 0, 1, NULL},
    {0},
};

const spk__rule spk__rule_stochastic_block_model = {
    .info = {.name = "stochastic_block_model",
             .sentence = "blocks of one size, with other probabilities within and between",
             .reference = "Holland et al. 1983, doi:10.1016/0378-8733(83)90021-7",
             .options = options},
    .check = check,
    .list = list,
};
