/* Fronts of points with several values, all to be minimised: a point dominates another if it is
 * nowhere higher and somewhere lower. Points that failed have +inf everywhere and form the last
 * front.
 */
#ifndef SPK_SEARCH_PARETO_H
#define SPK_SEARCH_PARETO_H

#include "search/search.h"

/* Three values: where a front's stairs are (pareto.c). */
typedef struct {
    size_t from, n, room;
} spk__pareto_stairs;

/* Scratch for n points. */
typedef struct {
    uint32_t *order, *scratch, *head, *next;
    double *value;
    spk__pareto_stairs *stairs;
    double *y, *z;
    size_t used;
} spk__pareto;
spk_status spk__pareto_start(spk_search *s, spk__pareto *w, size_t n);

bool spk__pareto_dominates(const double *a, const double *b, size_t k);
/* rank[i]: 0 for those that nobody dominates, 1 for those that only they dominate, ... Returns the
 * number of fronts. For each point in order of its first value the front is found by halves (Zhang
 * et al. 2015, doi:10.1109/TEVC.2014.2308305); two and three values: a front is asked through its
 * latest member, or the stairs of its members, O(n log n) and O(n log^2 n), else through all of
 * them. */
size_t spk__pareto_rank(spk__pareto *w, const double *f, size_t n, size_t k, uint32_t *rank);
/* The points of a front after spk__pareto_rank, in falling order of their values; returns how many.
 * Good until the next ranking. */
size_t spk__pareto_members(const spk__pareto *w, size_t front, uint32_t *member);
/* NSGA-II's crowding distance of the points member[0 .. n-1], one front in that order; out by
 * point. */
void spk__pareto_crowding(spk__pareto *w, const double *f, size_t k, const uint32_t *member,
                          size_t n, double *out);

#endif
