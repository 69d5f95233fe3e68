/* The result of a fit in memory, and its life. */
#include <spikefit/result.h>

#include "base/base.h"
#include "result/front.h"

void spk_result_free(spk_result *r) {
    if (!r)
        return;
    spk_ctx *ctx = r->ctx;
    for (size_t i = 0; i < r->n_data; i++) {
        spk__free(ctx, r->data_path[i]);
        spk__free(ctx, r->data_hash[i]);
    }
    for (size_t i = 0; i < r->n_models; i++) {
        void *texts[] = {r->model[i].name, r->model[i].hash, r->model[i].text,
                         r->model[i].integrator, r->model[i].value};
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            spk__free(ctx, texts[k]);
    }
    for (size_t i = 0; i < r->n_parameters; i++) {
        spk__free(ctx, r->parameter[i].name);
        spk__free(ctx, r->parameter[i].unit);
    }
    for (size_t i = 0; i < r->n_pairs; i++) {
        spk__free(ctx, r->pair[i].a);
        spk__free(ctx, r->pair[i].b);
    }
    spk__free(ctx, r->pair);
    spk_result_clear_scores(r);
    spk_result_clear_identifiability(r);
    spk__front_free(ctx, &r->front);
    spk_result_clear_posterior(r);
    spk_result_clear_diagnosis(r);
    spk_result_clear_bootstrap(r);
    spk_result_history *h = &r->history;
    void *parts[] = {r->version, r->study,     r->study_name, r->data_path, r->data_hash,
                     r->model,   r->parameter, r->method,     r->stop_reason,
                     h->evaluations, h->best,  h->median,     h->silent,    h->exploding,
                     h->nonfinite,   h->restart, h->first,     h->x,        h->f,
                     h->start};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        spk__free(ctx, parts[i]);
    spk__free(ctx, r);
}

const spk_result_model *spk_result_chosen(const spk_result *r) {
    for (size_t i = 0; i < r->n_models; i++)
        if (r->model[i].chosen)
            return &r->model[i];
    return NULL;
}

void spk_result_clear_scores(spk_result *r) {
    for (size_t i = 0; i < r->n_scores; i++) {
        spk__free(r->ctx, r->score[i].measure);
        spk__free(r->ctx, r->score[i].part);
    }
    spk__free(r->ctx, r->score);
    r->score = NULL;
    r->n_scores = 0;
}

spk_status spk_result_add_score(spk_result *r, const spk_result_score *score) {
    spk_result_score *grown = spk__realloc(r->ctx, r->score, r->n_scores + 1, sizeof *grown);
    if (!grown)
        return SPK_ERR_MEMORY;
    r->score = grown;
    spk_result_score copy = *score;
    copy.measure = spk__strdup(r->ctx, score->measure);
    copy.part = spk__strdup(r->ctx, score->part);
    if (!copy.measure || !copy.part) {
        spk__free(r->ctx, copy.measure);
        spk__free(r->ctx, copy.part);
        return SPK_ERR_MEMORY;
    }
    r->score[r->n_scores++] = copy;
    return SPK_OK;
}
