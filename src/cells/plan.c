/* What a run of many cells has to do. */
#include "cells/plan.h"
#include <spikefit/fit.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the study's text has in the place of a recording. */
#define PLACEHOLDER "CELL"

/* ---- the study ---- */

/* A path as seen from the study's folder: relative where both are, since paths of this machine have
 * no place in a result. */
static spk_status path_from(spk_ctx *ctx, const char *folder, const char *path, spk__str *out) {
    char *from = *folder ? realpath(folder, NULL) : NULL;
    char *to = *folder && path[0] != '/' ? realpath(path, NULL) : NULL;
    if (!from || !to) {
        spk__str_add(out, "%s", path);
    } else {
        size_t common = 0, i = 0;
        for (; from[i] && from[i] == to[i]; i++)
            if (from[i] == '/')
                common = i;
        if (!from[i] && to[i] == '/')
            common = i;
        for (const char *p = from + common; *p; p++)
            if (*p == '/')
                spk__str_add(out, "../");
        spk__str_add(out, "%s", to + common + 1);
    }
    free(from);
    free(to);
    return out->failed || !ctx ? SPK_ERR_MEMORY : SPK_OK;
}

static spk_status read_study(spk_ctx *ctx, const spk_cells_options *o, spk_study **out) {
    static const char *const recording = PLACEHOLDER;
    spk_study_edit edit[8] = {{"data.recording", &recording, 1}};
    if (o->n_edits >= sizeof edit / sizeof *edit)
        return spk__fail(ctx, SPK_ERR_INTERNAL, NULL, NULL, "too many edits of a study");
    for (size_t i = 0; i < o->n_edits; i++)
        edit[i + 1] = o->edit[i];
    return spk_study_read_edited(ctx, o->study_path, edit, o->n_edits + 1, out);
}

/* ---- rows ---- */

/* "my.nestml:lif" is kept in the folder my_nestml_lif. */
static void model_folder(const char *model, char *buf, size_t size) {
    const char *slash = strrchr(model, '/');
    snprintf(buf, size, "%s", slash ? slash + 1 : model);
    for (char *p = buf; *p; p++)
        if (!isalnum((unsigned char)*p) && !strchr("_-", *p))
            *p = '_';
}

static spk_status add_row(spk_ctx *ctx, spk_cells *s, size_t *capacity, const spk_study *y,
                          const spk_cell *cell, size_t model) {
    spk__str folder = {.ctx = ctx}, recording = {.ctx = ctx};
    char last[128];
    if (s->n == *capacity && !spk__grow(ctx, &s->fit, s->n, capacity, sizeof *s->fit))
        return SPK_ERR_MEMORY;
    model_folder(y->model[model], last, sizeof last);
    spk__str_add(&folder, y->n_models > 1 ? "%s/%s" : "%s", cell->name, last);
    spk_status st = path_from(ctx, y->folder, cell->path, &recording);
    spk_cell_fit *f = &s->fit[s->n++];
    *f = (spk_cell_fit){.cell = spk__strdup(ctx, cell->name),
                        .model = spk__strdup(ctx, y->model[model]),
                        .model_number = (int)model,
                        .recording = recording.text,
                        .folder = folder.text,
                        .status = SPK_CELL_WAITING};
    return st || folder.failed || !f->cell || !f->model ? SPK_ERR_MEMORY : SPK_OK;
}

static spk_status check_models(spk_ctx *ctx, const spk_study *y) {
    char a[128], b[128];
    for (size_t i = 0; i < y->n_models; i++)
        for (size_t k = 0; k < i; k++) {
            model_folder(y->model[i], a, sizeof a);
            model_folder(y->model[k], b, sizeof b);
            if (strcmp(a, b) == 0)
                return spk__fail(ctx, SPK_ERR_INPUT, &y->model_loc[i], "name each model once",
                                 "'%s' and '%s' would share a folder", y->model[k], y->model[i]);
        }
    return SPK_OK;
}

/* The rows that the options ask for: this shard's. */
static spk_status wanted_rows(spk_ctx *ctx, const spk_cells_options *o, const spk_study *y,
                              spk_cells *s) {
    size_t capacity = 0, shards = o->n_shards > 0 ? (size_t)o->n_shards : 1;
    size_t own = o->n_shards > 0 ? (size_t)o->shard - 1 : 0;
    spk_status st = check_models(ctx, y);
    for (size_t i = 0; !st && i < o->n_cells; i++)
        for (size_t m = 0; !st && i % shards == own && m < y->n_models; m++)
            st = add_row(ctx, s, &capacity, y, &o->cell[i], m);
    return st;
}

/* All models of the study on one cell. */
static spk_status try_cell(spk_ctx *ctx, const spk_study *y, const char *recording) {
    const spk_study_edit edit = {"data.recording", &recording, 1};
    spk_study *own = NULL;
    spk_setup *setup = NULL;
    spk_status st = spk_study_parse_edited(ctx, y->path, y->text, y->text_length, &edit, 1, &own);
    if (!st)
        st = spk_setup_new(ctx, own, &setup);
    if (!st)
        st = spk_setup_check(setup);
    spk_setup_free(setup);
    spk_study_free(own);
    return st;
}

/* A study with a mistake fails here, before anything is written, and not once for every cell. That
 * one cell cannot be fitted is its own affair: the first of a few that can stands for all. */
static spk_status try_study(spk_ctx *ctx, const spk_study *y, const spk_cells *wanted) {
    enum { TRIES = 3 };
    spk_status st = SPK_OK;
    size_t tries = 0, before = spk_ctx_diag_count(ctx);
    for (size_t i = 0; i < wanted->n && tries < TRIES; i++) {
        if (wanted->fit[i].model_number)
            continue;
        tries++;
        st = try_cell(ctx, y, wanted->fit[i].recording);
        if (!st) {
            spk_ctx_diag_truncate(ctx, before);
            return SPK_OK;
        }
    }
    return tries < 2
               ? st
               : spk__fail(ctx, st, NULL, "mend the study, or take these cells out of the list",
                           "none of the first %zu cells can be fitted", tries);
}

/* ---- the folder ---- */

static spk_status lock_folder(spk_ctx *ctx, const char *folder, int *lock) {
    spk_loc loc = {.file = folder};
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return spk__fail(ctx, SPK_ERR_IO, &loc, "choose another folder with --out",
                         "cannot make the folder: %s", strerror(errno));
    *lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return spk__fail(ctx, SPK_ERR_IO, &loc, "choose another folder with --out",
                         errno == ENOTDIR ? "is not a folder" : "cannot open the folder: %s",
                         strerror(errno));
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return spk__fail(ctx, SPK_ERR_USAGE, &loc,
                         "wait for it, or choose another folder with --out",
                         "another process is writing to this run");
    return SPK_OK;
}

/* Says which line of two studies differs. */
static spk_status other_study(spk_ctx *ctx, const char *path, const char *old, const char *now) {
    size_t line = 0, number = 1, i = 0;
    for (; old[i] && old[i] == now[i]; i++)
        if (old[i] == '\n') {
            line = i + 1;
            number++;
        }
    return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = path},
                     "go on with `spikefit fit --resume RUN`, or choose another folder with --out",
                     "the run was begun with '%.*s' in line %zu of the study, not '%.*s'",
                     (int)strcspn(old + line, "\n"), old + line, number,
                     (int)strcspn(now + line, "\n"), now + line);
}

static spk_status check_same(spk_ctx *ctx, spk__plan *p, const spk_cells_options *o,
                             const spk_study *y) {
    char *old = spk__state_get_text(&p->state, "study");
    int shard = (int)spk__state_get_number(&p->state, "shard", 1);
    int shards = (int)spk__state_get_number(&p->state, "shards", 1);
    spk_status st = p->state.status;
    if (!st && old && y && strcmp(old, y->text) != 0)
        st = other_study(ctx, p->state.path, old, y->text);
    if (!st && old && o->n_shards && (o->shard != shard || o->n_shards != shards))
        st = spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = p->state.path},
                       "a folder for each shard: --out run_K", "the run is shard %d/%d, not %d/%d",
                       shard, shards, o->shard, o->n_shards);
    if (!st && old && !o->resume)
        st = spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = o->folder},
                       "add --resume to go on with it, or choose another folder with --out",
                       "the folder holds a run already");
    spk__free(ctx, old);
    return st;
}

static spk_status plan_budget(spk_ctx *ctx, spk__plan *p, const spk_cells_options *o,
                              const spk_study *y) {
    uint64_t before = (uint64_t)spk__state_get_number(&p->state, "budget", 0);
    p->budget = o->evaluations > 0
                    ? (uint64_t)o->evaluations
                    : (before ? before : (uint64_t)y->evaluations) + (uint64_t)o->extend;
    if (p->budget >= before || p->state.status)
        return p->state.status;
    return spk__fail(ctx, SPK_ERR_USAGE, &(spk_loc){.file = o->folder},
                     "say as many or more, or choose another folder",
                     "the run was given %llu evaluations for each fit; it cannot end at %llu",
                     (unsigned long long)before, (unsigned long long)p->budget);
}

static void write_plan(spk__plan *p, const spk_cells_options *o, const spk_study *y,
                       const spk_cells *wanted) {
    spk__state *s = &p->state;
    spk__state_begin(s);
    spk__state_set_number(s, "budget", (int64_t)p->budget);
    if (y) {
        spk__state_set_text(s, "study", y->text);
        spk__state_set_text(s, "study_name", y->path);
        spk__state_set_text(s, "spikefit", SPK_VERSION);
        spk__state_set_number(s, "cells", (int64_t)o->n_cells);
        spk__state_set_number(s, "shard", o->n_shards ? o->shard : 1);
        spk__state_set_number(s, "shards", o->n_shards ? o->n_shards : 1);
    }
    for (size_t i = 0; i < wanted->n; i++)
        spk__state_add(s, &wanted->fit[i]);
    spk__state_commit(s);
}

static spk_status open_state(spk_ctx *ctx, const spk_cells_options *o, const spk_study *y,
                             const spk_cells *wanted, spk__plan *p) {
    if (!y && !spk_cells_is_run(o->folder))
        return spk__fail(ctx, SPK_ERR_INPUT, &(spk_loc){.file = o->folder},
                         "name its study and cells", "the folder holds no run of many cells");
    spk_status st = lock_folder(ctx, o->folder, &p->lock);
    if (st)
        return st;
    spk__state_open(ctx, o->folder, true, &p->state);
    st = p->state.status;
    if (!st)
        st = check_same(ctx, p, o, y);
    if (!st)
        st = plan_budget(ctx, p, o, y);
    if (!st) {
        write_plan(p, o, y, wanted);
        st = p->state.status;
    }
    p->cells = st ? NULL : SPK__NEW(ctx, spk_cells);
    if (!st && !p->cells)
        return SPK_ERR_MEMORY;
    if (st)
        return st;
    p->cells->ctx = ctx;
    spk__state_read(&p->state, p->cells);
    return p->state.status;
}

spk_status spk__plan_open(spk_ctx *ctx, const spk_cells_options *o, spk__plan *p) {
    *p = (spk__plan){.lock = -1};
    spk_study *y = NULL;
    spk_cells *wanted = SPK__NEW(ctx, spk_cells);
    if (!wanted)
        return SPK_ERR_MEMORY;
    wanted->ctx = ctx;
    spk_status st = o->study_path ? read_study(ctx, o, &y) : SPK_OK;
    if (!st && y)
        st = wanted_rows(ctx, o, y, wanted);
    if (!st && y && !o->resume)
        st = try_study(ctx, y, wanted);
    if (!st)
        st = open_state(ctx, o, y, wanted, p);
    spk_cells_free(wanted);
    spk_study_free(y);
    return st;
}

void spk__plan_close(spk_ctx *ctx, spk__plan *p) {
    (void)ctx;
    spk__state_close(&p->state);
    spk_cells_free(p->cells);
    if (p->lock >= 0)
        close(p->lock);
    *p = (spk__plan){.lock = -1};
}
