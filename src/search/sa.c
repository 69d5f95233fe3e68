/* Simulated annealing with several chains side by side. A move changes one coordinate, whose step,
 * kept for each chain and coordinate, grows after accepted moves and shrinks after refused ones so
 * that about 44 % are accepted (after Corana et al. 1987). The temperature falls geometrically over
 * the budget, from the spread of the first values by a factor `cooling`. At each halving of the
 * temperature every chain that stands worse than the middle one jumps to the best chain's place.
 */
#include "search/population.h"

#include "num/num.h"
#include <math.h>

enum { CHAINS, FIRST_STEP, COOLING };

static const spk_opt options[] = {
    [CHAINS] = {"population", "chains, one point of each in a generation", SPK_OPT_INT, NULL, 16, 1,
                1e6, NULL},
    [FIRST_STEP] = {"step", "first step in parts of the range, where no steps are given",
                    SPK_OPT_REAL, NULL, 0.3, 1e-9, 1, NULL},
    [COOLING] = {"cooling", "last temperature over the first", SPK_OPT_REAL, NULL, 1e-11, 1e-300, 1,
                 NULL},
    {0},
};

/* With growth^0.44 = shrinkage^0.56 the steps stand still at an acceptance of 0.44. */
static const double GROWTH = 1.3, SHRINKAGE = 1.229;

enum { COORDINATE, MOVE, ACCEPT, WORDS };

typedef struct {
    spk__population p; /* where the chains stand */
    double hot, halvings;
    double *step;
    uint32_t *words;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t n = (size_t)s->opts.v[CHAINS];
    t->step = spk__arena_alloc(s->arena, n, s->dim * sizeof(double));
    t->words = SPK__SEARCH_ARRAY(s, n * 4, uint32_t);
    if (!t->step || !t->words)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n * s->dim; i++)
        t->step[i] = fmin(1, s->step ? s->step[i % s->dim] : s->opts.v[FIRST_STEP]);
    return spk__population_start(s, &t->p, n);
}

static double temperature(const spk_search *s, const state *t) {
    return t->hot * spk__exp(spk__search_elapsed(s) * spk__log(s->opts.v[COOLING]));
}

/* With steps given, all chains start within them of the start or the centre. */
static spk_status first(spk_search *s, state *t) {
    spk_status st = spk__population_first(s, &t->p);
    for (size_t i = 0; !st && s->step && i < t->p.n; i++)
        for (size_t d = 0; d < s->dim; d++) {
            double *x = s->x + i * s->dim + d, centre = s->start ? s->start[d] : 0.5;
            *x = i == 0 && s->start ? centre : spk__clip01(centre + (2 * *x - 1) * s->step[d]);
        }
    return st;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return first(s, t);
    size_t dim = s->dim;
    spk_status st = spk__search_batch(s, t->p.n);
    if (st)
        return st;
    spk__search_words(s, s->generation, t->p.n, 1, t->words);
    memcpy(s->x, t->p.x, t->p.n * dim * sizeof *s->x);
    for (size_t i = 0; i < t->p.n; i++) {
        const uint32_t *w = t->words + 4 * i;
        size_t k = i * dim + spk__word_below(w[COORDINATE], dim);
        double x = s->x[k] + (2 * spk__word_uniform(w[MOVE]) - 1) * t->step[k];
        /* Mirrored at the walls, which keeps moves and their inverses equally likely. */
        x = x < 0 ? -x : x > 1 ? 2 - x : x;
        s->x[k] = spk__clip01(x);
    }
    return SPK_OK;
}

/* The standard deviation of the finite values among the first. */
static double spread_of_values(const spk_search *s) {
    double mean = 0, square = 0, n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->f[i])) {
            double e = s->f[i] - mean;
            mean += e / ++n;
            square += e * (s->f[i] - mean);
        }
    double spread = n > 1 ? sqrt(square / n) : 1;
    return spread > 0 && isfinite(spread) ? spread : 1;
}

static void regroup(spk_search *s, state *t) {
    spk__population_rank(&t->p);
    size_t best = t->p.order[0];
    for (size_t i = t->p.n / 2 + 1; i < t->p.n; i++)
        spk__population_put(s, &t->p, t->p.order[i], t->p.x + best * s->dim, t->p.f[best]);
}

static void move(spk_search *s, state *t) {
    double heat = temperature(s, t);
    spk__search_words(s, s->generation, t->p.n, 1, t->words);
    for (size_t i = 0; i < t->p.n; i++) {
        const uint32_t *w = t->words + 4 * i;
        size_t k = i * s->dim + spk__word_below(w[COORDINATE], s->dim);
        double worse = s->f[i] - t->p.f[i];
        bool accepted = s->f[i] <= t->p.f[i] || (isfinite(s->f[i]) && spk__word_uniform(w[ACCEPT]) <
                                                                          spk__exp(-worse / heat));
        if (accepted)
            spk__population_put(s, &t->p, i, s->x + i * s->dim, s->f[i]);
        t->step[k] = fmin(1, t->step[k] * (accepted ? GROWTH : 1 / SHRINKAGE));
    }
    double halvings = floor(-spk__search_elapsed(s) * spk__log(s->opts.v[COOLING]) / spk__log(2));
    if (halvings > t->halvings)
        regroup(s, t);
    t->halvings = halvings;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (t->p.begun) {
        move(s, t);
        return SPK_OK;
    }
    spk__population_begin(s, &t->p);
    t->hot = spread_of_values(s);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_f64(y, &t->hot, 1);
    spk__sync_f64(y, &t->halvings, 1);
    spk__sync_f64(y, t->step, t->p.n * s->dim);
    return SPK_OK;
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__population_describe(s, line);
    if (t->p.begun)
        spk__str_add(line, ", temperature %.3g", temperature(s, t));
}

const spk__search_method spk__search_sa = {
    .info =
        {
            .name = "sa",
            .sentence = "simulated annealing, several chains side by side",
            .reference =
                "Kirkpatrick, Gelatt and Vecchi 1983, doi:10.1126/science.220.4598.671; Corana et "
                "al. 1987, doi:10.1145/29380.29864",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET,
            .uses_start = true,
            .uses_step = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = spk__population_progress,
    .describe = describe,
};
