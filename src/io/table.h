/* Tables of numbers in text: the lines before the numbers, the header, fields, and errors that point at
 * them. Shared by every reader of text. */
#ifndef SPK_IO_TABLE_H
#define SPK_IO_TABLE_H

#include "io/io.h"

typedef enum {
    SPK__OTHER,
    SPK__TIME,
    SPK__CURRENT,
    SPK__VOLTAGE,
    SPK__INTERVAL, /* dt */
    SPK__SWEEP,
    SPK__CELL,
    SPK__SPIKE,    /* spike times */
} spk__role;

typedef struct {
    char name[64]; /* as the header has it, without the unit */
    spk__role role;
    bool has_unit;
    double scale; /* to our units */
    spk__role meant; /* of a column of role OTHER that reads like one of another, but for its unit: I_kg */
    spk_loc loc;
} spk__column;

/* A text file, looked at up to its first line of numbers. */
typedef struct {
    spk_ctx *ctx;
    const spk_read_options *options;
    const char *path;
    const char *text, *end; /* the whole file, or its beginning when probing */
    const char *data;       /* first line after header and comments */
    int data_line;
    char delimiter;         /* ',', ';', '\t', or ' ' for any blanks */
    char decimal;           /* '.' or ',' */
    spk__column *column;
    size_t n_columns;       /* 0: there is no header */
    spk_loc header;         /* the header's line, or the first line of numbers */
    /* From comments ("# dt_ms: 0.1", "# stop: 2 s", "# ms"); NaN or 0 where they say nothing. */
    double dt_ms, start_ms, stop_ms, time_scale;
    size_t trains; /* "# trains: 3": so many lines are trains, however long; 0: not said */
} spk__table;

/* Reads comments and header. column_line (may be NULL) stands in for a missing header. Unknown names and
 * missing units are no failure here. Fails for lack of memory only. */
spk_status spk__table_scan(spk_ctx *ctx, const spk_read_options *options, const char *path,
                           const char *text, size_t length, spk__table *out);
void spk__table_free(spk__table *t);
/* The first column of a role, or n_columns; how many there are. */
size_t spk__table_find(const spk__table *t, spk__role role);
size_t spk__table_count(const spk__table *t, spk__role role);
/* Scans the head of a file for a probe: 1, or 0 if it does not look like text, or -1 for lack of memory. */
int spk__table_probe(spk_ctx *ctx, const spk__probe *p, spk__table *out);

/* Splits the header line [line, end) into columns; exposed for tests. */
spk_status spk__header_parse(spk__table *t, const char *line, const char *end, int line_number);
/* The factor to our units of a unit of time, current or voltage in one of the spellings people use ("ms",
 * "msec", "[mV]", "µs"); role says which it is. false if it is none. */
bool spk__unit_of(spk_ctx *ctx, const char *text, size_t n, spk__role *role, double *scale);

/* An error at a place, and at [p, p + length) of the table's text. */
spk_status spk__table_fail_at(const spk__table *t, const spk_loc *loc, const char *hint,
                              const char *format, ...) __attribute__((format(printf, 4, 5)));
spk_status spk__table_fail(const spk__table *t, int line, const char *p, size_t length,
                           const char *hint, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
spk_loc spk__table_loc(const spk__table *t, int line, const char *p, size_t length);

/* The window that all trains were observed in, or, with a warning, the smallest that holds all of theirs:
 * for formats with one window a file. */
void spk__spike_window(spk_ctx *ctx, const spk_recording *r, const char *path, double *start,
                       double *stop);
/* A recording as CSV: traces if there are any, else a table of spikes. */
spk_status spk__csv_write(spk_ctx *ctx, const spk_recording *r, const char *path);

/* ---- scanning ---- */

static inline const char *spk__line_end(const char *p, const char *end) {
    const char *nl = memchr(p, '\n', (size_t)(end - p));
    return nl ? nl : end;
}

static inline bool spk__is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* A number with '.' in it: exact, and fast where 19 digits and a small power of ten suffice. Sets *after;
 * false if there is none. */
bool spk__fast_double(const char *p, const char *end, const char **after, double *out);

/* Reads a field that should be a number, from p on within a line, skipping blanks around it and the
 * delimiter behind it. An empty field, "NA" or "null" gives NaN. *more: a delimiter followed. Returns
 * false (p untouched) where the field is something else. */
bool spk__table_number(const spk__table *t, const char **p, const char *end, double *out,
                       bool *more);

#endif
