/* A value with what belongs beside it: reliability of the repeats, bootstrap interval. */
#include "metric/metric.h"

#include <math.h>

typedef struct {
    spk_ctx *ctx;
    const spk_metric *metric;
    const spk_opts *opts;
    const spk_train *data, *model;
    size_t n_data, n_model;
    double start, width;
    size_t blocks;
    const spk_bootstrap *b;
    double *out;
    spk_scratch **scratch;
} job;

/* Spikes of block `from` of a train, moved to block `to`; the last block includes its end. */
static size_t move_block(const job *j, const spk_train *t, size_t from, size_t to, double *out) {
    double start = j->start + (double)from * j->width;
    double stop = j->start + (double)(from + 1) * j->width;
    double origin = j->start + (double)to * j->width;
    bool last = from + 1 == j->blocks;
    size_t low = 0, high = t->n, n = 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->t_ms[mid] < start)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < t->n && (t->t_ms[low] < stop || (last && t->t_ms[low] <= stop + 1e-6)); low++)
        out[n++] = origin + (t->t_ms[low] - start);
    return n;
}

/* Appends a resampled train to `times`; rounding may not take it out of its window or order. */
static double *resample(const job *j, const spk_train *t, const size_t *block, double *times,
                        spk_train *out) {
    double stop = j->start + (double)j->blocks * j->width;
    double *end = times;
    for (size_t i = 0; i < j->blocks; i++)
        end += move_block(j, t, block[i], i, end);
    for (double *p = times; p < end; p++) {
        if (p > times && *p < p[-1])
            *p = p[-1];
        if (*p > stop)
            *p = stop;
    }
    *out = (spk_train){times, (size_t)(end - times), j->start, stop};
    return end;
}

/* The most spikes that any block of any train has, times blocks: room for a resampled train. */
static size_t most_spikes(const job *j) {
    size_t most = 0;
    for (size_t k = 0; k < j->n_data + j->n_model; k++) {
        const spk_train *t = k < j->n_data ? &j->data[k] : &j->model[k - j->n_data];
        size_t in_block = 0, i = 0;
        for (size_t b = 0; b < j->blocks; b++) {
            size_t first = i;
            double stop = j->start + (double)(b + 1) * j->width;
            while (i < t->n && (t->t_ms[i] < stop || b + 1 == j->blocks))
                i++;
            in_block = i - first > in_block ? i - first : in_block;
        }
        most = in_block > most ? in_block : most;
    }
    return most * j->blocks;
}

static spk_status replicate(void *arg, size_t i, int worker) {
    const job *j = arg;
    spk__rng r;
    spk__rng_init(&r, j->b->seed, SPK__RNG_BOOTSTRAP, (uint32_t)i, (uint32_t)(i >> 32));
    size_t n = j->n_data + j->n_model, room = most_spikes(j);
    size_t *block = SPK__ARRAY(j->ctx, j->blocks, size_t);
    spk_train *t = SPK__ARRAY(j->ctx, n, spk_train);
    double *times = n && room > SIZE_MAX / n ? NULL : SPK__ARRAY(j->ctx, n * room, double);
    spk_target *target = NULL;
    spk_status st = block && t && times ? SPK_OK : SPK_ERR_MEMORY;
    if (!st) {
        for (size_t k = 0; k < j->blocks; k++)
            block[k] = (size_t)spk__rng_below(&r, j->blocks);
        double *to = times;
        for (size_t k = 0; k < n; k++) {
            bool is_data = k < j->n_data;
            const spk_train *from = is_data ? j->data : j->model;
            size_t which = is_data ? k : k - j->n_data, count = is_data ? j->n_data : j->n_model;
            if (!j->metric->group)
                which = (size_t)spk__rng_below(&r, count);
            to = resample(j, &from[which], block, to, &t[k]);
        }
        st = spk_target_new(j->ctx, j->metric, j->opts, t, j->n_data, &target);
    }
    if (!st)
        st = spk_target_eval(target, t + j->n_data, j->n_model, j->scratch[worker], &j->out[i]);
    spk_target_free(target);
    spk__free(j->ctx, times);
    spk__free(j->ctx, t);
    spk__free(j->ctx, block);
    return st;
}

static void summarise(double *x, size_t n, double level, spk_score *out) {
    spk__sort(x, n);
    double mean = 0.0, squares = 0.0;
    for (size_t i = 0; i < n; i++)
        mean += x[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    out->low = spk__sorted_quantile(x, n, 0.5 - 0.5 * level);
    out->high = spk__sorted_quantile(x, n, 0.5 + 0.5 * level);
    out->deviation = n > 1 ? sqrt(squares / (double)(n - 1)) : 0.0;
    out->has_interval = true;
}

static spk_status interval(job *j, spk_score *out) {
    int threads = spk__thread_count(j->b->threads);
    j->out = SPK__ARRAY(j->ctx, j->b->replicates, double);
    if (!j->out)
        return SPK_ERR_MEMORY;
    spk_status st = spk__scratches_new(j->ctx, threads, &j->scratch);
    if (!st)
        st = spk__parallel_for(j->ctx, j->b->replicates, threads, replicate, j);
    if (!st)
        summarise(j->out, j->b->replicates, j->b->level, out);
    spk__scratches_free(j->ctx, j->scratch, threads);
    spk__free(j->ctx, j->out);
    return st;
}

/* The window that all trains share, in equal blocks of about the length asked for. */
static void cut_into_blocks(job *j) {
    spk_train all = spk__train_common(j->data, j->n_data);
    spk_train other = spk__train_common(j->model, j->n_model);
    double start = all.start_ms > other.start_ms ? all.start_ms : other.start_ms;
    double stop = all.stop_ms < other.stop_ms ? all.stop_ms : other.stop_ms, length = stop - start;
    double block = j->b->block_ms;
    if (!(block > 0.0))
        block = length / 20.0 > 100.0 ? length / 20.0 : 100.0;
    double blocks = length > 0.0 ? floor(length / block + 0.5) : 0.0;
    j->start = start;
    j->blocks = blocks < 1e6 ? (size_t)blocks : 1000000;
    j->width = j->blocks ? length / (double)j->blocks : 0.0;
}

spk_status spk_metric_score(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                            const spk_train *data, size_t n_data, const spk_train *model,
                            size_t n_model, const spk_bootstrap *b, spk_score *out) {
    static const spk_bootstrap defaults = SPK_BOOTSTRAP_INIT;
    b = b ? b : &defaults;
    if (!(b->level > 0.0 && b->level < 1.0))
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, "0.95 is usual",
                         "the level of an interval is %g; it must be between 0 and 1", b->level);
    spk_score s = {0};
    spk_status st = spk_metric_group(ctx, m, opts, data, n_data, model, n_model, &s.value);
    if (st)
        return st;
    if (n_data > 1) {
        st = spk_metric_within(ctx, m, opts, data, n_data, b->threads, &s.reliability);
        if (st)
            return st;
        s.has_reliability = true;
        s.has_ratio = m->kind == SPK_METRIC_SIMILARITY && s.reliability >= SPK_RELIABILITY_MIN;
        s.ratio = s.has_ratio ? s.value / s.reliability : 0.0;
    }
    job j = {.ctx = ctx,
             .metric = m,
             .opts = opts,
             .data = data,
             .model = model,
             .n_data = n_data,
             .n_model = n_model,
             .b = b};
    cut_into_blocks(&j);
    s.blocks = j.blocks;
    if (j.blocks >= 2 && b->replicates) {
        st = interval(&j, &s);
        if (st)
            return st;
    }
    *out = s;
    return SPK_OK;
}
