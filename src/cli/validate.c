/* spikefit validate: whether data and model could come from one network, by two-sample tests. */
#include "cli/spikes.h"
#include <spikefit/twosample.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_STATISTICS = 16 };

typedef struct {
    const char *on, *format, *statistics;
    double level, start_ms, stop_ms;
    int64_t runs, threads;
    bool tests;
} request;

/* ---- tables ---- */

static void print_row(const spk_twosample_row *r) {
    char name[64], a[32], b[32], c[32], d[32], e[32], p[32], interval[80] = "";
    const spk_effect *f = &r->effect;
    snprintf(name, sizeof name, "%s%s%s%s", r->stat->name, r->stat->unit ? " (" : "",
             r->stat->unit ? r->stat->unit : "", r->stat->unit ? ")" : "");
    double data = r->has_effect ? f->mean_y : NAN, model = r->has_effect ? f->mean_x : NAN;
    if (r->has_effect && isfinite(f->d))
        snprintf(interval, sizeof interval, "%s (%s .. %s)", cli_number(f->d, 2, c),
                 cli_number(f->low, 2, d), cli_number(f->high, 2, e));
    snprintf(p, sizeof p, r->least_p < 1e-4 ? "%.0e" : "%.3f", r->least_p);
    printf("  %-14s %8s %8s   %-23s %6s  %s\n", name, cli_number(data, 4, a),
           cli_number(model, 4, b), interval, isnan(r->least_p) ? "-" : p,
           spk_verdict_word(r->verdict));
}

static void print_tests(const spk_twosample_row *r) {
    char a[32];
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS; k++) {
        const spk_test *t = spk_test_at(k);
        if (isnan(r->test[k].statistic))
            continue;
        printf("      %-20s %3s = %-9s", t->name, t->statistic,
               cli_number(r->test[k].statistic, 4, a));
        if (t->has_p)
            printf("  p = %-9.3g corrected %.3g", r->test[k].p, r->corrected[k]);
        printf("\n");
    }
}

static void print_text(cli *c, const request *q, const spk_twosample *t,
                       const spk_twosample_set *sets) {
    for (size_t i = 0; i < t->n; i++) {
        const spk_twosample_row *r = &t->row[i];
        if (i == 0 || r->population != t->row[i - 1].population) {
            while (sets->name != r->population)
                sets++;
            char a[64], b[64];
            printf("%s%s: %s of the data, %s of the model\n", i ? "\n" : "", r->population,
                   cli_counted(sets->n_data, "neuron", NULL, a),
                   cli_counted(sets->n_model, "neuron", NULL, b));
            printf("  %-14s %8s %8s   %-23s %6s\n", "mean of", "data", "model", "d (95 % interval)",
                   "least p");
        }
        print_row(r);
        if (q->tests)
            print_tests(r);
    }
    printf("\n");
    for (size_t i = 0; i < t->n; i++)
        if (t->row[i].verdict != SPK_SAME) {
            printf("- ");
            cli_print_wrapped(stdout, t->row[i].sentence, 2, c->width);
            printf("\n");
        }
    char sentence[sizeof t->sentence + 1];
    snprintf(sentence, sizeof sentence, "%s.", t->sentence);
    sentence[0] = sentence[0] == 't' ? 'T' : sentence[0] == 'n' ? 'N' : sentence[0];
    cli_print_wrapped(stdout, sentence, 0, c->width);
    printf("\n");
}

/* ---- JSON ---- */

static void json_text(const char *before, const char *text) {
    printf("%s", before);
    if (!text) {
        printf("null");
        return;
    }
    putchar('"');
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            printf("\\%c", *p);
        else if (*p < 0x20)
            printf("\\u%04x", *p);
        else
            putchar(*p);
    }
    putchar('"');
}

static void json_number(const char *before, double x) {
    printf("%s", before);
    if (isfinite(x))
        printf("%.17g", x);
    else
        printf("null");
}

static void json_row(const spk_twosample_row *r) {
    const spk_effect none = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    const spk_effect *e = r->has_effect ? &r->effect : &none;
    json_text("\n    {\"population\": ", r->population);
    json_text(", \"statistic\": ", r->stat->name);
    json_text(", \"unit\": ", r->stat->unit);
    json_text(", \"verdict\": ", spk_verdict_word(r->verdict));
    printf(", \"n_data\": %zu, \"n_model\": %zu", r->n_data, r->n_model);
    json_number(", \"mean_data\": ", e->mean_y);
    json_number(", \"mean_model\": ", e->mean_x);
    json_number(", \"sd_data\": ", e->deviation_y);
    json_number(", \"sd_model\": ", e->deviation_x);
    json_number(", \"cohens_d\": ", e->d);
    json_number(", \"d_low_95\": ", e->low);
    json_number(", \"d_high_95\": ", e->high);
    json_number(", \"hedges_g\": ", e->g);
    if (r->n_runs) {
        printf(", \"runs\": %zu, \"runs_as_far\": %zu", r->n_runs, r->n_as_far);
        json_number(", \"p_runs\": ", r->p_runs);
    }
    json_text(",\n     \"sentence\": ", r->sentence);
    printf(",\n     \"tests\": {");
    bool first = true;
    for (size_t k = 0; k < spk_test_count() && k < SPK_TWOSAMPLE_TESTS; k++) {
        if (isnan(r->test[k].statistic))
            continue;
        json_text(first ? "" : ", ", spk_test_at(k)->name);
        json_number(": {\"value\": ", r->test[k].statistic);
        json_number(", \"p\": ", r->test[k].p);
        json_number(", \"p_holm\": ", r->corrected[k]);
        printf("}");
        first = false;
    }
    printf("}}");
}

static void print_json(const spk_twosample *t) {
    printf("{\n  \"accepted\": %s", t->accepted ? "true" : "false");
    json_number(",\n  \"level\": ", t->level);
    printf(",\n  \"tests\": %zu,\n  \"rejected\": %zu", t->n_tests, t->n_rejected);
    json_text(",\n  \"sentence\": ", t->sentence);
    printf(",\n  \"comparisons\": [");
    for (size_t i = 0; i < t->n; i++) {
        printf(i ? "," : "");
        json_row(&t->row[i]);
    }
    printf("\n  ]\n}\n");
}

/* ---- what is compared ---- */

/* The options of the request; the names are split from `text`, which outlives them. */
static spk_status read_options(cli *c, const request *q, char *text, const char **names,
                               spk_twosample_options *o) {
    char *keep = NULL;
    *o = (spk_twosample_options)SPK_TWOSAMPLE_OPTIONS_INIT;
    for (char *p = strtok_r(text, ", ", &keep); p; p = strtok_r(NULL, ", ", &keep)) {
        if (o->n_statistics == MOST_STATISTICS)
            return cli_fail(c, SPK_ERR_USAGE, NULL, "--statistic takes at most %d names",
                            MOST_STATISTICS);
        names[o->n_statistics++] = p;
    }
    o->level = q->level;
    o->statistics = o->n_statistics ? names : NULL;
    return SPK_OK;
}

static void print_test(cli *c, const request *q, const spk_twosample *t,
                       const spk_twosample_set *sets) {
    if (strcmp(q->format, "json") == 0)
        print_json(t);
    else
        print_text(c, q, t, sets);
}

static spk_status validate_run(cli *c, const request *q, const spk_twosample_options *o) {
    cli_run r;
    spk_part_kind part;
    cli_network_test t = {0};
    spk_status st = cli_part(c, q->on, &part);
    if (!st)
        st = cli_run_open_network(c, c->argv[0], &r);
    if (st)
        return st;
    st = cli_network_test_new(c, &r, part, (size_t)q->runs, (int)q->threads, o, &t);
    if (!st && strcmp(q->format, "text") == 0)
        printf("%s, %g to %g ms (%s)\n\n", c->argv[0], t.run->start_ms, t.run->stop_ms, q->on);
    if (!st && t.run->outcome.exploded)
        fprintf(stderr, "the model was stopped at %g ms: it fired more than max_rate allows\n",
                t.run->outcome.time_ms);
    if (!st)
        print_test(c, q, &t.test, t.set);
    cli_network_test_free(&t);
    cli_run_close(c, &r);
    return st;
}

/* ---- files: data, model, other runs of the model ---- */

static const cli_population *find(const cli_spikes *s, const char *name, bool single) {
    for (size_t i = 0; i < s->n; i++)
        if (single || strcmp(s->population[i].name, name) == 0)
            return &s->population[i];
    return NULL;
}

/* The populations that all files have: [n_files - 1][*n] sets of the data and a model. */
static spk_status pair_files(cli *c, const cli_spikes *file, size_t n_files,
                             spk_twosample_set *sets, size_t *n) {
    bool single = true;
    size_t left_out = 0;
    for (size_t f = 0; f < n_files; f++)
        single = single && file[f].n == 1;
    *n = 0;
    for (int pass = 0; pass < 2; pass++) { /* first how many, then which */
        size_t at = 0;
        for (size_t i = 0; i < file->n; i++) {
            const cli_population *data = &file->population[i], *m;
            bool everywhere = true;
            for (size_t f = 1; f < n_files; f++) {
                everywhere = everywhere && (m = find(&file[f], data->name, single));
                if (everywhere && pass)
                    sets[(f - 1) * *n + at] =
                        (spk_twosample_set){data->name, data->train, m->train, data->n, m->n};
            }
            at += everywhere;
        }
        left_out = file->n - at;
        *n = at;
    }
    if (!*n)
        return cli_fail(c, SPK_ERR_INPUT,
                        "populations are told by what stands before the / in a cell's name",
                        "no population of %s (%s, ...) is in the other files", c->argv[0],
                        file->population[0].name);
    if (left_out)
        fprintf(stderr,
                "note: %zu populations of %s are not in the other files, and are left out\n",
                left_out, c->argv[0]);
    return SPK_OK;
}

static spk_status validate_files(cli *c, const request *q, spk_twosample_options *o,
                                 size_t n_files) {
    cli_spikes *file = calloc(n_files, sizeof *file);
    spk_twosample_set *sets = NULL;
    size_t n = 0;
    spk_status st = file ? SPK_OK : cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    for (size_t f = 0; f < n_files && !st; f++)
        st = cli_spikes_read(c, c->argv[f], q->start_ms, q->stop_ms, &file[f]);
    if (!st && !(sets = calloc(n_files * file->n + 1, sizeof *sets)))
        st = cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    if (!st)
        st = pair_files(c, file, n_files, sets, &n);
    spk_twosample t = {0};
    if (!st) {
        o->run = sets + n;
        o->n_runs = n_files - 2;
        st = spk_twosample_compare(c->ctx, sets, n, o, &t);
    }
    if (!st)
        print_test(c, q, &t, sets);
    spk_twosample_free(&t);
    free(sets);
    for (size_t f = 0; file && f < n_files; f++)
        cli_spikes_free(&file[f]);
    free(file);
    return st;
}

static spk_status run_validate(cli *c) {
    request q = {.on = "test",
                 .format = "text",
                 .level = 0.05,
                 .stop_ms = INFINITY,
                 .runs = CLI_NETWORK_RUNS};
    int64_t runs = -1;
    const char *on = NULL;
    const cli_option options[] = {{"--on", CLI_TEXT, &on},
                                  {"--format", CLI_TEXT, &q.format},
                                  {"--statistic", CLI_TEXT, &q.statistics},
                                  {"--level", CLI_REAL, &q.level},
                                  {"--tests", CLI_FLAG, &q.tests},
                                  {"--runs", CLI_INT, &runs},
                                  {"--threads", CLI_INT, &q.threads},
                                  {"--start", CLI_REAL, &q.start_ms},
                                  {"--stop", CLI_REAL, &q.stop_ms},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, CLI_MANY, &n);
    if (st)
        return st;
    q.on = on ? on : q.on;
    q.runs = runs >= 0 ? runs : q.runs;
    if (strcmp(q.format, "text") != 0 && strcmp(q.format, "json") != 0)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--format takes 'text' or 'json', not '%s'",
                        q.format);
    if (runs < -1 || q.runs > 100000 || q.threads < 0 || q.threads > 4096)
        return cli_fail(c, SPK_ERR_USAGE, NULL,
                        "--runs takes 0 to 100000, --threads 0 (all cores) to 4096");
    if (n > 1 && (on || runs >= 0 || q.threads))
        return cli_fail(
            c, SPK_ERR_USAGE,
            "--start and --stop choose a time; other runs of the model are further files",
            "--on, --runs and --threads are for runs of a fit, not for files");
    if (n == 1 && (q.start_ms > 0 || isfinite(q.stop_ms)))
        return cli_fail(c, SPK_ERR_USAGE, "--on chooses a part of the data",
                        "--start and --stop are for files");
    const char *names[MOST_STATISTICS];
    spk_twosample_options o;
    char *text = strdup(q.statistics ? q.statistics : "");
    st = text ? read_options(c, &q, text, names, &o)
              : cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    if (!st)
        st = n > 1 ? validate_files(c, &q, &o, (size_t)n) : validate_run(c, &q, &o);
    free(text);
    return st;
}

const cli_command cli_validate = {
    .name = "validate",
    .sentence = "test whether data and model could come from one network",
    .usage =
        "RUN [--on test|train] [--runs N] [--format text|json] ... | DATA MODEL [MODEL...] ...",
    .help = "Rates, CV, LV, intervals and correlations of data and model, population by\n"
            "population, by every two-sample test (Welch's and Student's t, Mann-Whitney,\n"
            "Kolmogorov-Smirnov, Levene), corrected for their number (Holm), with effect\n"
            "sizes and what they mean. Of a run of a network: the recovered network on data\n"
            "that the search did not see. Or of spike files.\n\n"
            "Neurons of one network are no independent samples. So what the tests tell apart\n"
            "is set beside other runs of the model (other wiring): what they do too is usual.\n\n"
            "  --on PART        test (the default) or train\n"
            "  --runs N         other runs of the model (99; 0: tests alone); of files, those\n"
            "                   behind the first model are its other runs\n"
            "  --threads N      cores to use; changes no bit\n"
            "  --start MS       of files: compare from here (warm-up is left out),\n"
            "  --stop MS        to here\n"
            "  --statistic A,B  in place of rate,cv,lv,isi,correlation; `spikefit list`\n"
            "  --level X        of significance, after correction (0.05)\n"
            "  --tests          every test with its value\n"
            "  --format FORMAT  text or json\n"
            "\nA rejected model is no error: the exit code is 0.\n",
    .run = run_validate,
};
