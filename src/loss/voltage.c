/* The membrane voltage's mean square error outside spikes, in units of the recorded voltage's variance
 * there (so 1 is what a constant at the mean would cost). A spike, recorded or simulated, blanks the
 * samples around it: the models here have no spike shape.
 *
 * Electrodes offset the voltage and add to it a part of the current that they pass, and the voltage of
 * many models has a scale of its own. `align` says how much of that is forgiven: what is left after the
 * best offset, or the best line in the model's voltage, or the best plane in it and the current.
 */
#include "loss/loss.h"

#include <math.h>

enum { BEFORE, AFTER, ALIGN };
enum { ALIGN_NONE, ALIGN_OFFSET, ALIGN_LINE, ALIGN_CURRENT };
static const char *const alignments[] = {"none", "offset", "line", "current", NULL};
static const spk_opt options[] = {
    {"before", "how long before a spike the voltage is left out", SPK_OPT_REAL, "ms", 2, 0, 1000, NULL},
    {"after", "how long after a spike the voltage is left out", SPK_OPT_REAL, "ms", 20, 0, 1000, NULL},
    {"align", "what is fitted before comparing: nothing, an offset, a line, a line and the current",
     SPK_OPT_CHOICE, NULL, ALIGN_CURRENT, 0, 0, alignments},
    {0}};

/* The repeats' mean voltage outside the spikes of each, its variance, and the current. */
typedef struct {
    double *mean; /* NaN where no repeat has a usable sample */
    double *current;
    size_t n;
    double start_ms, dt_ms, variance;
    double usable; /* samples with a mean */
} target;

static void drop(spk_ctx *ctx, void *prepared) {
    target *t = prepared;
    spk__free(ctx, t->mean);
    spk__free(ctx, t->current);
    spk__free(ctx, t);
}

/* Whether time t lies in the blank of one of the train's spikes; *next walks along as t grows. */
static bool blanked(const spk_train *train, const double *o, double t, size_t *next) {
    while (*next < train->n && train->t_ms[*next] + o[AFTER] < t)
        ++*next;
    return *next < train->n && t >= train->t_ms[*next] - o[BEFORE];
}

static void average(const spk_opts *o, const spk__loss_data *d, target *t, double *count) {
    for (size_t r = 0; r < d->n; r++) {
        const spk_trace *v = &d->voltage_mV[r];
        size_t next = 0;
        for (size_t i = 0; i < t->n; i++) {
            double time = t->start_ms + (double)i * t->dt_ms;
            double x = (time - v->start_ms) / v->dt_ms;
            size_t k = x > 0 ? (size_t)(x + 0.5) : 0;
            if (k >= v->n || !isfinite(v->value[k]) || blanked(&d->data[r], o->v, time, &next))
                continue;
            t->mean[i] += v->value[k];
            count[i]++;
        }
    }
}

static void take_current(const spk__loss_data *d, target *t) {
    const spk_trace *c = &d->current_pA;
    for (size_t i = 0; c->n && i < t->n; i++) {
        double x = (t->start_ms + (double)i * t->dt_ms - c->start_ms) / c->dt_ms;
        size_t k = x > 0 ? (size_t)(x + 0.5) : 0;
        t->current[i] = c->value[k < c->n ? k : c->n - 1];
    }
}

static spk_status prepare(spk_ctx *ctx, const spk_opts *o, const spk__loss_data *d, void **out) {
    double dt = 0;
    for (size_t r = 0; r < d->n; r++)
        if (d->voltage_mV[r].n && d->voltage_mV[r].dt_ms > dt)
            dt = d->voltage_mV[r].dt_ms;
    if (!(dt > 0))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, "leave 'voltage' out of the loss",
                         "the loss compares voltages, but the recording has none");
    target *t = SPK__NEW(ctx, target);
    if (!t)
        return SPK_ERR_MEMORY;
    t->dt_ms = dt < 0.5 ? 0.5 : dt; /* the subthreshold voltage is smooth */
    t->start_ms = d->start_ms;
    t->n = (size_t)floor((d->stop_ms - d->start_ms) / t->dt_ms);
    t->mean = SPK__ARRAY(ctx, t->n, double);
    t->current = SPK__ARRAY(ctx, t->n, double);
    double *count = SPK__ARRAY(ctx, t->n, double);
    if (!t->mean || !t->current || !count) {
        spk__free(ctx, count);
        drop(ctx, t);
        return SPK_ERR_MEMORY;
    }
    average(o, d, t, count);
    take_current(d, t);
    double n = 0, sum = 0, square = 0;
    for (size_t i = 0; i < t->n; i++) {
        t->mean[i] = count[i] > 0 ? t->mean[i] / count[i] : NAN;
        if (count[i] > 0) {
            n++;
            sum += t->mean[i];
            square += t->mean[i] * t->mean[i];
        }
    }
    spk__free(ctx, count);
    double mean = n > 0 ? sum / n : 0;
    t->usable = n;
    t->variance = n > 0 ? square / n - mean * mean : 0;
    if (!(t->variance > 0)) {
        drop(ctx, t);
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, "shorten 'before' and 'after', or leave it out",
                         "no voltage is left to compare between the spikes");
    }
    *out = t;
    return SPK_OK;
}

/* Sums over the samples compared: of the residual r = recorded - model (none) or of the recorded
 * voltage y and its regressors u (model) and c (current). */
typedef struct {
    double n, y, u, c, yy, uu, cc, yu, yc, uc, error;
} sums;

static void add_sample(sums *s, double y, double u, double c) {
    s->n++;
    s->y += y;
    s->u += u;
    s->c += c;
    s->yy += y * y;
    s->uu += u * u;
    s->cc += c * c;
    s->yu += y * u;
    s->yc += y * c;
    s->uc += u * c;
    s->error += (y - u) * (y - u);
}

/* The mean square of what the best fit of that kind leaves. A negative slope is no fit. */
static double residual(const sums *s, int align) {
    double n = s->n, mse = s->error / n, offset = (s->y - s->u) / n;
    double yy = s->yy / n - s->y * s->y / (n * n), uu = s->uu / n - s->u * s->u / (n * n);
    double cc = s->cc / n - s->c * s->c / (n * n), yu = s->yu / n - s->y * s->u / (n * n);
    double yc = s->yc / n - s->y * s->c / (n * n), uc = s->uc / n - s->u * s->c / (n * n);
    if (align == ALIGN_NONE)
        return mse;
    if (align == ALIGN_OFFSET)
        return mse - offset * offset;
    if (!(uu > 1e-12 * (1 + s->uu / n)))
        return yy;
    double line = yu > 0 ? yy - yu * yu / uu : yy, det = uu * cc - uc * uc;
    if (align == ALIGN_LINE || !(det > 1e-9 * uu * cc))
        return line;
    double slope = (yu * cc - yc * uc) / det, bridge = (yc * uu - yu * uc) / det;
    return slope > 0 ? yy - slope * yu - bridge * yc : yy;
}

static spk_status eval(const spk_opts *o, const spk__loss_data *d, const void *prepared,
                       const spk_loss_candidate *c, spk_scratch *scratch, double *cost) {
    (void)d;
    (void)scratch;
    const target *t = prepared;
    const spk_trace *v = &c->voltage_mV;
    sums s = {0};
    size_t next = 0;
    for (size_t i = 0; i < t->n; i++) {
        double time = t->start_ms + (double)i * t->dt_ms;
        double x = (time - v->start_ms) / v->dt_ms;
        size_t k = (size_t)(x + 0.5);
        if (isfinite(t->mean[i]) && k < v->n && !blanked(&c->trial[0], o->v, time, &next))
            add_sample(&s, t->mean[i], v->value[k], t->current[i]);
    }
    /* What only the model's spikes blank counts as a constant would; else spikes would pay. With nothing
     * left to compare a little more. */
    double left = s.n / t->usable;
    *cost = s.n > 3 ? left * residual(&s, (int)o->v[ALIGN]) / t->variance + (1 - left) : 2;
    return SPK_OK;
}

const spk__loss_kind spk__loss_voltage = {
    .info = {.name = "voltage",
             .sentence = "mean square error of the voltage outside spikes, relative to its variance",
             .reference = "Mensi et al. 2012, doi:10.1152/jn.00408.2011",
             .options = options,
             .needs_voltage = true},
    .prepare = prepare,
    .drop = drop,
    .eval = eval,
};
