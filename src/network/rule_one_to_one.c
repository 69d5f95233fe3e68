#include "network/rule.h"

static spk_status check(spk_ctx *ctx, const spk__rule_job *job) {
    if (job->n_source == job->n_target)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
                     "one_to_one needs populations of one size, but %s has %u neurons and %s %u",
                     job->p->from, job->n_source, job->p->to, job->n_target);
}

static size_t row(const spk__rule_job *job, uint32_t source, uint32_t keep,
                  spk__rule_scratch *scratch, uint32_t *target, uint32_t *order) {
    (void)keep, (void)scratch;
    if (job->same && !job->p->autapses)
        return 0;
    if (target) {
        *target = source;
        *order = 0;
    }
    return 1;
}

const spk__rule spk__rule_one_to_one = {
    .info = {.name = "one_to_one", .sentence = "neuron i to neuron i", .reference = "NEST"},
    .check = check,
    .row = row,
};
