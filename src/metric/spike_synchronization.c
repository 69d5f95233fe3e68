/* SPIKE-synchronization: the part of all spikes that have a partner in the other train within a
 * window that adapts to the intervals between spikes: half the shortest of the four around the two
 * spikes. */
#include "metric/edged.h"

#include <math.h>

enum { MAX_WINDOW };

static const spk_opt options[] = {{"max_window", "upper limit of the coincidence window; 0: none",
                                   SPK_OPT_REAL, "ms", 0, 0, 1e9, NULL},
                                  {.name = NULL}};

static double shortest(const double *t) {
    double before = t[0] - t[-1], after = t[1] - t[0];
    return before < after ? before : after;
}

static spk_status pair(const spk_metric_call *c, const spk_train *data, const spk_train *model,
                       double *value) {
    if (!data->n || !model->n) {
        *value = !data->n && !model->n ? 1.0 : 0.0;
        return SPK_OK;
    }
    const spk__edged *a = c->prepared;
    size_t b_size = spk__edged_size(model->n, 0);
    unsigned char *memory = spk__scratch_get(c->scratch, SPK__SCRATCH_WORK,
                                             b_size + (a->n + model->n + 1) * sizeof(uint32_t));
    if (!memory)
        return SPK_ERR_MEMORY;
    spk__edged *b = (spk__edged *)(void *)memory;
    uint32_t *ia = (uint32_t *)(void *)(memory + b_size);
    spk__edged_build(model, b);
    const double *ta = spk__edged_t(a), *tb = spk__edged_t(b);
    spk__merge(ta, a->n, tb, b->n, ia);
    double limit = 0.5 * (data->stop_ms - data->start_ms);
    if (c->opt[MAX_WINDOW] > 0.0 && c->opt[MAX_WINDOW] < limit)
        limit = c->opt[MAX_WINDOW];
    size_t n = a->n + b->n, paired = 0;
    for (size_t k = 0; k < n; k++) {
        /* this spike and the last one of the other train before it */
        size_t i = ia[k + 1], j = k + 1 - i;
        if (!i || !j)
            continue;
        double gap = fabs(ta[i - 1] - tb[j - 1]);
        double near_a = shortest(ta + i - 1), near_b = shortest(tb + j - 1);
        double window = 0.5 * (near_a < near_b ? near_a : near_b);
        paired += gap < (window < limit ? window : limit);
    }
    *value = 2.0 * (double)paired / (double)n;
    return SPK_OK;
}

/* Over many trains: the part of all spikes, not the mean of the pairs' parts. */
static double weight(const spk_train *a, const spk_train *b) {
    size_t n = 0;
    for (size_t i = 0; i < a->n; i++)
        n += i == 0 || a->t_ms[i] != a->t_ms[i - 1];
    for (size_t i = 0; i < b->n; i++)
        n += i == 0 || b->t_ms[i] != b->t_ms[i - 1];
    return (double)n;
}

const spk_metric spk__metric_spike_synchronization = {
    .name = "spike_synchronization",
    .sentence = "part of all spikes that have a partner within an adaptive window",
    .reference = "Kreuz, Mulansky & Bozanic 2015, doi:10.1152/jn.00848.2014",
    .edges =
        "no spike in both: 1; in one: 0; spikes at one time count once; a missing interval at the "
        "edge is as long as the window; over sets of trains: the part of all spikes of all pairs",
    .kind = SPK_METRIC_SIMILARITY,
    .low = 0,
    .high = 1,
    .symmetric = true,
    .options = options,
    .prepared_size = spk__edged_prepared_size,
    .prepare = spk__edged_prepare,
    .pair = pair,
    .weight = weight,
};
