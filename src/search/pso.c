/* Particle swarm with one global best: inertia and pulls as Clerc and Kennedy's constriction gives
 * them. A particle that hits a wall stays there without speed. */
#include "search/population.h"

enum { POPULATION, INERTIA, OWN, COMMON };

static const spk_opt options[] = {
    [POPULATION] = {"population", "particles", SPK_OPT_INT, NULL, 40, 2, 1e6, NULL},
    [INERTIA] = {"inertia", "part of the velocity that is kept", SPK_OPT_REAL, NULL, 0.73, 0, 1,
                 NULL},
    [OWN] = {"own", "pull of a particle's own best point", SPK_OPT_REAL, NULL, 1.5, 0, 4, NULL},
    [COMMON] = {"common", "pull of the swarm's best point", SPK_OPT_REAL, NULL, 1.5, 0, 4, NULL},
    {0},
};

typedef struct {
    spk__population p; /* own bests */
    double *x, *v;
    uint32_t *words;
} state;

static size_t blocks(const spk_search *s) {
    return (2 * s->dim + 3) / 4;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = (size_t)s->opts.v[POPULATION];
    t->x = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    t->v = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    t->words = spk__arena_alloc(s->arena, n, 4 * blocks(s) * sizeof *t->words);
    return t->x && t->v && t->words ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
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
    const double *top = t->p.x + spk__population_best(&t->p) * dim;
    for (size_t i = 0; i < n; i++) {
        const uint32_t *w = t->words + i * 4 * blocks(s);
        for (size_t d = 0; d < dim; d++) {
            size_t k = i * dim + d;
            double own = s->opts.v[OWN] * spk__word_uniform(w[2 * d]);
            double common = s->opts.v[COMMON] * spk__word_uniform(w[2 * d + 1]);
            t->v[k] = s->opts.v[INERTIA] * t->v[k] + own * (t->p.x[k] - t->x[k]) +
                      common * (top[d] - t->x[k]);
            t->x[k] += t->v[k];
            if (t->x[k] < 0 || t->x[k] > 1) {
                t->x[k] = spk__clip01(t->x[k]);
                t->v[k] = 0;
            }
        }
    }
    memcpy(s->x, t->x, n * dim * sizeof *t->x);
    return SPK_OK;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun) {
        spk__population_begin(s, &t->p);
        memcpy(t->x, s->x, t->p.n * s->dim * sizeof *t->x);
    } else {
        for (size_t i = 0; i < t->p.n; i++)
            if (s->f[i] < t->p.f[i])
                spk__population_put(s, &t->p, i, s->x + i * s->dim, s->f[i]);
    }
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_f64(y, t->x, t->p.n * s->dim);
    spk__sync_f64(y, t->v, t->p.n * s->dim);
    return SPK_OK;
}

const spk__search_method spk__search_pso = {
    .info =
        {
            .name = "pso",
            .sentence = "particle swarm around a common best",
            .reference =
                "Kennedy and Eberhart 1995, doi:10.1109/ICNN.1995.488968; Clerc and Kennedy 2002, "
                "doi:10.1109/4235.985692",
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
