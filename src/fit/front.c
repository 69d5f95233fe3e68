/* The front of a fit with several objectives. */
#include "fit/fit.h"

#include <math.h>

static bool before(const double *a, const double *b, size_t k) {
    for (size_t j = 0; j < k; j++)
        if (a[j] != b[j])
            return a[j] < b[j];
    return false;
}

static void swap(double *a, double *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double t = a[i];
        a[i] = b[i];
        b[i] = t;
    }
}

/* By rising first objective, equal points once. */
static size_t sort_front(double *x, double *f, size_t n, size_t dim, size_t k) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        size_t next = i;
        for (size_t q = i + 1; q < n; q++)
            if (before(f + q * k, f + next * k, k))
                next = q;
        swap(x + i * dim, x + next * dim, dim * (next != i));
        swap(f + i * k, f + next * k, k * (next != i));
        if (kept && memcmp(f + i * k, f + (kept - 1) * k, k * sizeof *f) == 0)
            continue;
        if (kept != i) {
            memcpy(x + kept * dim, x + i * dim, dim * sizeof *x);
            memcpy(f + kept * k, f + i * k, k * sizeof *f);
        }
        kept++;
    }
    return kept;
}

spk_status spk__front_keep(spk_ctx *ctx, const spk_search *s, spk__outcome *o) {
    const double *x, *f;
    size_t n, dim = spk_search_dim(s), k = spk_search_objectives(s);
    spk_search_front(s, &x, &f, &n);
    o->front_x = SPK__ARRAY(ctx, n * dim, double);
    o->front_f = SPK__ARRAY(ctx, n * k, double);
    if (!o->front_x || !o->front_f)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        bool finite = true;
        for (size_t j = 0; j < k; j++)
            finite = finite && isfinite(f[i * k + j]);
        if (!finite)
            continue;
        memcpy(o->front_x + o->n_front * dim, x + i * dim, dim * sizeof *x);
        memcpy(o->front_f + o->n_front * k, f + i * k, k * sizeof *f);
        o->n_front++;
    }
    o->n_front = sort_front(o->front_x, o->front_f, o->n_front, dim, k);
    if (!o->n_front)
        return SPK_OK; /* stopped before the first generation was whole: the best of the rest stands
                        */
    size_t knee = spk_front_knee(o->front_f, o->n_front, k);
    memcpy(o->best_x, o->front_x + knee * dim, dim * sizeof *o->best_x);
    o->best = 0;
    for (size_t j = 0; j < k; j++)
        o->best += o->front_f[knee * k + j] / (double)k;
    return SPK_OK;
}

spk_status spk__front_fill(spk_ctx *ctx, const spk_problem *p, const spk__outcome *o,
                           spk_result *r) {
    spk_result_front *f = &r->front;
    size_t n = o->n_front, dim = spk_problem_dim(p), k = spk_problem_objectives(p), column = 0;
    f->name = SPK__ARRAY(ctx, k, char *);
    f->x = SPK__ARRAY(ctx, n * dim, double);
    f->value = SPK__ARRAY(ctx, n * dim, double);
    f->loss = SPK__ARRAY(ctx, n * k, double);
    f->pick = spk__strdup(ctx, "knee");
    f->n_objectives = f->name ? k : 0;
    if (!f->name || !f->x || !f->value || !f->loss || !f->pick)
        return SPK_ERR_MEMORY;
    f->n = n;
    f->dim = dim;
    f->picked = spk_front_knee(o->front_f, n, k);
    for (size_t j = 0; j < k; j++)
        if (!(f->name[j] = spk__strdup(ctx, spk_problem_objective_name(p, j))))
            return SPK_ERR_MEMORY;
    memcpy(f->x, o->front_x, n * dim * sizeof *f->x);
    memcpy(f->loss, o->front_f, n * k * sizeof *f->loss);
    for (size_t q = 0; q < r->n_parameters; q++)
        for (size_t i = 0; i < dim; i++) {
            const spk_free *from = spk_problem_parameter(p, i);
            if (from->index != q)
                continue;
            double scale = spk_problem_kernel(p)->parameters[q].scale;
            for (size_t row = 0; row < n; row++)
                f->value[row * dim + column] = spk_problem_value(from, f->x[row * dim + i]) / scale;
            column++;
        }
    return SPK_OK;
}

spk_status spk_result_take_pick(spk_result *r, const spk_problem *p, size_t row, const char *how) {
    spk_result_front *f = &r->front;
    char *copy = spk__strdup(r->ctx, how);
    if (!copy)
        return SPK_ERR_MEMORY;
    spk__free(r->ctx, f->pick);
    f->pick = copy;
    f->picked = row;
    r->best_loss = 0;
    for (size_t j = 0; j < f->n_objectives; j++)
        r->best_loss += f->loss[row * f->n_objectives + j] / (double)f->n_objectives;
    spk_result_clear_scores(r);
    spk_result_clear_identifiability(r);
    spk_result_clear_bootstrap(r);
    return spk__result_take_point(r, p, f->x + row * f->dim);
}
