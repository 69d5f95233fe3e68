#include "network/rule.h"

static size_t column_count(const spk__rule_job *job) {
    return (size_t)job->p->options.v[0];
}

static uint32_t keep_first(const spk__rule_job *job) {
    return (uint32_t)job->p->options.v[0];
}

static bool skips(const spk__rule_job *job) {
    return job->same && !job->p->autapses;
}

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    uint32_t others = job->n_source - skips(job);
    if (job->p->options.v[0] <= others || (job->p->multapses && others))
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, "lower indegree, or allow multapses",
                     "an indegree of %.0f is above the %u neurons of %s that can be a source",
                     job->p->options.v[0], others, job->p->from);
}

static void column(const spk__rule_job *job, uint32_t target, spk__rule_scratch *scratch,
                   uint32_t *source) {
    size_t k = column_count(job);
    spk__rule_choose(job, target, job->n_source - skips(job), k, job->p->multapses, scratch,
                     source);
    if (skips(job))
        for (size_t i = 0; i < k; i++)
            source[i] += source[i] >= target;
}

static const spk_opt options[] = {
    {"indegree", "synapses that each target receives", SPK_OPT_INT, NULL, 1, 0, 1e9, NULL},
    {0},
};

const spk__rule spk__rule_fixed_indegree = {
    .info = {.name = "fixed_indegree",
             .sentence = "each target from indegree sources, drawn at random",
             .reference = "NEST",
             .options = options},
    .check = check,
    .keep = keep_first,
    .column_count = column_count,
    .column = column,
};
