/* NumPy arrays: .npy (versions 1 to 3) and .npz, which is a zip archive of them.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#include "recording/recording.h"
#include "io/arrays.h"
#include "io/bytes.h"
#include "io/inflate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static spk_status fail(const spk__reader *in, const char *name, const char *what) {
    return spk__fail(in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = in->path}, NULL, "%s: %s", name, what);
}

/* The value behind 'key': in the header's dictionary. */
static const char *value_of(const char *dict, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *p = strstr(dict, quoted);
    if (!p)
        return NULL;
    p += strlen(quoted);
    return p + strspn(p, " :");
}

static bool find_type(const char *p, spk__stored *stored, bool *big) {
    static const struct {
        const char *code;
        spk__stored stored;
    } known[] = {{"u1", SPK__U8}, {"i1", SPK__I8}, {"u2", SPK__U16}, {"i2", SPK__I16},
                 {"u4", SPK__U32}, {"i4", SPK__I32}, {"u8", SPK__U64}, {"i8", SPK__I64},
                 {"f4", SPK__F32}, {"f8", SPK__F64}};
    if (!p || *p != '\'' || !strchr("<>|=", p[1]))
        return false;
    *big = p[1] == '>';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *stored = known[i].stored;
        if (strncmp(p + 2, known[i].code, 2) == 0 && p[4] == '\'')
            return true;
    }
    return false;
}

static bool find_shape(const char *p, size_t shape[2], int *rank) {
    *rank = 0;
    shape[0] = shape[1] = 1;
    if (!p || *p++ != '(')
        return false;
    while (*p && *p != ')') {
        char *end;
        unsigned long long n = strtoull(p, &end, 10);
        if (end == p || *rank == 2 || n > (size_t)1 << 48)
            return false;
        shape[(*rank)++] = (size_t)n;
        p = end + strspn(end, ", ");
    }
    return *p == ')';
}

static spk_status read_array(spk__reader *in, const char *name, spk__bytes b, spk__arrays *out) {
    static const char magic[] = "\x93NUMPY";
    char dict[1024];
    size_t shape[2], head, at;
    int rank;
    spk__stored stored = SPK__F64;
    if (b.n < 12 || memcmp(b.p, magic, 6) != 0)
        return fail(in, name, "not a NumPy array");
    bool wide = b.p[6] >= 2;
    head = wide ? spk__u32(&b, 8) : spk__u16(&b, 8);
    at = wide ? 12 : 10;
    if (head > b.n - at || head >= sizeof dict)
        return fail(in, name, "the header is cut short or damaged");
    memcpy(dict, b.p + at, head);
    dict[head] = '\0';
    at += head;
    if (!find_type(value_of(dict, "descr"), &stored, &b.big))
        return fail(in, name, "it holds no plain numbers");
    if (!find_shape(value_of(dict, "shape"), shape, &rank))
        return fail(in, name, "it has more than two dimensions");
    const char *order = value_of(dict, "fortran_order");
    bool by_column = order && strncmp(order, "True", 4) == 0;
    size_t room = (b.n - at) / spk__stored_size(stored);
    if (shape[0] && shape[1] > room / shape[0])
        return fail(in, name, "it claims more values than the file holds");
    size_t n = shape[0] * shape[1];
    double *v = SPK__ARRAY(in->ctx, n, double), *turned = v;
    if (!v)
        return SPK_ERR_MEMORY;
    spk__convert(&b, at, stored, n, v);
    if (!by_column && shape[1] > 1) {
        turned = SPK__ARRAY(in->ctx, n, double);
        for (size_t r = 0; turned && r < shape[0]; r++)
            for (size_t c = 0; c < shape[1]; c++)
                turned[c * shape[0] + r] = v[r * shape[1] + c];
        spk__free(in->ctx, v);
        if (!turned)
            return SPK_ERR_MEMORY;
    }
    return spk__arrays_add_take(out, name, turned, shape[0], shape[1]);
}

/* ---- zip ---- */

/* One file of the archive, from its entry in the directory at `at`. */
static spk_status read_member(spk__reader *in, spk__bytes *zip, size_t at, spk__arrays *out) {
    enum { STORED = 0, DEFLATED = 8 };
    char name[64];
    size_t name_length = spk__u16(zip, at + 28), packed = spk__u32(zip, at + 20);
    size_t local = spk__u32(zip, at + 42), size = spk__u32(zip, at + 24);
    uint16_t method = spk__u16(zip, at + 10);
    spk__field_text(zip, at + 46, name_length, name, sizeof name);
    size_t length = strlen(name);
    if (length < 5 || strcmp(name + length - 4, ".npy") != 0) {
        out->n_other++;
        return SPK_OK;
    }
    name[length - 4] = '\0';
    size_t data = local + 30 + spk__u16(zip, local + 26) + spk__u16(zip, local + 28);
    if (packed == UINT32_MAX || size == UINT32_MAX || local == UINT32_MAX)
        return fail(in, name, "it is larger than 4 GB");
    if (zip->past || spk__u32(zip, local) != 0x04034b50 || data > zip->n || packed > zip->n - data)
        return fail(in, name, "the archive is cut short or damaged");
    spk__bytes b = {.p = zip->p + data, .n = packed};
    if (method == STORED)
        return read_array(in, name, b, out);
    if (method != DEFLATED)
        return fail(in, name, "it is compressed in an unknown way");
    unsigned char *text = NULL;
    spk_status st = spk__inflate(in->ctx, in->path, b.p, b.n, true, size, &text, &b.n);
    b.p = text;
    if (!st)
        st = read_array(in, name, b, out);
    spk__free(in->ctx, text);
    return st;
}

static spk_status read_archive(spk__reader *in, spk__bytes *zip, spk__arrays *out) {
    size_t end = zip->n < 22 ? 0 : zip->n - 22;
    while (end > 0 && spk__u32(zip, end) != 0x06054b50)
        end--;
    if (zip->n < 22 || spk__u32(zip, end) != 0x06054b50)
        return fail(in, "npz", "the archive's directory is missing: the file is cut short");
    size_t n = spk__u16(zip, end + 10), at = spk__u32(zip, end + 16);
    for (size_t i = 0; i < n; i++) {
        if (spk__u32(zip, at) != 0x02014b50)
            return fail(in, "npz", "the archive's directory is damaged");
        spk_status st = read_member(in, zip, at, out);
        if (st)
            return st;
        at += 46 + (size_t)spk__u16(zip, at + 28) + spk__u16(zip, at + 30) + spk__u16(zip, at + 32);
    }
    return SPK_OK;
}

static spk_status read_npy(spk__reader *in) {
    char *text = NULL, stem[128];
    spk__bytes b = {0};
    spk__arrays a = {.ctx = in->ctx};
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &b.n);
    b.p = (const unsigned char *)text;
    if (!st && b.n >= 4 && memcmp(b.p, "PK", 2) == 0)
        st = read_archive(in, &b, &a);
    else if (!st)
        st = read_array(in, spk__stem(in->path, stem), b, &a);
    spk__free(in->ctx, text);
    if (!st)
        st = spk__arrays_emit(in, &a);
    spk__arrays_free(&a);
    return st;
}

static int probe_npy(spk_ctx *ctx, const spk__probe *p) {
    (void)ctx;
    static const char local[] = "PK\x03\x04";
    if (p->n >= 6 && memcmp(p->head, "\x93NUMPY", 6) == 0)
        return 95;
    /* A zip archive whose first file is an array. */
    if (p->n < 30 || memcmp(p->head, local, 4) != 0)
        return 0;
    size_t n = p->head[26] | (size_t)p->head[27] << 8;
    return n > 4 && 30 + n <= p->n && memcmp(p->head + 30 + n - 4, ".npy", 4) == 0 ? 90 : 0;
}

/* ---- writing ---- */

/* A matrix of rows: sweep, t_ms, I_pA, V_mV of traces, or cell, trial, t_ms of spikes. */
static void put_rows(const spk_recording *r, bool traces, size_t columns, double *out) {
    size_t n = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        const spk_trace *v = &s->voltage_mV, *i = &s->current_pA, *grid = v->n ? v : i;
        for (size_t j = 0; traces && j < grid->n; j++, n += columns) {
            size_t at = i->n ? (size_t)((double)j * grid->dt_ms / i->dt_ms + 1e-6) : 0;
            out[n] = s->number;
            out[n + 1] = (double)j * grid->dt_ms;
            out[n + 2] = i->n ? i->value[at < i->n ? at : i->n - 1] : NAN;
            out[n + 3] = v->n ? v->value[j] : NAN;
        }
        for (size_t j = 0; !traces && j < s->spikes.n; j++, n += columns) {
            out[n] = (double)spk__recording_unique_id(r, (size_t)s->cell);
            out[n + 1] = s->number;
            out[n + 2] = s->spikes.t_ms[j];
        }
    }
}

static spk_status write_npy(spk_ctx *ctx, const spk_recording *r, const char *path) {
    size_t rows = 0, spikes = 0;
    for (size_t k = 0; k < spk_recording_sweep_count(r); k++) {
        const spk_sweep *s = spk_recording_sweep(r, k);
        rows += s->voltage_mV.n ? s->voltage_mV.n : s->current_pA.n;
        spikes += s->spikes.n;
    }
    bool traces = rows > 0;
    size_t columns = traces ? 4 : 3;
    rows = traces ? rows : spikes;
    double *v = SPK__ARRAY(ctx, rows * columns, double);
    if (!v)
        return SPK_ERR_MEMORY;
    put_rows(r, traces, columns, v);
    char head[128 + 1];
    memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
    snprintf(head + 10, sizeof head - 10, "%-117s\n",
             "{'descr': '<f8', 'fortran_order': False, 'shape': (");
    char shape[64];
    int n = snprintf(shape, sizeof shape, "%zu, %zu), }", rows, columns);
    memcpy(head + 10 + 51, shape, (size_t)n);
    spk__str out = {.ctx = ctx};
    spk__str_addn(&out, head, 128);
    spk__str_addn(&out, (const char *)v, rows * columns * sizeof *v);
    spk__free(ctx, v);
    spk_status st = out.failed ? SPK_ERR_MEMORY
                               : spk__write_file_atomic(ctx, path, out.text, out.length);
    spk__str_free(&out);
    if (!st)
        spk__warn(ctx, &(spk_loc){.file = path}, NULL, "lost: names and units; the columns are %s",
                  traces ? "sweep,t_ms,I_pA,V_mV" : "cell,trial,t_ms");
    return st;
}

const spk__format spk__format_npy = {
    .info = {.name = "npy",
             .sentence = "NumPy arrays: npy, and npz whose names tell quantity and unit",
             .extensions = "npy",
             .reads = true,
             .writes = true},
    .probe = probe_npy,
    .read = read_npy,
    .write = write_npy,
};
