/* The history of a search while it grows. */
#include "fit/fit.h"

#include <math.h>

static double median(spk_ctx *ctx, const double *f, size_t n) {
    double *sorted = SPK__ARRAY(ctx, n, double);
    if (!sorted)
        return NAN;
    memcpy(sorted, f, n * sizeof *f);
    spk__sort(sorted, n);
    double m = spk__sorted_median(sorted, n);
    spk__free(ctx, sorted);
    return m;
}

static bool grow(spk_ctx *ctx, void *array_ptr, size_t count, size_t size) {
    void *old;
    memcpy(&old, array_ptr, sizeof old);
    void *more = spk__realloc(ctx, old, count, size);
    if (more)
        memcpy(array_ptr, &more, sizeof more);
    return more != NULL;
}

static spk_status make_room(spk__history *y, size_t rows) {
    spk_result_history *h = &y->h;
    if (h->n == y->room) {
        size_t r = y->room ? 2 * y->room : 64;
        if (!grow(y->ctx, &h->evaluations, r, sizeof(double)) ||
            !grow(y->ctx, &h->best, r, sizeof(double)) ||
            !grow(y->ctx, &h->median, r, sizeof(double)) ||
            !grow(y->ctx, &h->silent, r, sizeof(double)) ||
            !grow(y->ctx, &h->exploding, r, sizeof(double)) ||
            !grow(y->ctx, &h->nonfinite, r, sizeof(double)) ||
            !grow(y->ctx, &h->restart, r, sizeof(double)) ||
            !grow(y->ctx, &h->first, r + 1, sizeof(size_t)))
            return SPK_ERR_MEMORY;
        h->first[0] = 0;
        y->room = r;
    }
    if (h->first[h->n] + rows > y->room_rows) {
        size_t r = y->room_rows ? 2 * y->room_rows : 4096;
        while (r < h->first[h->n] + rows)
            r *= 2;
        if (!grow(y->ctx, &h->x, r * h->dim, sizeof(float)) ||
            !grow(y->ctx, &h->f, r, sizeof(float)) || !grow(y->ctx, &h->start, r, sizeof(float)))
            return SPK_ERR_MEMORY;
        y->room_rows = r;
    }
    return SPK_OK;
}

spk_status spk__history_add(spk__history *y, const double *x, const double *f, size_t n,
                            uint64_t evaluations, const spk__starts *starts, double best,
                            const spk_tally *before, const spk_tally *after) {
    spk_status st = make_room(y, n);
    if (st)
        return st;
    spk_result_history *h = &y->h;
    size_t g = h->n++, row = h->first[g];
    h->evaluations[g] = (double)evaluations;
    h->best[g] = best;
    h->restart[g] = starts ? (double)starts->restart : 0;
    h->median[g] = median(y->ctx, f, n);
    h->silent[g] = (double)(after->silent - before->silent);
    h->exploding[g] = (double)(after->exploding - before->exploding);
    h->nonfinite[g] = (double)(after->nonfinite - before->nonfinite);
    h->first[g + 1] = row + n;
    for (size_t i = 0; i < n * h->dim; i++)
        h->x[row * h->dim + i] = (float)x[i];
    for (size_t i = 0; i < n; i++)
        h->f[row + i] = (float)f[i];
    for (size_t i = 0; i < n; i++)
        h->start[row + i] = starts ? (float)starts->point[i] : 0;
    return SPK_OK;
}

void spk__history_free(spk__history *y) {
    spk_result_history *h = &y->h;
    void *parts[] = {h->evaluations, h->best,  h->median, h->silent, h->exploding,
                     h->nonfinite,   h->restart, h->first, h->x,      h->f,     h->start};
    for (size_t i = 0; y->ctx && i < sizeof parts / sizeof *parts; i++)
        spk__free(y->ctx, parts[i]);
    *y = (spk__history){0};
}

bool spk__history_range(const spk_result_history *h, double limit, size_t i, double *low,
                        double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t row = 0; h->n && row < h->first[h->n]; row++) {
        if (!((double)h->f[row] <= limit))
            continue;
        double x = (double)h->x[row * h->dim + i];
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
    return *low <= *high;
}
