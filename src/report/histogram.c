/* Histograms: upright bars, one panel for each series. */
#include "report/canvas.h"

#include <math.h>

enum { DEFAULT_ROWS = 6 };

static double largest(const spk_histogram_figure *f) {
    double top = 0;
    for (size_t k = 0; k < f->n_histograms; k++)
        for (size_t i = 0; i < f->histogram[k].n; i++)
            if (isfinite(f->histogram[k].value[i]) && f->histogram[k].value[i] > top)
                top = f->histogram[k].value[i];
    return top;
}

/* The mean of the bins that begin in this column, or the bin that covers its middle. */
static double column_value(const spk_histogram *h, int column, int columns) {
    size_t first = (size_t)ceil((double)column * (double)h->n / columns);
    size_t last = (size_t)ceil((double)(column + 1) * (double)h->n / columns);
    if (last <= first + 1) {
        size_t i = (size_t)((column + 0.5) * (double)h->n / columns);
        return h->value[i < h->n ? i : h->n - 1];
    }
    double sum = 0;
    for (size_t i = first; i < last; i++)
        sum += h->value[i];
    return sum / (double)(last - first);
}

static void draw_column(spk__canvas *c, const spk__area *a, int x, double part, int series) {
    int eighths = (int)lround(part * 8 * a->height);
    for (int row = 0; row < a->height; row++) {
        int fill = eighths - 8 * row, y = a->y + a->height - 1 - row;
        if (fill <= 0)
            break;
        if (fill > 8)
            fill = 8;
        /* U+2581 .. U+2588 are bars of one to eight eighths. */
        spk__canvas_put(c, a->x + x, y, 0x2580 + (uint32_t)fill,
                        fill > 5   ? '#'
                        : fill > 2 ? '.'
                                   : '_',
                        series);
    }
}

static int head_rows(const spk_histogram_figure *f, size_t k) {
    return (k == 0 && f->title) + (f->histogram[k].label || (k == 0 && f->y_label));
}

static void draw_panel(spk__canvas *c, const spk_histogram_figure *f, size_t k, spk__area *a,
                       const spk__axis *y_axis) {
    const spk_histogram *h = &f->histogram[k];
    int series = SPK__SERIES_1 + (int)k % SPK__SERIES_COUNT, y = a->y;
    if (k == 0 && f->title)
        spk__canvas_text(c, 0, y++, c->width, f->title, SPK__BOLD);
    if (k == 0 && f->y_label)
        spk__canvas_text(c, 0, y, c->width, f->y_label, SPK__INK);
    if (h->label)
        spk__canvas_text_right(c, c->width, y, a->width, h->label, series);
    a->y += head_rows(f, k);
    for (int x = 0; h->n && x < a->width; x++) {
        double part = spk__axis_at(y_axis, column_value(h, x, a->width));
        if (part > 0)
            draw_column(c, a, x, part > 1 ? 1 : part, series);
    }
}

spk_status spk_figure_histogram(spk_ctx *ctx, const spk_histogram_figure *figure,
                                const spk_figure_style *style, char **out) {
    if (!(figure->x_min < figure->x_max))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the x limits %g .. %g are no interval",
                         figure->x_min, figure->x_max);
    int rows = style->height > 0 ? style->height : DEFAULT_ROWS, height = 2;
    for (size_t k = 0; k < figure->n_histograms; k++)
        height += head_rows(figure, k) + rows + 1;
    spk__axis y = {0, figure->y_max, false}, x = {figure->x_min, figure->x_max, false};
    if (!(y.hi > 0)) {
        double top = largest(figure);
        y.hi = top > 0 ? top : 1;
        spk__axis_widen(&y, rows);
    }
    spk__canvas c;
    spk_status st = spk__canvas_init(ctx, height, style, &c);
    if (st)
        return st;
    spk__tick x_tick[SPK__TICKS_MAX], y_tick[SPK__TICKS_MAX];
    int n_y = spk__axis_ticks(&y, rows, false, y_tick);
    spk__area a =
        spk__area_beside(spk__label_columns(y_tick, n_y, style->label_width), c.width, rows);
    int n_x = spk__axis_ticks(&x, a.width, true, x_tick);
    for (size_t k = 0; k < figure->n_histograms; k++) {
        draw_panel(&c, figure, k, &a, &y);
        spk__draw_y_axis(&c, &a, y_tick, n_y);
        if (k + 1 == figure->n_histograms)
            spk__draw_x_axis(&c, &a, x_tick, n_x, figure->x_label);
        else
            spk__draw_x_line(&c, &a, x_tick, n_x);
        a.y += rows + 1;
    }
    st = spk__canvas_print(&c, out);
    spk__canvas_free(&c);
    return st;
}
