/* Tables of numbers with units in the header. */
#include "recording/recording.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>

static spk_status finish(spk_ctx *ctx, spk__str *out, const char *path) {
    spk_status st = out->failed ? SPK_ERR_MEMORY
                                : spk__write_file_atomic(ctx, path, out->text, out->length);
    spk__str_free(out);
    return st;
}

static void add_number(spk__str *out, double x) {
    char buf[32];
    if (!isnan(x))
        spk__str_add(out, "%s", spk__print_double(x, buf));
}

/* Times are multiples of dt: ten digits bring back 0.3 where 3 * 0.1 is not. */
static double grid_time(double dt, size_t i) {
    char text[40];
    const char *after;
    double t = (double)i * dt;
    snprintf(text, sizeof text, "%.10g", t);
    spk__parse_double(text, text + strlen(text), &after, &t);
    return t;
}

typedef struct {
    bool sweep, current, voltage;
} layout;

static void write_sweep(spk__str *out, const spk_sweep *s, layout l) {
    const spk_trace *i = &s->current_pA, *v = &s->voltage_mV;
    const spk_trace *grid = l.voltage ? v : i;
    for (size_t k = 0; k < grid->n && !out->failed; k++) {
        if (l.sweep)
            spk__str_add(out, "%d,", s->number);
        add_number(out, grid_time(grid->dt_ms, k));
        if (l.current) {
            size_t at = (size_t)((double)k * grid->dt_ms / i->dt_ms + 1e-6);
            spk__str_add(out, ",");
            add_number(out, i->value[at < i->n ? at : i->n - 1]);
        }
        if (l.voltage) {
            spk__str_add(out, ",");
            add_number(out, v->value[k]);
        }
        spk__str_add(out, "\n");
    }
}

static void warn_of_losses(spk_ctx *ctx, const spk_recording *r, const char *path, layout l) {
    const spk_loc loc = {.file = path};
    size_t current = 0, voltage = 0, resampled = 0, given = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        current += s->current_pA.n && !l.current;
        voltage += s->voltage_mV.n && !l.voltage;
        resampled += l.current && l.voltage &&
                     (s->current_pA.dt_ms != s->voltage_mV.dt_ms || s->current_pA.n != s->voltage_mV.n);
        given += s->spikes.n && !s->spikes_detected;
    }
    if (current)
        spk__warn(ctx, &loc, NULL, "lost: the current of %zu sweeps, since others have none", current);
    if (voltage)
        spk__warn(ctx, &loc, NULL, "lost: the voltage of %zu sweeps, since others have none", voltage);
    if (resampled)
        spk__warn(ctx, &loc, NULL,
                  "the current of %zu sweeps is written at the times of the voltage", resampled);
    if (given)
        spk__warn(ctx, &loc, NULL, "lost: the given spike times of %zu sweeps", given);
    if (spk_recording_cell_count(r) > 1)
        spk__warn(ctx, &loc, NULL, "lost: which of the %zu cells a sweep is from",
                  spk_recording_cell_count(r));
}

static spk_status write_traces(spk_ctx *ctx, const spk_recording *r, const char *path, layout l) {
    spk__str out = {.ctx = ctx};
    spk__str_add(&out, "%st_ms%s%s\n", l.sweep ? "sweep," : "", l.current ? ",I_pA" : "",
                 l.voltage ? ",V_mV" : "");
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++)
        write_sweep(&out, spk_recording_sweep(r, k), l);
    warn_of_losses(ctx, r, path, l);
    return finish(ctx, &out, path);
}

void spk__spike_window(spk_ctx *ctx, const spk_recording *r, const char *path, double *start,
                       double *stop) {
    const spk_train *first = &spk_recording_sweep(r, 0)->spikes;
    bool differ = false;
    *start = first->start_ms;
    *stop = first->stop_ms;
    for (size_t k = 1; k < spk_recording_sweep_count(r); k++) {
        const spk_train *t = &spk_recording_sweep(r, k)->spikes;
        differ = differ || t->start_ms != first->start_ms || t->stop_ms != first->stop_ms;
        *start = fmin(*start, t->start_ms);
        *stop = fmax(*stop, t->stop_ms);
    }
    if (differ)
        spk__warn(ctx, &(spk_loc){.file = path}, NULL,
                  "lost: what each train observed; %g to %g ms is written for all", *start, *stop);
}

static spk_status write_spikes(spk_ctx *ctx, const spk_recording *r, const char *path) {
    spk__str out = {.ctx = ctx};
    double start, stop;
    spk__spike_window(ctx, r, path, &start, &stop);
    spk__str_add(&out, "# start_ms: ");
    add_number(&out, start);
    spk__str_add(&out, "\n# stop_ms: ");
    add_number(&out, stop);
    spk__str_add(&out, "\n");
    spk__str_add(&out, "cell,trial,t_ms\n");
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        for (size_t i = 0; i < s->spikes.n; i++) {
            spk__str_add(&out, "%lld,%d,", (long long)spk__recording_unique_id(r, (size_t)s->cell),
                         s->number);
            add_number(&out, s->spikes.t_ms[i]);
            spk__str_add(&out, "\n");
        }
    }
    return finish(ctx, &out, path);
}

spk_status spk__csv_write(spk_ctx *ctx, const spk_recording *r, const char *path) {
    size_t n = spk_recording_sweep_count(r);
    bool any = false;
    layout l = {n > 1, true, true};
    for (size_t k = 0; k < n; k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        any = any || s->current_pA.n || s->voltage_mV.n;
        l.current = l.current && s->current_pA.n;
        l.voltage = l.voltage && s->voltage_mV.n;
    }
    if (any && (l.current || l.voltage))
        return write_traces(ctx, r, path, l);
    if (any)
        return spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = path}, "write them apart",
                         "sweeps with only a current and sweeps with only a voltage share no table");
    return write_spikes(ctx, r, path);
}

spk_status spk_table_write(spk_ctx *ctx, const char *path, const spk_column *columns, size_t n,
                           const char *comment) {
    spk__str out = {.ctx = ctx};
    for (const char *p = comment; p && *p;) {
        size_t k = strcspn(p, "\n");
        spk__str_add(&out, "# %.*s\n", (int)k, p);
        p += k + (p[k] == '\n');
    }
    size_t rows = 0;
    for (size_t k = 0; k < n; k++) {
        const char *unit = columns[k].unit && *columns[k].unit ? columns[k].unit : NULL;
        spk__str_add(&out, "%s%s%s%s", k ? "," : "", columns[k].name, unit ? "_" : "",
                     unit ? unit : "");
        rows = columns[k].n > rows ? columns[k].n : rows;
    }
    spk__str_add(&out, "\n");
    for (size_t i = 0; i < rows && !out.failed; i++) {
        for (size_t k = 0; k < n; k++) {
            spk__str_add(&out, "%s", k ? "," : "");
            if (i < columns[k].n)
                add_number(&out, columns[k].value[i]);
        }
        spk__str_add(&out, "\n");
    }
    return finish(ctx, &out, path);
}
