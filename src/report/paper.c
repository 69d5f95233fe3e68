/* Sheets and marks on them, by cairo (https://www.cairographics.org). */
#include "report/paper.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>

static cairo_status_t take_bytes(void *user, const unsigned char *data, unsigned int length) {
    spk__str *s = user;
    spk__str_addn(s, (const char *)data, length);
    return s->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *new_surface(spk__paper *p, double dpi) {
    const double scale = dpi / 72;
    cairo_surface_t *s;
    switch (p->format) {
    case SPK_PLOT_PDF:
        s = cairo_pdf_surface_create_for_stream(take_bytes, &p->bytes, p->width, p->height);
        /* Else it would be the time of the day. */
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE, "");
        return s;
    case SPK_PLOT_SVG:
        return cairo_svg_surface_create_for_stream(take_bytes, &p->bytes, p->width, p->height);
    default:
        s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(p->width * scale + 0.5),
                                       (int)(p->height * scale + 0.5));
        cairo_surface_set_device_scale(s, scale, scale);
        return s;
    }
}

spk_status spk__paper_open(spk_ctx *ctx, spk_plot_format format, double width, double height,
                           double font, double dpi, spk__paper *out) {
    *out = (spk__paper){.ctx = ctx,
                        .format = format,
                        .width = width,
                        .height = height,
                        .font = font,
                        .bytes = {.ctx = ctx}};
    out->surface = new_surface(out, dpi);
    out->cr = cairo_create(out->surface);
    cairo_select_font_face(out->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(out->cr, font);
    /* Text is set alike whatever the device: widths do not snap to pixels. */
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(out->cr, options);
    cairo_font_options_destroy(options);
    cairo_set_line_join(out->cr, CAIRO_LINE_JOIN_ROUND);
    spk__paper_colour(out, SPK__COLOUR_GROUND, 1);
    cairo_paint(out->cr);
    return SPK_OK;
}

/* cairo numbers its surfaces since the program began; the group that nothing refers to loses its
 * number. */
static void forget_number(spk__str *svg) {
    static const char name[] = "<g id=\"surface";
    char *at = svg->text ? strstr(svg->text, name) : NULL;
    if (!at)
        return;
    char *digit = at + strlen(name), *rest = digit + strspn(digit, "0123456789");
    memmove(digit, rest, strlen(rest) + 1);
    svg->length -= (size_t)(rest - digit);
}

spk_status spk__paper_finish(spk__paper *p, char **bytes, size_t *length) {
    cairo_status_t problem = cairo_status(p->cr);
    cairo_destroy(p->cr);
    if (bytes && !problem && p->format == SPK_PLOT_PNG)
        problem = cairo_surface_write_to_png_stream(p->surface, take_bytes, &p->bytes);
    cairo_surface_finish(p->surface);
    if (!problem)
        problem = cairo_surface_status(p->surface);
    cairo_surface_destroy(p->surface);
    spk_status st = p->bytes.failed ? SPK_ERR_MEMORY : SPK_OK;
    if (!st && problem && bytes)
        st = spk__fail(p->ctx, SPK_ERR_FAILED, NULL, "try another size",
                       "cannot draw the figure: %s", cairo_status_to_string(problem));
    if (st || !bytes) {
        spk__str_free(&p->bytes);
        return st;
    }
    if (p->format == SPK_PLOT_SVG)
        forget_number(&p->bytes);
    *bytes = p->bytes.text;
    *length = p->bytes.length;
    return SPK_OK;
}

/* ---- marks ---- */

void spk__paper_colour(spk__paper *p, spk__colour c, double opacity) {
    uint32_t rgb = spk__palette(c).light;
    cairo_set_source_rgba(p->cr, (rgb >> 16) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0,
                          opacity);
}

void spk__paper_line(spk__paper *p, double x0, double y0, double x1, double y1, double width) {
    cairo_set_line_width(p->cr, width);
    cairo_move_to(p->cr, x0, y0);
    cairo_line_to(p->cr, x1, y1);
    cairo_stroke(p->cr);
}

void spk__paper_dashes(spk__paper *p, int pattern) {
    static const double dash[][2] = {{0, 0}, {3, 1.5}, {0.8, 1.2}};
    cairo_set_dash(p->cr, dash[pattern % 3], pattern % 3 ? 2 : 0, 0);
}

void spk__paper_rectangle(spk__paper *p, double x, double y, double width, double height) {
    cairo_rectangle(p->cr, x, y, width, height);
    cairo_fill(p->cr);
}

void spk__paper_dot(spk__paper *p, double x, double y, double radius) {
    cairo_new_sub_path(p->cr);
    cairo_arc(p->cr, x, y, radius, 0, 2 * 3.14159265358979323846);
    cairo_fill(p->cr);
}

double spk__paper_text_width(spk__paper *p, const char *text) {
    cairo_text_extents_t e;
    cairo_text_extents(p->cr, text, &e);
    return e.x_advance;
}

void spk__paper_text(spk__paper *p, double x, double y, double align, spk__colour c,
                     const char *text) {
    spk__paper_colour(p, c, 1);
    cairo_move_to(p->cr, x - align * spk__paper_text_width(p, text), y);
    cairo_show_text(p->cr, text);
    cairo_new_path(p->cr);
}

void spk__paper_text_within(spk__paper *p, double x, double y, double align, double room,
                            spk__colour c, const char *text) {
    char cut[256];
    snprintf(cut, sizeof cut, "%s", text);
    for (size_t n = strlen(cut); n > 0 && spk__paper_text_width(p, cut) > room;) {
        /* One character less; UTF-8's continuation bytes go with it. */
        do
            n--;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80);
        snprintf(cut, sizeof cut, "%.*s…", (int)(n < 250 ? n : 250), text);
    }
    spk__paper_text(p, x, y, align, c, cut);
}

void spk__paper_text_up(spk__paper *p, double x, double y, spk__colour c, const char *text) {
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    cairo_rotate(p->cr, -3.14159265358979323846 / 2);
    spk__paper_text(p, 0, 0, 0.5, c, text);
    cairo_restore(p->cr);
}

void spk__paper_legend(spk__paper *p, double x, double y, const spk__legend *entry, size_t n) {
    for (size_t i = n; i-- > 0;) {
        spk__paper_text(p, x, y, 1, entry[i].colour, entry[i].text);
        x -= spk__paper_text_width(p, entry[i].text) + p->font;
    }
}

void spk__paper_data_legend(spk__paper *p, double x, double y) {
    static const spk__legend both[] = {{"recorded", SPK__COLOUR_RECORDED},
                                       {"model", SPK__COLOUR_MODEL}};
    spk__paper_legend(p, x, y, both, 2);
}

void spk__paper_unclip(spk__paper *p) {
    cairo_restore(p->cr);
}
