/* From a list of events to trains. */
#include "io/events.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const spk_opt spk__id_options[] = {
    {.name = "first_id", .sentence = "first cell of the population, to count silent cells",
     .kind = SPK_OPT_INT, .value = -1, .min = -1, .max = 1e15},
    {.name = "last_id", .sentence = "last cell of the population, to count silent cells",
     .kind = SPK_OPT_INT, .value = -1, .min = -1, .max = 1e15},
    {.name = NULL}};

spk_status spk__ids_asked(const spk__reader *in, spk__events_as *as) {
    as->first_id = (int64_t)in->opts.v[0];
    as->last_id = (int64_t)in->opts.v[1];
    if ((as->first_id < 0) != (as->last_id < 0) || as->last_id < as->first_id ||
        as->last_id - as->first_id > 100000000)
        return spk__fail(in->ctx, SPK_ERR_USAGE, NULL, "give both, the first at most the last",
                         "first_id %lld and last_id %lld span no population",
                         (long long)as->first_id, (long long)as->last_id);
    return SPK_OK;
}

spk_status spk__events_add(spk__events *e, int32_t group, int64_t cell, int32_t trial, double t_ms) {
    if (!spk__grow(e->ctx, &e->event, e->n, &e->capacity, sizeof *e->event))
        return SPK_ERR_MEMORY;
    e->event[e->n++] = (spk__event){cell, trial, group, t_ms};
    return SPK_OK;
}

void spk__events_free(spk__events *e) {
    spk__free(e->ctx, e->event);
    e->event = NULL;
    e->n = e->capacity = 0;
}

static int compare(const void *a, const void *b) {
    const spk__event *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    if (x->trial != y->trial)
        return x->trial < y->trial ? -1 : 1;
    return (x->t_ms > y->t_ms) - (x->t_ms < y->t_ms);
}

static spk_status find_window(const spk__reader *in, spk__events *e, const spk__events_as *as,
                              double *start, double *stop) {
    const spk_read_options *o = in->options;
    double first = 0, last = 0;
    for (size_t i = 0; i < e->n; i++) {
        first = fmin(first, e->event[i].t_ms);
        last = fmax(last, e->event[i].t_ms);
    }
    *start = !isnan(o->start_ms) ? o->start_ms : !isnan(as->start_ms) ? as->start_ms : first;
    *stop = !isnan(o->stop_ms) ? o->stop_ms : !isnan(as->stop_ms) ? as->stop_ms : last;
    if (*stop < *start)
        return spk__fail(in->ctx, SPK_ERR_INPUT, as->loc, NULL,
                         "the window of observation, %g to %g ms, is empty", *start, *stop);
    size_t kept = 0;
    for (size_t i = 0; i < e->n; i++)
        if (e->event[i].t_ms >= *start && e->event[i].t_ms <= *stop)
            e->event[kept++] = e->event[i];
    if (kept < e->n)
        spk__warn(in->ctx, as->loc, NULL, "%zu spikes outside %g to %g ms are left out", e->n - kept,
                  *start, *stop);
    e->n = kept;
    return SPK_OK;
}

/* What all trains of one file share. */
typedef struct {
    spk__reader *in;
    const spk__events_as *as;
    double start, stop;
} emitter;

static void name_train(const emitter *m, int32_t group, int64_t cell, int32_t trial, char name[256],
                       char cell_name[160]) {
    char stem[128];
    spk__stem(m->in->path, stem);
    if (m->as->cells) {
        if (m->as->group)
            snprintf(cell_name, 160, "%.100s/%lld", m->as->group[group], (long long)cell);
        else
            snprintf(cell_name, 160, "cell %lld", (long long)cell);
        snprintf(name, 256, m->as->n_trials > 1 ? "%s trial %d" : "%s", cell_name, (int)trial);
    } else if (m->as->n_trials == 1) {
        snprintf(name, 256, "%s", stem);
    } else {
        snprintf(name, 256, "%s%strain %d", m->in->alone ? "" : stem, m->in->alone ? "" : " ",
                 (int)trial);
    }
}

static spk_status add_train(const emitter *m, const spk__event *e, size_t n, int32_t group,
                            int64_t cell, int32_t trial) {
    spk_ctx *ctx = m->in->ctx;
    double *t = SPK__ARRAY(ctx, n, double);
    if (!t)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        t[i] = e[i].t_ms;
    spk_status st = m->as->assumed_ms ? spk__question_times(m->in, m->as->loc, t, n) : SPK_OK;
    if (st) {
        spk__free(ctx, t);
        return st;
    }
    char name[256], cell_name[160];
    name_train(m, group, cell, trial, name, cell_name);
    size_t index = spk__builder_count(m->in->builder);
    spk__sweep_in s = {.name = name, .cell = m->as->cells ? cell_name : NULL, .cell_id = cell,
                       .number = m->as->cells || m->as->n_trials != 1 ? trial : (int)index,
                       .spikes_ms = t, .n_spikes = n, .has_spikes = true, .start_ms = m->start,
                       .stop_ms = m->stop};
    return spk__builder_add_take(m->in->builder, &s, m->as->loc);
}

/* Silent trains between one and the next: of trials of one cell, or of cells in the range asked for. */
static spk_status add_silent(const emitter *m, int64_t *next, int64_t until) {
    spk_status st = SPK_OK;
    for (; *next < until && !st; ++*next)
        st = m->as->cells ? add_train(m, NULL, 0, 0, *next, 0)
                          : add_train(m, NULL, 0, 0, 0, (int32_t)*next);
    return st;
}

spk_status spk__events_emit(spk__reader *in, spk__events *e, const spk__events_as *as) {
    emitter m = {.in = in, .as = as};
    spk_status st = find_window(in, e, as, &m.start, &m.stop);
    bool fill = as->cells ? as->first_id >= 0 : as->silent_trials;
    int64_t next = as->cells ? as->first_id : 0;
    int64_t end = as->cells ? as->last_id + 1 : (int64_t)as->n_trials;
    if (e->n)
        qsort(e->event, e->n, sizeof *e->event, compare);
    for (size_t a = 0, b; a < e->n && !st; a = b) {
        const spk__event *v = &e->event[a];
        for (b = a; b < e->n && e->event[b].group == v->group && e->event[b].cell == v->cell &&
                    e->event[b].trial == v->trial; b++) {
        }
        int64_t id = as->cells ? v->cell : v->trial;
        if (fill && as->cells && (id < as->first_id || id > as->last_id))
            return spk__fail(in->ctx, SPK_ERR_INPUT, as->loc, NULL,
                             "cell %lld is outside the population, %lld to %lld", (long long)id,
                             (long long)as->first_id, (long long)as->last_id);
        if (fill)
            st = add_silent(&m, &next, id);
        if (!st)
            st = add_train(&m, v, b - a, v->group, v->cell, v->trial);
        next = id + 1;
    }
    return st || !fill ? st : add_silent(&m, &next, end);
}
