/* Optimisers as objects that are asked for points and told their values. A search never sees what
 * it optimises: it minimises one or several functions on the unit cube [0, 1]^dim, and the caller
 * maps the cube to parameters (scales, logarithms, units).
 *
 *     spk_search_new(ctx, "cmaes", NULL, &space, seed, budget, &s);
 *     while (!spk_search_stopped(s, &reason)) {
 *         size_t n = room;
 *         spk_search_ask(s, x, &n);
 *         ... f[i] = value of the point x + i * dim, for i < n ...
 *         spk_search_tell(s, f);
 *     }
 *     spk_search_best(s, x, f);
 *
 * Same seed, same bits: what a search does depends on the method, options, space, seed, budget and
 * the values told; not on the machine, nor on how many points are taken at a time. Random numbers
 * come from counters keyed by seed, generation and individual.
 *
 * A search is for one thread at a time. It allocates through the context given at its birth, which
 * must outlive it. After SPK_ERR_MEMORY it may only be freed.
 */
#ifndef SPIKEFIT_SEARCH_H
#define SPIKEFIT_SEARCH_H

#include <spikefit/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- methods ---- */

/* Why a search ended. The rules mean the same for every method; spk_search_method.rules tells which
 * of them a method obeys. A method that restarts (spk_search_method.restarts) begins again where
 * another would stop for one of the rules FTOL to CONDITION. name, sentence */
#define SPK_STOP_LIST(X)                                                                           \
    X(RUNNING, "running", "the search has not ended")                                              \
    X(BUDGET, "budget", "the evaluations allowed are used up")                                     \
    X(TARGET, "target", "the target value was reached")                                            \
    X(FTOL, "ftol", "the values of the last generations differ by less than ftol")                 \
    X(XTOL, "xtol", "the points lie closer together than xtol")                                    \
    X(STAGNATION, "stagnation", "neither the best nor the median value improved for a long time")  \
    X(CONDITION, "condition", "the covariance is too ill-conditioned to go on")                    \
    X(RESTARTS, "restarts", "the restarts allowed are used up")                                    \
    X(CONVERGED, "converged", "the method reports a local minimum")

typedef enum {
#define SPK_STOP_ENUM(name, word, text) SPK_STOP_##name,
    SPK_STOP_LIST(SPK_STOP_ENUM)
#undef SPK_STOP_ENUM
        SPK_STOP_COUNT
} spk_stop;

const char *spk_stop_name(spk_stop reason);
const char *spk_stop_text(spk_stop reason);

/* An entry of the list of methods. */
typedef struct {
    const char *name, *sentence;
    const char *reference;  /* the paper, with its DOI */
    const spk_opt *options; /* NULL: none */
    size_t max_objectives;  /* 1 for most */
    size_t min_objectives;
    size_t max_dim;     /* 0: any */
    unsigned rules;     /* bit (1u << SPK_STOP_x) for each rule obeyed */
    bool uses_start;    /* of the space */
    bool uses_step;     /* of the space */
    bool handles_noise; /* does something about it when the space says so */
    bool restarts;
    bool costly;  /* thinks for milliseconds about each point: for few and costly evaluations */
    bool chooses; /* stands for another method: spk_search_choose */
    bool samples; /* learns nothing from values, so that any budget will do */
    bool takes_guests; /* from other islands: spk_islands.migration */
} spk_search_method;

size_t spk_search_method_count(void);
const spk_search_method *spk_search_method_at(size_t i);
/* NULL if there is none of this name. */
const spk_search_method *spk_search_method_find(const char *name);

/* Options of the stop rules, the same table for every method. Order of spk_opts.v: */
enum {
    SPK_STOP_OPT_TARGET,     /* stop once a value <= target was told; default -inf: never */
    SPK_STOP_OPT_FTOL,       /* range of recent best values and of the values at hand; 0: off */
    SPK_STOP_OPT_XTOL,       /* largest standard deviation of the points at hand; 0: off */
    SPK_STOP_OPT_STAGNATION, /* generations without progress, in units of the usual number; 0: off
                              */
    SPK_STOP_OPT_CONDITION   /* condition number of the covariance; 0: off */
};
const spk_opt *spk_search_stop_options(void);

/* ---- a search ---- */

/* What is searched. Zero-initialise, set dim. The arrays are copied. */
typedef struct {
    size_t dim;
    size_t n_objectives; /* 0 means 1 */
    /* dim coordinates in [0, 1] of a point to start from, or NULL. It is among the first points
     * asked, or the centre of the first distribution. */
    const double *start;
    /* dim positive numbers: how far from the start (NULL: from the cube's centre) the minimum may
     * be, as a standard deviation; NULL: the method's own default. */
    const double *step;
    /* Values carry noise, and the same point may be asked for again, in one batch or a later one:
     * each time it is to be evaluated with fresh noise. */
    bool noisy;
    /* Seconds that an evaluation takes, roughly and known beforehand (a measured time would make
     * the choice of "auto" depend on the machine); 0: next to nothing, or unknown. */
    double cost_s;
} spk_search_space;

/* What the method "auto" stands for, and why, in words. space: with dim, n_objectives, noisy and
 * cost_s; budget 0: none. */
typedef struct {
    const char *method;
    char why[160];
} spk_search_choice;
void spk_search_choose(const spk_search_space *space, uint64_t budget, spk_search_choice *out);

typedef struct spk_search spk_search;

/* method: a name of the list. options: values in the order of the method's table, NULL for the
 * defaults. budget: evaluations, 0 for no limit; methods that plan ahead (those that shrink their
 * population) take 10,000 * dim for their plan when there is no limit. Errors: ERR_INPUT for an
 * unknown method (with the nearest name), an option or start outside its limits, a space the method
 * cannot search, or a budget below the method's first generation. */
spk_status spk_search_new(spk_ctx *ctx, const char *method, const spk_opts *options,
                          const spk_search_space *space, uint64_t seed, uint64_t budget,
                          spk_search **out);
void spk_search_free(spk_search *s);

/* Searches side by side, which share the budget evenly. Their generations are asked and told as one batch:
 * work for more lanes, threads and processes than one population has. */
enum { SPK_ISLANDS_MAX = 4096 };
typedef struct {
    size_t n; /* 0 and 1: one search, as without islands */
    /* After so many generations each island's best point joins the generation that the next island has
     * planned, if it is better than all that this one knows and its method takes guests; 0: never. */
    uint64_t migration;
} spk_islands;
/* ERR_INPUT, at `where` (may be NULL), for a migration that can move nothing: between fewer than two islands, or
 * of a method that takes no guests. */
spk_status spk_islands_check(spk_ctx *ctx, const spk_islands *islands, const char *method,
                             const spk_loc *where);
/* As spk_search_new, on islands (NULL: one). The first has the start of the space, the others starts drawn at
 * random. The budget, stop rules other than the target, and options are each island's; the search stops when
 * all have. */
spk_status spk_search_new_islands(spk_ctx *ctx, const char *method, const spk_opts *options,
                                  const spk_search_space *space, const spk_islands *islands,
                                  uint64_t seed, uint64_t budget, spk_search **out);

/* Values in the order of spk_search_stop_options(); call before the first tell. Without it the
 * defaults hold. */
spk_status spk_search_set_stop(spk_search *s, const spk_opts *stop);
/* Changes the budget (0: none). A search that had stopped for its budget goes on, as if it had been
 * born with the new one unless the method plans ahead. */
spk_status spk_search_set_budget(spk_search *s, uint64_t budget);

/* The largest number of points that the next ask can give; 0 once stopped. */
size_t spk_search_batch_max(const spk_search *s);

/* *n: on entry how many points x has room for (dim doubles each, at least one point), on exit how
 * many were given. Points lie in the cube. Taking a batch in several parts changes nothing. Asking
 * again without having told gives the same points again (all of them, if there is room). Gives 0
 * points once stopped. */
spk_status spk_search_ask(spk_search *s, double *x, size_t *n);

/* The values of the points of the last ask, n_objectives for each. A non-finite value makes the
 * point worse than every finite one. ERR_USAGE if nothing was asked. */
spk_status spk_search_tell(spk_search *s, const double *f);

/* Whether the search ended, and why (reason may be NULL). */
bool spk_search_stopped(const spk_search *s, spk_stop *reason);

/* The best point told so far and its value (either may be NULL); false if there is none with a
 * finite value, or if there are several objectives. */
bool spk_search_best(const spk_search *s, double *x, double *f);
/* The point that the method believes to be the best: under noise the lowest value ever told is a
 * lucky one, and methods that handle noise give a centre or an averaged value's point instead.
 * Otherwise the same as spk_search_best. */
bool spk_search_favourite(const spk_search *s, double *x);
/* Several objectives: the points at hand that no other dominates, in a fixed order; lent until the
 * next tell. x: n * dim, f: n * n_objectives. n is 0 with one objective. */
void spk_search_front(const spk_search *s, const double **x, const double **f, size_t *n);

typedef struct {
    uint64_t evaluations, generation;
    uint64_t restart;  /* 0 in the first run; of islands: of all together */
    size_t population; /* points of the present generation */
    double spread;     /* standard deviation of the points at hand, the largest over coordinates; a
                          method's own step size where it has one; NaN where neither makes sense */
    double best;       /* NaN if none */
} spk_search_progress;
void spk_search_get_progress(const spk_search *s, spk_search_progress *out);
/* A line for people, as snprintf: "generation 40, sigma 0.012, restart 2 (small, 9 points)". */
size_t spk_search_describe(const spk_search *s, char *buf, size_t size);

/* Which start of the search each of the n points of the last ask belongs to, until they are told: 0 in the
 * first run, other numbers after each restart and on each island. */
void spk_search_starts(const spk_search *s, size_t n, uint64_t *start);

/* Of a search of "auto": the method that it chose; of islands: of each. */
const spk_search_method *spk_search_get_method(const spk_search *s);
/* Why "auto" chose it, or NULL if it was asked for by its name. */
const char *spk_search_why(const spk_search *s);
size_t spk_search_dim(const spk_search *s);
size_t spk_search_objectives(const spk_search *s);

/* ---- keeping ---- */

/* The whole state as bytes, at any moment; lent until the next call on s. A search loaded from them
 * goes on with the same bits; points asked and not yet told are asked again. */
spk_status spk_search_save(spk_search *s, const void **bytes, size_t *size);
/* ERR_INPUT, saying what is wrong, if the bytes are damaged, cut short, or of another version. */
spk_status spk_search_load(spk_ctx *ctx, const void *bytes, size_t size, spk_search **out);

#ifdef __cplusplus
}
#endif
#endif
