/* A heap of rows with the least key on top, equal keys in order of row. A key may be changed only
 * while its row is on top, and settled then. */
#ifndef SPK_SEARCH_HEAP_H
#define SPK_SEARCH_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t n;
    uint32_t *row;
    double *key; /* by row */
} spk__heap;

static inline bool spk__heap_before(const spk__heap *h, uint32_t a, uint32_t b) {
    return h->key[a] < h->key[b] || (h->key[a] == h->key[b] && a < b);
}

/* The row at a place sinks to where it belongs. */
static inline void spk__heap_sink(spk__heap *h, size_t place) {
    uint32_t row = h->row[place];
    for (size_t child; (child = 2 * place + 1) < h->n; place = child) {
        child += child + 1 < h->n && spk__heap_before(h, h->row[child + 1], h->row[child]);
        if (!spk__heap_before(h, h->row[child], row))
            break;
        h->row[place] = h->row[child];
    }
    h->row[place] = row;
}

/* Rows 0 .. n-1, whose keys are set. */
static inline void spk__heap_fill(spk__heap *h, size_t n) {
    h->n = n;
    for (size_t i = 0; i < n; i++)
        h->row[i] = (uint32_t)i;
    for (size_t i = n / 2; i-- > 0;)
        spk__heap_sink(h, i);
}

static inline uint32_t spk__heap_pop(spk__heap *h) {
    uint32_t top = h->row[0];
    if (--h->n) {
        h->row[0] = h->row[h->n];
        spk__heap_sink(h, 0);
    }
    return top;
}

static inline void spk__heap_push(spk__heap *h, uint32_t row) {
    size_t place = h->n++;
    for (; place && spk__heap_before(h, row, h->row[(place - 1) / 2]); place = (place - 1) / 2)
        h->row[place] = h->row[(place - 1) / 2];
    h->row[place] = row;
}

#endif
