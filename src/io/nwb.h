/* What the parts of the NWB reader share. */
#ifndef SPK_IO_NWB_H
#define SPK_IO_NWB_H

#include "io/h5.h"

/* One series of a patch-clamp recording. */
typedef struct {
    char *path;        /* "acquisition/Sweep_39" */
    const char *name;  /* behind the last slash */
    uint64_t address, electrode; /* 0: unknown */
    int64_t number;    /* -1: none */
    bool paired;
} spk__series;

typedef struct {
    spk__reader *in;
    spk__h5 h;
    spk__series *response, *stimulus;
    size_t n_response, n_stimulus, response_capacity, stimulus_capacity;
    size_t n_voltage_clamp, n_other;
} spk__nwb;

/* Samples of a series in our units. */
typedef struct {
    double *value;
    size_t n;
    double dt_ms, start_ms;
} spk__samples;

/* Lists the current-clamp responses and stimuli of NWB 1 and 2; counts what else is there. */
spk_status spk__nwb_find_series(spk__nwb *w);
void spk__nwb_free(spk__nwb *w);
/* Samples [first, first + count) of a series; count SIZE_MAX: all. */
spk_status spk__nwb_samples(spk__nwb *w, const spk__series *s, bool voltage, size_t first,
                            size_t count, spk__samples *out);
/* Adds one sweep; stimulus may be NULL. */
spk_status spk__nwb_add(spk__nwb *w, const spk__series *response, size_t first, size_t count,
                        const spk__series *stimulus, size_t stimulus_first, size_t stimulus_count);
/* Adds what the table of intracellular recordings (NWB 2.4 and later) pairs; marks the series. */
spk_status spk__nwb_add_table(spk__nwb *w);
/* Adds each row of the units table as a cell. */
spk_status spk__nwb_add_units(spk__nwb *w);
/* <spikefit/io.h>, spk_recording_write. */
spk_status spk__nwb_write(spk_ctx *ctx, const spk_recording *r, const char *path);

#endif
