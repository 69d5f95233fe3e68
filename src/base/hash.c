/* Hashes: SHA-256 (libmd) for provenance, FNV-1a for tables. */
#include "base/base.h"

#include <sha2.h>

void spk__sha256_hex(const void *data, size_t length, char hex[65]) {
    SHA256Data(data, length, hex);
}

uint64_t spk__hash(const void *data, size_t length, uint64_t seed) {
    const unsigned char *p = data;
    uint64_t h = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < length; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}
