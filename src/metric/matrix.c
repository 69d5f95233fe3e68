/* All pairs of many trains. */
#include "metric/metric.h"

spk_status spk__scratches_new(spk_ctx *ctx, int threads, spk_scratch ***out) {
    spk_scratch **s = SPK__ARRAY(ctx, (size_t)threads, spk_scratch *);
    if (!s)
        return SPK_ERR_MEMORY;
    for (int i = 0; i < threads; i++)
        if (spk_scratch_new(ctx, &s[i])) {
            spk__scratches_free(ctx, s, threads);
            return SPK_ERR_MEMORY;
        }
    *out = s;
    return SPK_OK;
}

void spk__scratches_free(spk_ctx *ctx, spk_scratch **s, int threads) {
    for (int i = 0; s && i < threads; i++)
        spk_scratch_free(s[i]);
    spk__free(ctx, s);
}

typedef struct {
    spk_ctx *ctx;
    const spk_metric *metric;
    const spk_opts *opts;
    const spk_train *t;
    size_t n;
    double *out;
    spk_scratch **scratch;
} job;

/* Row i; of a symmetric metric from the diagonal on. */
static spk_status row(void *arg, size_t i, int worker) {
    const job *j = arg;
    spk_target *target;
    spk_status st = spk_target_new(j->ctx, j->metric, j->opts, &j->t[i], 1, &target);
    if (st)
        return st;
    for (size_t k = j->metric->symmetric ? i : 0; !st && k < j->n; k++)
        st =
            spk__target_eval_strict(target, &j->t[k], 1, j->scratch[worker], &j->out[i * j->n + k]);
    spk_target_free(target);
    return st;
}

spk_status spk_metric_matrix(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                             const spk_train *t, size_t n, int threads, double *out) {
    for (size_t i = 0; i < n; i++) {
        spk_status st = spk__train_check(ctx, &t[i], "given");
        if (st)
            return st;
    }
    threads = spk__thread_count(threads);
    job j = {ctx, m, opts, t, n, out, NULL};
    spk_status st = spk__scratches_new(ctx, threads, &j.scratch);
    if (!st)
        st = spk__parallel_for(ctx, n, threads, row, &j);
    spk__scratches_free(ctx, j.scratch, threads);
    for (size_t i = 0; !st && m->symmetric && i < n; i++)
        for (size_t k = 0; k < i; k++)
            out[i * n + k] = out[k * n + i];
    return st;
}

spk_status spk_metric_within(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                             const spk_train *t, size_t n, int threads, double *value) {
    if (n < 2)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "how alike trains are needs two of them at least; there is %zu", n);
    if (n > SIZE_MAX / n)
        return spk__fail(ctx, SPK_ERR_MEMORY, NULL, NULL, "too many trains: %zu", n);
    double *matrix = SPK__ARRAY(ctx, n * n, double);
    if (!matrix)
        return SPK_ERR_MEMORY;
    spk_status st = spk_metric_matrix(ctx, m, opts, t, n, threads, matrix);
    if (!st) {
        spk__mean mean = {0};
        for (size_t i = 0; i < n; i++)
            for (size_t k = m->symmetric ? i + 1 : 0; k < n; k++)
                if (k != i)
                    spk__mean_add(&mean, matrix[i * n + k], spk__pair_weight(m, &t[i], &t[k]));
        *value = spk__mean_value(&mean);
    }
    spk__free(ctx, matrix);
    return st;
}
