/* Fronts: ranking, crowding and volumes against plain definitions; the methods against pymoo. */
#include "test.h"

#include "search/nearest.h"
#include "search/pareto.h"
#include "search/strength.h"
#include "search/volume.h"

enum { N = 60, K = 4 };

static bool dominates(const double *a, const double *b, size_t k) {
    bool lower = false;
    for (size_t j = 0; j < k; j++) {
        if (a[j] > b[j])
            return false;
        lower = lower || a[j] < b[j];
    }
    return lower;
}

/* Values on a coarse grid, so that there are ties and duplicates, and some failures. */
static void make_points(uint32_t seed, size_t n, size_t k, double *f) {
    spk__rng r;
    spk__rng_init(&r, seed, SPK__RNG_TEST, 3, 3);
    for (size_t i = 0; i < n; i++) {
        bool failed = spk__rng_below(&r, 12) == 0;
        for (size_t j = 0; j < k; j++) {
            double v = (double)spk__rng_below(&r, seed % 2 ? 8 : 1000) / 8;
            f[i * k + j] = failed ? (double)INFINITY : v;
        }
    }
}

static spk_search *make(spk_ctx *ctx) {
    spk_search_space space = {.dim = 2};
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, "random", NULL, &space, 1, 0, &s) == SPK_OK);
    return s;
}

TEST(ranks_follow_the_definition) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    spk__pareto w;
    REQUIRE(s && spk__pareto_start(s, &w, N) == SPK_OK);
    for (uint32_t seed = 0; seed < 40; seed++)
        for (size_t k = 2; k <= K; k++) {
            double f[N * K];
            uint32_t rank[N], member[N];
            make_points(seed, N, k, f);
            size_t fronts = spk__pareto_rank(&w, f, N, k, rank), total = 0;
            for (size_t i = 0; i < N; i++) {
                /* One more than the largest rank of those that dominate it. */
                uint32_t expected = 0;
                for (size_t j = 0; j < N; j++)
                    if (dominates(f + j * k, f + i * k, k) && rank[j] + 1 > expected)
                        expected = rank[j] + 1;
                CHECK(rank[i] == expected && rank[i] < fronts);
            }
            for (size_t front = 0; front < fronts; front++) {
                size_t n = spk__pareto_members(&w, front, member);
                for (size_t i = 0; i < n; i++)
                    CHECK(rank[member[i]] == front &&
                          (i == 0 || f[member[i] * k] <= f[member[i - 1] * k]));
                total += n;
            }
            CHECK(total == N);
        }
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* Also for more points than the blocks of bits hold (strength.c). */
TEST(raw_fitness_follows_the_definition) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    enum { MOST = 1500 };
    static double f[MOST * K], raw[MOST];
    static uint32_t rank[MOST], strength[MOST];
    for (size_t k = 2; k <= K; k++) {
        spk_search_space space = {.dim = 2, .n_objectives = k};
        spk_search *s = NULL;
        spk__pareto w;
        spk__strength t;
        REQUIRE(spk_search_new(ctx, "nsga2", NULL, &space, 1, 0, &s) == SPK_OK);
        REQUIRE(spk__pareto_start(s, &w, MOST) == SPK_OK);
        REQUIRE(spk__strength_start(s, &t, MOST) == SPK_OK);
        for (uint32_t seed = 0; seed < 12; seed++) {
            size_t n = seed < 10 ? N : MOST;
            make_points(seed, n, k, f);
            spk__pareto_rank(&w, f, n, k, rank);
            spk__strength_raw(&t, &w, f, n, k, raw);
            memset(strength, 0, sizeof strength);
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < n; j++)
                    strength[i] += dominates(f + i * k, f + j * k, k);
            bool good = true;
            for (size_t i = 0; i < n; i++) {
                double expected = 0;
                for (size_t j = 0; j < n; j++)
                    expected += dominates(f + j * k, f + i * k, k) ? strength[j] : 0;
                good = good && raw[i] == expected;
            }
            CHECK(good);
        }
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
}

/* Points on a grid, some of them failed, some dropped: distances as sorted by hand. */
TEST(nearest_points_are_found) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    enum { MOST = 300, WANTED = 20 };
    static double f[MOST * K], all[MOST], square[MOST];
    static uint32_t row[MOST], order[MOST], scratch[MOST];
    for (size_t k = 1; k <= K; k++)
        for (size_t n = 1; n <= MOST; n = 2 * n + 1) {
            spk__nearest t;
            REQUIRE(spk__nearest_start(s, &t, n, k) == SPK_OK);
            make_points((uint32_t)(n + k), n, k, f);
            spk__nearest_build(&t, f, n);
            for (size_t i = 0; i < n; i += 5)
                spk__nearest_drop(&t, i);
            bool good = true;
            for (size_t i = 0; i < n; i++) {
                double x[K] = {0};
                for (size_t j = 0; j < k; j++)
                    x[j] = isfinite(f[i * k]) ? f[i * k + j] : 0.3;
                for (size_t q = 0; q < n; q++) {
                    all[q] = q % 5 ? 0 : (double)INFINITY;
                    for (size_t j = 0; j < k; j++)
                        all[q] += (f[q * k + j] - x[j]) * (f[q * k + j] - x[j]);
                }
                spk__search_rank(all, n, order, scratch);
                size_t left = 0, m = spk__nearest_find(&t, x, WANTED, INFINITY, row, square);
                while (left < n && isfinite(all[order[left]]))
                    left++;
                good = good && m == (left < WANTED ? left : WANTED);
                for (size_t q = 0; q < m; q++)
                    good = good && square[q] == all[order[q]] && all[row[q]] == square[q];
                double within = left > 30 ? all[order[30]] : 1;
                size_t expected = 0;
                while (expected < left && all[order[expected]] < within)
                    expected++;
                m = spk__nearest_find(&t, x, SPK__NEAREST_ALL, within, row, square);
                good = good && m == expected;
            }
            CHECK(good);
        }
    spk_search_free(s);
    spk_ctx_free(ctx);
}

TEST(crowding_is_the_size_of_the_gap) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    spk__pareto w;
    REQUIRE(s && spk__pareto_start(s, &w, N) == SPK_OK);
    double f[] = {0, 4, 1, 2, 2, 1, 4, 0}, crowding[4];
    uint32_t rank[4], member[4];
    CHECK(spk__pareto_rank(&w, f, 4, 2, rank) == 1);
    CHECK(spk__pareto_members(&w, 0, member) == 4);
    spk__pareto_crowding(&w, f, 2, member, 4, crowding);
    CHECK(isinf(crowding[0]) && isinf(crowding[3]));
    CHECK_NEAR(crowding[1], 2 / 4.0 + 3 / 4.0, 1e-15);
    CHECK_NEAR(crowding[2], 3 / 4.0 + 2 / 4.0, 1e-15);
    double g[] = {0, 4, 1, 1, 2, 2, 2, 1, 5, 4, 0, 3}, crowding3[4];
    CHECK(spk__pareto_rank(&w, g, 4, 3, rank) == 1);
    CHECK(spk__pareto_members(&w, 0, member) == 4);
    spk__pareto_crowding(&w, g, 3, member, 4, crowding3);
    CHECK_NEAR(crowding3[1], 2 / 4.0 + 3 / 4.0 + 2 / 4.0, 1e-15);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* Values are eighths below 1, so the volume is a count of cells. */
static double count_cells(const double *f, size_t n, size_t k) {
    size_t cells = 1, inside = 0;
    for (size_t j = 0; j < k; j++)
        cells *= 8;
    for (size_t c = 0; c < cells; c++) {
        bool covered = false;
        for (size_t i = 0; i < n && !covered; i++) {
            covered = true;
            size_t rest = c;
            for (size_t j = 0; j < k; j++, rest /= 8)
                covered = covered && f[i * k + j] <= (double)(rest % 8) / 8;
        }
        inside += covered;
    }
    return (double)inside / (double)cells;
}

TEST(volumes_are_exact) {
    double f[20 * K], room[6 * 20 * K], reference[K] = {1, 1, 1, 1};
    for (uint32_t seed = 1; seed < 60; seed += 2)
        for (size_t k = 1; k <= K; k++)
            for (size_t n = 0; n <= 20; n += 4) {
                make_points(seed, n, k, f);
                CHECK(spk__hypervolume_room(n, k) <= sizeof room / sizeof *room);
                CHECK_NEAR(spk__hypervolume(f, n, k, reference, room), count_cells(f, n, k), 1e-12);
            }
}

/* A front of cells with duplicates: what a point adds is the cells that go without it. */
TEST(what_each_point_adds_is_exact) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    enum { MOST = 40 };
    double f[MOST * K], front[MOST * K], without[MOST * K], added[MOST];
    const double reference[K] = {1, 1, 1, 1};
    spk__volume v;
    REQUIRE(s && spk__volume_start(s, &v, MOST, K) == SPK_OK);
    size_t largest = 0;
    for (uint32_t seed = 1; seed < 120; seed += 2)
        for (size_t k = 2; k <= K; k++) {
            size_t n = 0;
            make_points(seed, MOST, k, f);
            for (size_t i = 0; i < MOST; i++) {
                bool kept = isfinite(f[i * k]);
                for (size_t j = 0; j < MOST; j++)
                    kept = kept && !dominates(f + j * k, f + i * k, k);
                if (kept)
                    memcpy(front + n++ * k, f + i * k, k * sizeof *f);
            }
            spk__volume_added(&v, front, n, k, reference, added);
            largest = n > largest ? n : largest;
            for (size_t i = 0; i < n; i++) {
                memcpy(without, front, n * k * sizeof *f);
                memcpy(without + i * k, front + (n - 1) * k, k * sizeof *f);
                CHECK_NEAR(added[i], count_cells(front, n, k) - count_cells(without, n - 1, k),
                           1e-12);
            }
        }
    CHECK(largest > 15);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* Shrunk by the definition: as long as there are too many, that one goes which adds least. */
TEST(shrinking_takes_the_least_each_time) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    spk__volume v;
    REQUIRE(s && spk__volume_start(s, &v, N, K) == SPK_OK);
    for (uint32_t seed = 0; seed < 30; seed++)
        for (size_t k = 2; k <= K; k++) {
            double f[N * K], left[N * K], added[N];
            const double reference[K] = {2, 2, 2, 2};
            uint32_t member[N];
            spk__rng r;
            spk__rng_init(&r, seed, SPK__RNG_TEST, 4, (uint32_t)k);
            /* On a sphere, of range 1 in every value by the first k points; some are twins. */
            for (size_t i = 0; i < N; i++) {
                double length = 0;
                for (size_t j = 0; j < k; j++) {
                    double u = spk__rng_uniform(&r);
                    f[i * k + j] = i < k ? (double)(i != j) : u;
                    length += (1 - f[i * k + j]) * (1 - f[i * k + j]);
                }
                for (size_t j = 0; j < k; j++)
                    f[i * k + j] = 1 - (1 - f[i * k + j]) / sqrt(length);
                if (i >= k && i % 10 == 0)
                    memcpy(f + i * k, f + (i - 1) * k, k * sizeof *f);
                member[i] = (uint32_t)i;
            }
            size_t m = N, wanted = N / 3;
            memcpy(left, f, sizeof left);
            for (; m > wanted; m--) {
                spk__volume_added(&v, left, m, k, reference, added);
                size_t least = 0;
                for (size_t i = 1; i < m; i++)
                    least = added[i] < added[least] ? i : least;
                memmove(left + least * k, left + (least + 1) * k,
                        (m - 1 - least) * k * sizeof *left);
            }
            spk__volume_shrink(&v, f, k, member, N, wanted);
            for (size_t i = 0; i < wanted; i++)
                CHECK(memcmp(f + member[i] * k, left + i * k, k * sizeof *f) == 0);
        }
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* As DTLZ4 has them: a value that differs by less than any normal number. */
TEST(shrinking_ends_where_a_range_is_next_to_nothing) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx);
    spk__volume v;
    REQUIRE(s && spk__volume_start(s, &v, N, K) == SPK_OK);
    for (uint32_t seed = 0; seed < 200; seed++)
        for (size_t k = 2; k <= K; k++) {
            double f[6 * K];
            uint32_t member[6];
            spk__rng r;
            spk__rng_init(&r, seed, SPK__RNG_TEST, 5, (uint32_t)k);
            for (size_t i = 0; i < 6; i++) {
                for (size_t j = 0; j < k; j++)
                    f[i * k + j] = spk__rng_uniform(&r) * (j == seed % k ? 0x1p-1030 : 1);
                member[i] = (uint32_t)i;
            }
            spk__volume_shrink(&v, f, k, member, 6, 2);
            CHECK(member[0] < 6 && member[1] < 6 && member[0] != member[1]);
        }
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* ---- the methods ---- */

enum { DIM = 30, POPULATION = 100 };

static void zdt(int number, const double *x, double *f) {
    double g = 0;
    for (size_t i = 1; i < DIM; i++)
        g += x[i];
    g = 1 + 9 * g / (DIM - 1);
    f[0] = x[0];
    double r = x[0] / g;
    f[1] = number == 1   ? g * (1 - sqrt(r))
           : number == 2 ? g * (1 - r * r)
                         : g * (1 - sqrt(r) - r * sin(10 * M_PI * x[0]));
}

/* Three objectives, 12 coordinates. */
static void dtlz2(const double *x, double *f) {
    double g = 0;
    for (size_t i = 2; i < 12; i++)
        g += (x[i] - 0.5) * (x[i] - 0.5);
    double a = x[0] * M_PI / 2, b = x[1] * M_PI / 2;
    f[0] = (1 + g) * cos(a) * cos(b);
    f[1] = (1 + g) * cos(a) * sin(b);
    f[2] = (1 + g) * sin(a);
}

static double volume_after(const char *method, int problem, uint64_t generations, uint64_t seed) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t dim = problem == 4 ? 12 : DIM, k = problem == 4 ? 3 : 2, n;
    spk_search_space space = {.dim = dim, .n_objectives = k};
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, method, NULL, &space, seed, generations * POPULATION, &s) == SPK_OK);
    static double x[POPULATION * DIM], f[POPULATION * 3], room[5 * POPULATION * 3];
    while (s && !spk_search_stopped(s, NULL)) {
        n = POPULATION;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK);
        for (size_t i = 0; i < n; i++) {
            if (problem == 4)
                dtlz2(x + i * dim, f + i * k);
            else
                zdt(problem, x + i * dim, f + i * k);
        }
        CHECK(spk_search_tell(s, f) == SPK_OK);
    }
    const double *fx, *ff, reference[3] = {1.1, 1.1, 1.1};
    spk_search_front(s, &fx, &ff, &n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            CHECK(!dominates(ff + i * k, ff + j * k, k));
    double volume = spk__hypervolume(ff, n, k, reference, room);
    spk_search_free(s);
    spk_ctx_free(ctx);
    return volume;
}

/* Other programs with 100 points and 200 generations (DTLZ2: 100); hypervolume to
 * (1.1, 1.1[, 1.1]), mean of 3 runs. pymoo 0.6.2: NSGA2 and SPEA2 with SBX(eta=20, prob=.9),
 * SMSEMOA, NSGA3 with 100 (DTLZ2: 91) directions; pygmo 2.19: moead; deap 1.4:
 * StrategyMultiObjective, sigma 0.3, one run. */
TEST(volumes_equal_those_of_other_programs) {
    static const struct {
        const char *method;
        int problem;
        uint64_t generations;
        double theirs, tolerance;
    } cases[] = {{"nsga2", 1, 200, 0.8678, 0.003},   {"nsga2", 2, 200, 0.5340, 0.003},
                 {"nsga2", 3, 200, 1.3252, 0.003},   {"smsemoa", 1, 200, 0.8709, 0.003},
                 {"smsemoa", 2, 200, 0.5357, 0.003}, {"smsemoa", 3, 200, 1.3278, 0.003},
                 {"nsga2", 4, 100, 0.6975, 0.02},    {"nsga3", 1, 200, 0.8689, 0.003},
                 {"nsga3", 3, 200, 1.3209, 0.005},   {"nsga3", 4, 100, 0.7407, 0.01},
                 {"spea2", 1, 200, 0.8689, 0.003},   {"spea2", 2, 200, 0.5345, 0.003},
                 {"spea2", 4, 100, 0.7347, 0.02},    {"moead", 1, 200, 0.8255, 0.06},
                 {"moead", 4, 100, 0.6728, 0.04},    {"mocmaes", 1, 200, 0.8714, 0.003},
                 {"mocmaes", 2, 200, 0.5381, 0.003}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double mean = 0;
        for (uint64_t seed = 0; seed < 3; seed++)
            mean += volume_after(cases[i].method, cases[i].problem, cases[i].generations, seed) / 3;
        printf("# %s on problem %d: %.4f, theirs %.4f\n", cases[i].method, cases[i].problem, mean,
               cases[i].theirs);
        CHECK_NEAR(mean, cases[i].theirs, cases[i].tolerance);
    }
}

/* Three objectives by exact volumes: better spread than NSGA-II's crowding for the same
 * evaluations. */
TEST(exact_volumes_win_with_three_objectives) {
    double sms = volume_after("smsemoa", 4, 30, 1), crowding = volume_after("nsga2", 4, 30, 1);
    printf("# smsemoa %.4f, nsga2 %.4f\n", sms, crowding);
    CHECK(sms > crowding + 0.02);
}

int main(void) {
    RUN(ranks_follow_the_definition);
    RUN(raw_fitness_follows_the_definition);
    RUN(nearest_points_are_found);
    RUN(crowding_is_the_size_of_the_gap);
    RUN(volumes_are_exact);
    RUN(what_each_point_adds_is_exact);
    RUN(shrinking_takes_the_least_each_time);
    RUN(shrinking_ends_where_a_range_is_next_to_nothing);
    RUN(volumes_equal_those_of_other_programs);
    RUN(exact_volumes_win_with_three_objectives);
    return test_end();
}
