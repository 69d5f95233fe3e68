/* Reading a recording, freeing it, and making one from arrays. */
#include "recording/recording.h"

#include <stdio.h>

size_t spk_recording_sweep_count(const spk_recording *r) {
    return r->n;
}

const spk_sweep *spk_recording_sweep(const spk_recording *r, size_t i) {
    return &r->sweep[i];
}

size_t spk_recording_cell_count(const spk_recording *r) {
    return r->n_cells;
}

const char *spk_recording_cell_name(const spk_recording *r, size_t cell) {
    return r->cell_name[cell];
}

int64_t spk__recording_unique_id(const spk_recording *r, size_t cell) {
    return r->ids_repeat ? (int64_t)cell : r->cell_id[cell];
}

int64_t spk_recording_cell_id(const spk_recording *r, size_t cell) {
    return r->cell_id[cell];
}

size_t spk_recording_stimulus_count(const spk_recording *r) {
    return r->n_stimuli;
}

size_t spk_recording_repeats(const spk_recording *r, int stimulus, const size_t **sweeps) {
    *sweeps = r->repeat + r->first_repeat[stimulus];
    return r->first_repeat[stimulus + 1] - r->first_repeat[stimulus];
}

spk_trace spk_recording_mean_current(const spk_recording *r, int stimulus) {
    return r->mean[stimulus];
}

const spk_detection *spk_recording_detection(const spk_recording *r) {
    return &r->detection;
}

const char *spk_recording_label(const spk_recording *r) {
    return r->label;
}

const char *spk_recording_source(const spk_recording *r) {
    return r->source;
}

const char *spk_recording_hash(const spk_recording *r) {
    return r->hash;
}

void spk_recording_free(spk_recording *r) {
    if (!r)
        return;
    spk_ctx *ctx = r->ctx;
    for (size_t i = 0; i < r->n_owned; i++)
        spk__free(ctx, r->owned[i]);
    for (size_t i = 0; i < r->n_text; i++)
        spk__free(ctx, r->text[i]);
    spk__free(ctx, r->owned);
    spk__free(ctx, r->text);
    spk__free(ctx, r->sweep);
    spk__free(ctx, r->cell_name);
    spk__free(ctx, r->cell_id);
    spk__free(ctx, r->repeat);
    spk__free(ctx, r->first_repeat);
    spk__free(ctx, r->mean);
    spk__free(ctx, r);
}

static double *copy_doubles(spk_ctx *ctx, const double *v, size_t n) {
    double *c = SPK__ARRAY(ctx, n, double);
    if (c && n)
        memcpy(c, v, n * sizeof *c);
    return c;
}

static spk_status add_copy(spk__builder *b, spk_ctx *ctx, const spk_sweep *s, const char *cell) {
    spk__sweep_in in = {.name = s->name, .protocol = s->protocol, .cell = cell, .cell_id = s->cell,
                        .number = s->number, .n_current = s->current_pA.n,
                        .n_voltage = s->voltage_mV.n, .current_dt_ms = s->current_pA.dt_ms,
                        .voltage_dt_ms = s->voltage_mV.dt_ms, .origin_ms = s->origin_ms};
    in.has_spikes = !s->spikes_detected &&
                    (s->spikes.n || s->spikes.stop_ms > s->spikes.start_ms || !s->voltage_mV.n);
    if (in.has_spikes) {
        in.n_spikes = s->spikes.n;
        in.start_ms = s->spikes.start_ms;
        in.stop_ms = s->spikes.stop_ms;
    }
    in.current_pA = copy_doubles(ctx, s->current_pA.value, in.n_current);
    in.voltage_mV = copy_doubles(ctx, s->voltage_mV.value, in.n_voltage);
    in.spikes_ms = copy_doubles(ctx, s->spikes.t_ms, in.n_spikes);
    if (!in.current_pA || !in.voltage_mV || !in.spikes_ms) {
        spk__free(ctx, in.current_pA);
        spk__free(ctx, in.voltage_mV);
        spk__free(ctx, in.spikes_ms);
        return SPK_ERR_MEMORY;
    }
    return spk__builder_add_take(b, &in, NULL);
}

spk_status spk_recording_make(spk_ctx *ctx, const spk_sweep *sweeps, size_t n,
                              const char *const *cell_names, const spk_detection *detection,
                              spk_recording **out) {
    spk__builder *b = NULL;
    spk_status st = spk__builder_new(ctx, &b);
    for (size_t i = 0; i < n && !st; i++) {
        char plain[32];
        snprintf(plain, sizeof plain, "cell %d", sweeps[i].cell);
        st = add_copy(b, ctx, &sweeps[i], cell_names ? cell_names[sweeps[i].cell] : plain);
    }
    if (!st)
        st = spk__builder_finish(b, detection, NULL, NULL, out);
    spk__builder_free(b);
    return st;
}
