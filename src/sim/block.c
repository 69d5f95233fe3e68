/* A block of lanes under one stimulus. */
#include "sim/block.h"
#include <spikefit/sim.h>

#include <math.h>

/* Steps of a call: the spike log of a call then fits the L2 cache. */
enum { CHUNK = 256 };

struct spk__block {
    spk_ctx *ctx;
    const spk_kernel *k;
    size_t max_lanes, n_lanes, n_vectors, limit;
    size_t padded_lanes; /* max_lanes rounded up to whole groups of vectors */
    double dt_ms;
    uint64_t step;
    void *state, *constant;
    double *constant64, *state64; /* per lane, as prepare writes them */
    uint32_t *lane_id;
    uint64_t *log;
    void *log_rest;
    double *spike_ms; /* [lane][limit] */
    size_t *n_spikes;
    double *peak_mV;
    int voltage; /* index of the membrane voltage's state, -1: none */
    uint64_t seed;
};

static size_t real_size(const spk_kernel *k) {
    return k->precision == SPK_FLOAT32 ? sizeof(float) : sizeof(double);
}

static double get_real(const spk_kernel *k, const void *a, size_t i) {
    return k->precision == SPK_FLOAT32 ? (double)((const float *)a)[i] : ((const double *)a)[i];
}

static void set_real(const spk_kernel *k, void *a, size_t i, double x) {
    if (k->precision == SPK_FLOAT32)
        ((float *)a)[i] = (float)x;
    else
        ((double *)a)[i] = x;
}

/* ---- the drive ---- */

spk_status spk__drive_new(spk_ctx *ctx, const spk_kernel *k, spk_trace current, double dt_ms,
                          double duration_ms, spk__drive *out) {
    if (!(duration_ms > 0))
        duration_ms = (double)current.n * current.dt_ms;
    double steps = floor(duration_ms / dt_ms + 1e-6);
    if (!(dt_ms > 0) || !(steps >= 1) || steps > 1e12)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "cannot run %g ms in steps of %g ms", duration_ms, dt_ms);
    spk__drive d = {.dt_ms = dt_ms, .n_steps = (size_t)steps};
    double *samples = SPK__ARRAY(ctx, d.n_steps + 1, double);
    d.value = spk__alloc(ctx, d.n_steps + 1, real_size(k));
    if (!samples || !d.value) {
        spk__free(ctx, samples);
        spk__free(ctx, d.value);
        return SPK_ERR_MEMORY;
    }
    spk_current_sample(current, k->drive_kind, dt_ms, d.n_steps, samples);
    for (size_t i = 0; i <= d.n_steps; i++)
        set_real(k, d.value, i, samples[i]);
    spk__free(ctx, samples);
    *out = d;
    return SPK_OK;
}

void spk__drive_free(spk_ctx *ctx, spk__drive *d) {
    spk__free(ctx, d->value);
    d->value = NULL;
}

/* ---- life ---- */

static int find_voltage(const spk_kernel *k) {
    int found = -1;
    for (size_t i = 0; i < k->n_states; i++) {
        if (strcmp(k->states[i].name, "V_m") == 0)
            return (int)i;
        if (found < 0 && strcmp(k->states[i].unit, "mV") == 0)
            found = (int)i;
    }
    return found;
}

static void *aligned(void *p) {
    return (void *)(((uintptr_t)p + 63) & ~(uintptr_t)63);
}

spk_status spk__block_new(spk_ctx *ctx, const spk_kernel *k, size_t max_lanes, size_t limit,
                          spk__block **out) {
    spk__block *b = SPK__NEW(ctx, spk__block);
    if (!b)
        return SPK_ERR_MEMORY;
    size_t group = (size_t)k->width * (size_t)k->unroll;
    b->ctx = ctx;
    b->k = k;
    b->max_lanes = max_lanes;
    b->padded_lanes = (max_lanes + group - 1) / group * group;
    b->limit = limit;
    b->voltage = find_voltage(k);
    size_t entries = b->padded_lanes / (size_t)k->width * CHUNK + 1, real = real_size(k);
    b->state = spk__alloc(ctx, b->padded_lanes * k->n_kernel_states + 16, real);
    b->constant = spk__alloc(ctx, b->padded_lanes * k->n_constants + 16, real);
    b->constant64 = SPK__ARRAY(ctx, b->padded_lanes * k->n_constants, double);
    b->state64 = SPK__ARRAY(ctx, k->n_kernel_states, double);
    b->lane_id = SPK__ARRAY(ctx, b->padded_lanes, uint32_t);
    b->log = SPK__ARRAY(ctx, entries, uint64_t);
    b->log_rest = spk__alloc(ctx, entries * (size_t)k->width + 16, real);
    b->spike_ms = limit < SIZE_MAX / sizeof(double) / (b->max_lanes + 1)
                      ? SPK__ARRAY(ctx, b->max_lanes * limit, double)
                      : NULL;
    b->n_spikes = SPK__ARRAY(ctx, b->max_lanes, size_t);
    b->peak_mV = SPK__ARRAY(ctx, b->max_lanes, double);
    if (!b->state || !b->constant || !b->constant64 || !b->state64 || !b->lane_id || !b->log || !b->log_rest || !b->spike_ms || !b->n_spikes ||
        !b->peak_mV) {
        spk__block_free(b);
        return SPK_ERR_MEMORY;
    }
    *out = b;
    return SPK_OK;
}

void spk__block_free(spk__block *b) {
    if (!b)
        return;
    void *parts[] = {b->state,   b->constant,   b->constant64, b->state64,  b->lane_id,  b->log,
                     b->log_rest,   b->spike_ms, b->n_spikes, b->peak_mV};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(b->ctx, parts[i]);
    spk__free(b->ctx, b);
}

/* ---- lanes in and out of vectors ---- */

static size_t lane_index(const spk_kernel *k, size_t lane, size_t item, size_t n_items) {
    size_t width = (size_t)k->width;
    return (lane / width * n_items + item) * width + lane % width;
}

static void load(spk__block *b, const double *p, bool with_state) {
    const spk_kernel *k = b->k;
    void *state = aligned(b->state), *constant = aligned(b->constant);
    size_t padded = b->n_vectors * (size_t)k->width;
    for (size_t lane = 0; lane < padded; lane++) {
        double *c = b->constant64 + lane * k->n_constants;
        if (lane < b->n_lanes) {
            k->prepare(p + lane * k->n_parameters, b->dt_ms, c, b->state64);
        } else { /* lanes that pad a group repeat the last one */
            memcpy(c, b->constant64 + (b->n_lanes - 1) * k->n_constants,
                   k->n_constants * sizeof *c);
        }
        for (size_t i = 0; i < k->n_constants; i++)
            set_real(k, constant, lane_index(k, lane, i, k->n_constants), c[i]);
        for (size_t i = 0; with_state && i < k->n_kernel_states; i++)
            set_real(k, state, lane_index(k, lane, i, k->n_kernel_states), b->state64[i]);
    }
}

void spk__block_load(spk__block *b, const double *p, size_t n, double dt_ms, uint64_t seed,
                     const uint32_t *ids) {
    size_t group = (size_t)b->k->width * (size_t)b->k->unroll;
    b->n_lanes = n;
    b->n_vectors = (n + group - 1) / group * (size_t)b->k->unroll;
    b->dt_ms = dt_ms;
    b->seed = seed;
    b->step = 0;
    load(b, p, true);
    for (size_t i = 0; i < b->n_vectors * (size_t)b->k->width; i++)
        b->lane_id[i] = ids ? ids[i < n ? i : n - 1] : 0;
    spk__block_clear_spikes(b);
}

void spk__block_reload(spk__block *b, const double *p, double dt_ms) {
    b->dt_ms = dt_ms;
    load(b, p, false);
}

void spk__block_clear_spikes(spk__block *b) {
    for (size_t i = 0; i < b->max_lanes; i++) {
        b->n_spikes[i] = 0;
        b->peak_mV[i] = -INFINITY;
    }
}

/* ---- running ---- */

static void collect_spikes(spk__block *b, const spk_run_args *a) {
    size_t width = (size_t)b->k->width;
    const void *rest = aligned(b->log_rest);
    for (uint64_t j = 0; j < a->n_log; j++) {
        uint64_t step = a->log[j] >> 16 & 0xffff;
        double end = (double)(a->step + step + 1) * b->dt_ms;
        for (uint32_t mask = a->log[j] & 0xffff; mask; mask &= mask - 1) {
            size_t bit = (size_t)__builtin_ctz(mask), lane = (a->log[j] >> 32) * width + bit;
            if (lane >= b->n_lanes)
                break; /* lanes that pad a group */
            size_t n = b->n_spikes[lane]++;
            if (n < b->limit)
                b->spike_ms[lane * b->limit + n] =
                    b->k->carry ? end - get_real(b->k, rest, j * width + bit) : end;
        }
    }
}

/* Notes the voltages; true when no lane is worth going on with. */
static bool look_at_lanes(spk__block *b) {
    const void *state = aligned(b->state);
    bool all_over = true;
    for (size_t lane = 0; lane < b->n_lanes; lane++) {
        all_over = all_over && b->n_spikes[lane] > b->limit;
        if (b->voltage < 0)
            continue;
        double v = get_real(b->k, state,
                            lane_index(b->k, lane, (size_t)b->voltage, b->k->n_kernel_states));
        if (v > b->peak_mV[lane])
            b->peak_mV[lane] = v;
    }
    return all_over;
}

static void take_sample(spk__block *b, spk__watch *w) {
    for (size_t lane = 0; lane < b->n_lanes; lane++)
        w->out[w->n_samples * b->n_lanes + lane] =
            get_real(b->k, aligned(b->state), lane_index(b->k, lane, w->state, b->k->n_kernel_states));
    w->n_samples++;
}

void spk__block_run(spk__block *b, const spk__drive *drive, size_t from, size_t to,
                    spk__watch *watch) {
    const spk_kernel *k = b->k;
    const void *ports[16] = {0};
    size_t real = real_size(k);
    spk_run_args a = {.n_vectors = b->n_vectors,
                      .dt_ms = b->dt_ms,
                      .drive = ports,
                      .state = aligned(b->state),
                      .constant = aligned(b->constant),
                      .seed = b->seed,
                      .lane_id = b->lane_id,
                      .log = b->log,
                      .log_rest = aligned(b->log_rest)};
    if (watch && from == 0)
        take_sample(b, watch);
    for (size_t at = from; at < to;) {
        size_t n = to - at < CHUNK ? to - at : CHUNK;
        if (watch && watch->every - at % watch->every < n)
            n = watch->every - at % watch->every;
        if (drive && k->n_continuous)
            ports[0] = (const char *)drive->value + at * real;
        a.step = at;
        a.n_steps = n;
        a.n_log = 0;
        k->run(&a);
        collect_spikes(b, &a);
        at += n;
        if (watch && at % watch->every == 0)
            take_sample(b, watch);
        if (look_at_lanes(b))
            break;
    }
}

spk_train spk__block_train(const spk__block *b, size_t lane, double stop_ms) {
    size_t n = b->n_spikes[lane] < b->limit ? b->n_spikes[lane] : b->limit;
    const double *t = b->spike_ms + lane * b->limit;
    while (n && t[n - 1] > stop_ms)
        n--;
    return (spk_train){t, n, 0, stop_ms};
}

size_t spk__block_spike_count(const spk__block *b, size_t lane) {
    return b->n_spikes[lane];
}

bool spk__block_finite(const spk__block *b, size_t lane) {
    for (size_t i = 0; i < b->k->n_kernel_states; i++)
        if (!isfinite(get_real(b->k, aligned(b->state),
                               lane_index(b->k, lane, i, b->k->n_kernel_states))))
            return false;
    return true;
}

double spk__block_peak_mV(const spk__block *b, size_t lane) {
    return b->peak_mV[lane];
}

int spk__block_voltage(const spk__block *b) {
    return b->voltage;
}

void spk__block_state(const spk__block *b, size_t lane, double *out) {
    for (size_t i = 0; i < b->k->n_kernel_states; i++)
        out[i] = get_real(b->k, aligned(b->state), lane_index(b->k, lane, i, b->k->n_kernel_states));
}

const double *spk__block_constants(const spk__block *b, size_t lane) {
    return b->constant64 + lane * b->k->n_constants;
}
