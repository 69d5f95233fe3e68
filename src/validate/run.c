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

spk_status spk_validate_run(spk_ctx *ctx, spk_setup *setup, const char *folder, int threads,
                            spk_result *r) {
    spk_problem *p = NULL;
    double *values = NULL;
    spk_status st = open_problem(ctx, setup, r, &p, &values);
    if (!st)
        st = spk_validate_scores(ctx, p, values, SPK_TRAIN, NULL, 0, r);
    if (!st)
        st = spk_validate_scores(ctx, p, values, SPK_TEST, NULL, 0, r);
    if (!st && folder)
        st = spk_result_write(ctx, r, folder);
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
