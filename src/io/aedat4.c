/* AEDAT 4: packets of flatbuffers, each compressed by LZ4 or Zstandard (or not at all). Of a flatbuffer only
 * what is needed is read: a table's fields by number, a vector of structures. */
#include "io/aedat.h"
#include "io/bytes.h"

#include <lz4frame.h>
#include <zstd.h>

enum { NONE, LZ4, LZ4_HIGH, ZSTD, ZSTD_HIGH };
/* A packet holds some 10 ms of events: 16 bytes each. */
enum { MAX_PACKET = 1 << 28 };

typedef struct {
    spk__aedat *a;
    int32_t compression;
    unsigned char *packed, *plain;
    size_t packed_room, plain_room, plain_size;
    LZ4F_dctx *lz4;
    ZSTD_DStream *zstd;
} reader;

/* ---- flatbuffers ---- */

/* The position of a table's field, or 0. Offsets outside the buffer set b->past. */
static size_t field(spk__bytes *b, size_t table, unsigned number) {
    int64_t at = (int64_t)table - spk__i32(b, table);
    if (at < 0 || (uint64_t)at > b->n) {
        b->past = true;
        return 0;
    }
    size_t vtable = (size_t)at, slot = 4 + 2 * (size_t)number;
    if (slot + 2 > spk__u16(b, vtable))
        return 0;
    size_t offset = spk__u16(b, vtable + slot);
    return offset ? table + offset : 0;
}

static size_t indirect(spk__bytes *b, size_t at) {
    return at + spk__u32(b, at);
}

/* ---- unpacking ---- */

static spk_status room(spk_ctx *ctx, unsigned char **buf, size_t *capacity, size_t n) {
    if (n <= *capacity)
        return SPK_OK;
    size_t wanted = *capacity ? *capacity : 65536;
    while (wanted < n)
        wanted *= 2;
    unsigned char *grown = spk__realloc(ctx, *buf, wanted, 1);
    if (!grown)
        return SPK_ERR_MEMORY;
    *buf = grown;
    *capacity = wanted;
    return SPK_OK;
}

static const char bad_packet[] = "a packet does not unpack";

static spk_status unpack_lz4(reader *r, size_t n) {
    size_t at = 0, hint = 1;
    if (!r->lz4 && LZ4F_isError(LZ4F_createDecompressionContext(&r->lz4, LZ4F_VERSION)))
        return SPK_ERR_MEMORY;
    LZ4F_resetDecompressionContext(r->lz4);
    while (hint && at < n) {
        spk_status st = room(r->a->ctx, &r->plain, &r->plain_room, r->plain_size + 65536);
        if (st)
            return st;
        size_t got = r->plain_room - r->plain_size, used = n - at;
        hint = LZ4F_decompress(r->lz4, r->plain + r->plain_size, &got, r->packed + at, &used, NULL);
        if (LZ4F_isError(hint) || (!got && !used))
            return spk__aedat_fail(r->a, "the file is damaged", bad_packet);
        at += used;
        r->plain_size += got;
        if (r->plain_size > MAX_PACKET)
            return spk__aedat_fail(r->a, "the file is damaged", "a packet is larger than 256 MB");
    }
    return hint ? spk__aedat_fail(r->a, "the file is damaged", bad_packet) : SPK_OK;
}

static spk_status unpack_zstd(reader *r, size_t n) {
    if (!r->zstd && !(r->zstd = ZSTD_createDStream()))
        return SPK_ERR_MEMORY;
    ZSTD_initDStream(r->zstd);
    ZSTD_inBuffer in = {r->packed, n, 0};
    size_t hint = 1;
    while (hint && in.pos < in.size) {
        spk_status st = room(r->a->ctx, &r->plain, &r->plain_room, r->plain_size + 65536);
        if (st)
            return st;
        ZSTD_outBuffer out = {r->plain, r->plain_room, r->plain_size};
        hint = ZSTD_decompressStream(r->zstd, &out, &in);
        if (ZSTD_isError(hint))
            return spk__aedat_fail(r->a, "the file is damaged", bad_packet);
        r->plain_size = out.pos;
        if (r->plain_size > MAX_PACKET)
            return spk__aedat_fail(r->a, "the file is damaged", "a packet is larger than 256 MB");
    }
    /* What is still in the decoder when the input is used up. */
    while (hint) {
        spk_status st = room(r->a->ctx, &r->plain, &r->plain_room, r->plain_size + 65536);
        if (st)
            return st;
        ZSTD_outBuffer out = {r->plain, r->plain_room, r->plain_size};
        hint = ZSTD_decompressStream(r->zstd, &out, &in);
        if (ZSTD_isError(hint) || out.pos == r->plain_size || out.pos > MAX_PACKET)
            return spk__aedat_fail(r->a, "the file is damaged", bad_packet);
        r->plain_size = out.pos;
    }
    return SPK_OK;
}

static spk_status unpack(reader *r, size_t n) {
    r->plain_size = 0;
    if (r->compression == LZ4 || r->compression == LZ4_HIGH)
        return unpack_lz4(r, n);
    if (r->compression == ZSTD || r->compression == ZSTD_HIGH)
        return unpack_zstd(r, n);
    spk_status st = room(r->a->ctx, &r->plain, &r->plain_room, n);
    if (!st && n)
        memcpy(r->plain, r->packed, n);
    r->plain_size = n;
    return st;
}

/* ---- packets ---- */

static spk_status read_events(reader *r, spk__bytes *b) {
    enum { EVENT = 16 };
    size_t table = indirect(b, 4), at = b->past ? 0 : field(b, table, 0);
    if (!at && !b->past)
        return SPK_OK;
    size_t vector = b->past ? 0 : indirect(b, at), n = b->past ? 0 : spk__u32(b, vector);
    if (b->past || n > (b->n - vector - 4) / EVENT)
        return spk__aedat_fail(r->a, "the file is damaged", "a packet claims more events than it holds");
    for (size_t i = 0, p = vector + 4; i < n; i++, p += EVENT) {
        spk_status st = spk__aedat_event(r->a, spk__i64(b, p), spk__u16(b, p + 8),
                                         spk__u16(b, p + 10), b->p[p + 12] != 0);
        if (st)
            return st;
    }
    return SPK_OK;
}

static spk_status read_packet(reader *r, size_t n) {
    spk_status st = room(r->a->ctx, &r->packed, &r->packed_room, n);
    if (!st)
        st = spk__aedat_bytes(r->a, r->packed, n);
    if (!st)
        st = unpack(r, n);
    if (st)
        return st;
    spk__bytes b = {.p = r->plain, .n = r->plain_size};
    char kind[5];
    spk__field_text(&b, 8, 4, kind, sizeof kind);
    if (b.past)
        return spk__aedat_fail(r->a, "the file is damaged", "a packet is too short");
    if (strcmp(kind, "EVTS") == 0)
        return read_events(r, &b);
    r->a->sum->n_frames += strcmp(kind, "FRME") == 0;
    r->a->sum->n_imu += strcmp(kind, "IMUS") == 0;
    r->a->sum->n_other += strcmp(kind, "FRME") != 0 && strcmp(kind, "IMUS") != 0;
    return SPK_OK;
}

/* The header: how packets are compressed, and where the index behind them begins (below 0: nowhere). */
static spk_status read_header(reader *r, uint64_t *end) {
    unsigned char raw[4];
    spk__bytes b = {.p = raw, .n = sizeof raw};
    spk_status st = spk__aedat_bytes(r->a, raw, sizeof raw);
    size_t n = st ? 0 : spk__u32(&b, 0);
    if (!st && (n < 8 || n > r->a->size - r->a->at || n > MAX_PACKET))
        st = spk__aedat_fail(r->a, "the file is cut short or damaged", "the header has no sensible size");
    if (!st)
        st = room(r->a->ctx, &r->packed, &r->packed_room, n);
    if (!st)
        st = spk__aedat_bytes(r->a, r->packed, n);
    if (st)
        return st;
    b = (spk__bytes){.p = r->packed, .n = n};
    size_t table = indirect(&b, 0), at;
    r->compression = NONE;
    *end = r->a->size;
    if (!b.past && (at = field(&b, table, 0)))
        r->compression = spk__i32(&b, at);
    if (!b.past && (at = field(&b, table, 1))) {
        int64_t index = spk__i64(&b, at);
        if (index > 0 && (uint64_t)index < *end)
            *end = (uint64_t)index;
    }
    if (b.past || memcmp(b.p + 4, "IOHE", 4) != 0)
        return spk__aedat_fail(r->a, "the file is damaged", "the header cannot be read");
    if (r->compression < NONE || r->compression > ZSTD_HIGH)
        return spk__aedat_fail(r->a, NULL, "the packets are compressed in an unknown way");
    return SPK_OK;
}

spk_status spk__aedat4_read(spk__aedat *a) {
    reader r = {.a = a};
    uint64_t end = 0;
    spk_status st = read_header(&r, &end);
    while (!st && a->at < end) {
        unsigned char raw[8];
        spk__bytes b = {.p = raw, .n = sizeof raw};
        st = spk__aedat_bytes(a, raw, sizeof raw);
        int64_t n = spk__i32(&b, 4);
        if (!st && (n <= 0 || (uint64_t)n > a->size - a->at || n > MAX_PACKET))
            st = spk__aedat_fail(a, "the file is cut short or damaged", "a packet of impossible size");
        if (!st)
            st = read_packet(&r, (size_t)n);
    }
    if (r.lz4)
        LZ4F_freeDecompressionContext(r.lz4);
    ZSTD_freeDStream(r.zstd);
    spk__free(a->ctx, r.packed);
    spk__free(a->ctx, r.plain);
    return st;
}
