/* The HTML report's text and packed numbers. What the page does in a browser is tested by test_page.py, which has
 * this program write pages: test_report_html page small|large FILE. */
#include "report/pages.h"

#include "report/html.h"
#include "report/series.h"
#include <zlib.h>

static char *page_text(const spk_report_data *d, size_t *length) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *html = NULL;
    CHECK(spk_report_html(ctx, d, &html, length) == SPK_OK);
    char *copy = html ? strndup(html, *length) : strdup("");
    spk_report_free(ctx, html);
    spk_ctx_free(ctx);
    return copy;
}

static size_t count(const char *text, const char *part) {
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at++)
        n++;
    return n;
}

TEST(the_page_is_whole_and_needs_nothing_else) {
    page *p = page_new(1, 0.1, true);
    size_t length = 0;
    char *html = page_text(&p->data, &length);
    CHECK(strlen(html) == length);
    CHECK(strncmp(html, "<!DOCTYPE html>", 15) == 0);
    CHECK(strstr(html, "d3js.org v5") != NULL);
    CHECK(count(html, "<script src") == 0 && count(html, "<link") == 0 && count(html, "@import") == 0);
    CHECK(strstr(html, "default-src 'none'") != NULL);
    CHECK(count(html, "<section ") == 11);
    /* The diagnosis comes first and says a thing a line. */
    const char *at = strstr(html, "<section id=\"diagnosis\">"), *scores = strstr(html, "<section id=\"scores\">");
    CHECK(at && scores && at < scores);
    CHECK(at && strstr(at, "<li>85 % of the candidates never spiked: &lt;b&gt;lower&lt;/b&gt; the threshold.</li>\n"
                           "<li>V_th ended at its bound.</li>") != NULL);
    CHECK(at && strstr(at, "<td>van_rossum</td><td class=\"number\">0.2</td><td class=\"number\">0.11</td>"
                           "<td class=\"number\">0.09 to 3.1</td>") != NULL);
    CHECK(strstr(html, "<p>What the data determine best:</p>") != NULL);
    p->data.poor = false;
    char *good = page_text(&p->data, &length);
    CHECK(strstr(good, "id=\"diagnosis\"") == NULL);
    CHECK(strstr(good, "<section id=\"terms\">") > strstr(good, "<section id=\"search\">"));
    free(good);
    free(html);
    page_free(p);
}

/* Two in three particles in the lower half of g_L, which is searched on a logarithmic scale: from 1 to 10 of 1 to 100. */
TEST(marginals_are_densities_between_the_bounds) {
    enum { N = 300, HALF = 200 };
    double value[N], weight[N], prior[3] = {0, 1, 2};
    spk_report_parameter q = {.name = "g_L", .unit = "nS", .low = 1, .high = 100, .log = true};
    for (int i = 0; i < N; i++) {
        double part = i < HALF ? 0.5 * i / HALF : 0.5 + 0.5 * (i - HALF + 1) / (N - HALF);
        value[i] = pow(100, part);
        weight[i] = 1.0 / N;
    }
    spk_report_data d = {.title = "x", .parameter = &q, .n_parameters = 1};
    d.posterior = (spk_report_posterior){.value = value, .weight = weight, .n = N, .prior = prior, .n_prior = 3};
    spk__marginal m;
    spk__marginal_find(&d, 0, &m);
    CHECK_NEAR(m.edge[0], 1, 1e-12);
    CHECK_NEAR(m.edge[SPK__MARGINAL_BINS / 2], 10, 1e-9);
    CHECK_NEAR(m.edge[SPK__MARGINAL_BINS], 100, 1e-9);
    double low = 0, all = 0;
    for (int i = 0; i < SPK__MARGINAL_BINS; i++) {
        all += m.density[i] / SPK__MARGINAL_BINS;
        low += i < SPK__MARGINAL_BINS / 2 ? m.density[i] / SPK__MARGINAL_BINS : 0;
        CHECK_NEAR(m.prior[i], 2 * (i + 0.5) / SPK__MARGINAL_BINS, 1e-9);
    }
    CHECK_NEAR(all, 1, 1e-9);
    CHECK_NEAR(low, 2.0 / 3, 0.01);
}

TEST(texts_cannot_break_out) {
    spk_report_data d = {.title = "a</title><script>alert(1)</script>",
                         .summary = "<img src=x onerror=alert(1)> & more",
                         .study = "</pre><script>alert(2)</script>"};
    spk_report_parameter q = {.name = "</script><script>alert(3)</script>", .unit = "\"\\\n", .value = 1};
    d.parameter = &q;
    d.n_parameters = 1;
    size_t length = 0;
    char *html = page_text(&d, &length);
    CHECK(strstr(html, "<script>alert") == NULL);
    CHECK(strstr(html, "<img") == NULL);
    CHECK(strstr(html, "\\u003c/script>\\u003cscript>alert(3)") != NULL);
    CHECK(strstr(html, "\"\\u0022\\u005c\\u000a\"") != NULL);
    free(html);
}

/* Undoes base64 and zlib, as the page does. */
static size_t unpack(const char *block, unsigned char *out, size_t room) {
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char bytes[8192];
    size_t n = 0;
    const char *at = strchr(block, '>') + 1;
    for (; *at != '<' && n + 3 < sizeof bytes; at += 4) {
        uint32_t word = 0;
        for (int k = 0; k < 4; k++)
            word = word << 6 | (at[k] == '=' ? 0 : (uint32_t)(strchr(digit, at[k]) - digit));
        for (int k = 0; k < 3; k++)
            if (at[k + 1] != '=')
                bytes[n++] = (unsigned char)(word >> (16 - 8 * k));
    }
    uLongf got = room;
    return uncompress(out, &got, bytes, n) == Z_OK ? got : 0;
}

TEST(packed_traces_keep_their_values) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    enum { N = 500 };
    double v[N];
    for (int i = 0; i < N; i++)
        v[i] = i == 77 ? (double)NAN : -70 + 100 * sin(i * 0.3) * exp(-i / 100.0);
    spk__packer p = {.ctx = ctx, .blocks = {.ctx = ctx}};
    spk__str s = {.ctx = ctx};
    spk_trace t = {v, N, 12.5, 0.1};
    CHECK(spk__pack_trace(&p, &s, &t, 0.005) == SPK_OK);
    CHECK(spk__pack_trace(&p, &s, &t, 0.005) == SPK_OK);
    CHECK(p.n == 1 && count(p.blocks.text, "<script") == 1); /* the same block once */
    double offset = 0, step = 0;
    CHECK(sscanf(s.text, "{\"block\":0,\"n\":500,\"start\":12.5,\"dt\":0.1,\"offset\":%lf,\"step\":%lf}", &offset,
                 &step) == 2);
    CHECK(step <= 0.005);
    static unsigned char bytes[2 * N];
    REQUIRE(unpack(p.blocks.text, bytes, sizeof bytes) == 2 * N);
    int16_t code = 0;
    for (int i = 0; i < N; i++) {
        code = (int16_t)(code + (bytes[i] | bytes[N + i] << 8));
        if (i == 77)
            CHECK(code == -32768);
        else
            CHECK_NEAR(offset + code * step, v[i], step * 0.5000001);
    }
    spk__packer_free(&p);
    spk__str_free(&s);
    spk_ctx_free(ctx);
}

TEST(flat_and_empty_traces_can_be_packed) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double flat[3] = {5, 5, 5}, none[2] = {NAN, INFINITY};
    spk__packer p = {.ctx = ctx, .blocks = {.ctx = ctx}};
    spk__str s = {.ctx = ctx};
    spk_trace t = {flat, 3, 0, 1}, u = {none, 2, 0, 1}, e = {flat, 0, 0, 1};
    CHECK(spk__pack_trace(&p, &s, &t, 0) == SPK_OK);
    CHECK(spk__pack_trace(&p, &s, &u, 0) == SPK_OK);
    CHECK(spk__pack_trace(&p, &s, &e, 0) == SPK_OK);
    spk__packer_free(&p);
    spk__str_free(&s);
    spk_ctx_free(ctx);
}

TEST(contradictions_are_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *html = NULL;
    size_t length = 0;
    double one = 1;
    spk_report_generation g = {.point = &one, .loss = &one, .n = 1};
    spk_report_data d = {.title = "x", .generation = &g, .n_generations = 1};
    CHECK(spk_report_html(ctx, &d, &html, &length) == SPK_ERR_INPUT);
    spk_report_window window = {5, 5, true};
    spk_report_sweep sweep = {.name = "s", .window = &window, .n_windows = 1};
    d = (spk_report_data){.title = "x", .sweep = &sweep, .n_sweeps = 1};
    CHECK(spk_report_html(ctx, &d, &html, &length) == SPK_ERR_INPUT);
    sweep = (spk_report_sweep){.name = "s", .current_pA = {&one, 1, 0, 0}};
    CHECK(spk_report_html(ctx, &d, &html, &length) == SPK_ERR_INPUT);
    CHECK(html == NULL);
    spk_ctx_free(ctx);
}

/* A page at rest may ask nobody; one that follows a fit asks where it came from, and has the script for it. */
TEST(only_a_live_page_may_ask) {
    page *p = page_new(1, 0.1, false);
    spk_report_live live = {.version = 7, .words = "34 % <done>"};
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *html = NULL, *still = NULL;
    size_t length, still_length;
    CHECK(spk_report_html(ctx, &p->data, &still, &still_length) == SPK_OK);
    CHECK(spk_report_live_html(ctx, &p->data, &live, &html, &length) == SPK_OK);
    REQUIRE(html && still);
    CHECK(count(still, "connect-src") == 0 && count(still, "fetch('state") == 0 && count(still, "id=\"live\"") == 0);
    CHECK(count(html, "connect-src 'self'") == 1 && count(html, "fetch('state") == 1);
    CHECK(strstr(html, "data-version=\"7\">34 % &lt;done&gt;<") != NULL);
    spk_report_free(ctx, html);
    spk_report_free(ctx, still);
    spk_ctx_free(ctx);
    page_free(p);
}

/* The state has the numbers of the page's own data: the blocks are the same, in the same order. */
TEST(the_state_carries_what_the_page_carries) {
    page *p = page_new(1, 0.1, false);
    spk_report_live live = {.version = 8, .ended = true, .words = "over"};
    spk_ctx *ctx = spk_ctx_new(NULL);
    char *html = NULL, *json = NULL;
    size_t length;
    CHECK(spk_report_html(ctx, &p->data, &html, &length) == SPK_OK);
    CHECK(spk_report_live_state(ctx, &p->data, &live, &json, &length) == SPK_OK);
    REQUIRE(html && json);
    CHECK(strlen(json) == length);
    const char begin[] = "{\"live\":{\"version\":8,\"ended\":true,\"words\":\"over\"},\"blocks\":[\"";
    CHECK(strncmp(json, begin, sizeof begin - 1) == 0);
    const char *first = strstr(html, "id=\"p0\">") + 8, *blocks = strstr(json, "\"blocks\":[\"") + 11;
    size_t n = strcspn(first, "<");
    CHECK(n > 1000 && strncmp(first, blocks, n) == 0 && blocks[n] == '"');
    const char *data = strstr(html, "id=\"data\">") + 10, *object = strstr(json, "],\"data\":");
    size_t m = (size_t)(strstr(data, "</script>") - data);
    CHECK(object && strncmp(object + 9, data, m) == 0);
    spk_report_free(ctx, html);
    spk_report_free(ctx, json);
    spk_ctx_free(ctx);
    page_free(p);
}

static page *shared_page;
static spk_status make_page(spk_ctx *ctx) {
    spk_report_live live = {.version = 1, .words = "words"};
    char *html = NULL, *json = NULL;
    size_t length = 0;
    spk_status st = spk_report_live_html(ctx, &shared_page->data, &live, &html, &length);
    if (!st)
        st = spk_report_live_state(ctx, &shared_page->data, &live, &json, &length);
    spk_report_free(ctx, html);
    spk_report_free(ctx, json);
    return st;
}

TEST(every_allocation_may_fail) {
    shared_page = page_new(0.2, 1, true);
    check_every_allocation(make_page);
    page_free(shared_page);
}

static int write_page(const char *kind, const char *path) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    /* The large one: 60 s at 20 kHz, eight repeats. */
    page *p = strcmp(kind, "large") == 0 ? page_new(60, 0.05, false) : page_new(10, 0.1, true);
    spk_status st = spk_report_write(ctx, &p->data, path);
    page_free(p);
    spk_ctx_free(ctx);
    return st != SPK_OK;
}

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "page") == 0)
        return write_page(argv[2], argv[3]);
    RUN(the_page_is_whole_and_needs_nothing_else);
    RUN(marginals_are_densities_between_the_bounds);
    RUN(texts_cannot_break_out);
    RUN(packed_traces_keep_their_values);
    RUN(flat_and_empty_traces_can_be_packed);
    RUN(contradictions_are_refused);
    RUN(only_a_live_page_may_ask);
    RUN(the_state_carries_what_the_page_carries);
    RUN(every_allocation_may_fail);
    return test_end();
}
