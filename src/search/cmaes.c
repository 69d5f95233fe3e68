/* CMA-ES with restarts and, where values carry noise, with uncertainty handling.
 *
 * Restarts. "bipop" (Hansen 2009, doi:10.1145/1570256.1570333, in the form of pycma's fmin): after
 * the first run, either a run with twice the individuals of the largest before, or, as long as such
 * runs have spent less in all, one with few individuals and a small step from a new place. "ipop"
 * (Auger and Hansen 2005, doi:10.1109/CEC.2005.1554902): twice the individuals each time. "single":
 * one run. A run ends by the shared stop rules, when it diverges, or after pycma's 100 + 150 (dim +
 * 3)^2 / sqrt(lambda) generations.
 *
 * Noise. The favourite is then a mean of the distribution, not the point with the luckiest value,
 * and the growing populations of the restarts do the averaging. With the option "repeats" also
 * Hansen, Niederberger, Guzzella and Koumoutsakos 2009 (doi:10.1109/TEVC.2008.924423): a few
 * individuals of each generation are evaluated again; when that changes their ranks by more than a
 * level, every point is evaluated more often and averaged, and when that has reached its limit the
 * step grows. Measured on noisy spheres, ellipsoids and Rastrigin's function, the restarts alone
 * left the smaller error for the same evaluations, so that is the default.
 */
#include "search/cma.h"

#include "num/num.h"
#include <math.h>

enum { POPULATION, SIGMA, RESTARTS, STRATEGY, ACTIVE, REPEATS };
enum { BIPOP, IPOP, SINGLE };

static const double AVERAGING = 0.2;

static const char *const strategies[] = {"bipop", "ipop", "single", NULL};

static const spk_opt options[] = {
    [POPULATION] = {"population", "points in a generation of the first run; 0: 4 + 3 ln(dim)",
                    SPK_OPT_INT, NULL, 0, 0, 1e6, NULL},
    [SIGMA] = {"sigma", "first standard deviation in parts of the range; 0: 0.1, under noise 0.2",
               SPK_OPT_REAL, NULL, 0, 0, 1, NULL},
    [RESTARTS] = {"restarts", "doublings of the population", SPK_OPT_INT, NULL, 9, 0, 15, NULL},
    [STRATEGY] = {"strategy", "how to restart", SPK_OPT_CHOICE, NULL, BIPOP, 0, 0, strategies},
    [ACTIVE] = {"active", "learn from bad points too", SPK_OPT_BOOL, NULL, 1, 0, 1, NULL},
    [REPEATS] =
        {"repeats",
         "under noise, most evaluations of one point, to be averaged; above 1, second looks "
         "at a few points tell how many are needed",
         SPK_OPT_INT, NULL, 1, 1, 1000, NULL},
    {0},
};

typedef struct {
    spk__cma cma;
    uint64_t run, small_runs;               /* runs before this one; how many were small */
    bool small;                             /* accounting and kind of the present run */
    double spent, spent_small, spent_large; /* evaluations: of this run, of runs that ended */
    double most_generations, first_sigma;
    size_t room; /* of the arrays below */
    uint32_t *order, *scratch;
    double
        *value; /* averages: lambda individuals, then the second look at the first few; scratch */
    /* under noise */
    double repeats; /* evaluations of each point, rounded */
    double quality, *centre, *favourite, favourite_quality;
    bool has_favourite;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    t->repeats = 1;
    t->favourite = SPK__SEARCH_ARRAY(s, s->dim, double);
    t->centre = SPK__SEARCH_ARRAY(s, s->dim, double);
    return t->favourite && t->centre ? spk__cma_start(s, &t->cma) : SPK_ERR_MEMORY;
}

static size_t base_lambda(const spk_search *s) {
    double wanted = s->opts.v[POPULATION];
    size_t usual = spk__cma_lambda(s->dim);
    return wanted == 0 ? usual : wanted < 4 ? 4 : (size_t)wanted;
}

/* Where no steps are given. A small one goes down sooner, and ends lower on the losses of spike trains and
 * on COCO's functions; but noise hides from it which way is down (docs/search-measured.md). */
static double first_step(const spk_search *s) {
    double wanted = s->opts.v[SIGMA];
    return wanted > 0 ? fmax(wanted, 1e-6) : s->noisy ? 0.2 : 0.1;
}

/* Individuals evaluated twice under noise. */
static size_t second_looks(const spk_search *s, size_t lambda) {
    size_t tenth = lambda / 10;
    return !s->noisy || s->opts.v[REPEATS] == 1 ? 0 : tenth < 2 ? 2 : tenth;
}

static spk_status reserve(spk_search *s, state *t) {
    size_t n = t->cma.lambda + second_looks(s, t->cma.lambda);
    if (n <= t->room)
        return SPK_OK;
    size_t room = 2 * n;
    t->value = SPK__SEARCH_ARRAY(s, 3 * room, double);
    t->order = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->scratch = SPK__SEARCH_ARRAY(s, room, uint32_t);
    t->room = t->value && t->order && t->scratch ? room : 0;
    return t->room ? SPK_OK : SPK_ERR_MEMORY;
}

/* ---- runs ---- */

static spk_status begin_run(spk_search *s, state *t, size_t lambda, double shrink) {
    double dim = (double)s->dim, usual = 100 + 150 * (dim + 3) * (dim + 3) / sqrt((double)lambda);
    t->most_generations = usual * s->rules.opts.v[SPK_STOP_OPT_STAGNATION];
    if (t->small && t->run > 0)
        t->most_generations = fmin(t->most_generations > 0 ? t->most_generations : INFINITY,
                                   ceil(0.5 * t->spent_large / (double)lambda));
    t->spent = 0;
    spk_status st = spk__cma_begin(s, &t->cma, lambda, s->opts.v[ACTIVE] != 0, t->run == 0,
                                   first_step(s), shrink);
    t->first_sigma = t->cma.sigma;
    return st ? st : reserve(s, t);
}

static spk_status next_run(spk_search *s, state *t, spk_stop reason) {
    *(t->small ? &t->spent_small : &t->spent_large) += t->spent;
    t->run++;
    bool bipop = s->opts.v[STRATEGY] == BIPOP;
    t->small = bipop && t->spent_small < t->spent_large;
    t->small_runs += t->small;
    double doublings = (double)(t->run - t->small_runs), lambda = (double)base_lambda(s);
    if (s->opts.v[STRATEGY] == SINGLE || (doublings > s->opts.v[RESTARTS] && !t->small)) {
        spk__search_stop(s, s->opts.v[STRATEGY] == SINGLE ? reason : SPK_STOP_RESTARTS);
        return SPK_OK;
    }
    double factor = doublings * spk__log(2), shrink = 1;
    if (t->small) {
        spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON - 2);
        double u = spk__rng_uniform(&r), v = spk__rng_uniform(&r);
        factor *= u * u;
        shrink = spk__exp(v * spk__log(0.01));
    }
    /* The hair's breadth keeps exact doublings exact. */
    return begin_run(s, t, (size_t)(lambda * spk__exp(factor) * (1 + 1e-9)), shrink);
}

/* ---- generations ---- */

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (t->cma.lambda == 0) {
        t->small = true; /* the first run counts with the small ones */
        spk_status st = begin_run(s, t, base_lambda(s), 1);
        if (st)
            return st;
    }
    size_t lambda = t->cma.lambda, again = second_looks(s, lambda), n = lambda + again;
    size_t repeats = (size_t)(t->repeats + 0.5), row = s->dim * sizeof *s->x;
    spk_status st = spk__search_batch(s, n * repeats);
    if (st)
        return st;
    spk__cma_sample(s, &t->cma, s->x);
    memcpy(s->x + lambda * s->dim, s->x, again * row);
    for (size_t i = 1; i < repeats; i++)
        memcpy(s->x + i * n * s->dim, s->x, n * row);
    return SPK_OK;
}

/* Hansen 2011, arXiv:1110.4181. Where points are evaluated several times, none is taken. */
static void welcome(spk_search *s, const double *x) {
    state *t = s->state;
    if (s->n != t->cma.lambda)
        return;
    spk__search_welcome(s, x);
    spk__cma_inject(&t->cma, s->n - 1, x);
}

static void average(const spk_search *s, state *t, size_t n) {
    size_t repeats = s->n / n;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < repeats; k++)
            sum += s->f[k * n + i] / (double)repeats;
        t->value[i] = sum;
    }
}

/* The 1-based rank's distance that is exceeded by all but the share level / 2 of the 2 lambda - 1
 * ranks that a value could have had: Delta^lim of the paper. */
static double rank_limit(double rank, size_t lambda, double level) {
    size_t most = 2 * lambda - 1;
    double wanted = level / 2 * (double)(most - 1), below = 0;
    /* Distances |r - rank| for r = 1 .. most, counted from small to large. */
    for (size_t d = 0;; d++) {
        double count = 0;
        for (int side = -1; side <= 1; side += 2) {
            double r = rank + side * (double)d;
            count += r >= 1 && r <= (double)most && (d > 0 || side > 0);
        }
        below += count;
        if (below > wanted)
            return (double)d;
    }
}

/* The paper's measure of how far a second look moves ranks beyond what is tolerated; > 0: too
 * noisy. value: lambda first values, then `again` second ones. */
static double uncertainty(state *t, size_t lambda, size_t again) {
    size_t n = lambda + again;
    double *set = t->value + n, *rank = set + n, sum = 0;
    /* The set of the paper has 2 lambda values; those not looked at again count twice. */
    memcpy(set, t->value, n * sizeof *set);
    spk__search_rank(set, n, t->order, t->scratch);
    double place = 1;
    for (size_t i = 0; i < n; i++) {
        size_t k = t->order[i];
        bool doubled = k >= again && k < lambda;
        rank[k] = place;
        place += doubled ? 2 : 1;
    }
    for (size_t i = 0; i < again; i++) {
        double old = rank[i], new = rank[lambda + i];
        double change = fabs(new - old) - 1;
        sum += 2 * change - rank_limit(new - (new > old), lambda, 0.2) -
               rank_limit(old - (old > new), lambda, 0.2);
    }
    return sum / (double)again;
}

static void learn_noise(spk_search *s, state *t, size_t again) {
    double level = uncertainty(t, t->cma.lambda, again), most = s->opts.v[REPEATS];
    if (level <= 0)
        t->repeats = fmax(1, t->repeats / 1.5);
    else if (t->repeats < most)
        t->repeats = fmin(most, t->repeats * 1.5);
    else
        t->cma.sigma *= 1 + 2 / ((double)s->dim + 10);
    for (size_t i = 0; i < again; i++)
        t->value[i] = t->value[i] / 2 + t->value[t->cma.lambda + i] / 2;
}

/* Under noise: the mean of the distribution, averaged over a while, and how low the better half of
 * the sample was meanwhile. A run's latest centre counts, since a run goes down even where its
 * values do not show it. */
static void follow_centre(spk_search *s, state *t) {
    const spk__cma *c = &t->cma;
    double half = 0, rate = fmax(AVERAGING, 1 / (double)c->generation);
    for (size_t i = 0; i < c->mu; i++)
        half += c->weight[i] * t->value[t->order[i]];
    t->quality = c->generation == 1 ? half : t->quality + rate * (half - t->quality);
    for (size_t i = 0; i < s->dim; i++)
        t->centre[i] += rate * (c->mean[i] - t->centre[i]);
}

/* The present run is better than those that ended. */
static bool is_leading(const state *t) {
    return t->cma.generation > 0 && isfinite(t->quality) &&
           (!t->has_favourite || t->quality <= t->favourite_quality);
}

/* A run ends: its centre is kept if it is the best of all runs. */
static void keep_favourite(const spk_search *s, state *t) {
    if (!is_leading(t))
        return;
    t->favourite_quality = t->quality;
    t->has_favourite = true;
    memcpy(t->favourite, t->centre, s->dim * sizeof *t->centre);
}

static spk_stop check_run(spk_search *s, const state *t) {
    spk_stop reason = spk__cma_check(s, &t->cma, t->value, t->first_sigma);
    if (!reason && t->most_generations > 0 && (double)t->cma.generation >= t->most_generations)
        reason = SPK_STOP_STAGNATION;
    return reason;
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t lambda = t->cma.lambda, again = second_looks(s, lambda);
    average(s, t, lambda + again);
    t->spent += (double)s->n;
    if (again)
        learn_noise(s, t, again);
    spk__search_rank(t->value, lambda, t->order, t->scratch);
    spk__cma_update(&t->cma, t->order);
    if (s->noisy)
        follow_centre(s, t);
    spk_stop reason = check_run(s, t);
    if (reason && s->noisy)
        keep_favourite(s, t);
    return reason ? next_run(s, t, reason) : SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk_status st = spk__cma_sync(s, &t->cma, y);
    if (!st && t->cma.lambda)
        st = reserve(s, t);
    if (st)
        return st;
    spk__sync_u64(y, &t->run);
    spk__sync_u64(y, &t->small_runs);
    spk__sync_bool(y, &t->small);
    double *const numbers[] = {
        &t->spent,   &t->spent_small, &t->spent_large,       &t->most_generations,
        &t->repeats, &t->quality,     &t->favourite_quality, &t->first_sigma};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        spk__sync_f64(y, numbers[i], 1);
    spk__sync_bool(y, &t->has_favourite);
    spk__sync_f64(y, t->favourite, s->dim);
    spk__sync_f64(y, t->centre, s->dim);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *p) {
    const state *t = s->state;
    p->restart = t->run;
    p->spread = spk__cma_deviation(&t->cma);
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__str_add(line, ", sigma %.3g, %zu points", spk__cma_deviation(&t->cma), t->cma.lambda);
    if (t->run > 0)
        spk__str_add(line, ", restart %llu%s", (unsigned long long)t->run,
                     t->small ? " (small)" : "");
    if (s->noisy)
        spk__str_add(line, ", each %zu times", (size_t)(t->repeats + 0.5));
}

static bool favourite(const spk_search *s, double *x) {
    const state *t = s->state;
    bool leading = is_leading(t);
    const double *from = leading ? t->centre : t->favourite;
    for (size_t i = 0; (leading || t->has_favourite) && i < s->dim; i++)
        x[i] = spk__cma_fold(from[i]);
    return leading || t->has_favourite;
}

const spk__search_method spk__search_cmaes = {
    .info =
        {
            .name = "cmaes",
            .sentence = "BIPOP-CMA-ES: learns the landscape's shape, restarts; for smooth or noisy losses",
            .reference = "Hansen 2016, arXiv:1604.00772; restarts Hansen 2009, "
                         "doi:10.1145/1570256.1570333",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET | 1u << SPK_STOP_FTOL |
                     1u << SPK_STOP_XTOL | 1u << SPK_STOP_STAGNATION | 1u << SPK_STOP_CONDITION |
                     1u << SPK_STOP_RESTARTS,
            .uses_start = true,
            .uses_step = true,
            .handles_noise = true,
            .restarts = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = welcome,
    .tell = tell,
    .sync = sync,
    .progress = progress,
    .describe = describe,
    .favourite = favourite,
};
