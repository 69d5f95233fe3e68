/* Victor-Purpura distance: the cheapest way to turn one train into the other, where inserting or
 * deleting a spike costs 1 and moving it costs q per ms.
 *
 * Moving is worth it only below 2/q, so with gain 2 - q|dt| for a moved spike
 *
 *     D = n_a + n_b - largest gain of an order-preserving matching,
 *
 * and row i of the dynamic programme (the i-th data spike) need look at the model spikes within 2/q
 * only: best[j], the largest gain with the first j of them, does not change left of that band, and
 * is the band's last value right of it. */
#include "metric/metric.h"

enum { COST };

static const spk_opt options[] = {
    {"cost", "cost of moving a spike, per ms", SPK_OPT_REAL, "1/ms", 0.1, 0, 1e9, NULL},
    {.name = NULL}};

static double largest_gain(const spk_train *a, const spk_train *b, double q, double *best) {
    double reach = 2.0 / q + SPK__TIME_SLACK_MS; /* a pair too many does no harm */
    size_t low = 0, high = 0;
    best[0] = 0.0;
    for (size_t i = 0; i < a->n; i++) {
        double t = a->t_ms[i];
        while (low < b->n && b->t_ms[low] <= t - reach)
            low++;
        if (high < low) { /* a gap: nothing between was ever matched */
            for (size_t j = high; j < low; j++)
                best[j + 1] = best[high];
            high = low;
        }
        while (high < b->n && b->t_ms[high] < t + reach) {
            best[high + 1] = best[high];
            high++;
        }
        double diagonal = best[low], left = best[low];
        for (size_t j = low; j < high; j++) {
            double gap = t - b->t_ms[j];
            double moved = diagonal + (2.0 - q * (gap < 0.0 ? -gap : gap));
            diagonal = best[j + 1];
            double value = moved > diagonal ? moved : diagonal;
            left = left > value ? left : value;
            best[j + 1] = left;
        }
    }
    return best[high];
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    double q = c->opt[COST], n = (double)data->n + (double)model->n;
    if (q == 0.0) {
        *value = data->n > model->n ? (double)(data->n - model->n) : (double)(model->n - data->n);
        return SPK_OK;
    }
    double *best = spk__scratch_get(c->scratch, SPK__SCRATCH_WORK, (model->n + 1) * sizeof(double));
    if (!best)
        return SPK_ERR_MEMORY;
    double d = n - largest_gain(data, model, q, best);
    *value = d > 0.0 ? d : 0.0;
    return SPK_OK;
}

const spk_metric spk__metric_victor_purpura = {
    .name = "victor_purpura",
    .sentence =
        "cheapest edits from one train to the other: 1 a spike added or removed, q a ms moved",
    .reference = "Victor & Purpura 1996, doi:10.1152/jn.1996.76.2.1310",
    .edges = "no spike in one: the number of spikes of the other; cost 0: the difference in number",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .symmetric = true,
    .high = __builtin_inf(),
    .options = options,
    .pair = pair,
};
