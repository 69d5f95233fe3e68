/* Distributions over a network's neurons and synapses, data and model over each other in small
 * panels. */
#include "report/plot.h"

#include <math.h>

enum { BINS = 24 };

static const char *lacks(const spk_report_data *d) {
    return d->n_distributions ? NULL : "the run has no distributions: it is of no network";
}

static size_t columns(const spk__plot *f) {
    double fit = floor(f->width / (17 * f->font));
    size_t most = fit < 1 ? 1 : (size_t)fit;
    return most < f->d->n_distributions ? most : f->d->n_distributions;
}

static size_t rows(const spk__plot *f) {
    return (f->d->n_distributions + columns(f) - 1) / columns(f);
}

static double above(const spk__plot *f) {
    return 1.3 * f->font;
}

static double height(const spk__plot *f) {
    double panel = 0.5 * f->width / (double)columns(f) + 1.8 * f->font + spk__below_label(f->font);
    return above(f) + (double)rows(f) * panel;
}

static void extend(const double *v, size_t n, double *low, double *high) {
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            *low = fmin(*low, v[i]);
            *high = fmax(*high, v[i]);
        }
}

/* Percent of the finite values in each bin. */
static void fill_bins(const double *v, size_t n, const spk__axis *x, double percent[BINS]) {
    double all = 0;
    for (int i = 0; i < BINS; i++)
        percent[i] = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i]))
            continue;
        int bin = (int)(spk__axis_at(x, v[i]) * BINS);
        percent[bin < BINS ? bin : BINS - 1] += 1;
        all += 1;
    }
    for (int i = 0; i < BINS && all > 0; i++)
        percent[i] *= 100 / all;
}

static void draw_panel(const spk__plot *f, spk__paper *p, const spk_report_distribution *d,
                       spk__frame *frame) {
    double low = INFINITY, high = -INFINITY, percent[2][BINS], edge[BINS + 1], most = 0;
    extend(d->recorded, d->n_recorded, &low, &high);
    extend(d->model, d->n_model, &low, &high);
    frame->x = spk__axis_from(low, high, false);
    fill_bins(d->recorded, d->n_recorded, &frame->x, percent[0]);
    fill_bins(d->model, d->n_model, &frame->x, percent[1]);
    for (int i = 0; i <= BINS; i++)
        edge[i] = frame->x.lo + (frame->x.hi - frame->x.lo) * i / BINS;
    for (int i = 0; i < BINS; i++)
        most = fmax(most, fmax(percent[0][i], percent[1][i]));
    frame->y = (spk__axis){0, most > 0 ? 1.05 * most : 1, false};
    spk__paper_text_within(p, frame->left, frame->top - 0.5 * f->font, 0, frame->width,
                           SPK__COLOUR_INK, d->title);
    if (d->n_recorded) {
        spk__paper_colour(p, SPK__COLOUR_RECORDED, 0.45);
        spk__frame_steps(p, frame, edge, percent[0], BINS, true, 0);
    }
    if (d->n_model) {
        spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
        spk__frame_steps(p, frame, edge, percent[1], BINS, false, 0.8);
    }
    spk__frame_y_axis(p, frame, NULL);
    spk__frame_x_axis(p, frame, d->label);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    size_t across = columns(f);
    double step = (p->height - above(f)) / (double)rows(f), left = 3.6 * f->font,
           each = p->width / (double)across;
    for (size_t i = 0; i < f->d->n_distributions; i++) {
        spk__frame frame = {.left = each * (double)(i % across) + left,
                            .top = above(f) + step * (double)(i / across) + 1.7 * f->font,
                            .width = each - left - 0.8 * f->font,
                            .height = step - 1.8 * f->font - spk__below_label(f->font)};
        draw_panel(f, p, &f->d->distribution[i], &frame);
    }
    static const spk__legend legend[] = {{"percent of values:", SPK__COLOUR_INK},
                                         {"recorded", SPK__COLOUR_RECORDED},
                                         {"model", SPK__COLOUR_MODEL}};
    spk__paper_legend(p, p->width - 0.8 * f->font, f->font, legend, 3);
    return SPK_OK;
}

const spk__plot_kind spk__plot_distributions = {
    .info = {"distributions", "statistics and weights of a network, recorded and model",
             SPK_PLOT_NEEDS_SWEEPS, 0, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
