/* Bars that lie, with whiskers for confidence intervals. */
#include "report/canvas.h"

#include <math.h>

static spk__axis find_axis(const spk_bar_figure *f) {
    if (f->x_min < f->x_max)
        return (spk__axis){f->x_min, f->x_max, false};
    double lo = 0, hi = 0;
    for (size_t i = 0; i < f->n_bars; i++) {
        double v[3] = {f->bar[i].value, f->bar[i].low, f->bar[i].high};
        for (int k = 0; k < 3; k++)
            if (isfinite(v[k])) {
                lo = v[k] < lo ? v[k] : lo;
                hi = v[k] > hi ? v[k] : hi;
            }
    }
    return lo < hi ? (spk__axis){lo, hi, false} : (spk__axis){0, 1, false};
}

static double clamp(double at) {
    return at < 0 ? 0 : at > 1 ? 1 : at;
}

static void draw_bar(spk__canvas *c, const spk__area *a, const spk__axis *x, const spk_bar *b,
                     int y) {
    if (!isfinite(b->value))
        return;
    int eighths = (int)lround(clamp(spk__axis_at(x, b->value)) * 8 * a->width);
    for (int i = 0; 8 * i < eighths; i++) {
        int fill = eighths - 8 * i < 8 ? eighths - 8 * i : 8;
        /* U+2588 is a full cell, U+2589 .. U+258F get thinner. */
        spk__canvas_put(c, a->x + i, y, 0x2590 - (uint32_t)fill, fill > 3 ? '=' : 0, SPK__SERIES_1);
    }
    if (!isfinite(b->low) || !isfinite(b->high))
        return;
    int last = a->width - 1;
    int low = a->x + (int)lround(clamp(spk__axis_at(x, b->low)) * last);
    int high = a->x + (int)lround(clamp(spk__axis_at(x, b->high)) * last);
    int middle = a->x + (int)lround(clamp(spk__axis_at(x, b->value)) * last);
    for (int i = low; i <= high; i++)
        spk__canvas_put(c, i, y, 0x2500, '-', SPK__INK);
    spk__canvas_put(c, low, y, 0x251c, '|', SPK__INK);
    spk__canvas_put(c, high, y, 0x2524, '|', SPK__INK);
    spk__canvas_put(c, middle, y, 0x25cf, 'o', SPK__SERIES_1);
}

spk_status spk_figure_bars(spk_ctx *ctx, const spk_bar_figure *figure,
                           const spk_figure_style *style, char **out) {
    if (figure->x_min > figure->x_max || isnan(figure->x_min) || isnan(figure->x_max))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the x limits %g .. %g are no interval",
                         figure->x_min, figure->x_max);
    int head = figure->title ? 1 : 0, rows = (int)figure->n_bars;
    spk__canvas c;
    spk_status st = spk__canvas_init(ctx, head + rows + 3, style, &c);
    if (st)
        return st;
    int labels = style->label_width, texts = 0;
    for (size_t i = 0; i < figure->n_bars; i++) {
        int label = spk__text_width(figure->bar[i].label),
            text = spk__text_width(figure->bar[i].text);
        labels = label > labels ? label : labels;
        texts = text > texts ? text : texts;
    }
    spk__area a = spk__area_beside(labels, c.width, rows);
    a.y = head;
    /* The texts get what they need, up to half of what is left. */
    if (texts > 0)
        a.width -= texts + 2 < a.width / 2 ? texts + 2 : a.width / 2;
    spk__axis x = find_axis(figure);
    spk__tick tick[SPK__TICKS_MAX];
    int n = spk__axis_ticks(&x, a.width, true, tick);
    if (figure->title)
        spk__canvas_text(&c, 0, 0, c.width, figure->title, SPK__BOLD);
    for (int i = 0; i < rows; i++) {
        const spk_bar *b = &figure->bar[i];
        spk__canvas_text(&c, 0, a.y + i, a.x - 2, b->label, SPK__INK);
        spk__canvas_put(&c, a.x - 1, a.y + i, 0x2502, '|', SPK__GREY);
        draw_bar(&c, &a, &x, b, a.y + i);
        spk__canvas_text(&c, a.x + a.width + 2, a.y + i, c.width, b->text, SPK__INK);
    }
    spk__draw_x_axis(&c, &a, tick, n, figure->x_label);
    st = spk__canvas_print(&c, out);
    spk__canvas_free(&c);
    return st;
}
