/* What the rules for graph families share. Families are drawn here and not by igraph, whose
 * generators use one stream for the whole program and the system's logarithm: neither gives the
 * same bits twice. */
#ifndef SPK_NETWORK_GRAPH_H
#define SPK_NETWORK_GRAPH_H

#include "network/rule.h"

/* ERR_INPUT unless the graph's nodes fit both populations. */
spk_status spk__graph_check(spk_ctx *ctx, const spk__rule_job *job, double nodes);
/* Both directions of an undirected edge. */
spk_status spk__graph_add(spk_ctx *ctx, spk__edge_list *list, uint32_t a, uint32_t b);

/* A set of undirected edges. */
typedef struct {
    uint64_t *slot; /* edge + 1, or 0 */
    size_t n, capacity;
} spk__edge_set;
bool spk__edge_set_has(const spk__edge_set *s, uint32_t a, uint32_t b);
spk_status spk__edge_set_add(spk_ctx *ctx, spk__edge_set *s, uint32_t a, uint32_t b);

#endif
