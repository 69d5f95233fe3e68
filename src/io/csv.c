/* Traces as text: a header with units, then rows of numbers. One time column (or an interval), any number
 * of voltage columns with one current for all or one for each, or a column that numbers the sweeps. */
#include "io/table.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    spk__reader *in;
    spk__table t;
    double **value; /* [column][row], in our units; NULL where unused */
    size_t n_rows, time, interval, sweep;
} csv;

static void free_csv(csv *c) {
    for (size_t i = 0; c->value && i < c->t.n_columns; i++)
        spk__free(c->t.ctx, c->value[i]);
    spk__free(c->t.ctx, c->value);
    spk__table_free(&c->t);
}

/* ---- the header ---- */

static const char example[] = "name the columns with their units, as in t_ms,I_pA,V_mV";

static spk_status give_unit(csv *c, spk__column *column) {
    const spk_read_options *o = c->in->options;
    bool current = column->role == SPK__CURRENT, voltage = column->role == SPK__VOLTAGE;
    const char *unit = current ? o->current_unit : voltage ? o->voltage_unit : o->time_unit;
    const char *like = current ? "pA" : voltage ? "mV" : "ms";
    spk__role want = current || voltage ? column->role : SPK__TIME, found = SPK__OTHER;
    if (!unit) {
        char hint[160];
        snprintf(hint, sizeof hint, "write %.60s_%s or %.60s [%s] in the header", column->name, like,
                 column->name, like);
        return spk__table_fail_at(&c->t, &column->loc, hint, "column %s has no unit", column->name);
    }
    if (!spk__unit_of(c->t.ctx, unit, strlen(unit), &found, &column->scale) || found != want)
        return spk__fail(c->t.ctx, SPK_ERR_USAGE, NULL, NULL, "%s is no unit for column %s", unit,
                         column->name);
    column->has_unit = true;
    return SPK_OK;
}

/* I_kg where no other column is a current. */
static spk_status check_meaning(const csv *c) {
    static const struct {
        spk__role role;
        const char *what, *unit;
    } known[] = {{SPK__TIME, "time", "ms"}, {SPK__CURRENT, "current", "pA"}, {SPK__VOLTAGE, "voltage", "mV"}};
    const spk__table *t = &c->t;
    for (size_t i = 0; i < t->n_columns; i++) {
        for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
            char hint[128];
            if (t->column[i].meant != known[k].role || spk__table_count(t, known[k].role))
                continue;
            snprintf(hint, sizeof hint, "name the unit that it is in, such as %s; or rename the column",
                     known[k].unit);
            return spk__table_fail_at(t, &t->column[i].loc, hint, "column %s has no unit of %s",
                                      t->column[i].name, known[k].what);
        }
    }
    return SPK_OK;
}

static spk_status check_header(csv *c) {
    spk__table *t = &c->t;
    size_t n_v = spk__table_count(t, SPK__VOLTAGE), n_i = spk__table_count(t, SPK__CURRENT);
    if (!t->n_columns)
        return spk__table_fail_at(t, &t->header, example,
                                  "the file begins with numbers: there is no header");
    spk_status meaning = check_meaning(c);
    if (meaning)
        return meaning;
    if (n_v + n_i == 0)
        return spk__table_fail_at(t, &t->header, example,
                                  "no column of the header is a voltage or a current");
    if (n_i > 1 && n_v && n_i != n_v)
        return spk__table_fail_at(t, &t->header, "give one current for all, or one for each voltage",
                                  "%zu currents do not go with %zu voltages", n_i, n_v);
    for (size_t i = 0; i < t->n_columns; i++) {
        spk__column *k = &t->column[i];
        bool quantity = k->role == SPK__TIME || k->role == SPK__CURRENT ||
                        k->role == SPK__VOLTAGE || k->role == SPK__INTERVAL;
        if (quantity && !k->has_unit) {
            spk_status st = give_unit(c, k);
            if (st)
                return st;
        }
        if (!quantity && k->role != SPK__SWEEP)
            spk__note(t->ctx, &k->loc, NULL, "column %s is not used", k->name);
    }
    c->time = spk__table_find(t, SPK__TIME);
    c->interval = spk__table_find(t, SPK__INTERVAL);
    c->sweep = spk__table_find(t, SPK__SWEEP);
    if (c->time == t->n_columns && c->interval == t->n_columns && isnan(t->dt_ms) &&
        !(c->in->options->dt_ms > 0))
        return spk__table_fail_at(t, &t->header,
                                  "add a column t_ms or dt_ms, a line \"# dt_ms: 0.1\", or say dt",
                                  "nothing says when the samples were taken");
    return SPK_OK;
}

/* ---- the rows ---- */

static bool next_row(const spk__table *t, const char **line, const char **stop, int *number) {
    while (*line < t->end) {
        const char *end = spk__line_end(*line, t->end), *p = *line;
        *stop = end;
        while (*stop > p && spk__is_blank((*stop)[-1]) && (*stop)[-1] != t->delimiter)
            --*stop;
        while (p < *stop && spk__is_blank(*p))
            p++;
        if (p < *stop && *p != '#' && *p != '%')
            return true;
        *line = end < t->end ? end + 1 : end;
        ++*number;
    }
    return false;
}

static spk_status bad_field(const csv *c, int line, const char *p, const char *stop, size_t k) {
    const spk__table *t = &c->t;
    while (p < stop && spk__is_blank(*p))
        p++;
    const char *q = p;
    while (q < stop && *q != t->delimiter && !(t->delimiter == ' ' && spk__is_blank(*q)))
        q++;
    while (q > p && spk__is_blank(q[-1]))
        q--;
    return spk__table_fail(t, line, p, (size_t)(q - p), NULL, "'%.*s' is no number (column %s)",
                           (int)(q - p > 40 ? 40 : q - p), p, t->column[k].name);
}

static spk_status bad_value(const csv *c, int line, const char *p, const char *stop, size_t k) {
    const spk__table *t = &c->t;
    while (p < stop && spk__is_blank(*p))
        p++;
    size_t n = 0;
    while (p + n < stop && p[n] != t->delimiter && !spk__is_blank(p[n]))
        n++;
    return spk__table_fail(t, line, p, n,
                           "a simulation needs every value: cut the sweep there, or fill the gap",
                           "column %s has %s here", t->column[k].name, n ? "no finite number" : "nothing");
}

static spk_status ragged(const csv *c, int line, const char *p, const char *stop, size_t n) {
    const spk__table *t = &c->t;
    const char *q = p;
    size_t extra = n;
    while (q < stop)
        extra += *q++ == t->delimiter;
    return spk__table_fail(t, line, p < stop ? p : stop, 1, "was the file cut off while written?",
                           "this row has %zu column%s, the header %zu", n < t->n_columns ? n : extra + 1,
                           n == 1 ? "" : "s", t->n_columns);
}

/* Passes over a field that is not used. */
static bool skip_field(const spk__table *t, const char **p, const char *stop) {
    const char *q = *p;
    if (t->delimiter == ' ') {
        while (q < stop && !spk__is_blank(*q))
            q++;
        while (q < stop && spk__is_blank(*q))
            q++;
        *p = q;
        return q < stop;
    }
    q = memchr(q, t->delimiter, (size_t)(stop - q));
    *p = q ? q + 1 : stop;
    return q != NULL;
}

static spk_status read_row(csv *c, const char *line, const char *stop, int number) {
    const spk__table *t = &c->t;
    const char *p = line;
    bool more = true;
    if (t->delimiter == ' ')
        while (p < stop && spk__is_blank(*p))
            p++;
    for (size_t k = 0; k < t->n_columns; k++) {
        if (!more)
            return ragged(c, number, p, stop, k);
        const char *field = p;
        if (!c->value[k]) {
            more = skip_field(t, &p, stop);
            continue;
        }
        double x;
        if (!spk__table_number(t, &p, stop, &x, &more))
            return bad_field(c, number, field, stop, k);
        if (!isfinite(x) && !(isnan(x) && t->column[k].role == SPK__VOLTAGE))
            return bad_value(c, number, field, stop, k);
        c->value[k][c->n_rows] = x * t->column[k].scale;
    }
    while (p < stop && spk__is_blank(*p))
        p++;
    if (p < stop)
        return ragged(c, number, p, stop, t->n_columns);
    c->n_rows++;
    return SPK_OK;
}

static spk_status read_rows(csv *c) {
    spk__table *t = &c->t;
    size_t room = 1;
    for (const char *p = t->data; (p = memchr(p, '\n', (size_t)(t->end - p))); p++)
        room++;
    c->value = SPK__ARRAY(t->ctx, t->n_columns, double *);
    if (!c->value)
        return SPK_ERR_MEMORY;
    for (size_t k = 0; k < t->n_columns; k++) {
        spk__role role = t->column[k].role;
        bool used = role == SPK__CURRENT || role == SPK__VOLTAGE || k == c->time ||
                    k == c->interval || k == c->sweep;
        if (used && !(c->value[k] = SPK__ARRAY(t->ctx, room, double)))
            return SPK_ERR_MEMORY;
    }
    const char *line = t->data, *stop;
    int number = t->data_line;
    while (next_row(t, &line, &stop, &number)) {
        spk_status st = read_row(c, line, stop, number);
        if (st)
            return st;
        stop = spk__line_end(stop, t->end);
        line = stop < t->end ? stop + 1 : stop;
        number++;
    }
    if (!c->n_rows)
        return spk__table_fail_at(t, &t->header, NULL, "there are no rows of numbers");
    return SPK_OK;
}

/* Where row number `row` stands; looked up only for errors. */
static spk_loc row_loc(const csv *c, size_t row, size_t column) {
    const spk__table *t = &c->t;
    const char *line = t->data, *stop;
    int number = t->data_line;
    for (size_t i = 0; next_row(t, &line, &stop, &number) && i < row; i++) {
        stop = spk__line_end(stop, t->end);
        line = stop < t->end ? stop + 1 : stop;
        number++;
    }
    const char *p = line;
    for (size_t k = 0; k < column; k++)
        skip_field(t, &p, stop);
    const char *q = p;
    while (q < stop && *q != t->delimiter && !spk__is_blank(*q))
        q++;
    return spk__table_loc(t, number, p, (size_t)(q - p));
}

/* ---- sampling ---- */

static spk_status uneven(const csv *c, size_t a, size_t bad) {
    const spk__table *t = &c->t;
    const double *time = c->value[c->time];
    spk_loc loc = row_loc(c, bad, c->time);
    double step = time[bad] - time[bad - 1];
    if (!(step > 0))
        return spk__table_fail_at(t, &loc,
                                  "number the sweeps in a column \"sweep\" if one begins here; give dt "
                                  "in place of times that are rounded too much",
                                  "time does not increase: %g ms after %g ms", time[bad],
                                  time[bad - 1]);
    return spk__table_fail_at(t, &loc, "resample to an even grid",
                              "uneven sampling: a step of %g ms after steps of %g ms", step,
                              bad > a + 1 ? time[bad - 1] - time[bad - 2] : time[a + 1] - time[a]);
}

static spk_status sampling(const csv *c, size_t a, size_t b, double *dt) {
    const spk__table *t = &c->t;
    double given = c->in->options->dt_ms > 0 ? c->in->options->dt_ms : t->dt_ms;
    spk_loc loc = t->header;
    *dt = given;
    if (c->time < t->n_columns) {
        size_t bad;
        loc = t->column[c->time].loc;
        if (b - a < 2)
            return spk__table_fail_at(t, &loc, NULL, "a sweep of one row is too short");
        *dt = spk__sampling_interval(c->value[c->time] + a, b - a, &bad);
        if (bad < b - a)
            return uneven(c, a, a + bad);
        if (fabs(given - *dt) > 0.01 * *dt)
            return spk__table_fail_at(t, &loc, NULL,
                                      "the times say a sample every %g ms, the interval given is %g ms",
                                      *dt, given);
    } else if (c->interval < t->n_columns) {
        const double *v = c->value[c->interval];
        loc = t->column[c->interval].loc;
        *dt = v[a];
        for (size_t i = a; i < b; i++) {
            if (fabs(v[i] - *dt) <= 1e-6 * fabs(*dt) && v[i] > 0)
                continue;
            loc = row_loc(c, i, c->interval);
            return spk__table_fail_at(t, &loc, "resample to an even grid",
                                      "the sampling interval is %g ms here, and %g ms before", v[i],
                                      *dt);
        }
    }
    return spk__question_sampling(c->in, &loc, *dt);
}

/* ---- sweeps ---- */

static double *copy_rows(const csv *c, size_t column, size_t a, size_t b) {
    double *v = SPK__ARRAY(c->t.ctx, b - a, double);
    if (v)
        memcpy(v, c->value[column] + a, (b - a) * sizeof *v);
    return v;
}

/* The k-th column of a role, or the only one; n_columns if there is none. */
static size_t nth(const spk__table *t, spk__role role, size_t k) {
    size_t count = spk__table_count(t, role), i = spk__table_find(t, role);
    for (; count > 1 && k; k--)
        for (i++; t->column[i].role != role; i++) {
        }
    return i;
}

static spk_status add_sweep(csv *c, size_t a, size_t b, size_t k, double dt, const char *name,
                            int number) {
    const spk__table *t = &c->t;
    size_t i = nth(t, SPK__CURRENT, k), v = nth(t, SPK__VOLTAGE, k), n_v = b - a;
    spk__sweep_in s = {.name = name, .number = number, .current_dt_ms = dt, .voltage_dt_ms = dt};
    if (c->time < t->n_columns)
        s.origin_ms = c->value[c->time][a];
    if (i < t->n_columns) {
        s.n_current = b - a;
        s.current_pA = copy_rows(c, i, a, b);
    }
    if (v < t->n_columns) {
        /* Columns of unequal length end in empty fields. */
        while (n_v > 1 && isnan(c->value[v][a + n_v - 1]))
            n_v--;
        s.n_voltage = n_v;
        s.voltage_mV = copy_rows(c, v, a, a + n_v);
    }
    if ((s.n_current && !s.current_pA) || (s.n_voltage && !s.voltage_mV)) {
        spk__free(t->ctx, s.current_pA);
        spk__free(t->ctx, s.voltage_mV);
        return SPK_ERR_MEMORY;
    }
    return spk__builder_add_take(c->in->builder, &s, &t->header);
}

static spk_status add_rows(csv *c, size_t a, size_t b, int number) {
    const spk__table *t = &c->t;
    size_t n_v = spk__table_count(t, SPK__VOLTAGE), n_i = spk__table_count(t, SPK__CURRENT);
    size_t n = n_v ? n_v : n_i;
    bool several = c->sweep < t->n_columns || n > 1;
    char stem[128], name[160];
    spk__stem(c->in->path, stem);
    double dt;
    spk_status st = sampling(c, a, b, &dt);
    for (size_t k = 0; k < n && !st; k++) {
        int id = c->sweep < t->n_columns ? number + (int)k
                                         : (int)(spk__builder_count(c->in->builder));
        if (!several)
            snprintf(name, sizeof name, "%s", stem);
        else
            snprintf(name, sizeof name, "%s%ssweep %d", c->in->alone ? "" : stem,
                     c->in->alone ? "" : " ", id);
        st = add_sweep(c, a, b, k, dt, name, id);
    }
    return st;
}

static spk_status add_all(csv *c) {
    const spk__table *t = &c->t;
    if (c->sweep == t->n_columns)
        return add_rows(c, 0, c->n_rows, 0);
    const double *id = c->value[c->sweep];
    for (size_t a = 0, b; a < c->n_rows; a = b) {
        for (b = a; b < c->n_rows && id[b] == id[a]; b++) {
        }
        spk_status st = SPK_OK;
        if (!(fabs(id[a]) < 1e9) || id[a] != floor(id[a]) || (a && id[a] < id[a - 1])) {
            spk_loc loc = row_loc(c, a, c->sweep);
            return spk__table_fail_at(t, &loc, "rows of one sweep stand together, in order",
                                      "sweep %g %s", id[a],
                                      a && id[a] < id[a - 1] ? "comes after a later one"
                                                             : "is no whole number");
        }
        st = add_rows(c, a, b, (int)id[a]);
        if (st)
            return st;
    }
    return SPK_OK;
}

static spk_status question(csv *c) {
    const spk__table *t = &c->t;
    spk_status st = SPK_OK;
    for (size_t k = 0; k < t->n_columns && !st; k++) {
        const spk__column *column = &t->column[k];
        char what[80];
        snprintf(what, sizeof what, "column %s", column->name);
        if (column->role == SPK__VOLTAGE)
            st = spk__question_voltage(c->in, &column->loc, what, c->value[k], c->n_rows);
        else if (column->role == SPK__CURRENT)
            st = spk__question_current(c->in, &column->loc, what, c->value[k], c->n_rows);
    }
    return st;
}

static spk_status read_text(spk__reader *in, const char *text, size_t length) {
    csv c = {.in = in};
    spk_status st = spk__table_scan(in->ctx, in->options, in->path, text, length, &c.t);
    if (!st)
        st = check_header(&c);
    if (!st)
        st = read_rows(&c);
    if (!st)
        st = question(&c);
    if (!st)
        st = add_all(&c);
    free_csv(&c);
    return st;
}

static spk_status read_csv(spk__reader *in) {
    char *text = NULL;
    size_t length = 0;
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &length);
    if (!st)
        st = read_text(in, text, length);
    spk__free(in->ctx, text);
    return st;
}

/* Sure where a header names a trace; likely for rows whose first column increases steadily. */
static int probe_csv(spk_ctx *ctx, const spk__probe *p) {
    spk__table t;
    int sure = spk__table_probe(ctx, p, &t);
    if (sure <= 0)
        return sure;
    if (spk__table_count(&t, SPK__VOLTAGE) + spk__table_count(&t, SPK__CURRENT))
        sure = 90;
    else if (t.n_columns && t.data < t.end)
        sure = 30;
    else if (t.n_columns) {
        sure = 0;
    } else {
        const char *line = t.data, *stop;
        int number = 1, rows = 0;
        double first[8], other;
        bool more = true, trace = true;
        for (; rows < 8 && trace && next_row(&t, &line, &stop, &number); rows++) {
            const char *q = line;
            trace = spk__table_number(&t, &q, stop, &first[rows], &more) && more &&
                    spk__table_number(&t, &q, stop, &other, &more);
            stop = spk__line_end(stop, t.end);
            line = stop < t.end ? stop + 1 : stop;
        }
        for (int i = 2; i < rows && trace; i++)
            trace = first[1] > first[0] && fabs(first[i] - 2 * first[i - 1] + first[i - 2]) <=
                                               0.1 * (first[1] - first[0]);
        sure = trace && rows > 3 ? 60 : 10;
    }
    spk__table_free(&t);
    return sure;
}

const spk__format spk__format_csv = {
    .info = {.name = "csv",
             .sentence = "traces as text, units in the header: t_ms,I_pA,V_mV",
             .extensions = "csv tsv txt",
             .reads = true,
             .writes = true},
    .probe = probe_csv,
    .read = read_csv,
    .write = spk__csv_write,
};
