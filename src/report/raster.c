/* Rasters: a row of ticks for each spike train. */
#include "report/canvas.h"

#include <stdio.h>

enum { DEFAULT_ROWS = 40 };

static size_t count_in_window(const spk_raster_row *r, double start, double stop) {
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->t_ms[i] >= start && r->t_ms[i] <= stop;
    return n;
}

static void draw_train(spk__canvas *c, const spk__area *a, const spk_raster_row *r,
                       const spk__axis *x, int y) {
    int series =
        SPK__SERIES_1 + (r->group % SPK__SERIES_COUNT + SPK__SERIES_COUNT) % SPK__SERIES_COUNT;
    int last_cell = -1;
    for (size_t i = 0; i < r->n; i++) {
        double at = spk__axis_at(x, r->t_ms[i]);
        if (!(at >= 0 && at <= 1))
            continue;
        int dot = (int)(at * (2 * a->width - 1) + 0.5), cell = a->x + dot / 2;
        if (c->ascii) {
            spk__canvas_put(c, cell, y, 0, cell == last_cell ? '#' : '|', series);
            last_cell = cell;
            continue;
        }
        for (int row = 0; row < 4; row++)
            spk__canvas_dot(c, 2 * a->x + dot, 4 * y + row, series);
    }
}

typedef struct {
    int name, count; /* columns of the names and of the numbers of spikes */
} label_columns;

static label_columns measure_labels(const spk_raster_figure *f, size_t shown) {
    label_columns l = {0, 1};
    for (size_t i = 0; i < shown; i++) {
        char number[24];
        int count = snprintf(number, sizeof number, "n=%zu",
                             count_in_window(&f->row[i], f->start_ms, f->stop_ms));
        int name = spk__text_width(f->row[i].label);
        l.name = name > l.name ? name : l.name;
        l.count = count > l.count ? count : l.count;
    }
    return l;
}

static void draw_rows(spk__canvas *c, const spk_raster_figure *f, size_t shown, spk__area *a) {
    spk__axis x = {f->start_ms, f->stop_ms, false};
    int y = a->y;
    for (size_t i = 0; i < shown; i++, y++) {
        const spk_raster_row *r = &f->row[i];
        if (i > 0 && r->group != r[-1].group)
            spk__canvas_put(c, a->x - 1, y++, 0x2502, '|', SPK__GREY);
        char number[24];
        int count =
            snprintf(number, sizeof number, "n=%zu", count_in_window(r, f->start_ms, f->stop_ms));
        spk__canvas_text(c, 0, y, a->x - 3 - count, r->label, SPK__INK);
        spk__canvas_text_right(c, a->x - 2, y, a->x - 2, number, SPK__INK);
        spk__canvas_put(c, a->x - 1, y, 0x2502, '|', SPK__GREY);
        draw_train(c, a, r, &x, y);
    }
    a->height = y - a->y;
    spk__tick tick[SPK__TICKS_MAX];
    int n = spk__axis_ticks(&x, a->width, true, tick);
    spk__draw_x_axis(c, a, tick, n, f->x_label);
}

spk_status spk_figure_raster(spk_ctx *ctx, const spk_raster_figure *figure,
                             const spk_figure_style *style, char **out) {
    if (!(figure->start_ms < figure->stop_ms))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the window %g .. %g ms is no interval",
                         figure->start_ms, figure->stop_ms);
    size_t limit = style->height > 0 ? (size_t)style->height : DEFAULT_ROWS;
    size_t shown = figure->n_rows < limit ? figure->n_rows : limit, gaps = 0;
    for (size_t i = 1; i < shown; i++)
        gaps += figure->row[i].group != figure->row[i - 1].group;
    bool more = shown < figure->n_rows;
    int head = figure->title ? 1 : 0, rows = (int)(shown + gaps);

    spk__canvas c;
    spk_status st = spk__canvas_init(ctx, head + rows + 3 + more, style, &c);
    if (st)
        return st;
    label_columns l = measure_labels(figure, shown);
    int labels = l.name + 2 + l.count;
    spk__area a = spk__area_beside(labels > style->label_width ? labels : style->label_width,
                                   style->width, rows);
    a.y = head;
    if (figure->title)
        spk__canvas_text(&c, 0, 0, c.width, figure->title, SPK__BOLD);
    draw_rows(&c, figure, shown, &a);
    if (more) {
        char text[64];
        snprintf(text, sizeof text, "(%zu more rows are not shown)", figure->n_rows - shown);
        spk__canvas_text(&c, a.x, a.y + a.height + 3, c.width, text, SPK__GREY);
    }
    st = spk__canvas_print(&c, out);
    spk__canvas_free(&c);
    return st;
}
