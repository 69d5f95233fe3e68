/* What the files of this room share. */
#ifndef SPK_METRIC_METRIC_H
#define SPK_METRIC_METRIC_H

#include "base/base.h"
#include "recording/train.h"
#include <spikefit/metric.h>

/* Times closer than this are one time: far below any sampling step, far above rounding. */
#define SPK__TIME_SLACK_MS 1e-6

/* The slots of a scratch as this room uses them. */
enum {
    SPK__SCRATCH_WORK,     /* a metric's own */
    SPK__SCRATCH_PREPARED, /* data prepared anew, where the candidate's window cuts them */
    SPK__SCRATCH_TRAINS,   /* trains cut to a common window */
};

/* A weighted mean over pairs; without any weight, the plain mean. */
typedef struct {
    double weighted, weight, plain, n;
} spk__mean;
static inline void spk__mean_add(spk__mean *m, double value, double weight) {
    m->weighted += weight * value;
    m->weight += weight;
    m->plain += value;
    m->n += 1.0;
}
static inline double spk__mean_value(const spk__mean *m) {
    return m->weight > 0.0 ? m->weighted / m->weight : m->plain / m->n;
}

/* As spk_target_eval, but refusing what a single call refuses. */
spk_status spk__target_eval_strict(const spk_target *t, const spk_train *model, size_t n_model,
                                   spk_scratch *scratch, double *value);

/* How much a pair counts in a mean, on the window both were observed in. */
double spk__pair_weight(const spk_metric *m, const spk_train *a, const spk_train *b);

/* One scratch a thread. */
spk_status spk__scratches_new(spk_ctx *ctx, int threads, spk_scratch ***out);
void spk__scratches_free(spk_ctx *ctx, spk_scratch **s, int threads);

#define SPK_ENTRY(symbol) extern const spk_metric symbol;
#include "metric/registry.def"
#undef SPK_ENTRY

#endif
