/* One neuron under one stimulus, and the sampling of stimuli. */
#include "sim/block.h"
#include <spikefit/sim.h>

#include <math.h>

static double held_value(const spk_trace *c, double t) {
    double x = (t - c->start_ms) / c->dt_ms + 1e-9;
    return x < 0 || x >= (double)c->n ? 0 : c->value[(size_t)x];
}

/* The value on the straight line between samples, held beyond the last by one interval. */
static double linear_value(const spk_trace *c, double t) {
    double x = (t - c->start_ms) / c->dt_ms;
    if (x < -1e-9 || x >= (double)c->n)
        return 0;
    if (x < 0)
        x = 0;
    size_t i = (size_t)x;
    double here = c->value[i], next = i + 1 < c->n ? c->value[i + 1] : here;
    return here + (x - (double)i) * (next - here);
}

void spk_current_sample(spk_trace c, spk_drive kind, double dt_ms, size_t n_steps, double *out) {
    bool finer = c.n && c.dt_ms < dt_ms * (1 - 1e-9);
    if (!finer) {
        for (size_t i = 0; i <= n_steps; i++) {
            double t = (double)i * dt_ms;
            out[i] = kind == SPK_HELD ? held_value(&c, t) : linear_value(&c, t);
        }
        return;
    }
    /* Averaging needs sums of the samples; they are walked, not stored: both ends only move forward. */
    double shift = kind == SPK_HELD ? 0 : -0.5 * dt_ms;
    double low_sum = 0, high_sum = 0;
    size_t low = 0, high = 0;
    for (size_t i = 0; i <= n_steps; i++) {
        double ends[2], at[2] = {(double)i * dt_ms + shift, (double)(i + 1) * dt_ms + shift};
        double *sums[2] = {&low_sum, &high_sum};
        size_t *next[2] = {&low, &high};
        for (int e = 0; e < 2; e++) {
            double x = (at[e] - c.start_ms) / c.dt_ms;
            x = x < 0 ? 0 : x > (double)c.n ? (double)c.n : x;
            size_t whole = (size_t)(x + 1e-9);
            while (*next[e] < whole)
                *sums[e] += c.value[(*next[e])++];
            double part = x - (double)whole;
            ends[e] = *sums[e] + (whole < c.n && part > 0 ? part * c.value[whole] : 0);
        }
        double span = dt_ms / c.dt_ms;
        if (kind == SPK_LINEAR && at[0] < c.start_ms)
            span = (at[1] - c.start_ms) / c.dt_ms; /* the first half interval has one side only */
        out[i] = (ends[1] - ends[0]) / span;
    }
}

void spk_sim_free(spk_sim *s) {
    if (!s || !s->ctx)
        return;
    spk__free(s->ctx, s->spike_ms);
    spk__free(s->ctx, s->value);
    memset(s, 0, sizeof *s);
}

static void record_sample(const spk_kernel *k, const double *p, const spk__block *b, double *state,
                          const double *input, size_t at, spk_sim *out, double *row) {
    spk__block_state(b, 0, state);
    k->record(p, spk__block_constants(b, 0), state, input, out->dt_ms, (double)at * out->dt_ms, row);
    for (size_t r = 0; r < out->n_recordables; r++)
        out->value[r * out->n_samples + at / out->every] = row[r];
}

/* Steps from sample to sample and records at each. */
static spk_status run_and_record(spk_ctx *ctx, const spk_kernel *k, const double *p, spk__block *b,
                                 const spk__drive *d, spk_sim *out) {
    size_t n_inputs = k->n_continuous + k->n_spike_ports;
    double *state = SPK__ARRAY(ctx, k->n_kernel_states, double);
    double *row = SPK__ARRAY(ctx, k->n_recordables, double);
    double *input = SPK__ARRAY(ctx, n_inputs, double);
    spk_status st = state && row && input ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t at = 0; !st; at += out->every) {
        if (k->n_continuous)
            input[0] = k->precision == SPK_FLOAT32 ? (double)((float *)d->value)[at]
                                                   : ((double *)d->value)[at];
        record_sample(k, p, b, state, input, at, out, row);
        if (at + out->every > d->n_steps || spk_ctx_cancelled(ctx)) {
            spk__block_run(b, d, at, d->n_steps, NULL);
            break;
        }
        spk__block_run(b, d, at, at + out->every, NULL);
    }
    spk__free(ctx, state);
    spk__free(ctx, row);
    spk__free(ctx, input);
    return st;
}

static spk_status keep_spikes(spk_ctx *ctx, const spk__block *b, spk_sim *out) {
    spk_train t = spk__block_train(b, 0, INFINITY);
    out->spike_ms = SPK__ARRAY(ctx, t.n, double);
    if (!out->spike_ms)
        return SPK_ERR_MEMORY;
    memcpy(out->spike_ms, t.t_ms, t.n * sizeof *t.t_ms);
    out->n_spikes = t.n;
    out->finite = spk__block_finite(b, 0);
    return SPK_OK;
}

spk_status spk_simulate(spk_ctx *ctx, const spk_kernel *k, const double *p, spk_trace current,
                        const spk_sim_options *o, spk_sim *out) {
    spk__drive drive = {0};
    spk__block *block = NULL;
    spk_status st = spk__drive_new(ctx, k, current, o->dt_ms, o->duration_ms, &drive);
    if (st)
        return st;
    spk_sim sim = {.dt_ms = o->dt_ms, .n_steps = drive.n_steps, .ctx = ctx};
    size_t limit = o->spike_limit ? o->spike_limit : 10000000;
    if (limit > drive.n_steps)
        limit = drive.n_steps; /* no model spikes twice in a step */
    st = spk__block_new(ctx, k, 1, limit, &block);
    if (st)
        goto out;
    spk__block_load(block, p, 1, o->dt_ms, o->seed, &o->lane);
    if (o->record_every) {
        sim.every = o->record_every;
        sim.n_samples = drive.n_steps / sim.every + 1;
        sim.n_recordables = k->n_recordables;
        sim.value = SPK__ARRAY(ctx, sim.n_samples * sim.n_recordables, double);
        st = sim.value ? run_and_record(ctx, k, p, block, &drive, &sim) : SPK_ERR_MEMORY;
    } else {
        spk__block_run(block, &drive, 0, drive.n_steps, NULL);
    }
    if (!st)
        st = keep_spikes(ctx, block, &sim);
out:
    spk__block_free(block);
    spk__drive_free(ctx, &drive);
    if (st)
        spk_sim_free(&sim);
    else
        *out = sim;
    return st;
}
