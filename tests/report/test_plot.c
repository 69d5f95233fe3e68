/* Figures for papers: every kind in every format, the size that was asked for, the same bytes each time. What they
 * look like is for eyes; that marks lie where the data are is read from the SVG here. */
#include "report/pages.h"

#include "report/canvas.h"
#include <spikefit/plot.h>

/* The font library keeps what it found until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libfontconfig\n";
}

static page *made; /* ten seconds of it would only cost time */

static char *draw(spk_ctx *ctx, const char *name, const spk_plot_options *o, spk_plot_format format,
                  size_t *length) {
    size_t kind = 0;
    char *bytes = NULL;
    *length = 0;
    CHECK(spk_plot_find(ctx, name, &kind) == SPK_OK);
    if (spk_plot_draw(ctx, &made->data, kind, o, format, &bytes, length)) {
        print_diags(ctx);
        CHECK(false);
    }
    return bytes;
}

static bool holds(const char *bytes, size_t length, const char *text) {
    size_t n = strlen(text);
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(bytes + i, text, n) == 0)
            return true;
    return false;
}

TEST(every_kind_draws_in_every_format_twice_the_same) {
    static const char *const magic[] = {"<?xml", "%PDF-", "\x89PNG"};
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    o.dpi = 72;
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t k = 0; k < spk_plot_count(); k++)
        for (int format = 0; format < 3; format++) {
            size_t n, again;
            const char *name = spk_plot_at(k).name;
            char *a = draw(ctx, name, &o, (spk_plot_format)format, &n);
            char *b = draw(ctx, name, &o, (spk_plot_format)format, &again);
            CHECK(a && b && n == again && n > 500 && memcmp(a, b, n) == 0);
            CHECK(a && memcmp(a, magic[format], strlen(magic[format])) == 0);
            CHECK(a && !holds(a, n, "CreationDate"));
            spk_plot_free(ctx, a);
            spk_plot_free(ctx, b);
        }
    spk_ctx_free(ctx);
}

/* 85 mm are 240.945 pt; 300 dots an inch make 1003.9 of them. */
TEST(sizes_are_those_asked_for) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    o.height_mm = 50.8;
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t k = 0; k < spk_plot_count(); k++) {
        size_t n;
        char *svg = draw(ctx, spk_plot_at(k).name, &o, SPK_PLOT_SVG, &n);
        CHECK(svg && holds(svg, n, "width=\"240.944882pt\" height=\"144pt\""));
        spk_plot_free(ctx, svg);
    }
    size_t n;
    unsigned char *png = (unsigned char *)draw(ctx, "isi", &o, SPK_PLOT_PNG, &n);
    CHECK(png && n > 24 && (png[18] << 8 | png[19]) == 1004 && (png[22] << 8 | png[23]) == 600);
    spk_plot_free(ctx, (char *)png);
    spk_ctx_free(ctx);
}

/* Vertical strokes of one colour: what a raster is made of. */
static size_t count_strokes(const char *svg, const char *colour) {
    size_t n = 0;
    for (const char *at = svg; (at = strstr(at, colour)); at++) {
        const char *d = strstr(at, " d=\""), *end = d ? strchr(d + 4, '"') : NULL;
        double x0, y0, x1, y1;
        int used;
        for (d = d ? d + 4 : NULL; d && d < end && sscanf(d, " M %lf %lf L %lf %lf%n", &x0, &y0, &x1, &y1, &used) == 4;
             d += used)
            n += x0 == x1 && y0 != y1;
    }
    return n;
}

/* #0072b2 is (0%, 44.7%, 69.8%): the recorded colour of palette.def. */
TEST(a_raster_has_a_stroke_for_each_spike_in_the_stretch) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    o.start_ms = 200;
    o.stop_ms = 700;
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t n, spikes = 0;
    for (int k = 0; k < PAGE_SWEEPS; k++)
        for (size_t i = 0; i < made->n_spikes[k]; i++)
            spikes += made->spike[k][i] >= 200 && made->spike[k][i] <= 700;
    char *svg = draw(ctx, "raster", &o, SPK_PLOT_SVG, &n);
    REQUIRE(svg);
    CHECK(spikes > 20);
    size_t got = count_strokes(svg, "stroke:rgb(0%,44.705882%,69.803922%)");
    if (got != spikes)
        printf("# %zu strokes for %zu spikes\n", got, spikes);
    CHECK(got == spikes);
    spk_plot_free(ctx, svg);
    spk_ctx_free(ctx);
}

/* Places of the filled dots of a colour, of which each is a path of curves: "M x y C ...". */
static size_t count_dots(const char *svg, const char *fill) {
    size_t n = 0;
    for (const char *at = svg; (at = strstr(at, fill)); at++) {
        const char *d = strstr(at, " d=\"M "), *end = strchr(at, '>');
        n += d && end && d < end && memchr(d, 'C', (size_t)(end - d)) != NULL;
    }
    return n;
}

/* #0072b2 recorded, #c04f00 model, #007a5a third, as percent. */
#define RECORDED "fill:rgb(0%,44.705882%,69.803922%)"
#define MODEL "fill:rgb(75.294118%,30.980392%,0%)"
#define THIRD "fill:rgb(0%,47.843137%,35.294118%)"

/* Three objectives make three panels; in each the chosen row and the knee stand out of the others. */
TEST(a_front_has_a_dot_for_each_row_in_each_panel) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t n;
    static const struct {
        const char *across, *up;
        size_t panels;
    } asked[] = {{NULL, NULL, 3}, {"voltage", NULL, 2}, {NULL, "rate", 2}, {"rate", "spikes", 1}};
    for (size_t i = 0; i < 4; i++) {
        o.across = asked[i].across;
        o.up = asked[i].up;
        char *svg = draw(ctx, "front", &o, SPK_PLOT_SVG, &n);
        REQUIRE(svg);
        CHECK(count_dots(svg, RECORDED) == asked[i].panels * (PAGE_FRONT - 2));
        CHECK(count_dots(svg, MODEL) == asked[i].panels);
        CHECK(count_dots(svg, THIRD) == asked[i].panels);
        spk_plot_free(ctx, svg);
    }
    spk_ctx_free(ctx);
}

TEST(a_posterior_has_each_particle_in_the_plane_of_each_two) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t n;
    char *svg = draw(ctx, "posterior", &o, SPK_PLOT_SVG, &n);
    REQUIRE(svg);
    CHECK(count_dots(svg, RECORDED) == PAGE_PARTICLES * PAGE_PARAMETERS * (PAGE_PARAMETERS - 1) / 2);
    spk_plot_free(ctx, svg);
    o.across = "C_m";
    o.up = "g_L";
    svg = draw(ctx, "posterior", &o, SPK_PLOT_SVG, &n);
    REQUIRE(svg);
    CHECK(count_dots(svg, RECORDED) == PAGE_PARTICLES);
    spk_plot_free(ctx, svg);
    o.up = "C_m"; /* one alone has no plane */
    svg = draw(ctx, "posterior", &o, SPK_PLOT_SVG, &n);
    REQUIRE(svg);
    CHECK(count_dots(svg, RECORDED) == 0);
    spk_plot_free(ctx, svg);
    spk_ctx_free(ctx);
}

/* From 23 to 420 there is one power of ten, and no step of 1, 2 or 5 that keeps apart at the upper end. */
TEST(a_short_logarithmic_axis_has_numbers) {
    spk__tick tick[SPK__TICKS_MAX];
    const spk__axis a = {23, 420, true};
    int n = spk__axis_ticks(&a, 16, true, tick);
    REQUIRE(n == 2);
    CHECK_STR(tick[0].text, "50");
    CHECK_STR(tick[1].text, "200");
}

TEST(terminals_get_the_kinds_that_say_so) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    style.ascii = true;
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t k = 0; k < spk_plot_count(); k++) {
        char *text = NULL;
        spk_status st = spk_plot_print(ctx, &made->data, k, &o, &style, &text);
        CHECK(st == (spk_plot_at(k).text ? SPK_OK : SPK_ERR_USAGE));
        for (const char *c = text; c && *c; c++)
            CHECK((unsigned char)*c < 128);
        size_t longest = 0, column = 0;
        for (const char *c = text; c && *c; c++) {
            column = *c == '\n' ? 0 : column + 1;
            longest = column > longest ? column : longest;
        }
        CHECK(longest <= 80);
        spk_figure_free(ctx, text);
    }
    spk_ctx_free(ctx);
}

static void check_refused(const char *name, const spk_plot_options *o, spk_status want, const char *message) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t kind, length;
    char *bytes = NULL;
    spk_status st = spk_plot_find(ctx, name, &kind);
    if (!st)
        st = spk_plot_draw(ctx, &made->data, kind, o, SPK_PLOT_SVG, &bytes, &length);
    CHECK(st == want && !bytes);
    CHECK_STR(last_message(ctx), message);
    spk_ctx_free(ctx);
}

TEST(what_cannot_be_drawn_is_said) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    check_refused("rastr", &o, SPK_ERR_USAGE, "there is no figure 'rastr'");
    o.width_mm = 5;
    check_refused("raster", &o, SPK_ERR_USAGE, "a width of 5 mm is outside 20 .. 1000 mm");
    o = (spk_plot_options)SPK_PLOT_OPTIONS_INIT;
    o.bin_ms = 5;
    check_refused("trace", &o, SPK_ERR_USAGE, "the figure trace has no bins of a given width");
    o.bin_ms = -5;
    check_refused("psth", &o, SPK_ERR_USAGE, "bins cannot be -5 ms wide");
    o = (spk_plot_options)SPK_PLOT_OPTIONS_INIT;
    o.start_ms = 500;
    o.stop_ms = 400;
    check_refused("trace", &o, SPK_ERR_USAGE, "500 .. 400 ms is no interval");
    o.stop_ms = 1e9;
    o.start_ms = 5e8;
    check_refused("trace", &o, SPK_ERR_USAGE,
                  "nothing of the sweep 'repeat 1', which goes from 0 to 1000 ms, would be seen");
    o = (spk_plot_options)SPK_PLOT_OPTIONS_INIT;
    o.sweep = "repeat 9";
    check_refused("raster", &o, SPK_ERR_USAGE, "the run has no sweep 'repeat 9'");
    o = (spk_plot_options)SPK_PLOT_OPTIONS_INIT;
    o.up = "C_x";
    check_refused("population", &o, SPK_ERR_USAGE, "no parameter 'C_x' was fitted");
    check_refused("posterior", &o, SPK_ERR_USAGE, "no parameter 'C_x' was fitted");
    check_refused("front", &o, SPK_ERR_USAGE, "the run has no objective 'C_x'");
    o.up = o.across = "rate";
    check_refused("front", &o, SPK_ERR_USAGE, "an objective has no front against itself");
}

TEST(what_is_not_there_is_said) {
    page *kept = made, bare = {0};
    made = &bare;
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    check_refused("trace", &o, SPK_ERR_FAILED, "there is nothing to draw as trace: the run has no voltage");
    check_refused("convergence", &o, SPK_ERR_FAILED,
                  "there is nothing to draw as convergence: the run has no search");
    for (size_t k = 0; k < spk_plot_count(); k++) {
        spk_ctx *ctx = spk_ctx_new(NULL);
        char *bytes = NULL;
        size_t length;
        CHECK(spk_plot_draw(ctx, &bare.data, k, &o, SPK_PLOT_SVG, &bytes, &length) == SPK_ERR_FAILED);
        spk_ctx_free(ctx);
    }
    made = kept;
}

static size_t drawn;
static spk_status draw_and_print(spk_ctx *ctx) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    char *bytes = NULL, *text = NULL;
    size_t length;
    spk_status st = spk_plot_draw(ctx, &made->data, drawn, &o, SPK_PLOT_PDF, &bytes, &length);
    if (!st && spk_plot_at(drawn).text)
        st = spk_plot_print(ctx, &made->data, drawn, &o, &style, &text);
    spk_plot_free(ctx, bytes);
    spk_figure_free(ctx, text);
    return st;
}

TEST(memory_may_be_short) {
    for (drawn = 0; drawn < spk_plot_count(); drawn++)
        check_every_allocation(draw_and_print);
}

int main(void) {
    made = page_new(1, 0.1, true);
    RUN(every_kind_draws_in_every_format_twice_the_same);
    RUN(sizes_are_those_asked_for);
    RUN(a_raster_has_a_stroke_for_each_spike_in_the_stretch);
    RUN(a_front_has_a_dot_for_each_row_in_each_panel);
    RUN(a_posterior_has_each_particle_in_the_plane_of_each_two);
    RUN(a_short_logarithmic_axis_has_numbers);
    RUN(terminals_get_the_kinds_that_say_so);
    RUN(what_cannot_be_drawn_is_said);
    RUN(what_is_not_there_is_said);
    RUN(memory_may_be_short);
    page_free(made);
    return test_end();
}
