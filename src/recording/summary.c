/* What is in a recording, in numbers and in words. */
#include "recording/recording.h"

#include <math.h>
#include <stdio.h>

/* Where the stimulus is on: from the first to the last sample that departs from the first by more than a
 * tenth of the largest departure. */
static void find_active(const spk_trace *t, double stop_ms, double *start, double *stop) {
    double most = 0;
    *start = 0;
    *stop = stop_ms;
    for (size_t i = 1; i < t->n; i++)
        most = fmax(most, fabs(t->value[i] - t->value[0]));
    if (most == 0)
        return;
    size_t a = 0, b = t->n;
    while (!(fabs(t->value[a] - t->value[0]) > 0.1 * most))
        a++;
    while (!(fabs(t->value[b - 1] - t->value[0]) > 0.1 * most))
        b--;
    *start = (double)a * t->dt_ms;
    *stop = fmin(stop_ms, (double)b * t->dt_ms);
}

static void describe_spikes(spk_train t, spk_sweep_summary *out) {
    out->n_spikes = t.n;
    if (t.n)
        out->first_spike_ms = t.t_ms[0];
    if (t.n < 2)
        return;
    double mean = (t.t_ms[t.n - 1] - t.t_ms[0]) / (double)(t.n - 1), var = 0, least = INFINITY;
    for (size_t i = 1; i < t.n; i++) {
        double isi = t.t_ms[i] - t.t_ms[i - 1];
        var += (isi - mean) * (isi - mean);
        least = fmin(least, isi);
    }
    out->isi_mean_ms = mean;
    out->isi_min_ms = least;
    if (mean > 0)
        out->isi_cv = sqrt(var / (double)(t.n - 1)) / mean;
}

static void describe_voltage(const spk_trace *v, spk_sweep_summary *out) {
    double rest = 0;
    size_t n_rest = 0;
    for (size_t i = 0; i < v->n; i++) {
        double x = v->value[i];
        if (isnan(x)) {
            out->v_missing++;
            continue;
        }
        out->v_min_mV = fmin(out->v_min_mV, x);
        out->v_max_mV = fmax(out->v_max_mV, x);
        if ((double)i * v->dt_ms < out->active_start_ms) {
            rest += x;
            n_rest++;
        }
    }
    if (n_rest)
        out->v_rest_mV = rest / (double)n_rest;
}

static void describe_current(const spk_trace *t, spk_sweep_summary *out) {
    double sum = 0, squares = 0;
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        out->i_min_pA = fmin(out->i_min_pA, t->value[i]);
        out->i_max_pA = fmax(out->i_max_pA, t->value[i]);
    }
    size_t a = (size_t)(out->active_start_ms / t->dt_ms + 0.5);
    size_t b = (size_t)(out->active_stop_ms / t->dt_ms + 0.5);
    for (size_t i = a; i < b && i < t->n; i++, n++)
        sum += t->value[i];
    if (!n)
        return;
    out->i_mean_pA = sum / (double)n;
    for (size_t i = a; i < a + n; i++)
        squares += (t->value[i] - out->i_mean_pA) * (t->value[i] - out->i_mean_pA);
    out->i_sd_pA = sqrt(squares / (double)n);
}

void spk_recording_summary(const spk_recording *r, size_t sweep, spk_sweep_summary *out) {
    const spk_sweep *s = &r->sweep[sweep];
    *out = (spk_sweep_summary){
        .dt_ms = NAN, .rate_Hz = NAN, .first_spike_ms = NAN, .isi_mean_ms = NAN, .isi_cv = NAN,
        .isi_min_ms = NAN, .v_min_mV = NAN, .v_max_mV = NAN, .v_rest_mV = NAN, .i_min_pA = NAN,
        .i_max_pA = NAN, .i_mean_pA = NAN, .i_sd_pA = NAN};
    out->dt_ms = s->voltage_mV.n ? s->voltage_mV.dt_ms : s->current_pA.n ? s->current_pA.dt_ms : NAN;
    double stop = spk__sweep_stop(s);
    out->duration_ms = s->voltage_mV.n || s->current_pA.n ? stop : stop - s->spikes.start_ms;
    find_active(&s->current_pA, stop, &out->active_start_ms, &out->active_stop_ms);
    if (!s->current_pA.n)
        out->active_start_ms = s->spikes.start_ms;
    describe_spikes(s->spikes, out);
    describe_voltage(&s->voltage_mV, out);
    describe_current(&s->current_pA, out);
    double active = out->active_stop_ms - out->active_start_ms;
    spk_train on = spk_train_window(s->spikes, out->active_start_ms, out->active_stop_ms);
    if (active > 0)
        out->rate_Hz = 1000 * (double)on.n / active;
}

/* A step holds one level for nine tenths of its active part or more. */
static bool is_step(const spk_trace *t, const spk_sweep_summary *s, double *level) {
    size_t a = (size_t)(s->active_start_ms / t->dt_ms + 0.5);
    size_t b = (size_t)(s->active_stop_ms / t->dt_ms + 0.5), held = 0;
    if (b <= a || b > t->n)
        return false;
    *level = t->value[a + (b - a) / 2];
    double size = fabs(*level - t->value[0]);
    for (size_t i = a; i < b; i++)
        held += fabs(t->value[i] - *level) <= 0.02 * size;
    return (double)held >= 0.9 * (double)(b - a);
}

size_t spk_recording_stimulus_print(const spk_recording *r, int stimulus, char *buf, size_t size) {
    const spk_trace *t = &r->mean[stimulus];
    spk_sweep_summary s;
    double level = 0;
    spk_recording_summary(r, r->repeat[r->first_repeat[stimulus]], &s);
    int n;
    if (!t->n)
        n = snprintf(buf, size, "not recorded");
    else if (s.i_min_pA == s.i_max_pA)
        n = snprintf(buf, size, "constant %.4g pA", s.i_min_pA);
    else if (is_step(t, &s, &level))
        n = snprintf(buf, size, "step of %.4g pA, %.6g to %.6g ms", level - t->value[0],
                     s.active_start_ms, s.active_stop_ms);
    else
        n = snprintf(buf, size, "fluctuating, %.4g +- %.4g pA, %.6g to %.6g ms", s.i_mean_pA,
                     s.i_sd_pA, s.active_start_ms, s.active_stop_ms);
    return n < 0 ? 0 : (size_t)n;
}

static void warn_of_silence(spk_ctx *ctx, const spk_recording *r, size_t silent, double v_max) {
    char rule[128];
    const spk_loc loc = {.file = r->label};
    spk_detection_print(&r->detection, rule, sizeof rule);
    if (silent < r->n)
        spk__note(ctx, &loc, NULL, "%zu of %zu sweeps have no spikes", silent, r->n);
    else if (isnan(v_max))
        spk__warn(ctx, &loc, NULL, "there are no spikes");
    else
        spk__warn(ctx, &loc, "choose a lower threshold if these are spikes",
                  "there are no spikes by the rule: %s; the voltage reaches %g mV", rule, v_max);
}

static void warn_of_repeats(spk_ctx *ctx, const spk_recording *r, size_t k) {
    size_t least = SIZE_MAX, most = 0, count = r->first_repeat[k + 1] - r->first_repeat[k];
    const spk_loc loc = {.file = r->label};
    if (count < 2 || !r->mean[k].n)
        return;
    for (size_t i = r->first_repeat[k]; i < r->first_repeat[k + 1]; i++) {
        size_t n = r->sweep[r->repeat[i]].spikes.n;
        least = n < least ? n : least;
        most = n > most ? n : most;
    }
    if (most > 10 && (double)most > 1.3 * (double)least)
        spk__warn(ctx, &loc, "the cell may have drifted; look at the reliability before fitting",
                  "the %zu repeats of stimulus %zu have %zu to %zu spikes", count, k, least, most);
}

void spk_recording_warn(spk_ctx *ctx, const spk_recording *r) {
    size_t silent = 0, n_close = 0, closest = 0;
    double v_max = NAN, least = NAN;
    const spk_loc loc = {.file = r->label};
    for (size_t i = 0; i < r->n; i++) {
        spk_sweep_summary s;
        spk_recording_summary(r, i, &s);
        silent += s.n_spikes == 0;
        v_max = fmax(v_max, s.v_max_mV);
        if (s.v_missing)
            spk__warn(ctx, &loc, NULL, "%s: %zu of %zu samples of the voltage are missing",
                      r->sweep[i].name, s.v_missing, r->sweep[i].voltage_mV.n);
        if (s.isi_min_ms < 1 && !r->sweep[i].spikes_detected) {
            n_close++;
            if (!(least <= s.isi_min_ms)) {
                least = s.isi_min_ms;
                closest = i;
            }
        }
    }
    if (n_close)
        spk__warn(ctx, &loc, "are the times in ms, and from one cell?",
                  n_close > 1 ? "%s: two spikes are %g ms apart; %zu sweeps have some within 1 ms"
                              : "%s: two spikes are %g ms apart",
                  r->sweep[closest].name, least, n_close);
    if (silent)
        warn_of_silence(ctx, r, silent, v_max);
    for (size_t k = 0; k < r->n_stimuli; k++)
        warn_of_repeats(ctx, r, k);
}
