/* NEST's ASCII recordings. Those of NEST 3 begin with comments and a header ("sender time_ms", or
 * "sender time_step time_offset", then what a multimeter recorded); those of NEST 2, called gdf, are bare
 * columns of sender and time in ms. */
#include "recording/recording.h"
#include "io/events.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int64_t sender;
    double t_ms, v_mV;
} row;

/* The columns of a line, by position; -1: absent. */
typedef struct {
    spk__reader *in;
    spk__table t;
    int sender, time, step, offset, voltage;
    bool bare;
    row *row;
    size_t n, capacity;
} reader;

static int find_name(const spk__table *t, const char *name) {
    for (size_t i = 0; i < t->n_columns; i++)
        if (strcmp(t->column[i].name, name) == 0)
            return (int)i;
    return -1;
}

static spk_status find_columns(reader *r) {
    const spk__table *t = &r->t;
    r->sender = 0;
    r->time = 1;
    r->step = r->offset = r->voltage = -1;
    if (r->bare)
        return SPK_OK;
    size_t sender = spk__table_find(t, SPK__CELL), time = spk__table_find(t, SPK__TIME);
    r->sender = (int)sender;
    r->time = time < t->n_columns ? (int)time : -1;
    r->step = find_name(t, "time_step");
    r->offset = find_name(t, "time_offset");
    r->voltage = find_name(t, "V_m");
    if (sender == t->n_columns)
        return spk__table_fail_at(t, &t->header, NULL, "no column of the header is a sender");
    if (r->step >= 0) {
        r->time = -1;
        if (!(r->in->options->dt_ms > 0))
            return spk__table_fail_at(t, &t->column[r->step].loc, "give NEST's resolution as dt",
                                      "times are counted in steps of unknown length");
    } else if (r->time < 0) {
        return spk__table_fail_at(t, &t->header, NULL, "no column of the header is a time");
    }
    return SPK_OK;
}

static spk_status read_line(reader *r, const char *p, const char *stop, int number) {
    int wanted[] = {r->sender, r->time, r->step, r->offset, r->voltage}, last = 0;
    double v[5] = {0};
    for (int i = 0; i < 5; i++)
        last = wanted[i] > last ? wanted[i] : last;
    bool more = true;
    for (int k = 0; k <= last; k++) {
        const char *field = p;
        double x;
        if (!more || p == stop || !spk__table_number(&r->t, &p, stop, &x, &more) || !isfinite(x))
            return spk__table_fail(&r->t, number, field, 1, "was the file cut off while written?",
                                   "a number is wanted here, in column %d", k + 1);
        for (int i = 0; i < 5; i++)
            if (wanted[i] == k)
                v[i] = x;
    }
    if (!(fabs(v[0]) < 9e15))
        return spk__table_fail(&r->t, number, p, 1, NULL, "cell %g is none", v[0]);
    double scale = r->bare ? 1 : r->time >= 0 ? r->t.column[r->time].scale : 1;
    double t = r->time >= 0 ? v[1] * scale : v[2] * r->in->options->dt_ms - v[3];
    if (!spk__grow(r->in->ctx, &r->row, r->n, &r->capacity, sizeof *r->row))
        return SPK_ERR_MEMORY;
    r->row[r->n++] = (row){(int64_t)v[0], t, v[4]};
    return SPK_OK;
}

static spk_status read_lines(reader *r) {
    const spk__table *t = &r->t;
    int number = t->data_line;
    for (const char *p = t->data; p < t->end; number++) {
        const char *end = spk__line_end(p, t->end), *stop = end, *q = p;
        while (stop > p && spk__is_blank(stop[-1]))
            stop--;
        while (q < stop && spk__is_blank(*q))
            q++;
        if (q < stop && *q != '#') {
            spk_status st = read_line(r, q, stop, number);
            if (st)
                return st;
        }
        p = end < t->end ? end + 1 : end;
    }
    return SPK_OK;
}

static int compare(const void *a, const void *b) {
    const row *x = a, *y = b;
    if (x->sender != y->sender)
        return x->sender < y->sender ? -1 : 1;
    return (x->t_ms > y->t_ms) - (x->t_ms < y->t_ms);
}

static spk_status add_voltage(reader *r, const row *first, size_t n) {
    spk_ctx *ctx = r->in->ctx;
    double *v = SPK__ARRAY(ctx, n, double), *t = SPK__ARRAY(ctx, n, double);
    size_t bad = n;
    spk_status st = v && t ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; i < n && !st; i++) {
        t[i] = first[i].t_ms;
        v[i] = first[i].v_mV;
    }
    double dt = st ? 0 : spk__sampling_interval(t, n, &bad);
    if (!st && (bad < n || n < 2))
        st = spk__table_fail_at(&r->t, &r->t.header, NULL,
                                "the voltage of sender %lld is not sampled evenly",
                                (long long)first->sender);
    char name[40];
    snprintf(name, sizeof name, "cell %lld", (long long)first->sender);
    spk__sweep_in s = {.name = name, .cell = name, .cell_id = first->sender, .voltage_mV = v,
                       .n_voltage = n, .voltage_dt_ms = dt, .origin_ms = first->t_ms};
    spk__free(ctx, t);
    if (st) {
        spk__free(ctx, v);
        return st;
    }
    return spk__builder_add_take(r->in->builder, &s, &r->t.header);
}

static spk_status emit_voltages(reader *r) {
    spk_status st = SPK_OK;
    if (r->n)
        qsort(r->row, r->n, sizeof *r->row, compare);
    for (size_t a = 0, b; a < r->n && !st; a = b) {
        for (b = a; b < r->n && r->row[b].sender == r->row[a].sender; b++) {
        }
        st = add_voltage(r, &r->row[a], b - a);
    }
    return st;
}

static spk_status emit_spikes(reader *r) {
    spk__events e = {.ctx = r->in->ctx};
    spk__events_as as = {.cells = true, .n_trials = 1, .start_ms = r->t.start_ms,
                         .stop_ms = r->t.stop_ms, .assumed_ms = false, .loc = &r->t.header};
    spk_status st = spk__ids_asked(r->in, &as);
    for (size_t i = 0; i < r->n && !st; i++)
        st = spk__events_add(&e, 0, r->row[i].sender, 0, r->row[i].t_ms);
    if (!st && !r->n && as.first_id < 0)
        st = spk__table_fail_at(&r->t, &r->t.header, "give first_id and last_id",
                                "there are no spikes, and nothing says how many cells there are");
    if (!st)
        st = spk__events_emit(r->in, &e, &as);
    spk__events_free(&e);
    return st;
}

static spk_status read_file(spk__reader *in, bool bare) {
    reader r = {.in = in, .bare = bare};
    char *text = NULL;
    size_t length = 0;
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &length);
    if (!st)
        st = spk__table_scan(in->ctx, in->options, in->path, text, length, &r.t);
    if (!st)
        st = find_columns(&r);
    if (!st)
        st = read_lines(&r);
    if (!st)
        st = r.voltage >= 0 ? emit_voltages(&r) : emit_spikes(&r);
    spk__free(in->ctx, r.row);
    spk__table_free(&r.t);
    spk__free(in->ctx, text);
    return st;
}

static spk_status read_nest(spk__reader *in) {
    return read_file(in, false);
}

static spk_status read_gdf(spk__reader *in) {
    return read_file(in, true);
}

static int probe_nest(spk_ctx *ctx, const spk__probe *p) {
    spk__table t;
    int sure = spk__table_probe(ctx, p, &t);
    if (sure <= 0)
        return sure;
    sure = 0;
    if (t.n_columns > 1 && strcmp(t.column[0].name, "sender") == 0)
        sure = 95;
    spk__table_free(&t);
    return sure;
}

/* Rows of a whole number and a time, blanks between, of which some time is before the number or the row
 * above: neither a train a line nor a trace looks so. */
static int probe_gdf(spk_ctx *ctx, const spk__probe *p) {
    spk__table t;
    int sure = spk__table_probe(ctx, p, &t);
    if (sure <= 0)
        return sure;
    int rows = 0;
    bool fits = !t.n_columns && t.delimiter != ',' && t.delimiter != ';', falls = false;
    double last = -INFINITY;
    for (const char *q = t.data; q < t.end && fits && rows < 1000; rows++) {
        const char *end = spk__line_end(q, t.end), *stop = end, *at = q;
        double id, time;
        bool more = true;
        while (stop > q && spk__is_blank(stop[-1]))
            stop--;
        fits = spk__table_number(&t, &at, stop, &id, &more) && more &&
               spk__table_number(&t, &at, stop, &time, &more) && !more && id == floor(id) && id >= 0;
        if (fits) {
            falls = falls || time < id || id < last;
            last = id;
        }
        q = end < t.end ? end + 1 : end;
    }
    spk__table_free(&t);
    return fits && rows > 0 ? (falls ? 70 : 35) : 0;
}

/* ---- writing ---- */

typedef struct {
    double t;
    int64_t id;
} spike;

static int by_time(const void *a, const void *b) {
    const spike *x = a, *y = b;
    if (x->t != y->t)
        return x->t < y->t ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static spk_status write_lines(spk_ctx *ctx, const spk_recording *r, const char *path,
                              const char *header) {
    size_t n = 0, traces = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        n += s->spikes.n;
        traces += s->current_pA.n || s->voltage_mV.n;
    }
    spike *list = SPK__ARRAY(ctx, n, spike);
    if (!list)
        return SPK_ERR_MEMORY;
    n = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        for (size_t i = 0; i < s->spikes.n; i++)
            list[n++] = (spike){s->spikes.t_ms[i], spk__recording_unique_id(r, (size_t)s->cell)};
    }
    if (n)
        qsort(list, n, sizeof *list, by_time);
    spk__str out = {.ctx = ctx};
    char buf[32];
    spk__str_add(&out, "%s", header);
    for (size_t i = 0; i < n; i++)
        spk__str_add(&out, "%lld\t%s\n", (long long)list[i].id, spk__print_double(list[i].t, buf));
    spk__free(ctx, list);
    spk_status st = out.failed ? SPK_ERR_MEMORY
                               : spk__write_file_atomic(ctx, path, out.text ? out.text : "", out.length);
    spk__str_free(&out);
    const spk_loc loc = {.file = path};
    if (!st && traces)
        spk__warn(ctx, &loc, NULL, "lost: currents and voltages of %zu sweeps", traces);
    if (!st)
        spk__warn(ctx, &loc, NULL, "lost: the window of observation, and cells without spikes");
    return st;
}

static spk_status write_nest(spk_ctx *ctx, const spk_recording *r, const char *path) {
    return write_lines(ctx, r, path, "# RecordingBackendASCII version: 2\nsender\ttime_ms\n");
}

static spk_status write_gdf(spk_ctx *ctx, const spk_recording *r, const char *path) {
    return write_lines(ctx, r, path, "");
}

const spk__format spk__format_nest = {
    .info = {.name = "nest",
             .sentence = "ASCII recordings of NEST 3: spikes, or V_m of a multimeter",
             .extensions = "dat",
             .options = spk__id_options,
             .reads = true,
             .writes = true},
    .probe = probe_nest,
    .read = read_nest,
    .write = write_nest,
};

const spk__format spk__format_gdf = {
    .info = {.name = "gdf",
             .sentence = "rows of sender and time in ms, as NEST 2 wrote them",
             .extensions = "gdf",
             .options = spk__id_options,
             .reads = true,
             .writes = true},
    .probe = probe_gdf,
    .read = read_gdf,
    .write = write_gdf,
};
