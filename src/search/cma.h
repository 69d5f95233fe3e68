/* The distribution of CMA-ES: a normal distribution that learns its covariance, without bounds,
 * restarts or stop rules. Equations and constants: Hansen 2016, "The CMA evolution strategy: a
 * tutorial", arXiv:1604.00772, with active update.
 *
 * Coordinates are those of the search's unfolded space (spk__cma_fold), in which the cube has no
 * walls.
 */
#ifndef SPK_SEARCH_CMA_H
#define SPK_SEARCH_CMA_H

#include "search/search.h"

typedef struct {
    size_t dim, lambda, mu, capacity; /* capacity: of the arrays by individual */
    double mueff, c_sigma, damping, c_c, c_1, c_mu, chi, weight_sum;
    double *weight; /* lambda, from the best rank down; the negative ones for active update */
    uint64_t lazy;  /* generations between decompositions */

    uint64_t generation, decomposed; /* in this run; of the last decomposition */
    double sigma;
    double *mean, *path_sigma, *path_c;
    double *C, *B,
        *D;          /* dim x dim; eigenvectors in the columns of B; D: roots of the eigenvalues */
    double *y;       /* the sample (x - mean) / sigma: y[coordinate * lambda + individual] */
    double *length2; /* of each individual, squared, in units of the distribution */
    double *z, *sorted, *weighted; /* scratch, shaped like y */
    double *scratch;               /* 4 * dim */
    double *work;                  /* (dim + 1) * dim */
    bool broken;                   /* C could not be decomposed: numbers have run out of range */
} spk__cma;

/* The usual number of individuals. */
size_t spk__cma_lambda(size_t dim);

spk_status spk__cma_start(spk_search *s, spk__cma *c);
/* A new run: the first one where the space says, with its steps, else at random; sigma: where it
 * gives no steps. shrink: of the first step. */
spk_status spk__cma_begin(spk_search *s, spk__cma *c, size_t lambda, bool active, bool first,
                          double sigma, double shrink);
/* Draws lambda individuals, keyed by the search's generation; x: individual * dim, folded. */
void spk__cma_sample(const spk_search *s, spk__cma *c, double *x);
/* Where an individual is, unfolded. */
void spk__cma_place(const spk__cma *c, size_t individual, double *x);
/* Puts a place that is thought to be good, unfolded, in place of an individual of the sample; one
 * that is far for the distribution comes nearer first (Hansen 2011, arXiv:1110.4181). */
void spk__cma_inject(spk__cma *c, size_t individual, const double *x);
/* An unfolded place in standard deviations from the mean, and back; turned: along the axes of the
 * distribution. */
void spk__cma_whiten(const spk__cma *c, bool turned, const double *x, double *z);
void spk__cma_colour(const spk__cma *c, bool turned, const double *z, double *x);
/* Learns from the sample; order: individuals from best to worst. */
void spk__cma_update(spk__cma *c, const uint32_t *order);
spk_status spk__cma_sync(spk_search *s, spk__cma *c, spk__sync *y);

/* Largest standard deviation of a coordinate, and the same including the path. */
double spk__cma_deviation(const spk__cma *c);
double spk__cma_reach(const spk__cma *c);
double spk__cma_condition(const spk__cma *c);
/* The rule by which a run with these values of its individuals and this first step ends, or
 * SPK_STOP_RUNNING. */
spk_stop spk__cma_check(spk_search *s, const spk__cma *c, const double *value, double first_sigma);

/* The cube's walls: the unfolded line is mapped into [0, 1] by a periodic function with a
 * continuous derivative that is the identity except near the walls, where it is quadratic, so that
 * the image of a smooth function is smooth and a wall is reached at a finite place. */
double spk__cma_fold(double x);
/* The place in [-0.05, 1.05] that folds to x. */
double spk__cma_unfold(double x);

#endif
