/* Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal
 * matrix, then QL with implicit shifts (Martin, Reinsch and Wilkinson 1968, doi:10.1007/BF02161365;
 * Dubrulle, Martin and Wilkinson 1968, doi:10.1007/BF02165404). Only additions, products, quotients
 * and roots, in an order that depends on the matrix alone.
 */
#include "search/search.h"

#include <math.h>

enum { MOST_STEPS = 60 };

/* Turns A into T = Q' A Q with diagonal d and subdiagonal e[1..n-1]; the columns of A become Q. */
static void tridiagonalise(size_t n, double *a, double *d, double *e) {
    for (size_t i = n; i-- > 1;) {
        double *row = a + i * n, scale = 0, h = 0;
        for (size_t k = 0; k < i; k++)
            scale += fabs(row[k]);
        d[i] = 0;
        e[i] = row[i - 1];
        if (i == 1 || scale == 0)
            continue;
        for (size_t k = 0; k < i; k++) {
            row[k] /= scale;
            h += row[k] * row[k];
        }
        double g = row[i - 1] > 0 ? -sqrt(h) : sqrt(h);
        e[i] = scale * g;
        h -= row[i - 1] * g;
        row[i - 1] -= g;
        d[i] = h;
        /* p = A u / h in e, then A -= u q' + q u' with q = p - (u'p / 2h) u. */
        double up = 0;
        for (size_t j = 0; j < i; j++) {
            double sum = 0;
            for (size_t k = 0; k <= j; k++)
                sum += a[j * n + k] * row[k];
            for (size_t k = j + 1; k < i; k++)
                sum += a[k * n + j] * row[k];
            e[j] = sum / h;
            up += e[j] * row[j];
        }
        for (size_t j = 0; j < i; j++) {
            e[j] -= up / (2 * h) * row[j];
            for (size_t k = 0; k <= j; k++)
                a[j * n + k] -= row[j] * e[k] + e[j] * row[k];
        }
    }
    e[0] = d[0] = 0;
}

/* Multiplies the reflections out, in place, from the first row down. d[i]: h of reflection i. */
static void accumulate(size_t n, double *a, double *d) {
    for (size_t i = 0; i < n; i++) {
        double *u = a + i * n, h = d[i];
        if (h != 0)
            for (size_t j = 0; j < i; j++) {
                double sum = 0;
                for (size_t k = 0; k < i; k++)
                    sum += u[k] * a[k * n + j];
                sum /= h;
                for (size_t k = 0; k < i; k++)
                    a[k * n + j] -= sum * u[k];
            }
        d[i] = u[i];
        u[i] = 1;
        for (size_t j = 0; j < i; j++)
            u[j] = a[j * n + i] = 0;
    }
}

/* QL on (d, e); rows of q (transposed eigenvectors) are turned along. */
static bool diagonalise(size_t n, double *d, double *e, double *q) {
    for (size_t i = 1; i < n; i++)
        e[i - 1] = e[i];
    e[n - 1] = 0;
    for (size_t l = 0; l < n; l++) {
        for (int steps = 0;; steps++) {
            size_t m = l;
            while (m + 1 < n && fabs(e[m]) > 0x1p-53 * (fabs(d[m]) + fabs(d[m + 1])))
                m++;
            if (m == l)
                break;
            if (steps == MOST_STEPS)
                return false;
            double g = (d[l + 1] - d[l]) / (2 * e[l]), r = sqrt(g * g + 1);
            g = d[m] - d[l] + e[l] / (g + (g < 0 ? -r : r));
            double s = 1, c = 1, p = 0;
            size_t i = m;
            while (i-- > l) {
                double f = s * e[i], b = c * e[i];
                r = sqrt(f * f + g * g);
                e[i + 1] = r;
                if (r == 0)
                    break;
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                double *lower = q + i * n, *upper = lower + n;
                for (size_t k = 0; k < n; k++) {
                    double x = upper[k];
                    upper[k] = s * lower[k] + c * x;
                    lower[k] = c * lower[k] - s * x;
                }
            }
            if (r == 0 && i + 1 > l) {
                d[i + 1] -= p;
                e[m] = 0;
                continue;
            }
            d[l] -= p;
            e[l] = g;
            e[m] = 0;
        }
    }
    return true;
}

bool spk__search_eigen(size_t n, const double *a, double *value, double *vector, double *work) {
    double *e = work, *rows = work + n;
    memcpy(vector, a, n * n * sizeof *a);
    tridiagonalise(n, vector, value, e);
    accumulate(n, vector, value);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            rows[j * n + i] = vector[i * n + j];
    if (!diagonalise(n, value, e, rows))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            vector[i * n + j] = rows[j * n + i];
    return true;
}
