/* A page of character cells, and axes: what the terminal figures share. */
#ifndef SPK_REPORT_CANVAS_H
#define SPK_REPORT_CANVAS_H

#include "base/base.h"
#include <spikefit/figure.h>

/* Colours by use. 1 .. 6 are those of curves and groups. */
enum { SPK__INK = 0, SPK__SERIES_1 = 1, SPK__SERIES_COUNT = 6, SPK__GREY = 7, SPK__BOLD = 8 };

/* A glyph is a code point, 0 a blank. */
typedef struct {
    uint32_t glyph;
    uint8_t colour;
} spk__cell;

typedef struct {
    spk_ctx *ctx;
    int width, height;
    bool ascii, colour;
    spk__cell *cell; /* [height][width] */
} spk__canvas;

/* Checks the style and makes a blank page of style->width columns. */
spk_status spk__canvas_init(spk_ctx *ctx, int height, const spk_figure_style *style,
                            spk__canvas *out);
void spk__canvas_free(spk__canvas *c);
spk_status spk__canvas_print(const spk__canvas *c, char **out);

/* Cells outside the page are ignored. The glyph for Unicode and the one for ASCII. */
void spk__canvas_put(spk__canvas *c, int x, int y, uint32_t glyph, char plain, int colour);
/* Writes at most `room` columns; returns the columns written. */
int spk__canvas_text(spk__canvas *c, int x, int y, int room, const char *text, int colour);
void spk__canvas_text_right(spk__canvas *c, int x_end, int y, int room, const char *text,
                            int colour);
/* Braille dots: two columns, four rows a cell. In ASCII the series' own letter fills the cell. */
void spk__canvas_dot(spk__canvas *c, int dot_x, int dot_y, int series);
char spk__series_letter(int series);
/* Columns that a text takes. */
int spk__text_width(const char *text);

/* ---- axes ---- */

typedef struct {
    double lo, hi; /* lo < hi; both > 0 if log */
    bool log;
} spk__axis;

enum { SPK__TICKS_MAX = 40 };
typedef struct {
    double at; /* 0 .. 1 along the axis */
    char text[24];
} spk__tick;

/* Where a value lies: 0 at lo, 1 at hi. */
double spk__axis_at(const spk__axis *a, double value);
/* From the data's extremes (lo > hi: there are none) to an axis with lo < hi. */
spk__axis spk__axis_from(double lo, double hi, bool log_scale);
/* Moves the ends outwards to round numbers. */
void spk__axis_widen(spk__axis *a, int cells);
/* Round values with room between them: `across` for labels side by side, else one above the other.
 */
int spk__axis_ticks(const spk__axis *a, int cells, bool across, spk__tick tick[SPK__TICKS_MAX]);

/* The plotting area, in cells; the axes stand in the column left of it and the row below it. */
typedef struct {
    int x, y, width, height;
} spk__area;

/* The area right of so many columns of labels, which get half the page at most. */
spk__area spk__area_beside(int label_columns, int width, int rows);
/* Columns of the widest label, at least so many. */
int spk__label_columns(const spk__tick *tick, int n, int at_least);
void spk__draw_y_axis(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n);
/* The line, the tick labels below it and the axis' name below those: three rows from the area's
 * end. */
void spk__draw_x_axis(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n,
                      const char *label);
/* The line alone, for a panel that has another one below. */
void spk__draw_x_line(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n);

#endif
