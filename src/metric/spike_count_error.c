/* Difference in the number of spikes, as in SpikeNetOpt's loss. */
#include "metric/metric.h"

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    (void)c;
    *value = data->n > model->n ? (double)(data->n - model->n) : (double)(model->n - data->n);
    return SPK_OK;
}

const spk_metric spk__metric_spike_count_error = {
    .name = "spike_count_error",
    .sentence = "difference in the number of spikes",
    .reference = "the definition itself",
    .edges = "trains without spikes count as 0 spikes",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .high = __builtin_inf(),
    .symmetric = true,
    .pair = pair,
};
