/* The search object: the batch, the budget, the best point, and when to call the method. */
#include "search/islands.h"

#include <math.h>
#include <stdio.h>

/* ---- birth and death ---- */

static spk_status find_method(spk_ctx *ctx, const char *name, const spk__search_method **out) {
    *out = spk__search_method_get(name);
    if (*out)
        return SPK_OK;
    const char *names[64];
    size_t n = spk_search_method_count();
    for (size_t i = 0; i < n && i < 64; i++)
        names[i] = spk_search_method_at(i)->name;
    return spk__fail_name(ctx, SPK_ERR_INPUT, NULL, name, names, n < 64 ? n : 64,
                          "`spikefit list methods` shows them", "there is no search method '%s'",
                          name);
}

static spk_status check_options(spk_ctx *ctx, const char *owner, const spk_opt *table,
                                const spk_opts *opts) {
    for (size_t i = 0; table && table[i].name; i++) {
        double v = opts->v[i], low = table[i].min, high = table[i].max;
        bool whole = table[i].kind != SPK_OPT_REAL;
        if (table[i].kind == SPK_OPT_BOOL || table[i].kind == SPK_OPT_CHOICE) {
            low = 0;
            high = 1;
            for (size_t k = 0; table[i].kind == SPK_OPT_CHOICE && table[i].choices[k]; k++)
                high = (double)k;
        }
        if (!(v >= low && v <= high) || (whole && v != floor(v)))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "option %s of %s is %g, not %s between %g and %g", table[i].name,
                             owner, v, whole ? "a whole number" : "a number", low, high);
    }
    return SPK_OK;
}

static spk_status check_space(spk_ctx *ctx, const spk_search_method *m,
                              const spk_search_space *space) {
    size_t k = space->n_objectives ? space->n_objectives : 1;
    if (space->dim == 0)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL, "a search needs at least one parameter");
    if (m->max_dim && space->dim > m->max_dim)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "%s searches at most %zu parameters, not %zu", m->name, m->max_dim,
                         space->dim);
    if (k > m->max_objectives)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "%s takes at most %zu objective%s, not %zu", m->name, m->max_objectives,
                         m->max_objectives == 1 ? "" : "s", k);
    if (k < m->min_objectives)
        return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                         "%s needs at least %zu objectives, not %zu", m->name, m->min_objectives,
                         k);
    for (size_t i = 0; i < space->dim; i++) {
        if (space->start && !(space->start[i] >= 0 && space->start[i] <= 1))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "coordinate %zu of the start is %g, outside [0, 1]", i + 1,
                             space->start[i]);
        if (space->step && !(space->step[i] > 0 && isfinite(space->step[i])))
            return spk__fail(ctx, SPK_ERR_INPUT, NULL, NULL,
                             "step %zu is %g, not a positive number", i + 1, space->step[i]);
    }
    return SPK_OK;
}

static spk_status copy_doubles(spk_search *s, const double *from, double **to) {
    if (!from)
        return SPK_OK;
    *to = SPK__SEARCH_ARRAY(s, s->dim, double);
    if (!*to)
        return SPK_ERR_MEMORY;
    memcpy(*to, from, s->dim * sizeof **to);
    return SPK_OK;
}

static bool has_islands(const spk_islands *islands) {
    return islands && islands->n > 1;
}

spk_status spk_islands_check(spk_ctx *ctx, const spk_islands *islands, const char *method,
                             const spk_loc *where) {
    const spk_search_method *m = spk_search_method_find(method);
    if (!islands->migration || !m)
        return SPK_OK;
    if (islands->n < 2)
        return spk__fail(ctx, SPK_ERR_INPUT, where, "add 'islands: 4', or leave out the migration",
                         "a search on one island has nowhere to migrate to");
    return m->takes_guests || m->chooses
               ? SPK_OK
               : spk__fail(ctx, SPK_ERR_INPUT, where,
                           "leave out the migration, or choose another method",
                           "%s takes no points from other islands", method);
}

spk_status spk__search_create(spk_ctx *ctx, const char *method, const spk_opts *options,
                              const spk_search_space *space, const spk_islands *islands,
                              uint64_t seed, uint64_t budget, spk_search **out) {
    const spk__search_method *m;
    spk_status st = find_method(ctx, method, &m);
    if (!st)
        st = check_space(ctx, &m->info, space);
    spk_search_choice choice = {.method = NULL};
    if (!st && m->info.chooses) {
        spk_search_choose(space, has_islands(islands) ? budget / islands->n : budget, &choice);
        m = spk__search_method_get(choice.method);
        options = NULL;
    }
    if (!st && options)
        st = check_options(ctx, m->info.name, m->info.options, options);
    if (st)
        return st;
    spk_search *s = SPK__NEW(ctx, spk_search);
    if (!s)
        return SPK_ERR_MEMORY;
    s->ctx = ctx;
    s->saved.ctx = ctx;
    s->method = m;
    if (has_islands(islands)) {
        s->of = m;
        s->method = &spk__search_islands;
        s->islands = *islands;
    }
    memcpy(s->why, choice.why, sizeof s->why);
    s->dim = space->dim;
    s->n_objectives = space->n_objectives ? space->n_objectives : 1;
    s->noisy = space->noisy;
    s->seed = seed;
    s->budget = budget;
    s->best_f = INFINITY;
    if (options)
        s->opts = *options;
    else
        spk_opts_default(m->info.options, &s->opts);
    s->arena = spk__arena_new(ctx);
    st = SPK_ERR_MEMORY;
    if (!s->arena || !(s->state = spk__arena_alloc(s->arena, 1, s->method->state_size + 1)) ||
        !(s->best_x = SPK__SEARCH_ARRAY(s, s->dim, double)) ||
        copy_doubles(s, space->start, &s->start) || copy_doubles(s, space->step, &s->step) ||
        spk__stop_start(s))
        goto out;
    st = s->method->start(s);
    if (!st)
        *out = s;
out:
    if (st)
        spk_search_free(s);
    return st;
}

/* A method that has not seen one whole generation has learnt nothing. */
static spk_status check_budget(const spk_search *s) {
    const spk_search_method *m = spk_search_get_method(s);
    size_t least = s->of ? spk__islands_least(s) : s->n;
    if (m->samples || s->budget == 0 || s->budget >= least)
        return SPK_OK;
    char hint[128], islands[48] = "";
    if (s->of)
        snprintf(islands, sizeof islands, " on %zu islands", s->islands.n);
    bool option = false;
    for (size_t i = 0; m->options && m->options[i].name; i++)
        option = option || strcmp(m->options[i].name, "population") == 0;
    snprintf(hint, sizeof hint, "allow at least %zu evaluations%s%s", least,
             s->of ? ", or fewer islands" : "",
             option ? ", or lower its option 'population'" : "");
    return spk__fail(s->ctx, SPK_ERR_INPUT, NULL, hint,
                     "a budget of %llu evaluation%s is less than the first generation of %s%s, %zu",
                     (unsigned long long)s->budget, s->budget == 1 ? "" : "s", m->name, islands,
                     least);
}

spk_status spk_search_new(spk_ctx *ctx, const char *method, const spk_opts *options,
                          const spk_search_space *space, uint64_t seed, uint64_t budget,
                          spk_search **out) {
    return spk_search_new_islands(ctx, method, options, space, NULL, seed, budget, out);
}

spk_status spk_search_new_islands(spk_ctx *ctx, const char *method, const spk_opts *options,
                                  const spk_search_space *space, const spk_islands *islands,
                                  uint64_t seed, uint64_t budget, spk_search **out) {
    spk_search *s;
    spk_status st = spk__search_create(ctx, method, options, space, islands, seed, budget, &s);
    if (st)
        return st;
    st = s->method->ask(s);
    if (!st)
        st = check_budget(s);
    if (st)
        spk_search_free(s);
    else
        *out = s;
    return st;
}

void spk_search_free(spk_search *s) {
    if (!s)
        return;
    if (s->method->finish && s->state)
        s->method->finish(s);
    spk__arena_free(s->arena);
    spk__free(s->ctx, s->x);
    spk__free(s->ctx, s->f);
    spk__str_free(&s->saved);
    spk__free(s->ctx, s);
}

/* ---- limits ---- */

spk_status spk_search_set_stop(spk_search *s, const spk_opts *stop) {
    if (s->evaluations)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, NULL,
                         "stop rules must be set before the first values are told");
    spk_status st = check_options(s->ctx, "the stop rules", spk_search_stop_options(), stop);
    if (!st)
        s->rules.opts = *stop;
    return st || !s->method->limits ? st : s->method->limits(s);
}

spk_status spk_search_set_budget(spk_search *s, uint64_t budget) {
    s->budget = budget;
    spk_status st = s->method->limits ? s->method->limits(s) : SPK_OK;
    if (st)
        return st;
    bool spent = budget && s->evaluations >= budget;
    if (spent && s->reason == SPK_STOP_RUNNING)
        s->reason = SPK_STOP_BUDGET;
    if (spent || s->reason != SPK_STOP_BUDGET)
        return SPK_OK;
    s->reason = SPK_STOP_RUNNING;
    return s->told < s->n ? SPK_OK : s->method->ask(s);
}

double spk__search_elapsed(const spk_search *s) {
    double plan = s->budget ? (double)s->budget : 1e4 * (double)s->dim;
    return fmin(1, (double)s->evaluations / plan);
}

void spk__search_stop(spk_search *s, spk_stop reason) {
    if (s->reason == SPK_STOP_RUNNING)
        s->reason = reason;
}

bool spk_search_stopped(const spk_search *s, spk_stop *reason) {
    if (reason)
        *reason = s->reason;
    return s->reason != SPK_STOP_RUNNING;
}

/* ---- ask and tell ---- */

spk_status spk__search_batch(spk_search *s, size_t n) {
    if (n > s->capacity) {
        size_t numbers;
        if (__builtin_mul_overflow(n, s->dim, &numbers))
            numbers = SIZE_MAX;
        double *x = spk__realloc(s->ctx, s->x, numbers, sizeof *x);
        if (!x)
            return SPK_ERR_MEMORY;
        s->x = x;
        double *f = spk__realloc(s->ctx, s->f, n * s->n_objectives, sizeof *f);
        if (!f)
            return SPK_ERR_MEMORY;
        s->f = f;
        s->capacity = n;
    }
    s->n = n;
    s->told = s->asked = 0;
    return SPK_OK;
}

void spk__search_welcome(spk_search *s, const double *x) {
    memcpy(s->x + (s->n - 1) * s->dim, x, s->dim * sizeof *x);
}

size_t spk_search_batch_max(const spk_search *s) {
    if (s->reason != SPK_STOP_RUNNING)
        return 0;
    size_t n = s->n - s->told;
    if (s->budget && s->budget - s->evaluations < n)
        n = (size_t)(s->budget - s->evaluations);
    return n;
}

spk_status spk_search_ask(spk_search *s, double *x, size_t *n) {
    size_t most = spk_search_batch_max(s);
    if (most && *n == 0)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, NULL,
                         "asking for points needs room for at least one");
    s->asked = most < *n ? most : *n;
    *n = s->asked;
    memcpy(x, s->x + s->told * s->dim, s->asked * s->dim * sizeof *x);
    return SPK_OK;
}

static void keep_best(spk_search *s, size_t i, double f) {
    if (s->n_objectives > 1 || !(f < s->best_f))
        return;
    s->best_f = f;
    s->has_best = true;
    memcpy(s->best_x, s->x + i * s->dim, s->dim * sizeof *s->best_x);
}

spk_status spk_search_tell(spk_search *s, const double *f) {
    if (s->asked == 0)
        return spk__fail(s->ctx, SPK_ERR_USAGE, NULL, NULL,
                         "values were told for points that nobody asked");
    size_t k = s->n_objectives;
    for (size_t i = 0; i < s->asked; i++) {
        double *to = s->f + (s->told + i) * k;
        /* One objective that failed fails the point. */
        bool good = true;
        for (size_t j = 0; j < k; j++)
            good = good && isfinite(f[i * k + j]);
        for (size_t j = 0; j < k; j++)
            to[j] = good ? f[i * k + j] : INFINITY;
        keep_best(s, s->told + i, to[0]);
    }
    s->told += s->asked;
    s->evaluations += s->asked;
    s->asked = 0;
    if (k == 1 && s->best_f <= s->rules.opts.v[SPK_STOP_OPT_TARGET] && s->has_best)
        spk__search_stop(s, SPK_STOP_TARGET);
    if (s->told == s->n) {
        spk_status st = s->method->tell(s);
        if (st)
            return st;
        s->generation++;
    }
    if (s->budget && s->evaluations >= s->budget)
        spk__search_stop(s, SPK_STOP_BUDGET);
    return s->reason == SPK_STOP_RUNNING && s->told == s->n ? s->method->ask(s) : SPK_OK;
}

/* ---- results ---- */

bool spk_search_best(const spk_search *s, double *x, double *f) {
    if (!s->has_best)
        return false;
    if (x)
        memcpy(x, s->best_x, s->dim * sizeof *x);
    if (f)
        *f = s->best_f;
    return true;
}

bool spk_search_favourite(const spk_search *s, double *x) {
    if (s->noisy && s->method->favourite && s->n_objectives == 1)
        return s->method->favourite(s, x);
    return spk_search_best(s, x, NULL);
}

void spk_search_front(const spk_search *s, const double **x, const double **f, size_t *n) {
    *x = *f = NULL;
    *n = 0;
    if (s->n_objectives > 1 && s->method->front)
        s->method->front(s, x, f, n);
}

void spk_search_get_progress(const spk_search *s, spk_search_progress *out) {
    *out = (spk_search_progress){
        .evaluations = s->evaluations,
        .generation = s->generation,
        .population = s->n,
        .spread = NAN,
        .best = s->has_best ? s->best_f : NAN,
    };
    if (s->method->progress)
        s->method->progress(s, out);
}

size_t spk_search_describe(const spk_search *s, char *buf, size_t size) {
    spk_search_progress p;
    spk_search_get_progress(s, &p);
    spk__str line = {.ctx = s->ctx};
    spk__str_add(&line, "generation %llu", (unsigned long long)p.generation);
    if (s->method->describe)
        s->method->describe(s, &line);
    if (*s->why)
        spk__str_add(&line, ", %s (auto)", spk_search_get_method(s)->name);
    size_t length = line.length;
    if (size)
        snprintf(buf, size, "%s", line.text ? line.text : "");
    spk__str_free(&line);
    return length;
}

uint64_t spk__search_restart(const spk_search *s) {
    spk_search_progress p;
    spk_search_get_progress(s, &p);
    return p.restart;
}

void spk_search_starts(const spk_search *s, size_t n, uint64_t *start) {
    if (s->of) {
        spk__islands_starts(s, n, start);
        return;
    }
    uint64_t restart = spk__search_restart(s);
    for (size_t i = 0; i < n; i++)
        start[i] = restart;
}

const spk_search_method *spk_search_get_method(const spk_search *s) {
    return s->of ? &s->of->info : &s->method->info;
}

const char *spk_search_why(const spk_search *s) {
    return *s->why ? s->why : NULL;
}

size_t spk_search_dim(const spk_search *s) {
    return s->dim;
}

size_t spk_search_objectives(const spk_search *s) {
    return s->n_objectives;
}
