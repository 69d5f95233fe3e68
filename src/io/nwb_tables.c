/* Tables of NWB files: intracellular recordings, units. */
#include "io/nwb.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORDINGS "general/intracellular_ephys/intracellular_recordings/"

/* A row of a column of references: count samples from idx_start of a series; -1, -1: none. */
typedef struct {
    int64_t first, count;
    hobj_ref_t series;
} reference;

static spk_status read_references(spk__nwb *w, const char *path, reference **rows, size_t *n) {
    spk_status st = spk__h5_check(&w->h, path, n);
    if (st)
        return st;
    reference *v = SPK__ARRAY(w->in->ctx, *n, reference);
    if (!v)
        return SPK_ERR_MEMORY;
    hid_t d = H5Dopen2(w->h.file, path, H5P_DEFAULT);
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof *v), stored = H5Dget_type(d);
    herr_t bad = H5Tinsert(type, "idx_start", offsetof(reference, first), H5T_NATIVE_INT64);
    bad |= H5Tinsert(type, "count", offsetof(reference, count), H5T_NATIVE_INT64);
    bad |= H5Tinsert(type, "timeseries", offsetof(reference, series), H5T_STD_REF_OBJ);
    bool fits = stored >= 0 && H5Tget_class(stored) == H5T_COMPOUND &&
                H5Tget_member_index(stored, "timeseries") >= 0 &&
                H5Tget_member_class(stored, (unsigned)H5Tget_member_index(stored, "timeseries")) ==
                    H5T_REFERENCE;
    if (*n && (bad < 0 || !fits || H5Dread(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) < 0))
        st = spk__h5_fail(&w->h, path, NULL, "the references cannot be read");
    H5Tclose(type);
    H5Tclose(stored);
    H5Dclose(d);
    if (st)
        spk__free(w->in->ctx, v);
    else
        *rows = v;
    return st;
}

static spk__series *series_at(spk__nwb *w, spk__series *list, size_t n, const reference *r) {
    if (r->count < 0 || r->first < 0)
        return NULL;
    hid_t o = H5Rdereference2(w->h.file, H5P_DEFAULT, H5R_OBJECT, &r->series);
    H5O_info_t info;
    spk__series *found = NULL;
    if (o >= 0 && H5Oget_info2(o, &info, H5O_INFO_BASIC) >= 0)
        for (size_t i = 0; i < n && !found; i++)
            if (list[i].address == (uint64_t)info.addr)
                found = &list[i];
    if (o >= 0)
        H5Oclose(o);
    return found;
}

spk_status spk__nwb_add_table(spk__nwb *w) {
    static const char responses[] = RECORDINGS "responses/response";
    static const char stimuli[] = RECORDINGS "stimuli/stimulus";
    if (!spk__h5_exists(w->h.file, responses))
        return SPK_OK;
    reference *r = NULL, *s = NULL;
    size_t n = 0, n_stimuli = 0;
    spk_status st = read_references(w, responses, &r, &n);
    if (!st && spk__h5_exists(w->h.file, stimuli))
        st = read_references(w, stimuli, &s, &n_stimuli);
    if (!st && s && n_stimuli != n)
        st = spk__h5_fail(&w->h, RECORDINGS, NULL, "%zu responses, but %zu stimuli", n, n_stimuli);
    for (size_t i = 0; i < n && !st; i++) {
        spk__series *response = series_at(w, w->response, w->n_response, &r[i]);
        if (!response)
            continue; /* voltage clamp, or no response in this row */
        spk__series *stimulus = s ? series_at(w, w->stimulus, w->n_stimulus, &s[i]) : NULL;
        response->paired = true;
        st = spk__nwb_add(w, response, (size_t)r[i].first, (size_t)r[i].count, stimulus,
                          stimulus ? (size_t)s[i].first : 0, stimulus ? (size_t)s[i].count : 0);
    }
    spk__free(w->in->ctx, r);
    spk__free(w->in->ctx, s);
    return st;
}

/* ---- units ---- */

typedef struct {
    double *time, *interval; /* in seconds; intervals in pairs */
    int64_t *time_end, *interval_end, *id; /* ends of each unit's stretch */
    size_t n_times, n_intervals, n;
    double last_ms;
} units;

/* Ends must not decrease nor pass the column they index. */
static spk_status check_index(spk__nwb *w, const char *path, const int64_t *end, size_t n,
                              size_t total) {
    for (size_t i = 0; i < n; i++)
        if (end[i] < (i ? end[i - 1] : 0) || (uint64_t)end[i] > total)
            return spk__h5_fail(&w->h, path, "the file is damaged", "entry %zu is %lld of %zu", i,
                                (long long)end[i], total);
    return SPK_OK;
}

static spk_status read_units(spk__nwb *w, units *u) {
    size_t n, shape[2];
    int rank;
    spk_status st = spk__h5_read_part(&w->h, "units/spike_times", 0, SIZE_MAX, &u->time, &u->n_times);
    if (!st)
        st = spk__h5_read_ids(&w->h, "units/spike_times_index", &u->time_end, &u->n);
    if (!st)
        st = check_index(w, "units/spike_times_index", u->time_end, u->n, u->n_times);
    if (!st && spk__h5_exists(w->h.file, "units/id")) {
        st = spk__h5_read_ids(&w->h, "units/id", &u->id, &n);
        if (!st && n != u->n)
            st = spk__h5_fail(&w->h, "units/id", NULL, "%zu names for %zu units", n, u->n);
    }
    if (st || !spk__h5_exists(w->h.file, "units/obs_intervals"))
        return st;
    st = spk__h5_read(&w->h, "units/obs_intervals", &u->interval, &n, shape, &rank);
    u->n_intervals = n / 2;
    if (!st && (rank != 2 || shape[1] != 2))
        st = spk__h5_fail(&w->h, "units/obs_intervals", NULL, "it is no list of pairs");
    if (!st)
        st = spk__h5_read_ids(&w->h, "units/obs_intervals_index", &u->interval_end, &n);
    if (!st && n != u->n)
        st = spk__h5_fail(&w->h, "units/obs_intervals_index", NULL, "%zu entries for %zu units", n,
                          u->n);
    return st ? st : check_index(w, "units/obs_intervals_index", u->interval_end, u->n, u->n_intervals);
}

/* A unit's window: from the first to the last of its intervals. */
static void window_of(spk__nwb *w, const units *u, size_t i, double *start, double *stop,
                      size_t *gaps) {
    const spk_read_options *o = w->in->options;
    size_t a = u->interval_end && i ? (size_t)u->interval_end[i - 1] : 0;
    size_t b = u->interval_end ? (size_t)u->interval_end[i] : 0;
    *start = 0;
    *stop = u->last_ms;
    if (b > a) {
        *start = 1000 * u->interval[2 * a];
        *stop = 1000 * u->interval[2 * b - 1];
        *gaps += b - a > 1;
    }
    if (!isnan(o->start_ms))
        *start = o->start_ms;
    if (!isnan(o->stop_ms))
        *stop = o->stop_ms;
}

static spk_status add_unit(spk__nwb *w, const units *u, size_t i, size_t *gaps, size_t *cut) {
    size_t a = i ? (size_t)u->time_end[i - 1] : 0, b = (size_t)u->time_end[i], kept = 0, out = 0;
    double start, stop;
    window_of(w, u, i, &start, &stop, gaps);
    double *t = SPK__ARRAY(w->in->ctx, b - a, double);
    if (!t)
        return SPK_ERR_MEMORY;
    for (size_t k = a; k < b; k++) {
        double x = 1000 * u->time[k];
        if (x >= start && x <= stop)
            t[kept++] = x;
        else
            out++;
    }
    long long id = u->id ? (long long)u->id[i] : (long long)i;
    if (out > (b - a) / 2 && u->interval_end && isnan(w->in->options->stop_ms)) {
        spk__free(w->in->ctx, t);
        return spk__h5_fail(&w->h, "units/spike_times",
                            "NWB keeps times in seconds: these may be ms",
                            "%zu of %zu spikes of unit %lld are outside its interval, %g to %g s",
                            out, b - a, id, start / 1000, stop / 1000);
    }
    *cut += out;
    char name[64];
    snprintf(name, sizeof name, "unit %lld", id);
    spk__sweep_in s = {.name = name, .cell = name, .cell_id = id,
                       .number = (int)(spk__builder_count(w->in->builder) - w->in->first),
                       .spikes_ms = t, .n_spikes = kept, .has_spikes = true, .start_ms = start,
                       .stop_ms = stop};
    return spk__builder_add_take(w->in->builder, &s, &(spk_loc){.file = w->in->path});
}

spk_status spk__nwb_add_units(spk__nwb *w) {
    units u = {0};
    size_t gaps = 0, cut = 0;
    const spk_loc loc = {.file = w->in->path};
    spk_status st = read_units(w, &u);
    for (size_t i = 0; i < u.n_times && !st; i++) {
        if (!isfinite(u.time[i]))
            st = spk__h5_fail(&w->h, "units/spike_times", NULL, "spike %zu is at %g s", i, u.time[i]);
        u.last_ms = fmax(u.last_ms, 1000 * u.time[i]);
    }
    for (size_t i = 0; i < 2 * u.n_intervals && !st; i++)
        if (!isfinite(u.interval[i]))
            st = spk__h5_fail(&w->h, "units/obs_intervals", NULL, "entry %zu is %g s", i,
                              u.interval[i]);
    for (size_t i = 0; i < u.n && !st; i++)
        st = add_unit(w, &u, i, &gaps, &cut);
    if (!st && gaps)
        spk__warn(w->in->ctx, &loc, NULL,
                  "%zu units were observed with gaps: the gaps count as silence", gaps);
    if (!st && cut)
        spk__warn(w->in->ctx, &loc, NULL, "%zu spikes outside the observed intervals are left out", cut);
    if (!st && !u.interval_end && isnan(w->in->options->stop_ms))
        spk__note(w->in->ctx, &loc, "give start and stop if they are known",
                  "no observed intervals: 0 to the last spike, at %g ms, is assumed", u.last_ms);
    spk__free(w->in->ctx, u.time);
    spk__free(w->in->ctx, u.interval);
    spk__free(w->in->ctx, u.time_end);
    spk__free(w->in->ctx, u.interval_end);
    spk__free(w->in->ctx, u.id);
    return st;
}
