/* The population in the plane of two parameters, at moments of the search. */
#include "report/plot.h"

#include <math.h>

enum { MOMENTS = 4 };

static const char *lacks(const spk_report_data *d) {
    size_t fitted = 0;
    for (size_t i = 0; i < d->n_parameters; i++)
        fitted += spk__is_fitted(&d->parameter[i]);
    if (fitted < 2)
        return "fewer than two parameters were fitted";
    for (size_t i = 0; i < d->n_generations; i++)
        if (d->generation[i].n)
            return NULL;
    return "the population was not kept";
}

static size_t columns(const spk__plot *f) {
    return f->width >= 44 * f->font ? MOMENTS : 2;
}

static double panel_side(const spk__plot *f) {
    return (f->width - 5 * f->font) / (double)columns(f) - 2 * f->font;
}

static double height(const spk__plot *f) {
    double rows = MOMENTS / (double)columns(f);
    return rows * (panel_side(f) + 1.8 * f->font) + spk__below_label(f->font) + 0.3 * f->font;
}

/* Cividis (Nunez, Anderton & Renslow 2018, doi:10.1371/journal.pone.0199239) at five points: dark
 * is poor. */
static void set_colour(spk__paper *p, double good) {
    static const double rgb[5][3] = {{0, 0.135, 0.305},
                                     {0.258, 0.305, 0.421},
                                     {0.486, 0.483, 0.470},
                                     {0.736, 0.681, 0.424},
                                     {0.996, 0.909, 0.217}};
    double at = fmin(fmax(good, 0), 1) * 4;
    int i = at >= 4 ? 3 : (int)at;
    double part = at - i, c[3];
    for (int k = 0; k < 3; k++)
        c[k] = rgb[i][k] + part * (rgb[i + 1][k] - rgb[i][k]);
    cairo_set_source_rgba(p->cr, c[0], c[1], c[2], 0.9);
}

/* The generation that stands at a part of the evaluations. */
static size_t generation_at(const spk_report_data *d, double part) {
    double want = part * d->generation[d->n_generations - 1].evaluations;
    for (size_t i = 0; i < d->n_generations; i++)
        if (d->generation[i].evaluations >= want && d->generation[i].n)
            return i;
    return d->n_generations - 1;
}

static void draw_candidates(const spk__plot *f, spk__paper *p, const spk__frame *frame,
                            const spk_report_generation *g, const size_t place[2], size_t dim,
                            const double limit[2]) {
    double radius = 0.26 * f->font;
    for (size_t c = 0; c < g->n; c++) {
        double x = frame->left + frame->width * g->point[c * dim + place[0]];
        double y = frame->top + frame->height * (1 - g->point[c * dim + place[1]]);
        bool failed = !isfinite(g->loss[c]);
        if (!failed) {
            set_colour(p, (limit[1] - g->loss[c]) / (limit[1] - limit[0]));
            spk__paper_dot(p, x, y, radius);
        }
        spk__paper_colour(p, SPK__COLOUR_MUTED, 1);
        cairo_set_line_width(p->cr, 0.3);
        cairo_new_path(p->cr);
        cairo_arc(p->cr, x, y, radius, 0, 6.2831853071795865);
        cairo_stroke(p->cr);
    }
}

static void draw_best(const spk__plot *f, spk__paper *p, const spk__frame *frame,
                      const spk_report_parameter *const q[2]) {
    double x = spk__frame_x(frame, q[0]->value), y = spk__frame_y(frame, q[1]->value),
           arm = 0.7 * f->font;
    spk__paper_colour(p, SPK__COLOUR_INK, 1);
    spk__paper_line(p, x - arm, y, x + arm, y, 1.1);
    spk__paper_line(p, x, y - arm, x, y + arm, 1.1);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    const spk_report_parameter *q[2] = {0};
    size_t place[2] = {0}, dim = 0, across = columns(f), rows = MOMENTS / across;
    spk_status st = spk__find_fitted(f, f->o->across, 0, &q[0], &place[0]);
    if (!st)
        st = spk__find_fitted(f, f->o->up, 1, &q[1], &place[1]);
    double limit[2];
    if (!st)
        st = spk__loss_limits(f->ctx, f->d, &limit[0], &limit[1]);
    if (st)
        return st;
    for (size_t i = 0; i < f->d->n_parameters; i++)
        dim += spk__is_fitted(&f->d->parameter[i]);
    spk__axis x = spk__parameter_axis(q[0]), y = spk__parameter_axis(q[1]);
    double row_height = (p->height - spk__below_label(f->font) - 0.3 * f->font) / (double)rows;
    double panel = row_height - 1.8 * f->font, left = spk__axis_room(p, &y, panel),
           space = 2 * f->font;
    double width =
        (p->width - left - 0.8 * f->font - space * (double)(across - 1)) / (double)across;
    char name[64];
    for (size_t i = 0; i < MOMENTS; i++) {
        size_t column = i % across, row = i / across;
        const spk_report_generation *g =
            &f->d->generation[generation_at(f->d, (double)i / (MOMENTS - 1))];
        spk__frame frame = {left + (width + space) * (double)column,
                            row_height * (double)row + 1.5 * f->font,
                            width,
                            panel,
                            x,
                            y};
        snprintf(name, sizeof name, "%.0f evaluations", g->evaluations);
        spk__paper_text_within(p, frame.left, frame.top - 0.4 * f->font, 0, width,
                               SPK__COLOUR_MUTED, name);
        draw_candidates(f, p, &frame, g, place, dim, limit);
        draw_best(f, p, &frame, q);
        if (row + 1 == rows)
            spk__frame_x_axis(p, &frame, spk__with_unit(q[0], name));
        else
            spk__frame_x_line(p, &frame);
        if (column == 0)
            spk__frame_y_axis(p, &frame, spk__with_unit(q[1], name));
        else
            spk__paper_line(p, frame.left, frame.top, frame.left, frame.top + frame.height, 0.5);
    }
    return SPK_OK;
}

const spk__plot_kind spk__plot_population = {
    .info = {"population", "the population in the plane of two parameters as the search goes", 0,
             SPK_PLOT_TAKES_AXES, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
