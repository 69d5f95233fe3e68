/* Rows, rates and intervals of the sweeps. */
#include "report/series.h"

#include <math.h>
#include <stdio.h>

size_t spk__first_sweep(const spk_report_data *d, bool train) {
    for (size_t i = 0; i < d->n_sweeps; i++)
        for (size_t k = 0; k < d->sweep[i].n_windows; k++)
            if (d->sweep[i].window[k].test != train)
                return i;
    return 0;
}

static void widen(double start, double stop, double *low, double *high) {
    if (isfinite(start) && start < *low)
        *low = start;
    if (isfinite(stop) && stop > *high)
        *high = stop;
}

void spk__sweep_extent(const spk_report_sweep *s, double *start_ms, double *stop_ms) {
    const spk_trace *const trace[] = {&s->current_pA, &s->recorded_mV, &s->model_mV};
    *start_ms = INFINITY;
    *stop_ms = -INFINITY;
    widen(s->recorded.start_ms, s->recorded.stop_ms, start_ms, stop_ms);
    widen(s->model.start_ms, s->model.stop_ms, start_ms, stop_ms);
    for (size_t i = 0; i < sizeof trace / sizeof *trace; i++)
        if (trace[i]->n)
            widen(trace[i]->start_ms, trace[i]->start_ms + (double)trace[i]->n * trace[i]->dt_ms,
                  start_ms, stop_ms);
    if (!(*start_ms < *stop_ms)) {
        *start_ms = 0;
        *stop_ms = 1;
    }
}

void spk__busy_stretch(const spk_report_sweep *s, bool train, double length, double *start_ms,
                       double *stop_ms) {
    double begin, end;
    spk__sweep_extent(s, &begin, &end);
    for (size_t i = 0; i < s->n_windows; i++)
        if (s->window[i].test != train) {
            begin = s->window[i].start_ms;
            end = s->window[i].stop_ms;
        }
    length = fmin(length, end - begin);
    *start_ms = begin;
    size_t best = 0;
    const double *t = s->recorded.t_ms;
    for (size_t i = 0, k = 0; i < s->recorded.n; i++) {
        if (t[i] < begin || t[i] >= end) {
            k = i + 1;
            continue;
        }
        while (t[i] - t[k] > 0.8 * length)
            k++;
        if (i - k + 1 > best) {
            best = i - k + 1;
            *start_ms = t[k] - 0.1 * length;
        }
    }
    *start_ms = fmin(fmax(*start_ms, begin), end - length);
    *stop_ms = *start_ms + length;
}

void spk__trace_range(const spk_trace *t, double start_ms, double stop_ms, double *low,
                      double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < t->n; i++) {
        double at = t->start_ms + (double)i * t->dt_ms;
        if (at < start_ms || at > stop_ms || !isfinite(t->value[i]))
            continue;
        *low = fmin(*low, t->value[i]);
        *high = fmax(*high, t->value[i]);
    }
}

const char *spk__value_text(double x, char buf[32]) {
    if (!isfinite(x))
        snprintf(buf, 32, "\u2013");
    else if (x < 0)
        snprintf(buf, 32, "\u2212%.4g", -x);
    else
        snprintf(buf, 32, "%.4g", x);
    return buf;
}

/* ---- rows ---- */

static bool same_train(const spk_train *a, const spk_train *b) {
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (a->t_ms[i] != b->t_ms[i])
            return false;
    return true;
}

static bool is_known(const spk__row *row, size_t n, const spk_train *t) {
    for (size_t i = 0; i < n; i++)
        if (same_train(row[i].train, t))
            return true;
    return false;
}

spk_status spk__raster_rows(spk_ctx *ctx, const spk_report_data *d, size_t sweep, spk__row **row,
                            size_t *n) {
    size_t room = 2 * d->n_sweeps;
    for (size_t i = 0; i < d->n_sweeps; i++)
        room += d->sweep[i].n_trials;
    spk__row *r = SPK__ARRAY(ctx, room, spk__row);
    if (!r)
        return SPK_ERR_MEMORY;
    size_t count = 0, n_recorded = 0;
    for (size_t i = 0; i < d->n_sweeps; i++)
        if (d->sweep[i].stimulus == d->sweep[sweep].stimulus)
            r[count++] = (spk__row){d->sweep[i].name, &d->sweep[i].recorded, false};
    n_recorded = count;
    for (size_t i = 0; i < d->n_sweeps; i++) {
        const spk_report_sweep *s = &d->sweep[i];
        if (s->stimulus != d->sweep[sweep].stimulus || is_known(r + n_recorded, count - n_recorded, &s->model))
            continue;
        r[count++] = (spk__row){"model", &s->model, true};
        for (size_t k = 0; k < s->n_trials; k++)
            r[count++] = (spk__row){"model", &s->trial[k], true};
    }
    *row = r;
    *n = count;
    return SPK_OK;
}

/* ---- rates ---- */

void spk__rates_free(spk_ctx *ctx, spk__rates *r) {
    spk__free(ctx, r->edge);
    spk__free(ctx, r->recorded_Hz);
    spk__free(ctx, r->model_Hz);
    *r = (spk__rates){0};
}

double spk__rate_bin(double span_ms) {
    static const double width[] = {20, 50, 100, 200, 500, 1000, 2000, 5000};
    size_t i = 0;
    while (i + 1 < sizeof width / sizeof *width && width[i] * 120 < span_ms)
        i++;
    return width[i];
}

static void count_rows(const spk__row *row, size_t n_rows, bool model, double start, double bin,
                       double *rate, size_t n) {
    size_t n_trains = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (row[i].model != model)
            continue;
        n_trains++;
        for (size_t k = 0; k < row[i].train->n; k++) {
            double at = floor((row[i].train->t_ms[k] - start) / bin);
            if (at >= 0 && at < (double)n)
                rate[(size_t)at] += 1;
        }
    }
    for (size_t i = 0; i < n && n_trains; i++)
        rate[i] *= 1000 / bin / (double)n_trains;
}

spk_status spk__rates_find(spk_ctx *ctx, const spk_report_data *d, size_t sweep, double bin_ms,
                           spk__rates *out) {
    double start, stop;
    spk__sweep_extent(&d->sweep[sweep], &start, &stop);
    double bins = ceil((stop - start) / bin_ms);
    if (!(bins >= 1 && bins <= 1e7))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, "choose another width",
                         "bins of %g ms do not divide a sweep of %g ms", bin_ms, stop - start);
    spk__row *row = NULL;
    size_t n_rows;
    spk_status st = spk__raster_rows(ctx, d, sweep, &row, &n_rows);
    if (st)
        return st;
    out->n = (size_t)bins;
    out->edge = SPK__ARRAY(ctx, out->n + 1, double);
    out->recorded_Hz = SPK__ARRAY(ctx, out->n, double);
    out->model_Hz = SPK__ARRAY(ctx, out->n, double);
    if (out->edge && out->recorded_Hz && out->model_Hz) {
        for (size_t i = 0; i <= out->n; i++)
            out->edge[i] = start + (double)i * bin_ms;
        count_rows(row, n_rows, false, start, bin_ms, out->recorded_Hz, out->n);
        count_rows(row, n_rows, true, start, bin_ms, out->model_Hz, out->n);
    } else {
        spk__rates_free(ctx, out);
        st = SPK_ERR_MEMORY;
    }
    spk__free(ctx, row);
    return st;
}

/* ---- intervals ---- */

static size_t intervals_of(const spk_train *t, double *out) {
    for (size_t i = 1; i < t->n; i++)
        out[i - 1] = t->t_ms[i] - t->t_ms[i - 1];
    return t->n > 1 ? t->n - 1 : 0;
}

static void fill_share(const double *edge, const double *v, size_t n, double *share) {
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = SPK__INTERVAL_BINS;
        if (v[i] < edge[0] || v[i] >= edge[SPK__INTERVAL_BINS])
            continue;
        while (high - low > 1) {
            size_t middle = (low + high) / 2;
            if (v[i] < edge[middle])
                high = middle;
            else
                low = middle;
        }
        share[low] += 1 / (double)n;
    }
}

/* list: the n_recorded intervals, then the model's; sorted: all of them. */
static void fill_bins(const double *list, const double *sorted, spk__intervals *s) {
    size_t all = s->n_recorded + s->n_model;
    double high = fmax(1.02 * spk__sorted_quantile(sorted, all, 0.99), 1);
    double low = 0.98 * fmax(0.1, sorted[0]), top = fmax(1.02 * sorted[all - 1], 2 * low);
    for (int i = 0; i <= SPK__INTERVAL_BINS; i++) {
        double part = (double)i / SPK__INTERVAL_BINS;
        s->linear.edge[i] = high * part;
        s->log.edge[i] = low * pow(top / low, part);
    }
    spk__interval_bins *const bins[] = {&s->linear, &s->log};
    for (int k = 0; k < 2; k++) {
        fill_share(bins[k]->edge, list, s->n_recorded, bins[k]->recorded);
        fill_share(bins[k]->edge, list + s->n_recorded, s->n_model, bins[k]->model);
    }
    s->log_better = spk__sorted_quantile(sorted, all, 0.99) > 20 * spk__sorted_quantile(sorted, all, 0.1);
}

static size_t spikes_of_model(const spk_report_sweep *s) {
    size_t n = s->model.n;
    for (size_t i = 0; i < s->n_trials; i++)
        n += s->trial[i].n;
    return n;
}

static size_t intervals_of_model(const spk_report_sweep *s, double *out) {
    size_t n = intervals_of(&s->model, out);
    for (size_t i = 0; i < s->n_trials; i++)
        n += intervals_of(&s->trial[i], out + n);
    return n;
}

spk_status spk__intervals_find(spk_ctx *ctx, const spk_report_data *d, spk__intervals *out) {
    size_t room = 1;
    *out = (spk__intervals){0};
    for (size_t i = 0; i < d->n_sweeps; i++)
        room += d->sweep[i].recorded.n + spikes_of_model(&d->sweep[i]);
    double *list = SPK__ARRAY(ctx, room, double), *sorted = SPK__ARRAY(ctx, room, double);
    if (list && sorted) {
        for (size_t i = 0; i < d->n_sweeps; i++)
            out->n_recorded += intervals_of(&d->sweep[i].recorded, list + out->n_recorded);
        for (size_t i = 0; i < d->n_sweeps; i++)
            out->n_model += intervals_of_model(&d->sweep[i], list + out->n_recorded + out->n_model);
        size_t all = out->n_recorded + out->n_model;
        memcpy(sorted, list, all * sizeof *list);
        spk__sort(sorted, all);
        if (all)
            fill_bins(list, sorted, out);
    }
    bool short_of_memory = !list || !sorted;
    spk__free(ctx, list);
    spk__free(ctx, sorted);
    return short_of_memory ? SPK_ERR_MEMORY : SPK_OK;
}
