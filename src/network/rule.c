/* The table of connection rules, and what they share. */
#include "network/rule.h"

#define SPK_ENTRY(symbol) extern const spk__rule symbol;
#include "network/registry.def"
#undef SPK_ENTRY

static const spk__rule *const rules[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "network/registry.def"
#undef SPK_ENTRY
};
enum { N_RULES = sizeof rules / sizeof rules[0] };

size_t spk_rule_count(void) {
    return N_RULES;
}

const spk__rule *spk__rule_at(size_t i) {
    return rules[i];
}

const spk_rule *spk_rule_at(size_t i) {
    return &rules[i]->info;
}

const spk__rule *spk__rule_named(const char *name) {
    for (size_t i = 0; i < N_RULES; i++)
        if (!strcmp(rules[i]->info.name, name))
            return rules[i];
    return NULL;
}

spk_status spk_rule_find(spk_ctx *ctx, const char *name, const spk_loc *loc, const spk_rule **out) {
    const spk__rule *rule = spk__rule_named(name);
    if (rule) {
        *out = &rule->info;
        return SPK_OK;
    }
    const char *names[N_RULES];
    for (size_t i = 0; i < N_RULES; i++)
        names[i] = rules[i]->info.name;
    return spk__fail_name(ctx, SPK_ERR_INPUT, loc, name, names, N_RULES, NULL,
                          "there is no connection rule '%s'", name);
}

spk_status spk__edge_list_add(spk_ctx *ctx, spk__edge_list *list, uint32_t source,
                              uint32_t target) {
    if (list->n == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 256;
        uint32_t **arrays[] = {&list->source, &list->target};
        for (size_t i = 0; i < 2; i++) {
            uint32_t *grown = spk__realloc(ctx, *arrays[i], capacity, sizeof(uint32_t));
            if (!grown)
                return SPK_ERR_MEMORY;
            *arrays[i] = grown;
        }
        list->capacity = capacity;
    }
    list->source[list->n] = source;
    list->target[list->n++] = target;
    return SPK_OK;
}

void spk__edge_list_free(spk_ctx *ctx, spk__edge_list *list) {
    spk__free(ctx, list->source);
    spk__free(ctx, list->target);
    *list = (spk__edge_list){0};
}

/* 0 .. n - 1 without bias and, but for once in 2^32 / n, without a division (Lemire 2019,
 * doi:10.1145/3230636). */
static uint32_t below(spk__rng *rng, uint32_t n) {
    uint64_t product = (uint64_t)spk__rng_u32(rng) * n;
    if ((uint32_t)product < n) {
        uint32_t least = (0u - n) % n;
        while ((uint32_t)product < least)
            product = (uint64_t)spk__rng_u32(rng) * n;
    }
    return (uint32_t)(product >> 32);
}

/* An incremental Fisher-Yates shuffle whose swaps are undone afterwards, so that a draw costs k,
 * not n. */
void spk__rule_choose(const spk__rule_job *job, uint32_t row, uint32_t n, size_t k, bool repeat,
                      spk__rule_scratch *scratch, uint32_t *out) {
    spk__rng rng;
    spk__rng_init(&rng, job->seed, SPK__RNG_WIRING, job->key, row);
    if (repeat) {
        for (size_t i = 0; i < k; i++)
            out[i] = below(&rng, n);
        return;
    }
    uint32_t *perm = scratch->permutation;
    for (uint32_t i = 0; i < k; i++) {
        uint32_t j = i + below(&rng, n - i);
        scratch->undo[i] = j;
        out[i] = perm[j];
        perm[j] = perm[i];
        perm[i] = out[i];
    }
    for (size_t i = k; i-- > 0;) {
        uint32_t j = scratch->undo[i], kept = perm[i];
        perm[i] = perm[j];
        perm[j] = kept;
    }
}
