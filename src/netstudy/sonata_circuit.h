/* Inside the room: making a circuit of SONATA's tables. */
#ifndef SPK_NETSTUDY_SONATA_CIRCUIT_H
#define SPK_NETSTUDY_SONATA_CIRCUIT_H

#include "io/sonata_network.h"
#include "netstudy/sonata.h"

/* Where the nodes of a population went: node i is neuron lane[i] of population first + part[i]. */
typedef struct {
    const char *name;
    uint32_t n, first, n_parts;
    uint32_t *part, *lane; /* NULL where there is one part */
} spk__node_map;

typedef struct {
    spk_netstudy *s;
    const spk__sonata *config;
    const spk__node *chosen;
    spk__circuit *out;
    size_t population_room, model_room, base_room, node_room, projection_room, projection_base_room;
    spk__node_map *map;
    size_t n_maps, map_room;
} spk__circuit_builder;

/* Reads a file of parameters (JSON) that a table of types names; *out NULL where the field is
 * empty. key: the configuration's word for the folder. */
spk_status spk__sonata_parameters(spk__circuit_builder *b, const char *folder, const char *key,
                                  spk__sonata_field field, const spk__node **out);
/* A number of such a file. */
spk_status spk__sonata_number(spk_ctx *ctx, const spk__node *n, double *out);

/* A population of the circuit, which the caller fills. */
spk_status spk__circuit_add_population(spk__circuit_builder *b, const char *base,
                                       spk_population **out);

/* Populations of one file of nodes; projections of one file of edges. */
spk_status spk__sonata_add_nodes(spk__circuit_builder *b, const spk__named_file *nodes,
                                 const spk__named_file *types);
spk_status spk__sonata_add_edges(spk__circuit_builder *b, const spk__named_file *edges,
                                 const spk__named_file *types);
/* Sources: the trains of the configuration's input files. */
spk_status spk__sonata_add_source(spk__circuit_builder *b, const spk__sonata_table *nodes,
                                  const spk_loc *loc);

#endif
