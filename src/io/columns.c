/* Tables of numbers by the names of their columns. */
#include "io/columns.h"

#include "io/table.h"

#include <stdio.h>

enum { MAX_BYTES = 1 << 30 };

/* The header as it stands in the file, which spk__column has without its unit. */
static const char *header_of(spk__arena *arena, const spk__table *t, size_t i) {
    const char *p = t->text;
    for (int line = 1; line < t->column[i].loc.line; line++)
        p = spk__line_end(p, t->end) + 1;
    return spk__arena_strndup(arena, p + t->column[i].loc.column - 1,
                              (size_t)t->column[i].loc.length);
}

static spk_status make_columns(spk__arena *arena, const spk__table *t, spk__columns *c) {
    size_t most = (size_t)(t->end - t->data) / t->n_columns + 1, lines = 1;
    for (const char *p = t->data; p < t->end; p++)
        lines += *p == '\n';
    most = lines < most ? lines : most;
    c->n_columns = t->n_columns;
    c->column = spk__arena_alloc(arena, t->n_columns, sizeof *c->column);
    c->line = spk__arena_alloc(arena, most, sizeof *c->line);
    if (!c->column || !c->line)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n_columns; i++) {
        spk__number_column *to = &c->column[i];
        to->header = header_of(arena, t, i);
        to->loc = t->column[i].loc;
        to->loc.file = c->path;
        to->value = spk__arena_alloc(arena, most, sizeof *to->value);
        if (!to->header || !to->value)
            return SPK_ERR_MEMORY;
    }
    return SPK_OK;
}

static spk_status read_row(const spk__table *t, const char *p, const char *stop, int line,
                           spk__columns *c) {
    const char *start = p;
    bool more = true;
    for (size_t i = 0; i < c->n_columns; i++) {
        const char *before = p;
        if (!more)
            return spk__table_fail(t, line, start, (size_t)(stop - start), NULL,
                                   "the header names %zu columns, but the row has %zu",
                                   c->n_columns, i);
        if (!spk__table_number(t, &p, stop, &c->column[i].value[c->n_rows], &more))
            return spk__table_fail(t, line, before, (size_t)(stop - before), NULL,
                                   "this is no number (column %s)", c->column[i].header);
    }
    if (more && p < stop)
        return spk__table_fail(t, line, p, (size_t)(stop - p), NULL,
                               "the header names %zu columns, but here is one more", c->n_columns);
    c->line[c->n_rows++] = line;
    return SPK_OK;
}

static spk_status read_rows(const spk__table *t, spk__columns *c) {
    int line = t->data_line;
    for (const char *p = t->data; p < t->end; line++) {
        const char *stop = spk__line_end(p, t->end), *next = stop < t->end ? stop + 1 : stop;
        while (stop > p && spk__is_blank(stop[-1]) && stop[-1] != t->delimiter)
            stop--;
        const char *q = p;
        while (q < stop && spk__is_blank(*q))
            q++;
        spk_status st = q == stop || *q == '#' ? SPK_OK : read_row(t, p, stop, line, c);
        if (st)
            return st;
        p = next;
    }
    return SPK_OK;
}

static spk_status read_table(spk__arena *arena, const spk__table *t, spk__columns *c) {
    if (!t->n_columns)
        return spk__table_fail_at(t, &t->header, "begin with the names of the columns",
                                  "the file has no header");
    spk_status st = make_columns(arena, t, c);
    return st ? st : read_rows(t, c);
}

spk_status spk__columns_read(spk_ctx *ctx, spk__arena *arena, const char *path, spk__columns *out) {
    spk__columns c = {.path = spk__arena_strndup(arena, path, strlen(path))};
    const spk_read_options options = SPK_READ_OPTIONS_INIT;
    char *text;
    size_t length;
    if (!c.path)
        return SPK_ERR_MEMORY;
    spk_status st = spk__read_file(ctx, path, MAX_BYTES, &text, &length);
    if (st)
        return st;
    spk__table t;
    st = spk__table_scan(ctx, &options, c.path, text, length, &t);
    if (!st)
        st = read_table(arena, &t, &c);
    if (!st) /* so that what is wrong with a row can be shown */
        st = spk__ctx_add_source(ctx, c.path, text, length);
    spk__table_free(&t);
    spk__free(ctx, text);
    if (!st)
        *out = c;
    return st;
}

const spk__number_column *spk__columns_find(const spk__columns *c, const char *name,
                                            char unit[32]) {
    size_t n = strlen(name);
    for (size_t i = 0; i < c->n_columns; i++) {
        const char *rest = c->column[i].header + n;
        if (strncmp(c->column[i].header, name, n))
            continue;
        size_t gap = strspn(rest, " _/([");
        if (*rest && !gap)
            continue;
        size_t length = strcspn(rest + gap, ")]");
        snprintf(unit, 32, "%.*s", length < 31 ? (int)length : 31, rest + gap);
        return &c->column[i];
    }
    return NULL;
}

spk_status spk__columns_fail(spk_ctx *ctx, const spk__columns *c, size_t row, const char *hint,
                             const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){c->path, c->line[row], 1, 0}, hint, "%s",
                     message);
}
