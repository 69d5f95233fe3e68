/* Runs a fuzz target over changed seeds. Each change is one of: a flipped bit, a byte set to a value that
 * likes to break things, a stretch cut out, doubled, or copied from another seed, a number replaced. */
#include "fuzz/fuzz.h"
#include "test.h"

static spk__rng rng;

static size_t below(size_t n) {
    return n ? (size_t)spk__rng_below(&rng, n) : 0;
}

static size_t change(uint8_t *data, size_t size, size_t room, const fuzz_seed *other) {
    static const uint8_t nasty[] = {0, 1, 0x7f, 0x80, 0xff, '\n', ',', '-', 'e', '"', '#', ' ', '9'};
    size_t at = below(size), n = below(16) + 1;
    switch (below(6)) {
    case 0:
        if (size)
            data[at] = (uint8_t)(data[at] ^ (1u << below(8)));
        return size;
    case 1:
        if (size)
            data[at] = nasty[below(sizeof nasty)];
        return size;
    case 2:
        n = n < size - at ? n : size - at;
        memmove(data + at, data + at + n, size - at - n);
        return size - n;
    case 3:
        n = n < size - at ? n : size - at;
        if (size + n > room)
            return size;
        memmove(data + at + n, data + at, size - at);
        return size + n;
    case 4:
        for (size_t i = 0; i < n && at + i < size && i < other->size; i++)
            data[at + i] = ((const uint8_t *)other->data)[below(other->size)];
        return size;
    default:
        for (size_t i = 0; i < 4 && at + i < size; i++)
            data[at + i] = (uint8_t)below(256);
        return size;
    }
}

static void run_changed(const fuzz_seed *seeds, size_t n_seeds, size_t runs) {
    for (size_t run = 0; run < runs; run++) {
        const fuzz_seed *s = &seeds[below(n_seeds)];
        size_t room = s->size + 64, size = s->size;
        uint8_t *copy = malloc(room);
        if (!copy)
            abort();
        memcpy(copy, s->data, s->size);
        for (size_t k = below(4) + 1; k; k--)
            size = change(copy, size, room, &seeds[below(n_seeds)]);
        LLVMFuzzerTestOneInput(copy, size);
        free(copy);
    }
}

/* A copy of its own, so that a sanitizer sees reads past the end. */
static void run_copy(const void *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

TEST(changed_inputs_are_survived) {
    size_t n;
    const fuzz_seed *seeds = fuzz_seeds(&n);
    const char *runs = getenv("SPK_FUZZ_RUNS");
    spk__rng_init(&rng, 1, SPK__RNG_TEST, 7, 0);
    for (size_t i = 0; i < n; i++) {
        run_copy(seeds[i].data, seeds[i].size);
        for (size_t k = 0; k < seeds[i].size && seeds[i].size <= 2048; k++)
            run_copy(seeds[i].data, k);
    }
    CHECK(n > 0);
    run_changed(seeds, n, runs ? (size_t)strtoull(runs, NULL, 10) : 2000);
}

int main(void) {
    RUN(changed_inputs_are_survived);
    return test_end();
}
