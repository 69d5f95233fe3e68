/* Unpacking deflate streams whose announced size is not believed. */
#ifndef SPK_IO_INFLATE_H
#define SPK_IO_INFLATE_H

#include "base/base.h"

/* Unpacks [data, data + n): raw deflate, or with zlib's frame. At most `limit` bytes come out (ERR_INPUT
 * beyond); memory grows with what does come. *out is freed by spk__free. */
spk_status spk__inflate(spk_ctx *ctx, const char *path, const unsigned char *data, size_t n, bool raw,
                        size_t limit, unsigned char **out, size_t *length);

#endif
