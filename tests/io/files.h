/* Files that tests write, in the folder they run in. */
#ifndef SPK_TESTS_IO_FILES_H
#define SPK_TESTS_IO_FILES_H

#include "test.h"
#include <spikefit/io.h>

static inline bool put_file(const char *path, const void *data, size_t n) {
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(data, 1, n, f) == n;
    return f && fclose(f) == 0 && ok;
}

static inline spk_status read_path(spk_ctx *ctx, const char *path, const spk_read_options *o,
                                   spk_recording **r) {
    return spk_recording_read(ctx, &path, 1, o, r);
}

/* Reads bytes as if they were the file `path`. */
static inline spk_status read_bytes(spk_ctx *ctx, const char *path, const void *data, size_t n,
                                    const spk_read_options *o, spk_recording **r) {
    if (!put_file(path, data, n))
        return SPK_ERR_IO;
    spk_status st = read_path(ctx, path, o, r);
    remove(path);
    return st;
}

/* Path of shared data file i of a printf pattern, or NULL. */
static inline const char *data_path_n(const char *pattern, int i) {
    char name[256];
    snprintf(name, sizeof name, pattern, i);
    return data_path(name);
}

#endif
