/* spikefit init: a study file with every default written out. */
#include "cli/cli.h"
#include <spikefit/hint.h>
#include <spikefit/io.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *bound(double x, const char *unit, char buf[64]) {
    char number[32];
    snprintf(buf, 64, "%s%s%s", cli_plain(x, number), *unit ? " " : "", unit);
    return buf;
}

static spk_status write_fit(cli *c, FILE *out, const spk_kernel *k) {
    char a[64], b[64];
    fprintf(out, "fit:\n");
    for (size_t i = 0; i < k->n_parameters; i++) {
        const spk_quantity *q = &k->parameters[i];
        spk_hint h;
        spk_status st = spk_hint_parse(c->ctx, q, &h);
        if (st)
            return st;
        if (h.kind == SPK_HINT_NONE)
            continue;
        fprintf(out, "  %s%s: {min: %s, max: %s, scale: %s}", h.kind == SPK_HINT_RANGE ? "# " : "", q->name,
               bound(h.low, h.unit, a), bound(h.high, h.unit, b), h.log ? "log" : "linear");
        if (h.doc_length && q->doc)
            fprintf(out, "   # %.*s", (int)h.doc_length, q->doc);
        fprintf(out, "\n");
    }
    return SPK_OK;
}

static void write_fixed(cli *c, FILE *out, const spk_kernel *k) {
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
            fprintf(out, "# fixed:   # parameters that keep these values unless you say otherwise\n");
        any = true;
        fprintf(out, "#   %s: %s\n", q->name,
               bound(values[i] / q->scale, strcmp(q->unit, "1") == 0 ? "" : q->unit, a));
    }
}

static bool has_one_window(const spk_part *p, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (p[i].start_ms != p[0].start_ms || p[i].stop_ms != p[0].stop_ms)
            return false;
    return n > 0;
}

/* Whether a study can name the part: by some of the sweeps, or by one window. */
static bool has_words(const spk_recording *r, const spk_part *p, size_t n) {
    return has_one_window(p, n) || (n && n < spk_recording_sweep_count(r));
}

static void write_part(FILE *out, const char *name, const spk_recording *r, const spk_part *p, size_t n) {
    bool one_window = has_one_window(p, n);
    fprintf(out, "  %s: {", name);
    if (n < spk_recording_sweep_count(r)) {
        fprintf(out, "sweeps: [");
        for (size_t i = 0; i < n; i++)
            fprintf(out, "%s\"%s\"", i ? ", " : "", spk_recording_sweep(r, p[i].sweep)->name);
        fprintf(out, "]%s", one_window ? ", " : "");
    }
    if (one_window)
        fprintf(out, "window: [%.10g ms, %.10g ms]", p[0].start_ms, p[0].stop_ms);
    fprintf(out, "}\n");
}

/* What a call asks for. */
typedef struct {
    const char *models, *study; /* study: where it goes; NULL: standard output */
    char **paths;
    int n;
    double threshold_mV; /* of spikes; NaN: the reader's */
} request;

/* The folder of a path, all links resolved; NULL if there is none. */
static char *folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("."), *real = NULL;
    if (folder)
        real = realpath(folder, NULL);
    free(folder);
    return real;
}

/* A path as seen from the folder of the study: below it without the folder, else absolute. Where nobody
 * says where the study goes, the path is as given, seen from here. */
static spk_status write_path(cli *c, FILE *out, const char *path, const char *study) {
    char *here = folder_of(study ? study : "x"), *real = realpath(path, NULL);
    size_t n = here ? strlen(here) : 0;
    bool below = real && n && strncmp(real, here, n) == 0 && real[n] == '/';
    bool as_given = !study && path[0] != '/';
    spk_status st = here && real ? SPK_OK : cli_fail(c, SPK_ERR_IO, NULL, "%s cannot be found", path);
    if (!st) {
        fprintf(out, "    - \"");
        for (const char *p = as_given ? path : below ? real + n + 1 : real; *p; p++)
            fprintf(out, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
        fprintf(out, "\"\n");
    }
    free(here);
    free(real);
    return st;
}

static spk_status write_data(cli *c, FILE *out, const request *q) {
    spk_recording *r = NULL;
    spk_part *train = NULL, *test = NULL;
    size_t n_train = 0, n_test = 0;
    char words[512];
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    if (!isnan(q->threshold_mV))
        o.detection.threshold_mV = q->threshold_mV;
    spk_status st = spk_recording_read(c->ctx, (const char *const *)q->paths, (size_t)q->n, &o, &r);
    if (!st)
        st = spk_split_default(c->ctx, r, &train, &n_train, &test, &n_test, words, sizeof words);
    if (!st) {
        const spk_detection *d = spk_recording_detection(r);
        fprintf(out, "data:\n  recording:\n");
        for (int i = 0; !st && i < q->n; i++)
            st = write_path(c, out, q->paths[i], q->study);
        fprintf(out, "  # %s\n", words);
        if (has_words(r, train, n_train) && has_words(r, test, n_test)) {
            write_part(out, "train", r, train, n_train);
            write_part(out, "test", r, test, n_test);
        } else {
            fprintf(out, "  # (each at a time of its own, so neither 'train' nor 'test' is named)\n");
        }
        fprintf(out, "  detect: {rule: threshold, threshold: %g mV, dead_time: %g ms}\n", d->threshold_mV,
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

/* Opens each of a list once, for its mistakes. */
static spk_status check_models(cli *c, const char *models) {
    char *text = strdup(models), *keep = NULL;
    spk_status st = text ? SPK_OK : SPK_ERR_MEMORY;
    for (char *name = text ? strtok_r(text, ", ", &keep) : NULL; !st && name;
         name = strtok_r(NULL, ", ", &keep)) {
        spk_model *m = NULL;
        st = spk_model_open(c->ctx, name, NULL, &m);
        spk_model_free(m);
    }
    free(text);
    return st;
}

/* The study for one model (m), or for several (m NULL), each with what it suggests itself. */
static spk_status write_study(cli *c, FILE *out, const request *q, const spk_model *m) {
    fprintf(out,
            "# A study for `spikefit fit THIS_FILE --out RUN`. docs/study.md explains every key.\n"
            "model: %s%s%s\n",
            m ? "" : "[", q->models, m ? "" : "]");
    spk_status st = write_data(c, out, q);
    if (!st && m)
        st = write_fit(c, out, spk_model_kernel(m, SPK_FLOAT64));
    else if (!st)
        fprintf(out, "# fit:    # each model frees what it suggests: `spikefit model show NAME`\n");
    if (st)
        return st;
    if (m)
        write_fixed(c, out, spk_model_kernel(m, SPK_FLOAT64));
    fprintf(out, "loss:\n"
                 "  coincidence_factor: {weight: 1, window: 4 ms}\n"
                 "  van_rossum: {weight: 0.2, tau: 10 ms}\n"
                 "  rate_error: {weight: 0.1}\n");
    if (m)
        fprintf(out, "simulation: {dt: %g ms, integrator: \"%s\", precision: float64}\n",
                spk_model_default_dt(m), spk_model_integrator(m));
    fprintf(out, "search: {evaluations: 60000}   # lshade, an island for each 20000\n"
                 "seed: 1\n"
                 "threads: 0   # all cores\n");
    return SPK_OK;
}

/* To a file that must not be there yet, or to standard output: whole or not at all. */
static spk_status put(cli *c, const char *path, const char *text, size_t length) {
    if (!path) {
        fwrite(text, 1, length, stdout);
        return SPK_OK;
    }
    FILE *f = fopen(path, "wx");
    if (!f)
        return cli_fail(c, errno == EEXIST ? SPK_ERR_USAGE : SPK_ERR_IO,
                        errno == EEXIST ? "remove it, or choose another name" : NULL,
                        "cannot write %s: %s", path, strerror(errno));
    bool bad = fwrite(text, 1, length, f) != length;
    bad = fclose(f) != 0 || bad;
    if (!bad)
        return SPK_OK;
    remove(path);
    return cli_fail(c, SPK_ERR_IO, NULL, "cannot write %s: %s", path, strerror(errno));
}

static spk_status run_init(cli *c) {
    const char *study = NULL;
    double threshold = NAN;
    const cli_option options[] = {
        {"--out", CLI_TEXT, &study}, {"--threshold", CLI_REAL, &threshold}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 2, CLI_MANY, &n);
    if (st)
        return st;
    request q = {.models = strcmp(c->argv[0], "several") == 0 ? several : c->argv[0],
                 .study = study,
                 .threshold_mV = threshold,
                 .paths = c->argv + 1,
                 .n = n - 1};
    spk_model *m = NULL;
    if (strchr(q.models, ','))
        st = check_models(c, q.models);
    else
        st = spk_model_open(c->ctx, q.models, NULL, &m);
    if (st)
        return st;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    st = out ? write_study(c, out, &q, m) : SPK_ERR_MEMORY;
    if (out && fclose(out) != 0 && !st)
        st = SPK_ERR_MEMORY;
    if (!st)
        st = put(c, study, text, length);
    free(text);
    spk_model_free(m);
    return st;
}

const cli_command cli_init = {
    .name = "init",
    .sentence = "write a study for a model and a recording, every default visible",
    .usage = "MODEL[,MODEL...]|several RECORDING... [--out STUDY.yaml] [--threshold MV]",
    .help = "Several models are fitted one after the other, and the one that the training\n"
            "data support best is kept; 'several' names five that suit most cells.\n\n"
            "Without --out the study goes to standard output. Paths in a study are relative\n"
            "to the study file: write it into the folder from which you name the recording.\n\n"
            "  --out FILE       the file to write, which must not exist; paths are set right\n"
            "  --threshold MV   voltage at which spikes are found (0)\n",
    .run = run_init,
};
