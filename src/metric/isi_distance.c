/* ISI-distance: how much the trains' current intervals between spikes differ, relative to the
 * longer one, averaged over time. Needs no time scale. */
#include "metric/edged.h"

#include <float.h>
#include <math.h>

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    const spk__edged *a = c->prepared;
    size_t most = a->n + (model->n < 2 ? 2 : model->n) + 1, b_size = spk__edged_size(model->n, 0);
    unsigned char *work =
        spk__scratch_get(c->scratch, SPK__SCRATCH_WORK, b_size + most * sizeof(uint32_t));
    if (!work)
        return SPK_ERR_MEMORY;
    spk__edged *b = (spk__edged *)(void *)work;
    uint32_t *ia = (uint32_t *)(void *)(work + b_size);
    spk__edged_build(model, b);
    const double *ta = spk__edged_t(a), *tb = spk__edged_t(b);
    spk__merge(ta, a->n, tb, b->n, ia);
    const double *isi_a = spk__edged_isi(a), *isi_b = spk__edged_isi(b);
    size_t n = a->n + b->n;
    double sum = 0.0, from = a->start;
    for (size_t k = 0; k <= n; k++) {
        size_t i = ia[k], j = k - i;
        double next = ta[i] < tb[j] ? ta[i] : tb[j];
        double to = next < a->stop ? next : a->stop;
        double x = isi_a[i], y = isi_b[j];
        /* Both are 0 only over no time: a single spike at the very edge. */
        double longer = x > y ? x : y, divisor = longer > DBL_MIN ? longer : DBL_MIN;
        sum += fabs(x - y) / divisor * (to - from);
        from = to;
    }
    *value = sum / (data->stop_ms - data->start_ms);
    return SPK_OK;
}

const spk_metric spk__metric_isi_distance = {
    .name = "isi_distance",
    .sentence = "relative difference of the current intervals between spikes, averaged over time",
    .reference = "Kreuz et al. 2007, doi:10.1016/j.jneumeth.2007.05.031; edges as PySpike, "
                 "doi:10.1016/j.softx.2016.07.006",
    .edges = "no spike: one at either end of the window; spikes at one time count once; before the "
             "first and after the last spike the interval is as long as seen, no shorter than its "
             "neighbour",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .high = 1,
    .symmetric = true,
    .prepared_size = spk__edged_prepared_size,
    .prepare = spk__edged_prepare,
    .pair = pair,
};
