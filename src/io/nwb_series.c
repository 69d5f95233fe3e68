/* Series of NWB files: finding them, and their samples in our units. */
#include "io/nwb.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void spk__nwb_free(spk__nwb *w) {
    for (size_t i = 0; i < w->n_response; i++)
        spk__free(w->in->ctx, w->response[i].path);
    for (size_t i = 0; i < w->n_stimulus; i++)
        spk__free(w->in->ctx, w->stimulus[i].path);
    spk__free(w->in->ctx, w->response);
    spk__free(w->in->ctx, w->stimulus);
}

/* NWB 2 names the type in an attribute, NWB 1 ends a list of ancestors with it. */
static void type_of(spk__nwb *w, const char *path, char type[64]) {
    *type = '\0';
    if (!spk__h5_attr_text(w->h.file, path, "neurodata_type", type, 64) ||
        strcmp(type, "TimeSeries") == 0)
        spk__h5_attr_text(w->h.file, path, "ancestry", type, 64);
}

/* An electrode is a link to a group (NWB 2) or a name (NWB 1). */
static uint64_t electrode_of(spk__nwb *w, const char *path) {
    char at[600], name[128];
    snprintf(at, sizeof at, "%s/electrode", path);
    uint64_t address = spk__h5_address(w->h.file, at);
    if (address)
        return address;
    snprintf(at, sizeof at, "%s/electrode_name", path);
    return spk__h5_text(w->h.file, at, name, sizeof name) ? spk__hash(name, strlen(name), 1) : 0;
}

static int64_t number_of(spk__nwb *w, const char *path, const char *name) {
    double x;
    char at[600];
    snprintf(at, sizeof at, "%s/sweep_number", path);
    if ((spk__h5_attr_number(w->h.file, path, "sweep_number", &x) ||
         spk__h5_number(w->h.file, at, &x)) &&
        x >= 0 && x < 1e9)
        return (int64_t)x;
    size_t n = strlen(name), k = n;
    while (k > 0 && name[k - 1] >= '0' && name[k - 1] <= '9')
        k--;
    return k < n && n - k < 9 ? strtol(name + k, NULL, 10) : -1;
}

static spk_status add_series(spk__nwb *w, const char *folder, const char *name, bool stimulus) {
    spk__series **list = stimulus ? &w->stimulus : &w->response;
    size_t *n = stimulus ? &w->n_stimulus : &w->n_response;
    size_t *capacity = stimulus ? &w->stimulus_capacity : &w->response_capacity;
    spk__str path = {.ctx = w->in->ctx};
    spk__str_add(&path, "%s/%s", folder, name);
    if (path.failed || !spk__grow(w->in->ctx, list, *n, capacity, sizeof **list)) {
        spk__str_free(&path);
        return SPK_ERR_MEMORY;
    }
    (*list)[(*n)++] = (spk__series){.path = path.text,
                                    .name = path.text + strlen(folder) + 1,
                                    .address = spk__h5_address(w->h.file, path.text),
                                    .electrode = electrode_of(w, path.text),
                                    .number = number_of(w, path.text, name)};
    return SPK_OK;
}

static spk_status look_at(spk__nwb *w, const char *folder, const char *name, bool stimulus) {
    char path[512], type[64];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path ||
        !spk__h5_is_group(w->h.file, path))
        return SPK_OK;
    type_of(w, path, type);
    bool clamp = strcmp(type, "CurrentClampSeries") == 0 || strcmp(type, "IZeroClampSeries") == 0;
    if (!stimulus && clamp)
        return add_series(w, folder, name, false);
    if (stimulus && strcmp(type, "CurrentClampStimulusSeries") == 0)
        return add_series(w, folder, name, true);
    if (strncmp(type, "VoltageClamp", 12) == 0)
        w->n_voltage_clamp += !stimulus;
    else if (strcmp(name, "timeseries") != 0)
        w->n_other += !stimulus;
    return SPK_OK;
}

spk_status spk__nwb_find_series(spk__nwb *w) {
    static const struct {
        const char *folder;
        bool stimulus;
    } place[] = {{"acquisition", false}, {"acquisition/timeseries", false},
                 {"stimulus/presentation", true}};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        char **names = NULL;
        size_t n = 0;
        if (!spk__h5_is_group(w->h.file, place[i].folder))
            continue;
        spk_status st = spk__h5_names(&w->h, place[i].folder, &names, &n);
        for (size_t k = 0; k < n && !st; k++)
            st = look_at(w, place[i].folder, names[k], place[i].stimulus);
        spk__h5_names_free(w->in->ctx, names, n);
        if (st)
            return st;
    }
    return SPK_OK;
}

/* ---- samples ---- */

/* value * scale + offset is in our units; the standard's unit is volts or amperes whatever the attribute
 * says, but files that name another one mean it. */
static spk_status find_scale(spk__nwb *w, const char *data, bool voltage, double *scale,
                             double *offset) {
    const char *asked = voltage ? w->in->options->voltage_unit : w->in->options->current_unit;
    double conversion = 1, factor = voltage ? 1e3 : 1e12;
    char unit[32] = "";
    spk__role role = SPK__OTHER, want = voltage ? SPK__VOLTAGE : SPK__CURRENT;
    const spk_loc loc = {.file = w->in->path};
    *offset = 0;
    spk__h5_attr_number(w->h.file, data, "offset", offset);
    if (!spk__h5_attr_number(w->h.file, data, "conversion", &conversion))
        spk__warn(w->in->ctx, &loc, NULL, "%s has no conversion: 1 is assumed", data);
    if (asked)
        snprintf(unit, sizeof unit, "%s", asked);
    else
        spk__h5_attr_text(w->h.file, data, "unit", unit, sizeof unit);
    if (*unit && spk__unit_of(w->in->ctx, unit, strlen(unit), &role, &factor)) {
        if (role != want)
            return spk__h5_fail(&w->h, data, NULL, "a %s in %s", voltage ? "voltage" : "current", unit);
    } else {
        spk__warn(w->in->ctx, &loc, NULL, "%s has unit \"%s\": %s are assumed", data, unit,
                  voltage ? "volts" : "amperes");
    }
    if (!isfinite(conversion) || conversion == 0 || !isfinite(*offset))
        return spk__h5_fail(&w->h, data, NULL, "the conversion is %g, the offset %g", conversion,
                            *offset);
    *scale = conversion * factor;
    *offset *= factor;
    return SPK_OK;
}

static spk_status timestamps(spk__nwb *w, const char *path, size_t first, size_t n,
                             spk__samples *out) {
    double *t = NULL;
    size_t got, bad;
    spk_status st = spk__h5_read_part(&w->h, path, first, n, &t, &got);
    if (st)
        return st;
    out->dt_ms = 1000 * spk__sampling_interval(t, got, &bad);
    out->start_ms = got ? 1000 * t[0] : 0;
    if (bad < got)
        st = spk__h5_fail(&w->h, path, "resample to an even grid",
                          "uneven sampling: %g s comes after %g s", t[bad], t[bad - 1]);
    else if (got < 2)
        st = spk__h5_fail(&w->h, path, NULL, "%zu samples are too few", got);
    spk__free(w->in->ctx, t);
    return st;
}

static spk_status find_times(spk__nwb *w, const spk__series *s, size_t first, spk__samples *out) {
    char path[600];
    double rate, start = 0;
    snprintf(path, sizeof path, "%s/starting_time", s->path);
    if (!spk__h5_attr_number(w->h.file, path, "rate", &rate)) {
        snprintf(path, sizeof path, "%s/timestamps", s->path);
        if (!spk__h5_exists(w->h.file, path))
            return spk__h5_fail(&w->h, s->path, NULL, "there is neither a rate nor timestamps");
        return timestamps(w, path, first, out->n, out);
    }
    spk__h5_number(w->h.file, path, &start);
    if (!(rate > 0) || !isfinite(rate) || !isfinite(start))
        return spk__h5_fail(&w->h, path, NULL, "a rate of %g Hz from %g s", rate, start);
    /* A rate of 1e5 / 3 Hz kept as float32 is 0.03 ms, not 0.0299999996. */
    out->dt_ms = spk__tidy(1000 / rate, out->n);
    out->start_ms = 1000 * start + (double)first * out->dt_ms;
    return SPK_OK;
}

spk_status spk__nwb_samples(spk__nwb *w, const spk__series *s, bool voltage, size_t first,
                            size_t count, spk__samples *out) {
    char data[600], what[700];
    double scale = 1, offset = 0;
    snprintf(data, sizeof data, "%s/data", s->path);
    *out = (spk__samples){0};
    spk_status st = spk__h5_read_part(&w->h, data, first, count, &out->value, &out->n);
    if (!st)
        st = find_scale(w, data, voltage, &scale, &offset);
    if (!st)
        st = find_times(w, s, first, out);
    for (size_t i = 0; i < out->n && !st; i++)
        out->value[i] = out->value[i] * scale + offset;
    const spk_loc loc = {.file = w->in->path};
    snprintf(what, sizeof what, "%s", s->path);
    if (!st)
        st = (voltage ? spk__question_voltage : spk__question_current)(w->in, &loc, what, out->value,
                                                                       out->n);
    if (!st)
        st = spk__question_sampling(w->in, &loc, out->dt_ms);
    if (st) {
        spk__free(w->in->ctx, out->value);
        out->value = NULL;
    }
    return st;
}
