/* From the outcome of a network's search to its result, and back. */
#include "fit/network.h"

#include <math.h>

static spk_status fill_models(spk_ctx *ctx, const spk_netstudy *s, spk_result *r) {
    size_t n = spk_netstudy_model_count(s);
    r->model = SPK__ARRAY(ctx, n, spk_result_model);
    if (!r->model)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const spk_model *m = spk_netstudy_model(s, i);
        bool known = !m;
        for (size_t k = 0; k < r->n_models && !known; k++)
            known = strcmp(r->model[k].hash, spk_model_hash(m)) == 0;
        if (known)
            continue;
        spk_result_model *out = &r->model[r->n_models++];
        *out = (spk_result_model){.held_out = NAN,
                                  .held_out_low = NAN,
                                  .held_out_high = NAN,
                                  .name = spk__strdup(ctx, spk_model_name(m)),
                                  .hash = spk__strdup(ctx, spk_model_hash(m)),
                                  .text = spk__strdup(ctx, spk_model_text(m)),
                                  .integrator = spk__strdup(ctx, spk_model_integrator(m)),
                                  .dt_ms = spk_netstudy_dt(s),
                                  .loss = r->best_loss,
                                  .selection = r->best_loss,
                                  .evaluations = r->evaluations};
        if (!out->name || !out->hash || !out->text || !out->integrator)
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

static void fill_free(const spk_netstudy *s, const spk__outcome *o, double limit, size_t i,
                      spk_result_parameter *out) {
    const spk_named_number *x = spk_netstudy_number(s, i);
    double low, high, u = o->best_x[i];
    out->free = true;
    out->low = x->low / x->scale;
    out->high = x->high / x->scale;
    out->start = x->value / x->scale;
    out->log_scale = x->log_scale;
    out->bound = u < 1e-3 ? -1 : u > 1 - 1e-3; /* within a thousandth of the range */
    if (!spk__history_range(&o->history.h, limit, i, &low, &high))
        return;
    out->near_low = spk_netstudy_value(s, i, low) / x->scale;
    out->near_high = spk_netstudy_value(s, i, high) / x->scale;
}

static spk_status fill_numbers(spk_ctx *ctx, const spk_netstudy *s, const spk__outcome *o,
                               spk_result *r) {
    size_t n = spk_netstudy_number_count(s);
    double limit = spk__network_near(s, o->best);
    r->parameter = SPK__ARRAY(ctx, n, spk_result_parameter);
    if (!r->parameter)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        const spk_named_number *x = spk_netstudy_number(s, i);
        spk_result_parameter *out = &r->parameter[r->n_parameters++];
        *out = (spk_result_parameter){.name = spk__strdup(ctx, x->name),
                                      .unit = spk__strdup(ctx, x->unit),
                                      .value = o->best_values[i] / x->scale,
                                      .low = NAN,
                                      .high = NAN,
                                      .start = NAN,
                                      .near_low = NAN,
                                      .near_high = NAN};
        if (!out->name || !out->unit)
            return SPK_ERR_MEMORY;
        if (i < spk_netstudy_free_count(s))
            fill_free(s, o, limit, i, out);
    }
    return SPK_OK;
}

static spk_status fill_data(spk_ctx *ctx, const spk_netstudy *s, spk_result *r) {
    size_t n = 0;
    while (spk_netstudy_file(s, n))
        n++;
    r->data_path = SPK__ARRAY(ctx, n, char *);
    r->data_hash = SPK__ARRAY(ctx, n, char *);
    if (!r->data_path || !r->data_hash)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        char hex[65];
        spk_status st = spk__file_hash(ctx, spk_netstudy_file(s, i), hex);
        if (st)
            return st;
        r->n_data = i + 1;
        r->data_path[i] = spk__strdup(ctx, spk_netstudy_file(s, i));
        r->data_hash[i] = spk__strdup(ctx, hex);
        if (!r->data_path[i] || !r->data_hash[i])
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

static spk_status fill(spk_ctx *ctx, spk_netstudy *s, spk__outcome *o, int threads, spk_result *r) {
    const spk_netsearch *q = spk_netstudy_search(s);
    size_t length;
    const char *text = spk_netstudy_text(s, &length);
    r->version = spk__strdup(ctx, SPK_VERSION);
    r->study = spk__strndup(ctx, text, length);
    r->study_name = spk__strdup(ctx, spk_netstudy_path(s));
    r->method = spk__strdup(ctx, o->method);
    r->stop_reason = spk__strdup(ctx, spk_stop_name(o->stop));
    if (!r->version || !r->study || !r->study_name || !r->method || !r->stop_reason)
        return SPK_ERR_MEMORY;
    r->seed = q->seed;
    r->best_loss = o->best;
    r->evaluations = o->evaluations;
    r->n_silent = o->tally.silent;
    r->n_exploding = o->tally.exploding;
    r->n_nonfinite = o->tally.nonfinite;
    r->spike_shift_ms = r->spike_shift_unmatched = NAN;
    r->interrupted = o->interrupted;
    spk_status st = fill_models(ctx, s, r);
    if (!st)
        st = fill_numbers(ctx, s, o, r);
    if (!st)
        st = fill_data(ctx, s, r);
    if (!st)
        st = spk__network_pairs(s, o->best_values, threads, r);
    if (!st) {
        r->history = o->history.h;
        o->history = (spk__history){0};
    }
    return st;
}

spk_status spk__network_result(spk_netstudy *s, spk__outcome *o, uint64_t budget, int threads,
                               spk_result **out) {
    spk_ctx *ctx = spk_netstudy_context(s);
    if (!isfinite(o->best))
        return spk__fail(ctx, SPK_ERR_FAILED, NULL,
                         "loosen the bounds, or check the network by "
                         "`spikefit simulate`",
                         "no candidate gave a finite loss");
    spk_result *r = SPK__NEW(ctx, spk_result);
    if (!r)
        return SPK_ERR_MEMORY;
    r->ctx = ctx;
    r->kind = SPK_RESULT_NETWORK;
    r->budget = budget;
    spk_status st = fill(ctx, s, o, threads, r);
    if (st)
        spk_result_free(r);
    else
        *out = r;
    return st;
}

/* ---- back from a result ---- */

spk_status spk_netfit_numbers(spk_ctx *ctx, const spk_result *r, const spk_netstudy *s,
                              double *numbers) {
    bool same = r->kind == SPK_RESULT_NETWORK && r->n_parameters == spk_netstudy_number_count(s);
    for (size_t i = 0; same && i < r->n_parameters; i++) {
        same = strcmp(r->parameter[i].name, spk_netstudy_number(s, i)->name) == 0;
        numbers[i] = r->parameter[i].value * spk_netstudy_number(s, i)->scale;
    }
    return same ? SPK_OK
                : spk__fail(ctx, SPK_ERR_INPUT, NULL, "fit it again with this version",
                            "the result's numbers are not those of %s", spk_netstudy_path(s));
}

void spk_netfit_check_data(spk_ctx *ctx, const spk_result *r, const spk_netstudy *s) {
    char hex[65];
    for (size_t i = 0; spk_netstudy_file(s, i) && i < r->n_data; i++)
        if (!spk__file_hash(ctx, spk_netstudy_file(s, i), hex) && strcmp(hex, r->data_hash[i]) != 0)
            spk__warn(ctx, &(spk_loc){.file = spk_netstudy_file(s, i)}, NULL,
                      "the file has changed since the network was fitted to it");
}
