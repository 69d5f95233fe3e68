/* The loop: ask, evaluate in parallel, tell; every generation into the journal. */
#include "fit/fit.h"
#include "num/num.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#ifndef SPK_VERSION
#error "SPK_VERSION is set by the build"
#endif

typedef struct {
    spk_ctx *ctx;
    spk_setup *setup;
    const spk_fit_options *o;
    spk__journal *journal;
    size_t model;
    spk_problem *problem;
    spk_search *search;
    uint64_t budget;
    uint64_t simulated; /* evaluations that were not in the journal, of all models */
    double began_s;
    double *x, *f;
} run;

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void spk__outcome_free(spk_ctx *ctx, spk__outcome *o) {
    spk__free(ctx, o->best_x);
    spk__free(ctx, o->best_values);
    spk__history_free(&o->history);
}

/* ---- the search of one model ---- */

static spk_status new_search(run *r) {
    const spk_study *y = spk_setup_study(r->setup);
    const spk_search_method *m;
    spk_opts options;
    spk_status st = spk__search_options(r->ctx, y, &m, &options);
    if (st)
        return st;
    size_t dim = spk_problem_dim(r->problem);
    double *start = SPK__ARRAY(r->ctx, dim, double);
    if (!start)
        return SPK_ERR_MEMORY;
    spk_problem_start(r->problem, start);
    spk_search_space space = {.dim = dim, .start = start};
    st = spk_search_new(r->ctx, m->name, &options, &space, y->seed, r->budget, &r->search);
    spk__free(r->ctx, start);
    return st;
}

static void keep_best(run *r, size_t n, spk__outcome *o) {
    size_t dim = spk_problem_dim(r->problem);
    for (size_t i = 0; i < n; i++) {
        if (!(r->f[i] < o->best))
            continue;
        o->best = r->f[i];
        memcpy(o->best_x, r->x + i * dim, dim * sizeof *o->best_x);
        spk_problem_decode(r->problem, o->best_x, o->best_values);
    }
}

static void report(run *r, const spk__outcome *o) {
    if (!r->o->progress)
        return;
    size_t n_models = spk_setup_study(r->setup)->n_models;
    double elapsed = now_s() - r->began_s, n_left = (double)(r->budget - o->evaluations) +
                                                   (double)r->budget * (double)(n_models - r->model - 1);
    char words[160];
    spk_search_describe(r->search, words, sizeof words);
    spk_fit_progress p = {.model = r->model,
                          .n_models = n_models,
                          .model_name = spk_model_name(spk_setup_model(r->setup, r->model)),
                          .evaluations = o->evaluations,
                          .budget = r->budget,
                          .best = o->best,
                          .best_values = o->best_values,
                          .tally = o->tally,
                          .elapsed_s = elapsed,
                          .left_s = n_left < 100 * (double)r->simulated
                                        ? elapsed * n_left / (double)r->simulated
                                        : NAN,
                          .words = words,
                          .problem = r->problem};
    r->o->progress(r->o->user, &p);
}

/* One generation: from the journal if it holds it, else simulated. */
static spk_status generation(run *r, spk__outcome *o) {
    size_t n = spk_search_batch_max(r->search);
    spk_tally before = o->tally, after = o->tally;
    uint32_t model = (uint32_t)r->model;
    uint64_t points = 0;
    bool found = false;
    spk_status st = spk_search_ask(r->search, r->x, &n);
    if (!st && r->journal) {
        points = spk__journal_points(r->x, n * spk_problem_dim(r->problem));
        found = spk__journal_next(r->journal, model, points, n, r->f, &after);
    }
    if (!st && !found) {
        int threads = r->o->threads ? r->o->threads : spk_setup_study(r->setup)->threads;
        st = spk_problem_evaluate(r->problem, r->x, n, threads, r->f, &after);
        if (!st && r->journal)
            st = spk__journal_append(r->journal, model, points, n, r->f, &after);
        r->simulated += n;
    }
    if (!st)
        st = spk_search_tell(r->search, r->f);
    if (st)
        return st;
    o->tally = after;
    o->evaluations += n;
    keep_best(r, n, o);
    st = spk__history_add(&o->history, r->x, r->f, n, o->evaluations, o->best, &before, &after);
    if (!st && !found)
        report(r, o);
    return st;
}

static spk_status make_room(run *r, size_t *room) {
    size_t n = spk_search_batch_max(r->search);
    if (n <= *room)
        return SPK_OK;
    double *x = spk__realloc(r->ctx, r->x, n * spk_problem_dim(r->problem), sizeof *x);
    if (x)
        r->x = x;
    double *f = x ? spk__realloc(r->ctx, r->f, n, sizeof *f) : NULL;
    if (f)
        r->f = f;
    *room = n;
    return f ? SPK_OK : SPK_ERR_MEMORY;
}

static spk_status search_model(run *r, spk__outcome *o) {
    size_t room = 0;
    spk_status st = spk_setup_problem(r->setup, r->model, &r->problem);
    if (!st)
        st = new_search(r);
    if (!st) {
        size_t dim = spk_problem_dim(r->problem);
        o->best = INFINITY;
        o->best_x = SPK__ARRAY(r->ctx, dim, double);
        o->best_values =
            SPK__ARRAY(r->ctx, spk_problem_kernel(r->problem)->n_parameters, double);
        o->history = (spk__history){.ctx = r->ctx, .h.dim = dim};
        st = o->best_x && o->best_values ? SPK_OK : SPK_ERR_MEMORY;
    }
    while (!st && !spk_search_stopped(r->search, &o->stop)) {
        st = make_room(r, &room);
        if (!st)
            st = generation(r, o);
    }
    if (st == SPK_ERR_CANCELLED && o->history.h.n) {
        o->interrupted = true;
        spk_ctx_go_on(r->ctx); /* the best so far is still worked out and scored */
        st = SPK_OK;
    }
    spk_search_free(r->search);
    r->search = NULL;
    spk__free(r->ctx, r->x);
    spk__free(r->ctx, r->f);
    r->x = r->f = NULL;
    return st;
}

/* ---- the run ---- */

/* Everything that the losses depend on; the budget is not among it, so that a run can be extended. */
static spk_status write_identity(spk_ctx *ctx, spk_setup *s, char **out) {
    const spk_study *y = spk_setup_study(s);
    spk__str t = {.ctx = ctx};
    spk__str_add(&t, "spikefit %s\nrecording %s\n", SPK_VERSION,
                 spk_recording_hash(spk_setup_recording(s)));
    for (size_t i = 0; i < y->n_models; i++) {
        spk_problem *p;
        spk_status st = spk_setup_problem(s, i, &p);
        if (st) {
            spk__str_free(&t);
            return st;
        }
        spk__str_add(&t, "model %s %s\n", y->model[i], spk_model_hash(spk_setup_model(s, i)));
    }
    spk__str_add(&t, SPK__IDENTITY_STUDY);
    spk__str_addn(&t, y->text, y->text_length);
    *out = t.text;
    if (t.failed)
        spk__str_free(&t);
    return t.failed ? SPK_ERR_MEMORY : SPK_OK;
}

/* The folder and those above it that are missing. */
static spk_status make_folder(spk_ctx *ctx, const char *path) {
    char *part = spk__strdup(ctx, path);
    if (!part)
        return SPK_ERR_MEMORY;
    for (char *p = part + 1; *part && *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        mkdir(part, 0777); /* what is wrong with one shows at the last */
        *p = '/';
    }
    spk__free(ctx, part);
    struct stat info;
    bool made = mkdir(path, 0777) == 0;
    int problem = errno;
    if (made || (stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, "choose another folder with --out",
                     problem == EEXIST ? "is not a folder" : "cannot make the folder: %s",
                     strerror(problem));
}

/* A budget below what was spent would end in a result worse than the one that is there. */
static spk_status check_budget(const run *r) {
    for (size_t i = 0; i < spk_setup_study(r->setup)->n_models; i++) {
        uint64_t spent = spk__journal_evaluations(r->journal, (uint32_t)i);
        char hint[128];
        if (spent <= r->budget)
            continue;
        snprintf(hint, sizeof hint, "say --evaluations %llu or more, or choose another folder",
                 (unsigned long long)spent);
        return spk__fail(r->ctx, SPK_ERR_USAGE, &(spk_loc){.file = r->o->folder}, hint,
                         "the run has spent %llu evaluations already; it cannot end at %llu",
                         (unsigned long long)spent, (unsigned long long)r->budget);
    }
    return SPK_OK;
}

static spk_status open_folder(run *r) {
    char *identity = NULL;
    spk_status st = write_identity(r->ctx, r->setup, &identity);
    if (!st && r->o->folder) {
        st = make_folder(r->ctx, r->o->folder);
        if (!st)
            st = spk__journal_open(r->ctx, r->o->folder, identity, r->o->resume, &r->journal);
        if (!st)
            st = check_budget(r);
    }
    spk__free(r->ctx, identity);
    return st;
}

spk_status spk_fit_run(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *o, spk_result **out) {
    const spk_study *y = spk_setup_study(setup);
    run r = {.ctx = ctx, .setup = setup, .o = o, .began_s = now_s()};
    r.budget = (uint64_t)(o->evaluations > 0 ? o->evaluations : y->evaluations);
    spk__outcome *outcomes = SPK__ARRAY(ctx, y->n_models, spk__outcome);
    if (!outcomes)
        return SPK_ERR_MEMORY;
    spk_status st = spk_setup_check(setup);
    if (!st)
        st = open_folder(&r);
    size_t done = 0;
    for (r.model = 0; !st && r.model < y->n_models; r.model++) {
        st = search_model(&r, &outcomes[r.model]);
        if (st)
            break;
        done++;
        if (outcomes[r.model].interrupted)
            break;
    }
    if (!st)
        st = spk__fit_result(ctx, setup, outcomes, done, r.budget, out);
    spk__journal_close(r.journal);
    for (size_t i = 0; i < y->n_models; i++)
        spk__outcome_free(ctx, &outcomes[i]);
    spk__free(ctx, outcomes);
    return st;
}
