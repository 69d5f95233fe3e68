/* SPEA2: a point's fitness is how many points its dominators dominate, and how near its neighbours
 * are. The archive, here the parents, keeps all points that nobody dominates if they fit; else, one
 * by one, that leaves which is nearest to another.
 *
 * Distances are measured after the values were scaled by their range, since objectives have units
 * of their own.
 */
#include "search/breed.h"

#include <math.h>

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 0.9, 20),
    {0},
};

typedef struct {
    spk__parents p;
    double *fitness, *better;                    /* by row; of each parent */
    double *scaled, *gap, *one, *other, *sorted; /* scratch */
    uint32_t *strength, *partner, *order, *scratch;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p, (size_t)s->opts.v[SPK__BREED_POPULATION]);
    size_t room = t->p.room;
    t->fitness = SPK__SEARCH_ARRAY(s, room, double);
    t->better = SPK__SEARCH_ARRAY(s, t->p.n, double);
    t->scaled = spk__arena_alloc(s->arena, room, s->n_objectives * sizeof(double));
    t->gap = SPK__SEARCH_ARRAY(s, room, double);
    t->one = SPK__SEARCH_ARRAY(s, room, double);
    t->other = SPK__SEARCH_ARRAY(s, room, double);
    t->sorted = SPK__SEARCH_ARRAY(s, room, double);
    t->strength = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->partner = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->order = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->scratch = SPK__SEARCH_ARRAY(s, room, uint32_t);
    if (st)
        return st;
    return t->fitness && t->better && t->scaled && t->gap && t->one && t->other && t->sorted &&
                   t->strength && t->partner && t->order && t->scratch
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

/* Both parents of a pair win a fight between two at random. */
static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__parents_first(s, &t->p);
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON);
    for (size_t i = 0; i < t->p.n; i++) {
        size_t a = spk__word_below(spk__rng_u32(&r), t->p.n);
        size_t b = spk__word_below(spk__rng_u32(&r), t->p.n);
        t->p.mates[i] = (uint32_t)(t->better[b] < t->better[a] ? b : a);
    }
    return spk__parents_breed(s, &t->p);
}

/* ---- fitness ---- */

/* scaled: by column, so that distances from one row run along memory. */
static void scale_values(const spk_search *s, state *t, size_t rows) {
    size_t k = s->n_objectives;
    for (size_t j = 0; j < k; j++) {
        double low = INFINITY, high = -INFINITY, *to = t->scaled + j * rows;
        for (size_t i = 0; i < rows; i++) {
            double v = t->p.f[i * k + j];
            low = v < low ? v : low;
            high = v > high && isfinite(v) ? v : high;
        }
        double scale = high > low ? 1 / (high - low) : 0;
        for (size_t i = 0; i < rows; i++) {
            double v = t->p.f[i * k + j];
            to[i] = isfinite(v) ? (v - low) * scale : INFINITY;
        }
    }
}

/* Squared distances from a row; those to failed points are infinite. */
static void measure(const spk_search *s, const state *t, size_t rows, size_t from, double *out) {
    memset(out, 0, rows * sizeof *out);
    for (size_t j = 0; j < s->n_objectives; j++) {
        const double *v = t->scaled + j * rows;
        for (size_t i = 0; i < rows; i++)
            out[i] += (v[i] - v[from]) * (v[i] - v[from]);
    }
}

static void find_fitness(const spk_search *s, state *t, size_t rows) {
    size_t k = s->n_objectives, neighbour = (size_t)sqrt((double)rows);
    const double *f = t->p.f;
    neighbour = neighbour < rows ? neighbour : rows - 1;
    for (size_t i = 0; i < rows; i++) {
        t->strength[i] = 0;
        for (size_t q = 0; q < rows; q++)
            t->strength[i] += spk__pareto_dominates(f + i * k, f + q * k, k);
    }
    for (size_t i = 0; i < rows; i++) {
        t->fitness[i] = INFINITY;
        if (!isfinite(f[i * k]))
            continue;
        double raw = 0;
        for (size_t q = 0; q < rows; q++)
            raw += spk__pareto_dominates(f + q * k, f + i * k, k) ? t->strength[q] : 0;
        measure(s, t, rows, i, t->gap);
        /* The row itself is the nearest, at place 0. */
        double far = sqrt(spk__search_select(t->gap, rows, neighbour));
        t->fitness[i] = raw + 1 / (far + 2);
    }
}

/* ---- truncation ---- */

enum { GONE = UINT32_MAX };

/* The nearest of the n rows in kept to the one at a place. Of equals the next one counts, so that
 * the removal of one point leaves few without a partner. */
static void find_partner(const spk_search *s, state *t, size_t rows, size_t n, size_t place) {
    const uint32_t *kept = t->p.kept;
    measure(s, t, rows, kept[place], t->sorted);
    t->gap[place] = INFINITY;
    t->partner[place] = GONE;
    for (size_t step = 1; step < n && t->gap[place] > 0; step++) {
        size_t i = place + step < n ? place + step : place + step - n;
        if (kept[i] != GONE && t->sorted[kept[i]] < t->gap[place]) {
            t->gap[place] = t->sorted[kept[i]];
            t->partner[place] = (uint32_t)i;
        }
    }
}

/* Distances from the row at a place to all others that are left, sorted; returns how many. */
static size_t all_gaps(const spk_search *s, state *t, size_t rows, size_t n, size_t place,
                       double *out) {
    size_t m = 0;
    measure(s, t, rows, t->p.kept[place], t->sorted);
    for (size_t i = 0; i < n; i++)
        if (i != place && t->p.kept[i] != GONE)
            out[m++] = t->sorted[t->p.kept[i]];
    spk__search_rank(out, m, t->order, t->scratch);
    for (size_t i = 0; i < m; i++)
        t->sorted[i] = out[t->order[i]];
    memcpy(out, t->sorted, m * sizeof *out);
    return m;
}

/* Of two rows with equally near neighbours: whether a's next ones are nearer. Duplicates are all
 * alike. */
static bool more_crowded(const spk_search *s, state *t, size_t rows, size_t n, size_t a, size_t b) {
    if (t->gap[a] == 0)
        return false;
    size_t m = all_gaps(s, t, rows, n, a, t->one);
    all_gaps(s, t, rows, n, b, t->other);
    for (size_t i = 0; i < m; i++)
        if (t->one[i] != t->other[i])
            return t->one[i] < t->other[i];
    return false;
}

/* Removes rows from kept[0 .. n-1], all on one front, until `wanted` are left. */
static void truncate(const spk_search *s, state *t, size_t rows, size_t n, size_t wanted) {
    uint32_t *kept = t->p.kept;
    for (size_t i = 0; i < n; i++)
        find_partner(s, t, rows, n, i);
    for (size_t left = n; left > wanted; left--) {
        size_t loser = n;
        for (size_t i = 0; i < n; i++) {
            if (kept[i] == GONE)
                continue;
            if (loser == n || t->gap[i] < t->gap[loser] ||
                (t->gap[i] == t->gap[loser] && more_crowded(s, t, rows, n, i, loser)))
                loser = i;
        }
        kept[loser] = GONE;
        for (size_t i = 0; i < n; i++)
            if (kept[i] != GONE && t->partner[i] == loser)
                find_partner(s, t, rows, n, i);
    }
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (kept[i] != GONE)
            kept[to++] = kept[i];
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    spk__parents *p = &t->p;
    size_t rows = spk__parents_merge(s, p), first = 0;
    scale_values(s, t, rows);
    find_fitness(s, t, rows);
    spk__search_rank(t->fitness, rows, t->order, t->scratch);
    while (first < rows && t->fitness[t->order[first]] < 1)
        first++;
    for (size_t i = 0; i < rows; i++)
        p->kept[i] = t->order[i];
    if (first > p->n)
        truncate(s, t, rows, first, p->n);
    for (size_t i = 0; i < p->n; i++)
        t->better[i] = t->fitness[p->kept[i]];
    spk__parents_keep(s, p, first);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__parents_sync(s, &t->p, y);
    spk__sync_f64(y, t->better, t->p.n);
    return SPK_OK;
}

const spk__search_method spk__search_spea2 = {
    .info =
        {
            .name = "spea2",
            .sentence = "SPEA2: a front of two or three objectives, spread by nearest neighbours",
            .reference = "Zitzler, Laumanns and Thiele 2001, doi:10.3929/ethz-a-004284029",
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
