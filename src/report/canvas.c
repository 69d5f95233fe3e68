/* A page of character cells. */
#include "report/canvas.h"

/* Okabe and Ito's colours (blue, vermilion, green, purple, sky blue, orange) as near as the
 * 256-colour table has them: they differ in lightness too, and read on dark and light grounds. */
static const uint8_t ansi_colour[SPK__SERIES_COUNT + 1] = {0, 33, 202, 35, 170, 80, 214};

spk_status spk__canvas_init(spk_ctx *ctx, int height, const spk_figure_style *style,
                            spk__canvas *out) {
    if (style->width < 30 || style->width > 1000)
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, "give 30 to 1000",
                         "a figure cannot have %d columns", style->width);
    spk__canvas c = {ctx, style->width, height, style->ascii, style->colour, NULL};
    c.cell = SPK__ARRAY(ctx, (size_t)c.width * (size_t)height, spk__cell);
    if (!c.cell)
        return SPK_ERR_MEMORY;
    *out = c;
    return SPK_OK;
}

void spk__canvas_free(spk__canvas *c) {
    spk__free(c->ctx, c->cell);
    c->cell = NULL;
}

void spk_figure_free(spk_ctx *ctx, char *figure) {
    spk__free(ctx, figure);
}

static spk__cell *cell_at(spk__canvas *c, int x, int y) {
    if (x < 0 || y < 0 || x >= c->width || y >= c->height)
        return NULL;
    return &c->cell[(size_t)y * (size_t)c->width + (size_t)x];
}

void spk__canvas_put(spk__canvas *c, int x, int y, uint32_t glyph, char plain, int colour) {
    spk__cell *cell = cell_at(c, x, y);
    if (cell)
        *cell = (spk__cell){c->ascii ? (uint32_t)plain : glyph, (uint8_t)colour};
}

/* The next code point of UTF-8 text; a broken byte counts as U+FFFD. */
static uint32_t next_code_point(const char **text) {
    const unsigned char *s = (const unsigned char *)*text;
    if (s[0] < 0x80) {
        *text += 1;
        return s[0];
    }
    int more = s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    uint32_t code = s[0] & (0x3fu >> more);
    for (int i = 1; i <= more; i++) {
        if (s[0] < 0xc2 || s[0] > 0xf4 || (s[i] & 0xc0) != 0x80) {
            *text += 1;
            return 0xfffd;
        }
        code = code << 6 | (s[i] & 0x3f);
    }
    *text += more + 1;
    return code;
}

int spk__text_width(const char *text) {
    int n = 0;
    while (text && *text) {
        next_code_point(&text);
        n++;
    }
    return n;
}

static char plain_letter(uint32_t code) {
    switch (code) {
    case 0xb5:
    case 0x3bc:
        return 'u'; /* micro */
    case 0xb1:
        return '~'; /* plus or minus */
    case 0x2212:
    case 0x2013:
        return '-';
    default:
        return code < 0x80 ? (char)code : '?';
    }
}

int spk__canvas_text(spk__canvas *c, int x, int y, int room, const char *text, int colour) {
    int n = 0;
    for (; text && *text && n < room; n++) {
        uint32_t code = next_code_point(&text);
        /* Control characters would break the page. */
        if (code < 0x20 || (code >= 0x7f && code < 0xa0))
            code = ' ';
        spk__canvas_put(c, x + n, y, code, plain_letter(code), colour);
    }
    return n;
}

void spk__canvas_text_right(spk__canvas *c, int x_end, int y, int room, const char *text,
                            int colour) {
    int width = spk__text_width(text);
    if (width > room)
        width = room;
    spk__canvas_text(c, x_end - width, y, width, text, colour);
}

char spk__series_letter(int series) {
    static const char letter[] = "*o+x%@";
    return letter[(series - SPK__SERIES_1) % SPK__SERIES_COUNT];
}

void spk__canvas_dot(spk__canvas *c, int dot_x, int dot_y, int series) {
    if (dot_x < 0 || dot_y < 0)
        return;
    spk__cell *cell = cell_at(c, dot_x / 2, dot_y / 4);
    if (!cell)
        return;
    /* Unicode numbers the dots down the left column, then the right; the bottom row came later. */
    static const uint8_t bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    if (c->ascii) {
        cell->glyph = (uint32_t)spk__series_letter(series);
    } else {
        uint32_t dots = cell->glyph >= 0x2800 && cell->glyph < 0x2900 ? cell->glyph : 0x2800;
        cell->glyph = dots | bit[dot_y % 4][dot_x % 2];
    }
    cell->colour = (uint8_t)series;
}

static void add_utf8(spk__str *s, uint32_t code) {
    char b[4];
    size_t n = 0;
    if (code < 0x80) {
        b[n++] = (char)code;
    } else if (code < 0x800) {
        b[n++] = (char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        b[n++] = (char)(0xe0 | code >> 12);
        b[n++] = (char)(0x80 | (code >> 6 & 0x3f));
    } else {
        b[n++] = (char)(0xf0 | code >> 18);
        b[n++] = (char)(0x80 | (code >> 12 & 0x3f));
        b[n++] = (char)(0x80 | (code >> 6 & 0x3f));
    }
    if (code >= 0x80)
        b[n++] = (char)(0x80 | (code & 0x3f));
    spk__str_addn(s, b, n);
}

static void add_colour(spk__str *s, int colour) {
    if (colour == SPK__INK)
        spk__str_add(s, "\033[0m");
    else if (colour == SPK__GREY)
        spk__str_add(s, "\033[0;38;5;245m");
    else if (colour == SPK__BOLD)
        spk__str_add(s, "\033[0;1m");
    else
        spk__str_add(s, "\033[0;38;5;%dm", ansi_colour[colour]);
}

spk_status spk__canvas_print(const spk__canvas *c, char **out) {
    spk__str s = {.ctx = c->ctx};
    for (int y = 0; y < c->height; y++) {
        const spk__cell *row = &c->cell[(size_t)y * (size_t)c->width];
        int end = c->width;
        while (end > 0 && (row[end - 1].glyph == 0 || row[end - 1].glyph == ' '))
            end--;
        int colour = SPK__INK;
        for (int x = 0; x < end; x++) {
            bool blank = row[x].glyph == 0 || row[x].glyph == ' ';
            if (c->colour && !blank && row[x].colour != colour) {
                colour = row[x].colour;
                add_colour(&s, colour);
            }
            add_utf8(&s, blank ? ' ' : row[x].glyph);
        }
        if (colour != SPK__INK)
            add_colour(&s, SPK__INK);
        spk__str_addn(&s, "\n", 1);
    }
    if (s.failed) {
        spk__str_free(&s);
        return SPK_ERR_MEMORY;
    }
    *out = s.text;
    return SPK_OK;
}
