/* The shape of the valley around a best fit.
 *
 * Near a best fit to spikes the loss is made of small steps, so that differences over small
 * distances measure those and not the valley. The curvature is therefore that of a quadratic fitted
 * by least squares to losses at random points about where the loss has risen by the limit. To place
 * them the shape of the valley must be known: it begins with the covariance of the search's own
 * good candidates, and each of a few rounds fits a quadratic in coordinates in which the shape of
 * the last round is a ball, so that directions in which valleys are long are seen at their own
 * scale. A ridge holds a round to the shape of the last one where the losses do not say more.
 */
#include "validate/landscape.h"

#include "num/num.h"
#include "search/search.h"

#include <math.h>

enum { ROUNDS = 4, LEAST_PER_UNKNOWN = 3, MOST_PER_UNKNOWN = 12 };
/* How much longer or shorter a half axis may become in one round, and the ridge's weight in points.
 */
static const double LONGER = 5, SHORTER = 0.1, RIDGE = 0.3;

/* ---- linear algebra ---- */

/* shape <- diag(scale(value)) * vector' * shape, with value and vector those of a symmetric matrix.
 */
static bool bend(spk__landscape *l, const double *matrix, bool covariance) {
    size_t d = l->dim;
    double *value = l->room, *vector = value + d, *work = vector + d * d;
    if (!spk__search_eigen(d, matrix, value, vector, work))
        return false;
    double *old = work; /* no longer needed */
    memcpy(old, l->shape, d * d * sizeof *old);
    for (size_t k = 0; k < d; k++) {
        double v = value[k] > 1e-12 ? value[k] : 1e-12, scale = covariance ? sqrt(v) : 1 / sqrt(v);
        scale = scale > LONGER && !covariance ? LONGER : scale < SHORTER ? SHORTER : scale;
        for (size_t j = 0; j < d; j++) {
            double sum = 0;
            for (size_t i = 0; i < d; i++)
                sum += vector[i * d + k] * old[i * d + j];
            l->shape[k * d + j] = scale * sum;
        }
    }
    return true;
}

static void plain_shape(spk__landscape *l) {
    memset(l->shape, 0, l->dim * l->dim * sizeof *l->shape);
    for (size_t j = 0; j < l->dim; j++)
        l->shape[j * l->dim + j] = 1;
}

bool spk__shape_axes(spk__landscape *l, double *width, double *axis) {
    size_t d = l->dim;
    double *matrix = l->room + 2 * d + 2 * d * d, *value = l->room, *vector = value + d,
           *work = vector + d * d;
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j < d; j++) {
            matrix[i * d + j] = 0;
            for (size_t k = 0; k < d; k++)
                matrix[i * d + j] += l->shape[k * d + i] * l->shape[k * d + j];
        }
    if (d < 2 || d > SPK__SHAPE_MOST || !spk__search_eigen(d, matrix, value, vector, work))
        return false;
    for (size_t i = 0; i < d; i++) {
        size_t next = 0, largest = 0;
        for (size_t k = 1; k < d; k++)
            if (value[k] > value[next])
                next = k;
        width[i] = sqrt(value[next] > 0 ? value[next] : 0);
        value[next] = -INFINITY;
        for (size_t j = 1; j < d; j++)
            if (fabs(vector[j * d + next]) > fabs(vector[largest * d + next]))
                largest = j;
        double sign = vector[largest * d + next] < 0 ? -1 : 1; /* the largest weight is positive */
        for (size_t j = 0; j < d; j++)
            axis[i * d + j] = sign * vector[j * d + next];
    }
    return true;
}

/* ---- from the search ---- */

/* The start that has the lowest loss. */
static float best_start(const spk_result_history *h) {
    size_t best = 0, rows = h->n ? h->first[h->n] : 0;
    for (size_t row = 1; row < rows; row++)
        if (h->f[row] < h->f[best])
            best = row;
    return rows ? h->start[best] : 0;
}

static void remember(spk__landscape *l, const spk_result_history *h) {
    size_t d = l->dim, rows = h->n ? h->first[h->n] : 0, n = 0;
    double *matrix = l->room + 2 * d + 2 * d * d;
    memset(matrix, 0, d * d * sizeof *matrix);
    float start = best_start(h);
    for (size_t row = 0; h->dim == d && row < rows; row++) {
        const float *x = h->x + row * d;
        if (h->start[row] != start || !((double)h->f[row] <= l->limit))
            continue;
        n++;
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j < d; j++)
                matrix[i * d + j] += ((double)x[i] - l->best[i]) / l->reach[i] *
                                     (((double)x[j] - l->best[j]) / l->reach[j]);
    }
    for (size_t i = 0; i < d * d; i++)
        matrix[i] /= (double)n;
    plain_shape(l);
    if (n >= 4 * d)
        bend(l, matrix, true);
}

/* ---- a quadratic ---- */

/* Coordinates v: one half axis of the shape is 1. */
typedef struct {
    size_t dim, unknowns, n; /* n: points */
    double *v, *x, *f;       /* [n][dim], [n][dim], [n] */
    double *normal, *row, *matrix;
} fit;

static spk_status fit_new(const spk__landscape *l, uint64_t effort, fit *q) {
    size_t d = l->dim, m = (d + 1) * (d + 2) / 2, n = (size_t)(effort / ROUNDS);
    n = n < LEAST_PER_UNKNOWN * m ? LEAST_PER_UNKNOWN * m : n;
    n = n > MOST_PER_UNKNOWN * m ? MOST_PER_UNKNOWN * m : n;
    *q = (fit){.dim = d, .unknowns = m, .n = n};
    q->v = SPK__ARRAY(l->ctx, n * d, double);
    q->x = SPK__ARRAY(l->ctx, n * d, double);
    q->f = SPK__ARRAY(l->ctx, n, double);
    q->normal = SPK__ARRAY(l->ctx, m * (m + 1), double);
    q->row = SPK__ARRAY(l->ctx, m, double);
    q->matrix = SPK__ARRAY(l->ctx, d * d, double);
    return q->v && q->x && q->f && q->normal && q->row && q->matrix ? SPK_OK : SPK_ERR_MEMORY;
}

static void fit_free(spk_ctx *ctx, fit *q) {
    void *parts[] = {q->v, q->x, q->f, q->normal, q->row, q->matrix};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
}

/* How much of the way du (in reaches) from the best stays in the cube. */
static double inside(const spk__landscape *l, size_t j, double du) {
    double dx = du * l->reach[j], room = dx > 0 ? 1 - l->best[j] : l->best[j];
    return fabs(dx) > room ? room / fabs(dx) : 1;
}

/* Points at half to one and a half half-axes, nearer where a wall of the cube is nearer. */
static void scatter(const spk__landscape *l, fit *q, uint32_t round) {
    size_t d = q->dim;
    for (size_t i = 0; i < q->n; i++) {
        spk__rng g;
        double length = 0, share = 1, *v = q->v + i * d, *x = q->x + i * d;
        spk__rng_init(&g, l->seed, SPK__RNG_SEARCH, 0xfffffff0u + round, (uint32_t)i);
        for (size_t k = 0; k < d; k++) {
            v[k] = spk__rng_normal(&g);
            length += v[k] * v[k];
        }
        double radius = (0.5 + spk__rng_uniform(&g)) / sqrt(length);
        for (size_t j = 0; j < d; j++) {
            x[j] = 0;
            for (size_t k = 0; k < d; k++)
                x[j] += radius * v[k] * l->shape[k * d + j];
            share = fmin(share, inside(l, j, x[j]));
        }
        for (size_t j = 0; j < d; j++) {
            x[j] = spk__clip01(l->best[j] + share * x[j] * l->reach[j]);
            v[j] *= share * radius;
        }
    }
}

/* 1, v, and the products of pairs. */
static void fill_row(const fit *q, const double *v, double *row) {
    size_t at = 0;
    row[at++] = 1;
    for (size_t j = 0; j < q->dim; j++)
        row[at++] = v[j];
    for (size_t j = 0; j < q->dim; j++)
        for (size_t k = j; k < q->dim; k++)
            row[at++] = v[j] * v[k];
}

/* Solves the m x m positive definite system in place (a: lower triangle; b: right side, then the
 * solution). False if it is not positive definite. */
static bool solve(size_t m, double *a, double *b) {
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * m + j] - spk__dot(j, a + i * m, a + j * m);
            if (i == j && !(sum > 0))
                return false;
            a[i * m + j] = i == j ? sqrt(sum) : sum / a[j * m + j];
        }
        b[i] = (b[i] - spk__dot(i, a + i * m, b)) / a[i * m + i];
    }
    for (size_t i = m; i-- > 0;) {
        double sum = b[i];
        for (size_t j = i + 1; j < m; j++)
            sum -= a[j * m + i] * b[j];
        b[i] = sum / a[i * m + i];
    }
    return true;
}

/* The matrix of the quadratic that is 1 at the limit. Its prior is |v|^2: 1 at one half axis. */
static bool fit_quadratic(const spk__landscape *l, fit *q) {
    size_t m = q->unknowns, d = q->dim, at = 1 + d;
    double *a = q->normal, *b = a + m * m, level = l->limit - l->best_loss;
    memset(a, 0, m * (m + 1) * sizeof *a);
    for (size_t i = 0; i < q->n; i++) {
        /* What is far above says only that it is far above. */
        double f = isfinite(q->f[i]) ? fmin((q->f[i] - l->best_loss) / level, 5) : 5;
        fill_row(q, q->v + i * d, q->row);
        for (size_t r = 0; r < m; r++) {
            b[r] += q->row[r] * f;
            for (size_t c = 0; c <= r; c++)
                a[r * m + c] += q->row[r] * q->row[c];
        }
    }
    for (size_t r = 0; r < m; r++)
        a[r * m + r] += r < at ? 1e-6 : RIDGE;
    for (size_t j = 0; j < d; at += d - j, j++)
        b[at] += RIDGE;
    if (!solve(m, a, b))
        return false;
    const double *pair = b + 1 + d;
    for (size_t j = 0; j < d; j++)
        for (size_t k = j; k < d; k++)
            q->matrix[j * d + k] = q->matrix[k * d + j] = *pair++ / (j == k ? 1 : 2);
    return true;
}

spk_status spk__shape_find(spk__landscape *l, const spk_result_history *h, uint64_t effort) {
    remember(l, h);
    if (l->dim > SPK__SHAPE_MOST)
        return SPK_OK;
    fit q;
    spk_status st = fit_new(l, effort, &q);
    for (uint32_t round = 0; !st && round < ROUNDS; round++) {
        scatter(l, &q, round);
        st = spk__landscape_evaluate(l, q.x, q.n, q.f);
        if (!st && fit_quadratic(l, &q))
            bend(l, q.matrix, false);
    }
    fit_free(l->ctx, &q);
    return st;
}
