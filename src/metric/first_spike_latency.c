/* Difference in the time of the first spike. */
#include "metric/metric.h"

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    (void)c;
    double first_data = data->n ? data->t_ms[0] : data->stop_ms;
    double first_model = model->n ? model->t_ms[0] : model->stop_ms;
    *value = first_data > first_model ? first_data - first_model : first_model - first_data;
    return SPK_OK;
}

const spk_metric spk__metric_first_spike_latency = {
    .name = "first_spike_latency",
    .sentence = "difference in the time of the first spike",
    .reference = "the definition itself",
    .edges = "a train without spikes counts as one whose first spike is at the end of the window",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .high = __builtin_inf(),
    .symmetric = true,
    .unit = "ms",
    .pair = pair,
};
