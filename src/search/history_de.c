/* The machine of SHADE, L-SHADE and jSO. */
#include "search/history_de.h"

#include "num/num.h"
#include <math.h>

enum { LEAST = 4 };

/* The words of an individual's stream, in this order, then one for each coordinate's mixing. */
enum { ENTRY, NORMAL_1, NORMAL_2, CAUCHY, SHARE, GOOD, FIRST, SECOND, SURE, MIX };

static size_t blocks(const spk_search *s) {
    return (MIX + s->dim + 3) / 4;
}

static size_t archive_room(const spk_search *s, size_t n) {
    return (size_t)(s->opts.v[SPK__HDE_ARCHIVE] * (double)n + 0.5);
}

static void forget(spk__hde *t) {
    for (size_t i = 0; i < t->memory; i++) {
        t->memory_f[i] = t->traits->first_f;
        t->memory_cr[i] = t->traits->first_cr;
        if (t->traits->jso && i + 1 == t->memory)
            t->memory_f[i] = t->memory_cr[i] = 0.9;
    }
    t->slot = 0;
}

spk_status spk__hde_start(spk_search *s, const spk__hde_traits *traits) {
    spk__hde *t = s->state;
    const double *v = s->opts.v;
    t->traits = traits;
    size_t n =
        v[SPK__HDE_POPULATION] > 0 ? (size_t)v[SPK__HDE_POPULATION] : traits->population(s->dim);
    n = t->n_first = n < LEAST ? LEAST : n;
    t->memory = (size_t)v[SPK__HDE_MEMORY];
    t->archive_room = archive_room(s, n);
    t->archive = spk__arena_alloc(s->arena, t->archive_room + 1, s->dim * sizeof(double));
    t->trial_f = SPK__SEARCH_ARRAY(s, n, double);
    t->trial_cr = SPK__SEARCH_ARRAY(s, n, double);
    t->gain = SPK__SEARCH_ARRAY(s, n, double);
    t->words = spk__arena_alloc(s->arena, n, 4 * blocks(s) * sizeof *t->words);
    t->memory_f = SPK__SEARCH_ARRAY(s, t->memory, double);
    t->memory_cr = SPK__SEARCH_ARRAY(s, t->memory, double);
    bool good = t->archive && t->trial_f && t->trial_cr && t->gain && t->words && t->memory_f &&
                t->memory_cr;
    if (good)
        forget(t);
    return good ? spk__population_start(s, &t->p, n) : SPK_ERR_MEMORY;
}

/* ---- rounds ---- */

/* Rounds end at multiples of their length, whatever the budget, unless the rest of it is too short
 * for another. */
static void begin_round(const spk_search *s, spk__hde *t) {
    uint64_t length = t->traits->rounds ? (uint64_t)s->opts.v[SPK__HDE_ROUND] : 0, end = 0;
    if (length) {
        end = (s->evaluations / length + 1) * length;
        if (end - s->evaluations < length / 2)
            end += length;
        if (s->budget && s->budget < end + length / 4)
            end = s->budget;
    }
    t->round_begin = s->evaluations;
    t->round_length = length ? end - s->evaluations : 0;
}

/* The part of the round, or of the budget, that is over. */
static double elapsed(const spk_search *s, const spk__hde *t) {
    if (!t->round_length)
        return spk__search_elapsed(s);
    return fmin(1, (double)(s->evaluations - t->round_begin) / (double)t->round_length);
}

static void end_round(spk_search *s, spk__hde *t) {
    t->round++;
    t->p.n = t->n_first;
    t->p.begun = false;
    t->archive_room = archive_room(s, t->n_first);
    t->n_archive = 0;
    forget(t);
    spk__stop_restart(s);
}

/* ---- trials ---- */

static double cauchy_angle(uint32_t word) {
    return M_PI * (spk__word_uniform(word) - 0.5);
}

/* F by Cauchy about the memory, drawn again while <= 0; CR by a normal. */
static void draw_rates(const spk_search *s, spk__hde *t) {
    size_t stride = 4 * blocks(s);
    for (size_t i = 0; i < t->p.n; i++)
        t->gain[i] = cauchy_angle(t->words[i * stride + CAUCHY]);
    spk__tan_array(t->p.n, t->gain, t->trial_f);
    double time = elapsed(s, t);
    for (size_t i = 0; i < t->p.n; i++) {
        const uint32_t *w = t->words + i * stride;
        size_t k = spk__word_below(w[ENTRY], t->memory);
        double cr = 0, f = t->memory_f[k] + 0.1 * t->trial_f[i];
        if (t->memory_cr[k] >= 0)
            cr = t->memory_cr[k] +
                 0.1 * spk__normal(spk__word_uniform(w[NORMAL_1]), spk__word_uniform(w[NORMAL_2]));
        spk__rng more = spk__search_rng(s, s->generation, i | UINT32_C(1) << 31);
        while (!(f > 0))
            f = t->memory_f[k] + 0.1 * spk__tan(cauchy_angle(spk__rng_u32(&more)));
        cr = spk__clip01(cr);
        f = fmin(f, 1);
        if (t->traits->jso) {
            cr = fmax(cr, time < 0.25 ? 0.7 : time < 0.5 ? 0.6 : 0);
            f = time < 0.6 ? fmin(f, 0.7) : f;
        }
        t->trial_f[i] = f;
        t->trial_cr[i] = cr;
    }
}

/* How many of the best parents a trial may be drawn towards. */
static size_t good_parents(const spk_search *s, const spk__hde *t, uint32_t word) {
    double share = s->opts.v[SPK__HDE_BEST_SHARE], n = (double)t->p.n;
    if (t->traits->random_share)
        share = 2 / n + spk__word_uniform(word) * fmax(0, share - 2 / n);
    if (t->traits->jso)
        share *= 1 - 0.5 * elapsed(s, t);
    size_t good = (size_t)(share * n + 0.5);
    return good < 2 ? 2 : good > t->p.n ? t->p.n : good;
}

static void make_trial(const spk_search *s, spk__hde *t, size_t i, double *u) {
    size_t dim = s->dim;
    const uint32_t *w = t->words + i * 4 * blocks(s);
    size_t good = t->p.order[spk__word_below(w[GOOD], good_parents(s, t, w[SHARE]))];
    /* Three different ones without drawing again: the ones already taken are stepped over. */
    size_t r1 = spk__word_below(w[FIRST], t->p.n - 1);
    r1 += r1 >= i;
    size_t low = r1 < i ? r1 : i, high = r1 < i ? i : r1;
    size_t r2 = spk__word_below(w[SECOND], t->p.n + t->n_archive - 2);
    r2 += r2 >= low;
    r2 += r2 >= high;
    double f = t->trial_f[i], pull = f;
    if (t->traits->jso) {
        double time = elapsed(s, t);
        pull *= time < 0.2 ? 0.7 : time < 0.4 ? 0.8 : 1.2;
    }
    const double *x = t->p.x + i * dim, *a = t->p.x + good * dim, *b = t->p.x + r1 * dim;
    const double *c = r2 < t->p.n ? t->p.x + r2 * dim : t->archive + (r2 - t->p.n) * dim;
    size_t sure = spk__word_below(w[SURE], dim);
    uint64_t mix = (uint64_t)(t->trial_cr[i] * 0x1p32);
    for (size_t d = 0; d < dim; d++) {
        double v = x[d] + pull * (a[d] - x[d]) + f * (b[d] - c[d]);
        v = v < 0 ? x[d] / 2 : v > 1 ? (1 + x[d]) / 2 : v;
        u[d] = w[MIX + d] < mix || d == sure ? v : x[d];
    }
}

spk_status spk__hde_ask(spk_search *s) {
    spk__hde *t = s->state;
    if (!t->p.begun) {
        begin_round(s, t);
        return spk__population_first(s, &t->p);
    }
    spk_status st = spk__search_batch(s, t->p.n);
    if (st)
        return st;
    spk__population_rank(&t->p);
    spk__search_words(s, s->generation, t->p.n, blocks(s), t->words);
    draw_rates(s, t);
    for (size_t i = 0; i < t->p.n; i++)
        make_trial(s, t, i, s->x + i * s->dim);
    return SPK_OK;
}

/* ---- selection ---- */

/* F and CR had no part in it, and learn nothing from it. */
void spk__hde_welcome(spk_search *s, const double *x) {
    spk__hde *t = s->state;
    spk__search_welcome(s, x);
    if (t->p.begun)
        t->trial_f[s->n - 1] = NAN;
}

static void keep_in_archive(const spk_search *s, spk__hde *t, size_t i, spk__rng *r) {
    if (!t->archive_room)
        return;
    size_t place = t->n_archive < t->archive_room ? t->n_archive++
                                                  : (size_t)spk__rng_below(r, t->archive_room);
    memcpy(t->archive + place * s->dim, t->p.x + i * s->dim, s->dim * sizeof *t->p.x);
}

/* Weighted means of the successes move one entry of the memory. */
static void learn(spk__hde *t, size_t n) {
    double total = 0, largest = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(t->gain[i]))
            largest = fmax(largest, t->gain[i]);
    double f1 = 0, f2 = 0, cr1 = 0, cr2 = 0, top = 0;
    for (size_t i = 0; i < n; i++) {
        if (!(t->gain[i] > 0))
            continue;
        /* The step from no value to a value counts like the largest step seen; scaling avoids
         * overflow. */
        double w = largest > 0 ? (isfinite(t->gain[i]) ? t->gain[i] / largest : 1) : 1;
        total += w;
        f1 += w * t->trial_f[i];
        f2 += w * t->trial_f[i] * t->trial_f[i];
        cr1 += w * t->trial_cr[i];
        cr2 += w * t->trial_cr[i] * t->trial_cr[i];
        top = fmax(top, t->trial_cr[i]);
    }
    if (total == 0)
        return;
    size_t k = t->slot;
    double f = f2 / f1, cr;
    if (!t->traits->lehmer_cr)
        cr = cr1 / total;
    else
        cr = t->memory_cr[k] < 0 || top == 0 ? -1 : cr2 / cr1;
    if (t->traits->jso) {
        f = (f + t->memory_f[k]) / 2;
        cr = cr < 0 ? cr : (cr + t->memory_cr[k]) / 2;
    }
    t->memory_f[k] = f;
    t->memory_cr[k] = cr;
    /* jSO never touches its last entry. */
    size_t used = t->traits->jso && t->memory > 1 ? t->memory - 1 : t->memory;
    t->slot = (k + 1) % used;
}

static void select_trials(spk_search *s, spk__hde *t) {
    size_t n = t->p.n;
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON);
    for (size_t i = 0; i < n; i++) {
        t->gain[i] = 0;
        if (!(s->f[i] <= t->p.f[i]))
            continue;
        if (s->f[i] < t->p.f[i]) {
            t->gain[i] = isnan(t->trial_f[i]) ? 0 : t->p.f[i] - s->f[i];
            keep_in_archive(s, t, i, &r);
        }
        spk__population_put(s, &t->p, i, s->x + i * s->dim, s->f[i]);
    }
    learn(t, n);
}

/* Drops the worst until the population is as large as the time allows. */
static void shrink(spk_search *s, spk__hde *t) {
    double first = (double)t->n_first, wanted = first + (LEAST - first) * elapsed(s, t);
    size_t n = (size_t)(wanted + 0.5), kept = 0;
    if (n >= t->p.n)
        return;
    spk__population_rank(&t->p);
    for (size_t i = 0; i < t->p.n; i++)
        t->p.scratch[i] = 0;
    for (size_t i = n; i < t->p.n; i++)
        t->p.scratch[t->p.order[i]] = 1;
    for (size_t i = 0; i < t->p.n; i++) {
        if (t->p.scratch[i])
            continue;
        memmove(t->p.x + kept * s->dim, t->p.x + i * s->dim, s->dim * sizeof *t->p.x);
        t->p.f[kept++] = t->p.f[i];
    }
    t->p.n = n;
    t->archive_room = archive_room(s, n);
    /* The archive is in no order, so cutting its end drops some at random. */
    t->n_archive = t->n_archive < t->archive_room ? t->n_archive : t->archive_room;
}

spk_status spk__hde_tell(spk_search *s) {
    spk__hde *t = s->state;
    if (!t->p.begun) {
        spk__population_begin(s, &t->p);
    } else {
        select_trials(s, t);
        if (t->traits->shrinks)
            shrink(s, t);
    }
    spk_stop reason = spk__population_reason(s, &t->p);
    bool spent = s->budget && s->evaluations >= s->budget;
    if (t->round_length && (reason || elapsed(s, t) >= 1) && !spent)
        end_round(s, t);
    else if (reason)
        spk__search_stop(s, reason);
    return SPK_OK;
}

spk_status spk__hde_sync(spk_search *s, spk__sync *y) {
    spk__hde *t = s->state;
    spk__population_sync(s, &t->p, y);
    spk__sync_u64(y, &t->round);
    spk__sync_u64(y, &t->round_begin);
    spk__sync_u64(y, &t->round_length);
    spk__sync_size(y, &t->slot, t->memory - 1);
    spk__sync_size(y, &t->archive_room, archive_room(s, t->n_first));
    spk__sync_size(y, &t->n_archive, t->archive_room);
    spk__sync_f64(y, t->trial_f, t->p.n);
    spk__sync_f64(y, t->trial_cr, t->p.n);
    spk__sync_f64(y, t->memory_f, t->memory);
    spk__sync_f64(y, t->memory_cr, t->memory);
    spk__sync_f64(y, t->archive, t->n_archive * s->dim);
    return SPK_OK;
}

void spk__hde_progress(const spk_search *s, spk_search_progress *p) {
    const spk__hde *t = s->state;
    spk__population_progress(s, p);
    p->restart = t->round;
}
