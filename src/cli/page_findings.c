/* What a page shows of a fit besides its best parameters: front, posterior, diagnosis, what is known. */
#include "cli/page_parts.h"
#include <spikefit/posterior.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRIOR_POINTS = 401, MOST_CHECKS = 32 };

struct cli_page_findings {
    double *value, *prior, *summary, *correlation; /* summary: median, low, high */
    const char **rank_words;
    spk_report_check check[MOST_CHECKS];
    spk_report_round *round;
    spk_report_term *term;
    char words[640], known[640];
};

void cli_page_free_findings(struct cli_page_findings *f) {
    if (!f)
        return;
    void *parts[] = {f->value,      f->prior, f->summary, f->correlation,
                     f->rank_words, f->round, f->term};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
    free(f);
}

/* ---- front ---- */

/* The result lists values in the model's order, the page in the study's. */
static size_t column_of(const spk_result *r, size_t parameter) {
    size_t column = 0;
    for (size_t i = 0; i < parameter; i++)
        column += r->parameter[i].free;
    return column;
}

static spk_status fill_front(cli_page *g) {
    const spk_result *r = g->from.result;
    const spk_result_front *y = &r->front;
    struct cli_page_findings *f = g->findings;
    f->value = calloc(y->n * y->dim + 1, sizeof *f->value);
    if (!f->value)
        return cli_page_no_memory(g->c);
    for (size_t j = 0; j < y->dim; j++) {
        size_t from = column_of(r, spk_problem_parameter(g->from.problem, j)->index);
        for (size_t i = 0; i < y->n; i++)
            f->value[i * y->dim + j] = y->value[i * y->dim + from];
    }
    g->data.front = (spk_report_front){.name = (const char *const *)y->name,
                                       .loss = y->loss,
                                       .value = f->value,
                                       .n = y->n,
                                       .n_objectives = y->n_objectives,
                                       .picked = y->picked,
                                       .knee = spk_front_knee(y->loss, y->n, y->n_objectives),
                                       .pick = y->pick};
    return SPK_OK;
}

/* ---- posterior ---- */

static spk_status fill_marginals(cli_page *g) {
    const spk_result_posterior *y = &g->from.result->posterior;
    struct cli_page_findings *f = g->findings;
    static const double share[] = {0.5, 0.025, 0.975};
    size_t n = y->dim;
    f->prior = calloc(n * PRIOR_POINTS + 1, sizeof *f->prior);
    f->summary = calloc(3 * n + 1, sizeof *f->summary);
    f->correlation = calloc(n * n + 1, sizeof *f->correlation);
    if (!f->prior || !f->summary || !f->correlation)
        return cli_page_no_memory(g->c);
    spk_status st = spk_posterior_priors(g->c->ctx, spk_setup_study(g->from.setup), g->from.problem,
                                         PRIOR_POINTS, f->prior);
    for (size_t j = 0; !st && j < n; j++) {
        double q[3];
        st = spk_posterior_quantiles(g->c->ctx, y, j, share, 3, q);
        for (size_t k = 0; !st && k < 3; k++)
            f->summary[k * n + j] = q[k];
        for (size_t i = 0; i < n; i++) {
            double v = sqrt(spk_posterior_covariance(y, i, i) * spk_posterior_covariance(y, j, j));
            f->correlation[i * n + j] =
                i == j ? 1 : v > 0 ? spk_posterior_covariance(y, i, j) / v : 0;
        }
    }
    return st;
}

static spk_status fill_checks(cli_page *g) {
    const spk_result_posterior *y = &g->from.result->posterior;
    struct cli_page_findings *f = g->findings;
    size_t n = y->n_checks < MOST_CHECKS ? y->n_checks : MOST_CHECKS;
    f->rank_words = calloc(y->dim + 1, sizeof *f->rank_words);
    f->round = calloc(y->n_generations + 1, sizeof *f->round);
    if (!f->rank_words || !f->round)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < n; i++) {
        const spk_result_check *k = &y->check[i];
        f->check[i] = (spk_report_check){k->name, k->observed, k->mean, k->low, k->high, k->p};
    }
    for (size_t j = 0; j < y->dim && y->n_ranks; j++)
        f->rank_words[j] = cli_rank_words(y, j);
    for (size_t i = 0; i < y->n_generations; i++) {
        const spk_result_generation *t = &y->generation[i];
        f->round[i] = (spk_report_round){t->tolerance, t->acceptance, t->evaluations, t->effective};
    }
    g->data.posterior.check = f->check;
    g->data.posterior.n_checks = n;
    g->data.posterior.rank_words = f->rank_words;
    g->data.posterior.round = f->round;
    g->data.posterior.n_rounds = y->n_generations;
    return SPK_OK;
}

static void write_posterior_words(cli_page *g) {
    const spk_result *r = g->from.result;
    const spk_result_posterior *y = &r->posterior;
    struct cli_page_findings *f = g->findings;
    char a[32], b[32];
    cli_page_append(f->words, sizeof f->words,
                    "%zu parameter sets (worth %.0f independent ones) whose simulated data come within %s of the "
                    "recorded ones, found in %zu generations and %s data sets. It ended because %s.",
                    y->n, y->effective, cli_number(y->tolerance, 4, a), y->n_generations,
                    cli_count(r->evaluations, b), y->stop);
    if (!spk_problem_stochastic(g->from.problem))
        cli_page_append(f->words, sizeof f->words,
                        " %s has no noise, so this posterior is as wide as the tolerance, not as what is known.",
                        spk_result_chosen(r)->name);
}

static spk_status fill_posterior(cli_page *g) {
    const spk_result_posterior *y = &g->from.result->posterior;
    struct cli_page_findings *f = g->findings;
    size_t n = y->dim;
    spk_status st = fill_marginals(g);
    if (st)
        return st;
    g->data.posterior = (spk_report_posterior){.value = y->value,
                                               .weight = y->weight,
                                               .n = y->n,
                                               .prior = f->prior,
                                               .n_prior = PRIOR_POINTS,
                                               .median = f->summary,
                                               .low = f->summary + n,
                                               .high = f->summary + 2 * n,
                                               .correlation = f->correlation,
                                               .rank = y->rank,
                                               .n_ranks = y->n_ranks,
                                               .rank_p = y->rank_p,
                                               .words = f->words};
    write_posterior_words(g);
    /* Without profiles the bands are what the posterior leaves. */
    if (!g->from.result->identifiability.n) {
        for (size_t j = 0; j < n; j++) {
            g->parameter[j].sure_low = f->summary[n + j];
            g->parameter[j].sure_high = f->summary[2 * n + j];
        }
        g->data.sure_title = "95 % range";
        g->data.sure_words = "Green: 95 % of the posterior.";
    }
    return fill_checks(g);
}

/* ---- diagnosis, what is known ---- */

static spk_status fill_diagnosis(cli_page *g) {
    const spk_result_diagnosis *y = &g->from.result->diagnosis;
    struct cli_page_findings *f = g->findings;
    f->term = calloc(y->n_terms + 1, sizeof *f->term);
    if (!f->term)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < y->n_terms; i++) {
        const spk_result_term *t = &y->term[i];
        f->term[i] = (spk_report_term){t->name, t->weight, t->best, t->low, t->high};
    }
    g->data.term = f->term;
    g->data.n_terms = y->n_terms;
    g->data.diagnosis = y->words;
    g->data.poor = y->poor;
    return SPK_OK;
}

static void write_known(cli_page *g) {
    const spk_result_identifiability *y = &g->from.result->identifiability;
    struct cli_page_findings *f = g->findings;
    char a[32], b[32];
    if (!y->n)
        return;
    cli_page_append(f->known, sizeof f->known,
                    "Nearly as good as the best loss, %s, is here what stays below %s%s.",
                    cli_number(y->best, 4, a), cli_number(y->limit, 4, b),
                    g->from.result->front.n
                        ? " (of the losses' sum, each scaled to its range on the front)"
                        : "");
    if (y->starts > 1)
        cli_page_append(f->known, sizeof f->known, " %llu of %llu starts of the search came as far.",
                        (unsigned long long)y->starts_near, (unsigned long long)y->starts);
    if (y->n_directions && !g->data.n_correlations)
        cli_page_append(f->known, sizeof f->known,
                        " No combination of parameters is left much more open than each alone.");
    g->data.known = f->known;
    if (y->n_directions)
        g->data.known_best = y->direction[y->n_directions - 1].sentence;
}

spk_status cli_page_fill_findings(cli_page *g) {
    const spk_result *r = g->from.result;
    g->findings = calloc(1, sizeof *g->findings);
    if (!g->findings)
        return cli_page_no_memory(g->c);
    write_known(g);
    spk_status st = fill_diagnosis(g);
    if (!st && r->front.n)
        st = fill_front(g);
    if (!st && r->posterior.n)
        st = fill_posterior(g);
    return st;
}
