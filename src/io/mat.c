/* MATLAB files: version 5 (v6 and v7 of `save`), and 7.3, which is HDF5. Numeric arrays at the top level,
 * by name. A reader of our own rather than a library: one that survives any damage to the file.
 * https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf */
#include "io/arrays.h"
#include "io/bytes.h"
#include "io/h5.h"
#include "io/inflate.h"

#include <stdio.h>

enum { HEADER = 128, MATRIX = 14, COMPRESSED = 15, COMPLEX = 0x08 };

static spk_status fail(const spk__reader *in, const char *what) {
    return spk__fail(in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = in->path},
                     "the file is cut short or damaged", "%s", what);
}

/* A data element: type and where its bytes are. Small ones have them in the tag. */
typedef struct {
    uint32_t type;
    size_t at, size, next;
} element;

static bool read_element(spk__bytes *b, size_t at, element *e) {
    uint32_t word = spk__u32(b, at);
    if (word >> 16) {
        *e = (element){word & 0xFFFF, at + 4, word >> 16, at + 8};
        return !b->past && e->size <= 4 && at + 8 <= b->n;
    }
    *e = (element){word, at + 8, spk__u32(b, at + 4), 0};
    if (b->past || e->size > b->n - e->at)
        return false;
    /* Padded to eight bytes, but for compressed ones. */
    size_t padded = e->type == COMPRESSED ? e->size : (e->size + 7) / 8 * 8;
    e->next = e->at + padded;
    if (e->next > b->n)
        e->next = b->n;
    return true;
}

static bool find_type(uint32_t type, spk__stored *stored) {
    static const struct {
        uint32_t type;
        spk__stored stored;
    } known[] = {{1, SPK__I8}, {2, SPK__U8}, {3, SPK__I16}, {4, SPK__U16}, {5, SPK__I32},
                 {6, SPK__U32}, {7, SPK__F32}, {9, SPK__F64}, {12, SPK__I64}, {13, SPK__U64}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *stored = known[i].stored;
        if (known[i].type == type)
            return true;
    }
    return false;
}

/* The parts of a matrix: flags, dimensions, name, real part. */
static spk_status read_matrix(spk__reader *in, spk__bytes *b, const element *m, spk__arrays *out) {
    spk__bytes inside = {.p = b->p + m->at, .n = m->size, .big = b->big};
    element flags, dims, text, real;
    char name[64];
    spk__stored stored;
    if (!m->size)
        return SPK_OK;
    if (!read_element(&inside, 0, &flags) || flags.size < 8 ||
        !read_element(&inside, flags.next, &dims) || dims.size < 8 ||
        !read_element(&inside, dims.next, &text))
        return fail(in, "an array's description is incomplete");
    uint32_t class = spk__u32(&inside, flags.at) & 0xFF, bits = spk__u32(&inside, flags.at) >> 8;
    if (class < 6 || class > 15 || bits & COMPLEX || dims.size > 8) {
        out->n_other++;
        return SPK_OK;
    }
    int32_t rows = spk__i32(&inside, dims.at), columns = spk__i32(&inside, dims.at + 4);
    spk__field_text(&inside, text.at, text.size, name, sizeof name);
    if (rows < 0 || columns < 0 || !read_element(&inside, text.next, &real) ||
        !find_type(real.type, &stored))
        return fail(in, "an array's values are missing");
    size_t n = (size_t)rows * (size_t)columns;
    if (n > real.size / spk__stored_size(stored))
        return spk__fail(in->ctx, SPK_ERR_INPUT, &(spk_loc){.file = in->path},
                         "the file is cut short or damaged",
                         "array %s claims %zu values, but holds %zu", name, n,
                         real.size / spk__stored_size(stored));
    double *v = SPK__ARRAY(in->ctx, n, double);
    if (!v)
        return SPK_ERR_MEMORY;
    spk__convert(&inside, real.at, stored, n, v);
    return spk__arrays_add_take(out, name, v, (size_t)rows, (size_t)columns);
}

static spk_status read_packed(spk__reader *in, spk__bytes *b, const element *e, spk__arrays *out) {
    unsigned char *text = NULL;
    spk__bytes inside = {.big = b->big};
    element m;
    /* zlib shrinks to a 1032nd at most. */
    size_t limit = e->size > (SIZE_MAX >> 11) ? SIZE_MAX : e->size * 1100 + 1024;
    spk_status st = spk__inflate(in->ctx, in->path, b->p + e->at, e->size, false, limit, &text,
                                 &inside.n);
    inside.p = text;
    if (!st && !read_element(&inside, 0, &m))
        st = fail(in, "a compressed array is incomplete");
    if (!st && m.type == MATRIX)
        st = read_matrix(in, &inside, &m, out);
    spk__free(in->ctx, text);
    return st;
}

static spk_status read_version_5(spk__reader *in, spk__bytes *b, spk__arrays *out) {
    b->big = b->p[126] == 'M';
    for (size_t at = HEADER; at < b->n;) {
        element e;
        if (!read_element(b, at, &e))
            return fail(in, "the last array is incomplete");
        spk_status st = e.type == MATRIX       ? read_matrix(in, b, &e, out)
                        : e.type == COMPRESSED ? read_packed(in, b, &e, out)
                                               : SPK_OK;
        if (st)
            return st;
        at = e.next;
    }
    return SPK_OK;
}

static spk_status read_version_7(spk__reader *in, spk__arrays *out) {
    spk__h5 h;
    char **names = NULL, class[32];
    size_t n = 0;
    spk_status st = spk__h5_open(in->ctx, in->path, &h);
    if (!st)
        st = spk__h5_names(&h, "/", &names, &n);
    for (size_t i = 0; i < n && !st; i++) {
        static const char numeric[] = " double single int8 uint8 int16 uint16 int32 uint32 int64 uint64 ";
        double empty, *v;
        size_t total, shape[2];
        int rank;
        char word[40];
        if (spk__h5_is_group(h.file, names[i]) ||
            !spk__h5_attr_text(h.file, names[i], "MATLAB_class", class, sizeof class) ||
            snprintf(word, sizeof word, " %s ", class) < 4 || !strstr(numeric, word) ||
            spk__h5_attr_number(h.file, names[i], "MATLAB_empty", &empty)) {
            out->n_other++;
            continue;
        }
        st = spk__h5_read(&h, names[i], &v, &total, shape, &rank);
        /* HDF5 lists the last dimension first: columns, then rows. */
        if (!st)
            st = spk__arrays_add_take(out, names[i], v, rank == 2 ? shape[1] : shape[0],
                                      rank == 2 ? shape[0] : 1);
    }
    spk__h5_names_free(in->ctx, names, n);
    spk__h5_close(&h);
    return st;
}

static bool is_version_5(const unsigned char *head, size_t n) {
    return n >= HEADER && ((head[126] == 'I' && head[127] == 'M' && head[125] == 1) ||
                           (head[126] == 'M' && head[127] == 'I' && head[124] == 1));
}

static spk_status read_mat(spk__reader *in) {
    char *text = NULL;
    spk__bytes b = {0};
    spk__arrays a = {.ctx = in->ctx};
    spk_status st = spk__read_file(in->ctx, in->path, 0, &text, &b.n);
    b.p = (const unsigned char *)text;
    bool version_5 = !st && is_version_5(b.p, b.n);
    if (version_5)
        st = read_version_5(in, &b, &a);
    spk__free(in->ctx, text);
    if (!st && !version_5)
        st = read_version_7(in, &a);
    if (!st && a.n_other)
        spk__note(in->ctx, &(spk_loc){.file = in->path}, NULL,
                  "%zu things that are no arrays of real numbers are left out", a.n_other);
    if (!st)
        st = spk__arrays_emit(in, &a);
    spk__arrays_free(&a);
    return st;
}

static int probe_mat(spk_ctx *ctx, const spk__probe *p) {
    (void)ctx;
    if (is_version_5(p->head, p->n))
        return 90;
    return p->n > 512 && memcmp(p->head, "MATLAB 7.3", 10) == 0 && spk__h5_probe(p) ? 92 : 0;
}

const spk__format spk__format_mat = {
    .info = {.name = "mat",
             .sentence = "MATLAB arrays whose names tell quantity and unit (v5 to v7.3)",
             .extensions = "mat",
             .reads = true},
    .probe = probe_mat,
    .read = read_mat,
};
