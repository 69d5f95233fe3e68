/* BOBYQA: a quadratic model that interpolates values around a point, minimised in a trust region,
 * without derivatives, within the walls; to polish what another search has found. The algorithm is
 * NLopt's, which owns its loop. It is therefore run from its start for every batch: it is fed the
 * values that are known, and stopped at the first point whose value is not. So the points and
 * values told are all its state. The points of the first model do not depend on values and are
 * asked for together.
 *
 * A failed point counts as bad as the worst so far, since the model needs a number; where all the
 * first points fail, the run begins again elsewhere.
 */
#include "search/search.h"

#include <math.h>
#include <nlopt.h>

enum { STEP, RESTARTS };

static const spk_opt options[] = {
    [STEP] = {"step", "first radius in parts of the range, where no steps are given", SPK_OPT_REAL,
              NULL, 0.1, 1e-9, 0.5, NULL},
    [RESTARTS] = {"restarts", "further runs from random points, one after the other", SPK_OPT_INT,
                  NULL, 0, 0, 1e6, NULL},
    {0},
};

typedef struct {
    size_t n;    /* NLopt's dimensions: it needs two */
    size_t room; /* of the arrays below */
    size_t known, asked;
    uint64_t run;
    bool moved; /* from where the space says, since that place failed */
    double *start, *step;
    double *x, *f; /* known points of this run, then those of the batch; values */
    nlopt_result result;
} state;

static spk_status start(spk_search *s) {
    state *t = s->state;
    t->n = s->dim < 2 ? 2 : s->dim;
    t->start = SPK__SEARCH_ARRAY(s, t->n, double);
    t->step = SPK__SEARCH_ARRAY(s, t->n, double);
    return t->start && t->step ? SPK_OK : SPK_ERR_MEMORY;
}

static size_t first_points(const state *t) {
    return 2 * t->n + 1;
}

static spk_status reserve(spk_search *s, state *t, size_t n) {
    if (n <= t->room)
        return SPK_OK;
    size_t room = 2 * n;
    double *x = spk__arena_alloc(s->arena, room, t->n * sizeof(double));
    double *f = SPK__SEARCH_ARRAY(s, room, double);
    if (!x || !f)
        return SPK_ERR_MEMORY;
    if (t->known) {
        memcpy(x, t->x, t->known * t->n * sizeof *x);
        memcpy(f, t->f, t->known * sizeof *f);
    }
    t->x = x;
    t->f = f;
    t->room = room;
    return SPK_OK;
}

/* ---- NLopt ---- */

typedef struct {
    state *t;
    size_t calls, wanted;
    nlopt_opt opt;
    bool strayed; /* NLopt does not come by the points that it came by before */
} replay;

/* Known values first; then points are noted, and NLopt told 0, until as many as wanted are. */
static double answer(unsigned n, const double *x, double *gradient, void *user) {
    replay *r = user;
    state *t = r->t;
    size_t at = r->calls++;
    (void)gradient;
    if (at < t->known) {
        r->strayed = r->strayed || memcmp(t->x + at * t->n, x, n * sizeof *x) != 0;
        return t->f[at];
    }
    if (t->asked < r->wanted)
        memcpy(t->x + (t->known + t->asked++) * t->n, x, n * sizeof *x);
    if (t->asked == r->wanted)
        nlopt_force_stop(r->opt);
    return 0;
}

static nlopt_result set_up(const spk_search *s, state *t, replay *r) {
    const double *rules = s->rules.opts.v;
    nlopt_result st = nlopt_set_min_objective(r->opt, answer, r);
    if (st > 0)
        st = nlopt_set_lower_bounds1(r->opt, 0);
    if (st > 0)
        st = nlopt_set_upper_bounds1(r->opt, 1);
    if (st > 0)
        st = nlopt_set_initial_step(r->opt, t->step);
    if (st > 0)
        st = nlopt_set_xtol_abs1(r->opt, rules[SPK_STOP_OPT_XTOL]);
    if (st > 0)
        st = nlopt_set_ftol_abs(r->opt, rules[SPK_STOP_OPT_FTOL]);
    return st;
}

/* Up to `wanted` new points; t->result tells why there are none. The last arrays entries of t->x
 * keep the start of NLopt, which overwrites it. */
static spk_status replay_run(spk_search *s, state *t, size_t wanted) {
    spk_status st = reserve(s, t, t->known + wanted + 1);
    if (st)
        return st;
    replay r = {.t = t, .wanted = wanted, .opt = nlopt_create(NLOPT_LN_BOBYQA, (unsigned)t->n)};
    if (!r.opt)
        return SPK_ERR_MEMORY;
    t->asked = 0;
    double *x = t->x + (t->room - 1) * t->n, f;
    memcpy(x, t->start, t->n * sizeof *x);
    t->result = set_up(s, t, &r);
    if (t->result > 0)
        t->result = nlopt_optimize(r.opt, x, &f);
    nlopt_destroy(r.opt);
    if (r.strayed)
        return spk__fail(
            s->ctx, SPK_ERR_INPUT, NULL, "begin a new search",
            "this search was begun with another version of NLopt, which went another way");
    return t->result == NLOPT_OUT_OF_MEMORY ? SPK_ERR_MEMORY : SPK_OK;
}

/* ---- runs ---- */

/* BOBYQA moves a start that is nearer to a wall than the first radius, but not on it. */
static double first_step(const spk_search *s, size_t d, double x) {
    double step = s->step ? s->step[d] : s->opts.v[STEP], wall = fmin(x, 1 - x);
    return fmin(wall > 1e-6 ? fmin(step, wall) : step, 0.5);
}

static void begin_run(const spk_search *s, state *t) {
    spk__rng r = spk__search_rng(s, s->generation, SPK__SEARCH_COMMON);
    t->known = 0;
    for (size_t d = 0; d < t->n; d++) {
        double x = 0.1 + 0.8 * spk__rng_uniform(&r);
        bool given = t->run == 0 && !t->moved && d < s->dim;
        x = given && s->start ? s->start[d] : given && s->step ? 0.5 : d < s->dim ? x : 0.5;
        t->start[d] = x;
        t->step[d] = d < s->dim ? first_step(s, d, x) : t->step[0];
    }
}

static spk_stop reason(nlopt_result result) {
    return result == NLOPT_XTOL_REACHED   ? SPK_STOP_XTOL
           : result == NLOPT_FTOL_REACHED ? SPK_STOP_FTOL
                                          : SPK_STOP_CONVERGED;
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    spk_status st = SPK_OK;
    if (s->generation == 0)
        begin_run(s, t);
    if (t->known == 0)
        st = replay_run(s, t, first_points(t));
    if (st)
        return st;
    st = spk__search_batch(s, t->asked);
    for (size_t i = 0; !st && i < t->asked; i++)
        for (size_t d = 0; d < s->dim; d++)
            s->x[i * s->dim + d] = spk__clip01(t->x[(t->known + i) * t->n + d]);
    return st;
}

/* Values of the batch, the worst so far in place of failures; false if there are failures only. */
static bool take_values(const spk_search *s, state *t) {
    double worst = -INFINITY;
    memcpy(t->f + t->known, s->f, s->n * sizeof *s->f);
    t->known += s->n;
    for (size_t i = 0; i < t->known; i++)
        worst = isfinite(t->f[i]) ? fmax(worst, t->f[i]) : worst;
    for (size_t i = t->known - s->n; i < t->known; i++)
        if (!isfinite(t->f[i]))
            t->f[i] = worst;
    return isfinite(worst);
}

static spk_status tell(spk_search *s) {
    state *t = s->state;
    if (!take_values(s, t)) {
        t->moved = true;
        begin_run(s, t);
        return SPK_OK;
    }
    spk_status st = replay_run(s, t, 1);
    if (st || t->asked)
        return st;
    if ((double)t->run >= s->opts.v[RESTARTS]) {
        spk__search_stop(s, t->run ? SPK_STOP_RESTARTS : reason(t->result));
        return SPK_OK;
    }
    t->run++;
    begin_run(s, t);
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    size_t known = t->known, asked = t->asked;
    spk__sync_u64(y, &t->run);
    spk__sync_bool(y, &t->moved);
    spk__sync_size(y, &known, UINT32_MAX);
    spk__sync_size(y, &asked, UINT32_MAX);
    if (spk__sync_loading(y)) {
        spk_status st = reserve(s, t, known + asked + 1);
        if (st)
            return st;
        t->known = known;
        t->asked = asked;
    }
    spk__sync_f64(y, t->start, t->n);
    spk__sync_f64(y, t->step, t->n);
    spk__sync_f64(y, t->x, (known + asked) * t->n);
    spk__sync_f64(y, t->f, known);
    return SPK_OK;
}

static void progress(const spk_search *s, spk_search_progress *p) {
    const state *t = s->state;
    p->restart = t->run;
}

static void describe(const spk_search *s, spk__str *line) {
    const state *t = s->state;
    spk__str_add(line, ", %zu points", t->known);
    if (t->run > 0)
        spk__str_add(line, ", restart %llu", (unsigned long long)t->run);
}

const spk__search_method spk__search_bobyqa = {
    .info =
        {
            .name = "bobyqa",
            .sentence = "BOBYQA: a local search without derivatives, to polish a point",
            .reference = "Powell 2009, DAMTP 2009/NA06; NLopt: Johnson 2007, "
                         "https://github.com/stevengj/nlopt",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET | 1u << SPK_STOP_FTOL |
                     1u << SPK_STOP_XTOL | 1u << SPK_STOP_CONVERGED | 1u << SPK_STOP_RESTARTS,
            .uses_start = true,
            .uses_step = true,
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
