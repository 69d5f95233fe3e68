/* spikefit metric: any distance between spike trains in files. */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/metric.h>
#include <spikefit/unit.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Short names that people type. */
static const char *const short_names[][2] = {{"gamma", "coincidence_factor"},
                                             {"coincidence", "coincidence_factor"},
                                             {"spike", "spike_distance"},
                                             {"isi", "isi_distance"},
                                             {"sync", "spike_synchronization"},
                                             {"vr", "van_rossum"},
                                             {"vp", "victor_purpura"}};

static const char *whole_name(const char *name) {
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        if (strcmp(short_names[i][0], name) == 0)
            return short_names[i][1];
    return name;
}

spk_status cli_find_metric(cli *c, const char *name, const spk_metric **out) {
    const char *names[128];
    size_t n = 0;
    for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
        names[n++] = short_names[i][0];
    for (size_t i = 0; i < spk_metric_count() && n < 128; i++)
        names[n++] = spk_metric_at(i)->name;
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, whole_name(name)) == 0)
            return spk_metric_find(c->ctx, whole_name(name), out);
    const char *near = spk_nearest(name, names, n);
    char hint[128];
    snprintf(hint, sizeof hint, near ? "did you mean '%s'?" : "`spikefit list measures` shows them", near);
    return cli_fail(c, SPK_ERR_USAGE, hint, "there is no measure '%s'", name);
}

static spk_status read_trains(cli *c, const char *path, const spk_read_options *o,
                              spk_recording **r, spk_train **trains, size_t *n) {
    spk_status st = spk_recording_read(c->ctx, &path, 1, o, r);
    if (st)
        return st;
    *n = spk_recording_sweep_count(*r);
    *trains = calloc(*n + 1, sizeof **trains);
    if (!*trains)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    for (size_t i = 0; i < *n; i++)
        (*trains)[i] = spk_recording_sweep(*r, i)->spikes;
    return SPK_OK;
}

/* Files that do not say what they observed are compared over the longer of their spans. */
static void widen(spk_train *a, size_t na, spk_train *b, size_t nb, const spk_read_options *o) {
    double stop = 0;
    for (size_t i = 0; i < na; i++)
        stop = fmax(stop, a[i].stop_ms);
    for (size_t i = 0; i < nb; i++)
        stop = fmax(stop, b[i].stop_ms);
    if (!isnan(o->stop_ms))
        return;
    for (size_t i = 0; i < na; i++)
        a[i].stop_ms = stop;
    for (size_t i = 0; i < nb; i++)
        b[i].stop_ms = stop;
}

static spk_status set_options(cli *c, const spk_metric *m, const char *text, spk_opts *o) {
    spk_opts_default(m->options, o);
    char *copy = strdup(text ? text : ""), *keep = NULL;
    static const spk_opt none[] = {{0}};
    spk_status st = copy ? SPK_OK : SPK_ERR_MEMORY;
    for (char *t = copy ? strtok_r(copy, ",", &keep) : NULL; !st && t; t = strtok_r(NULL, ",", &keep)) {
        char *value = strchr(t, '=');
        t += strspn(t, " ");
        if (!value) {
            st = cli_fail(c, SPK_ERR_USAGE, "write --set 'window=2 ms'", "'%s' sets nothing", t);
            break;
        }
        *value++ = '\0';
        st = spk_opts_set(c->ctx, m->options ? m->options : none, m->name, t, value, NULL, o);
    }
    free(copy);
    return st;
}

static spk_status run_metric(cli *c) {
    spk_read_options read = SPK_READ_OPTIONS_INIT;
    const char *set = NULL;
    const cli_option options[] = {{"--set", CLI_TEXT, &set},
                                  {"--unit", CLI_TEXT, &read.time_unit},
                                  {"--start", CLI_REAL, &read.start_ms},
                                  {"--stop", CLI_REAL, &read.stop_ms},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 3, 3, &n);
    const spk_metric *m = NULL;
    spk_opts o;
    if (!st)
        st = cli_find_metric(c, c->argv[0], &m);
    if (!st)
        st = set_options(c, m, set, &o);
    spk_recording *a = NULL, *b = NULL;
    spk_train *ta = NULL, *tb = NULL;
    size_t na = 0, nb = 0;
    double value;
    char text[32];
    if (!st)
        st = read_trains(c, c->argv[1], &read, &a, &ta, &na);
    if (!st)
        st = read_trains(c, c->argv[2], &read, &b, &tb, &nb);
    if (!st) {
        widen(ta, na, tb, nb, &read);
        st = spk_metric_group(c->ctx, m, &o, ta, na, tb, nb, &value);
    }
    if (!st)
        printf("%s\n", cli_number(value, 10, text));
    free(ta);
    free(tb);
    spk_recording_free(a);
    spk_recording_free(b);
    return st;
}

const cli_command cli_metric = {
    .name = "metric",
    .sentence = "a distance between the spike trains in two files",
    .usage = "NAME A B [--set 'OPTION=VALUE,...']",
    .help = "NAME is spike, isi, sync, gamma, vr, vp, or one of `spikefit list measures`.\n"
            "The files hold spike times in ms; several trains in a file are trials, and the\n"
            "value is the mean over pairs, or the metric's own value for sets of trials.\n\n"
            "  --set LIST     options of the metric: --set 'window=2 ms,rate=data'\n"
            "  --unit UNIT    of the times in files that do not say\n"
            "  --start MS, --stop MS   what was observed, where the files do not say\n",
    .run = run_metric,
};
