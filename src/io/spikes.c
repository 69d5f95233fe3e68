/* Spike times as text. Three layouts:
 *
 *     one time a line             a single train
 *     one train a line            blanks, commas or tabs between times; a blank line is a silent train
 *     a table with a header       neuron,trial,t_s (cell and trial may be missing)
 *
 * The unit of the first two is said by a comment ("# ms", "# unit: s") or an option, else ms is assumed,
 * with a note; "# trains: 3" says that three lines are trains even if none has two times. The window is said by "# start_ms: 0" and "# stop_ms: 1300" or by options, else it runs
 * from 0 to the last spike of the file. */
#include "io/events.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    spk__reader *in;
    spk__table t;
    spk__events events;
    size_t n_trains; /* of a file without a header */
    double scale;
    bool assumed;
} spikes;

static spk_status bad_field(const spikes *s, int line, const char *p, const char *stop) {
    while (p < stop && spk__is_blank(*p))
        p++;
    size_t n = 0;
    while (p + n < stop && !spk__is_blank(p[n]) && p[n] != s->t.delimiter && n < 40)
        n++;
    return spk__table_fail(&s->t, line, p, n ? n : 1, NULL, "'%.*s' is no %s", (int)n, p,
                           s->t.n_columns ? "number" : "spike time");
}

/* ---- layouts ---- */

/* Fields of a line of bare times, set apart by blanks, commas, semicolons or tabs. *count: how many. */
static spk_status read_times(spikes *s, const char *p, const char *stop, int line, int32_t train,
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
        spk_status st = spk__events_add(&s->events, 0, 0, train, x * s->scale);
        if (st)
            return st;
        p = after;
    }
}

static spk_status read_bare(spikes *s) {
    const spk__table *t = &s->t;
    size_t widest = 0;
    int32_t lines = 0, last = 0;
    int number = t->data_line;
    for (const char *p = t->data; p < t->end; number++) {
        const char *end = spk__line_end(p, t->end), *stop = end;
        while (stop > p && spk__is_blank(stop[-1]))
            stop--;
        if (!(p < stop && (*p == '#' || *p == '%'))) {
            size_t count;
            spk_status st = read_times(s, p, stop, number, lines, &count);
            if (st)
                return st;
            widest = count > widest ? count : widest;
            lines++;
            if (count)
                last = lines;
        }
        p = end < t->end ? end + 1 : end;
    }
    if (t->trains && (t->trains < (size_t)last || t->trains > (size_t)lines))
        return spk__table_fail_at(t, &t->header, "a silent train is a blank line",
                                  "%zu trains are announced, %d lines are there", t->trains,
                                  (int)lines);
    s->n_trains = t->trains ? t->trains : widest > 1 ? (size_t)last : 1;
    for (size_t i = 0; i < s->events.n && widest <= 1 && !t->trains; i++)
        s->events.event[i].trial = 0;
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
        if (!(fabs(v[0]) < 9e15) || !(fabs(v[1]) < 2e9))
            return spk__table_fail(t, number, p, 1, NULL,
                                   "cell %g, trial %g: these are no numbers of a cell and a trial", v[0],
                                   v[1]);
        spk_status st = row ? spk__events_add(&s->events, 0, (int64_t)v[0], (int32_t)v[1],
                                              v[2] * s->scale)
                            : SPK_OK;
        if (st)
            return st;
        s->n_trains = trial < t->n_columns ? 2 : 1; /* more than one may be */
        p = end < t->end ? end + 1 : end;
    }
    return SPK_OK;
}

/* ---- units ---- */

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

static spk_status read_text(spk__reader *in, const char *text, size_t length) {
    spikes s = {.in = in, .events = {.ctx = in->ctx}};
    spk_status st = spk__table_scan(in->ctx, in->options, in->path, text, length, &s.t);
    if (!st)
        st = find_scale(&s);
    if (!st)
        st = s.t.n_columns ? read_rows(&s) : read_bare(&s);
    if (!st && s.assumed && s.events.n)
        spk__note(in->ctx, &(spk_loc){.file = in->path}, "say so with a first line \"# ms\"",
                  "spike times are taken as ms");
    if (!st) {
        bool cells = spk__table_find(&s.t, SPK__CELL) < s.t.n_columns;
        spk__events_as as = {.cells = cells, .n_trials = s.n_trains,
                             .silent_trials = !s.t.n_columns, .start_ms = s.t.start_ms,
                             .stop_ms = s.t.stop_ms, .first_id = -1, .last_id = -1,
                             .assumed_ms = s.assumed, .loc = &s.t.header};
        st = spk__events_emit(in, &s.events, &as);
    }
    spk__events_free(&s.events);
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
