#include "network/graph.h"

spk_status spk__graph_check(spk_ctx *ctx, const spk__rule_job *job, double nodes) {
    uint32_t room = job->n_source < job->n_target ? job->n_source : job->n_target;
    if (nodes <= room)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_INPUT, &job->p->rule_loc, NULL,
                     "the graph of projection %s has %.0f nodes, more than the %u neurons of %s",
                     job->p->name, nodes, room,
                     job->n_source <= job->n_target ? job->p->from : job->p->to);
}

spk_status spk__graph_add(spk_ctx *ctx, spk__edge_list *list, uint32_t a, uint32_t b) {
    spk_status st = spk__edge_list_add(ctx, list, a, b);
    return st || a == b ? st : spk__edge_list_add(ctx, list, b, a);
}

static uint64_t edge_of(uint32_t a, uint32_t b) {
    return ((a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a)) + 1;
}

static size_t find(const uint64_t *slot, size_t capacity, uint64_t edge) {
    size_t at = (size_t)(edge * 0x9E3779B97F4A7C15u >> 20) & (capacity - 1);
    while (slot[at] && slot[at] != edge)
        at = (at + 1) & (capacity - 1);
    return at;
}

bool spk__edge_set_has(const spk__edge_set *s, uint32_t a, uint32_t b) {
    return s->n && s->slot[find(s->slot, s->capacity, edge_of(a, b))];
}

spk_status spk__edge_set_add(spk_ctx *ctx, spk__edge_set *s, uint32_t a, uint32_t b) {
    if (2 * (s->n + 1) > s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 1024;
        uint64_t *slot = SPK__ARRAY(ctx, capacity, uint64_t);
        if (!slot)
            return SPK_ERR_MEMORY;
        for (size_t i = 0; i < s->capacity; i++)
            if (s->slot[i])
                slot[find(slot, capacity, s->slot[i])] = s->slot[i];
        spk__free(ctx, s->slot);
        s->slot = slot;
        s->capacity = capacity;
    }
    size_t at = find(s->slot, s->capacity, edge_of(a, b));
    s->n += !s->slot[at];
    s->slot[at] = edge_of(a, b);
    return SPK_OK;
}
