/* Competitive swarm optimizer: particles meet in pairs; the loser learns from the winner and from
 * the mean of the swarm and is evaluated anew, the winner passes on unchanged. */
#include "search/population.h"

enum { POPULATION, PHI };

static const spk_opt options[] = {
    [POPULATION] = {"population",
                    "particles, an even number; half of them are evaluated in a generation",
                    SPK_OPT_INT, NULL, 100, 4, 1e6, NULL},
    [PHI] = {"phi", "pull of the mean", SPK_OPT_REAL, NULL, 0.1, 0, 1, NULL},
    {0},
};

typedef struct {
    spk__population p;
    double *v, *mean;
    uint32_t *pair; /* of the batch: losers, then their winners */
    uint32_t *words;
} state;

static size_t blocks(const spk_search *s) {
    return (3 * s->dim + 3) / 4;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = 2 * ((size_t)s->opts.v[POPULATION] / 2);
    t->v = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    t->mean = SPK__SEARCH_ARRAY(s, s->dim, double);
    t->pair = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->words = spk__arena_alloc(s->arena, n, 4 * blocks(s) * sizeof *t->words);
    bool good = t->v && t->mean && t->pair && t->words;
    return good ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

static void compete(const spk_search *s, state *t) {
    size_t half = t->p.n / 2;
    spk__search_shuffle(s, s->generation, 0, t->p.n, t->pair);
    for (size_t i = 0; i < half; i++) {
        uint32_t loser = t->pair[i], winner = t->pair[half + i];
        if (t->p.f[loser] < t->p.f[winner]) {
            t->pair[i] = winner;
            t->pair[half + i] = loser;
        }
    }
    for (size_t d = 0; d < s->dim; d++) {
        t->mean[d] = 0;
        for (size_t i = 0; i < t->p.n; i++)
            t->mean[d] += t->p.x[i * s->dim + d];
        t->mean[d] /= (double)t->p.n;
    }
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__population_first(s, &t->p);
    size_t half = t->p.n / 2, dim = s->dim;
    spk_status st = spk__search_batch(s, half);
    if (st)
        return st;
    compete(s, t);
    spk__search_words(s, s->generation, half, blocks(s), t->words);
    for (size_t i = 0; i < half; i++) {
        const uint32_t *w = t->words + i * 4 * blocks(s);
        const double *x = t->p.x + t->pair[i] * dim, *top = t->p.x + t->pair[half + i] * dim;
        double *v = t->v + t->pair[i] * dim;
        for (size_t d = 0; d < dim; d++) {
            v[d] = spk__word_uniform(w[3 * d]) * v[d] +
                   spk__word_uniform(w[3 * d + 1]) * (top[d] - x[d]) +
                   s->opts.v[PHI] * spk__word_uniform(w[3 * d + 2]) * (t->mean[d] - x[d]);
            s->x[i * dim + d] = spk__clip01(x[d] + v[d]);
        }
    }
    return SPK_OK;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        spk__population_begin(s, &t->p);
    else
        for (size_t i = 0; i < t->p.n / 2; i++)
            spk__population_put(s, &t->p, t->pair[i], s->x + i * s->dim, s->f[i]);
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_f64(y, t->v, t->p.n * s->dim);
    spk__sync_bytes(y, t->pair, t->p.n * sizeof *t->pair);
    return SPK_OK;
}

const spk__search_method spk__search_cso = {
    .info =
        {
            .name = "cso",
            .sentence = "competitive swarm: losers learn from winners; for many parameters",
            .reference = "Cheng and Jin 2015, doi:10.1109/TCYB.2014.2322602",
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
