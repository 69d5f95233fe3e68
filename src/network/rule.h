/* Connection rules: one file each, ending in one constant spk__rule; registry.def lists them.
 *
 * A rule says where synapses are, as a pure function of the job; weights and delays are not its
 * business. It does so in one of three ways: source by source (row), target by target (column), or
 * as one list. Each synapse has an order; those with order < keep exist, so that a draw at the
 * largest keep holds every smaller one. Rules that cannot be thinned have keep NULL. */
#ifndef SPK_NETWORK_RULE_H
#define SPK_NETWORK_RULE_H

#include "base/base.h"
#include <spikefit/network.h>

typedef struct {
    const spk_projection *p;
    uint64_t seed; /* of wiring */
    uint32_t key;  /* of the projection's name */
    uint32_t n_source, n_target;
    bool same; /* source and target are one population, so that a synapse may be an autapse */
} spk__rule_job;

typedef struct {
    uint32_t *source, *target, *order;
    size_t n, capacity;
} spk__edge_list;
spk_status spk__edge_list_add(spk_ctx *ctx, spk__edge_list *list, uint32_t source, uint32_t target);
void spk__edge_list_free(spk_ctx *ctx, spk__edge_list *list);

/* Largest keep: everything. */
#define SPK__KEEP_ALL UINT32_MAX

/* Scratch of one worker: a permutation of 0 .. n - 1, the identity between calls; twice as many
 * numbers as a row has synapses; words. */
typedef struct {
    uint32_t *permutation, *undo;
    uint32_t words[1024];
} spk__rule_scratch;

typedef struct {
    spk_rule info;
    /* What only the rule knows to be wrong (sizes, degrees); NULL: nothing. */
    spk_status (*check)(spk_ctx *ctx, const spk__rule_job *job);
    /* How much of the order exists. NULL: all, and the rule draws anew for each candidate. */
    uint32_t (*keep)(const spk__rule_job *job);
    /* The targets of a source, ascending (multiple ones by order), and their orders; both NULL:
     * only count. Writes nothing behind the last. */
    size_t (*row)(const spk__rule_job *job, uint32_t source, uint32_t keep,
                  spk__rule_scratch *scratch, uint32_t *target, uint32_t *order);
    /* The sources of a target, by order; column_count of them, the same for every target. */
    size_t (*column_count)(const spk__rule_job *job);
    void (*column)(const spk__rule_job *job, uint32_t target, spk__rule_scratch *scratch,
                   uint32_t *source);
    /* All edges, by order. */
    spk_status (*list)(spk_ctx *ctx, const spk__rule_job *job, spk__edge_list *out);
} spk__rule;

const spk__rule *spk__rule_at(size_t i);
/* The rule of a checked projection. */
const spk__rule *spk__rule_named(const char *name);

/* k draws from 0 .. n - 1 (n > 0) with or without repetition, from the stream of this row; draws
 * for a larger k begin with those for a smaller. Without repetition k <= n. */
void spk__rule_choose(const spk__rule_job *job, uint32_t row, uint32_t n, size_t k, bool repeat,
                      spk__rule_scratch *scratch, uint32_t *out);

#endif
