/* A quadratic model of a function, fitted to points with values: constant and linear terms, with
 * more points also the squares, with still more the products. Better values weigh more (Hansen
 * 2019, doi:10.1145/3321707.3321842).
 */
#ifndef SPK_SEARCH_QUADRATIC_H
#define SPK_SEARCH_QUADRATIC_H

#include "search/search.h"

typedef struct {
    size_t dim, room;    /* most points */
    size_t terms, known; /* terms of the largest model; of the model at hand, 0: none */
    double *coefficient, *matrix, *right, *norm, *hessian;
    uint32_t *order, *scratch;
} spk__quadratic;

/* Terms of the largest model in so many dimensions: products only up to 30, since fitting takes the
 * sixth power. */
size_t spk__quadratic_terms(size_t dim);
spk_status spk__quadratic_start(spk_search *s, spk__quadratic *q, size_t room);
/* x: n * dim, f: n finite values; n <= room. The best three quarters are
 * used, and there are at most as many terms as 1.1 of those each can tell. */
void spk__quadratic_fit(spk__quadratic *q, const double *x, const double *f, size_t n);
/* Whether so many points tell the largest model, and whether it has products. */
bool spk__quadratic_is_full(const spk__quadratic *q, size_t n);
/* Up to a constant. */
double spk__quadratic_value(const spk__quadratic *q, const double *x);
/* False if the model has no squares yet, or no minimum. */
bool spk__quadratic_minimum(spk__quadratic *q, double *x);

#endif
