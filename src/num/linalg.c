/* Factorisations, solutions and products of small dense matrices. */
#include "num/linalg.h"

#include <math.h>
#include <string.h>

bool spk__cholesky(size_t n, const double *a, double *l) {
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                s -= l[i * n + k] * l[j * n + k];
            if (j < i)
                l[i * n + j] = s / l[j * n + j];
            else if (!(s > 0) || !isfinite(s))
                return false;
            else
                l[i * n + i] = sqrt(s);
        }
    }
    for (size_t i = 0; i < n; i++)
        memset(l + i * n + i + 1, 0, (n - i - 1) * sizeof *l);
    return true;
}

void spk__solve_lower(size_t n, const double *l, const double *b, double *x) {
    for (size_t i = 0; i < n; i++) {
        double s = b[i];
        for (size_t k = 0; k < i; k++)
            s -= l[i * n + k] * x[k];
        x[i] = s / l[i * n + i];
    }
}

void spk__solve_lower_transposed(size_t n, const double *l, const double *b, double *x) {
    if (x != b)
        memcpy(x, b, n * sizeof *x);
    for (size_t i = n; i-- > 0;) {
        x[i] /= l[i * n + i];
        for (size_t k = 0; k < i; k++)
            x[k] -= l[i * n + k] * x[i];
    }
}

static void swap_rows(size_t n, double *a, double *b) {
    for (size_t i = 0; i < n; i++) {
        double t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

bool spk__solve(size_t n, double *a, double *b) {
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
                pivot = i;
        if (!(fabs(a[pivot * n + k]) > 0))
            return false;
        if (pivot != k) {
            swap_rows(n - k, a + k * n + k, a + pivot * n + k);
            swap_rows(1, b + k, b + pivot);
        }
        for (size_t i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];
            for (size_t j = k + 1; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            b[i] -= f * b[k];
        }
    }
    for (size_t i = n; i-- > 0;) {
        double s = b[i];
        for (size_t j = i + 1; j < n; j++)
            s -= a[i * n + j] * b[j];
        b[i] = s / a[i * n + i];
    }
    return true;
}

void spk__matmul(size_t rows, size_t inner, size_t columns, const double *a, const double *b,
                 double *c) {
    for (size_t i = 0; i < rows; i++)
        spk__matvec_transposed(inner, columns, b, a + i * inner, c + i * columns);
}

void spk__matvec(size_t rows, size_t columns, const double *a, const double *x, double *y) {
    for (size_t i = 0; i < rows; i++) {
        double s = 0;
        for (size_t j = 0; j < columns; j++)
            s += a[i * columns + j] * x[j];
        y[i] = s;
    }
}

void spk__matvec_transposed(size_t rows, size_t columns, const double *a, const double *x,
                            double *y) {
    memset(y, 0, columns * sizeof *y);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            y[j] += x[i] * a[i * columns + j];
}
