/* Network studies: a YAML file names populations, projections and inputs, which numbers are free,
 * and the spike trains to match. A study without data is a simulation. docs/networks.md describes
 * the file.
 */
#ifndef SPIKEFIT_NETSTUDY_H
#define SPIKEFIT_NETSTUDY_H

#include <spikefit/network.h>
#include <spikefit/search.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spk_netstudy spk_netstudy;

/* Whether a study file is about a network (it has populations). ERR_IO, ERR_INPUT. */
spk_status spk_netstudy_recognise(spk_ctx *ctx, const char *path, bool *is_network);

/* Reads the study, opens its models and data. ERR_INPUT with the place of every mistake. */
spk_status spk_netstudy_read(spk_ctx *ctx, const char *path, spk_netstudy **out);
/* The same from memory; path is for messages and for the folder of files. */
spk_status spk_netstudy_parse(spk_ctx *ctx, const char *path, const char *text, size_t length,
                              spk_netstudy **out);
void spk_netstudy_free(spk_netstudy *s);

/* A named number. Free ones come first; low and high are NaN for the others. Coherent units. */
typedef struct {
    const char *name;
    double low, high, value; /* value: as given; of a free one its start, or NaN */
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
/* The data of a population: n trains, of its first n neurons; NULL and 0 where there are none. */
const spk_train *spk_netstudy_data(const spk_netstudy *s, size_t population, size_t *n);

/* Runs the network once, on the study's threads. The recording (the caller's) has one sweep a
 * neuron, of cell "POPULATION/NEURON". numbers as in spk_netstudy_spec. */
spk_status spk_netstudy_simulate(spk_netstudy *s, const double *numbers, spk_outcome *outcome,
                                 spk_recording **out);

/* Losses of n candidates, points[n][free_count] in the unit cube; the same bits for any number of
 * threads. ERR_USAGE without data. */
spk_status spk_netstudy_evaluate(spk_netstudy *s, const double *points, size_t n, int threads,
                                 double *loss);
/* The free numbers of a point of the unit cube. */
void spk_netstudy_decode(const spk_netstudy *s, const double *point, double *numbers);

typedef struct {
    int threads;         /* 0: the study's */
    int64_t evaluations; /* 0: the study's */
    void (*progress)(void *user,
                     const spk_search_progress *p); /* after a generation; may be NULL */
    void *user;
} spk_netfit_options;
typedef struct {
    double *number; /* [number_count] best numbers; of the caller, freed with spk_netfit_clear */
    double loss;
    uint64_t evaluations;
    spk_stop reason;
    spk_ctx *ctx;
} spk_netfit_result;
/* Searches the free numbers. A cancelled context ends it with the best so far and ERR_CANCELLED. */
spk_status spk_netstudy_fit(spk_netstudy *s, const spk_netfit_options *options,
                            spk_netfit_result *out);
void spk_netfit_clear(spk_netfit_result *r);

#ifdef __cplusplus
}
#endif
#endif
