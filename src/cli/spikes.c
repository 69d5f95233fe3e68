/* Spike files as populations of trains. */
#include "cli/spikes.h"
#include <spikefit/io.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "E/12" belongs to E, anything else to all. */
static size_t length_of_population(const char *cell) {
    const char *slash = strrchr(cell, '/');
    return slash ? (size_t)(slash - cell) : 0;
}

static cli_population *find(cli_spikes *s, const char *cell) {
    char name[sizeof s->population->name];
    size_t length = length_of_population(cell);
    snprintf(name, sizeof name, "%.*s", (int)length, length ? cell : "");
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->population[i].name, name) == 0)
            return &s->population[i];
    cli_population *more = realloc(s->population, (s->n + 1) * sizeof *more);
    if (!more)
        return NULL;
    s->population = more;
    more[s->n] = (cli_population){0};
    memcpy(more[s->n].name, name, sizeof name);
    return &more[s->n++];
}

static bool add(cli_population *p, spk_train t, const char *cell) {
    spk_train *train = realloc(p->train, (p->n + 1) * sizeof *train);
    p->train = train ? train : p->train;
    const char **names = train ? realloc(p->cell, (p->n + 1) * sizeof *names) : NULL;
    p->cell = names ? names : p->cell;
    if (!names)
        return false;
    train[p->n] = t;
    names[p->n++] = cell;
    return true;
}

spk_status cli_spikes_read(cli *c, const char *path, double start_ms, double stop_ms,
                           cli_spikes *out) {
    cli_spikes s = {0};
    spk_status st = spk_recording_read(c->ctx, &path, 1, NULL, &s.recording);
    for (size_t i = 0; !st && i < spk_recording_sweep_count(s.recording); i++) {
        const spk_sweep *w = spk_recording_sweep(s.recording, i);
        const char *cell = spk_recording_cell_name(s.recording, (size_t)w->cell);
        cli_population *p = find(&s, cell);
        spk_train t = spk_train_window(w->spikes, start_ms, stop_ms);
        if (!(t.start_ms < t.stop_ms))
            st = cli_fail(c, SPK_ERR_INPUT, NULL, "%s has nothing between %g and %g ms", path,
                          start_ms, stop_ms);
        else if (!p || !add(p, t, cell))
            st = cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    }
    for (size_t i = 0; i < s.n; i++)
        if (!*s.population[i].name)
            strcpy(s.population[i].name, "all");
    if (st)
        cli_spikes_free(&s);
    else
        *out = s;
    return st;
}

void cli_spikes_free(cli_spikes *s) {
    for (size_t i = 0; i < s->n; i++) {
        free(s->population[i].train);
        free(s->population[i].cell);
    }
    free(s->population);
    spk_recording_free(s->recording);
    *s = (cli_spikes){0};
}

/* ---- runs ---- */

static void set_of(const spk_netcomparison *k, spk_twosample_set *out) {
    for (size_t i = 0; i < k->n; i++) {
        const spk_netpopulation *p = &k->population[i];
        out[i] = (spk_twosample_set){p->name, p->data, p->model, p->n, p->n};
    }
}

spk_status cli_network_test_new(cli *c, cli_run *r, spk_part_kind part, size_t n_runs, int threads,
                                const spk_twosample_options *options, cli_network_test *out) {
    cli_network_test t = {.n_runs = n_runs};
    spk_twosample_options o = *options;
    t.run = calloc(n_runs + 1, sizeof *t.run);
    spk_status st = t.run ? SPK_OK : cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    if (!st)
        st = spk_netstudy_compare(r->network, r->values, part, t.run);
    if (!st && n_runs)
        st = spk_netstudy_instances(r->network, r->values, part, n_runs, threads, t.run + 1);
    if (!st && !(t.set = calloc((n_runs + 1) * t.run->n + 1, sizeof *t.set)))
        st = cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    for (size_t i = 0; i <= n_runs && !st; i++)
        set_of(&t.run[i], t.set + i * t.run->n);
    if (!st) {
        o.run = t.set + t.run->n;
        o.n_runs = n_runs;
        st = spk_twosample_compare(c->ctx, t.set, t.run->n, &o, &t.test);
    }
    if (st)
        cli_network_test_free(&t);
    else
        *out = t;
    return st;
}

void cli_network_test_free(cli_network_test *t) {
    for (size_t i = 0; t->run && i <= t->n_runs; i++)
        spk_netcomparison_free(&t->run[i]);
    free(t->run);
    free(t->set);
    spk_twosample_free(&t->test);
    *t = (cli_network_test){0};
}
