/* Small dense linear algebra with the same bits on every machine: one order of operations, no fused
 * multiply-adds, no BLAS. Meant for up to about a hundred rows.
 *
 * Matrices are n x n (or rows x columns), row after row, without gaps. Nothing allocates; work
 * areas are the caller's. Pure functions: any thread may call them.
 */
#ifndef SPK_NUM_LINALG_H
#define SPK_NUM_LINALG_H

#include <stdbool.h>
#include <stddef.h>

/* Eigenvalues of a symmetric matrix, ascending, and orthonormal eigenvectors: row i of `vectors`
 * belongs to value[i], its component of largest magnitude (the first of several) being positive.
 * Householder reduction to tridiagonal form, then QL with implicit shifts (Bowdler, Martin, Reinsch
 * and Wilkinson 1968, doi:10.1007/BF02219774). Reads the lower triangle of a; vectors may be a.
 * work: 2 n doubles. False when a holds a NaN or an infinity (the outputs are then undefined). */
bool spk__eigen_symmetric(size_t n, const double *a, double *value, double *vectors, double *work);

/* The lower triangular L with L L' = a, from a's lower triangle; zeros above. l may be a. False
 * when a is not positive definite. */
bool spk__cholesky(size_t n, const double *a, double *l);
/* Solves L x = b, or L' x = b; x may be b. */
void spk__solve_lower(size_t n, const double *l, const double *b, double *x);
void spk__solve_lower_transposed(size_t n, const double *l, const double *b, double *x);

/* Solves a x = b by elimination with partial pivoting; destroys a and puts x into b. False when a
 * is singular to working precision (a pivot of 0 or NaN). */
bool spk__solve(size_t n, double *a, double *b);

/* c = a b, a being rows x inner, b inner x columns; c may not overlap them. */
void spk__matmul(size_t rows, size_t inner, size_t columns, const double *a, const double *b,
                 double *c);
/* y = a x; y may not be x. */
void spk__matvec(size_t rows, size_t columns, const double *a, const double *x, double *y);
/* y = a' x, y having as many entries as a has columns; y may not be x. */
void spk__matvec_transposed(size_t rows, size_t columns, const double *a, const double *x,
                            double *y);

#endif
