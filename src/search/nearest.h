/* Which of many points are nearest to a place: a k-d tree (Bentley 1975,
 * doi:10.1145/361002.361007), halved at the median of the coordinate that is spread widest.
 */
#ifndef SPK_SEARCH_NEAREST_H
#define SPK_SEARCH_NEAREST_H

#include "search/search.h"

typedef struct {
    size_t n, k, levels; /* 2^levels leaves */
    double *at;          /* n * k, in the order of the tree */
    uint32_t *row;       /* which point stands at a place of the tree */
    uint32_t *place;     /* and where a point stands */
    uint32_t *axis;      /* by node: the root is 1, the children of i are 2 i and 2 i + 1 */
    double *split;
} spk__nearest;

/* most: points; k: coordinates. */
spk_status spk__nearest_start(spk_search *s, spk__nearest *t, size_t most, size_t k);
/* Takes n points x (n * k), finite or +inf; these are never found. */
void spk__nearest_build(spk__nearest *t, const double *x, size_t n);
/* From now on the point is never found. */
void spk__nearest_drop(spk__nearest *t, size_t point);
enum { SPK__NEAREST_ALL = UINT32_MAX >> 1 };

/* The `most` points that are nearest to a place, the nearest first, and the squares of how far they
 * are; returns how many. Of those that are equally far which is not told. row may be NULL. Farther
 * ones than `within` (a square) are not looked for. SPK__NEAREST_ALL: as many as are nearer than
 * that, in no order. */
size_t spk__nearest_find(const spk__nearest *t, const double *x, size_t most, double within,
                         uint32_t *row, double *square);

#endif
