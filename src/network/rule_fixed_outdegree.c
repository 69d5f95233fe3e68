#include "network/rule.h"

static uint32_t keep_first(const spk__rule_job *job) {
    return (uint32_t)job->p->options.v[0];
}

static bool skips(const spk__rule_job *job) {
    return job->same && !job->p->autapses;
}

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    uint32_t others = job->n_target - skips(job);
    if (job->p->options.v[0] <= others || (job->p->multapses && others))
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, "lower outdegree, or allow multapses",
                     "an outdegree of %.0f is above the %u neurons of %s that can be a target",
                     job->p->options.v[0], others, job->p->to);
}

/* By target, then order. The lists are short and come in random order: a shell sort will do. */
static void sort_pairs(uint32_t *target, uint32_t *order, size_t n) {
    size_t gap = 1;
    while (gap < n / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (size_t i = gap; i < n; i++) {
            uint32_t t = target[i], o = order[i];
            size_t j = i;
            for (;
                 j >= gap && (target[j - gap] > t || (target[j - gap] == t && order[j - gap] > o));
                 j -= gap) {
                target[j] = target[j - gap];
                order[j] = order[j - gap];
            }
            target[j] = t;
            order[j] = o;
        }
}

static size_t row(const spk__rule_job *job, uint32_t source, uint32_t keep,
                  spk__rule_scratch *scratch, uint32_t *target, uint32_t *order) {
    if (!target)
        return keep;
    spk__rule_choose(job, source, job->n_target - skips(job), keep, job->p->multapses, scratch,
                     target);
    for (uint32_t i = 0; i < keep; i++) {
        target[i] += skips(job) && target[i] >= source;
        order[i] = i;
    }
    sort_pairs(target, order, keep);
    return keep;
}

static const spk_opt options[] = {
    {"outdegree", "synapses that each source makes", SPK_OPT_INT, NULL, 1, 0, 1e9, NULL},
    {0},
};

const spk__rule spk__rule_fixed_outdegree = {
    .info = {.name = "fixed_outdegree",
             .sentence = "each source to outdegree targets, drawn at random",
             .reference = "NEST",
             .options = options},
    .check = check,
    .keep = keep_first,
    .row = row,
};
