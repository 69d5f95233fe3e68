/* Comparing data with a model: single calls and prepared targets go through the same code, so that
 * they agree to the bit. */
#include "metric/metric.h"

struct spk_target {
    spk_ctx *ctx;
    const spk_metric *metric;
    spk_opts opts;
    size_t n;
    spk_train *data; /* times in `times` */
    double *times;
    size_t *offset;           /* of each train's part of `prepared` */
    unsigned char *prepared;  /* one part a train; one in all for a metric over sets */
    double start_ms, stop_ms; /* the window all trains share */
};

static size_t round16(size_t n) {
    return (n + 15) / 16 * 16;
}

static spk_status common_window(spk_ctx *ctx, const spk_train *t, size_t n, double *start,
                                double *stop) {
    for (size_t i = 0; i < n; i++) {
        *start = t[i].start_ms > *start ? t[i].start_ms : *start;
        *stop = t[i].stop_ms < *stop ? t[i].stop_ms : *stop;
    }
    if (*stop > *start)
        return SPK_OK;
    return spk__fail(
        ctx, SPK_ERR_INPUT, NULL, "spike trains are compared where both were observed",
        "the trains have no time in common: one starts at %g ms, another ends at %g ms", *start,
        *stop);
}

/* The value of one pair; the data are prepared anew if the model's window cuts them. */
static spk_status eval_pair(const spk_target *t, size_t i, const spk_train *model, bool graded,
                            spk_scratch *scratch, double *value) {
    const spk_metric *m = t->metric;
    const spk_train *data = &t->data[i];
    spk_metric_call call = {t->opts.v, t->prepared ? t->prepared + t->offset[i] : NULL, graded,
                            scratch};
    spk_train cut_data, cut_model;
    double start = data->start_ms, stop = data->stop_ms;
    if (model->start_ms != start || model->stop_ms != stop) {
        spk_status st = common_window(t->ctx, model, 1, &start, &stop);
        if (st)
            return st;
        cut_model = spk__train_cut(model, start, stop);
        model = &cut_model;
    }
    if (data->start_ms != start || data->stop_ms != stop) {
        cut_data = spk__train_cut(data, start, stop);
        data = &cut_data;
        if (m->prepare) {
            void *p = spk__scratch_get(scratch, SPK__SCRATCH_PREPARED,
                                       m->prepared_size(t->opts.v, data, 1));
            if (!p)
                return SPK_ERR_MEMORY;
            m->prepare(t->opts.v, data, 1, p);
            call.prepared = p;
        }
    }
    if (!graded && m->check) {
        spk_status st = m->check(t->ctx, t->opts.v, data, model);
        if (st)
            return st;
    }
    return m->pair(&call, data, model, value);
}

static spk_status eval_group(const spk_target *t, const spk_train *model, size_t n_model,
                             bool graded, spk_scratch *scratch, double *value) {
    const spk_metric *m = t->metric;
    double start = t->start_ms, stop = t->stop_ms;
    spk_status st = common_window(t->ctx, model, n_model, &start, &stop);
    if (st)
        return st;
    spk_train *cut = spk__scratch_get(scratch, SPK__SCRATCH_TRAINS, (t->n + n_model) * sizeof *cut);
    if (!cut)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n; i++)
        cut[i] = spk__train_cut(&t->data[i], start, stop);
    for (size_t i = 0; i < n_model; i++)
        cut[t->n + i] = spk__train_cut(&model[i], start, stop);
    spk_metric_call call = {t->opts.v, t->prepared, graded, scratch};
    if (m->prepare && (start != t->start_ms || stop != t->stop_ms)) {
        void *p = spk__scratch_get(scratch, SPK__SCRATCH_PREPARED,
                                   m->prepared_size(t->opts.v, cut, t->n));
        if (!p)
            return SPK_ERR_MEMORY;
        m->prepare(t->opts.v, cut, t->n, p);
        call.prepared = p;
    }
    for (size_t i = 0; !graded && m->check && i < t->n * n_model; i++) {
        st = m->check(t->ctx, t->opts.v, &cut[i / n_model], &cut[t->n + i % n_model]);
        if (st)
            return st;
    }
    return m->group(&call, cut, t->n, cut + t->n, n_model, value);
}

double spk__pair_weight(const spk_metric *m, const spk_train *a, const spk_train *b) {
    if (!m->weight)
        return 1.0;
    double start = a->start_ms > b->start_ms ? a->start_ms : b->start_ms;
    double stop = a->stop_ms < b->stop_ms ? a->stop_ms : b->stop_ms;
    spk_train cut_a = spk__train_cut(a, start, stop), cut_b = spk__train_cut(b, start, stop);
    return m->weight(&cut_a, &cut_b);
}

static spk_status eval(const spk_target *t, const spk_train *model, size_t n_model, bool graded,
                       spk_scratch *scratch, double *value) {
    if (!n_model)
        return spk__fail(t->ctx, SPK_ERR_USAGE, NULL, NULL, "no model train to compare");
    if (t->metric->group)
        return eval_group(t, model, n_model, graded, scratch, value);
    spk__mean mean = {0};
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < n_model; j++) {
            double v;
            spk_status st = eval_pair(t, i, &model[j], graded, scratch, &v);
            if (st)
                return st;
            spk__mean_add(&mean, v, spk__pair_weight(t->metric, &t->data[i], &model[j]));
        }
    }
    *value = spk__mean_value(&mean);
    return SPK_OK;
}

spk_status spk_target_eval(const spk_target *t, const spk_train *model, size_t n_model,
                           spk_scratch *scratch, double *value) {
    return eval(t, model, n_model, true, scratch, value);
}

spk_status spk__target_eval_strict(const spk_target *t, const spk_train *model, size_t n_model,
                                   spk_scratch *scratch, double *value) {
    return eval(t, model, n_model, false, scratch, value);
}

const spk_metric *spk_target_metric(const spk_target *t) {
    return t->metric;
}

/* ---- building ---- */

static spk_status copy_data(spk_target *t, const spk_train *data) {
    size_t total = 0;
    for (size_t i = 0; i < t->n; i++)
        total += data[i].n;
    t->data = SPK__ARRAY(t->ctx, t->n, spk_train);
    t->times = SPK__ARRAY(t->ctx, total, double);
    if (!t->data || !t->times)
        return SPK_ERR_MEMORY;
    double *to = t->times;
    for (size_t i = 0; i < t->n; i++) {
        if (data[i].n)
            memcpy(to, data[i].t_ms, data[i].n * sizeof *to);
        t->data[i] = data[i];
        t->data[i].t_ms = to;
        to += data[i].n;
    }
    return SPK_OK;
}

static spk_status prepare_data(spk_target *t) {
    const spk_metric *m = t->metric;
    if (!m->prepare)
        return SPK_OK;
    if (m->group) {
        spk_train *cut = SPK__ARRAY(t->ctx, t->n, spk_train);
        if (!cut)
            return SPK_ERR_MEMORY;
        for (size_t i = 0; i < t->n; i++)
            cut[i] = spk__train_cut(&t->data[i], t->start_ms, t->stop_ms);
        t->prepared = spk__alloc(t->ctx, m->prepared_size(t->opts.v, cut, t->n), 1);
        if (t->prepared)
            m->prepare(t->opts.v, cut, t->n, t->prepared);
        spk__free(t->ctx, cut);
        return t->prepared ? SPK_OK : SPK_ERR_MEMORY;
    }
    t->offset = SPK__ARRAY(t->ctx, t->n, size_t);
    if (!t->offset)
        return SPK_ERR_MEMORY;
    size_t size = 0;
    for (size_t i = 0; i < t->n; i++) {
        t->offset[i] = size;
        size += round16(m->prepared_size(t->opts.v, &t->data[i], 1));
    }
    t->prepared = spk__alloc(t->ctx, size, 1);
    if (!t->prepared)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < t->n; i++)
        m->prepare(t->opts.v, &t->data[i], 1, t->prepared + t->offset[i]);
    return SPK_OK;
}

spk_status spk_target_new(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                          const spk_train *data, size_t n, spk_target **out) {
    if (!n)
        return spk__fail(ctx, SPK_ERR_USAGE, NULL, NULL, "no data train to compare with");
    spk_opts defaults;
    spk_opts_default(m->options, &defaults);
    spk_status st = spk__opts_check(ctx, m->name, m->options, opts ? opts : &defaults);
    for (size_t i = 0; !st && i < n; i++)
        st = spk__train_check(ctx, &data[i], "data");
    double start = data[0].start_ms, stop = data[0].stop_ms;
    if (!st && m->group)
        st = common_window(ctx, data, n, &start, &stop);
    for (size_t i = 0; !st && m->check && i < n; i++)
        st = m->check(ctx, opts ? opts->v : defaults.v, &data[i], NULL);
    if (st)
        return st;
    spk_target *t = SPK__NEW(ctx, spk_target);
    if (!t)
        return SPK_ERR_MEMORY;
    *t = (spk_target){.ctx = ctx, .metric = m, .opts = opts ? *opts : defaults, .n = n};
    t->start_ms = start;
    t->stop_ms = stop;
    st = copy_data(t, data);
    if (!st)
        st = prepare_data(t);
    if (st) {
        spk_target_free(t);
        return st;
    }
    *out = t;
    return SPK_OK;
}

void spk_target_free(spk_target *t) {
    if (!t)
        return;
    spk__free(t->ctx, t->data);
    spk__free(t->ctx, t->times);
    spk__free(t->ctx, t->offset);
    spk__free(t->ctx, t->prepared);
    spk__free(t->ctx, t);
}

/* ---- single calls ---- */

spk_status spk_metric_group(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                            const spk_train *data, size_t n_data, const spk_train *model,
                            size_t n_model, double *value) {
    for (size_t i = 0; i < n_model; i++) {
        spk_status st = spk__train_check(ctx, &model[i], "model");
        if (st)
            return st;
    }
    spk_target *t = NULL;
    spk_scratch *scratch = NULL;
    spk_status st = spk_target_new(ctx, m, opts, data, n_data, &t);
    if (!st)
        st = spk_scratch_new(ctx, &scratch);
    if (!st)
        st = eval(t, model, n_model, false, scratch, value);
    spk_scratch_free(scratch);
    spk_target_free(t);
    return st;
}

spk_status spk_metric_pair(spk_ctx *ctx, const spk_metric *m, const spk_opts *opts,
                           const spk_train *data, const spk_train *model, double *value) {
    return spk_metric_group(ctx, m, opts, data, 1, model, 1, value);
}
