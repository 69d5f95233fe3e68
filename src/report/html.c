/* The page: texts, empty sections that the scripts fill, data, scripts. */
#include "report/html.h"
#include "report/palette.h"
#include "report/series.h"

static void add_asset(spk__str *s, const char *open, spk__asset a, const char *close) {
    spk__str_add(s, "%s", open);
    spk__str_addn(s, a.text, a.length);
    spk__str_add(s, "%s\n", close);
}

static void add_paragraph(spk__str *s, const char *cls, const char *text) {
    if (!text || !*text)
        return;
    spk__str_add(s, "<p class=\"%s\">", cls);
    spk__html_text(s, text);
    spk__str_add(s, "</p>\n");
}

static void add_pre(spk__str *s, const char *cls, const char *text) {
    spk__str_add(s, "<pre class=\"%s\">", cls);
    spk__html_text(s, text);
    spk__str_add(s, "</pre>\n");
}

static void add_colours(spk__str *s, const char *selector, bool dark) {
    spk__str_add(s, "%s {", selector);
    for (spk__colour c = 0; c < SPK__COLOUR_COUNT; c++) {
        spk__palette_entry e = spk__palette(c);
        spk__str_add(s, " --%s: #%06x;", e.name, (unsigned)(dark ? e.dark : e.light));
    }
    spk__str_add(s, " }\n");
}

void spk__html_head(spk__str *s, const char *title, bool live) {
    spk__str_add(
        s,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:%s\">\n<title>",
        live ? "; connect-src 'self'" : "");
    spk__html_text(s, title);
    spk__str_add(s, "</title>\n");
    spk__str_add(s, "<style>\n");
    add_colours(s, ":root", false);
    add_colours(s, ":root[data-theme=\"dark\"]", true);
    add_asset(s, "", spk__asset_css(), "</style>");
    spk__str_add(s, "</head>\n<body>\n<header>\n<div class=\"top\"><h1>");
    spk__html_text(s, title);
    spk__str_add(
        s, "</h1><button type=\"button\" id=\"theme\" title=\"Light or dark\">Light / dark</button>"
           "</div>\n");
}

static void add_head(spk__str *s, const spk_report_data *d, const spk_report_live *live) {
    spk__html_head(s, d->title, live != NULL);
    if (live) {
        spk__str_add(s, "<p class=\"summary\" id=\"live\" role=\"status\" data-version=\"%llu\">",
                     (unsigned long long)live->version);
        spk__html_text(s, live->words);
        spk__str_add(s, "</p>\n");
    }
    add_paragraph(s, "summary", d->summary);
    add_paragraph(s, "warning", d->warning);
}

/* ---- sections ---- */

static void add_list(spk__str *s, const char *heading, const char *const *text, size_t n) {
    if (n)
        spk__str_add(s, "<p>%s</p>\n<ul>\n", heading);
    for (size_t i = 0; i < n; i++) {
        spk__str_add(s, "<li>");
        spk__html_text(s, text[i]);
        spk__str_add(s, "</li>\n");
    }
    if (n)
        spk__str_add(s, "</ul>\n");
}

static void add_parameters(spk__str *s, const spk_report_data *d) {
    add_paragraph(s, "", d->known);
    add_list(s, "Directions that the data hardly tell apart:", d->correlation, d->n_correlations);
    add_list(s, "What the data determine best:", &d->known_best, d->known_best != NULL);
}

static void add_terms(spk__str *s, const spk_report_data *d) {
    char buf[32];
    if (!d->n_terms)
        return;
    spk__str_add(s, "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">term of the loss</th>"
                    "<th class=\"number\" scope=\"col\">weight</th><th class=\"number\" scope=\"col\">"
                    "at the best fit</th><th class=\"number\" scope=\"col\">over the search</th></tr>"
                    "</thead><tbody>\n");
    for (size_t i = 0; i < d->n_terms; i++) {
        const spk_report_term *t = &d->term[i];
        spk__str_add(s, "<tr><td>");
        spk__html_text(s, t->name);
        for (size_t k = 0; k < 4; k++)
            spk__str_add(s, k < 3 ? "</td><td class=\"number\">%s" : " to %s",
                         spk__value_text((const double[]){t->weight, t->best, t->low, t->high}[k], buf));
        spk__str_add(s, "</td></tr>\n");
    }
    spk__str_add(s, "</tbody></table></div>\n");
}

static void add_diagnosis(spk__str *s, const spk_report_data *d) {
    if (d->diagnosis && *d->diagnosis)
        spk__str_add(s, "<ul class=\"diagnosis%s\">\n", d->poor ? " warning" : "");
    for (const char *at = d->diagnosis; at && *at;) {
        size_t n = strcspn(at, "\n");
        spk__str_add(s, "<li>");
        spk__html_textn(s, at, n);
        spk__str_add(s, "</li>\n");
        at += n + (at[n] == '\n');
    }
    if (d->diagnosis && *d->diagnosis)
        spk__str_add(s, "</ul>\n");
    add_terms(s, d);
}

/* Sections in the order of the page, with what stands in them as text; the scripts add figures. */
static const struct {
    const char *id, *title;
    void (*text)(spk__str *s, const spk_report_data *d);
} sections[] = {{"diagnosis", "Why the fit is poor, and what to try", add_diagnosis},
                {"scores", "Scores", NULL},
                {"traces", "Recording and model", NULL},
                {"spikes", "Spikes", NULL},
                {"network", "Network", NULL},
                {"front", "Several objectives", NULL},
                {"posterior", "Posterior", NULL},
                {"parameters", "Parameters", add_parameters},
                {"search", "Search", NULL},
                {"terms", "What stood out in the search", add_diagnosis}};

static bool has_section(const spk_report_data *d, size_t i) {
    bool told = d->n_terms > 0 || (d->diagnosis && *d->diagnosis);
    const bool has[] = {told && d->poor,
                        d->n_scores > 0,
                        d->n_sweeps > 0,
                        d->n_sweeps > 0,
                        d->n_rasters + d->n_distributions > 0,
                        d->front.n > 0,
                        d->posterior.n > 0,
                        d->n_parameters > 0,
                        d->n_generations > 1 || d->n_failures > 0,
                        told && !d->poor};
    return has[i];
}

static void add_sections(spk__str *s, const spk_report_data *d) {
    enum { COUNT = sizeof sections / sizeof sections[0] };
    spk__str_add(s, "<nav aria-label=\"sections\"><ul>\n");
    for (size_t i = 0; i < COUNT; i++)
        if (has_section(d, i))
            spk__str_add(s, "<li><a href=\"#%s\">%s</a></li>\n", sections[i].id, sections[i].title);
    spk__str_add(
        s,
        "<li><a href=\"#model\">Model</a></li>\n<li><a href=\"#origin\">How it was made</a></li>\n"
        "</ul></nav>\n</header>\n<main>\n");
    for (size_t i = 0; i < COUNT; i++) {
        if (!has_section(d, i))
            continue;
        spk__str_add(s, "<section id=\"%s\"><h2>%s</h2>\n", sections[i].id, sections[i].title);
        if (sections[i].text)
            sections[i].text(s, d);
        spk__str_add(s, "</section>\n");
    }
}

static void add_model(spk__str *s, const spk_report_data *d) {
    spk__str_add(s, "<section id=\"model\"><h2>Model");
    if (d->model_name) {
        spk__str_add(s, ": ");
        spk__html_text(s, d->model_name);
    }
    spk__str_add(s, "</h2>\n");
    if (d->model_doc && *d->model_doc)
        add_pre(s, "wrap", d->model_doc);
    if (d->model_equations && *d->model_equations) {
        spk__str_add(s, "<details><summary>Equations as they were compiled</summary>\n");
        add_pre(s, "", d->model_equations);
        spk__str_add(s, "</details>\n");
    }
    spk__str_add(s, "</section>\n");
}

static void add_origin(spk__str *s, const spk_report_data *d) {
    spk__str_add(s, "<section id=\"origin\"><h2>How it was made</h2>\n");
    if (d->command) {
        spk__str_add(s, "<p>To run it again:</p>\n");
        add_pre(s, "wrap", d->command);
    }
    if (d->n_facts > 0) {
        spk__str_add(s, "<dl>\n");
        for (size_t i = 0; i < d->n_facts; i++) {
            spk__str_add(s, "<dt>");
            spk__html_text(s, d->fact[i].label);
            spk__str_add(s, "</dt><dd>");
            spk__html_text(s, d->fact[i].value);
            spk__str_add(s, "</dd>\n");
        }
        spk__str_add(s, "</dl>\n");
    }
    if (d->study) {
        spk__str_add(s, "<details open><summary>The study as run</summary>\n");
        add_pre(s, "", d->study);
        spk__str_add(s, "</details>\n");
    }
    spk__str_add(s, "</section>\n</main>\n<footer>Made by spikefit. This page needs no network: "
                    "everything it shows is inside it.</footer>\n");
}

static spk_status build(spk_ctx *ctx, const spk_report_data *data, const spk_report_live *live,
                        char **html, size_t *length) {
    spk__packer packer = {.ctx = ctx, .blocks = {.ctx = ctx}};
    spk__str json = {.ctx = ctx}, page = {.ctx = ctx};
    spk_status st = spk__report_json(data, &packer, &json);
    if (st)
        goto out;
    add_head(&page, data, live);
    add_sections(&page, data);
    add_model(&page, data);
    add_origin(&page, data);
    if (packer.blocks.length)
        spk__str_addn(&page, packer.blocks.text, packer.blocks.length);
    spk__str_add(&page, "<script type=\"application/json\" id=\"data\">");
    spk__str_addn(&page, json.text, json.length);
    spk__str_add(&page, "</script>\n");
    add_asset(&page, "<script>", spk__asset_d3(), "</script>");
    for (size_t i = 0; spk__asset_script(i).length; i++)
        add_asset(&page, "<script>\n", spk__asset_script(i), "</script>");
    if (live)
        add_asset(&page, "<script>\n", spk__asset_live(), "</script>");
    spk__str_add(&page, "</body>\n</html>\n");
    st = page.failed ? SPK_ERR_MEMORY : SPK_OK;
out:
    spk__packer_free(&packer);
    spk__str_free(&json);
    if (st) {
        spk__str_free(&page);
        return st;
    }
    *html = page.text;
    *length = page.length;
    return SPK_OK;
}

spk_status spk_report_html(spk_ctx *ctx, const spk_report_data *data, char **html, size_t *length) {
    return build(ctx, data, NULL, html, length);
}

spk_status spk_report_live_html(spk_ctx *ctx, const spk_report_data *data,
                                const spk_report_live *live, char **html, size_t *length) {
    return build(ctx, data, live, html, length);
}

spk_status spk_report_live_state(spk_ctx *ctx, const spk_report_data *data,
                                 const spk_report_live *live, char **json, size_t *length) {
    spk__packer packer = {.ctx = ctx, .blocks = {.ctx = ctx}, .json = true};
    spk__str object = {.ctx = ctx}, out = {.ctx = ctx};
    spk_status st = spk__report_json(data, &packer, &object);
    if (!st) {
        spk__str_add(&out, "{\"live\":{\"version\":%llu,\"ended\":%s,\"words\":",
                     (unsigned long long)live->version, live->ended ? "true" : "false");
        spk__json_string(&out, live->words);
        spk__str_add(&out, "},\"blocks\":[");
        if (packer.blocks.length)
            spk__str_addn(&out, packer.blocks.text, packer.blocks.length);
        spk__str_add(&out, "],\"data\":");
        spk__str_addn(&out, object.text, object.length);
        spk__str_add(&out, "}");
        st = out.failed ? SPK_ERR_MEMORY : SPK_OK;
    }
    spk__packer_free(&packer);
    spk__str_free(&object);
    if (st) {
        spk__str_free(&out);
        return st;
    }
    *json = out.text;
    *length = out.length;
    return SPK_OK;
}

void spk_report_free(spk_ctx *ctx, char *html) {
    spk__free(ctx, html);
}

spk_status spk_report_write(spk_ctx *ctx, const spk_report_data *data, const char *path) {
    char *html = NULL;
    size_t length = 0;
    spk_status st = spk_report_html(ctx, data, &html, &length);
    if (!st)
        st = spk__write_file_atomic(ctx, path, html, length);
    spk_report_free(ctx, html);
    return st;
}
