/* Scores of a parameter set, beside the data's own reliability. */
#include <spikefit/validate.h>

#include "base/base.h"

#include <math.h>

/* The options that the study's loss gave this metric, else its defaults. */
static void options_for(const spk_problem *p, const spk_metric *m, spk_opts *o) {
    const spk_loss *loss = spk_problem_loss(p);
    spk_opts_default(m->options, o);
    for (size_t i = 0; i < loss->n; i++)
        if (loss->term[i].metric == m)
            *o = loss->term[i].options;
}

/* The mean over comparisons, each weighted by its repeats; NaN where the metric is not defined. */
static spk_status value_of(spk_ctx *ctx, const spk_metric *m, const spk_opts *o,
                           const spk_comparisons *c, double *out) {
    double sum = 0, weight = 0;
    for (size_t i = 0; i < c->n; i++) {
        const spk_comparison *k = &c->item[i];
        double value;
        spk_status st =
            spk_metric_group(ctx, m, o, k->data, k->n_data, k->model, k->n_model, &value);
        if (st)
            return st;
        sum += value * (double)k->n_data;
        weight += (double)k->n_data;
    }
    *out = weight > 0 ? sum / weight : NAN;
    return SPK_OK;
}

/* Each repeat against the others: what no model could be expected to beat by much. */
static spk_status reliability_of(spk_ctx *ctx, const spk_metric *m, const spk_opts *o,
                                 const spk_comparisons *c, double *out) {
    double sum = 0, pairs = 0;
    for (size_t i = 0; i < c->n; i++) {
        const spk_comparison *k = &c->item[i];
        for (size_t a = 0; a < k->n_data; a++) {
            for (size_t b = 0; b < k->n_data; b++) {
                double value;
                if (a == b)
                    continue;
                spk_status st = spk_metric_pair(ctx, m, o, &k->data[a], &k->data[b], &value);
                if (st)
                    return st;
                sum += value;
                pairs++;
            }
        }
    }
    *out = pairs > 0 ? sum / pairs : NAN;
    return SPK_OK;
}

static spk_status score_one(spk_ctx *ctx, const spk_problem *p, const spk_metric *m,
                            const spk_comparisons *c, spk_part_kind part, spk_result *r) {
    spk_opts o;
    size_t mark = spk_ctx_diag_count(ctx);
    spk_result_score s = {.measure = (char *)(uintptr_t)m->name,
                          .part = part == SPK_TRAIN ? "train" : "test",
                          .low = NAN,
                          .high = NAN,
                          .reliability = NAN};
    options_for(p, m, &o);
    spk_status st = value_of(ctx, m, &o, c, &s.value);
    if (st == SPK_ERR_INPUT) { /* not defined on these trains */
        spk_ctx_diag_truncate(ctx, mark);
        return SPK_OK;
    }
    if (!st)
        st = reliability_of(ctx, m, &o, c, &s.reliability);
    if (st == SPK_ERR_INPUT) {
        spk_ctx_diag_truncate(ctx, mark);
        st = SPK_OK;
    }
    return st ? st : spk_result_add_score(r, &s);
}

spk_status spk_validate_scores(spk_ctx *ctx, spk_problem *p, const double *values,
                               spk_part_kind part, const char *const *metrics, size_t n_metrics,
                               spk_result *r) {
    spk_comparisons c = {0};
    spk_status st = spk_problem_compare(p, values, part, 0, &c);
    size_t n = metrics ? n_metrics : spk_metric_count();
    for (size_t i = 0; !st && c.n && i < n; i++) {
        const spk_metric *m = metrics ? NULL : spk_metric_at(i);
        if (metrics)
            st = spk_metric_find(ctx, metrics[i], &m);
        if (!st)
            st = score_one(ctx, p, m, &c, part, r);
    }
    spk_comparisons_free(&c);
    return st;
}
