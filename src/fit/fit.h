/* Inside the fit room. */
#ifndef SPK_FIT_FIT_H
#define SPK_FIT_FIT_H

#include "base/base.h"
#include <spikefit/fit.h>

/* The method of a study that names none. */
#define SPK__DEFAULT_METHOD "lshade"
#define SPK__DEFAULT_ROUND 20000 /* evaluations on an island: rounds can be added to a run that has ended */
#define SPK__DEFAULT_NOISY_METHOD "cmaes" /* where the study wants fresh noise */
#define SPK__DEFAULT_FRONT_METHOD "nsga2" /* of one with several objectives */
const char *spk__study_method(const spk_study *study);

/* On how many islands a study is searched with a budget. ERR_INPUT, located. */
spk_status spk__study_islands(spk_ctx *ctx, const spk_study *study, uint64_t budget, spk_islands *out);
/* How many if nothing is said, with rounds of so many evaluations (0: none). Beyond what the study allows
 * there are no more of them, so that what a run has done stays when it is extended. */
size_t spk__default_islands(int64_t planned, uint64_t budget, uint64_t round);

/* The method of a study and its options. ERR_INPUT, located, for unknown names and impossible
 * values. */
spk_status spk__search_options(spk_ctx *ctx, const spk_study *study,
                               const spk_search_method **method, spk_opts *options);

/* ---- the journal: what a run has cost so far ----
 *
 * A search is a pure function of its seed and of the losses it was told, so a run is kept as the
 * list of those losses: resuming means asking and telling again without simulating. Records are
 * appended after every generation, each with a hash of the points that it is about; one cut short
 * by a crash is dropped and costs one generation. A record is used where the search asks for
 * exactly its points, so that a run with another budget takes over what is the same and simulates
 * the rest, whatever its method plans. Nothing whole is ever dropped.
 */
typedef struct spk__journal spk__journal;

/* Opens (resume) or creates the journal of a run directory and locks it. identity: text that says
 * what the run depends on, one thing a line, the study's text last, behind the line
 * SPK__IDENTITY_STUDY; a journal of another one is refused, naming the first line that differs.
 * place: what the study's file was called, kept for spk__journal_study. */
#define SPK__IDENTITY_STUDY "study\n"
spk_status spk__journal_open(spk_ctx *ctx, const char *folder, const char *identity,
                             const char *place, bool resume, spk__journal **out);
void spk__journal_close(spk__journal *j);
/* The evaluations that the journal held of this model when it was opened. */
uint64_t spk__journal_evaluations(const spk__journal *j, uint32_t model);
/* The budget that the run was last given, 0 if none; and a new one, written down unless it is the
 * same. */
uint64_t spk__journal_budget(const spk__journal *j);
spk_status spk__journal_set_budget(spk__journal *j, uint64_t budget);
/* What tells batches of points apart: n numbers. */
uint64_t spk__journal_points(const double *x, size_t n);
/* Fills loss[n] and tally from the next record of this model about these points; false if there is
 * none, and then for the rest of this model. Models come one after the other. */
bool spk__journal_next(spk__journal *j, uint32_t model, uint64_t points, size_t n, double *loss,
                       spk_tally *tally);
/* Appends. Synced to the disk about once a second. */
spk_status spk__journal_append(spk__journal *j, uint32_t model, uint64_t points, size_t n,
                               const double *loss, const spk_tally *tally);

/* ---- history while it grows ---- */
typedef struct {
    spk_ctx *ctx;
    spk_result_history h;
    size_t room, room_rows;
} spk__history;
/* Which starts of the search a generation belongs to: as a whole, and point by point. */
typedef struct {
    uint64_t restart;
    const uint64_t *point;
} spk__starts;
/* starts: NULL if there is one. */
spk_status spk__history_add(spk__history *y, const double *x, const double *f, size_t n,
                            uint64_t evaluations, const spk__starts *starts, double best,
                            const spk_tally *before, const spk_tally *after);
void spk__history_free(spk__history *y);

/* ---- one search ---- */
typedef struct {
    double *best_x;
    double *best_values; /* of the caller of the loop, as `best_x` means them to him; or NULL */
    double best;
    uint64_t evaluations;
    spk_tally tally;
    spk_stop stop;
    char method[208]; /* and, of "auto", why */
    bool interrupted;
    spk__history history;
    double *front_x, *front_f; /* [n_front][dim], [n_front][objectives]; of several objectives */
    size_t n_front;
} spk__outcome;
void spk__outcome_free(spk_ctx *ctx, spk__outcome *o);

/* Asks, evaluates or finds in the journal, tells, until the search stops or the context is
 * cancelled. What is searched is the caller's. */
typedef struct spk__loop spk__loop;
struct spk__loop {
    spk_ctx *ctx;
    spk__journal *journal; /* NULL: nothing is kept */
    uint32_t index;        /* of the search among those of the journal */
    spk_search *search;
    double began_s;
    spk_status (*evaluate)(void *user, const double *x, size_t n, double *f, spk_tally *tally);
    void (*report)(void *user, const spk__loop *l,
                   spk__outcome *o); /* after what was not in the journal */
    void *user;
    bool drifts;         /* what a point costs depends on the generation */
    uint64_t generation; /* that is being evaluated, from 0 */
    uint64_t simulated;  /* evaluations that were not in the journal, of all searches */
    double *x, *f;
    uint64_t *start; /* of each point: spk_search_starts */
};
double spk__now_s(void);
/* Fills a zeroed outcome. A cancellation is taken back once a generation is done: see spk_fit_run.
 */
spk_status spk__loop_run(spk__loop *l, spk__outcome *o);
/* Completes p (model, budget, names and best_values are set) and hands it to options->progress.
 * later: evaluations after this search. */
void spk__loop_report(const spk__loop *l, const spk__outcome *o, uint64_t later,
                      const spk_fit_options *options, spk_fit_progress *p);

/* Makes the folder of a run, opens its journal as spk__journal_open, and settles the budget: what
 * the options say, else what the run was last given and `extend`, else *budget as it comes. Refuses
 * one below what one of its n searches has spent. The journal is the caller's to close, also after
 * an error. */
spk_status spk__folder_open(spk_ctx *ctx, const spk_fit_options *o, const char *place,
                            const char *identity, size_t n_searches, uint64_t *budget,
                            spk__journal **out);
/* The name and the text of the study that the run in a folder was begun with; both are the
 * caller's, zero but for their context. */
spk_status spk__journal_study(spk_ctx *ctx, const char *folder, spk__str *place, spk__str *text);

/* What the losses of a run depend on, for its journal. kind: a line that tells sorts of runs apart; "" for a
 * fit. */
spk_status spk__fit_identity(spk_ctx *ctx, spk_setup *s, const char *kind, char **out);

/* The range of coordinate i over the candidates that cost at most `limit`; false if none does. */
bool spk__history_range(const spk_result_history *h, double limit, size_t i, double *low,
                        double *high);
spk_status spk__file_hash(spk_ctx *ctx, const char *path, char hex[65]);

/* ---- after a search ---- */

/* Several objectives: keeps the search's front, by rising first objective, and makes its knee the best. */
spk_status spk__front_keep(spk_ctx *ctx, const spk_search *s, spk__outcome *o);
/* A stochastic model: makes that candidate the best which is lowest on average over noises that the
 * search has not seen, among the search's favourite and its lowest; `best` becomes that average. */
spk_status spk__noise_settle(spk_ctx *ctx, spk_problem *p, const spk_search *s, int threads,
                             spk__outcome *o);

/* The front of an outcome into a result; its knee is what was picked. */
spk_status spk__front_fill(spk_ctx *ctx, const spk_problem *p, const spk__outcome *o, spk_result *r);
/* All parameters' values at a point of the cube, and which of them lie at a bound. */
spk_status spk__result_take_point(spk_result *r, const spk_problem *p, const double *x);

/* Fills everything of a result that the chosen outcome determines. */
spk_status spk__fit_result(spk_ctx *ctx, spk_setup *setup, spk__outcome *outcomes, size_t n,
                           uint64_t budget, spk_result **out);

#endif
