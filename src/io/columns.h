/* Tables of numbers whose columns are asked for by name: lists of edges, one value a neuron. */
#ifndef SPK_IO_COLUMNS_H
#define SPK_IO_COLUMNS_H

#include "io/io.h"

typedef struct {
    const char *header; /* as it stands there: "delay_ms" */
    spk_loc loc;
    double *value; /* [n_rows], as they stand there; NaN: missing */
} spk__number_column;

typedef struct {
    const char *path;
    spk__number_column *column;
    size_t n_columns, n_rows;
    int *line; /* [n_rows] */
} spk__columns;

/* Text with a header, separated by comma, semicolon, tab or blanks. Lives in the arena. ERR_INPUT,
 * located, for a file without header, a field that is no number, and rows of another length. */
spk_status spk__columns_read(spk_ctx *ctx, spk__arena *arena, const char *path, spk__columns *out);

/* The column called `name`, alone or with a unit: "delay", "delay_ms", "delay (ms)", "delay [ms]",
 * "delay/ms". NULL: there is none. unit: what follows, "" if nothing, into buf of 32 bytes. */
const spk__number_column *spk__columns_find(const spk__columns *c, const char *name, char unit[32]);

/* ERR_INPUT about a row of the file. */
spk_status spk__columns_fail(spk_ctx *ctx, const spk__columns *c, size_t row, const char *hint,
                             const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
