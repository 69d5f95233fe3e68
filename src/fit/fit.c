/* A study's models fitted, one after the other. */
#include "fit/fit.h"

#include <math.h>
#include <stdio.h>

#ifndef SPK_VERSION
#error "SPK_VERSION is set by the build"
#endif

typedef struct {
    spk_ctx *ctx;
    spk_setup *setup;
    const spk_fit_options *o;
    spk__loop loop;
    size_t model;
    spk_problem *problem;
    uint64_t budget;
    bool fresh; /* noise */
} run;

/* ---- the search of one model ---- */

/* The default method serves small budgets too: unless the study says how large a generation is,
 * there are twenty of them at least. */
static spk_status fit_population(run *r, const spk_search_method *m, const spk_search_space *space,
                                 const spk_islands *islands, spk_opts *options) {
    uint64_t share = r->budget / islands->n / 20;
    size_t i = 0, most = (size_t)(share < 4 ? 4 : share);
    if (strcmp(m->name, SPK__DEFAULT_METHOD) != 0)
        return SPK_OK;
    while (strcmp(m->options[i].name, "population") != 0)
        i++;
    if (options->v[i] > 0)
        return SPK_OK;
    spk_search *s;
    spk_status st = spk_search_new(r->ctx, m->name, options, space, 0, 0, &s);
    if (st)
        return st;
    if (spk_search_batch_max(s) > most)
        options->v[i] = (double)most;
    spk_search_free(s);
    return SPK_OK;
}

/* planned: whether the search may spend the budget alone; else it is asked what it would. */
static spk_status new_search(run *r, bool planned, spk_search **out) {
    const spk_study *y = spk_setup_study(r->setup);
    const spk_search_method *m;
    spk_opts options;
    spk_status st = spk__search_options(r->ctx, y, &m, &options);
    if (st)
        return st;
    r->fresh = spk_setup_fresh_noise(r->setup, r->problem);
    size_t dim = spk_problem_dim(r->problem);
    double *start = SPK__ARRAY(r->ctx, dim, double);
    if (!start)
        return SPK_ERR_MEMORY;
    spk_problem_start(r->problem, start);
    spk_search_space space = {.dim = dim,
                              .n_objectives = spk_problem_objectives(r->problem),
                              .start = start,
                              .noisy = r->fresh,
                              .cost_s = spk_problem_cost(r->problem)};
    spk_islands islands;
    st = spk__study_islands(r->ctx, y, r->budget, &islands);
    if (!st)
        st = fit_population(r, m, &space, &islands, &options);
    if (!st)
        st = spk_search_new_islands(r->ctx, m->name, &options, &space, &islands, y->seed,
                                    planned ? r->budget : 0, out);
    spk__free(r->ctx, start);
    return st;
}

static int threads_of(const run *r) {
    return r->o->threads ? r->o->threads : spk_setup_study(r->setup)->threads;
}

static spk_status evaluate(void *user, const double *x, size_t n, double *f, spk_tally *tally) {
    run *r = user;
    spk_evaluation e = {.x = x, .n = n, .threads = threads_of(r), .each = f, .tally = tally};
    e.noise = r->fresh ? tally->evaluations + 1 : 0;
    return spk_problem_run(r->problem, &e);
}

static void decode_best(const run *r, spk__outcome *o) {
    if (o->best < INFINITY)
        spk_problem_decode(r->problem, o->best_x, o->best_values);
}

static void report(void *user, const spk__loop *l, spk__outcome *o) {
    run *r = user;
    if (!r->o->progress)
        return;
    decode_best(r, o);
    size_t n_models = spk_setup_study(r->setup)->n_models;
    spk_fit_progress p = {.model = r->model,
                          .n_models = n_models,
                          .model_name = spk_model_name(spk_setup_model(r->setup, r->model)),
                          .budget = r->budget,
                          .best_values = o->best_values,
                          .problem = r->problem};
    spk__loop_report(l, o, r->budget * (n_models - r->model - 1), r->o, &p);
}

static spk_status search_model(run *r, spk__outcome *o) {
    spk_status st = spk_setup_problem(r->setup, r->model, &r->problem);
    if (!st)
        st = new_search(r, true, &r->loop.search);
    if (!st && !(o->best_values =
                     SPK__ARRAY(r->ctx, spk_problem_kernel(r->problem)->n_parameters, double)))
        st = SPK_ERR_MEMORY;
    r->loop.index = (uint32_t)r->model;
    if (!st)
        st = spk__loop_run(&r->loop, o);
    if (!st && spk_problem_objectives(r->problem) > 1)
        st = spk__front_keep(r->ctx, r->loop.search, o);
    else if (!st && spk_problem_stochastic(r->problem))
        st = spk__noise_settle(r->ctx, r->problem, r->loop.search, threads_of(r), o);
    if (!st)
        decode_best(r, o);
    spk_search_free(r->loop.search);
    r->loop.search = NULL;
    return st;
}

/* ---- the run ---- */

/* Everything that the losses depend on; the budget is not among it, so that a run can be extended.
 */
spk_status spk__fit_identity(spk_ctx *ctx, spk_setup *s, const char *kind, char **out) {
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
    spk__str_add(&t, "%s", kind);
    spk__str_add(&t, SPK__IDENTITY_STUDY);
    spk__str_addn(&t, y->text, y->text_length);
    *out = t.text;
    if (t.failed)
        spk__str_free(&t);
    return t.failed ? SPK_ERR_MEMORY : SPK_OK;
}

static spk_status open_folder(run *r) {
    const spk_study *y = spk_setup_study(r->setup);
    char *identity = NULL;
    spk_status st = spk__fit_identity(r->ctx, r->setup, "", &identity);
    if (!st && r->o->folder)
        st = spk__folder_open(r->ctx, r->o, y->path, identity, y->n_models, &r->budget,
                              &r->loop.journal);
    spk__free(r->ctx, identity);
    return st;
}

/* A budget below one generation would end in a choice among random points. */
static spk_status check_generation(run *r) {
    const spk_study *y = spk_setup_study(r->setup);
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && i < y->n_models; i++) {
        spk_search *s = NULL;
        char hint[64];
        st = spk_setup_problem(r->setup, i, &r->problem);
        if (!st)
            st = new_search(r, false, &s);
        size_t least = st ? 0 : spk_search_batch_max(s);
        spk_search_free(s);
        snprintf(hint, sizeof hint, "give it %zu evaluations or more", least);
        if (!st && r->budget < least)
            st = spk__fail(r->ctx, SPK_ERR_INPUT, &(spk_loc){.file = y->path}, hint,
                           "%llu evaluations are less than one generation of the search",
                           (unsigned long long)r->budget);
    }
    return st;
}

spk_status spk_fit_run(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *o, spk_result **out) {
    const spk_study *y = spk_setup_study(setup);
    run r = {.ctx = ctx, .setup = setup, .o = o};
    r.loop = (spk__loop){
        .ctx = ctx, .began_s = spk__now_s(), .evaluate = evaluate, .report = report, .user = &r};
    r.budget = (uint64_t)(o->evaluations > 0 ? o->evaluations : y->evaluations + o->extend);
    spk__outcome *outcomes = SPK__ARRAY(ctx, y->n_models, spk__outcome);
    if (!outcomes)
        return SPK_ERR_MEMORY;
    spk_status st = spk_setup_check(setup);
    if (!st && !o->resume) /* what is resumed has had a generation */
        st = check_generation(&r);
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
    spk__journal_close(r.loop.journal);
    for (size_t i = 0; i < y->n_models; i++)
        spk__outcome_free(ctx, &outcomes[i]);
    spk__free(ctx, outcomes);
    return st;
}
