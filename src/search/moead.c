/* MOEA/D-DE: as many problems with one objective as there are directions, each the largest weighted
 * distance from the ideal point (Tchebycheff), solved side by side. A child comes from a point's
 * neighbours by differential evolution and mutation, and may replace a few of them. As in the
 * paper, but the children of a generation are made from the same points, so that they can be
 * evaluated together.
 */
#include "search/breed.h"
#include "search/directions.h"

#include <math.h>

enum { POPULATION, NEIGHBOURS, LOCAL, REPLACED, SCALE, CROSSOVER, MUTATION, MUTATION_ETA, BATCH };

static const spk_opt options[] = {
    [POPULATION] = {"population", "most points in a generation: as many directions as fit",
                    SPK_OPT_INT, NULL, 100, 4, 1e5, NULL},
    [NEIGHBOURS] = {"neighbours", "directions that a point shares with", SPK_OPT_INT, NULL, 20, 2,
                    1e5, NULL},
    [LOCAL] = {"local", "probability that the others are neighbours, not any", SPK_OPT_REAL, NULL,
               0.9, 0, 1, NULL},
    [REPLACED] = {"replaced", "most points that a child replaces", SPK_OPT_INT, NULL, 2, 1, 1e5,
                  NULL},
    [SCALE] = {"F", "length of a difference", SPK_OPT_REAL, NULL, 0.5, 0, 2, NULL},
    [CROSSOVER] = {"CR", "probability that a coordinate changes", SPK_OPT_REAL, NULL, 1, 0, 1,
                   NULL},
    [MUTATION] = {"mutation", "probability that a coordinate mutates; 0: 1 / dim", SPK_OPT_REAL,
                  NULL, 0, 0, 1, NULL},
    [MUTATION_ETA] = {"mutation_eta", "how small mutations are", SPK_OPT_REAL, NULL, 20, 0, 1000,
                      NULL},
    [BATCH] = {"batch", "children made together; 0: an eighth of the population", SPK_OPT_INT, NULL,
               0, 0, 1e5, NULL},
    {0},
};

typedef struct {
    size_t n, n_near, n_front, n_batch;
    bool begun;
    double *x, *f, *weight, *ideal;
    double *front_x, *front_f;
    uint32_t *near;               /* n * n_near: of each direction, itself first */
    uint32_t *rank, *pool, *turn; /* turn: the directions in the order of this sweep over them */
    spk__pareto w;
} state;

static spk_status find_neighbours(spk_search *s, state *t) {
    size_t n = t->n, k = s->n_objectives;
    double *gap = SPK__SEARCH_ARRAY(s, n, double);
    uint32_t *order = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    if (!gap || !order)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        for (size_t q = 0; q < n; q++) {
            gap[q] = q == i ? -1 : 0;
            for (size_t j = 0; j < k; j++) {
                double e = t->weight[i * k + j] - t->weight[q * k + j];
                gap[q] += e * e;
            }
        }
        spk__search_rank(gap, n, order, order + n);
        memcpy(t->near + i * t->n_near, order, t->n_near * sizeof *order);
    }
    /* A weight of 0 would not mind how bad a value is. */
    for (size_t i = 0; i < n * k; i++)
        t->weight[i] = fmax(t->weight[i], 1e-6);
    return SPK_OK;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t k = s->n_objectives, wanted = (size_t)s->opts.v[POPULATION], dim = s->dim;
    size_t n = t->n = spk__directions_count(k, wanted), near = (size_t)s->opts.v[NEIGHBOURS];
    size_t batch = s->opts.v[BATCH] > 0 ? (size_t)s->opts.v[BATCH] : (n + 7) / 8;
    t->n_near = near < n ? near : n;
    t->n_batch = batch < n ? batch : n;
    t->x = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    t->f = spk__arena_alloc(s->arena, n, k * sizeof(double));
    t->weight = spk__arena_alloc(s->arena, n, k * sizeof(double));
    t->front_x = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    t->front_f = spk__arena_alloc(s->arena, n, k * sizeof(double));
    t->ideal = SPK__SEARCH_ARRAY(s, k, double);
    t->near = spk__arena_alloc(s->arena, n, t->n_near * sizeof *t->near);
    t->rank = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->pool = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->turn = SPK__SEARCH_ARRAY(s, n, uint32_t);
    if (!t->x || !t->f || !t->weight || !t->front_x || !t->front_f || !t->ideal || !t->near ||
        !t->rank || !t->pool || !t->turn)
        return SPK_ERR_MEMORY;
    for (size_t j = 0; j < k; j++)
        t->ideal[j] = INFINITY;
    spk__directions_fill(k, wanted, t->weight);
    spk_status st = spk__pareto_start(s, &t->w, n);
    return st ? st : find_neighbours(s, t);
}

/* ---- children ---- */

/* Whether point i's partners and victims are its neighbours; the first draw of its stream. */
static bool is_local(const spk_search *s, spk__rng *r) {
    return spk__rng_uniform(r) < s->opts.v[LOCAL];
}

static size_t pool_size(const state *t, bool local) {
    return local ? t->n_near : t->n;
}

static size_t pool_at(const state *t, size_t i, bool local, size_t k) {
    return local ? t->near[i * t->n_near + k] : k;
}

static void make_child(const spk_search *s, const state *t, size_t i, double *child) {
    spk__rng r = spk__search_rng(s, s->generation, i);
    size_t dim = s->dim;
    bool local = is_local(s, &r);
    size_t n = pool_size(t, local), first = (size_t)spk__rng_below(&r, n);
    size_t second = (size_t)spk__rng_below(&r, n - 1);
    second += second >= first;
    const double *x = t->x + i * dim, *a = t->x + pool_at(t, i, local, first) * dim,
                 *b = t->x + pool_at(t, i, local, second) * dim;
    double rate = s->opts.v[MUTATION] > 0 ? s->opts.v[MUTATION] : 1 / (double)dim;
    for (size_t d = 0; d < dim; d++) {
        double u = spk__rng_uniform(&r), v = x[d];
        if (u < s->opts.v[CROSSOVER]) {
            v = x[d] + s->opts.v[SCALE] * (a[d] - b[d]);
            /* Beyond a wall: anywhere between it and the point. */
            double inside = spk__rng_uniform(&r);
            v = v < 0 ? inside * x[d] : v > 1 ? 1 - inside * (1 - x[d]) : v;
        }
        if (spk__rng_uniform(&r) < rate)
            v = spk__breed_mutation(v, spk__rng_uniform(&r), s->opts.v[MUTATION_ETA]);
        child[d] = v;
    }
}

/* Which directions have their turn in this generation: turn[*first ..], so many. The first one was
 * the random points. */
static size_t find_turns(const spk_search *s, state *t, size_t *first) {
    size_t parts = (t->n + t->n_batch - 1) / t->n_batch;
    uint64_t sweep = (s->generation - 1) / parts;
    *first = (size_t)((s->generation - 1) % parts) * t->n_batch;
    spk__search_shuffle(s, sweep, 0, t->n, t->turn);
    return t->n - *first < t->n_batch ? t->n - *first : t->n_batch;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    size_t first = 0, n = t->begun ? find_turns(s, t, &first) : t->n;
    spk_status st = spk__search_batch(s, n);
    if (st)
        return st;
    if (!t->begun)
        spk__search_scatter(s, s->generation, n, s->x);
    for (size_t i = 0; t->begun && i < n; i++)
        make_child(s, t, t->turn[first + i], s->x + i * s->dim);
    return SPK_OK;
}

/* ---- replacement ---- */

static double distance(const state *t, size_t k, size_t direction, const double *f) {
    const double *weight = t->weight + direction * k;
    double largest = 0;
    for (size_t j = 0; j < k; j++)
        largest = fmax(largest, weight[j] * (f[j] - t->ideal[j]));
    return largest;
}

static void put(const spk_search *s, state *t, size_t i, const double *x, const double *f) {
    memcpy(t->x + i * s->dim, x, s->dim * sizeof *x);
    memcpy(t->f + i * s->n_objectives, f, s->n_objectives * sizeof *f);
}

/* The child of point i looks for points that it is better than, in random order. */
static void place_child(const spk_search *s, state *t, size_t i, const double *x, const double *f) {
    spk__rng r = spk__search_rng(s, s->generation, i);
    bool local = is_local(s, &r);
    size_t n = pool_size(t, local), k = s->n_objectives, left = (size_t)s->opts.v[REPLACED];
    if (!isfinite(f[0]))
        return;
    spk__rng turns = spk__search_rng(s, s->generation, t->n + i);
    for (size_t q = 0; q < n; q++)
        t->pool[q] = (uint32_t)pool_at(t, i, local, q);
    for (; n > 0 && left > 0; n--) {
        size_t at = (size_t)spk__rng_below(&turns, n), q = t->pool[at];
        t->pool[at] = t->pool[n - 1];
        if (distance(t, k, q, f) > distance(t, k, q, t->f + q * k))
            continue;
        put(s, t, q, x, f);
        left--;
    }
}

static void keep_front(const spk_search *s, state *t) {
    size_t dim = s->dim, k = s->n_objectives;
    spk__pareto_rank(&t->w, t->f, t->n, k, t->rank);
    t->n_front = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->rank[i] != 0 || !isfinite(t->f[i * k]))
            continue;
        memcpy(t->front_x + t->n_front * dim, t->x + i * dim, dim * sizeof *t->x);
        memcpy(t->front_f + t->n_front++ * k, t->f + i * k, k * sizeof *t->f);
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t k = s->n_objectives, first = 0;
    for (size_t i = 0; i < s->n * k; i++)
        t->ideal[i % k] = fmin(t->ideal[i % k], s->f[i]);
    if (t->begun)
        find_turns(s, t, &first);
    for (size_t i = 0; i < s->n; i++) {
        const double *x = s->x + i * s->dim, *f = s->f + i * k;
        if (t->begun)
            place_child(s, t, t->turn[first + i], x, f);
        else
            put(s, t, i, x, f);
    }
    t->begun = true;
    keep_front(s, t);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    size_t k = s->n_objectives;
    spk__sync_bool(y, &t->begun);
    spk__sync_f64(y, t->x, t->n * s->dim);
    spk__sync_f64(y, t->f, t->n * k);
    spk__sync_f64(y, t->ideal, k);
    if (spk__sync_loading(y) && t->begun)
        keep_front(s, t);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *out) {
    const state *t = s->state;
    out->population = t->n;
    if (t->begun)
        out->spread = spk__search_spread(t->x, t->n, s->dim);
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__str_add(line, ", %zu directions, %zu points on the front", t->n, t->n_front);
}

static void front(const spk_search *s, const double **x, const double **f, size_t *n) {
    const state *t = s->state;
    *x = t->front_x;
    *f = t->front_f;
    *n = t->n_front;
}

const spk__search_method spk__search_moead = {
    .info =
        {
            .name = "moead",
            .sentence = "MOEA/D-DE: a front, one point a direction, neighbours helping",
            .reference = "Li and Zhang 2009, doi:10.1109/TEVC.2008.925798",
            .options = options,
            .min_objectives = 2,
            .max_objectives = 16,
            .rules = 1u << SPK_STOP_BUDGET,
            .uses_start = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = spk__search_welcome,
    .tell = tell,
    .sync = sync,
    .progress = progress,
    .describe = describe,
    .front = front,
};
