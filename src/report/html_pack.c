/* Numbers for the page: quantised, differenced, compressed, in base64. */
#include "report/html.h"

#include <math.h>
#include <zlib.h>

static void add_base64(spk__str *s, const unsigned char *b, size_t n) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char out[4096];
    size_t m = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t word = (uint32_t)b[i] << 16 | (have > 1 ? (uint32_t)b[i + 1] << 8 : 0) |
                        (have > 2 ? b[i + 2] : 0);
        out[m++] = digit[word >> 18];
        out[m++] = digit[word >> 12 & 63];
        out[m++] = have > 1 ? digit[word >> 6 & 63] : '=';
        out[m++] = have > 2 ? digit[word & 63] : '=';
        if (m == sizeof out) {
            spk__str_addn(s, out, m);
            m = 0;
        }
    }
    spk__str_addn(s, out, m);
}

void spk__packer_free(spk__packer *p) {
    spk__str_free(&p->blocks);
    spk__free(p->ctx, p->hash);
    *p = (spk__packer){.ctx = p->ctx};
}

static voidpf zlib_alloc(voidpf ctx, uInt n, uInt size) {
    return spk__alloc(ctx, n, size);
}
static void zlib_free(voidpf ctx, voidpf p) {
    spk__free(ctx, p);
}

/* Compresses a block and adds its element. */
static spk_status add_block(spk__packer *p, const unsigned char *bytes, size_t n) {
    z_stream z = {.zalloc = zlib_alloc, .zfree = zlib_free, .opaque = p->ctx};
    if (deflateInit(&z, 6) != Z_OK)
        return SPK_ERR_MEMORY;
    if (p->json)
        spk__str_add(&p->blocks, p->n ? ",\"" : "\"");
    else
        spk__str_add(&p->blocks, "<script type=\"text/plain\" id=\"p%zu\">", p->n);
    /* A multiple of three, so that base64 goes on without padding. */
    unsigned char out[3 * 4096];
    size_t at = 0;
    int state = Z_OK;
    z.next_out = out;
    z.avail_out = sizeof out;
    while (state != Z_STREAM_END) {
        if (z.avail_in == 0 && at < n) {
            size_t chunk = n - at < 1u << 30 ? n - at : 1u << 30;
            z.next_in = (unsigned char *)bytes + at;
            z.avail_in = (uInt)chunk;
            at += chunk;
        }
        state = deflate(&z, at == n ? Z_FINISH : Z_NO_FLUSH);
        if (z.avail_out == 0 || state == Z_STREAM_END) {
            add_base64(&p->blocks, out, sizeof out - z.avail_out);
            z.next_out = out;
            z.avail_out = sizeof out;
        }
    }
    deflateEnd(&z);
    spk__str_add(&p->blocks, p->json ? "\"" : "</script>\n");
    return p->blocks.failed ? SPK_ERR_MEMORY : SPK_OK;
}

/* The number of the block with these bytes, which may be there already. */
static spk_status find_block(spk__packer *p, const unsigned char *bytes, size_t n, size_t *index) {
    uint64_t hash = spk__hash(bytes, n, 1469598103934665603u ^ n);
    for (size_t i = 0; i < p->n; i++)
        if (p->hash[i] == hash) {
            *index = i;
            return SPK_OK;
        }
    if (!spk__grow(p->ctx, &p->hash, p->n, &p->capacity, sizeof *p->hash))
        return SPK_ERR_MEMORY;
    spk_status st = add_block(p, bytes, n);
    if (!st) {
        p->hash[p->n] = hash;
        *index = p->n++;
    }
    return st;
}

enum { GAP = -32768, HIGHEST = 32767 };

spk_status spk__pack_trace(spk__packer *p, spk__str *s, const spk_trace *t, double resolution) {
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = 0; i < t->n; i++)
        if (isfinite(t->value[i])) {
            lo = fmin(lo, t->value[i]);
            hi = fmax(hi, t->value[i]);
        }
    if (!(lo <= hi))
        lo = hi = 0;
    double step = (hi - lo) / (2 * HIGHEST);
    if (step < resolution)
        step = resolution;
    if (!(step > 0) || !isfinite(step))
        step = 1;
    double offset = lo + HIGHEST * step; /* code -32767 is lo */
    unsigned char *bytes = SPK__ARRAY(p->ctx, 2 * t->n, unsigned char);
    if (!bytes)
        return SPK_ERR_MEMORY;
    int32_t before = 0;
    for (size_t i = 0; i < t->n; i++) {
        int32_t code = GAP;
        if (isfinite(t->value[i]))
            code = (int32_t)lround((t->value[i] - offset) / step);
        uint16_t change = (uint16_t)(code - before);
        bytes[i] = (unsigned char)(change & 0xff);
        bytes[t->n + i] = (unsigned char)(change >> 8);
        before = code;
    }
    size_t index = 0;
    spk_status st = find_block(p, bytes, 2 * t->n, &index);
    spk__free(p->ctx, bytes);
    if (st)
        return st;
    spk__str_add(s, "{\"block\":%zu,\"n\":%zu,\"start\":", index, t->n);
    spk__json_number(s, t->start_ms);
    spk__str_add(s, ",\"dt\":");
    spk__json_number(s, t->dt_ms);
    spk__str_add(s, ",\"offset\":");
    spk__json_number(s, offset);
    spk__str_add(s, ",\"step\":");
    spk__json_number(s, step);
    spk__str_add(s, "}");
    return SPK_OK;
}

spk_status spk__pack_floats(spk__packer *p, spk__str *s, const float *v, size_t n) {
    unsigned char *bytes = SPK__ARRAY(p->ctx, 4 * n, unsigned char);
    if (!bytes)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        uint32_t word;
        memcpy(&word, &v[i], 4);
        for (size_t k = 0; k < 4; k++)
            bytes[4 * i + k] = (unsigned char)(word >> 8 * k);
    }
    size_t index = 0;
    spk_status st = find_block(p, bytes, 4 * n, &index);
    spk__free(p->ctx, bytes);
    if (!st)
        spk__str_add(s, "{\"block\":%zu,\"n\":%zu}", index, n);
    return st;
}
