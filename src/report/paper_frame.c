/* Frames of figures for papers: axes, and data between them. */
#include "report/paper.h"

#include <math.h>

/* In parts of the font's size. */
static const double tick_length = 0.35, gap = 0.3;
static const double axis_width = 0.5;
/* Finer than a printer or an eye resolves: 1200 dots an inch. */
static const double hair = 0.06;

double spk__frame_x(const spk__frame *f, double value) {
    return f->left + f->width * spk__axis_at(&f->x, value);
}

double spk__frame_y(const spk__frame *f, double value) {
    return f->top + f->height * (1 - spk__axis_at(&f->y, value));
}

void spk__frame_clip(spk__paper *p, const spk__frame *f) {
    cairo_save(p->cr);
    /* Half a line more, so that a curve along the edge keeps its width. */
    cairo_rectangle(p->cr, f->left - 0.5, f->top - 0.5, f->width + 1, f->height + 1);
    cairo_clip(p->cr);
}

/* ---- axes ---- */

static int x_ticks(const spk__paper *p, const spk__axis *a, double width, spk__tick *tick) {
    return spk__axis_ticks(a, (int)(width / (0.5 * p->font)), true, tick);
}

static int y_ticks(const spk__paper *p, const spk__axis *a, double height, spk__tick *tick) {
    return spk__axis_ticks(a, (int)(height / (0.75 * p->font)) + 1, false, tick);
}

/* The minus of mathematics: a hyphen is hard to see in small print. */
static const char *printed(const char *text, char buf[32]) {
    size_t n = 0;
    for (; *text && n < 28; text++) {
        if (*text == '-') {
            memcpy(buf + n, "\u2212", 3);
            n += 3;
        } else {
            buf[n++] = *text;
        }
    }
    buf[n] = '\0';
    return buf;
}

double spk__axis_room(spk__paper *p, const spk__axis *y, double height) {
    spk__tick tick[SPK__TICKS_MAX];
    int n = y_ticks(p, y, height, tick);
    double widest = 0;
    char buf[32];
    for (int i = 0; i < n; i++)
        widest = fmax(widest, spk__paper_text_width(p, printed(tick[i].text, buf)));
    return widest + (1.25 + 2 * gap + tick_length) * p->font;
}

double spk__below_ticks(double font) {
    return (tick_length + gap + 1) * font;
}

double spk__below_label(double font) {
    return (tick_length + gap + 2.45) * font;
}

void spk__frame_y_axis(spk__paper *p, const spk__frame *f, const char *name) {
    spk__tick tick[SPK__TICKS_MAX];
    int n = y_ticks(p, &f->y, f->height, tick);
    double out = tick_length * p->font;
    char buf[32];
    spk__paper_colour(p, SPK__COLOUR_INK, 1);
    spk__paper_line(p, f->left, f->top, f->left, f->top + f->height, axis_width);
    for (int i = 0; i < n; i++) {
        double y = f->top + f->height * (1 - tick[i].at);
        spk__paper_colour(p, SPK__COLOUR_INK, 1);
        spk__paper_line(p, f->left, y, f->left - out, y, axis_width);
        spk__paper_text(p, f->left - out - gap * p->font, y + 0.36 * p->font, 1, SPK__COLOUR_INK,
                        printed(tick[i].text, buf));
    }
    /* Along the sheet's edge, so that the names of panels stand above one another. */
    if (name)
        spk__paper_text_up(p, 0.95 * p->font, f->top + f->height / 2, SPK__COLOUR_INK, name);
}

static void x_axis(spk__paper *p, const spk__frame *f, const spk__axis *a, const char *name,
                   bool numbers) {
    spk__tick tick[SPK__TICKS_MAX];
    int n = x_ticks(p, a, f->width, tick);
    double out = tick_length * p->font, y = f->top + f->height;
    char buf[32];
    spk__paper_colour(p, SPK__COLOUR_INK, 1);
    spk__paper_line(p, f->left, y, f->left + f->width, y, axis_width);
    for (int i = 0; i < n; i++) {
        double x = f->left + f->width * tick[i].at;
        spk__paper_colour(p, SPK__COLOUR_INK, 1);
        spk__paper_line(p, x, y, x, y + out, axis_width);
        if (!numbers)
            continue;
        /* At the frame's ends a number gives way inwards: there may be another frame. */
        double half = spk__paper_text_width(p, printed(tick[i].text, buf)) / 2;
        double at = fmin(fmax(x, f->left + half - 0.7 * p->font),
                         f->left + f->width - half + 0.7 * p->font);
        spk__paper_text(p, at, y + out + (gap + 0.75) * p->font, 0.5, SPK__COLOUR_INK, buf);
    }
    if (name)
        spk__paper_text(p, f->left + f->width / 2, y + spk__below_label(p->font) - 0.3 * p->font,
                        0.5, SPK__COLOUR_INK, name);
}

void spk__frame_x_axis(spk__paper *p, const spk__frame *f, const char *name) {
    x_axis(p, f, &f->x, name, true);
}

void spk__frame_x_line(spk__paper *p, const spk__frame *f) {
    x_axis(p, f, &f->x, NULL, false);
}

void spk__frame_time_axis(spk__paper *p, const spk__frame *f) {
    bool seconds = f->x.hi - f->x.lo >= 5000;
    double k = seconds ? 1000 : 1;
    spk__axis a = {f->x.lo / k, f->x.hi / k, false};
    x_axis(p, f, &a, seconds ? "time (s)" : "time (ms)", true);
}

/* ---- data ---- */

static void add_point(spk__paper *p, double x, double y, bool *pen) {
    if (!isfinite(x) || !isfinite(y)) {
        *pen = false;
        return;
    }
    if (*pen)
        cairo_line_to(p->cr, x, y);
    else
        cairo_move_to(p->cr, x, y);
    *pen = true;
}

void spk__frame_trace(spk__paper *p, const spk__frame *f, const spk_trace *t, double width) {
    double first_at = floor((f->x.lo - t->start_ms) / t->dt_ms),
           last_at = ceil((f->x.hi - t->start_ms) / t->dt_ms);
    if (t->n == 0 || last_at < 0 || first_at >= (double)t->n)
        return;
    size_t first = first_at > 0 ? (size_t)first_at : 0;
    size_t last = last_at < (double)(t->n - 1) ? (size_t)last_at : t->n - 1;
    double per_point = (f->x.hi - f->x.lo) / t->dt_ms / f->width;
    size_t group = per_point * hair > 2 ? (size_t)(per_point * hair) : 1;
    bool pen = false;
    spk__frame_clip(p, f);
    for (size_t i = first; i <= last; i += group) {
        double low = INFINITY, high = -INFINITY,
               x = spk__frame_x(f, t->start_ms + (double)i * t->dt_ms);
        for (size_t k = i; k <= last && k < i + group; k++) {
            low = fmin(low, t->value[k]);
            high = fmax(high, t->value[k]);
        }
        add_point(p, x, low <= high ? spk__frame_y(f, low) : (double)NAN, &pen);
        if (low < high)
            add_point(p, x, spk__frame_y(f, high), &pen);
    }
    cairo_set_line_width(p->cr, width);
    cairo_stroke(p->cr);
    spk__paper_unclip(p);
}

void spk__frame_curve(spk__paper *p, const spk__frame *f, const double *x, const double *y,
                      size_t n, double width) {
    bool pen = false;
    spk__frame_clip(p, f);
    for (size_t i = 0; i < n; i++)
        add_point(p, spk__frame_x(f, x[i]), spk__frame_y(f, y[i]), &pen);
    cairo_set_line_width(p->cr, width);
    cairo_stroke(p->cr);
    spk__paper_unclip(p);
}

void spk__frame_steps(spk__paper *p, const spk__frame *f, const double *edge, const double *value,
                      size_t n, bool filled, double width) {
    double floor_y = f->top + f->height;
    spk__frame_clip(p, f);
    for (size_t i = 0; i < n; i++) {
        double x0 = spk__frame_x(f, edge[i]), x1 = spk__frame_x(f, edge[i + 1]);
        double y = spk__frame_y(f, value[i]);
        if (i == 0)
            cairo_move_to(p->cr, x0, floor_y);
        cairo_line_to(p->cr, x0, y);
        cairo_line_to(p->cr, x1, y);
        if (i + 1 == n)
            cairo_line_to(p->cr, x1, floor_y);
    }
    cairo_set_line_width(p->cr, width);
    if (filled)
        cairo_fill(p->cr);
    else
        cairo_stroke(p->cr);
    spk__paper_unclip(p);
}

void spk__frame_strokes(spk__paper *p, const spk__frame *f, const spk_train *t, double y,
                        double length) {
    for (size_t i = 0; i < t->n; i++) {
        if (t->t_ms[i] < f->x.lo || t->t_ms[i] > f->x.hi)
            continue;
        double x = spk__frame_x(f, t->t_ms[i]);
        cairo_move_to(p->cr, x, y);
        cairo_line_to(p->cr, x, y + length);
    }
    cairo_set_line_width(p->cr, 0.6);
    cairo_stroke(p->cr);
}

void spk__frame_windows(spk__paper *p, const spk__frame *f, const spk_report_sweep *s, double y,
                        double height) {
    for (size_t i = 0; i < s->n_windows; i++) {
        const spk_report_window *w = &s->window[i];
        double from = fmax(w->start_ms, f->x.lo), to = fmin(w->stop_ms, f->x.hi);
        if (!w->test || !(from < to))
            continue;
        spk__paper_colour(p, SPK__COLOUR_TEST, 0.16);
        spk__paper_rectangle(p, spk__frame_x(f, from), y,
                             spk__frame_x(f, to) - spk__frame_x(f, from), height);
    }
}
