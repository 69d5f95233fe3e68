/* Hypervolumes. In three values both the volume and what each point adds come from one sweep along
 * the last value: the points so far, seen along it, form a staircase in the first two.
 */
#include "search/volume.h"

#include <math.h>

static double below(double value, double reference) {
    return value < reference ? reference - value : 0;
}

static double box(const double *p, size_t k, const double *reference) {
    double volume = 1;
    for (size_t j = 0; j < k; j++)
        volume *= below(p[j], reference[j]);
    return volume;
}

/* ---- two values ---- */

/* Rows by the second value from high to low: from the last row up, each adds the strip between its
 * second value and that of the one before, as wide as the lowest first value so far allows. */
static double sweep(const double *f, size_t n, const double *reference) {
    double volume = 0, left = reference[0];
    for (size_t i = n; i-- > 0;) {
        const double *p = f + 2 * i;
        if (p[0] < left && p[1] < reference[1]) {
            volume += (left - p[0]) * (reference[1] - p[1]);
            left = p[0];
        }
    }
    return volume;
}

/* ---- three values ---- */

/* The number of steps of a staircase (x rising, y falling) with x at or before the given one. */
static size_t find_step(const double *x, size_t n, double wanted) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (x[middle] <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Rows by the last value from high to low. stairs: 2 n doubles. */
double spk__volume_sweep(const double *f, size_t n, const double *reference, double *stairs) {
    double *x = stairs, *y = stairs + n, area = 0, volume = 0;
    size_t steps = 0;
    for (size_t i = n; i-- > 0;) {
        const double *p = f + 3 * i;
        if (!(box(p, 3, reference) > 0))
            continue;
        size_t from = find_step(x, steps, p[0]), to;
        if (from && y[from - 1] <= p[1])
            continue;
        from -= from && x[from - 1] == p[0];
        double top = from ? y[from - 1] : reference[1], left = p[0], gain = 0;
        for (to = from; to < steps && y[to] >= p[1]; to++) {
            gain += (x[to] - left) * (top - p[1]);
            left = x[to];
            top = y[to];
        }
        gain += ((to < steps ? x[to] : reference[0]) - left) * (top - p[1]);
        memmove(x + from + 1, x + to, (steps - to) * sizeof *x);
        memmove(y + from + 1, y + to, (steps - to) * sizeof *y);
        x[from] = p[0];
        y[from] = p[1];
        steps += 1 + from - to;
        area += gain;
        /* What this step adds lasts from here to the reference. */
        volume += gain * (reference[2] - p[2]);
    }
    return volume;
}

/* ---- any number of values ---- */

size_t spk__hypervolume_room(size_t n, size_t k) {
    return (k + 1) * n * k;
}

/* Rows by their last value from high to low, by Shell's method: sets are small, or nearly sorted,
 * and nothing may be allocated. */
static void sort_rows(double *f, size_t n, size_t k) {
    for (size_t gap = n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (size_t i = gap; i < n; i++)
            for (size_t to = i; to >= gap && f[(to - gap) * k + k - 1] < f[to * k + k - 1];
                 to -= gap)
                for (size_t j = 0; j < k; j++) {
                    double t = f[to * k + j];
                    f[to * k + j] = f[(to - gap) * k + j];
                    f[(to - gap) * k + j] = t;
                }
}

/* Keeps `moved` behind the m rows of set unless one of them is nowhere higher. */
static size_t keep_row(const double *set, size_t m, size_t k, const double *moved) {
    for (size_t r = 0; r < m; r++) {
        bool useless = true;
        for (size_t j = 0; j < k; j++)
            useless = useless && set[r * k + j] <= moved[j];
        if (useless)
            return m;
    }
    return m + 1;
}

/* Volume of n rows of f, which are reordered. rest: room for the deeper levels. Rows are taken by
 * their last value from high to low: what the later rows share with one of them then reaches as far
 * as it in that value, and is a volume with one value less. */
static double volume_of(double *f, size_t n, size_t k, const double *reference, double *rest) {
    if (k == 1) {
        double low = reference[0];
        for (size_t i = 0; i < n; i++)
            low = fmin(low, f[i]);
        return reference[0] - low;
    }
    sort_rows(f, n, k);
    if (k <= 3)
        return k == 2 ? sweep(f, n, reference) : spk__volume_sweep(f, n, reference, rest);
    double volume = 0;
    for (size_t i = 0; i < n; i++) {
        const double *p = f + i * k;
        double own = box(p, k, reference);
        size_t m = 0;
        for (size_t q = i + 1; own > 0 && q < n; q++) {
            double *moved = rest + m * (k - 1);
            for (size_t j = 0; j < k - 1; j++)
                moved[j] = fmax(f[q * k + j], p[j]);
            m = keep_row(rest, m, k - 1, moved);
        }
        if (m)
            own -=
                (reference[k - 1] - p[k - 1]) * volume_of(rest, m, k - 1, reference, rest + n * k);
        volume += own;
    }
    return volume;
}

double spk__hypervolume(const double *f, size_t n, size_t k, const double *reference,
                        double *room) {
    if (n == 0)
        return 0;
    memcpy(room, f, n * k * sizeof *f);
    return volume_of(room, n, k, reference, room + n * k);
}

/* ---- what each point adds ---- */

enum { NONE = UINT32_MAX };

/* A part of the area that a step alone covers: from left to right, from the step's y up to top.
 * Parts of a step follow each other with falling tops. */
struct spk__volume_box {
    double left, right, top;
    uint32_t previous, next;
};

/* A step of the staircase in the first two values: a point and the boxes that only it covers since
 * it came. */
struct spk__volume_stair {
    double x, y, z;
    uint32_t point, first, last;
};

typedef struct spk__volume_box area;
typedef struct spk__volume_stair step;

spk_status spk__volume_start(spk_search *s, spk__volume *v, size_t n, size_t k) {
    v->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    v->scratch = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    v->heap = SPK__SEARCH_ARRAY(s, n, uint32_t);
    v->value = SPK__SEARCH_ARRAY(s, n, double);
    v->added = SPK__SEARCH_ARRAY(s, n, double);
    v->scaled = spk__arena_alloc(s->arena, n, k * sizeof(double));
    v->limited = spk__arena_alloc(s->arena, n, k * sizeof(double));
    v->room = spk__arena_alloc(s->arena, n, (k + 1) * k * sizeof(double));
    v->stair = SPK__SEARCH_ARRAY(s, n + 2, step);
    v->boxes = SPK__SEARCH_ARRAY(s, 2 * n + 2, area);
    return v->order && v->scratch && v->heap && v->value && v->added && v->scaled && v->limited &&
                   v->room && v->stair && v->boxes
               ? SPK_OK
               : SPK_ERR_MEMORY;
}

/* v->order: the points by their last value. */
static void sort_points(spk__volume *v, const double *f, size_t n, size_t k) {
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        v->value[i] = f[i * k + k - 1];
        v->order[i] = (uint32_t)i;
        sorted = sorted && (i == 0 || v->value[i - 1] <= v->value[i]);
    }
    if (!sorted)
        spk__search_rank(v->value, n, v->order, v->scratch);
}

/* The rectangle between the neighbours: in rising order of the second value the first one falls. */
static void added_of_two(spk__volume *v, const double *f, size_t n, const double *reference,
                         double *out) {
    sort_points(v, f, n, 2);
    for (size_t i = 0; i < n; i++) {
        const double *p = f + 2 * v->order[i];
        double right = i > 0 ? f[2 * v->order[i - 1]] : reference[0];
        double above = i + 1 < n ? f[2 * v->order[i + 1] + 1] : reference[1];
        out[v->order[i]] = below(p[0], right) * below(p[1], above);
    }
}

/* What the area a x b added since the step came, until the sweep reached z. */
static void count(double *out, const step *t, double a, double b, double z) {
    out[t->point] += a * b * (z - t->z);
}

static void close_step(const spk__volume *v, double *out, const step *t, double z) {
    for (uint32_t b = t->first; b != NONE; b = v->boxes[b].next)
        count(out, t, v->boxes[b].right - v->boxes[b].left, v->boxes[b].top - t->y, z);
}

/* A new step at x, to the right: what lies beyond it is no longer covered by t alone. */
static void cut_right(spk__volume *v, double *out, step *t, double x, double z) {
    while (t->last != NONE && v->boxes[t->last].right > x) {
        area *b = &v->boxes[t->last];
        double from = b->left > x ? b->left : x;
        count(out, t, b->right - from, b->top - t->y, z);
        b->right = x;
        if (b->left < x)
            return;
        t->last = b->previous;
        if (t->last == NONE)
            t->first = NONE;
        else
            v->boxes[t->last].next = NONE;
    }
}

/* A new step at y, to the left: what lies above it goes. Boxes that end at one height become one.
 */
static void cut_top(spk__volume *v, double *out, step *t, double y, double z) {
    uint32_t merged = NONE;
    for (uint32_t b = t->first; b != NONE && v->boxes[b].top > y; b = v->boxes[b].next) {
        area *a = &v->boxes[b];
        count(out, t, a->right - a->left, a->top - y, z);
        a->top = y;
        if (merged != NONE)
            a->left = v->boxes[merged].left;
        a->previous = NONE;
        t->first = merged = b;
    }
}

static void add_box(spk__volume *v, uint32_t *used, step *t, double left, double right,
                    double top) {
    uint32_t b = (*used)++;
    v->boxes[b] = (area){left, right, top, t->last, NONE};
    if (t->last == NONE)
        t->first = b;
    else
        v->boxes[t->last].next = b;
    t->last = b;
}

/* The position of p in the staircase: the first step to the right of it or above it. */
static size_t find_place(const step *stair, size_t steps, const double *p) {
    size_t low = 0, high = steps;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (stair[middle].x < p[0])
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Enters the point into a staircase with sentinels at both ends; returns its new length. */
static size_t enter(spk__volume *v, const double *p, uint32_t point, size_t steps, uint32_t *used,
                    double *out) {
    step *stair = v->stair;
    size_t from = find_place(stair, steps, p), to;
    /* Only an equal point, or one made equal by rounding, can lie at or before p in all three. */
    step *before = &stair[from - 1], *at = &stair[from];
    step *twin = at->x == p[0] && at->y <= p[1] ? at : before->y <= p[1] ? before : NULL;
    if (twin) {
        if (twin->x == p[0] && twin->y == p[1] && twin->z == p[2])
            twin->first = twin->last = NONE;
        return steps;
    }
    step new = {p[0], p[1], p[2], point, NONE, NONE};
    cut_right(v, out, before, p[0], p[2]);
    double left = p[0], top = before->y;
    for (to = from; stair[to].y >= p[1]; to++) {
        close_step(v, out, &stair[to], p[2]);
        if (stair[to].x > left)
            add_box(v, used, &new, left, stair[to].x, top);
        left = stair[to].x;
        top = stair[to].y;
    }
    cut_top(v, out, &stair[to], p[1], p[2]);
    add_box(v, used, &new, left, stair[to].x, top);
    memmove(stair + from + 1, stair + to, (steps - to) * sizeof *stair);
    stair[from] = new;
    return steps + 1 + from - to;
}

static void added_of_three(spk__volume *v, const double *f, size_t n, const double *reference,
                           double *out) {
    sort_points(v, f, n, 3);
    uint32_t used = 0;
    size_t steps = 2;
    v->stair[0] = (step){-INFINITY, reference[1], 0, 0, NONE, NONE};
    v->stair[1] = (step){reference[0], -INFINITY, 0, 0, NONE, NONE};
    memset(out, 0, n * sizeof *out);
    for (size_t i = 0; i < n; i++) {
        const double *p = f + 3 * v->order[i];
        if (box(p, 3, reference) > 0)
            steps = enter(v, p, v->order[i], steps, &used, out);
    }
    for (size_t i = 1; i + 1 < steps; i++)
        close_step(v, out, &v->stair[i], reference[2]);
}

/* A point's own box less what the others cover of it. */
double spk__volume_added_one(spk__volume *v, const double *f, size_t n, size_t k,
                             const double *reference, size_t i) {
    double own = box(f + i * k, k, reference);
    size_t m = 0;
    for (size_t q = 0; own > 0 && q < n; q++) {
        double *moved = v->limited + m * k;
        if (q == i || f[q * k] == INFINITY)
            continue;
        for (size_t j = 0; j < k; j++)
            moved[j] = fmax(f[q * k + j], f[i * k + j]);
        m = keep_row(v->limited, m, k, moved);
    }
    return own > 0 ? own - spk__hypervolume(v->limited, m, k, reference, v->room) : 0;
}

void spk__volume_added(spk__volume *v, const double *f, size_t n, size_t k, const double *reference,
                       double *out) {
    if (k == 2)
        added_of_two(v, f, n, reference, out);
    else if (k == 3)
        added_of_three(v, f, n, reference, out);
    for (size_t i = 0; k > 3 && i < n; i++)
        out[i] = spk__volume_added_one(v, f, n, k, reference, i);
}
