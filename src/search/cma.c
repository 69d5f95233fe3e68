/* CMA-ES's distribution. Arrays by individual are laid out by coordinate, so that loops over
 * individuals are the inner ones: these are long, and independent of each other. */
#include "search/cma.h"

#include "num/num.h"
#include <math.h>

static const double MARGIN = 0.05;

double spk__cma_fold(double x) {
    const double low = -MARGIN, period = 2 * (1 + 2 * MARGIN);
    if (x < low || x > 1 + MARGIN) {
        double r = (x - low) - period * floor((x - low) / period);
        x = low + (r > period / 2 ? period - r : r);
    }
    double y = x;
    if (x < MARGIN)
        y = (x + MARGIN) * (x + MARGIN) / (4 * MARGIN);
    else if (x > 1 - MARGIN)
        y = 1 - (1 + MARGIN - x) * (1 + MARGIN - x) / (4 * MARGIN);
    return spk__clip01(y);
}

double spk__cma_unfold(double x) {
    if (x < MARGIN)
        return sqrt(4 * MARGIN * x) - MARGIN;
    if (x > 1 - MARGIN)
        return 1 + MARGIN - sqrt(4 * MARGIN * (1 - x));
    return x;
}

size_t spk__cma_lambda(size_t dim) {
    return 4 + (size_t)(3 * spk__log((double)dim));
}

spk_status spk__cma_start(spk_search *s, spk__cma *c) {
    size_t n = s->dim;
    c->dim = n;
    c->mean = SPK__SEARCH_ARRAY(s, n, double);
    c->path_sigma = SPK__SEARCH_ARRAY(s, n, double);
    c->path_c = SPK__SEARCH_ARRAY(s, n, double);
    c->D = SPK__SEARCH_ARRAY(s, n, double);
    c->scratch = SPK__SEARCH_ARRAY(s, 4 * n, double);
    c->C = spk__arena_alloc(s->arena, n, n * sizeof(double));
    c->B = spk__arena_alloc(s->arena, n, n * sizeof(double));
    c->work = spk__arena_alloc(s->arena, n + 1, n * sizeof(double));
    bool good =
        c->mean && c->path_sigma && c->path_c && c->D && c->scratch && c->C && c->B && c->work;
    return good ? SPK_OK : SPK_ERR_MEMORY;
}

/* Room for lambda individuals. The arena keeps the smaller arrays of before: growth is by doubling.
 */
static spk_status reserve(spk_search *s, spk__cma *c, size_t lambda) {
    if (lambda <= c->capacity)
        return SPK_OK;
    size_t room = 2 * lambda;
    c->weight = SPK__SEARCH_ARRAY(s, room, double);
    c->length2 = SPK__SEARCH_ARRAY(s, room, double);
    c->y = spk__arena_alloc(s->arena, room, c->dim * sizeof(double));
    c->z = spk__arena_alloc(s->arena, room, c->dim * sizeof(double));
    c->sorted = spk__arena_alloc(s->arena, room, c->dim * sizeof(double));
    c->weighted = SPK__SEARCH_ARRAY(s, room, double);
    bool good = c->weight && c->length2 && c->y && c->z && c->sorted && c->weighted;
    c->capacity = good ? room : 0;
    return good ? SPK_OK : SPK_ERR_MEMORY;
}

/* Weights and learning rates: eqs. 49 to 58 and table 1 of the tutorial. */
static void set_constants(spk__cma *c, bool active) {
    double n = (double)c->dim, lambda = (double)c->lambda;
    double sum = 0, sum2 = 0, minus = 0, minus2 = 0;
    c->mu = c->lambda / 2;
    for (size_t i = 0; i < c->lambda; i++) {
        double w = spk__log((lambda + 1) / 2) - spk__log((double)(i + 1));
        c->weight[i] = w;
        if (i < c->mu) {
            sum += w;
            sum2 += w * w;
        } else {
            minus += w;
            minus2 += w * w;
        }
    }
    c->mueff = sum * sum / sum2;
    double mueff_minus = minus * minus / minus2, q = c->mueff;
    c->c_c = (4 + q / n) / (n + 4 + 2 * q / n);
    c->c_1 = 2 / ((n + 1.3) * (n + 1.3) + q);
    c->c_mu = fmin(1 - c->c_1, 2 * (0.25 + q + 1 / q - 2) / ((n + 2) * (n + 2) + q));
    c->c_sigma = (q + 2) / (n + q + 3); /* 3 as in pycma, where the tutorial has 5 */
    c->damping = 1 + 2 * fmax(0, sqrt((q - 1) / (n + 1)) - 1) + c->c_sigma;
    c->chi = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    double alpha = fmin(1 + c->c_1 / c->c_mu, 1 + 2 * mueff_minus / (q + 2));
    alpha = fmin(alpha, (1 - c->c_1 - c->c_mu) / (n * c->c_mu));
    alpha = active && alpha > 0 ? alpha : 0;
    c->weight_sum = 1;
    for (size_t i = 0; i < c->lambda; i++)
        c->weight[i] *= i < c->mu ? 1 / sum : minus < 0 ? -alpha / minus : 0;
    for (size_t i = c->mu; i < c->lambda; i++)
        c->weight_sum += c->weight[i];
    double gap = 1 / (10 * n * (c->c_1 + c->c_mu));
    c->lazy = gap > 1 ? (uint64_t)gap : 1;
}

/* scale: NULL, or dim factors by which coordinates are wider than others. */
static spk_status reset(spk_search *s, spk__cma *c, size_t lambda, bool active, const double *mean,
                        double sigma, const double *scale) {
    spk_status st = reserve(s, c, lambda);
    if (st)
        return st;
    size_t n = c->dim;
    c->lambda = lambda;
    set_constants(c, active);
    c->generation = c->decomposed = 0;
    c->broken = false;
    c->sigma = sigma;
    memset(c->C, 0, n * n * sizeof *c->C);
    memset(c->B, 0, n * n * sizeof *c->B);
    for (size_t i = 0; i < n; i++) {
        double wide = scale ? scale[i] : 1;
        c->mean[i] = mean[i];
        c->path_sigma[i] = c->path_c[i] = 0;
        c->C[i * n + i] = wide * wide;
        c->B[i * n + i] = 1;
        c->D[i] = wide;
    }
    return SPK_OK;
}

spk_status spk__cma_begin(spk_search *s, spk__cma *c, size_t lambda, bool active, bool first,
                          double sigma, double shrink) {
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON - !first);
    size_t n = s->dim;
    double *mean = c->scratch, *scale = mean + n;
    if (s->step) {
        sigma = 0;
        for (size_t i = 0; i < n; i++)
            sigma += s->step[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            scale[i] = s->step[i] / sigma;
    }
    for (size_t i = 0; i < n; i++) {
        double place = 0.1 + 0.8 * spk__rng_uniform(&r);
        if (first && s->start)
            place = s->start[i];
        else if (first && s->step)
            place = 0.5;
        mean[i] = spk__cma_unfold(place);
    }
    spk__stop_restart(s);
    return reset(s, c, lambda, active, mean, sigma * shrink, s->step ? scale : NULL);
}

/* C = B D^2 B'. Rounding may leave an eigenvalue at or below 0 when C is nearly singular. */
static void decompose(spk__cma *c) {
    if (c->generation < c->decomposed + c->lazy)
        return;
    size_t n = c->dim;
    c->decomposed = c->generation;
    c->broken = !spk__search_eigen(n, c->C, c->D, c->B, c->work);
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, c->D[i]);
    for (size_t i = 0; i < n; i++)
        c->D[i] = sqrt(fmax(c->D[i], largest * 1e-20));
    if (!c->broken)
        return;
    memset(c->B, 0, n * n * sizeof *c->B);
    for (size_t i = 0; i < n; i++)
        c->D[i] = c->B[i * n + i] = 1;
}

void spk__cma_sample(const spk_search *s, spk__cma *c, double *x) {
    decompose(c);
    size_t n = c->dim, lambda = c->lambda;
    spk__search_normals(s, s->generation, lambda, c->z);
    memset(c->length2, 0, lambda * sizeof *c->length2);
    memset(c->y, 0, n * lambda * sizeof *c->y);
    for (size_t j = 0; j < n; j++) {
        const double *z = c->z + j * lambda;
        for (size_t k = 0; k < lambda; k++)
            c->length2[k] += z[k] * z[k];
        for (size_t i = 0; i < n; i++) {
            double a = c->B[i * n + j] * c->D[j], *y = c->y + i * lambda;
            for (size_t k = 0; k < lambda; k++)
                y[k] += a * z[k];
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < lambda; k++)
            x[k * n + i] = spk__cma_fold(c->mean[i] + c->sigma * c->y[i * lambda + k]);
}

void spk__cma_place(const spk__cma *c, size_t individual, double *x) {
    for (size_t i = 0; i < c->dim; i++)
        x[i] = c->mean[i] + c->sigma * c->y[i * c->lambda + individual];
}

static double width(const spk__cma *c, size_t coordinate) {
    return c->sigma * sqrt(c->C[coordinate * c->dim + coordinate]);
}

void spk__cma_whiten(const spk__cma *c, bool turned, const double *x, double *z) {
    size_t n = c->dim;
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; turned && i < n; i++)
            sum += c->B[i * n + j] * (x[i] - c->mean[i]);
        z[j] = turned ? sum / (c->D[j] * c->sigma) : (x[j] - c->mean[j]) / width(c, j);
    }
}

void spk__cma_colour(const spk__cma *c, bool turned, const double *z, double *x) {
    size_t n = c->dim;
    for (size_t i = 0; i < n; i++) {
        double sum = turned ? 0 : width(c, i) * z[i];
        for (size_t j = 0; turned && j < n; j++)
            sum += c->B[i * n + j] * c->D[j] * c->sigma * z[j];
        x[i] = c->mean[i] + sum;
    }
}

void spk__cma_inject(spk__cma *c, size_t individual, const double *x) {
    size_t n = c->dim;
    double *z = c->scratch, length2 = 0, most = sqrt((double)n) + 2 * (double)n / ((double)n + 2);
    spk__cma_whiten(c, true, x, z);
    for (size_t j = 0; j < n; j++)
        length2 += z[j] * z[j];
    double shrink = length2 > most * most ? most / sqrt(length2) : 1;
    for (size_t i = 0; i < n; i++)
        c->y[i * c->lambda + individual] = shrink * (x[i] - c->mean[i]) / c->sigma;
    c->length2[individual] = shrink * shrink * length2;
}

/* sorted: the sample by rank. Ranks that have a negative weight are brought to the length
 * sqrt(dim), so that no draw can take more variance from C than it has (eq. 46). */
static void sort_sample(spk__cma *c, const uint32_t *order) {
    size_t n = c->dim, lambda = c->lambda;
    for (size_t i = 0; i < n; i++) {
        double *to = c->sorted + i * lambda;
        const double *from = c->y + i * lambda;
        for (size_t r = 0; r < lambda; r++)
            to[r] = from[order[r]];
    }
}

static void update_covariance(spk__cma *c, const uint32_t *order, double h) {
    size_t n = c->dim, lambda = c->lambda;
    double lost = (1 - h) * c->c_c * (2 - c->c_c);
    double keep = 1 - c->c_1 * (1 - lost) - c->c_mu * c->weight_sum;
    size_t used = lambda;
    while (used && c->weight[used - 1] == 0)
        used--;
    double *w = c->z; /* the sample's z is spent */
    for (size_t r = 0; r < used; r++) {
        double length2 = c->length2[order[r]];
        w[r] = c->c_mu * c->weight[r];
        if (w[r] < 0)
            w[r] *= length2 > 0 ? (double)n / length2 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const double *a = c->sorted + i * lambda;
        for (size_t r = 0; r < used; r++)
            c->weighted[r] = w[r] * a[r];
        for (size_t j = 0; j <= i; j++) {
            double v = keep * c->C[i * n + j] + c->c_1 * c->path_c[i] * c->path_c[j] +
                       spk__dot(used, c->weighted, c->sorted + j * lambda);
            c->C[i * n + j] = c->C[j * n + i] = v;
        }
    }
}

void spk__cma_update(spk__cma *c, const uint32_t *order) {
    size_t n = c->dim;
    double *shift = c->scratch, *turned = shift + n;
    sort_sample(c, order);
    for (size_t i = 0; i < n; i++) {
        shift[i] = spk__dot(c->mu, c->weight, c->sorted + i * c->lambda);
        c->mean[i] += c->sigma * shift[i];
    }
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += c->B[i * n + j] * shift[i];
        turned[j] = sum / c->D[j];
    }
    double gain = sqrt(c->c_sigma * (2 - c->c_sigma) * c->mueff), length2 = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t j = 0; j < n; j++)
            sum += c->B[i * n + j] * turned[j];
        c->path_sigma[i] = (1 - c->c_sigma) * c->path_sigma[i] + gain * sum;
        length2 += c->path_sigma[i] * c->path_sigma[i];
    }
    c->generation++;
    double grown = 1 - spk__exp(2 * (double)c->generation * spk__log(1 - c->c_sigma));
    double limit = (1.4 + 2 / ((double)n + 1)) * c->chi;
    double h = length2 / grown < limit * limit;
    gain = h * sqrt(c->c_c * (2 - c->c_c) * c->mueff);
    for (size_t i = 0; i < n; i++)
        c->path_c[i] = (1 - c->c_c) * c->path_c[i] + gain * shift[i];
    update_covariance(c, order, h);
    double change = c->c_sigma / c->damping * (sqrt(length2) / c->chi - 1);
    c->sigma *= spk__exp(fmin(1, change));
}

spk_status spk__cma_sync(spk_search *s, spk__cma *c, spk__sync *y) {
    size_t n = c->dim, lambda = c->lambda;
    bool active = lambda && c->weight[lambda - 1] < 0;
    spk__sync_size(y, &lambda, UINT32_MAX);
    spk__sync_bool(y, &active);
    if (spk__sync_loading(y) && lambda) {
        spk_status st = reset(s, c, lambda, active, c->mean, 1, NULL);
        if (st)
            return st;
    }
    spk__sync_u64(y, &c->generation);
    spk__sync_u64(y, &c->decomposed);
    spk__sync_bool(y, &c->broken);
    spk__sync_f64(y, &c->sigma, 1);
    spk__sync_f64(y, c->mean, n);
    spk__sync_f64(y, c->path_sigma, n);
    spk__sync_f64(y, c->path_c, n);
    spk__sync_f64(y, c->C, n * n);
    spk__sync_f64(y, c->B, n * n);
    spk__sync_f64(y, c->D, n);
    spk__sync_f64(y, c->y, n * lambda);
    spk__sync_f64(y, c->length2, lambda);
    return SPK_OK;
}

double spk__cma_deviation(const spk__cma *c) {
    double largest = 0;
    for (size_t i = 0; i < c->dim; i++)
        largest = fmax(largest, c->C[i * c->dim + i]);
    return c->sigma * sqrt(largest);
}

double spk__cma_reach(const spk__cma *c) {
    double largest = spk__cma_deviation(c);
    for (size_t i = 0; i < c->dim; i++)
        largest = fmax(largest, c->sigma * fabs(c->path_c[i]));
    return largest;
}

double spk__cma_condition(const spk__cma *c) {
    double low = c->broken ? 0 : INFINITY, high = 0;
    for (size_t i = 0; i < c->dim; i++) {
        low = fmin(low, c->D[i]);
        high = fmax(high, c->D[i]);
    }
    return high / low * (high / low);
}

/* Steps have become too small for the mean to feel. */
static bool is_numb(const spk__cma *c) {
    size_t n = c->dim, axis = (size_t)(c->generation % n);
    bool axis_felt = false;
    for (size_t i = 0; i < n; i++) {
        double along = 0.1 * c->sigma * c->D[axis] * c->B[i * n + axis];
        axis_felt = axis_felt || c->mean[i] + along != c->mean[i];
        if (c->mean[i] + 0.2 * c->sigma * sqrt(c->C[i * n + i]) == c->mean[i])
            return true;
    }
    return !axis_felt;
}

spk_stop spk__cma_check(spk_search *s, const spk__cma *c, const double *value, double first_sigma) {
    spk_stop reason = spk__stop_values(s, value, c->lambda, true);
    if (!reason)
        reason = spk__stop_spread(s, spk__cma_reach(c));
    if (!reason)
        reason = spk__stop_condition(s, spk__cma_condition(c));
    if (!reason && is_numb(c))
        reason = SPK_STOP_XTOL;
    /* Wider than the cube many times over: there is no slope to follow. */
    if (!reason && (spk__cma_deviation(c) > 20 || c->sigma > 1e20 * first_sigma))
        reason = SPK_STOP_STAGNATION;
    return reason;
}
