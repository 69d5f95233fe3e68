/* node_types.csv and edge_types.csv of SONATA. */
#include "io/sonata_network.h"

#include <stdlib.h>

enum { MAX_BYTES = 1 << 28 };

typedef struct {
    spk_ctx *ctx;
    spk__arena *arena;
    spk__sonata_types *t;
    const char *p, *end; /* of the present line */
    const char *line;
    int number;
} scanner;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next field of the line; false at its end. */
static bool next_field(scanner *s, const char **text, size_t *n, spk_loc *loc) {
    while (s->p < s->end && is_blank(*s->p))
        s->p++;
    if (s->p == s->end)
        return false;
    bool quoted = *s->p == '"';
    const char *start = s->p += quoted;
    while (s->p < s->end && (quoted ? *s->p != '"' : !is_blank(*s->p)))
        s->p++;
    *text = start;
    *n = (size_t)(s->p - start);
    *loc = (spk_loc){s->t->path, s->number, (int)(start - s->line) + 1, (int)*n};
    s->p += quoted && s->p < s->end;
    return true;
}

static bool is_missing(const char *text, size_t n) {
    static const char *const words[] = {"", "NULL", "NA", "NaN", "nan", "None"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && !memcmp(words[i], text, n))
            return true;
    return false;
}

static bool next_line(scanner *s, const char *text, const char *stop) {
    for (;;) {
        s->line = s->number ? s->end + 1 : text;
        if (s->line >= stop)
            return false;
        s->number++;
        s->end = memchr(s->line, '\n', (size_t)(stop - s->line));
        s->end = s->end ? s->end : stop;
        s->p = s->line;
        while (s->p < s->end && is_blank(*s->p))
            s->p++;
        if (s->p < s->end)
            return true;
    }
}

static spk_status read_header(scanner *s) {
    spk__sonata_types *t = s->t;
    const char *text, *start = s->p;
    size_t n, most = 0;
    spk_loc loc;
    while (next_field(s, &text, &n, &loc))
        most++;
    s->p = start;
    t->column = spk__arena_alloc(s->arena, most, sizeof *t->column);
    while (t->column && next_field(s, &text, &n, &loc))
        if (!(t->column[t->n_columns++] = spk__arena_strndup(s->arena, text, n)))
            return SPK_ERR_MEMORY;
    return t->column ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status read_row(scanner *s) {
    spk__sonata_types *t = s->t;
    spk__sonata_field *row = t->field + t->n_rows * t->n_columns;
    size_t k = 0, n;
    const char *text;
    spk_loc loc;
    while (next_field(s, &text, &n, &loc)) {
        if (k == t->n_columns)
            return spk__fail(s->ctx, SPK_ERR_INPUT, &loc, "put texts with blanks in double quotes",
                             "the header names %zu columns, but here is one more", t->n_columns);
        row[k].loc = loc;
        if (!is_missing(text, n) && !(row[k].text = spk__arena_strndup(s->arena, text, n)))
            return SPK_ERR_MEMORY;
        k++;
    }
    if (k < t->n_columns) {
        spk_loc at = {t->path, s->number, 1, (int)(s->end - s->line)};
        return spk__fail(s->ctx, SPK_ERR_INPUT, &at, "write NULL where there is no value",
                         "the header names %zu columns, but the row has %zu", t->n_columns, k);
    }
    t->n_rows++;
    return SPK_OK;
}

static int by_id(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (x[0] > y[0]) - (x[0] < y[0]);
}

static spk_status read_ids(scanner *s, const char *id_name) {
    spk__sonata_types *t = s->t;
    typedef struct {
        int64_t id, row;
    } entry;
    entry *e = spk__arena_alloc(s->arena, t->n_rows, sizeof *e);
    t->id = spk__arena_alloc(s->arena, t->n_rows, sizeof *t->id);
    t->row = spk__arena_alloc(s->arena, t->n_rows, sizeof *t->row);
    if (!e || !t->id || !t->row)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n_rows; i++) {
        spk__sonata_field f = spk__sonata_types_get(t, i, id_name);
        char *after = NULL;
        long long id = f.text ? strtoll(f.text, &after, 10) : -1;
        if (!f.text || *after || id < 0)
            return spk__fail(s->ctx, SPK_ERR_INPUT,
                             f.loc.file ? &f.loc : &(spk_loc){.file = t->path}, NULL,
                             "'%s' is no %s", f.text ? f.text : "", id_name);
        e[i] = (entry){id, (int64_t)i};
    }
    qsort(e, t->n_rows, sizeof *e, by_id);
    for (size_t i = 0; i < t->n_rows; i++) {
        t->id[i] = e[i].id;
        t->row[i] = (uint32_t)e[i].row;
        if (i && t->id[i] == t->id[i - 1]) {
            spk_loc loc = spk__sonata_types_get(t, t->row[i], id_name).loc;
            return spk__fail(s->ctx, SPK_ERR_INPUT, &loc, "keep one of the two",
                             "%s %lld is given twice", id_name, (long long)t->id[i]);
        }
    }
    return SPK_OK;
}

/* Whole rows that a text can hold, and one that is not whole. */
static size_t rows_at_most(const char *text, size_t length, size_t n_columns) {
    size_t lines = 1, rows = length / (2 * n_columns - 1) + 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines < rows ? lines : rows;
}

static spk_status scan(scanner *s, const char *text, size_t length, const char *id_name) {
    spk__sonata_types *t = s->t;
    const char *stop = text + length;
    if (!next_line(s, text, stop))
        return spk__fail(s->ctx, SPK_ERR_INPUT, &(spk_loc){t->path, 1, 1, 1}, NULL,
                         "the file is empty");
    spk_loc header = {t->path, s->number, 1, (int)(s->end - s->line)};
    spk_status st = read_header(s);
    size_t at = 0;
    while (!st && at < t->n_columns && strcmp(t->column[at], id_name))
        at++;
    if (!st && at == t->n_columns)
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &header, "columns are set apart by blanks",
                       "there is no column %s", id_name);
    size_t most = st ? 0 : rows_at_most(text, length, t->n_columns);
    if (!st && !(t->field = spk__arena_alloc(s->arena, most * t->n_columns, sizeof *t->field)))
        st = SPK_ERR_MEMORY;
    while (!st && next_line(s, text, stop))
        st = read_row(s);
    return st ? st : read_ids(s, id_name);
}

spk_status spk__sonata_types_read(spk_ctx *ctx, spk__arena *arena, const char *path,
                                  const char *id_name, spk__sonata_types *out) {
    spk__sonata_types t = {.path = spk__arena_strndup(arena, path, strlen(path))};
    char *text;
    size_t length;
    if (!t.path)
        return SPK_ERR_MEMORY;
    spk_status st = spk__read_file(ctx, path, MAX_BYTES, &text, &length);
    if (st)
        return st;
    scanner s = {.ctx = ctx, .arena = arena, .t = &t};
    st = spk__ctx_add_source(ctx, t.path, text, length);
    if (!st)
        st = scan(&s, text, length, id_name);
    spk__free(ctx, text);
    if (!st)
        *out = t;
    return st;
}

size_t spk__sonata_types_find(const spk__sonata_types *t, int64_t id) {
    size_t low = 0, high = t->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->id[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n_rows && t->id[low] == id ? t->row[low] : t->n_rows;
}

spk__sonata_field spk__sonata_types_get(const spk__sonata_types *t, size_t row,
                                        const char *column) {
    for (size_t i = 0; i < t->n_columns; i++)
        if (!strcmp(t->column[i], column))
            return t->field[row * t->n_columns + i];
    return (spk__sonata_field){NULL, {.file = t->path}};
}
