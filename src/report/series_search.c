/* What figures show of a search: failures over time, and what the axes of losses span. */
#include "report/series.h"

#include <math.h>

/* ---- failures ---- */

void spk__failures_free(spk_ctx *ctx, spk__failures *s) {
    spk__free(ctx, s->evaluations);
    spk__free(ctx, s->percent);
    *s = (spk__failures){0};
}

spk_status spk__failures_find(spk_ctx *ctx, const spk_report_data *d, spk__failures *out) {
    size_t n = d->n_generations < SPK__FAILURE_POINTS ? d->n_generations : SPK__FAILURE_POINTS;
    out->evaluations = SPK__ARRAY(ctx, n, double);
    out->percent = SPK__ARRAY(ctx, n * d->n_failures, double);
    if (!out->evaluations || !out->percent) {
        spk__failures_free(ctx, out);
        return SPK_ERR_MEMORY;
    }
    out->n = n;
    for (size_t i = 0; i < n; i++) {
        size_t from = i * d->n_generations / n, to = (i + 1) * d->n_generations / n;
        double all = 0;
        for (size_t g = from; g < to; g++) {
            all += d->generation[g].candidates;
            for (size_t k = 0; k < d->n_failures && d->generation[g].failed; k++)
                out->percent[k * n + i] += d->generation[g].failed[k];
        }
        out->evaluations[i] = d->generation[to - 1].evaluations;
        for (size_t k = 0; k < d->n_failures; k++)
            out->percent[k * n + i] *= all > 0 ? 100 / all : 0;
    }
    return SPK_OK;
}

/* ---- limits ---- */

/* Sorts the n values; from the least to where a part of them lies below. */
static void limits_of(double *v, size_t n, double part, double *low, double *high) {
    *low = 0;
    *high = 1;
    if (n == 0)
        return;
    spk__sort(v, n);
    *low = v[0];
    *high = v[(size_t)(part * (double)(n - 1))];
    if (!(*high > *low))
        *high = v[n - 1] > *low ? v[n - 1] : *low + 1e-9;
}

spk_status spk__loss_limits(spk_ctx *ctx, const spk_report_data *d, double *low, double *high) {
    size_t room = 0, n = 0;
    for (size_t i = 0; i < d->n_generations; i++)
        room += d->generation[i].n;
    double *v = SPK__ARRAY(ctx, room, double);
    if (!v)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < d->n_generations; i++)
        for (size_t k = 0; k < d->generation[i].n; k++)
            if (isfinite(d->generation[i].loss[k]))
                v[n++] = d->generation[i].loss[k];
    limits_of(v, n, 0.9, low, high);
    spk__free(ctx, v);
    return SPK_OK;
}

spk_status spk__profile_limits(spk_ctx *ctx, const spk_report_data *d, double *low, double *high) {
    size_t room = 0, n = 0;
    for (size_t i = 0; i < d->n_parameters; i++)
        room += 2 * d->parameter[i].n_profile;
    double *v = SPK__ARRAY(ctx, room, double);
    if (!v)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < d->n_parameters; i++)
        for (size_t k = 0; k < d->parameter[i].n_profile; k++) {
            if (isfinite(d->parameter[i].profile_loss[k]))
                v[n++] = d->parameter[i].profile_loss[k];
            if (d->parameter[i].profile_refitted && isfinite(d->parameter[i].profile_refitted[k]))
                v[n++] = d->parameter[i].profile_refitted[k];
        }
    limits_of(v, n, 0.8, low, high);
    /* The limit of what is nearly as good a fifth up: there the curves say how sure a parameter is.
     */
    if (d->near_limit > *low)
        *high = fmin(*high, *low + 5 * (d->near_limit - *low));
    spk__free(ctx, v);
    return SPK_OK;
}

void spk__profile_stretch(const spk_report_parameter *q, double high_loss, double *low,
                          double *high) {
    double from = q->value, to = q->value;
    for (size_t i = 0; i < q->n_profile; i++)
        if (q->profile_loss[i] <= high_loss ||
            (q->profile_refitted && q->profile_refitted[i] <= high_loss)) {
            from = fmin(from, q->profile_value[i]);
            to = fmax(to, q->profile_value[i]);
        }
    if (!(from < to)) {
        *low = q->low;
        *high = q->high;
        return;
    }
    if (q->log) {
        double room = pow(to / from, 0.3);
        *low = fmax(q->low, from / room);
        *high = fmin(q->high, to * room);
    } else {
        double room = 0.3 * (to - from);
        *low = fmax(q->low, from - room);
        *high = fmin(q->high, to + room);
    }
}
