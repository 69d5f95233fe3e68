/* Spike events (cell, trial, time) on their way into trains: shared by the readers of spike lists. */
#ifndef SPK_IO_EVENTS_H
#define SPK_IO_EVENTS_H

#include "io/io.h"

typedef struct {
    int64_t cell;
    int32_t trial, group; /* group: index of a population */
    double t_ms;
} spk__event;

typedef struct {
    spk_ctx *ctx;
    spk__event *event;
    size_t n, capacity;
} spk__events;

/* How trains are named and observed. */
typedef struct {
    const char *const *group; /* names of the populations; NULL: one without a name */
    bool cells;               /* false: trials of one cell */
    size_t n_trials;          /* more than 1: names of trains say which trial */
    bool silent_trials;       /* trials 0 .. n_trials - 1 are there even without events */
    double start_ms, stop_ms; /* NaN: the options', else from 0 to the last event */
    int64_t first_id, last_id; /* silent cells are added in this range; first_id < 0: none */
    bool assumed_ms;          /* question the unit */
    const spk_loc *loc;
} spk__events_as;

spk_status spk__events_add(spk__events *e, int32_t group, int64_t cell, int32_t trial, double t_ms);
void spk__events_free(spk__events *e);
/* Sorts the events and adds a sweep for each cell and trial. Events outside a window that was asked for
 * are left out with a warning. */
spk_status spk__events_emit(spk__reader *in, spk__events *e, const spk__events_as *as);

/* Options for formats that list only cells that spiked: first_id, last_id. Read with spk__ids_asked. */
extern const spk_opt spk__id_options[];
spk_status spk__ids_asked(const spk__reader *in, spk__events_as *as);

#endif
