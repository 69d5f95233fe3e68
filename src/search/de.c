/* Differential evolution, rand/1/bin: v = a + F (b - c) of three different parents, mixed with the
 * parent. */
#include "search/population.h"

enum { POPULATION, F, CR };

static const spk_opt options[] = {
    [POPULATION] = {"population", "points in a generation; 0: 10 dim, 20 to 500", SPK_OPT_INT, NULL,
                    0, 0, 1e6, NULL},
    [F] = {"f", "factor of the difference", SPK_OPT_REAL, NULL, 0.5, 0, 2, NULL},
    [CR] = {"cr", "probability that a coordinate is taken from the mutant", SPK_OPT_REAL, NULL, 0.9,
            0, 1, NULL},
    {0},
};

enum { FIRST, SECOND, THIRD, SURE, MIX };

typedef struct {
    spk__population p;
    uint32_t *words;
} state;

static size_t blocks(const spk_search *s) {
    return (MIX + s->dim + 3) / 4;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = 10 * s->dim;
    n = n < 20 ? 20 : n > 500 ? 500 : n;
    if (s->opts.v[POPULATION] > 0)
        n = s->opts.v[POPULATION] < 4 ? 4 : (size_t)s->opts.v[POPULATION];
    t->words = spk__arena_alloc(s->arena, n, 4 * blocks(s) * sizeof *t->words);
    return t->words ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

/* The k-th of three that differ from i and from each other: those taken, in order, are stepped
 * over. */
static size_t step_over(size_t pick, size_t taken[], size_t k) {
    for (size_t j = 0; j < k; j++)
        pick += pick >= taken[j];
    size_t j = k;
    for (; j > 0 && taken[j - 1] > pick; j--)
        taken[j] = taken[j - 1];
    taken[j] = pick;
    return pick;
}

static void make_trial(const spk_search *s, const state *t, size_t i, double *u) {
    size_t dim = s->dim, n = t->p.n, taken[4] = {i};
    const uint32_t *w = t->words + i * 4 * blocks(s);
    const double *x = t->p.x + i * dim;
    const double *a = t->p.x + dim * step_over(spk__word_below(w[FIRST], n - 1), taken, 1);
    const double *b = t->p.x + dim * step_over(spk__word_below(w[SECOND], n - 2), taken, 2);
    const double *c = t->p.x + dim * step_over(spk__word_below(w[THIRD], n - 3), taken, 3);
    size_t sure = spk__word_below(w[SURE], dim);
    for (size_t d = 0; d < dim; d++) {
        double v = a[d] + s->opts.v[F] * (b[d] - c[d]);
        v = v < 0 ? x[d] / 2 : v > 1 ? (1 + x[d]) / 2 : v;
        u[d] = d == sure || spk__word_uniform(w[MIX + d]) < s->opts.v[CR] ? v : x[d];
    }
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__population_first(s, &t->p);
    spk_status st = spk__search_batch(s, t->p.n);
    if (st)
        return st;
    spk__search_words(s, s->generation, t->p.n, blocks(s), t->words);
    for (size_t i = 0; i < t->p.n; i++)
        make_trial(s, t, i, s->x + i * s->dim);
    return SPK_OK;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        spk__population_begin(s, &t->p);
    else
        for (size_t i = 0; i < t->p.n; i++)
            if (s->f[i] <= t->p.f[i])
                spk__population_put(s, &t->p, i, s->x + i * s->dim, s->f[i]);
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    return SPK_OK;
}

const spk__search_method spk__search_de = {
    .info =
        {
            .name = "de",
            .sentence = "differential evolution, rand/1/bin",
            .reference = "Storn and Price 1997, doi:10.1023/A:1008202821328",
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
