/* Hypervolumes of fronts, exact: what a set of points dominates before a reference point, and what
 * each of them alone adds. All values are to be minimised.
 */
#ifndef SPK_SEARCH_VOLUME_H
#define SPK_SEARCH_VOLUME_H

#include "search/search.h"

/* The volume that is dominated by the n points f (n * k) and dominates the reference point: by
 * sweeping with a staircase for two and three values, O(n log n), else by exclusive volumes (While,
 * Bradstreet and Barone 2012, doi:10.1109/TEVC.2010.2077298) down to three. room:
 * spk__hypervolume_room(n, k) doubles. */
size_t spk__hypervolume_room(size_t n, size_t k);
double spk__hypervolume(const double *f, size_t n, size_t k, const double *reference, double *room);

/* Scratch for fronts of up to n points of k values. */
typedef struct {
    uint32_t *order, *scratch, *heap;
    double *value, *added, *scaled, *limited, *room;
    struct spk__volume_stair *stair; /* three values: the staircase, and the boxes of its steps */
    struct spk__volume_box *boxes;
} spk__volume;
spk_status spk__volume_start(spk_search *s, spk__volume *v, size_t n, size_t k);

/* out[i]: by how much the volume of the n points would shrink without point i. No point may
 * dominate another; of equal ones each adds 0. Two and three values: O(n log n), the latter after
 * Emmerich and Fonseca 2011 (doi:10.1007/978-3-642-19893-9_9). Quickest if the points come in
 * rising order of their last values. */
void spk__volume_added(spk__volume *v, const double *f, size_t n, size_t k, const double *reference,
                       double *out);
/* Of the points member[0 .. n-1] of f, one front, that many stay, in their order: one by one the
 * one that adds least leaves (shrink.c). Volumes are measured after the front's own range was
 * scaled to 1, from a reference point at 2 in every value; so the extremes of a front stay. */
void spk__volume_shrink(spk__volume *v, const double *f, size_t k, uint32_t *member, size_t n,
                        size_t wanted);

/* Pieces of the above, between volume.c and shrink.c. The volume of rows by their last value from
 * high to low, three values; room: 2 n. */
double spk__volume_sweep(const double *f, size_t n, const double *reference, double *room);
/* What row i adds to n rows, for any number of values; rows that begin with +inf do not count. */
double spk__volume_added_one(spk__volume *v, const double *f, size_t n, size_t k,
                             const double *reference, size_t i);

#endif
