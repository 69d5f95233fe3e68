/* A real-coded genetic algorithm with the operators that Evolutionary.jl documents.
 *
 * Selection by linear ranking (Baker 1985): of n points by rank, the k-th best is drawn with
 * probability (2 - P + 2 (P - 1) (n - k) / (n - 1)) / n, P the pressure. Drawn here as: with
 * probability P - 1 the better of two different points, otherwise any point; the same distribution
 * without a table. Intermediate crossover (Muehlenbein and Schlierkamp-Voosen 1993): each
 * coordinate of a child lies on the line through its parents', at a place drawn evenly from [-d, 1
 * + d]. Mutation relative to the range: "bga" (same paper) changes a coordinate with probability 1
 * / dim by
 * +- width * sum over i < 20 of a_i 2^-i, a_i = 1 with probability 1 / 20; "uniform" changes every
 * coordinate by an even draw from +- width.
 * Elitism: the best of a generation enter the next one as they are, with their values. Under noise
 * they are evaluated again each time and the values averaged.
 */
#include "search/population.h"

#include <math.h>

enum { POPULATION, PRESSURE, CROSSOVER, EXTENSION, MUTATION, MUTATION_RATE, WIDTH, ELITE };
enum { BGA, UNIFORM };
enum { BGA_TERMS = 20 };

static const char *const mutations[] = {"bga", "uniform", NULL};

static const spk_opt options[] = {
    [POPULATION] = {"population", "points in a generation", SPK_OPT_INT, NULL, 100, 4, 1e6, NULL},
    [PRESSURE] = {"pressure", "of the linear ranking: expected children of the best", SPK_OPT_REAL,
                  NULL, 2, 1, 2, NULL},
    [CROSSOVER] = {"crossover", "probability that a pair of parents is crossed", SPK_OPT_REAL, NULL,
                   0.8, 0, 1, NULL},
    [EXTENSION] = {"extension", "how far children may lie outside the line between parents",
                   SPK_OPT_REAL, NULL, 0.25, 0, 1, NULL},
    [MUTATION] = {"mutation", "kind of mutation", SPK_OPT_CHOICE, NULL, BGA, 0, 0, mutations},
    [MUTATION_RATE] = {"mutation_rate", "probability that a child mutates", SPK_OPT_REAL, NULL, 0.2,
                       0, 1, NULL},
    [WIDTH] = {"width", "of a mutation, in parts of the range", SPK_OPT_REAL, NULL, 0.1, 1e-6, 1,
               NULL},
    [ELITE] = {"elite", "share of the population that survives", SPK_OPT_REAL, NULL, 0.05, 0, 0.9,
               NULL},
    {0},
};

typedef struct {
    spk__population p;
    size_t n_elite;
    double *count;           /* evaluations behind a value */
    double *next_x, *next_f; /* scratch */
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = (size_t)s->opts.v[POPULATION];
    t->n_elite = (size_t)(s->opts.v[ELITE] * (double)n + 0.5);
    t->next_x = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    t->count = SPK__SEARCH_ARRAY(s, n, double);
    t->next_f = SPK__SEARCH_ARRAY(s, 2 * n, double);
    bool good = t->next_x && t->count && t->next_f;
    return good ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

/* ---- operators ---- */

static const double *pick(const spk_search *s, const state *t, spk__rng *r) {
    size_t k = (size_t)spk__rng_below(r, t->p.n);
    if (spk__rng_uniform(r) < s->opts.v[PRESSURE] - 1) {
        size_t other = (size_t)spk__rng_below(r, t->p.n - 1);
        other += other >= k;
        k = other < k ? other : k;
    }
    return t->p.x + t->p.order[k] * s->dim;
}

static void cross(const spk_search *s, spk__rng *r, const double *a, const double *b,
                  double *child) {
    double d = s->opts.v[EXTENSION];
    for (size_t i = 0; i < s->dim; i++)
        child[i] = a[i] + ((1 + 2 * d) * spk__rng_uniform(r) - d) * (b[i] - a[i]);
}

static double bga_step(spk__rng *r) {
    double step = 0, size = 1;
    for (int i = 0; i < BGA_TERMS; i++, size /= 2)
        if (spk__rng_u32(r) < UINT32_MAX / BGA_TERMS)
            step += size;
    return spk__rng_u32(r) & 1 ? step : -step;
}

static void mutate(const spk_search *s, spk__rng *r, double *x) {
    double width = s->opts.v[WIDTH];
    for (size_t i = 0; i < s->dim; i++) {
        if (s->opts.v[MUTATION] == UNIFORM)
            x[i] += width * (2 * spk__rng_uniform(r) - 1);
        else if (spk__rng_below(r, s->dim) == 0)
            x[i] += width * bga_step(r);
    }
}

/* Children come in pairs, each pair from a stream of its own; b is NULL for the last of an odd
 * number. */
static void breed(const spk_search *s, const state *t, size_t pair, double *a, double *b) {
    spk__rng r = spk__search_rng(s, s->generation, pair);
    const double *mother = pick(s, t, &r), *father = pick(s, t, &r);
    bool crossed = spk__rng_uniform(&r) < s->opts.v[CROSSOVER];
    double *const children[] = {a, b};
    for (size_t k = 0; k < 2 && children[k]; k++) {
        double *child = children[k];
        const double *from = k ? father : mother, *to = k ? mother : father;
        if (crossed)
            cross(s, &r, from, to, child);
        else
            memcpy(child, from, s->dim * sizeof *child);
        if (spk__rng_uniform(&r) < s->opts.v[MUTATION_RATE])
            mutate(s, &r, child);
        for (size_t i = 0; i < s->dim; i++)
            child[i] = spk__clip01(child[i]);
    }
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__population_first(s, &t->p);
    size_t children = t->p.n - t->n_elite, again = s->noisy ? t->n_elite : 0;
    spk_status st = spk__search_batch(s, children + again);
    if (st)
        return st;
    spk__population_rank(&t->p);
    for (size_t i = 0; i < children; i += 2)
        breed(s, t, i / 2, s->x + i * s->dim, i + 1 < children ? s->x + (i + 1) * s->dim : NULL);
    for (size_t i = 0; i < again; i++)
        memcpy(s->x + (children + i) * s->dim, t->p.x + t->p.order[i] * s->dim,
               s->dim * sizeof *s->x);
    return SPK_OK;
}

/* ---- the next generation: elites, then children ---- */

static void replace(spk_search *s, state *t) {
    size_t e = t->n_elite, children = t->p.n - e;
    double *count = t->next_f + t->p.n;
    spk__population_rank(&t->p);
    for (size_t i = 0; i < e; i++) {
        size_t k = t->p.order[i];
        memcpy(t->next_x + i * s->dim, t->p.x + k * s->dim, s->dim * sizeof *t->p.x);
        t->next_f[i] = t->p.f[k];
        count[i] = t->count[k];
        if (s->noisy) {
            double value = s->f[children + i];
            count[i]++;
            bool good = isfinite(value) && isfinite(t->p.f[k]);
            t->next_f[i] = good ? t->p.f[k] + (value - t->p.f[k]) / count[i] : INFINITY;
        }
    }
    memcpy(t->p.x, t->next_x, e * s->dim * sizeof *t->p.x);
    memcpy(t->p.f, t->next_f, e * sizeof *t->p.f);
    memcpy(t->count, count, e * sizeof *count);
    memcpy(t->p.x + e * s->dim, s->x, children * s->dim * sizeof *t->p.x);
    memcpy(t->p.f + e, s->f, children * sizeof *t->p.f);
    for (size_t i = e; i < t->p.n; i++)
        t->count[i] = 1;
}

/* Under noise the last rows are old points at which another look is taken. */
static void welcome(spk_search *s, const double *x) {
    state *t = s->state;
    if (!s->noisy || !t->p.begun)
        spk__search_welcome(s, x);
    else
        memcpy(s->x, x, s->dim * sizeof *x);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (t->p.begun) {
        replace(s, t);
    } else {
        spk__population_begin(s, &t->p);
        for (size_t i = 0; i < t->p.n; i++)
            t->count[i] = 1;
    }
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_f64(y, t->count, t->p.n);
    return SPK_OK;
}

/* The best average of several values; else the best value. */
static bool favourite(const spk_search *s, double *x) {
    const state *t = s->state;
    size_t best = t->p.n;
    for (double least = 3; least >= 1 && best == t->p.n; least--)
        for (size_t i = 0; t->p.begun && i < t->p.n; i++)
            if (t->count[i] >= least && isfinite(t->p.f[i]) &&
                (best == t->p.n || t->p.f[i] < t->p.f[best]))
                best = i;
    if (best < t->p.n)
        memcpy(x, t->p.x + best * s->dim, s->dim * sizeof *x);
    return best < t->p.n;
}

const spk__search_method spk__search_ga = {
    .info =
        {
            .name = "ga",
            .sentence = "a genetic algorithm: ranking selection, intermediate crossover, elitism",
            .reference = "Muehlenbein and Schlierkamp-Voosen 1993, doi:10.1162/evco.1993.1.1.25",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = SPK__POPULATION_RULES,
            .uses_start = true,
            .handles_noise = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = welcome,
    .tell = tell,
    .sync = sync,
    .progress = spk__population_progress,
    .describe = spk__population_describe,
    .favourite = favourite,
};
