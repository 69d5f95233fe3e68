/* Parameters on resampled data: where each of many replicates of the training data has its lowest
 * loss.
 *
 * What a candidate's spikes are does not depend on the data, so one simulation gives its loss on
 * every replicate, and all replicates are searched together. They begin with the search's good
 * candidates and those of the profiles; each keeps the lowest it has seen. Then they move by
 * differential evolution: a replicate's minimum plus a part of the difference of two others' (Storn
 * and Price 1997, doi:10.1023/A:1008202821328), in which the differences have the shape of the
 * spread that is sought. Every candidate is offered to all replicates. Lengths of steps are drawn
 * over three decades, since the minima do not come together as those of one function would.
 *
 * Efron and Tibshirani 1993, An Introduction to the Bootstrap, ch. 13, for the intervals. */
#include <spikefit/validate.h>

#include "num/num.h"
#include "validate/landscape.h"

#include <math.h>
#include <stdlib.h>

enum {
    REPLICATES = 200,
    LOWEST = 128,  /* candidates of the search to begin with, */
    SPREAD = 256, /* more of them, */
    PATHS = 128,   /* and of the profiles */
    BATCH = 256,   /* evaluated at a time on all replicates */
    SOME = 8,      /* replicates that a candidate is tried on first */
    TOURNAMENT = 8,
    GENERATIONS = 60, /* for which there are evaluations at least */
    PATIENCE = 10 /* generations in which the minima must have fallen */
};
/* By this much on average, in spikes' worth. */
static const double STANDSTILL = 0.05;
/* Candidates of the search count up to so many times the excess that is nearly as good. */
static const double WIDER = 3;
/* Steps are from a 500th of a difference to the whole of it: exp(-6.2) .. 1. */
static const double DECADES = 6.2;

typedef struct {
    spk_ctx *ctx;
    spk_problem *p;
    const spk_bootstrap_options *o;
    size_t dim, n, k; /* parameters, replicates, objectives */
    double *weight;   /* of objectives; NULL: there is one */
    spk_replicates *replicates;
    double *x, *f; /* [n][dim], [n]: each replicate's lowest */
    double *good;  /* [n_good][dim]: candidates to begin with */
    size_t n_good;
    double *all;  /* [n][dim]: a generation */
    double *any;  /* [6][dim]: points of no candidate */
    size_t *of;   /* [n][SOME]: the replicates that its candidates are tried on */
    double *each; /* [BATCH][n][k]: losses of candidates on the replicates */
    double best, limit;
    uint64_t evaluations, budget, seed;
} boot;

/* ---- what it begins with ---- */

typedef struct {
    float f;
    size_t row;
} ranked;

static int lower_first(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    return x->f != y->f ? (x->f > y->f) - (x->f < y->f) : (x->row > y->row) - (x->row < y->row);
}

/* The search's lowest candidates, and more, spread evenly over those that were not much worse. */
static spk_status take_history(boot *b, const spk_result_history *h) {
    size_t rows = h->n && h->dim == b->dim ? h->first[h->n] : 0, n = 0;
    ranked *r = SPK__ARRAY(b->ctx, rows, ranked);
    if (!r)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < rows; i++)
        if ((double)h->f[i] <= b->best + WIDER * (b->limit - b->best))
            r[n++] = (ranked){h->f[i], i};
    qsort(r, n, sizeof *r, lower_first);
    size_t lowest = n < LOWEST ? n : LOWEST, rest = n - lowest;
    size_t spread = rest < SPREAD ? rest : SPREAD;
    for (size_t i = 0; i < lowest + spread; i++) {
        size_t at = i < lowest ? i : lowest + (i - lowest) * rest / spread;
        for (size_t j = 0; j < b->dim; j++)
            b->good[b->n_good * b->dim + j] = (double)h->x[r[at].row * b->dim + j];
        b->n_good++;
    }
    spk__free(b->ctx, r);
    return SPK_OK;
}

/* Where the profiles' points were refitted, within the limit. */
static void take_profiles(boot *b, const spk_result *r, double *values) {
    const spk_result_identifiability *y = &r->identifiability;
    const spk_kernel *k = spk_problem_kernel(b->p);
    size_t taken = 0;
    for (size_t i = 0; y->n == b->dim && i < y->n; i++)
        for (size_t q = 0; q < y->profile[i].n && taken < PATHS; q++) {
            const spk_result_profile *p = &y->profile[i];
            if (!(p->refitted[q] <= b->limit))
                continue;
            for (size_t j = 0; j < b->dim; j++) {
                size_t index = spk_problem_parameter(b->p, j)->index;
                values[index] = p->path[q * b->dim + j] * k->parameters[index].scale;
            }
            spk_problem_encode(b->p, values, b->good + b->n_good * b->dim);
            b->n_good++;
            taken++;
        }
}

static spk_status begin(boot *b, const spk_result *r) {
    const spk_kernel *k = spk_problem_kernel(b->p);
    if (r->n_parameters != k->n_parameters)
        return spk__fail(b->ctx, SPK_ERR_INPUT, NULL, NULL,
                         "the result's parameters are not those of %s", k->model);
    double *values = SPK__ARRAY(b->ctx, k->n_parameters, double);
    if (!values)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < k->n_parameters; i++)
        values[i] = r->parameter[i].value * k->parameters[i].scale;
    spk_problem_encode(b->p, values, b->good);
    b->n_good = 1;
    spk_status st = spk_problem_evaluate(b->p, b->good, 1, b->o->threads, &b->best, NULL);
    b->limit = spk_problem_near(b->p, b->best);
    if (!st)
        st = take_history(b, &r->history);
    if (!st)
        take_profiles(b, r, values);
    spk__free(b->ctx, values);
    for (size_t i = 0; i < b->n; i++)
        b->f[i] = INFINITY;
    return st;
}

/* ---- all replicates together ---- */

/* Whether a candidate, of these losses on some replicates (NULL: all), is the lowest that one of
 * them has seen; with `take` it becomes its minimum. Of equals the later one is kept: a plateau's
 * edge is no better than the rest of it. */
static bool offer(boot *b, const double *x, const double *each, const size_t *of, size_t n,
                  bool take) {
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        size_t replicate = of ? of[i] : i;
        double f = 0;
        for (size_t j = 0; j < b->k; j++)
            f += (b->weight ? b->weight[j] : 1) * each[i * b->k + j];
        if (!(f <= b->f[replicate]))
            continue;
        any = true;
        if (!take)
            return true;
        b->f[replicate] = f;
        memcpy(b->x + replicate * b->dim, x, b->dim * sizeof *x);
    }
    return any;
}

/* Candidates on all replicates. */
static spk_status offer_all(boot *b, const double *x, size_t n) {
    for (size_t at = 0; at < n; at += BATCH) {
        size_t m = n - at < BATCH ? n - at : BATCH;
        spk_status st = spk_problem_run(b->p, &(spk_evaluation){.x = x + at * b->dim,
                                                                .n = m,
                                                                .threads = b->o->threads,
                                                                .replicates = b->replicates,
                                                                .replicate = b->each});
        if (st)
            return st;
        for (size_t i = 0; i < m; i++)
            offer(b, x + (at + i) * b->dim, b->each + i * b->n * b->k, NULL, b->n, true);
        b->evaluations += m;
        if (b->o->progress)
            b->o->progress(b->o->user, b->evaluations, b->budget);
    }
    return SPK_OK;
}

/* A generation, each candidate on some replicates first: those that are no success are not offered
 * to all, which costs many times as much. */
static spk_status try_all(boot *b) {
    size_t kept = 0;
    spk_status st = spk_problem_run(b->p, &(spk_evaluation){.x = b->all,
                                                            .n = b->n,
                                                            .threads = b->o->threads,
                                                            .replicates = b->replicates,
                                                            .of = b->of,
                                                            .n_of = SOME,
                                                            .replicate = b->each});
    for (size_t i = 0; !st && i < b->n; i++) {
        const double *x = b->all + i * b->dim;
        if (offer(b, x, b->each + i * SOME * b->k, b->of + i * SOME, SOME, false))
            memmove(b->all + kept++ * b->dim, x, b->dim * sizeof *x);
    }
    b->evaluations += b->n;
    return st ? st : offer_all(b, b->all, kept);
}

/* One of the replicates' minima, or now and then one of the candidates to begin with, or any point:
 * there may have been few of those. */
static const double *someone(const boot *b, spk__rng *g, double *anyone) {
    double kind = spk__rng_uniform(g);
    for (size_t j = 0; kind < 0.05 && j < b->dim; j++)
        anyone[j] = spk__rng_uniform(g);
    if (kind < 0.05)
        return anyone;
    size_t i = (size_t)spk__rng_below(g, kind < 0.25 ? b->n_good : b->n);
    return (kind < 0.25 ? b->good : b->x) + i * b->dim;
}

static const double *whoever(const boot *b, const double *x, spk__rng *g, double *anyone) {
    (void)x;
    return someone(b, g, anyone);
}

static double apart(const boot *b, const double *u, const double *v) {
    double sum = 0;
    for (size_t j = 0; j < b->dim; j++)
        sum += (u[j] - v[j]) * (u[j] - v[j]);
    return sum;
}

/* The nearest of some that is not x itself: valleys are bent, and differences between neighbours
 * follow them. */
static const double *neighbour(const boot *b, const double *x, spk__rng *g, double *anyone) {
    const double *best = someone(b, g, anyone);
    for (int i = 1; i < TOURNAMENT; i++) {
        const double *other = someone(b, g, anyone + b->dim);
        double distance = apart(b, other, x);
        if (distance > 0 && distance < apart(b, best, x)) {
            best = other;
            if (other == anyone + b->dim)
                best = memcpy(anyone, other, b->dim * sizeof *other);
        }
    }
    return best;
}

/* A step from a replicate's minimum. */
static void move(const boot *b, size_t i, spk__rng *g, double *out) {
    const double *x = b->x + i * b->dim;
    double *any = b->any; /* two points for each of three */
    const double *(*pick)(const boot *, const double *, spk__rng *, double *) =
        spk__rng_uniform(g) < 0.5 ? neighbour : whoever;
    const double *u = pick(b, x, g, any), *v = pick(b, x, g, any + 2 * b->dim);
    const double *to = whoever(b, x, g, any + 4 * b->dim);
    double length = spk__exp(-DECADES * spk__rng_uniform(g));
    double towards = spk__rng_uniform(g) < 0.4 ? spk__rng_uniform(g) : 0;
    double some = spk__rng_uniform(g) < 0.5 ? 1 : 0.5;
    for (size_t j = 0; j < b->dim; j++) {
        double step = towards * (to[j] - x[j]) + length * (u[j] - v[j]);
        double at = x[j] + (spk__rng_uniform(g) < some ? step : 0);
        out[j] = at < 0 ? 0 : at > 1 ? 1 : at;
    }
}

/* A candidate of replicate i, to be tried on it and on others. */
static void propose(boot *b, size_t i, spk__rng *g) {
    move(b, i, g, b->all + i * b->dim);
    for (size_t j = 0; j < SOME; j++)
        b->of[i * SOME + j] = j ? (size_t)spk__rng_below(g, b->n) : i;
}

static double mean_loss(const boot *b) {
    double sum = 0;
    for (size_t i = 0; i < b->n; i++)
        sum += b->f[i] / (double)b->n;
    return sum;
}

/* Generations until the minima stop to fall. */
static spk_status settle(boot *b, bool *settled) {
    double worth = spk_problem_spike_worth(b->p), before = mean_loss(b);
    *settled = false;
    for (uint32_t g = 1; b->evaluations + b->n <= b->budget; g++) {
        spk__rng rng;
        spk__rng_init(&rng, b->seed, SPK__RNG_BOOTSTRAP, g, UINT32_MAX);
        for (size_t i = 0; i < b->n; i++)
            propose(b, i, &rng);
        spk_status st = try_all(b);
        if (st)
            return st;
        if (g % PATIENCE)
            continue;
        double now = mean_loss(b);
        if (before - now < STANDSTILL * worth) {
            *settled = true;
            return SPK_OK;
        }
        before = now;
    }
    return SPK_OK;
}

/* ---- into the result ---- */

static spk_status keep(const boot *b, bool settled, spk_result_bootstrap *y) {
    y->parameter = SPK__ARRAY(b->ctx, b->dim, uint64_t);
    y->value = SPK__ARRAY(b->ctx, b->n * b->dim, double);
    y->loss = SPK__ARRAY(b->ctx, b->n, double);
    y->over = spk__strdup(b->ctx, spk_resample_word(spk_replicates_over(b->replicates)));
    if (!y->parameter || !y->value || !y->loss || !y->over)
        return SPK_ERR_MEMORY;
    y->n = b->n;
    y->dim = b->dim;
    for (size_t j = 0; j < b->dim; j++) {
        const spk_free *f = spk_problem_parameter(b->p, j);
        y->parameter[j] = f->index;
        for (size_t i = 0; i < b->n; i++)
            y->value[i * b->dim + j] = spk_problem_value(f, b->x[i * b->dim + j]) /
                                       spk_problem_kernel(b->p)->parameters[f->index].scale;
    }
    memcpy(y->loss, b->f, b->n * sizeof *b->f);
    y->units = spk_replicates_units(b->replicates);
    y->block_ms = spk_replicates_block_ms(b->replicates);
    y->evaluations = b->evaluations;
    y->settled = settled;
    return SPK_OK;
}

static spk_status boot_new(boot *b) {
    size_t good = 1 + LOWEST + SPREAD + PATHS;
    /* A batch on all replicates, or a generation on some. */
    size_t room = BATCH > SOME ? BATCH : SOME;
    b->x = SPK__ARRAY(b->ctx, b->n * b->dim, double);
    b->f = SPK__ARRAY(b->ctx, b->n, double);
    b->good = SPK__ARRAY(b->ctx, good * b->dim, double);
    b->all = SPK__ARRAY(b->ctx, b->n * b->dim, double);
    b->each = SPK__ARRAY(b->ctx, room * b->n * b->k, double);
    b->of = SPK__ARRAY(b->ctx, b->n * SOME, size_t);
    b->any = SPK__ARRAY(b->ctx, 6 * b->dim, double);
    if (!b->any || !b->x || !b->f || !b->good || !b->all || !b->each || !b->of)
        return SPK_ERR_MEMORY;
    return spk_replicates_new(b->ctx, b->p, b->o->over, b->n, b->seed, &b->replicates);
}

spk_status spk_validate_bootstrap(spk_ctx *ctx, spk_problem *p, const spk_bootstrap_options *o,
                                  spk_result *r) {
    static const spk_bootstrap_options none = {0};
    boot b = {.ctx = ctx, .p = p, .o = o ? o : &none, .seed = r->seed};
    bool settled;
    b.dim = spk_problem_dim(p);
    b.k = spk_problem_objectives(p);
    b.n = b.o->replicates ? b.o->replicates : REPLICATES;
    uint64_t least = (uint64_t)GENERATIONS * b.n;
    b.budget = b.o->evaluations ? b.o->evaluations : r->evaluations > least ? r->evaluations : least;
    spk_result_clear_bootstrap(r);
    spk_status st = boot_new(&b);
    if (!st)
        st = spk__objective_weights(ctx, p, &r->front, &b.weight);
    if (!st)
        st = begin(&b, r);
    if (!st)
        st = offer_all(&b, b.good, b.n_good);
    if (!st)
        st = settle(&b, &settled);
    if (!st)
        st = keep(&b, settled, &r->bootstrap);
    if (st)
        spk_result_clear_bootstrap(r);
    spk_replicates_free(b.replicates);
    void *parts[] = {b.x, b.f, b.good, b.all, b.each, b.of, b.any, b.weight};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
    return st;
}
