/* Inside the room: SONATA configurations, and the populations and projections made of them. */
#ifndef SPK_NETSTUDY_SONATA_H
#define SPK_NETSTUDY_SONATA_H

#include "netstudy/netstudy.h"

/* A file that a configuration names, and where. */
typedef struct {
    const char *path;
    spk_loc loc;
} spk__named_file;

/* Spikes of the nodes of a population. */
typedef struct {
    const char *population;
    spk__named_file file;
} spk__sonata_input;

/* What the configuration's files say, taken together. */
typedef struct spk__sonata {
    const char *path;
    spk__named_file *nodes, *node_types, *edges, *edge_types; /* types: path NULL where not given */
    size_t n_nodes, n_edges;
    const char *neuron_folder, *synapse_folder; /* of parameters; NULL: not said */
    spk__sonata_input *input;
    size_t n_inputs;
    double duration_ms, dt_ms; /* NaN: not said */
} spk__sonata;

/* Whether a JSON or YAML document is a SONATA configuration: of a circuit, a simulation, or both.
 */
bool spk__sonata_recognise(const spk__node *root);
/* Reads a configuration and those that it names; root: its document, where that is parsed already,
 * or NULL. Lives in the study's arena. */
spk_status spk__sonata_open(spk_netstudy *s, const char *path, const spk__node *root,
                            const spk__sonata **out);

/* Populations and projections, as they go to the front of a study's. Those of one population of
 * nodes (or edges) differ in model (ports, populations); base: its name. */
typedef struct {
    spk_population *population;
    spk_model **model;
    const char **population_base;
    const uint32_t **node; /* [n_populations]: ids of the nodes, by neuron; NULL: 0 .. size - 1 */
    size_t n_populations, n_settings;
    spk_projection *projection;
    const char **projection_base;
    size_t n_projections;
} spk__circuit;

/* Opens the models and reads nodes, edges and input spikes. chosen: the study's block populations
 * (or NULL), where `model`, `spikes` and `rate` take the place of what the configuration says. */
spk_status spk__circuit_read(spk_netstudy *s, const spk__sonata *config, const spk__node *chosen,
                             spk__circuit *out);
/* Settings and edges live in the arena; models go with the circuit unless taken out of it. */
void spk__circuit_free(spk_netstudy *s, spk__circuit *c);

#endif
