/* Binary formats other than HDF5: whatever the bytes, an error or a recording. */
#include "fuzz/fuzz.h"
#include "io/memory.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_memory(data, size);
    return 0;
}

static uint8_t igor[2][1024];

static void put(uint8_t *at, const void *value, size_t size) {
    memcpy(at, value, size);
}

static void fix_checksum(uint8_t *head, size_t size, size_t at) {
    uint16_t sum = 0, word;
    for (size_t i = 0; i < size; i += 2) {
        memcpy(&word, head + i, 2);
        sum = (uint16_t)(sum + word);
    }
    word = (uint16_t)-sum;
    memcpy(head + at, &word, 2);
}

/* 40 doubles in mV every 0.1 ms; see tests/io/test_igor.py for the layouts. */
static size_t igor_wave(uint8_t *w, int16_t version) {
    size_t head = version == 5 ? 384 : 126;
    int32_t n = 40;
    double step = version == 5 ? 1e-4 : 0.1;
    put(w, &version, 2);
    put(w + (version == 5 ? 76 : 58), &n, 4);
    put(w + (version == 5 ? 148 : 64), &step, 8);
    put(w + (version == 5 ? 212 : 50), "mV", 2);
    put(w + (version == 5 ? 216 : 54), version == 5 ? "s" : "ms", 2);
    w[version == 5 ? 80 : 16] = 4;
    fix_checksum(w, head, version == 5 ? 2 : 14);
    for (int i = 0; i < n; i++) {
        double v = i % 13 == 12 ? 20 : -70 + i;
        put(w + head + 8 * (size_t)i, &v, 8);
    }
    return head + 8 * (size_t)n;
}

const fuzz_seed *fuzz_seeds(size_t *n) {
    static fuzz_seed seeds[2];
    seeds[0] = (fuzz_seed){igor[0], igor_wave(igor[0], 5)};
    seeds[1] = (fuzz_seed){igor[1], igor_wave(igor[1], 2)};
    *n = 2;
    for (size_t i = 0; i < *n; i++)
        if (read_memory(seeds[i].data, seeds[i].size) != SPK_OK)
            *n = 0; /* a seed that is not valid tests nothing */
    return seeds;
}
