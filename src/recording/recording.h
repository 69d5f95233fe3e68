/* Building recordings: for readers of files and for tests. */
#ifndef SPK_RECORDING_RECORDING_H
#define SPK_RECORDING_RECORDING_H

#include "base/base.h"
#include <spikefit/recording.h>

/* A sweep on its way into a recording. Arrays come from spk__alloc and become the builder's. Strings are
 * copied. */
typedef struct {
    const char *name;     /* NULL: "sweep NUMBER" */
    const char *protocol; /* NULL: "" */
    const char *cell;     /* NULL: the only cell */
    int64_t cell_id;
    int number;
    double *current_pA, *voltage_mV, *spikes_ms; /* may be NULL */
    size_t n_current, n_voltage, n_spikes;
    double current_dt_ms, voltage_dt_ms;
    bool has_spikes;         /* spikes are given, even if there are none */
    double start_ms, stop_ms; /* window of given spikes */
    double origin_ms;
} spk__sweep_in;

typedef struct spk__builder spk__builder;

spk_status spk__builder_new(spk_ctx *ctx, spk__builder **out);
void spk__builder_free(spk__builder *b);
/* Takes the arrays whether it succeeds or not. Given spikes are sorted. loc (may be NULL) is named in
 * errors: NaN in a current, spikes outside their window, a sampling interval that is not positive. */
spk_status spk__builder_add_take(spk__builder *b, const spk__sweep_in *s, const spk_loc *loc);
size_t spk__builder_count(const spk__builder *b);
/* Joins sweeps that have only a current with sweeps that have only a voltage and are of other files (ends[f]:
 * how many sweeps there were after file f), if there are as many of either: by the last number in their
 * names if those tell which belong together, else in order. *n: how many were joined. */
spk_status spk__builder_pair(spk__builder *b, const size_t *ends, size_t n_files, size_t *n);
/* Detects spikes, finds repeats, averages their currents; the builder is then empty. */
spk_status spk__builder_finish(spk__builder *b, const spk_detection *detection, const char *source,
                               const char *hash, spk_recording **out);

struct spk_recording {
    spk_ctx *ctx;
    spk_sweep *sweep;
    size_t n;
    double **owned; /* every array of samples and times */
    size_t n_owned, owned_capacity;
    char **text; /* every string */
    size_t n_text, text_capacity;
    const char **cell_name;
    int64_t *cell_id;
    bool ids_repeat; /* two cells have one number: populations that count for themselves */
    size_t n_cells, name_capacity, id_capacity;
    size_t *repeat;       /* sweeps ordered by stimulus */
    size_t *first_repeat; /* [n_stimuli + 1] into repeat */
    spk_trace *mean;      /* [n_stimuli] */
    size_t n_stimuli;
    spk_detection detection;
    const char *source, *hash;
    const char *label; /* of the source, for messages; NULL if there is none */
};

/* Fills stimulus numbers, repeat lists and mean currents. */
spk_status spk__recording_find_repeats(spk_recording *r);
/* Keeps an array or a copy of a string until the recording is freed. take frees it on failure. */
bool spk__recording_own_take(spk_recording *r, double *array);
const char *spk__recording_strdup(spk_recording *r, const char *text);

/* The cell's number, or its index where numbers repeat: for files that know cells by numbers alone. */
int64_t spk__recording_unique_id(const spk_recording *r, size_t cell);

/* End of a sweep's observation: the voltage's, else the current's, else the spikes' window. */
double spk__sweep_stop(const spk_sweep *s);

#endif
