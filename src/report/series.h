/* What figures show, worked out once: for the page, for paper, and for the terminal. */
#ifndef SPK_REPORT_SERIES_H
#define SPK_REPORT_SERIES_H

#include "base/base.h"
#include <spikefit/report.h>

/* The sweep that figures begin with: the first one with held-out data (train: with fitted data). */
size_t spk__first_sweep(const spk_report_data *d, bool train);
/* From the first to the last moment that any of its parts knows. */
void spk__sweep_extent(const spk_report_sweep *s, double *start_ms, double *stop_ms);
/* Up to `length` ms around the sweep's most recorded spikes, in its held-out (train: fitted) window
 * if it has one. */
void spk__busy_stretch(const spk_report_sweep *s, bool train, double length, double *start_ms,
                       double *stop_ms);
/* Extremes of a trace in a stretch of time; low > high: it has nothing there. */
void spk__trace_range(const spk_trace *t, double start_ms, double stop_ms, double *low,
                      double *high);

/* A value as it is printed: four digits, no trailing zeros. */
const char *spk__value_text(double x, char buf[32]);

/* ---- rows of a raster: the repeats of a sweep's stimulus, then the model's distinct trains ----
 */

typedef struct {
    const char
        *label; /* of recorded ones the sweep's name; "model" where there is one train of it */
    const spk_train *train;
    bool model;
} spk__row;
spk_status spk__raster_rows(spk_ctx *ctx, const spk_report_data *d, size_t sweep, spk__row **row,
                            size_t *n);

/* ---- rate over time ---- */

/* Mean rates over the rows of a sweep's stimulus in bins from the sweep's start; edge[n + 1]. */
typedef struct {
    double *edge, *recorded_Hz, *model_Hz;
    size_t n;
} spk__rates;
/* A round width that makes about a hundred bins, at least 20 ms. */
double spk__rate_bin(double span_ms);
spk_status spk__rates_find(spk_ctx *ctx, const spk_report_data *d, size_t sweep, double bin_ms,
                           spk__rates *out);
void spk__rates_free(spk_ctx *ctx, spk__rates *r);

/* ---- intervals between spikes ---- */

/* Shares of all sweeps' intervals in bins, equal on a linear axis (from 0 to the 99th percentile)
 * or on a logarithmic one (all of them). log_better: they spread so widely that the latter shows
 * more. n = 0: none. */
enum { SPK__INTERVAL_BINS = 48 };
typedef struct {
    double edge[SPK__INTERVAL_BINS + 1], recorded[SPK__INTERVAL_BINS], model[SPK__INTERVAL_BINS];
} spk__interval_bins;
typedef struct {
    spk__interval_bins linear, log;
    size_t n_recorded, n_model;
    bool log_better;
} spk__intervals;
spk_status spk__intervals_find(spk_ctx *ctx, const spk_report_data *d, spk__intervals *out);

/* ---- a posterior ---- */

/* The fitted parameters, which points and particles list in this order; NULL past the last. */
const spk_report_parameter *spk__fitted_parameter(const spk_report_data *d, size_t column);
size_t spk__fitted_count(const spk_report_data *d);

/* The density of one parameter and its prior's (NaN: not known), per way from bound to bound, in bins that
 * are equal on its scale and reach a little beyond its particles. top: the highest of both. */
enum { SPK__MARGINAL_BINS = 30 };
typedef struct {
    double edge[SPK__MARGINAL_BINS + 1], density[SPK__MARGINAL_BINS], prior[SPK__MARGINAL_BINS], top;
} spk__marginal;
void spk__marginal_find(const spk_report_data *d, size_t column, spk__marginal *out);

/* ---- the search ---- */

/* Percent of the candidates that failed, over the evaluations, in up to so many stretches of the
 * search: percent[n_failures][n]. */
enum { SPK__FAILURE_POINTS = 80 };
typedef struct {
    double *evaluations, *percent;
    size_t n;
} spk__failures;
spk_status spk__failures_find(spk_ctx *ctx, const spk_report_data *d, spk__failures *out);
void spk__failures_free(spk_ctx *ctx, spk__failures *s);

/* The least loss of all candidates, and the one that nine tenths keep below: what colours span. */
spk_status spk__loss_limits(spk_ctx *ctx, const spk_report_data *d, double *low, double *high);
/* What the axis of profiles spans: far from the optimum the loss says nothing more. */
spk_status spk__profile_limits(spk_ctx *ctx, const spk_report_data *d, double *low, double *high);
/* The stretch of a parameter in which its profile stays below a loss, with some room, within its bounds. */
void spk__profile_stretch(const spk_report_parameter *q, double high_loss, double *low, double *high);

#endif
