/* The loss along each fitted parameter, in small panels of one scale. */
#include "report/plot.h"

#include <math.h>

static const char *lacks(const spk_report_data *d) {
    for (size_t i = 0; i < d->n_parameters; i++)
        if (d->parameter[i].n_profile > 1)
            return NULL;
    return "the run has no profile";
}

static size_t count(const spk_report_data *d) {
    size_t n = 0;
    for (size_t i = 0; i < d->n_parameters; i++)
        n += d->parameter[i].n_profile > 1;
    return n;
}

/* Panels beside each other: none narrower than some twelve letters. */
static size_t columns(const spk__plot *f, size_t n) {
    double fit = floor(f->width / (11 * f->font));
    size_t most = fit < 1 ? 1 : (size_t)fit;
    size_t rows = (n + most - 1) / most;
    return (n + rows - 1) / rows;
}

/* The line of the legend. */
static double above(const spk__plot *f) {
    return 1.3 * f->font;
}

static double height(const spk__plot *f) {
    size_t n = count(f->d), across = columns(f, n), rows = (n + across - 1) / across;
    return above(f) + (double)rows * (0.62 * f->width / (double)across + 4 * f->font);
}

static void draw_panel(const spk__plot *f, spk__paper *p, const spk_report_parameter *q,
                       spk__frame *frame, bool first) {
    char name[64];
    double x = spk__frame_x(frame, q->value);
    spk__paper_text_within(p, frame->left, frame->top - 0.5 * f->font, 0, frame->width,
                           SPK__COLOUR_INK, spk__with_unit(q, name));
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__paper_line(p, x, frame->top, x, frame->top + frame->height, 0.8);
    if (q->profile_refitted) {
        spk__paper_colour(p, SPK__COLOUR_MUTED, 1);
        spk__frame_curve(p, frame, q->profile_value, q->profile_loss, q->n_profile, 0.5);
    }
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 1);
    spk__frame_curve(p, frame, q->profile_value,
                     q->profile_refitted ? q->profile_refitted : q->profile_loss, q->n_profile,
                     0.9);
    if (f->d->near_limit > 0) {
        double y = spk__frame_y(frame, f->d->near_limit);
        spk__paper_colour(p, SPK__COLOUR_THIRD, 1);
        spk__paper_dashes(p, 1);
        spk__paper_line(p, frame->left, y, frame->left + frame->width, y, 0.5);
        spk__paper_dashes(p, 0);
    }
    spk__frame_x_axis(p, frame, NULL);
    if (first)
        spk__frame_y_axis(p, frame, "loss");
    else
        spk__paper_line(p, frame->left, frame->top, frame->left, frame->top + frame->height, 0.5);
}

static void draw_legend(const spk__plot *f, spk__paper *p) {
    spk__legend legend[4] = {{"best", SPK__COLOUR_MODEL}};
    size_t n = 1;
    bool refitted = false;
    for (size_t i = 0; i < f->d->n_parameters; i++)
        refitted |= f->d->parameter[i].profile_refitted != NULL;
    if (refitted)
        legend[n++] = (spk__legend){"others held", SPK__COLOUR_MUTED};
    legend[n++] = (spk__legend){refitted ? "others refitted" : "others held", SPK__COLOUR_RECORDED};
    if (f->d->near_limit > 0)
        legend[n++] = (spk__legend){"nearly as good", SPK__COLOUR_THIRD};
    spk__paper_legend(p, p->width - 0.8 * f->font, f->font, legend, n);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    double low, high;
    spk_status st = spk__profile_limits(f->ctx, f->d, &low, &high);
    if (st)
        return st;
    size_t n = count(f->d), across = columns(f, n), rows = (n + across - 1) / across, k = 0;
    spk__axis y = {low, high, false};
    double row_height = (p->height - above(f)) / (double)rows, panel = row_height - 4 * f->font;
    double room = spk__axis_room(p, &y, panel), space = 2 * f->font;
    double width =
        (p->width - room - 0.8 * f->font - space * (double)(across - 1)) / (double)across;
    for (size_t i = 0; i < f->d->n_parameters; i++) {
        const spk_report_parameter *q = &f->d->parameter[i];
        if (q->n_profile < 2)
            continue;
        spk__axis x = spk__parameter_axis(q);
        spk__profile_stretch(q, high, &x.lo, &x.hi);
        spk__frame frame = {room + (width + space) * (double)(k % across),
                            above(f) + row_height * (double)(k / across) + 1.8 * f->font,
                            width,
                            panel,
                            x,
                            y};
        draw_panel(f, p, q, &frame, k % across == 0);
        k++;
    }
    draw_legend(f, p);
    return SPK_OK;
}

const spk__plot_kind spk__plot_profiles = {
    .info = {"profiles", "the loss along each fitted parameter", SPK_PLOT_NEEDS_PROFILES, 0, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
