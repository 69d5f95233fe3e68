/* Figures for the terminal: traces, rasters, histograms and bars as text, in Unicode (braille dots, eight dots
 * a character) or plain ASCII, with or without colours.
 *
 * Every function here renders into one string of lines, each ended by a newline, none wider than
 * style->width columns and without blanks at the end; the caller owns it and frees it with spk_figure_free.
 * Labels are UTF-8 (one column a code point) and say the unit: "time (ms)". A label that is too long
 * is cut. Numbers that are not finite are gaps. Errors: ERR_USAGE for a width outside 30 .. 1000 and for
 * limits that are no interval; ERR_MEMORY.
 *
 * To stand figures above one another with the same time axis, give them the same width, the same
 * x_min and x_max, and a label_width that is enough for all.
 */
#ifndef SPIKEFIT_FIGURE_H
#define SPIKEFIT_FIGURE_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int width;       /* columns in all */
    int height;      /* rows of each plotting area; 0: the figure's own default */
    int label_width; /* columns for the labels at the left, at least; 0: as needed */
    bool colour;     /* ANSI escapes, 256 colours (told apart by colour-blind eyes) */
    bool ascii;      /* no character outside ASCII */
} spk_figure_style;
#define SPK_FIGURE_STYLE_INIT                                                                      \
    { 80, 0, 0, false, false }

void spk_figure_free(spk_ctx *ctx, char *figure);

/* ---- lines ---- */

/* One curve: n points (x[i], y[i]), or with x NULL samples at x_start + i * x_step. x must not
 * decrease. Any number of points. */
typedef struct {
    const char *label; /* for the legend; NULL: none */
    const double *x, *y;
    size_t n;
    double x_start, x_step;
    /* Strokes from the curve to peak at these times, for the spikes of a model that is reset before it
     * could make one; NULL: none. */
    const double *spike_x;
    size_t n_spikes;
    double peak;
} spk_curve;

/* One plotting area. Limits: both equal means that they follow the data (y's are then widened to
 * round numbers); a given y range clips. A logarithmic axis leaves out values <= 0. */
typedef struct {
    const char *title, *y_label; /* may be NULL */
    const spk_curve *curve;
    size_t n_curves; /* drawn in this order; a later one lies above. At most 6 */
    double y_min, y_max;
    bool y_log;
} spk_panel;

typedef struct {
    const spk_panel *panel; /* from top to bottom, over one x axis */
    size_t n_panels;
    const char *x_label;
    double x_min, x_max;
    bool x_log;
} spk_line_figure;

/* Voltages, stimuli, convergence. Without colour the second and later curves of a panel are dashed;
 * where curves cover each other much, a panel for each is easier to read. Default height: 10 rows. */
spk_status spk_figure_lines(spk_ctx *ctx, const spk_line_figure *figure,
                            const spk_figure_style *style, char **out);

/* ---- rasters ---- */

/* One row of a raster: a train of spike times, not decreasing. */
typedef struct {
    const char *label; /* "recorded 1" */
    const double *t_ms;
    size_t n;
    int group; /* rows of a group have one colour; between groups there is a gap */
} spk_raster_row;

typedef struct {
    const char *title; /* may be NULL */
    const spk_raster_row *row; /* from top to bottom */
    size_t n_rows;
    const char *x_label;
    double start_ms, stop_ms; /* the window shown; must be an interval */
} spk_raster_figure;

/* A tick for each spike (two to a column; in ASCII one, # where there are several), and behind each
 * label the number of spikes in the window. style->height limits the rows shown (0: 40); the last line
 * then tells how many more there are. */
spk_status spk_figure_raster(spk_ctx *ctx, const spk_raster_figure *figure,
                             const spk_figure_style *style, char **out);

/* ---- histograms ---- */

/* Values of n bins of equal width that together cover the figure's x range. */
typedef struct {
    const char *label; /* may be NULL */
    const double *value;
    size_t n;
} spk_histogram;

typedef struct {
    const char *title, *x_label, *y_label;
    const spk_histogram *histogram; /* one panel each, with the same y axis, from top to bottom */
    size_t n_histograms;
    double x_min, x_max; /* must be an interval */
    double y_max;        /* 0: the largest value */
} spk_histogram_figure;

/* PSTHs, inter-spike intervals. Where there are more bins than columns, a column shows the mean of its
 * bins. Default height: 6 rows a panel. */
spk_status spk_figure_histogram(spk_ctx *ctx, const spk_histogram_figure *figure,
                                const spk_figure_style *style, char **out);

/* ---- bars ---- */

typedef struct {
    const char *label;
    double value;
    double low, high; /* confidence interval; NaN: none */
    const char *text; /* behind the bar, such as "0.81 [0.77, 0.85]"; NULL: none */
} spk_bar;

typedef struct {
    const char *title, *x_label;
    const spk_bar *bar; /* from top to bottom */
    size_t n_bars;
    double x_min, x_max; /* equal: from 0 (or the least) to the largest value */
} spk_bar_figure;

/* Scores with intervals: a bar from x_min to the value, whiskers from low to high. */
spk_status spk_figure_bars(spk_ctx *ctx, const spk_bar_figure *figure,
                           const spk_figure_style *style, char **out);

#ifdef __cplusplus
}
#endif
#endif
