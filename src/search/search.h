/* What the methods of the search room share.
 *
 * The core (search.c) owns the batch: a generation of n points in s->x, their values in s->f. It
 * hands it out in parts, collects the values, counts the budget, keeps the best point, and calls
 * the method only with whole generations. A method is therefore two functions: ask makes a
 * generation, tell learns from one. A generation that the budget cuts short is never told to the
 * method, but stays in the batch, so that a larger budget can finish it.
 *
 * All memory of a method comes from s->arena and dies with the search. A method's scalars live in
 * its state struct; sync lists everything that must survive saving, once for both directions.
 */
#ifndef SPK_SEARCH_SEARCH_H
#define SPK_SEARCH_SEARCH_H

#include "base/base.h"
#include <spikefit/search.h>

typedef struct spk__sync spk__sync;

typedef struct {
    spk_search_method info;
    size_t state_size;
    /* Allocates; the state is zeroed and options are at hand. Draws nothing. */
    spk_status (*start)(spk_search *s);
    /* Calls spk__search_batch(s, n), then writes s->x. */
    spk_status (*ask)(spk_search *s);
    /* Reads s->x and s->f; may call spk__search_stop. Values are finite or +inf. */
    spk_status (*tell)(spk_search *s);
    /* When loading, start was called before. */
    spk_status (*sync)(spk_search *s, spk__sync *y);
    /* The rest may be NULL. */
    void (*progress)(const spk_search *s, spk_search_progress *p);
    void (*describe)(const spk_search *s, spk__str *line);
    bool (*favourite)(const spk_search *s, double *x);
    void (*front)(const spk_search *s, const double **x, const double **f, size_t *n);
    /* Gives a point from elsewhere a place in the generation that was asked and of which no value is
     * told. */
    void (*welcome)(spk_search *s, const double *x);
    /* The budget or the stop rules have changed. */
    spk_status (*limits)(spk_search *s);
    void (*finish)(spk_search *s); /* frees what is not in the arena */
} spk__search_method;

/* ---- stop rules (stop.c) ---- */

enum { SPK__STOP_HISTORY = 4096 };

/* What the rules remember of one run. */
typedef struct {
    spk_opts opts;
    uint64_t n;            /* generations of this run */
    double *best, *median; /* rings of SPK__STOP_HISTORY */
    double *window;        /* scratch of SPK__STOP_HISTORY */
} spk__stop_state;

spk_status spk__stop_start(spk_search *s);
/* Each returns the rule that fires, or SPK_STOP_RUNNING. A method stops (spk__search_stop) or
 * restarts (spk__stop_restart). Values at hand after a generation; fresh: they were all drawn anew
 * in this generation, so that best values that no longer change are enough to say that nothing
 * will. */
spk_stop spk__stop_values(spk_search *s, const double *f, size_t n, bool fresh);
spk_stop spk__stop_spread(const spk_search *s, double spread);
spk_stop spk__stop_condition(const spk_search *s, double condition);
void spk__stop_restart(spk_search *s);
void spk__stop_sync(spk_search *s, spk__sync *y);

/* ---- a search ---- */

struct spk_search {
    spk_ctx *ctx;
    const spk__search_method *method;
    const spk__search_method *of; /* islands: the method of each; NULL */
    spk_islands islands;
    spk__arena *arena;
    void *state;
    spk_opts opts;
    size_t dim, n_objectives;
    double *start, *step; /* NULL: not given */
    bool noisy;
    uint64_t seed, budget;

    uint64_t evaluations, generation;
    size_t n, capacity, told, asked; /* points of the batch; told of them; handed out after those */
    double *x, *f;
    bool has_best;
    double *best_x, best_f;
    spk_stop reason;
    spk__stop_state rules;
    char why[160]; /* "auto" chose the method; "": it did not */

    spk__str saved;
};

/* Room for a generation of n points; s->x is not initialised. */
spk_status spk__search_batch(spk_search *s, size_t n);
void spk__search_stop(spk_search *s, spk_stop reason);
/* spk_search_progress.restart. */
uint64_t spk__search_restart(const spk_search *s);
/* An entry of spk__search_method: the guest takes the place of the last point. */
void spk__search_welcome(spk_search *s, const double *x);
/* The part of the planned evaluations that is spent: of the budget, or of what stands in for it. */
double spk__search_elapsed(const spk_search *s);

#define SPK__SEARCH_ARRAY(s, n, type) ((type *)spk__arena_alloc((s)->arena, (n), sizeof(type)))

/* ---- random numbers ---- */

/* Streams of a generation that belong to no individual count down from here. */
#define SPK__SEARCH_COMMON 0xffffffffu

static inline spk__rng spk__search_rng(const spk_search *s, uint64_t generation,
                                       uint64_t individual) {
    spk__rng r;
    spk__rng_init(&r, s->seed, SPK__RNG_SEARCH, (uint32_t)generation, (uint32_t)individual);
    return r;
}

/* For whole generations (draw.c); each takes the beginning of the streams (generation, i), i < n.
 * n points at random, x: n * dim; the first is the start if there is one. */
void spk__search_scatter(const spk_search *s, uint64_t generation, size_t n, double *x);
/* n vectors of dim standard normal numbers, z[coordinate * n + vector]. */
void spk__search_normals(const spk_search *s, uint64_t generation, size_t n, double *z);
/* Words, 4 * blocks of each stream: w[i * 4 * blocks + word]. */
void spk__search_words(const spk_search *s, uint64_t generation, size_t n, size_t blocks,
                       uint32_t *w);

/* order: 0 .. n-1 shuffled by a stream that belongs to no individual; which: tells them apart. */
void spk__search_shuffle(const spk_search *s, uint64_t generation, uint32_t which, size_t n,
                         uint32_t *order);

/* What to make of a word: a number in (0, 1), and one of 0 .. n-1, n far below 2^32. */
static inline double spk__word_uniform(uint32_t w) {
    return ((double)w + 0.5) * 0x1p-32;
}
static inline size_t spk__word_below(uint32_t w, size_t n) {
    return (size_t)((uint64_t)w * n >> 32);
}

/* ---- helpers (tools.c) ---- */

/* order: indices of f from the lowest value up, equal values in order of index; scratch: n as well.
 */
void spk__search_rank(const double *f, size_t n, uint32_t *order, uint32_t *scratch);
/* The value that stands at place `wanted` (from 0) when a is sorted; a is reordered. */
double spk__search_select(double *a, size_t n, size_t wanted);
/* Symmetric a (n x n, finite) = vector * diag(value) * vector', eigenvectors in columns; value in
 * no order. work: (n + 1) * n. False if it does not converge. */
bool spk__search_eigen(size_t n, const double *a, double *value, double *vector, double *work);
/* The largest standard deviation over coordinates of n points. */
double spk__search_spread(const double *x, size_t n, size_t dim);
static inline double spk__clip01(double x) {
    return x < 0 ? 0 : x > 1 ? 1 : x;
}

/* ---- saving (save.c) ---- */

bool spk__sync_loading(const spk__sync *y);
/* The bytes that are not yet loaded. */
size_t spk__sync_left(const spk__sync *y);
void spk__sync_bytes(spk__sync *y, void *data, size_t n);
void spk__sync_f64(spk__sync *y, double *a, size_t n);
void spk__sync_u64(spk__sync *y, uint64_t *v);
/* A count; when loading, one beyond max is damage and leaves *v alone. */
void spk__sync_size(spk__sync *y, size_t *v, size_t max);
void spk__sync_bool(spk__sync *y, bool *v);

/* ---- between search.c, registry.c and save.c ---- */

/* A search without its first generation. islands: NULL means one. */
spk_status spk__search_create(spk_ctx *ctx, const char *method, const spk_opts *options,
                              const spk_search_space *space, const spk_islands *islands,
                              uint64_t seed, uint64_t budget, spk_search **out);
const spk__search_method *spk__search_method_get(const char *name);

#endif
