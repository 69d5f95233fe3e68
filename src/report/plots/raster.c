/* Raster of the repeats of one stimulus and of the model. */
#include "report/plot.h"

#include <math.h>

static double pitch(const spk__plot *f, size_t rows) {
    return rows > 24 ? 0.55 * f->font : 1.25 * f->font;
}

static size_t count_rows(const spk__plot *f) {
    spk__row *row = NULL;
    size_t n = 0;
    if (spk__raster_rows(f->ctx, f->d, f->sweep, &row, &n))
        return 1;
    spk__free(f->ctx, row);
    return n;
}

static double height(const spk__plot *f) {
    size_t n = count_rows(f);
    return (double)n * pitch(f, n) + 1.3 * f->font + spk__below_label(f->font);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    spk__row *row = NULL;
    size_t n = 0;
    spk_status st = spk__raster_rows(f->ctx, f->d, f->sweep, &row, &n);
    if (st)
        return st;
    /* Names beside rows that are high enough; else one for all. */
    double top = 0.4 * f->font, space = 0.5 * f->font;
    double step = (p->height - top - space - 0.4 * f->font - spk__below_label(f->font)) / (double)n;
    bool names = step >= f->font;
    double left = spk__paper_text_width(p, "recorded");
    for (size_t i = 0; i < n && names; i++)
        left = fmax(left, spk__paper_text_width(p, row[i].label));
    left = fmin(left, 0.3 * p->width) + 0.6 * f->font;
    spk__frame frame = {left,
                        top,
                        p->width - left - 0.8 * f->font,
                        step * (double)n + space + 0.4 * f->font,
                        {f->start_ms, f->stop_ms, false},
                        {0, 1, false}};
    spk__frame_windows(p, &frame, &f->d->sweep[f->sweep], top, frame.height);
    bool last_model = false;
    for (size_t i = 0; i < n; i++) {
        spk__colour colour = row[i].model ? SPK__COLOUR_MODEL : SPK__COLOUR_RECORDED;
        double y = top + step * (double)i + (row[i].model ? space : 0);
        bool again = i && row[i].model && last_model && strcmp(row[i].label, row[i - 1].label) == 0;
        const char *label = again ? NULL
                            : names ? row[i].label
                            : i == 0 || row[i].model != last_model
                                ? (row[i].model ? "model" : "recorded")
                                : NULL;
        last_model = row[i].model;
        if (label)
            spk__paper_text_within(p, left - 0.5 * f->font, y + fmin(step, f->font) * 0.85, 1,
                                   left - 0.5 * f->font, colour, label);
        spk__paper_colour(p, colour, 1);
        spk__frame_strokes(p, &frame, row[i].train, y + 0.1 * step, 0.8 * step);
    }
    spk__frame_time_axis(p, &frame);
    spk__free(f->ctx, row);
    return SPK_OK;
}

/* Of more rows than there is room for, repeats are left out and the model stays; a title says so.
 */
static size_t choose_rows(const spk__row *row, size_t n, size_t most, spk_raster_row *out,
                          char title[64]) {
    size_t models = 0, repeats, kept = 0;
    for (size_t i = 0; i < n; i++)
        models += row[i].model;
    repeats = n - models;
    size_t room = n <= most ? repeats : most > models + 1 ? most - models - 1 : 1;
    for (size_t i = 0; i < n; i++)
        if (row[i].model || i < room)
            out[kept++] =
                (spk_raster_row){row[i].label, row[i].train->t_ms, row[i].train->n, row[i].model};
    snprintf(title, 64, "%zu of %zu repeats, and the model", room < repeats ? room : repeats,
             repeats);
    return kept;
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    spk__row *row = NULL;
    size_t n = 0;
    char title[64];
    spk_status st = spk__raster_rows(f->ctx, f->d, f->sweep, &row, &n);
    spk_raster_row *shown = st ? NULL : SPK__ARRAY(f->ctx, n, spk_raster_row);
    if (shown) {
        size_t kept =
            choose_rows(row, n, style->height > 0 ? (size_t)style->height : 40, shown, title);
        spk_raster_figure figure = {.title = kept < n ? title : NULL,
                                    .row = shown,
                                    .n_rows = kept,
                                    .x_label = "time (ms)",
                                    .start_ms = f->start_ms,
                                    .stop_ms = f->stop_ms};
        st = spk_figure_raster(f->ctx, &figure, style, text);
    } else if (!st) {
        st = SPK_ERR_MEMORY;
    }
    spk__free(f->ctx, shown);
    spk__free(f->ctx, row);
    return st;
}

const spk__plot_kind spk__plot_raster = {
    .info = {"raster", "spikes of the repeats of a stimulus and of the model",
             SPK_PLOT_NEEDS_SWEEPS, SPK_PLOT_TAKES_TIME | SPK_PLOT_TAKES_SWEEP, true},
    .lacks = spk__lacks_sweeps,
    .height = height,
    .draw = draw,
    .print = print,
};
