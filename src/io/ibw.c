/* Igor binary waves, versions 2 and 5, of either byte order: one quantity a file, sampled at an even step;
 * the columns of a matrix are sweeps. The layout is WaveMetrics' Technical Note 3. A current and a voltage
 * in files of their own become one sweep (io.h, spk_recording_read). */
#include "io/bytes.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    spk__reader *in;
    spk__bytes b;
    size_t data, rows, columns;
    spk__stored stored;
    double dt, start;
    char name[36], unit[64], time_unit[64];
} wave;

static spk_status fail(const wave *w, const char *hint, const char *what, long long n) {
    return spk__fail(w->in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = w->in->path}, hint, what, n);
}

static spk_status find_type(wave *w, int type) {
    static const struct {
        int type;
        spk__stored stored;
    } known[] = {{2, SPK__F32}, {4, SPK__F64}, {8, SPK__I8}, {16, SPK__I16}, {32, SPK__I32},
                 {64 | 8, SPK__U8}, {64 | 16, SPK__U16}, {64 | 32, SPK__U32}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].type == type) {
            w->stored = known[i].stored;
            return SPK_OK;
        }
    }
    return fail(w, NULL, type & 1 ? "the wave is complex (type %lld)"
                                  : "the wave holds no numbers (type %lld)", type);
}

/* The headers' 16-bit words add up to 0. */
static bool checksum_fits(wave *w, size_t size) {
    uint16_t sum = 0;
    for (size_t i = 0; i < size; i += 2)
        sum = (uint16_t)(sum + spk__u16(&w->b, i));
    return sum == 0 && !w->b.past;
}

static spk_status read_version_2(wave *w) {
    enum { HEADER = 16, SIZE = 110 };
    int32_t n = spk__i32(&w->b, HEADER + 42);
    if (!checksum_fits(w, HEADER + SIZE))
        return fail(w, "the file is damaged", "the header's checksum is wrong (version %lld)", 2);
    spk__field_text(&w->b, HEADER + 6, 20, w->name, sizeof w->name);
    spk__field_text(&w->b, HEADER + 34, 4, w->unit, sizeof w->unit);
    spk__field_text(&w->b, HEADER + 38, 4, w->time_unit, sizeof w->time_unit);
    w->dt = spk__f64(&w->b, HEADER + 48);
    w->start = spk__f64(&w->b, HEADER + 56);
    w->data = HEADER + SIZE;
    w->rows = n > 0 ? (size_t)n : 0;
    w->columns = 1;
    return find_type(w, spk__i16(&w->b, HEADER));
}

/* Units longer than three characters stand behind the data. */
static void read_long_units(wave *w, size_t at) {
    int32_t formula = spk__i32(&w->b, 8), note = spk__i32(&w->b, 12), data = spk__i32(&w->b, 16);
    int32_t rows = spk__i32(&w->b, 20);
    if (formula < 0 || note < 0 || data < 0 || rows < 0)
        return;
    at += (size_t)formula + (size_t)note;
    if (data > 0)
        spk__field_text(&w->b, at, (size_t)data, w->unit, sizeof w->unit);
    if (rows > 0)
        spk__field_text(&w->b, at + (size_t)data, (size_t)rows, w->time_unit, sizeof w->time_unit);
}

static spk_status read_version_5(wave *w) {
    enum { HEADER = 64, SIZE = 320 };
    if (!checksum_fits(w, HEADER + SIZE))
        return fail(w, "the file is damaged", "the header's checksum is wrong (version %lld)", 5);
    int32_t n = spk__i32(&w->b, HEADER + 12), dim[4];
    for (size_t i = 0; i < 4; i++)
        dim[i] = spk__i32(&w->b, HEADER + 68 + 4 * i);
    spk__field_text(&w->b, HEADER + 28, 32, w->name, sizeof w->name);
    spk__field_text(&w->b, HEADER + 148, 4, w->unit, sizeof w->unit);
    spk__field_text(&w->b, HEADER + 152, 4, w->time_unit, sizeof w->time_unit);
    w->dt = spk__f64(&w->b, HEADER + 84);
    w->start = spk__f64(&w->b, HEADER + 116);
    w->data = HEADER + SIZE;
    w->rows = dim[0] > 0 ? (size_t)dim[0] : n > 0 ? (size_t)n : 0;
    w->columns = dim[1] > 0 ? (size_t)dim[1] : 1;
    if (dim[2] > 0)
        return fail(w, NULL, "the wave has more than two dimensions (%lld layers)", dim[2]);
    spk_status st = find_type(w, spk__i16(&w->b, HEADER + 16));
    if (!st && n >= 0)
        read_long_units(w, w->data + (size_t)n * spk__stored_size(w->stored));
    w->b.past = false;
    return st;
}

static spk_status read_header(wave *w) {
    int16_t version = spk__i16(&w->b, 0);
    if (version != 2 && version != 5) {
        w->b.big = true;
        version = spk__i16(&w->b, 0);
    }
    spk_status st = version == 2   ? read_version_2(w)
                    : version == 5 ? read_version_5(w)
                                   : fail(w, "versions 2 and 5 can be read",
                                          "the Igor wave is of version %lld", version);
    size_t size = spk__stored_size(w->stored);
    if (!st && (!w->rows || w->data > w->b.n ||
                w->columns > (w->b.n - w->data) / size / w->rows))
        st = fail(w, "the file is cut short or damaged",
                  "the wave claims %lld rows, more than the file can hold", (long long)w->rows);
    return st;
}

static spk_status find_units(wave *w, spk__role *role, double *scale, double *time_scale) {
    const spk_read_options *o = w->in->options;
    const char *unit = *w->unit ? w->unit : o->voltage_unit ? o->voltage_unit : o->current_unit;
    const char *time = *w->time_unit ? w->time_unit : o->time_unit ? o->time_unit : "s";
    spk__role time_role;
    if (!unit)
        return fail(w, "say the unit of the voltage or the current", "the wave has no unit (%lld rows)",
                    (long long)w->rows);
    if (!spk__unit_of(w->in->ctx, unit, strlen(unit), role, scale) ||
        (*role != SPK__VOLTAGE && *role != SPK__CURRENT))
        return spk__fail(w->in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = w->in->path}, NULL,
                         "the wave is in \"%s\": neither a voltage nor a current", unit);
    if (!spk__unit_of(w->in->ctx, time, strlen(time), &time_role, time_scale) ||
        time_role != SPK__TIME)
        return spk__fail(w->in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = w->in->path}, NULL,
                         "the wave runs over \"%s\", not over time", time);
    return SPK_OK;
}

static spk_status add_column(wave *w, size_t column, spk__role role, double scale, double dt,
                             double start) {
    const spk_loc loc = {.file = w->in->path};
    double *v = SPK__ARRAY(w->in->ctx, w->rows, double);
    if (!v)
        return SPK_ERR_MEMORY;
    size_t at = w->data + column * w->rows * spk__stored_size(w->stored);
    spk__convert(&w->b, at, w->stored, w->rows, v);
    for (size_t i = 0; i < w->rows; i++)
        v[i] *= scale;
    bool voltage = role == SPK__VOLTAGE;
    spk_status st = (voltage ? spk__question_voltage : spk__question_current)(w->in, &loc, "the wave",
                                                                               v, w->rows);
    if (st) {
        spk__free(w->in->ctx, v);
        return st;
    }
    char name[160], stem[128];
    spk__stem(w->in->path, stem);
    snprintf(name, sizeof name, w->columns > 1 ? "%s column %zu" : "%s", stem, column);
    spk__sweep_in s = {.name = name, .number = (int)spk__builder_count(w->in->builder),
                       .origin_ms = start};
    if (voltage) {
        s.voltage_mV = v;
        s.n_voltage = w->rows;
        s.voltage_dt_ms = dt;
    } else {
        s.current_pA = v;
        s.n_current = w->rows;
        s.current_dt_ms = dt;
    }
    return spk__builder_add_take(w->in->builder, &s, &loc);
}

static spk_status read_ibw(spk__reader *in) {
    wave w = {.in = in};
    char *text = NULL;
    spk__role role = SPK__OTHER;
    double scale = 1, time_scale = 1;
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &w.b.n);
    w.b.p = (const unsigned char *)text;
    if (!st)
        st = read_header(&w);
    if (!st)
        st = find_units(&w, &role, &scale, &time_scale);
    double dt = w.dt * time_scale;
    if (!st && !(dt > 0 && isfinite(dt) && isfinite(w.start)))
        st = spk__fail(in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = in->path}, NULL,
                       "the wave has a step of %g %s", w.dt, w.time_unit);
    if (!st)
        st = spk__question_sampling(in, &(spk_loc){.file = in->path}, dt);
    for (size_t k = 0; k < w.columns && !st; k++)
        st = add_column(&w, k, role, scale, spk__tidy(dt, w.rows), w.start * time_scale);
    spk__free(in->ctx, text);
    return st;
}

static int probe_ibw(spk_ctx *ctx, const spk__probe *p) {
    (void)ctx;
    wave w = {.b = {.p = p->head, .n = p->n}};
    for (int order = 0; order < 2; order++) {
        w.b.big = order == 1;
        int16_t version = spk__i16(&w.b, 0);
        bool known = version == 1 || version == 2 || version == 3 || version == 5;
        w.b.past = false;
        if (known && checksum_fits(&w, version == 5 ? 384 : version == 2 ? 126 : version == 3 ? 130 : 118))
            return 90;
        /* A damaged header is reported as one. */
        if (known && p->n >= 126 && memchr(p->head, 0, 16) &&
            spk__u32(&w.b, version == 5 ? 4 : 2) <= p->size)
            return 20;
    }
    return 0;
}

const spk__format spk__format_ibw = {
    .info = {.name = "ibw",
             .sentence = "Igor binary waves, versions 2 and 5",
             .extensions = "ibw bwav",
             .reads = true},
    .probe = probe_ibw,
    .read = read_ibw,
};
