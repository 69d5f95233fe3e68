/* SPIKE-distance: how far the spikes around each moment are from the other train's nearest spikes,
 * relative to the intervals between spikes, averaged over time. Needs no time scale.
 *
 * Between two neighbouring spikes of either train the profile is a straight line, so its value in
 * the middle times the length is the integral:
 *
 *     S(t) = 2 (s_a isi_b + s_b isi_a) / (isi_a + isi_b)^2,
 *     s    = (d_previous (next - t) + d_next (t - previous)) / isi
 *
 * with d the distance of a spike from the nearest of the other train, auxiliary spikes included.
 * Before its first and after its last spike, a train's s is that spike's d. */
#include "metric/edged.h"

typedef struct {
    const spk__edged *a, *b;
    const double *ta, *tb;
    const uint32_t *ia;
    double *da, *db; /* per spike; in the end da[-1] = da[0], da[n] = da[n-1] */
} work;

static double least(double x, double y) {
    return x < y ? x : y;
}
static double most(double x, double y) {
    return x > y ? x : y;
}

/* The next spike of each train is measured at every step, and right when it is its turn: cheaper
 * than a branch on whose turn it is. */
static void find_nearest(const work *w) {
    size_t n = w->a->n + w->b->n;
    const double *ta = w->ta, *tb = w->tb;
    for (size_t k = 0; k < n; k++) {
        size_t i = w->ia[k], j = k - i;
        double a = ta[i], b = tb[j];
        w->da[i] = least(a - most(tb[(ptrdiff_t)j - 1], w->b->before), least(b, w->b->after) - a);
        w->db[j] = least(b - most(ta[(ptrdiff_t)i - 1], w->a->before), least(a, w->a->after) - b);
    }
    w->da[-1] = w->da[0];
    w->db[-1] = w->db[0];
    w->da[w->a->n] = w->da[w->a->n - 1];
    w->db[w->b->n] = w->db[w->b->n - 1];
}

static double integral(const work *w) {
    const double *isi_a = spk__edged_isi(w->a), *isi_b = spk__edged_isi(w->b);
    const double *da = w->da, *db = w->db;
    size_t n = w->a->n + w->b->n;
    double sum = 0.0, from = w->a->start, stop = w->a->stop;
    for (size_t k = 0; k <= n; k++) {
        size_t i = w->ia[k], j = k - i;
        double to = least(least(w->ta[i], w->tb[j]), stop);
        double length = to - from, middle = from + 0.5 * length;
        if (length > 0.0) {
            double x = isi_a[i], y = isi_b[j];
            double left_a = most(w->ta[(ptrdiff_t)i - 1], w->a->before);
            double left_b = most(w->tb[(ptrdiff_t)j - 1], w->b->before);
            double da0 = da[(ptrdiff_t)i - 1], db0 = db[(ptrdiff_t)j - 1];
            /* sa, sb times their intervals: one division instead of three */
            double sa = da0 * x + (da[i] - da0) * (middle - left_a);
            double sb = db0 * y + (db[j] - db0) * (middle - left_b);
            sum += 2.0 * length * (sa * y * y + sb * x * x) / (x * y * (x + y) * (x + y));
        }
        from = to;
    }
    return sum;
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    const spk__edged *a = c->prepared;
    size_t nb = model->n < 2 ? 2 : model->n, b_size = spk__edged_size(model->n, a->n + 2 + nb + 2);
    unsigned char *memory = spk__scratch_get(c->scratch, SPK__SCRATCH_WORK,
                                             b_size + (a->n + nb + 1) * sizeof(uint32_t));
    if (!memory)
        return SPK_ERR_MEMORY;
    spk__edged *b = (spk__edged *)(void *)memory;
    uint32_t *ia = (uint32_t *)(void *)(memory + b_size);
    spk__edged_build(model, b);
    spk__merge(spk__edged_t(a), a->n, spk__edged_t(b), b->n, ia);
    double *da = b->data + 2 * b->n + 3 + 1;
    work w = {a, b, spk__edged_t(a), spk__edged_t(b), ia, da, da + a->n + 2};
    find_nearest(&w);
    *value = integral(&w) / (data->stop_ms - data->start_ms);
    return SPK_OK;
}

const spk_metric spk__metric_spike_distance = {
    .name = "spike_distance",
    .sentence =
        "distance of spikes from the other train's nearest, relative to the intervals, averaged "
        "over time",
    .reference = "Kreuz et al. 2013, doi:10.1152/jn.00873.2012; edges as PySpike, "
                 "doi:10.1016/j.softx.2016.07.006",
    .edges =
        "no spike: one at either end of the window; spikes at one time count once; auxiliary "
        "spikes before the first and after the last one, at the neighbouring interval's distance "
        "or the window's end",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .symmetric = true,
    .high = 1,
    .prepared_size = spk__edged_prepared_size,
    .prepare = spk__edged_prepare,
    .pair = pair,
};
