/* Scores of a parameter set, beside the data's own reliability. */
#include <spikefit/validate.h>

#include "base/base.h"

#include <math.h>

/* The options that the study's loss gave this metric, else its defaults. */
static void options_for(const spk_problem *p, const spk_metric *m, spk_opts *o) {
    spk_opts_default(m->options, o);
    for (size_t k = spk_problem_objectives(p); k-- > 0;) {
        const spk_loss *loss = spk_problem_loss(p, k);
        for (size_t i = 0; i < loss->n; i++)
            if (loss->term[i].metric == m)
                *o = loss->term[i].options;
    }
}

/* Several stimuli come together as a mean, each weighted by its repeats; their intervals as those
 * of independent values. */
typedef struct {
    double value, variance, reliability, weight, reliable_weight;
    bool has_interval;
} pool;

static void add(pool *sum, const spk_score *s, double weight) {
    sum->value += weight * s->value;
    sum->variance += weight * weight * s->deviation * s->deviation;
    sum->has_interval = sum->has_interval && s->has_interval;
    sum->weight += weight;
    if (s->has_reliability) {
        sum->reliability += weight * s->reliability;
        sum->reliable_weight += weight;
    }
}

static void finish(const pool *sum, const spk_metric *m, const spk_score *only,
                   spk_result_score *out) {
    out->value = sum->value / sum->weight;
    if (sum->reliable_weight > 0)
        out->reliability = sum->reliability / sum->reliable_weight;
    if (!sum->has_interval)
        return;
    /* 1.96: 95 % of a normal distribution */
    double half = 1.959963984540054 * sqrt(sum->variance) / sum->weight;
    out->low = only ? only->low : fmax(out->value - half, m->low);
    out->high = only ? only->high : fmin(out->value + half, m->high);
}

static spk_status pool_scores(spk_ctx *ctx, const spk_metric *m, const spk_opts *o,
                              const spk_comparisons *c, uint64_t seed, int threads,
                              spk_result_score *out) {
    pool sum = {.has_interval = true};
    spk_score s = {0};
    spk_bootstrap b = SPK_BOOTSTRAP_INIT;
    b.seed = seed;
    b.threads = threads;
    for (size_t i = 0; i < c->n; i++) {
        const spk_comparison *k = &c->item[i];
        spk_status st =
            spk_metric_score(ctx, m, o, k->data, k->n_data, k->model, k->n_model, &b, &s);
        if (st)
            return st;
        add(&sum, &s, (double)k->n_data);
    }
    finish(&sum, m, c->n == 1 ? &s : NULL, out);
    return SPK_OK;
}

static spk_status score_one(spk_ctx *ctx, const spk_problem *p, const spk_metric *m,
                            const spk_comparisons *c, spk_part_kind part, int threads,
                            spk_result *r) {
    spk_opts o;
    size_t mark = spk_ctx_diag_count(ctx);
    spk_result_score s = {.measure = (char *)(uintptr_t)m->name,
                          .part = part == SPK_TRAIN ? "train" : "test",
                          .low = NAN,
                          .high = NAN,
                          .reliability = NAN};
    options_for(p, m, &o);
    spk_status st = pool_scores(ctx, m, &o, c, spk_problem_seed(p), threads, &s);
    if (st == SPK_ERR_INPUT) { /* not defined on these trains */
        spk_ctx_diag_truncate(ctx, mark);
        return SPK_OK;
    }
    return st ? st : spk_result_add_score(r, &s);
}

spk_status spk_validate_scores(spk_ctx *ctx, spk_problem *p, const double *values,
                               spk_part_kind part, const char *const *metrics, size_t n_metrics,
                               int threads, spk_result *r) {
    spk_comparisons c = {0};
    spk_status st = spk_problem_compare(p, values, part, 0, &c);
    size_t n = metrics ? n_metrics : spk_metric_count();
    for (size_t i = 0; !st && c.n && i < n; i++) {
        const spk_metric *m = metrics ? NULL : spk_metric_at(i);
        if (metrics)
            st = spk_metric_find(ctx, metrics[i], &m);
        if (!st)
            st = score_one(ctx, p, m, &c, part, threads, r);
    }
    spk_comparisons_free(&c);
    return st;
}
