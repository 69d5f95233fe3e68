/* spikefit posterior: parameters with their uncertainty, and checks of both. */
#include "cli/fit.h"
#include <spikefit/figure.h>
#include <spikefit/posterior.h>
#include <spikefit/validate.h>

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 24 };

static const spk_result_parameter *parameter_of(const spk_result *r, size_t column) {
    return &r->parameter[r->posterior.parameter[column]];
}

static spk_status print_marginals(cli *c, const spk_result *r) {
    const spk_result_posterior *y = &r->posterior;
    static const double share[] = {0.025, 0.5, 0.975};
    char a[32], b[32], d[32], e[32], f[32];
    printf("\n  %-12s %10s %10s %10s  %-22s %s\n", "parameter", "mean", "sd", "median", "95 %",
           "unit");
    for (size_t j = 0; j < y->dim; j++) {
        const spk_result_parameter *p = parameter_of(r, j);
        double q[3], sd = sqrt(spk_posterior_covariance(y, j, j));
        spk_status st = spk_posterior_quantiles(c->ctx, y, j, share, 3, q);
        if (st)
            return st;
        char range[80];
        snprintf(range, sizeof range, "%s .. %s", cli_number(q[0], 4, d), cli_number(q[2], 4, e));
        printf("  %-12s %10s %10s %10s  %-22s %s\n", p->name,
               cli_number(spk_posterior_mean(y, j), 4, a), cli_number(sd, 3, b),
               cli_number(q[1], 4, f), range, strcmp(p->unit, "1") == 0 ? "" : p->unit);
    }
    return SPK_OK;
}

static void print_correlations(const spk_result *r) {
    const spk_result_posterior *y = &r->posterior;
    bool any = false;
    for (size_t i = 0; i < y->dim; i++)
        for (size_t j = i + 1; j < y->dim; j++) {
            double v = sqrt(spk_posterior_covariance(y, i, i) * spk_posterior_covariance(y, j, j));
            double rho = v > 0 ? spk_posterior_covariance(y, i, j) / v : 0;
            if (fabs(rho) < 0.5)
                continue;
            printf("%s%s and %s: %.2f", any ? ", " : "\ncorrelations: ", parameter_of(r, i)->name,
                   parameter_of(r, j)->name, rho);
            any = true;
        }
    printf(any ? "\n" : "\nno two parameters are correlated by more than 0.5\n");
}

/* Marginals between the bounds, linear or logarithmic as they were searched. */
static spk_status print_figures(cli *c, const spk_result *r) {
    const spk_result_posterior *y = &r->posterior;
    spk_status st = SPK_OK;
    for (size_t j = 0; !st && j < y->dim; j++) {
        const spk_result_parameter *p = parameter_of(r, j);
        double low = p->log_scale ? log10(p->low) : p->low,
               high = p->log_scale ? log10(p->high) : p->high;
        double bin[BINS] = {0};
        char label[128], *text = NULL;
        for (size_t i = 0; i < y->n; i++) {
            double v = y->value[i * y->dim + j],
                   at = ((p->log_scale ? log10(v) : v) - low) / (high - low);
            size_t k = at > 0 ? (size_t)(at * BINS) : 0;
            bin[k < BINS ? k : BINS - 1] += y->weight[i];
        }
        snprintf(label, sizeof label, p->log_scale ? "log10 of %s (%s)" : "%s (%s)", p->name,
                 p->unit);
        spk_histogram h = {.value = bin, .n = BINS};
        spk_histogram_figure figure = {
            .x_label = label, .histogram = &h, .n_histograms = 1, .x_min = low, .x_max = high};
        spk_figure_style style = SPK_FIGURE_STYLE_INIT;
        style.width = c->width < 60 ? c->width : 60;
        style.height = 4;
        style.colour = c->colour;
        style.ascii = !c->unicode;
        st = spk_figure_histogram(c->ctx, &figure, &style, &text);
        if (text)
            fputs(text, stdout);
        spk_figure_free(c->ctx, text);
    }
    return st;
}

static void print_checks(const spk_result *r) {
    const spk_result_posterior *y = &r->posterior;
    char a[32], b[32], d[32], e[32];
    if (!y->n_checks)
        return;
    printf("\n  %-28s %9s %9s   %-20s %s\n", "what the posterior simulates", "data", "mean", "95 %",
           "p");
    for (size_t i = 0; i < y->n_checks; i++) {
        const spk_result_check *k = &y->check[i];
        char range[80];
        snprintf(range, sizeof range, "%s .. %s", cli_number(k->low, 3, b),
                 cli_number(k->high, 3, d));
        printf("  %-28s %9s %9s   %-20s %.3f%s\n", k->name, cli_number(k->observed, 4, a),
               cli_number(k->mean, 4, e), range, k->p, k->p < 0.05 ? " *" : "");
    }
}

const char *cli_rank_words(const spk_result_posterior *y, size_t column) {
    double mean = 0, spread = 0;
    for (size_t i = 0; i < y->n_ranks; i++)
        mean += y->rank[i * y->dim + column] / (double)y->n_ranks;
    for (size_t i = 0; i < y->n_ranks; i++)
        spread += pow(y->rank[i * y->dim + column] - mean, 2) / (double)y->n_ranks;
    if (isnan(y->rank_p[column]))
        return "too few for a test: 10 or more";
    /* A uniform rank has the standard deviation 0.289. */
    return y->rank_p[column] > 0.01 ? "calibrated"
           : sqrt(spread) < 0.26    ? "too wide: lower the tolerance"
           : sqrt(spread) > 0.32    ? "too narrow"
           : mean > 0.5             ? "too low"
                                    : "too high";
}

static void print_ranks(const spk_result *r) {
    const spk_result_posterior *y = &r->posterior;
    if (!y->n_ranks)
        return;
    printf(
        "\ncalibration: ranks of the truth in %zu posteriors of simulated data, uniform if right\n",
        y->n_ranks);
    for (size_t j = 0; j < y->dim; j++) {
        const char *words = cli_rank_words(y, j);
        if (isnan(y->rank_p[j]))
            printf("  %-12s %s\n", parameter_of(r, j)->name, words);
        else
            printf("  %-12s p %.3f  %s\n", parameter_of(r, j)->name, y->rank_p[j], words);
    }
}

static spk_status print_all(cli *c, const spk_result *r, const char *folder) {
    const spk_result_posterior *y = &r->posterior;
    char n[32];
    spk_status st = print_marginals(c, r);
    print_correlations(r);
    if (!st)
        st = print_figures(c, r);
    print_checks(r);
    print_ranks(r);
    printf("\n%s: %zu particles (worth %.0f) within %.4g after %zu generations and %s data "
           "sets;\n%s\n",
           spk_result_chosen(r)->name, y->n, y->effective, y->tolerance, y->n_generations,
           cli_count(r->evaluations, n), y->stop);
    if (folder)
        printf("result: %s/result.json, %s/result.h5\n", folder, folder);
    return st;
}

/* What is worked out from the particles: scores of the nearest, the predictive check, calibration.
 */
static spk_status finish(cli *c, spk_setup *setup, spk_result *r, const spk_fit_options *o,
                         int64_t calibrate) {
    spk_problem *p = NULL;
    spk_status st = spk_setup_problem(setup, 0, &p);
    double *values = calloc(st ? 1 : spk_problem_kernel(p)->n_parameters, sizeof *values);
    if (!st && !values)
        st = cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    if (!st)
        st = spk_result_parameters(c->ctx, r, spk_problem_kernel(p), values);
    for (int part = SPK_TRAIN; !st && part <= SPK_TEST; part++)
        st = spk_validate_scores(c->ctx, p, values, (spk_part_kind)part, NULL, 0, o->threads, r);
    free(values);
    if (!st)
        st = spk_posterior_check(c->ctx, p, CLI_POSTERIOR_DRAWS, r);
    if (!st && calibrate && !r->interrupted) {
        fprintf(stderr, "calibration: %lld posteriors of simulated data\n", (long long)calibrate);
        st = spk_posterior_calibrate(c->ctx, setup, o, (size_t)calibrate, r);
    }
    if (!st && !spk_problem_stochastic(p))
        printf(
            "%s has no noise: this posterior is as wide as the tolerance, not as what is known\n",
            spk_result_chosen(r)->name);
    if (!st && o->folder)
        st = spk_result_write(c->ctx, r, o->folder);
    return st ? st : print_all(c, r, o->folder);
}

static spk_status sample(cli *c, const spk_study *y, spk_fit_options *o, int64_t calibrate) {
    spk_setup *setup = NULL;
    spk_result *r = NULL;
    cli_watcher w;
    spk_status st = spk_setup_new(c->ctx, y, &setup);
    cli_print_diags(c, 0);
    if (!st) {
        cli_watch_begin(&w, o);
        st = spk_posterior_run(c->ctx, setup, o, &r);
        cli_watch_end(&w);
    }
    if (!st)
        st = finish(c, setup, r, o, calibrate);
    st = cli_tell_interrupted(c, r, o->folder, st);
    spk_result_free(r);
    spk_setup_free(setup);
    return st;
}

/* What was calibrated before is again: its journal knows the answers. */
static spk_status calibrated(cli *c, const char *folder, int64_t *calibrate) {
    spk_result *r = NULL;
    if (!cli_is_run(folder))
        return SPK_OK;
    spk_status st = spk_result_read(c->ctx, folder, &r);
    if (!st)
        *calibrate = (int64_t)r->posterior.n_ranks;
    spk_result_free(r);
    return st;
}

/* A study, or a run that goes on as it was begun. */
static spk_status open_study(cli *c, spk_fit_options *o, int64_t *calibrate, spk_study **out) {
    const char *operand = c->argv[0];
    if (!cli_is_folder(operand))
        return o->resume && !o->folder
                   ? cli_fail(c, SPK_ERR_USAGE, "`spikefit posterior --resume RUN`",
                              "'%s' is no folder of a run", operand)
                   : spk_study_read(c->ctx, operand, out);
    if (o->folder)
        return cli_fail(c, SPK_ERR_USAGE, "name the run alone: `spikefit posterior --resume RUN`",
                        "'%s' is a folder: where a run goes on, it stays in its own", operand);
    if (!o->resume)
        return cli_fail(c, SPK_ERR_USAGE, "`spikefit posterior --resume RUN` goes on with it",
                        "'%s' is a folder, not a study", operand);
    if (!cli_holds_journal(operand))
        return cli_fail(c, SPK_ERR_INPUT, "name the folder that `spikefit posterior --out` wrote",
                        "'%s' holds no run that could go on", operand);
    o->folder = operand;
    spk_status st = *calibrate ? SPK_OK : calibrated(c, operand, calibrate);
    return st ? st : spk_run_study(c->ctx, operand, out);
}

static spk_status run_posterior(cli *c) {
    spk_fit_options o = {0};
    int64_t threads = 0, evaluations = -1, calibrate = 0;
    const cli_option options[] = {
        {"--out", CLI_TEXT, &o.folder},           {"--resume", CLI_FLAG, &o.resume},
        {"--evaluations", CLI_INT, &evaluations}, {"--calibrate", CLI_INT, &calibrate},
        {"--threads", CLI_INT, &threads},         {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (st)
        return st;
    signal(SIGPIPE, SIG_IGN);
    if (threads < 0 || threads > 4096)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--threads takes 0 (all cores) to 4096");
    if (evaluations != -1 && evaluations < 100)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--evaluations takes 100 or more");
    if (calibrate < 0 || calibrate > 100000)
        return cli_fail(c, SPK_ERR_USAGE, NULL,
                        "--calibrate takes 1 to 100000 simulated data sets");
    o.threads = (int)threads;
    o.evaluations = evaluations > 0 ? evaluations : 0;
    spk_study *y = NULL;
    st = open_study(c, &o, &calibrate, &y);
    if (!st)
        st = sample(c, y, &o, calibrate);
    spk_study_free(y);
    return st;
}

const cli_command cli_posterior = {
    .name = "posterior",
    .sentence = "sample the parameters that the data allow, with their uncertainty",
    .usage = "STUDY.yaml [--out RUN] [--evaluations N] [--calibrate N] [--threads N] "
             "| --resume RUN",
    .help = "Approximate Bayesian computation (ABC-SMC): the study's loss as the distance,\n"
            "its priors, its block 'posterior'. Prints means, ranges and correlations, and\n"
            "whether data simulated from the posterior look like the recorded ones (* where\n"
            "not).\n\n"
            "  --out RUN         folder for the result and the journal\n"
            "  --resume RUN      go on after Ctrl-C or a crash: the same bits as in one go.\n"
            "                    With STUDY and --out: if it is the same study\n"
            "  --evaluations N   simulated data sets, at most, in place of the study's\n"
            "  --calibrate N     check the method: sample N posteriors of data simulated with\n"
            "                    parameters from the prior (at most 200 particles each), and\n"
            "                    test the ranks of the true values\n"
            "  --threads N       cores to use; changes no bit of the result\n",
    .run = run_posterior,
};
