/* The page of a network's run: its spikes beside the data's, what the tests say, its numbers and
 * weights. */
#include "cli/page_parts.h"
#include "cli/spikes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 4000, MOST_PRODUCTS = PAGE_MOST_DIRECTIONS };

struct cli_page_network {
    cli_run *run;
    spk_part_kind part;
    cli_network_test test;
    spk_report_network_raster *raster;
    spk_report_distribution *distribution;
    char (*title)[96], (*label)[64]; /* of the distributions */
    double **thinned; /* [2 * distributions], what a distribution shows if it is many */
    char product[MOST_PRODUCTS][320];
    char model[2048];
};

void cli_page_free_network(struct cli_page_network *n) {
    if (!n)
        return;
    size_t rows = n->test.test.n, projections = 0;
    if (n->run->network)
        projections = spk_netstudy_spec(n->run->network, NULL)->n_projections;
    for (size_t i = 0; n->thinned && i < 2 * (rows + projections); i++)
        free(n->thinned[i]);
    free(n->thinned);
    free(n->raster);
    free(n->distribution);
    free(n->title);
    free(n->label);
    cli_network_test_free(&n->test);
    free(n);
}

/* ---- spikes ---- */

static spk_status fill_rasters(cli_page *g) {
    struct cli_page_network *n = g->network;
    const spk_netcomparison *k = n->test.run;
    n->raster = calloc(k->n + 1, sizeof *n->raster);
    if (!n->raster)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < k->n; i++) {
        const spk_netpopulation *p = &k->population[i];
        n->raster[i] = (spk_report_network_raster){.title = p->name,
                                                   .recorded = p->data,
                                                   .model = p->model,
                                                   .n_recorded = p->n,
                                                   .n_model = p->n};
    }
    g->data.raster = n->raster;
    g->data.n_rasters = k->n;
    return SPK_OK;
}

/* ---- distributions ---- */

/* Every k-th value, if there are many: a histogram looks the same. */
static const double *thin(struct cli_page_network *n, size_t slot, const double *x, size_t *count) {
    size_t every = (*count + MOST_VALUES - 1) / MOST_VALUES;
    if (every <= 1)
        return x;
    double *kept = n->thinned[slot] = calloc(MOST_VALUES, sizeof *kept);
    size_t at = 0;
    for (size_t i = 0; kept && i < *count; i += every)
        kept[at++] = x[i];
    *count = at;
    return kept;
}

static void fill_row(struct cli_page_network *n, size_t i) {
    const spk_twosample_row *r = &n->test.test.row[i];
    spk_report_distribution *d = &n->distribution[i];
    snprintf(n->title[i], sizeof n->title[i], "%s: %s", r->population, r->stat->name);
    snprintf(n->label[i], sizeof n->label[i], "%s%s%s%s", r->stat->name, r->stat->unit ? " (" : "",
             r->stat->unit ? r->stat->unit : "", r->stat->unit ? ")" : "");
    *d = (spk_report_distribution){.title = n->title[i],
                                   .label = n->label[i],
                                   .n_recorded = r->n_data,
                                   .n_model = r->n_model,
                                   .verdict = r->sentence};
    d->recorded = thin(n, 2 * i, r->data, &d->n_recorded);
    d->model = thin(n, 2 * i + 1, r->model, &d->n_model);
    d->n_recorded = d->recorded ? d->n_recorded : 0;
    d->n_model = d->model ? d->n_model : 0;
}

/* Weights of a projection, every k-th synapse. */
static spk_status fill_weights(cli_page *g, const spk_network *net, const spk_network_spec *spec,
                               size_t projection, size_t at) {
    struct cli_page_network *n = g->network;
    const spk_projection *p = &spec->projections[projection];
    uint64_t count = spk_network_synapse_count(net, projection);
    size_t every = (size_t)count / MOST_VALUES + 1, row = 4096, seen = 0, kept = 0;
    double *all = n->thinned[2 * at] = calloc(MOST_VALUES + 1, sizeof *all);
    double *weight = calloc(row, sizeof *weight);
    uint32_t sources = 0;
    for (size_t i = 0; i < spec->n_populations; i++)
        if (strcmp(spec->populations[i].name, p->from) == 0)
            sources = spec->populations[i].size;
    spk_status st = all && weight ? SPK_OK : cli_page_no_memory(g->c);
    for (uint32_t s = 0; s < sources && !st; s++) {
        size_t here = spk_network_row(net, projection, s, 0, NULL, NULL, NULL);
        if (here > row) {
            double *more = realloc(weight, here * sizeof *more);
            st = more ? SPK_OK : cli_page_no_memory(g->c);
            weight = more ? more : weight;
            row = more ? here : row;
        }
        if (st)
            break;
        spk_network_row(net, projection, s, row, NULL, weight, NULL);
        for (size_t k = 0; k < here; k++, seen++)
            if (seen % every == 0 && kept < MOST_VALUES)
                all[kept++] = weight[k];
    }
    free(weight);
    snprintf(n->title[at], sizeof n->title[at], "%s: weights of %llu synapses, %s to %s", p->name,
             (unsigned long long)count, p->from, p->to);
    snprintf(n->label[at], sizeof n->label[at], "weight");
    n->distribution[at] = (spk_report_distribution){
        .title = n->title[at], .label = n->label[at], .model = all, .n_model = kept};
    return st;
}

static spk_status fill_distributions(cli_page *g) {
    struct cli_page_network *n = g->network;
    const spk_network_spec *spec = spk_netstudy_spec(n->run->network, n->run->values);
    size_t rows = n->test.test.n, most = rows + spec->n_projections;
    n->distribution = calloc(most + 1, sizeof *n->distribution);
    n->title = calloc(most + 1, sizeof *n->title);
    n->label = calloc(most + 1, sizeof *n->label);
    n->thinned = calloc(2 * most + 1, sizeof *n->thinned);
    if (!n->distribution || !n->title || !n->label || !n->thinned)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < rows; i++)
        fill_row(n, i);
    spk_network *net = NULL;
    spk_status st = spk_network_new(g->c->ctx, spec, NULL, &net);
    size_t count = rows;
    for (size_t i = 0; i < spec->n_projections && !st; i++)
        if (spk_network_synapse_count(net, i))
            st = fill_weights(g, net, spec, i, count++);
    spk_network_free(net);
    g->data.distribution = n->distribution;
    g->data.n_distributions = count;
    return st;
}

/* ---- numbers ---- */

static spk_status fill_numbers(cli_page *g) {
    struct cli_page_network *n = g->network;
    const spk_result *r = n->run->result;
    g->parameter = calloc(r->n_parameters + 1, sizeof *g->parameter);
    if (!g->parameter)
        return cli_page_no_memory(g->c);
    for (size_t i = 0; i < r->n_parameters; i++) {
        const spk_result_parameter *p = &r->parameter[i];
        g->parameter[i] = (spk_report_parameter){.name = p->name,
                                                 .unit = strcmp(p->unit, "1") == 0 ? "" : p->unit,
                                                 .value = p->value,
                                                 .low = p->low,
                                                 .high = p->high,
                                                 .log = p->log_scale,
                                                 .active_bound = p->bound,
                                                 .sure_low = p->near_low,
                                                 .sure_high = p->near_high};
    }
    cli_page_say_sure(g, false);
    g->data.parameter = g->parameter;
    g->data.n_parameters = r->n_parameters;
    for (size_t i = 0; i < r->n_pairs && i < MOST_PRODUCTS; i++) {
        if (!cli_pair_is_confounded(&r->pair[i]))
            continue;
        cli_pair_sentence(&r->pair[i], n->product[i]);
        g->direction[g->data.n_correlations++] = n->product[i];
    }
    g->data.correlation = g->direction;
    return SPK_OK;
}

/* ---- words ---- */

static void describe_model(cli_page *g) {
    struct cli_page_network *n = g->network;
    const spk_network_spec *spec = spk_netstudy_spec(n->run->network, n->run->values);
    size_t size = sizeof n->model;
    for (size_t i = 0; i < spec->n_populations; i++) {
        const spk_population *p = &spec->populations[i];
        const spk_model *m = spk_netstudy_model(n->run->network, i);
        cli_page_append(n->model, size, "%s: %u %s\n", p->name, p->size,
                        m           ? spk_model_name(m)
                        : p->trains ? "sources of given spikes"
                                    : "Poisson sources");
    }
    for (size_t i = 0; i < spec->n_projections; i++) {
        const spk_projection *p = &spec->projections[i];
        cli_page_append(n->model, size, "%s: %s to %s, %s\n", p->name, p->from, p->to, p->rule);
    }
    g->data.model_name = "network";
    g->data.model_doc = n->model;
    for (size_t i = 0; i < spec->n_populations && !g->data.model_equations; i++)
        if (spk_netstudy_model(n->run->network, i))
            g->data.model_equations = spk_model_equations(spk_netstudy_model(n->run->network, i));
}

static void fill_facts(cli_page *g) {
    const spk_result *r = g->network->run->result;
    char a[32];
    cli_page_add_fact(g, "spikefit", "%s", r->version);
    cli_page_add_fact(g, "seed", "%llu", (unsigned long long)r->seed);
    cli_page_add_fact(g, "search", "%s, %s evaluations, ended by %s", r->method,
                      cli_count(r->evaluations, a), r->stop_reason);
    cli_page_add_fact(g, "data", "%s", spk_netstudy_split_words(g->network->run->network));
    for (size_t i = 0; i < r->n_models && i < 8; i++)
        cli_page_add_fact(g, "model", "%s (%s, step %g ms), SHA-256 %.16s...", r->model[i].name,
                          r->model[i].integrator, r->model[i].dt_ms, r->model[i].hash);
    for (size_t i = 0; i < r->n_data && i < 8; i++)
        cli_page_add_fact(g, "file", "%s, SHA-256 %.16s...", r->data_path[i], r->data_hash[i]);
    g->data.fact = g->fact;
}

static spk_status fill_words(cli_page *g) {
    struct cli_page_network *n = g->network;
    const spk_result *r = n->run->result;
    const spk_twosample *t = &n->test.test;
    char a[32], first = t->sentence[0];
    snprintf(g->title, sizeof g->title, "%s: network", g->from.name);
    cli_page_append(g->summary, sizeof g->summary,
                    "A network was fitted with %s evaluations. On the %s data, %g to %g ms: ",
                    cli_count(r->evaluations, a), n->part == SPK_TEST ? "held-out" : "training",
                    n->test.run->start_ms, n->test.run->stop_ms);
    cli_page_append(g->summary, sizeof g->summary, "%c%s.", first, t->sentence + 1);
    cli_page_write_warning(g);
    if (n->test.run->outcome.exploded)
        cli_page_append(g->warning, sizeof g->warning,
                        " The network was stopped at %g ms: it fired more than max_rate allows.",
                        n->test.run->outcome.time_ms);
    snprintf(g->command, sizeof g->command, "spikefit rerun %s", g->from.name);
    g->data.title = g->title;
    g->data.summary = g->summary;
    g->data.warning = *g->warning ? g->warning : NULL;
    g->data.command = g->command;
    g->data.study = r->study;
    describe_model(g);
    fill_facts(g);
    return cli_page_fill_scores(g);
}

/* ---- all ---- */

static spk_status fill(cli_page *g) {
    struct cli_page_network *n = g->network;
    double start, stop;
    spk_twosample_options o = SPK_TWOSAMPLE_OPTIONS_INIT;
    n->part = spk_netstudy_part(n->run->network, SPK_TEST, &start, &stop) ? SPK_TEST : SPK_TRAIN;
    spk_status st = cli_network_test_new(g->c, n->run, n->part, CLI_NETWORK_RUNS, 0, &o, &n->test);
    if (!st)
        st = fill_rasters(g);
    if (!st)
        st = fill_distributions(g);
    if (!st)
        st = fill_numbers(g);
    if (!st)
        st = fill_words(g);
    return st ? st : cli_page_fill_search(g, SIZE_MAX);
}

spk_status cli_page_new_network(cli *c, cli_run *run, const char *name, cli_page **out) {
    cli_page *g = calloc(1, sizeof *g);
    struct cli_page_network *n = g ? calloc(1, sizeof *n) : NULL;
    if (!n) {
        free(g);
        return cli_page_no_memory(c);
    }
    g->c = c;
    g->from = cli_page_source_of(run, name);
    g->network = n;
    n->run = run;
    spk_status st = fill(g);
    if (st)
        cli_page_free(g);
    else
        *out = g;
    return st;
}
