/* Ranking, streams drawn in bulk, the stop rules by themselves. */
#include "test.h"

#include "num/num.h"
#include "search/search.h"

static spk_search *make(spk_ctx *ctx, size_t dim) {
    spk_search_space space = {.dim = dim};
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, "random", NULL, &space, 77, 0, &s) == SPK_OK);
    return s;
}

TEST(ranks_are_stable_and_put_failures_last) {
    static double f[3000];
    static uint32_t order[3000], scratch[3000];
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 0, 0);
    for (size_t n = 1; n <= 3000; n = n < 40 ? n + 1 : n * 3 / 2) {
        for (size_t i = 0; i < n; i++) {
            uint32_t kind = spk__rng_u32(&r) % 8;
            f[i] = kind == 0   ? (double)INFINITY
                   : kind == 1 ? -0.0
                   : kind == 2 ? 0.0
                   : kind == 3 ? -1e300
                   : kind == 4 ? 4e-320
                   : kind == 5 ? 1 + 0x1p-52 * (spk__rng_u32(&r) % 1000)
                               : spk__rng_normal(&r);
        }
        spk__search_rank(f, n, order, scratch);
        bool good = true;
        for (size_t i = 0; i + 1 < n; i++)
            good = good && (f[order[i]] < f[order[i + 1]] ||
                            (f[order[i]] == f[order[i + 1]] && order[i] < order[i + 1]));
        CHECK(good);
    }
}

TEST(bulk_draws_are_the_streams) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx, 5);
    REQUIRE(s);
    enum { N = 300, BLOCKS = 3 };
    static uint32_t w[N * BLOCKS * 4];
    static double x[N * 5], z[N * 5];
    spk__search_words(s, 9, N, BLOCKS, w);
    spk__search_scatter(s, 9, N, x);
    spk__search_normals(s, 9, N, z);
    for (size_t i = 0; i < N; i++) {
        spk__rng a = spk__search_rng(s, 9, i), b = a;
        for (size_t k = 0; k < BLOCKS * 4; k++)
            CHECK(w[i * BLOCKS * 4 + k] == spk__rng_u32(&a));
        double u[6];
        for (size_t k = 0; k < 6; k++)
            u[k] = spk__rng_uniform(&b);
        for (size_t d = 0; d < 5; d++) {
            CHECK(x[i * 5 + d] == u[d]);
            double turn = 2 * M_PI * u[d | 1], radius = sqrt(-2 * spk__log(u[d & ~(size_t)1]));
            CHECK(z[d * N + i] == radius * (d & 1 ? spk__sin(turn) : spk__cos(turn)));
        }
    }
    CHECK(spk__word_below(0, 10) == 0 && spk__word_below(UINT32_MAX, 10) == 9);
    CHECK(spk__word_uniform(0) > 0 && spk__word_uniform(UINT32_MAX) < 1);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

TEST(normals_are_normal) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx, 4);
    REQUIRE(s);
    enum { N = 20000 };
    static double z[N * 4];
    spk__search_normals(s, 1, N, z);
    double moment[5] = {0}, product = 0;
    for (size_t i = 0; i < N * 4; i++)
        for (int m = 1; m <= 4; m++)
            moment[m] += pow(z[i], m) / (N * 4);
    for (size_t i = 0; i < N; i++)
        product += z[i] * z[N + i] / N;
    /* Five standard errors of 80,000 draws. */
    CHECK_NEAR(moment[1], 0, 0.018);
    CHECK_NEAR(moment[2], 1, 0.025);
    CHECK_NEAR(moment[3], 0, 0.07);
    CHECK_NEAR(moment[4], 3, 0.18);
    CHECK_NEAR(product, 0, 0.036);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* The generation at which a rule fires when generation g has values of(g), or 0. */
static int fires(spk_search *s, spk_stop *reason, bool fresh, double (*of)(int g, size_t i),
                 size_t n) {
    double f[16];
    spk__stop_restart(s);
    for (int g = 1; g <= 3000; g++) {
        for (size_t i = 0; i < n; i++)
            f[i] = of(g, i);
        *reason = spk__stop_values(s, f, n, fresh);
        if (*reason)
            return g;
    }
    return 0;
}

static double flat(int g, size_t i) {
    (void)g;
    (void)i;
    return 3;
}
static double failing(int g, size_t i) {
    (void)g;
    (void)i;
    return INFINITY;
}
static double best_stays(int g, size_t i) {
    (void)g;
    return (double)i;
}
static double falling(int g, size_t i) {
    return 1.0 / g + (double)i;
}
/* Falls for 500 generations, then wavers. */
static double wavering(int g, size_t i) {
    return (g < 500 ? 500.0 - g : g % 7) + (double)i;
}

TEST(rules_fire_when_they_should) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search *s = make(ctx, 4);
    REQUIRE(s);
    spk_stop reason;
    /* 10 + 30 dim / n = 10 + 120 / 8 generations of history. */
    CHECK(fires(s, &reason, false, flat, 8) == 25 && reason == SPK_STOP_FTOL);
    CHECK(fires(s, &reason, false, failing, 8) == 25 && reason == SPK_STOP_FTOL);
    CHECK(fires(s, &reason, true, best_stays, 8) == 25 && reason == SPK_STOP_FTOL);
    int g = fires(s, &reason, false, best_stays, 8);
    CHECK(g > 100 && g < 140 && reason == SPK_STOP_STAGNATION);
    CHECK(fires(s, &reason, true, falling, 8) == 0);
    g = fires(s, &reason, true, wavering, 8);
    CHECK(g > 510 && g < 700 && reason == SPK_STOP_STAGNATION);
    s->rules.opts.v[SPK_STOP_OPT_STAGNATION] = 0;
    CHECK(fires(s, &reason, true, wavering, 8) == 0);
    CHECK(spk__stop_spread(s, 1e-13) == SPK_STOP_XTOL && !spk__stop_spread(s, 1e-11));
    CHECK(!spk__stop_spread(s, NAN));
    CHECK(spk__stop_condition(s, 1e15) == SPK_STOP_CONDITION && !spk__stop_condition(s, 1e13));
    CHECK(spk__stop_condition(s, NAN) == SPK_STOP_CONDITION);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

int main(void) {
    RUN(ranks_are_stable_and_put_failures_last);
    RUN(bulk_draws_are_the_streams);
    RUN(normals_are_normal);
    RUN(rules_fire_when_they_should);
    return test_end();
}
