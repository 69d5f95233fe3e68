#include "network/rule.h"

static size_t row(const spk__rule_job *job, uint32_t source, uint32_t keep,
                  spk__rule_scratch *scratch, uint32_t *target, uint32_t *order) {
    (void)keep, (void)scratch;
    bool skip = job->same && !job->p->autapses;
    size_t n = 0;
    for (uint32_t t = 0; t < job->n_target; t++) {
        if (skip && t == source)
            continue;
        if (target) {
            target[n] = t;
            order[n] = 0;
        }
        n++;
    }
    return n;
}

const spk__rule spk__rule_all_to_all = {
    .info = {.name = "all_to_all", .sentence = "every neuron to every neuron", .reference = "NEST"},
    .row = row,
};
