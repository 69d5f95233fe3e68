/* The words and scores of a page: summary, warning, how the fit was made. */
#include "cli/page_parts.h"
#include <spikefit/metric.h>

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* NULL for what is no metric. */
static const spk_metric *metric_of(const char *name) {
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, name) == 0)
            return spk_metric_at(i);
    return NULL;
}

spk_status cli_page_fill_scores(cli_page *g) {
    const spk_result *r = g->from.result;
    g->score = calloc(r->n_scores + 1, sizeof *g->score);
    if (!g->score)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < r->n_scores; i++) {
        const spk_result_score *s = &r->score[i];
        const spk_metric *m = metric_of(s->measure);
        g->score[i] =
            (spk_report_score){.measure = s->measure,
                               .part = s->part,
                               .unit = m ? m->unit : NULL,
                               .value = s->value,
                               .low = s->low,
                               .high = s->high,
                               .reliability = s->reliability,
                               .distance = m ? m->kind == SPK_METRIC_DISTANCE : g->network != NULL};
    }
    g->data.score = g->score;
    g->data.n_scores = r->n_scores;
    return SPK_OK;
}

void cli_page_add_fact(cli_page *g, const char *label, const char *format, ...) {
    if (g->data.n_facts == PAGE_MOST_FACTS)
        return;
    size_t i = g->data.n_facts++;
    va_list args;
    va_start(args, format);
    vsnprintf(g->fact_text[i], sizeof g->fact_text[i], format, args);
    va_end(args);
    g->fact[i] = (spk_report_fact){label, g->fact_text[i]};
}

static void fill_facts(cli_page *g) {
    const spk_result *r = g->from.result;
    const spk_result_model *m = spk_result_chosen(r);
    const spk_result_identifiability *y = &r->identifiability;
    char a[32];
    cli_page_add_fact(g, "spikefit", "%s", r->version);
    cli_page_add_fact(g, "seed", "%llu", (unsigned long long)r->seed);
    cli_page_add_fact(g, "integrator", "%s, step %g ms", m->integrator, m->dt_ms);
    cli_page_add_fact(g, "search", "%s, %s evaluations, ended by %s", r->method,
                      cli_count(r->evaluations, a), r->stop_reason);
    if (y->starts > 1)
        cli_page_add_fact(g, "starts of the search",
                          "%llu, of which %llu came nearly as far as the best",
                          (unsigned long long)y->starts, (unsigned long long)y->starts_near);
    if (!isnan(r->spike_shift_ms))
        cli_page_add_fact(g, "at a quarter of the step",
                          "spikes move by %.4f ms; %.1f %% find no partner", r->spike_shift_ms,
                          100 * r->spike_shift_unmatched);
    cli_page_add_fact(g, "model, SHA-256", "%s", m->hash);
    for (size_t i = 0; i < r->n_data && i < 8; i++)
        cli_page_add_fact(g, "data", "%s, SHA-256 %.16s...", r->data_path[i], r->data_hash[i]);
    g->data.fact = g->fact;
}

void cli_page_append(char *text, size_t size, const char *format, ...) {
    size_t at = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + at, size - at, format, args);
    va_end(args);
}

static void write_summary(cli_page *g) {
    const spk_result *r = g->from.result;
    const spk_result_score *best = NULL;
    char a[32], b[32], d[32];
    for (size_t i = 0; i < r->n_scores; i++)
        if (strcmp(r->score[i].measure, "coincidence_factor") == 0 &&
            (!best || strcmp(r->score[i].part, "test") == 0))
            best = &r->score[i];
    cli_page_append(g->summary, sizeof g->summary,
                    r->posterior.n ? "The posterior of %s was sampled with %s simulated data sets."
                    : r->front.n   ? "%s was fitted to several objectives with %s evaluations."
                                   : "%s was fitted with %s evaluations.",
                    spk_result_chosen(r)->name, cli_count(r->evaluations, a));
    if (!best)
        return;
    cli_page_append(g->summary, sizeof g->summary,
                    " On the %s data %s coincidence factor is %s (95 %% interval %s to %s)",
                    strcmp(best->part, "test") == 0 ? "held-out" : "training",
                    r->posterior.n ? "the nearest parameter set's"
                    : r->front.n   ? "the chosen compromise's"
                                   : "its",
                    cli_number(best->value, 3, a), cli_number(best->low, 3, b),
                    cli_number(best->high, 3, d));
    if (isnan(best->reliability))
        cli_page_append(g->summary, sizeof g->summary, ".");
    else
        cli_page_append(g->summary, sizeof g->summary, "; the repeats reach %s among themselves.",
                        cli_number(best->reliability, 3, a));
}

void cli_page_write_warning(cli_page *g) {
    const spk_result *r = g->from.result;
    const spk_result_identifiability *y = &r->identifiability;
    size_t size = sizeof g->warning;
    bool any = false;
    if (r->interrupted)
        cli_page_append(g->warning, size, "The search was interrupted. ");
    if (y->n && !r->front.n && y->lowest < y->best - 1e-3 * fabs(y->best))
        cli_page_append(g->warning, size,
                        "The search had not ended: a lower loss was seen afterwards. ");
    for (size_t i = 0; i < r->n_parameters; i++)
        if (r->parameter[i].bound) {
            cli_page_append(g->warning, size, "%s%s", any ? ", " : "", r->parameter[i].name);
            any = true;
        }
    if (any)
        cli_page_append(g->warning, size, " ended at a bound: the best value may lie beyond it.");
}

spk_status cli_page_fill_words(cli_page *g) {
    const spk_result *r = g->from.result;
    snprintf(g->title, sizeof g->title, "%s: %s", g->from.name, g->data.model_name);
    g->data.title = g->title;
    if (!r)
        return SPK_OK;
    write_summary(g);
    cli_page_write_warning(g);
    fill_facts(g);
    snprintf(g->command, sizeof g->command, "spikefit rerun %s", g->from.name);
    g->data.summary = g->summary;
    g->data.warning = *g->warning ? g->warning : NULL;
    g->data.command = g->command;
    g->data.study = r->study;
    return cli_page_fill_scores(g);
}
