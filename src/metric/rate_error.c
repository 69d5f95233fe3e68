/* Difference in firing rate, relative to the data's. */
#include "metric/metric.h"

enum { RELATIVE };

static const spk_opt options[] = {{"relative",
                                   "divide by the data's rate; otherwise the difference is in Hz",
                                   SPK_OPT_BOOL, NULL, 1, 0, 1, NULL},
                                  {.name = NULL}};

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    double difference =
        data->n > model->n ? (double)(data->n - model->n) : (double)(model->n - data->n);
    if (c->opt[RELATIVE] != 0.0)
        *value = difference / (data->n ? (double)data->n : 1.0);
    else
        *value = difference / (data->stop_ms - data->start_ms) * 1e3;
    return SPK_OK;
}

const spk_metric spk__metric_rate_error = {
    .name = "rate_error",
    .sentence = "difference in firing rate, relative to the data's rate (or in Hz)",
    .reference = "the definition itself",
    .edges = "data without spikes: relative to the rate of one spike in the window",
    .kind = SPK_METRIC_DISTANCE,
    .low = 0,
    .high = __builtin_inf(),
    .options = options,
    .pair = pair,
};
