/* The genetic algorithm's operators, each alone: the others switched off, the children show it. */
#include "test.h"
#include <spikefit/search.h>

enum { N = 100, D = 5, ROOM = N * D };
enum { POPULATION, PRESSURE, CROSSOVER, EXTENSION, MUTATION, MUTATION_RATE, WIDTH, ELITE };

static spk_opts still(void) {
    spk_opts opts;
    spk_opts_default(spk_search_method_find("ga")->options, &opts);
    opts.v[POPULATION] = N;
    opts.v[CROSSOVER] = opts.v[MUTATION_RATE] = opts.v[ELITE] = 0;
    return opts;
}

/* The first generation and its children, values being f(first) = index. */
static size_t two_generations(const spk_opts *opts, uint64_t seed, double *parents,
                              double *children) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = D};
    spk_search *s;
    size_t n = 0;
    if (spk_search_new(ctx, "ga", opts, &space, seed, 0, &s) == SPK_OK) {
        double f[N];
        n = N;
        CHECK(spk_search_ask(s, parents, &n) == SPK_OK && n == N);
        for (size_t i = 0; i < N; i++)
            f[i] = (double)i;
        CHECK(spk_search_tell(s, f) == SPK_OK);
        CHECK(spk_search_ask(s, children, &n) == SPK_OK);
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
    return n;
}

static size_t parent_of(const double *parents, const double *child) {
    for (size_t i = 0; i < N; i++)
        if (memcmp(parents + i * D, child, D * sizeof *child) == 0)
            return i;
    return N;
}

/* Mean rank (0 the best) by linear ranking: (N - 1) / 2 - (P - 1) (N + 1) / 6; Evolutionary.jl's
 * own code, which ranks by sortperm, gives 0.507 N whatever the pressure. */
TEST(selection_is_linear_ranking) {
    static double parents[ROOM], children[ROOM];
    spk_opts opts = still();
    for (double pressure = 1; pressure <= 2; pressure += 0.5) {
        opts.v[PRESSURE] = pressure;
        double sum = 0, first = 0, last = 0;
        for (uint64_t seed = 0; seed < 400; seed++) {
            CHECK(two_generations(&opts, seed, parents, children) == N);
            for (size_t i = 0; i < N; i++) {
                size_t k = parent_of(parents, children + i * D);
                CHECK(k < N);
                sum += (double)k / (400.0 * N);
                first += (k < 10) / (400.0 * N);
                last += (k >= 90) / (400.0 * N);
            }
        }
        /* Standard error of the mean: 28.9 / 200. */
        CHECK_NEAR(sum, (N - 1) / 2.0 - (pressure - 1) * (N + 1) / 6.0, 0.6);
        CHECK_NEAR(first, 0.1 * (1 + (pressure - 1) * 90.0 / 99), 0.008);
        CHECK_NEAR(last, 0.1 * (1 - (pressure - 1) * 90.0 / 99), 0.008);
    }
}

TEST(children_lie_on_the_line_between_parents) {
    static double parents[ROOM], children[ROOM];
    spk_opts opts = still();
    opts.v[CROSSOVER] = 1;
    opts.v[EXTENSION] = 0;
    CHECK(two_generations(&opts, 1, parents, children) == N);
    /* Without extension a child lies in the box of its parents; with evenly drawn places its
     * variance is 2/3 of that of a parent: E[(1 - u)^2 + u^2] = 2/3. */
    double variance[2] = {0, 0};
    for (uint64_t seed = 0; seed < 100; seed++) {
        opts.v[PRESSURE] = 1;
        two_generations(&opts, seed, parents, children);
        for (size_t i = 0; i < ROOM; i++) {
            variance[0] += (parents[i] - 0.5) * (parents[i] - 0.5);
            variance[1] += (children[i] - 0.5) * (children[i] - 0.5);
        }
    }
    CHECK_NEAR(variance[1] / variance[0], 2.0 / 3, 0.03);
}

TEST(bga_mutation_is_relative_and_rare) {
    static double parents[ROOM], children[ROOM];
    spk_opts opts = still();
    opts.v[MUTATION_RATE] = 1;
    opts.v[WIDTH] = 1e-3;
    double changed = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        two_generations(&opts, seed, parents, children);
        for (size_t i = 0; i < N; i++) {
            /* The parent is the one that shares most coordinates. */
            size_t best = 0, most = 0;
            for (size_t k = 0; k < N; k++) {
                size_t same = 0;
                for (size_t d = 0; d < D; d++)
                    same += fabs(parents[k * D + d] - children[i * D + d]) <= 2e-3;
                if (same > most) {
                    most = same;
                    best = k;
                }
            }
            CHECK(most == D); /* no step is longer than twice the width */
            for (size_t d = 0; d < D; d++)
                changed += parents[best * D + d] != children[i * D + d];
        }
    }
    /* One coordinate in D, less those whose 20 terms are all 0: (19 / 20)^20. */
    CHECK_NEAR(changed / 1e4, 1 - pow(0.95, 20), 0.03);
}

TEST(uniform_mutation_has_its_width) {
    static double parents[ROOM], children[ROOM];
    spk_opts opts = still();
    opts.v[MUTATION_RATE] = opts.v[MUTATION] = 1;
    opts.v[WIDTH] = 1e-4;
    two_generations(&opts, 3, parents, children);
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        double nearest = INFINITY, square = 0;
        for (size_t k = 0; k < N; k++) {
            double far = 0, s = 0;
            for (size_t d = 0; d < D; d++) {
                double e = parents[k * D + d] - children[i * D + d];
                far = fmax(far, fabs(e));
                s += e * e;
            }
            if (far < nearest) {
                nearest = far;
                square = s;
            }
        }
        CHECK(nearest <= 1e-4);
        sum += square / ROOM;
    }
    CHECK_NEAR(sum / 1e-8, 1.0 / 3, 0.06);
}

/* True elitism: the best of all times is in every generation, so with copying alone its copies take
 * over and nothing better is ever lost. */
TEST(elites_survive) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_opts opts = still();
    opts.v[ELITE] = 0.01;
    opts.v[PRESSURE] = 2;
    spk_search_space space = {.dim = D};
    spk_search *s;
    REQUIRE(spk_search_new(ctx, "ga", &opts, &space, 1, 0, &s) == SPK_OK);
    static double x[ROOM];
    double f[N], best[D];
    for (int g = 0; g < 40; g++) {
        size_t n = N;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK && n == (g ? N - 1 : N));
        for (size_t i = 0; i < n; i++)
            f[i] = fabs(x[i * D] - 0.5);
        if (g < 39)
            CHECK(spk_search_tell(s, f) == SPK_OK);
        if (spk_search_stopped(s, NULL))
            break;
    }
    CHECK(spk_search_best(s, best, NULL));
    CHECK(memcmp(x, best, sizeof best) == 0 && memcmp(x + 98 * D, best, sizeof best) == 0);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(selection_is_linear_ranking);
    RUN(children_lie_on_the_line_between_parents);
    RUN(bga_mutation_is_relative_and_rare);
    RUN(uniform_mutation_has_its_width);
    RUN(elites_survive);
    return test_end();
}
