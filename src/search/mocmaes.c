/* MO-CMA-ES: every point of the population is a CMA-ES of its own with one child a generation; of
 * parents and children those stay that are on the better fronts and add most to the volume. A child
 * is a success, for the step sizes, if it is selected. The covariance is kept as its Cholesky
 * factor and updated in place (Igel, Suttorp and Hansen 2006, doi:10.1145/1143997.1144082).
 *
 * Walls, as in the paper: a point beyond one is evaluated at the nearest place inside, and for
 * selection its values grow by 1e-6 times the square of how far that is.
 */
#include "search/pareto.h"
#include "search/volume.h"

#include "num/num.h"
#include <math.h>

enum { POPULATION, SIGMA };

static const spk_opt options[] = {
    [POPULATION] = {"population", "points, and children in a generation", SPK_OPT_INT, NULL, 100, 4,
                    1e5, NULL},
    [SIGMA] = {"sigma", "first standard deviation in parts of the range", SPK_OPT_REAL, NULL, 0.1,
               1e-6, 1, NULL},
    {0},
};

/* Rows are parents, then children; each has a slot in which its distribution is kept, so that
 * survivors need not be copied. */
typedef struct {
    size_t n, n_front;
    bool begun;
    double target, c_p, damping, c_c, c_cov; /* constants of table 1 of the paper */
    double *sigma, *success, *x, *path,
        *factor;               /* by slot; x may lie outside; factor: lower triangle */
    double *f, *plain;         /* by row: with the penalty of walls, and without */
    double *shown_x, *shown_f; /* the front, inside the walls */
    double *z, *step, *spare;
    uint32_t *slot, *rank, *kept, *member;
    bool *selected;
    spk__pareto w;
    spk__volume v;
} state;

static spk_status allocate(spk_search *s, state *t) {
    size_t n = t->n, dim = s->dim, k = s->n_objectives;
    t->sigma = SPK__SEARCH_ARRAY(s, 2 * n, double);
    t->success = SPK__SEARCH_ARRAY(s, 2 * n, double);
    t->x = spk__arena_alloc(s->arena, 2 * n, dim * sizeof(double));
    t->path = spk__arena_alloc(s->arena, 2 * n, dim * sizeof(double));
    t->factor = spk__arena_alloc(s->arena, 2 * n * dim, dim * sizeof(double));
    t->f = spk__arena_alloc(s->arena, 2 * n, k * sizeof(double));
    t->plain = spk__arena_alloc(s->arena, 2 * n, k * sizeof(double));
    t->spare = spk__arena_alloc(s->arena, n, k * sizeof(double));
    t->shown_x = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    t->shown_f = spk__arena_alloc(s->arena, n, k * sizeof(double));
    t->z = spk__arena_alloc(s->arena, n, dim * sizeof(double));
    t->step = SPK__SEARCH_ARRAY(s, dim, double);
    t->slot = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    t->rank = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    t->kept = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    t->member = SPK__SEARCH_ARRAY(s, 2 * n, uint32_t);
    t->selected = SPK__SEARCH_ARRAY(s, 2 * n, bool);
    bool good = t->sigma && t->success && t->x && t->path && t->factor && t->f && t->plain &&
                t->spare && t->shown_x && t->shown_f && t->z && t->step && t->slot && t->rank &&
                t->kept && t->member && t->selected;
    spk_status st = good ? spk__pareto_start(s, &t->w, 2 * n) : SPK_ERR_MEMORY;
    return st ? st : spk__volume_start(s, &t->v, 2 * n, k);
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    double dim = (double)s->dim;
    t->n = (size_t)s->opts.v[POPULATION];
    t->target = 1 / 5.5;
    t->c_p = t->target / (2 + t->target);
    t->damping = 1 + dim / 2;
    t->c_c = 2 / (dim + 2);
    t->c_cov = 2 / (dim * dim + 6);
    return allocate(s, t);
}

/* ---- the distribution of one point ---- */

/* step = factor * z of child i. */
static void draw_step(const spk_search *s, const state *t, size_t i, double *step) {
    size_t dim = s->dim;
    const double *factor = t->factor + t->slot[i] * dim * dim;
    for (size_t r = 0; r < dim; r++) {
        double sum = 0;
        for (size_t c = 0; c <= r; c++)
            sum += factor[r * dim + c] * t->z[c * t->n + i];
        step[r] = sum;
    }
}

static void learn_success(const state *t, uint32_t slot, bool good) {
    t->success[slot] += t->c_p * (good - t->success[slot]);
    double change = (t->success[slot] - t->target) / (t->damping * (1 - t->target));
    t->sigma[slot] = fmin(10, t->sigma[slot] * spk__exp(change));
}

/* The factor of keep * C + gain * v v'; v is spent. */
static void update_factor(double *factor, size_t dim, double keep, double gain, double *v) {
    double old = sqrt(keep), new = sqrt(gain);
    for (size_t i = 0; i < dim; i++)
        v[i] *= new;
    for (size_t c = 0; c < dim; c++) {
        double diagonal = old * factor[c * dim + c];
        double length = sqrt(diagonal * diagonal + v[c] * v[c]);
        double cosine = length / diagonal, sine = v[c] / diagonal;
        factor[c * dim + c] = length;
        for (size_t r = c + 1; r < dim; r++) {
            double *a = &factor[r * dim + c];
            *a = (old * *a + sine * v[r]) / cosine;
            v[r] = cosine * v[r] - sine * *a;
        }
    }
}

/* The child learns the direction that led to it; a success rate above 0.44 means that steps are far
 * too short, and then they say little. */
static void learn_direction(const spk_search *s, state *t, uint32_t slot, double *step) {
    size_t dim = s->dim;
    double *path = t->path + slot * dim;
    bool usual = t->success[slot] < 0.44;
    double gain = usual ? sqrt(t->c_c * (2 - t->c_c)) : 0;
    for (size_t d = 0; d < dim; d++) {
        path[d] = (1 - t->c_c) * path[d] + gain * step[d];
        step[d] = path[d];
    }
    double keep = 1 - t->c_cov + (usual ? 0 : t->c_cov * t->c_c * (2 - t->c_c));
    update_factor(t->factor + slot * dim * dim, dim, keep, t->c_cov, step);
}

/* ---- generations ---- */

static void place_child(const spk_search *s, const state *t, size_t i, double *to) {
    const double *x = t->x + t->slot[i] * s->dim;
    draw_step(s, t, i, t->step);
    for (size_t d = 0; d < s->dim; d++)
        to[d] = x[d] + t->sigma[t->slot[i]] * t->step[d];
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__search_batch(s, t->n);
    if (st)
        return st;
    if (!t->begun) {
        spk__search_scatter(s, s->generation, t->n, s->x);
        return SPK_OK;
    }
    spk__search_normals(s, s->generation, t->n, t->z);
    for (size_t i = 0; i < t->n; i++) {
        double *x = s->x + i * s->dim;
        place_child(s, t, i, x);
        for (size_t d = 0; d < s->dim; d++)
            x[d] = spk__clip01(x[d]);
    }
    return SPK_OK;
}

/* kept: rows by front; points of the front that does not fit whole leave. */
static void select_rows(const spk_search *s, state *t, size_t rows) {
    size_t k = s->n_objectives, kept = 0;
    size_t fronts = spk__pareto_rank(&t->w, t->f, rows, k, t->rank);
    for (size_t front = 0; front < fronts && kept < t->n; front++) {
        size_t n = spk__pareto_members(&t->w, front, t->kept + kept);
        if (kept + n > t->n)
            spk__volume_shrink(&t->v, t->f, k, t->kept + kept, n, t->n - kept);
        kept += n;
    }
}

/* Children inherit, everybody learns, and the selected ones become the parents. */
static void learn(spk_search *s, state *t) {
    size_t n = t->n, dim = s->dim;
    for (size_t i = 0; i < n; i++) {
        uint32_t parent = t->slot[i], child = t->slot[n + i];
        bool good = t->selected[n + i];
        if (good) {
            t->sigma[child] = t->sigma[parent];
            t->success[child] = t->success[parent];
            memcpy(t->path + child * dim, t->path + parent * dim, dim * sizeof *t->path);
            memcpy(t->factor + child * dim * dim, t->factor + parent * dim * dim,
                   dim * dim * sizeof *t->factor);
            draw_step(s, t, i, t->step);
            learn_success(t, child, good);
            learn_direction(s, t, child, t->step);
        }
        learn_success(t, parent, good);
    }
}

static void keep_values(const state *t, size_t k, double *f) {
    for (size_t i = 0; i < t->n; i++)
        memcpy(t->spare + i * k, f + t->kept[i] * k, k * sizeof *f);
    memcpy(f, t->spare, t->n * k * sizeof *f);
}

/* Rows kept[0 .. n-1] become the parents, their slots going along. */
static void keep_rows(const spk_search *s, state *t) {
    size_t n = t->n, free_slots = n;
    uint32_t *slot = t->member; /* scratch */
    for (size_t i = 0; i < n; i++)
        slot[i] = t->slot[t->kept[i]];
    for (size_t row = 0; row < 2 * n; row++)
        if (!t->selected[row])
            slot[free_slots++] = t->slot[row];
    memcpy(t->slot, slot, 2 * n * sizeof *slot);
    keep_values(t, s->n_objectives, t->f);
    keep_values(t, s->n_objectives, t->plain);
}

/* The parents that no other dominates, by the values that were told. */
static void show_front(const spk_search *s, state *t) {
    size_t k = s->n_objectives, dim = s->dim;
    spk__pareto_rank(&t->w, t->plain, t->n, k, t->rank);
    t->n_front = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (t->rank[i] != 0 || !isfinite(t->plain[i * k]))
            continue;
        for (size_t d = 0; d < dim; d++)
            t->shown_x[t->n_front * dim + d] = spk__clip01(t->x[t->slot[i] * dim + d]);
        memcpy(t->shown_f + t->n_front++ * k, t->plain + i * k, k * sizeof *t->f);
    }
}

/* Values of the batch into the last n rows, where the points of those rows tell the penalty. */
static void take_values(const spk_search *s, state *t, size_t from) {
    size_t k = s->n_objectives, dim = s->dim;
    memcpy(t->plain + from * k, s->f, t->n * k * sizeof *s->f);
    for (size_t i = 0; i < t->n; i++) {
        const double *x = t->x + t->slot[from + i] * dim;
        double outside = 0;
        for (size_t d = 0; d < dim; d++) {
            double e = x[d] - spk__clip01(x[d]);
            outside += e * e;
        }
        for (size_t j = 0; j < k; j++)
            t->f[(from + i) * k + j] = s->f[i * k + j] + 1e-6 * outside;
    }
}

static void begin(spk_search *s, state *t) {
    size_t dim = s->dim;
    for (size_t i = 0; i < 2 * t->n; i++)
        t->slot[i] = (uint32_t)i;
    memcpy(t->x, s->x, t->n * dim * sizeof *t->x);
    for (size_t i = 0; i < t->n; i++) {
        t->sigma[i] = s->opts.v[SIGMA];
        t->success[i] = t->target;
        for (size_t d = 0; d < dim; d++)
            t->factor[(i * dim + d) * dim + d] = 1;
    }
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t n = t->n, from = t->begun ? n : 0;
    if (t->begun) {
        spk__search_normals(s, s->generation, n, t->z);
        for (size_t i = 0; i < n; i++)
            place_child(s, t, i, t->x + t->slot[n + i] * s->dim);
    } else {
        begin(s, t);
    }
    take_values(s, t, from);
    select_rows(s, t, from + n);
    memset(t->selected, 0, 2 * n * sizeof *t->selected);
    for (size_t i = 0; i < n; i++)
        t->selected[t->kept[i]] = true;
    if (t->begun)
        learn(s, t);
    t->begun = true;
    keep_rows(s, t);
    show_front(s, t);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    size_t n = t->n, dim = s->dim;
    spk__sync_bool(y, &t->begun);
    spk__sync_bytes(y, t->slot, 2 * n * sizeof *t->slot);
    for (size_t i = 0; i < 2 * n; i++)
        if (t->slot[i] >= 2 * n)
            t->slot[i] = 0; /* damage that the check sum has missed must not lead astray */
    spk__sync_f64(y, t->f, n * s->n_objectives);
    spk__sync_f64(y, t->plain, n * s->n_objectives);
    for (size_t i = 0; t->begun && i < n; i++) {
        size_t slot = t->slot[i];
        spk__sync_f64(y, t->sigma + slot, 1);
        spk__sync_f64(y, t->success + slot, 1);
        spk__sync_f64(y, t->x + slot * dim, dim);
        spk__sync_f64(y, t->path + slot * dim, dim);
        spk__sync_f64(y, t->factor + slot * dim * dim, dim * dim);
    }
    if (spk__sync_loading(y) && t->begun)
        show_front(s, t);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *out) {
    const state *t = s->state;
    out->population = t->n;
    if (!t->begun)
        return;
    out->spread = 0;
    for (size_t i = 0; i < t->n; i++)
        out->spread = fmax(out->spread, t->sigma[t->slot[i]]);
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__str_add(line, ", %zu points, %zu on the front", t->n, t->n_front);
    if (t->begun)
        spk__str_add(line, ", sigma %.3g", t->sigma[t->slot[0]]);
}

static void front(const spk_search *s, const double **x, const double **f, size_t *n) {
    const state *t = s->state;
    *x = t->shown_x;
    *f = t->shown_f;
    *n = t->n_front;
}

const spk__search_method spk__search_mocmaes = {
    .info =
        {
            .name = "mocmaes",
            .sentence = "MO-CMA-ES: a front whose points learn the landscape's shape",
            .reference = "Igel, Hansen and Roth 2007, doi:10.1162/evco.2007.15.1.1; Voss, Hansen "
                         "and Igel 2010, doi:10.1145/1830483.1830573",
            .options = options,
            .min_objectives = 2,
            .max_objectives = 16,
            .rules = 1u << SPK_STOP_BUDGET,
            .uses_start = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = progress,
    .describe = describe,
    .front = front,
};
