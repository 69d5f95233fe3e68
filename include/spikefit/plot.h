/* Figures for papers: each figure of a report as SVG, PDF or PNG, drawn by cairo without a browser,
 * and most of them as text for a terminal. They show what spk_report_data holds, in the report's
 * colours (on white).
 *
 * Equal data and options give equal bytes on one machine (fonts are the machine's); no file holds a
 * date.
 */
#ifndef SPIKEFIT_PLOT_H
#define SPIKEFIT_PLOT_H

#include <spikefit/figure.h>
#include <spikefit/report.h>

#include <math.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What of the data a kind needs that costs simulations, so that a caller may leave out the rest. */
enum { SPK_PLOT_NEEDS_SWEEPS = 1, SPK_PLOT_NEEDS_PROFILES = 2 };
/* Options that a kind takes besides size and font. */
enum {
    SPK_PLOT_TAKES_TIME = 1,
    SPK_PLOT_TAKES_SWEEP = 2,
    SPK_PLOT_TAKES_BIN = 4,
    SPK_PLOT_TAKES_SCALE_BARS = 8,
    SPK_PLOT_TAKES_AXES = 16,
    SPK_PLOT_TAKES_LOG = 32
};

typedef struct {
    const char *name, *sentence;
    unsigned needs, takes;
    bool text; /* can be drawn in a terminal */
} spk_plot_info;

size_t spk_plot_count(void);
spk_plot_info spk_plot_at(size_t i); /* i < spk_plot_count() */
/* The kind's index. ERR_USAGE with the nearest name. */
spk_status spk_plot_find(spk_ctx *ctx, const char *name, size_t *kind);

typedef struct {
    double width_mm, height_mm; /* 20 .. 1000; height 0: what the kind needs */
    double font_pt;             /* 4 .. 30 */
    double dpi;                 /* of PNG, 36 .. 2400 */
    double start_ms, stop_ms;   /* what of the time axis; NaN: the sweep's ends, for voltages a
                                   stretch where   spikes can be seen */
    const char *sweep;          /* its name; NULL: the first one with held-out data */
    bool train;                 /* where nothing else is said, show what was fitted, not what was
                                   held out */
    double bin_ms;              /* of rates; 0: a round width, about a hundred bins */
    const char *across, *up;    /* parameters of the population's axes (NULL: the first two), or of a
                                   posterior, objectives of a front (NULL: all) */
    bool scale_bars;            /* in place of the axes of voltage and current */
    bool linear;                /* an axis that would be logarithmic is not */
} spk_plot_options;
#define SPK_PLOT_OPTIONS_INIT                                                                      \
    { 85, 0, 7, 300, (double)NAN, (double)NAN, NULL, false, 0, NULL, NULL, false, false }

typedef enum { SPK_PLOT_SVG, SPK_PLOT_PDF, SPK_PLOT_PNG } spk_plot_format;
/* By the file's extension. ERR_USAGE for one that is none of these. */
spk_status spk_plot_format_of(spk_ctx *ctx, const char *path, spk_plot_format *out);

/* The figure as the bytes of a file, freed with spk_plot_free. ERR_USAGE: an option out of range or
 * that the kind does not take, a sweep or parameter that is not there, a size in which nothing can
 * be drawn. ERR_FAILED: the data hold nothing for this kind. */
spk_status spk_plot_draw(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                         const spk_plot_options *options, spk_plot_format format, char **bytes,
                         size_t *length);
/* The same into a file of the format that its extension says; it appears whole or not at all.
 * ERR_IO. */
spk_status spk_plot_write(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                          const spk_plot_options *options, const char *path);
void spk_plot_free(spk_ctx *ctx, char *bytes);
/* What of the time axis a figure of this kind shows, for figures that are to stand beside it. Errors as above. */
spk_status spk_plot_stretch(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                            const spk_plot_options *options, double *start_ms, double *stop_ms);
/* The figure for a terminal, freed with spk_figure_free. ERR_USAGE also for a kind without `text`.
 */
spk_status spk_plot_print(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                          const spk_plot_options *options, const spk_figure_style *style,
                          char **text);

#ifdef __cplusplus
}
#endif
#endif
