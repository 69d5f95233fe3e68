/* A search as bytes. Layout: a magic word, the number of bytes that follow up to the check sum, the
 * arguments of birth, the core's state, the method's, and a hash of it all. Numbers are this
 * machine's (a byte order other than the reader's shows in the magic word). */
#include "search/search.h"

#define MAGIC UINT64_C(0x334b5053484352) /* "RCHSPK3"; the digit is the version of the layout */

struct spk__sync {
    spk__str *out;                /* saving */
    const unsigned char *p, *end; /* loading */
    bool failed;
};

bool spk__sync_loading(const spk__sync *y) {
    return y->out == NULL;
}

size_t spk__sync_left(const spk__sync *y) {
    return y->out ? SIZE_MAX : (size_t)(y->end - y->p);
}

void spk__sync_bytes(spk__sync *y, void *data, size_t n) {
    if (y->out) {
        if (n)
            spk__str_addn(y->out, data, n);
    } else if (y->failed || (size_t)(y->end - y->p) < n) {
        y->failed = true;
    } else if (n) {
        memcpy(data, y->p, n);
        y->p += n;
    }
}

void spk__sync_f64(spk__sync *y, double *a, size_t n) {
    spk__sync_bytes(y, a, n * sizeof *a);
}

void spk__sync_u64(spk__sync *y, uint64_t *v) {
    spk__sync_bytes(y, v, sizeof *v);
}

void spk__sync_size(spk__sync *y, size_t *v, size_t max) {
    uint64_t word = *v;
    spk__sync_u64(y, &word);
    if (word > max)
        y->failed = true;
    else if (!y->failed)
        *v = (size_t)word;
}

void spk__sync_bool(spk__sync *y, bool *v) {
    uint64_t word = *v;
    spk__sync_u64(y, &word);
    if (!y->failed)
        *v = word != 0;
}

/* ---- the arguments of birth ---- */

typedef struct {
    char method[32];
    spk_opts opts;
    uint64_t seed, budget, flags;
    size_t dim, n_objectives;
    spk_islands islands;
} birth;

enum { HAS_START = 1, HAS_STEP = 2, NOISY = 4 };

static void sync_birth(spk__sync *y, birth *b) {
    spk__sync_bytes(y, b->method, sizeof b->method);
    b->method[sizeof b->method - 1] = 0;
    spk__sync_f64(y, b->opts.v, SPK_OPTS_MAX);
    spk__sync_u64(y, &b->seed);
    spk__sync_u64(y, &b->budget);
    spk__sync_u64(y, &b->flags);
    spk__sync_size(y, &b->dim, 1 << 24);
    spk__sync_size(y, &b->n_objectives, 1 << 10);
    spk__sync_size(y, &b->islands.n, SPK_ISLANDS_MAX);
    spk__sync_u64(y, &b->islands.migration);
}

/* ---- the state ---- */

static spk_status sync_state(spk_search *s, spk__sync *y) {
    uint64_t reason = (uint64_t)s->reason;
    spk__sync_u64(y, &s->evaluations);
    spk__sync_u64(y, &s->generation);
    spk__sync_u64(y, &reason);
    spk__sync_bytes(y, s->why, sizeof s->why);
    s->why[sizeof s->why - 1] = 0;
    s->reason = reason < SPK_STOP_COUNT ? (spk_stop)reason : SPK_STOP_RUNNING;
    spk__sync_bool(y, &s->has_best);
    spk__sync_f64(y, &s->best_f, 1);
    spk__sync_f64(y, s->best_x, s->dim);
    spk__stop_sync(s, y);
    size_t n = s->n, told = s->told;
    spk__sync_size(y, &n, UINT32_MAX);
    spk__sync_size(y, &told, n);
    if (spk__sync_loading(y)) {
        if (y->failed)
            return SPK_OK;
        spk_status st = spk__search_batch(s, n);
        if (st)
            return st;
        s->told = told;
    }
    spk__sync_f64(y, s->x, s->n * s->dim);
    spk__sync_f64(y, s->f, s->told * s->n_objectives);
    return y->failed ? SPK_OK : s->method->sync(s, y);
}

spk_status spk_search_save(spk_search *s, const void **bytes, size_t *size) {
    spk__str_free(&s->saved);
    s->saved = (spk__str){.ctx = s->ctx};
    spk__sync y = {.out = &s->saved};
    uint64_t magic = MAGIC, length = 0;
    spk__sync_u64(&y, &magic);
    spk__sync_u64(&y, &length);
    birth b = {
        .opts = s->opts,
        .seed = s->seed,
        .budget = s->budget,
        .flags = (s->start ? HAS_START : 0u) | (s->step ? HAS_STEP : 0u) | (s->noisy ? NOISY : 0u),
        .dim = s->dim,
        .n_objectives = s->n_objectives,
        .islands = s->islands,
    };
    const char *name = spk_search_get_method(s)->name;
    memcpy(b.method, name, strlen(name));
    sync_birth(&y, &b);
    if (s->start)
        spk__sync_f64(&y, s->start, s->dim);
    if (s->step)
        spk__sync_f64(&y, s->step, s->dim);
    spk_status st = sync_state(s, &y);
    if (!st && s->saved.failed)
        st = SPK_ERR_MEMORY;
    if (st)
        return st;
    length = s->saved.length - 2 * sizeof magic;
    memcpy(s->saved.text + sizeof magic, &length, sizeof length);
    uint64_t sum = spk__hash(s->saved.text, s->saved.length, 0);
    spk__sync_u64(&y, &sum);
    if (s->saved.failed)
        return SPK_ERR_MEMORY;
    *bytes = s->saved.text;
    *size = s->saved.length;
    return SPK_OK;
}

static spk_status check_frame(spk_ctx *ctx, const unsigned char *p, size_t size) {
    uint64_t word[2], sum;
    if (size < sizeof word + sizeof sum)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "the saved search is cut short: %zu bytes",
                         size);
    memcpy(word, p, sizeof word);
    if (word[0] != MAGIC)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "this is not a saved search, or one of another version");
    size_t rest = size - sizeof word - sizeof sum;
    if (word[1] != rest)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "the saved search is cut short: %zu bytes of %llu", rest,
                         (unsigned long long)word[1]);
    memcpy(&sum, p + size - sizeof sum, sizeof sum);
    if (sum != spk__hash(p, size - sizeof sum, 0))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "the saved search is damaged");
    return SPK_OK;
}

spk_status spk_search_load(spk_ctx *ctx, const void *bytes, size_t size, spk_search **out) {
    spk_status st = check_frame(ctx, bytes, size);
    if (st)
        return st;
    const unsigned char *p = bytes;
    spk__sync y = {.p = p + 2 * sizeof(uint64_t), .end = p + size - sizeof(uint64_t)};
    birth b = {0};
    sync_birth(&y, &b);
    spk_search *s = NULL;
    double *place = spk__alloc(ctx, 2 * b.dim, sizeof *place);
    if (!place)
        return SPK_ERR_MEMORY;
    if (b.flags & HAS_START)
        spk__sync_f64(&y, place, b.dim);
    if (b.flags & HAS_STEP)
        spk__sync_f64(&y, place + b.dim, b.dim);
    if (y.failed)
        goto damaged;
    spk_search_space space = {
        .dim = b.dim,
        .n_objectives = b.n_objectives,
        .start = b.flags & HAS_START ? place : NULL,
        .step = b.flags & HAS_STEP ? place + b.dim : NULL,
        .noisy = b.flags & NOISY,
    };
    st = spk__search_create(ctx, b.method, &b.opts, &space, &b.islands, b.seed, b.budget, &s);
    if (!st)
        st = sync_state(s, &y);
    if (!st && (y.failed || y.p != y.end))
        goto damaged;
    spk__free(ctx, place);
    if (st)
        spk_search_free(s);
    else
        *out = s;
    return st;
damaged:
    spk__free(ctx, place);
    spk_search_free(s);
    return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                     "the saved search does not hold what its method needs");
}
