/* Directions that cover the positive orthant evenly: the reference lines of NSGA-III, the weights
 * of MOEA/D. Das and Dennis 1998 (doi:10.1137/S1052623496307510): all points of the simplex whose
 * coordinates are multiples of 1 / divisions. Where so few divisions fit that none lies inside, a
 * second, smaller layer is added (Deb and Jain 2014).
 */
#ifndef SPK_SEARCH_DIRECTIONS_H
#define SPK_SEARCH_DIRECTIONS_H

#include "search/search.h"

/* How many there are for k values, if `most` is the limit; at least k. */
size_t spk__directions_count(size_t k, size_t most);
/* Writes them: count * k, each with the sum 1. */
void spk__directions_fill(size_t k, size_t most, double *out);

#endif
