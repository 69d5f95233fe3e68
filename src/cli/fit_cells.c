/* `spikefit fit --cells`: one study, many recordings. */
#include "cli/fit.h"
#include <spikefit/report.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct {
    bool terminal;
    int width;
    double last_s;
} watcher;

static void write_line(const spk_cells_progress *p, char *buf, size_t size) {
    char elapsed[32], left[32];
    size_t at = (size_t)snprintf(buf, size, "%zu of %zu done, %zu running  %3.0f %%  %s, %s left",
                                 p->n_done, p->n, p->n_running,
                                 100 * (double)p->evaluations / (double)(p->budget ? p->budget : 1),
                                 cli_seconds(p->elapsed_s, elapsed), cli_seconds(p->left_s, left));
    if (p->n_failed && at < size)
        snprintf(buf + at, size - at, "  %zu failed", p->n_failed);
}

/* A fit that ended, in a line. */
static void write_ended(const spk_cell_fit *f, char *buf, size_t size) {
    char a[32], b[32], d[32];
    const spk_result_score *s = spk_cell_fit_score(f, "test", SPK_CELLS_RANK_MEASURE);
    size_t at = (size_t)snprintf(buf, size, "%s, %s: ", f->cell, f->model);
    if (f->status == SPK_CELL_FAILED) {
        snprintf(buf + at, size - at, "failed: %s", f->reason ? f->reason : "");
        return;
    }
    at += (size_t)snprintf(buf + at, size - at, "%s, loss %.4f", spk_cell_status_name(f->status),
                           f->loss);
    if (s && at < size)
        snprintf(buf + at, size - at, ", %s %s on test data (%s .. %s)", s->measure,
                 cli_number(s->value, 3, a), cli_number(s->low, 3, b), cli_number(s->high, 3, d));
}

static void on_progress(void *user, const spk_cells_progress *p) {
    watcher *w = user;
    char line[1400];
    if (p->ended) {
        write_ended(p->ended, line, sizeof line);
        fprintf(stderr, "%s%s\n", w->terminal ? "\r\033[K" : "", line);
    }
    if (!w->terminal && p->elapsed_s - w->last_s < 10)
        return;
    w->last_s = p->elapsed_s;
    write_line(p, line, sizeof line);
    if (w->terminal)
        fprintf(stderr, "\r\033[K%.*s", w->width - 1, line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
}

static spk_status summarise(cli *c, const char *folder, spk_status st) {
    spk_cells *s = NULL;
    size_t n[SPK_CELL_STATUS_COUNT] = {0};
    char path[4096];
    if (spk_cells_read(c->ctx, folder, &s))
        return st ? st : SPK_ERR_IO;
    for (size_t i = 0; i < s->n; i++)
        n[s->fit[i].status]++;
    printf("%zu fits:", s->n);
    for (int i = 0, any = 0; i < SPK_CELL_STATUS_COUNT; i++)
        if (n[i])
            printf("%s %zu %s", any++ ? "," : "", n[i], spk_cell_status_name((spk_cell_status)i));
    printf("\n`spikefit table %s` shows them, as does %s/index.html\n", folder, folder);
    snprintf(path, sizeof path, "%s/index.html", folder);
    spk_status written = spk_cells_write(c->ctx, s, folder, SPK_CELLS_HTML, path);
    st = st ? st : written;
    size_t all = s->n;
    spk_cells_free(s);
    if (st == SPK_ERR_CANCELLED)
        return cli_fail(c, st, "`spikefit fit --resume` goes on from here",
                        "interrupted; what was done is kept");
    if (!st && n[SPK_CELL_FAILED])
        return cli_fail(c, SPK_ERR_FAILED, "`spikefit fit --resume` tries them again",
                        "%zu of %zu fits failed", n[SPK_CELL_FAILED], all);
    return st;
}

spk_status cli_fit_cells(cli *c, const cli_fit_request *q) {
    watcher w = {.terminal = isatty(STDERR_FILENO), .width = cli_width_of_errors()};
    spk_cells_options o = {.folder = q->o.folder,
                           .resume = q->o.resume,
                           .study_path = q->is_run ? NULL : q->operand,
                           .edit = q->edit,
                           .n_edits = q->n_edits,
                           .cell = q->cell.item,
                           .n_cells = q->cell.n,
                           .shard = q->shard,
                           .n_shards = q->n_shards,
                           .threads = q->o.threads,
                           .evaluations = q->o.evaluations,
                           .extend = q->o.extend,
                           .progress = on_progress,
                           .user = &w};
    spk_status st = q->ranks ? cli_ranks_open(c, &o.ranks) : SPK_OK;
    bool serves = o.ranks && spk_ranks_rank(o.ranks) > 0;
    if (!st)
        st = spk_cells_run(c->ctx, &o);
    spk_ranks_close(o.ranks);
    if (w.terminal)
        fprintf(stderr, "\r\033[K");
    if (serves)
        return SPK_OK;
    return st && st != SPK_ERR_CANCELLED ? st : summarise(c, o.folder, st);
}
