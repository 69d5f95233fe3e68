/* spikefit list: every thing that can be chosen by name. */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/loss.h>
#include <spikefit/metric.h>
#include <spikefit/model.h>
#include <spikefit/search.h>
#include <spikefit/stat.h>
#include <spikefit/stimulus.h>

#include <math.h>
#include <string.h>

static void print_entry(bool all, const char *name, const char *sentence, const char *reference,
                        const spk_opt *options) {
    char number[32];
    printf("  %-24s %s\n", name, sentence);
    if (!all)
        return;
    if (reference)
        printf("  %-24s   %s\n", "", reference);
    for (const spk_opt *o = options; o && o->name; o++) {
        printf("  %-24s   %s: %s", "", o->name, o->sentence);
        if (o->kind == SPK_OPT_CHOICE)
            printf(" (%s)", o->choices[(int)o->value]);
        else if (o->kind == SPK_OPT_BOOL)
            printf(" (%s)", o->value != 0 ? "true" : "false");
        else
            printf(" (%s%s%s)", isfinite(o->value) ? cli_number(o->value, 4, number) : "inf",
                   o->unit ? " " : "", o->unit ? o->unit : "");
        for (size_t i = 0; o->kind == SPK_OPT_CHOICE && o->choices[i]; i++)
            printf("%s%s", i ? ", " : " of ", o->choices[i]);
        printf("\n");
    }
}

static void list_metrics(bool all) {
    for (size_t i = 0; i < spk_metric_count(); i++) {
        const spk_metric *m = spk_metric_at(i);
        print_entry(all, m->name, m->sentence, m->reference, m->options);
    }
}

static void list_losses(bool all) {
    for (size_t i = 0; i < spk_loss_kind_count(); i++) {
        const spk_loss_kind *k = spk_loss_kind_at(i);
        print_entry(all, k->name, k->sentence, k->reference, k->options);
    }
}

static void list_stats(bool all) {
    for (size_t i = 0; i < spk_stat_count(); i++) {
        const spk_stat *s = spk_stat_at(i);
        print_entry(all, s->name, s->sentence, s->reference, s->options);
    }
}

static void list_methods(bool all) {
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i);
        print_entry(all, m->name, m->sentence, m->reference, m->options);
    }
}

static void list_formats(bool all) {
    for (size_t i = 0; i < spk_format_count(); i++) {
        const spk_format *f = spk_format_at(i);
        print_entry(all, f->name, f->sentence, NULL, f->options);
    }
}

static void list_stimuli(bool all) {
    for (size_t i = 0; i < spk_stimulus_kind_count(); i++) {
        const spk_stimulus_kind *k = spk_stimulus_kind_at(i);
        print_entry(all, k->name, k->sentence, NULL, k->options);
    }
}

static void list_models(bool all) {
    for (size_t i = 0; i < spk_builtin_model_count(); i++)
        print_entry(all, spk_builtin_model_at(i)->name, spk_builtin_model_at(i)->sentence, NULL, NULL);
}

static const struct {
    const char *name, *title;
    void (*list)(bool all);
} groups[] = {
    {"models", "models", list_models},
    {"measures", "measures between spike trains (in a loss, and for `spikefit metric`)", list_metrics},
    {"losses", "further losses", list_losses},
    {"methods", "search methods", list_methods},
    {"statistics", "statistics of spike trains", list_stats},
    {"formats", "file formats", list_formats},
    {"stimuli", "stimuli", list_stimuli},
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
        groups[i].list(options || n == 1);
    }
    if (found)
        return SPK_OK;
    return cli_fail(c, SPK_ERR_USAGE,
                    "groups: models, measures, losses, methods, statistics, formats, stimuli",
                    "there is no group '%s'", c->argv[0]);
}

const cli_command cli_list = {
    .name = "list",
    .sentence = "list what can be chosen by name, with options and references",
    .usage = "[GROUP] [--options]",
    .help = "GROUP is models, measures, losses, methods, statistics, formats or stimuli.\n",
    .run = run_list,
};
