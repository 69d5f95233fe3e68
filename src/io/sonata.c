/* SONATA spikes: /spikes/POPULATION/{timestamps,node_ids}, or the older /spikes/{timestamps,gids}. Times in
 * ms unless the attribute "units" says otherwise. https://github.com/AllenInstitute/sonata */
#include "io/events.h"
#include "io/h5.h"
#include "io/h5_write.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    spk__reader *in;
    spk__h5 h;
    spk__events events;
} reader;

static spk_status time_scale(reader *r, const char *path, double *scale) {
    char unit[32] = "";
    spk__role role;
    *scale = 1;
    if (!spk__h5_attr_text(r->h.file, path, "units", unit, sizeof unit) || !*unit)
        return SPK_OK;
    if (!spk__unit_of(r->in->ctx, unit, strlen(unit), &role, scale) || role != SPK__TIME)
        return spk__h5_fail(&r->h, path, NULL, "\"%.30s\" is no unit of time", unit);
    return SPK_OK;
}

static spk_status read_population(reader *r, const char *group, const char *ids, int32_t index) {
    char path[400], id_path[400];
    double *t = NULL, scale = 1;
    int64_t *id = NULL;
    size_t n = 0, n_ids = 0;
    snprintf(path, sizeof path, "%.300s/timestamps", group);
    snprintf(id_path, sizeof id_path, "%.300s/%s", group, ids);
    spk_status st = spk__h5_read_part(&r->h, path, 0, SIZE_MAX, &t, &n);
    if (!st)
        st = spk__h5_read_ids(&r->h, id_path, &id, &n_ids);
    if (!st)
        st = time_scale(r, path, &scale);
    if (!st && n != n_ids)
        st = spk__h5_fail(&r->h, group, "the file is damaged", "%zu times for %zu cells", n, n_ids);
    for (size_t i = 0; i < n && !st; i++) {
        if (isfinite(t[i]))
            st = spk__events_add(&r->events, index, id[i], 0, t[i] * scale);
        else
            st = spk__h5_fail(&r->h, path, NULL, "spike %zu is at %g", i, t[i]);
    }
    spk__free(r->in->ctx, t);
    spk__free(r->in->ctx, id);
    return st;
}

static spk_status emit(reader *r, const char *const *groups) {
    const spk_loc loc = {.file = r->in->path};
    spk__events_as as = {.group = groups, .cells = true, .n_trials = 1, .start_ms = NAN,
                         .stop_ms = NAN, .loc = &loc};
    spk_status st = spk__ids_asked(r->in, &as);
    if (!st && !r->events.n && as.first_id < 0)
        st = spk__fail(r->in->ctx, SPK_ERR_INPUT, &loc, "give first_id and last_id",
                       "there are no spikes, and nothing says how many cells there are");
    return st ? st : spk__events_emit(r->in, &r->events, &as);
}

static spk_status read_populations(reader *r) {
    const char *select = r->in->options->select;
    char **names = NULL;
    size_t n = 0, taken = 0;
    spk_status st = spk__h5_names(&r->h, "spikes", &names, &n);
    for (size_t i = 0; i < n && !st; i++) {
        char group[300];
        snprintf(group, sizeof group, "spikes/%.280s", names[i]);
        if (!spk__h5_is_group(r->h.file, group) || (select && strcmp(select, names[i]) != 0))
            continue;
        st = read_population(r, group, "node_ids", (int32_t)i);
        taken++;
    }
    if (!st && !taken)
        st = spk__h5_fail(&r->h, "spikes", n ? names[0] : NULL, "there is no population %s",
                          select ? select : "at all");
    if (!st)
        st = emit(r, (const char *const *)names);
    spk__h5_names_free(r->in->ctx, names, n);
    return st;
}

static spk_status read_sonata(spk__reader *in) {
    reader r = {.in = in, .events = {.ctx = in->ctx}};
    spk_status st = spk__h5_open(in->ctx, in->path, &r.h);
    if (!st && spk__h5_exists(r.h.file, "spikes/gids")) {
        st = read_population(&r, "spikes", "gids", 0);
        if (!st)
            st = emit(&r, NULL);
    } else if (!st) {
        st = read_populations(&r);
    }
    spk__events_free(&r.events);
    spk__h5_close(&r.h);
    return st;
}

static int probe_sonata(spk_ctx *ctx, const spk__probe *p) {
    spk__h5 h;
    double magic;
    if (!spk__h5_probe(p) || spk__h5_open(ctx, p->path, &h))
        return 0;
    int sure = 0;
    if (spk__h5_is_group(h.file, "spikes"))
        sure = spk__h5_exists(h.file, "spikes/gids") ||
                       spk__h5_attr_number(h.file, ".", "magic", &magic)
                   ? 90 : 70;
    spk__h5_close(&h);
    return sure;
}

/* ---- writing ---- */

typedef struct {
    double t;
    uint64_t id;
} spike;

static int by_time(const void *a, const void *b) {
    const spike *x = a, *y = b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* The population of a cell is what stands before the slash of its name; "cells" without one. */
static void population_of(const spk_recording *r, size_t cell, char buf[128]) {
    const char *name = spk_recording_cell_name(r, cell), *slash = strrchr(name, '/');
    snprintf(buf, 128, "%.*s", slash ? (int)(slash - name) : 5, slash ? name : "cells");
    for (char *p = buf; *p; p++)
        if (*p == '/')
            *p = '_';
}

static spk_status write_population(spk__h5w *w, const spk_recording *r, const char *population) {
    size_t n = 0, sweeps = spk_recording_sweep_count(r);
    char name[128], path[200];
    for (size_t k = 0; k < sweeps; k++)
        n += spk_recording_sweep(r, k)->spikes.n;
    spike *s = SPK__ARRAY(w->ctx, n, spike);
    double *t = SPK__ARRAY(w->ctx, n, double);
    uint64_t *id = SPK__ARRAY(w->ctx, n, uint64_t);
    spk_status st = s && t && id ? SPK_OK : SPK_ERR_MEMORY;
    n = 0;
    for (size_t k = 0; k < sweeps && !st; k++) {
        const spk_sweep *sweep = spk_recording_sweep(r, k);
        population_of(r, (size_t)sweep->cell, name);
        for (size_t i = 0; i < sweep->spikes.n && strcmp(name, population) == 0; i++)
            s[n++] = (spike){sweep->spikes.t_ms[i],
                             (uint64_t)spk_recording_cell_id(r, (size_t)sweep->cell)};
    }
    if (!st && n)
        qsort(s, n, sizeof *s, by_time);
    for (size_t i = 0; i < n && !st; i++) {
        t[i] = s[i].t;
        id[i] = s[i].id;
    }
    if (!st) {
        snprintf(path, sizeof path, "/spikes/%s", population);
        spk__h5w_group(w, path);
        spk__h5w_attr_choice(w, path, "sorting", (const char *[]){"none", "by_id", "by_time"}, 3, 2);
        snprintf(path, sizeof path, "/spikes/%s/timestamps", population);
        spk__h5w_doubles(w, path, t, n, 1);
        spk__h5w_attr_text(w, path, "units", "milliseconds");
        snprintf(path, sizeof path, "/spikes/%s/node_ids", population);
        spk__h5w_counts(w, path, id, n);
    }
    spk__free(w->ctx, s);
    spk__free(w->ctx, t);
    spk__free(w->ctx, id);
    return st;
}

static void warn_of_losses(spk_ctx *ctx, const spk_recording *r, const char *path) {
    const spk_loc loc = {.file = path};
    size_t traces = 0, silent = 0, trials = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        traces += s->current_pA.n || s->voltage_mV.n;
        silent += s->spikes.n == 0;
        trials += k && s->cell == spk_recording_sweep(r, k - 1)->cell;
    }
    if (traces)
        spk__warn(ctx, &loc, NULL, "lost: currents and voltages of %zu sweeps", traces);
    if (silent)
        spk__warn(ctx, &loc, NULL, "lost: that %zu cells are there but silent", silent);
    if (trials)
        spk__warn(ctx, &loc, NULL, "lost: which of a cell's trials a spike is from");
    spk__warn(ctx, &loc, NULL, "lost: the window of observation");
}

static spk_status write_sonata(spk_ctx *ctx, const spk_recording *r, const char *path) {
    spk__h5w w;
    spk_status st = SPK_OK;
    spk__h5w_open(ctx, &w);
    spk__h5w_attr_u32(&w, "/", "magic", (uint32_t[]){0x0A7A}, 1);
    spk__h5w_attr_u32(&w, "/", "version", (uint32_t[]){0, 1}, 2);
    for (size_t c = 0; c < spk_recording_cell_count(r) && !st; c++) {
        char name[128], earlier[128];
        bool written = false;
        population_of(r, c, name);
        for (size_t k = 0; k < c && !written; k++) {
            population_of(r, k, earlier);
            written = strcmp(name, earlier) == 0;
        }
        if (!written)
            st = write_population(&w, r, name);
    }
    if (st)
        w.failed = true;
    else
        warn_of_losses(ctx, r, path);
    spk_status finished = spk__h5w_finish(&w, path);
    return st ? st : finished;
}

const spk__format spk__format_sonata = {
    .info = {.name = "sonata",
             .sentence = "SONATA spikes of a network (HDF5)",
             .extensions = "h5 sonata",
             .options = spk__id_options,
             .reads = true,
             .writes = true},
    .probe = probe_sonata,
    .read = read_sonata,
    .write = write_sonata,
};
