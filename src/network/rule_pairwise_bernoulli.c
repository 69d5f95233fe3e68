/* A synapse exists where a fixed 32-bit number of its pair is below p. All pairs are looked at, so
 * a draw costs the product of the sizes (about 0.3 ns a pair), whatever p. */
#include "network/draw.h"
#include "network/rule.h"

/* The largest number is never drawn, so that p = 1 takes every pair. */
static uint32_t keep_below(const spk__rule_job *job) {
    double scaled = job->p->options.v[0] * 0x1p32;
    return scaled >= (double)SPK__KEEP_ALL ? SPK__KEEP_ALL : (uint32_t)scaled;
}

static size_t row(const spk__rule_job *job, uint32_t source, uint32_t keep,
                  spk__rule_scratch *scratch, uint32_t *target, uint32_t *order) {
    enum { BATCH = sizeof scratch->words / sizeof scratch->words[0] };
    const uint32_t *u = scratch->words;
    uint32_t bits[BATCH / 32];
    bool skip = job->same && !job->p->autapses;
    size_t n = 0;
    for (uint32_t first = 0; first < job->n_target; first += BATCH) {
        uint32_t count = job->n_target - first < BATCH ? job->n_target - first : BATCH;
        spk__draw_words(job->seed, SPK__RNG_WIRING, job->key, source, first / 4, (count + 3) / 4,
                        scratch->words);
        if (keep == SPK__KEEP_ALL)
            for (uint32_t i = 0; i < count; i++)
                scratch->words[i] -= scratch->words[i] == UINT32_MAX;
        if (skip && source >= first && source - first < count)
            scratch->words[source - first] = UINT32_MAX;
        spk__draw_below(u, count, keep, bits);
        for (uint32_t k = 0; k < (count + 31) / 32; k++) {
            if (!target)
                n += (size_t)__builtin_popcount(bits[k]);
            for (uint32_t b = target ? bits[k] : 0; b; b &= b - 1, n++) {
                uint32_t i = 32 * k + (uint32_t)__builtin_ctz(b);
                target[n] = first + i;
                order[n] = u[i];
            }
        }
    }
    return n;
}

static const spk_opt options[] = {
    {"p", "probability of a synapse", SPK_OPT_REAL, NULL, 0.1, 0, 1, NULL},
    {0},
};

const spk__rule spk__rule_pairwise_bernoulli = {
    .info = {.name = "pairwise_bernoulli",
             .sentence = "each pair with probability p",
             .reference = "NEST",
             .options = options},
    .keep = keep_below,
    .row = row,
};
