/* What follows a search: scores, how well the parameters are known, and why it came out as it did, written
 * down as they come. */
#include <spikefit/validate.h>

#include "base/base.h"

static spk_status open_problem(spk_ctx *ctx, spk_setup *setup, const spk_result *r, spk_problem **p,
                               double **values) {
    size_t model;
    spk_status st = spk_result_model_index(ctx, r, spk_setup_study(setup), &model);
    if (!st)
        st = spk_setup_problem(setup, model, p);
    if (st)
        return st;
    const spk_kernel *k = spk_problem_kernel(*p);
    *values = SPK__ARRAY(ctx, k->n_parameters, double);
    return *values ? spk_result_parameters(ctx, r, k, *values) : SPK_ERR_MEMORY;
}

/* What each of several models reaches on data that the search did not see. */
static spk_status score_models(spk_ctx *ctx, spk_setup *setup, int threads, spk_result *r) {
    static const char *const measure = "coincidence_factor";
    spk_status st = SPK_OK;
    for (size_t i = 0; !st && r->n_models > 1 && i < r->n_models; i++) {
        spk_result_model *m = &r->model[i];
        spk_result scores = {.ctx = ctx};
        spk_problem *p = NULL;
        st = spk_setup_problem(setup, i, &p);
        const spk_kernel *k = st ? NULL : spk_problem_kernel(p);
        if (st || m->n_values != k->n_parameters)
            continue;
        double *value = SPK__ARRAY(ctx, m->n_values, double);
        for (size_t q = 0; value && q < m->n_values; q++)
            value[q] = m->value[q] * k->parameters[q].scale;
        st = value ? spk_validate_scores(ctx, p, value, SPK_TEST, &measure, 1, threads, &scores)
                   : SPK_ERR_MEMORY;
        if (!st && scores.n_scores) {
            m->held_out = scores.score[0].value;
            m->held_out_low = scores.score[0].low;
            m->held_out_high = scores.score[0].high;
        }
        spk__free(ctx, value);
        spk_result_clear_scores(&scores);
    }
    return st;
}

static spk_status score(spk_ctx *ctx, spk_setup *setup, spk_problem *p, const double *values, int threads,
                        spk_result *r) {
    spk_status st = SPK_OK;
    for (int part = SPK_TRAIN; part <= SPK_TEST && !st; part++)
        st = spk_validate_scores(ctx, p, values, (spk_part_kind)part, NULL, 0, threads, r);
    return st ? st : score_models(ctx, setup, threads, r);
}

spk_status spk_validate_run(spk_ctx *ctx, spk_setup *setup, const char *folder, int threads,
                            spk_result *r) {
    spk_problem *p = NULL;
    double *values = NULL;
    spk_status st = open_problem(ctx, setup, r, &p, &values);
    if (!st)
        st = score(ctx, setup, p, values, threads, r);
    bool cancelled = st == SPK_ERR_CANCELLED;
    if (cancelled) { /* no result without scores, and they take a moment */
        spk_ctx_go_on(ctx);
        spk_result_clear_scores(r);
        st = score(ctx, setup, p, values, threads, r);
    }
    if (!st && folder)
        st = spk_result_write(ctx, r, folder);
    if (!st && cancelled) {
        spk_ctx_cancel(ctx);
        st = SPK_ERR_CANCELLED;
    }
    if (!st && !r->interrupted) {
        st = spk_validate_identifiability(ctx, p, threads, r);
        if (!st)
            st = spk_validate_diagnosis(ctx, p, threads, r);
        if (!st && folder)
            st = spk_result_write(ctx, r, folder);
    }
    spk__free(ctx, values);
    return st;
}
