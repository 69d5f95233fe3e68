/* A posterior sampled and kept: the sampler's loop, with journal, progress and result. */
#include <spikefit/posterior.h>

#include "fit/fit.h"
#include "fit/smc.h"

#include <stdio.h>

static const spk_opt options[] = {
    [SPK_POSTERIOR_PARTICLES] = {"particles", "parameter sets that make the posterior", SPK_OPT_INT,
                                 NULL, 1000, 20, 100000, NULL},
    [SPK_POSTERIOR_QUANTILE] = {"quantile",
                                "of a generation's distances, as the next one's tolerance",
                                SPK_OPT_REAL, NULL, 0.5, 0.01, 0.99, NULL},
    [SPK_POSTERIOR_ACCEPTANCE] = {"acceptance", "stop after a generation that accepted less",
                                  SPK_OPT_REAL, NULL, 0.01, 0, 1, NULL},
    [SPK_POSTERIOR_TOLERANCE] = {"tolerance", "stop once distances are this small", SPK_OPT_REAL,
                                 NULL, 0, 0, 1e9, NULL},
    [SPK_POSTERIOR_EVALUATIONS] = {"evaluations", "simulated data sets, at most", SPK_OPT_INT, NULL,
                                   200000, 100, 1e12, NULL},
    {0}};

const spk_opt *spk_posterior_options(void) {
    return options;
}

spk_status spk_posterior_read_options(spk_ctx *ctx, const spk_study *y, spk_opts *out) {
    spk_opts_default(options, out);
    for (size_t i = 0; i < y->posterior.n; i++) {
        const spk_setting *t = &y->posterior.item[i];
        spk_status st = spk_opts_set_at(ctx, options, "posterior", t->name, t->value, &t->name_loc,
                                        &t->value_loc, out);
        if (st)
            return st;
    }
    return SPK_OK;
}

/* ---- the loop ---- */

spk_status spk__smc_run(spk__smc_loop *l) {
    spk_status st = SPK_OK;
    size_t room = 0;
    double *f = NULL;
    while (!st && !spk__smc_stopped(l->smc)) {
        const double *x;
        size_t n;
        uint64_t first;
        st = spk__smc_ask(l->smc, &x, &n, &first);
        if (!st && n > room) {
            double *more = spk__realloc(l->ctx, f, n, sizeof *f);
            f = more ? more : f;
            room = more ? n : room;
            st = more ? SPK_OK : SPK_ERR_MEMORY;
        }
        uint64_t points = st || !l->journal ? 0 : spk__journal_points(x, n * spk_problem_dim(l->p));
        bool found =
            !st && l->journal && spk__journal_next(l->journal, l->index, points, n, f, &l->tally);
        if (!st && !found) {
            st = spk_problem_run(l->p, &(spk_evaluation){.x = x,
                                                         .n = n,
                                                         .threads = l->threads,
                                                         .noise = l->noise + first,
                                                         .loss = f,
                                                         .tally = &l->tally});
            if (!st && l->journal)
                st = spk__journal_append(l->journal, l->index, points, n, f, &l->tally);
            l->simulated += n;
        }
        if (!st)
            st = spk__smc_tell(l->smc, f);
        if (!st && !found && l->report)
            l->report(l->user, l);
    }
    spk__free(l->ctx, f);
    return st;
}

/* ---- the run ---- */

typedef struct {
    spk_ctx *ctx;
    spk_setup *setup;
    const spk_fit_options *o;
    spk_problem *problem;
    spk__prior *prior;
    spk__smc_options options;
    spk__journal *journal;
    double began_s;
    double *best_values;
} run;

static void report(void *user, const spk__smc_loop *l) {
    run *r = user;
    spk__population y;
    char words[96];
    spk__smc_population(l->smc, &y);
    double elapsed = spk__now_s() - r->began_s, left = (double)(r->options.budget - y.evaluations);
    snprintf(words, sizeof words, "generation %zu, tolerance %.4g", y.n_generations, y.tolerance);
    spk_fit_progress p = {.n_models = 1,
                          .model_name = spk_model_name(spk_setup_model(r->setup, 0)),
                          .evaluations = y.evaluations,
                          .budget = r->options.budget,
                          .best = y.tolerance,
                          .best_values = r->best_values,
                          .tally = l->tally,
                          .elapsed_s = elapsed,
                          .left_s = elapsed * left / (double)(l->simulated ? l->simulated : 1),
                          .words = words,
                          .problem = r->problem};
    if (y.n)
        spk_problem_decode(r->problem, y.x, r->best_values);
    r->o->progress(r->o->user, &p);
}

static spk_status open_folder(run *r) {
    const spk_study *y = spk_setup_study(r->setup);
    char *identity = NULL;
    if (!r->o->folder)
        return SPK_OK;
    spk_status st = spk__fit_identity(r->ctx, r->setup, "posterior\n", &identity);
    if (!st)
        st = spk__folder_open(r->ctx, r->o, y->path, identity, 1, &r->options.budget, &r->journal);
    spk__free(r->ctx, identity);
    return st;
}

static spk_status prepare(run *r) {
    const spk_study *y = spk_setup_study(r->setup);
    spk_opts o;
    if (y->n_models != 1)
        return spk__fail(r->ctx, SPK_ERR_INPUT, &y->model_loc[1], "make a study for each",
                         "a posterior is of one model, and the study has %zu", y->n_models);
    if (y->n_objectives)
        return spk__fail(
            r->ctx, SPK_ERR_INPUT, &y->objective[0].loc, "put them together in one 'loss'",
            "a posterior needs one distance, and the study has %zu objectives", y->n_objectives);
    spk_setup_as_recorded(r->setup);
    spk_status st = spk_posterior_read_options(r->ctx, y, &o);
    if (!st)
        st = spk_setup_check(r->setup);
    if (!st)
        st = spk_setup_problem(r->setup, 0, &r->problem);
    if (st)
        return st;
    r->options = spk__smc_options_of(&o, y->seed);
    if (r->o->evaluations > 0)
        r->options.budget = (uint64_t)r->o->evaluations;
    r->prior = SPK__ARRAY(r->ctx, spk_problem_dim(r->problem), spk__prior);
    r->best_values = SPK__ARRAY(r->ctx, spk_problem_kernel(r->problem)->n_parameters, double);
    st = r->prior && r->best_values ? SPK_OK : SPK_ERR_MEMORY;
    return st ? st : spk__priors_read(r->ctx, y, r->problem, r->prior);
}

spk__smc_options spk__smc_options_of(const spk_opts *o, uint64_t seed) {
    return (spk__smc_options){.particles = (size_t)o->v[SPK_POSTERIOR_PARTICLES],
                              .quantile = o->v[SPK_POSTERIOR_QUANTILE],
                              .acceptance = o->v[SPK_POSTERIOR_ACCEPTANCE],
                              .tolerance = o->v[SPK_POSTERIOR_TOLERANCE],
                              .budget = (uint64_t)o->v[SPK_POSTERIOR_EVALUATIONS],
                              .seed = seed};
}

/* ---- the result ---- */

/* What a fit's result is made from: the nearest particle as the best. */
static spk_status make_outcome(const run *r, const spk__smc_loop *l, const spk__population *y,
                               spk__outcome *o) {
    size_t nearest = 0, dim = y->dim;
    spk_tally none = {0};
    for (size_t i = 1; i < y->n; i++)
        if (y->distance[i] < y->distance[nearest])
            nearest = i;
    o->best_x = SPK__ARRAY(r->ctx, dim, double);
    o->best_values = SPK__ARRAY(r->ctx, spk_problem_kernel(r->problem)->n_parameters, double);
    if (!o->best_x || !o->best_values)
        return SPK_ERR_MEMORY;
    memcpy(o->best_x, y->x + nearest * dim, dim * sizeof *o->best_x);
    spk_problem_decode(r->problem, o->best_x, o->best_values);
    o->best = y->distance[nearest];
    o->evaluations = y->evaluations;
    o->tally = l->tally;
    o->stop = y->evaluations >= r->options.budget ? SPK_STOP_BUDGET : SPK_STOP_CONVERGED;
    o->history = (spk__history){.ctx = r->ctx, .h.dim = dim};
    return spk__history_add(&o->history, y->x, y->distance, y->n, y->evaluations, NULL, o->best, &none,
                            &l->tally);
}

static double *copy_numbers(spk_ctx *ctx, const double *from, size_t n) {
    double *to = SPK__ARRAY(ctx, n, double);
    if (to && n)
        memcpy(to, from, n * sizeof *to);
    return to;
}

static spk_status fill_posterior(const run *r, const spk__population *y,
                                 spk_result_posterior *out) {
    spk_ctx *ctx = r->ctx;
    const spk_kernel *k = spk_problem_kernel(r->problem);
    out->parameter = SPK__ARRAY(ctx, y->dim, uint64_t);
    out->value = SPK__ARRAY(ctx, y->n * y->dim, double);
    out->weight = copy_numbers(ctx, y->weight, y->n);
    out->distance = copy_numbers(ctx, y->distance, y->n);
    out->generation = SPK__ARRAY(ctx, y->n_generations, spk_result_generation);
    out->stop = spk__strdup(ctx, y->stop ? y->stop : "interrupted");
    if (!out->parameter || !out->value || !out->weight || !out->distance || !out->generation ||
        !out->stop)
        return SPK_ERR_MEMORY;
    memcpy(out->generation, y->generation, y->n_generations * sizeof *out->generation);
    out->n = y->n;
    out->dim = y->dim;
    out->n_generations = y->n_generations;
    out->tolerance = y->tolerance;
    out->effective = y->effective;
    for (size_t j = 0; j < y->dim; j++) {
        const spk_free *f = spk_problem_parameter(r->problem, j);
        out->parameter[j] = f->index;
        for (size_t i = 0; i < y->n; i++)
            out->value[i * y->dim + j] =
                spk_problem_value(f, y->x[i * y->dim + j]) / k->parameters[f->index].scale;
    }
    return SPK_OK;
}

static spk_status make_result(run *r, const spk__smc_loop *l, bool interrupted, spk_result **out) {
    spk__population y;
    spk__outcome o = {.interrupted = interrupted};
    spk__smc_population(l->smc, &y);
    if (!y.n)
        return spk__fail(r->ctx, SPK_ERR_FAILED, NULL,
                         interrupted ? "`--resume` goes on"
                                     : "give it more evaluations, or fewer particles",
                         "not one generation of %zu particles was finished in %llu evaluations",
                         r->options.particles, (unsigned long long)y.evaluations);
    spk_result *made = NULL;
    spk_status st = make_outcome(r, l, &y, &o);
    if (!st)
        st = spk__fit_result(r->ctx, r->setup, &o, 1, r->options.budget, &made);
    if (!st)
        st = fill_posterior(r, &y, &made->posterior);
    if (!st) {
        spk__free(r->ctx, made->method);
        made->method = spk__strdup(r->ctx, "abc_smc");
        st = made->method ? SPK_OK : SPK_ERR_MEMORY;
    }
    spk__outcome_free(r->ctx, &o);
    if (st)
        spk_result_free(made);
    else
        *out = made;
    return st;
}

spk_status spk_posterior_run(spk_ctx *ctx, spk_setup *setup, const spk_fit_options *o,
                             spk_result **out) {
    run r = {.ctx = ctx, .setup = setup, .o = o, .began_s = spk__now_s()};
    spk__smc *smc = NULL;
    spk_status st = prepare(&r);
    if (!st)
        st = open_folder(&r);
    if (!st)
        st = spk__smc_new(ctx, r.prior, spk_problem_dim(r.problem), &r.options, &smc);
    spk__smc_loop l = {.ctx = ctx,
                       .smc = smc,
                       .p = r.problem,
                       .journal = r.journal,
                       .threads = o->threads ? o->threads : spk_setup_study(setup)->threads,
                       .report = o->progress ? report : NULL,
                       .user = &r};
    bool interrupted = false;
    if (!st)
        st = spk__smc_run(&l);
    if (st == SPK_ERR_CANCELLED) {
        interrupted = true;
        spk_ctx_go_on(ctx);
        st = SPK_OK;
    }
    if (!st)
        st = make_result(&r, &l, interrupted, out);
    spk__smc_free(smc);
    spk__journal_close(r.journal);
    spk__free(ctx, r.prior);
    spk__free(ctx, r.best_values);
    return st;
}
