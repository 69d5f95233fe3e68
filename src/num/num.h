/* Elementary functions, random deviates and sums that give the same bits on every machine,
 * instruction set and compiler. The library uses these, never libm's, wherever bits reach a result.
 * (sqrt, fabs, floor, ceil, trunc and round are exact in libm and may be used as they are; fma too,
 * but without hardware for it it is slow.)
 *
 * Accuracy, edges and the treatment of subnormal numbers: see num/lane.h, whose scalar twins these
 * are. All functions are pure and may be called from any thread.
 */
#ifndef SPK_NUM_NUM_H
#define SPK_NUM_NUM_H

#include "base/base.h"

/* Functions of one real. */
#define SPK__ELEMENTARY_LIST(X)                                                                    \
    X(exp)                                                                                         \
    X(exp2)                                                                                        \
    X(expm1)                                                                                       \
    X(log)                                                                                         \
    X(log1p)                                                                                       \
    X(log10)                                                                                       \
    X(sin)                                                                                         \
    X(cos)                                                                                         \
    X(tan)                                                                                         \
    X(sinh)                                                                                        \
    X(cosh)                                                                                        \
    X(tanh)                                                                                        \
    X(erf)                                                                                         \
    X(erfc)

/* double spk__exp(double x), ...; and void spk__exp_array(size_t n, const double *x, double *out),
 * ...: out[i] = f(x[i]) for any n, with the bits of the scalar function; out may be x. From about
 * ten values on the array form is several times faster. */
#define SPK__ELEMENTARY_DECLARE(f)                                                                 \
    double spk__##f(double x);                                                                     \
    void spk__##f##_array(size_t n, const double *x, double *out);
SPK__ELEMENTARY_LIST(SPK__ELEMENTARY_DECLARE)
#undef SPK__ELEMENTARY_DECLARE

double spk__pow(double x, double y);
double spk__sqrt(double x);
/* out[i] = pow(x[i], y) */
void spk__pow_array(size_t n, const double *x, double y, double *out);

/* A standard normal deviate (Box and Muller 1958): takes two uniforms from the stream and forgets
 * the second deviate, so that a stream's position tells how many were drawn. */
double spk__rng_normal(spk__rng *r);
/* The same from two uniforms in (0, 1). */
double spk__normal(double u1, double u2);

/* Sum in a fixed order: blocks of 128 in eight interleaved partial sums, block sums in pairs. The
 * error grows with log n. 0 for n = 0. */
double spk__sum(size_t n, const double *x);
/* Sum of x[i] * y[i], of squares, of squared differences: the products fused into the same order.
 */
double spk__dot(size_t n, const double *x, const double *y);
double spk__sum_squares(size_t n, const double *x);
/* Mean and the variance with divisor n - 1, in two passes; NaN for n = 0, variance NaN for n = 1.
 * variance may be NULL. */
double spk__mean_var(size_t n, const double *x, double *variance);

#endif
