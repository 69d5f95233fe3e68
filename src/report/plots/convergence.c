/* The best loss so far and each generation's median, over the evaluations. */
#include "report/plot.h"

#include <math.h>

static double height(const spk__plot *f) {
    return 1.6 * f->font + 0.5 * f->width + spk__below_label(f->font);
}

/* x, best and median as arrays; a restart begins a new line of medians, which a NaN parts from the
 * last. */
typedef struct {
    double *x, *best, *x_median, *median;
    size_t n, n_median;
    double low, high;
} curves;

static void curves_free(spk_ctx *ctx, curves *c) {
    double *parts[] = {c->x, c->best, c->x_median, c->median};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
}

static void see(curves *c, double v) {
    if (!isfinite(v))
        return;
    c->low = fmin(c->low, v);
    c->high = fmax(c->high, v);
}

static spk_status curves_find(const spk__plot *f, curves *c) {
    size_t n = f->d->n_generations;
    *c = (curves){.low = INFINITY, .high = -INFINITY};
    c->x = SPK__ARRAY(f->ctx, n, double);
    c->best = SPK__ARRAY(f->ctx, n, double);
    c->x_median = SPK__ARRAY(f->ctx, 2 * n, double);
    c->median = SPK__ARRAY(f->ctx, 2 * n, double);
    if (!c->x || !c->best || !c->x_median || !c->median) {
        curves_free(f->ctx, c);
        return SPK_ERR_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        const spk_report_generation *g = &f->d->generation[i];
        if (i && g->run != g[-1].run) {
            c->x_median[c->n_median] = g->evaluations;
            c->median[c->n_median++] = NAN;
        }
        c->x[i] = c->x_median[c->n_median] = g->evaluations;
        c->best[i] = g->best;
        c->median[c->n_median++] = g->median;
        see(c, g->best);
        see(c, g->median);
    }
    c->n = n;
    return SPK_OK;
}

static bool log_axis(const spk__plot *f, const curves *c) {
    return !f->o->linear && c->low > 0 && isfinite(c->high);
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    curves c;
    spk_status st = curves_find(f, &c);
    if (st)
        return st;
    double top = 1.6 * f->font;
    spk__frame frame = {0,
                        top,
                        0,
                        p->height - top - spk__below_label(f->font),
                        {0, c.n ? fmax(c.x[c.n - 1], 1) : 1, false},
                        spk__axis_from(c.low, c.high, log_axis(f, &c))};
    /* A little room above and below. */
    double room =
        frame.y.log ? pow(frame.y.hi / frame.y.lo, 0.05) : 0.05 * (frame.y.hi - frame.y.lo);
    frame.y.lo = frame.y.log ? frame.y.lo / room : frame.y.lo - room;
    frame.y.hi = frame.y.log ? frame.y.hi * room : frame.y.hi + room;
    frame.left = spk__axis_room(p, &frame.y, frame.height);
    frame.width = p->width - frame.left - 1.6 * f->font;
    spk__paper_colour(p, SPK__COLOUR_MODEL, 0.8);
    spk__frame_curve(p, &frame, c.x_median, c.median, c.n_median, 0.6);
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 1);
    spk__frame_curve(p, &frame, c.x, c.best, c.n, 1.1);
    static const spk__legend legend[] = {{"best so far", SPK__COLOUR_RECORDED},
                                         {"median of the generation", SPK__COLOUR_MODEL}};
    spk__paper_legend(p, frame.left + frame.width, 1.1 * f->font, legend, 2);
    spk__frame_y_axis(p, &frame, "loss");
    spk__frame_x_axis(p, &frame, "evaluations");
    curves_free(f->ctx, &c);
    return SPK_OK;
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    curves c;
    spk_status st = curves_find(f, &c);
    if (st)
        return st;
    spk_curve curve[] = {{.label = "best", .x = c.x, .y = c.best, .n = c.n},
                         {.label = "median", .x = c.x_median, .y = c.median, .n = c.n_median}};
    spk_panel panel = {.y_label = "loss", .curve = curve, .n_curves = 2, .y_log = log_axis(f, &c)};
    spk_line_figure figure = {.panel = &panel,
                              .n_panels = 1,
                              .x_label = "evaluations",
                              .x_min = 0,
                              .x_max = c.n ? fmax(c.x[c.n - 1], 1) : 1};
    st = spk_figure_lines(f->ctx, &figure, style, text);
    curves_free(f->ctx, &c);
    return st;
}

const spk__plot_kind spk__plot_convergence = {
    .info = {"convergence", "best and median loss over the search", 0, SPK_PLOT_TAKES_LOG, true},
    .lacks = spk__lacks_search,
    .height = height,
    .draw = draw,
    .print = print,
};
