/* Inside the room: a study as read. */
#ifndef SPK_NETSTUDY_NETSTUDY_H
#define SPK_NETSTUDY_NETSTUDY_H

#include "base/base.h"
#include "study/yaml.h"
#include <spikefit/metric.h>
#include <spikefit/model.h>
#include <spikefit/netstudy.h>
#include <spikefit/stat.h>

/* A place in the description that takes a named number: byte offset into one of its arrays. */
typedef enum {
    SPK__IN_POPULATION,
    SPK__IN_ASSIGNMENT,
    SPK__IN_PROJECTION,
    SPK__IN_INPUT
} spk__array;
typedef struct {
    spk__array array;
    size_t offset, number;
    bool whole;         /* rounded */
    double plain_scale; /* of a number given without a unit: the place's own */
    double factor;      /* coherent units to the place's (rates are kept in Hz) */
} spk__binding;

/* A description with memory of its own, so that each thread can fill in a candidate's numbers. */
typedef struct {
    spk_network_spec spec;
    spk_population *population;
    spk_assignment *assignment;
    spk_projection *projection;
    spk_input *input;
} spk__filled;

typedef struct {
    const char *name;
    spk_loc loc;
    double weight;
    const spk_metric *metric; /* of matching trains; or */
    const spk_stat *stat;     /* of populations */
    spk_opts options;
} spk__netloss;

typedef struct {
    spk_train *train;
    size_t n;
    spk_target **target; /* [horizon][loss][n], of metrics */
    double **sorted; /* [loss]: the data's values of statistics, ascending (bins: as they are) */
    size_t *n_sorted;
} spk__netdata;

typedef struct {
    spk__filled filled;
    spk_network *net;
    spk_scratch *scratch;
    spk_train *cut;
    double *value;
    size_t room;
} spk__networker;

/* How a population's neurons are called where spikes are written: as the circuit's nodes are. */
typedef struct {
    const char *name;
    const uint32_t *id; /* NULL: 0 .. size - 1 */
} spk__label;

struct spk_netstudy {
    spk_ctx *ctx;
    spk__arena *arena;
    const char *path, *folder;
    const struct spk__sonata *sonata; /* of a circuit that the study is about, or NULL */
    spk_named_number *number;
    bool *has_unit; /* [number] */
    size_t n_numbers, n_free;
    spk__binding *binding;
    size_t n_bindings, binding_capacity;
    spk__filled base, lent;
    size_t n_assignments;
    spk_model **model;         /* [population] or NULL */
    spk__label *label;         /* [population] */
    spk_graph **graph;         /* [projection] or NULL */
    spk_recording **recording; /* [population + input] */
    size_t recording_capacity;
    size_t n_recordings;
    spk_precision precision;
    const char *integrator;
    double duration_ms, warmup_ms;
    const spk__node *truth;
    double *truth_number;
    uint64_t truth_wiring_seed, truth_seed;
    spk__netdata *data; /* [population] or NULL */
    /* Matching trains are compared over the whole run, its first half, quarter, ...: a chaotic
     * network answers smoothly to its numbers only at the start. */
    size_t n_horizons;
    spk__netloss *loss;
    size_t n_losses;
    const char *method;
    int64_t evaluations;
    int threads;
    uint64_t seed;
    spk_wiring *wiring;
    spk__networker *worker;
    size_t n_workers;
};

/* The blocks populations, projections and inputs; those of the circuit come first. */
spk_status spk__netstudy_build(spk_netstudy *s, const spk__node *root);
/* A built-in model or a file; loc is where it is named. */
spk_status spk__netstudy_open_model(spk_netstudy *s, const char *source, const spk_loc *loc,
                                    spk_model **out);

/* A copy of the study's description that can be filled; numbers NULL: the values given. */
spk_status spk__filled_new(const spk_netstudy *s, spk__filled *out);
void spk__filled_free(const spk_netstudy *s, spk__filled *f);
void spk__filled_set(const spk_netstudy *s, spk__filled *f, const double *numbers);

/* Trains to match: read, or made by running the truth; then the losses' targets. */
spk_status spk__netdata_make(spk_netstudy *s, const spk__node *root);
void spk__netdata_free(spk_netstudy *s);
/* What a finished run costs. */
spk_status spk__netloss_eval(spk_netstudy *s, spk__networker *w, const spk_outcome *o,
                             double *loss);

#endif
