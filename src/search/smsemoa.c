/* SMS-EMOA: the population keeps the points that together dominate the largest volume. Children
 * enter one by one, and each time the point of the last front that adds least leaves. As in the
 * paper, but the children of a whole generation are made from the same parents, so that they can be
 * evaluated together.
 *
 * Volumes are exact, measured after the front's own range was scaled to 1, from a reference point
 * at 2 in every objective; so the extremes of a front stay.
 */
#include "search/breed.h"

#include <math.h>

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100),
    {0},
};

typedef struct {
    spk__parents p;
    double *scaled, *without,
        *room; /* scratch: a front scaled, without one point, for the volume */
    uint32_t *member;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p);
    if (st)
        return st;
    size_t n = t->p.n + 1, k = s->n_objectives;
    t->scaled = SPK__SEARCH_ARRAY(s, n * k, double);
    t->without = SPK__SEARCH_ARRAY(s, n * k, double);
    t->room = SPK__SEARCH_ARRAY(s, spk__hypervolume_room(n, k), double);
    t->member = SPK__SEARCH_ARRAY(s, n, uint32_t);
    return t->scaled && t->without && t->room && t->member ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__parents_first(s, &t->p);
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON);
    for (size_t i = 0; i < t->p.n; i += 2) {
        size_t a = (size_t)spk__rng_below(&r, t->p.n), b = (size_t)spk__rng_below(&r, t->p.n - 1);
        t->p.mates[i] = (uint32_t)a;
        t->p.mates[i + 1] = (uint32_t)(b + (b >= a));
    }
    return spk__parents_breed(s, &t->p);
}

/* Scales the n members of a front to [0, 1] in each objective. */
static void scale_front(const spk_search *s, state *t, size_t n) {
    size_t k = s->n_objectives;
    for (size_t j = 0; j < k; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            low = fmin(low, t->p.f[t->member[i] * k + j]);
            high = fmax(high, t->p.f[t->member[i] * k + j]);
        }
        bool wide = high > low && isfinite(high - low);
        for (size_t i = 0; i < n; i++)
            t->scaled[i * k + j] = wide ? (t->p.f[t->member[i] * k + j] - low) / (high - low) : 0;
    }
}

/* Two values: what a point adds is the rectangle between its neighbours, the front being in falling
 * order of the first value. */
static size_t least_of_two(const state *t, size_t n) {
    size_t least = 0;
    double lowest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        const double *p = t->scaled + 2 * i;
        double right = i > 0 ? p[-2] : 2, above = i + 1 < n ? p[3] : 2;
        double adds = (right - p[0]) * (above - p[1]);
        if (adds < lowest) {
            lowest = adds;
            least = i;
        }
    }
    return least;
}

static size_t least_of_many(const spk_search *s, state *t, size_t n) {
    double reference[16], lowest = INFINITY;
    size_t k = s->n_objectives, least = 0;
    for (size_t j = 0; j < k; j++)
        reference[j] = 2;
    double all = spk__hypervolume(t->scaled, n, k, reference, t->room);
    for (size_t i = 0; i < n; i++) {
        memcpy(t->without, t->scaled, i * k * sizeof *t->scaled);
        memcpy(t->without + i * k, t->scaled + (i + 1) * k, (n - 1 - i) * k * sizeof *t->scaled);
        double adds = all - spk__hypervolume(t->without, n - 1, k, reference, t->room);
        if (adds < lowest) {
            lowest = adds;
            least = i;
        }
    }
    return least;
}

/* Rows 0 .. n of p (one more than the population): the one that leaves. */
static size_t find_loser(const spk_search *s, state *t) {
    size_t rows = t->p.n + 1, k = s->n_objectives, n;
    size_t fronts = spk__pareto_rank(&t->p.w, t->p.f, rows, k, t->p.rank);
    n = spk__pareto_members(&t->p.w, fronts - 1, t->member);
    if (n == 1)
        return t->member[0];
    scale_front(s, t, n);
    return t->member[k == 2 ? least_of_two(t, n) : least_of_many(s, t, n)];
}

/* The front first, each part in its order. */
static void put_front_first(spk_search *s, spk__parents *p) {
    size_t n = 0, first = 0;
    size_t fronts = spk__pareto_rank(&p->w, p->f, p->n, s->n_objectives, p->rank);
    for (size_t front = 0; front < fronts; front++) {
        n += spk__pareto_members(&p->w, front, p->kept + n);
        first = front == 0 ? n : first;
    }
    spk__parents_keep(s, p, first);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    spk__parents *p = &t->p;
    size_t dim = s->dim, k = s->n_objectives;
    bool first = !p->begun;
    if (first)
        spk__parents_merge(s, p);
    for (size_t i = 0; !first && i < p->n; i++) {
        memcpy(p->x + p->n * dim, s->x + i * dim, dim * sizeof *p->x);
        memcpy(p->f + p->n * k, s->f + i * k, k * sizeof *p->f);
        size_t loser = find_loser(s, t);
        if (loser == p->n)
            continue;
        memcpy(p->x + loser * dim, p->x + p->n * dim, dim * sizeof *p->x);
        memcpy(p->f + loser * k, p->f + p->n * k, k * sizeof *p->f);
    }
    put_front_first(s, p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__parents_sync(s, &t->p, y);
    return SPK_OK;
}

const spk__search_method spk__search_smsemoa = {
    .info =
        {
            .name = "smsemoa",
            .sentence =
                "SMS-EMOA: a front that dominates the largest volume; for few, costly points",
            .reference = "Beume, Naujoks and Emmerich 2007, doi:10.1016/j.ejor.2006.08.008",
            .options = options,
            .min_objectives = 2,
            .max_objectives = 16,
            .rules = 1u << SPK_STOP_BUDGET,
            .uses_start = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = spk__parents_progress,
    .describe = spk__parents_describe,
    .front = spk__parents_front,
};
