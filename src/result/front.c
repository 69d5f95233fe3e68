/* The front of several objectives: its life, its place in the file, and choosing from it. */
#include "result/front.h"

#include <math.h>
#include <stdio.h>

void spk__front_free(spk_ctx *ctx, spk_result_front *f) {
    for (size_t i = 0; f->name && i < f->n_objectives; i++)
        spk__free(ctx, f->name[i]);
    spk__free(ctx, f->name);
    spk__free(ctx, f->x);
    spk__free(ctx, f->value);
    spk__free(ctx, f->loss);
    spk__free(ctx, f->pick);
    *f = (spk_result_front){0};
}

/* ---- the file ---- */

enum { FRONT_COUNTS = 4, MOST_OBJECTIVES = 1000 };

void spk__front_put(spk__store *h, const spk_result_front *f) {
    spk__item_name name;
    const uint64_t counts[FRONT_COUNTS] = {f->n, f->n_objectives, f->dim, f->picked};
    spk__store_group(h, "front");
    spk__store_put_u64(h, "front/counts", counts, FRONT_COUNTS);
    spk__store_put_doubles(h, "front/loss", f->loss, f->n * f->n_objectives);
    spk__store_put_doubles(h, "front/x", f->x, f->n * f->dim);
    spk__store_put_doubles(h, "front/value", f->value, f->n * f->dim);
    spk__store_put_text(h, "front/pick", f->pick);
    spk__store_group(h, "front/objectives");
    for (size_t i = 0; i < f->n_objectives; i++)
        spk__store_put_text(h, spk__store_item(&name, "front/objectives", i, ""), f->name[i]);
}

void spk__front_get(spk__store *h, size_t n_parameters, spk_result_front *f) {
    spk__item_name name;
    size_t found = 0;
    uint64_t *c = spk__store_get_u64(h, "front/counts", &found);
    bool known = !h->status && found == FRONT_COUNTS && c[1] <= MOST_OBJECTIVES &&
                 c[2] <= n_parameters && c[0] <= UINT32_MAX && (c[3] < c[0] || !c[0]);
    if (!known)
        spk__store_damaged(h, "front/counts");
    if (!h->status) {
        f->name = SPK__ARRAY(h->ctx, c[1], char *);
        f->n = (size_t)c[0];
        f->n_objectives = f->name ? (size_t)c[1] : 0;
        f->dim = (size_t)c[2];
        f->picked = (size_t)c[3];
        if (!f->name)
            h->status = SPK_ERR_MEMORY;
    }
    spk__free(h->ctx, c);
    f->loss = spk__store_get_column(h, "front/loss", f->n * f->n_objectives);
    f->x = spk__store_get_column(h, "front/x", f->n * f->dim);
    f->value = spk__store_get_column(h, "front/value", f->n * f->dim);
    f->pick = spk__store_get_text(h, "front/pick");
    for (size_t i = 0; !h->status && i < f->n_objectives; i++)
        f->name[i] = spk__store_get_text(h, spk__store_item(&name, "front/objectives", i, ""));
}

/* ---- choosing ---- */

/* The row of the lowest weighted sum, each loss scaled to its range on the front, among those
 * allowed. */
static size_t lowest_sum(const double *loss, size_t n, size_t k, const double *weight,
                         const double *limit) {
    size_t best = SIZE_MAX;
    double lowest = INFINITY;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        bool allowed = true;
        for (size_t j = 0; j < k; j++) {
            double low = INFINITY, high = -INFINITY, f = loss[i * k + j];
            for (size_t q = 0; q < n; q++) {
                low = fmin(low, loss[q * k + j]);
                high = fmax(high, loss[q * k + j]);
            }
            sum += high > low ? (weight ? weight[j] : 1) * (f - low) / (high - low) : 0;
            allowed = allowed && (!limit || f <= limit[j]);
        }
        if (allowed && (best == SIZE_MAX || sum < lowest)) {
            best = i;
            lowest = sum;
        }
    }
    return best;
}

size_t spk_front_knee(const double *loss, size_t n, size_t n_objectives) {
    return lowest_sum(loss, n, n_objectives, NULL, NULL);
}

static spk_status unknown_pick(spk_ctx *ctx, const char *how) {
    return spk__fail(
        ctx, SPK_ERR_USAGE, NULL,
        "say knee, weights=1,3 (a weight for each objective), limit=NAME:VALUE, or a row's "
        "number",
        "'%s' says nothing about which row to pick", how);
}

static spk_status pick_weights(spk_ctx *ctx, const spk_result_front *f, const char *how,
                               const char *text, size_t *row) {
    double weight[MOST_OBJECTIVES], sum = 0;
    size_t n = 0;
    const char *end = text + strlen(text), *at = text, *after;
    for (; n < f->n_objectives && spk__parse_double(at, end, &after, &weight[n]); n++) {
        if (!(weight[n] >= 0) || !isfinite(weight[n]))
            break;
        sum += weight[n];
        at = *after == ',' ? after + 1 : after;
    }
    if (n < f->n_objectives || at != end || !(sum > 0))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL,
                         "'%s' must give %zu weights from 0 on, separated by commas", how,
                         f->n_objectives);
    *row = lowest_sum(f->loss, f->n, f->n_objectives, weight, NULL);
    return SPK_OK;
}

static spk_status pick_limit(spk_ctx *ctx, const spk_result_front *f, const char *how,
                             const char *text, size_t *row) {
    double limit[MOST_OBJECTIVES], weight[MOST_OBJECTIVES];
    for (size_t j = 0; j < f->n_objectives; j++) {
        limit[j] = INFINITY;
        weight[j] = 1;
    }
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ":"), j = 0;
        const char *after = at, *end = at + strlen(at);
        while (j < f->n_objectives &&
               (strlen(f->name[j]) != length || strncmp(f->name[j], at, length) != 0))
            j++;
        if (j == f->n_objectives || at[length] != ':' ||
            !spk__parse_double(at + length + 1, end, &after, &limit[j]) ||
            (*after && *after != ','))
            return spk__fail(ctx, SPK_ERR_USAGE, NULL,
                             "write limit=NAME:VALUE, as in limit=voltage:0.3",
                             "'%s' names no objective and its highest loss", how);
        weight[j] = 0;
        at = *after == ',' ? after + 1 : after;
    }
    *row = lowest_sum(f->loss, f->n, f->n_objectives, weight, limit);
    return *row != SIZE_MAX ? SPK_OK
                            : spk__fail(ctx, SPK_ERR_USAGE, NULL, "allow more",
                                        "no row of the front keeps '%s'", how);
}

spk_status spk_front_pick(spk_ctx *ctx, const spk_result_front *f, const char *how, size_t *row) {
    if (!f->n || !f->n_objectives)
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, "give the study 'objectives'",
                         "the run has no front: it was fitted to one objective");
    if (strcmp(how, "knee") == 0) {
        *row = spk_front_knee(f->loss, f->n, f->n_objectives);
        return SPK_OK;
    }
    if (strncmp(how, "weights=", 8) == 0)
        return pick_weights(ctx, f, how, how + 8, row);
    if (strncmp(how, "limit=", 6) == 0 && how[6])
        return pick_limit(ctx, f, how, how + 6, row);
    const char *after, *end = how + strlen(how);
    double number;
    if (!spk__parse_double(how, end, &after, &number) || after != end || number != floor(number))
        return unknown_pick(ctx, how);
    if (!(number >= 1 && number <= (double)f->n))
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "the front has rows 1 to %zu, not %s",
                         f->n, how);
    *row = (size_t)number - 1;
    return SPK_OK;
}
