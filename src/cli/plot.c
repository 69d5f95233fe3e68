/* spikefit plot: a figure of a run, for a paper or in the terminal. */
#include "cli/page.h"
#include <spikefit/plot.h>
#include <spikefit/unit.h>

#include <math.h>

/* An option with a unit; NULL leaves the value. */
static spk_status quantity(cli *c, const char *name, const char *text, const char *in,
                           double *value) {
    spk_unit unit;
    spk_loc where = {.file = name, .line = 1, .column = 1};
    double number;
    if (!text)
        return SPK_OK;
    spk_status st = spk_unit_parse(c->ctx, in, NULL, &unit);
    if (!st)
        st = spk_quantity_parse_as(c->ctx, text, &where, name, unit, &number);
    if (!st)
        *value = number / unit.scale;
    return st;
}

static spk_status print_figure(cli *c, const spk_report_data *d, size_t kind,
                               const spk_plot_options *o) {
    spk_figure_style style = SPK_FIGURE_STYLE_INIT;
    style.width = c->width;
    style.colour = c->colour;
    style.ascii = !c->unicode;
    char *text = NULL;
    spk_status st = spk_plot_print(c->ctx, d, kind, o, &style, &text);
    if (!st)
        fputs(text, stdout);
    spk_figure_free(c->ctx, text);
    return st;
}

static spk_status plot(cli *c, cli_run *r, size_t kind, const spk_plot_options *o, const char *to) {
    cli_page *page = NULL;
    unsigned needs = spk_plot_at(kind).needs, parts = 0;
    if (needs & SPK_PLOT_NEEDS_SWEEPS)
        parts |= CLI_PAGE_SWEEPS;
    if (needs & SPK_PLOT_NEEDS_PROFILES)
        parts |= CLI_PAGE_PROFILES;
    cli_page_source source = cli_page_source_of(r, c->argv[0]);
    spk_status st = r->network ? cli_page_new_network(c, r, c->argv[0], &page)
                               : cli_page_new(c, &source, parts, &page);
    if (!st)
        st = to ? spk_plot_write(c->ctx, cli_page_data(page), kind, o, to)
                : print_figure(c, cli_page_data(page), kind, o);
    if (!st && to)
        printf("%s\n", to);
    cli_page_free(page);
    return st;
}

static spk_status run_plot(cli *c) {
    spk_plot_options o = SPK_PLOT_OPTIONS_INIT;
    const char *to = NULL, *width = NULL, *height = NULL, *start = NULL, *stop = NULL, *bin = NULL,
               *on = "test";
    const cli_option options[] = {{"--to", CLI_TEXT, &to},
                                  {"--width", CLI_TEXT, &width},
                                  {"--height", CLI_TEXT, &height},
                                  {"--font-size", CLI_REAL, &o.font_pt},
                                  {"--dpi", CLI_REAL, &o.dpi},
                                  {"--start", CLI_TEXT, &start},
                                  {"--stop", CLI_TEXT, &stop},
                                  {"--sweep", CLI_TEXT, &o.sweep},
                                  {"--on", CLI_TEXT, &on},
                                  {"--bin", CLI_TEXT, &bin},
                                  {"--across", CLI_TEXT, &o.across},
                                  {"--up", CLI_TEXT, &o.up},
                                  {"--scale-bars", CLI_FLAG, &o.scale_bars},
                                  {"--linear", CLI_FLAG, &o.linear},
                                  {0}};
    int n;
    size_t kind;
    spk_plot_format format;
    spk_part_kind part;
    spk_status st = cli_parse(c, options, 2, 2, &n);
    if (!st)
        st = cli_part(c, on, &part);
    o.train = !st && part == SPK_TRAIN;
    if (!st)
        st = spk_plot_find(c->ctx, c->argv[1], &kind);
    if (!st && to)
        st = spk_plot_format_of(c->ctx, to, &format);
    const struct {
        const char *name, *text, *in;
        double *value;
    } given[] = {{"--width", width, "mm", &o.width_mm},
                 {"--height", height, "mm", &o.height_mm},
                 {"--start", start, "ms", &o.start_ms},
                 {"--stop", stop, "ms", &o.stop_ms},
                 {"--bin", bin, "ms", &o.bin_ms}};
    for (size_t i = 0; !st && i < sizeof given / sizeof *given; i++)
        st = quantity(c, given[i].name, given[i].text, given[i].in, given[i].value);
    if (st)
        return st;
    cli_run r = {0};
    st = cli_run_open(c, c->argv[0], &r);
    if (st)
        return st;
    st = plot(c, &r, kind, &o, to);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_plot = {
    .name = "plot",
    .sentence = "draw a figure of a run: for a paper, or in the terminal",
    .usage = "RUN FIGURE [--to FILE.svg|.pdf|.png] [--width MM] [...]",
    .help = "`spikefit list figures` names the figures. Without --to it is drawn in the\n"
            "terminal.\n\n"
            "  --to FILE         SVG, PDF or PNG, as the name ends\n"
            "  --width '85 mm'   of the figure; --height '60 mm' in place of what it needs\n"
            "  --font-size 7     of all text, in points\n"
            "  --dpi 300         of a PNG\n"
            "  --sweep NAME      trace, raster, psth: in place of the first that is held out\n"
            "  --on train        the same three: where data were fitted, not held out\n"
            "  --start '1.2 s'   trace, raster, psth: what is shown of the time axis,\n"
            "  --stop '1500 ms'  in place of a stretch with spikes (trace) or all\n"
            "  --bin '10 ms'     psth: width of the bins\n"
            "  --scale-bars      trace: scale bars in place of axes\n"
            "  --linear          isi, convergence: no logarithmic axis\n"
            "  --across C_m      population: the parameter of each axis; posterior, front:\n"
            "  --up g_L          these two parameters or objectives, in place of all\n",
    .run = run_plot,
};
