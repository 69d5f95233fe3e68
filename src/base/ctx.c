/* The context: allocator, diagnostics, cancellation. */
#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_DIAGS = 200 };

typedef struct source {
    struct source *next;
    char *file, *text;
    size_t length;
} source;

struct spk_ctx {
    spk_allocator allocator;
    pthread_mutex_t lock;
    atomic_bool cancelled;
    spk_diag diags[MAX_DIAGS];
    size_t n_diags, dropped;
    source *sources;
};

static void *default_realloc(void *user, void *ptr, size_t size) {
    (void)user;
    return realloc(ptr, size);
}

static void default_free(void *user, void *ptr) {
    (void)user;
    free(ptr);
}

const char *spk_status_name(spk_status st) {
    switch (st) {
#define SPK_CASE(name, code, text)                                                                 \
    case SPK_##name:                                                                               \
        return #name;
        SPK_STATUS_LIST(SPK_CASE)
#undef SPK_CASE
    }
    return "unknown";
}

const char *spk_status_text(spk_status st) {
    static const char *const texts[] = {
#define SPK_TEXT(name, code, text) text,
        SPK_STATUS_LIST(SPK_TEXT)
#undef SPK_TEXT
    };
    return (size_t)st < sizeof texts / sizeof *texts ? texts[st] : "unknown status";
}

int spk_status_exit_code(spk_status st) {
    static const int codes[] = {
#define SPK_CODE(name, code, text) code,
        SPK_STATUS_LIST(SPK_CODE)
#undef SPK_CODE
    };
    return (size_t)st < sizeof codes / sizeof *codes ? codes[st] : 5;
}

spk_ctx *spk_ctx_new(const spk_allocator *allocator) {
    spk_allocator a = {default_realloc, default_free, NULL};
    if (allocator)
        a = *allocator;
    spk_ctx *ctx = a.realloc(a.user, NULL, sizeof *ctx);
    if (!ctx)
        return NULL;
    memset(ctx, 0, sizeof *ctx);
    ctx->allocator = a;
    pthread_mutex_init(&ctx->lock, NULL);
    return ctx;
}

static void diag_clear(spk_ctx *ctx, spk_diag *d) {
    spk__free(ctx, (void *)(uintptr_t)d->loc.file);
    spk__free(ctx, d->message);
    spk__free(ctx, d->source_line);
    spk__free(ctx, d->hint);
    memset(d, 0, sizeof *d);
}

void spk_ctx_free(spk_ctx *ctx) {
    if (!ctx)
        return;
    spk_ctx_diag_clear(ctx);
    for (source *s = ctx->sources; s;) {
        source *next = s->next;
        spk__free(ctx, s->file);
        spk__free(ctx, s->text);
        spk__free(ctx, s);
        s = next;
    }
    pthread_mutex_destroy(&ctx->lock);
    spk_allocator a = ctx->allocator;
    a.free(a.user, ctx);
}

size_t spk_ctx_diag_count(const spk_ctx *ctx) {
    return ctx->n_diags;
}

const spk_diag *spk_ctx_diag(const spk_ctx *ctx, size_t i) {
    return i < ctx->n_diags ? &ctx->diags[i] : NULL;
}

size_t spk_ctx_diag_dropped(const spk_ctx *ctx) {
    return ctx->dropped;
}

void spk_ctx_diag_clear(spk_ctx *ctx) {
    spk_ctx_diag_truncate(ctx, 0);
    ctx->dropped = 0;
}

void spk_ctx_diag_truncate(spk_ctx *ctx, size_t n) {
    pthread_mutex_lock(&ctx->lock);
    while (ctx->n_diags > n)
        diag_clear(ctx, &ctx->diags[--ctx->n_diags]);
    pthread_mutex_unlock(&ctx->lock);
}

void spk_ctx_cancel(spk_ctx *ctx) {
    atomic_store(&ctx->cancelled, true);
}

void spk_ctx_go_on(spk_ctx *ctx) {
    atomic_store(&ctx->cancelled, false);
}

bool spk_ctx_cancelled(const spk_ctx *ctx) {
    return atomic_load(&((spk_ctx *)(uintptr_t)ctx)->cancelled);
}

/* ---- memory ---- */

static void *short_of_memory(spk_ctx *ctx, size_t n, size_t size) {
    spk__fail(ctx, SPK_ERR_MEMORY, NULL, NULL, "out of memory for %zu items of %zu bytes", n, size);
    return NULL;
}

void *spk__alloc(spk_ctx *ctx, size_t n, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return short_of_memory(ctx, n, size);
    void *p = ctx->allocator.realloc(ctx->allocator.user, NULL, bytes ? bytes : 1);
    if (!p)
        return short_of_memory(ctx, n, size);
    return memset(p, 0, bytes ? bytes : 1);
}

void *spk__realloc(spk_ctx *ctx, void *ptr, size_t n, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        return short_of_memory(ctx, n, size);
    void *p = ctx->allocator.realloc(ctx->allocator.user, ptr, bytes ? bytes : 1);
    return p ? p : short_of_memory(ctx, n, size);
}

void spk__free(spk_ctx *ctx, void *ptr) {
    if (ptr)
        ctx->allocator.free(ctx->allocator.user, ptr);
}

char *spk__strndup(spk_ctx *ctx, const char *s, size_t n) {
    char *copy = spk__alloc(ctx, n + 1, 1);
    if (copy && n)
        memcpy(copy, s, n);
    return copy;
}

char *spk__strdup(spk_ctx *ctx, const char *s) {
    return s ? spk__strndup(ctx, s, strlen(s)) : NULL;
}

bool spk__grow(spk_ctx *ctx, void *array_ptr, size_t count, size_t *capacity, size_t size) {
    if (count < *capacity)
        return true;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *old;
    memcpy(&old, array_ptr, sizeof old);
    void *grown = spk__realloc(ctx, old, wanted, size);
    if (!grown)
        return false;
    memcpy(array_ptr, &grown, sizeof grown);
    *capacity = wanted;
    return true;
}

/* ---- diagnostics ---- */

/* The copies of strings in here go round spk__alloc, whose failure would report itself. */
static char *quiet_strndup(spk_ctx *ctx, const char *s, size_t n) {
    char *copy = s ? ctx->allocator.realloc(ctx->allocator.user, NULL, n + 1) : NULL;
    if (!copy)
        return NULL;
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

static char *quiet_strdup(spk_ctx *ctx, const char *s) {
    return s ? quiet_strndup(ctx, s, strlen(s)) : NULL;
}

static char *source_line(spk_ctx *ctx, const spk_loc *loc) {
    if (!loc->file || loc->line <= 0)
        return NULL;
    for (source *s = ctx->sources; s; s = s->next) {
        if (strcmp(s->file, loc->file) != 0)
            continue;
        const char *p = s->text, *end = s->text + s->length;
        for (int line = 1; line < loc->line && p; line++) {
            p = memchr(p, '\n', (size_t)(end - p));
            p = p ? p + 1 : NULL;
        }
        if (!p || p > end)
            return NULL;
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((eol ? eol : end) - p);
        if (n && p[n - 1] == '\r')
            n--;
        return quiet_strndup(ctx, p, n < 400 ? n : 400);
    }
    return NULL;
}

static void add_diag(spk_ctx *ctx, spk_severity sev, spk_status st, const spk_loc *loc,
                     const char *hint, const char *format, va_list args) {
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    pthread_mutex_lock(&ctx->lock);
    if (ctx->n_diags == MAX_DIAGS) {
        ctx->dropped++;
    } else {
        spk_diag *d = &ctx->diags[ctx->n_diags++];
        *d = (spk_diag){.severity = sev, .status = st};
        if (loc) {
            d->loc = *loc;
            d->loc.file = quiet_strdup(ctx, loc->file);
            d->source_line = source_line(ctx, loc);
        }
        d->message = quiet_strdup(ctx, text);
        d->hint = quiet_strdup(ctx, hint);
    }
    pthread_mutex_unlock(&ctx->lock);
}

spk_status spk__fail(spk_ctx *ctx, spk_status st, const spk_loc *loc, const char *hint,
                     const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_diag(ctx, SPK_ERROR, st, loc, hint, format, args);
    va_end(args);
    return st;
}

spk_status spk__fail_name(spk_ctx *ctx, spk_status st, const spk_loc *loc, const char *name,
                          const char *const *names, size_t n, const char *otherwise,
                          const char *format, ...) {
    const char *near = spk_nearest(name, names, n);
    spk__str hint = {.ctx = ctx};
    if (near)
        spk__str_add(&hint, "did you mean '%s'?", near);
    if (hint.failed)
        return SPK_ERR_MEMORY;
    va_list args;
    va_start(args, format);
    add_diag(ctx, SPK_ERROR, st, loc, near ? hint.text : otherwise, format, args);
    va_end(args);
    spk__str_free(&hint);
    return st;
}

void spk__warn(spk_ctx *ctx, const spk_loc *loc, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_diag(ctx, SPK_WARNING, SPK_OK, loc, hint, format, args);
    va_end(args);
}

void spk__note(spk_ctx *ctx, const spk_loc *loc, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_diag(ctx, SPK_NOTE, SPK_OK, loc, hint, format, args);
    va_end(args);
}

spk_status spk__ctx_add_source(spk_ctx *ctx, const char *file, const char *text, size_t length) {
    char *copy = spk__strndup(ctx, text, length);
    if (!copy)
        return SPK_ERR_MEMORY;
    pthread_mutex_lock(&ctx->lock);
    source *s = ctx->sources;
    while (s && strcmp(s->file, file) != 0)
        s = s->next;
    if (s) {
        spk__free(ctx, s->text);
    } else {
        char *name = quiet_strdup(ctx, file);
        s = name ? ctx->allocator.realloc(ctx->allocator.user, NULL, sizeof *s) : NULL;
        if (!s) {
            pthread_mutex_unlock(&ctx->lock);
            spk__free(ctx, name);
            spk__free(ctx, copy);
            return SPK_ERR_MEMORY;
        }
        *s = (source){.next = ctx->sources, .file = name};
        ctx->sources = s;
    }
    s->text = copy;
    s->length = length;
    pthread_mutex_unlock(&ctx->lock);
    return SPK_OK;
}

static const char *severity_name(spk_severity s) {
    return s == SPK_ERROR ? "error" : s == SPK_WARNING ? "warning" : "note";
}

/* Appends to a buffer that may be too small, counting on. */
static void put(char *buf, size_t size, size_t *at, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++, (*at)++)
        if (*at + 1 < size)
            buf[*at] = text[i];
}

static void puts_at(char *buf, size_t size, size_t *at, const char *text) {
    put(buf, size, at, text, strlen(text));
}

static void put_caret(const spk_diag *d, char *buf, size_t size, size_t *at) {
    size_t n = strlen(d->source_line), col = (size_t)(d->loc.column - 1);
    for (size_t i = 0; i < col && i < n; i++) {
        unsigned char c = (unsigned char)d->source_line[i];
        if ((c & 0xC0) != 0x80) /* a continuation byte of UTF-8 takes no column of its own */
            put(buf, size, at, c == '\t' ? "\t" : " ", 1);
    }
    puts_at(buf, size, at, "^");
    for (int i = 1; i < d->loc.length && col + (size_t)i < n; i++)
        puts_at(buf, size, at, "~");
}

size_t spk_diag_format(const spk_diag *d, bool colour, char *buf, size_t size) {
    size_t at = 0;
    char num[64];
    static const char *const tint[] = {"\033[1;36m", "\033[1;35m", "\033[1;31m"};
    if (d->loc.file) {
        puts_at(buf, size, &at, d->loc.file);
        if (d->loc.line > 0) {
            snprintf(num, sizeof num, d->loc.column > 0 ? ":%d:%d" : ":%d", d->loc.line,
                     d->loc.column);
            puts_at(buf, size, &at, num);
        }
        puts_at(buf, size, &at, ": ");
    }
    if (colour)
        puts_at(buf, size, &at, tint[d->severity]);
    puts_at(buf, size, &at, severity_name(d->severity));
    puts_at(buf, size, &at, colour ? ":\033[0m " : ": ");
    puts_at(buf, size, &at, d->message ? d->message : spk_status_text(d->status));
    puts_at(buf, size, &at, "\n");
    if (d->source_line && d->loc.column > 0) {
        puts_at(buf, size, &at, "    ");
        puts_at(buf, size, &at, d->source_line);
        puts_at(buf, size, &at, "\n    ");
        put_caret(d, buf, size, &at);
        puts_at(buf, size, &at, "\n");
    }
    if (d->hint) {
        puts_at(buf, size, &at, "  hint: ");
        puts_at(buf, size, &at, d->hint);
        puts_at(buf, size, &at, "\n");
    }
    if (size)
        buf[at < size ? at : size - 1] = '\0';
    return at;
}
