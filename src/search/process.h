/* A Gaussian process over the unit cube: what a function is likely to be between the points where
 * it is known. Matern's kernel with 5/2, a length for each coordinate, and noise; these are chosen
 * by climbing the marginal likelihood (Rasmussen and Williams 2006, ISBN 026218253X, chapters 4 and
 * 5).
 */
#ifndef SPK_SEARCH_PROCESS_H
#define SPK_SEARCH_PROCESS_H

#include "search/search.h"

typedef struct {
    size_t dim, room, n, most; /* most points; points at hand; most places to predict */
    double *scaled, *y;        /* places over lengths, by coordinate; standardised values */
    double mean, deviation;    /* of the values */
    double *theta;             /* logarithms: dim lengths, variance, noise variance */
    double *step, *square;     /* of Adam: averages of the slope and its square */
    double steps;              /* taken by it since the last reset */
    double *factor, *slope, *inverse, *alpha; /* of the points' covariance */
    double *row, *decay, *gradient;           /* scratch */
    double *at, *places, *solved;
} spk__process;

/* room: most points; most: places whose covariance is wanted. */
spk_status spk__process_start(spk_search *s, spk__process *p, size_t room, size_t most);
/* Forgets what was learnt of lengths and noise. */
void spk__process_reset(spk__process *p);
/* Takes n points x (n * dim, n <= room) with finite values f, and climbs that many steps from the
 * lengths at hand. False if numbers ran out of range; then there is no prediction. */
bool spk__process_fit(spk__process *p, const double *x, const double *f, size_t n, int steps);
double spk__process_length(const spk__process *p, size_t coordinate);
/* The function's mean, standardised, at a place. */
double spk__process_mean(spk__process *p, const double *x);
/* Means and the lower triangle of the covariance (m * m) of the function without noise at m places
 * (m * dim), standardised. */
void spk__process_predict(spk__process *p, const double *x, size_t m, double *mean,
                          double *covariance);

#endif
