/* Differential evolution that learns F and CR from its successes (SHADE and its descendants): the
 * common machine of shade.c, lshade.c and jso.c, which differ in the traits.
 *
 * One generation: every parent x gets a trial from
 *     v = x + F' (a good parent - x) + F (r1 - r2),  r2 from the parents and an archive of beaten
 * ones, mixed with x coordinate by coordinate with probability CR. F and CR scatter about a memory
 * entry taken at random. Successes (the trial is better than x) move the memory, weighted by the
 * gain.
 *
 * Rounds. With the option `round` the population shrinks within so many evaluations and then begins
 * anew with other points, until the budget is used up; only the last round depends on the budget,
 * which can grow afterwards. What would stop the search ends the round.
 *
 * Under noise nothing special is done: evaluating parents again and averaging was tried, and was
 * worse on noisy bowls, since a lucky trial then ousts a parent whose value is known well.
 */
#ifndef SPK_SEARCH_HISTORY_DE_H
#define SPK_SEARCH_HISTORY_DE_H

#include "search/population.h"

/* Positions that every one of these methods' option tables shares. */
enum { SPK__HDE_POPULATION, SPK__HDE_MEMORY, SPK__HDE_BEST_SHARE, SPK__HDE_ARCHIVE };
/* Where the traits say so. */
enum { SPK__HDE_ROUND = SPK__HDE_ARCHIVE + 1 };

typedef struct {
    size_t (*population)(size_t dim); /* the first, where the option is 0 */
    bool shrinks;                     /* linearly over the budget, to 4 */
    bool random_share; /* the share of good parents is drawn between 2 / n and the option's */
    bool lehmer_cr; /* CR by Lehmer's mean, and an entry whose successes all had CR 0 stays at 0 */
    bool jso;       /* jSO's schedules over the budget */
    bool rounds;    /* has the option */
    double first_f, first_cr;
} spk__hde_traits;

typedef struct {
    spk__population p;
    const spk__hde_traits *traits;
    size_t n_first, memory, slot, archive_room, n_archive;
    uint64_t round, round_begin, round_length; /* evaluations; length 0: the whole budget */
    double *trial_f, *trial_cr;                /* of the batch */
    double *memory_f, *memory_cr;              /* CR < 0: stays at 0 */
    double *archive;
    double *gain; /* scratch, as the next */
    uint32_t *words;
} spk__hde;

spk_status spk__hde_start(spk_search *s, const spk__hde_traits *traits);
spk_status spk__hde_ask(spk_search *s);
spk_status spk__hde_tell(spk_search *s);
void spk__hde_welcome(spk_search *s, const double *x);
spk_status spk__hde_sync(spk_search *s, spk__sync *y);
void spk__hde_progress(const spk_search *s, spk_search_progress *p);

#endif
