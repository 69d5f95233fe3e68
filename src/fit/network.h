/* The parts of a network fit: the run, its result, what the products of numbers are known to. */
#ifndef SPK_FIT_NETWORK_H
#define SPK_FIT_NETWORK_H

#include "fit/fit.h"
#include <spikefit/netfit.h>

/* The loss of n points under the study's own wiring, or its mean over SPK__JUDGES others that no
 * generation had. *deviation (may be NULL): between wirings, of the first point. */
enum { SPK__JUDGES = 16 };
spk_status spk__network_judge(spk_netstudy *s, const double *x, size_t n, bool others, int threads,
                              double *loss, double *deviation);

/* Candidates up to this cost count as nearly as good: they lose less than a twentieth of the best's
 * loss, or a hundredth of what the losses weigh. */
double spk__network_near(const spk_netstudy *s, double best);

/* Fills the pairs of a result: see spk_result_pair. best: numbers in coherent units. */
spk_status spk__network_pairs(spk_netstudy *s, const double *best, int threads, spk_result *r);

spk_status spk__network_result(spk_netstudy *s, spk__outcome *o, uint64_t budget, int threads,
                               spk_result **out);

#endif
