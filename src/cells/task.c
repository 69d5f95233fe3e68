/* One cell and model: the study with its recording and model put in, fitted and scored in its
 * folder. */
#include "cells/cells.h"
#include <spikefit/fit.h>
#include <spikefit/validate.h>

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { MOST_EDITS = 256 };

/* Keys of fit and fixed that a model of the study has and this one has not. */
typedef struct {
    spk_study_edit edit[MOST_EDITS];
    spk__str names; /* "fit.tau_m\0..." */
    size_t n;
} foreign;

static bool has_parameter(const spk_kernel *k, const char *name) {
    for (size_t i = 0; i < k->n_parameters; i++)
        if (strcmp(k->parameters[i].name, name) == 0)
            return true;
    return false;
}

static void add_foreign(foreign *g, const spk_kernel *k, const char *block, const char *name) {
    if (has_parameter(k, name) || g->n == MOST_EDITS)
        return;
    spk__str_add(&g->names, "%s.%s", block, name);
    spk__str_addn(&g->names, "", 1);
    g->n++;
}

/* What is left of the study's `fit` and `fixed` for one model of several. None of its own in `fit`:
 * those that it suggests, as if the study gave none. */
static spk_status find_foreign(spk_ctx *ctx, const spk_study *y, foreign *g) {
    spk_setup *setup = NULL;
    spk_problem *p;
    spk_status st = spk_setup_new(ctx, y, &setup);
    /* The model opens; the problem may be refused for the very names that are looked for. */
    size_t before = spk_ctx_diag_count(ctx);
    const spk_model *m = NULL;
    if (!st) {
        st = spk_setup_problem(setup, 0, &p);
        m = spk_setup_model(setup, 0);
    }
    if (m) {
        const spk_kernel *k = spk_model_kernel(m, SPK_FLOAT64);
        spk_ctx_diag_truncate(ctx, before);
        for (size_t i = 0; i < y->n_free; i++)
            add_foreign(g, k, "fit", y->free[i].name);
        for (size_t i = 0; i < y->fixed.n; i++)
            add_foreign(g, k, "fixed", y->fixed.item[i].name);
        const char *at = g->names.text;
        for (size_t i = 0; at && i < g->n; i++, at += strlen(at) + 1)
            g->edit[i] = (spk_study_edit){at, NULL, 0};
        st = g->names.failed ? SPK_ERR_MEMORY : SPK_OK;
    }
    spk_setup_free(setup);
    return st;
}

/* Whether the study names several models. */
static spk_status names_several(spk_ctx *ctx, const spk__task *t, bool *several) {
    spk_study *y = NULL;
    spk_status st = spk_study_parse(ctx, t->study_name, t->study, strlen(t->study), &y);
    *several = !st && y->n_models > 1 && y->n_free + y->fixed.n > 0;
    spk_study_free(y);
    return st;
}

spk_status spk__task_study(spk_ctx *ctx, const spk__task *t, const spk_cell_fit *f,
                           spk_study **out) {
    const char *recording = f->recording, *model = f->model;
    const spk_study_edit edit[] = {{"data.recording", &recording, 1}, {"model", &model, 1}};
    spk_study *y = NULL, *placed = NULL, *own = NULL;
    bool several = false;
    foreign g = {.names = {.ctx = ctx}};
    spk_status st = names_several(ctx, t, &several);
    if (!st)
        st = spk_study_parse_edited(ctx, t->study_name, t->study, strlen(t->study), edit, 2, &y);
    if (!st)
        st = spk_study_locate(ctx, t->study_name, y->text, y->text_length, t->run, &placed);
    if (!st && several)
        st = find_foreign(ctx, placed, &g);
    if (!st && g.n) {
        st = spk_study_parse_edited(ctx, placed->path, placed->text, placed->text_length, g.edit,
                                    g.n, &own);
        spk_study_free(placed);
        placed = NULL;
    }
    spk_study_free(y);
    spk__str_free(&g.names);
    if (st)
        spk_study_free(placed);
    else
        *out = own ? own : placed;
    return st;
}

typedef struct {
    const spk__task *task;
    spk_cell_fit *fit;
} watcher;

static void on_progress(void *user, const spk_fit_progress *p) {
    watcher *w = user;
    w->fit->evaluations = p->evaluations;
    w->fit->budget = p->budget;
    w->fit->loss = p->best;
    w->task->progress(w->task->user, w->fit);
}

static spk_status fit_and_score(spk_ctx *ctx, const spk__task *t, spk_setup *setup,
                                const char *folder, spk_cell_fit *f) {
    watcher w = {t, f};
    spk_result *r = NULL;
    spk_fit_options o = {.folder = folder,
                         .threads = t->threads,
                         .resume = true,
                         .evaluations = (int64_t)f->budget,
                         .progress = on_progress,
                         .user = &w};
    spk_status st = spk_fit_run(ctx, setup, &o, &r);
    if (!st)
        st = spk_validate_run(ctx, setup, folder, t->threads, r);
    if (!st) {
        f->status = r->interrupted ? SPK_CELL_INTERRUPTED : SPK_CELL_DONE;
        f->evaluations = r->evaluations;
        f->loss = r->best_loss;
    }
    spk_result_free(r);
    return st;
}

/* What went wrong, as one line. */
static char *first_error(spk_ctx *ctx, spk_status st) {
    spk__str s = {.ctx = ctx};
    for (size_t i = 0; i < spk_ctx_diag_count(ctx) && !s.length; i++) {
        const spk_diag *d = spk_ctx_diag(ctx, i);
        if (d->severity != SPK_ERROR)
            continue;
        if (d->loc.file && d->loc.line > 0)
            spk__str_add(&s, "%s:%d: ", d->loc.file, d->loc.line);
        else if (d->loc.file)
            spk__str_add(&s, "%s: ", d->loc.file);
        spk__str_add(&s, "%s", d->message);
    }
    if (!s.length)
        spk__str_add(&s, "%s", spk_status_text(st));
    return s.text;
}

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void spk__task_run(spk_ctx *ctx, const spk__task *t, spk_cell_fit *f) {
    double began = now_s();
    spk_study *y = NULL;
    spk_setup *setup = NULL;
    spk__str folder = {.ctx = ctx};
    spk__str_add(&folder, "%s/%s", t->run, f->folder);
    spk_status st = folder.failed ? SPK_ERR_MEMORY : spk__task_study(ctx, t, f, &y);
    if (!st)
        st = spk_setup_new(ctx, y, &setup);
    if (!st)
        st = fit_and_score(ctx, t, setup, folder.text, f);
    if (st == SPK_ERR_CANCELLED)
        f->status = SPK_CELL_INTERRUPTED;
    else if (st)
        f->status = SPK_CELL_FAILED;
    spk__free(ctx, f->reason);
    f->reason = f->status == SPK_CELL_FAILED ? first_error(ctx, st) : NULL;
    f->seconds += now_s() - began;
    spk_setup_free(setup);
    spk_study_free(y);
    spk__str_free(&folder);
    spk_ctx_diag_clear(ctx);
}
