/* Spike trains with their edges worked out, as the distances of the ISI and SPIKE family need them,
 * and the merging of two. */
#ifndef SPK_METRIC_EDGED_H
#define SPK_METRIC_EDGED_H

#include "metric/metric.h"

/* Spikes at one time count once; a train without spikes has one at either end of the window. The
 * intervals before the first and after the last spike are as long as they were seen to be, and no
 * shorter than their neighbour (with a single spike: as long as they were seen to be):
 *
 *     isi[0] = max(t[0] - start, t[1] - t[0]),  isi[i] = t[i] - t[i-1],
 *     isi[n] = max(stop - t[n-1], t[n-1] - t[n-2])
 *
 * and the auxiliary spikes before, after stand at the other end of those. t[-1] and t[n] are minus
 * and plus infinity. (Kreuz et al. 2013, and as PySpike.) */
typedef struct {
    size_t n; /* at least 1 */
    double before, after;
    double start, stop;
    double data[];
} spk__edged;

static inline const double *spk__edged_t(const spk__edged *e) {
    return e->data + 1;
}
static inline const double *spk__edged_isi(const spk__edged *e) {
    return e->data + e->n + 2;
}

/* Bytes for a train of n spikes, a multiple of 16; extra doubles follow the intervals. */
size_t spk__edged_size(size_t n, size_t extra);
void spk__edged_build(const spk_train *t, void *out);

/* prepared_size and prepare of a metric that needs no more. */
size_t spk__edged_prepared_size(const double *opt, const spk_train *data, size_t n);
void spk__edged_prepare(const double *opt, const spk_train *data, size_t n, void *prepared);

/* The order of the spikes of a and b together: of the first k, ia[k] are a's (k = 0 .. na + nb),
 * and of two at one time a's comes first. Both lists stand between minus and plus infinity: a[-1],
 * a[na]. */
void spk__merge(const double *a, size_t na, const double *b, size_t nb, uint32_t *ia);

#endif
