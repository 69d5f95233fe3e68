/* Dense linear algebra. Inner loops run along memory through spk__dot, whose order is fixed. */
#include "search/linear.h"

#include "num/num.h"
#include <math.h>

bool spk__cholesky(size_t n, double *a) {
    for (size_t i = 0; i < n; i++) {
        double *row = a + i * n;
        for (size_t j = 0; j <= i; j++) {
            double v = row[j] - spk__dot(j, row, a + j * n);
            if (j < i)
                row[j] = v / a[j * n + j];
            else if (v > 0 && isfinite(v))
                row[j] = sqrt(v);
            else
                return false;
        }
    }
    return true;
}

void spk__solve_lower(size_t n, const double *L, double *b) {
    for (size_t i = 0; i < n; i++)
        b[i] = (b[i] - spk__dot(i, L + i * n, b)) / L[i * n + i];
}

void spk__solve_upper(size_t n, const double *L, double *b) {
    for (size_t i = n; i-- > 0;) {
        b[i] /= L[i * n + i];
        for (size_t j = 0; j < i; j++)
            b[j] -= L[i * n + j] * b[i];
    }
}

/* Turns column c of a upright from row r on, and the columns after it and b along, unless hardly
 * anything of it is left there. Returns the diagonal element of the triangle, or 0. */
static double reflect(size_t rows, size_t cols, size_t r, size_t c, double *a, double *b) {
    double *u = a + c * rows + r;
    size_t m = rows - r;
    double length2 = spk__dot(m, u, u), whole2 = spk__dot(rows, a + c * rows, a + c * rows);
    if (!(length2 > 1e-22 * whole2))
        return 0;
    double diagonal = u[0] > 0 ? -sqrt(length2) : sqrt(length2);
    u[0] -= diagonal;
    double half = -diagonal * u[0]; /* u'u / 2 */
    for (size_t k = c + 1; k <= cols; k++) {
        double *v = k < cols ? a + k * rows + r : b + r, along = spk__dot(m, u, v) / half;
        for (size_t i = 0; i < m; i++)
            v[i] -= along * u[i];
    }
    return diagonal;
}

void spk__least_squares(size_t rows, size_t cols, double *a, double *b, double *x) {
    size_t r = 0;
    for (size_t c = 0; c < cols; c++) {
        x[c] = reflect(rows, cols, r, c, a, b);
        r += x[c] != 0;
    }
    for (size_t c = cols; c-- > 0;) {
        if (x[c] == 0)
            continue;
        x[c] = b[--r] / x[c];
        for (size_t i = 0; i < r; i++)
            b[i] -= a[c * rows + i] * x[c];
    }
}
