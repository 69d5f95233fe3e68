/* Choosing a format, reading several files into one recording. */
#include "io/io.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sha256.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPK_ENTRY(name) extern const spk__format spk__format_##name;
#include "io/registry.def"
#undef SPK_ENTRY

static const spk__format *const formats[] = {
#define SPK_ENTRY(name) &spk__format_##name,
#include "io/registry.def"
#undef SPK_ENTRY
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

size_t spk_format_count(void) {
    return N_FORMATS;
}

const spk_format *spk_format_at(size_t i) {
    return &formats[i]->info;
}

static const spk__format *find(const char *name) {
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i]->info.name, name) == 0)
            return formats[i];
    return NULL;
}

const spk_format *spk_format_find(const char *name) {
    const spk__format *f = find(name);
    return f ? &f->info : NULL;
}

static spk_status unknown_format(spk_ctx *ctx, const char *name) {
    const char *names[N_FORMATS];
    spk__str hint = {.ctx = ctx};
    for (size_t i = 0; i < N_FORMATS; i++)
        names[i] = formats[i]->info.name;
    const char *near = spk_nearest(name, names, N_FORMATS);
    if (near)
        spk__str_add(&hint, "did you mean %s?", near);
    else
        for (size_t i = 0; i < N_FORMATS; i++)
            spk__str_add(&hint, "%s%s", i ? ", " : "there are ", names[i]);
    spk_status st = hint.failed
                        ? SPK_ERR_MEMORY
                        : spk__fail(ctx, SPK_ERR_USAGE, NULL, hint.text, "no format %s", name);
    spk__str_free(&hint);
    return st;
}

/* ---- looking at a file ---- */

static spk_status file_error(spk_ctx *ctx, const char *path) {
    return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "cannot read: %s",
                     strerror(errno));
}

static spk_status read_head(spk_ctx *ctx, const char *path, unsigned char *head, spk__probe *p) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file_error(ctx, path);
    struct stat info;
    spk_status st = SPK_OK;
    p->n = 0;
    if (fstat(fd, &info) != 0)
        st = file_error(ctx, path);
    else if (S_ISDIR(info.st_mode))
        st = spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "is a folder, not a file");
    while (!st && p->n < SPK__HEAD) {
        ssize_t n = read(fd, head + p->n, SPK__HEAD - p->n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = file_error(ctx, path);
        if (n <= 0)
            break;
        p->n += (size_t)n;
    }
    close(fd);
    p->path = path;
    p->head = head;
    p->size = info.st_size > 0 ? (uint64_t)info.st_size : p->n;
    if (!st && !p->n)
        st = spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path, .line = 1, .column = 1}, NULL,
                       "the file is empty");
    return st;
}

static spk_status detect(spk_ctx *ctx, const char *path, const spk_read_options *options,
                         const spk__format **out) {
    unsigned char *head = SPK__ARRAY(ctx, SPK__HEAD, unsigned char);
    if (!head)
        return SPK_ERR_MEMORY;
    spk__probe p = {.options = options};
    spk_status st = read_head(ctx, path, head, &p);
    const spk__format *best = NULL;
    int surest = 0;
    for (size_t i = 0; i < N_FORMATS && !st; i++) {
        size_t said = spk_ctx_diag_count(ctx);
        int sure = formats[i]->probe(ctx, &p);
        if (sure < 0)
            st = SPK_ERR_MEMORY;
        else
            spk_ctx_diag_truncate(ctx, said);
        if (sure > surest) {
            surest = sure;
            best = formats[i];
        }
    }
    spk__free(ctx, head);
    if (!st && options->format && !(best = find(options->format)))
        st = unknown_format(ctx, options->format);
    if (!st && !best)
        st = spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                       "`spikefit list formats` names those that can be read",
                       "no known format of recording");
    if (!st)
        *out = best;
    return st;
}

spk_status spk_format_detect(spk_ctx *ctx, const char *path, const spk_format **out) {
    spk_read_options options = SPK_READ_OPTIONS_INIT;
    const spk__format *f = NULL;
    spk_status st = detect(ctx, path, &options, &f);
    if (!st)
        *out = &f->info;
    return st;
}

/* SHA-256 of a file in pieces: event files may be larger than memory. */
static spk_status hash_file(spk_ctx *ctx, const char *path, char hex[65]) {
    unsigned char *buf = SPK__ARRAY(ctx, SPK__HEAD, unsigned char);
    if (!buf)
        return SPK_ERR_MEMORY;
    FILE *f = fopen(path, "rbe");
    SHA2_CTX sha;
    SHA256Init(&sha);
    size_t n = 0;
    while (f && (n = fread(buf, 1, SPK__HEAD, f)) > 0)
        SHA256Update(&sha, buf, n);
    spk_status st = !f || ferror(f) ? file_error(ctx, path) : SPK_OK;
    if (f)
        fclose(f);
    spk__free(ctx, buf);
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256Final(digest, &sha);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return st;
}

/* ---- reading ---- */

static spk_status apply_settings(spk_ctx *ctx, const spk__format *f, const spk_read_options *o,
                                 spk_opts *opts) {
    spk_opts_default(f->info.options, opts);
    static const spk_opt none[] = {{.name = NULL}};
    spk_status st = SPK_OK;
    for (size_t i = 0; i < o->n_settings && !st; i++) {
        const spk_setting *t = &o->settings[i];
        if (!spk__read_option_is_general(t->name))
            st = spk_opts_set_at(ctx, f->info.options ? f->info.options : none, f->info.name,
                                 t->name, t->value, &t->name_loc, &t->value_loc, opts);
    }
    return st;
}

static spk_status read_one(spk__reader *in, const char *path) {
    const spk__format *f = NULL;
    spk_status st = detect(in->ctx, path, in->options, &f);
    if (!st)
        st = apply_settings(in->ctx, f, in->options, &in->opts);
    if (st)
        return st;
    in->path = path;
    in->first = spk__builder_count(in->builder);
    st = f->read(in);
    if (!st && spk__builder_count(in->builder) == in->first)
        st = spk__fail(in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = path}, NULL,
                       "there is no sweep in it");
    return st;
}

/* A current and a voltage may come in files of their own. */
static spk_status join_halves(spk__reader *in, const size_t *ends, size_t n) {
    size_t joined = 0;
    spk_status st = spk__builder_pair(in->builder, ends, n, &joined);
    if (!st && joined)
        spk__note(in->ctx, &(spk_loc){.file = in->path}, NULL,
                  "%zu currents and voltages from separate files were joined to sweeps", joined);
    return st;
}

static spk_status read_all(spk__reader *in, const char *const *paths, size_t n, spk__str *source,
                           spk__str *hash, size_t *ends) {
    for (size_t i = 0; i < n; i++) {
        char hex[65];
        spk_status st = read_one(in, paths[i]);
        if (!st)
            st = hash_file(in->ctx, paths[i], hex);
        if (st)
            return st;
        spk__str_add(source, "%s%s", i ? ", " : "", paths[i]);
        spk__str_add(hash, "%s", hex);
        ends[i] = spk__builder_count(in->builder);
    }
    return source->failed || hash->failed ? SPK_ERR_MEMORY : join_halves(in, ends, n);
}

spk_status spk_recording_read(spk_ctx *ctx, const char *const *paths, size_t n,
                              const spk_read_options *options, spk_recording **out) {
    const spk_read_options defaults = SPK_READ_OPTIONS_INIT;
    if (!n)
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "no file to read");
    spk__reader in = {.ctx = ctx, .options = options ? options : &defaults, .alone = n == 1};
    spk__str source = {.ctx = ctx}, hash = {.ctx = ctx};
    spk_status st = spk__builder_new(ctx, &in.builder);
    size_t *ends = st ? NULL : SPK__ARRAY(ctx, n, size_t);
    if (!st)
        st = ends ? read_all(&in, paths, n, &source, &hash, ends) : SPK_ERR_MEMORY;
    spk__free(ctx, ends);
    char hex[65];
    if (!st) {
        snprintf(hex, sizeof hex, "%s", n == 1 ? hash.text : "");
        if (n > 1)
            spk__sha256_hex(hash.text, hash.length, hex);
        st = spk__builder_finish(in.builder, &in.options->detection, source.text, hex, out);
    }
    spk__builder_free(in.builder);
    spk__str_free(&source);
    spk__str_free(&hash);
    return st;
}

/* ---- writing ---- */

static bool has_extension(const char *list, const char *extension) {
    size_t n = strlen(extension);
    for (const char *p = list; *p;) {
        size_t k = strcspn(p, " ");
        if (k == n && strncasecmp(p, extension, n) == 0)
            return true;
        p += k;
        p += strspn(p, " ");
    }
    return false;
}

spk_status spk_recording_write(spk_ctx *ctx, const spk_recording *r, const char *path,
                               const char *format) {
    const spk__format *f = NULL;
    if (format) {
        f = find(format);
        if (!f)
            return unknown_format(ctx, format);
        if (!f->write)
            return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "format %s can only be read", format);
        return f->write(ctx, r, path);
    }
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; i < N_FORMATS && !f && dot; i++)
        if (formats[i]->write && has_extension(formats[i]->info.extensions, dot + 1))
            f = formats[i];
    if (!f)
        return spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = path},
                         "name the format, or end the path in .csv",
                         "the extension says no format that can be written");
    return f->write(ctx, r, path);
}

const char *spk__stem(const char *path, char *buf) {
    const char *slash = strrchr(path, '/');
    snprintf(buf, 128, "%s", slash ? slash + 1 : path);
    char *dot = strrchr(buf, '.');
    if (dot && dot != buf)
        *dot = '\0';
    return buf;
}
