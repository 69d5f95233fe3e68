/* SMS-EMOA: the population keeps the points that together dominate the largest volume. Children
 * enter one by one, and each time the point of the last front that adds least leaves. As in the
 * paper, but the children of a whole generation are made from the same parents, so that they can be
 * evaluated together.
 *
 * Volumes are exact, measured after the front's own range was scaled to 1, from a reference point
 * at 2 in every objective; so the extremes of a front stay.
 */
#include "search/breed.h"
#include "search/volume.h"

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 0.9, 20),
    {0},
};

typedef struct {
    spk__parents p;
    spk__volume v;
    uint32_t *member, *order; /* scratch: the last front; all rows by their last value */
    uint32_t *pushed;         /* scratch: rows that others push to the next front */
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p, (size_t)s->opts.v[SPK__BREED_POPULATION]);
    if (st)
        return st;
    size_t n = t->p.n + 1;
    t->member = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->pushed = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    if (!t->member || !t->order || !t->pushed)
        return SPK_ERR_MEMORY;
    return spk__volume_start(s, &t->v, n, s->n_objectives);
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

/* ---- one child after the other ---- */

/* Ranks with the child in row p.n: its own, then those of the points that it pushes to the next
 * front, of those that these push, and so on (after Li, Deb, Zhang and Kwong 2017,
 * doi:10.1109/TEVC.2016.2567648). */
static void rank_child(const spk_search *s, state *t) {
    size_t n = t->p.n, k = s->n_objectives;
    const double *f = t->p.f;
    uint32_t *rank = t->p.rank, *pushing = t->pushed, *pushed = t->pushed + n + 1, level = 0;
    for (size_t i = 0; i < n; i++)
        if (rank[i] >= level && spk__pareto_dominates(f + i * k, f + n * k, k))
            level = rank[i] + 1;
    rank[n] = level;
    size_t n_pushing = 1, n_pushed;
    for (pushing[0] = (uint32_t)n; n_pushing; n_pushing = n_pushed, level++) {
        n_pushed = 0;
        for (size_t i = 0; i < n; i++) {
            bool stays = rank[i] != level;
            for (size_t q = 0; !stays && q < n_pushing; q++)
                if (spk__pareto_dominates(f + pushing[q] * k, f + i * k, k)) {
                    pushed[n_pushed++] = (uint32_t)i;
                    break;
                }
        }
        for (size_t q = 0; q < n_pushed; q++)
            rank[pushed[q]] = level + 1;
        uint32_t *swap = pushing;
        pushing = pushed;
        pushed = swap;
    }
}

/* Puts the child, row p.n, in its place among the rows by their last value. */
static void order_child(const spk_search *s, state *t) {
    size_t n = t->p.n, k = s->n_objectives, low = 0, high = n;
    const double *last = t->p.f + k - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (last[t->order[middle] * k] <= last[n * k])
            low = middle + 1;
        else
            high = middle;
    }
    memmove(t->order + low + 1, t->order + low, (n - low) * sizeof *t->order);
    t->order[low] = (uint32_t)n;
}

/* Rows 0 .. n of p, the child being the last: the one that leaves. */
static size_t find_loser(const spk_search *s, state *t) {
    size_t rows = t->p.n + 1, n = 0;
    uint32_t worst = 0;
    for (size_t i = 0; i < rows; i++)
        worst = t->p.rank[i] > worst ? t->p.rank[i] : worst;
    for (size_t i = 0; i < rows; i++) {
        uint32_t row = t->order[i];
        t->member[n] = row;
        n += t->p.rank[row] == worst;
    }
    return t->member[n == 1 ? 0 : spk__volume_least(&t->v, t->p.f, s->n_objectives, t->member, n)];
}

/* The child, row p.n, moves into the place of the loser. */
static void replace(const spk_search *s, state *t, size_t loser) {
    size_t dim = s->dim, k = s->n_objectives, to = 0;
    spk__parents *p = &t->p;
    for (size_t i = 0; i <= p->n; i++) {
        uint32_t row = t->order[i];
        t->order[to] = row == p->n ? (uint32_t)loser : row;
        to += row != loser;
    }
    memcpy(p->x + loser * dim, p->x + p->n * dim, dim * sizeof *p->x);
    memcpy(p->f + loser * k, p->f + p->n * k, k * sizeof *p->f);
    p->rank[loser] = p->rank[p->n];
}

static void take_children(spk_search *s, state *t) {
    spk__parents *p = &t->p;
    size_t dim = s->dim, k = s->n_objectives;
    spk__pareto_rank(&p->w, p->f, p->n, k, p->rank);
    for (size_t i = 0; i < p->n; i++)
        t->v.value[i] = p->f[i * k + k - 1];
    spk__search_rank(t->v.value, p->n, t->order, t->v.scratch);
    for (size_t i = 0; i < p->n; i++) {
        memcpy(p->x + p->n * dim, s->x + i * dim, dim * sizeof *p->x);
        memcpy(p->f + p->n * k, s->f + i * k, k * sizeof *p->f);
        rank_child(s, t);
        order_child(s, t);
        replace(s, t, find_loser(s, t));
    }
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
    if (t->p.begun)
        take_children(s, t);
    else
        spk__parents_merge(s, &t->p);
    put_front_first(s, &t->p);
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
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = spk__search_welcome,
    .tell = tell,
    .sync = sync,
    .progress = spk__parents_progress,
    .describe = spk__parents_describe,
    .front = spk__parents_front,
};
