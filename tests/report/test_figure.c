/* Terminal figures: golden pages (tests/report/golden, looked at by people), and properties that hold for any
 * width: nothing is wider than asked, labels keep apart, ASCII stays ASCII. */
#include "test.h"

#include "report/canvas.h"
#include <spikefit/figure.h>

enum { N = 2000 };

/* What the figures show: 200 ms of two voltages that disagree about one spike, and their trains. */
typedef struct {
    double recorded[N], model[N], current[N], spike_a[16], spike_b[16];
    size_t n_a, n_b;
} scene;

static void make_voltage(double *v, const double *current, double gain, double *spike, size_t *n) {
    double u = -65;
    *n = 0;
    for (int i = 0; i < N; i++) {
        u += 0.1 * (-(u + 65) / 10 + gain * current[i] / 100);
        v[i] = u;
        if (u > -50) {
            v[i] = 30;
            u = -70;
            spike[(*n)++] = 1000 + i * 0.1;
        }
    }
}

static void make_scene(scene *s) {
    for (int i = 0; i < N; i++)
        s->current[i] = i < 300 ? 0 : 180 + (i / 100 % 3) * 30;
    make_voltage(s->recorded, s->current, 1, s->spike_a, &s->n_a);
    make_voltage(s->model, s->current, 0.97, s->spike_b, &s->n_b);
}

/* ---- the figures of the golden pages ---- */

typedef spk_status draw_fn(spk_ctx *ctx, const spk_figure_style *style, char **out);

static spk_status draw_traces(spk_ctx *ctx, const spk_figure_style *style, char **out) {
    static scene s;
    make_scene(&s);
    spk_curve current = {.label = "stimulus", .y = s.current, .n = N, .x_start = 1000, .x_step = 0.1};
    spk_curve voltage[2] = {
        {.label = "recorded", .y = s.recorded, .n = N, .x_start = 1000, .x_step = 0.1},
        {.label = "model", .y = s.model, .n = N, .x_start = 1000, .x_step = 0.1}};
    spk_panel panel[2] = {{"Held-out part", "current (pA)", &current, 1, 0, 0, false},
                          {NULL, "voltage (mV)", voltage, 2, -90, 40, false}};
    spk_line_figure f = {panel, 2, "time (ms)", 1000, 1200, false};
    return spk_figure_lines(ctx, &f, style, out);
}

static spk_status draw_convergence(spk_ctx *ctx, const spk_figure_style *style, char **out) {
    double evaluations[50], best[50], median[50];
    for (int i = 0; i < 50; i++) {
        evaluations[i] = 800 * (i + 1);
        best[i] = 0.02 + 2.0 / (1 + i * i);
        median[i] = i == 20 ? NAN : 0.05 + 4.0 / (1 + i);
    }
    spk_curve curve[2] = {{.label = "best", .x = evaluations, .y = best, .n = 50},
                          {.label = "median", .x = evaluations, .y = median, .n = 50}};
    spk_panel panel = {"Convergence", "loss", curve, 2, 0, 0, true};
    spk_line_figure f = {&panel, 1, "evaluations", 0, 40000, false};
    return spk_figure_lines(ctx, &f, style, out);
}

static spk_status draw_raster(spk_ctx *ctx, const spk_figure_style *style, char **out) {
    static scene s;
    make_scene(&s);
    spk_raster_row row[4] = {{"recorded 1", s.spike_a, s.n_a, 0},
                             {"recorded 2", s.spike_a, s.n_a - 2, 0},
                             {"model", s.spike_b, s.n_b, 1},
                             {"silent", NULL, 0, 1}};
    spk_raster_figure f = {"Spikes", row, 4, "time (ms)", 1000, 1200};
    return spk_figure_raster(ctx, &f, style, out);
}

static spk_status draw_histogram(spk_ctx *ctx, const spk_figure_style *style, char **out) {
    double few[20], many[400];
    for (int i = 0; i < 20; i++)
        few[i] = i * (20 - i) / 4.0;
    for (int i = 0; i < 400; i++)
        many[i] = i * (400 - i) / 2000.0;
    spk_histogram h[2] = {{"recorded", few, 20}, {"model", many, 400}};
    spk_histogram_figure f = {"Intervals", "interval (ms)", "count", h, 2, 0, 150, 0};
    return spk_figure_histogram(ctx, &f, style, out);
}

static spk_status draw_bars(spk_ctx *ctx, const spk_figure_style *style, char **out) {
    spk_bar bar[4] = {{"train", 0.83, 0.79, 0.87, "0.83 [0.79, 0.87]"},
                      {"test", 0.76, 0.68, 0.83, "0.76 [0.68, 0.83]"},
                      {"reliability", 0.858, NAN, NAN, "0.858"},
                      {"not scored", NAN, NAN, NAN, "-"}};
    spk_bar_figure f = {"Coincidence factor", "coincidence factor, \xc2\xb1" "2 ms", bar, 4, 0, 1};
    return spk_figure_bars(ctx, &f, style, out);
}

static const struct {
    const char *name;
    draw_fn *draw;
} figure[] = {{"traces", draw_traces},
              {"convergence", draw_convergence},
              {"raster", draw_raster},
              {"histogram", draw_histogram},
              {"bars", draw_bars}};
enum { N_FIGURES = sizeof figure / sizeof figure[0] };

/* ---- golden pages ---- */

static void compare_page(spk_ctx *ctx, size_t i, const char *variant, const spk_figure_style *style) {
    char path[512], *want = NULL, *got = NULL;
    const char *source = getenv("SPK_SOURCE");
    snprintf(path, sizeof path, "%s/tests/report/golden/%s_%s.txt", source ? source : ".",
             figure[i].name, variant);
    size_t length = 0;
    REQUIRE(figure[i].draw(ctx, style, &got) == SPK_OK);
    bool same = spk__read_file(ctx, path, 0, &want, &length) == SPK_OK && strcmp(want, got) == 0;
    if (!same)
        printf("# the page differs from %s:\n%s", path, got);
    CHECK(same);
    spk__free(ctx, want);
    spk_figure_free(ctx, got);
}

TEST(pages_are_as_people_saw_them) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < N_FIGURES; i++) {
        spk_figure_style style = SPK_FIGURE_STYLE_INIT;
        compare_page(ctx, i, "unicode", &style);
        style.colour = true;
        style.label_width = 15;
        compare_page(ctx, i, "colour", &style);
        style = (spk_figure_style){60, 5, 0, false, true};
        compare_page(ctx, i, "ascii", &style);
    }
    spk_ctx_free(ctx);
}

/* ---- properties at any width ---- */

static bool line_is_sound(const char *line, int n, int width, bool ascii) {
    int columns = 0;
    for (int i = 0; i < n; i++) {
        columns += (line[i] & 0xc0) != 0x80;
        if (ascii && (unsigned char)line[i] >= 0x80)
            return false;
    }
    return columns <= width && (n == 0 || line[n - 1] != ' ');
}

TEST(lines_fit_at_every_width) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    int bad = 0;
    for (int width = 30; width <= 133; width += 3)
        for (size_t i = 0; i < N_FIGURES; i++)
            for (int ascii = 0; ascii < 2; ascii++) {
                spk_figure_style style = {width, 3 + width % 9, width % 50, false, ascii};
                char *page = NULL;
                REQUIRE(figure[i].draw(ctx, &style, &page) == SPK_OK);
                for (char *line = page; *line;) {
                    char *end = strchr(line, '\n');
                    bad += !line_is_sound(line, (int)(end - line), width, ascii);
                    line = end + 1;
                }
                spk_figure_free(ctx, page);
            }
    CHECK(bad == 0);
    spk_ctx_free(ctx);
}

TEST(tick_labels_keep_apart) {
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 0, 0);
    for (int round = 0; round < 3000; round++) {
        double scale = pow(10, -8 + 16 * spk__rng_uniform(&r));
        double lo = (spk__rng_uniform(&r) - 0.5) * scale;
        spk__axis a = {lo, lo + scale * spk__rng_uniform(&r) * pow(10, -3 * spk__rng_uniform(&r)),
                       false};
        if (round % 3 == 0)
            a = (spk__axis){scale, scale * (1 + pow(10, 6 * spk__rng_uniform(&r) - 2)), true};
        bool across = round % 2;
        int cells = across ? 20 + round % 100 : 4 + round % 20;
        spk__tick tick[SPK__TICKS_MAX];
        int n = spk__axis_ticks(&a, cells, across, tick);
        double end = -10;
        for (int i = 0; i < n; i++) {
            double width = across ? spk__text_width(tick[i].text) : 1;
            double middle = tick[i].at * (cells - 1);
            if (middle - width / 2 < end + (across ? 1 : 0) || !(tick[i].at >= 0 && tick[i].at <= 1))
                CHECK(!"labels collide");
            end = middle + width / 2;
            /* The label says where its tick stands. */
            const char *after;
            double value;
            const char *text = tick[i].text;
            if (!spk__parse_double(text, text + strlen(text), &after, &value) || *after ||
                fabs(spk__axis_at(&a, value) - tick[i].at) > 1e-6)
                CHECK(!"a label is wrong");
        }
    }
}

static void check_ticks(double lo, double hi, bool log_scale, int cells, bool across,
                        const char *want) {
    spk__axis a = {lo, hi, log_scale};
    spk__tick tick[SPK__TICKS_MAX];
    char got[512] = "";
    int n = spk__axis_ticks(&a, cells, across, tick);
    for (int i = 0; i < n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "", tick[i].text);
    CHECK_STR(got, want);
}

TEST(ticks_are_round_numbers) {
    check_ticks(0, 1, false, 70, true, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1");
    check_ticks(0, 1, false, 40, true, "0 0.2 0.4 0.6 0.8 1");
    check_ticks(-90, 40, false, 10, false, "-50 0");
    check_ticks(0, 50000, false, 60, true, "0 10000 20000 30000 40000 50000");
    check_ticks(3400, 6800, false, 70, true, "3500 4000 4500 5000 5500 6000 6500");
    check_ticks(0, 3e-7, false, 40, true, "0 1e-7 2e-7 3e-7");
    check_ticks(0, 4e7, false, 50, true, "0 1e7 2e7 3e7 4e7");
    check_ticks(1.25e-3, 1.5e-3, false, 50, true, "0.00125 0.0013 0.00135 0.0014 0.00145 0.0015");
    check_ticks(0.01, 10, true, 10, false, "0.01 0.1 1 10");
    check_ticks(1, 9, true, 20, false, "1 2 5");
    check_ticks(1e-12, 1, true, 8, false, "1e-12 1e-8 0.0001 1");
    check_ticks(3, 4, true, 10, false, "3 3.5 4");
}

/* ---- edges ---- */

static void check_lines(const spk_line_figure *f, const char *want) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_figure_style style = {40, 3, 0, false, true};
    char *got = NULL;
    REQUIRE(spk_figure_lines(ctx, f, &style, &got) == SPK_OK);
    CHECK_STR(got, want);
    spk_figure_free(ctx, got);
    spk_ctx_free(ctx);
}

TEST(nothing_to_draw_gives_an_empty_frame) {
    double nan_value = NAN;
    spk_curve none = {.x_step = 1}, gap = {.y = &nan_value, .n = 1, .x_step = 1};
    spk_panel panel = {NULL, "V (mV)", &none, 1, 0, 0, false};
    spk_line_figure f = {&panel, 1, "time (ms)", 0, 10, false};
    const char *want = "V (mV)\n"
                       "1 +\n"
                       "  |\n"
                       "0 +\n"
                       "  ++------+------+-------+------+------+\n"
                       "   0      2      4       6      8     10\n"
                       "                 time (ms)\n";
    check_lines(&f, want);
    panel.curve = &gap;
    check_lines(&f, want);
}

TEST(a_constant_and_a_lone_point_show) {
    double one = 5, flat[3] = {2, 2, 2};
    spk_curve point = {.y = &one, .n = 1, .x_start = 5, .x_step = 1};
    spk_curve line = {.y = flat, .n = 3, .x_step = 5};
    spk_panel panel = {NULL, NULL, &point, 1, 0, 10, false};
    spk_line_figure f = {&panel, 1, NULL, 0, 10, false};
    check_lines(&f, "10 +\n"
                    "   |                  *\n"
                    " 0 +\n"
                    "   ++------+------+------+------+------+\n"
                    "    0      2      4      6      8     10\n"
                    "\n");
    panel = (spk_panel){NULL, NULL, &line, 1, 0, 0, false};
    check_lines(&f, "  |\n"
                    "2 +*************************************\n"
                    "  |\n"
                    "  ++------+------+-------+------+------+\n"
                    "   0      2      4       6      8     10\n"
                    "\n");
}

TEST(values_beyond_the_limits_are_cut_at_the_edge) {
    double y[5] = {-1e300, 5, INFINITY, 5, 1e300};
    spk_curve c = {.y = y, .n = 5, .x_step = 2.5};
    spk_panel panel = {NULL, NULL, &c, 1, 0, 10, false};
    spk_line_figure f = {&panel, 1, NULL, 0, 10, false};
    check_lines(&f, "10 +                          *\n"
                    "   |         *                *\n"
                    " 0 +         *\n"
                    "   ++------+------+------+------+------+\n"
                    "    0      2      4      6      8     10\n"
                    "\n");
}

TEST(strokes_stand_where_a_model_was_reset) {
    double y[5] = {-70, -60, -50, -70, -60}, spike[2] = {2.5, 99};
    spk_curve c = {.y = y, .n = 5, .x_step = 1, .spike_x = spike, .n_spikes = 2, .peak = 0};
    spk_panel panel = {.curve = &c, .n_curves = 1};
    spk_line_figure f = {&panel, 1, NULL, 0, 4, false};
    check_lines(&f, "0 +                       *\n"
                    "  |                       *\n"
                    "  |*************************************\n"
                    "  ++--------+--------+--------+--------+\n"
                    "   0        1        2        3        4\n"
                    "\n");
}

TEST(raster_tells_of_rows_it_left_out) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double t[3] = {0, 50, 50.1};
    spk_raster_row row[3] = {{"a", t, 3, 0}, {"b", t, 1, 0}, {"c", t, 1, 0}};
    spk_raster_figure f = {NULL, row, 3, "time (ms)", 0, 100};
    spk_figure_style style = {40, 2, 0, false, true};
    char *got = NULL;
    REQUIRE(spk_figure_raster(ctx, &f, &style, &got) == SPK_OK);
    CHECK_STR(got, "a  n=3 ||               #\n"
                   "b  n=1 ||\n"
                   "       ++-----+-----+------+-----+-----+\n"
                   "        0    20    40     60    80   100\n"
                   "                   time (ms)\n"
                   "        (1 more rows are not shown)\n");
    spk_figure_free(ctx, got);
    spk_ctx_free(ctx);
}

TEST(labels_may_hold_anything) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_bar bar = {"\033[31m\xff\xc3 naive \xe2\x82", 0.5, NAN, NAN, "\xce\xbcm\n"};
    spk_bar_figure f = {NULL, NULL, &bar, 1, 0, 1};
    for (int ascii = 0; ascii < 2; ascii++) {
        spk_figure_style style = {60, 0, 0, false, ascii};
        char *got = NULL;
        REQUIRE(spk_figure_bars(ctx, &f, &style, &got) == SPK_OK);
        CHECK(strchr(got, '\033') == NULL);
        CHECK(line_is_sound(got, (int)(strchr(got, '\n') - got), 60, ascii));
        CHECK(strstr(got, ascii ? "um" : "\xce\xbcm") != NULL);
        spk_figure_free(ctx, got);
    }
    spk_ctx_free(ctx);
}

TEST(wrong_styles_and_limits_are_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    char *got = NULL;
    style.width = 29;
    for (size_t i = 0; i < N_FIGURES; i++)
        CHECK(figure[i].draw(ctx, &style, &got) == SPK_ERR_USAGE);
    style.width = 80;
    spk_raster_figure raster = {NULL, NULL, 0, NULL, 5, 5};
    CHECK(spk_figure_raster(ctx, &raster, &style, &got) == SPK_ERR_USAGE);
    spk_histogram_figure histogram = {NULL, NULL, NULL, NULL, 0, 1, 0, 0};
    CHECK(spk_figure_histogram(ctx, &histogram, &style, &got) == SPK_ERR_USAGE);
    spk_bar_figure bars = {NULL, NULL, NULL, 0, 1, 0};
    CHECK(spk_figure_bars(ctx, &bars, &style, &got) == SPK_ERR_USAGE);
    spk_panel panel = {NULL, NULL, NULL, 0, -1, 1, true};
    spk_line_figure lines = {&panel, 1, NULL, 0, 1, false};
    CHECK(spk_figure_lines(ctx, &lines, &style, &got) == SPK_ERR_USAGE);
    lines.x_max = NAN;
    CHECK(spk_figure_lines(ctx, &lines, &style, &got) == SPK_ERR_USAGE);
    CHECK(got == NULL);
    spk_ctx_free(ctx);
}

static spk_status draw_all(spk_ctx *ctx) {
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    for (size_t i = 0; i < N_FIGURES; i++) {
        char *page = NULL;
        spk_status st = figure[i].draw(ctx, &style, &page);
        if (st)
            return st;
        spk_figure_free(ctx, page);
    }
    return SPK_OK;
}

TEST(every_allocation_may_fail) { check_every_allocation(draw_all); }

int main(void) {
    RUN(pages_are_as_people_saw_them);
    RUN(lines_fit_at_every_width);
    RUN(tick_labels_keep_apart);
    RUN(ticks_are_round_numbers);
    RUN(nothing_to_draw_gives_an_empty_frame);
    RUN(a_constant_and_a_lone_point_show);
    RUN(values_beyond_the_limits_are_cut_at_the_edge);
    RUN(strokes_stand_where_a_model_was_reset);
    RUN(raster_tells_of_rows_it_left_out);
    RUN(labels_may_hold_anything);
    RUN(wrong_styles_and_limits_are_refused);
    RUN(every_allocation_may_fail);
    return test_end();
}
