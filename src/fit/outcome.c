/* From the outcomes of searches to a result: which model, which parameters, how near the bounds, and
 * what a quarter of the step changes. */
#include "fit/fit.h"

#include <math.h>
#include <stdlib.h>

/* What models are ranked by: a free parameter can bend a model to about one spike by luck, as in Akaike's
 * criterion it can to one unit of likelihood; so the loss is charged one spike's worth for each. */
static double charged(spk_setup *s, size_t i, double loss) {
    spk_problem *p;
    if (spk_setup_problem(s, i, &p))
        return loss;
    return loss + spk_problem_spike_worth(p) * (double)spk_problem_dim(p);
}

static void near_range(const spk_problem *p, const spk__outcome *o, size_t i, double scale,
                       spk_result_parameter *out) {
    double low, high, limit = spk_problem_near(p, o->best);
    if (!spk__history_range(&o->history.h, limit, i, &low, &high))
        return;
    const spk_free *f = spk_problem_parameter(p, i);
    out->near_low = spk_problem_value(f, low) / scale;
    out->near_high = spk_problem_value(f, high) / scale;
}

spk_status spk__result_take_point(spk_result *r, const spk_problem *p, const double *x) {
    const spk_kernel *k = spk_problem_kernel(p);
    double *values = SPK__ARRAY(r->ctx, k->n_parameters, double);
    if (!values)
        return SPK_ERR_MEMORY;
    spk_problem_decode(p, x, values);
    for (size_t i = 0; i < k->n_parameters; i++)
        r->parameter[i].value = values[i] / k->parameters[i].scale;
    for (size_t i = 0; i < spk_problem_dim(p); i++) /* within a thousandth of the range of a bound */
        r->parameter[spk_problem_parameter(p, i)->index].bound = x[i] < 1e-3 ? -1 : x[i] > 1 - 1e-3;
    spk__free(r->ctx, values);
    return SPK_OK;
}

static spk_status fill_parameters(spk_ctx *ctx, const spk_problem *p, const spk__outcome *o,
                                  spk_result *r) {
    const spk_kernel *k = spk_problem_kernel(p);
    r->parameter = SPK__ARRAY(ctx, k->n_parameters, spk_result_parameter);
    if (!r->parameter)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < k->n_parameters; i++) {
        const spk_quantity *q = &k->parameters[i];
        spk_result_parameter *out = &r->parameter[r->n_parameters++];
        *out = (spk_result_parameter){.name = spk__strdup(ctx, q->name),
                                      .unit = spk__strdup(ctx, q->unit),
                                      .low = NAN,
                                      .high = NAN,
                                      .start = NAN,
                                      .near_low = NAN,
                                      .near_high = NAN};
        if (!out->name || !out->unit)
            return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < spk_problem_dim(p); i++) {
        const spk_free *f = spk_problem_parameter(p, i);
        spk_result_parameter *out = &r->parameter[f->index];
        double scale = k->parameters[f->index].scale;
        out->free = true;
        out->low = f->low / scale;
        out->high = f->high / scale;
        out->start = f->start / scale;
        out->log_scale = f->log_scale;
        near_range(p, o, i, scale, out);
    }
    return spk__result_take_point(r, p, o->best_x);
}

static spk_status keep_values(spk_ctx *ctx, const spk_kernel *k, const spk__outcome *o,
                              spk_result_model *out) {
    out->value = SPK__ARRAY(ctx, k->n_parameters, double);
    if (!out->value)
        return SPK_ERR_MEMORY;
    out->n_values = k->n_parameters;
    for (size_t i = 0; i < k->n_parameters; i++)
        out->value[i] = o->best_values[i] / k->parameters[i].scale;
    return SPK_OK;
}

static spk_status fill_models(spk_ctx *ctx, spk_setup *s, const spk__outcome *o, size_t n,
                              size_t chosen, spk_result *r) {
    r->model = SPK__ARRAY(ctx, n, spk_result_model);
    if (!r->model)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const spk_model *m = spk_setup_model(s, i);
        spk_problem *p;
        spk_status st = spk_setup_problem(s, i, &p);
        if (st)
            return st;
        spk_result_model *out = &r->model[r->n_models++];
        *out = (spk_result_model){.name = spk__strdup(ctx, spk_model_name(m)),
                                  .hash = spk__strdup(ctx, spk_model_hash(m)),
                                  .text = spk__strdup(ctx, spk_model_text(m)),
                                  .integrator = spk__strdup(ctx, spk_model_integrator(m)),
                                  .dt_ms = spk_problem_dt(p),
                                  .loss = o[i].best,
                                  .selection = charged(s, i, o[i].best),
                                  .evaluations = o[i].evaluations,
                                  .chosen = i == chosen,
                                  .held_out = NAN,
                                  .held_out_low = NAN,
                                  .held_out_high = NAN};
        if (!out->name || !out->hash || !out->text || !out->integrator)
            return SPK_ERR_MEMORY;
        if (n > 1)
            st = keep_values(ctx, spk_problem_kernel(p), &o[i], out);
        if (st)
            return st;
    }
    return SPK_OK;
}

spk_status spk__file_hash(spk_ctx *ctx, const char *path, char hex[65]) {
    char *text = NULL;
    size_t length;
    spk_status st = spk__read_file(ctx, path, 0, &text, &length);
    if (!st)
        spk__sha256_hex(text, length, hex);
    spk__free(ctx, text);
    return st;
}

static spk_status fill_data(spk_ctx *ctx, const spk_setup *s, spk_result *r) {
    const spk_study *y = spk_setup_study(s);
    r->data_path = SPK__ARRAY(ctx, y->n_recordings, char *);
    r->data_hash = SPK__ARRAY(ctx, y->n_recordings, char *);
    if (!r->data_path || !r->data_hash)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < y->n_recordings; i++) {
        char hex[65];
        spk_status st = spk__file_hash(ctx, y->recording[i], hex);
        if (st)
            return st;
        r->n_data = i + 1;
        r->data_path[i] = spk__strdup(ctx, y->recording[i]);
        r->data_hash[i] = spk__strdup(ctx, hex);
        if (!r->data_path[i] || !r->data_hash[i])
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

void spk_result_check_data(spk_ctx *ctx, const spk_result *r, const spk_setup *s) {
    const spk_study *y = spk_setup_study(s);
    char hex[65];
    for (size_t i = 0; i < y->n_recordings && i < r->n_data; i++)
        if (!spk__file_hash(ctx, y->recording[i], hex) && strcmp(hex, r->data_hash[i]) != 0)
            spk__warn(ctx, &(spk_loc){.file = y->recording[i]}, NULL,
                      "the file has changed since the model was fitted to it");
}

/* The spikes of b that lie nearest to those of a, one to one, within reach. */
static void match(const spk_train *a, const spk_train *b, double reach, double *shift, size_t *pairs) {
    size_t j = 0;
    for (size_t i = 0; i < a->n; i++) {
        while (j < b->n && b->t_ms[j] < a->t_ms[i] - reach)
            j++;
        while (j + 1 < b->n && fabs(b->t_ms[j + 1] - a->t_ms[i]) < fabs(b->t_ms[j] - a->t_ms[i]) &&
               (i + 1 >= a->n || fabs(b->t_ms[j + 1] - a->t_ms[i]) <= fabs(b->t_ms[j + 1] - a->t_ms[i + 1])))
            j++;
        if (j < b->n && fabs(b->t_ms[j] - a->t_ms[i]) <= reach) {
            *shift += fabs(b->t_ms[j] - a->t_ms[i]);
            ++*pairs;
            j++;
        }
    }
}

/* How far the spikes of the winner move at a quarter of the step: the error that the step makes. */
static spk_status quarter_step(spk_ctx *ctx, spk_problem *p, const spk__outcome *o, spk_result *r) {
    spk_comparisons at = {0}, quarter = {0};
    r->spike_shift_ms = r->spike_shift_unmatched = NAN;
    if (spk_problem_kernel(p)->uses_random)
        return SPK_OK; /* another step draws other noise */
    spk_status st = spk_problem_compare(p, o->best_values, SPK_TRAIN, 0, &at);
    if (!st)
        st = spk_problem_compare(p, o->best_values, SPK_TRAIN, spk_problem_dt(p) / 4, &quarter);
    double shift = 0;
    size_t pairs = 0, spikes = 0;
    for (size_t i = 0; !st && i < at.n; i++) {
        const spk_train *a = &at.item[i].model[0], *b = &quarter.item[i].model[0];
        spikes += a->n > b->n ? a->n : b->n;
        match(a, b, 5.0, &shift, &pairs);
    }
    if (pairs)
        r->spike_shift_ms = shift / (double)pairs;
    if (spikes)
        r->spike_shift_unmatched = 1 - (double)pairs / (double)spikes;
    spk_comparisons_free(&at);
    spk_comparisons_free(&quarter);
    (void)ctx;
    return st;
}

static void take_history(spk__outcome *o, spk_result *r) {
    r->history = o->history.h;
    o->history = (spk__history){0};
}

static spk_status fill(spk_ctx *ctx, spk_setup *s, spk__outcome *o, size_t n, size_t chosen,
                       spk_result *r) {
    const spk_study *y = spk_setup_study(s);
    spk_problem *p;
    spk_status st = spk_setup_problem(s, chosen, &p);
    if (st)
        return st;
    r->version = spk__strdup(ctx, SPK_VERSION);
    r->study = spk__strndup(ctx, y->text, y->text_length);
    r->study_name = spk__strdup(ctx, y->path);
    r->method = spk__strdup(ctx, o[chosen].method);
    r->stop_reason = spk__strdup(ctx, spk_stop_name(o[chosen].stop));
    if (!r->version || !r->study || !r->study_name || !r->method || !r->stop_reason)
        return SPK_ERR_MEMORY;
    r->seed = y->seed;
    r->best_loss = o[chosen].best;
    r->evaluations = o[chosen].evaluations;
    r->n_silent = o[chosen].tally.silent;
    r->n_exploding = o[chosen].tally.exploding;
    r->n_nonfinite = o[chosen].tally.nonfinite;
    r->interrupted = o[n - 1].interrupted;
    st = fill_models(ctx, s, o, n, chosen, r);
    if (!st)
        st = fill_parameters(ctx, p, &o[chosen], r);
    if (!st)
        st = fill_data(ctx, s, r);
    if (!st && o[chosen].n_front)
        st = spk__front_fill(ctx, p, &o[chosen], r);
    if (!st)
        st = quarter_step(ctx, p, &o[chosen], r);
    if (!st)
        take_history(&o[chosen], r);
    return st;
}

spk_status spk__fit_result(spk_ctx *ctx, spk_setup *s, spk__outcome *o, size_t n,
                           uint64_t budget, spk_result **out) {
    size_t chosen = 0;
    for (size_t i = 1; i < n; i++)
        if (charged(s, i, o[i].best) < charged(s, chosen, o[chosen].best))
            chosen = i;
    if (!n || !isfinite(o[chosen].best))
        return spk__fail(ctx, SPK_ERR_FAILED, NULL,
                         "loosen the bounds, or try another model",
                         "no candidate gave a finite loss");
    spk_result *r = SPK__NEW(ctx, spk_result);
    if (!r)
        return SPK_ERR_MEMORY;
    r->ctx = ctx;
    r->budget = budget;
    spk_status st = fill(ctx, s, o, n, chosen, r);
    if (st)
        spk_result_free(r);
    else
        *out = r;
    return st;
}

/* ---- back from a result ---- */

spk_status spk_result_model_index(spk_ctx *ctx, const spk_result *r, const spk_study *study,
                                  size_t *model) {
    for (size_t i = 0; i < r->n_models && i < study->n_models; i++) {
        if (r->model[i].chosen) {
            *model = i;
            return SPK_OK;
        }
    }
    return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "the result and its study name different models");
}

spk_status spk_result_parameters(spk_ctx *ctx, const spk_result *r, const spk_kernel *k,
                                 double *values) {
    bool same = r->n_parameters == k->n_parameters;
    for (size_t i = 0; same && i < k->n_parameters; i++) {
        same = strcmp(r->parameter[i].name, k->parameters[i].name) == 0;
        values[i] = r->parameter[i].value * k->parameters[i].scale;
    }
    return same ? SPK_OK
                : spk__fail(ctx, SPK_ERR_INPUT, NULL, "fit it again with this version",
                            "the result's parameters are not those of %s", k->model);
}
