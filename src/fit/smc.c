/* The sampler: proposals, acceptance, weights, tolerances. */
#include "fit/smc.h"

#include "num/num.h"

#include <math.h>

enum { LEAST_BATCH = 256, MOST_BATCH = 16384 };

typedef struct {
    double *x, *weight, *distance;
} population;

struct spk__smc {
    spk_ctx *ctx;
    const spk__prior *prior;
    size_t dim;
    spk__smc_options o;
    population now, next; /* next: accepted so far */
    size_t accepted;
    double tolerance;     /* of the generation that is being made; inf: the first */
    double now_tolerance; /* of the last whole one */
    bool whole;           /* there is one */
    double *chol, *cumulative, *sorted;
    double *batch;
    size_t n, room;
    uint64_t evaluations, tried; /* tried: in this generation */
    uint32_t number;             /* of the generation */
    const char *stop;
    spk_result_generation *generation;
    size_t n_generations, generation_room;
};

static spk_status population_new(spk__smc *s, population *p) {
    p->x = SPK__ARRAY(s->ctx, s->o.particles * s->dim, double);
    p->weight = SPK__ARRAY(s->ctx, s->o.particles, double);
    p->distance = SPK__ARRAY(s->ctx, s->o.particles, double);
    return p->x && p->weight && p->distance ? SPK_OK : SPK_ERR_MEMORY;
}

static void population_free(spk_ctx *ctx, population *p) {
    spk__free(ctx, p->x);
    spk__free(ctx, p->weight);
    spk__free(ctx, p->distance);
}

spk_status spk__smc_new(spk_ctx *ctx, const spk__prior *prior, size_t dim,
                        const spk__smc_options *o, spk__smc **out) {
    spk__smc *s = SPK__NEW(ctx, spk__smc);
    if (!s)
        return SPK_ERR_MEMORY;
    *s = (spk__smc){.ctx = ctx, .prior = prior, .dim = dim, .o = *o, .tolerance = INFINITY};
    s->chol = SPK__ARRAY(ctx, dim * dim, double);
    s->cumulative = SPK__ARRAY(ctx, o->particles, double);
    s->sorted = SPK__ARRAY(ctx, o->particles, double);
    spk_status st = s->chol && s->cumulative && s->sorted ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = population_new(s, &s->now);
    if (!st)
        st = population_new(s, &s->next);
    if (st)
        spk__smc_free(s);
    else
        *out = s;
    return st;
}

void spk__smc_free(spk__smc *s) {
    if (!s)
        return;
    population_free(s->ctx, &s->now);
    population_free(s->ctx, &s->next);
    void *parts[] = {s->chol, s->cumulative, s->sorted, s->batch, s->generation};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(s->ctx, parts[i]);
    spk__free(s->ctx, s);
}

bool spk__smc_stopped(const spk__smc *s) {
    return s->stop != NULL;
}

/* ---- asking ---- */

/* As many as are likely to be needed, so that few are made in vain and none are waited for. */
static size_t batch_size(const spk__smc *s) {
    double rate = s->tried    ? ((double)s->accepted + 1) / ((double)s->tried + 2)
                  : s->number ? 0.3
                              : 1;
    double n = 1.1 * (double)(s->o.particles - s->accepted) / rate;
    size_t size = n < LEAST_BATCH ? LEAST_BATCH : n > MOST_BATCH ? MOST_BATCH : (size_t)n;
    uint64_t left = s->o.budget - s->evaluations;
    return left < size ? (size_t)left : size;
}

static size_t draw_ancestor(const spk__smc *s, spk__rng *g) {
    double u = spk__rng_uniform(g) * s->cumulative[s->o.particles - 1];
    size_t low = 0, high = s->o.particles - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (s->cumulative[middle] < u)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A point: of the prior, or a perturbed particle that the prior allows. */
static void draw_point(const spk__smc *s, uint64_t index, double *x) {
    spk__rng g;
    /* A stream for each generation and point. */
    spk__rng_init(&g, s->o.seed, SPK__RNG_POSTERIOR, s->number, (uint32_t)index);
    if (s->number == 0) {
        for (size_t j = 0; j < s->dim; j++)
            x[j] = spk__prior_draw(&s->prior[j], &g);
        return;
    }
    double z[256];
    for (bool allowed = false; !allowed;) {
        const double *from = s->now.x + draw_ancestor(s, &g) * s->dim;
        allowed = true;
        for (size_t j = 0; j < s->dim; j++)
            z[j] = spk__rng_normal(&g);
        for (size_t j = 0; j < s->dim; j++) {
            x[j] = from[j];
            for (size_t k = 0; k <= j; k++)
                x[j] += s->chol[j * s->dim + k] * z[k];
            allowed = allowed && spk__prior_log(&s->prior[j], x[j]) > -INFINITY;
        }
    }
}

spk_status spk__smc_ask(spk__smc *s, const double **x, size_t *n, uint64_t *first) {
    s->n = batch_size(s);
    if (s->n > s->room) {
        double *more = spk__realloc(s->ctx, s->batch, s->n * s->dim, sizeof *more);
        if (!more)
            return SPK_ERR_MEMORY;
        s->batch = more;
        s->room = s->n;
    }
    for (size_t i = 0; i < s->n; i++)
        draw_point(s, s->tried + i, s->batch + i * s->dim);
    *x = s->batch;
    *n = s->n;
    *first = s->evaluations + 1;
    return SPK_OK;
}

/* ---- telling ---- */

static void cumulate(spk__smc *s) {
    double sum = 0;
    for (size_t i = 0; i < s->o.particles; i++)
        s->cumulative[i] = sum += s->now.weight[i];
}

/* The Cholesky factor of twice the weighted covariance. A direction without extent keeps a little,
 * else nothing would ever move along it again. */
static void find_kernel(spk__smc *s) {
    size_t d = s->dim, n = s->o.particles;
    double mean[256] = {0}, *a = s->chol;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            mean[j] += s->now.weight[i] * s->now.x[i * d + j];
    memset(a, 0, d * d * sizeof *a);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < d; j++)
            for (size_t k = 0; k <= j; k++)
                a[j * d + k] += 2 * s->now.weight[i] * (s->now.x[i * d + j] - mean[j]) *
                                (s->now.x[i * d + k] - mean[k]);
    for (size_t j = 0; j < d; j++) {
        double least = 1e-6 * a[j * d + j] + 1e-14;
        for (size_t k = 0; k <= j; k++) {
            double sum = a[j * d + k];
            for (size_t m = 0; m < k; m++)
                sum -= a[j * d + m] * a[k * d + m];
            a[j * d + k] = k < j ? sum / a[k * d + k] : sqrt(sum > least ? sum : least);
        }
    }
}

/* The logarithm of the kernel's density at a distance, up to its constant. */
static double kernel_log(const spk__smc *s, const double *x, const double *from) {
    double z[256], sum = 0;
    for (size_t j = 0; j < s->dim; j++) {
        z[j] = x[j] - from[j];
        for (size_t k = 0; k < j; k++)
            z[j] -= s->chol[j * s->dim + k] * z[k];
        z[j] /= s->chol[j * s->dim + j];
        sum += z[j] * z[j];
    }
    return -0.5 * sum;
}

/* Prior over the density of the proposals; normalised. */
static void weigh(spk__smc *s) {
    size_t n = s->o.particles;
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        const double *x = s->next.x + i * s->dim;
        double prior = 0, proposal = 0;
        for (size_t j = 0; j < s->dim; j++)
            prior += spk__prior_log(&s->prior[j], x[j]);
        for (size_t k = 0; s->whole && k < n; k++)
            proposal += s->now.weight[k] * spk__exp(kernel_log(s, x, s->now.x + k * s->dim));
        s->next.weight[i] = s->whole ? spk__exp(prior) / proposal : 1;
        total += s->next.weight[i];
    }
    for (size_t i = 0; i < n; i++)
        s->next.weight[i] /= total;
}

/* The quantile of the distances, or where ties keep it at the present tolerance the next lower one.
 */
static bool next_tolerance(spk__smc *s, double *out) {
    size_t n = s->o.particles, at = (size_t)(s->o.quantile * (double)(n - 1));
    memcpy(s->sorted, s->now.distance, n * sizeof *s->sorted);
    spk__sort(s->sorted, n);
    while (at > 0 && !(s->sorted[at] < s->tolerance))
        at--;
    *out = s->sorted[at];
    return *out < s->tolerance;
}

static spk_status record_generation(spk__smc *s) {
    double squares = 0;
    for (size_t i = 0; i < s->o.particles; i++)
        squares += s->now.weight[i] * s->now.weight[i];
    if (!spk__grow(s->ctx, &s->generation, s->n_generations, &s->generation_room,
                   sizeof *s->generation))
        return SPK_ERR_MEMORY;
    s->generation[s->n_generations++] =
        (spk_result_generation){.tolerance = s->now_tolerance,
                                .acceptance = (double)s->o.particles / (double)s->tried,
                                .evaluations = (double)s->evaluations,
                                .effective = 1 / squares};
    return SPK_OK;
}

/* A generation is whole: it takes the place of the last, and the next tolerance is set. */
static spk_status advance(spk__smc *s) {
    weigh(s);
    population t = s->now;
    s->now = s->next;
    s->next = t;
    s->whole = true;
    s->now_tolerance = s->tolerance;
    spk_status st = record_generation(s);
    double rate = (double)s->o.particles / (double)s->tried, tolerance;
    if (s->now_tolerance <= s->o.tolerance)
        s->stop = "the tolerance asked for was reached";
    else if (rate < s->o.acceptance)
        s->stop = "too few proposals are accepted to go on";
    else if (!next_tolerance(s, &tolerance))
        s->stop = "no particle is nearer than the tolerance";
    else
        s->tolerance = tolerance > s->o.tolerance ? tolerance : s->o.tolerance;
    find_kernel(s);
    cumulate(s);
    s->accepted = 0;
    s->tried = 0;
    s->number++;
    return st;
}

spk_status spk__smc_tell(spk__smc *s, const double *distance) {
    size_t used = 0;
    for (; used < s->n && s->accepted < s->o.particles; used++) {
        double d = distance[used];
        if (!isfinite(d) || !(d <= s->tolerance))
            continue;
        memcpy(s->next.x + s->accepted * s->dim, s->batch + used * s->dim,
               s->dim * sizeof *s->batch);
        s->next.distance[s->accepted++] = d;
    }
    s->tried += used;
    s->evaluations += s->n;
    spk_status st = s->accepted == s->o.particles ? advance(s) : SPK_OK;
    if (!s->stop && s->evaluations >= s->o.budget)
        s->stop = "the evaluations allowed are used up";
    return st;
}

void spk__smc_population(const spk__smc *s, spk__population *out) {
    *out = (spk__population){.n = s->whole ? s->o.particles : 0,
                             .dim = s->dim,
                             .x = s->now.x,
                             .weight = s->now.weight,
                             .distance = s->now.distance,
                             .tolerance = s->now_tolerance,
                             .stop = s->stop,
                             .evaluations = s->evaluations,
                             .generation = s->generation,
                             .n_generations = s->n_generations};
    out->effective = s->n_generations ? s->generation[s->n_generations - 1].effective : 0;
}
