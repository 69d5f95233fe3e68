/* Spike times as text. Three layouts:
 *
 *     one time a line             a single train
 *     one train a line            blanks, commas or tabs between times; a blank line is a silent train
 *     a table with a header       neuron,trial,t_s (cell and trial may be missing)
 *
 * The unit of the first two is said by a comment ("# ms", "# unit: s") or an option, else ms is assumed,
 * with a note; "# trains: 3" says that three lines are trains even if none has two times. The window is said by "# start_ms: 0" and "# stop_ms: 1300" or by options, else it runs
 * from 0 to the last spike of the file. */
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double cell, trial, t_ms;
    size_t order;
} event;

typedef struct {
    spk__reader *in;
    spk__table t;
    event *event;
    size_t n, capacity;
    size_t n_trains; /* of a file without a header */
    double start, stop, scale;
    bool assumed;
} spikes;

static spk_status push(spikes *s, double cell, double trial, double t_ms) {
    if (!spk__grow(s->t.ctx, &s->event, s->n, &s->capacity, sizeof *s->event))
        return SPK_ERR_MEMORY;
    s->event[s->n] = (event){cell, trial, t_ms, s->n};
    s->n++;
    return SPK_OK;
}

static spk_status bad_field(const spikes *s, int line, const char *p, const char *stop) {
    while (p < stop && spk__is_blank(*p))
        p++;
    size_t n = 0;
    while (p + n < stop && !spk__is_blank(p[n]) && p[n] != s->t.delimiter && n < 40)
        n++;
    return spk__table_fail(&s->t, line, p, n ? n : 1, NULL, "\"%.*s\" is no %s", (int)n, p,
                           s->t.n_columns ? "number" : "spike time");
}

/* ---- layouts ---- */

/* Fields of a line of bare times, set apart by blanks, commas, semicolons or tabs. *count: how many. */
static spk_status read_times(spikes *s, const char *p, const char *stop, int line, double train,
                             size_t *count) {
    static const char between[] = " \t\r,;";
    for (*count = 0;; ++*count) {
        const char *after;
        double x;
        while (p < stop && strchr(between, *p))
            p++;
        if (p == stop)
            return SPK_OK;
        if (!spk__fast_double(p, stop, &after, &x) || !isfinite(x) ||
            (after < stop && !strchr(between, *after)))
            return bad_field(s, line, p, stop);
        spk_status st = push(s, 0, train, x * s->scale);
        if (st)
            return st;
        p = after;
    }
}

static spk_status read_bare(spikes *s) {
    const spk__table *t = &s->t;
    size_t widest = 0, lines = 0, last = 0;
    int number = t->data_line;
    for (const char *p = t->data; p < t->end; number++) {
        const char *end = spk__line_end(p, t->end), *stop = end;
        while (stop > p && spk__is_blank(stop[-1]))
            stop--;
        if (!(p < stop && (*p == '#' || *p == '%'))) {
            size_t count;
            spk_status st = read_times(s, p, stop, number, (double)lines, &count);
            if (st)
                return st;
            widest = count > widest ? count : widest;
            lines++;
            if (count)
                last = lines;
        }
        p = end < t->end ? end + 1 : end;
    }
    if (t->trains && t->trains < last)
        return spk__table_fail_at(t, &t->header, NULL, "there are %zu trains, not %zu", last,
                                  t->trains);
    s->n_trains = t->trains ? t->trains : widest > 1 ? last : 1;
    for (size_t i = 0; i < s->n && widest <= 1 && !t->trains; i++)
        s->event[i].trial = 0;
    return SPK_OK;
}

static spk_status read_rows(spikes *s) {
    const spk__table *t = &s->t;
    size_t time = spk__table_find(t, SPK__SPIKE), cell = spk__table_find(t, SPK__CELL);
    size_t trial = spk__table_find(t, SPK__SWEEP);
    if (time == t->n_columns)
        time = spk__table_find(t, SPK__TIME);
    int number = t->data_line;
    for (const char *p = t->data; p < t->end; number++) {
        const char *end = spk__line_end(p, t->end), *stop = end, *q = p;
        while (stop > p && spk__is_blank(stop[-1]))
            stop--;
        while (q < stop && spk__is_blank(*q))
            q++;
        bool more = true, row = q < stop && *q != '#' && *q != '%';
        double v[3] = {0, 0, 0};
        for (size_t k = 0; k < t->n_columns && row; k++) {
            const char *field = q;
            double x;
            if (!more || !spk__table_number(t, &q, stop, &x, &more) || !isfinite(x))
                return bad_field(s, number, field, stop);
            if (k == cell || k == trial || k == time)
                v[k == cell ? 0 : k == trial ? 1 : 2] = x;
        }
        spk_status st = row ? push(s, v[0], v[1], v[2] * s->scale) : SPK_OK;
        if (st)
            return st;
        p = end < t->end ? end + 1 : end;
    }
    return SPK_OK;
}

/* ---- units and windows ---- */

static spk_status find_scale(spikes *s) {
    const spk__table *t = &s->t;
    const char *unit = s->in->options->time_unit;
    size_t time = spk__table_find(t, SPK__SPIKE);
    spk__role role;
    if (time == t->n_columns)
        time = spk__table_find(t, SPK__TIME);
    if (t->n_columns && time == t->n_columns)
        return spk__table_fail_at(t, &t->header, "name the columns, as in neuron,trial,t_ms",
                                  "no column of the header is a time, a voltage or a current");
    s->scale = 1;
    if (t->n_columns && t->column[time].has_unit) {
        s->scale = t->column[time].scale;
    } else if (unit) {
        if (!spk__unit_of(t->ctx, unit, strlen(unit), &role, &s->scale) || role != SPK__TIME)
            return spk__fail(t->ctx, SPK_ERR_USAGE, NULL, NULL, "%s is no unit of time", unit);
    } else if (t->time_scale > 0) {
        s->scale = t->time_scale;
    } else if (t->n_columns) {
        return spk__table_fail_at(t, &t->column[time].loc, "write t_ms or t_s",
                                  "column %s has no unit", t->column[time].name);
    } else {
        s->assumed = true;
    }
    return SPK_OK;
}

static spk_status find_window(spikes *s) {
    const spk_read_options *o = s->in->options;
    double first = 0, last = 0;
    for (size_t i = 0; i < s->n; i++) {
        first = fmin(first, s->event[i].t_ms);
        last = fmax(last, s->event[i].t_ms);
    }
    s->start = !isnan(o->start_ms) ? o->start_ms : !isnan(s->t.start_ms) ? s->t.start_ms : first;
    s->stop = !isnan(o->stop_ms) ? o->stop_ms : !isnan(s->t.stop_ms) ? s->t.stop_ms : last;
    if (s->stop < s->start)
        return spk__fail(s->t.ctx, SPK_ERR_INPUT, &s->t.header, NULL,
                         "the window of observation, %g to %g ms, is empty", s->start, s->stop);
    /* Spikes outside a window that was asked for are not part of what is read. */
    size_t kept = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->event[i].t_ms >= s->start && s->event[i].t_ms <= s->stop)
            s->event[kept++] = s->event[i];
    if (kept < s->n)
        spk__warn(s->t.ctx, &s->t.header, NULL, "%zu spikes outside %g to %g ms are left out",
                  s->n - kept, s->start, s->stop);
    s->n = kept;
    return SPK_OK;
}

static int compare(const void *a, const void *b) {
    const event *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    if (x->trial != y->trial)
        return x->trial < y->trial ? -1 : 1;
    if (x->t_ms != y->t_ms)
        return x->t_ms < y->t_ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* ---- trains ---- */

static spk_status add_train(spikes *s, const event *e, size_t n, double cell, double trial) {
    double *t = SPK__ARRAY(s->t.ctx, n, double);
    if (!t)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        t[i] = e[i].t_ms;
    spk_status st = s->assumed ? spk__question_times(s->in, &s->t.header, t, n) : SPK_OK;
    if (st) {
        spk__free(s->t.ctx, t);
        return st;
    }
    char name[200], stem[128], cell_name[64];
    spk__stem(s->in->path, stem);
    snprintf(cell_name, sizeof cell_name, "%s %.0f", "cell", cell);
    bool table = spk__table_find(&s->t, SPK__CELL) < s->t.n_columns;
    if (table)
        snprintf(name, sizeof name, "%s trial %.0f", cell_name, trial);
    else if (s->n_trains == 1)
        snprintf(name, sizeof name, "%s", stem);
    else
        snprintf(name, sizeof name, "%s%strain %.0f", s->in->alone ? "" : stem,
                 s->in->alone ? "" : " ", trial);
    size_t index = spk__builder_count(s->in->builder);
    spk__sweep_in sweep = {.name = name, .cell = table ? cell_name : NULL,
                           .cell_id = (int64_t)cell,
                           .number = table || s->n_trains != 1 ? (int)trial : (int)index,
                           .spikes_ms = t, .n_spikes = n, .has_spikes = true,
                           .start_ms = s->start, .stop_ms = s->stop};
    return spk__builder_add_take(s->in->builder, &sweep, &s->t.header);
}

static spk_status add_trains(spikes *s) {
    if (s->n)
        qsort(s->event, s->n, sizeof *s->event, compare);
    spk_status st = SPK_OK;
    double next = 0;
    size_t a = 0;
    for (size_t b; a < s->n && !st; a = b) {
        const event *e = &s->event[a];
        for (b = a; b < s->n && s->event[b].cell == e->cell && s->event[b].trial == e->trial; b++) {
        }
        if (!(fabs(e->cell) < 9e15) || !(fabs(e->trial) < 2e9))
            return spk__fail(s->t.ctx, SPK_ERR_INPUT, &s->t.header, NULL,
                             "cell %g, trial %g is no number of a cell and a trial", e->cell, e->trial);
        for (; !s->t.n_columns && next < e->trial && !st; next++)
            st = add_train(s, NULL, 0, 0, next);
        if (!st)
            st = add_train(s, e, b - a, e->cell, e->trial);
        next = e->trial + 1;
    }
    for (; !s->t.n_columns && next < (double)s->n_trains && !st; next++)
        st = add_train(s, NULL, 0, 0, next);
    return st;
}

static spk_status read_text(spk__reader *in, const char *text, size_t length) {
    spikes s = {.in = in};
    spk_status st = spk__table_scan(in->ctx, in->options, in->path, text, length, &s.t);
    if (!st)
        st = find_scale(&s);
    if (!st)
        st = s.t.n_columns ? read_rows(&s) : read_bare(&s);
    if (!st)
        st = find_window(&s);
    if (!st && s.assumed && s.n)
        spk__note(in->ctx, &(spk_loc){.file = in->path}, "say so with a first line \"# ms\"",
                  "spike times are taken as ms");
    if (!st)
        st = add_trains(&s);
    spk__free(in->ctx, s.event);
    spk__table_free(&s.t);
    return st;
}

static spk_status read_spikes(spk__reader *in) {
    char *text = NULL;
    size_t length = 0;
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &length);
    if (!st)
        st = read_text(in, text, length);
    spk__free(in->ctx, text);
    return st;
}

static int probe_spikes(spk_ctx *ctx, const spk__probe *p) {
    spk__table t;
    int sure = spk__table_probe(ctx, p, &t);
    if (sure <= 0)
        return sure;
    bool trace = spk__table_count(&t, SPK__VOLTAGE) + spk__table_count(&t, SPK__CURRENT) > 0;
    bool times = spk__table_count(&t, SPK__TIME) + spk__table_count(&t, SPK__SPIKE) > 0;
    if (t.n_columns)
        sure = times && !trace ? 80 : 0;
    else if (t.data < t.end)
        sure = 40;
    else
        sure = 20; /* nothing but comments: trains without a spike */
    spk__table_free(&t);
    return sure;
}

/* ---- writing: one train a line ---- */

static spk_status write_spikes(spk_ctx *ctx, const spk_recording *r, const char *path) {
    spk__str out = {.ctx = ctx};
    char buf[32];
    const spk_loc loc = {.file = path};
    double start, stop;
    bool traces = false;
    spk__spike_window(ctx, r, path, &start, &stop);
    spk__str_add(&out, "# ms\n# start_ms: %s\n", spk__print_double(start, buf));
    spk__str_add(&out, "# stop_ms: %s\n# trains: %zu\n", spk__print_double(stop, buf),
                 spk_recording_sweep_count(r));
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        traces = traces || s->current_pA.n || s->voltage_mV.n;
        for (size_t i = 0; i < s->spikes.n; i++)
            spk__str_add(&out, "%s%s", i ? " " : "", spk__print_double(s->spikes.t_ms[i], buf));
        spk__str_add(&out, "\n");
    }
    if (traces)
        spk__warn(ctx, &loc, NULL, "lost: currents and voltages");
    if (spk_recording_cell_count(r) > 1)
        spk__warn(ctx, &loc, NULL, "lost: the names of the %zu cells", spk_recording_cell_count(r));
    spk_status st = out.failed ? SPK_ERR_MEMORY
                               : spk__write_file_atomic(ctx, path, out.text, out.length);
    spk__str_free(&out);
    return st;
}

const spk__format spk__format_spikes = {
    .info = {.name = "spikes",
             .sentence = "spike times as text: one train a line, one time a line, or a table",
             .extensions = "spikes train",
             .reads = true,
             .writes = true},
    .probe = probe_spikes,
    .read = read_spikes,
    .write = write_spikes,
};
