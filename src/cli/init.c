/* spikefit init: a study file with every default written out. */
#include "cli/cli.h"
#include <spikefit/hint.h>
#include <spikefit/io.h>

#include <math.h>
#include <string.h>

static const char *bound(double x, const char *unit, char buf[64]) {
    char number[32];
    snprintf(buf, 64, "%s%s%s", cli_plain(x, number), *unit ? " " : "", unit);
    return buf;
}

static spk_status write_fit(cli *c, const spk_kernel *k) {
    char a[64], b[64];
    printf("fit:\n");
    for (size_t i = 0; i < k->n_parameters; i++) {
        const spk_quantity *q = &k->parameters[i];
        spk_hint h;
        spk_status st = spk_hint_parse(c->ctx, q, &h);
        if (st)
            return st;
        if (h.kind == SPK_HINT_NONE)
            continue;
        printf("  %s%s: {min: %s, max: %s, scale: %s}", h.kind == SPK_HINT_RANGE ? "# " : "", q->name,
               bound(h.low, h.unit, a), bound(h.high, h.unit, b), h.log ? "log" : "linear");
        printf("   # %.*s\n", (int)h.doc_length, q->doc ? q->doc : "");
    }
    return SPK_OK;
}

static void write_fixed(const spk_kernel *k, cli *c) {
    double values[256];
    unsigned char is_set[256] = {0};
    bool any = false;
    char a[64];
    if (k->n_parameters > 256)
        return;
    k->defaults(values, is_set, 0.1);
    for (size_t i = 0; i < k->n_parameters; i++) {
        const spk_quantity *q = &k->parameters[i];
        spk_hint h;
        if (spk_hint_parse(c->ctx, q, &h) || h.kind != SPK_HINT_NONE)
            continue;
        if (!any)
            printf("# fixed:   # parameters that keep these values unless you say otherwise\n");
        any = true;
        printf("#   %s: %s\n", q->name,
               bound(values[i] / q->scale, strcmp(q->unit, "1") == 0 ? "" : q->unit, a));
    }
}

static void write_part(const char *name, const spk_recording *r, const spk_part *p, size_t n) {
    bool one_window = true;
    for (size_t i = 1; i < n; i++)
        one_window = one_window && p[i].start_ms == p[0].start_ms && p[i].stop_ms == p[0].stop_ms;
    printf("  %s: {", name);
    if (n && n < spk_recording_sweep_count(r)) {
        printf("sweeps: [");
        for (size_t i = 0; i < n; i++)
            printf("%s\"%s\"", i ? ", " : "", spk_recording_sweep(r, p[i].sweep)->name);
        printf("]%s", one_window ? ", " : "");
    }
    if (n && one_window)
        printf("window: [%.10g ms, %.10g ms]", p[0].start_ms, p[0].stop_ms);
    printf("}\n");
}

static spk_status write_data(cli *c, char **paths, int n) {
    spk_recording *r = NULL;
    spk_part *train = NULL, *test = NULL;
    size_t n_train = 0, n_test = 0;
    char words[512];
    spk_status st = spk_recording_read(c->ctx, (const char *const *)paths, (size_t)n, NULL, &r);
    if (!st)
        st = spk_split_default(c->ctx, r, &train, &n_train, &test, &n_test, words, sizeof words);
    if (!st) {
        const spk_detection *d = spk_recording_detection(r);
        printf("data:\n  recording: [");
        for (int i = 0; i < n; i++)
            printf("%s\"%s\"", i ? ", " : "", paths[i]);
        printf("]\n  # %s\n", words);
        write_part("train", r, train, n_train);
        write_part("test", r, test, n_test);
        printf("  detect: {rule: threshold, threshold: %g mV, dead_time: %g ms}\n", d->threshold_mV,
               d->dead_time_ms);
    }
    spk_parts_free(c->ctx, train);
    spk_parts_free(c->ctx, test);
    spk_recording_free(r);
    return st;
}

/* Models that are worth trying on any cell: leaky, with adaptation of threshold or current, with reset
 * rules, with an exponential upstroke. */
static const char several[] = "iaf_psc_exp,glif2_psc,glif4_psc,mat2_psc_exp,aeif_psc_exp";

static void write_simulation(const spk_model *m) {
    if (m)
        printf("simulation: {dt: %g ms, integrator: \"%s\", precision: float64}\n",
               spk_model_default_dt(m), spk_model_integrator(m));
}

/* The study for one model (m), or for several (m NULL), each with what it suggests itself. */
static spk_status write_study(cli *c, const char *models, const spk_model *m, char **paths, int n) {
    printf("# A spikefit study: `spikefit fit THIS_FILE --out RUN`. docs/study.md explains every key.\n"
           "model: %s%s%s\n",
           m ? "" : "[", models, m ? "" : "]");
    spk_status st = write_data(c, paths, n);
    if (!st && m)
        st = write_fit(c, spk_model_kernel(m, SPK_FLOAT64));
    else if (!st)
        printf("# fit:    # each model frees what it suggests: `spikefit model show NAME`\n");
    if (st)
        return st;
    if (m)
        write_fixed(spk_model_kernel(m, SPK_FLOAT64), c);
    printf("loss:\n"
           "  coincidence_factor: {weight: 1, window: 4 ms}\n"
           "  van_rossum: {weight: 0.2, tau: 10 ms}\n"
           "  rate_error: {weight: 0.1}\n");
    write_simulation(m);
    printf("search: {method: cmaes, evaluations: 40000, population: 96}\n"
           "seed: 1\n"
           "threads: 0   # all cores\n");
    return SPK_OK;
}

static spk_status run_init(cli *c) {
    int n;
    spk_status st = cli_parse(c, NULL, 2, CLI_MANY, &n);
    if (st)
        return st;
    const char *models = strcmp(c->argv[0], "several") == 0 ? several : c->argv[0];
    if (strchr(models, ','))
        return write_study(c, models, NULL, c->argv + 1, n - 1);
    spk_model *m = NULL;
    st = spk_model_open(c->ctx, models, NULL, &m);
    if (!st)
        st = write_study(c, models, m, c->argv + 1, n - 1);
    spk_model_free(m);
    return st;
}

const cli_command cli_init = {
    .name = "init",
    .sentence = "write a study for a model and a recording, every default visible",
    .usage = "MODEL[,MODEL...]|several RECORDING... > study.yaml",
    .help = "Several models are fitted one after the other, and the one that the training data\n"
            "support best is kept; 'several' names five that suit most cells.\n\n"
            "The study goes to standard output. Paths in it are relative to the study file, so write\n"
            "it into the folder from which you name the recording.\n",
    .run = run_init,
};
