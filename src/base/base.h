/* What the rooms share inside the library: raising diagnostics, allocation, arena, string builder,
 * random streams, thread loop, CPU detection. */
#ifndef SPK_BASE_BASE_H
#define SPK_BASE_BASE_H

#include <spikefit/base.h>
#include <stdarg.h>
#include <string.h>

/* ---- memory ---- */

/* n * size bytes, zeroed; NULL (and an ERR_MEMORY diagnostic) if short or if the product overflows.
 * Zero bytes give a valid pointer. */
void *spk__alloc(spk_ctx *ctx, size_t n, size_t size);
/* Grows or shrinks; old contents kept, new bytes not zeroed. On failure ptr stays valid. */
void *spk__realloc(spk_ctx *ctx, void *ptr, size_t n, size_t size);
void spk__free(spk_ctx *ctx, void *ptr);
char *spk__strdup(spk_ctx *ctx, const char *s);
char *spk__strndup(spk_ctx *ctx, const char *s, size_t n);

#define SPK__NEW(ctx, type) ((type *)spk__alloc((ctx), 1, sizeof(type)))
#define SPK__ARRAY(ctx, n, type) ((type *)spk__alloc((ctx), (n), sizeof(type)))

/* Makes room for one more element in a growing array (doubling). Returns false when memory is
 * short. */
bool spk__grow(spk_ctx *ctx, void *array_ptr, size_t count, size_t *capacity, size_t size);

/* Memory that lives and dies together (syntax trees). Allocations are zeroed, aligned to 16. */
typedef struct spk__arena spk__arena;
spk__arena *spk__arena_new(spk_ctx *ctx);
void spk__arena_free(spk__arena *a);
void *spk__arena_alloc(spk__arena *a, size_t n, size_t size);
char *spk__arena_strndup(spk__arena *a, const char *s, size_t n);

/* Buffer `slot` of a scratch: at least this many bytes, aligned to 16, contents undefined; valid
 * until the next call with this slot, and a function may hold one of each. What the slots are for,
 * the rooms agree among themselves. NULL if memory is short. */
enum { SPK__SCRATCH_SLOTS = 4 };
void *spk__scratch_get(spk_scratch *s, int slot, size_t bytes);

/* Sets an option whose value is known to be valid; does nothing where the table has no such option. */
void spk__opts_put(const spk_opt *table, const char *name, double value, spk_opts *opts);

/* ---- diagnostics ---- */

/* Adds an error and returns st, so that a caller can write
 *     return spk__fail(ctx, SPK_ERR_INPUT, loc, "use mV", "%s has unit %s", name, unit);
 * loc may be NULL, hint may be NULL (it is printed as is). */
spk_status spk__fail(spk_ctx *ctx, spk_status st, const spk_loc *loc, const char *hint,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Fails because a name is none of the n names; the format and what follows say so ("there is no
 * metric '%s'"). The hint is the nearest name or, if none is near, `otherwise` (may be NULL).
 * Returns st, or ERR_MEMORY. */
spk_status spk__fail_name(spk_ctx *ctx, spk_status st, const spk_loc *loc, const char *name,
                          const char *const *names, size_t n, const char *otherwise,
                          const char *format, ...) __attribute__((format(printf, 8, 9)));
void spk__warn(spk_ctx *ctx, const spk_loc *loc, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void spk__note(spk_ctx *ctx, const spk_loc *loc, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Attaches the text that loc.file names, so that diagnostics can show the line: the context keeps a
 * copy until it is freed. Replaces an earlier text of the same name. */
spk_status spk__ctx_add_source(spk_ctx *ctx, const char *file, const char *text, size_t length);

/* ---- options ---- */

/* Every value inside its limits, whole where it must be, a choice that exists; else ERR_INPUT. */
spk_status spk__opts_check(spk_ctx *ctx, const char *owner, const spk_opt *table,
                           const spk_opts *opts);

/* ---- strings ---- */

/* A growing string; zero-initialise with the context. After a failed append `failed` stays set and
 * further appends do nothing: check once at the end. text is NUL-terminated or NULL while empty. */
typedef struct {
    spk_ctx *ctx;
    char *text;
    size_t length, capacity;
    bool failed;
} spk__str;
void spk__str_add(spk__str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void spk__str_addn(spk__str *s, const char *text, size_t n);
void spk__str_free(spk__str *s);

/* A number in the C locale whatever the program's: reads the longest valid prefix of [s, end) and
 * sets *after; returns false if there is none. Accepts inf and nan in any case. */
bool spk__parse_double(const char *s, const char *end, const char **after, double *out);
/* The shortest text that reads back as x, into buf of at least 32 bytes; returns buf. */
char *spk__print_double(double x, char *buf);

/* ---- files ---- */

/* The whole file, NUL-terminated, freed by the caller with spk__free. Refuses more than max_size
 * bytes (0: 4 GiB). */
spk_status spk__read_file(spk_ctx *ctx, const char *path, size_t max_size, char **text,
                          size_t *length);
/* Writes to a temporary file beside path, syncs, renames over path, syncs the folder: after a crash
 * there is either the old file or the new one. What is no regular file (a terminal, a pipe) is
 * written to as it is. */
spk_status spk__write_file_atomic(spk_ctx *ctx, const char *path, const void *data, size_t length);

/* ---- random numbers: Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) ---- */

/* What a stream is for; part of the key, so that no two purposes share numbers. Append only. */
typedef enum {
    SPK__RNG_SEARCH = 1,
    SPK__RNG_BOOTSTRAP,
    SPK__RNG_STIMULUS,
    SPK__RNG_KERNEL,
    SPK__RNG_WIRING,
    SPK__RNG_WEIGHT,
    SPK__RNG_RELEASE,
    SPK__RNG_DELAY,
    SPK__RNG_INPUT,
    SPK__RNG_TEST,
    SPK__RNG_POSTERIOR,
} spk__rng_purpose;

/* A sequential stream: block number n of the stream (seed, purpose, a, b) is a pure function, so a
 * stream can be rebuilt from its five numbers. Plain data; copy to save. */
typedef struct {
    uint64_t seed, n;
    uint32_t purpose, a, b;
    uint32_t have, word[4];
} spk__rng;

void spk__rng_init(spk__rng *r, uint64_t seed, spk__rng_purpose purpose, uint32_t a, uint32_t b);
uint32_t spk__rng_u32(spk__rng *r);
uint64_t spk__rng_u64(spk__rng *r);
double spk__rng_uniform(spk__rng *r);             /* in (0, 1), 53 bits, never 0 or 1 */
uint64_t spk__rng_below(spk__rng *r, uint64_t n); /* 0 .. n-1 without bias */
/* Normal deviates need a logarithm with fixed bits: spk__rng_normal is in num/num.h. */
/* The raw block function: counter and key in, four words out. */
void spk__philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* ---- threads ---- */

/* Calls fn(arg, i, worker) for i = 0..n-1 on at most `threads` threads (0: all cores), handing out
 * indices one at a time; worker < threads names the caller's scratch. Results must go to slot i, so
 * that the number of threads cannot show. Stops early when the context is cancelled or a call
 * fails; returns the status of the lowest index that failed. */
typedef spk_status spk__loop_fn(void *arg, size_t i, int worker);
spk_status spk__parallel_for(spk_ctx *ctx, size_t n, int threads, spk__loop_fn *fn, void *arg);
int spk__thread_count(int threads);

/* ---- order ---- */

/* Rising; values that are not NaN. */
void spk__sort(double *x, size_t n);
/* Of n > 0 values that are sorted; quantiles are linear between two of them (Hyndman and Fan's type 7). */
double spk__sorted_median(const double *x, size_t n);
double spk__sorted_quantile(const double *x, size_t n, double share);

/* ---- CPU ---- */

/* Instruction sets that kernels are built for, worst to best. */
typedef enum { SPK_ISA_BASE, SPK_ISA_AVX2, SPK_ISA_AVX512, SPK_ISA_COUNT } spk_isa;
spk_isa spk__cpu_isa(void); /* the best this machine runs */
const char *spk__isa_name(spk_isa isa);

/* ---- hashing ---- */

/* SHA-256 of a byte string, for provenance of data and models; hex has room for 65 characters. */
void spk__sha256_hex(const void *data, size_t length, char hex[65]);
/* FNV-1a, for hash tables. */
uint64_t spk__hash(const void *data, size_t length, uint64_t seed);

#endif
