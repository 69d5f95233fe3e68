/* Islands: see islands.c. Not in the registry, since they are of a method that is. */
#ifndef SPK_SEARCH_ISLANDS_H
#define SPK_SEARCH_ISLANDS_H

#include "search/search.h"

extern const spk__search_method spk__search_islands;
/* The points of the first generation, before any value is told. */
size_t spk__islands_least(const spk_search *s);
/* spk_search_point_start of a point of the batch. */
uint64_t spk__islands_start(const spk_search *s, size_t point);

#endif
