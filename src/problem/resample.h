/* Blocks of time: cut, drawn, and put one after the other. */
#ifndef SPK_PROBLEM_RESAMPLE_H
#define SPK_PROBLEM_RESAMPLE_H

#include "base/base.h"
#include <spikefit/recording.h>

/* A window cut into blocks; edges are whole numbers of steps from its start. */
typedef struct {
    size_t n;
    size_t *edge; /* [n + 1], in steps */
    double start_ms, step_ms;
} spk__cuts;

/* Blocks of about a twentieth of the window that the trains share, at least 100 ms, each cut in the
 * middle of the longest interval without a spike within a quarter of a block; n = 0: the window is
 * too short for two. */
spk_status spk__cuts_new(spk_ctx *ctx, const spk_train *t, size_t n, double step_ms,
                         spk__cuts *out);
void spk__cuts_free(spk_ctx *ctx, spk__cuts *c);

/* Where the drawn blocks end when they stand one after the other. */
double spk__cuts_stop(const spk__cuts *c, const size_t *block, size_t n);
/* first[b] .. first[b + 1] - 1 are the train's spikes in block b; first has n + 1 places. The last
 * block includes its end. */
void spk__cuts_find(const spk__cuts *c, const spk_train *t, size_t *first);
/* How many spikes the drawn blocks hold. */
size_t spk__cuts_count(const size_t *first, const size_t *block, size_t n);
/* The drawn blocks as a train: its times into `times`, which has room for them. */
spk_train spk__cuts_train(const spk__cuts *c, const spk_train *t, const size_t *first,
                          const size_t *block, size_t n, double *times);
/* The trace in the drawn blocks, a sample a step (the nearest; NaN where there is none), into
 * `value`, which has room for spk__cuts_samples. */
size_t spk__cuts_samples(const spk__cuts *c, const size_t *block, size_t n);
spk_trace spk__cuts_trace(const spk__cuts *c, const spk_trace *v, const size_t *block, size_t n,
                          double *value);

#endif
