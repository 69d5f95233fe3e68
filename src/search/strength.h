/* SPEA2's raw fitness: a point's strength is how many points it dominates, and its raw fitness the
 * sum of the strengths of those that dominate it.
 */
#ifndef SPK_SEARCH_STRENGTH_H
#define SPK_SEARCH_STRENGTH_H

#include "search/pareto.h"

typedef struct {
    uint32_t *strength, *level, *order, *scratch;
    uint64_t *tree, *bits;
    double *value;
} spk__strength;

spk_status spk__strength_start(spk_search *s, spk__strength *t, size_t n);
/* After spk__pareto_rank of the same values: raw[i] of n points of k values; 0 for those that
 * nobody dominates. Two values: O(n log n) by sums over a sweep; else n^2 / 64, and the pairs where
 * one dominates. */
void spk__strength_raw(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                       double *raw);

#endif
