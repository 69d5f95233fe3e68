/* NSGA-III: like NSGA-II, but the last front that has room gives those points that lie nearest to
 * reference lines with few points. Lines are those of directions.h in the space of the values after
 * the ideal point was moved to 0 and the intercepts of the plane through the extreme points to 1.
 * Where that plane does not exist, the front's largest values stand in for its intercepts.
 */
#include "search/breed.h"
#include "search/directions.h"
#include "search/nearest.h"

#include <math.h>

static const spk_opt options[] = {
    SPK__BREED_OPTION_LIST(100, 1, 30),
    {0},
};

enum { MOST_VALUES = 16 };

typedef struct {
    spk__parents p;
    size_t n_lines;
    spk__nearest lines;        /* of length 1, so that the nearest has the smallest angle */
    double *line;              /* n_lines * k */
    double *ideal, *extreme;   /* k; k * k, one row for each value, +inf until known */
    double *distance;          /* by row: the square of how far it is from its line */
    uint32_t *nearest, *crowd; /* by row: its line; by line: points that were taken */
    uint32_t *member, *begin;  /* the last front by line; where a line begins there */
    uint32_t *left, *waiting;  /* by line: members left; the lines with fewest points */
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    size_t k = s->n_objectives, wanted = (size_t)s->opts.v[SPK__BREED_POPULATION];
    t->n_lines = spk__directions_count(k, wanted);
    spk_status st = spk__parents_start(s, &t->p, t->n_lines < 4 ? 4 : t->n_lines);
    if (st)
        return st;
    t->line = spk__arena_alloc(s->arena, t->n_lines, k * sizeof(double));
    t->ideal = SPK__SEARCH_ARRAY(s, k, double);
    t->extreme = SPK__SEARCH_ARRAY(s, k * k, double);
    t->distance = SPK__SEARCH_ARRAY(s, t->p.room, double);
    t->nearest = SPK__SEARCH_ARRAY(s, t->p.room, uint32_t);
    t->member = SPK__SEARCH_ARRAY(s, t->p.room, uint32_t);
    t->crowd = SPK__SEARCH_ARRAY(s, t->n_lines, uint32_t);
    t->begin = SPK__SEARCH_ARRAY(s, t->n_lines + 1, uint32_t);
    t->left = SPK__SEARCH_ARRAY(s, t->n_lines, uint32_t);
    t->waiting = SPK__SEARCH_ARRAY(s, t->n_lines, uint32_t);
    if (!t->line || !t->ideal || !t->extreme || !t->distance || !t->nearest || !t->member ||
        !t->crowd || !t->begin || !t->left || !t->waiting ||
        spk__nearest_start(s, &t->lines, t->n_lines, k))
        return SPK_ERR_MEMORY;
    spk__directions_fill(k, wanted, t->line);
    for (size_t i = 0; i < t->n_lines; i++) {
        double square = 0;
        for (size_t j = 0; j < k; j++)
            square += t->line[i * k + j] * t->line[i * k + j];
        for (size_t j = 0; j < k; j++)
            t->line[i * k + j] /= sqrt(square);
    }
    spk__nearest_build(&t->lines, t->line, t->n_lines);
    for (size_t j = 0; j < k; j++)
        t->ideal[j] = INFINITY;
    for (size_t j = 0; j < k * k; j++)
        t->extreme[j] = INFINITY;
    return SPK_OK;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    if (!t->p.begun)
        return spk__parents_first(s, &t->p);
    spk__search_shuffle(s, s->generation, 0, t->p.n, t->p.mates);
    return spk__parents_breed(s, &t->p);
}

/* ---- normalisation ---- */

static bool failed(const double *f) {
    return !isfinite(f[0]);
}

/* How far a point is from the axis of a value: the smallest has only that value. */
static double axis_distance(const state *t, const double *f, size_t k, size_t axis) {
    double largest = 0;
    for (size_t j = 0; j < k; j++) {
        double v = (f[j] - t->ideal[j]) * (j == axis ? 1 : 1e6);
        largest = v > largest || isnan(v) ? v : largest;
    }
    return isfinite(largest) ? largest : INFINITY;
}

/* The ideal and the extreme points, of all points so far; rows kept[0 .. n-1] are the first front.
 */
static void update_corners(const spk_search *s, state *t, size_t n) {
    size_t k = s->n_objectives;
    const spk__parents *p = &t->p;
    for (size_t i = 0; i < n && !failed(p->f + p->kept[i] * k); i++)
        for (size_t j = 0; j < k; j++)
            t->ideal[j] = fmin(t->ideal[j], p->f[p->kept[i] * k + j]);
    for (size_t axis = 0; axis < k; axis++) {
        double *best = t->extreme + axis * k, least = axis_distance(t, best, k, axis);
        for (size_t i = 0; i < n; i++) {
            const double *f = p->f + p->kept[i] * k;
            double d = failed(f) ? INFINITY : axis_distance(t, f, k, axis);
            if (d < least) {
                least = d;
                memcpy(best, f, k * sizeof *f);
            }
        }
    }
}

/* Solves a (k rows of k + 1) in place; false if it is singular. */
static bool solve(double *a, size_t k, double *x) {
    size_t w = k + 1;
    for (size_t c = 0; c < k; c++) {
        size_t pivot = c;
        for (size_t r = c + 1; r < k; r++)
            if (fabs(a[r * w + c]) > fabs(a[pivot * w + c]))
                pivot = r;
        if (!(fabs(a[pivot * w + c]) > 1e-12))
            return false;
        for (size_t j = 0; j < w; j++) {
            double swap = a[c * w + j];
            a[c * w + j] = a[pivot * w + j];
            a[pivot * w + j] = swap;
        }
        for (size_t r = c + 1; r < k; r++) {
            double factor = a[r * w + c] / a[c * w + c];
            for (size_t j = c; j < w; j++)
                a[r * w + j] -= factor * a[c * w + j];
        }
    }
    for (size_t c = k; c-- > 0;) {
        double sum = a[c * w + k];
        for (size_t j = c + 1; j < k; j++)
            sum -= a[c * w + j] * x[j];
        x[c] = sum / a[c * w + c];
    }
    return true;
}

/* Where the plane through the extreme points meets the axes, seen from the ideal point; n: points
 * of the first front. */
static void find_intercepts(const spk_search *s, const state *t, size_t n, double *intercept) {
    size_t k = s->n_objectives, w = k + 1;
    double a[MOST_VALUES * (MOST_VALUES + 1)], x[MOST_VALUES], largest[MOST_VALUES] = {0};
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++)
            largest[j] = fmax(largest[j], t->p.f[t->p.kept[i] * k + j] - t->ideal[j]);
    for (size_t r = 0; r < k; r++) {
        for (size_t j = 0; j < k; j++)
            a[r * w + j] = t->extreme[r * k + j] - t->ideal[j];
        a[r * w + k] = 1;
    }
    bool plane = solve(a, k, x);
    for (size_t j = 0; j < k; j++)
        plane = plane && x[j] > 0 && 1 / x[j] > 1e-6 && isfinite(1 / x[j]);
    for (size_t j = 0; j < k; j++) {
        intercept[j] = plane ? 1 / x[j] : largest[j];
        intercept[j] = intercept[j] > 1e-12 ? intercept[j] : 1e-12;
    }
}

/* ---- niches ---- */

/* The line nearest to a point, and how far it is. */
static void associate(const spk_search *s, state *t, uint32_t row, const double *intercept) {
    size_t k = s->n_objectives;
    const double *f = t->p.f + row * k;
    double scaled[MOST_VALUES], square = 0, along = 0, gap;
    t->nearest[row] = 0;
    t->distance[row] = INFINITY;
    if (failed(f))
        return;
    for (size_t j = 0; j < k; j++) {
        scaled[j] = (f[j] - t->ideal[j]) / intercept[j];
        square += scaled[j] * scaled[j];
    }
    double length = sqrt(square), shorten = length > 0 ? 1 / length : 0;
    for (size_t j = 0; j < k; j++)
        scaled[j] *= shorten;
    spk__nearest_find(&t->lines, scaled, 1, INFINITY, &t->nearest[row], &gap);
    const double *line = t->line + t->nearest[row] * k;
    for (size_t j = 0; j < k; j++)
        along += line[j] * scaled[j];
    t->distance[row] = square * (1 - along * along);
}

/* member: the n rows of a front, by line. */
static void sort_members(state *t, const uint32_t *row, size_t n) {
    memset(t->left, 0, t->n_lines * sizeof *t->left);
    for (size_t i = 0; i < n; i++)
        t->left[t->nearest[row[i]]]++;
    t->begin[0] = 0;
    for (size_t i = 0; i < t->n_lines; i++) {
        t->begin[i + 1] = t->begin[i] + t->left[i];
        t->left[i] = 0;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t line = t->nearest[row[i]];
        t->member[t->begin[line] + t->left[line]++] = row[i];
    }
}

/* waiting: the lines with fewest points, of those that have members left. */
static size_t find_waiting(state *t) {
    uint32_t fewest = UINT32_MAX;
    size_t n = 0;
    for (size_t i = 0; i < t->n_lines; i++) {
        if (t->left[i] == 0 || t->crowd[i] > fewest)
            continue;
        n = t->crowd[i] < fewest ? 0 : n;
        fewest = t->crowd[i];
        t->waiting[n++] = (uint32_t)i;
    }
    return n;
}

/* The row to take for a line: the nearest if the line has none yet, else any. */
static uint32_t take_member(state *t, uint32_t line, spk__rng *r) {
    uint32_t *member = t->member + t->begin[line], n = t->left[line];
    size_t chosen = 0;
    if (t->crowd[line] > 0)
        chosen = spk__word_below(spk__rng_u32(r), n);
    else
        for (size_t i = 1; i < n; i++)
            chosen = t->distance[member[i]] < t->distance[member[chosen]] ? i : chosen;
    uint32_t row = member[chosen];
    member[chosen] = member[--t->left[line]];
    t->crowd[line]++;
    return row;
}

/* Fills kept from n_kept to p.n with points of the front kept[n_kept .. n_kept + n - 1]. */
static void fill(const spk_search *s, state *t, size_t n_kept, size_t n) {
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON - 1);
    memset(t->crowd, 0, t->n_lines * sizeof *t->crowd);
    for (size_t i = 0; i < n_kept; i++)
        t->crowd[t->nearest[t->p.kept[i]]]++;
    sort_members(t, t->p.kept + n_kept, n);
    for (size_t lines = 0; n_kept < t->p.n;) {
        lines = lines ? lines : find_waiting(t);
        size_t chosen = spk__word_below(spk__rng_u32(&r), lines);
        t->p.kept[n_kept++] = take_member(t, t->waiting[chosen], &r);
        t->waiting[chosen] = t->waiting[--lines];
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    spk__parents *p = &t->p;
    size_t rows = spk__parents_merge(s, p), kept = 0, first = 0, n = 0;
    size_t fronts = spk__pareto_rank(&p->w, p->f, rows, s->n_objectives, p->rank);
    for (size_t front = 0; front < fronts && kept + n < p->n; front++) {
        kept += n;
        n = spk__pareto_members(&p->w, front, p->kept + kept);
        first = front == 0 ? n : first;
    }
    update_corners(s, t, first);
    if (kept + n > p->n) {
        double intercept[MOST_VALUES];
        find_intercepts(s, t, first, intercept);
        for (size_t i = 0; i < kept + n; i++)
            associate(s, t, p->kept[i], intercept);
        fill(s, t, kept, n);
    }
    spk__parents_keep(s, p, first);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    size_t k = s->n_objectives;
    spk__parents_sync(s, &t->p, y);
    spk__sync_f64(y, t->ideal, k);
    spk__sync_f64(y, t->extreme, k * k);
    return SPK_OK;
}

const spk__search_method spk__search_nsga3 = {
    .info =
        {
            .name = "nsga3",
            .sentence = "NSGA-III: a front of three or more objectives, along reference lines",
            .reference = "Deb and Jain 2014, doi:10.1109/TEVC.2013.2281535",
            .options = options,
            .min_objectives = 2,
            .max_objectives = MOST_VALUES,
            .rules = 1u << SPK_STOP_BUDGET,
            .uses_start = true,
            .takes_guests = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .welcome = spk__search_welcome,
    .tell = tell,
    .sync = sync,
    .progress = spk__parents_progress,
    .describe = spk__parents_describe,
    .front = spk__parents_front,
};
