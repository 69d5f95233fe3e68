/* A sheet to draw figures for papers on, in points (1/72 inch) from the top left, and frames with
 * axes. What cairo remembers as an error shows when the sheet is finished. */
#ifndef SPK_REPORT_PAPER_H
#define SPK_REPORT_PAPER_H

#include "report/canvas.h"
#include "report/palette.h"
#include <cairo.h>
#include <spikefit/plot.h>
#include <stdio.h>

typedef struct {
    spk_ctx *ctx;
    spk_plot_format format;
    cairo_surface_t *surface;
    cairo_t *cr;
    double width, height, font;
    spk__str bytes;
} spk__paper;

spk_status spk__paper_open(spk_ctx *ctx, spk_plot_format format, double width, double height,
                           double font, double dpi, spk__paper *out);
/* The file; frees the sheet. bytes NULL: the sheet is given up. */
spk_status spk__paper_finish(spk__paper *p, char **bytes, size_t *length);

/* ---- marks ---- */

void spk__paper_colour(spk__paper *p, spk__colour c, double opacity);
void spk__paper_line(spk__paper *p, double x0, double y0, double x1, double y1, double width);
/* Lines from now on: in dashes of this pattern, 0 solid. */
void spk__paper_dashes(spk__paper *p, int pattern);
void spk__paper_rectangle(spk__paper *p, double x, double y, double width, double height);
void spk__paper_dot(spk__paper *p, double x, double y, double radius);
double spk__paper_text_width(spk__paper *p, const char *text);
/* At the baseline; align 0: begins at x, 0.5: centred, 1: ends there. */
void spk__paper_text(spk__paper *p, double x, double y, double align, spk__colour c,
                     const char *text);
/* Cut with an ellipsis where it is wider than the room. */
void spk__paper_text_within(spk__paper *p, double x, double y, double align, double room,
                            spk__colour c, const char *text);
/* Upwards, centred at (x, y). */
void spk__paper_text_up(spk__paper *p, double x, double y, spk__colour c, const char *text);

/* Words in their colours beside each other, ending at x. */
typedef struct {
    const char *text;
    spk__colour colour;
} spk__legend;
void spk__paper_legend(spk__paper *p, double x, double y, const spk__legend *entry, size_t n);
void spk__paper_data_legend(spk__paper *p, double x, double y); /* recorded, model */

/* ---- frames: an area with two axes ---- */

typedef struct {
    double left, top, width, height;
    spk__axis x, y;
} spk__frame;

double spk__frame_x(const spk__frame *f, double value);
double spk__frame_y(const spk__frame *f, double value);
void spk__frame_clip(spk__paper *p, const spk__frame *f);
void spk__paper_unclip(spk__paper *p);
/* Room that the axes take: beside a y axis of this height with a name, below an x axis without and
 * with one. */
double spk__axis_room(spk__paper *p, const spk__axis *y, double height);
double spk__below_ticks(double font);
double spk__below_label(double font);
/* Line, ticks, numbers, and the name (NULL: none). */
void spk__frame_y_axis(spk__paper *p, const spk__frame *f, const char *name);
void spk__frame_x_axis(spk__paper *p, const spk__frame *f, const char *name);
/* The same for an axis in ms, in s where it is long. */
void spk__frame_time_axis(spk__paper *p, const spk__frame *f);
/* x axis of ticks alone. */
void spk__frame_x_line(spk__paper *p, const spk__frame *f);

/* Clipped to the frame; the colour must be set. Numbers that are not finite are gaps. A trace with
 * more samples than the eye can tell apart is drawn as the extremes of each hair's breadth. */
void spk__frame_trace(spk__paper *p, const spk__frame *f, const spk_trace *t, double width);
void spk__frame_curve(spk__paper *p, const spk__frame *f, const double *x, const double *y,
                      size_t n, double width);
/* value[i] from edge[i] to edge[i + 1], filled down to the axis or as an outline. */
void spk__frame_steps(spk__paper *p, const spk__frame *f, const double *edge, const double *value,
                      size_t n, bool filled, double width);
/* A stroke for each spike inside the frame, from y to y + length. */
void spk__frame_strokes(spk__paper *p, const spk__frame *f, const spk_train *t, double y,
                        double length);
/* Held-out stretches, tinted from y over a height. */
void spk__frame_windows(spk__paper *p, const spk__frame *f, const spk_report_sweep *s, double y,
                        double height);

#endif
