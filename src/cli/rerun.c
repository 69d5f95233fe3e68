/* spikefit rerun: repeats a run from its result file and compares, bit by bit. */
#include "cli/bootstrap.h"
#include <spikefit/netfit.h>
#include <spikefit/posterior.h>

#include <math.h>
#include <string.h>

static bool same(double a, double b) {
    return a == b || (isnan(a) && isnan(b));
}

static spk_status check_data(cli *c, const spk_result *old, const spk_result *again) {
    spk_status st = SPK_OK;
    for (size_t i = 0; i < old->n_data && i < again->n_data; i++)
        if (strcmp(old->data_hash[i], again->data_hash[i]) != 0)
            st = cli_fail(c, SPK_ERR_FAILED, NULL, "%s is not the file that the run read",
                          old->data_path[i]);
    return st;
}

static bool same_profiles(const spk_result *a, const spk_result *b) {
    bool equal = a->identifiability.n == b->identifiability.n;
    for (size_t i = 0; equal && i < a->identifiability.n; i++) {
        const spk_result_profile *p = &a->identifiability.profile[i], *q = &b->identifiability.profile[i];
        equal = p->n == q->n && same(p->low, q->low) && same(p->high, q->high);
        for (size_t k = 0; equal && k < p->n; k++)
            equal = same(p->held[k], q->held[k]) && same(p->refitted[k], q->refitted[k]);
    }
    return equal;
}

static bool same_numbers(const double *a, const double *b, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!same(a[i], b[i]))
            return false;
    return true;
}

/* What differs of two posteriors, in a word; NULL: nothing. */
static const char *posterior_differs(const spk_result_posterior *a, const spk_result_posterior *b) {
    bool equal = a->n == b->n && a->dim == b->dim && a->n_generations == b->n_generations;
    if (!equal || !same_numbers(a->value, b->value, a->n * a->dim) ||
        !same_numbers(a->weight, b->weight, a->n) || !same_numbers(a->distance, b->distance, a->n))
        return "particles";
    for (size_t i = 0; i < a->n_generations; i++)
        if (!same(a->generation[i].tolerance, b->generation[i].tolerance) ||
            !same(a->generation[i].evaluations, b->generation[i].evaluations))
            return "generations";
    for (size_t i = 0; i < a->n_checks; i++)
        if (i >= b->n_checks || !same(a->check[i].p, b->check[i].p) ||
            !same(a->check[i].mean, b->check[i].mean))
            return "predictive checks";
    if (a->n_ranks != b->n_ranks || !same_numbers(a->rank, b->rank, a->n_ranks * a->dim))
        return "calibration ranks";
    return NULL;
}

static bool same_bootstrap(const spk_result *a, const spk_result *b) {
    const spk_result_bootstrap *y = &a->bootstrap, *z = &b->bootstrap;
    bool equal = y->n == z->n && y->dim == z->dim;
    for (size_t i = 0; equal && i < y->n * y->dim; i++)
        equal = same(y->value[i], z->value[i]);
    return equal;
}

static spk_status compare(cli *c, const spk_result *old, const spk_result *again) {
    size_t differ = 0;
    if (strcmp(old->version, again->version) != 0)
        printf("the run was made by spikefit %s, this is %s\n", old->version, again->version);
    spk_status st = check_data(c, old, again);
    bool parameters = old->n_parameters == again->n_parameters;
    for (size_t i = 0; parameters && i < old->n_parameters; i++) {
        const spk_result_parameter *a = &old->parameter[i], *b = &again->parameter[i];
        if (same(a->value, b->value))
            continue;
        differ++;
        printf("  %s: %.17g then, %.17g now (%s)\n", a->name, a->value, b->value, a->unit);
    }
    bool history = old->history.n == again->history.n;
    for (size_t i = 0; history && i < old->history.n; i++)
        history = same(old->history.best[i], again->history.best[i]) &&
                  same(old->history.median[i], again->history.median[i]);
    if (!parameters || differ || !same(old->best_loss, again->best_loss) || !history)
        return cli_fail(c, SPK_ERR_FAILED, NULL,
                        "the rerun differs: loss %.17g then, %.17g now; history %s",
                        old->best_loss, again->best_loss, history ? "equal" : "different");
    if (!same_profiles(old, again))
        return cli_fail(c, SPK_ERR_FAILED, NULL, "the rerun differs: the same fit, but other profiles");
    if (!same_bootstrap(old, again))
        return cli_fail(c, SPK_ERR_FAILED, NULL, "the rerun differs: the same fit, but another bootstrap");
    const char *other = posterior_differs(&old->posterior, &again->posterior);
    if (other)
        return cli_fail(c, SPK_ERR_FAILED, NULL, "the rerun differs: the same nearest particle, but other %s",
                        other);
    if (!st && old->posterior.n)
        printf("the same bits: %zu particles, %zu generations, %zu checks, %zu calibration ranks\n",
               again->posterior.n, again->posterior.n_generations, again->posterior.n_checks,
               again->posterior.n_ranks);
    else if (!st)
        printf("the same bits: loss %.17g, %zu parameters, %zu generations\n", again->best_loss,
               again->n_parameters, again->history.n);
    return st;
}

/* Particles, predictive check and, where there was one, calibration. */
static spk_status repeat_posterior(cli *c, cli_run *r, const spk_fit_options *o, spk_result **again) {
    spk_setup *setup = NULL; /* the run's own has a problem open that simulates other repeats */
    spk_problem *p = NULL;
    size_t n_ranks = r->result->posterior.n_ranks;
    spk_status st = spk_setup_new(c->ctx, r->study, &setup);
    if (!st)
        st = spk_posterior_run(c->ctx, setup, o, again);
    if (!st && !(*again)->interrupted)
        st = spk_setup_problem(setup, 0, &p);
    if (p)
        st = spk_posterior_check(c->ctx, p, CLI_POSTERIOR_DRAWS, *again);
    if (p && !st && n_ranks)
        st = spk_posterior_calibrate(c->ctx, setup, o, n_ranks, *again);
    spk_setup_free(setup);
    return st;
}

/* As many replicates of the same kind. */
static spk_status repeat_bootstrap(cli *c, const cli_run *r, int threads, spk_result *again) {
    spk_bootstrap_options o = {.replicates = r->result->bootstrap.n, .threads = threads};
    spk_status st = cli_find_resample(c, r->result->bootstrap.over, &o.over);
    return st ? st : cli_bootstrap(c, r->problem, o, again);
}

static spk_status run_rerun(cli *c) {
    int64_t threads = 0;
    const cli_option options[] = {{"--threads", CLI_INT, &threads}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    cli_run r;
    if (!st)
        st = cli_run_open(c, c->argv[0], &r);
    if (st)
        return st;
    if (r.result->interrupted)
        st = cli_fail(c, SPK_ERR_INPUT,
                      r.result->posterior.n ? "`spikefit posterior --resume RUN` ends it first"
                                            : "`spikefit fit --resume` ends it first",
                      "the run was interrupted: there is nothing whole to repeat");
    spk_result *again = NULL;
    spk_fit_options o = {.threads = (int)threads, .evaluations = (int64_t)r.result->budget};
    if (!st)
        st = r.network              ? spk_netfit_run(c->ctx, r.network, &o, &again)
             : r.result->posterior.n ? repeat_posterior(c, &r, &o, &again)
                                     : spk_fit_run(c->ctx, r.setup, &o, &again);
    if (!st && again->interrupted)
        st = cli_fail(c, SPK_ERR_CANCELLED, NULL, "interrupted");
    if (!st && r.result->identifiability.n)
        st = spk_validate_identifiability(c->ctx, r.problem, (int)threads, again);
    if (!st && r.result->bootstrap.n)
        st = repeat_bootstrap(c, &r, (int)threads, again);
    if (!st)
        st = compare(c, r.result, again);
    spk_result_free(again);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_rerun = {
    .name = "rerun",
    .sentence = "repeat a run from its result file and compare, bit by bit",
    .usage = "RUN [--threads N]",
    .help = "Equal means equal to the last bit: the best parameters, the best and the median\n"
            "loss of every generation, the profiles of the parameters, and their bootstrap\n"
            "where there is one; of a posterior its particles, their weights, the predictive\n"
            "checks and the calibration. Exit code 1 if anything differs.\n\n"
            "  --threads N   cores to use; the result does not depend on it\n",
    .run = run_rerun,
};
