/* Points with their values, as most methods with one objective keep them. The methods that use it
 * have a state struct whose first member is the population. */
#ifndef SPK_SEARCH_POPULATION_H
#define SPK_SEARCH_POPULATION_H

#include "search/search.h"

typedef struct {
    size_t n;
    bool begun;      /* the first generation was told */
    double *x, *f;   /* n * dim, n */
    uint32_t *order; /* scratch: by rank, after spk__population_rank */
    uint32_t *scratch;
} spk__population;

spk_status spk__population_start(spk_search *s, spk__population *p, size_t n);
/* Asks for the first generation: n points at random, the start among them. */
spk_status spk__population_first(spk_search *s, spk__population *p);
/* Takes the first generation. */
void spk__population_begin(spk_search *s, spk__population *p);
void spk__population_put(const spk_search *s, spk__population *p, size_t i, const double *x,
                         double f);
void spk__population_rank(spk__population *p);
size_t spk__population_best(const spk__population *p);
/* Which of the rules of SPK__POPULATION_RULES holds now; once a generation. */
spk_stop spk__population_reason(spk_search *s, const spk__population *p);
/* Stops the search by the rules of SPK__POPULATION_RULES. */
void spk__population_check(spk_search *s, const spk__population *p);
void spk__population_sync(const spk_search *s, spk__population *p, spk__sync *y);

/* Entries of spk__search_method. */
void spk__population_progress(const spk_search *s, spk_search_progress *p);
void spk__population_describe(const spk_search *s, spk__str *line);

#define SPK__POPULATION_RULES                                                                      \
    (1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET | 1u << SPK_STOP_FTOL | 1u << SPK_STOP_XTOL)

#endif
