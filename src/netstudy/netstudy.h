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
    spk_train *train; /* cut to its part */
    size_t n;
    spk_target **target; /* [horizon][loss][n], of metrics */
    double **sorted; /* [loss]: the data's values of statistics, ascending (bins: as they are) */
    size_t *n_sorted;
} spk__netdata;

/* What is searched on, or what is held out. Matching trains are compared over the whole part, its
 * first half, quarter, ...: a chaotic network answers smoothly to its numbers only at the start. */
typedef struct {
    double start_ms, stop_ms;
    spk__netdata *data; /* [population]; NULL: there is none */
    size_t n_horizons;
} spk__netpart;

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
    const char *path, *folder, *text;
    size_t text_length;
    const struct spk__sonata *sonata; /* of a circuit that the study is about, or NULL */
    spk_named_number *number;
    bool *has_unit; /* [number] */
    spk_unit *unit; /* [number], where it has one */
    size_t n_numbers, n_free;
    spk__binding *binding;
    size_t n_bindings, binding_capacity;
    spk__filled base, lent;
    size_t n_assignments;
    spk_model **model;         /* [population] or NULL */
    spk__label *label;         /* [population] */
    spk_graph **graph;         /* [projection] or NULL */
    spk_model **synapse;       /* [projection] or NULL */
    spk_recording **recording; /* [population + input] */
    size_t recording_capacity;
    size_t n_recordings;
    spk_precision precision;
    const char *integrator;
    double duration_ms, warmup_ms;
    double *truth_number;
    const char **file; /* read, in the order of the study */
    size_t n_files, file_capacity;
    spk__netpart part[2]; /* spk_part_kind */
    char split_words[160];
    spk__netloss *loss;
    size_t n_losses;
    spk_netsearch search;
    spk_wiring *wiring;
    uint64_t drawn; /* which wiring that is: see spk_netstudy_evaluate */
    spk__networker *worker;
    size_t n_workers;
};

/* The blocks populations, projections and inputs; those of the circuit come first. */
spk_status spk__netstudy_build(spk_netstudy *s, const spk__node *root);
/* A built-in model or a file; loc is where it is named. */
spk_status spk__netstudy_open_model(spk_netstudy *s, const char *source, spk_model_kind kind,
                                    const spk_loc *loc, spk_model **out);

/* A copy of the study's description that can be filled; numbers NULL: the values given. */
spk_status spk__filled_new(const spk_netstudy *s, spk__filled *out);
void spk__filled_free(const spk_netstudy *s, spk__filled *f);
void spk__filled_set(const spk_netstudy *s, spk__filled *f, const double *numbers);

/* A path as seen from the study's folder, in its arena; the second also lists it among the files
 * that the study reads. NULL: no memory. */
const char *spk__netstudy_path(spk_netstudy *s, const char *text);
const char *spk__netstudy_file(spk_netstudy *s, const char *text);
/* Lists a file that was found otherwise; the path is borrowed. */
spk_status spk__netstudy_list(spk_netstudy *s, const char *path);
/* Takes a recording, also when it fails. */
spk_status spk__netstudy_keep(spk_netstudy *s, spk_recording *r);

/* The search block, seeds, threads. */
spk_status spk__netsearch_read(spk_netstudy *s, const spk__node *root);

/* Losses as named, or the default ones. */
spk_status spk__netloss_read(spk_netstudy *s, const spk__node *n);
/* What the losses keep of the data of a part, before any candidate is run. */
spk_status spk__netpart_prepare(spk_netstudy *s, spk__netpart *part);
void spk__netpart_free(spk_netstudy *s, spk__netpart *part);
/* What a finished run costs on a part. */
spk_status spk__netloss_eval(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                             const spk_outcome *o, double *loss);
/* Each loss by itself, without its weight: [n_losses]. */
spk_status spk__netloss_terms(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                              double *term);
/* A train from start to before stop: a spike at the last step's end belongs to what follows, also
 * where the run ends there. */
spk_train spk__netpart_cut(spk_train t, double start_ms, double stop_ms);
/* Where the k-th horizon of a part ends. */
double spk__netpart_horizon(const spk__netpart *part, size_t k);

/* Trains to match: read, or made by running the truth; divided; then prepared. */
spk_status spk__netdata_make(spk_netstudy *s, const spk__node *root);

spk_status spk__networker_new(spk_netstudy *s, spk__networker *w);
void spk__networker_free(spk_netstudy *s, spk__networker *w);

#endif
