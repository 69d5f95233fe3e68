/* TuRBO: Bayesian optimisation in a trust region. A Gaussian process of the region's points draws
 * functions that might be the true one; a batch is the minima of as many draws among random places
 * in a box around the best point, whose sides follow the lengths of the process. The box doubles
 * after successes, halves after failures, and when it is too small another one begins elsewhere.
 *
 * As in the paper with one region, but a draw covers at most 512 places, which a covariance between
 * all of them allows, and the process sees at most `points` points, the nearest to the best. Failed
 * points count as bad as the worst that did not fail. Under noise the region is around the point of
 * the lowest mean of the process, which is also the favourite.
 */
#include "search/linear.h"
#include "search/process.h"

#include "num/num.h"
#include <math.h>

enum { BATCH, FIRST, POINTS, CANDIDATES };

static const spk_opt options[] = {
    [BATCH] = {"batch", "points to evaluate together", SPK_OPT_INT, NULL, 4, 1, 100, NULL},
    [FIRST] = {"first", "random points that begin a region; 0: 2 dim", SPK_OPT_INT, NULL, 0, 0,
               1000, NULL},
    [POINTS] = {"points", "most points that the process learns from", SPK_OPT_INT, NULL, 150, 10,
                2000, NULL},
    [CANDIDATES] = {"candidates",
                    "places among which a draw has its minimum; 0: 100 dim, at most 512",
                    SPK_OPT_INT, NULL, 0, 0, 5000, NULL},
    {0},
};

/* The paper's: of the unit cube; successes in a row to grow. */
static const double FIRST_SIDE = 0.8, LEAST_SIDE = 0x1p-7, LARGEST_SIDE = 1.6;
enum { SUCCESSES = 3, FIRST_STEPS = 50, STEPS = 10 };

typedef struct {
    size_t batch, first, room, candidates;
    uint64_t region;
    double side, successes, failures;
    bool fresh;           /* the process knows nothing of this region yet */
    size_t n, centre;     /* points of the region; the one in its middle */
    double *x, *f, *told; /* told: finite stand-ins for f */
    double lowest;        /* of the region */
    bool has_favourite;
    uint64_t favourite_region;
    double *favourite, favourite_mean;
    double *place, *mean, *covariance, *draw, *low, *high;
    uint32_t *order, *scratch;
    spk__process process;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t dim = s->dim, wanted = (size_t)s->opts.v[CANDIDATES];
    t->batch = (size_t)s->opts.v[BATCH];
    t->first = s->opts.v[FIRST] > 0 ? (size_t)s->opts.v[FIRST] : 2 * dim;
    t->first = t->first < 2 ? 2 : t->first;
    size_t usual = dim < 6 ? 100 * dim : 512;
    t->candidates = wanted == 0 ? usual : wanted;
    t->candidates = t->candidates < t->batch ? t->batch : t->candidates;
    size_t most = t->first > t->batch ? t->first : t->batch, m = t->candidates;
    t->room = (size_t)s->opts.v[POINTS] + most;
    t->x = spk__arena_alloc(s->arena, t->room, dim * sizeof(double));
    t->f = SPK__SEARCH_ARRAY(s, t->room, double);
    t->told = SPK__SEARCH_ARRAY(s, t->room, double);
    t->favourite = SPK__SEARCH_ARRAY(s, dim, double);
    t->place = spk__arena_alloc(s->arena, m, dim * sizeof(double));
    t->mean = SPK__SEARCH_ARRAY(s, m, double);
    t->covariance = SPK__SEARCH_ARRAY(s, m * m, double);
    t->draw = SPK__SEARCH_ARRAY(s, m, double);
    t->low = SPK__SEARCH_ARRAY(s, dim, double);
    t->high = SPK__SEARCH_ARRAY(s, dim, double);
    t->order = SPK__SEARCH_ARRAY(s, t->room, uint32_t);
    t->scratch = SPK__SEARCH_ARRAY(s, t->room, uint32_t);
    if (!t->x || !t->f || !t->told || !t->favourite || !t->place || !t->mean || !t->covariance ||
        !t->draw || !t->low || !t->high || !t->order || !t->scratch)
        return SPK_ERR_MEMORY;
    t->side = FIRST_SIDE;
    t->fresh = true;
    t->lowest = INFINITY;
    return spk__process_start(s, &t->process, t->room, m);
}

/* ---- the first points of a region ---- */

/* A Latin hypercube: each coordinate takes each of n strips once. */
static void first_points(const spk_search *s, state *t) {
    size_t n = t->first, dim = s->dim;
    for (size_t d = 0; d < dim; d++) {
        spk__search_shuffle(s, s->generation, (uint32_t)d, n, t->order);
        for (size_t i = 0; i < n; i++)
            s->x[i * dim + d] = (double)t->order[i];
    }
    for (size_t i = 0; i < n; i++) {
        spk__rng r = spk__search_rng(s, s->generation, i);
        for (size_t d = 0; d < dim; d++)
            s->x[i * dim + d] = (s->x[i * dim + d] + spk__rng_uniform(&r)) / (double)n;
    }
    if (s->start && t->region == 0)
        memcpy(s->x, s->start, dim * sizeof *s->x);
}

/* ---- a batch ---- */

static size_t lowest_of(const double *f, size_t n) {
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        best = f[i] < f[best] ? i : best;
    return best;
}

/* told: values with the worst finite one in place of failures. */
static void stand_in(state *t) {
    double worst = -INFINITY;
    for (size_t i = 0; i < t->n; i++)
        worst = isfinite(t->f[i]) && t->f[i] > worst ? t->f[i] : worst;
    for (size_t i = 0; i < t->n; i++)
        t->told[i] = isfinite(t->f[i]) ? t->f[i] : isfinite(worst) ? worst : 0;
}

/* Under noise the middle of the region is where the process is lowest. */
static void choose_centre(const spk_search *s, state *t) {
    t->centre = lowest_of(t->f, t->n);
    if (!s->noisy)
        return;
    for (size_t i = 0; i < t->n; i++)
        t->told[i] = spk__process_mean(&t->process, t->x + i * s->dim);
    t->centre = lowest_of(t->told, t->n);
    double mean = t->process.mean + t->process.deviation * t->told[t->centre];
    /* In one region the latest judgement counts, of different ones the lower. */
    bool same = t->has_favourite && t->favourite_region == t->region;
    if (isfinite(t->f[t->centre]) && (!t->has_favourite || same || mean < t->favourite_mean)) {
        t->favourite_region = t->region;
        t->has_favourite = true;
        t->favourite_mean = mean;
        memcpy(t->favourite, t->x + t->centre * s->dim, s->dim * sizeof *t->x);
    }
}

static void place_box(const spk_search *s, state *t) {
    size_t dim = s->dim;
    double mean_log = 0;
    for (size_t d = 0; d < dim; d++)
        mean_log += spk__log(spk__process_length(&t->process, d)) / (double)dim;
    for (size_t d = 0; d < dim; d++) {
        double middle = t->x[t->centre * dim + d];
        double half = t->side / 2 * spk__process_length(&t->process, d) / spk__exp(mean_log);
        t->low[d] = spk__clip01(middle - half);
        t->high[d] = spk__clip01(middle + half);
    }
}

/* Random places in the box, each with some coordinates of the centre: with all moved, few places of
 * many dimensions would be near it. */
static void scatter_candidates(const spk_search *s, state *t) {
    size_t dim = s->dim;
    double share = fmin(1, 20 / (double)dim);
    for (size_t i = 0; i < t->candidates; i++) {
        spk__rng r = spk__search_rng(s, s->generation, i);
        double *x = t->place + i * dim;
        size_t always = (size_t)spk__rng_below(&r, dim);
        for (size_t d = 0; d < dim; d++) {
            double moves = spk__rng_uniform(&r), u = spk__rng_uniform(&r);
            bool moved = d == always || moves < share;
            x[d] = moved ? t->low[d] + u * (t->high[d] - t->low[d]) : t->x[t->centre * dim + d];
        }
    }
}

/* The factor of the covariance; rounding can make it lose its definiteness. */
static bool factorise(state *t) {
    size_t m = t->candidates;
    for (double jitter = 1e-6; jitter < 1; jitter *= 100) {
        spk__process_predict(&t->process, t->place, m, t->mean, t->covariance);
        for (size_t i = 0; i < m; i++)
            t->covariance[i * m + i] += jitter;
        if (spk__cholesky(m, t->covariance))
            return true;
    }
    return false;
}

/* The minima of draws; no place twice. */
static void draw_batch(const spk_search *s, state *t) {
    size_t m = t->candidates, dim = s->dim;
    for (size_t b = 0; b < t->batch; b++) {
        spk__rng r = spk__search_rng(s, s->generation, m + b);
        for (size_t i = 0; i < m; i++)
            t->draw[i] = spk__rng_normal(&r);
        size_t chosen = m;
        double lowest = INFINITY;
        for (size_t i = 0; i < m; i++) {
            double v = t->mean[i] + spk__dot(i + 1, t->covariance + i * m, t->draw);
            if (v < lowest || chosen == m) {
                lowest = v;
                chosen = i;
            }
        }
        memcpy(s->x + b * dim, t->place + chosen * dim, dim * sizeof *s->x);
        t->mean[chosen] = INFINITY;
    }
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    bool first = t->n == 0;
    spk_status st = spk__search_batch(s, first ? t->first : t->batch);
    if (st)
        return st;
    if (first) {
        first_points(s, t);
        return SPK_OK;
    }
    stand_in(t);
    if (t->fresh)
        spk__process_reset(&t->process);
    bool good = spk__process_fit(&t->process, t->x, t->told, t->n, t->fresh ? FIRST_STEPS : STEPS);
    if (!good) {
        spk__process_reset(&t->process);
        good = spk__process_fit(&t->process, t->x, t->told, t->n, 0);
    }
    t->fresh = false;
    choose_centre(s, t);
    place_box(s, t);
    scatter_candidates(s, t);
    if (good && factorise(t))
        draw_batch(s, t);
    else
        memcpy(s->x, t->place, t->batch * s->dim * sizeof *s->x);
    return SPK_OK;
}

/* ---- learning ---- */

/* Room for another batch: the points farthest from the best leave. */
static void thin(const spk_search *s, state *t) {
    size_t dim = s->dim, most = (size_t)s->opts.v[POINTS], best = lowest_of(t->f, t->n);
    if (t->n <= most)
        return;
    for (size_t i = 0; i < t->n; i++) {
        t->told[i] = 0;
        for (size_t d = 0; d < dim; d++) {
            double e = t->x[i * dim + d] - t->x[best * dim + d];
            t->told[i] += e * e;
        }
    }
    spk__search_rank(t->told, t->n, t->order, t->scratch);
    /* In place and in their old order. */
    memset(t->scratch, 0, t->n * sizeof *t->scratch);
    for (size_t i = 0; i < most; i++)
        t->scratch[t->order[i]] = 1;
    size_t to = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (!t->scratch[i])
            continue;
        memmove(t->x + to * dim, t->x + i * dim, dim * sizeof *t->x);
        t->f[to++] = t->f[i];
    }
    t->n = to;
}

static void resize(const spk_search *s, state *t, double lowest) {
    double patience = ceil(fmax(4, (double)s->dim) / (double)t->batch);
    bool success =
        lowest < t->lowest - 1e-3 * fabs(t->lowest) || (isfinite(lowest) && !isfinite(t->lowest));
    t->successes = success ? t->successes + 1 : 0;
    t->failures = success ? 0 : t->failures + 1;
    if (t->successes >= SUCCESSES) {
        t->side = fmin(LARGEST_SIDE, 2 * t->side);
        t->successes = 0;
    } else if (t->failures >= patience) {
        t->side /= 2;
        t->failures = 0;
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    double lowest = s->f[lowest_of(s->f, s->n)];
    if (t->n > 0)
        resize(s, t, lowest);
    memcpy(t->x + t->n * s->dim, s->x, s->n * s->dim * sizeof *t->x);
    memcpy(t->f + t->n, s->f, s->n * sizeof *t->f);
    t->n += s->n;
    t->lowest = fmin(t->lowest, lowest);
    thin(s, t);
    if (t->side >= LEAST_SIDE)
        return SPK_OK;
    t->region++;
    t->n = 0;
    t->side = FIRST_SIDE;
    t->successes = t->failures = 0;
    t->lowest = INFINITY;
    t->fresh = true;
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__sync_u64(y, &t->region);
    spk__sync_u64(y, &t->favourite_region);
    spk__sync_bool(y, &t->fresh);
    spk__sync_bool(y, &t->has_favourite);
    double *const numbers[] = {&t->side,   &t->successes,      &t->failures,
                               &t->lowest, &t->favourite_mean, &t->process.steps};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        spk__sync_f64(y, numbers[i], 1);
    spk__sync_size(y, &t->n, t->room);
    spk__sync_f64(y, t->x, t->n * s->dim);
    spk__sync_f64(y, t->f, t->n);
    spk__sync_f64(y, t->favourite, s->dim);
    spk__sync_f64(y, t->process.theta, s->dim + 2);
    spk__sync_f64(y, t->process.step, s->dim + 2);
    spk__sync_f64(y, t->process.square, s->dim + 2);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *p) {
    const state *t = s->state;
    p->restart = t->region;
    p->spread = t->side;
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__str_add(line, ", trust region %.3g, %zu points", t->side, t->n);
    if (t->region > 0)
        spk__str_add(line, ", restart %llu", (unsigned long long)t->region);
}

static bool favourite(const spk_search *s, double *x) {
    const state *t = s->state;
    if (t->has_favourite)
        memcpy(x, t->favourite, s->dim * sizeof *x);
    return t->has_favourite || spk_search_best(s, x, NULL);
}

const spk__search_method spk__search_turbo = {
    .info =
        {
            .name = "turbo",
            .sentence = "TuRBO: Gaussian process in a trust region; below 500 evaluations",
            .reference = "Eriksson, Pearce, Gardner, Turner and Poloczek 2019, arXiv:1910.01739",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET,
            .uses_start = true,
            .handles_noise = true,
            .costly = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = progress,
    .describe = describe,
    .favourite = favourite,
};
