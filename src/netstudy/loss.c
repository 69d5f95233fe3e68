/* What a run costs beside the trains to match: the study's losses, what they keep of the data. */
#include "netstudy/netstudy.h"
#include "num/num.h"

#include <stdio.h>

/* ---- losses ---- */

static spk_status unknown_loss(spk_netstudy *s, const spk__node *n) {
    enum { MOST = 128 };
    const char *names[MOST];
    size_t k = 0;
    for (size_t i = 0; i < spk_metric_count() && k < MOST; i++)
        names[k++] = spk_metric_at(i)->name;
    for (size_t i = 0; i < spk_stat_count() && k < MOST; i++)
        names[k++] = spk_stat_at(i)->name;
    const char *near = spk_nearest(n->key, names, k);
    char hint[128];
    if (near)
        snprintf(hint, sizeof hint, "did you mean %s?", near);
    return spk__fail(s->ctx, SPK_ERR_INPUT, &n->key_loc, near ? hint : NULL,
                     "there is no measure or statistic \"%s\"", n->key);
}

static spk_status add_loss(spk_netstudy *s, const spk__node *n) {
    static const char *const own[] = {"weight", NULL};
    spk__netloss *l = &s->loss[s->n_losses++];
    *l = (spk__netloss){.name = n->key, .loc = n->key_loc, .weight = 1};
    for (size_t i = 0; i < spk_stat_count(); i++)
        if (!strcmp(spk_stat_at(i)->name, n->key))
            l->stat = spk_stat_at(i);
    for (size_t i = 0; i < spk_metric_count() && !l->stat; i++)
        if (!strcmp(spk_metric_at(i)->name, n->key))
            l->metric = spk_metric_at(i);
    if (!l->stat && !l->metric)
        return unknown_loss(s, n);
    const spk__node *weight = n->kind == SPK__SCALAR ? n : spk__node_find(n, "weight");
    spk_status st = SPK_OK;
    if (weight)
        st = spk__node_number(s->ctx, weight, "the weight", 0, 1e9, &l->weight);
    return st ? st
              : spk__node_options(s->ctx, n, n->key,
                                  l->stat ? l->stat->options : l->metric->options, own,
                                  &l->options);
}

/* Matching trains by SPIKE-distance, which alone is nearly flat between a silent neuron and one
 * that hardly fires: the counts give it a slope. */
static spk_status default_losses(spk_netstudy *s) {
    static const struct {
        const char *name;
        double weight;
    } terms[] = {{"spike_distance", 1}, {"rate_error", 0.2}};
    for (size_t i = 0; i < 2; i++) {
        spk__netloss *l = &s->loss[s->n_losses++];
        *l = (spk__netloss){.name = terms[i].name, .weight = terms[i].weight};
        spk_status st = spk_metric_find(s->ctx, l->name, &l->metric);
        if (st)
            return st;
        spk_opts_default(l->metric->options, &l->options);
    }
    return SPK_OK;
}

spk_status spk__netloss_read(spk_netstudy *s, const spk__node *n) {
    s->loss = spk__arena_alloc(s->arena, (n ? n->n : 0) + 2, sizeof *s->loss);
    if (!s->loss)
        return SPK_ERR_MEMORY;
    if (!n)
        return default_losses(s);
    spk_status st = spk__node_expect(s->ctx, n, SPK__MAPPING, "loss");
    for (const spk__node *v = st ? NULL : n->first; v && !st; v = v->next)
        st = add_loss(s, v);
    return st;
}

/* ---- targets ---- */

spk_train spk__netpart_cut(spk_train t, double start_ms, double stop_ms) {
    spk_train w = spk_train_window(t, start_ms, stop_ms);
    while (w.n && w.t_ms[w.n - 1] >= stop_ms)
        w.n--;
    return w;
}

double spk__netpart_horizon(const spk__netpart *part, size_t k) {
    return part->start_ms + (part->stop_ms - part->start_ms) / (double)((size_t)1 << k);
}

static spk_status make_target(spk_netstudy *s, const spk__netpart *part, spk__netdata *d,
                              const spk__netloss *loss, spk_target **out) {
    spk_status st = SPK_OK;
    for (size_t k = 0; k < part->n_horizons; k++)
        for (size_t i = 0; i < d->n && !st; i++) {
            spk_train t =
                spk__netpart_cut(d->train[i], part->start_ms, spk__netpart_horizon(part, k));
            st = spk_target_new(s->ctx, loss->metric, &loss->options, &t, 1,
                                &out[k * s->n_losses * d->n + i]);
        }
    return st;
}

static spk_status make_targets(spk_netstudy *s, const spk__netpart *part, spk__netdata *d) {
    d->target = SPK__ARRAY(s->ctx, part->n_horizons * s->n_losses * d->n + 1, spk_target *);
    d->sorted = SPK__ARRAY(s->ctx, s->n_losses + 1, double *);
    d->n_sorted = SPK__ARRAY(s->ctx, s->n_losses + 1, size_t);
    if (!d->target || !d->sorted || !d->n_sorted)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (size_t l = 0; l < s->n_losses && !st; l++) {
        const spk__netloss *loss = &s->loss[l];
        if (loss->metric) {
            st = make_target(s, part, d, loss, d->target + l * d->n);
            continue;
        }
        st = spk_stat_new(s->ctx, loss->stat, &loss->options, d->train, d->n, &d->sorted[l],
                          &d->n_sorted[l]);
        if (!st && loss->stat->per != SPK_STAT_PER_BIN) {
            d->n_sorted[l] = spk_stat_defined(d->sorted[l], d->n_sorted[l]);
            spk__sort(d->sorted[l], d->n_sorted[l]);
        }
    }
    return st;
}

spk_status spk__netpart_prepare(spk_netstudy *s, spk__netpart *part) {
    spk_status st = SPK_OK;
    for (size_t i = 0; i < s->base.spec.n_populations && !st; i++)
        if (part->data[i].n)
            st = make_targets(s, part, &part->data[i]);
    return st;
}

void spk__netpart_free(spk_netstudy *s, spk__netpart *part) {
    for (size_t i = 0; part->data && i < s->base.spec.n_populations; i++) {
        spk__netdata *d = &part->data[i];
        for (size_t j = 0; d->target && j < part->n_horizons * s->n_losses * d->n; j++)
            spk_target_free(d->target[j]);
        for (size_t j = 0; d->sorted && j < s->n_losses; j++)
            spk_stat_free(s->ctx, d->sorted[j]);
        spk__free(s->ctx, d->target);
        spk__free(s->ctx, d->sorted);
        spk__free(s->ctx, d->n_sorted);
    }
    spk__free(s->ctx, part->data);
    part->data = NULL;
}

/* ---- costs ---- */

/* Area between the quantile functions of two samples (Wasserstein distance), relative to the data's
 * mean and spread; 1 where one has values and the other none. */
static double wasserstein(const double *a, size_t n, const double *b, size_t m) {
    if (!n || !m)
        return n == m ? 0 : 1;
    double mean = 0, spread = 0, area = 0;
    for (size_t i = 0; i < n; i++)
        mean += a[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        spread += fabs(a[i] - mean) / (double)n;
    for (size_t i = 0, j = 0; i < n && j < m;) {
        double at = fmax((double)i / (double)n, (double)j / (double)m);
        double ea = (double)(i + 1) / (double)n, eb = (double)(j + 1) / (double)m;
        area += (fmin(ea, eb) - at) * fabs(a[i] - b[j]);
        bool first = ea <= eb, both = ea == eb;
        i += first;
        j += !first || both;
    }
    return area / (fabs(mean) + spread + 1e-12);
}

/* Bins of a spectrum: mean difference relative to the data's mean. */
static double bin_distance(const double *a, size_t n, const double *b, size_t m) {
    double difference = 0, scale = 0;
    for (size_t i = 0; i < n && i < m; i++) {
        difference += fabs(a[i] - b[i]);
        scale += fabs(a[i]);
    }
    return difference / (scale + 1e-12);
}

static spk_status stat_cost(spk_netstudy *s, spk__networker *w, size_t l, const spk__netdata *d,
                            double *cost) {
    const spk__netloss *loss = &s->loss[l];
    size_t n = spk_stat_size(loss->stat, &loss->options, w->cut, d->n);
    if (n > w->room) {
        spk__free(s->ctx, w->value);
        w->value = SPK__ARRAY(s->ctx, n, double);
        w->room = w->value ? n : 0;
        if (!w->value)
            return SPK_ERR_MEMORY;
    }
    spk_status st = spk_stat_values(loss->stat, &loss->options, w->cut, d->n, w->scratch, w->value);
    if (st)
        return st;
    if (loss->stat->per == SPK_STAT_PER_BIN) {
        *cost = bin_distance(d->sorted[l], d->n_sorted[l], w->value, n);
        return SPK_OK;
    }
    n = spk_stat_defined(w->value, n);
    spk__sort(w->value, n);
    *cost = wasserstein(d->sorted[l], d->n_sorted[l], w->value, n);
    return SPK_OK;
}

/* One loss on the trains at hand: the sum over neurons of what it costs, or of its values. */
static spk_status term_sum(spk_netstudy *s, spk__networker *w, const spk__netdata *d, size_t k,
                           size_t l, bool as_cost, double *sum) {
    const spk__netloss *loss = &s->loss[l];
    double value = 0;
    spk_status st = SPK_OK;
    if (loss->stat) {
        st = stat_cost(s, w, l, d, &value);
        *sum = value * (double)d->n;
        return st;
    }
    spk_target **target = d->target + (k * s->n_losses + l) * d->n;
    *sum = 0;
    for (size_t i = 0; i < d->n && !st; i++) {
        st = spk_target_eval(target[i], &w->cut[i], 1, w->scratch, &value);
        *sum += as_cost ? spk_metric_cost(loss->metric, value) : value;
    }
    return st;
}

static void cut(spk__networker *w, const spk__netpart *part, size_t k, const spk_train *train,
                size_t n) {
    for (size_t i = 0; i < n; i++)
        w->cut[i] = spk__netpart_cut(train[i], part->start_ms, spk__netpart_horizon(part, k));
}

static spk_status population_cost(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                                  size_t at, double *sum) {
    const spk__netdata *d = &part->data[at];
    const spk_train *train;
    spk_status st = spk_network_trains(w->net, at, &train);
    for (size_t k = part->n_horizons; k-- > 0 && !st;) {
        /* Shorter horizons weigh more: what the longer ones say far from the solution is chance. */
        double share = (double)((size_t)1 << k) / (double)(((size_t)1 << part->n_horizons) - 1);
        cut(w, part, k, train, d->n);
        for (size_t l = 0; l < s->n_losses && !st; l++) {
            double term = 0;
            if (s->loss[l].stat && k) /* distributions are compared over the whole part */
                continue;
            st = term_sum(s, w, d, k, l, true, &term);
            *sum += (s->loss[l].metric ? share : 1) * s->loss[l].weight * term;
        }
    }
    return st;
}

/* The mean over neurons. A run that was stopped costs more than any that was not, the more the
 * earlier it stopped. */
spk_status spk__netloss_eval(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                             const spk_outcome *o, double *loss) {
    if (o->exploded || o->n_nonfinite) {
        *loss = 1e6 * (2 - o->time_ms / part->stop_ms) + (o->n_nonfinite ? 1e7 : 0);
        return SPK_OK;
    }
    double sum = 0, neurons = 0;
    for (size_t i = 0; i < s->base.spec.n_populations; i++) {
        if (!part->data[i].n)
            continue;
        spk_status st = population_cost(s, w, part, i, &sum);
        if (st)
            return st;
        neurons += (double)part->data[i].n;
    }
    *loss = sum / neurons;
    return SPK_OK;
}

spk_status spk__netloss_terms(spk_netstudy *s, spk__networker *w, const spk__netpart *part,
                              double *term) {
    double neurons = 0;
    memset(term, 0, s->n_losses * sizeof *term);
    spk_status st = SPK_OK;
    for (size_t i = 0; i < s->base.spec.n_populations && !st; i++) {
        const spk__netdata *d = &part->data[i];
        const spk_train *train;
        if (!d->n)
            continue;
        if (!(st = spk_network_trains(w->net, i, &train)))
            cut(w, part, 0, train, d->n);
        for (size_t l = 0; l < s->n_losses && !st; l++) {
            double sum = 0;
            st = term_sum(s, w, d, 0, l, false, &sum);
            term[l] += sum;
        }
        neurons += (double)d->n;
    }
    for (size_t l = 0; l < s->n_losses; l++)
        term[l] /= neurons;
    return st;
}

double spk_netstudy_weights(const spk_netstudy *s) {
    double sum = 0;
    for (size_t i = 0; i < s->n_losses; i++)
        sum += s->loss[i].weight;
    return sum;
}
