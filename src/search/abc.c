/* Artificial bee colony. Every food source is tried once (employed bees), then sources are tried
 * again with a probability that grows with their fitness (onlookers); a source that was tried too
 * often in vain is given up for a random point (scouts: here in place of its next employed trial).
 * A trial moves one coordinate towards or away from another source's.
 */
#include "search/population.h"

#include <math.h>

enum { POPULATION, LIMIT };

static const spk_opt options[] = {
    [POPULATION] = {"population", "food sources; as many points in a generation", SPK_OPT_INT, NULL,
                    40, 4, 1e6, NULL},
    [LIMIT] = {"limit", "trials in vain before a source is given up; 0: population * dim",
               SPK_OPT_INT, NULL, 0, 0, 1e9, NULL},
    {0},
};

enum { OTHER, COORDINATE, FACTOR, SOURCE, WORDS };

typedef struct {
    spk__population p;
    bool onlookers;  /* the batch is theirs */
    double *vain;    /* trials since the last success */
    double *source;  /* of the batch: which food source each point belongs to */
    double *fitness; /* scratch: running sums */
    uint32_t *words;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = (size_t)s->opts.v[POPULATION];
    t->vain = SPK__SEARCH_ARRAY(s, n, double);
    t->source = SPK__SEARCH_ARRAY(s, n, double);
    t->fitness = SPK__SEARCH_ARRAY(s, n, double);
    t->words = SPK__SEARCH_ARRAY(s, n * WORDS, uint32_t);
    bool good = t->vain && t->source && t->fitness && t->words;
    return good ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

static double vain_limit(const spk_search *s, const state *t) {
    return s->opts.v[LIMIT] > 0 ? s->opts.v[LIMIT] : (double)(t->p.n * s->dim);
}

/* Karaboga's fitness: 1 / (1 + f), or 1 + |f| below 0. */
static double fitness(double f) {
    return !isfinite(f) ? 0 : f >= 0 ? 1 / (1 + f) : 1 - f;
}

static size_t roulette(const state *t, double u) {
    double wanted = u * t->fitness[t->p.n - 1];
    size_t low = 0, high = t->p.n - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (t->fitness[middle] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__population_first(s, &t->p);
    size_t n = t->p.n, dim = s->dim;
    spk_status st = spk__search_batch(s, n);
    if (st)
        return st;
    spk__search_words(s, s->generation, n, WORDS / 4, t->words);
    for (size_t i = 0; i < n; i++)
        t->fitness[i] = fitness(t->p.f[i]) + (i ? t->fitness[i - 1] : 0);
    bool choose = t->onlookers && t->fitness[n - 1] > 0 && isfinite(t->fitness[n - 1]);
    for (size_t i = 0; i < n; i++) {
        const uint32_t *w = t->words + i * WORDS;
        size_t k = choose ? roulette(t, spk__word_uniform(w[SOURCE])) : i;
        double *y = s->x + i * dim;
        t->source[i] = (double)k;
        if (!t->onlookers && t->vain[k] >= vain_limit(s, t)) {
            spk__rng r = spk__search_rng(s, s->generation, i | UINT32_C(1) << 31);
            for (size_t d = 0; d < dim; d++)
                y[d] = spk__rng_uniform(&r);
            continue;
        }
        size_t other = spk__word_below(w[OTHER], n - 1), d = spk__word_below(w[COORDINATE], dim);
        other += other >= k;
        memcpy(y, t->p.x + k * dim, dim * sizeof *y);
        double far = y[d] - t->p.x[other * dim + d];
        y[d] = spk__clip01(y[d] + (2 * spk__word_uniform(w[FACTOR]) - 1) * far);
    }
    return SPK_OK;
}

static void learn(spk_search *s, state *t) {
    for (size_t i = 0; i < t->p.n; i++) {
        size_t k = (size_t)t->source[i];
        bool scout = !t->onlookers && t->vain[k] >= vain_limit(s, t);
        if (scout || s->f[i] < t->p.f[k]) {
            spk__population_put(s, &t->p, k, s->x + i * s->dim, s->f[i]);
            t->vain[k] = 0;
        } else {
            t->vain[k]++;
        }
    }
    t->onlookers = !t->onlookers;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        spk__population_begin(s, &t->p);
    else
        learn(s, t);
    spk__population_check(s, &t->p);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_bool(y, &t->onlookers);
    spk__sync_f64(y, t->vain, t->p.n);
    spk__sync_f64(y, t->source, t->p.n);
    return SPK_OK;
}

const spk__search_method spk__search_abc = {
    .info =
        {
            .name = "abc",
            .sentence = "artificial bee colony: one coordinate at a time; for separable losses",
            .reference = "Karaboga and Basturk 2007, doi:10.1007/s10898-007-9149-x",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = SPK__POPULATION_RULES,
            .uses_start = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = spk__population_progress,
    .describe = spk__population_describe,
};
