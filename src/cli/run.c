/* Opening what a run directory names. */
#include "cli/cli.h"
#include <spikefit/netfit.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool cli_is_run(const char *path) {
    char file[4096];
    snprintf(file, sizeof file, "%s/result.h5", path);
    return access(file, F_OK) == 0;
}

bool cli_is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static spk_status open_cell(cli *c, const char *folder, cli_run *r) {
    const char *text = r->result->study;
    spk_status st =
        spk_study_locate(c->ctx, r->result->study_name, text, strlen(text), folder, &r->study);
    if (!st)
        st = spk_setup_new(c->ctx, r->study, &r->setup);
    if (!st)
        st = spk_result_model_index(c->ctx, r->result, r->study, &r->model);
    if (!st)
        st = spk_setup_problem(r->setup, r->model, &r->problem);
    if (st)
        return st;
    spk_result_check_data(c->ctx, r->result, r->setup);
    const spk_kernel *k = spk_problem_kernel(r->problem);
    r->values = calloc(k->n_parameters + 1, sizeof *r->values);
    if (!r->values)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    return spk_result_parameters(c->ctx, r->result, k, r->values);
}

static spk_status open_network(cli *c, const char *folder, cli_run *r) {
    const char *text = r->result->study;
    spk_status st = spk_netstudy_locate(c->ctx, r->result->study_name, text, strlen(text), folder,
                                        &r->network);
    if (st)
        return st;
    spk_netfit_check_data(c->ctx, r->result, r->network);
    r->values = calloc(spk_netstudy_number_count(r->network) + 1, sizeof *r->values);
    if (!r->values)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    return spk_netfit_numbers(c->ctx, r->result, r->network, r->values);
}

/* What a folder without a result is. */
static spk_status no_run(cli *c, const char *folder) {
    char journal[4096];
    snprintf(journal, sizeof journal, "%s/journal", folder);
    if (access(folder, F_OK) != 0)
        return cli_fail(c, SPK_ERR_IO, "name the folder that `spikefit fit --out` wrote",
                        "there is no run '%s'", folder);
    if (access(journal, F_OK) == 0)
        return cli_fail(c, SPK_ERR_INPUT, "`spikefit fit --resume RUN` ends it",
                        "the run '%s' has no result yet", folder);
    return cli_fail(c, SPK_ERR_INPUT, "name the folder that `spikefit fit --out` wrote",
                    "'%s' holds no run", folder);
}

spk_status cli_run_open(cli *c, const char *folder, cli_run *out) {
    cli_run r = {0};
    if (!cli_is_run(folder))
        return no_run(c, folder);
    spk_status st = spk_result_read(c->ctx, folder, &r.result);
    if (!st)
        st = r.result->kind == SPK_RESULT_NETWORK ? open_network(c, folder, &r)
                                                  : open_cell(c, folder, &r);
    if (st)
        cli_run_close(c, &r);
    else
        *out = r;
    return st;
}

spk_status cli_run_open_cell(cli *c, const char *folder, cli_run *out) {
    spk_status st = cli_run_open(c, folder, out);
    if (st || !out->network)
        return st;
    cli_run_close(c, out);
    return cli_fail(c, SPK_ERR_USAGE, "`spikefit validate`, `raster`, `score` and `report` are for networks",
                    "the run '%s' is of a network, not of a cell", folder);
}

spk_status cli_run_open_network(cli *c, const char *folder, cli_run *out) {
    spk_status st = cli_run_open(c, folder, out);
    if (st || out->network)
        return st;
    cli_run_close(c, out);
    return cli_fail(c, SPK_ERR_USAGE, "`spikefit score` and `spikefit report` are for cells",
                    "the run '%s' is of a cell, not of a network", folder);
}

spk_status cli_part(cli *c, const char *on, spk_part_kind *part) {
    if (strcmp(on, "test") != 0 && strcmp(on, "train") != 0)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--on takes 'train' or 'test', not '%s'", on);
    *part = strcmp(on, "test") == 0 ? SPK_TEST : SPK_TRAIN;
    return SPK_OK;
}

void cli_run_close(cli *c, cli_run *r) {
    (void)c;
    free(r->values);
    spk_netstudy_free(r->network);
    spk_setup_free(r->setup);
    spk_study_free(r->study);
    spk_result_free(r->result);
    *r = (cli_run){0};
}

int cli_find_voltage(const spk_kernel *k) {
    for (size_t i = 0; i < k->n_recordables; i++)
        if (strcmp(k->recordables[i].name, "V_m") == 0)
            return (int)i;
    for (size_t i = 0; i < k->n_recordables; i++)
        if (strcmp(k->recordables[i].unit, "mV") == 0)
            return (int)i;
    return -1;
}

bool cli_lacks_spikes(const spk_sim *s, int voltage, double level_mV) {
    const double *v = s->value + (size_t)voltage * s->n_samples;
    double step = (double)s->every * s->dt_ms;
    size_t below = 0;
    for (size_t k = 0; k < s->n_spikes; k++) {
        bool above = false;
        /* From the sample after the spike on: a sample in the upstroke may be anywhere. */
        for (size_t i = (size_t)(s->spike_ms[k] / step) + 1;
             i < s->n_samples && (double)i * step < s->spike_ms[k] + 1; i++)
            above |= v[i] >= level_mV;
        below += !above;
    }
    return 2 * below > s->n_spikes;
}
