/* Gaussian processes. */
#include "search/process.h"
#include "search/linear.h"

#include "num/num.h"
#include <math.h>

/* Limits and first values of TuRBO's code. */
static const double FIRST_LENGTH = 0.5, FIRST_NOISE = 0.005;
static const double LENGTHS[2] = {0.005, 2}, VARIANCES[2] = {0.05, 20}, NOISES[2] = {5e-4, 0.2};
static const double ROOT5 = 2.23606797749978969641;

spk_status spk__process_start(spk_search *s, spk__process *p, size_t room, size_t most) {
    size_t dim = s->dim, longest = room > most ? room : most;
    p->dim = dim;
    p->most = most;
    p->room = room;
    p->scaled = spk__arena_alloc(s->arena, room, dim * sizeof(double));
    p->y = SPK__SEARCH_ARRAY(s, room, double);
    p->theta = SPK__SEARCH_ARRAY(s, dim + 2, double);
    p->step = SPK__SEARCH_ARRAY(s, dim + 2, double);
    p->square = SPK__SEARCH_ARRAY(s, dim + 2, double);
    p->gradient = SPK__SEARCH_ARRAY(s, dim + 2, double);
    p->factor = SPK__SEARCH_ARRAY(s, room * room, double);
    p->slope = SPK__SEARCH_ARRAY(s, room * room, double);
    p->inverse = SPK__SEARCH_ARRAY(s, room * room, double);
    p->alpha = SPK__SEARCH_ARRAY(s, room, double);
    p->row = SPK__SEARCH_ARRAY(s, longest, double);
    p->decay = SPK__SEARCH_ARRAY(s, longest, double);
    p->at = SPK__SEARCH_ARRAY(s, dim, double);
    p->places = spk__arena_alloc(s->arena, most, dim * sizeof(double));
    p->solved = spk__arena_alloc(s->arena, most, room * sizeof(double));
    if (!p->scaled || !p->y || !p->theta || !p->step || !p->square || !p->gradient || !p->factor ||
        !p->slope || !p->inverse || !p->alpha || !p->row || !p->decay || !p->at || !p->places ||
        !p->solved)
        return SPK_ERR_MEMORY;
    spk__process_reset(p);
    return SPK_OK;
}

void spk__process_reset(spk__process *p) {
    size_t dim = p->dim;
    for (size_t d = 0; d < dim; d++)
        p->theta[d] = spk__log(FIRST_LENGTH);
    p->theta[dim] = 0;
    p->theta[dim + 1] = spk__log(FIRST_NOISE);
    memset(p->step, 0, (dim + 2) * sizeof *p->step);
    memset(p->square, 0, (dim + 2) * sizeof *p->square);
    p->steps = 0;
}

double spk__process_length(const spk__process *p, size_t coordinate) {
    return spk__exp(p->theta[coordinate]);
}

static double variance(const spk__process *p) {
    return spk__exp(p->theta[p->dim]);
}

static double noise(const spk__process *p) {
    return spk__exp(p->theta[p->dim + 1]);
}

/* out[j] = (1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r), for the squares r2[j] of distances; slope (may be
 * NULL): 5/3 (1 + sqrt5 r) exp(-sqrt5 r), the change of out with half the logarithm of r2,
 * negative.
 */
static void matern(size_t n, const double *r2, double *out, double *slope) {
    enum { PART = 128 };
    double fallen[PART], decay[PART];
    for (size_t from = 0; from < n; from += PART) {
        size_t m = n - from < PART ? n - from : PART;
        for (size_t j = 0; j < m; j++)
            fallen[j] = -ROOT5 * sqrt(r2[from + j]);
        spk__exp_array(m, fallen, decay);
        for (size_t j = 0; j < m; j++) {
            double linear = 1 - fallen[j];
            if (slope)
                slope[from + j] = 5.0 / 3 * linear * decay[j];
            out[from + j] = (linear + 5.0 / 3 * r2[from + j]) * decay[j];
        }
    }
}

/* Squares of distances of place `at` to n others, which are kept by coordinate, `stride` apart. */
static void distances(size_t dim, const double *others, size_t stride, const double *at, size_t n,
                      double *r2) {
    memset(r2, 0, n * sizeof *r2);
    for (size_t d = 0; d < dim; d++) {
        const double *x = others + d * stride;
        for (size_t j = 0; j < n; j++)
            r2[j] += (x[j] - at[d]) * (x[j] - at[d]);
    }
}

/* n places over the lengths, by coordinate. */
static void scale_places(const spk__process *p, const double *x, size_t n, size_t stride,
                         double *out) {
    for (size_t d = 0; d < p->dim; d++) {
        double shrink = 1 / spk__process_length(p, d);
        for (size_t i = 0; i < n; i++)
            out[d * stride + i] = x[i * p->dim + d] * shrink;
    }
}

/* The factor of the covariance of the points, and alpha, its solution for y. */
static bool condition(spk__process *p, const double *x) {
    size_t n = p->n, room = p->room;
    double v = variance(p), e = noise(p);
    scale_places(p, x, n, room, p->scaled);
    for (size_t i = 0; i < n; i++) {
        double *row = p->factor + i * n;
        for (size_t d = 0; d < p->dim; d++)
            p->at[d] = p->scaled[d * room + i];
        distances(p->dim, p->scaled, room, p->at, i, p->row);
        matern(i, p->row, row, p->slope + i * n);
        for (size_t j = 0; j < i; j++)
            row[j] *= v;
        row[i] = v + e;
    }
    if (!spk__cholesky(n, p->factor))
        return false;
    memcpy(p->alpha, p->y, n * sizeof *p->y);
    spk__solve_lower(n, p->factor, p->alpha);
    spk__solve_upper(n, p->factor, p->alpha);
    return true;
}

/* inverse: row j holds column j of the factor's inverse. */
static void invert_factor(spk__process *p) {
    size_t n = p->n;
    for (size_t j = 0; j < n; j++) {
        double *u = p->inverse + j * n;
        u[j] = 1 / p->factor[j * n + j];
        for (size_t i = j + 1; i < n; i++)
            u[i] = -spk__dot(i - j, p->factor + i * n + j, u + j) / p->factor[i * n + i];
    }
}

/* Slope of the logarithm of the marginal likelihood in theta: half the trace of (alpha alpha' -
 * K^-1) dK. */
static void climb_gradient(spk__process *p) {
    size_t n = p->n, dim = p->dim, room = p->room;
    double v = variance(p), e = noise(p), *g = p->gradient, fit = 0, spread = 0;
    memset(g, 0, (dim + 2) * sizeof *g);
    invert_factor(p);
    for (size_t i = 0; i < n; i++) {
        const double *u = p->inverse + i * n;
        for (size_t j = 0; j <= i; j++)
            p->row[j] = p->alpha[i] * p->alpha[j] - spk__dot(n - i, u + i, p->inverse + j * n + i);
        spread += p->row[i];
        for (size_t j = 0; j < i; j++)
            p->decay[j] = p->row[j] * v * p->slope[i * n + j];
        for (size_t d = 0; d < dim; d++) {
            const double *x = p->scaled + d * room;
            double sum = 0;
            for (size_t j = 0; j < i; j++)
                sum += p->decay[j] * (x[i] - x[j]) * (x[i] - x[j]);
            g[d] += sum;
        }
    }
    /* v M = K - e I, so its trace needs no kernel: alpha' K alpha = alpha' y, and tr(K^-1 K) = n.
     */
    fit = spk__dot(n, p->alpha, p->y) - (double)n;
    g[dim + 1] = 0.5 * e * spread;
    g[dim] = 0.5 * fit - g[dim + 1];
}

/* A step of Adam (Kingma and Ba 2015, arXiv:1412.6980) uphill, within the limits. */
static void step_up(spk__process *p) {
    size_t dim = p->dim;
    p->steps++;
    double fade = 1 - spk__exp(p->steps * spk__log(0.9));
    double fade2 = 1 - spk__exp(p->steps * spk__log(0.999));
    for (size_t k = 0; k < dim + 2; k++) {
        const double *limit = k < dim ? LENGTHS : k == dim ? VARIANCES : NOISES;
        double g = p->gradient[k];
        p->step[k] = 0.9 * p->step[k] + 0.1 * g;
        p->square[k] = 0.999 * p->square[k] + 0.001 * g * g;
        p->theta[k] += 0.1 * p->step[k] / fade / (sqrt(p->square[k] / fade2) + 1e-8);
        p->theta[k] = fmin(fmax(p->theta[k], spk__log(limit[0])), spk__log(limit[1]));
    }
}

static void standardise(spk__process *p, const double *f) {
    double variance_of_f;
    p->mean = spk__mean_var(p->n, f, &variance_of_f);
    p->deviation = variance_of_f > 0 && isfinite(variance_of_f) ? sqrt(variance_of_f) : 1;
    for (size_t i = 0; i < p->n; i++)
        p->y[i] = (f[i] - p->mean) / p->deviation;
}

bool spk__process_fit(spk__process *p, const double *x, const double *f, size_t n, int steps) {
    p->n = n;
    standardise(p, f);
    for (int i = 0; i < steps; i++) {
        if (!condition(p, x))
            return false;
        climb_gradient(p);
        step_up(p);
    }
    return condition(p, x);
}

/* Covariances of a place (over lengths) with the points. */
static void with_points(spk__process *p, const double *at, double *out) {
    double v = variance(p);
    distances(p->dim, p->scaled, p->room, at, p->n, p->row);
    matern(p->n, p->row, out, NULL);
    for (size_t j = 0; j < p->n; j++)
        out[j] *= v;
}

double spk__process_mean(spk__process *p, const double *x) {
    scale_places(p, x, 1, 1, p->at);
    with_points(p, p->at, p->decay);
    return spk__dot(p->n, p->decay, p->alpha);
}

void spk__process_predict(spk__process *p, const double *x, size_t m, double *mean,
                          double *covariance) {
    size_t n = p->n;
    double v = variance(p);
    scale_places(p, x, m, m, p->places);
    for (size_t i = 0; i < m; i++) {
        double *known = p->solved + i * n, *row = covariance + i * m;
        for (size_t d = 0; d < p->dim; d++)
            p->at[d] = p->places[d * m + i];
        with_points(p, p->at, known);
        mean[i] = spk__dot(n, known, p->alpha);
        spk__solve_lower(n, p->factor, known);
        distances(p->dim, p->places, m, p->at, i + 1, p->row);
        matern(i + 1, p->row, row, NULL);
        for (size_t j = 0; j <= i; j++)
            row[j] = v * row[j] - spk__dot(n, known, p->solved + j * n);
    }
}
