/* spikefit inspect: what is in a recording. */
#include "cli/reading.h"
#include <spikefit/metric.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SWEEPS = 20 };

static void print_sweep_title(bool voltage) {
    printf("  %-22s %8s %6s %7s %6s %5s%s\n", "sweep", "ms", "dt", "spikes", "Hz", "CV",
           voltage ? "  voltage, mV" : "");
}

static void print_sweep(const spk_recording *r, size_t i) {
    const spk_sweep *s = spk_recording_sweep(r, i);
    spk_sweep_summary m;
    char a[32], b[32], d[32], e[32];
    spk_recording_summary(r, i, &m);
    printf("  %-22s %8s %6s %7zu %6s %5s", s->name, cli_plain(m.duration_ms, a),
           isnan(m.dt_ms) ? "-" : cli_plain(m.dt_ms, b), m.n_spikes, cli_number(m.rate_Hz, 3, d),
           cli_number(m.isi_cv, 2, e));
    if (s->voltage_mV.n)
        printf("  %s .. %s", cli_number(m.v_min_mV, 3, a), cli_number(m.v_max_mV, 3, b));
    if (m.v_missing)
        printf(" (%s missing)", cli_counted(m.v_missing, "sample", NULL, (char[64]){0}));
    printf("\n");
}

/* The mean coincidence factor between repeats: what a model can be measured against. */
static spk_status print_reliability(cli *c, const spk_recording *r, int stimulus, double window) {
    const size_t *sweeps;
    size_t n = spk_recording_repeats(r, stimulus, &sweeps);
    const spk_metric *m;
    spk_opts o;
    spk_status st = spk_metric_find(c->ctx, "coincidence_factor", &m);
    if (st || n < 2)
        return st;
    spk_opts_default(m->options, &o);
    o.v[0] = window;
    spk_train trains[256];
    double value;
    n = n < 256 ? n : 256;
    for (size_t i = 0; i < n; i++)
        trains[i] = spk_recording_sweep(r, sweeps[i])->spikes;
    size_t mark = spk_ctx_diag_count(c->ctx);
    if (spk_metric_within(c->ctx, m, &o, trains, n, 0, &value) == SPK_OK)
        printf("  the repeats agree by a coincidence factor of %.3f at +-%g ms\n", value, window);
    else /* not defined at these rates */
        spk_ctx_diag_truncate(c->ctx, mark);
    return SPK_OK;
}

static void print_head(const spk_recording *r) {
    char words[512], a[64], b[64];
    size_t detected = 0, n = spk_recording_sweep_count(r);
    for (size_t i = 0; i < n; i++)
        detected += spk_recording_sweep(r, i)->spikes_detected;
    spk_detection_print(spk_recording_detection(r), words, sizeof words);
    printf("%s\n%s of %s; spikes: %s\n", spk_recording_label(r), cli_counted(n, "sweep", NULL, a),
           cli_counted(spk_recording_stimulus_count(r), "stimulus", "stimuli", b),
           detected ? words : "as the file lists them");
}

static spk_status print_stimulus(cli *c, const spk_recording *r, int k, bool all) {
    char words[512];
    const size_t *sweeps;
    size_t n = spk_recording_repeats(r, k, &sweeps), shown = n;
    if (!all && n > MOST_SWEEPS)
        shown = MOST_SWEEPS - 1;
    spk_recording_stimulus_print(r, k, words, sizeof words);
    printf("\nstimulus %d: %s%s\n", k, words, n > 1 ? ", repeated" : "");
    print_sweep_title(spk_recording_sweep(r, sweeps[0])->voltage_mV.n > 0);
    for (size_t i = 0; i < shown; i++)
        print_sweep(r, sweeps[i]);
    if (shown < n)
        printf("  (and %s; --all shows them)\n", cli_counted(n - shown, "more", "more", words));
    return print_reliability(c, r, k, 4);
}

/* Whether the only file is a camera's, and how to make trains of it is not asked: it may be larger
 * than memory. */
static bool is_events(cli *c, int n, const cli_reading *in) {
    const spk_format *f = NULL;
    size_t mark = spk_ctx_diag_count(c->ctx);
    bool found = n == 1 && !in->options.format && !in->reader &&
                 spk_format_detect(c->ctx, c->argv[0], &f) == SPK_OK;
    spk_ctx_diag_truncate(c->ctx, mark); /* reading says it again */
    return found && strcmp(f->name, "aedat") == 0;
}

static spk_status run_inspect(cli *c) {
    cli_reading in = CLI_READING_INIT;
    spk_read_options *o = &in.options;
    double threshold = NAN;
    bool all = false;
    const cli_option options[] = {{"--format", CLI_TEXT, &o->format},
                                  CLI_READING_OPTIONS(&in),
                                  {"--threshold", CLI_REAL, &threshold},
                                  {"--all", CLI_FLAG, &all},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, CLI_MANY, &n);
    if (!st)
        st = cli_reading_set(c, &in);
    if (st)
        return st;
    if (!isnan(threshold))
        o->detection.threshold_mV = threshold;
    bool done = false;
    if (n == 1 && !in.options.format && ((st = cli_inspect_network(c, c->argv[0], &done)) || done))
        return st;
    if (is_events(c, n, &in))
        return cli_inspect_events(c, c->argv[0]);
    spk_recording *r = NULL;
    st = spk_recording_read(c->ctx, (const char *const *)c->argv, (size_t)n, o, &r);
    if (st)
        return st;
    print_head(r);
    for (size_t k = 0; !st && k < spk_recording_stimulus_count(r); k++)
        st = print_stimulus(c, r, (int)k, all);
    spk_recording_warn(c->ctx, r);
    spk_recording_free(r);
    return st;
}

const cli_command cli_inspect = {
    .name = "inspect",
    .sentence = "say what is in a recording, or in a network",
    .usage = "FILE...",
    .help = "Of a recording: sweeps, units, spikes, repeats. Of a network study or a SONATA\n"
            "configuration: populations, projections, inputs. Of a SONATA file of nodes or\n"
            "edges: how many, of how many types, and what they have of their own.\n\n"
            "  --format NAME     do not recognise the format by the content\n" CLI_READING_HELP
            "  --threshold MV    voltage at which spikes are found (0)\n"
            "  --all             every sweep, where a stimulus has more than 20\n\n"
            "Hz: spikes over the time that the stimulus is on; CV: of their intervals.\n",
    .run = run_inspect,
};
