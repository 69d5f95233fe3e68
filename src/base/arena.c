/* Memory that lives and dies together. */
#include "base/base.h"

enum { CHUNK = 64 * 1024, ALIGN = 16 };

typedef struct chunk {
    struct chunk *next;
    size_t used, size;
    _Alignas(ALIGN) unsigned char data[];
} chunk;

struct spk__arena {
    spk_ctx *ctx;
    chunk *chunks;
};

spk__arena *spk__arena_new(spk_ctx *ctx) {
    spk__arena *a = SPK__NEW(ctx, spk__arena);
    if (a)
        a->ctx = ctx;
    return a;
}

void spk__arena_free(spk__arena *a) {
    if (!a)
        return;
    for (chunk *c = a->chunks; c;) {
        chunk *next = c->next;
        spk__free(a->ctx, c);
        c = next;
    }
    spk__free(a->ctx, a);
}

void *spk__arena_alloc(spk__arena *a, size_t n, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2)
        return spk__alloc(a->ctx, n, size); /* too large: fails with the right diagnostic */
    bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->chunks || a->chunks->size - a->chunks->used < bytes) {
        size_t room = bytes > CHUNK ? bytes : CHUNK;
        chunk *c = spk__alloc(a->ctx, 1, sizeof *c + room);
        if (!c)
            return NULL;
        c->size = room;
        c->next = a->chunks;
        a->chunks = c;
    }
    void *p = a->chunks->data + a->chunks->used;
    a->chunks->used += bytes;
    return p;
}

char *spk__arena_strndup(spk__arena *a, const char *s, size_t n) {
    char *copy = spk__arena_alloc(a, n + 1, 1);
    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}
