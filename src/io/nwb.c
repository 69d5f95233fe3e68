/* Neurodata Without Borders, versions 1 and 2 (HDF5): current clamp sweeps with their stimuli, or the units
 * table of spike times. A response finds its stimulus by the table of intracellular recordings (2.4 and
 * later), else by sweep number and electrode, else by name. */
#include "io/nwb.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- one sweep ---- */

/* Moves the stimulus to the response's clock: samples from before it are dropped, and the time before a
 * late stimulus has no current. */
static spk_status align(spk__nwb *w, const spk__series *s, const spk__samples *v, spk__samples *i) {
    double shift = (i->start_ms - v->start_ms) / i->dt_ms;
    const spk_loc loc = {.file = w->in->path};
    if (fabs(shift) < 0.5)
        return SPK_OK;
    double *moved;
    size_t n;
    if (shift < 0) {
        size_t drop = (size_t)(-shift + 0.5);
        if (-shift >= (double)i->n)
            return spk__h5_fail(&w->h, s->path, NULL, "the stimulus ends before the response begins");
        n = i->n - drop;
        moved = SPK__ARRAY(w->in->ctx, n, double);
        if (moved)
            memcpy(moved, i->value + drop, n * sizeof *moved);
    } else {
        if (shift * i->dt_ms >= (double)v->n * v->dt_ms)
            return spk__h5_fail(&w->h, s->path, NULL, "the stimulus begins after the response ends");
        size_t late = (size_t)(shift + 0.5);
        n = i->n + late;
        moved = SPK__ARRAY(w->in->ctx, n, double);
        if (moved)
            memcpy(moved + late, i->value, i->n * sizeof *moved);
        spk__warn(w->in->ctx, &loc, NULL,
                  "%s begins %g ms after the response: no current is assumed before it", s->path,
                  i->start_ms - v->start_ms);
    }
    if (!moved)
        return SPK_ERR_MEMORY;
    spk__free(w->in->ctx, i->value);
    i->value = moved;
    i->n = n;
    i->start_ms = v->start_ms;
    return SPK_OK;
}

/* The name of the electrode: what the link to it ends in. */
static bool electrode_name(spk__nwb *w, const spk__series *s, char *name, size_t size) {
    char at[700], target[512] = "";
    H5L_info_t info;
    snprintf(at, sizeof at, "%s/electrode", s->path);
    if (!s->electrode || H5Lexists(w->h.file, at, H5P_DEFAULT) <= 0 ||
        H5Lget_info(w->h.file, at, &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_SOFT ||
        info.u.val_size > sizeof target ||
        H5Lget_val(w->h.file, at, target, sizeof target, H5P_DEFAULT) < 0)
        return false;
    target[sizeof target - 1] = '\0';
    const char *slash = strrchr(target, '/');
    snprintf(name, size, "%s", slash ? slash + 1 : target);
    return *name != '\0';
}

static void describe(spk__nwb *w, const spk__series *s, char *protocol, size_t size, char *cell,
                     size_t cell_size) {
    char at[700];
    *protocol = *cell = '\0';
    spk__h5_attr_text(w->h.file, s->path, "stimulus_description", protocol, size);
    if (!*protocol) {
        snprintf(at, sizeof at, "%s/stimulus_description", s->path);
        spk__h5_text(w->h.file, at, protocol, size);
    }
    snprintf(at, sizeof at, "%s/electrode/cell_id", s->path);
    if (!spk__h5_text(w->h.file, at, cell, cell_size)) {
        snprintf(at, sizeof at, "%s/electrode_name", s->path);
        if (!spk__h5_text(w->h.file, at, cell, cell_size) &&
            !electrode_name(w, s, cell, cell_size) && s->electrode)
            snprintf(cell, cell_size, "electrode %llu", (unsigned long long)s->electrode);
    }
    double bias = 0;
    snprintf(at, sizeof at, "%s/bias_current", s->path);
    if (spk__h5_number(w->h.file, at, &bias) && bias != 0 && isfinite(bias))
        spk__warn(w->in->ctx, &(spk_loc){.file = w->in->path}, NULL,
                  "%s: a bias current of %g pA is not part of the stimulus", s->path, 1e12 * bias);
}

spk_status spk__nwb_add(spk__nwb *w, const spk__series *response, size_t first, size_t count,
                        const spk__series *stimulus, size_t stimulus_first, size_t stimulus_count) {
    spk__samples v = {0}, i = {0};
    char protocol[200], cell[128], name[300], stem[128];
    spk_status st = spk__nwb_samples(w, response, true, first, count, &v);
    if (!st && stimulus)
        st = spk__nwb_samples(w, stimulus, false, stimulus_first, stimulus_count, &i);
    if (!st && stimulus)
        st = align(w, stimulus, &v, &i);
    if (st) {
        spk__free(w->in->ctx, v.value);
        spk__free(w->in->ctx, i.value);
        return st;
    }
    describe(w, response, protocol, sizeof protocol, cell, sizeof cell);
    spk__stem(w->in->path, stem);
    const char *of = w->in->alone ? "" : stem, *blank = w->in->alone ? "" : " ";
    if (response->number >= 0)
        snprintf(name, sizeof name, "%s%ssweep %lld", of, blank, (long long)response->number);
    else
        snprintf(name, sizeof name, "%s%s%.120s", of, blank, response->name);
    spk__sweep_in s = {.name = name, .protocol = protocol, .cell = *cell ? cell : NULL,
                       .number = response->number >= 0
                                     ? (int)response->number
                                     : (int)(spk__builder_count(w->in->builder) - w->in->first),
                       .current_pA = i.value, .n_current = i.n, .current_dt_ms = i.dt_ms,
                       .voltage_mV = v.value, .n_voltage = v.n, .voltage_dt_ms = v.dt_ms,
                       .origin_ms = v.start_ms};
    return spk__builder_add_take(w->in->builder, &s, &(spk_loc){.file = w->in->path});
}

/* ---- pairing ---- */

static spk__series *find_stimulus(spk__nwb *w, const spk__series *r) {
    spk__series *by_number = NULL;
    size_t numbered = 0;
    for (size_t i = 0; i < w->n_stimulus; i++) {
        spk__series *s = &w->stimulus[i];
        bool electrode = !s->electrode || !r->electrode || s->electrode == r->electrode;
        if (strcmp(s->name, r->name) == 0 && electrode)
            return s;
        if (s->number >= 0 && s->number == r->number && electrode) {
            by_number = s;
            numbered++;
        }
    }
    return numbered == 1 ? by_number : NULL;
}

/* A sweep table lists the series of a sweep; its numbers are those of the series, so that it adds nothing
 * but for series without a number of their own, which the standard does not allow. */
static spk_status add_remaining(spk__nwb *w) {
    size_t without = 0;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < w->n_response && !st; i++) {
        spk__series *r = &w->response[i];
        if (r->paired)
            continue;
        spk__series *s = find_stimulus(w, r);
        without += s == NULL;
        st = spk__nwb_add(w, r, 0, SIZE_MAX, s, 0, SIZE_MAX);
    }
    if (!st && without)
        spk__warn(w->in->ctx, &(spk_loc){.file = w->in->path}, NULL,
                  "%zu responses have no stimulus of the same name, or the same sweep and electrode",
                  without);
    return st;
}

static int compare_series(const void *a, const void *b) {
    const spk__series *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->path, y->path);
}

static spk_status read_sweeps(spk__nwb *w) {
    const spk_loc loc = {.file = w->in->path};
    if (w->n_voltage_clamp)
        spk__warn(w->in->ctx, &loc, NULL, "%zu voltage-clamp sweeps are left out", w->n_voltage_clamp);
    if (w->n_response > 1)
        qsort(w->response, w->n_response, sizeof *w->response, compare_series);
    spk_status st = spk__nwb_add_table(w);
    return st ? st : add_remaining(w);
}

static spk_status read_file(spk__nwb *w) {
    const char *select = w->in->options->select;
    bool units = spk__h5_is_group(w->h.file, "units");
    if (select && strcmp(select, "units") != 0 && strcmp(select, "sweeps") != 0)
        return spk__fail(w->in->ctx, SPK_ERR_USAGE, NULL, "select sweeps or units",
                         "an NWB file has no part \"%s\" to select", select);
    spk_status st = spk__nwb_find_series(w);
    if (st)
        return st;
    if (select ? strcmp(select, "units") == 0 : units && !w->n_response)
        return spk__nwb_add_units(w);
    if (!w->n_response)
        return spk__fail(w->in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = w->in->path}, NULL,
                         w->n_voltage_clamp ? "all %zu sweeps are voltage clamp"
                                            : "there are no current-clamp sweeps and no units (%zu "
                                              "voltage-clamp sweeps)",
                         w->n_voltage_clamp);
    if (units)
        spk__note(w->in->ctx, &(spk_loc){.file = w->in->path}, "select units to read them",
                  "the sweeps are read, the units table is not");
    return read_sweeps(w);
}

static spk_status read_nwb(spk__reader *in) {
    spk__nwb w = {.in = in};
    spk_status st = spk__h5_open(in->ctx, in->path, &w.h);
    if (!st)
        st = read_file(&w);
    spk__nwb_free(&w);
    spk__h5_close(&w.h);
    return st;
}

static int probe_nwb(spk_ctx *ctx, const spk__probe *p) {
    spk__h5 h;
    double x;
    char version[32];
    if (!spk__h5_probe(p) || spk__h5_open(ctx, p->path, &h))
        return 0;
    bool nwb = spk__h5_attr_text(h.file, ".", "nwb_version", version, sizeof version) ||
               spk__h5_attr_number(h.file, ".", "nwb_version", &x) ||
               spk__h5_exists(h.file, "nwb_version") ||
               (spk__h5_is_group(h.file, "acquisition") && spk__h5_exists(h.file, "session_start_time"));
    spk__h5_close(&h);
    return nwb ? 95 : 0;
}

const spk__format spk__format_nwb = {
    .info = {.name = "nwb",
             .sentence = "Neurodata Without Borders 1 and 2: current clamp sweeps, or units",
             .extensions = "nwb",
             .reads = true,
             .writes = true},
    .probe = probe_nwb,
    .read = read_nwb,
    .write = spk__nwb_write,
};
