/* Axes: round ticks with room for their labels, and the lines. */
#include "report/canvas.h"

#include <math.h>
#include <stdio.h>

double spk__axis_at(const spk__axis *a, double value) {
    if (a->log)
        return value > 0 ? log10(value / a->lo) / log10(a->hi / a->lo) : (double)-INFINITY;
    return (value - a->lo) / (a->hi - a->lo);
}

spk__axis spk__axis_from(double lo, double hi, bool log_scale) {
    if (!(lo <= hi))
        return (spk__axis){log_scale ? 1 : 0, log_scale ? 10 : 1, log_scale};
    if (lo == hi && log_scale)
        return (spk__axis){lo / 2, hi * 2, true};
    double half = lo < hi ? 0 : lo == 0 ? 1 : fabs(lo) * 0.1;
    return (spk__axis){lo - half, hi + half, log_scale};
}

/* q * 10^e as text without rounding: an integer, a decimal fraction, or d.ddeE. */
static void print_decimal(long long q, int e, char text[24]) {
    if (q == 0) {
        strcpy(text, "0");
        return;
    }
    for (; q % 10 == 0; e++)
        q /= 10;
    char digit[24];
    int n = snprintf(digit, sizeof digit, "%lld", q < 0 ? -q : q);
    const char *sign = q < 0 ? "-" : "";
    if (n > 17)
        n = 17; /* multiples() keeps it below; so that the compiler knows */
    if (e >= 0 && n + e <= 7)
        snprintf(text, 24, "%s%.*s%.*s", sign, n, digit, e, "0000000");
    else if (e < 0 && n + e > 0)
        snprintf(text, 24, "%s%.*s.%.*s", sign, n + e, digit, -e, digit + n + e);
    else if (e < 0 && e >= -6)
        snprintf(text, 24, "%s0.%.*s%.*s", sign, -e - n, "000000", n, digit);
    else
        snprintf(text, 24, "%s%c%s%.*se%d", sign, digit[0], n > 1 ? "." : "", n - 1, digit + 1,
                 e + n - 1);
}

static double power_of_ten(int e) {
    return e < 0 ? 1 / pow(10, -e) : pow(10, e);
}

/* A tick at the value, if it lies on the axis. */
static int add_tick(const spk__axis *a, long long q, int e, spk__tick *tick) {
    double at = spk__axis_at(a, (double)q * power_of_ten(e));
    if (!(at >= -1e-9 && at <= 1 + 1e-9))
        return 0;
    tick->at = at < 0 ? 0 : at > 1 ? 1 : at;
    print_decimal(q, e, tick->text);
    return 1;
}

/* Multiples of m * 10^e on the axis. Returns how many, or SPK__TICKS_MAX + 1 if they are too many.
 */
static int multiples(const spk__axis *a, int m, int e, spk__tick tick[SPK__TICKS_MAX]) {
    double step = m * power_of_ten(e);
    double first = ceil(a->lo / step - 1e-9), last = floor(a->hi / step + 1e-9);
    if (!(last - first < SPK__TICKS_MAX) || fabs(first) > 1e14 || fabs(last) > 1e14)
        return SPK__TICKS_MAX + 1;
    int n = 0;
    for (double k = first; k <= last; k++)
        n += add_tick(a, (long long)k * m, e, &tick[n]);
    return n;
}

/* Powers of ten, every stride-th; with stride 0 their doubles and fivefolds too. */
static int decades(const spk__axis *a, int stride, spk__tick tick[SPK__TICKS_MAX]) {
    static const int factor[] = {1, 2, 5};
    int first = (int)floor(log10(a->lo)), last = (int)ceil(log10(a->hi)), n = 0;
    for (int e = first; e <= last; e++)
        for (int i = 0; i < (stride ? 1 : 3); i++) {
            if (stride && e % stride != 0)
                continue;
            if (n == SPK__TICKS_MAX)
                return SPK__TICKS_MAX + 1;
            n += add_tick(a, factor[i], e, &tick[n]);
        }
    return n;
}

/* Whether neighbouring labels keep apart. */
static bool has_room(const spk__tick *tick, int n, int cells, bool across) {
    if (n > SPK__TICKS_MAX)
        return false;
    for (int i = 1; i < n; i++) {
        double apart = (tick[i].at - tick[i - 1].at) * (cells - 1);
        double need = 1.9;
        if (across)
            need = (spk__text_width(tick[i].text) + spk__text_width(tick[i - 1].text)) / 2.0 + 3;
        if (apart < need)
            return false;
    }
    return true;
}

static int linear_ticks(const spk__axis *a, int cells, bool across,
                        spk__tick tick[SPK__TICKS_MAX]) {
    static const int factor[] = {1, 2, 5};
    int top = (int)floor(log10(a->hi - a->lo));
    for (int e = top - 3; e <= top + 1; e++)
        for (int i = 0; i < 3; i++) {
            int n = multiples(a, factor[i], e, tick);
            if (has_room(tick, n, cells, across))
                return n;
        }
    return 0;
}

/* Of ones, doubles and fivefolds those that keep apart from the last one kept. */
static int thinned(const spk__axis *a, int cells, bool across, spk__tick tick[SPK__TICKS_MAX]) {
    int n = decades(a, 0, tick), kept = 0;
    for (int i = 0; i < n && n <= SPK__TICKS_MAX; i++) {
        tick[kept] = tick[i];
        if (kept == 0 || has_room(tick + kept - 1, 2, cells, across))
            kept++;
    }
    return kept;
}

int spk__axis_ticks(const spk__axis *a, int cells, bool across, spk__tick tick[SPK__TICKS_MAX]) {
    if (!a->log)
        return linear_ticks(a, cells, across, tick);
    for (int stride = 0; stride <= 12; stride++) {
        int n = decades(a, stride, tick);
        if (!has_room(tick, n, cells, across))
            continue;
        if (n >= 2)
            return n;
        break;
    }
    int n = linear_ticks(a, cells, across, tick);
    return n >= 2 ? n : thinned(a, cells, across, tick);
}

void spk__axis_widen(spk__axis *a, int cells) {
    if (a->log) {
        double lo = power_of_ten((int)floor(log10(a->lo) + 1e-9));
        double hi = power_of_ten((int)ceil(log10(a->hi) - 1e-9));
        /* To whole decades only where that does not squeeze the data. */
        if (log10(hi / lo) <= 1.5 * log10(a->hi / a->lo)) {
            a->lo = lo;
            a->hi = hi;
        }
        return;
    }
    spk__tick tick[SPK__TICKS_MAX];
    if (linear_ticks(a, cells, false, tick) < 2)
        return;
    /* To half a tick's step: a whole one would waste rows. */
    double step = (tick[1].at - tick[0].at) * (a->hi - a->lo) / 2;
    a->lo = floor(a->lo / step + 1e-9) * step;
    a->hi = ceil(a->hi / step - 1e-9) * step;
}

spk__area spk__area_beside(int label_columns, int width, int rows) {
    int labels = label_columns < width / 2 ? label_columns : width / 2;
    return (spk__area){labels + 2, 0, width - labels - 2, rows};
}

int spk__label_columns(const spk__tick *tick, int n, int at_least) {
    int columns = at_least;
    for (int i = 0; i < n; i++) {
        int width = spk__text_width(tick[i].text);
        if (width > columns)
            columns = width;
    }
    return columns;
}

void spk__draw_y_axis(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n) {
    for (int y = 0; y < a->height; y++)
        spk__canvas_put(c, a->x - 1, a->y + y, 0x2502, '|', SPK__GREY);
    for (int i = 0; i < n; i++) {
        /* The row of the dot that the value falls on. */
        int y = a->y + (int)lround((1 - tick[i].at) * (4 * a->height - 1)) / 4;
        spk__canvas_put(c, a->x - 1, y, 0x2524, '+', SPK__GREY);
        spk__canvas_text_right(c, a->x - 2, y, a->x - 2, tick[i].text, SPK__INK);
    }
}

static int tick_column(const spk__area *a, double at) {
    return a->x + (int)lround(at * (2 * a->width - 1)) / 2;
}

void spk__draw_x_line(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n) {
    int y = a->y + a->height;
    spk__canvas_put(c, a->x - 1, y, 0x2514, '+', SPK__GREY);
    for (int x = 0; x < a->width; x++)
        spk__canvas_put(c, a->x + x, y, 0x2500, '-', SPK__GREY);
    for (int i = 0; i < n; i++)
        spk__canvas_put(c, tick_column(a, tick[i].at), y, 0x252c, '+', SPK__GREY);
}

void spk__draw_x_axis(spk__canvas *c, const spk__area *a, const spk__tick *tick, int n,
                      const char *label) {
    spk__draw_x_line(c, a, tick, n);
    int y = a->y + a->height + 1;
    for (int i = 0; i < n; i++) {
        int width = spk__text_width(tick[i].text);
        int x = tick_column(a, tick[i].at) - width / 2;
        if (x + width > c->width)
            x = c->width - width;
        spk__canvas_text(c, x, y, width, tick[i].text, SPK__INK);
    }
    int x = a->x + (a->width - spk__text_width(label)) / 2;
    spk__canvas_text(c, x < 0 ? 0 : x, y + 1, c->width, label, SPK__INK);
}
