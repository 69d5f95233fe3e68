/* Inside the room: reading the blocks of a study. */
#ifndef SPK_NETSTUDY_READ_H
#define SPK_NETSTUDY_READ_H

#include "netstudy/netstudy.h"

extern const spk_unit spk__plain_unit;
/* The unit of a text such as "pA"; plain where there is none. */
spk_unit spk__unit_named(spk_ctx *ctx, const char *text);

/* Where values go: an array of the description and an element of it. */
typedef struct {
    spk__array array;
    char *base;
} spk__place;

/* A quantity of the dimension of want, a plain number (in want's unit), or a named number, which is
 * filled in later. what says what it is. */
spk_status spk__read_number(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                            const spk__place *at, double *to, bool whole);
/* In Hz. */
spk_status spk__read_rate(spk_netstudy *s, const spk__node *n, const spk__place *at, double *to);
/* A number, or {uniform: [a, b]} and the like. */
spk_status spk__read_dist(spk_netstudy *s, const spk__node *n, const char *what, spk_unit want,
                          const spk__place *at, spk_dist *d);
/* Weights: the unit of what they do at a port, and the factor from coherent units to weights; plain
 * and 1 where that is not known (or the ports that may be meant differ in it). port NULL: any. */
typedef struct {
    spk_unit unit;
    double factor;
} spk__weight_unit;
const spk_population *spk__find_population(const spk_netstudy *s, const char *name);
/* ERR_INPUT where the population's model has no such port for spikes: before the unit is asked for.
 */
spk_status spk__check_port(spk_netstudy *s, const char *to, const char *port, const spk_loc *loc);
spk__weight_unit spk__weight_unit_of(spk_netstudy *s, const char *to, const char *port);
spk_status spk__read_weight(spk_netstudy *s, const spk__node *n, const spk__weight_unit *unit,
                            const spk__place *at, spk_dist *d);

/* A recording, which the study keeps: a path, or a mapping of file, reader, and what else keys
 * (NULL: nothing) allows. */
spk_status spk__read_recording(spk_netstudy *s, const spk__node *n, const char *const *keys,
                               const spk_recording **out);

/* A table of edges or a SONATA file of them; map: the projection, for `select` and what must not be
 * said twice. */
spk_status spk__read_edges(spk_netstudy *s, const spk__node *map, const spk__node *file,
                           const spk__weight_unit *weight, spk_projection *p);
/* {file: TABLE, column: NAME}: one value a neuron; name: of the column, where none is given. */
spk_status spk__read_each(spk_netstudy *s, const spk__node *n, const char *name, spk_unit want,
                          const spk_population *p, spk_assignment *a);

/* The text of a key; ERR_INPUT where it is needed and not there. */
spk_status spk__read_text(spk_netstudy *s, const spk__node *map, const char *key, const char **out,
                          spk_loc *loc, bool needed);

/* A parameter or initial state of a population, or of a projection's synapses (p->kernel theirs).
 */
spk_status spk__read_setting(spk_netstudy *s, const spk__node *n, const spk_population *p);

spk_status spk__read_projection(spk_netstudy *s, const spk__node *n, size_t index);
/* What a study may say of a circuit's projection: scale, release, port, synapse. */
spk_status spk__change_projection(spk_netstudy *s, const spk__node *n, size_t index);
spk_status spk__read_input(spk_netstudy *s, const spk__node *n, size_t index);

#endif
