/* Binary formats other than HDF5: whatever the bytes, an error or a recording. */
#include "fuzz/fuzz.h"
#include "io/memory.h"

#include <lz4frame.h>
#include <string.h>
#include <zlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    read_memory(data, size);
    return 0;
}

static double samples[40];

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
    put(w + head, samples, sizeof samples);
    return head + 8 * (size_t)n;
}

/* The matrix 40 x 1 or 1 x 1 in MATLAB's version 5; returns its length. */
static size_t mat_matrix(uint8_t *m, const char *name, const double *v, int32_t n) {
    uint32_t size = 16 + 16 + 16 + 8 + 8 * (uint32_t)n;
    put(m, (uint32_t[]){14, size, 6, 8, 6, 0, 5, 8, (uint32_t)n, 1, 1, (uint32_t)strlen(name)}, 48);
    put(m + 48, name, strlen(name));
    put(m + 56, (uint32_t[]){9, 8 * (uint32_t)n}, 8);
    put(m + 64, v, 8 * (size_t)n);
    return 8 + (size_t)size;
}

static size_t mat_file(uint8_t *f, bool packed) {
    const double dt = 0.1;
    uint8_t whole[1024] = {0};
    memset(f, ' ', 124);
    put(f + 124, "\0\1IM", 4);
    size_t n = mat_matrix(whole, "V_mV", samples, 40);
    if (packed) {
        uLongf length = 900;
        if (compress(f + 136, &length, whole, n) != Z_OK)
            abort();
        put(f + 128, (uint32_t[]){15, (uint32_t)length}, 8);
        n = 8 + length;
    } else {
        put(f + 128, whole, n);
    }
    return 128 + n + mat_matrix(f + 128 + n, "dt_ms", &dt, 1);
}

static size_t npy_array(uint8_t *a, const double *v, size_t n) {
    memset(a, ' ', 128);
    put(a, "\x93NUMPY\1\0\x76\0", 10);
    int length = snprintf((char *)a + 10, 117, "{'descr': '<f8', 'fortran_order': False, 'shape': (%zu,), }", n);
    a[10 + length] = ' ';
    a[127] = '\n';
    put(a + 128, v, 8 * n);
    return 128 + 8 * n;
}

/* An archive of two arrays, the first deflated. */
static size_t npz_file(uint8_t *z) {
    static const char *const name[] = {"V_mV.npy", "dt_ms.npy"};
    const double dt = 0.1;
    size_t at = 0, start[2], packed[2], length[2];
    for (int i = 0; i < 2; i++) {
        uint8_t array[1024];
        uLongf room = 1024;
        uint8_t zlib[1024];
        length[i] = npy_array(array, i ? &dt : samples, i ? 1 : 40);
        if (compress(zlib, &room, array, length[i]) != Z_OK)
            abort();
        packed[i] = i ? length[i] : room - 6; /* without zlib's frame */
        start[i] = at;
        put(z + at, "PK\3\4", 4);
        z[at + 8] = i ? 0 : 8;
        put(z + at + 26, (uint16_t[]){(uint16_t)strlen(name[i])}, 2);
        put(z + at + 30, name[i], strlen(name[i]));
        put(z + at + 30 + strlen(name[i]), i ? array : zlib + 2, packed[i]);
        at += 30 + strlen(name[i]) + packed[i];
    }
    uint32_t directory = (uint32_t)at;
    for (int i = 0; i < 2; i++) {
        put(z + at, "PK\1\2", 4);
        z[at + 10] = i ? 0 : 8;
        put(z + at + 20, (uint32_t[]){(uint32_t)packed[i], (uint32_t)length[i]}, 8);
        put(z + at + 28, (uint16_t[]){(uint16_t)strlen(name[i])}, 2);
        put(z + at + 42, (uint32_t[]){(uint32_t)start[i]}, 4);
        put(z + at + 46, name[i], strlen(name[i]));
        at += 46 + strlen(name[i]);
    }
    put(z + at, "PK\5\6", 4);
    put(z + at + 10, (uint16_t[]){2}, 2);
    put(z + at + 16, &directory, 4);
    return at + 22;
}

/* Twenty events of version 2 or 3.1; see tests/io/test_aedat.py for the layouts. */
static size_t aedat_file(uint8_t *f, int version) {
    const char *head = version == 2 ? "#!AER-DAT2.0\r\n" : "#!AER-DAT3.1\r\n#!END-HEADER\r\n";
    size_t at = strlen(head);
    memcpy(f, head, at);
    if (version == 3) {
        put(f + at, (int16_t[]){1, 0}, 4);
        put(f + at + 4, (int32_t[]){8, 4, 0, 20, 20, 20}, 24);
        at += 28;
    }
    for (uint32_t i = 0; i < 20; i++, at += 8) {
        uint32_t t = 1000 + 10 * i, word = version == 2 ? i << 22 | 7 << 12 | (i & 1) << 11
                                                        : i << 17 | 7 << 2 | (i & 1) << 1 | 1;
        if (version == 2) {
            t = __builtin_bswap32(t);
            word = __builtin_bswap32(word);
        }
        put(f + at, &word, 4);
        put(f + at + 4, &t, 4);
    }
    return at;
}

/* The same in version 4, in one packet compressed by LZ4. */
static size_t aedat4_file(uint8_t *f) {
    uint8_t plain[512] = {0};
    put(plain, (uint32_t[]){28 + 320, 14}, 8);
    put(plain + 8, "EVTS", 4);
    put(plain + 12, (uint16_t[]){6, 8, 4}, 6);
    put(plain + 18, (uint32_t[]){6, 4, 20}, 12);
    for (int i = 0; i < 20; i++) {
        put(plain + 30 + 16 * i, (int64_t[]){1000 + 10 * i}, 8);
        put(plain + 38 + 16 * i, (int16_t[]){(int16_t)i, 7, i & 1}, 6);
    }
    memcpy(f, "#!AER-DAT4.0\r\n", 14);
    put(f + 14, (uint32_t[]){34, 16}, 8);
    put(f + 22, "IOHE", 4);
    put(f + 26, (uint16_t[]){8, 16, 4, 8}, 8);
    put(f + 34, (int32_t[]){8, 1, -1, -1}, 16);
    size_t n = LZ4F_compressFrame(f + 60, 1000, plain, 350, NULL);
    put(f + 52, (int32_t[]){0, (int32_t)n}, 8);
    return 60 + n;
}

/* Two sweeps of 20 samples in version 1; see tests/io/test_abf.py. */
static size_t abf_file(uint8_t *f) {
    const float one = 1, range = 10, step = 100;
    memcpy(f, "ABF ", 4);
    put(f + 8, (int16_t[]){5}, 2);
    put(f + 10, (int32_t[]){40}, 4);
    put(f + 16, (int32_t[]){2}, 4);
    put(f + 40, (int32_t[]){5}, 4);
    put(f + 120, (int16_t[]){1}, 2);
    put(f + 122, &step, 4);
    put(f + 244, &range, 4);
    put(f + 252, (int32_t[]){1000}, 4);
    memcpy(f + 602, "mV", 2);
    for (int at = 0; at < 3; at++)
        put(f + (int[]){730, 922, 1050}[at], &one, 4);
    memcpy(f + 1346, "pA", 2);
    put(f + 2296, (int16_t[]){1}, 2);
    put(f + 2300, (int16_t[]){1}, 2);
    put(f + 2308, (int16_t[]){1, 2}, 4);
    put(f + 2348, &step, 4);
    put(f + 2508, (int32_t[]){5, 5}, 8);
    for (int i = 0; i < 40; i++)
        put(f + 2560 + 2 * i, (int16_t[]){(int16_t)(100 * i)}, 2);
    return 2640;
}

const fuzz_seed *fuzz_seeds(size_t *n) {
    static uint8_t file[9][4096];
    static fuzz_seed seeds[9];
    for (int i = 0; i < 40; i++)
        samples[i] = i % 13 == 12 ? 20 : -70 + i;
    seeds[0] = (fuzz_seed){file[0], igor_wave(file[0], 5)};
    seeds[1] = (fuzz_seed){file[1], igor_wave(file[1], 2)};
    seeds[2] = (fuzz_seed){file[2], mat_file(file[2], false)};
    seeds[3] = (fuzz_seed){file[3], mat_file(file[3], true)};
    seeds[4] = (fuzz_seed){file[4], npz_file(file[4])};
    seeds[5] = (fuzz_seed){file[5], aedat_file(file[5], 2)};
    seeds[6] = (fuzz_seed){file[6], aedat_file(file[6], 3)};
    seeds[7] = (fuzz_seed){file[7], aedat4_file(file[7])};
    seeds[8] = (fuzz_seed){file[8], abf_file(file[8])};
    *n = sizeof seeds / sizeof *seeds;
    for (size_t i = 0; i < *n; i++)
        if (read_memory(seeds[i].data, seeds[i].size) != SPK_OK)
            *n = 0; /* a seed that is not valid tests nothing */
    return seeds;
}
