/* The parameters of a page, how well they are determined, and the search that found them. */
#include "cli/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- parameters ---- */

void cli_page_say_sure(cli_page *g, bool refitted) {
    g->data.sure_title = "nearly as good";
    g->data.sure_words = refitted ? "Green: where the loss stays nearly as good, the other parameters refitted. A wide "
                                    "band is a parameter that these data hardly determine."
                                  : "Green: the range among the search's candidates that came nearly as close as the "
                                    "best. A narrow band may only say that the search stayed there.";
}

/* Where the result knows no profile: the training loss along each parameter through the optimum,
 * the others held. */
static spk_status compute_profiles(cli_page *g) {
    spk_problem *p = g->from.problem;
    size_t dim = spk_problem_dim(p), n = dim * PAGE_PROFILE_POINTS;
    double *x = calloc(n * dim, sizeof *x), *best = calloc(dim, sizeof *best);
    g->profile_value = calloc(n, sizeof *g->profile_value);
    g->profile_loss = calloc(n, sizeof *g->profile_loss);
    spk_status st =
        x && best && g->profile_value && g->profile_loss ? SPK_OK : cli_page_no_memory(g->c);
    if (!st) {
        spk_problem_encode(p, g->from.values, best);
        for (size_t i = 0; i < n; i++) {
            size_t axis = i / PAGE_PROFILE_POINTS;
            memcpy(x + i * dim, best, dim * sizeof *x);
            x[i * dim + axis] = (double)(i % PAGE_PROFILE_POINTS) / (PAGE_PROFILE_POINTS - 1);
            const spk_free *f = spk_problem_parameter(p, axis);
            g->profile_value[i] = spk_problem_value(f, x[i * dim + axis]) /
                                  spk_problem_kernel(p)->parameters[f->index].scale;
        }
        st = spk_problem_evaluate(p, x, n, 0, g->profile_loss, NULL);
    }
    free(x);
    free(best);
    return st;
}

static spk_report_parameter parameter_of(const cli_page *g, size_t index) {
    const spk_quantity *q = &spk_problem_kernel(g->from.problem)->parameters[index];
    return (spk_report_parameter){.name = q->name,
                                  .unit = strcmp(q->unit, "1") == 0 ? "" : q->unit,
                                  .doc = q->doc,
                                  .value = g->from.values[index] / q->scale,
                                  .low = NAN,
                                  .high = NAN,
                                  .sure_low = NAN,
                                  .sure_high = NAN};
}

static const spk_result_profile *profile_of(const spk_result *r, size_t index) {
    for (size_t i = 0; r && i < r->identifiability.n; i++)
        if (r->identifiability.profile[i].parameter == index)
            return &r->identifiability.profile[i];
    return NULL;
}

static spk_status fill_error(const cli_page *g, size_t index, spk_report_parameter *out) {
    const spk_result_bootstrap *y = g->from.result ? &g->from.result->bootstrap : NULL;
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && y && i < y->dim; i++) {
        if (y->parameter[i] != index)
            continue;
        out->has_error = true;
        out->error = spk_result_bootstrap_error(y, i);
        st = spk_result_bootstrap_range(g->c->ctx, y, i, 0.95, &out->error_low, &out->error_high);
    }
    return st;
}

static spk_status fill_free(const cli_page *g, size_t i, spk_report_parameter *out) {
    const spk_free *f = spk_problem_parameter(g->from.problem, i);
    double scale = spk_problem_kernel(g->from.problem)->parameters[f->index].scale;
    const spk_result *r = g->from.result;
    const spk_result_profile *y = profile_of(r, f->index);
    *out = parameter_of(g, f->index);
    out->low = f->low / scale;
    out->high = f->high / scale;
    out->log = f->log_scale;
    if (r) {
        out->active_bound = r->parameter[f->index].bound;
        out->sure_low = r->parameter[f->index].near_low;
        out->sure_high = r->parameter[f->index].near_high;
    }
    if (y) {
        out->sure_low = y->low;
        out->sure_high = y->high;
        out->profile_value = y->value;
        out->profile_loss = y->held;
        out->profile_refitted = y->refitted;
        out->n_profile = y->n;
        out->determined = spk_determined_words(y->determined);
        out->sentence = y->sentence;
    } else if (g->profile_value) {
        out->profile_value = g->profile_value + i * PAGE_PROFILE_POINTS;
        out->profile_loss = g->profile_loss + i * PAGE_PROFILE_POINTS;
        out->n_profile = PAGE_PROFILE_POINTS;
    }
    return fill_error(g, f->index, out);
}

/* Combinations that can go at least twice as far as their parameters alone, and the one that is
 * known best. */
static void fill_directions(cli_page *g, const spk_result_identifiability *y) {
    g->data.near_limit = y->n ? y->limit : 0;
    for (size_t i = 0; i < y->n_directions && y->direction[i].width >= 2 &&
                       g->data.n_correlations < PAGE_MOST_DIRECTIONS;
         i++)
        g->direction[g->data.n_correlations++] = y->direction[i].sentence;
    g->data.correlation = g->direction;
}

spk_status cli_page_fill_parameters(cli_page *g, bool profiles) {
    const spk_kernel *k = spk_problem_kernel(g->from.problem);
    size_t dim = spk_problem_dim(g->from.problem), n = 0;
    const spk_result *r = g->from.result;
    g->parameter = calloc(k->n_parameters + 1, sizeof *g->parameter);
    bool *is_free = calloc(k->n_parameters + 1, sizeof *is_free);
    spk_status st = g->parameter && is_free ? SPK_OK : cli_page_no_memory(g->c);
    if (!st && profiles && !(r && r->identifiability.n))
        st = compute_profiles(g);
    for (size_t i = 0; !st && i < dim; i++) {
        is_free[spk_problem_parameter(g->from.problem, i)->index] = true;
        st = fill_free(g, i, &g->parameter[n++]);
    }
    for (size_t i = 0; !st && i < k->n_parameters; i++)
        if (!is_free[i])
            g->parameter[n++] = parameter_of(g, i);
    free(is_free);
    cli_page_say_sure(g, r && r->identifiability.n);
    if (r)
        fill_directions(g, &r->identifiability);
    g->data.parameter = g->parameter;
    g->data.n_parameters = n;
    return st;
}

/* ---- the search ---- */

static void fill_failures(cli_page *g) {
    const spk_tally *t = &g->from.tally;
    g->failure[0] = (spk_report_count){"silent", (size_t)t->silent};
    g->failure[1] = (spk_report_count){"exploding", (size_t)t->exploding};
    g->failure[2] = (spk_report_count){"not finite", (size_t)t->nonfinite};
    g->data.failure = g->failure;
    g->data.n_failures = PAGE_MOST_FAILURES;
    g->data.n_evaluations = (size_t)t->evaluations;
}

/* Generations first .. last as one: the last one's population, all failures. */
static void fill_generation(cli_page *g, size_t first, size_t last, spk_report_generation *out) {
    const spk_result_history *h = g->from.history;
    double *failed = g->failed + g->data.n_generations * PAGE_MOST_FAILURES;
    for (size_t i = first; i <= last; i++) {
        failed[0] += h->silent[i];
        failed[1] += h->exploding[i];
        failed[2] += h->nonfinite[i];
    }
    size_t row = h->first[last];
    *out = (spk_report_generation){.evaluations = h->evaluations[last],
                                   .best = h->best[last],
                                   .median = h->median[last],
                                   .run = (int)h->restart[last],
                                   .point = g->point + row * h->dim,
                                   .loss = g->loss + row,
                                   .n = h->first[last + 1] - row,
                                   .failed = failed,
                                   .candidates = (double)(h->first[last + 1] - h->first[first])};
}

spk_status cli_page_fill_search(cli_page *g, size_t most) {
    const spk_result_history *h = g->from.history;
    size_t rows = h->n ? h->first[h->n] : 0, stride = h->n ? (h->n - 1) / most + 1 : 1;
    g->generation = calloc(h->n + 1, sizeof *g->generation);
    g->point = calloc(rows * h->dim + 1, sizeof *g->point);
    g->loss = calloc(rows + 1, sizeof *g->loss);
    g->failed = calloc(h->n * PAGE_MOST_FAILURES + 1, sizeof *g->failed);
    if (!g->generation || !g->point || !g->loss || !g->failed)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < rows * h->dim; i++)
        g->point[i] = (double)h->x[i];
    for (size_t i = 0; i < rows; i++)
        g->loss[i] = (double)h->f[i];
    for (size_t i = 0; i < h->n; i += stride) {
        size_t last = i + stride < h->n ? i + stride - 1 : h->n - 1;
        fill_generation(g, i, last, &g->generation[g->data.n_generations]);
        g->data.n_generations++;
    }
    g->data.generation = g->generation;
    /* A posterior's history is its particles, which have a section of their own. */
    if (g->data.posterior.n)
        g->data.n_generations = 0;
    fill_failures(g);
    return SPK_OK;
}
