/* Islands: every method on several, migration, budgets. */
#include "search/islands.h"
#include "test.h"

enum { ROOM = 20000, DIM = 3 };

static void evaluate(const double *x, size_t n, size_t k, double *f) {
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < k; j++) {
            f[i * k + j] = 0;
            for (size_t d = 0; d < DIM; d++) {
                double e = x[i * DIM + d] - 0.3 - 0.2 * (double)j;
                f[i * k + j] += (1 + (double)d) * e * e;
            }
        }
}

static spk_search *make(spk_ctx *ctx, const char *method, size_t n, uint64_t migration,
                        uint64_t budget) {
    const spk_search_method *m = spk_search_method_find(method);
    spk_search_space space = {.dim = DIM, .n_objectives = m->min_objectives};
    spk_islands islands = {n, migration};
    spk_opts opts;
    spk_opts_default(m->options, &opts);
    for (size_t i = 0; m->costly && m->options[i].name; i++)
        if (!strcmp(m->options[i].name, "candidates"))
            opts.v[i] = 40;
    spk_search *s = NULL;
    spk_status st =
        spk_search_new_islands(ctx, method, &opts, &space, &islands, 5, budget, &s);
    if (st)
        printf("# %s: %s\n", method, last_message(ctx));
    CHECK(st == SPK_OK);
    return s;
}

/* One ask and tell of at most `room` points; adds them to the hash. */
static uint64_t step(spk_search *s, size_t room, uint64_t hash) {
    static double x[ROOM * DIM], f[ROOM * 3];
    size_t n = room;
    CHECK(spk_search_ask(s, x, &n) == SPK_OK);
    evaluate(x, n, spk_search_objectives(s), f);
    for (size_t i = 0; i < n * DIM; i++)
        CHECK(x[i] >= 0 && x[i] <= 1);
    if (n)
        CHECK(spk_search_tell(s, f) == SPK_OK);
    for (size_t i = 0; i < n; i++)
        hash = spk__hash(x + i * DIM, DIM * sizeof *x, hash);
    return hash;
}

static uint64_t run(spk_search *s, size_t room) {
    uint64_t hash = 1;
    while (!spk_search_stopped(s, NULL))
        hash = step(s, room, hash);
    return hash;
}

static uint64_t budget_of(const spk_search_method *m) {
    return m->costly ? 200 : 3001;
}

/* Whole, in parts, and saved and loaded on the way: the same points, and exactly the budget. */
TEST(every_method_repeats_itself_on_islands) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i);
        uint64_t first = 0;
        for (int kind = 0; kind < 3; kind++) {
            spk_search *s = make(ctx, m->name, 3, m->takes_guests ? 2 : 0, budget_of(m));
            REQUIRE(s);
            uint64_t hash = 1;
            while (!spk_search_stopped(s, NULL)) {
                const void *bytes;
                size_t size, n = 7;
                double x[7 * DIM];
                spk_search *copy = NULL;
                hash = step(s, kind == 0 ? ROOM : 7, hash);
                if (kind < 2)
                    continue;
                CHECK(spk_search_ask(s, x, &n) == SPK_OK);
                REQUIRE(spk_search_save(s, &bytes, &size) == SPK_OK);
                REQUIRE(spk_search_load(ctx, bytes, size, &copy) == SPK_OK);
                spk_search_free(s);
                s = copy;
            }
            first = kind == 0 ? hash : first;
            if (hash != first)
                printf("# %s, kind %d\n", m->name, kind);
            CHECK(hash == first);
            spk_stop reason;
            spk_search_progress p;
            spk_search_stopped(s, &reason);
            spk_search_get_progress(s, &p);
            CHECK(reason != SPK_STOP_BUDGET || p.evaluations == budget_of(m));
            CHECK(p.evaluations <= budget_of(m));
            spk_search_free(s);
        }
    }
    spk_ctx_free(ctx);
}

/* The first island is the search alone. */
TEST(the_first_island_is_the_search_without_others) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static double x[ROOM * DIM], y[ROOM * DIM];
    static uint64_t start[ROOM];
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const char *method = spk_search_method_at(i)->name;
        spk_search *one = make(ctx, method, 1, 0, 0), *three = make(ctx, method, 3, 0, 0);
        REQUIRE(one && three);
        size_t n = ROOM, k = ROOM;
        CHECK(spk_search_ask(one, x, &n) == SPK_OK && spk_search_ask(three, y, &k) == SPK_OK);
        CHECK(k == 3 * n && memcmp(x, y, n * DIM * sizeof *x) == 0);
        CHECK(strcmp(method, "auto") == 0 ||
              memcmp(y, y + n * DIM, n * DIM * sizeof *y) != 0);
        spk_search_starts(three, k, start);
        for (size_t p = 0; p < k; p++)
            CHECK(start[p] == p / n);
        spk_search_free(one);
        spk_search_free(three);
    }
    spk_ctx_free(ctx);
}

static bool asks(spk_search *s, const double *wanted) {
    static double x[ROOM * DIM];
    size_t n = ROOM;
    CHECK(spk_search_ask(s, x, &n) == SPK_OK);
    for (size_t i = 0; i < n; i++)
        if (memcmp(x + i * DIM, wanted, DIM * sizeof *x) == 0)
            return true;
    return false;
}

/* After a migration the best point of all is asked for once more, by the next island. */
TEST(migrants_arrive_where_guests_are_taken) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < 2 * spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i / 2);
        if (m->min_objectives > 1 || m->samples || m->chooses)
            continue;
        bool migrates = i % 2 && m->takes_guests;
        spk_search *s = make(ctx, m->name, 2, migrates, 0);
        REQUIRE(s);
        CHECK(!m->takes_guests == !spk__search_method_get(m->name)->welcome);
        double x[DIM], f;
        step(s, ROOM, 1);
        CHECK(spk_search_best(s, x, &f));
        /* A particle of `pso` that is the best of all stays for a generation in any case. */
        if (migrates || strcmp(m->name, "pso") != 0)
            CHECK(asks(s, x) == migrates);
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

/* Of several objectives the front is that of all islands together. */
TEST(the_front_is_that_of_all_islands) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < spk_search_method_count(); i++) {
        const spk_search_method *m = spk_search_method_at(i);
        if (m->min_objectives < 2)
            continue;
        spk_search *s = make(ctx, m->name, 3, 3, 6000);
        REQUIRE(s);
        run(s, ROOM);
        const double *x, *f;
        size_t n;
        spk_search_front(s, &x, &f, &n);
        CHECK(n > 20);
        for (size_t a = 0; a < n; a++) {
            double again[2];
            evaluate(x + a * DIM, 1, 2, again);
            CHECK(memcmp(again, f + 2 * a, sizeof again) == 0);
            for (size_t b = 0; b < n; b++)
                CHECK(!(f[2 * a] <= f[2 * b] && f[2 * a + 1] < f[2 * b + 1]));
        }
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

TEST(budgets_are_shared) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx, "cmaes", 3, 0, 1000);
    REQUIRE(s);
    run(s, ROOM);
    CHECK(spk_search_set_budget(s, 2001) == SPK_OK);
    CHECK(!spk_search_stopped(s, NULL));
    run(s, ROOM);
    spk_search_progress p;
    spk_search_get_progress(s, &p);
    CHECK(p.evaluations == 2001);
    spk_search_free(s);

    spk_search_space space = {.dim = DIM};
    spk_islands islands = {.n = 3};
    s = NULL;
    CHECK(spk_search_new_islands(ctx, "cmaes", NULL, &space, &islands, 1, 20, &s) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "a budget of 20 evaluations is less than the first generation of cmaes on 3 islands, 21");
    spk_ctx_free(ctx);
}

TEST(a_migration_that_moves_nothing_is_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_islands one = {1, 5}, four = {4, 5};
    CHECK(spk_islands_check(ctx, &four, "lshade", NULL) == SPK_OK);
    CHECK(spk_islands_check(ctx, &one, "lshade", NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "a search on one island has nowhere to migrate to");
    CHECK(spk_islands_check(ctx, &four, "bobyqa", NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "bobyqa takes no points from other islands");
    spk_ctx_free(ctx);
}

TEST(a_target_ends_all) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx, "lshade", 4, 0, 100000);
    REQUIRE(s);
    spk_opts stop;
    spk_opts_default(spk_search_stop_options(), &stop);
    stop.v[SPK_STOP_OPT_TARGET] = 1e-3;
    CHECK(spk_search_set_stop(s, &stop) == SPK_OK);
    run(s, ROOM);
    spk_stop reason;
    double f;
    spk_search_stopped(s, &reason);
    CHECK(reason == SPK_STOP_TARGET && spk_search_best(s, NULL, &f) && f <= 1e-3);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

static const char *memory_method;

static spk_status work(spk_ctx *ctx) {
    static double x[ROOM * DIM], f[ROOM * 3];
    const spk_search_method *m = spk_search_method_find(memory_method);
    spk_search_space space = {.dim = DIM, .n_objectives = m->min_objectives};
    spk_islands islands = {3, 1};
    spk_search *s = NULL, *copy = NULL;
    const void *bytes;
    size_t size;
    spk_status st = spk_search_new_islands(ctx, m->name, NULL, &space, &islands, 5, 1000, &s);
    for (int i = 0; i < 3 && !st; i++) {
        size_t n = ROOM;
        st = spk_search_ask(s, x, &n);
        evaluate(x, n, spk_search_objectives(s), f);
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
    static const char *const methods[] = {"cmaes", "lshade", "nsga2", "moead"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        int before = test__bad;
        memory_method = methods[i];
        check_every_allocation(work);
        if (test__bad > before)
            printf("# %s\n", memory_method);
    }
}

int main(void) {
    RUN(memory_may_fail_anywhere);
    RUN(every_method_repeats_itself_on_islands);
    RUN(the_first_island_is_the_search_without_others);
    RUN(migrants_arrive_where_guests_are_taken);
    RUN(the_front_is_that_of_all_islands);
    RUN(budgets_are_shared);
    RUN(a_migration_that_moves_nothing_is_refused);
    RUN(a_target_ends_all);
    return test_end();
}
