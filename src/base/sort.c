/* Values in order. */
#include "base/base.h"

#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

void spk__sort(double *x, size_t n) {
    if (n)
        qsort(x, n, sizeof *x, ascending);
}

double spk__sorted_median(const double *x, size_t n) {
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

double spk__sorted_quantile(const double *x, size_t n, double share) {
    double at = share * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) : x[n - 1];
}
