/* Islands: see islands.c. Not in the registry, since they are of a method that is. */
#ifndef SPK_SEARCH_ISLANDS_H
#define SPK_SEARCH_ISLANDS_H

#include "search/search.h"

extern const spk__search_method spk__search_islands;
/* The points of the first generation, before any value is told. */
size_t spk__islands_least(const spk_search *s);
/* As spk_search_starts. */
void spk__islands_starts(const spk_search *s, size_t n, uint64_t *start);

#endif
