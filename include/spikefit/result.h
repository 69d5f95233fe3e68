/* What a fit leaves behind: the study as run, the models and data by hash, the best parameters, the
 * history of the search, the scores. Kept in HDF5 (result.h5, complete) and JSON (result.json, for
 * people and scripts). The file holds no dates or paths of the machine: equal runs give equal bytes.
 */
#ifndef SPIKEFIT_RESULT_H
#define SPIKEFIT_RESULT_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SPK_RESULT_FORMAT = 4 };

/* What was fitted. A network has no chosen model, and its parameters are the numbers of its study. */
typedef enum { SPK_RESULT_CELL, SPK_RESULT_NETWORK } spk_result_kind;

/* A parameter of the chosen model. Values in the parameter's own unit. */
typedef struct {
    char *name, *unit;
    double value;
    bool free;
    double low, high, start;  /* of free ones: bounds, start (NaN: none given) */
    bool log_scale;
    int bound;                /* -1 at the lower bound, +1 at the upper, else 0 */
    double near_low, near_high; /* range among the search's candidates that were nearly as good
                                   (spk_result_identifiability.limit); NaN: unknown */
} spk_result_parameter;

/* One number on one part of the data, with a 95 % bootstrap interval (NaN: none). */
typedef struct {
    char *measure;
    char *part; /* "train", "test" */
    double value, low, high;
    double reliability; /* the data's own, repeat against repeat; NaN: unknown */
} spk_result_score;

/* One fitted model of several: what the choice was made from. */
typedef struct {
    char *name, *hash, *text; /* text: NESTML; hash: its SHA-256 */
    char *integrator;
    double dt_ms;
    double loss;       /* best training loss */
    double selection;  /* what the models were ranked by: the loss, charged one spike's worth for each
                          free parameter (Akaike's idea); lower is better */
    uint64_t evaluations;
    bool chosen;
    /* Where there are several: all parameters at its best, in their own units and the model's order, and
     * its coincidence factor on the test data, which took no part in the choice (NaN: none, or one model). */
    double *value;
    size_t n_values;
    double held_out, held_out_low, held_out_high;
} spk_result_model;

/* Two free parameters that the model uses as a product (a weight and the probability that it is there): how
 * well each is known by itself, and how well their product. Ranges hold what cannot be told from the best:
 * along constant product, and along constant ratio. In the parameters' own units. */
typedef struct {
    char *a, *b;
    double a_low, a_high, b_low, b_high;
    double product, product_low, product_high;
} spk_result_pair;

/* History: one row a generation (of the chosen model's search). */
typedef struct {
    size_t n, dim;
    double *evaluations, *best, *median; /* [n]: so far, best so far, median of the generation */
    double *silent, *exploding, *nonfinite; /* [n]: candidates of the generation */
    double *restart; /* [n]: how often the search had begun anew, on all islands together */
    /* Points evaluated, in the unit cube, and their losses; generation g holds rows first[g] ..
     * first[g + 1] - 1. float32: for pictures. */
    size_t *first; /* [n + 1] */
    float *x, *f;
    float *start; /* which start of the search a point belongs to: of one run, or of one island's */
} spk_result_history;

/* ---- how well the data determine the parameters (spk_validate_identifiability) ---- */

/* What the data say about a free parameter, by the range in which the loss, the other parameters
 * refitted, stays within the limit. name, words */
#define SPK_DETERMINED_LIST(X)                                                                     \
    X(WELL, "determined")                                                                          \
    X(ROUGHLY, "roughly determined")    /* the range is more than half of that between the bounds */ \
    X(FROM_BELOW, "known from below only") /* the range reaches the upper bound */                 \
    X(FROM_ABOVE, "known from above only")                                                         \
    X(NOT, "not determined")            /* it reaches from bound to bound */

typedef enum {
#define SPK_DETERMINED_ENUM(name, words) SPK_DETERMINED_##name,
    SPK_DETERMINED_LIST(SPK_DETERMINED_ENUM)
#undef SPK_DETERMINED_ENUM
        SPK_DETERMINED_COUNT
} spk_determined;
const char *spk_determined_words(spk_determined d);

/* The training loss along one free parameter through the best fit, in the parameter's own unit. */
typedef struct {
    size_t parameter; /* index into spk_result.parameter */
    size_t n;         /* points, by rising value; the best fit is one of them */
    double *value, *held, *refitted; /* [n]: the loss with all others held, and with them refitted:
                                        the lowest found, so at most the true profile's excess is
                                        overstated */
    double *path;     /* [n][profiles]: all free parameters where `refitted` was found, own units */
    double low, high; /* where `refitted` stays within the limit; a bound where it never leaves */
    double held_low, held_high;       /* the same of `held` */
    double restart_low, restart_high; /* of the starts that came within the limit; NaN: below two */
    spk_determined determined;
    char *sentence; /* for people, ended by a full stop */
} spk_result_profile;

/* A direction of the loss's curvature at the best fit: parameters that can move together. */
typedef struct {
    double width;   /* how far the loss stays within the limit, where 1 is as far as one parameter can
                       go alone; large: the data determine the combination badly. At most some hundreds */
    double *weight; /* [profiles]: of unit length; each parameter in units of how far it can go alone */
    char *sentence;
} spk_result_direction;

typedef struct {
    spk_result_profile *profile; /* one for each free parameter, in the order of history.x */
    size_t n;                    /* 0: not worked out */
    spk_result_direction *direction; /* the widest first */
    size_t n_directions;             /* n, or 0: too many parameters, or no curvature found */
    double best; /* the loss that all this is about, at the best fit: best_loss, under common noise; of
                    several objectives the mean weighted by 1 / (range on the front) */
    double limit;  /* losses up to this are nearly as good as the best: spk_problem_near */
    double lowest; /* the lowest loss seen meanwhile: below `best`, the search had not ended */
    uint64_t starts, starts_near; /* of the search; of these, how many came within the limit */
    uint64_t evaluations;         /* that this took */
} spk_result_identifiability;

/* ---- several objectives ---- */

/* The candidates that no other is better than in every objective, by rising first objective. The result's
 * parameters are those of one of them. */
typedef struct {
    size_t n, n_objectives, dim; /* dim: free parameters; n_objectives 0: the fit had one */
    char **name;                 /* [n_objectives] */
    double *x;     /* [n][dim], in the unit cube, as history.x */
    double *value; /* [n][dim], own units, in the order of the free ones among `parameter` */
    double *loss;  /* [n][n_objectives] */
    size_t picked;
    char *pick; /* how: "knee", "weights=1,3", "limit=voltage:0.3", "7" */
} spk_result_front;

/* The row where most is gained in one objective for what the others lose: the lowest sum of losses, each
 * scaled to its range on the front (with two, the point farthest below the line between the ends; Das
 * 1999, doi:10.1007/s001580050111). n > 0. */
size_t spk_front_knee(const double *loss, size_t n, size_t n_objectives);
/* A row by its words: "knee"; "weights=A,B,..." (the lowest weighted sum of scaled losses, weights in the
 * order of the objectives); "limit=NAME:VALUE" (the lowest sum of the others where that one is no higher;
 * several, separated by commas); a row's number, from 1. ERR_USAGE. */
spk_status spk_front_pick(spk_ctx *ctx, const spk_result_front *front, const char *how, size_t *row);
/* ---- posteriors (<spikefit/posterior.h>) ---- */

typedef struct {
    double tolerance, acceptance, evaluations, effective;
} spk_result_generation;

/* A statistic of the data and of draws from the posterior: mean and 95 % range of these; p: two-sided. */
typedef struct {
    char *name;
    double observed, mean, low, high, p;
} spk_result_check;

typedef struct {
    size_t n, dim;       /* particles, free parameters; n 0: none was sampled */
    uint64_t *parameter; /* [dim]: index into `parameter` of each column */
    double *value;       /* [n][dim], own units */
    double *weight, *distance; /* [n]; weights sum to 1 */
    spk_result_generation *generation; /* tolerance: of the first one infinite */
    size_t n_generations;
    double tolerance, effective; /* of the last; effective: sample size */
    char *stop;                  /* why it stopped */
    spk_result_check *check;
    size_t n_checks;
    double *rank, *rank_p; /* [n_ranks][dim] and [dim]: calibration */
    size_t n_ranks;
} spk_result_posterior;

double spk_posterior_mean(const spk_result_posterior *y, size_t column);
double spk_posterior_covariance(const spk_result_posterior *y, size_t a, size_t b);
/* The values below which these shares of the weight lie. ERR_MEMORY. */
spk_status spk_posterior_quantiles(spk_ctx *ctx, const spk_result_posterior *y, size_t column,
                                   const double *share, size_t n, double *out);

/* ---- the parameters on resampled data (spk_validate_bootstrap) ---- */

typedef struct {
    size_t n, dim;       /* replicates, free parameters; n 0: not worked out */
    uint64_t *parameter; /* [dim]: index into `parameter` of each column */
    double *value;       /* [n][dim], own units: where each replicate has its lowest loss */
    double *loss;        /* [n] */
    char *over;          /* "trials", "sweeps", "blocks" */
    uint64_t units;      /* how many of these there are */
    double block_ms;     /* of time, on average; NaN: not over blocks */
    uint64_t evaluations;
    bool settled; /* the replicates' minima had stopped to fall */
} spk_result_bootstrap;

/* A parameter's standard deviation over the replicates; the correlation of two (0 where one is constant);
 * the range between the quantiles that leave out as much on either side, less of it the fewer units there are
 * (the expanded percentile interval of Hesterberg 2015, doi:10.1080/00031305.2015.1089789). ERR_MEMORY. */
double spk_result_bootstrap_error(const spk_result_bootstrap *y, size_t column);
double spk_result_bootstrap_correlation(const spk_result_bootstrap *y, size_t a, size_t b);
spk_status spk_result_bootstrap_range(spk_ctx *ctx, const spk_result_bootstrap *y, size_t column,
                                      double level, double *low, double *high);

/* ---- why a fit came out as it did (spk_validate_diagnosis) ---- */

/* A term of the loss: at the best fit, and its range over candidates spread over the search. */
typedef struct {
    char *name;
    double weight, best, low, high;
} spk_result_term;

typedef struct {
    bool poor; /* the loss is near what a silent model costs */
    spk_result_term *term; /* the objectives' one after the other */
    size_t n_terms;        /* 0: not worked out */
    char *words; /* what is wrong and what to try, one sentence or two a line; NULL or "": nothing */
} spk_result_diagnosis;

typedef struct {
    spk_result_kind kind;
    char *version;      /* of the program */
    char *study, *study_name;
    uint64_t seed;
    char **data_path, **data_hash;
    size_t n_data;
    spk_result_model *model;
    size_t n_models;
    spk_result_parameter *parameter;
    size_t n_parameters;
    spk_result_score *score;
    size_t n_scores;
    spk_result_pair *pair;
    size_t n_pairs;
    spk_result_history history;
    double best_loss;
    char *method, *stop_reason;
    uint64_t budget; /* evaluations allowed to each model */
    uint64_t evaluations, n_silent, n_exploding, n_nonfinite;
    double spike_shift_ms; /* mean |shift| of the spikes at a quarter of the step; NaN: not comparable */
    double spike_shift_unmatched; /* share of spikes without a partner then */
    bool interrupted;
    spk_result_identifiability identifiability;
    spk_result_front front;
    spk_result_posterior posterior;
    spk_result_diagnosis diagnosis;
    spk_result_bootstrap bootstrap;
    spk_ctx *ctx;
} spk_result;

void spk_result_free(spk_result *r);
/* Adds a score (the texts are copied) or forgets all of them. A result that is all zero but for its
 * context may be used to collect scores. */
spk_status spk_result_add_score(spk_result *r, const spk_result_score *score);
void spk_result_clear_scores(spk_result *r);
const spk_result_model *spk_result_chosen(const spk_result *r);
/* Forgets what was worked out about identifiability. */
void spk_result_clear_identifiability(spk_result *r);
void spk_result_clear_posterior(spk_result *r);
void spk_result_clear_diagnosis(spk_result *r);
void spk_result_clear_bootstrap(spk_result *r);

/* Writes result.h5 and result.json into the folder (which exists), each at once or not at all. */
spk_status spk_result_write(spk_ctx *ctx, const spk_result *r, const char *folder);
/* Reads result.h5 of a run. ERR_IO, ERR_INPUT (not a result, damaged, of a newer format). */
spk_status spk_result_read(spk_ctx *ctx, const char *folder, spk_result **out);

#ifdef __cplusplus
}
#endif
#endif
