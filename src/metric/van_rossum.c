/* van Rossum distance: each spike leaves an exponential trace, and the distance is the root of the
 * squared difference of the two traces, normalised so that one unmatched spike costs 1.
 *
 *     D^2 = 2/tau integral (f - g)^2 dt,   f = sum over spikes of exp(-(t - t_i)/tau), t >= t_i
 *
 * The difference h = f - g decays between spikes and steps by +1 and -1, so the integral is a sum
 * over the merged spikes of h^2 (1 - exp(-2 gap/tau)): linear time like the sums of Houghton &
 * Kreuz, but without their cancellation (equal trains give 0, not the root of a rounding error). */
#include "metric/metric.h"
#include "num/num.h"

#include <math.h>

enum { TAU };

static const spk_opt options[] = {
    {"tau", "time constant of a spike's trace", SPK_OPT_REAL, "ms", 10, 1e-3, 1e6, NULL},
    {.name = NULL}};

/* Merges into times and steps (+1 data, -1 model); both trains end in an infinite time. Without
 * branches on the times: which train is next is a coin toss. */
static void merge(const double *a, const double *b, size_t n, double *t, double *step) {
    size_t i = 0, j = 0;
    for (size_t k = 0; k < n; k++) {
        double ta = a[i], tb = b[j];
        bool first = ta <= tb;
        t[k] = first ? ta : tb;
        step[k] = first ? 1.0 : -1.0;
        i += first;
        j += !first;
    }
}

/* D^2 of n merged spikes, whose times are overwritten. Steps at one time are added up before h
 * moves, so that exchanging the trains only changes signs. */
static double squared(double *t, const double *step, size_t n, double tau) {
    for (size_t k = 0; k + 1 < n; k++)
        t[k] = (t[k] - t[k + 1]) / tau;
    if (n)
        t[n - 1] = -__builtin_inf();
    spk__exp_array(n, t, t);
    double h = 0.0, steps = 0.0, sum = 0.0;
    for (size_t k = 0; k < n; k++) {
        double decay = t[k];
        steps += step[k];
        if (decay == 1.0) /* the next spike is at the same time */
            continue;
        h += steps;
        steps = 0.0;
        sum += h * h * (1.0 - decay * decay);
        h *= decay;
    }
    return sum;
}

/* The data's times, with an infinite end. */
static size_t prepared_size(const double *opt, const spk_train *data, size_t n) {
    (void)opt, (void)n;
    return (data->n + 1) * sizeof(double);
}

static void prepare(const double *opt, const spk_train *data, size_t n, void *out) {
    (void)opt, (void)n;
    double *t = out;
    for (size_t i = 0; i < data->n; i++)
        t[i] = data->t_ms[i];
    t[data->n] = __builtin_inf();
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    size_t n = data->n + model->n;
    double *b =
        spk__scratch_get(c->scratch, SPK__SCRATCH_WORK, (model->n + 1 + 2 * n) * sizeof(double));
    if (!b)
        return SPK_ERR_MEMORY;
    double *t = b + model->n + 1, *step = t + n;
    for (size_t i = 0; i < model->n; i++)
        b[i] = model->t_ms[i];
    b[model->n] = __builtin_inf();
    merge(c->prepared, b, n, t, step);
    *value = sqrt(squared(t, step, n, c->opt[TAU]));
    return SPK_OK;
}

const spk_metric spk__metric_van_rossum = {
    .name = "van_rossum",
    .sentence = "distance of exponentially smoothed trains; one unmatched spike costs 1",
    .reference = "van Rossum 2001, doi:10.1162/089976601300014321; Houghton & Kreuz 2012, "
                 "doi:10.3109/0954898X.2012.673048",
    .edges =
        "no spike in both: 0; in one: the norm of the other (1 for one spike); traces run on past "
        "the end of the window",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .high = __builtin_inf(),
    .symmetric = true,
    .options = options,
    .prepared_size = prepared_size,
    .prepare = prepare,
    .pair = pair,
};
