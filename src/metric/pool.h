/* Sets of trials as one sorted list of spikes, for metrics over sets. */
#ifndef SPK_METRIC_POOL_H
#define SPK_METRIC_POOL_H

#include "metric/metric.h"

size_t spk__pool_count(const spk_train *t, size_t n);
/* All spikes of n trains in order, into room for spk__pool_count of them. */
void spk__pool(const spk_train *t, size_t n, double *out);
/* The spikes of n trains in order: the train's own list if there is one train, else `out` filled.
 */
static inline const double *spk__pool_or_lend(const spk_train *t, size_t n, double *out) {
    if (n == 1)
        return t->t_ms;
    spk__pool(t, n, out);
    return out;
}

/* Pairs (one of a, one of b) at most window apart. */
double spk__pairs_within(const double *a, size_t na, const double *b, size_t nb, double window);

#endif
