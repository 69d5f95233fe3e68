/* Non-dominated sorting and crowding. */
#include "search/pareto.h"

#include <math.h>

spk_status spk__pareto_start(spk_search *s, spk__pareto *w, size_t n) {
    w->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->scratch = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    w->head = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->next = SPK__SEARCH_ARRAY(s, n, uint32_t);
    w->value = SPK__SEARCH_ARRAY(s, n, double);
    return w->order && w->scratch && w->head && w->next && w->value ? SPK_OK : SPK_ERR_MEMORY;
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

/* Whether a member of the front dominates the point, which comes after all of them in the order.
 * With two values the latest member has the lowest second one, so it speaks for all. */
static bool front_dominates(const spk__pareto *w, const double *f, size_t k, size_t front,
                            size_t point) {
    for (uint32_t i = w->head[front]; i != NONE; i = w->next[i]) {
        if (spk__pareto_dominates(f + i * k, f + point * k, k))
            return true;
        if (k == 2)
            break;
    }
    return false;
}

size_t spk__pareto_rank(spk__pareto *w, const double *f, size_t n, size_t k, uint32_t *rank) {
    sort_lexically(w, f, n, k);
    size_t fronts = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t point = w->order[i];
        size_t low = 0, high = fronts; /* the first front that does not dominate it */
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (front_dominates(w, f, k, middle, point))
                low = middle + 1;
            else
                high = middle;
        }
        if (low == fronts)
            w->head[fronts++] = NONE;
        w->next[point] = w->head[low];
        w->head[low] = point;
        rank[point] = (uint32_t)low;
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
