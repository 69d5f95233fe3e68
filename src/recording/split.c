/* Division into train and test. */
#include "recording/recording.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    spk_ctx *ctx;
    spk_part *part;
    size_t n, capacity;
} parts;

static spk_status push(parts *p, size_t sweep, double start, double stop) {
    if (!spk__grow(p->ctx, &p->part, p->n, &p->capacity, sizeof *p->part))
        return SPK_ERR_MEMORY;
    p->part[p->n++] = (spk_part){sweep, start, stop};
    return SPK_OK;
}

void spk_parts_free(spk_ctx *ctx, spk_part *p) {
    spk__free(ctx, p);
}

/* ---- selecting ---- */

static bool names_sweep(const char *text, const spk_sweep *s) {
    char *end;
    long number = strtol(text, &end, 10);
    return strcmp(text, s->name) == 0 || (*text && !*end && number == s->number);
}

static spk_status unknown_sweep(spk_ctx *ctx, const spk_recording *r, const char *name,
                                const char *what, const spk_loc *loc) {
    spk__str known = {.ctx = ctx};
    spk__str_add(&known, "there %s", r->n == 1 ? "is" : "are");
    for (size_t i = 0; i < r->n && i < 12; i++)
        spk__str_add(&known, "%s %d (%s)", i ? "," : "", r->sweep[i].number, r->sweep[i].name);
    if (r->n > 12)
        spk__str_add(&known, " and %zu more", r->n - 12);
    spk_status st = known.failed ? SPK_ERR_MEMORY
                                 : spk__fail(ctx, SPK_ERR_INPUT, loc, known.text,
                                             "%s names sweep %s, which the recording lacks", what,
                                             name);
    spk__str_free(&known);
    return st;
}

static spk_status check_names(spk_ctx *ctx, const spk_recording *r, const spk_selection *s,
                              const char *what, const spk_loc *loc) {
    for (size_t k = 0; k < s->n_sweeps; k++) {
        size_t i = 0;
        while (i < r->n && !names_sweep(s->sweeps[k], &r->sweep[i]))
            i++;
        if (i == r->n)
            return unknown_sweep(ctx, r, s->sweeps[k], what, loc);
    }
    size_t most = 0;
    for (size_t k = 0; k < r->n_stimuli; k++)
        if (r->first_repeat[k + 1] - r->first_repeat[k] > most)
            most = r->first_repeat[k + 1] - r->first_repeat[k];
    for (size_t k = 0; k < s->n_repeats; k++)
        if (s->repeats[k] < 0 || (size_t)s->repeats[k] >= most)
            return spk__fail(ctx, SPK_ERR_INPUT, loc, "repeats are counted from 0",
                             "%s asks for repeat %d, but no stimulus has more than %zu", what,
                             s->repeats[k], most);
    if (!(s->start_ms < s->stop_ms))
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "the window of %s, %g to %g ms, is empty",
                         what, s->start_ms, s->stop_ms);
    return SPK_OK;
}

/* Which repeat of its stimulus a sweep is. */
static int repeat_of(const spk_recording *r, size_t sweep) {
    size_t i = r->first_repeat[r->sweep[sweep].stimulus];
    int k = 0;
    while (r->repeat[i + (size_t)k] != sweep)
        k++;
    return k;
}

static bool selected(const spk_recording *r, const spk_selection *s, size_t sweep) {
    bool by_name = s->n_sweeps == 0, by_repeat = s->n_repeats == 0;
    for (size_t k = 0; k < s->n_sweeps && !by_name; k++)
        by_name = names_sweep(s->sweeps[k], &r->sweep[sweep]);
    for (size_t k = 0; k < s->n_repeats && !by_repeat; k++)
        by_repeat = s->repeats[k] == repeat_of(r, sweep);
    return by_name && by_repeat;
}

spk_status spk_parts_select(spk_ctx *ctx, const spk_recording *r, const spk_selection *s,
                            const char *what, const spk_loc *loc, spk_part **out, size_t *n) {
    spk_status st = check_names(ctx, r, s, what, loc);
    parts p = {.ctx = ctx};
    size_t missed = 0;
    for (size_t i = 0; i < r->n && !st; i++) {
        const spk_train *seen = &r->sweep[i].spikes;
        if (!selected(r, s, i))
            continue;
        double start = fmax(s->start_ms, seen->start_ms), stop = fmin(s->stop_ms, seen->stop_ms);
        if (start < stop)
            st = push(&p, i, start, stop);
        else
            missed++;
    }
    if (!st && !p.n && missed)
        st = spk__fail(ctx, SPK_ERR_INPUT, loc, "windows count from the first sample of a sweep",
                       "the window of %s, %g to %g ms, lies outside every sweep", what, s->start_ms,
                       s->stop_ms);
    if (!st && !p.n)
        st = spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "%s selects no sweep", what);
    if (!st && missed)
        spk__warn(ctx, loc, NULL, "%zu sweeps are left out of %s: they end before %g ms", missed,
                  what, s->start_ms);
    if (st) {
        spk__free(ctx, p.part);
        return st;
    }
    *out = p.part;
    *n = p.n;
    return SPK_OK;
}

/* ---- checking ---- */

static spk_status check_inside(spk_ctx *ctx, const spk_recording *r, const spk_part *p, size_t n,
                               const char *what, const spk_loc *loc) {
    size_t spikes = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i].sweep >= r->n)
            return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL,
                             "%s asks for sweep %zu of a recording of %zu", what, p[i].sweep, r->n);
        const spk_sweep *s = &r->sweep[p[i].sweep];
        if (!(p[i].start_ms < p[i].stop_ms) || p[i].start_ms < s->spikes.start_ms ||
            p[i].stop_ms > s->spikes.stop_ms)
            return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL,
                             "%s asks for %g to %g ms of %s, which covers %g to %g ms", what,
                             p[i].start_ms, p[i].stop_ms, s->name, s->spikes.start_ms,
                             s->spikes.stop_ms);
        spikes += spk_train_window(s->spikes, p[i].start_ms, p[i].stop_ms).n;
    }
    if (!n)
        return spk__fail(ctx, SPK_ERR_INPUT, loc, NULL, "there is no data to %s on", what);
    if (!spikes)
        spk__warn(ctx, loc, NULL, "the %s data have no spikes", what);
    return SPK_OK;
}

static bool share_time(const spk_part *a, const spk_part *b) {
    return a->start_ms < b->stop_ms && b->start_ms < a->stop_ms;
}

spk_status spk_split_check(spk_ctx *ctx, const spk_recording *r, const spk_part *train,
                           size_t n_train, const spk_part *test, size_t n_test,
                           const spk_loc *loc) {
    spk_status st = check_inside(ctx, r, train, n_train, "train", loc);
    if (!st)
        st = check_inside(ctx, r, test, n_test, "test", loc);
    bool seen = false;
    for (size_t i = 0; i < n_train && !st; i++) {
        for (size_t k = 0; k < n_test && !st; k++) {
            const spk_sweep *a = &r->sweep[train[i].sweep], *b = &r->sweep[test[k].sweep];
            if (!share_time(&train[i], &test[k]))
                continue;
            if (a == b)
                st = spk__fail(ctx, SPK_ERR_INPUT, loc,
                               "a score on data that the search has seen says nothing",
                               "train and test share %g to %g ms of %s",
                               fmax(train[i].start_ms, test[k].start_ms),
                               fmin(train[i].stop_ms, test[k].stop_ms), a->name);
            seen = seen || (a->stimulus == b->stimulus && a->current_pA.n);
        }
    }
    if (!st && seen)
        spk__warn(ctx, loc, "hold out a stimulus or a stretch of time to see how it generalises",
                  "test repeats a stimulus that train uses: the score says how well the model "
                  "predicts new trials, not new stimuli");
    return st;
}

/* ---- the default ---- */

#define TRAIN_SHARE 0.6

static bool spikes_in_stimulus(const spk_recording *r, size_t k) {
    for (size_t i = r->first_repeat[k]; i < r->first_repeat[k + 1]; i++)
        if (r->sweep[r->repeat[i]].spikes.n)
            return true;
    return false;
}

/* Where a stimulus is cut: the same in all its repeats, though noise makes each seem to begin and end a little
 * earlier or later. On a sample, so that the division does not depend on rounding. */
static double time_of_cut(const spk_recording *r, size_t stimulus) {
    spk_sweep_summary m;
    spk_recording_summary(r, r->repeat[r->first_repeat[stimulus]], &m);
    double cut = m.active_start_ms + TRAIN_SHARE * (m.active_stop_ms - m.active_start_ms);
    return isnan(m.dt_ms) ? cut : floor(cut / m.dt_ms + 0.5) * m.dt_ms;
}

static spk_status split_by_time(const spk_recording *r, parts *train, parts *test) {
    spk_status st = SPK_OK;
    for (size_t i = 0; i < r->n && !st; i++) {
        const spk_sweep *s = &r->sweep[i];
        double cut = time_of_cut(r, (size_t)s->stimulus);
        if (!(s->spikes.start_ms < cut && cut < s->spikes.stop_ms))
            continue;
        st = push(train, i, s->spikes.start_ms, cut);
        if (!st)
            st = push(test, i, cut, s->spikes.stop_ms);
    }
    return st;
}

static spk_status split_by_stimulus(const spk_recording *r, parts *train, parts *test) {
    spk_status st = SPK_OK;
    size_t spiking = 0;
    for (size_t k = 0; k < r->n_stimuli; k++) {
        bool held_out = spikes_in_stimulus(r, k) && spiking++ % 3 == 1;
        for (size_t i = r->first_repeat[k]; i < r->first_repeat[k + 1] && !st; i++) {
            const spk_train *s = &r->sweep[r->repeat[i]].spikes;
            st = push(held_out ? test : train, r->repeat[i], s->start_ms, s->stop_ms);
        }
    }
    return st;
}

spk_status spk_split_default(spk_ctx *ctx, const spk_recording *r, spk_part **train,
                             size_t *n_train, spk_part **test, size_t *n_test, char *words,
                             size_t size) {
    size_t spiking = 0, spikes = 0;
    for (size_t k = 0; k < r->n_stimuli; k++)
        spiking += spikes_in_stimulus(r, k);
    for (size_t i = 0; i < r->n; i++)
        spikes += r->sweep[i].spikes.n;
    const spk_loc loc = {.file = r->label};
    if (spikes < 2)
        return spk__fail(ctx, SPK_ERR_INPUT, &loc, "try --threshold MV with inspect and init; in a study it is 'detect'",
                         "%s cannot be divided into train and test",
                         spikes ? "one spike" : "a recording without spikes");
    parts a = {.ctx = ctx}, b = {.ctx = ctx};
    spk_status st = spiking < 2 ? split_by_time(r, &a, &b) : split_by_stimulus(r, &a, &b);
    if (!st && (!a.n || !b.n))
        st = spk__fail(ctx, SPK_ERR_INPUT, &loc, "name the train and test data in the study",
                       "the recording is too short to be divided into train and test");
    if (st) {
        spk__free(ctx, a.part);
        spk__free(ctx, b.part);
        return st;
    }
    if (spiking < 2)
        snprintf(words, size, "the first %.0f %% of the stimulus for training, the rest for testing%s",
                 100 * TRAIN_SHARE, a.n > 1 ? ", in each sweep" : "");
    else
        snprintf(words, size,
                 "for testing every third stimulus that makes spikes, from the second on");
    *train = a.part;
    *n_train = a.n;
    *test = b.part;
    *n_test = b.n;
    return SPK_OK;
}
