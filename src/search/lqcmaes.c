/* CMA-ES on a quadratic model of the function, for simulations that cost much. The model, fitted to
 * the latest points, ranks the individuals of a generation; the best few are evaluated, the model
 * is fitted again, and once it ranks the latest points much as their values do (Kendall's tau), its
 * ranks are good enough for all. The minimum of the model joins each sample.
 *
 * Runs begin again, with twice the individuals, where CMA-ES stops. Failed points are no part of
 * the model, and rank last.
 */
#include "search/cma.h"
#include "search/quadratic.h"

#include <math.h>

enum { POPULATION, SIGMA, RESTARTS, BATCH };

static const spk_opt options[] = {
    [POPULATION] = {"population", "points in a generation of the first run; 0: 4 + 3 ln(dim)",
                    SPK_OPT_INT, NULL, 0, 0, 1e4, NULL},
    [SIGMA] = {"sigma", "first standard deviation in parts of the range", SPK_OPT_REAL, NULL, 0.1,
               1e-6, 1, NULL},
    [RESTARTS] = {"restarts", "doublings of the population", SPK_OPT_INT, NULL, 9, 0, 15, NULL},
    [BATCH] = {"batch", "fewest points to evaluate together", SPK_OPT_INT, NULL, 1, 1, 1e4, NULL},
    {0},
};

/* Where the ranks of model and values are alike. */
static const double ENOUGH = 0.85;

typedef struct {
    spk__cma cma;
    uint64_t run;
    double first_sigma;
    size_t room;                       /* individuals that fit */
    double *value, *guess;             /* of each individual: told; by the model */
    bool *known;                       /* told already */
    size_t n_known, wanted;            /* how many are; how many are to be, for the present look */
    uint32_t *order, *scratch, *asked; /* asked: the individuals of the batch */
    size_t size, kept;                 /* the archive, newest first: its room, its points */
    double *x, *f;                     /* places in the cube, values */
    double *scaled, *place, *at;       /* places as the model sees them; scratch: dim each */
    spk__quadratic model;
    bool turned; /* the model's coordinates */
} state;

static size_t base_lambda(const spk_search *s) {
    double wanted = s->opts.v[POPULATION];
    return wanted == 0 ? spk__cma_lambda(s->dim) : wanted < 4 ? 4 : (size_t)wanted;
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    t->place = SPK__SEARCH_ARRAY(s, s->dim, double);
    t->at = SPK__SEARCH_ARRAY(s, s->dim, double);
    return t->place && t->at ? spk__cma_start(s, &t->cma) : SPK_ERR_MEMORY;
}

/* For the present number of individuals; the archive is emptied when it grows. */
static spk_status reserve(spk_search *s, state *t) {
    size_t n = t->cma.lambda, terms = spk__quadratic_terms(s->dim);
    if (n <= t->room)
        return SPK_OK;
    t->value = SPK__SEARCH_ARRAY(s, n, double);
    t->guess = SPK__SEARCH_ARRAY(s, n, double);
    t->known = SPK__SEARCH_ARRAY(s, n, bool);
    t->order = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->scratch = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->asked = SPK__SEARCH_ARRAY(s, n, uint32_t);
    t->size = n > 2 * terms ? n : 2 * terms;
    t->kept = 0;
    t->x = spk__arena_alloc(s->arena, t->size, s->dim * sizeof(double));
    t->scaled = spk__arena_alloc(s->arena, t->size, s->dim * sizeof(double));
    t->f = SPK__SEARCH_ARRAY(s, t->size, double);
    bool good = t->value && t->guess && t->known && t->order && t->scratch && t->asked && t->x &&
                t->scaled && t->f;
    t->room = good ? n : 0;
    return good ? spk__quadratic_start(s, &t->model, t->size) : SPK_ERR_MEMORY;
}

static spk_status begin_run(spk_search *s, state *t) {
    spk_status st = spk__cma_begin(s, &t->cma, base_lambda(s) << t->run, true, t->run == 0,
                                   s->opts.v[SIGMA], 1);
    t->first_sigma = t->cma.sigma;
    return st ? st : reserve(s, t);
}

/* ---- the model ---- */

/* The model is one of places in the cube, where the function is as smooth as it is; beyond the
 * walls CMA-ES sees it folded. */
static void place_inside(const state *t, size_t individual, double *x) {
    spk__cma_place(&t->cma, individual, x);
    for (size_t d = 0; d < t->cma.dim; d++)
        x[d] = spk__cma_fold(x[d]);
}

/* The model's coordinates are in standard deviations from the mean; along the axes of the
 * covariance once the model has products, not before: squares alone do for functions whose
 * parameters do not interact. */
static void fit_model(state *t) {
    size_t dim = t->cma.dim;
    t->turned = spk__quadratic_is_full(&t->model, t->kept);
    for (size_t i = 0; i < t->kept; i++)
        spk__cma_whiten(&t->cma, t->turned, t->x + i * dim, t->scaled + i * dim);
    spk__quadratic_fit(&t->model, t->scaled, t->f, t->kept);
}

static void guess_all(state *t) {
    for (size_t i = 0; i < t->cma.lambda; i++) {
        place_inside(t, i, t->place);
        spk__cma_whiten(&t->cma, t->turned, t->place, t->at);
        t->guess[i] = t->model.known ? spk__quadratic_value(&t->model, t->at) : 0;
    }
}

static void remember(state *t, const double *x, double f) {
    size_t n = t->cma.dim;
    if (!isfinite(f))
        return;
    t->kept += t->kept < t->size;
    memmove(t->x + n, t->x, (t->kept - 1) * n * sizeof *t->x);
    memmove(t->f + 1, t->f, (t->kept - 1) * sizeof *t->f);
    memcpy(t->x, x, n * sizeof *x);
    t->f[0] = f;
}

/* Kendall's tau of the model and the values of the n latest points. */
static double agreement(const state *t, size_t n) {
    size_t dim = t->cma.dim;
    double same = 0, pairs = 0;
    for (size_t i = 1; i < n; i++) {
        double model = spk__quadratic_value(&t->model, t->scaled + i * dim);
        for (size_t j = 0; j < i; j++) {
            double a = model - spk__quadratic_value(&t->model, t->scaled + j * dim);
            double b = t->f[i] - t->f[j];
            same += (a > 0 && b > 0) || (a < 0 && b < 0) ? 1 : a == 0 || b == 0 ? 0 : -1;
            pairs++;
        }
    }
    return pairs > 0 ? same / pairs : 0;
}

/* ---- generations ---- */

/* A new sample: its first individual is the minimum of the model, if it has one. */
static void sample(spk_search *s, state *t, double *spare) {
    spk__cma_sample(s, &t->cma, spare);
    size_t lambda = t->cma.lambda;
    memset(t->known, 0, lambda * sizeof *t->known);
    t->n_known = 0;
    fit_model(t);
    if (t->model.known && spk__quadratic_minimum(&t->model, t->at)) {
        spk__cma_colour(&t->cma, t->turned, t->at, t->place);
        for (size_t d = 0; d < s->dim; d++)
            t->place[d] = spk__cma_unfold(spk__clip01(t->place[d]));
        spk__cma_inject(&t->cma, 0, t->place);
    }
    double few = fmax(0.02 * (double)lambda, 4 - (double)t->kept);
    t->wanted = 1 + (size_t)fmax(0, few);
}

/* The next individuals to evaluate, the most promising first. */
static size_t choose(const spk_search *s, state *t) {
    size_t lambda = t->cma.lambda, least = t->n_known + (size_t)s->opts.v[BATCH], n = 0;
    t->wanted = t->wanted < least ? least : t->wanted;
    guess_all(t);
    spk__search_rank(t->guess, lambda, t->order, t->scratch);
    for (size_t i = 0; i < lambda && t->n_known + n < t->wanted; i++)
        if (!t->known[t->order[i]])
            t->asked[n++] = t->order[i];
    return n;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    spk_status st = t->cma.lambda ? SPK_OK : begin_run(s, t);
    if (!st)
        st = spk__search_batch(s, t->cma.lambda);
    if (st)
        return st;
    if (t->n_known == 0)
        sample(s, t, s->x);
    size_t n = choose(s, t);
    st = spk__search_batch(s, n);
    for (size_t i = 0; !st && i < n; i++)
        place_inside(t, t->asked[i], s->x + i * s->dim);
    return st;
}

/* What CMA-ES learns from: the values if all are known, else the model's, moved so that the best is
 * no better than the best value; what failed is worst. */
static void judge(state *t) {
    size_t lambda = t->cma.lambda;
    double lowest = INFINITY, low = INFINITY;
    guess_all(t);
    for (size_t i = 0; i < lambda; i++) {
        lowest = t->known[i] ? fmin(lowest, t->value[i]) : lowest;
        low = fmin(low, t->guess[i]);
    }
    for (size_t i = 0; i < lambda && t->n_known < lambda; i++)
        t->value[i] = t->known[i] && !isfinite(t->value[i]) ? INFINITY : t->guess[i] - low + lowest;
    spk__search_rank(t->value, lambda, t->order, t->scratch);
}

static spk_status end_generation(spk_search *s, state *t) {
    judge(t);
    spk__cma_update(&t->cma, t->order);
    t->n_known = 0;
    spk_stop reason = spk__cma_check(s, &t->cma, t->value, t->first_sigma);
    if (!reason)
        return SPK_OK;
    if ((double)t->run >= s->opts.v[RESTARTS]) {
        spk__search_stop(s, t->run ? SPK_STOP_RESTARTS : reason);
        return SPK_OK;
    }
    t->run++;
    return begin_run(s, t);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    size_t lambda = t->cma.lambda;
    /* The best is remembered last: the latest point. */
    spk__search_rank(s->f, s->n, t->order, t->scratch);
    for (size_t i = s->n; i-- > 0;) {
        size_t k = t->asked[t->order[i]];
        t->value[k] = s->f[t->order[i]];
        t->known[k] = true;
        place_inside(t, k, t->place);
        remember(t, t->place, t->value[k]);
    }
    t->n_known += s->n;
    fit_model(t);
    double n = fmax(15, fmin(1.2 * (double)t->n_known, 0.75 * (double)lambda));
    size_t latest = n < (double)t->kept ? (size_t)n : t->kept;
    bool good = t->model.known && agreement(t, latest) >= ENOUGH;
    if (good || t->n_known == lambda)
        return end_generation(s, t);
    t->wanted = t->n_known + (t->n_known + 1) / 2;
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk_status st = spk__cma_sync(s, &t->cma, y);
    if (!st && t->cma.lambda)
        st = reserve(s, t);
    if (st)
        return st;
    size_t lambda = t->cma.lambda;
    spk__sync_u64(y, &t->run);
    spk__sync_f64(y, &t->first_sigma, 1);
    spk__sync_size(y, &t->n_known, lambda);
    spk__sync_size(y, &t->wanted, SIZE_MAX);
    spk__sync_f64(y, t->value, lambda);
    spk__sync_bytes(y, t->known, lambda * sizeof *t->known);
    spk__sync_bytes(y, t->asked, lambda * sizeof *t->asked);
    for (size_t i = 0; i < lambda; i++)
        if (t->asked[i] >= lambda)
            t->asked[i] = 0; /* damage that the check sum has missed must not lead astray */
    spk__sync_size(y, &t->kept, t->size);
    spk__sync_f64(y, t->x, t->kept * s->dim);
    spk__sync_f64(y, t->f, t->kept);
    if (spk__sync_loading(y) && t->kept)
        fit_model(t);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *p) {
    const state *t = s->state;
    p->restart = t->run;
    p->population = t->cma.lambda;
    p->spread = spk__cma_deviation(&t->cma);
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    size_t dim = s->dim, terms = t->model.known;
    const char *kind = terms == 0             ? "no model yet"
                       : terms == dim + 1     ? "linear model"
                       : terms == 2 * dim + 1 ? "model of squares"
                                              : "quadratic model";
    spk__str_add(line, ", sigma %.3g, %zu points, %s", spk__cma_deviation(&t->cma), t->cma.lambda,
                 kind);
    if (t->run > 0)
        spk__str_add(line, ", restart %llu", (unsigned long long)t->run);
}

const spk__search_method spk__search_lqcmaes = {
    .info =
        {
            .name = "lqcmaes",
            .sentence = "lq-CMA-ES: a quadratic model saves evaluations; costly simulations",
            .reference = "Hansen 2019, doi:10.1145/3321707.3321842",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET | 1u << SPK_STOP_FTOL |
                     1u << SPK_STOP_XTOL | 1u << SPK_STOP_STAGNATION | 1u << SPK_STOP_CONDITION |
                     1u << SPK_STOP_RESTARTS,
            .uses_start = true,
            .uses_step = true,
            .restarts = true,
            .costly = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
    .progress = progress,
    .describe = describe,
};
