/* Fronts that are too large. What a point adds can only grow while others leave. So the least of a
 * heap of old values is measured again, and leaves if it is the least still: most points are
 * measured once (accelerated greedy, Minoux 1978, doi:10.1007/BFb0006528).
 *
 * The front lies in v->scaled by rising last value; rows that left begin with +inf, and with two
 * values also go from the list of neighbours.
 */
#include "search/heap.h"
#include "search/volume.h"

#include <math.h>

enum { MOST_VALUES = 16, NONE = UINT32_MAX };

static const double corner[MOST_VALUES] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2};

/* v->scaled: the points, their range scaled to 1, in the order that v->order will tell. */
static void scale(spk__volume *v, const double *f, size_t k, const uint32_t *member, size_t n) {
    for (size_t i = 0; i < n; i++) {
        v->value[i] = f[member[i] * k + k - 1];
        v->order[i] = (uint32_t)i;
    }
    spk__search_rank(v->value, n, v->order, v->scratch);
    for (size_t j = 0; j < k; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            double value = f[member[i] * k + j];
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        double factor = 1 / (high - low);
        bool wide = factor > 0 && isfinite(factor); /* neither endless nor next to nothing */
        for (size_t i = 0; i < n; i++)
            v->scaled[i * k + j] = wide ? (f[member[v->order[i]] * k + j] - low) * factor : 0;
    }
}

/* ---- neighbours of two values: the row before has a larger first, the row after a larger second
 */

static uint32_t *before(const spk__volume *v) {
    return v->scratch;
}

static uint32_t *after(const spk__volume *v, size_t n) {
    return v->scratch + n;
}

static void link_rows(const spk__volume *v, size_t n) {
    for (size_t i = 0; i < n; i++) {
        before(v)[i] = i ? (uint32_t)i - 1 : NONE;
        after(v, n)[i] = i + 1 < n ? (uint32_t)i + 1 : NONE;
    }
}

static void unlink_row(const spk__volume *v, size_t n, size_t i) {
    uint32_t low = before(v)[i], high = after(v, n)[i];
    if (low != NONE)
        after(v, n)[low] = high;
    if (high != NONE)
        before(v)[high] = low;
}

static double measure_two(const spk__volume *v, size_t n, size_t i) {
    uint32_t low = before(v)[i], high = after(v, n)[i];
    const double *f = v->scaled;
    return ((low == NONE ? corner[0] : f[2 * low]) - f[2 * i]) *
           ((high == NONE ? corner[1] : f[2 * high + 1]) - f[2 * i + 1]);
}

/* ---- three values ---- */

/* Puts what a row covers of p's box before those that were put already, for spk__volume_sweep. */
static double *put_limited(double *rows, const double *p, const double *f) {
    rows -= 3;
    for (size_t j = 0; j < 3; j++)
        rows[j] = f[j] > p[j] ? f[j] : p[j];
    return rows;
}

/* The row's box ends where one that is lower in two values limits it; from it goes what the rows
 * inside cover. */
static double measure_three(const spk__volume *v, size_t n, size_t i) {
    const double *f = v->scaled, *p = f + 3 * i;
    double limit[3] = {corner[0], corner[1], corner[2]};
    for (const double *q = f; q < p; q += 3) {
        double x = q[1] <= p[1] ? q[0] : limit[0], y = q[0] <= p[0] ? q[1] : limit[1];
        limit[0] = x < limit[0] ? x : limit[0];
        limit[1] = y < limit[1] ? y : limit[1];
    }
    if (!(limit[0] > p[0] && limit[1] > p[1]))
        return 0;
    double *end = v->limited + 3 * n, *rows = end;
    for (const double *q = f; q < p; q += 3)
        if (q[0] < limit[0] && q[1] < limit[1])
            rows = put_limited(rows, p, q);
    for (const double *q = p + 3; q < f + 3 * n; q += 3) {
        if (!(q[0] < limit[0] && q[1] < limit[1]))
            continue;
        if (q[0] <= p[0] && q[1] <= p[1]) {
            limit[2] = q[2];
            break;
        }
        rows = put_limited(rows, p, q);
    }
    double own = (limit[0] - p[0]) * (limit[1] - p[1]) * (limit[2] - p[2]);
    return own - spk__volume_sweep(rows, (size_t)(end - rows) / 3, limit, v->room);
}

/* ---- the heap ---- */

static double measure(spk__volume *v, size_t n, size_t k, size_t i) {
    return k == 2   ? measure_two(v, n, i)
           : k == 3 ? measure_three(v, n, i)
                    : spk__volume_added_one(v, v->scaled, n, k, corner, i);
}

/* Takes the row that adds least from the heap. */
static uint32_t take_least(spk__volume *v, spk__heap *heap, size_t n, size_t k) {
    for (;;) {
        uint32_t row = heap->row[0];
        double added = measure(v, n, k, row);
        if (!(added > v->added[row]))
            return spk__heap_pop(heap);
        v->added[row] = added;
        spk__heap_sink(heap, 0);
    }
}

void spk__volume_shrink(spk__volume *v, const double *f, size_t k, uint32_t *member, size_t n,
                        size_t wanted) {
    if (n <= wanted)
        return;
    scale(v, f, k, member, n);
    uint32_t *place = v->order; /* of each row: its member */
    memcpy(v->heap, place, n * sizeof *place);
    spk__volume_added(v, v->scaled, n, k, corner, v->added);
    memcpy(place, v->heap, n * sizeof *place);
    link_rows(v, n);
    spk__heap heap = {0, v->heap, v->added};
    spk__heap_fill(&heap, n);
    for (size_t m = n; m > wanted; m--) {
        uint32_t row = take_least(v, &heap, n, k);
        if (k == 2)
            unlink_row(v, n, row);
        for (size_t j = 0; j < k; j++)
            v->scaled[row * k + j] = INFINITY;
        member[place[row]] = NONE;
    }
    size_t to = 0;
    for (size_t i = 0; i < n; i++)
        if (member[i] != NONE)
            member[to++] = member[i];
}
