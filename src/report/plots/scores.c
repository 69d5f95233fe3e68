/* Scores that are perfect at 1 as bars, with intervals and what the recorded repeats reach among
 * themselves. */
#include "report/plot.h"

#include <math.h>

static bool is_bar(const spk_report_score *s) {
    return !s->distance && s->value >= -1;
}

static const char *lacks(const spk_report_data *d) {
    for (size_t i = 0; i < d->n_scores; i++)
        if (is_bar(&d->score[i]))
            return NULL;
    return "the run has no score that is perfect at 1";
}

/* Held-out data first; returns how many. */
static size_t bars_of(const spk_report_data *d, const spk_report_score **bar) {
    size_t n = 0;
    for (int test = 1; test >= 0; test--)
        for (size_t i = 0; i < d->n_scores; i++)
            if (is_bar(&d->score[i]) && (strcmp(d->score[i].part, "test") == 0) == test)
                bar[n++] = &d->score[i];
    return n;
}

static double height(const spk__plot *f) {
    size_t n = 0;
    for (size_t i = 0; i < f->d->n_scores; i++)
        n += is_bar(&f->d->score[i]);
    return (double)n * 1.9 * f->font + 2 * f->font + spk__below_label(f->font);
}

static void draw_bar(spk__paper *p, const spk__frame *f, const spk_report_score *s, double y,
                     double thick) {
    bool test = strcmp(s->part, "test") == 0;
    double zero = spk__frame_x(f, 0), x = spk__frame_x(f, s->value), middle = y + thick / 2;
    spk__paper_colour(p, test ? SPK__COLOUR_RECORDED : SPK__COLOUR_MUTED, test ? 0.55 : 0.4);
    spk__paper_rectangle(p, fmin(zero, x), y, fabs(x - zero), thick);
    if (isfinite(s->low) && isfinite(s->high)) {
        double a = spk__frame_x(f, s->low), b = spk__frame_x(f, s->high), end = 0.25 * thick;
        spk__paper_colour(p, SPK__COLOUR_INK, 1);
        spk__paper_line(p, a, middle, b, middle, 0.7);
        spk__paper_line(p, a, middle - end, a, middle + end, 0.7);
        spk__paper_line(p, b, middle - end, b, middle + end, 0.7);
    }
    if (isfinite(s->reliability)) {
        double r = spk__frame_x(f, s->reliability);
        spk__paper_colour(p, SPK__COLOUR_THIRD, 1);
        spk__paper_line(p, r, y - 0.15 * thick, r, y + 1.15 * thick, 1.4);
    }
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    const spk_report_score **bar = SPK__ARRAY(f->ctx, f->d->n_scores, const spk_report_score *);
    if (!bar)
        return SPK_ERR_MEMORY;
    size_t n = bars_of(f->d, bar);
    double left = 0, low = 0, top = 1.8 * f->font,
           right = spk__paper_text_width(p, " 0.000") + 0.6 * f->font;
    bool reliable = false;
    char name[96];
    for (size_t i = 0; i < n; i++) {
        left = fmax(left, spk__paper_text_width(p, spk__score_name(bar[i], name)));
        low = fmin(low, fmin(bar[i]->value, isfinite(bar[i]->low) ? bar[i]->low : 0));
        reliable |= isfinite(bar[i]->reliability);
    }
    left = fmin(left, 0.45 * p->width) + f->font;
    spk__frame frame = {left,
                        top,
                        p->width - left - right,
                        p->height - top - spk__below_label(f->font),
                        {low, 1, false},
                        {0, 1, false}};
    double step = frame.height / (double)n, thick = 0.62 * step;
    for (size_t i = 0; i < n; i++) {
        double y = top + step * (double)i, base = y + thick / 2 + 0.36 * f->font;
        char value[32];
        snprintf(value, sizeof value, "%.3f", bar[i]->value);
        spk__paper_text_within(p, left - 0.6 * f->font, base, 1, left - 0.6 * f->font,
                               SPK__COLOUR_INK, spk__score_name(bar[i], name));
        draw_bar(p, &frame, bar[i], y, thick);
        spk__paper_text(p, p->width, base, 1, SPK__COLOUR_INK, value);
    }
    if (reliable)
        spk__paper_text(p, left + frame.width, 1.1 * f->font, 1, SPK__COLOUR_THIRD,
                        "repeats among themselves");
    spk__frame_x_axis(p, &frame, "score (1 is perfect)");
    spk__free(f->ctx, bar);
    return SPK_OK;
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    size_t room = f->d->n_scores;
    const spk_report_score **score = SPK__ARRAY(f->ctx, room, const spk_report_score *);
    spk_bar *bar = SPK__ARRAY(f->ctx, room, spk_bar);
    char(*name)[96] = spk__alloc(f->ctx, room, sizeof *name),
    (*value)[16] = spk__alloc(f->ctx, room, sizeof *value);
    spk_status st = score && bar && name && value ? SPK_OK : SPK_ERR_MEMORY;
    if (!st) {
        size_t n = bars_of(f->d, score);
        for (size_t i = 0; i < n; i++) {
            snprintf(value[i], sizeof value[i], "%.3f", score[i]->value);
            bar[i] = (spk_bar){spk__score_name(score[i], name[i]), score[i]->value, score[i]->low,
                               score[i]->high, value[i]};
        }
        spk_bar_figure figure = {.x_label = "score (1 is perfect)", .bar = bar, .n_bars = n};
        st = spk_figure_bars(f->ctx, &figure, style, text);
    }
    void *parts[] = {score, bar, name, value};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(f->ctx, parts[i]);
    return st;
}

const spk__plot_kind spk__plot_scores = {
    .info = {"scores", "scores on train and test with intervals and reliability", 0, 0, true},
    .lacks = lacks,
    .height = height,
    .draw = draw,
    .print = print,
};
