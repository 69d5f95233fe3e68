/* What the methods for several objectives share: parents with their values, simulated binary
 * crossover and polynomial mutation (Deb and Agrawal 1995; Deb and Goyal 1996; both bounded as in
 * Deb's NSGA-II code), and the merging of parents and children before selection. The state of such
 * a method begins with an spk__parents.
 */
#ifndef SPK_SEARCH_BREED_H
#define SPK_SEARCH_BREED_H

#include "search/pareto.h"

/* The first options of every such method. */
enum {
    SPK__BREED_POPULATION,
    SPK__BREED_CROSSOVER,
    SPK__BREED_CROSSOVER_ETA,
    SPK__BREED_MUTATION,
    SPK__BREED_MUTATION_ETA,
    SPK__BREED_OPTIONS
};
#define SPK__BREED_OPTION_LIST(population, crossover, crossover_eta)                               \
    [SPK__BREED_POPULATION] = {"population", "points in a generation",                             \
                               SPK_OPT_INT,  NULL,                                                 \
                               population,   4,                                                    \
                               1e5,          NULL},                                                \
    [SPK__BREED_CROSSOVER] =                                                                       \
        {"crossover", "probability that a pair is crossed", SPK_OPT_REAL, NULL, crossover, 0, 1,   \
         NULL},                                                                                    \
    [SPK__BREED_CROSSOVER_ETA] = {"crossover_eta",                                                 \
                                  "how near children stay to their parents",                       \
                                  SPK_OPT_REAL,                                                    \
                                  NULL,                                                            \
                                  crossover_eta,                                                   \
                                  0,                                                               \
                                  1000,                                                            \
                                  NULL},                                                           \
    [SPK__BREED_MUTATION] = {"mutation",                                                           \
                             "probability that a coordinate mutates; 0: 1 / dim",                  \
                             SPK_OPT_REAL,                                                         \
                             NULL,                                                                 \
                             0,                                                                    \
                             0,                                                                    \
                             1,                                                                    \
                             NULL},                                                                \
    [SPK__BREED_MUTATION_ETA] = {                                                                  \
        "mutation_eta", "how small mutations are", SPK_OPT_REAL, NULL, 20, 0, 1000, NULL}

typedef struct {
    size_t n, room; /* room for parents and children: 2 n */
    size_t n_front; /* the first n_front parents are those that no other dominates */
    bool begun;
    double *x, *f;             /* room rows: the parents, then, while selecting, the children */
    double *spare_x, *spare_f; /* scratch of the same shape */
    uint32_t *rank, *kept;     /* by row; rows that survive, in their new order */
    uint32_t *mates, *words, *where;
    double *base, *power, *limit;
    spk__pareto w;
} spk__parents;

/* n: how many, rounded up to even. */
spk_status spk__parents_start(spk_search *s, spk__parents *p, size_t n);
/* Asks for the first generation. */
spk_status spk__parents_first(spk_search *s, spk__parents *p);
/* mates: every parent fights in two rounds of shuffled pairs (Deb's code), so that each has two
 * fights; the lower value wins. */
void spk__parents_fight(spk_search *s, spk__parents *p, const double *value);
/* Asks for n children of the pairs mates[0], mates[1]; mates[2], mates[3]; ... (n rounded up to
 * even). */
spk_status spk__parents_breed(spk_search *s, spk__parents *p);
/* Where polynomial mutation moves x, for u uniform in (0, 1). */
double spk__breed_mutation(double x, double u, double eta);
/* Puts the batch behind the parents (or in their place, the first time); returns the number of
 * rows. */
size_t spk__parents_merge(spk_search *s, spk__parents *p);
/* The same with the points from .. to - 1 of the batch. */
size_t spk__parents_add(spk_search *s, spk__parents *p, size_t from, size_t to);
/* Makes the rows kept[0 .. n-1] the parents, the first n_front of them the front. */
void spk__parents_keep(spk_search *s, spk__parents *p, size_t n_front);
void spk__parents_sync(spk_search *s, spk__parents *p, spk__sync *y);

/* Entries of spk__search_method. */
void spk__parents_progress(const spk_search *s, spk_search_progress *out);
void spk__parents_describe(const spk_search *s, spk__str *line);
void spk__parents_front(const spk_search *s, const double **x, const double **f, size_t *n);

#endif
