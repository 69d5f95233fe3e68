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
    double *da, *db; /* per spike; da[-1] = da[0], da[n] = da[n-1] */
} work;

static double nearest(double t, double before, double after, double left, double right) {
    double from_left = t - (left > before ? left : before);
    double to_right = (right < after ? right : after) - t;
    return from_left < to_right ? from_left : to_right;
}

static void find_nearest(const work *w) {
    size_t n = w->a->n + w->b->n;
    for (size_t k = 0; k < n; k++) {
        size_t i = w->ia[k], j = k - i;
        bool from_a = w->ia[k + 1] != i;
        const spk__edged *other = from_a ? w->b : w->a;
        const double *t = from_a ? w->ta + i : w->tb + j, *o = from_a ? w->tb + j : w->ta + i;
        double *d = from_a ? w->da + i : w->db + j;
        *d = nearest(*t, other->before, other->after, o[-1], o[0]);
    }
    w->da[-1] = w->da[0];
    w->db[-1] = w->db[0];
    w->da[w->a->n] = w->da[w->a->n - 1];
    w->db[w->b->n] = w->db[w->b->n - 1];
}

static double integral(const work *w) {
    const double *isi_a = spk__edged_isi(w->a), *isi_b = spk__edged_isi(w->b);
    size_t n = w->a->n + w->b->n;
    double sum = 0.0, from = w->a->start, stop = w->a->stop;
    for (size_t k = 0; k <= n; k++) {
        size_t i = w->ia[k], j = k - i;
        double next = w->ta[i] < w->tb[j] ? w->ta[i] : w->tb[j];
        double to = next < stop ? next : stop;
        double length = to - from, middle = from + 0.5 * length;
        if (length > 0.0) {
            double x = isi_a[i], y = isi_b[j];
            double left_a = i ? w->ta[i - 1] : w->a->before;
            double left_b = j ? w->tb[j - 1] : w->b->before;
            double sa = w->da[i - 1] * x + (w->da[i] - w->da[i - 1]) * (middle - left_a);
            double sb = w->db[j - 1] * y + (w->db[j] - w->db[j - 1]) * (middle - left_b);
            /* sa, sb times their intervals: one division instead of three */
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
    spk__merge(a, b, ia);
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
