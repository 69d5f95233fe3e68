/* Working memory of one thread. */
#include "base/base.h"

struct spk_scratch {
    spk_ctx *ctx;
    void *buffer[SPK__SCRATCH_SLOTS];
    size_t size[SPK__SCRATCH_SLOTS];
};

spk_status spk_scratch_new(spk_ctx *ctx, spk_scratch **out) {
    spk_scratch *s = SPK__NEW(ctx, spk_scratch);
    if (!s)
        return SPK_ERR_MEMORY;
    s->ctx = ctx;
    *out = s;
    return SPK_OK;
}

void spk_scratch_free(spk_scratch *s) {
    if (!s)
        return;
    for (int i = 0; i < SPK__SCRATCH_SLOTS; i++)
        spk__free(s->ctx, s->buffer[i]);
    spk__free(s->ctx, s);
}

void *spk__scratch_get(spk_scratch *s, int slot, size_t bytes) {
    if (bytes > s->size[slot] || !s->buffer[slot]) {
        size_t wanted = bytes > SIZE_MAX / 2 ? bytes : bytes + bytes / 2 + 1024;
        void *fresh = spk__alloc(s->ctx, wanted, 1);
        if (!fresh)
            return NULL;
        spk__free(s->ctx, s->buffer[slot]);
        s->buffer[slot] = fresh;
        s->size[slot] = wanted;
    }
    return s->buffer[slot];
}
