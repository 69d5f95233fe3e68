/* SPEA2: a point's fitness is how many points its dominators dominate, and how near its neighbours
 * are. The archive, here the parents, keeps all points that nobody dominates if they fit; else, one
 * by one, that leaves which is nearest to another.
 *
 * Distances are measured after the values were scaled by their range, since objectives have units
 * of their own. How near the neighbours are only matters between points that are alike otherwise,
 * and is measured for those alone. Ties between nearest neighbours are broken by the next ones, as
 * far as DEPTH.
 */
#include "search/breed.h"
#include "search/heap.h"
#include "search/nearest.h"
#include "search/strength.h"

#include <math.h>

enum { DEPTH = 4, LISTED = 8, NONE = UINT32_MAX, UNWANTED = -1 };

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 0.9, 20),
    {0},
};

typedef struct {
    spk__parents p;
    double *better; /* fitness of each parent */
    /* Scratch. By row: the raw fitness; the values, scaled. Of a front: its neighbours, the nearest
     * first, dead ones among them, and the squares of how far they are. */
    double *raw, *scaled, *gap, *density;
    uint32_t *order, *scratch, *listed, *near;
    spk__strength strength;
    spk__nearest tree;
    spk__heap heap;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__parents_start(s, &t->p, (size_t)s->opts.v[SPK__BREED_POPULATION]);
    if (st)
        return st;
    size_t room = t->p.room, k = s->n_objectives;
    t->better = SPK__SEARCH_ARRAY(s, t->p.n, double);
    t->raw = SPK__SEARCH_ARRAY(s, room, double);
    t->scaled = spk__arena_alloc(s->arena, room, k * sizeof(double));
    t->density = SPK__SEARCH_ARRAY(s, room, double);
    t->order = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->scratch = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->listed = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->near = spk__arena_alloc(s->arena, room, LISTED * sizeof(uint32_t));
    t->gap = spk__arena_alloc(s->arena, room, LISTED * sizeof(double));
    t->heap.row = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->heap.key = SPK__SEARCH_ARRAY(s, room, double);
    if (!t->better || !t->raw || !t->scaled || !t->density || !t->order || !t->scratch ||
        !t->listed || !t->near || !t->gap || !t->heap.row || !t->heap.key)
        return SPK_ERR_MEMORY;
    st = spk__strength_start(s, &t->strength, room);
    return st ? st : spk__nearest_start(s, &t->tree, room, k);
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

/* ---- distances ---- */

/* A tree of rows, their values scaled by their range; failed ones are far from all. */
static void plant(const spk_search *s, state *t, const uint32_t *row, size_t n) {
    size_t k = s->n_objectives;
    for (size_t j = 0; j < k; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            double v = t->p.f[row[i] * k + j];
            low = v < low ? v : low;
            high = v > high && isfinite(v) ? v : high;
        }
        double scale = high > low ? 1 / (high - low) : 0;
        for (size_t i = 0; i < n; i++) {
            double v = t->p.f[row[i] * k + j];
            t->scaled[i * k + j] = isfinite(v) ? (v - low) * scale : INFINITY;
        }
    }
    spk__nearest_build(&t->tree, t->scaled, n);
}

/* density of the rows marked by 0: 1 / (how far the neighbour is that the paper looks at + 2). Rows
 * are taken in the order of the tree, so that the one before tells how far it can be. */
static void find_density(const spk_search *s, state *t) {
    size_t k = s->n_objectives, n = t->tree.n, wanted = (size_t)sqrt((double)n) + 1;
    wanted = wanted < n ? wanted : n; /* the row itself is the nearest */
    const double *last = NULL;
    double far = INFINITY, *square = t->gap;
    for (size_t place = 0; place < n; place++) {
        size_t row = t->tree.row[place];
        const double *x = t->scaled + row * k;
        double away = 0;
        if (t->density[row] != 0)
            continue;
        for (size_t j = 0; last && j < k; j++)
            away += (x[j] - last[j]) * (x[j] - last[j]);
        double within = 1.001 * (sqrt(away) + far);
        size_t found =
            spk__nearest_find(&t->tree, x, SPK__NEAREST_ALL, within * within, NULL, square);
        if (found >= wanted)
            far = sqrt(spk__search_select(square, found, wanted - 1));
        else if (spk__nearest_find(&t->tree, x, wanted, INFINITY, NULL, square) == wanted)
            far = sqrt(square[wanted - 1]);
        t->density[row] = 1 / (far + 2);
        last = x;
    }
}

/* ---- truncation ---- */

/* The nearest of those that are left. */
static void list(const spk_search *s, state *t, size_t i) {
    uint32_t row[LISTED + 1];
    double square[LISTED + 1];
    size_t n = spk__nearest_find(&t->tree, t->scaled + i * s->n_objectives, LISTED + 1, INFINITY,
                                 row, square);
    t->listed[i] = 0;
    for (size_t q = 0; q < n && t->listed[i] < LISTED; q++) {
        if (row[q] == i)
            continue;
        t->near[i * LISTED + t->listed[i]] = row[q];
        t->gap[i * LISTED + t->listed[i]++] = square[q];
    }
}

/* The square of how far the neighbour at a place (from 0) is, of those that are left. */
static double gap_at(const spk_search *s, state *t, size_t i, size_t place) {
    for (int again = 0; again < 2; again++) {
        size_t seen = 0;
        for (size_t q = 0; q < t->listed[i]; q++) {
            if (t->p.kept[t->near[i * LISTED + q]] == NONE)
                continue;
            if (seen++ == place)
                return t->gap[i * LISTED + q];
        }
        if (!again)
            list(s, t, i);
    }
    return INFINITY;
}

/* Of two with equally near neighbours: whether a's next ones are nearer. */
static bool more_crowded(const spk_search *s, state *t, size_t a, size_t b) {
    for (size_t place = 1; place < DEPTH; place++) {
        double x = gap_at(s, t, a, place), y = gap_at(s, t, b, place);
        if (x != y)
            return x < y;
    }
    return a < b;
}

/* The top of the heap, its gap up to date: gaps only grow while others leave. */
static double settle_top(const spk_search *s, state *t) {
    for (;;) {
        uint32_t top = t->heap.row[0];
        double gap = gap_at(s, t, top, 0);
        if (gap == t->heap.key[top])
            return gap;
        t->heap.key[top] = gap;
        spk__heap_sink(&t->heap, 0);
    }
}

/* Takes the one with the nearest neighbour from the heap; twins are all alike. */
static uint32_t take_nearest(const spk_search *s, state *t) {
    enum { RIVALS = 8 };
    uint32_t rival[RIVALS];
    double gap = settle_top(s, t);
    uint32_t loser = spk__heap_pop(&t->heap);
    size_t n = 0;
    while (gap > 0 && n < RIVALS && t->heap.n && settle_top(s, t) == gap) {
        uint32_t other = spk__heap_pop(&t->heap);
        bool worse = more_crowded(s, t, other, loser);
        rival[n++] = worse ? loser : other;
        loser = worse ? other : loser;
    }
    while (n)
        spk__heap_push(&t->heap, rival[--n]);
    return loser;
}

/* Removes rows from kept[0 .. n-1], all on one front, until `wanted` are left. */
static void truncate(const spk_search *s, state *t, size_t n, size_t wanted) {
    uint32_t *kept = t->p.kept;
    plant(s, t, kept, n);
    for (size_t i = 0; i < n; i++) {
        list(s, t, i);
        t->heap.key[i] = t->listed[i] ? t->gap[i * LISTED] : INFINITY;
    }
    spk__heap_fill(&t->heap, n);
    for (size_t left = n; left > wanted; left--) {
        uint32_t loser = take_nearest(s, t);
        kept[loser] = NONE;
        spk__nearest_drop(&t->tree, loser);
    }
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (kept[i] != NONE)
            kept[to++] = kept[i];
}

/* ---- selection ---- */

/* Whether rows at two places of a list sorted by raw fitness need be told apart. */
static bool alike(const state *t, const uint32_t *row, size_t a, size_t b) {
    return t->raw[row[a]] == t->raw[row[b]] && isfinite(t->raw[row[a]]);
}

/* Their density is wanted. */
static void mark(state *t, const uint32_t *row, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        t->density[row[i]] = t->density[row[i]] > 0 ? t->density[row[i]] : 0;
}

/* kept: the rows of lowest fitness; the last ones compete by density. */
static void select_rows(const spk_search *s, state *t, size_t rows) {
    size_t n = t->p.n, begin = n - 1, end = n;
    uint32_t *order = t->order, *last = t->p.kept;
    while (begin && alike(t, order, begin - 1, n - 1))
        begin--;
    while (end < rows && alike(t, order, end, n - 1))
        end++;
    if (end > n) {
        mark(t, order, begin, end);
        find_density(s, t);
        for (size_t i = begin; i < end; i++)
            t->heap.key[i - begin] = t->density[order[i]];
        spk__search_rank(t->heap.key, end - begin, last, t->scratch);
        for (size_t i = begin; i < end; i++)
            last[i - begin] = order[begin + last[i - begin]];
        memcpy(order + begin, last, (end - begin) * sizeof *last);
    }
    memcpy(t->p.kept, order, n * sizeof *order);
}

/* The fitness of the parents-to-be, for their fights. */
static void rate(const spk_search *s, state *t) {
    const uint32_t *kept = t->p.kept;
    size_t n = t->p.n;
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && alike(t, kept, begin, end);)
            end++;
        if (end - begin > 1)
            mark(t, kept, begin, end);
    }
    find_density(s, t);
    for (size_t i = 0; i < n; i++)
        t->better[i] = t->raw[kept[i]] + fmax(t->density[kept[i]], 0);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    spk__parents *p = &t->p;
    size_t rows = spk__parents_merge(s, p), k = s->n_objectives, first = 0;
    spk__pareto_rank(&p->w, p->f, rows, k, p->rank);
    spk__strength_raw(&t->strength, &p->w, p->f, rows, k, t->raw);
    for (size_t i = 0; i < rows; i++)
        t->raw[i] = isfinite(p->f[i * k]) ? t->raw[i] : INFINITY;
    spk__search_rank(t->raw, rows, t->order, t->scratch);
    while (first < rows && t->raw[t->order[first]] == 0)
        first++;
    memcpy(p->kept, t->order, rows * sizeof *t->order);
    if (first > p->n)
        truncate(s, t, first, p->n);
    for (size_t i = 0; i < rows; i++)
        t->scratch[i] = (uint32_t)i;
    for (size_t i = 0; i < rows; i++)
        t->density[i] = UNWANTED;
    plant(s, t, t->scratch, rows);
    if (first <= p->n)
        select_rows(s, t, rows);
    rate(s, t);
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
