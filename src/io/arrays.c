/* From named arrays to sweeps. */
#include "io/arrays.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>

spk_status spk__arrays_add_take(spk__arrays *a, const char *name, double *v, size_t rows,
                                size_t columns) {
    if (!spk__grow(a->ctx, &a->array, a->n, &a->capacity, sizeof *a->array)) {
        spk__free(a->ctx, v);
        return SPK_ERR_MEMORY;
    }
    spk__array *x = &a->array[a->n++];
    snprintf(x->name, sizeof x->name, "%s", name);
    x->v = v;
    x->rows = rows;
    x->columns = columns;
    return SPK_OK;
}

void spk__arrays_free(spk__arrays *a) {
    for (size_t i = 0; i < a->n; i++)
        spk__free(a->ctx, a->array[i].v);
    spk__free(a->ctx, a->array);
}

/* An array whose meaning is known. */
typedef struct {
    spk__array *a;
    spk__role role;
    double scale;
} meaning;

typedef struct {
    spk__reader *in;
    spk_loc loc;
    meaning *known;
    size_t n, capacity;
} emitter;

static spk_status fail(const emitter *m, const char *hint, const char *format, const char *name) {
    char message[256];
    snprintf(message, sizeof message, "%s %s", name, format);
    return spk__fail(m->in->ctx, SPK_ERR_INPUT, &m->loc, hint, "%s", message);
}

/* What a name such as "V_mV" says; units that it lacks come from the options. */
static spk_status understand(emitter *m, spk__array *a, const char *as, bool must) {
    const spk_read_options *o = m->in->options;
    spk__table t = {.ctx = m->in->ctx, .delimiter = '\n', .path = m->in->path};
    spk_status st = spk__header_parse(&t, as, as + strlen(as), 0);
    if (st)
        return st;
    spk__column c = t.n_columns ? t.column[0] : (spk__column){0};
    spk__table_free(&t);
    bool current = c.role == SPK__CURRENT, voltage = c.role == SPK__VOLTAGE;
    if (c.role == SPK__OTHER || c.role == SPK__SWEEP || c.role == SPK__CELL)
        return must ? fail(m, "as in V_mV, I_pA, t_ms, dt_ms, spikes_ms", "names no quantity", as)
                    : SPK_OK;
    const char *unit = current ? o->current_unit : voltage ? o->voltage_unit : o->time_unit;
    spk__role found, want = current || voltage ? c.role : SPK__TIME;
    if (!c.has_unit && unit) {
        if (!spk__unit_of(m->in->ctx, unit, strlen(unit), &found, &c.scale) || found != want)
            return spk__fail(m->in->ctx, SPK_ERR_USAGE, NULL, NULL, "%s is no unit for %s", unit, as);
        c.has_unit = true;
    }
    if (!c.has_unit)
        return fail(m, "give the unit as an option, or select V_mV=name", "has no unit", as);
    if (!spk__grow(m->in->ctx, &m->known, m->n, &m->capacity, sizeof *m->known))
        return SPK_ERR_MEMORY;
    m->known[m->n++] = (meaning){a, c.role, c.scale};
    return SPK_OK;
}

/* "V_mV=vm,I_pA=stim" */
static spk_status understand_selection(emitter *m, spk__arrays *a, const char *select) {
    for (const char *p = select; *p;) {
        char item[160], *equal;
        size_t n = strcspn(p, ","), i = 0;
        snprintf(item, sizeof item, "%.*s", (int)(n < 150 ? n : 150), p);
        equal = strchr(item, '=');
        if (equal)
            *equal = '\0';
        const char *name = equal ? equal + 1 : item;
        while (i < a->n && strcmp(a->array[i].name, name) != 0)
            i++;
        if (i == a->n)
            return fail(m, a->n ? a->array[0].name : NULL, "is no numeric array of the file", name);
        spk_status st = understand(m, &a->array[i], item, true);
        if (st)
            return st;
        p += n + (p[n] == ',');
    }
    return SPK_OK;
}

/* The columns of a single matrix become arrays of their own. */
static spk_status name_columns(emitter *m, spk__arrays *a, const char *columns) {
    spk__array whole = a->array[0];
    size_t n = 1, k = 0;
    for (const char *p = columns; (p = strchr(p, ',')); p++)
        n++;
    if (a->n != 1 || whole.columns != n) {
        char text[80];
        snprintf(text, sizeof text, "%zu names for %zu columns:", n, whole.columns);
        return fail(m, NULL, columns, text);
    }
    for (const char *p = columns; k < n; k++) {
        char name[64];
        size_t length = strcspn(p, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 60 ? length : 60), p);
        double *v = SPK__ARRAY(a->ctx, whole.rows, double);
        if (!v)
            return SPK_ERR_MEMORY;
        if (whole.rows)
            memcpy(v, whole.v + k * whole.rows, whole.rows * sizeof *v);
        spk_status st = spk__arrays_add_take(a, name, v, whole.rows, 1);
        if (st)
            return st;
        p += length + (p[length] == ',');
    }
    return SPK_OK;
}

static spk_status understand_all(emitter *m, spk__arrays *a) {
    const spk_read_options *o = m->in->options;
    spk_status st = SPK_OK;
    if (o->columns && a->n)
        st = name_columns(m, a, o->columns);
    if (!st && o->select)
        return understand_selection(m, a, o->select);
    for (size_t i = o->columns ? 1 : 0; i < a->n && !st; i++)
        st = understand(m, &a->array[i], a->array[i].name, false);
    return st;
}

/* ---- sweeps ---- */

static meaning *find(const emitter *m, spk__role role) {
    for (size_t i = 0; i < m->n; i++)
        if (m->known[i].role == role)
            return &m->known[i];
    return NULL;
}

static size_t length(const spk__array *a) {
    return a->rows * a->columns;
}

/* Does time run along the columns? */
static bool lies(const spk__array *a, const meaning *time) {
    if (a->rows == 1 || a->columns == 1)
        return a->rows == 1;
    if (time && length(time->a) == a->columns && a->columns != a->rows)
        return true;
    return (!time || length(time->a) != a->rows) && a->columns > a->rows;
}

static double *take_sweep(const emitter *m, const meaning *x, const meaning *time, size_t k,
                          size_t *n, size_t *sweeps) {
    const spk__array *a = x->a;
    bool across = lies(a, time);
    *n = across ? a->columns : a->rows;
    *sweeps = across ? a->rows : a->columns;
    double *v = SPK__ARRAY(m->in->ctx, *n, double);
    if (*sweeps == 1)
        k = 0;
    for (size_t i = 0; v && i < *n && k < *sweeps; i++)
        v[i] = x->scale * (across ? a->v[i * a->rows + k] : a->v[k * a->rows + i]);
    return v;
}

static spk_status find_interval(const emitter *m, double *dt, double *start) {
    const meaning *time = find(m, SPK__TIME), *interval = find(m, SPK__INTERVAL);
    *dt = m->in->options->dt_ms;
    *start = 0;
    if (time && length(time->a) > 1) {
        size_t bad, n = length(time->a);
        double step = spk__sampling_interval(time->a->v, n, &bad) * time->scale;
        if (bad < n)
            return spk__fail(m->in->ctx, SPK_ERR_INPUT, &m->loc, "resample to an even grid",
                             "%s: sample %zu (%g) is off the even grid", time->a->name, bad,
                             time->a->v[bad]);
        *dt = spk__tidy(step, n);
        *start = time->a->v[0] * time->scale;
    } else if (interval && length(interval->a) == 1) {
        *dt = interval->a->v[0] * interval->scale;
    }
    if (!(*dt > 0) || !isfinite(*dt) || !isfinite(*start))
        return spk__fail(m->in->ctx, SPK_ERR_INPUT, &m->loc, "add an array t_ms or dt_ms, or give dt",
                         "nothing says when the samples were taken");
    return spk__question_sampling(m->in, &m->loc, *dt);
}

static spk_status add_trace(const emitter *m, const meaning *v, const meaning *i, size_t k, double dt,
                            double start, size_t *sweeps) {
    const meaning *time = find(m, SPK__TIME);
    size_t n_i_sweeps = 1;
    char name[160], stem[128];
    spk__sweep_in s = {.number = (int)(spk__builder_count(m->in->builder) - m->in->first),
                       .voltage_dt_ms = dt, .current_dt_ms = dt, .origin_ms = start};
    spk_status st = SPK_OK;
    *sweeps = 1;
    if (v && !(s.voltage_mV = take_sweep(m, v, time, k, &s.n_voltage, sweeps)))
        st = SPK_ERR_MEMORY;
    if (i && !(s.current_pA = take_sweep(m, i, time, k, &s.n_current, &n_i_sweeps)))
        st = SPK_ERR_MEMORY;
    if (!v)
        *sweeps = n_i_sweeps;
    if (!st && n_i_sweeps != 1 && n_i_sweeps != *sweeps)
        st = spk__fail(m->in->ctx, SPK_ERR_INPUT, &m->loc, NULL,
                       "%zu currents do not go with %zu voltages", n_i_sweeps, *sweeps);
    if (!st && v)
        st = spk__question_voltage(m->in, &m->loc, v->a->name, s.voltage_mV, s.n_voltage);
    if (!st && i)
        st = spk__question_current(m->in, &m->loc, i->a->name, s.current_pA, s.n_current);
    if (st) {
        spk__free(m->in->ctx, s.voltage_mV);
        spk__free(m->in->ctx, s.current_pA);
        return st;
    }
    spk__stem(m->in->path, stem);
    snprintf(name, sizeof name, *sweeps > 1 ? "%s sweep %zu" : "%s", stem, k);
    s.name = name;
    return spk__builder_add_take(m->in->builder, &s, &m->loc);
}

static spk_status add_traces(const emitter *m) {
    const meaning *v = find(m, SPK__VOLTAGE), *i = find(m, SPK__CURRENT);
    double dt, start;
    if (!v && !i)
        return SPK_OK;
    if (v && !length(v->a))
        return fail(m, NULL, "is empty", v->a->name);
    if (i && !length(i->a))
        return fail(m, NULL, "is empty", i->a->name);
    spk_status st = find_interval(m, &dt, &start);
    for (size_t k = 0, n = 1; k < n && !st; k++)
        st = add_trace(m, v, i, k, dt, start, &n);
    return st;
}

static spk_status add_spikes(const emitter *m, const meaning *x) {
    size_t n = length(x->a);
    double last = 0, first = 0, *t = SPK__ARRAY(m->in->ctx, n, double);
    if (!t)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        t[i] = x->a->v[i] * x->scale;
        first = fmin(first, t[i]);
        last = fmax(last, t[i]);
    }
    const spk_read_options *o = m->in->options;
    spk__sweep_in s = {.name = x->a->name, .spikes_ms = t, .n_spikes = n, .has_spikes = true,
                       .number = (int)(spk__builder_count(m->in->builder) - m->in->first),
                       .start_ms = isnan(o->start_ms) ? first : o->start_ms,
                       .stop_ms = isnan(o->stop_ms) ? last : o->stop_ms};
    return spk__builder_add_take(m->in->builder, &s, &m->loc);
}

spk_status spk__arrays_emit(spk__reader *in, spk__arrays *a) {
    emitter m = {.in = in, .loc = {.file = in->path}};
    spk_status st = understand_all(&m, a);
    if (!st)
        st = add_traces(&m);
    for (size_t i = 0; i < m.n && !st; i++)
        if (m.known[i].role == SPK__SPIKE)
            st = add_spikes(&m, &m.known[i]);
    if (!st && spk__builder_count(in->builder) == in->first) {
        spk__str names = {.ctx = in->ctx};
        spk__str_add(&names, "the arrays are");
        for (size_t i = 0; i < a->n && i < 12; i++)
            spk__str_add(&names, " %s", a->array[i].name);
        spk__str_add(&names, a->n ? "; select V_mV=%s if that is the voltage" : " not numbers%s",
                     a->n ? a->array[0].name : "");
        st = names.failed ? SPK_ERR_MEMORY
                          : spk__fail(in->ctx, SPK_ERR_INPUT, &m.loc, names.text,
                                      "no array's name says that it is a voltage, a current or spikes");
        spk__str_free(&names);
    }
    spk__free(in->ctx, m.known);
    return st;
}
