/* Dense linear algebra in a fixed order of operations. Matrices by row unless said. */
#ifndef SPK_SEARCH_LINEAR_H
#define SPK_SEARCH_LINEAR_H

#include "base/base.h"

/* The lower triangle of a (n x n, symmetric) becomes L of a = L L'; false, with a spoilt, if a is
 * not positive definite. The upper triangle is neither read nor written. */
bool spk__cholesky(size_t n, double *a);
/* b becomes the solution of L x = b, or of L' x = b. */
void spk__solve_lower(size_t n, const double *L, double *b);
void spk__solve_upper(size_t n, const double *L, double *b);
/* The x that makes the squares of a x - b least, by Householder's reflections; a: rows x cols by
 * column, rows >= cols, spoilt as is b. Coefficients of columns that the ones before span become 0.
 */
void spk__least_squares(size_t rows, size_t cols, double *a, double *b, double *x);

#endif
