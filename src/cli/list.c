/* spikefit list: every thing that can be chosen by name. */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/loss.h>
#include <spikefit/metric.h>
#include <spikefit/model.h>
#include <spikefit/plot.h>
#include <spikefit/search.h>
#include <spikefit/stat.h>
#include <spikefit/stimulus.h>

#include <math.h>
#include <string.h>

enum { COLUMN = 24 };

/* "window: largest distance of two coincident spikes (4 ms)" */
static void print_option(const cli *c, const spk_opt *o) {
    char text[1024], number[32];
    size_t at = (size_t)snprintf(text, sizeof text, "%s: %s", o->name, o->sentence);
    if (o->kind == SPK_OPT_CHOICE) {
        at += (size_t)snprintf(text + at, sizeof text - at, " (%s", o->choices[(int)o->value]);
        for (size_t i = 0; o->choices[i] && at < sizeof text; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? ", " : " of ", o->choices[i]);
    } else if (o->kind == SPK_OPT_BOOL) {
        at += (size_t)snprintf(text + at, sizeof text - at, " (%s", o->value != 0 ? "true" : "false");
    } else {
        at += (size_t)snprintf(text + at, sizeof text - at, " (%s%s%s",
                               isfinite(o->value) ? cli_plain(o->value, number) : "inf",
                               o->unit ? " " : "", o->unit ? o->unit : "");
    }
    if (at < sizeof text)
        snprintf(text + at, sizeof text - at, ")");
    printf("%*s", COLUMN + 2, "");
    cli_print_wrapped(stdout, text, COLUMN + 2, c->width);
    printf("\n");
}

static void print_entry(const cli *c, bool all, const char *name, const char *sentence,
                        const char *reference, const spk_opt *options) {
    printf("  %-*s", COLUMN - 2, name);
    if (strlen(name) > COLUMN - 3)
        printf("\n%*s", COLUMN, "");
    cli_print_wrapped(stdout, sentence, COLUMN, c->width);
    printf("\n");
    if (!all)
        return;
    if (reference) {
        printf("%*s", COLUMN + 2, "");
        cli_print_wrapped(stdout, reference, COLUMN + 2, c->width);
        printf("\n");
    }
    for (const spk_opt *o = options; o && o->name; o++)
        print_option(c, o);
}

static void list_metrics(const cli *c, bool all) {
    for (size_t i = 0; i < spk_metric_count(); i++) {
        const spk_metric *m = spk_metric_at(i);
        print_entry(c, all, m->name, m->sentence, m->reference, m->options);
    }
}

static void list_losses(const cli *c, bool all) {
    for (size_t i = 0; i < spk_loss_kind_count(); i++) {
        const spk_loss_kind *k = spk_loss_kind_at(i);
        print_entry(c, all, k->name, k->sentence, k->reference, k->options);
    }
}

static void list_stats(const cli *c, bool all) {
    for (size_t i = 0; i < spk_stat_count(); i++) {
        const spk_stat *s = spk_stat_at(i);
        print_entry(c, all, s->name, s->sentence, s->reference, s->options);
    }
}

static void list_methods(const cli *c, bool all) {
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i);
        print_entry(c, all, m->name, m->sentence, m->reference, m->options);
    }
}

static void list_formats(const cli *c, bool all) {
    for (size_t i = 0; i < spk_format_count(); i++) {
        const spk_format *f = spk_format_at(i);
        print_entry(c, all, f->name, f->sentence, NULL, f->options);
    }
}

static void list_stimuli(const cli *c, bool all) {
    for (size_t i = 0; i < spk_stimulus_kind_count(); i++) {
        const spk_stimulus_kind *k = spk_stimulus_kind_at(i);
        print_entry(c, all, k->name, k->sentence, NULL, k->options);
    }
}

static void list_models(const cli *c, bool all) {
    for (size_t i = 0; i < spk_builtin_model_count(); i++)
        print_entry(c, all, spk_builtin_model_at(i)->name, spk_builtin_model_at(i)->sentence, NULL, NULL);
    for (size_t i = 0; i < spk_builtin_synapse_count(); i++)
        print_entry(c, all, spk_builtin_synapse_at(i)->name, spk_builtin_synapse_at(i)->sentence, NULL, NULL);
}

static void list_figures(const cli *c, bool all) {
    for (size_t i = 0; i < spk_plot_count(); i++) {
        spk_plot_info k = spk_plot_at(i);
        print_entry(c, all, k.name, k.sentence, NULL, NULL);
    }
}

static const struct {
    const char *name, *title;
    void (*list)(const cli *c, bool all);
} groups[] = {
    {"models", "models", list_models},
    {"measures", "measures between spike trains (in a loss, and for `spikefit metric`)", list_metrics},
    {"losses", "further losses", list_losses},
    {"methods", "search methods", list_methods},
    {"statistics", "statistics of spike trains", list_stats},
    {"formats", "file formats", list_formats},
    {"stimuli", "stimuli", list_stimuli},
    {"figures", "figures of a run (for `spikefit plot`)", list_figures},
};
enum { N_GROUPS = sizeof groups / sizeof *groups };

static spk_status run_list(cli *c) {
    int n;
    bool options = false;
    const cli_option table[] = {{"--options", CLI_FLAG, &options}, {0}};
    spk_status st = cli_parse(c, table, 0, 1, &n);
    if (st)
        return st;
    bool found = false;
    for (size_t i = 0; i < N_GROUPS; i++) {
        if (n == 1 && strcmp(c->argv[0], groups[i].name) != 0)
            continue;
        found = true;
        printf("%s%s\n", n == 1 || i == 0 ? "" : "\n", groups[i].title);
        groups[i].list(c, options || n == 1);
    }
    if (found)
        return SPK_OK;
    const char *names[N_GROUPS];
    char hint[64];
    for (size_t i = 0; i < N_GROUPS; i++)
        names[i] = groups[i].name;
    const char *near = spk_nearest(c->argv[0], names, N_GROUPS);
    snprintf(hint, sizeof hint, "did you mean '%s'?", near ? near : "");
    return cli_fail(c, SPK_ERR_USAGE,
                    near ? hint : "groups: models, measures, losses, methods, statistics, formats, stimuli, figures",
                    "there is no group '%s'", c->argv[0]);
}

const cli_command cli_list = {
    .name = "list",
    .sentence = "list what can be chosen by name, with options and references",
    .usage = "[GROUP] [--options]",
    .help = "GROUP is models, measures, losses, methods, statistics, formats,\n"
            "stimuli or figures.\n",
    .run = run_list,
};
