/* What share of the candidates failed, and why, as the search went. */
#include "report/plot.h"

#include <math.h>

static const spk__colour colours[] = {SPK__COLOUR_RECORDED, SPK__COLOUR_MODEL, SPK__COLOUR_THIRD,
                                      SPK__COLOUR_TEST};
enum { N_COLOURS = sizeof colours / sizeof *colours };

static const char *lacks(const spk_report_data *d) {
    if (d->n_failures == 0 || d->n_failures > N_COLOURS)
        return "the run does not say how candidates failed";
    for (size_t i = 0; i < d->n_generations; i++)
        if (d->generation[i].failed)
            return NULL;
    return "the run does not say when candidates failed";
}

static double height(const spk__plot *f) {
    return (1.4 * (double)f->d->n_failures + 0.6) * f->font + 0.4 * f->width +
           spk__below_label(f->font);
}

/* One line for each reason, which is the legend too. */
static void draw_totals(const spk__plot *f, spk__paper *p, double left) {
    char text[128];
    for (size_t k = 0; k < f->d->n_failures; k++) {
        const spk_report_count *c = &f->d->failure[k];
        double y = (1.1 + 1.4 * (double)k) * f->font, share = 0;
        if (f->d->n_evaluations)
            share = 100 * (double)c->count / (double)f->d->n_evaluations;
        snprintf(text, sizeof text, "%.40s: %zu of %zu (%.1f %%)", c->label, c->count,
                 f->d->n_evaluations, share);
        spk__paper_colour(p, colours[k], 1);
        spk__paper_dashes(p, (int)k);
        spk__paper_line(p, left, y - 0.35 * f->font, left + 1.6 * f->font, y - 0.35 * f->font, 1.2);
        spk__paper_dashes(p, 0);
        spk__paper_text(p, left + 2.2 * f->font, y, 0, SPK__COLOUR_INK, text);
    }
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    spk__failures s = {0};
    spk_status st = spk__failures_find(f->ctx, f->d, &s);
    if (st)
        return st;
    double high = 0, top = (1.4 * (double)f->d->n_failures + 0.6) * f->font;
    for (size_t i = 0; i < s.n * f->d->n_failures; i++)
        high = fmax(high, s.percent[i]);
    spk__frame frame = {0,
                        top,
                        0,
                        p->height - top - spk__below_label(f->font),
                        {0, fmax(s.evaluations[s.n - 1], 1), false},
                        {0, high > 0 ? fmin(1.1 * high, 100) : 1, false}};
    frame.left = spk__axis_room(p, &frame.y, frame.height);
    frame.width = p->width - frame.left - 1.6 * f->font;
    draw_totals(f, p, frame.left);
    for (size_t k = f->d->n_failures; k-- > 0;) {
        if (f->d->failure[k].count == 0)
            continue;
        spk__paper_colour(p, colours[k], 1);
        spk__paper_dashes(p, (int)k);
        spk__frame_curve(p, &frame, s.evaluations, s.percent + k * s.n, s.n, 1);
        spk__paper_dashes(p, 0);
    }
    spk__frame_y_axis(p, &frame, "failed (%)");
    spk__frame_x_axis(p, &frame, "evaluations");
    spk__failures_free(f->ctx, &s);
    return SPK_OK;
}

const spk__plot_kind spk__plot_failures = {
    .info = {"failures", "how many candidates failed and why, as the search goes", 0, 0, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
