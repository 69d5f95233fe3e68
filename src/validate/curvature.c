/* The curvature of the loss, from values at a distance: near a best fit to spikes the loss is made
 * of small steps, so that differences over small distances measure those and not the valley. A
 * quadratic is fitted, by least squares, to losses at random points at about the distance that each
 * parameter can go alone; then once more at points that are spread along the eigen-directions
 * found, so that the directions that are wide are seen at their own scale.
 */
#include "validate/landscape.h"

#include "num/num.h"
#include "search/search.h"

#include <math.h>

enum { MOST = 48, PER_UNKNOWN = 3, STAGES = 2 };
static const double WIDEST = 100;

/* Coordinates: u[j] = (x[j] - best[j]) / reach[j]. */
typedef struct {
    size_t dim, unknowns, n; /* n: points */
    double *u, *x, *f;       /* [n][dim], [n][dim], [n] */
    double *normal, *row, *hessian, *value, *vector, *work;
    double width[MOST], axes[MOST * MOST]; /* along which the points are spread */
} fit;

static spk_status fit_new(const spk__landscape *l, fit *q) {
    size_t d = l->dim, m = (d + 1) * (d + 2) / 2, n = PER_UNKNOWN * m;
    spk_ctx *ctx = l->ctx;
    *q = (fit){.dim = d, .unknowns = m, .n = n};
    q->u = SPK__ARRAY(ctx, n * d, double);
    q->x = SPK__ARRAY(ctx, n * d, double);
    q->f = SPK__ARRAY(ctx, n, double);
    q->normal = SPK__ARRAY(ctx, m * (m + 1), double);
    q->row = SPK__ARRAY(ctx, m, double);
    q->hessian = SPK__ARRAY(ctx, d * d, double);
    q->value = SPK__ARRAY(ctx, d, double);
    q->vector = SPK__ARRAY(ctx, d * d, double);
    q->work = SPK__ARRAY(ctx, (d + 1) * d, double);
    for (size_t j = 0; j < d; j++)
        q->width[j] = q->axes[j * d + j] = 1;
    return q->u && q->x && q->f && q->normal && q->row && q->hessian && q->value && q->vector &&
                   q->work
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

static void fit_free(spk_ctx *ctx, fit *q) {
    void *parts[] = {q->u, q->x, q->f, q->normal, q->row, q->hessian, q->value, q->vector, q->work};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
}

/* Points at half to one and a half times the width in each direction, drawn back into the cube. */
static void scatter(const spk__landscape *l, fit *q, uint32_t stage) {
    for (size_t i = 0; i < q->n; i++) {
        spk__rng g;
        double z[MOST], length = 0, *u = q->u + i * q->dim;
        spk__rng_init(&g, l->seed, SPK__RNG_SEARCH, 0xfffffff0u + stage, (uint32_t)i);
        for (size_t k = 0; k < q->dim; k++) {
            z[k] = spk__rng_normal(&g);
            length += z[k] * z[k];
        }
        double radius = (0.5 + spk__rng_uniform(&g)) / sqrt(length);
        for (size_t j = 0; j < q->dim; j++) {
            double sum = 0;
            for (size_t k = 0; k < q->dim; k++)
                sum += z[k] * q->width[k] * q->axes[k * q->dim + j];
            double x = spk__clip01(l->best[j] + radius * sum * l->reach[j]);
            q->x[i * q->dim + j] = x;
            u[j] = (x - l->best[j]) / l->reach[j];
        }
    }
}

/* 1, u, and the products of pairs. */
static void fill_row(const fit *q, const double *u, double *row) {
    size_t at = 0;
    row[at++] = 1;
    for (size_t j = 0; j < q->dim; j++)
        row[at++] = u[j];
    for (size_t j = 0; j < q->dim; j++)
        for (size_t k = j; k < q->dim; k++)
            row[at++] = u[j] * u[k];
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

/* The matrix of second derivatives, in units of the loss's limit at distance 1. */
static bool fit_hessian(const spk__landscape *l, fit *q) {
    size_t m = q->unknowns;
    double *a = q->normal, *b = a + m * m, level = l->limit - l->best_loss;
    memset(a, 0, m * (m + 1) * sizeof *a);
    for (size_t i = 0; i < q->n; i++) {
        /* What is far above says only that it is far above. */
        double f = isfinite(q->f[i]) ? fmin((q->f[i] - l->best_loss) / level, 5) : 5;
        fill_row(q, q->u + i * q->dim, q->row);
        for (size_t r = 0; r < m; r++) {
            b[r] += q->row[r] * f;
            for (size_t c = 0; c <= r; c++)
                a[r * m + c] += q->row[r] * q->row[c];
        }
    }
    for (size_t r = 0; r < m; r++)
        a[r * m + r] *= 1 + 1e-6;
    if (!solve(m, a, b))
        return false;
    const double *pair = b + 1 + q->dim;
    for (size_t j = 0; j < q->dim; j++)
        for (size_t k = j; k < q->dim; k++)
            q->hessian[j * q->dim + k] = q->hessian[k * q->dim + j] = *pair++ / (j == k ? 1 : 2);
    return true;
}

static bool find_axes(fit *q) {
    size_t d = q->dim;
    if (!spk__search_eigen(d, q->hessian, q->value, q->vector, q->work))
        return false;
    bool used[MOST] = {false};
    for (size_t i = 0; i < d; i++) { /* the smallest curvature first */
        size_t next = SIZE_MAX;
        for (size_t k = 0; k < d; k++)
            if (!used[k] && (next == SIZE_MAX || q->value[k] < q->value[next]))
                next = k;
        used[next] = true;
        double least = 1 / (WIDEST * WIDEST);
        q->width[i] = 1 / sqrt(q->value[next] > least ? q->value[next] : least);
        for (size_t j = 0; j < d; j++)
            q->axes[i * d + j] = q->vector[j * d + next];
    }
    return true;
}

/* The sign that makes the largest weight positive. */
static void orient(size_t d, double *w) {
    size_t largest = 0;
    for (size_t j = 1; j < d; j++)
        if (fabs(w[j]) > fabs(w[largest]))
            largest = j;
    double sign = w[largest] < 0 ? -1 : 1;
    for (size_t j = 0; j < d; j++)
        w[j] *= sign;
}

spk_status spk__curvature(spk__landscape *l, double *width, double *vector, bool *found) {
    *found = false;
    if (l->dim > MOST || l->dim < 2)
        return SPK_OK;
    fit q;
    spk_status st = fit_new(l, &q);
    bool good = true;
    for (uint32_t stage = 0; !st && good && stage < STAGES; stage++) {
        scatter(l, &q, stage);
        st = spk__landscape_evaluate(l, q.x, q.n, q.f);
        good = !st && fit_hessian(l, &q) && find_axes(&q);
    }
    for (size_t i = 0; !st && good && i < q.dim; i++) {
        orient(q.dim, q.axes + i * q.dim);
        width[i] = q.width[i];
        memcpy(vector + i * q.dim, q.axes + i * q.dim, q.dim * sizeof *vector);
    }
    *found = !st && good;
    fit_free(l->ctx, &q);
    return st;
}
