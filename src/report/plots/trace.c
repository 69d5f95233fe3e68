/* Voltage and stimulus over time, spikes as ticks above. */
#include "report/plot.h"

#include <math.h>

enum { VOLTAGE, CURRENT };

static const char *lacks(const spk_report_data *d) {
    for (size_t i = 0; i < d->n_sweeps; i++)
        if (d->sweep[i].recorded_mV.n || d->sweep[i].model_mV.n)
            return NULL;
    return "the run has no voltage";
}

static double above(const spk__plot *f) {
    return 4.3 * f->font;
}

static double below(const spk__plot *f) {
    return f->o->scale_bars ? 1.9 * f->font : spk__below_label(f->font);
}

static double height(const spk__plot *f) {
    return above(f) + 0.45 * f->width + 1.2 * f->font + below(f);
}

/* ---- scale bars ---- */

/* A round length, a fifth to a half of the axis. */
static double round_length(double extent) {
    double unit = pow(10, floor(log10(extent / 4)));
    double part = extent / 4 / unit;
    return unit * (part >= 5 ? 5 : part >= 2 ? 2 : 1);
}

static void vertical_bar(spk__paper *p, const spk__frame *f, const char *unit) {
    double length = round_length(f->y.hi - f->y.lo), x = f->left - 0.6 * p->font;
    double end = f->top + f->height, begin = end - length / (f->y.hi - f->y.lo) * f->height;
    char text[48], number[32];
    snprintf(text, sizeof text, "%s %s", spk__value_text(length, number), unit);
    spk__paper_colour(p, SPK__COLOUR_INK, 1);
    spk__paper_line(p, x, begin, x, end, 1);
    spk__paper_text(p, x - 0.4 * p->font, (begin + end) / 2 + 0.36 * p->font, 1, SPK__COLOUR_INK,
                    text);
}

static void horizontal_bar(spk__paper *p, const spk__frame *f) {
    double extent = f->x.hi - f->x.lo, length = round_length(extent),
           y = f->top + f->height + 0.4 * p->font;
    double end = f->left + f->width, begin = end - length / extent * f->width;
    char text[48], number[32];
    bool seconds = length >= 1000;
    snprintf(text, sizeof text, "%s %s", spk__value_text(seconds ? length / 1000 : length, number),
             seconds ? "s" : "ms");
    spk__paper_colour(p, SPK__COLOUR_INK, 1);
    spk__paper_line(p, begin, y, end, y, 1);
    spk__paper_text(p, (begin + end) / 2, y + 1.1 * p->font, 0.5, SPK__COLOUR_INK, text);
}

/* ---- panels ---- */

static spk__axis y_axis(const spk__plot *f, const spk_trace *const *trace, size_t n,
                        double height_pt) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double lo, hi;
        spk__trace_range(trace[i], f->start_ms, f->stop_ms, &lo, &hi);
        low = fmin(low, lo);
        high = fmax(high, hi);
    }
    spk__axis a = spk__axis_from(low, high, false);
    if (!f->o->scale_bars)
        spk__axis_widen(&a, (int)(height_pt / (0.75 * f->font)) + 1);
    return a;
}

/* The spikes of a model that is reset before it could draw one: from its voltage to the top. */
static void draw_resets(spk__paper *p, const spk__frame *f, const spk_report_sweep *s,
                        double peak) {
    const spk_trace *v = &s->model_mV;
    spk__frame_clip(p, f);
    for (size_t i = 0; i < s->model.n; i++) {
        double t = s->model.t_ms[i], at = ceil((t - v->start_ms) / v->dt_ms) - 1;
        if (t < f->x.lo || t > f->x.hi || v->n == 0)
            continue;
        at = fmin(fmax(at, 0), (double)(v->n - 1));
        if (isfinite(v->value[(size_t)at]))
            spk__paper_line(p, spk__frame_x(f, t), spk__frame_y(f, v->value[(size_t)at]),
                            spk__frame_x(f, t), spk__frame_y(f, peak), 0.6);
    }
    spk__paper_unclip(p);
}

static void draw_voltage(const spk__plot *f, spk__paper *p, const spk__frame *v,
                         const spk_report_sweep *s) {
    double low, peak;
    spk__trace_range(&s->recorded_mV, f->start_ms, f->stop_ms, &low, &peak);
    spk__paper_colour(p, SPK__COLOUR_RECORDED, 1);
    spk__frame_trace(p, v, &s->recorded_mV, 0.6);
    spk__paper_colour(p, SPK__COLOUR_MODEL, 1);
    spk__frame_trace(p, v, &s->model_mV, 0.6);
    if (s->model_resets && isfinite(peak))
        draw_resets(p, v, s, peak);
}

static void draw_ticks(spk__paper *p, const spk__frame *v, const spk_report_sweep *s) {
    const struct {
        const char *name;
        const spk_train *train;
        spk__colour colour;
    } row[] = {{"recorded", &s->recorded, SPK__COLOUR_RECORDED},
               {"model", &s->model, SPK__COLOUR_MODEL}};
    for (int i = 0; i < 2; i++) {
        double y = (1.3 + 1.35 * i) * p->font;
        spk__paper_text(p, v->left - 0.5 * p->font, y + 0.85 * p->font, 1, row[i].colour,
                        row[i].name);
        spk__frame_strokes(p, v, row[i].train, y, p->font);
    }
}

/* A word above where a held-out stretch begins to be seen. */
static void name_windows(spk__paper *p, const spk__frame *v, const spk_report_sweep *s, double y) {
    for (size_t i = 0; i < s->n_windows; i++) {
        double from = fmax(s->window[i].start_ms, v->x.lo),
               to = fmin(s->window[i].stop_ms, v->x.hi);
        double room = spk__frame_x(v, to) - spk__frame_x(v, from);
        if (s->window[i].test && from < to && room > spk__paper_text_width(p, "held out"))
            spk__paper_text(p, spk__frame_x(v, to) - 0.3 * p->font, y, 1, SPK__COLOUR_MUTED,
                            "held out");
    }
}

static spk_status draw(const spk__plot *f, spk__paper *p) {
    const spk_report_sweep *s = &f->d->sweep[f->sweep];
    const spk_trace *voltage[] = {&s->recorded_mV, &s->model_mV}, *current[] = {&s->current_pA};
    bool stimulus = s->current_pA.n > 0;
    double between = stimulus ? 1.2 * f->font : 0, room = p->height - above(f) - below(f) - between;
    double v_height = stimulus ? 0.7 * room : room;
    spk__axis time = {f->start_ms, f->stop_ms, false};
    spk__frame v = {0, above(f), 0, v_height, time, y_axis(f, voltage, 2, v_height)};
    spk__frame c = {0,    v.top + v_height + between,
                    0,    room - v_height,
                    time, y_axis(f, current, 1, room - v_height)};
    double left = spk__paper_text_width(p, "recorded") + 0.8 * f->font;
    left = fmax(left, f->o->scale_bars ? spk__paper_text_width(p, "500 mV ") + f->font
                                       : spk__axis_room(p, &v.y, v.height));
    if (stimulus && !f->o->scale_bars)
        left = fmax(left, spk__axis_room(p, &c.y, c.height));
    v.left = c.left = left;
    v.width = c.width = p->width - left - 0.8 * f->font;
    spk__frame_windows(p, &v, s, 1.2 * f->font, v.top + v.height - 1.2 * f->font);
    spk__frame_windows(p, &c, s, c.top, stimulus ? c.height : 0);
    draw_ticks(p, &v, s);
    name_windows(p, &v, s, 0.9 * f->font);
    draw_voltage(f, p, &v, s);
    spk__paper_colour(p, SPK__COLOUR_MUTED, 1);
    spk__frame_trace(p, &c, &s->current_pA, 0.5);
    if (f->o->scale_bars) {
        vertical_bar(p, &v, "mV");
        if (stimulus)
            vertical_bar(p, &c, "pA");
        horizontal_bar(p, stimulus ? &c : &v);
        return SPK_OK;
    }
    spk__frame_y_axis(p, &v, "V (mV)");
    if (stimulus) {
        spk__frame_x_line(p, &v);
        spk__frame_y_axis(p, &c, "I (pA)");
    }
    spk__frame_time_axis(p, stimulus ? &c : &v);
    return SPK_OK;
}

/* ---- in a terminal: the voltages one above the other, for dots of two curves would cover each
 * other ---- */

static spk_curve curve_of(const char *label, const spk_trace *t) {
    return (spk_curve){
        .label = label, .y = t->value, .n = t->n, .x_start = t->start_ms, .x_step = t->dt_ms};
}

static spk_status print(const spk__plot *f, const spk_figure_style *style, char **text) {
    const spk_report_sweep *s = &f->d->sweep[f->sweep];
    spk_curve curve[] = {curve_of("recorded", &s->recorded_mV), curve_of("model", &s->model_mV)};
    spk_panel panel[2];
    size_t n = 0;
    double low = INFINITY, high = -INFINITY, peak = NAN;
    const spk_trace *const trace[] = {&s->recorded_mV, &s->model_mV};
    for (int i = 0; i < 2; i++) {
        double lo, hi;
        if (!trace[i]->n)
            continue;
        spk__trace_range(trace[i], f->start_ms, f->stop_ms, &lo, &hi);
        low = fmin(low, lo);
        high = fmax(high, hi);
        if (i == 0 && lo <= hi)
            peak = hi;
        panel[n++] = (spk_panel){.y_label = "V (mV)", .curve = &curve[i], .n_curves = 1};
    }
    if (s->model_resets && isfinite(peak)) {
        curve[1].spike_x = s->model.t_ms;
        curve[1].n_spikes = s->model.n;
        curve[1].peak = peak;
    }
    for (size_t i = 0; i < n && low < high; i++) {
        panel[i].y_min = 10 * floor(low / 10);
        panel[i].y_max = 10 * ceil(high / 10);
    }
    spk_line_figure figure = {.panel = panel,
                              .n_panels = n,
                              .x_label = "time (ms)",
                              .x_min = f->start_ms,
                              .x_max = f->stop_ms};
    spk_figure_style with_height = *style;
    if (!style->height)
        with_height.height = 7;
    return spk_figure_lines(f->ctx, &figure, &with_height, text);
}

const spk__plot_kind spk__plot_trace = {
    .info = {"trace", "recorded and simulated voltage with the stimulus", SPK_PLOT_NEEDS_SWEEPS,
             SPK_PLOT_TAKES_TIME | SPK_PLOT_TAKES_SWEEP | SPK_PLOT_TAKES_SCALE_BARS, true},
    .stretch_ms = 800,
    .lacks = lacks,
    .height = height,
    .draw = draw,
    .print = print,
};
