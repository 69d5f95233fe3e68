/* A running fit in the terminal: trace above, raster and convergence side by side, drawn over
 * itself. */
#include "cli/view.h"
#include <spikefit/plot.h>

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { LEAST_COLUMNS = 62, MOST_COLUMNS = 160, LEAST_ROWS = 14, GAP = 2 };

typedef struct {
    char *text;
    const char *at; /* what is still to be written of it */
    int lines;
} column;

static spk_status draw(cli *c, const spk_report_data *d, const char *name,
                       const spk_plot_options *o, int width, int height, column *out) {
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    size_t kind;
    style.width = width;
    style.height = height;
    style.colour = c->colour;
    style.ascii = !c->unicode;
    spk_status st = spk_plot_find(c->ctx, name, &kind);
    if (!st)
        st = spk_plot_print(c->ctx, d, kind, o, &style, &out->text);
    out->at = out->text;
    for (const char *t = out->text; t && *t; t++)
        out->lines += *t == '\n';
    return st;
}

/* Columns that a line takes: escapes none, a code point one. */
static int columns_of(const char *line, size_t n) {
    int columns = 0;
    for (size_t i = 0; i < n; i++) {
        if (line[i] == '\033') {
            while (i < n && line[i] != 'm')
                i++;
            continue;
        }
        columns += ((unsigned char)line[i] & 0xC0) != 0x80;
    }
    return columns;
}

/* The next line of a figure without its end; false where there is none. */
static bool next_line(column *f, const char **line, size_t *n) {
    if (!f->at || !*f->at)
        return false;
    *line = f->at;
    *n = strcspn(f->at, "\n");
    f->at += *n + (f->at[*n] == '\n');
    return true;
}

/* ---- one drawing, written at once so that it does not flicker ---- */

typedef struct {
    FILE *f;
    int lines;
} drawing;

static void end_line(drawing *d) {
    fputs("\033[K\n", d->f);
    d->lines++;
}

static void write_beside(drawing *d, column *left, column *right, int left_width) {
    const char *line;
    size_t n;
    for (;;) {
        bool any = false;
        int used = 0;
        if (next_line(left, &line, &n)) {
            fwrite(line, 1, n, d->f);
            used = columns_of(line, n);
            any = true;
        }
        if (next_line(right, &line, &n)) {
            fprintf(d->f, "%*s", left_width + GAP - used, "");
            fwrite(line, 1, n, d->f);
            any = true;
        }
        if (!any)
            return;
        end_line(d);
    }
}

/* The stretch that the trace shows, for the raster; all of it where there is no trace. */
static spk_plot_options same_stretch(cli *c, const spk_report_data *d) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    double start, stop;
    size_t trace;
    if (spk_plot_find(c->ctx, "trace", &trace) ||
        spk_plot_stretch(c->ctx, d, trace, &o, &start, &stop))
        return o;
    o.start_ms = start;
    o.stop_ms = stop;
    return o;
}

/* What cannot be drawn, as the trace of a recording of spikes alone, is left out. */
static void write_figures(cli *c, drawing *d, const spk_report_data *data, int width, int rows) {
    column trace = {0}, raster = {0}, convergence = {0}, none = {0};
    const spk_plot_options all = SPK_PLOT_OPTIONS_INIT, stretch = same_stretch(c, data);
    int half = (width - GAP) / 2, height = rows / 4 < 12 ? rows / 4 : 12;
    draw(c, data, "raster", &stretch, half, height, &raster);
    draw(c, data, "convergence", &all, half, height, &convergence);
    int below = raster.lines > convergence.lines ? raster.lines : convergence.lines;
    /* A trace has two panels, each with a line above and one below, and two lines for time. */
    int each = (rows - below - 6) / 2;
    if (each >= 2)
        draw(c, data, "trace", &all, width, each < 15 ? each : 15, &trace);
    write_beside(d, &trace, &none, width);
    write_beside(d, &raster, &convergence, half);
    column *const drawn[] = {&trace, &raster, &convergence};
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        spk_figure_free(c->ctx, drawn[i]->text);
}

static void find_size(int *columns, int *rows) {
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;
    *columns = known ? size.ws_col : 80;
    *rows = known ? size.ws_row : 24;
}

spk_status cli_screen_draw(cli *c, cli_screen *s, const spk_report_data *d, const char *words) {
    int columns, rows;
    char *text = NULL;
    size_t length = 0;
    find_size(&columns, &rows);
    drawing out = {.f = open_memstream(&text, &length)};
    if (!out.f)
        return SPK_ERR_MEMORY;
    /* After another width the old lines may have been broken: begin below them. */
    if (s->lines && columns == s->width)
        fprintf(out.f, "\033[%dA\r", s->lines);
    fprintf(out.f, "%.*s", columns - 1, words);
    end_line(&out);
    if (columns >= LEAST_COLUMNS && rows >= LEAST_ROWS)
        write_figures(c, &out, d, columns < MOST_COLUMNS ? columns : MOST_COLUMNS, rows - 2);
    fputs("\033[J", out.f);
    fclose(out.f);
    fwrite(text, 1, length, stdout);
    fflush(stdout);
    free(text);
    s->lines = out.lines;
    s->width = columns;
    return SPK_OK;
}

void cli_screen_clear(cli_screen *s) {
    if (s->lines)
        printf("\033[%dA\r\033[J", s->lines);
    fflush(stdout);
    s->lines = 0;
}
