/* A network study found again: by what it is, and from another folder than the one it was read in.
 */
#include "netstudy/sonata.h"

#include <stdlib.h>

spk_status spk_netstudy_recognise_text(spk_ctx *ctx, const char *path, const char *text,
                                       size_t length, bool *is_network) {
    spk__arena *arena = spk__arena_new(ctx);
    spk__node *root = NULL;
    spk_status st = arena ? spk__yaml_parse(ctx, arena, path, text, length, &root) : SPK_ERR_MEMORY;
    if (!st)
        *is_network = spk__node_find(root, "populations") || spk__node_find(root, "network") ||
                      spk__sonata_recognise(root);
    spk__arena_free(arena);
    return st;
}

spk_status spk_netstudy_recognise(spk_ctx *ctx, const char *path, bool *is_network) {
    char *text;
    size_t length;
    spk_status st = spk__read_file(ctx, path, 1 << 26, &text, &length);
    if (st)
        return st;
    st = spk_netstudy_recognise_text(ctx, path, text, length, is_network);
    spk__free(ctx, text);
    return st;
}

spk_status spk_netstudy_locate(spk_ctx *ctx, const char *path, const char *text, size_t length,
                               const char *folder, spk_netstudy **out) {
    enum { FOLDERS_UP = 6 };
    size_t mark = spk_ctx_diag_count(ctx);
    spk_status st = spk_netstudy_parse(ctx, path, text, length, out);
    if (st != SPK_ERR_IO || path[0] == '/')
        return st;
    char *base = realpath(folder, NULL), *slash;
    for (int up = 0; base && st == SPK_ERR_IO && up < FOLDERS_UP; up++) {
        if (!(slash = strrchr(base, '/')))
            break;
        *slash = '\0';
        spk__str moved = {.ctx = ctx};
        spk__str_add(&moved, "%s/%s", base, path);
        spk_ctx_diag_truncate(ctx, mark);
        st = moved.failed ? SPK_ERR_MEMORY : spk_netstudy_parse(ctx, moved.text, text, length, out);
        spk__str_free(&moved);
    }
    free(base);
    if (st == SPK_ERR_IO) { /* told as the run named it */
        spk_ctx_diag_truncate(ctx, mark);
        st = spk_netstudy_parse(ctx, path, text, length, out);
    }
    return st;
}
