/* Numbers in binary files: read within bounds, of either byte order. */
#ifndef SPK_IO_BYTES_H
#define SPK_IO_BYTES_H

#include "io/io.h"

/* A file's bytes, or part of them. Reading past the end gives 0 and sets `past`. */
typedef struct {
    const unsigned char *p;
    size_t n;
    bool big, past; /* byte order: most significant first */
} spk__bytes;

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the kernels are for x86-64 as well");

/* size: 1 to 8 bytes. */
static inline uint64_t spk__get(spk__bytes *b, size_t at, size_t size) {
    uint64_t x = 0;
    if (at > b->n || size > b->n - at) {
        b->past = true;
        return 0;
    }
    memcpy(&x, b->p + at, size);
    return b->big ? __builtin_bswap64(x) >> (64 - 8 * size) : x;
}

static inline int16_t spk__i16(spk__bytes *b, size_t at) {
    return (int16_t)spk__get(b, at, 2);
}

static inline uint16_t spk__u16(spk__bytes *b, size_t at) {
    return (uint16_t)spk__get(b, at, 2);
}

static inline int32_t spk__i32(spk__bytes *b, size_t at) {
    return (int32_t)spk__get(b, at, 4);
}

static inline uint32_t spk__u32(spk__bytes *b, size_t at) {
    return (uint32_t)spk__get(b, at, 4);
}

static inline int64_t spk__i64(spk__bytes *b, size_t at) {
    return (int64_t)spk__get(b, at, 8);
}

static inline double spk__f32(spk__bytes *b, size_t at) {
    uint32_t u = spk__u32(b, at);
    float f;
    memcpy(&f, &u, sizeof f);
    return (double)f;
}

static inline double spk__f64(spk__bytes *b, size_t at) {
    uint64_t u = spk__get(b, at, 8);
    double f;
    memcpy(&f, &u, sizeof f);
    return f;
}

/* Text of a fixed-size field, without trailing blanks and zeros. */
static inline void spk__field_text(spk__bytes *b, size_t at, size_t size, char *buf, size_t room) {
    size_t n = 0;
    if (at > b->n || size > b->n - at) {
        b->past = true;
        size = 0;
    }
    while (n < size && n + 1 < room && b->p[at + n])
        n++;
    while (n && b->p[at + n - 1] == ' ')
        n--;
    if (n)
        memcpy(buf, b->p + at, n);
    buf[n] = '\0';
}

/* How numbers are stored. */
typedef enum {
    SPK__U8, SPK__I8, SPK__U16, SPK__I16, SPK__U32, SPK__I32, SPK__U64, SPK__I64, SPK__F32, SPK__F64
} spk__stored;

static inline size_t spk__stored_size(spk__stored s) {
    static const unsigned char size[] = {1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    return size[s];
}

/* n numbers from at on as doubles; the caller has checked that they are there. */
static inline void spk__convert(spk__bytes *b, size_t at, spk__stored s, size_t n, double *out) {
    size_t size = spk__stored_size(s);
    for (size_t i = 0; i < n; i++, at += size) {
        switch (s) {
        case SPK__U8: out[i] = b->p[at]; break;
        case SPK__I8: out[i] = (int8_t)b->p[at]; break;
        case SPK__U16: out[i] = spk__u16(b, at); break;
        case SPK__I16: out[i] = spk__i16(b, at); break;
        case SPK__U32: out[i] = spk__u32(b, at); break;
        case SPK__I32: out[i] = spk__i32(b, at); break;
        case SPK__U64: out[i] = (double)spk__get(b, at, 8); break;
        case SPK__I64: out[i] = (double)spk__i64(b, at); break;
        case SPK__F32: out[i] = spk__f32(b, at); break;
        case SPK__F64: out[i] = spk__f64(b, at); break;
        }
    }
}

#endif
