/* The mix of terms, and its grading. */
#include "loss/loss.h"
#include "num/num.h"

#include <math.h>
#include <stdio.h>

static const spk__loss_kind *const kinds[] = {
#define SPK_ENTRY(symbol) &symbol,
#include "loss/registry.def"
#undef SPK_ENTRY
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

struct spk_loss_target {
    spk_ctx *ctx;
    const spk_loss *loss;
    spk__loss_data data;
    spk_train *trains;
    spk_trace *voltages;
    double *times; /* of all trains */
    spk_target *metric[SPK_LOSS_TERMS_MAX];
    void *prepared[SPK_LOSS_TERMS_MAX];
    double scale[SPK_LOSS_TERMS_MAX]; /* 1 / what silence costs, of unbounded terms */
    double weights;                   /* sum of weights */
    size_t limit;
};

size_t spk_loss_kind_count(void) {
    return N_KINDS;
}

const spk_loss_kind *spk_loss_kind_at(size_t i) {
    return i < N_KINDS ? &kinds[i]->info : NULL;
}

static const spk__loss_kind *find_kind(const char *name) {
    for (size_t i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i]->info.name, name) == 0)
            return kinds[i];
    return NULL;
}

/* A term's kind is the first member of its table entry. */
static const spk__loss_kind *whole(const spk_loss_kind *info) {
    return (const spk__loss_kind *)info;
}

static const spk_metric *find_metric(const char *name) {
    for (size_t i = 0; i < spk_metric_count(); i++)
        if (strcmp(spk_metric_at(i)->name, name) == 0)
            return spk_metric_at(i);
    return NULL;
}

static spk_status unknown_term(spk_ctx *ctx, const char *name, const spk_loc *loc) {
    const char *names[256];
    size_t n = 0;
    for (size_t i = 0; i < N_KINDS && n < 256; i++)
        names[n++] = kinds[i]->info.name;
    for (size_t i = 0; i < spk_metric_count() && n < 256; i++)
        names[n++] = spk_metric_at(i)->name;
    return spk__fail_name(ctx, SPK_ERR_INPUT, loc, name, names, n,
                          "`spikefit list` shows what there is", "there is no loss or measure '%s'",
                          name);
}

spk_status spk_loss_add(spk_ctx *ctx, spk_loss *loss, const char *name, double weight,
                        const spk_loc *loc) {
    if (loss->n == SPK_LOSS_TERMS_MAX)
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "a loss has at most %d terms",
                         SPK_LOSS_TERMS_MAX);
    spk_loss_term t = {.metric = find_metric(name), .weight = weight};
    const spk__loss_kind *kind = t.metric ? NULL : find_kind(name);
    if (!t.metric && !kind)
        return unknown_term(ctx, name, loc);
    if (kind)
        t.kind = &kind->info;
    spk_opts_default(t.metric ? t.metric->options : t.kind->options, &t.options);
    loss->term[loss->n++] = t;
    return SPK_OK;
}

spk_status spk_loss_default(spk_ctx *ctx, spk_loss *out) {
    *out = (spk_loss){.n = 0};
    spk_status st = spk_loss_add(ctx, out, "coincidence_factor", 1, NULL);
    if (!st)
        st = spk_loss_add(ctx, out, "van_rossum", 0.2, NULL);
    if (!st)
        st = spk_loss_add(ctx, out, "rate_error", 0.1, NULL);
    return st;
}

bool spk_loss_needs_voltage(const spk_loss *loss) {
    for (size_t i = 0; i < loss->n; i++)
        if (loss->term[i].kind && loss->term[i].kind->needs_voltage)
            return true;
    return false;
}

bool spk_loss_solves_step(const spk_loss *loss) {
    for (size_t i = 0; i < loss->n; i++)
        if (loss->term[i].kind && loss->term[i].kind->solves_step)
            return true;
    return false;
}

/* ---- targets ---- */

static spk_status copy_trains(spk_loss_target *t, const spk_train *data, const spk_trace *voltage,
                              size_t n) {
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += data[i].n;
    t->trains = SPK__ARRAY(t->ctx, n, spk_train);
    t->voltages = SPK__ARRAY(t->ctx, n, spk_trace);
    t->times = SPK__ARRAY(t->ctx, total, double);
    if (!t->trains || !t->voltages || !t->times)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        t->trains[i] = data[i];
        t->trains[i].t_ms = t->times + at;
        if (data[i].n)
            memcpy(t->times + at, data[i].t_ms, data[i].n * sizeof *t->times);
        at += data[i].n;
        if (voltage)
            t->voltages[i] = voltage[i];
    }
    t->data = (spk__loss_data){.data = t->trains,
                               .voltage_mV = t->voltages,
                               .n = n,
                               .start_ms = data[0].start_ms,
                               .stop_ms = data[0].stop_ms};
    /* Twenty times as many spikes as recorded, and never fewer than 100 Hz would make. */
    double span = data[0].stop_ms, mean = (double)total / (double)n;
    t->limit = (size_t)(20 * mean + 0.1 * span) + 100;
    return SPK_OK;
}

/* What a model without spikes costs in an unbounded term. */
static spk_status normalise(spk_loss_target *t, size_t i) {
    const spk_metric *m = t->loss->term[i].metric;
    t->scale[i] = 1;
    if (!m || m->kind != SPK_METRIC_DISTANCE || isfinite(m->high))
        return SPK_OK;
    spk_scratch *scratch = NULL;
    spk_train none = {t->times, 0, t->data.start_ms, t->data.stop_ms};
    double silent = 0;
    spk_status st = spk_scratch_new(t->ctx, &scratch);
    if (!st)
        st = spk_target_eval(t->metric[i], &none, 1, scratch, &silent);
    spk_scratch_free(scratch);
    if (!st && silent > 0)
        t->scale[i] = 1 / silent;
    return st;
}

spk_status spk_loss_target_new(spk_ctx *ctx, const spk_loss *loss, const spk_train *data,
                               const spk_trace *voltage, size_t n, spk_trace current,
                               spk_loss_target **out) {
    if (n == 0)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "a loss needs at least one train");
    spk_loss_target *t = SPK__NEW(ctx, spk_loss_target);
    if (!t)
        return SPK_ERR_MEMORY;
    t->ctx = ctx;
    t->loss = loss;
    spk_status st = copy_trains(t, data, voltage, n);
    t->data.current_pA = current;
    for (size_t i = 0; !st && i < loss->n; i++) {
        const spk_loss_term *term = &loss->term[i];
        t->weights += term->weight;
        if (term->metric) {
            st = spk_target_new(ctx, term->metric, &term->options, t->trains, n, &t->metric[i]);
        } else {
            const spk__loss_kind *k = whole(term->kind);
            if (k->prepare)
                st = k->prepare(ctx, &term->options, &t->data, &t->prepared[i]);
        }
        if (!st)
            st = normalise(t, i);
    }
    for (size_t i = 0; !st && i < n; i++) /* lent until here */
        t->voltages[i] = (spk_trace){0};
    t->data.current_pA = (spk_trace){0};
    if (st)
        spk_loss_target_free(t);
    else
        *out = t;
    return st;
}

void spk_loss_target_free(spk_loss_target *t) {
    if (!t)
        return;
    for (size_t i = 0; i < t->loss->n; i++) {
        spk_target_free(t->metric[i]);
        const spk_loss_kind *kind = t->loss->term[i].kind;
        if (kind && t->prepared[i])
            whole(kind)->drop(t->ctx, t->prepared[i]);
    }
    spk__free(t->ctx, t->trains);
    spk__free(t->ctx, t->voltages);
    spk__free(t->ctx, t->times);
    spk__free(t->ctx, t);
}

size_t spk_loss_limit(const spk_loss_target *t) {
    return t->limit;
}

/* ---- evaluation ---- */

static spk_status eval_term(const spk_loss_target *t, size_t i, const spk_loss_candidate *c,
                            spk_scratch *scratch, double *cost) {
    const spk_loss_term *term = &t->loss->term[i];
    double value = 0;
    spk_status st;
    if (term->metric) {
        st = spk_target_eval(t->metric[i], c->trial, c->n_trials, scratch, &value);
        value = spk_metric_cost(term->metric, value);
    } else {
        st = whole(term->kind)->eval(&term->options, &t->data, t->prepared[i], c, scratch, &value);
    }
    *cost = term->weight * t->scale[i] * value;
    return st;
}

/* 0 for a voltage at 0 mV or above, towards 1 the lower it stays; slope everywhere. */
static double distance_from_spiking(double peak_mV) {
    if (!isfinite(peak_mV))
        return 1;
    return peak_mV >= 0 ? 0 : -peak_mV / (50 - peak_mV);
}

spk_status spk_loss_eval(const spk_loss_target *t, const spk_loss_candidate *c,
                         spk_scratch *scratch, double *terms, double *cost, spk_fate *fate) {
    /* Above every sum of bounded terms, and of unbounded ones but for hopeless candidates. */
    double many = spk__log(1 + (double)c->n_spikes);
    if (!c->finite) {
        *fate = SPK_FATE_NONFINITE;
        *cost = 1000 * (t->weights + 1) + many;
        for (size_t i = 0; terms && i < t->loss->n; i++)
            terms[i] = *cost;
        return SPK_OK;
    }
    double sum = 0;
    for (size_t i = 0; i < t->loss->n; i++) {
        double one;
        spk_status st = eval_term(t, i, c, scratch, &one);
        if (st)
            return st;
        if (terms)
            terms[i] = one;
        sum += one;
    }
    *fate = SPK_FATE_OK;
    if (c->n_spikes == 0) {
        *fate = SPK_FATE_SILENT;
        sum += 0.5 * t->weights * distance_from_spiking(c->peak_mV);
    } else if (c->n_spikes > t->limit * c->n_trials) {
        *fate = SPK_FATE_EXPLODING;
        sum = 10 * (t->weights + 1) + many;
    }
    *cost = sum;
    return SPK_OK;
}
