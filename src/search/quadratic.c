/* Quadratic models. Terms in the order 1, x_i, x_i^2, x_i x_j (j < i). */
#include "search/quadratic.h"
#include "search/linear.h"

#include "num/num.h"
#include <math.h>

enum { MOST_FULL_DIM = 30 };

static const double LARGEST_WEIGHT = 20, POINTS_A_TERM = 1.1, USED = 0.75;

static size_t full_terms(size_t dim) {
    return 1 + dim + dim * (dim + 1) / 2;
}

size_t spk__quadratic_terms(size_t dim) {
    return dim <= MOST_FULL_DIM ? full_terms(dim) : 1 + 2 * dim;
}

spk_status spk__quadratic_start(spk_search *s, spk__quadratic *q, size_t room) {
    q->dim = s->dim;
    q->room = room;
    q->terms = spk__quadratic_terms(s->dim);
    q->coefficient = SPK__SEARCH_ARRAY(s, q->terms, double);
    q->norm = SPK__SEARCH_ARRAY(s, q->terms, double);
    q->matrix = spk__arena_alloc(s->arena, room, q->terms * sizeof(double));
    q->right = SPK__SEARCH_ARRAY(s, room, double);
    q->hessian = SPK__SEARCH_ARRAY(s, s->dim * s->dim, double);
    q->order = SPK__SEARCH_ARRAY(s, room, uint32_t);
    q->scratch = SPK__SEARCH_ARRAY(s, room, uint32_t);
    return q->coefficient && q->norm && q->matrix && q->right && q->hessian && q->order &&
                   q->scratch
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

/* The largest model that so many points can tell. */
static size_t choose_terms(const spk__quadratic *q, size_t n) {
    size_t dim = q->dim, sizes[] = {q->terms, 1 + 2 * dim};
    for (size_t i = 0; i < 2; i++)
        if (USED * (double)n >= POINTS_A_TERM * (double)sizes[i])
            return sizes[i];
    return n > dim ? dim + 1 : 0;
}

bool spk__quadratic_is_full(const spk__quadratic *q, size_t n) {
    return choose_terms(q, n) > 2 * q->dim + 1;
}

/* Row `at` of the matrix, which is kept by column. */
static void expand(spk__quadratic *q, size_t rows, size_t at, const double *x, double weight) {
    double *to = q->matrix + at;
    size_t dim = q->dim, t = 0;
    to[rows * t++] = weight;
    for (size_t i = 0; i < dim; i++)
        to[rows * t++] = weight * x[i];
    for (size_t i = 0; i < dim && q->known > dim + 1; i++)
        to[rows * t++] = weight * x[i] * x[i];
    for (size_t i = 1; i < dim && q->known > 2 * dim + 1; i++)
        for (size_t j = 0; j < i; j++)
            to[rows * t++] = weight * x[i] * x[j];
}

/* Of n points the worst quarter says little of where the minimum is, unless they are needed. */
static size_t points_used(const spk__quadratic *q, size_t n) {
    double most = fmax(USED * (double)n, POINTS_A_TERM * (double)q->known);
    return most < (double)n ? (size_t)ceil(most) : n;
}

void spk__quadratic_fit(spk__quadratic *q, const double *x, const double *f, size_t n) {
    q->known = choose_terms(q, n);
    if (q->known == 0)
        return;
    spk__search_rank(f, n, q->order, q->scratch);
    double lowest = f[q->order[0]];
    size_t rows = points_used(q, n);
    for (size_t r = 0; r < rows; r++) {
        double part = rows > 1 ? (double)r / (double)(rows - 1) : 0;
        double weight = LARGEST_WEIGHT + part * (1 - LARGEST_WEIGHT);
        expand(q, rows, r, x + q->order[r] * q->dim, weight);
        q->right[r] = weight * (f[q->order[r]] - lowest);
    }
    for (size_t t = 0; t < q->known; t++) {
        double *column = q->matrix + t * rows, norm = sqrt(spk__dot(rows, column, column));
        q->norm[t] = norm > 0 ? norm : 1;
        for (size_t i = 0; i < rows; i++)
            column[i] /= q->norm[t];
    }
    spk__least_squares(rows, q->known, q->matrix, q->right, q->coefficient);
    for (size_t t = 0; t < q->known; t++)
        q->coefficient[t] /= q->norm[t];
}

double spk__quadratic_value(const spk__quadratic *q, const double *x) {
    const double *c = q->coefficient;
    size_t dim = q->dim;
    double sum = *c++;
    for (size_t i = 0; i < dim; i++)
        sum += c[i] * x[i];
    c += dim;
    if (q->known <= dim + 1)
        return sum;
    for (size_t i = 0; i < dim; i++)
        sum += c[i] * x[i] * x[i];
    c += dim;
    if (q->known <= 2 * dim + 1)
        return sum;
    for (size_t i = 1; i < dim; i++)
        for (size_t j = 0; j < i; j++)
            sum += *c++ * x[i] * x[j];
    return sum;
}

bool spk__quadratic_minimum(spk__quadratic *q, double *x) {
    size_t dim = q->dim;
    const double *c = q->coefficient + 1;
    if (q->known <= dim + 1)
        return false;
    memset(q->hessian, 0, dim * dim * sizeof *q->hessian);
    for (size_t i = 0; i < dim; i++) {
        x[i] = -c[i];
        q->hessian[i * dim + i] = 2 * c[dim + i];
    }
    c += 2 * dim;
    for (size_t i = 1; i < dim && q->known > 2 * dim + 1; i++)
        for (size_t j = 0; j < i; j++)
            q->hessian[i * dim + j] = *c++;
    if (!spk__cholesky(dim, q->hessian))
        return false;
    spk__solve_lower(dim, q->hessian, x);
    spk__solve_upper(dim, q->hessian, x);
    return true;
}
