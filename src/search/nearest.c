/* A k-d tree without pointers: each half of a range of points is a child. */
#include "search/nearest.h"

#include <math.h>

enum { LEAF = 16 };

spk_status spk__nearest_start(spk_search *s, spk__nearest *t, size_t most, size_t k) {
    size_t nodes = 2;
    while (nodes * LEAF < 2 * most)
        nodes *= 2;
    t->k = k;
    t->at = spk__arena_alloc(s->arena, most, k * sizeof(double));
    t->row = SPK__SEARCH_ARRAY(s, most, uint32_t);
    t->place = SPK__SEARCH_ARRAY(s, most, uint32_t);
    t->axis = SPK__SEARCH_ARRAY(s, nodes, uint32_t);
    t->split = SPK__SEARCH_ARRAY(s, nodes, double);
    return t->at && t->row && t->place && t->axis && t->split ? SPK_OK : SPK_ERR_MEMORY;
}

/* ---- building ---- */

static size_t widest(const double *x, size_t k, const uint32_t *row, size_t n) {
    size_t axis = 0;
    double most = -1;
    for (size_t j = 0; j < k; j++) {
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < n; i++) {
            double v = x[row[i] * k + j];
            low = v < low ? v : low;
            high = v > high && v < (double)INFINITY ? v : high;
        }
        if (high - low > most) {
            most = high - low;
            axis = j;
        }
    }
    return axis;
}

/* Rows with lower coordinates come to before `middle`. */
static void halve(const double *x, size_t k, uint32_t *row, size_t n, size_t middle) {
    size_t low = 0, high = n - 1;
    while (low < high) {
        double pivot = x[row[low + (high - low) / 2] * k];
        size_t i = low, j = high;
        for (;;) {
            while (x[row[i] * k] < pivot)
                i++;
            while (x[row[j] * k] > pivot)
                j--;
            if (i >= j)
                break;
            uint32_t swap = row[i];
            row[i++] = row[j];
            row[j--] = swap;
        }
        if (middle <= j)
            high = j;
        else
            low = j + 1;
    }
}

/* The range of a node of a level: the 2^level nodes share the points evenly. */
static size_t begin_of(const spk__nearest *t, size_t level, size_t node) {
    return t->n * (node - ((size_t)1 << level)) >> level;
}

void spk__nearest_build(spk__nearest *t, const double *x, size_t n) {
    size_t k = t->k;
    t->n = n;
    t->levels = 0;
    while (n >> t->levels > LEAF)
        t->levels++;
    for (size_t i = 0; i < n; i++)
        t->row[i] = (uint32_t)i;
    for (size_t level = 0; level < t->levels; level++)
        for (size_t node = (size_t)1 << level; node < (size_t)2 << level; node++) {
            size_t begin = begin_of(t, level, node), end = begin_of(t, level, node + 1);
            size_t middle = begin_of(t, level + 1, 2 * node + 1);
            size_t axis = widest(x, k, t->row + begin, end - begin);
            halve(x + axis, k, t->row + begin, end - begin, middle - begin);
            t->axis[node] = (uint32_t)axis;
            t->split[node] = x[t->row[middle] * k + axis];
        }
    for (size_t i = 0; i < n; i++) {
        memcpy(t->at + i * k, x + t->row[i] * k, k * sizeof *x);
        t->place[t->row[i]] = (uint32_t)i;
    }
}

void spk__nearest_drop(spk__nearest *t, size_t point) {
    t->at[t->place[point] * t->k] = INFINITY;
}

/* ---- finding ---- */

typedef struct {
    const spk__nearest *t;
    const double *x;
    size_t most, n;
    double limit; /* only nearer ones matter */
    uint32_t *row;
    double *square;
} query;

static void put(query *q, double square, uint32_t row) {
    size_t i = q->n < q->most ? q->n++ : q->most - 1;
    for (; q->most < SPK__NEAREST_ALL && i && q->square[i - 1] > square; i--) {
        q->square[i] = q->square[i - 1];
        if (q->row)
            q->row[i] = q->row[i - 1];
    }
    q->square[i] = square;
    if (q->row)
        q->row[i] = row;
    if (q->n == q->most)
        q->limit = q->square[q->n - 1];
}

static void search_leaf(query *q, size_t begin, size_t end) {
    size_t k = q->t->k;
    for (size_t i = begin; i < end; i++) {
        const double *at = q->t->at + i * k;
        double square = 0;
        for (size_t j = 0; j < k; j++)
            square += (at[j] - q->x[j]) * (at[j] - q->x[j]);
        if (square < q->limit)
            put(q, square, q->t->row[i]);
    }
}

/* How deep trees may be. */
enum { DEEP = 40 };

size_t spk__nearest_find(const spk__nearest *t, const double *x, size_t most, double within,
                         uint32_t *row, double *square) {
    query q = {t, x, most, 0, within, row, square};
    /* The other side of every split that was passed, and the square of how far the split is. */
    struct {
        size_t node, level;
        double away;
    } todo[DEEP] = {{1, 0, 0}};
    size_t n_todo = 1;
    while (n_todo) {
        size_t node = todo[--n_todo].node, level = todo[n_todo].level;
        if (!(todo[n_todo].away < q.limit))
            continue;
        for (; level < t->levels; level++) {
            double gap = x[t->axis[node]] - t->split[node];
            todo[n_todo].node = 2 * node + (gap < 0);
            todo[n_todo].level = level + 1;
            todo[n_todo++].away = gap * gap;
            node = 2 * node + (gap >= 0);
        }
        search_leaf(&q, begin_of(t, level, node), begin_of(t, level, node + 1));
    }
    return q.n;
}
