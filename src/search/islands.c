/* Islands: searches of one method side by side, each with its share of the budget and random numbers of its
 * own, whose generations are one batch. So there is work for more lanes, threads and ranks than one
 * population has, and as many independent starts as islands.
 *
 * Migration. After every so many generations an island's best point takes a seat in the generation that the
 * next island has already planned, if it is better than all that island knows (of several objectives: a point
 * of its front, in turn). It is evaluated there like any other, so noise and budgets need no rule of their
 * own; methods that rest on points of their own choosing (spk_search_method.takes_guests) are left alone.
 * The ring is that of Martin, Lienig and Cohoon 1997 (doi:10.1887/0750308958).
 */
#include "search/islands.h"

#include "search/pareto.h"
#include <stdio.h>

typedef struct {
    size_t n;
    spk_search **island;
    double *front_x, *front_f; /* room for all fronts together */
    size_t room;
} state;

/* ---- birth and death ---- */

/* What does not divide goes to the first ones. */
static uint64_t share(const spk_search *s, size_t n, size_t i) {
    uint64_t each = s->budget / n + (i < s->budget % n);
    return s->budget && !each ? 1 : each;
}

/* The first island is the search that there would be without the others; each other one has a start of its
 * own. */
static spk_status make_island(spk_search *s, state *t, size_t i, double *start) {
    spk_search_space space = {.dim = s->dim,
                              .n_objectives = s->n_objectives,
                              .start = s->start,
                              .step = s->step,
                              .noisy = s->noisy};
    uint64_t key[2] = {s->seed, i}, seed = i ? spk__hash(key, sizeof key, 0) : s->seed;
    if (i && s->of->info.uses_start) {
        spk__rng r;
        spk__rng_init(&r, seed, SPK__RNG_SEARCH, 0, SPK__SEARCH_COMMON - 3);
        for (size_t d = 0; d < s->dim; d++)
            start[d] = spk__rng_uniform(&r);
        space.start = start;
    }
    return spk__search_create(s->ctx, s->of->info.name, &s->opts, &space, NULL, seed,
                              share(s, t->n, i), &t->island[i]);
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    double *first = SPK__SEARCH_ARRAY(s, s->dim, double);
    t->island = SPK__SEARCH_ARRAY(s, s->islands.n, spk_search *);
    spk_status st = first && t->island ? SPK_OK : SPK_ERR_MEMORY;
    t->n = st ? 0 : s->islands.n;
    for (size_t i = 0; i < t->n && !st; i++)
        st = make_island(s, t, i, first);
    return st;
}

static void finish(spk_search *s) {
    state *t = s->state;
    for (size_t i = 0; i < t->n; i++)
        spk_search_free(t->island[i]);
    spk__free(s->ctx, t->front_x);
    spk__free(s->ctx, t->front_f);
}

static spk_status limits(spk_search *s) {
    state *t = s->state;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < t->n && !st; i++) {
        t->island[i]->rules.opts = s->rules.opts;
        st = spk_search_set_budget(t->island[i], share(s, t->n, i));
    }
    return st;
}

/* ---- a generation ---- */

/* The first generation is asked here: a budget that is too small for it is better said of all together. */
static spk_status begin(state *t) {
    spk_status st = SPK_OK;
    for (size_t i = 0; i < t->n && !st; i++)
        if (!t->island[i]->n)
            st = t->island[i]->method->ask(t->island[i]);
    return st;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    size_t n = 0, at = 0;
    spk_status st = begin(t);
    for (size_t i = 0; i < t->n; i++)
        n += spk_search_batch_max(t->island[i]);
    if (!st)
        st = spk__search_batch(s, n);
    for (size_t i = 0; i < t->n && !st; i++) {
        size_t each = spk_search_batch_max(t->island[i]);
        if (each)
            st = spk_search_ask(t->island[i], s->x + at * s->dim, &each);
        at += each;
    }
    return st;
}

size_t spk__islands_least(const spk_search *s) {
    const state *t = s->state;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++)
        n += t->island[i]->n;
    return n;
}

static spk_status make_room(spk_search *s, state *t) {
    size_t n = 0, each;
    const double *x, *f;
    for (size_t i = 0; i < t->n && s->n_objectives > 1; i++) {
        spk_search_front(t->island[i], &x, &f, &each);
        n += each;
    }
    if (2 * n <= t->room) /* a second copy while they are thinned */
        return SPK_OK;
    double *more = spk__realloc(s->ctx, t->front_x, 4 * n, s->dim * sizeof *more);
    t->front_x = more ? more : t->front_x;
    if (more)
        more = spk__realloc(s->ctx, t->front_f, 4 * n, s->n_objectives * sizeof *more);
    t->front_f = more ? more : t->front_f;
    t->room = more ? 4 * n : t->room;
    return more ? SPK_OK : SPK_ERR_MEMORY;
}

/* What an island has to give to another, or NULL. */
static const double *emigrant(const spk_search *from, const spk_search *to, uint64_t turn, double *x) {
    const double *points, *f;
    size_t n;
    if (from->n_objectives > 1) {
        spk_search_front(from, &points, &f, &n);
        return n ? points + (size_t)(turn % n) * from->dim : NULL;
    }
    bool better = from->has_best && (!to->has_best || from->best_f < to->best_f);
    return better && spk_search_favourite(from, x) ? x : NULL;
}

static void migrate(spk_search *s, state *t) {
    if (!s->islands.migration || (s->generation + 1) % s->islands.migration != 0)
        return;
    double *x = s->x; /* the batch is spent */
    for (size_t i = 0; i < t->n; i++) {
        spk_search *to = t->island[(i + 1) % t->n];
        bool planned = to->reason == SPK_STOP_RUNNING && to->told == 0 && to->n > 1;
        const double *guest =
            planned && to->method->welcome ? emigrant(t->island[i], to, s->generation, x) : NULL;
        if (guest)
            to->method->welcome(to, guest);
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t at = 0;
    bool running = false;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < t->n && !st; i++) {
        spk_search *island = t->island[i];
        size_t n = spk_search_batch_max(island);
        /* Asked again, so that a loaded search knows what it asked. */
        if (n)
            st = spk_search_ask(island, s->x + at * s->dim, &n);
        if (n && !st)
            st = spk_search_tell(island, s->f + at * s->n_objectives);
        at += n;
        running = running || island->reason == SPK_STOP_RUNNING;
    }
    if (st)
        return st;
    migrate(s, t);
    if (!running)
        spk__search_stop(s, t->island[0]->reason);
    return make_room(s, t);
}

static spk_status sync_island(spk_search *s, state *t, size_t i, spk__sync *y) {
    const void *bytes = NULL;
    size_t size = 0;
    spk_status st = SPK_OK;
    if (!spk__sync_loading(y))
        st = spk_search_save(t->island[i], &bytes, &size);
    spk__sync_size(y, &size, spk__sync_left(y));
    if (st || !spk__sync_loading(y)) {
        if (!st)
            spk__sync_bytes(y, (void *)(uintptr_t)bytes, size);
        return st;
    }
    char *copy = spk__alloc(s->ctx, size + 1, 1);
    spk_search *loaded = NULL;
    if (!copy)
        return SPK_ERR_MEMORY;
    spk__sync_bytes(y, copy, size);
    st = spk_search_load(s->ctx, copy, size, &loaded);
    spk__free(s->ctx, copy);
    if (!st && (loaded->dim != s->dim || loaded->n_objectives != s->n_objectives)) {
        spk_search_free(loaded);
        return spk__fail(s->ctx, SPK_ERR_INPUT, NULL, NULL, "the saved search is damaged");
    }
    if (!st) {
        spk_search_free(t->island[i]);
        t->island[i] = loaded;
    }
    return st;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < t->n && !st; i++)
        st = sync_island(s, t, i, y);
    return st ? st : make_room(s, t);
}

/* ---- what it says ---- */

void spk__islands_starts(const spk_search *s, size_t n, uint64_t *start) {
    const state *t = s->state;
    for (size_t i = 0, at = 0; i < t->n; i++) {
        uint64_t own = spk__search_restart(t->island[i]) * t->n + i;
        for (size_t k = spk_search_batch_max(t->island[i]); k; k--, at++)
            if (at >= s->told && at - s->told < n)
                start[at - s->told] = own;
    }
}

static size_t leader(const spk_search *s) {
    const state *t = s->state;
    size_t best = 0;
    for (size_t i = 1; i < t->n; i++)
        if (t->island[i]->best_f < t->island[best]->best_f)
            best = i;
    return best;
}

static void progress(const spk_search *s, spk_search_progress *p) {
    const state *t = s->state;
    spk_search_progress one;
    spk_search_get_progress(t->island[leader(s)], &one);
    p->spread = one.spread;
    for (size_t i = 0; i < t->n; i++)
        p->restart += spk__search_restart(t->island[i]);
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    size_t best = leader(s);
    spk__str_add(line, ", %zu islands, the best", t->n);
    if (s->of->describe)
        s->of->describe(t->island[best], line);
}

static bool favourite(const spk_search *s, double *x) {
    const state *t = s->state;
    return spk_search_favourite(t->island[leader(s)], x);
}

static bool is_dominated(const state *t, size_t n, size_t k, const double *f) {
    for (size_t i = 0; i < n; i++)
        if (spk__pareto_dominates(t->front_f + i * k, f, k))
            return true;
    return false;
}

/* What of `n` points in all no other dominates stays. */
static size_t thin(const spk_search *s, state *t, size_t n) {
    size_t kept = 0, k = s->n_objectives;
    double *spare_f = t->front_f + n * k, *spare_x = t->front_x + n * s->dim;
    for (size_t i = 0; i < n; i++) {
        if (is_dominated(t, n, k, t->front_f + i * k))
            continue;
        memcpy(spare_f + kept * k, t->front_f + i * k, k * sizeof *spare_f);
        memcpy(spare_x + kept * s->dim, t->front_x + i * s->dim, s->dim * sizeof *spare_x);
        kept++;
    }
    memcpy(t->front_f, spare_f, kept * k * sizeof *spare_f);
    memcpy(t->front_x, spare_x, kept * s->dim * sizeof *spare_x);
    return kept;
}

static void front(const spk_search *s, const double **x, const double **f, size_t *n) {
    state *t = s->state;
    size_t at = 0, each;
    for (size_t i = 0; i < t->n; i++) {
        spk_search_front(t->island[i], x, f, &each);
        if (!each)
            continue;
        memcpy(t->front_x + at * s->dim, *x, each * s->dim * sizeof **x);
        memcpy(t->front_f + at * s->n_objectives, *f, each * s->n_objectives * sizeof **f);
        at += each;
    }
    *n = thin(s, t, at);
    *x = t->front_x;
    *f = t->front_f;
}

const spk__search_method spk__search_islands = {
    .info = {.name = "islands", .sentence = "of another method", .max_objectives = 16},
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .finish = finish,
    .limits = limits,
    .progress = progress,
    .describe = describe,
    .favourite = favourite,
    .front = front,
};
