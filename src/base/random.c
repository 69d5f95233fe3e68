/* Counter-based random streams over Random123's Philox4x32-10. */
#include "base/base.h"

#include <Random123/philox.h>

void spk__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
    philox4x32_key_t k = {{key[0], key[1]}};
    philox4x32_ctr_t r = philox4x32(c, k);
    memcpy(out, r.v, sizeof r.v);
}

void spk__rng_init(spk__rng *r, uint64_t seed, spk__rng_purpose purpose, uint32_t a, uint32_t b) {
    *r = (spk__rng){.seed = seed, .purpose = purpose, .a = a, .b = b};
}

uint32_t spk__rng_u32(spk__rng *r) {
    if (!r->have) {
        /* The purpose shares a word with the high part of the count: 2^56 blocks a stream. */
        uint32_t counter[4] = {(uint32_t)r->n, (uint32_t)(r->n >> 32) | r->purpose << 24, r->a, r->b};
        uint32_t key[2] = {(uint32_t)r->seed, (uint32_t)(r->seed >> 32)};
        spk__philox(counter, key, r->word);
        r->n++;
        r->have = 4;
    }
    return r->word[4 - r->have--];
}

uint64_t spk__rng_u64(spk__rng *r) {
    uint64_t low = spk__rng_u32(r);
    return low | (uint64_t)spk__rng_u32(r) << 32;
}

double spk__rng_uniform(spk__rng *r) {
    return ((double)(spk__rng_u64(r) >> 12) + 0.5) * 0x1p-52;
}

uint64_t spk__rng_below(spk__rng *r, uint64_t n) {
    if (n < 2)
        return 0;
    uint64_t limit = UINT64_MAX - (UINT64_MAX % n + 1) % n;
    for (;;) {
        uint64_t x = spk__rng_u64(r);
        if (x <= limit)
            return x % n;
    }
}
