/* Status codes, located diagnostics, the context, allocation, options, random streams and the thread
 * loop: what every other header stands on.
 *
 * Errors: every fallible function returns spk_status and hands results out through trailing pointers,
 * which it leaves untouched on failure. What went wrong in words is collected as diagnostics in the
 * context; the library never prints, exits or aborts.
 *
 * Threads: a context may be shared by threads (its diagnostics are behind a mutex and its allocator
 * must be thread-safe). Objects are const once built and may then be read from any thread, unless
 * their header says otherwise.
 */
#ifndef SPIKEFIT_BASE_H
#define SPIKEFIT_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* name, exit code of the program, sentence */
#define SPK_STATUS_LIST(X)                                                                         \
    X(OK, 0, "success")                                                                            \
    X(ERR_FAILED, 1, "the work could not be completed")                                            \
    X(ERR_CANCELLED, 1, "interrupted")                                                             \
    X(ERR_USAGE, 2, "wrong use of a command or function")                                          \
    X(ERR_INPUT, 3, "bad input")                                                                   \
    X(ERR_IO, 4, "reading or writing failed")                                                      \
    X(ERR_MEMORY, 5, "out of memory")                                                              \
    X(ERR_INTERNAL, 5, "internal error")

typedef enum {
#define SPK_STATUS_ENUM(name, code, text) SPK_##name,
    SPK_STATUS_LIST(SPK_STATUS_ENUM)
#undef SPK_STATUS_ENUM
} spk_status;

const char *spk_status_name(spk_status st);
const char *spk_status_text(spk_status st);
int spk_status_exit_code(spk_status st);

/* ---- places and diagnostics ---- */

/* A place in a text. file may be NULL (no place); line and column count from 1, 0 = unknown; column
 * counts bytes. length is how many bytes to underline (0 = 1). The strings are borrowed. */
typedef struct {
    const char *file;
    int line, column, length;
} spk_loc;

typedef enum { SPK_NOTE, SPK_WARNING, SPK_ERROR } spk_severity;

typedef struct {
    spk_severity severity;
    spk_status status; /* of an error; SPK_OK otherwise */
    spk_loc loc;       /* loc.file is owned by the context */
    char *message;     /* a sentence with the values, no full stop */
    char *source_line; /* the line of text at loc, or NULL */
    char *hint;        /* what to do, or NULL */
} spk_diag;

/* ---- the context ---- */

/* Memory comes through here so that tests can fail every allocation. All three behave like their
 * standard namesakes and may be called from several threads at once. */
typedef struct {
    void *(*realloc)(void *user, void *ptr, size_t size);
    void (*free)(void *user, void *ptr);
    void *user;
} spk_allocator;

typedef struct spk_ctx spk_ctx;

/* allocator NULL: the C library's. Returns NULL if memory is short. */
spk_ctx *spk_ctx_new(const spk_allocator *allocator);
void spk_ctx_free(spk_ctx *ctx);

/* Collected diagnostics, in order of arrival; lent until the next call that adds or clears. At most
 * 200 are kept; the rest are counted. */
size_t spk_ctx_diag_count(const spk_ctx *ctx);
const spk_diag *spk_ctx_diag(const spk_ctx *ctx, size_t i);
size_t spk_ctx_diag_dropped(const spk_ctx *ctx);
void spk_ctx_diag_clear(spk_ctx *ctx);
/* Forget the diagnostics from index n on: for code that tries one thing and then another. */
void spk_ctx_diag_truncate(spk_ctx *ctx, size_t n);

/* Writes "file:line:column: error: message", the source line, a caret and the hint into buf like
 * snprintf (returns the length needed). colour: with ANSI escapes. */
size_t spk_diag_format(const spk_diag *d, bool colour, char *buf, size_t size);

/* Asks long work to stop at the next good moment; safe in a signal handler and from any thread. */
void spk_ctx_cancel(spk_ctx *ctx);
bool spk_ctx_cancelled(const spk_ctx *ctx);
/* Takes a cancellation back once it was answered: what follows runs again. */
void spk_ctx_go_on(spk_ctx *ctx);

/* The name nearest to a word that may be mistyped, or NULL if none is near enough to be worth
 * suggesting: few insertions, deletions, changes and swaps, or the word is how a name begins. */
const char *spk_nearest(const char *word, const char *const *names, size_t n);

/* ---- working memory ---- */

/* Buffers that one thread keeps from call to call, so that after the first calls nothing is allocated
 * any more. Serves any number of functions, one call at a time. */
typedef struct spk_scratch spk_scratch;
spk_status spk_scratch_new(spk_ctx *ctx, spk_scratch **out);
void spk_scratch_free(spk_scratch *s);

/* ---- options of registry entries (metrics, optimisers, formats, ...) ---- */

typedef enum { SPK_OPT_REAL, SPK_OPT_INT, SPK_OPT_BOOL, SPK_OPT_CHOICE } spk_opt_kind;

/* One option. Tables of options end with an entry whose name is NULL. Values are doubles in `unit`
 * (NULL: a plain number); a bool is 0 or 1, a choice the index into `choices`. */
typedef struct {
    const char *name;
    const char *sentence;
    spk_opt_kind kind;
    const char *unit;
    double value, min, max;     /* default and limits; min, max unused for BOOL and CHOICE */
    const char *const *choices; /* NULL-terminated, for SPK_OPT_CHOICE */
} spk_opt;

enum { SPK_OPTS_MAX = 16 };
/* Values by position in the table. */
typedef struct {
    double v[SPK_OPTS_MAX];
} spk_opts;

/* The defaults of a table (NULL: no options). */
void spk_opts_default(const spk_opt *table, spk_opts *out);

/* One named setting with its text and place: for the room that owns the table of options to check. */
typedef struct {
    const char *name, *value;
    spk_loc name_loc, value_loc;
} spk_setting;
typedef struct {
    spk_setting *item;
    size_t n;
} spk_settings;

#ifdef __cplusplus
}
#endif
#endif
