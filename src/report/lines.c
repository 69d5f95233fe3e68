/* Line plots: panels over one x axis. */
#include "report/canvas.h"

#include <math.h>
#include <stdlib.h>

enum { DEFAULT_ROWS = 10 };

static double curve_x(const spk_curve *c, size_t i) {
    return c->x ? c->x[i] : c->x_start + (double)i * c->x_step;
}

/* ---- limits ---- */

static bool usable(double v, bool log_scale) {
    return isfinite(v) && (!log_scale || v > 0);
}

static void extend(double v, bool log_scale, double *lo, double *hi) {
    if (!usable(v, log_scale))
        return;
    if (v < *lo)
        *lo = v;
    if (v > *hi)
        *hi = v;
}

static spk_status limits_fail(spk_ctx *ctx, char axis, double lo, double hi) {
    return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the %c limits %g .. %g are no interval", axis,
                     lo, hi);
}

static spk_status find_x_axis(spk_ctx *ctx, const spk_line_figure *f, spk__axis *out) {
    if (f->x_min != f->x_max) {
        if (!(f->x_min < f->x_max) || !usable(f->x_min, f->x_log) || !usable(f->x_max, f->x_log))
            return limits_fail(ctx, 'x', f->x_min, f->x_max);
        *out = (spk__axis){f->x_min, f->x_max, f->x_log};
        return SPK_OK;
    }
    double lo = INFINITY, hi = -INFINITY;
    for (size_t p = 0; p < f->n_panels; p++)
        for (size_t k = 0; k < f->panel[p].n_curves; k++) {
            const spk_curve *c = &f->panel[p].curve[k];
            for (size_t i = 0; i < c->n; i++)
                extend(curve_x(c, i), f->x_log, &lo, &hi);
        }
    *out = spk__axis_from(lo, hi, f->x_log);
    return SPK_OK;
}

static spk_status find_y_axis(spk_ctx *ctx, const spk_panel *p, const spk__axis *x, int rows,
                              spk__axis *out) {
    if (p->y_min != p->y_max) {
        if (!(p->y_min < p->y_max) || !usable(p->y_min, p->y_log) || !usable(p->y_max, p->y_log))
            return limits_fail(ctx, 'y', p->y_min, p->y_max);
        *out = (spk__axis){p->y_min, p->y_max, p->y_log};
        return SPK_OK;
    }
    double lo = INFINITY, hi = -INFINITY;
    for (size_t k = 0; k < p->n_curves; k++) {
        const spk_curve *c = &p->curve[k];
        for (size_t i = 0; i < c->n; i++)
            if (curve_x(c, i) >= x->lo && curve_x(c, i) <= x->hi)
                extend(c->y[i], p->y_log, &lo, &hi);
        if (c->n_spikes > 0)
            extend(c->peak, p->y_log, &lo, &hi);
    }
    *out = spk__axis_from(lo, hi, p->y_log);
    spk__axis_widen(out, rows);
    return SPK_OK;
}

/* ---- drawing ---- */

/* Pen for one curve: dots on the page, and where it is in its dash pattern. */
typedef struct {
    spk__canvas *canvas;
    const spk__area *area;
    int series;
    int dash; /* 0: solid; else every so many dots are drawn and skipped in turn */
    long travelled;
} pen;

static void pen_dot(pen *p, long x, long y) {
    bool down = p->dash == 0 || p->travelled / p->dash % 2 == 0;
    p->travelled++;
    if (down)
        spk__canvas_dot(p->canvas, 2 * p->area->x + (int)x, 4 * p->area->y + (int)y, p->series);
}

/* Bresenham's line without its first dot (which the line before has drawn). */
static void pen_line(pen *p, long x0, long y0, long x1, long y1) {
    long dx = labs(x1 - x0), dy = -labs(y1 - y0), error = dx + dy;
    long step_x = x0 < x1 ? 1 : -1, step_y = y0 < y1 ? 1 : -1;
    while (x0 != x1 || y0 != y1) {
        long twice = 2 * error;
        if (twice >= dy) {
            error += dy;
            x0 += step_x;
        }
        if (twice <= dx) {
            error += dx;
            y0 += step_y;
        }
        pen_dot(p, x0, y0);
    }
}

/* Cuts the part of the segment outside the unit square off (Liang and Barsky); false: all of it. */
static bool clip(double s[4]) {
    double from = 0, to = 1, d[2] = {s[2] - s[0], s[3] - s[1]};
    for (int edge = 0; edge < 4; edge++) {
        int k = edge / 2;
        double toward = edge % 2 ? d[k] : -d[k], room = edge % 2 ? 1 - s[k] : s[k];
        if (toward == 0) {
            if (room < 0)
                return false;
            continue;
        }
        double at = room / toward;
        if (toward < 0 && at > from)
            from = at;
        if (toward > 0 && at < to)
            to = at;
    }
    if (!(from <= to))
        return false;
    double x = s[0], y = s[1];
    s[0] = x + from * d[0], s[1] = y + from * d[1];
    s[2] = x + to * d[0], s[3] = y + to * d[1];
    return true;
}

/* Far enough outside to be cut off all the same, near enough to be cut off with all digits. */
static double tame(double part) {
    return part < -1e5 ? -1e5 : part > 1e5 ? 1e5 : part;
}

static void draw_curve(spk__canvas *canvas, const spk__area *area, const spk_curve *c, int index,
                       const spk__axis *x, const spk__axis *y) {
    pen p = {canvas, area, SPK__SERIES_1 + index % SPK__SERIES_COUNT, 0, 0};
    if (!canvas->colour && !canvas->ascii && index > 0)
        p.dash = index % 2 ? 2 : 1;
    double columns = 2 * area->width - 1, rows = 4 * area->height - 1;
    bool have = false;
    double u0 = 0, v0 = 0;
    long last_x = -1, last_y = -1;
    for (size_t i = 0; i < c->n; i++) {
        double u = spk__axis_at(x, curve_x(c, i)), v = 1 - spk__axis_at(y, c->y[i]);
        if (!isfinite(u) || !isfinite(v) || !isfinite(c->y[i])) {
            have = false;
            continue;
        }
        u = tame(u), v = tame(v);
        /* A lone point still shows. */
        double s[4] = {have ? u0 : u, have ? v0 : v, u, v};
        if (clip(s)) {
            long ax = lround(s[0] * columns), ay = lround(s[1] * rows);
            if (ax != last_x || ay != last_y)
                pen_dot(&p, ax, ay);
            last_x = lround(s[2] * columns), last_y = lround(s[3] * rows);
            pen_line(&p, ax, ay, last_x, last_y);
        }
        have = true, u0 = u, v0 = v;
    }
}

/* From the curve's last value before each spike up to the peak. */
static void draw_spikes(spk__canvas *canvas, const spk__area *area, const spk_curve *c, int index,
                        const spk__axis *x, const spk__axis *y) {
    pen p = {canvas, area, SPK__SERIES_1 + index % SPK__SERIES_COUNT, 0, 0};
    size_t i = 0;
    for (size_t k = 0; k < c->n_spikes; k++) {
        while (i + 1 < c->n && curve_x(c, i + 1) < c->spike_x[k])
            i++;
        double u = spk__axis_at(x, c->spike_x[k]);
        double s[4] = {u, 1 - spk__axis_at(y, c->n ? c->y[i] : y->lo), u,
                       1 - spk__axis_at(y, c->peak)};
        if (!isfinite(s[0]) || !isfinite(s[1]) || !isfinite(s[3]) || !clip(s))
            continue;
        long column = lround(s[0] * (2 * area->width - 1)), rows = 4 * area->height - 1;
        pen_line(&p, column, lround(s[1] * (double)rows), column, lround(s[3] * (double)rows));
    }
}

static int legend_width(const spk_panel *p) {
    int width = 0;
    for (size_t k = 0; k < p->n_curves; k++)
        if (p->curve[k].label)
            width += 4 + spk__text_width(p->curve[k].label) + (width > 0 ? 3 : 0);
    return width;
}

static void draw_legend(spk__canvas *c, const spk_panel *p, int x, int y) {
    static const uint32_t stroke[3][3] = {
        {0x2500, 0x2500, 0x2500}, {0x2500, ' ', 0x2500}, {0xb7, 0xb7, 0xb7}};
    for (size_t k = 0; k < p->n_curves; k++) {
        if (!p->curve[k].label)
            continue;
        int series = SPK__SERIES_1 + (int)k % SPK__SERIES_COUNT;
        size_t kind = c->colour || k == 0 ? 0 : k % 2 ? 1 : 2;
        for (int i = 0; i < 3; i++)
            spk__canvas_put(c, x++, y, stroke[kind][i], spk__series_letter(series), series);
        x += 1 + spk__canvas_text(c, x + 1, y, c->width, p->curve[k].label, SPK__INK) + 3;
    }
}

/* Rows above the plotting area: title, then y label and legend (beside each other where they fit).
 */
static int head_rows(const spk_panel *p, int width) {
    int legend = legend_width(p), label = spk__text_width(p->y_label);
    int rows = p->title ? 1 : 0;
    if (legend > 0 && label > 0 && legend + label + 3 > width)
        return rows + 2;
    return rows + (legend > 0 || label > 0);
}

static void draw_head(spk__canvas *c, const spk_panel *p, int y, int end) {
    if (p->title)
        spk__canvas_text(c, 0, y++, c->width, p->title, SPK__BOLD);
    int legend = legend_width(p);
    if (legend > 0)
        draw_legend(c, p, legend < c->width ? c->width - legend : 0, end - 1);
    if (p->y_label)
        spk__canvas_text(c, 0, y, c->width, p->y_label, SPK__INK);
}

typedef struct {
    spk__axis y;
    spk__tick tick[SPK__TICKS_MAX];
    int n_ticks;
} panel_axis;

static void draw_panels(spk__canvas *c, const spk_line_figure *f, const spk__axis *x,
                        const panel_axis *axis, int labels, int rows) {
    spk__area area = spk__area_beside(labels, c->width, rows);
    spk__tick x_tick[SPK__TICKS_MAX];
    int n_x = spk__axis_ticks(x, area.width, true, x_tick);
    int y = 0;
    for (size_t i = 0; i < f->n_panels; i++) {
        const spk_panel *p = &f->panel[i];
        area.y = y + head_rows(p, c->width);
        draw_head(c, p, y, area.y);
        for (size_t k = 0; k < p->n_curves; k++) {
            draw_curve(c, &area, &p->curve[k], (int)k, x, &axis[i].y);
            draw_spikes(c, &area, &p->curve[k], (int)k, x, &axis[i].y);
        }
        spk__draw_y_axis(c, &area, axis[i].tick, axis[i].n_ticks);
        if (i + 1 == f->n_panels)
            spk__draw_x_axis(c, &area, x_tick, n_x, f->x_label);
        else
            spk__draw_x_line(c, &area, x_tick, n_x);
        y = area.y + rows + 1;
    }
}

spk_status spk_figure_lines(spk_ctx *ctx, const spk_line_figure *figure,
                            const spk_figure_style *style, char **out) {
    int rows = style->height > 0 ? style->height : DEFAULT_ROWS;
    int height = 2, labels = style->label_width;
    spk__axis x;
    spk__canvas c = {.ctx = ctx};
    panel_axis *axis = SPK__ARRAY(ctx, figure->n_panels, panel_axis);
    spk_status st = axis ? find_x_axis(ctx, figure, &x) : SPK_ERR_MEMORY;
    for (size_t i = 0; i < figure->n_panels && st == SPK_OK; i++) {
        st = find_y_axis(ctx, &figure->panel[i], &x, rows, &axis[i].y);
        if (st)
            break;
        axis[i].n_ticks = spk__axis_ticks(&axis[i].y, rows, false, axis[i].tick);
        labels = spk__label_columns(axis[i].tick, axis[i].n_ticks, labels);
        height += head_rows(&figure->panel[i], style->width) + rows + 1;
    }
    if (!st)
        st = spk__canvas_init(ctx, height, style, &c);
    if (!st) {
        draw_panels(&c, figure, &x, axis, labels, rows);
        st = spk__canvas_print(&c, out);
    }
    spk__canvas_free(&c);
    spk__free(ctx, axis);
    return st;
}
