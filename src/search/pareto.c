/* Non-dominated sorting and crowding. */
#include "search/pareto.h"

#include <math.h>

/* Steps of a front's first staircase; and steps for each point, if stairs that are full move to
 * twice the room. */
enum { FIRST_ROOM = 4, STAIR_ROOM = 4 };

spk_status spk__pareto_start(spk_search *s, spk__pareto *w, size_t n) {
    w->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->scratch = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    w->head = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->next = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->value = SPK__SEARCH_ARRAY(s, n, double);
    w->stairs = SPK__SEARCH_ARRAY(s, n, spk__pareto_stairs);
    w->y = SPK__SEARCH_ARRAY(s, STAIR_ROOM * n, double);
    w->z = SPK__SEARCH_ARRAY(s, STAIR_ROOM * n, double);
    return w->order && w->scratch && w->head && w->next && w->value && w->stairs && w->y && w->z
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

static int compare_rows(const double *a, const double *b, size_t k) {
    for (size_t j = 0; j < k; j++)
        if (a[j] != b[j])
            return a[j] < b[j] ? -1 : 1;
    return 0;
}

/* Puts points with equal first values in order by insertion; false if there are too many of them.
 */
static bool settle_ties(spk__pareto *w, const double *f, size_t n, size_t k) {
    enum { MOST = 16 };
    for (size_t a = 0, b; a < n; a = b) {
        for (b = a + 1; b < n && f[w->order[b] * k] == f[w->order[a] * k];)
            if (++b - a > MOST)
                return false;
        for (size_t i = a + 1; i < b; i++) {
            uint32_t moving = w->order[i];
            size_t to = i;
            for (; to > a && compare_rows(f + moving * k, f + w->order[to - 1] * k, k) < 0; to--)
                w->order[to] = w->order[to - 1];
            w->order[to] = moving;
        }
    }
    return true;
}

/* w->order: by the first value, then the second, ..., then the index. */
static void sort_lexically(spk__pareto *w, const double *f, size_t n, size_t k) {
    for (size_t i = 0; i < n; i++)
        w->value[i] = f[i * k];
    spk__search_rank(w->value, n, w->order, w->scratch);
    if (settle_ties(w, f, n, k))
        return;
    uint32_t *permutation = w->scratch + n, *sorted = w->head; /* not in use yet */
    for (size_t i = 0; i < n; i++)
        w->order[i] = (uint32_t)i;
    for (size_t j = k; j-- > 0;) {
        for (size_t i = 0; i < n; i++)
            w->value[i] = f[w->order[i] * k + j];
        spk__search_rank(w->value, n, permutation, w->scratch);
        for (size_t i = 0; i < n; i++)
            sorted[i] = w->order[permutation[i]];
        memcpy(w->order, sorted, n * sizeof *w->order);
    }
}

bool spk__pareto_dominates(const double *a, const double *b, size_t k) {
    bool lower = false;
    for (size_t j = 0; j < k; j++) {
        if (a[j] > b[j])
            return false;
        lower = lower || a[j] < b[j];
    }
    return lower;
}

enum { NONE = UINT32_MAX };

/* Whether a member of the front dominates the point, which comes after all of them in the order. */
static bool front_dominates(const spk__pareto *w, const double *f, size_t k, size_t front,
                            size_t point) {
    for (uint32_t i = w->head[front]; i != NONE; i = w->next[i])
        if (spk__pareto_dominates(f + i * k, f + point * k, k))
            return true;
    return false;
}

/* ---- two and three values ---- */

/* How many of rising y are at or before the wanted one. */
static size_t count_steps(const double *y, size_t n, double wanted) {
    size_t from = 0;
    while (n > 1) {
        size_t half = n / 2;
        from = y[from + half - 1] <= wanted ? from + half : from;
        n -= half;
    }
    return from + (n && y[from] <= wanted);
}

/* Three values. A front's stairs rise in y and fall in z: a step is a member with no other at or
 * below it in both. Whether a member of the front, all of which have first values at or below the
 * point's, is at or below it in the others. */
static bool below_stairs(const spk__pareto *w, size_t front, const double *p) {
    const spk__pareto_stairs *t = &w->stairs[front];
    size_t steps = count_steps(w->y + t->from, t->n, p[1]);
    return steps && w->z[t->from + steps - 1] <= p[2];
}

/* Enters a point that no member of the front dominates. */
static void enter_stairs(spk__pareto *w, size_t front, const double *p) {
    spk__pareto_stairs *t = &w->stairs[front];
    if (t->n == t->room) {
        memcpy(w->y + w->used, w->y + t->from, t->n * sizeof *w->y);
        memcpy(w->z + w->used, w->z + t->from, t->n * sizeof *w->z);
        *t = (spk__pareto_stairs){w->used, t->n, 2 * t->room};
        w->used += t->room;
    }
    double *y = w->y + t->from, *z = w->z + t->from;
    size_t from = count_steps(y, t->n, p[1]), to = from;
    from -= from && y[from - 1] == p[1];
    while (to < t->n && z[to] >= p[2])
        to++;
    memmove(y + from + 1, y + to, (t->n - to) * sizeof *y);
    memmove(z + from + 1, z + to, (t->n - to) * sizeof *z);
    y[from] = p[1];
    z[from] = p[2];
    t->n += 1 + from - to;
}

static void begin_stairs(spk__pareto *w, size_t front) {
    w->used = front ? w->used : 0;
    w->stairs[front] = (spk__pareto_stairs){w->used, 0, FIRST_ROOM};
    w->used += FIRST_ROOM;
}

/* ---- ranks ---- */

/* The first front that does not dominate the point. With two values the latest member of a front
 * has the lowest second one, so it speaks for all. */
static size_t find_front(const spk__pareto *w, const double *f, size_t k, size_t fronts,
                         size_t point) {
    size_t low = 0, high = fronts;
    if (k == 2)
        return count_steps(w->y, fronts, f[2 * point + 1]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool above = k == 3 ? below_stairs(w, middle, f + point * k)
                            : front_dominates(w, f, k, middle, point);
        if (above)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t spk__pareto_rank(spk__pareto *w, const double *f, size_t n, size_t k, uint32_t *rank) {
    sort_lexically(w, f, n, k);
    size_t fronts = 0, front = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t point = w->order[i];
        bool twin = i && compare_rows(f + point * k, f + w->order[i - 1] * k, k) == 0;
        if (!twin)
            front = find_front(w, f, k, fronts, point);
        if (front == fronts) {
            w->head[fronts++] = NONE;
            if (k == 3)
                begin_stairs(w, front);
        }
        if (k == 2)
            w->y[front] = f[2 * point + 1];
        else if (k == 3 && !twin)
            enter_stairs(w, front, f + point * k);
        w->next[point] = w->head[front];
        w->head[front] = point;
        rank[point] = (uint32_t)front;
    }
    return fronts;
}

size_t spk__pareto_members(const spk__pareto *w, size_t front, uint32_t *member) {
    size_t n = 0;
    for (uint32_t i = w->head[front]; i != NONE; i = w->next[i])
        member[n++] = i;
    return n;
}

/* w->order: the members by their value j. With two values a front's order is that of the second
 * value, and the reverse of that of the first. */
static void sort_front(spk__pareto *w, size_t n, size_t k, size_t j) {
    if (k > 2) {
        spk__search_rank(w->value, n, w->order, w->scratch);
        return;
    }
    for (size_t i = 0; i < n; i++)
        w->order[i] = (uint32_t)(j == 0 ? n - 1 - i : i);
}

void spk__pareto_crowding(spk__pareto *w, const double *f, size_t k, const uint32_t *member,
                          size_t n, double *out) {
    for (size_t i = 0; i < n; i++)
        out[member[i]] = 0;
    for (size_t j = 0; j < k && n; j++) {
        for (size_t i = 0; i < n; i++)
            w->value[i] = f[member[i] * k + j];
        sort_front(w, n, k, j);
        const double *v = w->value;
        const uint32_t *o = w->order;
        double range = v[o[n - 1]] - v[o[0]];
        out[member[o[0]]] = out[member[o[n - 1]]] = INFINITY;
        if (!(range > 0) || !isfinite(range))
            continue;
        for (size_t i = 1; i + 1 < n; i++)
            out[member[o[i]]] += (v[o[i + 1]] - v[o[i - 1]]) / range;
    }
}
