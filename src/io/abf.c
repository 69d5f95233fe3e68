/* Axon binary files, versions 1 and 2: sweeps of current clamp. The current is a recorded channel if there is
 * one, else the steps and ramps of the command that the protocol describes. */
#include "io/bytes.h"
#include "io/table.h"

#include <math.h>
#include <stdio.h>

enum { BLOCK = 512, MAX_CHANNELS = 16, MAX_EPOCHS = 20 };
enum { EVENTS = 1, GAP_FREE = 3 }; /* modes of acquisition; the others have sweeps of equal length */

typedef struct {
    char unit[16];
    double gain, offset; /* value = raw * gain + offset, in the unit */
} channel;

/* One epoch of a command: a level and a number of samples, each with an increment for each sweep. */
typedef struct {
    int type; /* 0: off, 1: step, 2: ramp; others are trains of pulses */
    double level, level_step;
    double samples, samples_step;
} epoch;

typedef struct {
    spk__reader *in;
    spk__bytes b;
    int mode;
    size_t data, n_values, n_channels, n_sweeps;
    bool floats;
    double dt_ms;
    channel channel[MAX_CHANNELS];
    bool command;     /* the protocol describes one */
    bool keeps_level; /* behind the last epoch */
    double holding;
    char command_unit[16];
    epoch epoch[MAX_EPOCHS];
    size_t n_epochs;
} abf;

static spk_status fail(const abf *a, const char *hint, const char *what, long long n) {
    return spk__fail(a->in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = a->in->path}, hint, what, n);
}

/* From the range and resolution of the converter, and the amplifier's factors. */
static void set_scale(channel *c, double range, int32_t resolution, double instrument, double signal,
                      double programmable, double telegraph, double offset) {
    c->gain = range / resolution / (instrument * signal * programmable * telegraph);
    c->offset = offset;
}

/* ---- version 1 ---- */

static void read_command_1(abf *a) {
    spk__bytes *b = &a->b;
    size_t dac = spk__u16(b, 1440) & 1;
    a->command = spk__i16(b, 2296 + 2 * dac) == 1 && spk__i16(b, 2300 + 2 * dac) == 1;
    a->keeps_level = spk__i16(b, 2304 + 2 * dac) != 0;
    a->holding = spk__f32(b, 1394 + 4 * dac);
    spk__field_text(b, 1346 + 8 * dac, 8, a->command_unit, sizeof a->command_unit);
    for (size_t i = 0; i < 10; i++) {
        size_t k = 10 * dac + i;
        a->epoch[i] = (epoch){spk__i16(b, 2308 + 2 * k), spk__f32(b, 2348 + 4 * k),
                              spk__f32(b, 2428 + 4 * k), spk__i32(b, 2508 + 4 * k),
                              spk__i32(b, 2588 + 4 * k)};
    }
    a->n_epochs = 10;
}

static spk_status read_version_1(abf *a) {
    spk__bytes *b = &a->b;
    a->mode = spk__i16(b, 8);
    a->n_values = spk__u32(b, 10);
    a->n_sweeps = spk__u32(b, 16);
    a->data = (size_t)spk__u32(b, 40) * BLOCK;
    a->floats = spk__i16(b, 100) == 1;
    a->n_channels = spk__u16(b, 120);
    a->dt_ms = spk__f32(b, 122) / 1000 * (double)a->n_channels;
    if (a->n_channels < 1 || a->n_channels > MAX_CHANNELS)
        return fail(a, "the file is damaged", "there are %lld channels", (long long)a->n_channels);
    for (size_t i = 0; i < a->n_channels; i++) {
        size_t k = spk__u16(b, 410 + 2 * i) & (MAX_CHANNELS - 1);
        spk__field_text(b, 602 + 8 * k, 8, a->channel[i].unit, sizeof a->channel[i].unit);
        bool telegraph = spk__u16(b, 4512 + 2 * k) == 1;
        set_scale(&a->channel[i], spk__f32(b, 244), spk__i32(b, 252), spk__f32(b, 922 + 4 * k),
                  spk__f32(b, 1050 + 4 * k), spk__f32(b, 730 + 4 * k),
                  telegraph ? spk__f32(b, 4576 + 4 * k) : 1,
                  spk__f32(b, 986 + 4 * k) - spk__f32(b, 1114 + 4 * k));
    }
    read_command_1(a);
    /* Short headers (before 1.6) lack what came later: it reads as 0. */
    b->past = false;
    return SPK_OK;
}

/* ---- version 2 ---- */

/* Where a section begins, how long an entry is, how many there are. */
typedef struct {
    size_t at, size, n;
} section;

static section read_section(spk__bytes *b, size_t at) {
    return (section){(size_t)spk__u32(b, at) * BLOCK, spk__u32(b, at + 4), spk__u32(b, at + 8)};
}

/* String number n (from 1): they stand one behind the other after a header of 44 bytes. */
static void read_string(abf *a, uint32_t n, char *buf, size_t room) {
    section s = read_section(&a->b, 220);
    size_t at = s.at + 44, end = s.at + s.size;
    *buf = '\0';
    if (!n || s.at > a->b.n || s.size > a->b.n - s.at || s.size < 44)
        return;
    while (--n) {
        const unsigned char *zero = memchr(a->b.p + at, 0, end - at);
        if (!zero)
            return;
        at = (size_t)(zero - a->b.p) + 1;
    }
    spk__field_text(&a->b, at, end - at, buf, room);
}

static void read_command_2(abf *a) {
    spk__bytes *b = &a->b;
    section protocol = read_section(b, 76), dac = read_section(b, 108), epochs = read_section(b, 156);
    int16_t active = spk__i16(b, protocol.at + 142);
    for (size_t i = 0; i < dac.n && i < MAX_CHANNELS && !b->past; i++) {
        size_t at = dac.at + i * dac.size;
        if (spk__i16(b, at) != active)
            continue;
        a->command = spk__i16(b, at + 40) == 1 && spk__i16(b, at + 42) == 1;
        a->keeps_level = spk__i16(b, at + 44) != 0;
        a->holding = spk__f32(b, at + 12);
        read_string(a, spk__u32(b, at + 28), a->command_unit, sizeof a->command_unit);
    }
    for (size_t i = 0; i < epochs.n && a->n_epochs < MAX_EPOCHS && !b->past; i++) {
        size_t at = epochs.at + i * epochs.size;
        if (spk__i16(b, at + 2) == active)
            a->epoch[a->n_epochs++] = (epoch){spk__i16(b, at + 4), spk__f32(b, at + 6),
                                              spk__f32(b, at + 10), spk__i32(b, at + 14),
                                              spk__i32(b, at + 18)};
    }
}

static spk_status read_version_2(abf *a) {
    spk__bytes *b = &a->b;
    section protocol = read_section(b, 76), adc = read_section(b, 92), data = read_section(b, 236);
    a->n_sweeps = spk__u32(b, 12);
    a->floats = spk__u16(b, 30) == 1;
    a->mode = spk__i16(b, protocol.at);
    a->dt_ms = spk__f32(b, protocol.at + 2) / 1000;
    a->data = data.at;
    a->n_values = data.n;
    a->n_channels = adc.n;
    if (a->n_channels < 1 || a->n_channels > MAX_CHANNELS || adc.size < 82)
        return fail(a, "the file is damaged", "there are %lld channels", (long long)a->n_channels);
    for (size_t i = 0; i < a->n_channels; i++) {
        size_t at = adc.at + i * adc.size;
        read_string(a, spk__u32(b, at + 78), a->channel[i].unit, sizeof a->channel[i].unit);
        set_scale(&a->channel[i], spk__f32(b, protocol.at + 110), spk__i32(b, protocol.at + 118),
                  spk__f32(b, at + 40), spk__f32(b, at + 48), spk__f32(b, at + 28),
                  spk__i16(b, at + 2) == 1 ? spk__f32(b, at + 6) : 1,
                  spk__f32(b, at + 44) - spk__f32(b, at + 52));
    }
    if (b->past)
        return fail(a, "the file is cut short or damaged", "the header is incomplete (%lld bytes)",
                    (long long)b->n);
    read_command_2(a);
    return SPK_OK;
}

static spk_status read_header(abf *a) {
    if (a->b.n < 2048)
        return fail(a, "the file is cut short", "%lld bytes are too few for a header",
                    (long long)a->b.n);
    spk_status st = memcmp(a->b.p, "ABF2", 4) == 0 ? read_version_2(a) : read_version_1(a);
    size_t each = a->floats ? 4 : 2;
    if (st)
        return st;
    if (a->mode == EVENTS)
        return fail(a, NULL, "sweeps of variable length are not read (mode %lld)", a->mode);
    if (a->mode == GAP_FREE || !a->n_sweeps)
        a->n_sweeps = 1;
    if (!a->n_values || a->data > a->b.n || a->n_values > (a->b.n - a->data) / each)
        return fail(a, "the file is cut short or damaged",
                    "it claims %lld samples, more than there are", (long long)a->n_values);
    if (!(a->dt_ms > 0) || !isfinite(a->dt_ms) || a->n_sweeps > a->n_values / a->n_channels)
        return fail(a, "the file is damaged", "sampling or number of sweeps (%lld) makes no sense",
                    (long long)a->n_sweeps);
    return SPK_OK;
}

/* ---- sweeps ---- */

static double *take_channel(abf *a, size_t k, size_t sweep, size_t n, double scale) {
    double *v = SPK__ARRAY(a->in->ctx, n, double);
    size_t each = a->floats ? 4 : 2, stride = a->n_channels * each;
    size_t at = a->data + sweep * n * stride + k * each;
    for (size_t i = 0; v && i < n; i++, at += stride)
        v[i] = scale * (a->floats ? spk__f32(&a->b, at)
                                  : spk__i16(&a->b, at) * a->channel[k].gain + a->channel[k].offset);
    return v;
}

/* The command of a sweep: its first 64th is held, then the epochs follow. */
static double *make_command(abf *a, size_t sweep, size_t n, double scale) {
    double *v = SPK__ARRAY(a->in->ctx, n, double), level = a->holding;
    size_t i = 0, lead = n / 64;
    for (; v && i < lead; i++)
        v[i] = level * scale;
    for (size_t k = 0; v && k < a->n_epochs; k++) {
        const epoch *e = &a->epoch[k];
        double count = e->samples + e->samples_step * (double)sweep;
        double to = e->level + e->level_step * (double)sweep, from = level;
        if (e->type == 0)
            continue;
        for (double j = 0; j < count && i < n; j++, i++)
            v[i] = scale * (e->type == 2 ? from + (to - from) * (j / count) : to);
        level = to;
    }
    for (; v && i < n; i++)
        v[i] = scale * (a->keeps_level ? level : a->holding);
    return v;
}

/* Which channels are used: the first voltage, the first current, or the command. */
typedef struct {
    size_t voltage, current;
    double voltage_scale, current_scale, command_scale;
    bool command;
} plan;

static void find_channels(abf *a, plan *p) {
    spk__role role;
    double scale;
    for (size_t i = a->n_channels; i-- > 0;) {
        const char *unit = a->channel[i].unit;
        if (!spk__unit_of(a->in->ctx, unit, strlen(unit), &role, &scale))
            continue;
        if (role == SPK__VOLTAGE) {
            p->voltage = i;
            p->voltage_scale = scale;
        } else if (role == SPK__CURRENT) {
            p->current = i;
            p->current_scale = scale;
        }
    }
}

static spk_status make_plan(abf *a, plan *p) {
    spk__role role = SPK__OTHER;
    const spk_loc loc = {.file = a->in->path};
    *p = (plan){.voltage = MAX_CHANNELS, .current = MAX_CHANNELS};
    find_channels(a, p);
    bool known = spk__unit_of(a->in->ctx, a->command_unit, strlen(a->command_unit), &role,
                              &p->command_scale);
    if (a->command && known && role == SPK__VOLTAGE)
        return fail(a, NULL, "voltage clamp: the command is a voltage (%lld sweeps)",
                    (long long)a->n_sweeps);
    if (p->voltage == MAX_CHANNELS)
        return fail(a, NULL, "none of %lld channels is a voltage", (long long)a->n_channels);
    p->command = a->command && known && role == SPK__CURRENT && p->current == MAX_CHANNELS;
    for (size_t k = 0; k < a->n_epochs && p->command; k++) {
        if (a->epoch[k].type <= 2 && a->epoch[k].type >= 0)
            continue;
        spk__warn(a->in->ctx, &loc, NULL,
                  "the command has pulse trains or waveforms (type %d): it is not used",
                  a->epoch[k].type);
        p->command = false;
    }
    if (p->command)
        spk__note(a->in->ctx, &loc, NULL, "the current is the protocol's command, not a recorded one");
    return SPK_OK;
}

static spk_status add_sweep(abf *a, const plan *p, size_t k, size_t n) {
    const spk_loc loc = {.file = a->in->path};
    char name[200], stem[128];
    spk__stem(a->in->path, stem);
    if (a->n_sweeps > 1)
        snprintf(name, sizeof name, "%s%ssweep %zu", a->in->alone ? "" : stem,
                 a->in->alone ? "" : " ", k);
    else
        snprintf(name, sizeof name, "%s", stem);
    double dt = spk__tidy(a->dt_ms, n);
    spk__sweep_in s = {.name = name, .number = (int)k, .voltage_dt_ms = dt, .current_dt_ms = dt};
    bool current = p->current < MAX_CHANNELS || p->command;
    s.voltage_mV = take_channel(a, p->voltage, k, n, p->voltage_scale);
    s.n_voltage = n;
    if (current) {
        s.current_pA = p->command ? make_command(a, k, n, p->command_scale)
                                  : take_channel(a, p->current, k, n, p->current_scale);
        s.n_current = n;
    }
    spk_status st = s.voltage_mV && (s.current_pA || !current) ? SPK_OK : SPK_ERR_MEMORY;
    if (!st)
        st = spk__question_voltage(a->in, &loc, "the voltage", s.voltage_mV, n);
    if (!st && current)
        st = spk__question_current(a->in, &loc, "the current", s.current_pA, n);
    if (st) {
        spk__free(a->in->ctx, s.voltage_mV);
        spk__free(a->in->ctx, s.current_pA);
        return st;
    }
    return spk__builder_add_take(a->in->builder, &s, &loc);
}

static spk_status read_abf(spk__reader *in) {
    abf a = {.in = in};
    plan p;
    char *text = NULL;
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &a.b.n);
    a.b.p = (const unsigned char *)text;
    if (!st)
        st = read_header(&a);
    if (!st)
        st = make_plan(&a, &p);
    if (!st)
        st = spk__question_sampling(in, &(spk_loc){.file = in->path}, a.dt_ms);
    size_t n = st ? 0 : a.n_values / a.n_channels / a.n_sweeps;
    for (size_t k = 0; k < a.n_sweeps && !st; k++)
        st = add_sweep(&a, &p, k, n);
    spk__free(in->ctx, text);
    return st;
}

static int probe_abf(spk_ctx *ctx, const spk__probe *p) {
    (void)ctx;
    return p->n > 4 && (memcmp(p->head, "ABF2", 4) == 0 || memcmp(p->head, "ABF ", 4) == 0) ? 95 : 0;
}

const spk__format spk__format_abf = {
    .info = {.name = "abf",
             .sentence = "Axon binary files 1 and 2: current clamp sweeps",
             .extensions = "abf",
             .reads = true},
    .probe = probe_abf,
    .read = read_abf,
};
