/* Evolutionary centers algorithm: a point moves along the line from the worst of K others to their
 * centre of mass, the mass being larger for lower values; near the end of the budget along the line
 * from the centre to the best. Defaults and details as in Metaheuristics.jl.
 */
#include "search/population.h"

#include <math.h>

enum { POPULATION, NEIGHBOURS, STEP, EXPLOIT, MIXING };

static const spk_opt options[] = {
    [POPULATION] = {"population", "points in a generation; 0: neighbours * dim, at most 1000",
                    SPK_OPT_INT, NULL, 0, 0, 1e6, NULL},
    [NEIGHBOURS] = {"neighbours", "points that make a centre", SPK_OPT_INT, NULL, 7, 2, 100, NULL},
    [STEP] = {"step", "largest factor of a step", SPK_OPT_REAL, NULL, 2, 0, 10, NULL},
    [EXPLOIT] = {"exploit", "part of the budget after which steps go towards the best",
                 SPK_OPT_REAL, NULL, 0.95, 0, 1, NULL},
    [MIXING] = {"mixing", "probability that a coordinate comes from the best of the neighbours",
                SPK_OPT_REAL, NULL, 0.02, 0, 1, NULL},
    {0},
};

enum { ETA, MIX };

typedef struct {
    spk__population p;
    double *centre;
    uint32_t *turn; /* the population shuffled: neighbours follow each other */
    uint32_t *words;
} state;

static size_t blocks(const spk_search *s) {
    return (MIX + s->dim + 3) / 4;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t k = (size_t)s->opts.v[NEIGHBOURS], n = k * s->dim;
    n = n > 1000 ? 1000 : n;
    if (s->opts.v[POPULATION] > 0)
        n = (size_t)s->opts.v[POPULATION];
    n = n < k + 1 ? k + 1 : n;
    t->centre = SPK__SEARCH_ARRAY(s, s->dim, double);
    t->turn = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->words = spk__arena_alloc(s->arena, n, 4 * blocks(s) * sizeof *t->words);
    bool good = t->centre && t->turn && t->words;
    return good ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

/* Neighbour k of the point at place i. */
static size_t neighbour(const state *t, size_t i, size_t k) {
    size_t place = i + k;
    return t->turn[place < t->p.n ? place : place - t->p.n];
}

/* The centre of the neighbours of place i; masses 2 max f - f, of values moved up where any is
 * negative; those without a value weigh nothing. */
static void find_centre(const spk_search *s, state *t, size_t i, size_t *best, size_t *worst) {
    size_t count = (size_t)s->opts.v[NEIGHBOURS];
    double low = INFINITY, high = -INFINITY, total = 0;
    *best = *worst = neighbour(t, i, 0);
    for (size_t k = 0; k < count; k++) {
        size_t j = neighbour(t, i, k);
        double f = t->p.f[j];
        *best = f < t->p.f[*best] ? j : *best;
        *worst = f > t->p.f[*worst] ? j : *worst;
        if (isfinite(f)) {
            low = fmin(low, f);
            high = fmax(high, f);
        }
    }
    double lift = low < 0 ? -2 * low : 0;
    memset(t->centre, 0, s->dim * sizeof *t->centre);
    for (int equal = 0; equal < 2 && !(total > 0 && isfinite(total)); equal++) {
        total = 0;
        for (size_t k = 0; k < count; k++) {
            double f = t->p.f[neighbour(t, i, k)];
            total += equal ? 1 : isfinite(f) ? 2 * (high + lift) - (f + lift) : 0;
        }
        for (size_t k = 0; k < count && total > 0 && isfinite(total); k++) {
            size_t j = neighbour(t, i, k);
            double f = t->p.f[j], mass = equal         ? 1
                                         : isfinite(f) ? 2 * (high + lift) - (f + lift)
                                                       : 0;
            for (size_t d = 0; d < s->dim; d++)
                t->centre[d] += mass / total * t->p.x[j * s->dim + d];
        }
    }
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__population_first(s, &t->p);
    size_t n = t->p.n, dim = s->dim;
    spk_status st = spk__search_batch(s, n);
    if (st)
        return st;
    spk__search_words(s, s->generation, n, blocks(s), t->words);
    spk__search_shuffle(s, s->generation, 0, n, t->turn);
    const double *top = t->p.x + spk__population_best(&t->p) * dim;
    bool exploit = spk__search_elapsed(s) >= s->opts.v[EXPLOIT];
    for (size_t i = 0; i < n; i++) {
        size_t best, worst;
        find_centre(s, t, i, &best, &worst);
        const uint32_t *w = t->words + i * 4 * blocks(s);
        double eta = s->opts.v[STEP] * spk__word_uniform(w[ETA]);
        const double *to = exploit ? top : t->centre;
        const double *from = exploit ? t->centre : t->p.x + worst * dim;
        for (size_t d = 0; d < dim; d++) {
            double y = t->p.x[i * dim + d] + eta * (to[d] - from[d]);
            if (spk__word_uniform(w[MIX + d]) < s->opts.v[MIXING])
                y = t->p.x[best * dim + d];
            s->x[i * dim + d] = y < 0 || y > 1 ? t->centre[d] : y;
        }
    }
    return SPK_OK;
}

/* A heap of the population with the worst on top, in p.order. */
static void sink(spk__population *p, size_t place) {
    uint32_t moving = p->order[place];
    for (;;) {
        size_t child = 2 * place + 1;
        if (child >= p->n)
            break;
        if (child + 1 < p->n && p->f[p->order[child + 1]] > p->f[p->order[child]])
            child++;
        if (p->f[p->order[child]] <= p->f[moving])
            break;
        p->order[place] = p->order[child];
        place = child;
    }
    p->order[place] = moving;
}

/* A point that beats its parent takes the place of the worst. */
static void replace_worst(spk_search *s, spk__population *p) {
    for (size_t i = 0; i < p->n; i++)
        p->order[i] = (uint32_t)i;
    for (size_t i = p->n / 2; i-- > 0;)
        sink(p, i);
    for (size_t i = 0; i < p->n; i++) {
        if (!(s->f[i] < p->f[i]))
            continue;
        spk__population_put(s, p, p->order[0], s->x + i * s->dim, s->f[i]);
        sink(p, 0);
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (t->p.begun)
        replace_worst(s, &t->p);
    else
        spk__population_begin(s, &t->p);
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    return SPK_OK;
}

const spk__search_method spk__search_eca = {
    .info =
        {
            .name = "eca",
            .sentence = "evolutionary centers: steps towards centres of mass of good points",
            .reference = "Mejia-de-Dios and Mezura-Montes 2019, doi:10.1109/CEC.2019.8789925",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = SPK__POPULATION_RULES,
            .uses_start = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = spk__search_welcome,
    .tell = tell,
    .sync = sync,
    .progress = spk__population_progress,
    .describe = spk__population_describe,
};
