/* Fitted parameters between their bounds, and where the loss stays near its optimum. */
#include "report/plot.h"

#include <math.h>

static double height(const spk__plot *f) {
    size_t n = 0;
    for (size_t i = 0; i < f->d->n_parameters; i++)
        n += spk__is_fitted(&f->d->parameter[i]);
    return (2.6 * (double)n + 0.6) * f->font;
}

static const char *says(const spk_report_parameter *q, char buf[128]) {
    char number[32];
    bool plain = !q->unit || !*q->unit || strcmp(q->unit, "1") == 0;
    snprintf(buf, 128, "%.40s = %s%s%.20s", q->name, spk__value_text(q->value, number),
             plain ? "" : " ", plain ? "" : q->unit);
    return buf;
}

static double at(const spk__axis *a, double v) {
    return fmin(fmax(spk__axis_at(a, v), 0), 1);
}

static void draw_one(const spk__plot *f, spk__paper *p, const spk_report_parameter *q, double left,
                     double width, double y) {
    spk__axis a = spk__parameter_axis(q);
    char text[128], number[32];
    spk__paper_text_within(p, left - 0.9 * f->font, y + 0.36 * f->font, 1, left - 0.9 * f->font,
                           SPK__COLOUR_INK, says(q, text));
    spk__paper_colour(p, SPK__COLOUR_LINE, 1);
    spk__paper_rectangle(p, left, y - 0.12 * f->font, width, 0.24 * f->font);
    if (isfinite(q->sure_low) && isfinite(q->sure_high)) {
        double from = at(&a, q->sure_low), to = at(&a, q->sure_high);
        spk__paper_colour(p, SPK__COLOUR_THIRD, 0.5);
        spk__paper_rectangle(p, left + from * width, y - 0.42 * f->font,
                             fmax((to - from) * width, 0.6), 0.84 * f->font);
    }
    spk__paper_colour(p, q->active_bound ? SPK__COLOUR_MODEL : SPK__COLOUR_RECORDED, 1);
    spk__paper_dot(p, left + at(&a, q->value) * width, y, 0.34 * f->font);
    spk__paper_text(p, left, y + 1.25 * f->font, 0, SPK__COLOUR_MUTED,
                    spk__value_text(q->low, number));
    snprintf(text, sizeof text, "%s%s", spk__value_text(q->high, number), q->log ? " (log)" : "");
    spk__paper_text(p, left + width, y + 1.25 * f->font, 1, SPK__COLOUR_MUTED, text);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    double left = 0;
    size_t n = 0, row = 0;
    char text[128];
    for (size_t i = 0; i < f->d->n_parameters; i++)
        if (spk__is_fitted(&f->d->parameter[i])) {
            left = fmax(left, spk__paper_text_width(p, says(&f->d->parameter[i], text)));
            n++;
        }
    left = fmin(left, 0.5 * p->width) + 1.1 * f->font;
    double step = (p->height - 0.6 * f->font) / (double)n;
    for (size_t i = 0; i < f->d->n_parameters; i++)
        if (spk__is_fitted(&f->d->parameter[i]))
            draw_one(f, p, &f->d->parameter[i], left, p->width - left - 0.8 * f->font,
                     0.3 * f->font + step * ((double)row++ + 0.35));
    return SPK_OK;
}

const spk__plot_kind spk__plot_parameters = {
    .info = {"parameters", "fitted parameters between their bounds, and how sure they are", 0, 0,
             false},
    .lacks = spk__lacks_parameters,
    .height = height,
    .draw = draw,
};
