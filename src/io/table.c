/* The lines of a text file before its numbers. */
#include "io/table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

void spk__table_free(spk__table *t) {
    spk__free(t->ctx, t->column);
    t->column = NULL;
}

size_t spk__table_find(const spk__table *t, spk__role role) {
    size_t i = 0;
    while (i < t->n_columns && t->column[i].role != role)
        i++;
    return i;
}

size_t spk__table_count(const spk__table *t, spk__role role) {
    size_t n = 0;
    for (size_t i = 0; i < t->n_columns; i++)
        n += t->column[i].role == role;
    return n;
}

spk_loc spk__table_loc(const spk__table *t, int line, const char *p, size_t length) {
    const char *start = p;
    while (start > t->text && start[-1] != '\n')
        start--;
    return (spk_loc){t->path, line, (int)(p - start) + 1, (int)length};
}

static spk_status fail_at(const spk__table *t, const spk_loc *loc, const char *hint,
                          const char *format, va_list args) {
    char message[512];
    vsnprintf(message, sizeof message, format, args);
    /* So that the line can be shown. */
    spk_status st = spk__ctx_add_source(t->ctx, t->path, t->text, (size_t)(t->end - t->text));
    return st ? st : spk__fail(t->ctx, SPK_ERR_INPUT, loc, hint, "%s", message);
}

spk_status spk__table_fail_at(const spk__table *t, const spk_loc *loc, const char *hint,
                              const char *format, ...) {
    va_list args;
    va_start(args, format);
    spk_status st = fail_at(t, loc, hint, format, args);
    va_end(args);
    return st;
}

spk_status spk__table_fail(const spk__table *t, int line, const char *p, size_t length,
                           const char *hint, const char *format, ...) {
    spk_loc loc = spk__table_loc(t, line, p, length);
    va_list args;
    va_start(args, format);
    spk_status st = fail_at(t, &loc, hint, format, args);
    va_end(args);
    return st;
}

/* ---- comments ---- */

/* "dt_ms: 0.1", "stop = 2 s", "sampling rate: 10000 Hz": a name in lower-case letters, and a value. */
static void read_key(spk__table *t, const char *p, const char *end) {
    const char *colon = p;
    while (colon < end && *colon != ':' && *colon != '=')
        colon++;
    char name[40], value[64];
    size_t n = 0;
    for (const char *q = p; q < colon && n + 1 < sizeof name; q++)
        if (isalnum((unsigned char)*q))
            name[n++] = (char)tolower((unsigned char)*q);
    name[n] = '\0';
    const char *v = colon + 1;
    while (v < end && spk__is_blank(*v))
        v++;
    while (end > v && spk__is_blank(end[-1]))
        end--;
    if (colon >= end || !n || (size_t)(end - v) >= sizeof value)
        return;
    snprintf(value, sizeof value, "%.*s", (int)(end - v), v);
    static const char *const keys[] = {"dt", "samplinginterval", "start", "tstart", "stop", "tstop"};
    double *const targets[] = {&t->dt_ms,    &t->dt_ms,   &t->start_ms,
                               &t->start_ms, &t->stop_ms, &t->stop_ms};
    spk__role role;
    if (strcmp(name, "unit") == 0 || strcmp(name, "units") == 0 || strcmp(name, "timeunit") == 0) {
        double scale;
        if (spk__unit_of(t->ctx, value, strlen(value), &role, &scale) && role == SPK__TIME)
            t->time_scale = scale;
        return;
    }
    double number, scale = 0;
    const char *after;
    if (!spk__parse_double(value, value + strlen(value), &after, &number))
        return;
    if (strcmp(name, "trains") == 0 && number >= 1 && number <= 1e9) {
        t->trains = (size_t)number;
        return;
    }
    while (spk__is_blank(*after))
        after++;
    if (*after && !(spk__unit_of(t->ctx, after, strlen(after), &role, &scale) && role == SPK__TIME))
        return;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t k = strlen(keys[i]);
        if (strncmp(name, keys[i], k) != 0)
            continue;
        if (name[k] && !(spk__unit_of(t->ctx, name + k, strlen(name + k), &role, &scale) &&
                         role == SPK__TIME))
            continue;
        if (scale > 0)
            *targets[i] = number * scale;
        return;
    }
}

/* "ms", "spike times in ms", "spike times (s)": a comment whose last word is a unit of time. */
static void read_unit(spk__table *t, const char *p, const char *end) {
    const char *word = end;
    while (word > p && !spk__is_blank(word[-1]))
        word--;
    spk__role role;
    double scale;
    if (spk__unit_of(t->ctx, word, (size_t)(end - word), &role, &scale) && role == SPK__TIME)
        t->time_scale = scale;
}

static void read_comment(spk__table *t, const char *p, const char *end) {
    while (p < end && (*p == '#' || *p == '%' || *p == '/' || spk__is_blank(*p)))
        p++;
    while (end > p && spk__is_blank(end[-1]))
        end--;
    if (memchr(p, ':', (size_t)(end - p)) || memchr(p, '=', (size_t)(end - p)))
        read_key(t, p, end);
    else
        read_unit(t, p, end);
}

/* ---- header ---- */

static void guess_delimiter(spk__table *t, const char *line, const char *end) {
    size_t n = (size_t)(end - line);
    bool comma = memchr(line, ',', n), semicolon = memchr(line, ';', n), tab = memchr(line, '\t', n);
    t->decimal = '.';
    if (semicolon) {
        t->delimiter = ';';
        t->decimal = comma ? ',' : '.';
    } else {
        t->delimiter = tab ? '\t' : comma ? ',' : ' ';
        t->decimal = tab && comma ? ',' : '.';
    }
}

/* A line of numbers begins with one. */
static bool begins_with_number(const char *p, const char *end) {
    const char *after;
    double x;
    while (p < end && spk__is_blank(*p))
        p++;
    return spk__parse_double(p, end, &after, &x) &&
           (after == end || spk__is_blank(*after) || strchr(",;\t", *after));
}

static bool is_comment(const char *p, const char *end) {
    return p < end && (*p == '#' || *p == '%' || (*p == '/' && p + 1 < end && p[1] == '/'));
}

/* Names in the last comment line ("# t_ms V_mV") serve if there are as many as columns and all are known
 * quantities; extra words such as "sweep" or "neuron" count too. */
static spk_status header_from_comment(spk__table *t, const char *p, const char *end, int line,
                                      const char *first, const char *first_end) {
    while (p < end && (*p == '#' || *p == '%' || *p == '/' || spk__is_blank(*p)))
        p++;
    while (end > p && spk__is_blank(end[-1]))
        end--;
    const char *key = p;
    while (key < end && !strchr(":=([", *key))
        key++;
    if (key < end && strchr(":=", *key))
        return SPK_OK; /* "stop: 2 s" names no columns */
    spk__table numbers = *t, names = *t;
    guess_delimiter(&numbers, first, first_end);
    guess_delimiter(&names, p, end);
    size_t n = 0;
    bool more = true;
    double x;
    for (const char *q = first; more && spk__table_number(&numbers, &q, first_end, &x, &more);)
        n++;
    names.column = NULL;
    spk_status st = spk__header_parse(&names, p, end, line);
    if (st)
        return st;
    size_t known = 0, quantities = 0;
    for (size_t i = 0; i < names.n_columns; i++) {
        known += names.column[i].role != SPK__OTHER;
        quantities += names.column[i].has_unit;
        names.column[i].loc.column += spk__table_loc(t, line, p, 0).column - 1;
    }
    if (names.n_columns == n && n > 1 && quantities > 0 && known > 0) {
        t->column = names.column;
        t->n_columns = n;
        t->header = spk__table_loc(t, line, p, (size_t)(end - p));
    } else {
        spk__free(t->ctx, names.column);
    }
    return SPK_OK;
}

static spk_status columns_from_options(spk__table *t, const char *columns) {
    char delimiter = t->delimiter;
    guess_delimiter(t, columns, columns + strlen(columns));
    spk_status st = spk__header_parse(t, columns, columns + strlen(columns), 0);
    for (size_t i = 0; i < t->n_columns && !st; i++)
        t->column[i].loc = t->header;
    t->delimiter = delimiter;
    return st;
}

/* The first line from p on that is neither blank nor a comment, or the end. */
static const char *first_row(const spk__table *t, const char *p) {
    while (p < t->end) {
        const char *stop = spk__line_end(p, t->end), *q = p;
        while (q < stop && spk__is_blank(*q))
            q++;
        if (q < stop && !is_comment(q, stop))
            return p;
        p = stop < t->end ? stop + 1 : stop;
    }
    return t->end;
}

spk_status spk__table_scan(spk_ctx *ctx, const spk_read_options *options, const char *path,
                           const char *text, size_t length, spk__table *t) {
    *t = (spk__table){.ctx = ctx, .options = options, .path = path, .text = text,
                      .end = text + length, .dt_ms = NAN, .start_ms = NAN, .stop_ms = NAN};
    /* Later complaints about the header can then show it. */
    size_t shown = length < 4096 ? length : 4096;
    if (spk__ctx_add_source(ctx, path, text, shown) != SPK_OK)
        return SPK_ERR_MEMORY;
    const char *p = text, *comment = NULL, *comment_end = NULL;
    int line = 1, comment_line = 0;
    if (length >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        p += 3;
    for (; p < t->end; line++) {
        const char *stop = spk__line_end(p, t->end), *next = stop < t->end ? stop + 1 : stop;
        while (stop > p && spk__is_blank(stop[-1]))
            stop--;
        if (is_comment(p, stop)) {
            read_comment(t, p, stop);
            comment = p;
            comment_end = stop;
            comment_line = line;
        } else if (stop > p) {
            guess_delimiter(t, p, stop);
            t->data = p;
            t->data_line = line;
            t->header = spk__table_loc(t, line, p, (size_t)(stop - p));
            if (options->columns)
                return columns_from_options(t, options->columns);
            if (begins_with_number(p, stop))
                return comment ? header_from_comment(t, comment, comment_end, comment_line, p, stop)
                               : SPK_OK;
            t->data = next;
            t->data_line = line + 1;
            spk_status st = spk__header_parse(t, p, stop, line);
            if (st || next == t->end)
                return st;
            /* Names may be set apart otherwise than the numbers are: commas over blanks. */
            bool blanks = t->delimiter == ' ';
            const char *row = first_row(t, next);
            if (row < t->end)
                guess_delimiter(t, row, spk__line_end(row, t->end));
            if (blanks && t->delimiter == '\t')
                t->delimiter = ' ';
            return SPK_OK;
        }
        p = next;
    }
    t->data = t->end;
    t->data_line = line;
    t->header = (spk_loc){path, 1, 1, 1};
    return SPK_OK;
}

int spk__table_probe(spk_ctx *ctx, const spk__probe *p, spk__table *out) {
    const char *text = (const char *)p->head;
    size_t n = p->n;
    if (memchr(text, '\0', n))
        return 0;
    /* Only whole lines, unless the file is one line. */
    size_t whole = n;
    while (p->size > n && whole > 0 && text[whole - 1] != '\n')
        whole--;
    return spk__table_scan(ctx, p->options, p->path, text, whole ? whole : n, out) == SPK_OK ? 1 : -1;
}
