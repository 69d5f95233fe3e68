/* Network studies: a YAML file names populations, projections and inputs, which numbers are free,
 * and the spike trains to match. A study without data is a simulation. docs/networks.md describes
 * the file.
 */
#ifndef SPIKEFIT_NETSTUDY_H
#define SPIKEFIT_NETSTUDY_H

#include <spikefit/model.h>
#include <spikefit/network.h>
#include <spikefit/problem.h>
#include <spikefit/search.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spk_netstudy spk_netstudy;

/* Whether a study file is about a network (it has populations). ERR_IO, ERR_INPUT. */
spk_status spk_netstudy_recognise(spk_ctx *ctx, const char *path, bool *is_network);
spk_status spk_netstudy_recognise_text(spk_ctx *ctx, const char *path, const char *text,
                                       size_t length, bool *is_network);

/* Reads the study, opens its models and data. ERR_INPUT with the place of every mistake. */
spk_status spk_netstudy_read(spk_ctx *ctx, const char *path, spk_netstudy **out);
/* The same from memory; path is for messages and for the folder of files. */
spk_status spk_netstudy_parse(spk_ctx *ctx, const char *path, const char *text, size_t length,
                              spk_netstudy **out);
/* As spk_netstudy_read, with keys replaced or added: see spk_study_read_edited. */
spk_status spk_netstudy_read_edited(spk_ctx *ctx, const char *path, const spk_study_edit *edits, size_t n,
                                    spk_netstudy **out);
/* The study of a run, as spk_study_locate. */
spk_status spk_netstudy_locate(spk_ctx *ctx, const char *path, const char *text, size_t length,
                               const char *folder, spk_netstudy **out);
void spk_netstudy_free(spk_netstudy *s);

/* A named number. Free ones come first; low and high are NaN for the others. Coherent units:
 * divided by `scale` they are in `unit`, the one they were given in ("1": none). */
typedef struct {
    const char *name, *unit;
    double low, high, value; /* value: as given; of a free one its start, or NaN */
    double scale;
    bool log_scale;
} spk_named_number;
size_t spk_netstudy_number_count(const spk_netstudy *s);
size_t spk_netstudy_free_count(const spk_netstudy *s);
const spk_named_number *spk_netstudy_number(const spk_netstudy *s, size_t i);

/* The network with these numbers (free ones first; NULL: the values given, else the middle of the
 * bounds). Lent until the next call. */
const spk_network_spec *spk_netstudy_spec(spk_netstudy *s, const double *numbers);
double spk_netstudy_duration(const spk_netstudy *s); /* ms */
double spk_netstudy_warmup(const spk_netstudy *s);
bool spk_netstudy_has_data(const spk_netstudy *s);
/* The time that is trained or tested on; false if the study has no such data. */
bool spk_netstudy_part(const spk_netstudy *s, spk_part_kind part, double *start_ms,
                       double *stop_ms);
/* The same in words: "0 to 600 ms to train on, 600 to 1000 ms to test on". */
const char *spk_netstudy_split_words(const spk_netstudy *s);
/* A part's data of a population: n trains, of its first n neurons; NULL and 0 where there are none.
 */
const spk_train *spk_netstudy_data(const spk_netstudy *s, spk_part_kind part, size_t population,
                                   size_t *n);

/* What was read: the text, the other files (NULL behind the last), the models (NULL of sources). */
const char *spk_netstudy_path(const spk_netstudy *s);
const char *spk_netstudy_text(const spk_netstudy *s, size_t *length);
const char *spk_netstudy_file(const spk_netstudy *s, size_t i);
/* Models of populations, then of projections' synapses; NULL where there is none. */
const spk_model *spk_netstudy_model(const spk_netstudy *s, size_t i);
size_t spk_netstudy_model_count(const spk_netstudy *s);
double spk_netstudy_dt(const spk_netstudy *s); /* ms */
spk_ctx *spk_netstudy_context(const spk_netstudy *s);

/* How it is to be searched. */
typedef struct {
    const char *method;
    spk_opts options;
    int64_t evaluations;
    uint64_t seed;
    int threads;
    spk_islands islands; /* n 0: one for each round of the evaluations */
    uint64_t round;      /* 0: none */
    bool redraw; /* each generation has wiring of its own, which makes the loss noisy */
} spk_netsearch;
const spk_netsearch *spk_netstudy_search(const spk_netstudy *s);

/* Runs the network once, on the study's threads. The recording (the caller's) has one sweep a
 * neuron, of cell "POPULATION/NEURON". numbers as in spk_netstudy_spec. synapses: a
 * file to write them to as they stand at the end (see spk_network_write_synapses), or NULL. */
spk_status spk_netstudy_simulate(spk_netstudy *s, const double *numbers, const char *synapses,
                                 spk_outcome *outcome, spk_recording **out);

/* Training losses of n candidates, points[n][free_count] in the unit cube; the same bits for any
 * number of threads. wiring 0 is the study's own, any other number one that is drawn from it. tally
 * is added to; may be NULL. ERR_USAGE without data. Not for two threads at once. */
spk_status spk_netstudy_evaluate(spk_netstudy *s, const double *points, size_t n, uint64_t wiring,
                                 int threads, double *loss, spk_tally *tally);
/* Seconds that an evaluation takes on one core: an estimate from steps, operations, and the data's rates
 * on the synapses of a network of middling numbers, which is drawn for it; the same on every machine
 * (spk_search_space.cost_s). 0 without data. */
spk_status spk_netstudy_cost(spk_netstudy *s, double *cost_s);
/* All numbers ([number_count]) of a point of the unit cube, whole ones rounded. */
void spk_netstudy_decode(const spk_netstudy *s, const double *point, double *numbers);

/* One free number at a coordinate of the cube. */
double spk_netstudy_value(const spk_netstudy *s, size_t i, double u);
/* And back: coordinates of the free numbers, clipped to the cube. */
void spk_netstudy_encode(const spk_netstudy *s, const double *numbers, double *point);
/* What the losses weigh together. */
double spk_netstudy_weights(const spk_netstudy *s);

/* Free numbers (by index) that multiply each other: a projection's weight and its density. Each
 * pair once, at most `capacity`; returns how many. */
typedef struct {
    size_t a, b;
} spk_number_product;
size_t spk_netstudy_products(const spk_netstudy *s, size_t capacity, spk_number_product *out);

/* Data and model side by side: trains of the same neurons, cut to a part. */
typedef struct {
    const char *name;              /* of the population */
    const spk_train *data, *model; /* [n] */
    size_t n;
    void *store;
} spk_netpopulation;
typedef struct {
    spk_netpopulation *population; /* that have data */
    size_t n;
    double start_ms, stop_ms;
    double loss; /* of the part */
    const char *
        *term_name; /* the study's losses, each over the whole part and without its weight: */
    double *term;   /* measures as they are, statistics as distances */
    size_t n_terms;
    spk_outcome outcome;
    spk_ctx *ctx;
} spk_netcomparison;
/* Runs the network with these numbers ([number_count]) and the study's own wiring. ERR_INPUT for a
 * part without data. The data are lent by the study. */
spk_status spk_netstudy_compare(spk_netstudy *s, const double *numbers, spk_part_kind part,
                                spk_netcomparison *out);
/* n further networks of these numbers, with other wiring, neurons and inputs: what such networks have in
 * common, and by how much they differ. out[n] is overwritten; the same bits for any number of threads. */
spk_status spk_netstudy_instances(spk_netstudy *s, const double *numbers, spk_part_kind part,
                                  size_t n, int threads, spk_netcomparison *out);
void spk_netcomparison_free(spk_netcomparison *c);

#ifdef __cplusplus
}
#endif
#endif
