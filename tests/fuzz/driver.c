/* Runs a fuzz target over changed seeds. Each change is one of: a flipped bit, a byte set to a
 * value that likes to break things, a stretch cut out, doubled, or copied from another seed, a
 * number replaced. */
#include "fuzz/fuzz.h"
#include "test.h"

#include <dirent.h>

enum { SHORT = 8192 }; /* longer inputs are not cut at every byte, and changed less often */

static spk__rng rng;

static size_t below(size_t n) {
    return n ? (size_t)spk__rng_below(&rng, n) : 0;
}

static size_t change(uint8_t *data, size_t size, size_t room, const fuzz_seed *other) {
    static const uint8_t nasty[] = {0,   1,   0x7f, 0x80, 0xff, '\n', ',',
                                    '-', 'e', '"',  '#',  ' ',  '9'};
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

/* A copy of its own, so that a sanitizer sees reads past the end. */
static void run_copy(const void *data, size_t size) {
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_changed(const fuzz_seed *seeds, size_t n_seeds, const fuzz_seed *s, size_t runs) {
    size_t room = s->size + 64;
    uint8_t *copy = malloc(room);
    if (!copy)
        abort();
    for (size_t run = 0; run < runs; run++) {
        size_t size = s->size;
        memcpy(copy, s->data, s->size);
        for (size_t k = below(4) + 1; k; k--)
            size = change(copy, size, room, &seeds[below(n_seeds)]);
        run_copy(copy, size);
    }
    free(copy);
}

/* ---- the corpus ---- */

static int files_only(const struct dirent *e) {
    return e->d_name[0] != '.';
}

static fuzz_seed read_whole(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, FUZZ_CORPUS "/%s", name);
    FILE *f = fopen(path, "rb");
    enum { LONGEST = 1 << 20 };
    uint8_t *data = malloc(LONGEST);
    if (!f || !data)
        abort();
    fuzz_seed s = {data, fread(data, 1, LONGEST, f)};
    fclose(f);
    return s;
}

/* The target's own inputs and the files of its corpus; the caller frees the array. */
static fuzz_seed *all_seeds(size_t *n, size_t *n_files) {
    struct dirent **entry = NULL;
    const fuzz_seed *own = fuzz_seeds(n);
    int found = scandir(FUZZ_CORPUS, &entry, files_only, alphasort);
    *n_files = found > 0 ? (size_t)found : 0;
    fuzz_seed *all = malloc((*n + *n_files + 1) * sizeof *all);
    if (!all)
        abort();
    memcpy(all, own, *n * sizeof *all);
    for (size_t i = 0; i < *n_files; i++) {
        all[(*n)++] = read_whole(entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return all;
}

TEST(changed_inputs_are_survived) {
    size_t n, n_files;
    fuzz_seed *seeds = all_seeds(&n, &n_files);
    const char *wanted = getenv("SPK_FUZZ_RUNS");
    size_t runs = wanted ? (size_t)strtoull(wanted, NULL, 10) : FUZZ_RUNS;
    spk__rng_init(&rng, 1, SPK__RNG_TEST, 7, 0);
    CHECK(n > n_files);
    for (size_t i = 0; i < n; i++) {
        run_copy(seeds[i].data, seeds[i].size);
        for (size_t k = 0; k < seeds[i].size && seeds[i].size <= SHORT; k++)
            run_copy(seeds[i].data, k);
        run_changed(seeds, n, &seeds[i], seeds[i].size <= SHORT ? runs : runs / 4);
    }
    for (size_t i = n - n_files; i < n; i++)
        free((void *)seeds[i].data);
    free(seeds);
}

int main(void) {
    RUN(changed_inputs_are_survived);
    return test_end();
}
