/* Emitted C to a loaded kernel, through the system's compiler and a cache.
 *
 * A kernel's file is named by the hash of everything that makes it: the emitted text, the headers,
 * the compiler with its version, the flags. It is compiled in a folder of its own beside its place
 * and renamed there, so that two processes may do the same at once, and a killed one leaves no half
 * file.
 */
#include "model/model.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_ARGS = 32 };

/* As cmake/kernels.cmake has them. */
static const char *const common_flags[] = {
    "-std=c17",           "-O3",   "-ffp-contract=off", "-fno-math-errno",
    "-fno-trapping-math", "-fPIC", "-shared",           "-DSPK_KERNEL_SYMBOL=" SPK__KERNEL_ENTRY};
static const char *const avx2_flags[] = {"-DSPK_ISA=1", "-mavx2", "-mfma"};
static const char *const avx512_flags[] = {"-DSPK_ISA=2", "-mavx2",     "-mfma",     "-mavx512f",
                                           "-mavx512dq",  "-mavx512vl", "-mavx512bw"};
static const char *const base_flags[] = {"-DSPK_ISA=0"};

typedef struct {
    spk_ctx *ctx;
    const char *compiler;
    const char *arg[MAX_ARGS];
    size_t n_args;
    char *cache, *work; /* folders; work is inside the cache */
} build;

static void add_flags(build *b, const char *const *flags, size_t n) {
    for (size_t i = 0; i < n; i++)
        b->arg[b->n_args++] = flags[i];
}

#define ADD_FLAGS(b, list) add_flags((b), (list), sizeof(list) / sizeof *(list))

static void choose_flags(build *b, int isa, spk_precision precision) {
    b->arg[b->n_args++] = b->compiler;
    ADD_FLAGS(b, common_flags);
    if (isa == SPK_ISA_AVX512)
        ADD_FLAGS(b, avx512_flags);
    else if (isa == SPK_ISA_AVX2)
        ADD_FLAGS(b, avx2_flags);
    else
        ADD_FLAGS(b, base_flags);
    b->arg[b->n_args++] = precision == SPK_FLOAT32 ? "-DSPK_PRECISION=32" : "-DSPK_PRECISION=64";
}

static spk_status join(build *b, const char *folder, const char *name, char **out) {
    spk__str s = {.ctx = b->ctx};
    spk__str_add(&s, "%s/%s", folder, name);
    *out = s.text;
    return s.failed || !s.text ? SPK_ERR_MEMORY : SPK_OK;
}

static spk_status find_cache(build *b, const char *wanted) {
    if (wanted) {
        b->cache = spk__strdup(b->ctx, wanted);
    } else {
        char space[4096];
        struct passwd entry, *found = NULL;
        if (getpwuid_r(getuid(), &entry, space, sizeof space, &found) != 0 || !found ||
            !found->pw_dir)
            return spk__fail(b->ctx, SPK_ERR_IO, NULL, "name a folder for compiled models",
                             "this user has no home folder");
        spk_status st = join(b, found->pw_dir, ".cache/spikefit", &b->cache);
        if (st)
            return st;
    }
    return b->cache ? spk__make_folder(b->ctx, b->cache) : SPK_ERR_MEMORY;
}

static spk_status make_work(build *b) {
    spk_status st = join(b, b->cache, "build-XXXXXX", &b->work);
    if (!st && !mkdtemp(b->work)) {
        spk_loc loc = {.file = b->cache};
        st = spk__fail(b->ctx, SPK_ERR_IO, &loc, NULL,
                       "nothing can be written into this folder: %s", strerror(errno));
        spk__free(b->ctx, b->work);
        b->work = NULL;
    }
    return st;
}

static spk_status no_compiler(build *b) {
    return spk__fail(
        b->ctx, SPK_ERR_FAILED, NULL,
        "install one (Debian: apt install gcc libc6-dev); the built-in models work without",
        "compiling a model needs a C compiler, and '%s' cannot be run", b->compiler);
}

/* What the compiler says of itself, for the hash. */
static spk_status compiler_version(build *b, char **text) {
    const char *const argv[] = {b->compiler, "--version", NULL};
    char *file;
    int code;
    spk_status st = join(b, b->work, "version", &file);
    if (st)
        return st;
    st = spk__run_program(b->ctx, argv, file, &code);
    if (!st && code == 127)
        st = no_compiler(b);
    size_t length;
    if (!st)
        st = spk__read_file(b->ctx, file, 1 << 20, text, &length);
    spk__free(b->ctx, file);
    return st;
}

static spk_status hash_name(build *b, const char *c_text, const char *version, char name[80]) {
    spk__str all = {.ctx = b->ctx};
    spk__str_add(&all, "abi %d\n", SPK_KERNEL_ABI);
    spk__str_addn(&all, version, strlen(version));
    for (size_t i = 0; i < b->n_args; i++)
        spk__str_add(&all, " %s", b->arg[i]);
    for (const spk__text *t = spk__kernel_headers; t->name; t++)
        spk__str_addn(&all, t->text, strlen(t->text));
    spk__str_addn(&all, c_text, strlen(c_text));
    if (!all.failed) {
        char hex[65];
        spk__sha256_hex(all.text, all.length, hex);
        snprintf(name, 80, "%.40s.so", hex);
    }
    spk_status st = all.failed ? SPK_ERR_MEMORY : SPK_OK;
    spk__str_free(&all);
    return st;
}

static spk_status write_in(build *b, const char *name, const char *text) {
    char *path;
    spk_status st = join(b, b->work, name, &path);
    if (!st)
        st = spk__write_file_atomic(b->ctx, path, text, strlen(text));
    spk__free(b->ctx, path);
    return st;
}

/* Headers are included as <spikefit/kernel.h> too; all lie flat in the work folder. */
static spk_status write_sources(build *b, const char *c_text) {
    spk_status st = SPK_OK;
    for (const spk__text *t = spk__kernel_headers; !st && t->name; t++)
        st = write_in(b, t->name, t->text);
    return st ? st : write_in(b, "kernel.c", c_text);
}

static spk_status compile_failed(build *b, int code, const char *log) {
    char *text = NULL;
    size_t length = 0;
    if (code == 127)
        return no_compiler(b);
    if (spk__read_file(b->ctx, log, 1 << 20, &text, &length) != SPK_OK)
        text = NULL;
    spk_status st = spk__fail(b->ctx, SPK_ERR_FAILED, NULL, NULL,
                              "the C compiler '%s' failed with code %d: %.600s", b->compiler,
                              code, text ? text : "");
    spk__free(b->ctx, text);
    return st;
}

static spk_status compile(build *b, const char *c_text, const char *target) {
    char *source = NULL, *object = NULL, *log = NULL, *include = NULL;
    int code = 0;
    spk_status st = write_sources(b, c_text);
    if (!st)
        st = join(b, b->work, "kernel.c", &source);
    if (!st)
        st = join(b, b->work, "kernel.so", &object);
    if (!st)
        st = join(b, b->work, "log", &log);
    if (!st) {
        size_t n = b->n_args;
        b->arg[n++] = "-o";
        b->arg[n++] = object;
        b->arg[n++] = source;
        b->arg[n] = NULL;
        st = spk__run_program(b->ctx, b->arg, log, &code);
    }
    if (!st && code != 0)
        st = compile_failed(b, code, log);
    if (!st && rename(object, target) != 0) {
        spk_loc loc = {.file = target};
        st = spk__fail(b->ctx, SPK_ERR_IO, &loc, NULL, "the kernel cannot be written: %s",
                       strerror(errno));
    }
    spk__free(b->ctx, source);
    spk__free(b->ctx, object);
    spk__free(b->ctx, log);
    spk__free(b->ctx, include);
    return st;
}

static spk_status load(build *b, const char *path, spk__kernel_file **handle,
                       const spk_kernel **out) {
    size_t before = spk_ctx_diag_count(b->ctx);
    spk_status st = spk__kernel_load(b->ctx, path, handle, out);
    if (st == SPK_ERR_INPUT)
        spk_ctx_diag_truncate(b->ctx, before); /* damaged: compiled anew */
    return st;
}

spk_status spk__compile_kernel(spk_ctx *ctx, const spk_model_options *o, const char *c_text,
                               spk_precision precision, spk__kernel_file **handle,
                               const spk_kernel **out) {
    build b = {.ctx = ctx, .compiler = o->compiler ? o->compiler : "cc"};
    char name[80], *version = NULL, *target = NULL;
    choose_flags(&b, o->isa < 0 ? (int)spk__cpu_isa() : o->isa, precision);
    spk_status st = find_cache(&b, o->cache);
    if (!st)
        st = make_work(&b);
    if (!st)
        st = compiler_version(&b, &version);
    if (!st)
        st = hash_name(&b, c_text, version, name);
    if (!st)
        st = join(&b, b.cache, name, &target);
    if (!st &&
        (access(target, R_OK) != 0 || load(&b, target, handle, out) == SPK_ERR_INPUT || !*out)) {
        st = compile(&b, c_text, target);
        if (!st)
            st = spk__kernel_load(ctx, target, handle, out);
    }
    if (b.work)
        spk__remove_folder(ctx, b.work);
    spk__free(ctx, version);
    spk__free(ctx, target);
    spk__free(ctx, b.cache);
    spk__free(ctx, b.work);
    return st;
}
