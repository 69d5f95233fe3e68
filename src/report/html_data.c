/* The page's data: spk_report_data as JSON, with the long arrays packed. */
#include "report/html.h"
#include "report/series.h"

#include <math.h>

/* Fine enough for the eye at any zoom, and it leaves the noise fewer bits to cost. */
static const double voltage_resolution_mV = 0.005;

/* An array of n elements, each written by its own function. */
typedef spk_status element_fn(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i);
static spk_status array_of(spk__packer *p, spk__str *s, const spk_report_data *d, const char *name,
                           size_t n, element_fn *element) {
    spk__json_key(s, name);
    spk__str_addn(s, "[", 1);
    for (size_t i = 0; i < n; i++) {
        spk__str_add(s, i ? ",\n{\"i\":%zu" : "\n{\"i\":%zu", i);
        spk_status st = element(p, s, d, i);
        if (st)
            return st;
        spk__str_addn(s, "}", 1);
    }
    spk__str_addn(s, "]", 1);
    return SPK_OK;
}

/* ---- sweeps ---- */

static spk_status trace_of(spk__packer *p, spk__str *s, const char *name, const spk_trace *t,
                           double resolution) {
    if (t->n == 0)
        return SPK_OK;
    if (!(t->dt_ms > 0))
        return spk__fail(p->ctx, SPK_ERR_INPUT, NULL, NULL, "a trace for the report has dt %g ms",
                         t->dt_ms);
    spk__json_key(s, name);
    return spk__pack_trace(p, s, t, resolution);
}

static void train_of(spk__str *s, const char *name, const spk_train *t) {
    spk__str_add(s, ",\"%s\":{\"start\":", name);
    spk__json_number(s, t->start_ms);
    spk__json_number_of(s, "stop", t->stop_ms);
    spk__json_key(s, "t");
    spk__json_numbers(s, t->t_ms, t->n);
    spk__str_addn(s, "}", 1);
}

static void trains(spk__str *s, const char *name, const spk_train *t, size_t n) {
    spk__str_add(s, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (i)
            spk__str_addn(s, ",", 1);
        spk__json_numbers(s, t[i].t_ms, t[i].n);
    }
    spk__str_addn(s, "]", 1);
}

static spk_status sweep(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    const spk_report_sweep *w = &d->sweep[i];
    spk__json_text_of(s, "name", w->name);
    spk__json_number_of(s, "stimulus", w->stimulus);
    spk_status st = trace_of(p, s, "current", &w->current_pA, 0);
    if (!st)
        st = trace_of(p, s, "voltage", &w->recorded_mV, voltage_resolution_mV);
    if (!st)
        st = trace_of(p, s, "modelVoltage", &w->model_mV, voltage_resolution_mV);
    if (st)
        return st;
    train_of(s, "recorded", &w->recorded);
    train_of(s, "model", &w->model);
    trains(s, "trials", w->trial, w->n_trials);
    spk__str_add(s, ",\"resets\":%s,\"windows\":[", w->model_resets ? "true" : "false");
    for (size_t k = 0; k < w->n_windows; k++) {
        const spk_report_window *v = &w->window[k];
        if (!(v->start_ms < v->stop_ms))
            return spk__fail(p->ctx, SPK_ERR_INPUT, NULL, NULL,
                             "a window for the report goes from %g to %g ms", v->start_ms,
                             v->stop_ms);
        spk__str_add(s, "%s{\"test\":%s", k ? "," : "", v->test ? "true" : "false");
        spk__json_number_of(s, "start", v->start_ms);
        spk__json_number_of(s, "stop", v->stop_ms);
        spk__str_addn(s, "}", 1);
    }
    spk__str_addn(s, "]", 1);
    return SPK_OK;
}

/* ---- scores, parameters ---- */

static spk_status score(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    const spk_report_score *v = &d->score[i];
    spk__json_text_of(s, "measure", v->measure);
    spk__json_text_of(s, "part", v->part);
    spk__json_text_of(s, "unit", v->unit);
    spk__json_number_of(s, "value", v->value);
    spk__json_number_of(s, "low", v->low);
    spk__json_number_of(s, "high", v->high);
    spk__json_number_of(s, "reliability", v->reliability);
    spk__str_add(s, ",\"distance\":%s", v->distance ? "true" : "false");
    return SPK_OK;
}

static spk_status parameter(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    const spk_report_parameter *v = &d->parameter[i];
    spk__json_text_of(s, "name", v->name);
    spk__json_text_of(s, "unit", v->unit);
    spk__json_text_of(s, "doc", v->doc);
    spk__json_number_of(s, "value", v->value);
    spk__json_number_of(s, "low", v->low);
    spk__json_number_of(s, "high", v->high);
    spk__json_number_of(s, "bound", v->active_bound);
    spk__json_number_of(s, "sureLow", v->sure_low);
    spk__json_number_of(s, "sureHigh", v->sure_high);
    if (v->has_error) {
        spk__json_number_of(s, "error", v->error);
        spk__json_number_of(s, "errorLow", v->error_low);
        spk__json_number_of(s, "errorHigh", v->error_high);
    }
    spk__str_add(s, ",\"log\":%s", v->log ? "true" : "false");
    spk__json_key(s, "profileValue");
    spk__json_numbers(s, v->profile_value, v->n_profile);
    spk__json_key(s, "profileLoss");
    spk__json_numbers(s, v->profile_loss, v->n_profile);
    spk__json_key(s, "profileRefitted");
    spk__json_numbers(s, v->profile_refitted, v->profile_refitted ? v->n_profile : 0);
    spk__json_text_of(s, "determined", v->determined);
    spk__json_text_of(s, "sentence", v->sentence);
    return SPK_OK;
}

static bool is_fitted(const spk_report_parameter *p) {
    return isfinite(p->low) && isfinite(p->high);
}

/* ---- the search ---- */

static spk_status generation(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    const spk_report_generation *g = &d->generation[i];
    spk__json_number_of(s, "evaluations", g->evaluations);
    spk__json_number_of(s, "best", g->best);
    spk__json_number_of(s, "median", g->median);
    spk__json_number_of(s, "run", g->run);
    spk__str_add(s, ",\"n\":%zu", g->n);
    return SPK_OK;
}

/* All generations' points and losses in one block: n * (fitted parameters + 1) numbers a
 * generation. */
static spk_status population(spk__packer *p, spk__str *s, const spk_report_data *d) {
    size_t fitted = 0, candidates = 0;
    for (size_t i = 0; i < d->n_parameters; i++)
        fitted += is_fitted(&d->parameter[i]);
    for (size_t i = 0; i < d->n_generations; i++)
        candidates += d->generation[i].n;
    if (candidates == 0)
        return SPK_OK;
    if (fitted == 0)
        return spk__fail(p->ctx, SPK_ERR_INPUT, NULL, NULL,
                         "the report has a population but no fitted parameter");
    float *all = SPK__ARRAY(p->ctx, candidates * (fitted + 1), float);
    if (!all)
        return SPK_ERR_MEMORY;
    size_t m = 0;
    for (size_t i = 0; i < d->n_generations; i++) {
        const spk_report_generation *g = &d->generation[i];
        for (size_t c = 0; c < g->n; c++) {
            for (size_t k = 0; k < fitted; k++)
                all[m++] = (float)g->point[c * fitted + k];
            all[m++] = (float)g->loss[c];
        }
    }
    spk__json_key(s, "population");
    spk_status st = spk__pack_floats(p, s, all, m);
    spk__free(p->ctx, all);
    return st;
}

static spk_status failure(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    spk__json_text_of(s, "label", d->failure[i].label);
    spk__str_add(s, ",\"count\":%zu", d->failure[i].count);
    return SPK_OK;
}

/* ---- what figures show of it all, worked out here for the page as it is for paper ---- */

static void bins(spk__str *s, const char *name, const spk__interval_bins *b) {
    spk__str_add(s, "%s\"%s\":{\"edges\":", strcmp(name, "linear") == 0 ? "" : ",", name);
    spk__json_numbers(s, b->edge, SPK__INTERVAL_BINS + 1);
    spk__json_key(s, "recorded");
    spk__json_numbers(s, b->recorded, SPK__INTERVAL_BINS);
    spk__json_key(s, "model");
    spk__json_numbers(s, b->model, SPK__INTERVAL_BINS);
    spk__str_addn(s, "}", 1);
}

static spk_status intervals(spk__packer *p, spk__str *s, const spk_report_data *d) {
    spk__intervals v;
    spk_status st = spk__intervals_find(p->ctx, d, &v);
    if (st || v.n_recorded + v.n_model == 0)
        return st;
    spk__json_key(s, "intervals");
    spk__str_addn(s, "{", 1);
    bins(s, "linear", &v.linear);
    bins(s, "log", &v.log);
    spk__str_add(s, ",\"logBetter\":%s,\"nRecorded\":%zu,\"nModel\":%zu}",
                 v.log_better ? "true" : "false", v.n_recorded, v.n_model);
    return SPK_OK;
}

static spk_status failures_over_time(spk__packer *p, spk__str *s, const spk_report_data *d) {
    spk__failures v = {0};
    bool known = false;
    for (size_t i = 0; i < d->n_generations; i++)
        known |= d->generation[i].failed != NULL;
    if (!known || d->n_failures == 0)
        return SPK_OK;
    spk_status st = spk__failures_find(p->ctx, d, &v);
    if (st)
        return st;
    spk__json_key(s, "failureEvaluations");
    spk__json_numbers(s, v.evaluations, v.n);
    spk__json_key(s, "failurePercent");
    for (size_t k = 0; k < d->n_failures; k++) {
        spk__str_add(s, k ? "," : "[");
        spk__json_numbers(s, v.percent + k * v.n, v.n);
    }
    spk__str_addn(s, "]", 1);
    spk__failures_free(p->ctx, &v);
    return SPK_OK;
}

/* For each parameter, what its profile's axis spans; null without a profile. */
static void stretches(spk__str *s, const spk_report_data *d, double high_loss) {
    spk__json_key(s, "profileStretch");
    for (size_t i = 0; i < d->n_parameters; i++) {
        double v[2] = {NAN, NAN};
        if (d->parameter[i].n_profile > 1 && is_fitted(&d->parameter[i]))
            spk__profile_stretch(&d->parameter[i], high_loss, &v[0], &v[1]);
        spk__str_add(s, i ? "," : "[");
        spk__json_numbers(s, v, 2);
    }
    spk__str_add(s, d->n_parameters ? "]" : "[]");
}

static spk_status limits(spk__packer *p, spk__str *s, const spk_report_data *d) {
    double low, high, start, stop;
    spk_status st = spk__loss_limits(p->ctx, d, &low, &high);
    if (!st) {
        spk__str_add(s, ",\"lossLimits\":");
        spk__json_numbers(s, (double[]){low, high}, 2);
        st = spk__profile_limits(p->ctx, d, &low, &high);
    }
    if (st)
        return st;
    spk__str_add(s, ",\"profileLimits\":");
    spk__json_numbers(s, (double[]){low, high}, 2);
    stretches(s, d, high);
    spk__json_number_of(s, "nearLimit", d->near_limit);
    spk__json_text_of(s, "sureTitle", d->sure_title);
    spk__json_text_of(s, "sureWords", d->sure_words);
    if (d->n_sweeps) {
        spk__sweep_extent(&d->sweep[spk__first_sweep(d, false)], &start, &stop);
        spk__json_number_of(s, "rateBin", spk__rate_bin(stop - start));
    }
    return SPK_OK;
}

/* ---- networks ---- */

static spk_status raster(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    const spk_report_network_raster *r = &d->raster[i];
    spk__json_text_of(s, "title", r->title);
    const spk_train *first = r->n_recorded ? r->recorded : r->model;
    if (r->n_recorded + r->n_model > 0) {
        spk__json_number_of(s, "start", first->start_ms);
        spk__json_number_of(s, "stop", first->stop_ms);
    }
    trains(s, "recorded", r->recorded, r->n_recorded);
    trains(s, "model", r->model, r->n_model);
    return SPK_OK;
}

static spk_status distribution(spk__packer *p, spk__str *s, const spk_report_data *d, size_t i) {
    (void)p;
    const spk_report_distribution *v = &d->distribution[i];
    spk__json_text_of(s, "title", v->title);
    spk__json_text_of(s, "label", v->label);
    spk__json_text_of(s, "verdict", v->verdict);
    spk__json_key(s, "recorded");
    spk__json_numbers(s, v->recorded, v->n_recorded);
    spk__json_key(s, "model");
    spk__json_numbers(s, v->model, v->n_model);
    return SPK_OK;
}

spk_status spk__report_json(const spk_report_data *d, spk__packer *p, spk__str *s) {
    const struct {
        const char *name;
        size_t n;
        element_fn *element;
    } list[] = {{"sweeps", d->n_sweeps, sweep},
                {"scores", d->n_scores, score},
                {"parameters", d->n_parameters, parameter},
                {"generations", d->n_generations, generation},
                {"failures", d->n_failures, failure},
                {"rasters", d->n_rasters, raster},
                {"distributions", d->n_distributions, distribution}};
    spk__str_add(s, "{\"evaluations\":%zu", d->n_evaluations);
    spk__json_text_of(s, "title", d->title);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        spk_status st = array_of(p, s, d, list[i].name, list[i].n, list[i].element);
        if (st)
            return st;
    }
    spk_status st = population(p, s, d);
    if (!st)
        st = intervals(p, s, d);
    if (!st)
        st = failures_over_time(p, s, d);
    if (!st)
        st = limits(p, s, d);
    if (!st)
        st = spk__report_findings(d, p, s);
    spk__str_addn(s, "}", 1);
    return st ? st : s->failed ? SPK_ERR_MEMORY : SPK_OK;
}
