#include "network/rule.h"

static uint32_t keep_first(const spk__rule_job *job) {
    return (uint32_t)job->p->options.v[0];
}

static double pairs(const spk__rule_job *job) {
    bool skip = job->same && !job->p->autapses;
    return (double)job->n_source * ((double)job->n_target - (skip ? 1 : 0));
}

/* Without multapses pairs are drawn until enough differ, which needs some that are free. */
static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    double limit = job->p->multapses && pairs(job) > 0 ? INFINITY : pairs(job);
    if (job->p->options.v[0] <= limit)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, "lower N, or allow multapses",
                     "%.0f synapses are more than the %.0f pairs from %s to %s",
                     job->p->options.v[0], pairs(job), job->p->from, job->p->to);
}

static spk_status list(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out) {
    size_t n = (size_t)job->p->options.v[0], n_bits = (size_t)job->n_source * job->n_target;
    bool skip = job->same && !job->p->autapses;
    uint64_t *taken = NULL;
    if (!job->p->multapses) {
        taken = SPK__ARRAY(ctx, n_bits / 64 + 1, uint64_t);
        if (!taken)
            return SPK_ERR_MEMORY;
    }
    spk__rng rng;
    spk__rng_init(&rng, job->seed, SPK__RNG_WIRING, job->key, 0);
    spk_status st = SPK_OK;
    while (!st && out->n < n) {
        uint64_t pair = spk__rng_below(&rng, n_bits);
        uint32_t source = (uint32_t)(pair / job->n_target),
                 target = (uint32_t)(pair % job->n_target);
        if (skip && source == target)
            continue;
        if (taken) {
            uint64_t bit = (uint64_t)1 << pair % 64;
            if (taken[pair / 64] & bit)
                continue;
            taken[pair / 64] |= bit;
        }
        st = spk__edge_list_add(ctx, out, source, target);
    }
    spk__free(ctx, taken);
    return st;
}

static const spk_opt options[] = {
    {"N", "synapses in all", SPK_OPT_INT, NULL, 1, 0, 4e9, NULL},
    {0},
};

const spk__rule spk__rule_fixed_total_number = {
    .info = {.name = "fixed_total_number",
             .sentence = "N synapses between pairs drawn at random",
             .reference = "NEST",
             .options = options},
    .check = check,
    .keep = keep_first,
    .list = list,
};
