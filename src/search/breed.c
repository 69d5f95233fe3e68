/* Parents and children with several values. Powers are most of the work, so the coordinates that
 * change are collected and go through the array functions of num. */
#include "search/breed.h"

#include "num/num.h"
#include <math.h>

/* Words of a pair: whether it is crossed, then for each coordinate these, then for each coordinate
 * of each child whether and how it mutates. */
enum {
    COINS,
    SPREAD,
    CROSS_WORDS
}; /* coins: bit 31, whether the coordinate is crossed; bit 30, swapped */
enum { MUTATED, SIZE, MUTATE_WORDS };

static size_t blocks(const spk_search *s) {
    return (1 + s->dim * (CROSS_WORDS + 2 * MUTATE_WORDS) + 3) / 4;
}

spk_status spk__parents_start(spk_search *s, spk__parents *p, size_t n) {
    n = p->n = 2 * ((n + 1) / 2);
    size_t room = p->room = 2 * n, dim = s->dim, k = s->n_objectives;
    p->x = spk__arena_alloc(s->arena, room, dim * sizeof(double));
    p->spare_x = spk__arena_alloc(s->arena, room, dim * sizeof(double));
    p->f = spk__arena_alloc(s->arena, room, k * sizeof(double));
    p->spare_f = spk__arena_alloc(s->arena, room, k * sizeof(double));
    p->rank = SPK__SEARCH_ARRAY(s, room, uint32_t);
    p->kept = SPK__SEARCH_ARRAY(s, room, uint32_t);
    p->mates = SPK__SEARCH_ARRAY(s, n, uint32_t);
    p->words = spk__arena_alloc(s->arena, n / 2, 4 * blocks(s) * sizeof *p->words);
    p->where = spk__arena_alloc(s->arena, 2 * n, dim * sizeof *p->where);
    p->base = spk__arena_alloc(s->arena, n + 1, dim * sizeof(double)); /* one more is written */
    p->power = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    p->limit = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    bool good = p->x && p->spare_x && p->f && p->spare_f && p->rank && p->kept && p->mates &&
                p->words && p->where && p->base && p->power && p->limit;
    return good ? spk__pareto_start(s, &p->w, room) : SPK_ERR_MEMORY;
}

spk_status spk__parents_first(spk_search *s, spk__parents *p) {
    spk_status st = spk__search_batch(s, p->n);
    if (!st)
        spk__search_scatter(s, s->generation, p->n, s->x);
    return st;
}

void spk__parents_fight(spk_search *s, spk__parents *p, const double *value) {
    size_t won = 0;
    spk__rng coin = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON - 2);
    for (uint32_t round = 0; round < 2; round++) {
        spk__search_shuffle(s, s->generation, round, p->n, p->kept);
        for (size_t i = 0; i < p->n; i += 2) {
            uint32_t a = p->kept[i], b = p->kept[i + 1];
            bool tie = value[a] == value[b];
            bool first = tie ? spk__rng_u32(&coin) >> 31 : value[a] < value[b];
            p->mates[won++] = first ? a : b;
        }
    }
}

/* ---- crossover ---- */

/* The spread factors of both children at one coordinate come from how far the nearer parent is from
 * its wall: 2 - (1 + 2 far / gap)^-(eta + 1) bounds the distribution. where: the coordinate in the
 * batch, and its words. Written always and counted if wanted, which spares a jump that cannot be
 * guessed. */
static size_t collect_crossings(const spk_search *s, spk__parents *p) {
    size_t count = 0, dim = s->dim;
    for (size_t pair = 0; pair < p->n / 2; pair++) {
        size_t words = pair * 4 * blocks(s);
        const double *a = s->x + 2 * pair * dim, *b = a + dim;
        if (!(spk__word_uniform(p->words[words]) < s->opts.v[SPK__BREED_CROSSOVER]))
            continue;
        for (size_t d = 0; d < dim; d++) {
            size_t at = words + 1 + d * CROSS_WORDS;
            double low = a[d] < b[d] ? a[d] : b[d], high = a[d] < b[d] ? b[d] : a[d];
            double gap = high - low + 1e-300;
            p->where[count] = (uint32_t)(2 * pair * dim + d);
            p->where[count + 1] = (uint32_t)at;
            p->base[count] = 1 + 2 * low / gap;
            p->base[count + 1] = 1 + 2 * (1 - high) / gap;
            count += 2 * (size_t)(p->words[at + COINS] >> 31 & (gap >= 1e-14));
        }
    }
    return count;
}

static void cross(spk_search *s, spk__parents *p) {
    double eta = s->opts.v[SPK__BREED_CROSSOVER_ETA];
    size_t count = collect_crossings(s, p);
    spk__pow_array(count, p->base, -(eta + 1), p->limit);
    for (size_t i = 0; i < count; i++) {
        double u = spk__word_uniform(p->words[p->where[i | 1] + SPREAD]), alpha = 2 - p->limit[i];
        double ua = u * alpha;
        p->base[i] = ua <= 1 ? ua : 1 / (2 - ua);
    }
    spk__pow_array(count, p->base, 1 / (eta + 1), p->power);
    for (size_t i = 0; i < count; i += 2) {
        double *a = s->x + p->where[i], *b = a + s->dim;
        double low = *a < *b ? *a : *b, high = *a < *b ? *b : *a, middle = 0.5 * (low + high);
        double left = spk__clip01(middle - 0.5 * p->power[i] * (high - low));
        double right = spk__clip01(middle + 0.5 * p->power[i + 1] * (high - low));
        bool swap = p->words[p->where[i + 1] + COINS] >> 30 & 1;
        *a = swap ? right : left;
        *b = swap ? left : right;
    }
}

/* ---- mutation ---- */

static size_t collect_mutations(const spk_search *s, spk__parents *p) {
    double rate = s->opts.v[SPK__BREED_MUTATION];
    size_t count = 0, dim = s->dim;
    uint64_t below = (uint64_t)((rate > 0 ? rate : 1 / (double)dim) * 0x1p32);
    for (size_t child = 0; child < p->n; child++) {
        size_t words = child / 2 * 4 * blocks(s) + 1;
        words += dim * (CROSS_WORDS + child % 2 * MUTATE_WORDS);
        for (size_t d = 0; d < dim; d++) {
            size_t at = words + d * MUTATE_WORDS;
            if (p->words[at + MUTATED] >= below)
                continue;
            double x = s->x[child * dim + d];
            p->where[2 * count] = (uint32_t)(child * dim + d);
            p->where[2 * count + 1] = (uint32_t)(at + SIZE);
            p->base[count++] = p->words[at + SIZE] >> 31 ? x : 1 - x; /* the wall behind it */
        }
    }
    return count;
}

static void mutate(spk_search *s, spk__parents *p) {
    double eta = s->opts.v[SPK__BREED_MUTATION_ETA];
    size_t count = collect_mutations(s, p);
    spk__pow_array(count, p->base, eta + 1, p->limit);
    for (size_t i = 0; i < count; i++) {
        double u = spk__word_uniform(p->words[p->where[2 * i + 1]]);
        u = u < 0.5 ? 2 * u : 2 * (1 - u);
        p->base[i] = u + (1 - u) * p->limit[i];
    }
    spk__pow_array(count, p->base, 1 / (eta + 1), p->power);
    for (size_t i = 0; i < count; i++) {
        double step = 1 - p->power[i], *x = s->x + p->where[2 * i];
        *x = spk__clip01(*x + (p->words[p->where[2 * i + 1]] >> 31 ? step : -step));
    }
}

double spk__breed_mutation(double x, double u, double eta) {
    bool up = u >= 0.5;
    double wall = up ? x : 1 - x, v = up ? 2 * (1 - u) : 2 * u;
    double step = 1 - spk__pow(v + (1 - v) * spk__pow(wall, eta + 1), 1 / (eta + 1));
    return spk__clip01(up ? x + step : x - step);
}

spk_status spk__parents_breed(spk_search *s, spk__parents *p) {
    spk_status st = spk__search_batch(s, p->n);
    if (st)
        return st;
    spk__search_words(s, s->generation, p->n / 2, blocks(s), p->words);
    for (size_t i = 0; i < p->n; i++)
        memcpy(s->x + i * s->dim, p->x + p->mates[i] * s->dim, s->dim * sizeof *s->x);
    cross(s, p);
    mutate(s, p);
    return SPK_OK;
}

/* ---- selection ---- */

size_t spk__parents_add(spk_search *s, spk__parents *p, size_t from, size_t to) {
    size_t at = p->begun ? p->n : 0, dim = s->dim, k = s->n_objectives, n = to - from;
    memcpy(p->x + at * dim, s->x + from * dim, n * dim * sizeof *p->x);
    memcpy(p->f + at * k, s->f + from * k, n * k * sizeof *p->f);
    p->begun = true;
    return at + n;
}

size_t spk__parents_merge(spk_search *s, spk__parents *p) {
    return spk__parents_add(s, p, 0, p->n);
}

void spk__parents_keep(spk_search *s, spk__parents *p, size_t n_front) {
    size_t dim = s->dim, k = s->n_objectives;
    for (size_t i = 0; i < p->n; i++) {
        memcpy(p->spare_x + i * dim, p->x + p->kept[i] * dim, dim * sizeof *p->x);
        memcpy(p->spare_f + i * k, p->f + p->kept[i] * k, k * sizeof *p->f);
    }
    double *x = p->x, *f = p->f;
    p->x = p->spare_x;
    p->f = p->spare_f;
    p->spare_x = x;
    p->spare_f = f;
    p->n_front = n_front < p->n ? n_front : p->n;
}

void spk__parents_sync(spk_search *s, spk__parents *p, spk__sync *y) {
    spk__sync_size(y, &p->n_front, p->n);
    spk__sync_bool(y, &p->begun);
    spk__sync_f64(y, p->x, p->n * s->dim);
    spk__sync_f64(y, p->f, p->n * s->n_objectives);
}

void spk__parents_progress(const spk_search *s, spk_search_progress *out) {
    const spk__parents *p = s->state;
    out->population = p->n;
    if (p->begun)
        out->spread = spk__search_spread(p->x, p->n, s->dim);
}

void spk__parents_describe(const spk_search *s, spk__str *line) {
    const spk__parents *p = s->state;
    spk__str_add(line, ", %zu points, %zu on the front", p->n, p->n_front);
}

void spk__parents_front(const spk_search *s, const double **x, const double **f, size_t *n) {
    const spk__parents *p = s->state;
    *x = p->x;
    *f = p->f;
    *n = p->n_front && isfinite(p->f[0]) ? p->n_front : 0;
}
