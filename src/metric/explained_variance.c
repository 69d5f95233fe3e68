/* Explained variance: how much of the variance over time of the data's smoothed trains the model's
 * smoothed average (its PSTH) explains, relative to what the data's own average does.
 *
 *     EV(m) = 2 sum_i cov(f_i, m) / (sum_i var f_i + n var m),   value = EV(model) / EV(mean of f)
 *
 * with f_i the data trials, each spike replaced by a Gaussian. The product of two Gaussians is one,
 * so covariances are sums over pairs of spikes in closed form: no bins. Integrals run over the
 * window, the parts of Gaussians that stick out of it excluded. */
#include "metric/pool.h"
#include "num/num.h"

enum { SIGMA, RELATIVE };

static const spk_opt options[] = {
    {"sigma", "standard deviation of the Gaussian that replaces a spike", SPK_OPT_REAL, "ms", 10,
     0.01, 1e4, NULL},
    {"relative", "divide by what the mean of the data explains of them", SPK_OPT_BOOL, NULL, 1, 0,
     1, NULL},
    {.name = NULL}};

#define SQRT_2 1.41421356237309504880
#define SQRT_PI 1.77245385090551602730

typedef struct {
    double sigma, start, stop;
} window;

/* How much of a Gaussian around t, exp(-(x - t)^2 / s^2), lies inside. Beyond 6 s nothing sticks
 * out. */
static double inside(const window *w, double t, double s) {
    if (t - w->start > 6.0 * s && w->stop - t > 6.0 * s)
        return 1.0;
    return 0.5 * (spk__erf((w->stop - t) / s) - spk__erf((w->start - t) / s));
}

/* Integral of a smoothed list of spikes, over the window's length. */
static double mean(const window *w, const double *t, size_t n) {
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += inside(w, t[i], SQRT_2 * w->sigma);
    return sum / (w->stop - w->start);
}

enum { BATCH = 64 };

/* Sum of factor[k] * exp(-x[k]). */
static double flush(size_t n, double *x, const double *factor) {
    spk__exp_array(n, x, x);
    return spk__dot(n, x, factor);
}

/* Integral of the product of two smoothed lists, over the window's length. Pairs more than 12.7
 * sigma apart have exp(-40) and less. */
static double product(const window *w, const double *a, size_t na, const double *b, size_t nb) {
    double x[BATCH], factor[BATCH], sum = 0.0, reach = 12.7 * w->sigma;
    double scale = 1.0 / (4.0 * w->sigma * w->sigma);
    size_t low = 0, k = 0;
    for (size_t i = 0; i < na; i++) {
        while (low < nb && b[low] < a[i] - reach)
            low++;
        for (size_t j = low; j < nb && b[j] <= a[i] + reach; j++) {
            double d = a[i] - b[j];
            x[k] = -d * d * scale;
            factor[k] = inside(w, 0.5 * (a[i] + b[j]), w->sigma);
            if (++k == BATCH) {
                sum += flush(k, x, factor);
                k = 0;
            }
        }
    }
    sum += flush(k, x, factor);
    return sum / (2.0 * SQRT_PI * w->sigma * (w->stop - w->start));
}

typedef struct {
    double mean;      /* sum of the trials' means */
    double variances; /* sum of the trials' variances */
    double power;     /* sum of the trials' mean squares: what rounding is relative to */
    double own;       /* what the mean of the trials explains */
    double t[];       /* all spikes in order */
} prepared;

/* 0 where the variance is but the rounding of what it is the difference of. */
static double explained(double covariances, double variances, double power) {
    return variances > 1e-12 * power ? 2.0 * covariances / variances : 0.0;
}

static size_t prepared_size(const double *opt, const spk_train *data, size_t n) {
    (void)opt;
    return sizeof(prepared) + spk__pool_count(data, n) * sizeof(double);
}

static void prepare(const double *opt, const spk_train *data, size_t n, void *out) {
    prepared *p = out;
    window w = {opt[SIGMA], data->start_ms, data->stop_ms};
    size_t count = spk__pool_count(data, n);
    double trials = (double)n;
    *p = (prepared){0};
    spk__pool(data, n, p->t);
    for (size_t i = 0; i < n; i++) {
        double m = mean(&w, data[i].t_ms, data[i].n);
        double square = product(&w, data[i].t_ms, data[i].n, data[i].t_ms, data[i].n);
        p->mean += m;
        p->power += square;
        p->variances += square - m * m;
    }
    double variance =
        product(&w, p->t, count, p->t, count) - p->mean * p->mean; /* n^2 that of the mean */
    p->own = explained(variance / trials, p->variances + variance / trials, p->power);
}

static spk_status group(const spk_metric_call *c, const spk_train *data, size_t n_data,
                        const spk_train *model, size_t n_model, double *value) {
    const prepared *p = c->prepared;
    size_t nd = spk__pool_count(data, n_data), nm = spk__pool_count(model, n_model);
    if (!nd && !nm) {
        *value = 1.0;
        return SPK_OK;
    }
    double *room = spk__scratch_get(c->scratch, SPK__SCRATCH_WORK, nm * sizeof(double));
    if (!room)
        return SPK_ERR_MEMORY;
    const double *t = spk__pool_or_lend(model, n_model, room);
    window w = {c->opt[SIGMA], data->start_ms, data->stop_ms};
    double scale = 1.0 / (double)n_model, m = scale * mean(&w, t, nm);
    double square = scale * scale * product(&w, t, nm, t, nm);
    double covariances = scale * product(&w, p->t, nd, t, nm) - p->mean * m;
    double ev = explained(covariances, p->variances + (double)n_data * (square - m * m),
                          p->power + (double)n_data * square);
    if (c->opt[RELATIVE] != 0.0)
        ev = p->own > 0.0 ? ev / p->own : 0.0;
    *value = ev;
    return SPK_OK;
}

const spk_metric spk__metric_explained_variance = {
    .name = "explained_variance",
    .sentence =
        "variance of the smoothed data trials that the model's explain, relative to their mean's",
    .reference = "Teeter et al. 2018, doi:10.1038/s41467-017-02717-4",
    .edges = "no spike at all: 1; in one set: 0; data whose smoothed rate never changes: 0",
    .kind = SPK_METRIC_SIMILARITY,
    .low = -__builtin_inf(),
    .high = __builtin_inf(),
    .symmetric = false,
    .options = options,
    .prepared_size = prepared_size,
    .prepare = prepare,
    .group = group,
};
