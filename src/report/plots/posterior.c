/* A posterior: the marginal of each parameter over its prior, and below it the particles in the plane of each
 * two. */
#include "report/plot.h"

#include <math.h>

enum { MOST_COLUMNS = 64, MOST_DOTS = 2000 };

static const char *lacks(const spk_report_data *d) {
    if (!d->posterior.n)
        return "the run has no posterior: `spikefit posterior` samples one";
    return spk__lacks_parameters(d);
}

/* The parameters that are drawn: all fitted ones, or the two that were named. */
static spk_status find_columns(const spk__plot *f, size_t column[MOST_COLUMNS], size_t *n) {
    const spk_report_parameter *q;
    const char *name[] = {f->o->across, f->o->up};
    *n = 0;
    for (size_t i = 0; i < 2; i++)
        if (name[i]) {
            spk_status st = spk__find_fitted(f, name[i], 0, &q, &column[(*n)++]);
            if (st)
                return st;
        }
    if (*n == 2 && column[0] == column[1])
        *n = 1;
    if (*n)
        return SPK_OK;
    while (*n < MOST_COLUMNS && spk__fitted_parameter(f->d, *n)) {
        column[*n] = *n;
        ++*n;
    }
    return SPK_OK;
}

static double left_of(const spk__plot *f) {
    return 4.6 * f->font;
}

static double above(const spk__plot *f) {
    return 1.5 * f->font;
}

static double height(const spk__plot *f) {
    bool alone = f->o->across || f->o->up ? !f->o->across || !f->o->up || strcmp(f->o->across, f->o->up) == 0
                                          : spk__fitted_count(f->d) == 1;
    double side = alone ? 0.6 : 1;
    return above(f) + side * (f->width - left_of(f)) + spk__below_label(f->font);
}

static void draw_marginal(spk__paper *p, spk__frame *frame, const spk__marginal *m,
                          const spk_report_posterior *y, size_t column) {
    double middle[SPK__MARGINAL_BINS];
    frame->y = (spk__axis){0, m->top > 0 ? 1.15 * m->top : 1, false};
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 0.5);
    spk__frame_steps(p, frame, m->edge, m->density, SPK__MARGINAL_BINS, true, 0);
    for (int i = 0; i < SPK__MARGINAL_BINS; i++)
        middle[i] = frame->x.log ? sqrt(m->edge[i] * m->edge[i + 1])
                                 : 0.5 * (m->edge[i] + m->edge[i + 1]);
    spk__paper_colour(p, SPK__COLOUR_MUTED, 1);
    spk__paper_dashes(p, 1);
    spk__frame_curve(p, frame, middle, m->prior, SPK__MARGINAL_BINS, 0.6);
    spk__paper_dashes(p, 0);
    double base = frame->top + frame->height, at = spk__frame_x(frame, y->median[column]);
    spk__paper_colour(p, SPK__COLOUR_THIRD, 1);
    spk__paper_line(p, spk__frame_x(frame, y->low[column]), base - 1,
                    spk__frame_x(frame, y->high[column]), base - 1, 2);
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__paper_line(p, at, frame->top + 0.05 * frame->height, at, base, 0.8);
}

static void draw_particles(const spk__plot *f, spk__paper *p, const spk__frame *frame, size_t x,
                           size_t y) {
    const spk_report_posterior *r = &f->d->posterior;
    size_t dim = spk__fitted_count(f->d), every = (r->n + MOST_DOTS - 1) / MOST_DOTS;
    double heaviest = 0, arm = 0.5 * f->font, px = spk__frame_x(frame, r->median[x]),
           py = spk__frame_y(frame, r->median[y]);
    for (size_t i = 0; i < r->n; i++)
        heaviest = fmax(heaviest, r->weight[i]);
    spk__frame_clip(p, frame);
    for (size_t i = 0; i < r->n; i += every) {
        spk__paper_colour(p, SPK__COLOUR_RECORDED, 0.1 + 0.6 * r->weight[i] / heaviest);
        spk__paper_dot(p, spk__frame_x(frame, r->value[i * dim + x]),
                       spk__frame_y(frame, r->value[i * dim + y]), 0.12 * f->font);
    }
    spk__paper_unclip(p);
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__paper_line(p, px - arm, py, px + arm, py, 0.7);
    spk__paper_line(p, px, py - arm, px, py + arm, 0.7);
}

/* Names that would run into each other are cut. */
static void draw_axes(const spk__plot *f, spk__paper *p, const spk__frame *frame,
                      const spk_report_parameter *x, const spk_report_parameter *y, bool last,
                      bool first) {
    char name[64];
    if (last) {
        spk__frame_x_axis(p, frame, NULL);
        spk__paper_text_within(p, frame->left + frame->width / 2,
                               frame->top + frame->height + spk__below_label(f->font) -
                                   0.3 * f->font,
                               0.5, frame->width + 0.5 * f->font, SPK__COLOUR_INK,
                               spk__with_unit(x, name));
    } else {
        spk__frame_x_line(p, frame);
    }
    if (first)
        spk__frame_y_axis(p, frame, spk__with_unit(y, name));
    else
        spk__paper_line(p, frame->left, frame->top, frame->left, frame->top + frame->height, 0.5);
}

static void draw_legend(const spk__plot *f, spk__paper *p) {
    static const spk__legend legend[] = {{"posterior", SPK__COLOUR_RECORDED},
                                         {"prior", SPK__COLOUR_MUTED},
                                         {"95 %", SPK__COLOUR_THIRD},
                                         {"median", SPK__COLOUR_MODEL}};
    spk__paper_legend(p, p->width - 0.8 * f->font, f->font, legend, 4);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    size_t column[MOST_COLUMNS], n;
    spk_status st = find_columns(f, column, &n);
    spk__marginal *m = st ? NULL : SPK__ARRAY(f->ctx, n, spk__marginal);
    if (!m)
        return st ? st : SPK_ERR_MEMORY;
    double gap = n > 1 ? 1.1 * f->font : 0, below = spk__below_label(f->font);
    double width = (p->width - left_of(f) - 0.8 * f->font - gap * (double)(n - 1)) / (double)n,
           high = (p->height - above(f) - below - gap * (double)(n - 1)) / (double)n;
    for (size_t i = 0; i < n; i++)
        spk__marginal_find(f->d, column[i], &m[i]);
    for (size_t row = 0; row < n; row++)
        for (size_t k = 0; k <= row; k++) {
            const spk_report_parameter *x = spk__fitted_parameter(f->d, column[k]),
                                       *y = spk__fitted_parameter(f->d, column[row]);
            spk__frame frame = {.left = left_of(f) + (width + gap) * (double)k,
                                .top = above(f) + (high + gap) * (double)row,
                                .width = width,
                                .height = high,
                                .x = {m[k].edge[0], m[k].edge[SPK__MARGINAL_BINS], x->log},
                                .y = {m[row].edge[0], m[row].edge[SPK__MARGINAL_BINS], y->log}};
            if (k == row)
                draw_marginal(p, &frame, &m[k], &f->d->posterior, column[k]);
            else
                draw_particles(f, p, &frame, column[k], column[row]);
            draw_axes(f, p, &frame, x, y, row + 1 == n, k == 0 && row > 0);
        }
    draw_legend(f, p);
    spk__free(f->ctx, m);
    return SPK_OK;
}

const spk__plot_kind spk__plot_posterior = {
    .info = {"posterior", "a posterior: each parameter over its prior, and each two", 0,
             SPK_PLOT_TAKES_AXES, false},
    .lacks = lacks,
    .height = height,
    .draw = draw,
};
