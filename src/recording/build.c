/* The builder: checks sweeps one by one, then makes the recording. */
#include "recording/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static spk_status new_recording(spk_ctx *ctx, spk_recording **out) {
    spk_recording *r = SPK__NEW(ctx, spk_recording);
    if (!r)
        return SPK_ERR_MEMORY;
    r->ctx = ctx;
    r->source = r->hash = "";
    *out = r;
    return SPK_OK;
}

spk_status spk__builder_new(spk_ctx *ctx, spk__builder **out) {
    spk__builder *b = SPK__NEW(ctx, spk__builder);
    if (!b)
        return SPK_ERR_MEMORY;
    b->ctx = ctx;
    spk_status st = new_recording(ctx, &b->r);
    if (st) {
        spk__free(ctx, b);
        return st;
    }
    *out = b;
    return SPK_OK;
}

void spk__builder_free(spk__builder *b) {
    if (!b)
        return;
    spk_recording_free(b->r);
    spk__free(b->ctx, b->slot);
    spk__free(b->ctx, b);
}

size_t spk__builder_count(const spk__builder *b) {
    return b->r->n;
}

bool spk__recording_own_take(spk_recording *r, double *array) {
    if (!array)
        return true;
    if (!spk__grow(r->ctx, &r->owned, r->n_owned, &r->owned_capacity, sizeof *r->owned)) {
        spk__free(r->ctx, array);
        return false;
    }
    r->owned[r->n_owned++] = array;
    return true;
}

const char *spk__recording_strdup(spk_recording *r, const char *text) {
    if (!spk__grow(r->ctx, &r->text, r->n_text, &r->text_capacity, sizeof *r->text))
        return NULL;
    char *copy = spk__strdup(r->ctx, text);
    if (copy)
        r->text[r->n_text++] = copy;
    return copy;
}

/* ---- checks ---- */

static spk_status check_trace(spk_ctx *ctx, const spk_loc *loc, const char *sweep, const char *what,
                              const double *v, size_t n, double dt, bool may_miss) {
    if (!n)
        return SPK_OK;
    if (!(dt > 0) || !isfinite(dt))
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL,
                         "%s: the sampling interval of the %s is %g ms", sweep, what, dt);
    for (size_t i = 0; i < n; i++) {
        if (isfinite(v[i]) || (may_miss && isnan(v[i])))
            continue;
        return spk__fail(ctx, SPK_ERR_INPUT, loc, "cut the sweep there, or fill the gap",
                         "%s: sample %zu of the %s (at %g ms) is %g", sweep, i, what,
                         (double)i * dt, v[i]);
    }
    return SPK_OK;
}

static spk_status check_spikes(spk_ctx *ctx, const spk_loc *loc, const char *sweep,
                               const spk__sweep_in *s) {
    if (!s->has_spikes)
        return SPK_OK;
    if (!(s->start_ms <= s->stop_ms) || !isfinite(s->start_ms) || !isfinite(s->stop_ms))
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL,
                         "%s: the window of observation is %g to %g ms", sweep, s->start_ms,
                         s->stop_ms);
    bool sorted = true;
    for (size_t i = 0; i < s->n_spikes; i++) {
        double t = s->spikes_ms[i];
        if (!(t >= s->start_ms && t <= s->stop_ms))
            return spk__fail(ctx, SPK_ERR_INPUT, loc,
                             "check the unit of the spike times and the window",
                             "%s: spike %zu at %g ms is outside the window %g to %g ms", sweep, i,
                             t, s->start_ms, s->stop_ms);
        sorted = sorted && (i == 0 || s->spikes_ms[i - 1] <= t);
    }
    if (!sorted)
        spk__sort(s->spikes_ms, s->n_spikes);
    return SPK_OK;
}

static spk_status check_sweep(spk_ctx *ctx, const spk_loc *loc, const char *name,
                              const spk__sweep_in *s) {
    spk_status st = check_trace(ctx, loc, name, "current", s->current_pA, s->n_current,
                                s->current_dt_ms, false);
    if (!st)
        st = check_trace(ctx, loc, name, "voltage", s->voltage_mV, s->n_voltage, s->voltage_dt_ms,
                         true);
    if (!st)
        st = check_spikes(ctx, loc, name, s);
    if (!st && !s->n_current && !s->n_voltage && !s->has_spikes)
        st = spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "%s holds neither samples nor spikes", name);
    if (!st && s->n_current && s->n_voltage) {
        double i_ms = (double)s->n_current * s->current_dt_ms;
        double v_ms = (double)s->n_voltage * s->voltage_dt_ms;
        double step = s->current_dt_ms > s->voltage_dt_ms ? s->current_dt_ms : s->voltage_dt_ms;
        if (fabs(i_ms - v_ms) > 1.5 * step)
            spk__warn(ctx, loc, "only the part that both cover can be used",
                      "%s: the stimulus lasts %g ms, the response %g ms", name, i_ms, v_ms);
    }
    return st;
}

/* ---- adding ---- */

static uint32_t *find_slot(const spk_recording *r, uint32_t *slot, size_t n_slots,
                           const char *name) {
    size_t i = spk__hash(name, strlen(name), 0) & (n_slots - 1);
    while (slot[i] && strcmp(r->cell_name[slot[i] - 1], name) != 0)
        i = (i + 1) & (n_slots - 1);
    return &slot[i];
}

/* Doubles the table when it is half full: an event camera has a cell for every pixel. */
static spk_status grow_table(spk__builder *b) {
    const spk_recording *r = b->r;
    if (2 * (r->n_cells + 1) <= b->n_slots)
        return SPK_OK;
    size_t n = b->n_slots ? 2 * b->n_slots : 16;
    uint32_t *slot = SPK__ARRAY(b->ctx, n, uint32_t);
    if (!slot)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < r->n_cells; i++)
        *find_slot(r, slot, n, r->cell_name[i]) = (uint32_t)i + 1;
    spk__free(b->ctx, b->slot);
    b->slot = slot;
    b->n_slots = n;
    return SPK_OK;
}

static spk_status find_cell(spk__builder *b, const char *name, int64_t id, int *cell) {
    spk_recording *r = b->r;
    spk_status st = grow_table(b);
    if (st)
        return st;
    uint32_t *slot = find_slot(r, b->slot, b->n_slots, name);
    if (*slot) {
        *cell = (int)*slot - 1;
        return SPK_OK;
    }
    if (r->n_cells >= INT32_MAX)
        return spk__fail(b->ctx, SPK_ERR_INPUT, NULL, NULL, "there are too many cells");
    if (!spk__grow(r->ctx, &r->cell_name, r->n_cells, &r->name_capacity, sizeof *r->cell_name) ||
        !spk__grow(r->ctx, &r->cell_id, r->n_cells, &r->id_capacity, sizeof *r->cell_id))
        return SPK_ERR_MEMORY;
    const char *copy = spk__recording_strdup(r, name);
    if (!copy)
        return SPK_ERR_MEMORY;
    r->cell_name[r->n_cells] = copy;
    r->cell_id[r->n_cells] = id;
    *cell = (int)r->n_cells++;
    *slot = (uint32_t)r->n_cells;
    return SPK_OK;
}

static spk_status add_sweep(spk__builder *b, const spk__sweep_in *s, const char *name) {
    spk_recording *r = b->r;
    if (!spk__grow(b->ctx, &r->sweep, r->n, &b->sweep_capacity, sizeof *r->sweep))
        return SPK_ERR_MEMORY;
    spk_sweep w = {.number = s->number, .origin_ms = s->origin_ms, .stimulus = -1};
    spk_status st = find_cell(b, s->cell ? s->cell : "cell", s->cell_id, &w.cell);
    if (st)
        return st;
    w.name = spk__recording_strdup(r, name);
    w.protocol = spk__recording_strdup(r, s->protocol ? s->protocol : "");
    if (!w.name || !w.protocol)
        return SPK_ERR_MEMORY;
    if (s->n_current)
        w.current_pA = (spk_trace){s->current_pA, s->n_current, 0, s->current_dt_ms};
    if (s->n_voltage)
        w.voltage_mV = (spk_trace){s->voltage_mV, s->n_voltage, 0, s->voltage_dt_ms};
    w.spikes_detected = !s->has_spikes && s->n_voltage;
    if (s->has_spikes)
        w.spikes = (spk_train){s->spikes_ms, s->n_spikes, s->start_ms, s->stop_ms};
    else
        w.spikes.stop_ms = spk__sweep_stop(&w);
    r->sweep[r->n++] = w;
    return SPK_OK;
}

spk_status spk__builder_add_take(spk__builder *b, const spk__sweep_in *s, const spk_loc *loc) {
    spk_recording *r = b->r;
    bool kept = spk__recording_own_take(r, s->current_pA);
    kept &= spk__recording_own_take(r, s->voltage_mV);
    kept &= spk__recording_own_take(r, s->spikes_ms);
    if (!kept)
        return SPK_ERR_MEMORY;
    char plain[32];
    snprintf(plain, sizeof plain, "sweep %d", s->number);
    const char *name = s->name ? s->name : plain;
    spk_status st = check_sweep(b->ctx, loc, name, s);
    return st ? st : add_sweep(b, s, name);
}

/* ---- finishing ---- */

double spk__sweep_stop(const spk_sweep *s) {
    if (s->voltage_mV.n)
        return (double)s->voltage_mV.n * s->voltage_mV.dt_ms;
    if (s->current_pA.n)
        return (double)s->current_pA.n * s->current_pA.dt_ms;
    return s->spikes.stop_ms;
}

static spk_status detect(spk_recording *r, spk_sweep *s) {
    size_t n = spk_detect(&s->voltage_mV, &r->detection, NULL, 0);
    double *t = SPK__ARRAY(r->ctx, n, double);
    if (!t || !spk__recording_own_take(r, t))
        return SPK_ERR_MEMORY;
    spk_detect(&s->voltage_mV, &r->detection, t, n);
    s->spikes.t_ms = t;
    s->spikes.n = n;
    return SPK_OK;
}

typedef struct {
    const char *name;
    size_t sweep;
} named;

static int compare_names(const void *a, const void *b) {
    const named *x = a, *y = b;
    int c = strcmp(x->name, y->name);
    return c ? c : (x->sweep > y->sweep) - (x->sweep < y->sweep);
}

/* A name that occurs again gets its count: "rep", "rep (2)", "rep (3)". */
static spk_status make_names_unique(spk_recording *r) {
    named *list = SPK__ARRAY(r->ctx, r->n, named);
    if (!list)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < r->n; i++)
        list[i] = (named){r->sweep[i].name, i};
    qsort(list, r->n, sizeof *list, compare_names);
    spk_status st = SPK_OK;
    for (size_t i = 1, count = 1; i < r->n && !st; i++) {
        count = strcmp(list[i].name, list[i - 1].name) == 0 ? count + 1 : 1;
        if (count == 1)
            continue;
        spk__str s = {.ctx = r->ctx};
        spk__str_add(&s, "%s (%zu)", list[i].name, count);
        const char *name = s.failed ? NULL : spk__recording_strdup(r, s.text);
        if (name)
            r->sweep[list[i].sweep].name = name;
        else
            st = SPK_ERR_MEMORY;
        spk__str_free(&s);
    }
    spk__free(r->ctx, list);
    return st;
}

/* "a.csv and 3 more files" */
static const char *make_label(spk_recording *r) {
    size_t more = 0;
    for (const char *p = r->source; (p = strstr(p, ", ")); p += 2)
        more++;
    spk__str s = {.ctx = r->ctx};
    spk__str_add(&s, more ? "%.*s and %zu more file%s" : "%.*s",
                 (int)(more ? strcspn(r->source, ",") : strlen(r->source)), r->source, more,
                 more == 1 ? "" : "s");
    const char *label = s.failed ? NULL : spk__recording_strdup(r, s.text);
    spk__str_free(&s);
    return label;
}

static int by_id(const void *a, const void *b) {
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

static spk_status find_repeated_ids(spk_recording *r) {
    int64_t *id = SPK__ARRAY(r->ctx, r->n_cells, int64_t);
    if (!id)
        return SPK_ERR_MEMORY;
    memcpy(id, r->cell_id, r->n_cells * sizeof *id);
    qsort(id, r->n_cells, sizeof *id, by_id);
    for (size_t i = 1; i < r->n_cells; i++)
        r->ids_repeat = r->ids_repeat || id[i] == id[i - 1];
    spk__free(r->ctx, id);
    return SPK_OK;
}

spk_status spk__builder_finish(spk__builder *b, const spk_detection *detection, const char *source,
                               const char *hash, spk_recording **out) {
    spk_recording *r = b->r;
    if (!r->n)
        return spk__fail(b->ctx, SPK_ERR_INPUT, source ? &(spk_loc){.file = source} : NULL, NULL,
                         "there is no sweep in it");
    r->detection = detection ? *detection : (spk_detection)SPK_DETECTION_INIT;
    if (source && !(r->source = spk__recording_strdup(r, source)))
        return SPK_ERR_MEMORY;
    if (*r->source && !(r->label = make_label(r)))
        return SPK_ERR_MEMORY;
    if (hash && !(r->hash = spk__recording_strdup(r, hash)))
        return SPK_ERR_MEMORY;
    spk_status st = make_names_unique(r);
    for (size_t i = 0; i < r->n && !st; i++)
        if (r->sweep[i].spikes_detected)
            st = detect(r, &r->sweep[i]);
    if (!st)
        st = spk__recording_find_repeats(r);
    if (!st)
        st = find_repeated_ids(r);
    if (st)
        return st;
    spk_recording *next = NULL;
    st = new_recording(b->ctx, &next);
    if (st)
        return st;
    b->r = next;
    b->sweep_capacity = 0;
    spk__free(b->ctx, b->slot);
    b->slot = NULL;
    b->n_slots = 0;
    *out = r;
    return SPK_OK;
}
