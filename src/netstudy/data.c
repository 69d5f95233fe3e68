/* The trains to match, and what a run costs beside them. */
#include "netstudy/netstudy.h"
#include "num/num.h"

#include <spikefit/io.h>

#include <stdio.h>
#include <stdlib.h>

enum { SHORTEST_MS = 25 }; /* of a horizon that is taken unasked */

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

static spk_status read_losses(spk_netstudy *s, const spk__node *n) {
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

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double horizon(const spk_netstudy *s, size_t k) {
    return s->warmup_ms + (s->duration_ms - s->warmup_ms) / (double)((size_t)1 << k);
}

static spk_status make_target(spk_netstudy *s, spk__netdata *d, const spk__netloss *loss,
                              spk_target **out) {
    spk_status st = SPK_OK;
    for (size_t k = 0; k < s->n_horizons; k++)
        for (size_t i = 0; i < d->n && !st; i++) {
            spk_train t = spk_train_window(d->train[i], s->warmup_ms, horizon(s, k));
            st = spk_target_new(s->ctx, loss->metric, &loss->options, &t, 1,
                                &out[k * s->n_losses * d->n + i]);
        }
    return st;
}

static spk_status make_targets(spk_netstudy *s, spk__netdata *d) {
    d->target = SPK__ARRAY(s->ctx, s->n_horizons * s->n_losses * d->n + 1, spk_target *);
    d->sorted = SPK__ARRAY(s->ctx, s->n_losses + 1, double *);
    d->n_sorted = SPK__ARRAY(s->ctx, s->n_losses + 1, size_t);
    if (!d->target || !d->sorted || !d->n_sorted)
        return SPK_ERR_MEMORY;
    spk_status st = SPK_OK;
    for (size_t l = 0; l < s->n_losses && !st; l++) {
        const spk__netloss *loss = &s->loss[l];
        if (loss->metric) {
            st = make_target(s, d, loss, d->target + l * d->n);
            continue;
        }
        st = spk_stat_new(s->ctx, loss->stat, &loss->options, d->train, d->n, &d->sorted[l],
                          &d->n_sorted[l]);
        if (!st && loss->stat->per != SPK_STAT_PER_BIN) {
            d->n_sorted[l] = spk_stat_defined(d->sorted[l], d->n_sorted[l]);
            qsort(d->sorted[l], d->n_sorted[l], sizeof(double), ascending);
        }
    }
    return st;
}

/* Keeps copies of trains cut to what is scored. */
static spk_status keep_trains(spk_netstudy *s, spk__netdata *d, const spk_train *train, size_t n) {
    d->train = spk__arena_alloc(s->arena, n, sizeof *d->train);
    if (!d->train)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        spk_train t = spk_train_window(train[i], s->warmup_ms, s->duration_ms);
        double *times = spk__arena_alloc(s->arena, t.n + 1, sizeof *times);
        if (!times)
            return SPK_ERR_MEMORY;
        for (size_t j = 0; j < t.n; j++)
            times[j] = t.t_ms[j];
        t.t_ms = times;
        d->train[i] = t;
    }
    d->n = n;
    return SPK_OK;
}

/* ---- data ---- */

static spk_status read_truth(spk_netstudy *s, const spk__node *truth) {
    s->truth_number = spk__arena_alloc(s->arena, s->n_numbers + 1, sizeof *s->truth_number);
    if (!s->truth_number)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < s->n_numbers; i++)
        s->truth_number[i] = i < s->n_free ? NAN : s->number[i].value;
    spk_status st = spk__node_expect(s->ctx, truth, SPK__MAPPING, "truth");
    for (const spk__node *v = st ? NULL : truth->first; v && !st; v = v->next) {
        size_t at = 0;
        while (at < s->n_numbers && strcmp(s->number[at].name, v->key))
            at++;
        spk_unit unit;
        if (at == s->n_numbers)
            st = spk__fail(s->ctx, SPK_ERR_INPUT, &v->key_loc, "name it under fit or values",
                           "there is no number '%s'", v->key);
        else if (!(st = spk__node_expect(s->ctx, v, SPK__SCALAR, v->key)))
            st = spk_quantity_parse(s->ctx, v->text, &v->loc, &s->truth_number[at], &unit);
    }
    for (size_t i = 0; i < s->n_free && !st; i++)
        if (isnan(s->truth_number[i]))
            st = spk__fail(s->ctx, SPK_ERR_INPUT, &truth->loc, NULL, "the truth says nothing of %s",
                           s->number[i].name);
    return st;
}

static spk_status run_truth(spk_netstudy *s, const spk__node *n) {
    const spk__node *v;
    int64_t wiring = (int64_t)s->base.spec.wiring_seed;
    spk_status st = read_truth(s, spk__node_find(n, "truth"));
    if (!st && (v = spk__node_find(n, "wiring_seed")))
        st = spk__node_integer(s->ctx, v, "the wiring seed", 0, INT32_MAX, &wiring);
    if (st)
        return st;
    spk__filled_set(s, &s->lent, s->truth_number);
    spk_network_spec spec = s->lent.spec;
    spec.wiring_seed = (uint64_t)wiring;
    spk_network *net = NULL;
    spk_outcome o;
    if (!(st = spk_network_new(s->ctx, &spec, NULL, &net)))
        st = spk_network_run(net, s->duration_ms, &o);
    for (size_t i = 0; i < spec.n_populations && !st; i++) {
        const spk_train *train;
        if (!spec.populations[i].kernel)
            continue;
        st = spk_network_trains(net, i, &train);
        if (!st)
            st = keep_trains(s, &s->data[i], train, spec.populations[i].size);
    }
    spk_network_free(net);
    return st;
}

static spk_status read_file(spk_netstudy *s, const spk__node *v) {
    size_t at = 0;
    const spk_network_spec *spec = &s->base.spec;
    while (at < spec->n_populations && strcmp(spec->populations[at].name, v->key))
        at++;
    if (at == spec->n_populations || !spec->populations[at].kernel)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &v->key_loc, NULL,
                         "there is no population of neurons \"%s\"", v->key);
    spk_status st = spk__node_expect(s->ctx, v, SPK__SCALAR, "the file of spikes");
    if (st)
        return st;
    spk__str path = {.ctx = s->ctx};
    spk__str_add(&path, "%s%s", v->text[0] == '/' ? "" : s->folder, v->text);
    spk_recording *r = NULL;
    st = path.failed ? SPK_ERR_MEMORY
                     : spk_recording_read(s->ctx, (const char *const *)&path.text, 1, NULL, &r);
    spk__str_free(&path);
    if (st)
        return st;
    s->recording[s->n_recordings++] = r;
    size_t n = spk_recording_sweep_count(r);
    if (n > spec->populations[at].size)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &v->loc, NULL,
                         "%s holds %zu trains, more than the %u neurons of %s", v->text, n,
                         spec->populations[at].size, v->key);
    spk_train *train = SPK__ARRAY(s->ctx, n, spk_train);
    if (!train)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        train[i] = spk_recording_sweep(r, i)->spikes;
    st = keep_trains(s, &s->data[at], train, n);
    spk__free(s->ctx, train);
    return st;
}

spk_status spk__netdata_make(spk_netstudy *s, const spk__node *root) {
    const spk__node *n = spk__node_find(root, "data");
    spk_status st = read_losses(s, spk__node_find(root, "loss"));
    if (st || !n)
        return st;
    st = spk__node_expect(s->ctx, n, SPK__MAPPING, "data");
    if (st)
        return st;
    s->data = SPK__ARRAY(s->ctx, s->base.spec.n_populations, spk__netdata);
    if (!s->data)
        return SPK_ERR_MEMORY;
    s->n_horizons = 1;
    if (spk__node_find(n, "truth")) {
        static const char *const keys[] = {"truth", "wiring_seed", "horizons", NULL};
        const spk__node *v = spk__node_find(n, "horizons");
        int64_t horizons = 1;
        while (horizons < 12 && horizon(s, (size_t)horizons) - s->warmup_ms > SHORTEST_MS)
            horizons++;
        st = spk__node_check_keys(s->ctx, n, "data", keys);
        if (!st && v)
            st = spk__node_integer(s->ctx, v, "horizons", 1, 12, &horizons);
        s->n_horizons = (size_t)horizons;
        if (!st)
            st = run_truth(s, n);
    } else {
        for (const spk__node *v = n->first; v && !st; v = v->next)
            st = read_file(s, v);
    }
    for (size_t i = 0; i < s->base.spec.n_populations && !st; i++)
        if (s->data[i].n)
            st = make_targets(s, &s->data[i]);
    return st;
}

void spk__netdata_free(spk_netstudy *s) {
    for (size_t i = 0; s->data && i < s->base.spec.n_populations; i++) {
        spk__netdata *d = &s->data[i];
        for (size_t j = 0; d->target && j < s->n_horizons * s->n_losses * d->n; j++)
            spk_target_free(d->target[j]);
        for (size_t j = 0; d->sorted && j < s->n_losses; j++)
            spk_stat_free(s->ctx, d->sorted[j]);
        spk__free(s->ctx, d->target);
        spk__free(s->ctx, d->sorted);
        spk__free(s->ctx, d->n_sorted);
    }
    spk__free(s->ctx, s->data);
    s->data = NULL;
}

bool spk_netstudy_has_data(const spk_netstudy *s) {
    return s->data != NULL;
}

const spk_train *spk_netstudy_data(const spk_netstudy *s, size_t population, size_t *n) {
    *n = s->data ? s->data[population].n : 0;
    return s->data ? s->data[population].train : NULL;
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
    qsort(w->value, n, sizeof(double), ascending);
    *cost = wasserstein(d->sorted[l], d->n_sorted[l], w->value, n);
    return SPK_OK;
}

static spk_status trains_cost(spk_netstudy *s, spk__networker *w, size_t at, size_t k,
                              const spk_train *train, double *sum) {
    const spk__netdata *d = &s->data[at];
    spk_status st = SPK_OK;
    /* Shorter horizons weigh more: what the longer ones say far from the solution is chance. */
    double share = (double)((size_t)1 << k) / (double)(((size_t)1 << s->n_horizons) - 1);
    for (size_t i = 0; i < d->n; i++)
        w->cut[i] = spk_train_window(train[i], s->warmup_ms, horizon(s, k));
    for (size_t l = 0; l < s->n_losses && !st; l++) {
        const spk__netloss *loss = &s->loss[l];
        spk_target **target = d->target + (k * s->n_losses + l) * d->n;
        for (size_t i = 0; i < d->n && !st && loss->metric; i++) {
            double value;
            st = spk_target_eval(target[i], &w->cut[i], 1, w->scratch, &value);
            *sum += share * loss->weight * spk_metric_cost(loss->metric, value);
        }
    }
    return st;
}

static spk_status population_cost(spk_netstudy *s, spk__networker *w, size_t at, double *sum) {
    const spk__netdata *d = &s->data[at];
    const spk_train *train;
    spk_status st = spk_network_trains(w->net, at, &train);
    for (size_t k = s->n_horizons; k-- > 0 && !st;)
        st = trains_cost(s, w, at, k, train, sum);
    /* the whole run is cut last, and so at hand */
    for (size_t l = 0; l < s->n_losses && !st; l++)
        if (s->loss[l].stat) {
            double cost = 0;
            st = stat_cost(s, w, l, d, &cost);
            *sum += s->loss[l].weight * cost * (double)d->n;
        }
    return st;
}

/* The mean over neurons. A run that was stopped costs more than any that was not, the more the
 * earlier it stopped. */
spk_status spk__netloss_eval(spk_netstudy *s, spk__networker *w, const spk_outcome *o,
                             double *loss) {
    if (o->exploded || o->n_nonfinite) {
        *loss = 1e6 * (2 - o->time_ms / s->duration_ms) + (o->n_nonfinite ? 1e7 : 0);
        return SPK_OK;
    }
    double sum = 0, neurons = 0;
    for (size_t i = 0; i < s->base.spec.n_populations; i++) {
        if (!s->data[i].n)
            continue;
        spk_status st = population_cost(s, w, i, &sum);
        if (st)
            return st;
        neurons += (double)s->data[i].n;
    }
    *loss = sum / neurons;
    return SPK_OK;
}
