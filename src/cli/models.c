/* spikefit models; spikefit model show|check. */
#include "cli/cli.h"
#include <spikefit/hint.h>
#include <spikefit/model.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void list_kind(const cli *c, const spk_builtin_model *(*at)(size_t)) {
    for (size_t i = 0; at(i); i++) {
        const spk_builtin_model *m = at(i);
        printf("%-20s ", m->name);
        cli_print_wrapped(stdout, m->sentence, 21, c->width);
        printf("\n");
    }
}

static spk_status run_models(cli *c) {
    int n;
    spk_status st = cli_parse(c, NULL, 0, 0, &n);
    if (!st)
        list_kind(c, spk_builtin_model_at);
    if (!st) {
        printf("\nof synapses, for projections of a network:\n");
        list_kind(c, spk_builtin_synapse_at);
    }
    return st;
}

const cli_command cli_models = {
    .name = "models",
    .sentence = "list the built-in models",
    .usage = "",
    .help = "A model of your own is a NESTML file: `spikefit model check my_neuron.nestml`.\n",
    .run = run_models,
};

/* The words of a quantity, then the bounds that the model suggests. */
static void print_words(const cli *c, const spk_quantity *q, const spk_hint *h, int at) {
    char text[1024], a[32], b[32];
    int n = snprintf(text, sizeof text, "%.*s", h->doc_length < 700 ? (int)h->doc_length : 700,
                     q->doc ? q->doc : "");
    if (h->kind != SPK_HINT_NONE)
        snprintf(text + n, sizeof text - (size_t)n, "%s(%s %s .. %s%s%s%s)", n ? " " : "",
                 h->kind == SPK_HINT_FIT ? "fit" : "range", cli_plain(h->low, a),
                 cli_plain(h->high, b), *h->unit ? " " : "", h->unit, h->log ? ", log" : "");
    cli_print_wrapped(stdout, text, at, c->width);
}

static void print_quantities(cli *c, const char *title, const spk_quantity *q, size_t n,
                             const double *value) {
    char number[32];
    if (n)
        printf("\n%s\n", title);
    for (size_t i = 0; i < n; i++) {
        spk_hint hint;
        if (spk_hint_parse(c->ctx, &q[i], &hint))
            continue;
        const char *unit = strcmp(q[i].unit, "1") == 0 ? "" : q[i].unit;
        bool words = hint.doc_length > 0 || hint.kind != SPK_HINT_NONE;
        printf("  %-14s", q[i].name);
        if (value)
            printf(" %9s", cli_plain(value[i] / q[i].scale, number));
        printf(words ? " %-8s " : " %s", unit);
        int longer = strlen(q[i].name) > 14 ? (int)strlen(q[i].name) - 14 : 0;
        print_words(c, &q[i], &hint, (value ? 36 : 26) + longer);
        printf("\n");
    }
}

static void print_default_values(cli *c, const spk_kernel *k) {
    double *value = calloc(k->n_parameters + 1, sizeof *value);
    unsigned char *is_set = calloc(k->n_parameters + 1, 1);
    if (value && is_set) {
        k->defaults(value, is_set, 0.1);
        print_quantities(c, "parameters (default, unit; fit: bounds that a fit takes if the study gives none)", k->parameters,
                         k->n_parameters, value);
    }
    free(value);
    free(is_set);
}

static void show(cli *c, const spk_model *m) {
    const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
    printf("%s\n\n", spk_model_name(m));
    cli_print_text(stdout, spk_model_doc(m), c->width);
    printf("\nequations\n");
    cli_print_text(stdout, spk_model_equations(m), c->width);
    print_default_values(c, k);
    print_quantities(c, "states", k->states, k->n_states, NULL);
    print_quantities(c, "currents and other continuous inputs", k->continuous, k->n_continuous, NULL);
    if (!k->synapse)
        print_quantities(c, "spike inputs (unit: what a weight of 1 does)", k->spike_ports,
                         k->n_spike_ports, NULL);
    if (k->synapse)
        printf("\nthe weight of a projection is its %s\n",
               (k->synapse->weight_is_parameter ? k->parameters : k->states)[k->synapse->weight].name);
    else
        printf("\nintegrator  %s, %g ms%s\n", spk_model_integrator(m), spk_model_default_dt(m),
           k->carry ? "; spikes fall between the steps" : "; spikes fall on the steps");
}

static spk_status run_model(cli *c) {
    const char *integrator = NULL;
    bool text = false;
    const cli_option options[] = {
        {"--integrator", CLI_TEXT, &integrator}, {"--text", CLI_FLAG, &text}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 2, 2, &n);
    if (st)
        return st;
    bool check = strcmp(c->argv[0], "check") == 0;
    if (!check && strcmp(c->argv[0], "show") != 0)
        return cli_fail(c, SPK_ERR_USAGE, "spikefit model show|check NAME",
                        "a model can be shown or checked, not '%s'", c->argv[0]);
    spk_model_options o = SPK_MODEL_OPTIONS_INIT;
    o.integrator = integrator;
    o.kind = SPK_MODEL_ANY;
    spk_model *m = NULL;
    st = spk_model_open(c->ctx, c->argv[1], &o, &m);
    if (st)
        return st;
    if (check)
        printf(spk_model_kernel(m, SPK_FLOAT64)->synapse ? "%s: compiles; a synapse\n"
                                                         : "%s: compiles; integrator %s\n",
               spk_model_name(m), spk_model_integrator(m));
    else if (text)
        fputs(spk_model_text(m), stdout);
    else
        show(c, m);
    spk_model_free(m);
    return SPK_OK;
}

const cli_command cli_model = {
    .name = "model",
    .sentence = "show a model, or check a model file",
    .usage = "show|check NAME|FILE.nestml[:NAME]",
    .help = "  show NAME            equations, parameters with units and defaults, reference\n"
            "  show --text NAME     the NESTML file itself: a start for a model of your own\n"
            "  check FILE           compiles it, or says where and why not\n"
            "  --integrator NAME    exact, euler, exponential_euler, heun, rk4 or\n"
            "                       crank_nicolson, with :grid or :carry, and held or linear:\n"
            "                       heun:grid,held\n",
    .run = run_model,
};
