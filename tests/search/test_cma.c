/* What CMA-ES stands on: eigenvectors, the walls, the learned covariance, restarts, noise. */
#include "test.h"

#include "num/num.h"
#include "search/cma.h"

TEST(eigenvectors_rebuild_the_matrix) {
    for (size_t n = 1; n <= 40; n++) {
        double a[1600], value[40], vector[1600], work[41 * 40], scale = 0;
        spk__rng r;
        spk__rng_init(&r, 1, SPK__RNG_TEST, (uint32_t)n, 0);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++) {
                /* Some of them with zeros, some badly scaled. */
                double v = spk__rng_uniform(&r) - 0.5;
                v = n % 3 == 0 && (i + j) % 2 ? 0 : n % 3 == 1 ? v * pow(10, -(double)i / 3) : v;
                a[i * n + j] = a[j * n + i] = v;
                scale = fmax(scale, fabs(v));
            }
        CHECK(spk__search_eigen(n, a, value, vector, work));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double rebuilt = 0, product = 0;
                for (size_t k = 0; k < n; k++) {
                    rebuilt += vector[i * n + k] * value[k] * vector[j * n + k];
                    product += vector[k * n + i] * vector[k * n + j];
                }
                CHECK_NEAR(rebuilt, a[i * n + j], 3e-14 * scale);
                CHECK_NEAR(product, i == j, 1e-13);
            }
    }
    /* The second difference matrix: 2 - 2 cos(k pi / (n + 1)). */
    double a[81] = {0}, value[9], vector[81], work[90];
    for (size_t i = 0; i < 9; i++) {
        a[10 * i] = 2;
        if (i)
            a[10 * i - 1] = a[10 * i - 9] = -1;
    }
    CHECK(spk__search_eigen(9, a, value, vector, work));
    for (int k = 1; k <= 9; k++) {
        double nearest = INFINITY;
        for (size_t i = 0; i < 9; i++)
            nearest = fmin(nearest, fabs(value[i] - (2 - 2 * cos(k * M_PI / 10))));
        CHECK(nearest < 1e-14);
    }
}

TEST(walls_fold_smoothly) {
    for (double x = 0; x <= 1; x += 1.0 / 512)
        CHECK_NEAR(spk__cma_fold(spk__cma_unfold(x)), x, 1e-15);
    CHECK(spk__cma_fold(-0.05) == 0 && spk__cma_fold(0.5) == 0.5);
    CHECK_NEAR(spk__cma_fold(1.05), 1, 0);
    for (double x = -7; x < 7; x += 0.01) {
        double y = spk__cma_fold(x), slope = (spk__cma_fold(x + 1e-6) - y) / 1e-6;
        CHECK(y >= 0 && y <= 1 && fabs(slope) <= 1 + 1e-6);
        CHECK_NEAR(spk__cma_fold(x + 2.2), y, 1e-12);
        CHECK_NEAR(spk__cma_fold(-0.1 - x), y, 1e-12);
    }
}

typedef double function(const double *x, size_t n);

/* The usual functions, moved into the cube: [0, 1] is [-5, 5], the minimum at 5/9 of the side or
 * so. */
static double place(double x, size_t i) {
    return 10 * x - 5 - (0.5 + 0.1 * (double)(i % 5));
}

static double sphere(const double *x, size_t n) {
    double f = 0;
    for (size_t i = 0; i < n; i++)
        f += place(x[i], i) * place(x[i], i);
    return f;
}

static double ellipsoid(const double *x, size_t n) {
    double f = 0;
    for (size_t i = 0; i < n; i++)
        f += pow(1e6, (double)i / (double)(n - 1)) * place(x[i], i) * place(x[i], i);
    return f;
}

static double rosenbrock(const double *x, size_t n) {
    double f = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        double a = 10 * x[i] - 5, b = 10 * x[i + 1] - 5;
        f += 100 * (a * a - b) * (a * a - b) + (a - 1) * (a - 1);
    }
    return f;
}

static double rastrigin(const double *x, size_t n) {
    double f = 10 * (double)n;
    for (size_t i = 0; i < n; i++)
        f += place(x[i], i) * place(x[i], i) - 10 * cos(2 * M_PI * place(x[i], i));
    return f;
}

static int compare(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Evaluations until f <= 1e-9, the median over runs; the budget where it fails. */
static double cost(const char *method, const spk_opts *opts, function *f, size_t n, uint64_t budget,
                   int runs) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static double x[65536], values[65536];
    double spent[32] = {0};
    for (int k = 0; k < runs && k < 32; k++) {
        spk_search_space space = {.dim = n};
        spk_search *s = NULL;
        if (spk_search_new(ctx, method, opts, &space, (uint64_t)k + 1, budget, &s))
            break;
        spk_opts stop;
        spk_opts_default(spk_search_stop_options(), &stop);
        stop.v[SPK_STOP_OPT_TARGET] = 1e-9;
        CHECK(spk_search_set_stop(s, &stop) == SPK_OK);
        while (!spk_search_stopped(s, NULL)) {
            size_t m = 65536 / n;
            CHECK(spk_search_ask(s, x, &m) == SPK_OK);
            for (size_t i = 0; i < m; i++)
                values[i] = f(x + i * n, n);
            CHECK(spk_search_tell(s, values) == SPK_OK);
        }
        spent[k] = (double)s->evaluations;
        spk_search_free(s);
    }
    spk_ctx_free(ctx);
    qsort(spent, (size_t)runs, sizeof *spent, compare);
    return spent[runs / 2];
}

/* pycma 4.5, cma.fmin2(f, x0 uniform in [.1, .9]^10, .2, {"bounds": [0, 1], "ftarget": 1e-9}) on
 * the same functions, median evaluations of 20 runs. */
TEST(evaluations_equal_pycma) {
    static const struct {
        const char *name;
        function *f;
        double pycma;
    } cases[] = {
        {"sphere", sphere, 1605}, {"ellipsoid", ellipsoid, 4132}, {"rosenbrock", rosenbrock, 5582}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        spk_opts opts;
        spk_opts_default(spk_search_method_find("cmaes")->options, &opts);
        opts.v[1] = 0.2; /* sigma */
        double ours = cost("cmaes", &opts, cases[i].f, 10, 20000, 20);
        printf("# %s: %.0f evaluations, pycma %.0f\n", cases[i].name, ours, cases[i].pycma);
        CHECK(ours < 1.1 * cases[i].pycma);
        CHECK(ours > 0.8 * cases[i].pycma); /* too good to be true */
    }
}

/* As measured (docs/search-measured.md): a loss without noise takes the smaller first step. */
TEST(the_first_step_depends_on_noise) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (int noisy = 0; noisy < 2; noisy++) {
        spk_search_space space = {.dim = 3, .noisy = noisy};
        spk_search *unasked = NULL, *asked = NULL;
        spk_opts opts;
        spk_opts_default(spk_search_method_find("cmaes")->options, &opts);
        opts.v[1] = noisy ? 0.2 : 0.1;
        REQUIRE(spk_search_new(ctx, "cmaes", NULL, &space, 1, 0, &unasked) == SPK_OK);
        REQUIRE(spk_search_new(ctx, "cmaes", &opts, &space, 1, 0, &asked) == SPK_OK);
        double a[3 * 64], b[3 * 64];
        size_t n = 64, m = 64;
        CHECK(spk_search_ask(unasked, a, &n) == SPK_OK && spk_search_ask(asked, b, &m) == SPK_OK);
        CHECK(n == m && memcmp(a, b, 3 * n * sizeof *a) == 0);
        spk_search_free(unasked);
        spk_search_free(asked);
    }
    spk_ctx_free(ctx);
}

/* Rastrigin in 5 dimensions needs larger populations: restarts find it. */
TEST(restarts_find_rastrigins_minimum) {
    double bipop = cost("cmaes", NULL, rastrigin, 5, 200000, 5);
    printf("# bipop: %.0f evaluations\n", bipop);
    CHECK(bipop < 60000);
    spk_opts opts;
    spk_opts_default(spk_search_method_find("cmaes")->options, &opts);
    opts.v[3] = 1;
    double ipop = cost("cmaes", &opts, rastrigin, 5, 200000, 5);
    printf("# ipop: %.0f evaluations\n", ipop);
    CHECK(ipop < 60000);
    opts.v[3] = 2;
    CHECK(cost("cmaes", &opts, rastrigin, 5, 200000, 5) < 20000); /* stops at a local minimum */
}

TEST(restarts_are_used_up) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_opts opts;
    spk_opts_default(spk_search_method_find("cmaes")->options, &opts);
    opts.v[2] = 2;
    spk_search_space space = {.dim = 3};
    spk_search *s;
    REQUIRE(spk_search_new(ctx, "cmaes", &opts, &space, 1, 0, &s) == SPK_OK);
    static double x[65536 * 3], f[65536];
    size_t population = 0;
    for (int g = 0; g < 100000 && !spk_search_stopped(s, NULL); g++) {
        size_t n = 65536;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK);
        population = n > population ? n : population;
        for (size_t i = 0; i < n; i++)
            f[i] = sphere(x + 3 * i, 3);
        CHECK(spk_search_tell(s, f) == SPK_OK);
    }
    spk_stop reason;
    CHECK(spk_search_stopped(s, &reason) && reason == SPK_STOP_RESTARTS);
    CHECK(population == 4 * spk__cma_lambda(3));
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* Runs on a sphere with normal noise; returns what is left at the favourite. *asked: evaluations of
 * the most often repeated point of a generation. */
static double noisy_run(double noise, bool flag, double repeats, uint64_t seed, size_t *asked) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static double x[65536], f[65536];
    spk_search_space space = {.dim = 5, .noisy = flag};
    spk_opts opts;
    spk_opts_default(spk_search_method_find("cmaes")->options, &opts);
    opts.v[5] = repeats;
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, "cmaes", &opts, &space, seed, 10000, &s) == SPK_OK);
    spk__rng r;
    spk__rng_init(&r, seed, SPK__RNG_TEST, 7, 7);
    *asked = 1;
    while (s && !spk_search_stopped(s, NULL)) {
        size_t n = 65536 / 5, equal = 0;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK);
        for (size_t i = 0; i < n; i++) {
            f[i] = sphere(x + 5 * i, 5) + noise * spk__rng_normal(&r);
            equal += memcmp(x, x + 5 * i, 5 * sizeof *x) == 0;
        }
        *asked = equal > *asked ? equal : *asked;
        CHECK(spk_search_tell(s, f) == SPK_OK);
    }
    double best[5] = {0};
    CHECK(spk_search_favourite(s, best));
    spk_search_free(s);
    spk_ctx_free(ctx);
    return sphere(best, 5);
}

TEST(noise_does_not_choose_the_favourite) {
    double lucky = 0, wise = 0;
    size_t asked;
    for (uint64_t k = 0; k < 10; k++) {
        lucky += noisy_run(20, false, 1, k, &asked) / 10;
        wise += noisy_run(20, true, 1, k, &asked) / 10;
        CHECK(asked == 1);
    }
    printf("# left of the sphere under noise 20: %.3g at the lowest value, %.3g at the favourite\n",
           lucky, wise);
    CHECK(wise < 2.5 && wise < 0.75 * lucky);
}

TEST(uncertainty_asks_for_repeats) {
    size_t asked;
    noisy_run(20, true, 10, 3, &asked);
    CHECK(asked == 20); /* ten times, and the second look as often */
    noisy_run(0, true, 10, 3, &asked);
    CHECK(asked == 2);
}

int main(void) {
    RUN(eigenvectors_rebuild_the_matrix);
    RUN(walls_fold_smoothly);
    RUN(evaluations_equal_pycma);
    RUN(the_first_step_depends_on_noise);
    RUN(restarts_find_rastrigins_minimum);
    RUN(restarts_are_used_up);
    RUN(noise_does_not_choose_the_favourite);
    RUN(uncertainty_asks_for_repeats);
    return test_end();
}
