/* Rate over time: the mean over the repeats of one stimulus, and the model's. */
#include "report/plot.h"

#include <math.h>

static double bin_of(const spk__plot *f) {
    return f->o->bin_ms > 0 ? f->o->bin_ms : spk__rate_bin(f->stop_ms - f->start_ms);
}

static double height(const spk__plot *f) {
    return 1.6 * f->font + 0.34 * f->width + spk__below_label(f->font);
}

static double highest(const double *v, size_t n) {
    double high = 0;
    for (size_t i = 0; i < n; i++)
        high = fmax(high, v[i]);
    return high;
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    spk__rates r = {0};
    spk_status st = spk__rates_find(f->ctx, f->d, f->sweep, bin_of(f), &r);
    if (st)
        return st;
    double top = 1.6 * f->font, high = fmax(highest(r.recorded_Hz, r.n), highest(r.model_Hz, r.n));
    spk__frame frame = {0,
                        top,
                        0,
                        p->height - top - spk__below_label(f->font),
                        {f->start_ms, f->stop_ms, false},
                        {0, high > 0 ? 1.05 * high : 1, false}};
    frame.left = spk__axis_room(p, &frame.y, frame.height);
    frame.width = p->width - frame.left - 0.8 * f->font;
    spk__frame_windows(p, &frame, &f->d->sweep[f->sweep], top, frame.height);
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 0.45);
    spk__frame_steps(p, &frame, r.edge, r.recorded_Hz, r.n, true, 0);
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__frame_steps(p, &frame, r.edge, r.model_Hz, r.n, false, 0.8);
    spk__paper_data_legend(p, frame.left + frame.width, 1.1 * f->font);
    spk__frame_y_axis(p, &frame, "rate (Hz)");
    spk__frame_time_axis(p, &frame);
    spk__rates_free(f->ctx, &r);
    return SPK_OK;
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    spk__rates r = {0};
    spk_status st = spk__rates_find(f->ctx, f->d, f->sweep, bin_of(f), &r);
    if (st)
        return st;
    /* Whole bins that begin in the stretch. */
    double bin = bin_of(f);
    double first = fmax(0, ceil((f->start_ms - r.edge[0]) / bin - 1e-9));
    double last = fmin((double)r.n, ceil((f->stop_ms - r.edge[0]) / bin - 1e-9));
    size_t from = (size_t)first, n = last > first ? (size_t)(last - first) : 0;
    spk_histogram h[] = {{"recorded", r.recorded_Hz + from, n}, {"model", r.model_Hz + from, n}};
    spk_histogram_figure figure = {.x_label = "time (ms)",
                                   .y_label = "rate (Hz)",
                                   .histogram = h,
                                   .n_histograms = 2,
                                   .x_min = r.edge[0] + first * bin,
                                   .x_max = r.edge[0] + last * bin};
    st = spk_figure_histogram(f->ctx, &figure, style, text);
    spk__rates_free(f->ctx, &r);
    return st;
}

const spk__plot_kind spk__plot_psth = {
    .info = {"psth", "rate over time of the repeats of a stimulus and of the model",
             SPK_PLOT_NEEDS_SWEEPS, SPK_PLOT_TAKES_TIME | SPK_PLOT_TAKES_SWEEP | SPK_PLOT_TAKES_BIN,
             true},
    .lacks = spk__lacks_sweeps,
    .height = height,
    .draw = draw,
    .print = print,
};
