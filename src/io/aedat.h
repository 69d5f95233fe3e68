/* What the versions of AEDAT share. */
#ifndef SPK_IO_AEDAT_H
#define SPK_IO_AEDAT_H

#include "io/io.h"
#include <stdio.h>

enum { SPK__BATCH = 4096 };

typedef struct {
    spk_ctx *ctx;
    const char *path;
    FILE *file;
    uint64_t size, at; /* of the file; bytes read of it */
    spk_event_fn *fn;
    void *arg;
    spk_event_summary *sum;
    spk_event batch[SPK__BATCH];
    size_t n;
    int64_t last_us;
    bool davis; /* addresses of a DAVIS, not of a DVS128 */
} spk__aedat;

/* Counts an event and hands out full batches. */
spk_status spk__aedat_event(spk__aedat *a, int64_t t_us, uint32_t x, uint32_t y, bool on);
/* Exactly n bytes, or ERR_INPUT. */
spk_status spk__aedat_bytes(spk__aedat *a, void *buf, size_t n);
spk_status spk__aedat_fail(const spk__aedat *a, const char *hint, const char *what);
/* Version 4, behind its first line. */
spk_status spk__aedat4_read(spk__aedat *a);

#endif
