/* Intervals between spikes of all sweeps, data and model. */
#include "report/plot.h"

#include <math.h>

static const char *lacks(const spk_report_data *d) {
    for (size_t i = 0; i < d->n_sweeps; i++)
        if (d->sweep[i].recorded.n > 1 || d->sweep[i].model.n > 1)
            return NULL;
    return "no sweep has two spikes";
}

static double height(const spk__plot *f) {
    return 1.6 * f->font + 0.5 * f->width + spk__below_label(f->font);
}

static double highest(const spk__interval_bins *b) {
    double high = 0;
    for (int i = 0; i < SPK__INTERVAL_BINS; i++)
        high = fmax(high, fmax(b->recorded[i], b->model[i]));
    return high;
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    spk__intervals s;
    spk_status st = spk__intervals_find(f->ctx, f->d, &s);
    if (st)
        return st;
    bool log_axis = s.log_better && !f->o->linear;
    const spk__interval_bins *b = log_axis ? &s.log : &s.linear;
    double top = 1.6 * f->font, share[2][SPK__INTERVAL_BINS];
    for (int i = 0; i < SPK__INTERVAL_BINS; i++) {
        share[0][i] = 100 * b->recorded[i];
        share[1][i] = 100 * b->model[i];
    }
    spk__frame frame = {0,
                        top,
                        0,
                        p->height - top - spk__below_label(f->font),
                        {b->edge[0], b->edge[SPK__INTERVAL_BINS], log_axis},
                        {0, 105 * highest(b), false}};
    frame.left = spk__axis_room(p, &frame.y, frame.height);
    frame.width = p->width - frame.left - 0.8 * f->font;
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 0.45);
    spk__frame_steps(p, &frame, b->edge, share[0], SPK__INTERVAL_BINS, true, 0);
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__frame_steps(p, &frame, b->edge, share[1], SPK__INTERVAL_BINS, false, 0.8);
    spk__paper_data_legend(p, frame.left + frame.width, 1.1 * f->font);
    spk__frame_y_axis(p, &frame, "share of intervals (%)");
    spk__frame_x_axis(p, &frame, "interval between spikes (ms)");
    return SPK_OK;
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    spk__intervals s;
    spk_status st = spk__intervals_find(f->ctx, f->d, &s);
    if (st)
        return st;
    const spk__interval_bins *b = &s.linear;
    double share[2][SPK__INTERVAL_BINS];
    for (int i = 0; i < SPK__INTERVAL_BINS; i++) {
        share[0][i] = 100 * b->recorded[i];
        share[1][i] = 100 * b->model[i];
    }
    spk_histogram h[] = {{"recorded", share[0], SPK__INTERVAL_BINS},
                         {"model", share[1], SPK__INTERVAL_BINS}};
    spk_histogram_figure figure = {.x_label = "interval between spikes (ms)",
                                   .y_label = "share of intervals (%)",
                                   .histogram = h,
                                   .n_histograms = 2,
                                   .x_min = b->edge[0],
                                   .x_max = b->edge[SPK__INTERVAL_BINS]};
    return spk_figure_histogram(f->ctx, &figure, style, text);
}

const spk__plot_kind spk__plot_isi = {
    .info = {"isi", "histogram of the intervals between spikes, all sweeps", SPK_PLOT_NEEDS_SWEEPS,
             SPK_PLOT_TAKES_LOG, true},
    .lacks = lacks,
    .height = height,
    .draw = draw,
    .print = print,
};
