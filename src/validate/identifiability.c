/* How well the data determine the parameters: profiles, curvature, agreement of restarts. */
#include <spikefit/validate.h>

#include "validate/landscape.h"

#include <math.h>

static spk_status make_room(spk__landscape *l, size_t n) {
    if (n <= l->each_room)
        return SPK_OK;
    double *more = spk__realloc(l->ctx, l->each, n * spk_problem_objectives(l->p), sizeof *more);
    if (!more)
        return SPK_ERR_MEMORY;
    l->each = more;
    l->each_room = n;
    return SPK_OK;
}

spk_status spk__landscape_evaluate(spk__landscape *l, const double *x, size_t n, double *f) {
    size_t k = spk_problem_objectives(l->p);
    spk_status st = l->weight ? make_room(l, n) : SPK_OK;
    if (!st)
        st = spk_problem_run(l->p, &(spk_evaluation){.x = x,
                                                     .n = n,
                                                     .threads = l->threads,
                                                     .loss = f,
                                                     .each = l->weight ? l->each : NULL});
    l->evaluations += n;
    for (size_t i = 0; !st && i < n; i++) {
        for (size_t j = 0; l->weight && j < k; j++)
            f[i] = (j ? f[i] : 0) + l->weight[j] * l->each[i * k + j];
        l->lowest = fmin(l->lowest, f[i]);
    }
    return st;
}

spk_status spk__objective_weights(spk_ctx *ctx, const spk_problem *p, const spk_result_front *f,
                                  double **out) {
    size_t k = spk_problem_objectives(p);
    double sum = 0;
    *out = NULL;
    if (k < 2 || f->n_objectives != k)
        return SPK_OK;
    double *weight = SPK__ARRAY(ctx, k, double);
    for (size_t j = 0; weight && j < k; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < f->n; i++) {
            low = fmin(low, f->loss[i * k + j]);
            high = fmax(high, f->loss[i * k + j]);
        }
        weight[j] = high > low ? 1 / (high - low) : 1;
        sum += weight[j];
    }
    for (size_t j = 0; weight && j < k; j++)
        weight[j] /= sum;
    *out = weight;
    return weight ? SPK_OK : SPK_ERR_MEMORY;
}

/* ---- life ---- */

static void landscape_free(spk__landscape *l) {
    for (size_t i = 0; l->profile && i < l->dim; i++)
        spk__free(l->ctx, l->profile[i].x);
    spk__free(l->ctx, l->profile);
    spk__free(l->ctx, l->best);
    spk__free(l->ctx, l->reach);
    spk__free(l->ctx, l->shape);
    spk__free(l->ctx, l->room);
    spk__free(l->ctx, l->weight);
    spk__free(l->ctx, l->each);
}

static spk_status landscape_new(spk_ctx *ctx, spk_problem *p, const spk_result *r, int threads,
                                spk__landscape *l) {
    const spk_kernel *k = spk_problem_kernel(p);
    size_t dim = spk_problem_dim(p);
    *l = (spk__landscape){.ctx = ctx,
                          .p = p,
                          .threads = threads,
                          .seed = r->seed,
                          .dim = dim,
                          .best = SPK__ARRAY(ctx, dim, double),
                          .reach = SPK__ARRAY(ctx, dim, double),
                          .lowest = INFINITY,
                          .profile = SPK__ARRAY(ctx, dim, spk__profile),
                          .shape = SPK__ARRAY(ctx, dim * dim, double),
                          .room = SPK__ARRAY(ctx, 3 * dim * dim + 2 * dim, double)};
    double *values = SPK__ARRAY(ctx, k->n_parameters, double);
    bool room = l->best && l->reach && l->profile && l->shape && l->room;
    spk_status st = room && values ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < dim; i++)
        if (!(l->profile[i].x = SPK__ARRAY(ctx, SPK__PROFILE_POINTS * dim, double)))
            st = SPK_ERR_MEMORY;
    if (!st && r->n_parameters != k->n_parameters)
        st = spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                       "the result's parameters are not those of %s", k->model);
    for (size_t i = 0; !st && i < k->n_parameters; i++)
        values[i] = r->parameter[i].value * k->parameters[i].scale;
    if (!st)
        spk_problem_encode(p, values, l->best);
    spk__free(ctx, values);
    if (!st)
        st = spk__objective_weights(ctx, p, &r->front, &l->weight);
    if (!st)
        st = spk__landscape_evaluate(l, l->best, 1, &l->best_loss);
    if (!st && !isfinite(l->best_loss))
        st = spk__fail(ctx, SPK_ERR_FAILED, NULL, NULL, "the best fit has no finite loss");
    l->limit = spk_problem_near(p, l->best_loss);
    return st;
}

/* ---- into the result ---- */

static double value_of(const spk__landscape *l, size_t axis, double at) {
    const spk_free *f = spk_problem_parameter(l->p, axis);
    return spk_problem_value(f, at) / spk_problem_kernel(l->p)->parameters[f->index].scale;
}

/* Interpolated crossings end at bounds exactly. */
static spk_determined verdict(const spk__profile *p) {
    bool low = p->low <= 0, high = p->high >= 1;
    if (low && high)
        return SPK_DETERMINED_NOT;
    if (low || high)
        return high ? SPK_DETERMINED_FROM_BELOW : SPK_DETERMINED_FROM_ABOVE;
    return p->high - p->low > 0.5 ? SPK_DETERMINED_ROUGHLY : SPK_DETERMINED_WELL;
}

static spk_status keep_profile(const spk__landscape *l, size_t axis, spk_result_profile *out) {
    const spk__profile *p = &l->profile[axis];
    out->parameter = spk_problem_parameter(l->p, axis)->index;
    out->value = SPK__ARRAY(l->ctx, p->n, double);
    out->held = SPK__ARRAY(l->ctx, p->n, double);
    out->refitted = SPK__ARRAY(l->ctx, p->n, double);
    out->path = SPK__ARRAY(l->ctx, p->n * l->dim, double);
    if (!out->value || !out->held || !out->refitted || !out->path)
        return SPK_ERR_MEMORY;
    out->n = p->n;
    for (size_t k = 0; k < p->n; k++) {
        out->value[k] = value_of(l, axis, p->at[k]);
        out->held[k] = p->held[k];
        out->refitted[k] = p->refitted[k];
        for (size_t j = 0; j < l->dim; j++)
            out->path[k * l->dim + j] = value_of(l, j, p->x[k * l->dim + j]);
    }
    out->low = value_of(l, axis, p->low);
    out->high = value_of(l, axis, p->high);
    out->held_low = value_of(l, axis, p->held_low);
    out->held_high = value_of(l, axis, p->held_high);
    out->restart_low = out->restart_high = NAN;
    out->determined = verdict(p);
    return SPK_OK;
}

static spk_status keep_directions(spk__landscape *l, spk_result_identifiability *out) {
    size_t dim = l->dim;
    double *width = SPK__ARRAY(l->ctx, dim, double), *axis = SPK__ARRAY(l->ctx, dim * dim, double);
    spk_status st = width && axis ? SPK_OK : SPK_ERR_MEMORY;
    bool found = !st && spk__shape_axes(l, width, axis);
    if (found && !(out->direction = SPK__ARRAY(l->ctx, dim, spk_result_direction)))
        st = SPK_ERR_MEMORY;
    for (size_t i = 0; !st && found && i < dim; i++) {
        spk_result_direction *d = &out->direction[out->n_directions++];
        d->width = width[i];
        d->weight = SPK__ARRAY(l->ctx, dim, double);
        if (d->weight)
            memcpy(d->weight, axis + i * dim, dim * sizeof *axis);
        else
            st = SPK_ERR_MEMORY;
    }
    spk__free(l->ctx, width);
    spk__free(l->ctx, axis);
    return st;
}

/* The best row of each start, SIZE_MAX where a number belongs to none; NULL: no memory. */
static size_t *best_rows(const spk__landscape *l, const spk_result_history *h, size_t rows, size_t *n) {
    *n = 1;
    for (size_t row = 0; row < rows; row++)
        if ((size_t)h->start[row] + 1 > *n)
            *n = (size_t)h->start[row] + 1;
    size_t *best = SPK__ARRAY(l->ctx, *n, size_t);
    for (size_t k = 0; best && k < *n; k++)
        best[k] = SIZE_MAX;
    for (size_t row = 0; best && row < rows; row++) {
        size_t *k = &best[(size_t)h->start[row]];
        if (*k == SIZE_MAX || h->f[row] < h->f[*k])
            *k = row;
    }
    return best;
}

/* The best row of each start; of those within the limit, the range of every parameter. */
static spk_status compare_starts(const spk__landscape *l, const spk_result_history *h,
                                 spk_result_identifiability *out) {
    size_t n, rows = h->n && h->dim == l->dim ? h->first[h->n] : 0;
    size_t *best = best_rows(l, h, rows, &n);
    if (!best)
        return SPK_ERR_MEMORY;
    for (size_t k = 0; k < n; k++) {
        out->starts += best[k] != SIZE_MAX || !rows;
        if (best[k] == SIZE_MAX || !((double)h->f[best[k]] <= l->limit))
            continue;
        out->starts_near++;
        for (size_t i = 0; i < l->dim; i++) {
            spk_result_profile *p = &out->profile[i];
            double v = value_of(l, i, (double)h->x[best[k] * l->dim + i]);
            p->restart_low = fmin(p->restart_low, v);
            p->restart_high = fmax(p->restart_high, v);
        }
    }
    spk__free(l->ctx, best);
    for (size_t i = 0; out->starts_near < 2 && i < l->dim; i++)
        out->profile[i].restart_low = out->profile[i].restart_high = NAN;
    return SPK_OK;
}

static spk_status keep(spk__landscape *l, spk_result *r) {
    spk_result_identifiability *y = &r->identifiability;
    y->profile = SPK__ARRAY(l->ctx, l->dim, spk_result_profile);
    spk_status st = y->profile ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; !st && i < l->dim; i++) {
        y->n++;
        st = keep_profile(l, i, &y->profile[i]);
    }
    if (st)
        return st;
    st = compare_starts(l, &r->history, y);
    if (!st)
        st = keep_directions(l, y);
    y->best = l->best_loss;
    y->limit = l->limit;
    y->lowest = l->lowest;
    y->evaluations = l->evaluations;
    for (size_t i = 0; !st && i < y->n + y->n_directions; i++) {
        spk__str text = {.ctx = l->ctx};
        if (i < y->n)
            spk__say_profile(l, r, i, &text);
        else
            spk__say_direction(l, r, i - y->n, &text);
        char **to = i < y->n ? &y->profile[i].sentence : &y->direction[i - y->n].sentence;
        *to = text.text;
        st = text.failed ? SPK_ERR_MEMORY : SPK_OK;
    }
    return st;
}

spk_status spk_validate_identifiability(spk_ctx *ctx, spk_problem *p, int threads, spk_result *r) {
    spk__landscape l = {.ctx = ctx};
    spk_result_clear_identifiability(r);
    spk_status st = landscape_new(ctx, p, r, threads, &l);
    if (!st) /* a quarter of what the search took */
        st = spk__profiles_make(&l, &r->history, r->evaluations / 4);
    if (!st)
        st = keep(&l, r);
    if (st)
        spk_result_clear_identifiability(r);
    landscape_free(&l);
    return st;
}
