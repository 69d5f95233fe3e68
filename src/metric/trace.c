/* Comparing membrane voltages between spikes. */
#include "metric/metric.h"

#include <math.h>

/* Whether a time is near a spike; *next is the first spike whose blank is not over, and times grow.
 */
static bool blanked(const spk_trace_rule *r, const spk_train *spikes, double t, size_t *next) {
    if (!spikes)
        return false;
    while (*next < spikes->n && spikes->t_ms[*next] + r->after_ms < t)
        ++*next;
    return *next < spikes->n && spikes->t_ms[*next] - r->before_ms <= t;
}

/* The model's voltage at a time, or false outside its samples. */
static bool sample(const spk_trace *v, double t, double *value) {
    double x = (t - v->start_ms) / v->dt_ms;
    double i = floor(x + 1e-9), fraction = x - i;
    if (!v->n || i < 0.0 || i > (double)(v->n - 1))
        return false;
    size_t k = (size_t)i;
    if (fraction < 1e-9) {
        *value = v->value[k];
        return true;
    }
    if (k + 1 >= v->n)
        return false;
    *value = v->value[k] + fraction * (v->value[k + 1] - v->value[k]);
    return true;
}

spk_status spk_trace_compare(spk_ctx *ctx, const spk_trace_rule *rule, const spk_trace *data,
                             const spk_train *data_spikes, const spk_trace *model,
                             const spk_train *model_spikes, spk_trace_score *out) {
    static const spk_trace_rule defaults = SPK_TRACE_RULE_INIT;
    const spk_trace_rule *r = rule ? rule : &defaults;
    size_t next_data = 0, next_model = 0, n = 0;
    double errors = 0.0, mean = 0.0, deviations = 0.0;
    for (size_t i = 0; i < data->n; i++) {
        double t = data->start_ms + (double)i * data->dt_ms, x = data->value[i], y;
        if (t < r->start_ms || isnan(x))
            continue;
        if (t > r->stop_ms)
            break;
        if (blanked(r, data_spikes, t, &next_data) ||
            (r->blank_model && blanked(r, model_spikes, t, &next_model)) || !sample(model, t, &y))
            continue;
        if (!isfinite(y))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "the model's voltage at %g ms is not a finite number", t);
        n++;
        errors += (x - y) * (x - y);
        double step = x - mean; /* Welford 1962 */
        mean += step / (double)n;
        deviations += step * (x - mean);
    }
    if (!n)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL,
                         "spikes blank the samples around them; shorten before_ms and after_ms",
                         "no sample of the voltage is left to compare");
    spk_trace_score s = {.n = n, .mse = errors / (double)n, .variance = deviations / (double)n};
    s.explained = s.variance > 0.0 ? 1.0 - s.mse / s.variance : s.mse > 0.0 ? 0.0 : 1.0;
    *out = s;
    return SPK_OK;
}
