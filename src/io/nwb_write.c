/* NWB 2: sweeps as current clamp series, spikes as units. Sweeps are laid one after the other on the
 * session's clock, so that a unit's spike times and observed intervals tell them apart. */
#include "recording/recording.h"
#include "io/h5_write.h"
#include "io/nwb.h"

#include <math.h>
#include <stdio.h>

/* The standard wants a date; recordings here do not know theirs. */
static const char unknown_date[] = "2000-01-01T00:00:00+00:00";

typedef struct {
    spk__h5w h;
    const spk_recording *r;
    double *start_ms; /* of each sweep on the session's clock */
    const char *hash;
} writer;

/* Every object has a UUID: made from the file's content and the object's path. */
static void typed(writer *w, const char *path, const char *space, const char *type) {
    char text[512], hex[65], id[40];
    snprintf(text, sizeof text, "%s %s %s", w->hash, path, type);
    spk__sha256_hex(text, strlen(text), hex);
    snprintf(id, sizeof id, "%.8s-%.4s-5%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
    spk__h5w_attr_text(&w->h, path, "namespace", space);
    spk__h5w_attr_text(&w->h, path, "neurodata_type", type);
    spk__h5w_attr_text(&w->h, path, "object_id", id);
}

static void write_frame(writer *w) {
    static const char *const groups[] = {"/acquisition", "/analysis", "/general", "/processing",
                                         "/stimulus", "/stimulus/presentation",
                                         "/stimulus/templates"};
    spk__h5w_attr_text(&w->h, "/", "nwb_version", "2.6.0");
    typed(w, "/", "core", "NWBFile");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        spk__h5w_group(&w->h, groups[i]);
    char about[600];
    snprintf(about, sizeof about,
             "Written by spikefit from %.400s. The date of the session is not known; %s stands for it.",
             *spk_recording_source(w->r) ? spk_recording_source(w->r) : "data in memory",
             unknown_date);
    spk__h5w_text(&w->h, "/session_description", about);
    spk__h5w_text(&w->h, "/identifier", w->hash);
    spk__h5w_text(&w->h, "/session_start_time", unknown_date);
    spk__h5w_text(&w->h, "/timestamps_reference_time", unknown_date);
    spk__h5w_text_list(&w->h, "/file_create_date", unknown_date);
}

static void electrode_path(size_t cell, char *path, size_t size) {
    snprintf(path, size, "/general/intracellular_ephys/electrode_%zu", cell);
}

static void write_electrodes(writer *w) {
    char path[128], at[160];
    spk__h5w_group(&w->h, "/general/devices");
    spk__h5w_group(&w->h, "/general/devices/device");
    spk__h5w_attr_text(&w->h, "/general/devices/device", "description", "not known");
    typed(w, "/general/devices/device", "core", "Device");
    for (size_t c = 0; c < spk_recording_cell_count(w->r); c++) {
        electrode_path(c, path, sizeof path);
        spk__h5w_group(&w->h, path);
        typed(w, path, "core", "IntracellularElectrode");
        snprintf(at, sizeof at, "%s/description", path);
        spk__h5w_text(&w->h, at, "not known");
        snprintf(at, sizeof at, "%s/cell_id", path);
        spk__h5w_text(&w->h, at, spk_recording_cell_name(w->r, c));
        snprintf(at, sizeof at, "%s/device", path);
        spk__h5w_link(&w->h, at, "/general/devices/device");
    }
}

static void write_series(writer *w, const spk_sweep *s, size_t i, bool voltage) {
    const spk_trace *t = voltage ? &s->voltage_mV : &s->current_pA;
    char path[128], at[160], electrode[128];
    if (!t->n || w->h.failed)
        return;
    double *si = SPK__ARRAY(w->h.ctx, t->n, double);
    if (!si) {
        w->h.failed = true;
        w->h.why = SPK_ERR_MEMORY;
        return;
    }
    /* Division by a power of ten is exact to the last bit more often than the product is. */
    for (size_t k = 0; k < t->n; k++)
        si[k] = t->value[k] / (voltage ? 1e3 : 1e12);
    snprintf(path, sizeof path, "%s/sweep_%03zu_%s", voltage ? "/acquisition" : "/stimulus/presentation",
             i, voltage ? "response" : "stimulus");
    spk__h5w_group(&w->h, path);
    typed(w, path, "core", voltage ? "CurrentClampSeries" : "CurrentClampStimulusSeries");
    uint32_t number = s->number >= 0 ? (uint32_t)s->number : (uint32_t)i;
    spk__h5w_attr_u32(&w->h, path, "sweep_number", &number, 1);
    spk__h5w_attr_text(&w->h, path, "stimulus_description", *s->protocol ? s->protocol : "not known");
    spk__h5w_attr_text(&w->h, path, "description", s->name);
    spk__h5w_attr_text(&w->h, path, "comments", "none");
    snprintf(at, sizeof at, "%s/data", path);
    spk__h5w_doubles(&w->h, at, si, t->n, 1);
    spk__h5w_attr_number(&w->h, at, "conversion", 1);
    spk__h5w_attr_number(&w->h, at, "offset", 0);
    spk__h5w_attr_number(&w->h, at, "resolution", -1);
    spk__h5w_attr_text(&w->h, at, "unit", voltage ? "volts" : "amperes");
    snprintf(at, sizeof at, "%s/starting_time", path);
    spk__h5w_number(&w->h, at, w->start_ms[i] / 1000);
    spk__h5w_attr_number(&w->h, at, "rate", 1000 / t->dt_ms);
    spk__h5w_attr_text(&w->h, at, "unit", "seconds");
    electrode_path((size_t)s->cell, electrode, sizeof electrode);
    snprintf(at, sizeof at, "%s/electrode", path);
    spk__h5w_link(&w->h, at, electrode);
    spk__free(w->h.ctx, si);
}

/* ---- units ---- */

typedef struct {
    double *time, *interval;
    uint64_t *time_end, *interval_end;
    int64_t *id;
    size_t n_times, n_intervals, n;
} units;

static void collect(const writer *w, units *u) {
    const spk_recording *r = w->r;
    for (size_t c = 0; c < u->n; c++) {
        for (size_t i = 0; i < spk_recording_sweep_count(r); i++) {
            const spk_sweep *s = spk_recording_sweep(r, i);
            if ((size_t)s->cell != c)
                continue;
            for (size_t k = 0; k < s->spikes.n; k++)
                u->time[u->n_times++] = (w->start_ms[i] + s->spikes.t_ms[k]) / 1000;
            u->interval[u->n_intervals++] = (w->start_ms[i] + s->spikes.start_ms) / 1000;
            u->interval[u->n_intervals++] = (w->start_ms[i] + s->spikes.stop_ms) / 1000;
        }
        u->id[c] = spk__recording_unique_id(r, c);
        u->time_end[c] = u->n_times;
        u->interval_end[c] = u->n_intervals / 2;
    }
}

static void write_column(writer *w, const char *name, const char *about, const double *v, size_t n,
                         size_t columns, const uint64_t *end, size_t n_units) {
    char path[64], index[64];
    snprintf(path, sizeof path, "/units/%s", name);
    snprintf(index, sizeof index, "/units/%s_index", name);
    spk__h5w_doubles(&w->h, path, v, n, columns);
    spk__h5w_attr_text(&w->h, path, "description", about);
    typed(w, path, "hdmf-common", "VectorData");
    spk__h5w_counts(&w->h, index, end, n_units);
    spk__h5w_attr_text(&w->h, index, "description", "where each unit's rows end");
    typed(w, index, "hdmf-common", "VectorIndex");
    spk__h5w_attr_reference(&w->h, index, "target", path);
}

static spk_status write_units(writer *w) {
    spk_ctx *ctx = w->h.ctx;
    size_t n_spikes = 0, n = spk_recording_sweep_count(w->r);
    units u = {.n = spk_recording_cell_count(w->r)};
    for (size_t i = 0; i < n; i++)
        n_spikes += spk_recording_sweep(w->r, i)->spikes.n;
    u.time = SPK__ARRAY(ctx, n_spikes, double);
    u.interval = SPK__ARRAY(ctx, 2 * n, double);
    u.time_end = SPK__ARRAY(ctx, u.n, uint64_t);
    u.interval_end = SPK__ARRAY(ctx, u.n, uint64_t);
    u.id = SPK__ARRAY(ctx, u.n, int64_t);
    spk_status st = SPK_ERR_MEMORY;
    if (u.time && u.interval && u.time_end && u.interval_end && u.id) {
        st = SPK_OK;
        collect(w, &u);
        spk__h5w_group(&w->h, "/units");
        spk__h5w_attr_text(&w->h, "/units", "description", "spikes of each cell");
        spk__h5w_attr_texts(&w->h, "/units", "colnames",
                            (const char *[]){"spike_times", "obs_intervals"}, 2);
        typed(w, "/units", "core", "Units");
        spk__h5w_ids(&w->h, "/units/id", u.id, u.n);
        typed(w, "/units/id", "hdmf-common", "ElementIdentifiers");
        write_column(w, "spike_times", "the spike times for each unit in seconds", u.time, u.n_times,
                     1, u.time_end, u.n);
        const spk_trace *v = &spk_recording_sweep(w->r, 0)->voltage_mV;
        if (v->n)
            spk__h5w_attr_number(&w->h, "/units/spike_times", "resolution", v->dt_ms / 1000);
        write_column(w, "obs_intervals", "the observation intervals for each unit", u.interval,
                     u.n_intervals, 2, u.interval_end, u.n);
    }
    spk__free(ctx, u.time);
    spk__free(ctx, u.interval);
    spk__free(ctx, u.time_end);
    spk__free(ctx, u.interval_end);
    spk__free(ctx, u.id);
    return st;
}

/* ---- the whole ---- */

/* Cells of a network are observed at once; sweeps of one cell follow one another. */
static void lay_out(writer *w, const char *path) {
    size_t n = spk_recording_sweep_count(w->r), trials = 0;
    double latest = 0;
    bool traces = false;
    for (size_t i = 0; i < n; i++) {
        const spk_sweep *s = spk_recording_sweep(w->r, i);
        traces = traces || s->current_pA.n || s->voltage_mV.n;
        trials += i > 0 && s->cell == spk_recording_sweep(w->r, i - 1)->cell;
    }
    for (size_t i = 0; i < n; i++) {
        const spk_sweep *s = spk_recording_sweep(w->r, i);
        bool again = i > 0 && s->cell == spk_recording_sweep(w->r, i - 1)->cell;
        if (!traces && !again)
            latest = 0;
        w->start_ms[i] = latest;
        latest += ceil(spk__sweep_stop(s));
    }
    if (!traces && trials)
        spk__warn(w->h.ctx, &(spk_loc){.file = path}, NULL,
                  "%zu repeated trials are written one after the other", trials);
}

spk_status spk__nwb_write(spk_ctx *ctx, const spk_recording *r, const char *path) {
    size_t n = spk_recording_sweep_count(r);
    writer w = {.r = r, .start_ms = SPK__ARRAY(ctx, n, double)};
    char hex[65];
    if (!w.start_ms)
        return SPK_ERR_MEMORY;
    spk__sha256_hex(spk_recording_source(r), strlen(spk_recording_source(r)), hex);
    w.hash = *spk_recording_hash(r) ? spk_recording_hash(r) : hex;
    spk__h5w_open(ctx, &w.h);
    lay_out(&w, path);
    write_frame(&w);
    bool traces = false;
    for (size_t i = 0; i < n; i++) {
        const spk_sweep *s = spk_recording_sweep(r, i);
        if (!traces && (s->current_pA.n || s->voltage_mV.n)) {
            write_electrodes(&w);
            traces = true;
        }
        write_series(&w, s, i, true);
        write_series(&w, s, i, false);
    }
    spk_status st = write_units(&w);
    spk__free(ctx, w.start_ms);
    if (st)
        w.h.failed = true;
    spk_status finished = spk__h5w_finish(&w.h, path);
    return st ? st : finished;
}
