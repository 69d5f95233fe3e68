/* The arguments of `spikefit fit`. */
#include "cli/fit.h"
#include <spikefit/netfit.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool cli_holds_journal(const char *folder) {
    char journal[4096];
    snprintf(journal, sizeof journal, "%s/journal", folder);
    return access(journal, F_OK) == 0;
}

static spk_status no_memory(cli *c) {
    return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
}

/* "a,b,c" as the values of a key. */
static spk_status edit_list(cli *c, cli_fit_request *q, const char *option, const char *key,
                            const char *list) {
    size_t n = 1;
    for (const char *p = list; *p; p++)
        n += *p == ',';
    q->words = strdup(list);
    q->value = calloc(n, sizeof *q->value);
    if (!q->words || !q->value)
        return no_memory(c);
    char *at = q->words;
    for (size_t i = 0; i < n; i++) {
        q->value[i] = strsep(&at, ",");
        if (!*q->value[i])
            return cli_fail(c, SPK_ERR_USAGE, "write a,b,c", "%s has an empty name in '%s'", option,
                            list);
    }
    q->edit[q->n_edits++] = (spk_study_edit){key, q->value, n};
    return SPK_OK;
}

/* Other models have other parameters and may need another integrator. */
static spk_status change_models(cli *c, cli_fit_request *q) {
    static const char *const suggested[] = {"auto"}, *const own[] = {"default"};
    q->edit[q->n_edits++] = (spk_study_edit){"fit", suggested, 1};
    q->edit[q->n_edits++] = (spk_study_edit){"simulation.integrator", own, 1};
    return edit_list(c, q, "--models", "model", q->models);
}

static spk_status change_islands(cli *c, cli_fit_request *q, int64_t islands) {
    if (islands < 1 || islands > SPK_ISLANDS_MAX)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--islands takes 1 to %d", SPK_ISLANDS_MAX);
    snprintf(q->islands, sizeof q->islands, "%d", (int)islands);
    q->island_list[0] = q->islands;
    q->edit[q->n_edits++] = (spk_study_edit){"search.islands", q->island_list, 1};
    return SPK_OK;
}

/* What is begun from a study can be changed on the way; a run goes on as it was begun. */
static spk_status check_run(cli *c, cli_fit_request *q) {
    if (q->cells)
        return cli_fail(c, SPK_ERR_USAGE, "name its study, --out RUN and --resume to add cells",
                        "'%s' is a run: it has its cells", q->operand);
    if (q->models)
        return cli_fail(c, SPK_ERR_USAGE, "fit the study again, with another folder in --out",
                        "--models cannot change the models of a run that was begun");
    if (*q->islands)
        return cli_fail(c, SPK_ERR_USAGE, "fit the study again, with another folder in --out",
                        "--islands cannot change how a run that was begun is searched");
    if (q->o.folder)
        return cli_fail(c, SPK_ERR_USAGE, "name the run alone: `spikefit fit --resume RUN`",
                        "'%s' is a folder: where a run goes on, it stays in its own", q->operand);
    if (!q->o.resume)
        return cli_fail(c, SPK_ERR_USAGE, "`spikefit fit --resume RUN` goes on with it",
                        "'%s' is a run, not a study", q->operand);
    q->o.folder = q->operand;
    return SPK_OK;
}

static spk_status check_request(cli *c, cli_fit_request *q, int64_t threads, int64_t evaluations) {
    if (threads < 0 || threads > 4096)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--threads takes 0 (all cores) to 4096");
    if (evaluations != -1 && evaluations < 1)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--evaluations takes 1 or more");
    if (q->view.serve < -1 || q->view.serve > 65535)
        return cli_fail(c, SPK_ERR_USAGE, "--serve alone takes any free one",
                        "--serve takes a port from 1 to 65535");
    if (q->o.extend < 0)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--extend takes 1 or more");
    if (q->o.extend && evaluations > 0)
        return cli_fail(c, SPK_ERR_USAGE, "say one of them",
                        "--evaluations gives the whole budget, --extend what is added to it");
    q->o.threads = (int)threads;
    q->o.evaluations = evaluations > 0 ? evaluations : 0;
    q->o.resume = q->o.resume || q->o.extend;
    q->many = q->many || spk_cells_is_run(q->operand);
    q->is_run = cli_is_folder(q->operand) && (q->o.resume || q->many || cli_holds_journal(q->operand));
    if (q->is_run)
        return check_run(c, q);
    if (q->o.resume && !q->o.folder)
        return cli_fail(c, SPK_ERR_USAGE, "`spikefit fit --resume RUN`",
                        "'%s' is no folder of a run", q->operand);
    return q->models ? change_models(c, q) : SPK_OK;
}

static bool is_pattern_of_study(const char *operand) {
    return cli_is_yaml(operand) || cli_is_folder(operand);
}

/* `--cells a b c study.yaml` after the shell: the study is the operand that can be one, the others
 * are cells. */
static spk_status read_cells(cli *c, cli_fit_request *q, const char *shard, int n) {
    const char **pattern = calloc((size_t)n + 1, sizeof *pattern);
    size_t patterns = 0;
    if (!pattern)
        return no_memory(c);
    q->operand = NULL;
    pattern[patterns++] = q->cells;
    for (int i = 0; i < n; i++) {
        if (!q->operand && is_pattern_of_study(c->argv[i]))
            q->operand = c->argv[i];
        else
            pattern[patterns++] = c->argv[i];
    }
    char end;
    spk_status st = SPK_OK;
    if (!q->operand)
        st = cli_fail(c, SPK_ERR_USAGE, "spikefit fit STUDY.yaml --cells 'cells/*.nwb' --out RUN",
                      "which study is to be fitted to these cells?");
    else if (!q->o.folder && !cli_is_folder(q->operand))
        st = cli_fail(c, SPK_ERR_USAGE, "add --out RUN", "many cells need a folder");
    else if (shard && (sscanf(shard, "%d/%d%c", &q->shard, &q->n_shards, &end) != 2 ||
                       q->shard < 1 || q->shard > q->n_shards))
        st = cli_fail(c, SPK_ERR_USAGE, "--shard 3/20 is the third of twenty",
                      "--shard takes K/N with K from 1 to N, not '%s'", shard);
    if (!st)
        st = spk_cell_list_read(c->ctx, pattern, patterns, &q->cell);
    free(pattern);
    q->many = true;
    return st;
}

spk_status cli_fit_read_request(cli *c, cli_fit_request *q) {
    *q = (cli_fit_request){.view.serve = -1};
    int64_t threads = 0, evaluations = -1, islands = -1;
    const char *shard = NULL;
    const cli_option options[] = {{"--out", CLI_TEXT, &q->o.folder},
                                  {"--resume", CLI_FLAG, &q->o.resume},
                                  {"--extend", CLI_INT, &q->o.extend},
                                  {"--models", CLI_TEXT, &q->models},
                                  {"--cells", CLI_TEXT, &q->cells},
                                  {"--shard", CLI_TEXT, &shard},
                                  {"--live", CLI_FLAG, &q->view.live},
                                  {"--serve", CLI_FLAG_OR_INT, &q->view.serve},
                                  {"--threads", CLI_INT, &threads},
                                  {"--evaluations", CLI_INT, &evaluations},
                                  {"--islands", CLI_INT, &islands},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, CLI_MANY, &n);
    if (st)
        return st;
    q->operand = c->argv[0];
    if (q->cells)
        st = read_cells(c, q, shard, n);
    else if (shard)
        st = cli_fail(c, SPK_ERR_USAGE, "add --cells 'cells/*.nwb'", "--shard is for many cells");
    else if (n > 1)
        st = cli_fail(c, SPK_ERR_USAGE, "one study; several recordings go behind --cells",
                      "too many arguments");
    if (!st && islands != -1)
        st = change_islands(c, q, islands);
    return st ? st : check_request(c, q, threads, evaluations);
}

void cli_fit_free_request(cli_fit_request *q) {
    spk_cell_list_free(&q->cell);
    free(q->words);
    free(q->value);
    *q = (cli_fit_request){0};
}

static spk_status no_journal(cli *c, const cli_fit_request *q) {
    return cli_fail(c, SPK_ERR_INPUT, "name the folder that `spikefit fit --out` wrote",
                    "'%s' holds no run that could go on", q->operand);
}

spk_status cli_fit_is_network(cli *c, const cli_fit_request *q, bool *is_network) {
    if (!q->is_run)
        return spk_netstudy_recognise(c->ctx, q->operand, is_network);
    return cli_holds_journal(q->operand) ? spk_run_is_network(c->ctx, q->operand, is_network)
                                     : no_journal(c, q);
}

spk_status cli_fit_open_study(cli *c, const cli_fit_request *q, spk_study **out) {
    return q->is_run ? spk_run_study(c->ctx, q->operand, out)
                     : spk_study_read_edited(c->ctx, q->operand, q->edit, q->n_edits, out);
}
