/* The best compromises between objectives: the losses of each two of them against each other. */
#include "report/plot.h"

#include <math.h>

enum { MOST_OBJECTIVES = 6, MOST_PANELS = MOST_OBJECTIVES * (MOST_OBJECTIVES - 1) / 2 };

typedef struct {
    size_t x, y; /* objectives */
} pair;

static const char *lacks(const spk_report_data *d) {
    return d->front.n ? NULL : "the run was fitted to one objective";
}

/* The objective of a name; SIZE_MAX: none is named, or there is none. */
static size_t objective_of(const spk_report_front *y, const char *name) {
    for (size_t i = 0; name && i < y->n_objectives; i++)
        if (strcmp(y->name[i], name) == 0)
            return i;
    return SIZE_MAX;
}

/* All pairs, or those with the objectives that were named. */
static size_t find_pairs(const spk__plot *f, pair pairs[MOST_PANELS]) {
    const spk_report_front *y = &f->d->front;
    size_t n = 0, across = objective_of(y, f->o->across), up = objective_of(y, f->o->up);
    size_t objectives = y->n_objectives < MOST_OBJECTIVES ? y->n_objectives : MOST_OBJECTIVES;
    for (size_t i = 0; i < objectives; i++)
        for (size_t j = i + 1; j < objectives; j++) {
            bool turned = across == j || up == i;
            pair k = turned ? (pair){j, i} : (pair){i, j};
            if ((across == SIZE_MAX || across == k.x) && (up == SIZE_MAX || up == k.y))
                pairs[n++] = k;
        }
    return n;
}

static spk_status check_objectives(const spk__plot *f, size_t n_pairs) {
    const spk_report_front *y = &f->d->front;
    const char *const named[] = {f->o->across, f->o->up};
    for (size_t i = 0; i < 2; i++)
        if (named[i] && objective_of(y, named[i]) == SIZE_MAX)
            return spk__fail_name(f->ctx, SPK_ERR_USAGE, NULL, named[i], (const char **)y->name,
                                  y->n_objectives, "`spikefit front RUN` lists them",
                                  "the run has no objective '%s'", named[i]);
    if (n_pairs)
        return SPK_OK;
    return spk__fail(f->ctx, SPK_ERR_USAGE, NULL, "name another one with --across or --up",
                     "an objective has no front against itself");
}

static size_t columns(const spk__plot *f, size_t n) {
    double fit = floor(f->width / (20 * f->font));
    size_t most = fit < 1 ? 1 : (size_t)fit;
    return n < most ? n : most;
}

static double above(const spk__plot *f) {
    return 1.6 * f->font;
}

static double height(const spk__plot *f) {
    pair pairs[MOST_PANELS];
    size_t n = find_pairs(f, pairs);
    if (n == 0)
        return 20 * f->font;
    size_t across = columns(f, n), rows = (n + across - 1) / across;
    return above(f) + (double)rows * (0.62 * f->width / (double)across + spk__below_label(f->font));
}

static spk__axis axis_of(const spk_report_front *y, size_t objective) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < y->n; i++) {
        low = fmin(low, y->loss[i * y->n_objectives + objective]);
        high = fmax(high, y->loss[i * y->n_objectives + objective]);
    }
    spk__axis a = spk__axis_from(low, high, false);
    double room = 0.06 * (a.hi - a.lo);
    return (spk__axis){a.lo - room, a.hi + room, false};
}

/* Of two objectives: nothing lies below and left of the steps. */
static void draw_steps(spk__paper *p, const spk__frame *frame, const spk_report_front *y, pair k) {
    bool pen = false;
    cairo_new_path(p->cr);
    for (size_t i = 0; i < y->n; i++) { /* rows come by the first objective */
        size_t row = k.x == 0 ? i : y->n - 1 - i;
        double px = spk__frame_x(frame, y->loss[2 * row + k.x]),
               py = spk__frame_y(frame, y->loss[2 * row + k.y]), before = 0, unused = 0;
        if (pen) {
            cairo_get_current_point(p->cr, &unused, &before);
            cairo_line_to(p->cr, px, before);
            cairo_line_to(p->cr, px, py);
        } else {
            cairo_move_to(p->cr, px, py);
        }
        pen = true;
    }
    spk__paper_colour(p, SPK__COLOUR_MUTED, 1);
    cairo_set_line_width(p->cr, 0.5);
    spk__paper_dashes(p, 1);
    cairo_stroke(p->cr);
    spk__paper_dashes(p, 0);
}

static void draw_dot(const spk__plot *f, spk__paper *p, const spk__frame *frame, pair k, size_t row,
                     spk__colour colour, double radius) {
    const double *loss = f->d->front.loss + row * f->d->front.n_objectives;
    spk__paper_colour(p, colour, colour == SPK__COLOUR_RECORDED ? 0.6 : 1);
    spk__paper_dot(p, spk__frame_x(frame, loss[k.x]), spk__frame_y(frame, loss[k.y]),
                   radius * f->font);
}

static void draw_panel(const spk__plot *f, spk__paper *p, spk__frame *frame, pair k) {
    const spk_report_front *y = &f->d->front;
    char name[64];
    double edge = frame->left, room = spk__axis_room(p, &frame->y, frame->height);
    frame->left += room;
    frame->width -= room;
    if (y->n_objectives == 2)
        draw_steps(p, frame, y, k);
    for (size_t i = 0; i < y->n; i++)
        if (i != y->picked && i != y->knee)
            draw_dot(f, p, frame, k, i, SPK__COLOUR_RECORDED, 0.26);
    draw_dot(f, p, frame, k, y->knee, SPK__COLOUR_THIRD, 0.42);
    draw_dot(f, p, frame, k, y->picked, SPK__COLOUR_MODEL, 0.42);
    snprintf(name, sizeof name, "%.50s (loss)", y->name[k.x]);
    spk__frame_x_axis(p, frame, name);
    spk__frame_y_axis(p, frame, NULL);
    snprintf(name, sizeof name, "%.50s (loss)", y->name[k.y]);
    spk__paper_text_up(p, edge + 0.95 * f->font, frame->top + frame->height / 2, SPK__COLOUR_INK,
                       name);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    const spk_report_front *y = &f->d->front;
    pair pairs[MOST_PANELS];
    size_t n = find_pairs(f, pairs);
    spk_status st = check_objectives(f, n);
    if (st)
        return st;
    size_t across = columns(f, n), rows = (n + across - 1) / across;
    double row_height = (p->height - above(f)) / (double)rows,
           width = p->width / (double)across;
    for (size_t i = 0; i < n; i++) {
        spk__frame frame = {.left = width * (double)(i % across),
                            .top = above(f) + row_height * (double)(i / across) + 0.4 * f->font,
                            .width = width - 0.8 * f->font,
                            .height = row_height - 0.4 * f->font - spk__below_label(f->font),
                            .x = axis_of(y, pairs[i].x),
                            .y = axis_of(y, pairs[i].y)};
        draw_panel(f, p, &frame, pairs[i]);
    }
    const spk__legend legend[] = {
        {y->picked == y->knee ? "chosen: the knee" : "chosen", SPK__COLOUR_MODEL},
        {"knee", SPK__COLOUR_THIRD}};
    spk__paper_legend(p, p->width - 0.8 * f->font, 1.1 * f->font, legend,
                      y->picked == y->knee ? 1 : 2);
    return SPK_OK;
}

/* The first objective against the others, a panel each. */
static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    const spk_report_front *y = &f->d->front;
    size_t k = y->n_objectives, panels = k - 1 < MOST_OBJECTIVES - 1 ? k - 1 : MOST_OBJECTIVES - 1;
    double *v = SPK__ARRAY(f->ctx, y->n * (panels + 1), double);
    spk_curve curve[MOST_OBJECTIVES];
    spk_panel panel[MOST_OBJECTIVES];
    if (!v)
        return SPK_ERR_MEMORY;
    for (size_t j = 0; j <= panels; j++)
        for (size_t i = 0; i < y->n; i++)
            v[j * y->n + i] = y->loss[i * k + j];
    for (size_t j = 0; j < panels; j++) {
        curve[j] = (spk_curve){.x = v, .y = v + (j + 1) * y->n, .n = y->n};
        panel[j] = (spk_panel){.y_label = y->name[j + 1], .curve = &curve[j], .n_curves = 1};
    }
    spk_line_figure figure = {.panel = panel, .n_panels = panels, .x_label = y->name[0]};
    spk_status st = spk_figure_lines(f->ctx, &figure, style, text);
    spk__free(f->ctx, v);
    return st;
}

const spk__plot_kind spk__plot_front = {
    .info = {"front", "the best compromises of a fit with several objectives", 0,
             SPK_PLOT_TAKES_AXES, true},
    .lacks = lacks,
    .height = height,
    .draw = draw,
    .print = print,
};
