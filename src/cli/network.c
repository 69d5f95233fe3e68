/* What `simulate` and `fit` do with a network study. */
#include "cli/fit.h"
#include <spikefit/io.h>
#include <spikefit/netfit.h>
#include <spikefit/twosample.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool cli_is_yaml(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml") || !strcmp(dot, ".json"));
}

/* ---- simulate ---- */

static void print_rates(const spk_network_spec *spec, const spk_recording *r) {
    size_t at = 0;
    for (size_t i = 0; i < spec->n_populations; i++) {
        if (!spec->populations[i].kernel)
            continue;
        size_t spikes = 0, active = 0;
        uint32_t size = spec->populations[i].size;
        double stop = 0;
        for (uint32_t k = 0; k < size; k++, at++) {
            spk_train t = spk_recording_sweep(r, at)->spikes;
            spikes += t.n;
            active += t.n > 0;
            stop = t.stop_ms;
        }
        char rate[32];
        printf("%-12s %6u neurons  %8zu spikes  %s Hz  %zu active\n", spec->populations[i].name,
               size, spikes, cli_number(stop > 0 ? 1e3 * (double)spikes / size / stop : 0, 3, rate),
               active);
    }
}

spk_status cli_network_simulate(cli *c, spk_netstudy *s, const double *numbers, const char *synapses,
                                const char *out) {
    spk_recording *r = NULL;
    spk_outcome o;
    spk_status st = spk_netstudy_simulate(s, numbers, synapses, &o, &r);
    if (!st && out)
        st = spk_recording_write(c->ctx, r, out, NULL);
    if (!st) {
        print_rates(spk_netstudy_spec(s, numbers), r);
        if (o.exploded)
            printf("stopped at %g ms: it fired more than max_rate allows\n", o.time_ms);
        if (o.n_nonfinite)
            printf("%llu neurons left the finite numbers\n", (unsigned long long)o.n_nonfinite);
    }
    spk_recording_free(r);
    return st;
}

/* ---- fit ---- */

static void describe(spk_netstudy *s) {
    const spk_network_spec *spec = spk_netstudy_spec(s, NULL);
    const spk_netsearch *q = spk_netstudy_search(s);
    char n[32];
    fprintf(stderr, "data:   ");
    for (size_t i = 0, said = 0; i < spec->n_populations; i++) {
        size_t trains, spikes = 0;
        const spk_train *t = spk_netstudy_data(s, SPK_TRAIN, i, &trains);
        for (size_t k = 0; k < trains; k++)
            spikes += t[k].n;
        if (trains)
            fprintf(stderr, "%s%zu neurons of %s (%s spikes)", said++ ? ", " : "", trains,
                    spec->populations[i].name, cli_count(spikes, n));
    }
    fprintf(stderr, "\nsplit:  %s\nsearch: %s%s\n", spk_netstudy_split_words(s), q->method,
            q->redraw ? ", wiring redrawn in each generation" : "");
}

bool cli_pair_is_confounded(const spk_result_pair *p) {
    /* along constant product the ratio changes by the square of what one number does */
    double ratio = 2 * log(p->a_high / p->a_low), product = log(p->product_high / p->product_low);
    return ratio > 2 * product;
}

const char *cli_pair_sentence(const spk_result_pair *p, char buf[320]) {
    char product[3][32], a[2][32], b[2][32];
    snprintf(buf, 320,
             "%.40s * %.40s = %s, from %s to %s; with this product, %.40s could be %s to %s and "
             "%.40s %s to %s: the data tell %s",
             p->a, p->b, cli_number(p->product, 4, product[0]),
             cli_number(p->product_low, 3, product[1]), cli_number(p->product_high, 3, product[2]),
             p->a, cli_number(p->a_low, 3, a[0]), cli_number(p->a_high, 3, a[1]), p->b,
             cli_number(p->b_low, 3, b[0]), cli_number(p->b_high, 3, b[1]),
             cli_pair_is_confounded(p) ? "the product better than its factors" : "the two apart");
    return buf;
}

static void print_result(cli *c, const spk_result *r) {
    char n[32];
    cli_print_parameters(c, r);
    char sentence[320];
    for (size_t i = 0; i < r->n_pairs; i++) {
        printf("\n  ");
        cli_print_wrapped(stdout, cli_pair_sentence(&r->pair[i], sentence), 4, c->width);
        printf("\n");
    }
    cli_print_scores(c, r);
    printf("\nloss %.6g after %s evaluations (%s)\n", r->best_loss, cli_count(r->evaluations, n),
           r->interrupted ? "interrupted" : r->stop_reason);
    double all = r->evaluations ? (double)r->evaluations : 1;
    printf("candidates: %.1f %% silent, %.1f %% exploding, %.1f %% not finite\n",
           100 * (double)r->n_silent / all, 100 * (double)r->n_exploding / all,
           100 * (double)r->n_nonfinite / all);
}

static spk_status finish(cli *c, spk_netstudy *s, spk_result *r, const char *folder) {
    double *numbers = calloc(spk_netstudy_number_count(s) + 1, sizeof *numbers);
    spk_status st = numbers ? spk_netfit_numbers(c->ctx, r, s, numbers)
                            : cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    for (int part = SPK_TRAIN; part <= SPK_TEST && !st; part++)
        st = spk_validate_network(c->ctx, s, numbers, (spk_part_kind)part, r);
    if (!st && folder)
        st = spk_result_write(c->ctx, r, folder);
    if (!st) {
        print_result(c, r);
        if (folder)
            printf("result: %s/result.json, %s/result.h5\n", folder, folder);
    }
    free(numbers);
    return st;
}

spk_status cli_network_fit(cli *c, cli_fit_request *q) {
    spk_netstudy *s = NULL;
    spk_result *r = NULL;
    cli_watcher w;
    spk_status st = q->is_run ? spk_run_netstudy(c->ctx, q->operand, &s)
                              : spk_netstudy_read_edited(c->ctx, q->operand, q->edit,
                                                         q->n_edits, &s);
    cli_print_diags(c, 0);
    if (!st) {
        if (spk_netstudy_has_data(s))
            describe(s);
        cli_watch_begin(&w, &q->o);
        st = spk_netfit_run(c->ctx, s, &q->o, &r);
        cli_watch_end(&w);
    }
    if (!st)
        st = finish(c, s, r, q->o.folder);
    st = cli_tell_interrupted(c, r, q->o.folder, st);
    spk_result_free(r);
    spk_netstudy_free(s);
    return st;
}
