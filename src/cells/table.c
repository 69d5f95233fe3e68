/* Rows: reading, loading from results, ranking. */
#include "cells/cells.h"
#include <spikefit/metric.h>

#include <math.h>
#include <stdio.h>
#include <unistd.h>

const char *spk_cell_status_name(spk_cell_status s) {
    static const char *const names[] = {
#define SPK_CELL_STATUS_NAME(name, word, text) word,
        SPK_CELL_STATUS_LIST(SPK_CELL_STATUS_NAME)
#undef SPK_CELL_STATUS_NAME
    };
    return (size_t)s < SPK_CELL_STATUS_COUNT ? names[s] : "unknown";
}

static void clear_results(spk_ctx *ctx, spk_cell_fit *f) {
    for (size_t i = 0; i < f->n_scores; i++) {
        spk__free(ctx, f->score[i].part);
        spk__free(ctx, f->score[i].measure);
    }
    for (size_t i = 0; i < f->n_parameters; i++) {
        spk__free(ctx, f->parameter[i].name);
        spk__free(ctx, f->parameter[i].unit);
    }
    spk__free(ctx, f->score);
    spk__free(ctx, f->parameter);
    f->score = NULL;
    f->parameter = NULL;
    f->n_scores = f->n_parameters = 0;
}

void spk__cell_fit_clear(spk_ctx *ctx, spk_cell_fit *f) {
    char *texts[] = {f->cell, f->model, f->recording, f->folder, f->reason};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        spk__free(ctx, texts[i]);
    clear_results(ctx, f);
    *f = (spk_cell_fit){0};
}

/* What a result holds goes over to the row; the arrays change hands. */
spk_status spk__cell_fit_load(spk_ctx *ctx, const char *run, spk_cell_fit *f) {
    spk__str folder = {.ctx = ctx};
    spk_result *r = NULL;
    spk__str_add(&folder, "%s/%s", run, f->folder);
    spk_status st = folder.failed ? SPK_ERR_MEMORY : spk_result_read(ctx, folder.text, &r);
    spk__str_free(&folder);
    if (st)
        return st;
    clear_results(ctx, f);
    f->loss = r->best_loss;
    f->evaluations = r->evaluations;
    f->budget = r->budget;
    f->score = r->score;
    f->n_scores = r->n_scores;
    f->parameter = r->parameter;
    f->n_parameters = r->n_parameters;
    r->score = NULL;
    r->parameter = NULL;
    r->n_scores = r->n_parameters = 0;
    spk_result_free(r);
    return SPK_OK;
}

const spk_result_score *spk_cell_fit_score(const spk_cell_fit *f, const char *part,
                                           const char *measure) {
    for (size_t i = 0; i < f->n_scores; i++)
        if (strcmp(f->score[i].part, part) == 0 && strcmp(f->score[i].measure, measure) == 0)
            return &f->score[i];
    return NULL;
}

const char *spk_cells_score_unit(const char *measure) {
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, measure) == 0)
            return spk_metric_at(i)->unit;
    return NULL;
}

static double held_out(const spk_cell_fit *f) {
    const spk_result_score *s = spk_cell_fit_score(f, "test", SPK_CELLS_RANK_MEASURE);
    return s && f->status == SPK_CELL_DONE ? s->value : NAN;
}

void spk__cells_rank(spk_cells *s) {
    for (size_t first = 0, end; first < s->n; first = end) {
        for (end = first; end < s->n && strcmp(s->fit[end].cell, s->fit[first].cell) == 0; end++)
            ;
        for (size_t i = first; i < end; i++) {
            double own = held_out(&s->fit[i]);
            s->fit[i].rank = isnan(own) ? 0 : 1;
            for (size_t k = first; k < end; k++) {
                double other = held_out(&s->fit[k]);
                s->fit[i].rank += s->fit[i].rank && (other > own || (other == own && k < i));
            }
        }
    }
}

bool spk_cells_is_run(const char *folder) {
    char path[4096];
    snprintf(path, sizeof path, "%s/" SPK__CELLS_FILE, folder);
    return access(path, F_OK) == 0;
}

spk_status spk_cells_read(spk_ctx *ctx, const char *folder, spk_cells **out) {
    spk__state state;
    spk_cells *s = SPK__NEW(ctx, spk_cells);
    if (!s)
        return SPK_ERR_MEMORY;
    s->ctx = ctx;
    spk__state_open(ctx, folder, false, &state);
    if (!state.status)
        spk__state_read(&state, s);
    spk_status st = state.status;
    spk__state_close(&state);
    if (st) {
        spk_cells_free(s);
        return st;
    }
    spk__cells_rank(s);
    *out = s;
    return SPK_OK;
}

void spk_cells_free(spk_cells *s) {
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        spk__cell_fit_clear(s->ctx, &s->fit[i]);
    spk__free(s->ctx, s->fit);
    spk__free(s->ctx, s->study);
    spk__free(s->ctx, s->study_name);
    spk__free(s->ctx, s);
}
