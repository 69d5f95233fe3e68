/* Directions on a simplex. */
#include "search/directions.h"

/* Points with that many divisions: binomial(divisions + k - 1, k - 1), or more than `most`. */
static size_t layer_size(size_t k, size_t divisions, size_t most) {
    double n = 1;
    for (size_t i = 1; i < k; i++)
        n = n * (double)(divisions + i) / (double)i;
    return n > (double)most ? most + 1 : (size_t)(n + 0.5);
}

static size_t divisions_for(size_t k, size_t most, size_t limit) {
    size_t divisions = 0;
    while (divisions < limit && layer_size(k, divisions + 1, most) <= most)
        divisions++;
    return divisions;
}

/* The divisions of both layers; the inner one has none if it is not needed. */
static void choose(size_t k, size_t most, size_t *outer, size_t *inner) {
    *outer = divisions_for(k, most, most);
    *outer = *outer ? *outer : 1;
    *inner = 0;
    if (*outer < k && layer_size(k, *outer, most) < most)
        *inner = divisions_for(k, most - layer_size(k, *outer, most), *outer - 1);
}

size_t spk__directions_count(size_t k, size_t most) {
    size_t outer, inner, limit = most > k ? most : k;
    choose(k, limit, &outer, &inner);
    return layer_size(k, outer, limit) + (inner ? layer_size(k, inner, limit) : 0);
}

/* All points of a layer in lexical order; shrink: towards the middle. */
static double *fill_layer(size_t k, size_t divisions, double shrink, double *out) {
    enum { MOST_VALUES = 64 };
    size_t part[MOST_VALUES] = {0};
    part[k - 1] = divisions;
    for (;;) {
        for (size_t j = 0; j < k; j++)
            *out++ = (1 - shrink) / (double)k + shrink * (double)part[j] / (double)divisions;
        /* The next: one unit moves from the last part to the one before, or further up. */
        size_t at = k - 1, rest = part[at];
        while (at > 0 && rest == 0)
            rest = part[--at];
        if (at == 0)
            return out;
        part[at] = 0;
        part[at - 1]++;
        part[k - 1] = rest - 1;
    }
}

void spk__directions_fill(size_t k, size_t most, double *out) {
    size_t outer, inner;
    choose(k, most > k ? most : k, &outer, &inner);
    out = fill_layer(k, outer, 1, out);
    if (inner)
        fill_layer(k, inner, 0.5, out);
}
