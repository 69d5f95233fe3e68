/* The trains to match: read, or made by running the truth; divided into what is searched on and
 * what is held out. */
#include "netstudy/read.h"

#include <spikefit/io.h>

#include <stdio.h>

enum { SHORTEST_MS = 25 }; /* of a horizon that is taken unasked */
static const double train_share =
    0.6; /* of a recording, where the study says nothing: as for cells */

static double latest(const spk_netstudy *s) {
    return fmax(s->part[SPK_TRAIN].stop_ms, s->part[SPK_TEST].stop_ms);
}

/* ---- division ---- */

static bool has_given_spikes(const spk_netstudy *s) {
    for (size_t i = 0; i < s->base.spec.n_populations; i++)
        if (s->base.population[i].trains)
            return true;
    return false;
}

static spk_status read_window(spk_netstudy *s, const spk__node *n, const char *what,
                              spk__netpart *part) {
    const spk_unit ms = {.dim = {1}, .scale = 1};
    if (n->kind != SPK__SEQUENCE || n->n != 2)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "write two times: [0 ms, 600 ms]",
                         "%s is not a list of two times", what);
    spk_status st = spk__node_quantity(s->ctx, n->first, what, ms, &part->start_ms);
    if (!st)
        st = spk__node_quantity(s->ctx, n->first->next, what, ms, &part->stop_ms);
    if (!st && !(part->start_ms >= 0 && part->start_ms < part->stop_ms))
        st = spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, NULL,
                       "%s is no window: it goes from %g to %g ms", what, part->start_ms,
                       part->stop_ms);
    return st;
}

/* Without a word of the study: a truth is run on for as long again, which costs the search nothing;
 * unless its input ends. Of a recording the end is held out. */
static void divide_by_default(spk_netstudy *s, bool truth) {
    spk__netpart *train = &s->part[SPK_TRAIN], *test = &s->part[SPK_TEST];
    if (truth && !has_given_spikes(s)) {
        test->start_ms = s->duration_ms;
        test->stop_ms = 2 * s->duration_ms - s->warmup_ms;
        return;
    }
    train->stop_ms = s->warmup_ms + train_share * (s->duration_ms - s->warmup_ms);
    *test = (spk__netpart){.start_ms = train->stop_ms, .stop_ms = s->duration_ms};
}

static spk_status divide_as_said(spk_netstudy *s, const spk__node *train, const spk__node *test) {
    static const char *const keys[] = {"window", NULL};
    const spk__node *v;
    spk_status st = train ? spk__node_check_keys(s->ctx, train, "train", keys) : SPK_OK;
    if (!st && (v = spk__node_find(train, "window")))
        st = read_window(s, v, "the window of train", &s->part[SPK_TRAIN]);
    if (st || !test)
        return st;
    v = spk__node_find(test, "window");
    if (!v && test->n) { /* other trials, over the same time */
        s->part[SPK_TEST] = s->part[SPK_TRAIN];
        return SPK_OK;
    }
    if (!v || !train)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &test->loc, "add 'train: {window: [0 ms, 600 ms]}'",
                         "the study names test data, but no training data");
    return read_window(s, v, "the window of test", &s->part[SPK_TEST]);
}

static spk_status divide(spk_netstudy *s, const spk__node *n, bool truth) {
    const spk__node *train = spk__node_find(n, "train"), *test = spk__node_find(n, "test");
    spk__netpart *a = &s->part[SPK_TRAIN], *b = &s->part[SPK_TEST];
    a->start_ms = s->warmup_ms;
    a->stop_ms = s->duration_ms;
    if (train || test) {
        spk_status st = divide_as_said(s, train, test);
        if (st)
            return st;
    } else {
        divide_by_default(s, truth);
    }
    bool apart = b->stop_ms <= a->start_ms || a->stop_ms <= b->start_ms;
    bool other_files = test && !spk__node_find(test, "window");
    if (b->stop_ms > 0 && !apart && !other_files)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &test->loc, NULL,
                         "train, %g to %g ms, and test, %g to %g ms, share time", a->start_ms,
                         a->stop_ms, b->start_ms, b->stop_ms);
    if (b->stop_ms > 0)
        snprintf(s->split_words, sizeof s->split_words,
                 "%g to %g ms to train on, %s%g to %g ms to test on", a->start_ms, a->stop_ms,
                 other_files ? "other trials, " : "", b->start_ms, b->stop_ms);
    else
        snprintf(s->split_words, sizeof s->split_words,
                 "%g to %g ms to train on; nothing is held out", a->start_ms, a->stop_ms);
    return SPK_OK;
}

const char *spk_netstudy_split_words(const spk_netstudy *s) {
    return s->split_words;
}

/* Keeps copies of trains cut to a part. */
static spk_status keep_trains(spk_netstudy *s, spk__netpart *part, size_t population,
                              const spk_train *train, size_t n) {
    spk__netdata *d = &part->data[population];
    d->train = spk__arena_alloc(s->arena, n, sizeof *d->train);
    if (!d->train)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++) {
        spk_train t = spk__netpart_cut(train[i], part->start_ms, part->stop_ms);
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

/* ---- a truth ---- */

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
    int64_t wiring = (int64_t)s->base.spec.wiring_seed, seed = (int64_t)s->base.spec.seed;
    spk_status st = read_truth(s, spk__node_find(n, "truth"));
    if (!st && (v = spk__node_find(n, "wiring_seed")))
        st = spk__node_integer(s->ctx, v, "the wiring seed", 0, INT32_MAX, &wiring);
    if (!st && (v = spk__node_find(n, "seed")))
        st = spk__node_integer(s->ctx, v, "the seed", 0, INT32_MAX, &seed);
    if (st)
        return st;
    spk__filled_set(s, &s->lent, s->truth_number);
    spk_network_spec spec = s->lent.spec;
    spec.wiring_seed = (uint64_t)wiring;
    spec.seed = (uint64_t)seed;
    spk_network *net = NULL;
    spk_outcome o = {0};
    if (!(st = spk_network_new(s->ctx, &spec, NULL, &net)))
        st = spk_network_run(net, latest(s), &o);
    if (!st && (o.exploded || o.n_nonfinite))
        st =
            spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "take numbers that give a quieter network",
                      "the truth explodes at %g ms: it fires more than max_rate allows", o.time_ms);
    for (size_t i = 0; i < spec.n_populations && !st; i++) {
        const spk_train *train;
        if (!spec.populations[i].kernel)
            continue;
        st = spk_network_trains(net, i, &train);
        for (int k = 0; k < 2 && !st; k++)
            if (s->part[k].data)
                st = keep_trains(s, &s->part[k], i, train, spec.populations[i].size);
    }
    spk_network_free(net);
    return st;
}

static spk_status make_truth(spk_netstudy *s, const spk__node *n) {
    static const char *const keys[] = {"truth", "wiring_seed", "seed", "horizons",
                                       "train", "test",        NULL};
    const spk__node *v = spk__node_find(n, "horizons");
    int64_t horizons = 1;
    spk__netpart *part = &s->part[SPK_TRAIN];
    while (horizons < 12 &&
           spk__netpart_horizon(part, (size_t)horizons) - part->start_ms > SHORTEST_MS)
        horizons++;
    spk_status st = spk__node_check_keys(s->ctx, n, "data", keys);
    if (!st && v)
        st = spk__node_integer(s->ctx, v, "horizons", 1, 12, &horizons);
    part->n_horizons = (size_t)horizons;
    return st ? st : run_truth(s, n);
}

/* ---- files ---- */

static spk_status find_population(spk_netstudy *s, const spk__node *v, size_t *at) {
    const spk_network_spec *spec = &s->base.spec;
    *at = 0;
    while (*at < spec->n_populations && strcmp(spec->populations[*at].name, v->key))
        ++*at;
    if (*at == spec->n_populations || !spec->populations[*at].kernel)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &v->key_loc, NULL,
                         "there is no population of neurons \"%s\"", v->key);
    return SPK_OK;
}

/* Into train, or into test, or into both. */
static spk_status read_file(spk_netstudy *s, const spk__node *v, bool train, bool test) {
    const spk_network_spec *spec = &s->base.spec;
    const spk_recording *r;
    size_t at;
    spk_status st = find_population(s, v, &at);
    if (!st)
        st = spk__read_recording(s, v, NULL, &r);
    if (st)
        return st;
    size_t n = spk_recording_sweep_count(r);
    if (n > spec->populations[at].size)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &v->loc, NULL,
                         "there are %zu trains in the file, more than the %u neurons of %s", n,
                         spec->populations[at].size, v->key);
    spk_train *all = SPK__ARRAY(s->ctx, n, spk_train);
    if (!all)
        return SPK_ERR_MEMORY;
    for (size_t i = 0; i < n; i++)
        all[i] = spk_recording_sweep(r, i)->spikes;
    if (train)
        st = keep_trains(s, &s->part[SPK_TRAIN], at, all, n);
    if (!st && test)
        st = keep_trains(s, &s->part[SPK_TEST], at, all, n);
    spk__free(s->ctx, all);
    return st;
}

static spk_status read_files(spk_netstudy *s, const spk__node *n) {
    const spk__node *test = spk__node_find(n, "test");
    bool other_files = test && !spk__node_find(test, "window");
    spk_status st = SPK_OK;
    for (const spk__node *v = n->first; v && !st; v = v->next)
        if (strcmp(v->key, "train") && strcmp(v->key, "test"))
            st = read_file(s, v, true, s->part[SPK_TEST].data && !other_files);
    for (const spk__node *v = other_files ? test->first : NULL; v && !st; v = v->next)
        st = read_file(s, v, false, true);
    return st;
}

/* ---- all ---- */

/* A part in which nothing was observed says nothing; one without a spike hardly more. */
static spk_status check_observed(spk_netstudy *s, const spk__node *n, int which) {
    const spk__netpart *part = &s->part[which];
    size_t spikes = 0;
    bool observed = false;
    for (size_t i = 0; i < s->base.spec.n_populations; i++)
        for (size_t k = 0; k < part->data[i].n; k++) {
            const spk_train *t = &part->data[i].train[k];
            observed = observed || t->stop_ms > t->start_ms;
            spikes += t->n;
        }
    const char *name = which == SPK_TRAIN ? "train" : "test";
    if (!observed)
        return spk__fail(s->ctx, SPK_ERR_INPUT, &n->loc, "see 'duration', 'train' and 'test'",
                         "the data have nothing between %g and %g ms, which is to %s on",
                         part->start_ms, part->stop_ms, name);
    if (!spikes)
        spk__warn(s->ctx, &n->loc, NULL,
                  "the data have no spike between %g and %g ms, which is to %s on", part->start_ms,
                  part->stop_ms, name);
    return SPK_OK;
}

spk_status spk__netdata_make(spk_netstudy *s, const spk__node *root) {
    const spk__node *n = spk__node_find(root, "data");
    spk_status st = spk__netloss_read(s, spk__node_find(root, "loss"));
    if (st || !n)
        return st;
    bool truth = spk__node_find(n, "truth") != NULL;
    st = spk__node_expect(s->ctx, n, SPK__MAPPING, "data");
    if (!st)
        st = divide(s, n, truth);
    for (int k = 0; k < 2 && !st; k++) {
        s->part[k].n_horizons = 1;
        if (s->part[k].stop_ms > 0 &&
            !(s->part[k].data = SPK__ARRAY(s->ctx, s->base.spec.n_populations, spk__netdata)))
            st = SPK_ERR_MEMORY;
    }
    if (!st)
        st = truth ? make_truth(s, n) : read_files(s, n);
    for (int k = 0; k < 2 && !st; k++) {
        if (!s->part[k].data)
            continue;
        st = check_observed(s, n, k);
        if (!st)
            st = spk__netpart_prepare(s, &s->part[k]);
    }
    return st;
}

bool spk_netstudy_has_data(const spk_netstudy *s) {
    return s->part[SPK_TRAIN].data != NULL;
}

bool spk_netstudy_part(const spk_netstudy *s, spk_part_kind part, double *start_ms,
                       double *stop_ms) {
    *start_ms = s->part[part].start_ms;
    *stop_ms = s->part[part].stop_ms;
    return s->part[part].data != NULL;
}

const spk_train *spk_netstudy_data(const spk_netstudy *s, spk_part_kind part, size_t population,
                                   size_t *n) {
    const spk__netdata *d = s->part[part].data;
    *n = d ? d[population].n : 0;
    return d ? d[population].train : NULL;
}
