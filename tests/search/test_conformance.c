/* What every search method must do, over the registry. */
#include "test.h"
#include <spikefit/search.h>

enum { MAX_DIM = 50, MAX_K = 3, ROOM = 4096 };

/* What is told of a point: a bowl for each objective, its bottom moved, seen through a mood. */
typedef enum { PLAIN, EQUAL, ALL_NAN, SOME_BAD } mood;

static void evaluate(const double *x, size_t dim, size_t k, mood m, double *f) {
    for (size_t j = 0; j < k; j++) {
        f[j] = 0;
        for (size_t d = 0; d < dim; d++) {
            double e = x[d] - 0.3 - 0.2 * (double)j;
            f[j] += (1 + (double)(d % 3)) * e * e;
        }
        if (m == EQUAL)
            f[j] = 7;
        if (m == ALL_NAN)
            f[j] = NAN;
        if (m == SOME_BAD && x[0] > 0.4)
            f[j] = x[0] > 0.6 ? (double)NAN : x[0] > 0.5 ? (double)INFINITY : -(double)INFINITY;
    }
}

static const spk_search_method *method_at(size_t i) {
    return spk_search_method_at(i);
}

static spk_search_space space_of(const spk_search_method *m, size_t dim) {
    return (spk_search_space){.dim = m->max_dim && m->max_dim < dim ? m->max_dim : dim,
                              .n_objectives = m->min_objectives};
}

/* Methods that think for long get a tenth of the evaluations, and think less. */
static uint64_t allowance(const spk_search_method *m, uint64_t budget) {
    return m->costly ? (budget + 9) / 10 : budget;
}

static spk_search *make(spk_ctx *ctx, const spk_search_method *m, const spk_search_space *space,
                        uint64_t seed, uint64_t budget) {
    spk_opts opts;
    spk_opts_default(m->options, &opts);
    for (size_t i = 0; m->costly && m->options[i].name; i++)
        if (!strcmp(m->options[i].name, "candidates"))
            opts.v[i] = 40;
    spk_search *s = NULL;
    spk_status st = spk_search_new(ctx, m->name, &opts, space, seed, budget, &s);
    if (st) {
        printf("# %s: %s\n", m->name, last_message(ctx));
        CHECK(st == SPK_OK);
    }
    return s;
}

/* One ask and tell of at most room points; returns a hash that includes all points, or 0 at the
 * end. */
static uint64_t step(spk_search *s, size_t room, mood m, uint64_t hash) {
    static double x[ROOM * MAX_DIM], f[ROOM * MAX_K];
    size_t n = room < ROOM ? room : ROOM, dim = spk_search_dim(s), k = spk_search_objectives(s);
    size_t most = spk_search_batch_max(s);
    CHECK(spk_search_ask(s, x, &n) == SPK_OK);
    CHECK(n <= room && n <= most && (n > 0) == (most > 0));
    bool inside = true;
    for (size_t i = 0; i < n * dim; i++)
        inside = inside && x[i] >= 0 && x[i] <= 1;
    CHECK(inside);
    for (size_t i = 0; i < n; i++)
        evaluate(x + i * dim, dim, k, m, f + i * k);
    if (n)
        CHECK(spk_search_tell(s, f) == SPK_OK);
    /* Point by point, so that parts hash like the whole. */
    for (size_t i = 0; i < n; i++)
        hash = spk__hash(x + i * dim, dim * sizeof *x, hash);
    return hash;
}

static uint64_t run(spk_search *s, size_t room, mood m, uint64_t hash) {
    for (int i = 0; i < 100000 && !spk_search_stopped(s, NULL); i++)
        hash = step(s, room, m, hash);
    return hash;
}

static uint64_t evaluations(const spk_search *s) {
    spk_search_progress p;
    spk_search_get_progress(s, &p);
    return p.evaluations;
}

TEST(entries_are_complete_and_distinct) {
    size_t n = spk_search_method_count();
    CHECK(n >= 2);
    for (size_t i = 0; i < n; i++) {
        const spk_search_method *m = method_at(i);
        CHECK(m->name && m->sentence && m->reference && *m->sentence && *m->reference);
        CHECK(strlen(m->name) < 32);
        CHECK(m->min_objectives >= 1 && m->max_objectives >= m->min_objectives);
        CHECK(m->rules & 1u << SPK_STOP_BUDGET);
        CHECK(m->min_objectives > 1 || m->rules & 1u << SPK_STOP_TARGET);
        CHECK(spk_search_method_find(m->name) == m);
        for (size_t k = 0; m->options && m->options[k].name; k++) {
            const spk_opt *o = &m->options[k];
            CHECK(k < SPK_OPTS_MAX && o->sentence);
            CHECK(o->kind == SPK_OPT_BOOL || o->kind == SPK_OPT_CHOICE ||
                  (o->value >= o->min && o->value <= o->max));
        }
    }
    CHECK(method_at(n) == NULL && spk_search_method_find("nothing") == NULL);
    for (int r = 0; r < SPK_STOP_COUNT; r++)
        CHECK(*spk_stop_name((spk_stop)r) && *spk_stop_text((spk_stop)r));
}

/* Same seed, same points; another seed, others; in parts as in one piece; exactly the budget. */
static void repeats(spk_ctx *ctx, const spk_search_method *m, size_t dim, uint64_t most) {
    static const size_t rooms[] = {ROOM, ROOM, 7, 1};
    spk_search_space space = space_of(m, dim);
    uint64_t first = 0, budget = allowance(m, most);
    for (size_t i = 0; i < 4; i++) {
        spk_search *s = make(ctx, m, &space, 11, budget);
        REQUIRE(s);
        uint64_t hash = run(s, rooms[i], PLAIN, 1);
        first = i == 0 ? hash : first;
        if (hash != first)
            printf("# %s, dim %zu, room %zu\n", m->name, dim, rooms[i]);
        CHECK(hash == first);
        spk_stop reason;
        CHECK(spk_search_stopped(s, &reason) && m->rules & 1u << reason);
        CHECK(reason != SPK_STOP_BUDGET || evaluations(s) == budget);
        CHECK(evaluations(s) <= budget && spk_search_batch_max(s) == 0);
        spk_search_free(s);
    }
    spk_search *s = make(ctx, m, &space, 12, budget);
    REQUIRE(s);
    CHECK(run(s, ROOM, PLAIN, 1) != first);
    spk_search_free(s);
}

TEST(a_seed_gives_its_points_again) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        repeats(ctx, m, 1, 333);
        repeats(ctx, m, 4, 1501);
        repeats(ctx, m, 50, 1009);
        if (m->samples)
            repeats(ctx, m, 3, 1);
    }
    spk_ctx_free(ctx);
}

/* The first generation fits exactly, or the error tells what would. */
TEST(a_budget_below_one_generation_is_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        spk_search_space space = space_of(m, 3);
        spk_search *s = make(ctx, m, &space, 1, 0);
        REQUIRE(s);
        size_t n = spk_search_batch_max(s);
        spk_search_free(s);
        s = NULL;
        spk_status st = spk_search_new(ctx, m->name, NULL, &space, 1, n - 1, &s);
        CHECK(n < 2 || m->samples || m->chooses || st == SPK_ERR_INPUT);
        if (st) {
            char words[80];
            snprintf(words, sizeof words, "less than the first generation of %s, %zu", m->name, n);
            CHECK(strstr(last_message(ctx), words) != NULL);
        }
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

/* Saved and loaded after every ask and after every tell, it goes on with the same bits. */
TEST(saving_at_any_moment_changes_nothing) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < 2 * spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i / 2);
        spk_search_space space = space_of(m, 4);
        double start[4] = {0.9, 0.1, 0.5, 1}, sizes[4] = {0.1, 0.2, 0.1, 0.3};
        space.noisy = i % 2;
        if (i % 2) {
            space.start = start;
            space.step = sizes;
        }
        spk_search *straight = make(ctx, m, &space, 5, allowance(m, 2003));
        spk_search *s = make(ctx, m, &space, 5, allowance(m, 2003));
        REQUIRE(straight && s);
        spk_opts stop;
        spk_opts_default(spk_search_stop_options(), &stop);
        stop.v[SPK_STOP_OPT_FTOL] = 1e-6;
        CHECK(spk_search_set_stop(straight, &stop) == SPK_OK);
        CHECK(spk_search_set_stop(s, &stop) == SPK_OK);
        uint64_t a = 1, b = 1;
        for (int k = 0; k < 100000 && !spk_search_stopped(s, NULL); k++) {
            const void *bytes;
            size_t size, n = 9;
            double x[9 * 4];
            CHECK(spk_search_ask(s, x, &n) == SPK_OK);
            for (int twice = 0; twice < 2; twice++) {
                spk_search *copy = NULL;
                REQUIRE(spk_search_save(s, &bytes, &size) == SPK_OK);
                REQUIRE(spk_search_load(ctx, bytes, size, &copy) == SPK_OK);
                spk_search_free(s);
                s = copy;
                if (twice == 0)
                    b = step(s, 9, PLAIN, b);
            }
            a = step(straight, 9, PLAIN, a);
            if (a != b)
                break;
        }
        spk_stop why_a, why_b;
        spk_search_stopped(straight, &why_a);
        spk_search_stopped(s, &why_b);
        if (a != b || why_a != why_b)
            printf("# %s\n", m->name);
        CHECK(a == b && why_a == why_b && evaluations(s) == evaluations(straight));
        spk_search_progress p, q;
        spk_search_get_progress(s, &p);
        spk_search_get_progress(straight, &q);
        CHECK(p.restart == q.restart && p.population == q.population);
        CHECK_NEAR(p.spread, q.spread, 0);
        double xa[4] = {0}, xb[4] = {0}, fa = 0, fb = 0;
        CHECK(spk_search_best(straight, xa, &fa) == spk_search_best(s, xb, &fb));
        CHECK(memcmp(xa, xb, sizeof xa) == 0 && fa == fb);
        spk_search_favourite(straight, xa);
        spk_search_favourite(s, xb);
        CHECK(memcmp(xa, xb, sizeof xa) == 0);
        spk_search_free(s);
        spk_search_free(straight);
    }
    spk_ctx_free(ctx);
}

TEST(bad_values_do_no_harm) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < 4 * spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i / 4);
        spk_search_space space = space_of(m, 3);
        space.noisy = i % 2;
        for (mood told = EQUAL; told <= SOME_BAD; told++) {
            spk_search *s = make(ctx, m, &space, i, allowance(m, 3000));
            REQUIRE(s);
            run(s, ROOM, told, 1);
            CHECK(spk_search_stopped(s, NULL));
            double x[3], f = NAN;
            bool known = spk_search_best(s, x, &f);
            CHECK(known == (told != ALL_NAN && space.n_objectives == 1));
            CHECK(!known || isfinite(f));
            if (told == SOME_BAD && known)
                CHECK(x[0] <= 0.4);
            spk_search_free(s);
        }
    }
    spk_ctx_free(ctx);
}

/* The bowl is found, better than by chance alone: a blunder would show here. */
TEST(the_bowl_is_found) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        if (m->min_objectives > 1)
            continue;
        spk_search_space space = space_of(m, 3);
        spk_search *s = make(ctx, m, &space, 3, allowance(m, 4000));
        REQUIRE(s);
        run(s, ROOM, PLAIN, 1);
        double f = NAN, x[3], at[3] = {0.3, 0.3, 0.3};
        CHECK(spk_search_best(s, x, &f));
        evaluate(x, 3, 1, PLAIN, at);
        CHECK_NEAR(at[0], f, 0);
        if (!(f < (m->samples ? 0.02 : 1e-3)))
            printf("# %s: %g\n", m->name, f);
        CHECK(f < (m->samples ? 0.02 : 1e-3));
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

TEST(a_larger_budget_goes_on_where_the_smaller_ended) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        spk_search_space space = space_of(m, 4);
        spk_search *s = make(ctx, m, &space, 3, 777);
        REQUIRE(s);
        uint64_t a = run(s, ROOM, PLAIN, 1);
        spk_stop reason;
        spk_search_stopped(s, &reason);
        CHECK(spk_search_set_budget(s, 1000) == SPK_OK);
        CHECK(spk_search_stopped(s, NULL) == (reason != SPK_STOP_BUDGET));
        a = run(s, ROOM, PLAIN, a);
        CHECK(reason != SPK_STOP_BUDGET || evaluations(s) == 1000 ||
              spk_search_stopped(s, &reason));
        spk_search *straight = make(ctx, m, &space, 3, 1000);
        REQUIRE(straight);
        uint64_t b = run(straight, ROOM, PLAIN, 1);
        /* Sampling does not plan, so there the bits agree. */
        if (m->samples || !strcmp(m->name, "cmaes"))
            CHECK(a == b);
        spk_search_free(s);
        spk_search_free(straight);
    }
    spk_ctx_free(ctx);
}

TEST(the_start_is_used) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static double x[ROOM * 3], f[ROOM * MAX_K];
    double start[3] = {0.25, 0.125, 0.75}, sizes[3] = {1e-6, 1e-6, 1e-6};
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        spk_search_space space = space_of(m, 3);
        space.start = start;
        space.step = sizes;
        spk_search *s = make(ctx, m, &space, 3, 0);
        REQUIRE(s);
        size_t n = ROOM;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK);
        double nearest = INFINITY, farthest = 0;
        for (size_t p = 0; p < n; p++) {
            double e = 0;
            for (size_t d = 0; d < 3; d++)
                e = fmax(e, fabs(x[p * 3 + d] - start[d]));
            nearest = fmin(nearest, e);
            farthest = fmax(farthest, e);
        }
        if (m->uses_start)
            CHECK(nearest < 1e-4);
        if (m->uses_step)
            CHECK(farthest < 1e-4);
        for (size_t p = 0; p < n; p++)
            evaluate(x + 3 * p, 3, space.n_objectives, PLAIN, f + p * space.n_objectives);
        CHECK(spk_search_tell(s, f) == SPK_OK);
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

/* Rules that a method claims, made easy to reach one at a time. */
TEST(stop_rules_are_reached) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static const struct {
        spk_stop reason;
        int option;
        double value;
    } easy[] = {{SPK_STOP_TARGET, SPK_STOP_OPT_TARGET, 0.05},
                {SPK_STOP_FTOL, SPK_STOP_OPT_FTOL, 1e-2},
                {SPK_STOP_XTOL, SPK_STOP_OPT_XTOL, 3e-2},
                {SPK_STOP_CONDITION, SPK_STOP_OPT_CONDITION, 1.0001}};
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = method_at(i);
        for (size_t k = 0; k < sizeof easy / sizeof *easy; k++) {
            if (!(m->rules & 1u << easy[k].reason) || m->min_objectives > 1 || m->chooses)
                continue;
            spk_search_space space = space_of(m, 3);
            spk_search *s = make(ctx, m, &space, 3, 100000);
            REQUIRE(s);
            spk_opts stop;
            spk_opts_default(spk_search_stop_options(), &stop);
            for (int off = SPK_STOP_OPT_FTOL; off <= SPK_STOP_OPT_CONDITION; off++)
                stop.v[off] = 0;
            stop.v[easy[k].option] = easy[k].value;
            CHECK(spk_search_set_stop(s, &stop) == SPK_OK);
            run(s, ROOM, PLAIN, 1);
            spk_stop reason;
            spk_search_stopped(s, &reason);
            spk_search_progress p;
            spk_search_get_progress(s, &p);
            bool restarted = m->restarts && easy[k].reason != SPK_STOP_TARGET;
            bool good = restarted ? p.restart > 0 : reason == easy[k].reason;
            if (!good)
                printf("# %s: %s instead of %s\n", m->name, spk_stop_name(reason),
                       spk_stop_name(easy[k].reason));
            CHECK(good);
            spk_search_free(s);
        }
    }
    spk_ctx_free(ctx);
}

static const char *memory_method;

static spk_status work(spk_ctx *ctx) {
    const spk_search_method *m = spk_search_method_find(memory_method);
    double start[2] = {0.5, 0.5};
    spk_search_space space = {.dim = 2, .n_objectives = m->min_objectives, .start = start};
    spk_search *s = NULL, *copy = NULL;
    spk_status st = spk_search_new(ctx, m->name, NULL, &space, 1, 0, &s);
    const void *bytes;
    size_t size;
    static double x[ROOM * 2], f[ROOM * MAX_K];
    for (int g = 0; !st && g < 150 && !spk_search_stopped(s, NULL); g++) {
        size_t n = ROOM;
        st = spk_search_ask(s, x, &n);
        for (size_t i = 0; i < n * space.n_objectives; i++)
            f[i] = 1;
        if (!st)
            st = spk_search_tell(s, f);
    }
    if (!st)
        st = spk_search_save(s, &bytes, &size);
    if (!st)
        st = spk_search_load(ctx, bytes, size, &copy);
    spk_search_free(copy);
    spk_search_free(s);
    return st;
}

TEST(memory_may_fail_anywhere) {
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        memory_method = method_at(i)->name;
        int before = test__bad;
        check_every_allocation(work);
        if (test__bad > before)
            printf("# %s\n", memory_method);
    }
}

TEST(progress_has_words_and_numbers) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        spk_search_space space = space_of(method_at(i), 3);
        spk_search *s = make(ctx, method_at(i), &space, 3, 500);
        REQUIRE(s);
        char line[200], tiny[4];
        CHECK(spk_search_describe(s, line, sizeof line) == strlen(line));
        CHECK(strncmp(line, "generation 0", 12) == 0);
        CHECK(spk_search_describe(s, tiny, sizeof tiny) == strlen(line) && !strcmp(tiny, "gen"));
        spk_search_progress p;
        spk_search_get_progress(s, &p);
        CHECK(p.population > 0 && isnan(p.best) && p.evaluations == 0);
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(entries_are_complete_and_distinct);
    RUN(a_seed_gives_its_points_again);
    RUN(a_budget_below_one_generation_is_refused);
    RUN(saving_at_any_moment_changes_nothing);
    RUN(bad_values_do_no_harm);
    RUN(the_bowl_is_found);
    RUN(a_larger_budget_goes_on_where_the_smaller_ended);
    RUN(the_start_is_used);
    RUN(stop_rules_are_reached);
    RUN(memory_may_fail_anywhere);
    RUN(progress_has_words_and_numbers);
    return test_end();
}
