/* Symmetric eigenproblem. Eigenvectors are kept as rows, so that every inner loop runs along a row.
 */
#include "num/linalg.h"

#include <math.h>
#include <string.h>

/* y += s x */
static void add_scaled(size_t n, double s, const double *x, double *y) {
    for (size_t i = 0; i < n; i++)
        y[i] += s * x[i];
}

static double dot(size_t n, const double *x, const double *y) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
        s2 += x[i + 2] * y[i + 2];
        s3 += x[i + 3] * y[i + 3];
    }
    for (; i < n; i++)
        s0 += x[i] * y[i];
    return (s0 + s1) + (s2 + s3);
}

/* The Householder vector of x (n > 0): x becomes v, scaled so that H = 1 - v v' / *h maps the old x
 * to
 * (*image, 0, ...). h = 0 where x is already of that form. */
static void householder(size_t n, double *x, double *h, double *image) {
    double scale = 0;
    for (size_t i = 1; i < n; i++)
        scale = fabs(x[i]) > scale ? fabs(x[i]) : scale;
    *image = x[0];
    *h = 0;
    if (scale == 0)
        return;
    scale = fabs(x[0]) > scale ? fabs(x[0]) : scale;
    for (size_t i = 0; i < n; i++)
        x[i] /= scale;
    double norm2 = dot(n, x, x);
    double g = x[0] > 0 ? -sqrt(norm2) : sqrt(norm2);
    *image = scale * g;
    *h = norm2 - x[0] * g;
    x[0] -= g;
}

/* Reduces the full symmetric q to tridiagonal form: d the diagonal, e[i] the element between i and
 * i+1. q becomes the orthogonal matrix whose rows are the new basis. */
static void tridiagonalise(size_t n, double *q, double *d, double *e) {
    for (size_t k = 0; k + 1 < n; k++) {
        size_t m = n - k - 1;
        double *v = q + k * n + k + 1, *p = e + k, h;
        d[k] = q[k * n + k];
        householder(m, v, &h, p);
        q[k * n + k] = h;
        if (h == 0)
            continue;
        /* the trailing block A becomes A - v w' - w v', w = A v / h - (v' A v / 2 h^2) v */
        double *w = d + k + 1;
        memset(w, 0, m * sizeof *w);
        for (size_t i = 0; i < m; i++)
            add_scaled(m, v[i] / h, q + (k + 1 + i) * n + k + 1, w);
        add_scaled(m, -dot(m, v, w) / (2 * h), v, w);
        for (size_t i = 0; i < m; i++) {
            double *row = q + (k + 1 + i) * n + k + 1, a = v[i], b = w[i];
            for (size_t j = 0; j < m; j++)
                row[j] -= a * w[j] + b * v[j];
        }
    }
    d[n - 1] = q[n * n - 1];
    e[n - 1] = 0;
    /* The basis, from the last reflection to the first: rows k+1.. hold the part built so far. */
    memset(q + (n - 1) * n, 0, n * sizeof *q);
    q[n * n - 1] = 1;
    for (size_t k = n - 1; k-- > 0;) {
        size_t m = n - k - 1;
        const double *v = q + k * n + k + 1;
        double h = q[k * n + k];
        for (size_t i = k + 1; h != 0 && i < n; i++) {
            double *row = q + i * n + k + 1;
            add_scaled(m, -dot(m, row, v) / h, v, row);
        }
        for (size_t i = k + 1; i < n; i++)
            q[i * n + k] = 0;
        memset(q + k * n, 0, n * sizeof *q);
        q[k * n + k] = 1;
    }
}

static void rotate(size_t n, double c, double s, double *x, double *y) {
    for (size_t i = 0; i < n; i++) {
        double a = x[i], b = y[i];
        y[i] = s * a + c * b;
        x[i] = c * a - s * b;
    }
}

/* Length of (a, b) without overflow. */
static double length2(double a, double b) {
    a = fabs(a);
    b = fabs(b);
    double big = a > b ? a : b, small = a > b ? b : a;
    if (big == 0)
        return 0;
    double r = small / big;
    return big * sqrt(1 + r * r);
}

/* One implicit QL sweep over rows low .. high. */
static void ql_sweep(size_t n, size_t low, size_t high, double *d, double *e, double *q) {
    double g = (d[low + 1] - d[low]) / (2 * e[low]);
    double r = length2(g, 1);
    g = d[high] - d[low] + e[low] / (g + (g >= 0 ? r : -r));
    double s = 1, c = 1, p = 0;
    for (size_t i = high; i-- > low;) {
        double f = s * e[i], b = c * e[i];
        r = length2(f, g);
        e[i + 1] = r;
        if (r == 0) { /* split half-way */
            d[i + 1] -= p;
            e[high] = 0;
            return;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        rotate(n, c, s, q + i * n, q + (i + 1) * n);
    }
    d[low] -= p;
    e[low] = g;
    e[high] = 0;
}

static bool ql(size_t n, double *d, double *e, double *q) {
    for (size_t low = 0; low < n; low++)
        for (int sweep = 0;; sweep++) {
            size_t high = low;
            while (high + 1 < n) {
                double size = fabs(d[high]) + fabs(d[high + 1]);
                if (size + fabs(e[high]) == size)
                    break;
                high++;
            }
            if (high == low)
                break;
            if (sweep == 60)
                return false;
            ql_sweep(n, low, high, d, e, q);
        }
    return true;
}

static void sort_and_sign(size_t n, double *d, double *q) {
    for (size_t i = 0; i < n; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < n; j++)
            if (d[j] < d[least])
                least = j;
        if (least != i) {
            double t = d[i];
            d[i] = d[least];
            d[least] = t;
            for (size_t j = 0; j < n; j++) {
                t = q[i * n + j];
                q[i * n + j] = q[least * n + j];
                q[least * n + j] = t;
            }
        }
        double *row = q + i * n;
        size_t top = 0;
        for (size_t j = 1; j < n; j++)
            if (fabs(row[j]) > fabs(row[top]))
                top = j;
        if (row[top] < 0)
            for (size_t j = 0; j < n; j++)
                row[j] = -row[j];
    }
}

bool spk__eigen_symmetric(size_t n, const double *a, double *value, double *vectors, double *work) {
    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double x = a[i * n + j];
            if (!isfinite(x))
                return false;
            vectors[i * n + j] = x;
        }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            vectors[j * n + i] = vectors[i * n + j];
    tridiagonalise(n, vectors, value, work);
    if (!ql(n, value, work, vectors))
        return false;
    sort_and_sign(n, value, vectors);
    return true;
}
