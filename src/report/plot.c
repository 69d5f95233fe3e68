/* Figures for papers: kinds, options, files. */
#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

static const spk__plot_kind *const kinds[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "report/plots/registry.def"
#undef SPK_ENTRY
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static const double points_per_mm = 72 / 25.4;

size_t spk_plot_count(void) {
    return N_KINDS;
}

spk_plot_info spk_plot_at(size_t i) {
    return kinds[i]->info;
}

spk_status spk_plot_find(spk_ctx *ctx, const char *name, size_t *kind) {
    const char *names[N_KINDS];
    for (size_t i = 0; i < N_KINDS; i++) {
        names[i] = kinds[i]->info.name;
        if (strcmp(names[i], name) == 0) {
            *kind = i;
            return SPK_OK;
        }
    }
    return spk__fail_name(ctx, SPK_ERR_USAGE, NULL, name, names, N_KINDS,
                          "`spikefit list figures` lists them", "there is no figure '%s'", name);
}

spk_status spk_plot_format_of(spk_ctx *ctx, const char *path, spk_plot_format *out) {
    static const char *const extension[] = {"svg", "pdf", "png"};
    const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
    for (size_t i = 0; dot && dot > slash && i < 3; i++)
        if (strcmp(dot + 1, extension[i]) == 0) {
            *out = (spk_plot_format)i;
            return SPK_OK;
        }
    return spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = path},
                     "end its name in .svg, .pdf or .png",
                     "the kind of file cannot be told from its name");
}

/* ---- options ---- */

static spk_status check_range(spk_ctx *ctx, const char *what, const char *unit, double value,
                              double low, double high) {
    if (value >= low && value <= high)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "%s of %g %s is outside %g .. %g %s", what,
                     value, unit, low, high, unit);
}

static spk_status check_sizes(spk_ctx *ctx, const spk_plot_options *o) {
    spk_status st = check_range(ctx, "a width", "mm", o->width_mm, 20, 1000);
    if (!st && o->height_mm != 0)
        st = check_range(ctx, "a height", "mm", o->height_mm, 10, 1000);
    if (!st)
        st = check_range(ctx, "a font size", "pt", o->font_pt, 4, 30);
    if (!st)
        st = check_range(ctx, "a resolution", "dpi", o->dpi, 36, 2400);
    return st;
}

static spk_status check_taken(spk_ctx *ctx, const spk_plot_info *k, const spk_plot_options *o) {
    const struct {
        unsigned takes;
        bool given;
        const char *what;
    } option[] = {{SPK_PLOT_TAKES_TIME, !isnan(o->start_ms) || !isnan(o->stop_ms), "time axis"},
                  {SPK_PLOT_TAKES_SWEEP, o->sweep != NULL, "choice of a sweep"},
                  {SPK_PLOT_TAKES_SWEEP, o->train, "part of the data to choose"},
                  {SPK_PLOT_TAKES_BIN, o->bin_ms != 0, "bins of a given width"},
                  {SPK_PLOT_TAKES_SCALE_BARS, o->scale_bars, "scale bars"},
                  {SPK_PLOT_TAKES_AXES, o->across || o->up, "choice of axes"},
                  {SPK_PLOT_TAKES_LOG, o->linear, "logarithmic axis"}};
    for (size_t i = 0; i < sizeof option / sizeof *option; i++)
        if (option[i].given && !(k->takes & option[i].takes))
            return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the figure %s has no %s", k->name,
                             option[i].what);
    return SPK_OK;
}

static spk_status find_sweep(spk__plot *f) {
    f->sweep = spk__first_sweep(f->d, f->o->train);
    if (!f->o->sweep)
        return SPK_OK;
    const char **names = SPK__ARRAY(f->ctx, f->d->n_sweeps, const char *);
    if (!names)
        return SPK_ERR_MEMORY;
    bool found = false;
    for (size_t i = 0; i < f->d->n_sweeps && !found; i++) {
        names[i] = f->d->sweep[i].name;
        found = strcmp(names[i], f->o->sweep) == 0;
        if (found)
            f->sweep = i;
    }
    spk_status st = SPK_OK;
    if (!found)
        st = spk__fail_name(f->ctx, SPK_ERR_USAGE, NULL, f->o->sweep, names, f->d->n_sweeps,
                            "`spikefit inspect` lists them", "the run has no sweep '%s'",
                            f->o->sweep);
    spk__free(f->ctx, names);
    return st;
}

static spk_status find_time(const spk__plot_kind *k, spk__plot *f) {
    const spk_report_sweep *s = &f->d->sweep[f->sweep];
    double start, stop;
    spk__sweep_extent(s, &start, &stop);
    bool given = !isnan(f->o->start_ms) || !isnan(f->o->stop_ms);
    if (!given && k->stretch_ms > 0) {
        spk__busy_stretch(s, f->o->train, k->stretch_ms, &f->start_ms, &f->stop_ms);
        return SPK_OK;
    }
    f->start_ms = isnan(f->o->start_ms) ? start : f->o->start_ms;
    f->stop_ms = isnan(f->o->stop_ms) ? stop : f->o->stop_ms;
    bool outside = f->stop_ms <= start || f->start_ms >= stop;
    if (!(f->start_ms < f->stop_ms) && !outside)
        return spk__fail(f->ctx, SPK_ERR_USAGE, NULL, NULL, "%g .. %g ms is no interval",
                         f->start_ms, f->stop_ms);
    if (outside)
        return spk__fail(f->ctx, SPK_ERR_USAGE, NULL, NULL,
                         "nothing of the sweep '%s', which goes from %g to %g ms, would be seen",
                         s->name, start, stop);
    return SPK_OK;
}

static spk_status check_bin(const spk__plot *f) {
    if (f->o->bin_ms == 0 || f->o->bin_ms > 0)
        return SPK_OK;
    return spk__fail(f->ctx, SPK_ERR_USAGE, NULL, NULL, "bins cannot be %g ms wide", f->o->bin_ms);
}

static spk_status settle(spk_ctx *ctx, const spk_report_data *d, size_t kind,
                         const spk_plot_options *o, spk__plot *f) {
    const spk__plot_kind *k = kinds[kind];
    *f = (spk__plot){
        .ctx = ctx, .d = d, .o = o, .width = o->width_mm * points_per_mm, .font = o->font_pt};
    spk_status st = check_sizes(ctx, o);
    if (!st)
        st = check_taken(ctx, &k->info, o);
    const char *lacks = st ? NULL : k->lacks(d);
    if (lacks)
        st = spk__fail(ctx, SPK_ERR_FAILED, NULL, NULL, "there is nothing to draw as %s: %s",
                       k->info.name, lacks);
    if (!st && k->info.takes & SPK_PLOT_TAKES_SWEEP)
        st = find_sweep(f);
    if (!st && k->info.takes & SPK_PLOT_TAKES_TIME)
        st = find_time(k, f);
    return st ? st : check_bin(f);
}

/* ---- drawing ---- */

spk_status spk_plot_draw(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                         const spk_plot_options *options, spk_plot_format format, char **bytes,
                         size_t *length) {
    spk__plot f;
    spk__paper p;
    spk_status st = settle(ctx, data, kind, options, &f);
    if (st)
        return st;
    double height =
        options->height_mm > 0 ? options->height_mm * points_per_mm : kinds[kind]->height(&f);
    st = spk__paper_open(ctx, format, f.width, height, f.font, options->dpi, &p);
    if (st)
        return st;
    st = kinds[kind]->draw(&f, &p);
    if (!st)
        return spk__paper_finish(&p, bytes, length);
    spk__paper_finish(&p, NULL, NULL);
    return st;
}

spk_status spk_plot_write(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                          const spk_plot_options *options, const char *path) {
    spk_plot_format format;
    char *bytes = NULL;
    size_t length = 0;
    spk_status st = spk_plot_format_of(ctx, path, &format);
    if (!st)
        st = spk_plot_draw(ctx, data, kind, options, format, &bytes, &length);
    if (!st)
        st = spk__write_file_atomic(ctx, path, bytes, length);
    spk_plot_free(ctx, bytes);
    return st;
}

void spk_plot_free(spk_ctx *ctx, char *bytes) {
    spk__free(ctx, bytes);
}

spk_status spk_plot_stretch(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                            const spk_plot_options *options, double *start_ms, double *stop_ms) {
    spk__plot f;
    spk_status st = settle(ctx, data, kind, options, &f);
    if (!st) {
        *start_ms = f.start_ms;
        *stop_ms = f.stop_ms;
    }
    return st;
}

spk_status spk_plot_print(spk_ctx *ctx, const spk_report_data *data, size_t kind,
                          const spk_plot_options *options, const spk_figure_style *style,
                          char **text) {
    spk__plot f;
    spk_status st = settle(ctx, data, kind, options, &f);
    if (!st && !kinds[kind]->print)
        st = spk__fail(ctx, SPK_ERR_USAGE, NULL, "name a file: --to FILE.svg, .pdf or .png",
                       "%s cannot be drawn in a terminal", kinds[kind]->info.name);
    return st ? st : kinds[kind]->print(&f, style, text);
}

/* ---- what kinds share ---- */

const char *spk__lacks_sweeps(const spk_report_data *d) {
    return d->n_sweeps ? NULL : "the run has no sweeps";
}

const char *spk__lacks_parameters(const spk_report_data *d) {
    for (size_t i = 0; i < d->n_parameters; i++)
        if (spk__is_fitted(&d->parameter[i]))
            return NULL;
    return "the run has no fitted parameter";
}

const char *spk__lacks_search(const spk_report_data *d) {
    return d->n_generations ? NULL : "the run has no search";
}

bool spk__is_fitted(const spk_report_parameter *p) {
    return isfinite(p->low) && isfinite(p->high);
}

spk_status spk__find_fitted(const spk__plot *f, const char *name, size_t fallback,
                            const spk_report_parameter **q, size_t *place) {
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < f->d->n_parameters; i++) {
        const spk_report_parameter *p = &f->d->parameter[i];
        if (!spk__is_fitted(p))
            continue;
        if (name ? strcmp(p->name, name) == 0 : n == fallback) {
            *q = p;
            *place = n;
            return SPK_OK;
        }
        if (n < 64)
            names[n] = p->name;
        n++;
    }
    return spk__fail_name(f->ctx, SPK_ERR_USAGE, NULL, name, names, n < 64 ? n : 64,
                          "the report's parameters section lists them",
                          "no parameter '%s' was fitted", name);
}

const char *spk__with_unit(const spk_report_parameter *p, char buf[64]) {
    bool plain = !p->unit || !*p->unit || strcmp(p->unit, "1") == 0;
    snprintf(buf, 64, plain ? "%.40s" : "%.40s (%.20s)", p->name, p->unit);
    return buf;
}

spk__axis spk__parameter_axis(const spk_report_parameter *p) {
    return (spk__axis){p->low, p->high, p->log};
}

const char *spk__score_name(const spk_report_score *s, char buf[96]) {
    snprintf(buf, 96, "%.60s, %.20s", s->measure, s->part);
    for (char *c = buf; *c; c++)
        if (*c == '_')
            *c = ' ';
    return buf;
}
