/* The report of a fit: one HTML file that needs no network, with figures that can be zoomed, played, printed,
 * and saved as SVG and CSV. It shows what it is given and computes nothing but bins.
 *
 * Everything in spk_report_data is borrowed. Sections without data are left out, so a spike-only fit has no
 * voltage and a network no sweeps. Texts are UTF-8 and may contain anything.
 */
#ifndef SPIKEFIT_REPORT_H
#define SPIKEFIT_REPORT_H

#include <spikefit/cells.h>
#include <spikefit/recording.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch of time that was fitted (train) or held out (test). */
typedef struct {
    double start_ms, stop_ms;
    bool test;
} spk_report_window;

/* One sweep, with what the best candidate makes of it. A trace of n = 0 is absent; NaN is a gap. Traces are
 * stored with 16 bits a sample over their range (voltages at 5 uV or finer where that suffices) and once
 * where several sweeps have the same. */
typedef struct {
    const char *name;
    int stimulus; /* sweeps with equal number are repeats of one stimulus */
    spk_trace current_pA, recorded_mV, model_mV;
    spk_train recorded, model;
    const spk_train *trial; /* of a stochastic model: what it fires under other noise; model_mV is model's */
    size_t n_trials;
    bool model_resets; /* its voltage makes no spikes of its own: strokes mark them */
    const spk_report_window *window;
    size_t n_windows;
} spk_report_sweep;

/* One measure on one part of the data. NaN: not known (an interval, a reliability). */
typedef struct {
    const char *measure, *part; /* "coincidence factor", "test" */
    const char *unit;           /* "" or NULL: a plain number */
    double value, low, high;    /* confidence interval */
    double reliability;         /* what the recorded repeats reach among themselves */
    bool distance;              /* 0 is best; else 1 is */
} spk_report_score;

typedef struct {
    const char *name, *unit, *doc;
    double value;      /* of the best candidate, as all numbers here in `unit` */
    double low, high;  /* the study's bounds; NaN: not fitted */
    bool log;          /* searched on a logarithmic scale */
    int active_bound;  /* -1: the optimum lies at the lower bound, 1: at the upper one, 0: inside */
    double sure_low, sure_high; /* values that are about as good (sure_words says how that is meant); NaN: not
                                   known */
    bool has_error; /* a bootstrap's standard error and 95 % interval */
    double error, error_low, error_high;
    const double *profile_value, *profile_loss; /* the loss along this parameter, the others refitted or held */
    size_t n_profile;
    const double *profile_refitted; /* then profile_loss is with the others held; NULL: not known */
    const char *determined, *sentence; /* how well: in a word, in sentences; NULL: not known */
} spk_report_parameter;

/* One generation of the search. */
typedef struct {
    double evaluations; /* so far */
    double best, median; /* loss; best so far, median of this generation (NaN: not known) */
    int run;             /* restart that it belongs to, from 0 */
    const double *point; /* [n][number of fitted parameters], each 0 .. 1 between its bounds */
    const double *loss;  /* [n]; may hold infinity */
    size_t n;            /* 0: the population was not kept */
    const double *failed; /* [n_failures] of its candidates, by reason; NULL: not known */
    double candidates;    /* of which these failed */
} spk_report_generation;

typedef struct {
    const char *label;
    size_t count;
} spk_report_count;

typedef struct {
    const char *label, *value;
} spk_report_fact;

/* Two samples of one quantity, or one (n_model = 0); shown as histograms over each other. */
typedef struct {
    const char *title, *label; /* label of the axis, with the unit */
    const double *recorded, *model;
    size_t n_recorded, n_model;
    const char *verdict; /* what a test says, as a sentence; NULL: nothing */
} spk_report_distribution;

/* Spike trains of a network's neurons, the recorded (target) and the model's side by side. */
typedef struct {
    const char *title;
    const spk_train *recorded, *model; /* one for each neuron */
    size_t n_recorded, n_model;
} spk_report_network_raster;

/* What a fit with several objectives found: candidates that no other is better than in everything. */
typedef struct {
    const char *const *name; /* [n_objectives] */
    const double *loss;      /* [n][n_objectives], by rising first objective */
    const double *value;     /* [n][number of fitted parameters], in their units */
    size_t n, n_objectives;  /* n 0: there was one objective */
    size_t picked, knee;     /* rows: the run's, and where little is lost for what is gained */
    const char *pick;        /* how it was picked: "knee", "weights=1,3" */
} spk_report_front;

/* A statistic of the data, and its mean and 95 % range in data simulated from the posterior. */
typedef struct {
    const char *name;
    double observed, mean, low, high, p;
} spk_report_check;

/* One generation of the sampler. */
typedef struct {
    double tolerance, acceptance, evaluations, effective;
} spk_report_round;

/* A posterior; "parameters" are the fitted ones in their order, dim of them. */
typedef struct {
    const double *value, *weight; /* [n][dim] in their units, [n]; weights sum to 1 */
    size_t n;                     /* 0: none was sampled */
    const double *prior; /* [dim][n_prior]: its density at equal steps from bound to bound on the parameter's
                            scale, 1 in the mean */
    size_t n_prior;
    const double *median, *low, *high; /* [dim]: 95 % of the weight lie from low to high */
    const double *correlation;         /* [dim][dim] */
    const spk_report_check *check;
    size_t n_checks;
    const double *rank; /* [n_ranks][dim], 0 .. 1: of the truth in posteriors of simulated data */
    size_t n_ranks;
    const double *rank_p;           /* [dim]: whether the ranks are uniform; NaN: too few */
    const char *const *rank_words;  /* [dim]: "calibrated", "too narrow" */
    const spk_report_round *round;
    size_t n_rounds;
    const char *words; /* how many particles, within what tolerance; a caution */
} spk_report_posterior;

/* A term of the loss: at the best fit, and its range over the search. */
typedef struct {
    const char *name;
    double weight, best, low, high;
} spk_report_term;

typedef struct {
    const char *title;   /* "cell07: aeif_psc_exp" */
    const char *summary; /* the result in a sentence or two */
    const char *warning; /* what a reader must know before believing it; NULL: nothing */

    const char *model_name, *model_doc; /* doc: the comment above the model */
    const char *model_equations;        /* as the compiler understood them, one a line; NULL: none */

    const spk_report_sweep *sweep;
    size_t n_sweeps;
    const spk_report_score *score;
    size_t n_scores;
    const spk_report_parameter *parameter; /* fitted ones in the order of the points below, then fixed ones */
    size_t n_parameters;
    const char *const *correlation; /* sentences: "C_m and g_L: 0.97; only their ratio is determined" */
    size_t n_correlations;
    const char *known_best; /* the combination that the data determine best, a sentence; NULL: not known */
    const char *known;      /* what "nearly as good" means here, and how the search's starts agree; NULL */
    const char *sure_title, *sure_words; /* what sure_low and sure_high are: "nearly as good", a sentence */
    double near_limit; /* losses up to this are nearly as good as the best; 0: not known */
    const spk_report_generation *generation;
    size_t n_generations;
    size_t n_evaluations;            /* of which failed: */
    const spk_report_count *failure; /* "silent", "exploded", ... */
    size_t n_failures;
    const spk_report_network_raster *raster;
    size_t n_rasters;
    const spk_report_distribution *distribution;
    size_t n_distributions;
    spk_report_front front;
    spk_report_posterior posterior;
    const char *diagnosis; /* what stood out in the search and what to try, one thing a line; NULL: nothing */
    bool poor;             /* then the diagnosis says why the fit failed, and stands at the top */
    const spk_report_term *term;
    size_t n_terms;

    const char *study;           /* the study file as run */
    const char *command;         /* reruns it */
    const spk_report_fact *fact; /* seed, versions, hashes, stop reason, duration, ... */
    size_t n_facts;
} spk_report_data;

/* The page; *html is freed with spk_report_free. ERR_INPUT where the data contradict themselves (a point without
 * fitted parameters, a window or trace without extent); ERR_MEMORY. */
spk_status spk_report_html(spk_ctx *ctx, const spk_report_data *data, char **html, size_t *length);
void spk_report_free(spk_ctx *ctx, char *html);
/* Writes it: the file appears whole or not at all. */
spk_status spk_report_write(spk_ctx *ctx, const spk_report_data *data, const char *path);

/* ---- a page that follows a running fit ---- */

typedef struct {
    uint64_t version;  /* grows with every change */
    bool ended;        /* nothing more will come */
    const char *words; /* how far it is: "34 % of 80 000, loss 0.21, 30 s left" */
} spk_report_live;

/* The same page as it stands, which from then on fetches what has changed from the address "state?after=VERSION"
 * beside its own; and what it fetches: JSON, freed with spk_report_free. A server answers 204 where VERSION is the
 * newest. Sections that the first page has not are not added later. */
spk_status spk_report_live_html(spk_ctx *ctx, const spk_report_data *data, const spk_report_live *live,
                                char **html, size_t *length);
spk_status spk_report_live_state(spk_ctx *ctx, const spk_report_data *data, const spk_report_live *live,
                                 char **json, size_t *length);

/* ---- many cells ---- */

typedef enum {
    SPK_CELLS_CSV,  /* a line for each fit, units in the header */
    SPK_CELLS_JSON, /* an object for each fit */
    SPK_CELLS_HTML, /* a page that sorts, filters and links the reports */
} spk_cells_format;

/* The state of a run as a text; freed with spk_report_free. folder: of the run, as a page there links it. */
spk_status spk_cells_print(spk_ctx *ctx, const spk_cells *cells, const char *folder,
                           spk_cells_format format, char **text, size_t *length);
/* Writes it: the file appears whole or not at all. */
spk_status spk_cells_write(spk_ctx *ctx, const spk_cells *cells, const char *folder,
                           spk_cells_format format, const char *path);

#ifdef __cplusplus
}
#endif
#endif
