/* Who dominates how many, and whom. Points are taken in the lexical order of the ranking, in which
 * nobody dominates an earlier one; equal points follow each other, and none dominates its twins. */
#include "search/strength.h"

/* Points that dominate others are handled in blocks of bits. */
enum { WORDS = 16, BLOCK = 64 * WORDS };

spk_status spk__strength_start(spk_search *s, spk__strength *t, size_t n) {
    size_t k = s->n_objectives;
    t->strength = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->level = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->order = spk__arena_alloc(s->arena, n, k * sizeof(uint32_t));
    t->scratch = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->value = SPK__SEARCH_ARRAY(s, n, double);
    t->tree = SPK__SEARCH_ARRAY(s, n + 1, uint64_t);
    t->bits = k > 2 ? spk__arena_alloc(s->arena, n, WORDS * sizeof(uint64_t)) : t->tree;
    return t->strength && t->level && t->order && t->scratch && t->value && t->tree && t->bits
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

static bool equal(const double *a, const double *b, size_t k) {
    for (size_t j = 0; j < k; j++)
        if (a[j] != b[j])
            return false;
    return true;
}

/* The first of the twins of the point at a place of the order. */
static size_t first_twin(const spk__pareto *w, const double *f, size_t k, size_t place) {
    while (place && equal(f + w->order[place] * k, f + w->order[place - 1] * k, k))
        place--;
    return place;
}

/* The order of value j, for points in the order of the ranking. */
static void sort_value(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                       size_t j, uint32_t *order) {
    for (size_t i = 0; i < n; i++)
        t->value[i] = f[w->order[i] * k + j];
    spk__search_rank(t->value, n, order, t->scratch);
}

/* ---- two values: a tree of sums (Fenwick 1994, doi:10.1002/spe.4380240306) ---- */

static void add(uint64_t *tree, size_t n, size_t level, uint64_t what) {
    for (size_t i = level + 1; i <= n; i += i & (~i + 1))
        tree[i] += what;
}

/* Of the levels up to the given one. */
static uint64_t sum(const uint64_t *tree, size_t level) {
    uint64_t total = 0;
    for (size_t i = level + 1; i; i -= i & (~i + 1))
        total += tree[i];
    return total;
}

/* level: the place of the second value among all of them, equal ones sharing it. */
static void find_levels(spk__strength *t, const spk__pareto *w, const double *f, size_t n) {
    sort_value(t, w, f, n, 2, 1, t->order);
    for (size_t i = 0; i < n; i++) {
        bool same = i && t->value[t->order[i]] == t->value[t->order[i - 1]];
        t->level[t->order[i]] = same ? t->level[t->order[i - 1]] : (uint32_t)i;
    }
}

static void raw_of_two(spk__strength *t, const spk__pareto *w, const double *f, size_t n,
                       double *raw) {
    find_levels(t, w, f, n);
    memset(t->tree, 0, (n + 1) * sizeof *t->tree);
    for (size_t end = n, begin; end; end = begin) {
        begin = first_twin(w, f, 2, end - 1);
        for (size_t i = begin; i < end; i++)
            t->strength[i] = (uint32_t)sum(t->tree, n - 1 - t->level[i]);
        for (size_t i = begin; i < end; i++)
            add(t->tree, n, n - 1 - t->level[i], 1);
    }
    memset(t->tree, 0, (n + 1) * sizeof *t->tree);
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin + 1; end < n && equal(f + w->order[end] * 2, f + w->order[begin] * 2, 2);)
            end++;
        for (size_t i = begin; i < end; i++)
            raw[w->order[i]] = (double)sum(t->tree, t->level[i]);
        for (size_t i = begin; i < end; i++)
            add(t->tree, n, t->level[i], t->strength[i]);
    }
}

/* ---- more values: bits of who dominates, WORDS for each point ---- */

/* Leaves in the bits of each point those of the block that are not above it in value j. */
static void meet_value(spk__strength *t, const double *value, const uint32_t *order, size_t n,
                       size_t block) {
    uint64_t below[WORDS] = {0};
    for (size_t begin = 0, end; begin < n; begin = end) {
        for (end = begin; end < n && value[order[end]] == value[order[begin]]; end++) {
            size_t bit = order[end] - block;
            if (bit < BLOCK)
                below[bit / 64] |= (uint64_t)1 << bit % 64;
        }
        for (size_t i = begin; i < end; i++)
            for (size_t w = 0; order[i] > block && w < WORDS; w++)
                t->bits[order[i] * WORDS + w] &= below[w];
    }
}

/* Those of the block that come before the point and its twins. */
static void begin_bits(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                       size_t block) {
    for (size_t i = block, twin = block; i < n; i++) {
        twin = i > block && equal(f + w->order[i] * k, f + w->order[i - 1] * k, k) ? twin : i;
        size_t m = twin - block < BLOCK ? twin - block : BLOCK;
        for (size_t word = 0; word < WORDS; word++)
            t->bits[i * WORDS + word] = m >= 64 * (word + 1) ? ~UINT64_C(0)
                                        : m > 64 * word      ? ((uint64_t)1 << (m - 64 * word)) - 1
                                                             : 0;
    }
}

static void find_bits(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                      size_t block) {
    begin_bits(t, w, f, n, k, block);
    for (size_t j = 1; j < k; j++) {
        for (size_t i = 0; i < n; i++)
            t->value[i] = f[w->order[i] * k + j];
        meet_value(t, t->value, t->order + j * n, n, block);
    }
}

static void raw_of_many(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                        double *raw) {
    memset(t->strength, 0, n * sizeof *t->strength);
    memset(raw, 0, n * sizeof *raw);
    for (size_t j = 1; j < k; j++)
        sort_value(t, w, f, n, k, j, t->order + j * n);
    for (size_t block = 0; block < n; block += BLOCK) {
        find_bits(t, w, f, n, k, block);
        for (size_t i = block * WORDS; i < n * WORDS; i++)
            for (uint64_t word = t->bits[i]; word; word &= word - 1)
                t->strength[block + i % WORDS * 64 + (size_t)__builtin_ctzll(word)]++;
        for (size_t i = block * WORDS; i < n * WORDS; i++)
            for (uint64_t word = t->bits[i]; word; word &= word - 1)
                raw[w->order[i / WORDS]] +=
                    t->strength[block + i % WORDS * 64 + (size_t)__builtin_ctzll(word)];
    }
}

void spk__strength_raw(spk__strength *t, const spk__pareto *w, const double *f, size_t n, size_t k,
                       double *raw) {
    if (k == 2)
        raw_of_two(t, w, f, n, raw);
    else
        raw_of_many(t, w, f, n, k, raw);
}
