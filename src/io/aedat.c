/* Events of cameras, AEDAT 1.0 to 3.1, and from events to spike trains. Formats: iniVation's documentation,
 * https://docs.inivation.com/software/software-advanced-usage/file-formats/ */
#include "io/aedat.h"
#include "io/bytes.h"
#include "io/events.h"

#include <errno.h>
#include <math.h>
#include <sys/stat.h>

spk_status spk__aedat_fail(const spk__aedat *a, const char *hint, const char *what) {
    return spk__fail(a->ctx, SPK_ERR_INPUT, &(spk_loc){.file = a->path}, hint, "at byte %llu: %s",
                     (unsigned long long)a->at, what);
}

static spk_status flush(spk__aedat *a) {
    spk_status st = a->fn && a->n ? a->fn(a->arg, a->batch, a->n) : SPK_OK;
    a->n = 0;
    return st ? st : spk_ctx_cancelled(a->ctx) ? SPK_ERR_CANCELLED : SPK_OK;
}

spk_status spk__aedat_event(spk__aedat *a, int64_t t_us, uint32_t x, uint32_t y, bool on) {
    spk_event_summary *s = a->sum;
    const int64_t latest_us = INT64_C(1) << 53; /* 285 years; a double holds any before it */
    if (t_us > latest_us || t_us < -latest_us)
        return spk__aedat_fail(a, "the file is damaged", "an event's time is beyond any clock's");
    if (s->n_on + s->n_off == 0) {
        s->first_us = s->last_us = t_us;
    } else {
        s->n_backward += t_us < a->last_us;
        s->first_us = t_us < s->first_us ? t_us : s->first_us;
        s->last_us = t_us > s->last_us ? t_us : s->last_us;
    }
    a->last_us = t_us;
    s->n_on += on;
    s->n_off += !on;
    s->max_x = x > s->max_x ? (uint16_t)x : s->max_x;
    s->max_y = y > s->max_y ? (uint16_t)y : s->max_y;
    a->batch[a->n++] = (spk_event){t_us, (uint16_t)x, (uint16_t)y, on};
    return a->n == SPK__BATCH ? flush(a) : SPK_OK;
}

spk_status spk__aedat_bytes(spk__aedat *a, void *buf, size_t n) {
    size_t got = fread(buf, 1, n, a->file);
    a->at += got;
    if (got == n)
        return SPK_OK;
    if (ferror(a->file))
        return spk__fail(a->ctx, SPK_ERR_IO, &(spk_loc){.file = a->path}, NULL, "cannot read: %s",
                         strerror(errno));
    return spk__aedat_fail(a, "was the file cut off while written?", "the file ends in mid-event");
}

/* ---- versions 1 and 2 ---- */

/* A DVS128 puts polarity, x and y into 15 bits. A DAVIS has y in bits 30-22, x in 21-12, polarity in 11;
 * bit 31 marks frames and inertial samples, bit 10 external events. */
static spk_status read_address(spk__aedat *a, uint32_t address, int64_t t_us) {
    if (!a->davis) {
        if (address & 0x8000) {
            a->sum->n_other++;
            return SPK_OK;
        }
        return spk__aedat_event(a, t_us, address >> 1 & 0x7F, address >> 8 & 0x7F, address & 1);
    }
    if (address & 0x80000000u) {
        bool imu = (address >> 10 & 3) == 3;
        a->sum->n_imu += imu;
        a->sum->n_frames += !imu;
        return SPK_OK;
    }
    if (address & 0x400) {
        a->sum->n_other++;
        return SPK_OK;
    }
    return spk__aedat_event(a, t_us, address >> 12 & 0x3FF, address >> 22 & 0x1FF, address >> 11 & 1);
}

static spk_status read_pairs(spk__aedat *a, size_t address_size) {
    enum { EVENTS = 4096 };
    unsigned char buf[EVENTS * 8];
    size_t each = address_size + 4, n;
    bool first = true;
    while ((n = fread(buf, 1, EVENTS * each, a->file)) > 0) {
        spk__bytes b = {.p = buf, .n = n, .big = true};
        /* No header names the chip: addresses beyond 16 bits are a DAVIS's. */
        for (size_t i = 0; first && !a->davis && address_size == 4 && i + each <= n; i += each)
            a->davis = spk__u32(&b, i) > 0xFFFF;
        first = false;
        for (size_t i = 0; i + each <= n; i += each) {
            uint32_t address = (uint32_t)spk__get(&b, i, address_size);
            spk_status st = read_address(a, address, spk__i32(&b, i + address_size));
            if (st)
                return st;
        }
        a->at += n;
        if (n % each)
            return spk__aedat_fail(a, "was the file cut off while written?",
                                   "the file ends in mid-event");
    }
    return ferror(a->file) ? spk__aedat_bytes(a, buf, 1) : SPK_OK;
}

/* ---- version 3.1 ---- */

static spk_status read_packet(spk__aedat *a, const unsigned char head[28]) {
    enum { POLARITY = 1, FRAME = 2, IMU6 = 3, IMU9 = 4, MAX_EVENT = 1 << 28 };
    spk__bytes h = {.p = head, .n = 28};
    int16_t type = spk__i16(&h, 0);
    int64_t size = spk__i32(&h, 4), offset = spk__i32(&h, 8), wraps = spk__i32(&h, 12);
    int64_t n = spk__i32(&h, 20);
    if (size <= 0 || size > MAX_EVENT || n < 0 || wraps < 0 ||
        (uint64_t)size * (uint64_t)n > a->size - a->at)
        return spk__aedat_fail(a, "the file is cut short or damaged", "a packet of impossible size");
    if (type != POLARITY || size != 8 || offset != 4) {
        uint64_t *count = type == FRAME ? &a->sum->n_frames
                          : type == IMU6 || type == IMU9 ? &a->sum->n_imu : &a->sum->n_other;
        *count += (uint64_t)n;
        a->at += (uint64_t)(size * n);
        return fseeko(a->file, (off_t)(size * n), SEEK_CUR) == 0
                   ? SPK_OK : spk__aedat_fail(a, NULL, "the packet cannot be passed over");
    }
    while (n > 0) {
        unsigned char raw[8 * SPK__BATCH];
        size_t count = n < SPK__BATCH ? (size_t)n : SPK__BATCH;
        spk_status st = spk__aedat_bytes(a, raw, 8 * count);
        spk__bytes b = {.p = raw, .n = 8 * count};
        for (size_t i = 0; i < count && !st; i++) {
            uint32_t data = spk__u32(&b, 8 * i);
            if (data & 1) /* valid */
                st = spk__aedat_event(a, wraps << 31 | spk__u32(&b, 8 * i + 4), data >> 17 & 0x7FFF,
                                      data >> 2 & 0x7FFF, data >> 1 & 1);
        }
        if (st)
            return st;
        n -= (int64_t)count;
    }
    return SPK_OK;
}

static spk_status read_version_3(spk__aedat *a) {
    unsigned char head[28];
    while (a->at < a->size) {
        spk_status st = spk__aedat_bytes(a, head, sizeof head);
        if (!st)
            st = read_packet(a, head);
        if (st)
            return st;
    }
    return SPK_OK;
}

/* ---- header ---- */

/* Lines that begin with '#'; the first names the version, and without one it is 1.0. */
static spk_status read_header(spk__aedat *a, int *major, int *minor) {
    char line[4096];
    *major = 1;
    *minor = 0;
    for (bool first = true;; first = false) {
        int c = getc(a->file);
        if (c != EOF)
            ungetc(c, a->file);
        if (c != '#' || !fgets(line, sizeof line, a->file))
            return SPK_OK;
        size_t n = strlen(line);
        a->at += n;
        if (first && sscanf(line, "#!AER-DAT%d.%d", major, minor) == 2 && *major == 4)
            return SPK_OK;
        if (strncmp(line, "#!END-HEADER", 12) == 0)
            return SPK_OK;
        if (strncmp(line, "# AEChip:", 9) == 0)
            a->davis = strcasestr(line, "davis") || strcasestr(line, "sbret") ||
                       strcasestr(line, "apsdvs");
        if (!n || line[n - 1] != '\n')
            return spk__aedat_fail(a, NULL, "a line of the header does not end");
    }
}

static void check_name(const spk__aedat *a, int major) {
    const char *dot = strrchr(a->path, '.');
    bool named_4 = dot && strcasecmp(dot, ".aedat4") == 0;
    if (dot && ((named_4 && major != 4) || (strcasecmp(dot, ".aedat") == 0 && major == 4)))
        spk__warn(a->ctx, &(spk_loc){.file = a->path}, NULL,
                  "the file is AEDAT %d, whatever its name says", major);
}

spk_status spk_events_stream(spk_ctx *ctx, const char *path, spk_event_fn *fn, void *arg,
                             spk_event_summary *summary) {
    spk__aedat *a = SPK__NEW(ctx, spk__aedat);
    if (!a)
        return SPK_ERR_MEMORY;
    *a = (spk__aedat){.ctx = ctx, .path = path, .fn = fn, .arg = arg, .sum = summary};
    *summary = (spk_event_summary){0};
    a->file = fopen(path, "rbe");
    struct stat info;
    int minor = 0;
    spk_status st = SPK_OK;
    if (!a->file || fstat(fileno(a->file), &info) != 0)
        st = spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "cannot read: %s",
                       strerror(errno));
    a->size = st ? 0 : (uint64_t)info.st_size;
    if (!st)
        st = read_header(a, &summary->version, &minor);
    if (!st)
        check_name(a, summary->version);
    int version = summary->version;
    if (!st && (version == 1 || version == 2))
        st = read_pairs(a, version == 1 ? 2 : 4);
    else if (!st && version == 3 && minor == 1)
        st = read_version_3(a);
    else if (!st && version == 4)
        st = spk__aedat4_read(a);
    else if (!st)
        st = spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path, .line = 1, .column = 1},
                       "versions 1.0, 2.0, 3.1 and 4.0 can be read", "AEDAT %d.%d is unknown", version,
                       minor);
    spk_status flushed = flush(a);
    if (a->file)
        fclose(a->file);
    spk__free(ctx, a);
    return st ? st : flushed;
}

/* ---- trains ---- */

static const char *const by_names[] = {"all", "polarity", "pixel", "region", NULL};
static const char *const polarity_names[] = {"both", "on", "off", NULL};
enum { BY, POLARITY, SIZE, X0, Y0, X1, Y1 };
enum { BY_ALL, BY_POLARITY, BY_PIXEL, BY_REGION };
#define COORDINATE(n, s, d) {.name = n, .sentence = s, .kind = SPK_OPT_INT, .value = d, .max = 9999}

static const spk_opt options[] = {
    {.name = "by", .sentence = "what is one train", .kind = SPK_OPT_CHOICE, .value = BY_POLARITY,
     .choices = by_names},
    {.name = "polarity", .sentence = "which events count", .kind = SPK_OPT_CHOICE,
     .choices = polarity_names},
    {.name = "size", .sentence = "side of a square region in pixels", .kind = SPK_OPT_INT, .value = 16,
     .min = 1, .max = 9999},
    COORDINATE("x0", "first column", 0),
    COORDINATE("y0", "first row", 0),
    COORDINATE("x1", "last column", 9999),
    COORDINATE("y1", "last row", 9999),
    {.name = NULL}};

typedef struct {
    spk__reader *in;
    spk__events events;
    int64_t first_us;
    bool begun;
    size_t far; /* pixels that no camera has */
} collector;

static spk_status collect(void *arg, const spk_event *e, size_t n) {
    collector *c = arg;
    const double *v = c->in->opts.v;
    double start = c->in->options->start_ms, stop = c->in->options->stop_ms;
    int by = (int)v[BY], size = (int)v[SIZE];
    for (size_t i = 0; i < n; i++) {
        if (!c->begun)
            c->first_us = e[i].t_us;
        c->begun = true;
        double t = (double)(e[i].t_us - c->first_us) / 1000;
        bool wanted = e[i].x >= v[X0] && e[i].x <= v[X1] && e[i].y >= v[Y0] && e[i].y <= v[Y1] &&
                      (v[POLARITY] == 0 || (v[POLARITY] == 1) == e[i].on) && !(t < start) &&
                      !(t > stop);
        c->far += e[i].x > 9999 || e[i].y > 9999;
        if (!wanted)
            continue;
        int64_t id = by == BY_ALL        ? 0
                     : by == BY_POLARITY ? e[i].on
                     : by == BY_PIXEL    ? (int64_t)e[i].y * 10000 + e[i].x
                                         : (int64_t)(e[i].y / size) * 10000 + e[i].x / size;
        spk_status st = spk__events_add(&c->events, 0, id, 0, t);
        if (st)
            return st;
    }
    return SPK_OK;
}

static void report(const spk__reader *in, const spk_event_summary *s) {
    const spk_loc loc = {.file = in->path};
    spk__note(in->ctx, &loc, NULL,
              "AEDAT %d: %llu on and %llu off events within %u x %u pixels; times count from the first, "
              "at %lld us", s->version, (unsigned long long)s->n_on, (unsigned long long)s->n_off,
              s->max_x + 1u, s->max_y + 1u, (long long)s->first_us);
    if (s->n_frames + s->n_imu + s->n_other)
        spk__note(in->ctx, &loc, NULL,
                  "skipped: %llu frame records, %llu inertial records, %llu others",
                  (unsigned long long)s->n_frames, (unsigned long long)s->n_imu,
                  (unsigned long long)s->n_other);
    if (s->n_backward)
        spk__warn(in->ctx, &loc, NULL, "%llu events are earlier than the one before: they are sorted",
                  (unsigned long long)s->n_backward);
}

static spk_status read_aedat(spk__reader *in) {
    collector c = {.in = in, .events = {.ctx = in->ctx}};
    spk_event_summary s;
    const spk_loc loc = {.file = in->path};
    spk_status st = spk_events_stream(in->ctx, in->path, collect, &c, &s);
    if (!st && c.far)
        st = spk__fail(in->ctx, SPK_ERR_INPUT, &loc, "the file is damaged",
                       "%zu events are beyond pixel 9999", c.far);
    if (!st && !c.events.n)
        st = spk__fail(in->ctx, SPK_ERR_INPUT, &loc, NULL, "none of %llu events is in the selection",
                       (unsigned long long)(s.n_on + s.n_off));
    double stop = st ? 0 : (double)(s.last_us - c.first_us) / 1000;
    spk__events_as as = {.cells = true, .n_trials = 1, .start_ms = NAN, .stop_ms = stop,
                         .first_id = -1, .last_id = -1, .loc = &loc};
    if (!st)
        report(in, &s);
    if (!st)
        st = spk__events_emit(in, &c.events, &as);
    spk__events_free(&c.events);
    return st;
}

static int probe_aedat(spk_ctx *ctx, const spk__probe *p) {
    (void)ctx;
    if (p->n > 9 && memcmp(p->head, "#!AER-DAT", 9) == 0)
        return 98;
    /* Version 1.0 has no mark: pairs whose times do not decrease, and no text. */
    spk__bytes b = {.p = p->head, .n = p->n, .big = true};
    size_t n = 0;
    uint32_t last = 0;
    while (6 * n + 6 <= b.n && n < 1000) {
        uint32_t t = spk__u32(&b, 6 * n + 2);
        if (t < last || t - last > 100000000)
            return 0;
        last = t;
        n++;
    }
    return n > 10 && p->size % 6 == 0 && last > 0 && memchr(p->head, 0, p->n) ? 15 : 0;
}

const spk__format spk__format_aedat = {
    .info = {.name = "aedat",
             .sentence = "events of a camera as spike trains (AEDAT 1.0, 2.0, 3.1, 4)",
             .extensions = "aedat aedat4 dat",
             .options = options,
             .reads = true},
    .probe = probe_aedat,
    .read = read_aedat,
};
