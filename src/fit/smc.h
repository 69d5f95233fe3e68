/* ABC by sequential Monte Carlo, as an object that is asked for points and told their distances. */
#ifndef SPK_FIT_SMC_H
#define SPK_FIT_SMC_H

#include "fit/fit.h"
#include <spikefit/problem.h>
#include <spikefit/result.h>

/* ---- priors ---- */

/* What is believed of a coordinate of the unit cube, within it. Values are the parameter's, in
 * coherent units; b: a normal's standard deviation, a lognormal's of the logarithm. */
typedef struct {
    spk_prior_kind kind; /* AUTO: uniform in the cube */
    spk_free free;
    double centre, width;
} spk__prior;

/* The study's priors for the free parameters of p: prior[dim]. ERR_INPUT, located: a wrong unit, a
 * width that is not above 0, a lognormal for bounds that are not above 0, a prior that has next to
 * nothing between the bounds. */
spk_status spk__priors_read(spk_ctx *ctx, const spk_study *study, const spk_problem *p,
                            spk__prior *prior);
/* The logarithm of the density in the cube, up to a constant; -inf outside. */
double spk__prior_log(const spk__prior *p, double x);
/* A draw, by rejection within the bounds. */
double spk__prior_draw(const spk__prior *p, spk__rng *g);

/* ---- the sampler ---- */

/* Beaumont, Cornuet, Marin and Robert 2009 (doi:10.1093/biomet/asp052; Toni et al. 2009,
 * doi:10.1098/rsif.2008.0172): a population of particles with weights; each generation perturbs
 * draws of the last one by a normal kernel of twice its covariance, keeps those nearer than a
 * tolerance, and weighs them by prior over proposal. The tolerance is a quantile of the last
 * generation's distances (Del Moral, Doucet and Jasra 2012, doi:10.1007/s11222-011-9271-y, for the
 * idea of adapting it). */
typedef struct {
    size_t particles;
    double quantile;   /* of the distances, for the next tolerance */
    double acceptance; /* stop after a generation that accepted less */
    double tolerance;  /* stop once it is reached */
    uint64_t budget;   /* evaluations */
    uint64_t seed;
} spk__smc_options;

typedef struct spk__smc spk__smc;
spk_status spk__smc_new(spk_ctx *ctx, const spk__prior *prior, size_t dim,
                        const spk__smc_options *o, spk__smc **out);
void spk__smc_free(spk__smc *s);
bool spk__smc_stopped(const spk__smc *s);
/* The points to evaluate next, lent until told; *first: the number of the first one among all of
 * the run. */
spk_status spk__smc_ask(spk__smc *s, const double **x, size_t *n, uint64_t *first);
/* Their distances; what is not finite is never accepted. */
spk_status spk__smc_tell(spk__smc *s, const double *distance);

/* The last whole generation: points, normalised weights, distances; n is 0 before the first. */
typedef struct {
    size_t n, dim;
    const double *x, *weight, *distance;
    double tolerance, effective; /* effective: sample size, 1 / sum of squared weights */
    const char *stop;            /* why it stopped; NULL: it has not */
    uint64_t evaluations;
    const spk_result_generation *generation; /* [n_generations] */
    size_t n_generations;
} spk__population;
void spk__smc_population(const spk__smc *s, spk__population *out);

/* ---- the loop ---- */

spk__smc_options spk__smc_options_of(const spk_opts *o, uint64_t seed);

/* Asks, evaluates or finds in the journal, tells, until the sampler stops. */
typedef struct spk__smc_loop spk__smc_loop;
struct spk__smc_loop {
    spk_ctx *ctx;
    spk__smc *smc;
    spk_problem *p;
    spk__journal *journal; /* NULL: nothing is kept */
    uint32_t index;        /* among the samplers of the journal */
    uint64_t noise;        /* the number before the first noise */
    int threads;
    void (*report)(void *user,
                   const spk__smc_loop *l); /* after what was not in the journal; or NULL */
    void *user;
    spk_tally tally;
    uint64_t simulated;
};
spk_status spk__smc_run(spk__smc_loop *l);

#endif
