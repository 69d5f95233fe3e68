/* Rasters of a network's populations, the recorded one and the model's side by side. */
#include "report/plot.h"

#include <math.h>

static const char *lacks(const spk_report_data *d) {
    return d->n_rasters ? NULL : "the run is of no network";
}

static double row_height(const spk__plot *f) {
    return 0.34 * f->width + 1.6 * f->font + spk__below_label(f->font);
}

static double height(const spk__plot *f) {
    return (double)f->d->n_rasters * row_height(f);
}

static void draw_side(spk__paper *p, const spk__frame *frame, const spk_train *train, size_t n,
                      spk__colour colour) {
    double step = frame->height / (double)(n ? n : 1);
    spk__paper_colour(p, colour, 1);
    for (size_t i = 0; i < n; i++)
        spk__frame_strokes(p, frame, &train[i], frame->top + step * (double)i,
                           fmax(0.8 * step, 0.5));
    spk__frame_time_axis(p, frame);
}

static void draw_pair(const spk__plot *f, spk__paper *p, const spk_report_network_raster *r,
                      double top, double height_pt) {
    const spk_train *first = r->n_recorded ? r->recorded : r->model;
    double most = fmax(fmax((double)r->n_recorded, (double)r->n_model), 1), space = 2 * f->font;
    spk__frame frame = {.top = top + 1.4 * f->font,
                        .height = height_pt - 1.6 * f->font - spk__below_label(f->font),
                        .x = {0, 1, false},
                        .y = {0, most, false}};
    if (r->n_recorded + r->n_model > 0)
        frame.x = (spk__axis){first->start_ms, first->stop_ms, false};
    double left = spk__axis_room(p, &frame.y, frame.height);
    frame.width = (p->width - left - space - 0.8 * f->font) / 2;
    const struct {
        const spk_train *train;
        size_t n;
        const char *name;
        spk__colour colour;
    } side[] = {{r->recorded, r->n_recorded, "recorded", SPK__COLOUR_RECORDED},
                {r->model, r->n_model, "model", SPK__COLOUR_MODEL}};
    for (int i = 0; i < 2; i++) {
        spk__frame panel = frame;
        panel.left = left + i * (frame.width + space);
        draw_side(p, &panel, side[i].train, side[i].n, side[i].colour);
        spk__paper_text(p, panel.left + panel.width, top + f->font, 1, side[i].colour,
                        side[i].name);
        if (i == 0) {
            spk__frame_y_axis(p, &panel, "neuron");
            spk__paper_text_within(p, panel.left, top + f->font, 0, 0.7 * panel.width,
                                   SPK__COLOUR_INK, r->title);
        }
    }
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    double step = p->height / (double)f->d->n_rasters;
    for (size_t i = 0; i < f->d->n_rasters; i++)
        draw_pair(f, p, &f->d->raster[i], step * (double)i, step);
    return SPK_OK;
}

const spk__plot_kind spk__plot_network_raster = {
    .info = {"network-raster", "rasters of a network's populations, recorded and model",
             SPK_PLOT_NEEDS_SWEEPS, 0, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
