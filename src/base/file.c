/* Whole files in, whole files out. */
#include "base/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static spk_status io_error(spk_ctx *ctx, const char *path, const char *what) {
    return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "cannot %s: %s", what,
                     strerror(errno));
}

static spk_status read_all(spk_ctx *ctx, int fd, const char *path, size_t max_size, spk__str *out) {
    char buf[65536];
    for (;;) {
        ssize_t n = read(fd, buf, sizeof buf);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_error(ctx, path, "read");
        spk__str_addn(out, buf, (size_t)n);
        if (out->failed)
            return SPK_ERR_MEMORY;
        if (n == 0)
            return SPK_OK;
        if (out->length > max_size)
            return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path}, NULL,
                             "the file is larger than %zu bytes", max_size);
    }
}

spk_status spk__read_file(spk_ctx *ctx, const char *path, size_t max_size, char **text,
                          size_t *length) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return io_error(ctx, path, "open");
    struct stat info;
    spk_status st = SPK_OK;
    spk__str s = {.ctx = ctx};
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
        st = spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "is a folder, not a file");
    if (!st)
        st = read_all(ctx, fd, path, max_size ? max_size : (size_t)4 << 30, &s);
    close(fd);
    if (st) {
        spk__str_free(&s);
        return st;
    }
    *text = s.text;
    *length = s.length;
    return SPK_OK;
}

static int sync_folder(const char *path) {
    char folder[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof folder)
        return -1;
    memcpy(folder, path, n);
    folder[n] = '\0';
    int fd = open(slash ? (n ? folder : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int r = fsync(fd);
    close(fd);
    return r;
}

static int write_bytes(int fd, const char *p, size_t n) {
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        p += k;
        n -= (size_t)k;
    }
    return 0;
}

/* A device or a pipe takes the bytes as they come: a file renamed over it would take its place. */
static spk_status write_stream(spk_ctx *ctx, const char *path, const void *data, size_t length) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return io_error(ctx, path, "open");
    spk_status st = write_bytes(fd, data, length) ? io_error(ctx, path, "write") : SPK_OK;
    close(fd);
    return st;
}

static spk_status replace_file(spk_ctx *ctx, const char *path, const char *tmp, const void *data,
                               size_t length) {
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return io_error(ctx, path, "create");
    spk_status st = SPK_OK;
    bool bad = write_bytes(fd, data, length) || fsync(fd) != 0;
    if (bad)
        st = io_error(ctx, path, "write");
    if (close(fd) != 0 && !st)
        st = io_error(ctx, path, "write");
    if (!st && rename(tmp, path) != 0)
        st = io_error(ctx, path, "replace");
    if (st)
        unlink(tmp);
    else
        sync_folder(path); /* a file system that cannot sync a folder is no failure */
    return st;
}

spk_status spk__write_file_atomic(spk_ctx *ctx, const char *path, const void *data, size_t length) {
    struct stat info;
    bool there = stat(path, &info) == 0;
    if (there && S_ISDIR(info.st_mode))
        return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "is a folder, not a file");
    if (there && !S_ISREG(info.st_mode))
        return write_stream(ctx, path, data, length);
    char *target = there ? realpath(path, NULL) : NULL; /* behind a link, the file that it names */
    spk__str tmp = {.ctx = ctx};
    spk__str_add(&tmp, "%s.%ld.tmp", target ? target : path, (long)getpid());
    spk_status st = tmp.failed ? SPK_ERR_MEMORY
                               : replace_file(ctx, target ? target : path, tmp.text, data, length);
    spk__str_free(&tmp);
    free(target);
    return st;
}
