/* Kinds of figures: one file each in plots/, ending in one constant spk__plot_kind; registry.def
 * lists them. */
#ifndef SPK_REPORT_PLOT_H
#define SPK_REPORT_PLOT_H

#include "report/paper.h"
#include "report/series.h"
#include <spikefit/plot.h>

/* One figure to be drawn: data and options, with what is open in the latter settled. */
typedef struct {
    spk_ctx *ctx;
    const spk_report_data *d;
    const spk_plot_options *o;
    size_t sweep;
    double start_ms, stop_ms;
    double width, font; /* points */
} spk__plot;

typedef struct {
    spk_plot_info info;
    double stretch_ms; /* what is shown of a sweep where nothing is said; 0: all of it */
    /* What the data lack for this figure, as "the run has no voltage"; NULL: nothing. */
    const char *(*lacks)(const spk_report_data *d);
    /* Points that it needs. */
    double (*height)(const spk__plot *f);
    /* On a sheet of any height. */
    spk_status (*draw)(const spk__plot *f, spk__paper *p);
    spk_status (*print)(const spk__plot *f, const spk_figure_style *style,
                        char **text); /* or NULL */
} spk__plot_kind;

#define SPK_ENTRY(symbol) extern const spk__plot_kind symbol;
#include "report/plots/registry.def"
#undef SPK_ENTRY

/* ---- what kinds share ---- */

const char *spk__lacks_sweeps(const spk_report_data *d);
const char *spk__lacks_parameters(const spk_report_data *d);
const char *spk__lacks_search(const spk_report_data *d);
bool spk__is_fitted(const spk_report_parameter *p);
/* The fitted parameter of a name (NULL: the fallback-th), and its place among the fitted. ERR_USAGE. */
spk_status spk__find_fitted(const spk__plot *f, const char *name, size_t fallback,
                            const spk_report_parameter **q, size_t *place);
/* "C_m (pF)", into buf. */
const char *spk__with_unit(const spk_report_parameter *p, char buf[64]);
spk__axis spk__parameter_axis(const spk_report_parameter *p);
/* "coincidence factor, test": a measure's name in words, into buf. */
const char *spk__score_name(const spk_report_score *s, char buf[96]);

#endif
