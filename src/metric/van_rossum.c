/* van Rossum distance: each spike leaves an exponential trace, and the distance is the root of the
 * squared difference of the two traces, normalised so that one unmatched spike costs 1.
 *
 *     D^2 = 2/tau integral (f - g)^2 dt,   f = sum over spikes of exp(-(t - t_i)/tau), t >= t_i
 *
 * The difference h = f - g decays between spikes and steps by +1 and -1, so the integral is a sum
 * over the merged spikes of h^2 (1 - exp(-2 gap/tau)): linear time like the sums of Houghton &
 * Kreuz, but without their cancellation (equal trains give 0, not the root of a rounding error). */
#include "metric/edged.h"
#include "num/num.h"

#include <math.h>

enum { TAU };

static const spk_opt options[] = {
    {"tau", "time constant of a spike's trace", SPK_OPT_REAL, "ms", 10, 1e-3, 1e6, NULL},
    {.name = NULL}};

/* D^2 of n merged spikes: decay[k] = exp(-gap/tau) to the next spike, steps of +1 and -1. Steps at
 * one time are added up before h moves, so that exchanging the trains only changes signs. */
static double squared(const double *decay, const uint32_t *ia, size_t n) {
    double h = 0.0, steps = 0.0, sum = 0.0;
    for (size_t k = 0; k < n; k++) {
        double e = decay[k];
        steps += 2.0 * (double)(int32_t)(ia[k + 1] - ia[k]) - 1.0;
        if (e == 1.0)
            continue;
        h += steps;
        steps = 0.0;
        sum += h * h * (1.0 - e * e);
        h *= e;
    }
    return sum;
}

/* Times between two infinities. */
static void fence(const spk_train *from, double *out) {
    out[0] = -__builtin_inf();
    for (size_t i = 0; i < from->n; i++)
        out[i + 1] = from->t_ms[i];
    out[from->n + 1] = __builtin_inf();
}

static size_t prepared_size(const double *opt, const spk_train *data, size_t n) {
    (void)opt, (void)n;
    return (data->n + 2) * sizeof(double);
}

static void prepare(const double *opt, const spk_train *data, size_t n, void *out) {
    (void)opt, (void)n;
    fence(data, out);
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    size_t n = data->n + model->n;
    double *fenced =
        spk__scratch_get(c->scratch, SPK__SCRATCH_WORK,
                         (model->n + 2 + n + 1) * sizeof(double) + (n + 1) * sizeof(uint32_t));
    if (!fenced)
        return SPK_ERR_MEMORY;
    const double *a = (const double *)c->prepared + 1, *b = fenced + 1;
    double *t = fenced + model->n + 2, scale = 1.0 / c->opt[TAU];
    uint32_t *ia = (uint32_t *)(void *)(t + n + 1);
    fence(model, fenced);
    spk__merge(a, data->n, b, model->n, ia);
    for (size_t k = 0; k <= n; k++) {
        double ta = a[ia[k]], tb = b[k - ia[k]];
        t[k] = ta < tb ? ta : tb;
    }
    for (size_t k = 0; k < n; k++)
        t[k] = (t[k] - t[k + 1]) * scale; /* after the last spike: minus infinity */
    spk__exp_array(n, t, t);
    *value = sqrt(squared(t, ia, n));
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
