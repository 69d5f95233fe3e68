/* Picks the elementary functions by CPU. The check is two loads and a predicted branch, so there is
 * no state to set up. */
#include "num/elementary.h"

#include <math.h>

static const spk__elementary *best(void) {
    switch (spk__cpu_isa()) {
    case SPK_ISA_AVX512:
        return &spk__elementary_avx512;
    case SPK_ISA_AVX2:
        return &spk__elementary_avx2;
    default:
        return &spk__elementary_base;
    }
}

#define DEFINE(f)                                                                                  \
    double spk__##f(double x) {                                                                    \
        return best()->f(x);                                                                       \
    }                                                                                              \
    void spk__##f##_array(size_t n, const double *x, double *out) {                                \
        best()->f##_array(n, x, out);                                                              \
    }
SPK__ELEMENTARY_LIST(DEFINE)

double spk__pow(double x, double y) {
    return best()->pow(x, y);
}

void spk__pow_array(size_t n, const double *x, double y, double *out) {
    best()->pow_array(n, x, y, out);
}

double spk__sqrt(double x) {
    return sqrt(x);
}

double spk__normal(double u1, double u2) {
    return best()->normal(u1, u2);
}

double spk__rng_normal(spk__rng *r) {
    double u1 = spk__rng_uniform(r);
    double u2 = spk__rng_uniform(r);
    return best()->normal(u1, u2);
}

double spk__sum(size_t n, const double *x) {
    return best()->sum(n, x);
}

double spk__dot(size_t n, const double *x, const double *y) {
    return best()->dot(n, x, y);
}

double spk__sum_squares(size_t n, const double *x) {
    return best()->dot(n, x, x);
}

double spk__mean_var(size_t n, const double *x, double *variance) {
    double mean = spk__sum(n, x) / (double)n;
    if (variance) {
        enum { BLOCK = 128 };
        double squares = 0, correction = 0, d[BLOCK];
        for (size_t i = 0; i < n; i += BLOCK) {
            size_t m = n - i < BLOCK ? n - i : BLOCK;
            for (size_t j = 0; j < m; j++)
                d[j] = x[i + j] - mean;
            squares += spk__sum_squares(m, d);
            correction += spk__sum(m, d);
        }
        *variance = (squares - correction * correction / (double)n) / ((double)n - 1.0);
    }
    return mean;
}
