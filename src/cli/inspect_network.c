/* What `inspect` says of networks: studies, SONATA configurations, SONATA files of nodes and edges.
 */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/netstudy.h>

#include <math.h>
#include <string.h>

/* "2.5 .. 7", or one number. */
static const char *range_text(double low, double high, char buf[80]) {
    char a[32], b[32];
    if (low == high)
        snprintf(buf, 80, "%s", cli_plain(low, a));
    else
        snprintf(buf, 80, "%s .. %s", cli_plain(low, a), cli_plain(high, b));
    return buf;
}

/* ---- files of nodes and edges ---- */

static void print_table(const spk_sonata_population *p) {
    char types[64], n[64], range[80];
    printf("%s  %s of %s", p->name, cli_counted(p->n, p->source ? "edge" : "node", NULL, n),
           cli_counted(p->n_types, "type", NULL, types));
    if (p->source)
        printf(", from %s to %s", p->source, p->target);
    printf("\n");
    for (size_t i = 0; i < p->n_attributes; i++) {
        const spk_attribute_range *a = &p->attribute[i];
        printf("  %-20s %s", a->name, range_text(a->low, a->high, range));
        if (a->n < p->n)
            printf("  (of %s)", cli_counted(a->n, p->source ? "edge" : "node", NULL, n));
        printf("\n");
    }
}

static spk_status inspect_file(cli *c, const char *path, bool *done) {
    spk_sonata_file *f;
    spk_status st = spk_sonata_file_read(c->ctx, path, &f);
    if (st || !f)
        return st;
    size_t n;
    const spk_sonata_population *p = spk_sonata_file_populations(f, &n);
    printf("%s: %s of a SONATA network\n", path, p->source ? "edges" : "nodes");
    for (size_t i = 0; i < n; i++)
        print_table(&p[i]);
    spk_sonata_file_free(f);
    *done = true;
    return SPK_OK;
}

/* ---- networks ---- */

static void print_population(const spk_population *p) {
    char n[64], rate[32];
    size_t spikes = 0, differ = 0;
    printf("  %-24s %-14s ", p->name,
           cli_counted(p->size, p->kernel ? "neuron" : "source", NULL, n));
    for (size_t i = 0; p->trains && i < p->size; i++)
        spikes += p->trains[i].n;
    if (p->trains)
        printf("%s", cli_counted(spikes, "spike", NULL, n));
    else if (!p->kernel)
        printf("Poisson, %s Hz", cli_plain(p->rate_Hz, rate));
    else
        printf("%s", p->kernel->model);
    for (size_t i = 0; p->kernel && i < p->n_settings; i++) {
        const spk_assignment *a = &p->settings[i];
        if (a->each || a->value.kind != SPK_DIST_CONSTANT)
            printf("%s%s", differ++ ? ", " : "; by neuron: ", a->name);
    }
    printf("\n");
}

static void print_weights(const spk_projection *p) {
    char text[80];
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; p->edges && p->edges->weight && i < p->edges->n; i++) {
        low = fmin(low, p->scale * p->edges->weight[i]);
        high = fmax(high, p->scale * p->edges->weight[i]);
    }
    if (!(low <= high) && p->weight.kind == SPK_DIST_CONSTANT)
        low = high = p->scale * p->weight.a;
    printf(", weight %s", low <= high ? range_text(low, high, text) : "drawn");
}

static void print_delays(const spk_projection *p) {
    char text[80];
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; p->edges && p->edges->delay_ms && i < p->edges->n; i++) {
        low = fmin(low, p->edges->delay_ms[i]);
        high = fmax(high, p->edges->delay_ms[i]);
    }
    if (!(low <= high) && p->delay_ms.kind == SPK_DIST_CONSTANT)
        low = high = p->delay_ms.a;
    printf(", delay %s%s\n", low <= high ? range_text(low, high, text) : "drawn",
           low <= high ? " ms" : "");
}

static void print_projection(const spk_projection *p) {
    char n[64];
    printf("  %-24s %s -> %s, %s", p->name, p->from, p->to,
           p->edges ? cli_counted(p->edges->n, "synapse", NULL, n) : p->rule);
    print_weights(p);
    print_delays(p);
}

static void print_input(const spk_input *in) {
    static const char *const kinds[] = {"constant current", "noise current", "recorded current",
                                        "Poisson spikes"};
    printf("  %-24s %s to %s\n", in->name, kinds[in->kind], in->to);
}

static spk_status inspect_study(cli *c, const char *path) {
    spk_netstudy *s = NULL;
    spk_status st = spk_netstudy_read(c->ctx, path, &s);
    if (st)
        return st;
    const spk_network_spec *spec = spk_netstudy_spec(s, NULL);
    printf("%s: a network, run for %g ms in steps of %g ms\n\npopulations\n", path,
           spk_netstudy_duration(s), spec->dt_ms);
    for (size_t i = 0; i < spec->n_populations; i++)
        print_population(&spec->populations[i]);
    if (spec->n_projections)
        printf("\nprojections\n");
    for (size_t i = 0; i < spec->n_projections; i++)
        print_projection(&spec->projections[i]);
    if (spec->n_inputs)
        printf("\ninputs\n");
    for (size_t i = 0; i < spec->n_inputs; i++)
        print_input(&spec->inputs[i]);
    spk_netstudy_free(s);
    return SPK_OK;
}

spk_status cli_inspect_network(cli *c, const char *path, bool *done) {
    bool is_network = false;
    *done = false;
    if (!cli_is_yaml(path))
        return inspect_file(c, path, done);
    spk_status st = spk_netstudy_recognise(c->ctx, path, &is_network);
    if (st || !is_network)
        return st;
    *done = true;
    return inspect_study(c, path);
}
