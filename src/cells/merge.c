/* Shards of a run joined: states and folders. */
#include "cells/cells.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct {
    spk_ctx *ctx;
    const char *const *folder;
    size_t n;
    spk_cells **part;
} merger;

/* ---- do they belong together? ---- */

static spk_status check_study(const merger *m) {
    for (size_t i = 1; i < m->n; i++) {
        const spk_cells *a = m->part[0], *b = m->part[i];
        const char *what = strcmp(a->study, b->study) != 0 ? "another study"
                           : a->n_shards != b->n_shards    ? "another number of shards"
                           : a->n_cells != b->n_cells      ? "another list of cells"
                           : a->budget != b->budget        ? "another budget"
                                                           : NULL;
        if (what)
            return spk__fail(m->ctx, SPK_ERR_INPUT, &(spk_loc){.file = m->folder[i]},
                             "merge shards of one study, fitted with the same options",
                             "is a run of %s than %s", what, m->folder[0]);
    }
    return SPK_OK;
}

/* Each shard once: what is there twice or not at all is named. */
static spk_status check_shards(const merger *m) {
    int n = m->part[0]->n_shards;
    spk__str missing = {.ctx = m->ctx};
    for (int k = 1; k <= n; k++) {
        size_t first = m->n, count = 0;
        for (size_t i = 0; i < m->n; i++) {
            if (m->part[i]->shard != k)
                continue;
            if (count++) {
                spk__str_free(&missing);
                return spk__fail(m->ctx, SPK_ERR_INPUT, &(spk_loc){.file = m->folder[i]},
                                 "name each shard once", "is shard %d/%d, as is %s", k, n,
                                 m->folder[first]);
            }
            first = i;
        }
        if (!count)
            spk__str_add(&missing, "%s%d/%d", missing.length ? ", " : "", k, n);
    }
    spk_status st = missing.failed ? SPK_ERR_MEMORY : SPK_OK;
    if (!st && missing.length)
        st = spk__fail(m->ctx, SPK_ERR_INPUT, NULL, "run them, or name their folders too",
                       "shards are missing: %s", missing.text);
    spk__str_free(&missing);
    return st;
}

/* ---- folders ---- */

static spk_status copy_file(spk_ctx *ctx, const char *from, const char *to) {
    char *text = NULL;
    size_t length;
    spk_status st = spk__read_file(ctx, from, 0, &text, &length);
    if (!st)
        st = spk__write_file_atomic(ctx, to, text, length);
    spk__free(ctx, text);
    return st;
}

static spk_status make_folder(spk_ctx *ctx, const char *path) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return SPK_OK;
    return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = path}, NULL, "cannot make the folder: %s",
                     strerror(errno));
}

/* Files and folders of a run, as deep as runs are. */
static spk_status copy_folder(spk_ctx *ctx, const char *from, const char *to, int depth) {
    enum { DEPTH = 4 };
    spk_status st = make_folder(ctx, to);
    DIR *d = st ? NULL : opendir(from);
    if (!st && !d)
        return spk__fail(ctx, SPK_ERR_IO, &(spk_loc){.file = from}, NULL,
                         "cannot read the folder: %s", strerror(errno));
    for (struct dirent *e; !st && (e = readdir(d));) {
        struct stat info;
        spk__str a = {.ctx = ctx}, b = {.ctx = ctx};
        if (e->d_name[0] == '.')
            continue;
        spk__str_add(&a, "%s/%s", from, e->d_name);
        spk__str_add(&b, "%s/%s", to, e->d_name);
        if (a.failed || b.failed)
            st = SPK_ERR_MEMORY;
        else if (stat(a.text, &info) == 0 && S_ISDIR(info.st_mode))
            st = depth < DEPTH ? copy_folder(ctx, a.text, b.text, depth + 1) : SPK_OK;
        else
            st = copy_file(ctx, a.text, b.text);
        spk__str_free(&a);
        spk__str_free(&b);
    }
    if (d)
        closedir(d);
    return st;
}

static spk_status copy_fits(const merger *m, const char *out) {
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->part[i]->n; k++) {
            const spk_cell_fit *f = &m->part[i]->fit[k];
            struct stat info;
            if (k && strcmp(f->cell, m->part[i]->fit[k - 1].cell) == 0)
                continue; /* its models are in its folder */
            spk__str from = {.ctx = m->ctx}, to = {.ctx = m->ctx};
            spk__str_add(&from, "%s/%s", m->folder[i], f->cell);
            spk__str_add(&to, "%s/%s", out, f->cell);
            spk_status st = from.failed || to.failed ? SPK_ERR_MEMORY : SPK_OK;
            if (!st && stat(from.text, &info) == 0) /* a fit that was never begun has none */
                st = copy_folder(m->ctx, from.text, to.text, 0);
            spk__str_free(&from);
            spk__str_free(&to);
            if (st)
                return st;
        }
    return SPK_OK;
}

/* ---- the state ---- */

static void write_state(const merger *m, spk__state *s) {
    const spk_cells *a = m->part[0];
    spk__state_begin(s);
    spk__state_set_text(s, "study", a->study);
    spk__state_set_text(s, "study_name", a->study_name);
    spk__state_set_text(s, "spikefit", SPK_VERSION);
    spk__state_set_number(s, "budget", (int64_t)a->budget);
    spk__state_set_number(s, "cells", (int64_t)a->n_cells);
    spk__state_set_number(s, "shard", 1);
    spk__state_set_number(s, "shards", 1);
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; k < m->part[i]->n; k++) {
            spk_cell_fit f = m->part[i]->fit[k];
            if (f.status == SPK_CELL_RUNNING)
                f.status = SPK_CELL_INTERRUPTED;
            spk__state_add(s, &f);
            spk__state_update(s, &f);
            spk__state_put_results(s, &f);
        }
    spk__state_commit(s);
}

static spk_status join(const merger *m, const char *out) {
    spk_status st = check_study(m);
    if (!st)
        st = check_shards(m);
    if (!st && spk_cells_is_run(out))
        st = spk__fail(m->ctx, SPK_ERR_USAGE, &(spk_loc){.file = out},
                       "choose another folder with --out", "the folder holds a run already");
    if (!st)
        st = make_folder(m->ctx, out);
    if (!st)
        st = copy_fits(m, out);
    if (st)
        return st;
    spk__state s;
    spk__state_open(m->ctx, out, true, &s);
    write_state(m, &s);
    spk__state_close(&s);
    return s.status;
}

spk_status spk_cells_merge(spk_ctx *ctx, const char *const *folders, size_t n, const char *out) {
    merger m = {.ctx = ctx, .folder = folders, .n = n};
    spk_status st = SPK_OK;
    m.part = SPK__ARRAY(ctx, n, spk_cells *);
    if (!m.part)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < n; i++)
        st = spk_cells_is_run(folders[i])
                 ? spk_cells_read(ctx, folders[i], &m.part[i])
                 : spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = folders[i]},
                             "name folders that `spikefit fit --cells ... --shard K/N --out` wrote",
                             "holds no run of many cells");
    if (!st)
        st = join(&m, out);
    for (size_t i = 0; i < n; i++)
        spk_cells_free(m.part[i]);
    spk__free(ctx, m.part);
    return st;
}
