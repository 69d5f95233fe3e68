/* What `simulate` and `fit` do with a network study. */
#include "cli/cli.h"
#include <spikefit/io.h>
#include <spikefit/netstudy.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool cli_is_yaml(const char *path) {
    const char *dot = strrchr(path, '.');
    return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml") || !strcmp(dot, ".json"));
}

static void print_rates(const spk_netstudy *s, const spk_recording *r) {
    const spk_network_spec *spec = spk_netstudy_spec((spk_netstudy *)s, NULL);
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

spk_status cli_network_simulate(cli *c, const char *path, const char *out) {
    spk_netstudy *s = NULL;
    spk_recording *r = NULL;
    spk_outcome o;
    spk_status st = spk_netstudy_read(c->ctx, path, &s);
    if (!st)
        st = spk_netstudy_simulate(s, NULL, &o, &r);
    if (!st && out)
        st = spk_recording_write(c->ctx, r, out, NULL);
    if (!st) {
        print_rates(s, r);
        if (o.exploded)
            printf("stopped at %g ms: it fired more than max_rate allows\n", o.time_ms);
        if (o.n_nonfinite)
            printf("%llu neurons left the finite numbers\n", (unsigned long long)o.n_nonfinite);
    }
    spk_recording_free(r);
    spk_netstudy_free(s);
    return st;
}

static spk_status write_numbers(cli *c, const spk_netstudy *s, const spk_netfit_result *r,
                                const char *folder) {
    char path[4096];
    if (mkdir(folder, 0777) && errno != EEXIST)
        return cli_fail(c, SPK_ERR_IO, NULL, "cannot make the folder %s: %s", folder,
                        strerror(errno));
    snprintf(path, sizeof path, "%s/network.json", folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return cli_fail(c, SPK_ERR_IO, NULL, "cannot write %s: %s", path, strerror(errno));
    fprintf(f, "{\"loss\": %.17g, \"evaluations\": %llu, \"stopped\": \"%s\", \"values\": {",
            r->loss, (unsigned long long)r->evaluations, spk_stop_name(r->reason));
    for (size_t i = 0; i < spk_netstudy_number_count(s); i++)
        fprintf(f, "%s\"%s\": %.17g", i ? ", " : "", spk_netstudy_number(s, i)->name, r->number[i]);
    bool failed = fputs("}}\n", f) < 0;
    failed |= fclose(f) != 0;
    return failed ? cli_fail(c, SPK_ERR_IO, NULL, "writing %s failed", path) : SPK_OK;
}

static void show_progress(void *user, const spk_search_progress *p) {
    (void)user;
    if (p->generation % 10 == 0)
        fprintf(stderr, "\r%8llu evaluations, best loss %-12.6g",
                (unsigned long long)p->evaluations, p->best);
}

spk_status cli_network_fit(cli *c, const char *path, const spk_fit_options *o) {
    spk_netstudy *s = NULL;
    spk_netfit_result r = {0};
    spk_netfit_options fit = {.threads = o->threads, .evaluations = o->evaluations};
    if (o->resume)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "a network fit keeps no journal to resume");
    if (c->unicode)
        fit.progress = show_progress;
    spk_status st = spk_netstudy_read(c->ctx, path, &s);
    if (!st)
        st = spk_netstudy_fit(s, &fit, &r);
    if (fit.progress)
        fputc('\n', stderr);
    if (r.number) {
        for (size_t i = 0; i < spk_netstudy_number_count(s); i++) {
            const spk_named_number *x = spk_netstudy_number(s, i);
            char value[32], low[32], high[32];
            cli_number(r.number[i], 5, value);
            if (i < spk_netstudy_free_count(s))
                printf("%-12s %10s   in %s .. %s\n", x->name, value, cli_number(x->low, 4, low),
                       cli_number(x->high, 4, high));
            else
                printf("%-12s %10s\n", x->name, value);
        }
        printf("loss %.6g after %llu evaluations (%s)\n", r.loss, (unsigned long long)r.evaluations,
               spk_stop_text(r.reason));
        if (o->folder) {
            spk_status written = write_numbers(c, s, &r, o->folder);
            st = st ? st : written;
        }
    }
    spk_netfit_clear(&r);
    spk_netstudy_free(s);
    return st;
}
