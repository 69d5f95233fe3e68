/* Profiles of the loss: one coordinate held at each point of a ladder, the others refitted.
 *
 * A point's first candidates are the best fit, the best that the search itself had near there, and
 * what the neighbours on the ladder found, as it is and continued in a straight line: valleys of
 * the loss are narrow, but nearly straight. From the best of these a search of its own goes on
 * (CMA-ES, one run), in coordinates along the axes of the region of good fits as the profiles have
 * shown it so far. All searches go at the same time, so that lanes and cores are full. What comes
 * out is the lowest loss found: an upper bound of the profile, so a range can come out too narrow,
 * never too wide.
 *
 * Raue et al. 2009, doi:10.1093/bioinformatics/btp358, for likelihoods.
 */
#include "validate/landscape.h"

#include <math.h>
#include <spikefit/search.h>

enum { SWEEPS = 2 };

/* ---- the ladder ---- */

static void start_ladder(const spk__landscape *l, size_t axis, spk__profile *p) {
    double x = l->best[axis], part[SPK__LADDER] = {1};
    for (size_t i = 1; i < SPK__LADDER; i++)
        part[i] = 0.4 * part[i - 1];
    for (size_t i = 0; x > 1e-3 && i < SPK__LADDER; i++)
        p->at[p->n++] = x - x * part[i];
    p->centre = p->n;
    p->at[p->n++] = x;
    for (size_t i = SPK__LADDER; x < 1 - 1e-3 && i-- > 0;)
        p->at[p->n++] = i ? x + (1 - x) * part[i] : 1;
    for (size_t i = 0; i < p->n; i++) {
        memcpy(p->x + i * l->dim, l->best, l->dim * sizeof *l->best);
        p->x[i * l->dim + axis] = p->at[i];
    }
}

/* Puts a point between two others, with the place that the nearer one found. */
static void insert_point(const spk__landscape *l, size_t axis, spk__profile *p, double at) {
    size_t i = 0;
    while (i < p->n && p->at[i] < at)
        i++;
    size_t rest = p->n - i, dim = l->dim;
    memmove(p->at + i + 1, p->at + i, rest * sizeof *p->at);
    memmove(p->held + i + 1, p->held + i, rest * sizeof *p->held);
    memmove(p->refitted + i + 1, p->refitted + i, rest * sizeof *p->refitted);
    memmove(p->x + (i + 1) * dim, p->x + i * dim, rest * dim * sizeof *p->x);
    p->n++;
    p->centre += p->centre >= i;
    p->at[i] = at;
    p->held[i] = p->refitted[i] = INFINITY;
    memcpy(p->x + i * dim, l->best, dim * sizeof *p->x);
    p->x[i * dim + axis] = at;
}

/* Where f first exceeds the limit beyond the outermost point that does not: towards the lower bound
 * (step -1) or the upper. *inside, *outside: the points on either side of it. */
static double crossing(const spk__landscape *l, const spk__profile *p, const double *f, int step,
                       size_t *inside, size_t *outside) {
    size_t last = step < 0 ? 0 : p->n - 1, i = last;
    while (i != p->centre && !(f[i] <= l->limit))
        i = step < 0 ? i + 1 : i - 1;
    *inside = *outside = i;
    if (i == last) /* up to the bound, which the ladder leaves out where the best fit lies at it */
        return step < 0 ? 0 : 1;
    size_t o = step < 0 ? i - 1 : i + 1;
    *outside = o;
    double rise = f[o] - f[i], part = isfinite(rise) && rise > 0 ? (l->limit - f[i]) / rise : 0.5;
    return p->at[i] + (part > 0 ? part : 0) * (p->at[o] - p->at[i]);
}

static void find_ranges(spk__landscape *l) {
    size_t a, b;
    for (size_t i = 0; i < l->dim; i++) {
        spk__profile *p = &l->profile[i];
        p->low = crossing(l, p, p->refitted, -1, &p->low_point, &b);
        p->high = crossing(l, p, p->refitted, 1, &p->high_point, &b);
        p->held_low = crossing(l, p, p->held, -1, &a, &b);
        p->held_high = crossing(l, p, p->held, 1, &a, &b);
        l->reach[i] = fmax(0.5 * (p->held_high - p->held_low), 1e-4);
    }
}

/* ---- many points at a time ---- */

/* Candidates for points of profiles. */
typedef struct {
    size_t axis, point;
} place;
typedef struct {
    place *at;
    double *x, *f;
    size_t n, room, room_f;
} batch;

static void batch_free(spk_ctx *ctx, batch *b) {
    spk__free(ctx, b->at);
    spk__free(ctx, b->x);
    spk__free(ctx, b->f);
}

/* Where the coordinates of a new candidate go; its held one is set. NULL: no memory. */
static double *add(spk__landscape *l, batch *b, size_t axis, size_t point) {
    if (b->n == b->room) {
        size_t room = b->room ? 2 * b->room : 1024;
        place *at = spk__realloc(l->ctx, b->at, room, sizeof *at);
        b->at = at ? at : b->at;
        double *x = at ? spk__realloc(l->ctx, b->x, room * l->dim, sizeof *x) : NULL;
        b->x = x ? x : b->x;
        double *f = x ? spk__realloc(l->ctx, b->f, room, sizeof *f) : NULL;
        b->f = f ? f : b->f;
        if (!f)
            return NULL;
        b->room = room;
    }
    b->at[b->n] = (place){axis, point};
    return b->x + b->n++ * l->dim;
}

static bool add_copy(spk__landscape *l, batch *b, size_t axis, size_t point, const double *from) {
    double *x = add(l, b, axis, point);
    if (!x)
        return false;
    memcpy(x, from, l->dim * sizeof *x);
    x[axis] = l->profile[axis].at[point];
    return true;
}

/* Evaluates the batch; each point keeps the best of its candidates. Empties it. */
static spk_status settle(spk__landscape *l, batch *b, bool held) {
    spk_status st = spk__landscape_evaluate(l, b->x, b->n, b->f);
    for (size_t i = 0; !st && i < b->n; i++) {
        spk__profile *p = &l->profile[b->at[i].axis];
        size_t k = b->at[i].point;
        if (held)
            p->held[k] = b->f[i];
        if (!(b->f[i] < p->refitted[k]))
            continue;
        p->refitted[k] = b->f[i];
        memcpy(p->x + k * l->dim, b->x + i * l->dim, l->dim * sizeof *p->x);
    }
    b->n = 0;
    return st;
}

/* The points that have no value yet, the others held. */
static spk_status hold(spk__landscape *l) {
    batch b = {0};
    bool room = true;
    for (size_t i = 0; i < l->dim; i++)
        for (size_t k = 0; room && k < l->profile[i].n; k++)
            if (!isfinite(l->profile[i].held[k]))
                room = add_copy(l, &b, i, k, l->best);
    spk_status st = room ? settle(l, &b, true) : SPK_ERR_MEMORY;
    batch_free(l->ctx, &b);
    return st;
}

/* Rows of the history: the outermost within the limit along an axis (SIZE_MAX: none). */
static void find_extremes(const spk__landscape *l, const spk_result_history *h, size_t rows,
                          size_t axis, size_t extreme[2]) {
    extreme[0] = extreme[1] = SIZE_MAX;
    for (size_t row = 0; row < rows; row++) {
        float x = h->x[row * l->dim + axis];
        if (!((double)h->f[row] <= l->limit))
            continue;
        if (extreme[0] == SIZE_MAX || x < h->x[extreme[0] * l->dim + axis])
            extreme[0] = row;
        if (extreme[1] == SIZE_MAX || x > h->x[extreme[1] * l->dim + axis])
            extreme[1] = row;
    }
}

static void insert_extremes(spk__landscape *l, const spk_result_history *h, size_t rows) {
    for (size_t i = 0; i < l->dim; i++) {
        size_t extreme[2];
        find_extremes(l, h, rows, i, extreme);
        for (int side = 0; side < 2 && extreme[0] != SIZE_MAX; side++) {
            double at = (double)h->x[extreme[side] * l->dim + i];
            if (fabs(at - l->best[i]) > 1e-4)
                insert_point(l, i, &l->profile[i], at);
        }
    }
}

/* The best candidates that the search had nearest to each point, or at it. */
static spk_status remember(spk__landscape *l, const spk_result_history *h) {
    size_t rows = h->n && h->dim == l->dim ? h->first[h->n] : 0;
    double *x = SPK__ARRAY(l->ctx, l->dim, double);
    batch b = {0};
    bool room = x != NULL;
    insert_extremes(l, h, rows);
    for (size_t i = 0; room && i < l->dim; i++) {
        const spk__profile *p = &l->profile[i];
        size_t best[SPK__PROFILE_POINTS];
        for (size_t k = 0; k < p->n; k++)
            best[k] = SIZE_MAX;
        for (size_t row = 0; row < rows; row++) {
            double at = (double)h->x[row * l->dim + i];
            size_t k = 0;
            while (k + 1 < p->n && fabs(p->at[k + 1] - at) <= fabs(p->at[k] - at))
                k++;
            bool exact = at == p->at[k], known = best[k] != SIZE_MAX,
                 old = known && (double)h->x[best[k] * l->dim + i] == p->at[k];
            if (!known || (exact && !old) || (exact == old && h->f[row] < h->f[best[k]]))
                best[k] = row;
        }
        for (size_t k = 0; room && k < p->n; k++) {
            if (k == p->centre || best[k] == SIZE_MAX)
                continue;
            for (size_t j = 0; j < l->dim; j++)
                x[j] = (double)h->x[best[k] * l->dim + j];
            room = add_copy(l, &b, i, k, x);
        }
    }
    spk_status st = room ? settle(l, &b, false) : SPK_ERR_MEMORY;
    batch_free(l->ctx, &b);
    spk__free(l->ctx, x);
    return st;
}

/* Points at the same number of places from the best fit make a rung. */
static bool on_rung(const spk__profile *p, size_t point, size_t rung) {
    return point != p->centre && (point + rung == p->centre || point == p->centre + rung);
}

/* The line through what points a and b found, at point k. */
static bool add_line(spk__landscape *l, batch *out, size_t axis, size_t k, size_t a, size_t b) {
    const spk__profile *p = &l->profile[axis];
    double part = (p->at[k] - p->at[a]) / (p->at[b] - p->at[a]);
    if (!isfinite(part))
        return true;
    double *x = add(l, out, axis, k);
    if (!x)
        return false;
    for (size_t j = 0; j < l->dim; j++) {
        double from = p->x[a * l->dim + j], to = p->x[b * l->dim + j],
               v = from + part * (to - from);
        x[j] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
    x[axis] = p->at[k];
    return true;
}

/* What a point's neighbours found may serve it as well, and so may the lines through two of them.
 */
static spk_status exchange(spk__landscape *l, size_t rung) {
    batch b = {0};
    bool room = true;
    for (size_t i = 0; i < l->dim; i++) {
        const spk__profile *p = &l->profile[i];
        for (size_t k = 0; room && k < p->n; k++) {
            if (!on_rung(p, k, rung))
                continue;
            bool left = k > 0, right = k + 1 < p->n;
            room = (!left || add_copy(l, &b, i, k, p->x + (k - 1) * l->dim)) &&
                   (!right || add_copy(l, &b, i, k, p->x + (k + 1) * l->dim)) &&
                   (!left || !right || add_line(l, &b, i, k, k - 1, k + 1)) &&
                   (k < 2 || add_line(l, &b, i, k, k - 2, k - 1)) &&
                   (k + 2 >= p->n || add_line(l, &b, i, k, k + 1, k + 2));
        }
    }
    spk_status st = room ? settle(l, &b, false) : SPK_ERR_MEMORY;
    batch_free(l->ctx, &b);
    return st;
}

/* Where the others are best if the shape is right: along a column of the inverse of its matrix. */
static spk_status predict(spk__landscape *l) {
    batch b = {0};
    size_t d = l->dim;
    bool room = true;
    for (size_t i = 0; i < d; i++) {
        const spk__profile *p = &l->profile[i];
        double *column = l->room;
        for (size_t j = 0; j < d; j++) {
            column[j] = 0;
            for (size_t k = 0; k < d; k++)
                column[j] += l->shape[k * d + i] * l->shape[k * d + j];
        }
        for (size_t k = 0; room && column[i] > 0 && k < p->n; k++) {
            double t = (p->at[k] - l->best[i]) / l->reach[i] / column[i];
            double *x = k == p->centre ? NULL : add(l, &b, i, k);
            room = x || k == p->centre;
            for (size_t j = 0; x && j < d; j++) {
                double v = l->best[j] + t * column[j] * l->reach[j];
                x[j] = j == i ? p->at[k] : v < 0 ? 0 : v > 1 ? 1 : v;
            }
        }
    }
    spk_status st = room ? settle(l, &b, false) : SPK_ERR_MEMORY;
    batch_free(l->ctx, &b);
    return st;
}

/* ---- refitting ---- */

typedef struct {
    size_t axis, point;
    spk_search *search;
    double *from; /* [dim]: where it began */
} refit;

/* The searches' cube: half of it is two half axes; the first steps are a fifth of one. */
static const double SPAN = 4, STEP = 0.05;

static spk_status new_refit(spk__landscape *l, refit *r, uint64_t budget, uint64_t sweep) {
    double *start = l->room, *step = l->room + l->dim;
    memcpy(r->from, l->profile[r->axis].x + r->point * l->dim, l->dim * sizeof *r->from);
    for (size_t j = 0; j < l->dim; j++) {
        start[j] = 0.5;
        step[j] = STEP;
    }
    const uint64_t key[] = {r->axis, r->point, sweep};
    spk_search_space space = {.dim = l->dim, .start = start, .step = step};
    return spk_search_new(l->ctx, "cmaes", NULL, &space, spk__hash(key, sizeof key, l->seed) >> 12,
                          budget, &r->search);
}

/* A point of a search's cube. The held coordinate stays. */
static void place_candidate(const spk__landscape *l, const refit *r, const double *s, double *x) {
    for (size_t j = 0; j < l->dim; j++) {
        double sum = 0;
        for (size_t k = 0; k < l->dim; k++)
            sum += (s[k] - 0.5) * l->shape[k * l->dim + j];
        double v = r->from[j] + SPAN * l->reach[j] * sum;
        x[j] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
    x[r->axis] = l->profile[r->axis].at[r->point];
}

/* One generation of every search that goes on; *going: whether there was one. */
static spk_status step_all(spk__landscape *l, refit *r, size_t n, double *s, batch *b,
                           bool *going) {
    for (size_t i = 0; i < n; i++) {
        size_t k = spk_search_batch_max(r[i].search);
        spk_status st = k ? spk_search_ask(r[i].search, s, &k) : SPK_OK;
        if (st)
            return st;
        for (size_t c = 0; c < k; c++) {
            double *x = add(l, b, r[i].axis, r[i].point);
            if (!x)
                return SPK_ERR_MEMORY;
            place_candidate(l, &r[i], s + c * l->dim, x);
        }
    }
    *going = b->n > 0;
    spk_status st = b->n ? settle(l, b, false) : SPK_OK;
    const double *f = b->f;
    for (size_t i = 0; !st && i < n; i++) {
        size_t k = spk_search_batch_max(r[i].search);
        if (k) {
            st = spk_search_tell(r[i].search, f);
            f += k;
        }
    }
    return st;
}

static spk_status run_all(spk__landscape *l, refit *r, size_t n, uint64_t budget) {
    double *s = SPK__ARRAY(l->ctx, budget * l->dim, double);
    batch b = {0};
    bool going = true;
    spk_status st = s ? SPK_OK : SPK_ERR_MEMORY;
    while (!st && going)
        st = step_all(l, r, n, s, &b, &going);
    batch_free(l->ctx, &b);
    spk__free(l->ctx, s);
    return st;
}

/* A search for every point of a rung. */
static spk_status refit_rung(spk__landscape *l, size_t rung, uint64_t budget, uint64_t sweep) {
    size_t n = 0, most = 2 * l->dim;
    refit *r = SPK__ARRAY(l->ctx, most, refit);
    double *from = SPK__ARRAY(l->ctx, most * l->dim, double);
    spk_status st = r && from ? SPK_OK : SPK_ERR_MEMORY;
    for (size_t i = 0; i < l->dim; i++)
        for (size_t k = 0; !st && k < l->profile[i].n; k++) {
            if (!on_rung(&l->profile[i], k, rung))
                continue;
            r[n] = (refit){.axis = i, .point = k, .from = from + n * l->dim};
            st = new_refit(l, &r[n], budget, sweep);
            n += !st;
        }
    if (!st)
        st = run_all(l, r, n, budget);
    for (size_t i = 0; i < n; i++)
        spk_search_free(r[i].search);
    spk__free(l->ctx, from);
    spk__free(l->ctx, r);
    return st;
}

/* Rung by rung, away from the best fit or back to it: what one found, the next one goes on from. */
static spk_status sweep(spk__landscape *l, uint64_t budget, uint64_t number) {
    size_t rungs = 0;
    spk_status st = SPK_OK;
    for (size_t i = 0; i < l->dim; i++) {
        const spk__profile *p = &l->profile[i];
        size_t above = p->n - 1 - p->centre, most = above > p->centre ? above : p->centre;
        rungs = most > rungs ? most : rungs;
    }
    for (size_t k = 0; !st && k < rungs; k++) {
        size_t rung = number % 2 ? rungs - k : k + 1;
        st = exchange(l, rung);
        if (!st && budget)
            st = refit_rung(l, rung, budget, number);
    }
    return st;
}

/* More points where the refitted loss crosses the limit, as the ladder is coarse far from the best.
 */
static void refine_crossings(spk__landscape *l) {
    for (size_t i = 0; i < l->dim; i++) {
        spk__profile *p = &l->profile[i];
        for (int step = -1; step <= 1; step += 2) {
            size_t in, out;
            crossing(l, p, p->refitted, step, &in, &out);
            double from = p->at[in], to = p->at[out];
            for (size_t k = 1; in != out && fabs(to - from) > 1e-4 && k <= SPK__CROSSING; k++)
                insert_point(l, i, p, from + (to - from) * (double)k / (SPK__CROSSING + 1));
        }
    }
}

spk_status spk__profiles_make(spk__landscape *l, const spk_result_history *h, uint64_t effort) {
    for (size_t i = 0; i < l->dim; i++) {
        spk__profile *p = &l->profile[i];
        start_ladder(l, i, p);
        for (size_t k = 0; k < p->n; k++)
            p->held[k] = p->refitted[k] = k == p->centre ? l->best_loss : INFINITY;
    }
    spk_status st = hold(l);
    find_ranges(l);
    if (st || l->dim == 1)
        return st;
    st = spk__shape_find(l, h, effort / 4);
    if (!st)
        st = predict(l);
    /* As much for every point and sweep; none below two generations. */
    uint64_t budget = effort / (SWEEPS * l->dim * 2 * SPK__LADDER);
    if (budget < 2 * (4 + (uint64_t)l->dim))
        budget = 0;
    if (!st)
        st = remember(l, h);
    for (uint64_t i = 0; !st && i < SWEEPS; i++) {
        if (i == SWEEPS - 1) {
            refine_crossings(l);
            st = hold(l);
        }
        if (!st)
            st = sweep(l, budget, i);
        find_ranges(l);
    }
    return st;
}
