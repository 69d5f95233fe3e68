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

/* By target; stable, so that multiple synapses stay in order. spare has room for 2 n. */
static void sort_pairs(uint32_t *target, uint32_t *order, size_t n, uint32_t n_target,
                       uint32_t *spare) {
    uint32_t *from[2] = {target, order}, *to[2] = {spare, spare + n};
    for (int shift = 0; shift < 32 && (n_target - 1) >> shift; shift += 8) {
        size_t count[257] = {0};
        for (size_t i = 0; i < n; i++)
            count[(from[0][i] >> shift & 255) + 1]++;
        for (size_t i = 0; i < 256; i++)
            count[i + 1] += count[i];
        for (size_t i = 0; i < n; i++) {
            size_t at = count[from[0][i] >> shift & 255]++;
            to[0][at] = from[0][i];
            to[1][at] = from[1][i];
        }
        uint32_t *swap[2] = {from[0], from[1]};
        memcpy(from, to, sizeof from);
        memcpy(to, swap, sizeof to);
    }
    if (from[0] == target)
        return;
    memcpy(target, from[0], n * sizeof *target);
    memcpy(order, from[1], n * sizeof *order);
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
    sort_pairs(target, order, keep, job->n_target, scratch->undo);
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
