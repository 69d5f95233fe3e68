/* Deflate, by zlib. */
#include "io/inflate.h"

#include <zlib.h>

static void *zlib_alloc(void *ctx, unsigned n, unsigned size) {
    return spk__alloc(ctx, n, size);
}

static void zlib_free(void *ctx, void *p) {
    spk__free(ctx, p);
}

static spk_status unpack(spk_ctx *ctx, const char *path, z_stream *z, size_t left, size_t limit,
                         spk__str *out) {
    unsigned char chunk[16384];
    int status = Z_OK;
    while (status == Z_OK) {
        if (!z->avail_in && left) {
            z->avail_in = left > 1u << 30 ? 1u << 30 : (unsigned)left;
            left -= z->avail_in;
        }
        z->next_out = chunk;
        z->avail_out = sizeof chunk;
        status = inflate(z, Z_NO_FLUSH);
        if (status == Z_MEM_ERROR)
            return SPK_ERR_MEMORY;
        size_t got = sizeof chunk - z->avail_out;
        if (got > limit - out->length)
            return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path}, "the file is damaged",
                             "a compressed part is longer than it says, %zu bytes", limit);
        spk__str_addn(out, (const char *)chunk, got);
        if (out->failed)
            return SPK_ERR_MEMORY;
    }
    if (status != Z_STREAM_END)
        return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                         "the file is cut short or damaged", "a compressed part does not unpack");
    return SPK_OK;
}

spk_status spk__inflate(spk_ctx *ctx, const char *path, const unsigned char *data, size_t n, bool raw,
                        size_t limit, unsigned char **out, size_t *length) {
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = ctx,
                  .next_in = (unsigned char *)(uintptr_t)data};
    spk__str s = {.ctx = ctx};
    if (inflateInit2(&z, raw ? -15 : 15) != Z_OK)
        return SPK_ERR_MEMORY;
    spk_status st = unpack(ctx, path, &z, n, limit, &s);
    inflateEnd(&z);
    if (!st && !s.text)
        spk__str_addn(&s, "", 0);
    if (!st && s.failed)
        st = SPK_ERR_MEMORY;
    if (st) {
        spk__str_free(&s);
        return st;
    }
    *out = (unsigned char *)s.text;
    *length = s.length;
    return SPK_OK;
}
