/* Methods for costly simulations, and the models they think with. */
#include "test.h"

#include "num/num.h"
#include "search/linear.h"
#include "search/process.h"
#include "search/quadratic.h"

#include <nlopt.h>
#include <spikefit/search.h>

static double random_number(spk__rng *r) {
    return 2 * spk__rng_uniform(r) - 1;
}

/* ---- linear algebra ---- */

TEST(cholesky_solves) {
    enum { N = 40 };
    static double a[N * N], m[N * N], b[N], x[N];
    spk__rng r;
    spk__rng_init(&r, 1, SPK__RNG_TEST, 1, 1);
    for (size_t i = 0; i < N * N; i++)
        m[i] = random_number(&r);
    for (size_t i = 0; i < N; i++) {
        x[i] = random_number(&r);
        for (size_t j = 0; j < N; j++) {
            a[i * N + j] = i == j ? 0.1 : 0;
            for (size_t k = 0; k < N; k++)
                a[i * N + j] += m[i * N + k] * m[j * N + k];
        }
    }
    for (size_t i = 0; i < N; i++) {
        b[i] = 0;
        for (size_t j = 0; j < N; j++)
            b[i] += a[i * N + j] * x[j];
    }
    REQUIRE(spk__cholesky(N, a));
    spk__solve_lower(N, a, b);
    spk__solve_upper(N, a, b);
    for (size_t i = 0; i < N; i++)
        CHECK_NEAR(b[i], x[i], 1e-9);
    double flat[] = {1, 0, 2, 1}; /* [[1, 2], [2, 1]] has a negative eigenvalue */
    CHECK(!spk__cholesky(2, flat));
}

/* The residual of the best x is at right angles to every column; a column that is a sum of others
 * gets nothing. */
TEST(least_squares_leave_a_right_angle) {
    enum { ROWS = 50, COLS = 12 };
    static double a[ROWS * COLS], copy[ROWS * COLS], b[ROWS], rest[ROWS], x[COLS];
    spk__rng r;
    spk__rng_init(&r, 2, SPK__RNG_TEST, 1, 1);
    for (size_t i = 0; i < ROWS * COLS; i++)
        a[i] = random_number(&r);
    for (size_t i = 0; i < ROWS; i++) {
        a[7 * ROWS + i] = a[2 * ROWS + i] + a[4 * ROWS + i];
        rest[i] = b[i] = random_number(&r);
    }
    memcpy(copy, a, sizeof a);
    spk__least_squares(ROWS, COLS, a, b, x);
    CHECK(x[7] == 0 && x[11] != 0);
    for (size_t c = 0; c < COLS; c++)
        for (size_t i = 0; i < ROWS; i++)
            rest[i] -= copy[c * ROWS + i] * x[c];
    for (size_t c = 0; c < COLS; c++) {
        double along = 0;
        for (size_t i = 0; i < ROWS; i++)
            along += copy[c * ROWS + i] * rest[i];
        CHECK_NEAR(along, 0, 1e-12);
    }
}

/* ---- the quadratic model ---- */

static double bowl(const double *x, size_t n) {
    double f = 3;
    for (size_t i = 0; i < n; i++) {
        double e = x[i] - 0.1 * (double)i, before = i ? x[i - 1] - 0.1 * (double)(i - 1) : 0;
        f += (double)(i + 1) * e * e + 0.5 * e * before;
    }
    return f;
}

TEST(a_quadratic_is_known_from_its_points) {
    enum { DIM = 4, POINTS = 40 };
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = DIM};
    spk_search *s = NULL;
    REQUIRE(spk_search_new(ctx, "random", NULL, &space, 1, 0, &s) == SPK_OK);
    spk__quadratic q = {0};
    REQUIRE(spk__quadratic_start(s, &q, POINTS) == SPK_OK);
    double x[POINTS * DIM], f[POINTS], minimum[DIM];
    spk__rng r;
    spk__rng_init(&r, 3, SPK__RNG_TEST, 1, 1);
    for (size_t i = 0; i < POINTS * DIM; i++)
        x[i] = random_number(&r);
    for (size_t i = 0; i < POINTS; i++)
        f[i] = bowl(x + i * DIM, DIM);
    spk__quadratic_fit(&q, x, f, POINTS);
    CHECK(q.known == 15);
    for (size_t i = 1; i < POINTS; i++)
        CHECK_NEAR(spk__quadratic_value(&q, x + i * DIM) - spk__quadratic_value(&q, x), f[i] - f[0],
                   1e-11);
    CHECK(spk__quadratic_minimum(&q, minimum));
    for (size_t i = 0; i < DIM; i++)
        CHECK_NEAR(minimum[i], 0.1 * (double)i, 1e-11);
    /* Fewer points tell fewer terms. */
    static const size_t terms[][2] = {{4, 0}, {5, 5}, {13, 5}, {14, 9}, {21, 9}, {22, 15}};
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        spk__quadratic_fit(&q, x, f, terms[i][0]);
        CHECK(q.known == terms[i][1]);
    }
    /* A saddle has no minimum. */
    for (size_t i = 0; i < POINTS; i++)
        f[i] = x[i * DIM] * x[i * DIM + 1];
    spk__quadratic_fit(&q, x, f, POINTS);
    CHECK(!spk__quadratic_minimum(&q, minimum));
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* ---- the Gaussian process ---- */

enum { GP_DIM = 3, GP_POINTS = 30 };

/* From its definition: -y'K^-1 y / 2 - log|K| / 2, up to a constant. */
static double likelihood(spk__process *p, const double *x, const double *f) {
    CHECK(spk__process_fit(p, x, f, GP_POINTS, 0));
    double v = 0;
    for (size_t i = 0; i < GP_POINTS; i++)
        v -= 0.5 * p->y[i] * p->alpha[i] + spk__log(p->factor[i * GP_POINTS + i]);
    return v;
}

static double wave(const double *x) {
    return spk__sin(6 * x[0]) + 3 * x[1] + 5;
}

TEST(a_process_climbs_its_likelihood_and_predicts) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = GP_DIM};
    spk_search *s = NULL;
    REQUIRE(spk_search_new(ctx, "random", NULL, &space, 1, 0, &s) == SPK_OK);
    spk__process p = {0};
    REQUIRE(spk__process_start(s, &p, GP_POINTS, 20) == SPK_OK);
    double x[GP_POINTS * GP_DIM], f[GP_POINTS], theta[GP_DIM + 2], gradient[GP_DIM + 2];
    spk__rng r;
    spk__rng_init(&r, 4, SPK__RNG_TEST, 1, 1);
    for (size_t i = 0; i < GP_POINTS * GP_DIM; i++)
        x[i] = spk__rng_uniform(&r);
    for (size_t i = 0; i < GP_POINTS; i++)
        f[i] = wave(x + i * GP_DIM);
    memcpy(theta, p.theta, sizeof theta);
    CHECK(spk__process_fit(&p, x, f, GP_POINTS, 1));
    memcpy(gradient, p.gradient, sizeof gradient);
    for (size_t k = 0; k < GP_DIM + 2; k++) {
        double e = 1e-5, change[2];
        for (int side = 0; side < 2; side++) {
            memcpy(p.theta, theta, sizeof theta);
            p.theta[k] += side ? e : -e;
            change[side] = likelihood(&p, x, f);
        }
        CHECK_NEAR(gradient[k], (change[1] - change[0]) / (2 * e), 1e-4 * fabs(gradient[k]) + 1e-6);
    }
    memcpy(p.theta, theta, sizeof theta);
    double before = likelihood(&p, x, f);
    spk__process_reset(&p);
    CHECK(spk__process_fit(&p, x, f, GP_POINTS, 100));
    CHECK(likelihood(&p, x, f) > before + 5);
    /* The third coordinate does not matter. */
    CHECK(spk__process_length(&p, 2) > 2 * spk__process_length(&p, 0));
    double places[20 * GP_DIM], mean[20], covariance[20 * 20], error = 0;
    for (size_t i = 0; i < 20 * GP_DIM; i++)
        places[i] = i < 10 * GP_DIM ? x[i] : spk__rng_uniform(&r);
    spk__process_predict(&p, places, 20, mean, covariance);
    for (size_t i = 0; i < 20; i++) {
        double truth = wave(places + i * GP_DIM), guess = p.mean + p.deviation * mean[i];
        CHECK_NEAR(mean[i], spk__process_mean(&p, places + i * GP_DIM), 1e-12);
        CHECK(covariance[i * 20 + i] > 0);
        if (i < 10)
            CHECK_NEAR(guess, truth, 0.1);
        else
            error += (guess - truth) * (guess - truth) / (p.deviation * p.deviation);
    }
    printf("# error %.3g of the variance\n", error / 10);
    CHECK(error / 10 < 0.02);
    for (size_t i = 0; i < 10; i++)
        CHECK(covariance[i * 20 + i] < 0.01);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* ---- the methods ---- */

typedef double function(const double *x, size_t n);

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
        double a = place(x[i], i) + 1, b = place(x[i + 1], i + 1) + 1;
        f += 100 * (a * a - b) * (a * a - b) + (a - 1) * (a - 1);
    }
    return f;
}

static double ackley(const double *x, size_t n) {
    double square = 0, wave_sum = 0;
    for (size_t i = 0; i < n; i++) {
        double z = place(x[i], i);
        square += z * z / (double)n;
        wave_sum += cos(2 * M_PI * z) / (double)n;
    }
    return 20 - 20 * exp(-0.2 * sqrt(square)) + exp(1) - exp(wave_sum);
}

/* The evaluation at which f <= target was first told, the budget if never. */
static double run(const char *method, function *f, size_t n, uint64_t seed, uint64_t budget,
                  double target, double *best) {
    enum { ROOM = 64, DIM = 10 };
    spk_ctx *ctx = spk_ctx_new(NULL);
    double x[ROOM * DIM], values[ROOM], hit = (double)budget, done = 0;
    spk_search_space space = {.dim = n};
    spk_search *s = NULL;
    spk_opts opts;
    spk_opts_default(spk_search_method_find(method)->options, &opts);
    if (strcmp(method, "lqcmaes") == 0)
        opts.v[1] = 0.2; /* sigma, as pycma's */
    CHECK(spk_search_new(ctx, method, &opts, &space, seed, budget, &s) == SPK_OK);
    *best = INFINITY;
    while (s && hit == (double)budget && !spk_search_stopped(s, NULL)) {
        size_t m = ROOM;
        CHECK(spk_search_ask(s, x, &m) == SPK_OK);
        for (size_t i = 0; i < m; i++) {
            values[i] = f(x + i * n, n);
            done++;
            *best = fmin(*best, values[i]);
            hit = values[i] <= target && hit == (double)budget ? done : hit;
        }
        CHECK(spk_search_tell(s, values) == SPK_OK);
    }
    spk_search_free(s);
    spk_ctx_free(ctx);
    return hit;
}

static int compare(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

enum { RUNS = 15 };

/* Median evaluations to 1e-8 of pycma 4.5's fmin_lq_surr2 from the same kind of start with the same
 * first step, 15 runs, without walls. */
TEST(lqcmaes_needs_the_evaluations_of_pycma) {
    static const struct {
        const char *name;
        function *f;
        size_t dim;
        double pycma;
    } cases[] = {{"sphere", sphere, 5, 18},
                 {"sphere", sphere, 10, 32},
                 {"ellipsoid", ellipsoid, 5, 19},
                 {"ellipsoid", ellipsoid, 10, 34},
                 {"rosenbrock", rosenbrock, 5, 375}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double hits[RUNS], best;
        for (uint64_t k = 0; k < RUNS; k++)
            hits[k] = run("lqcmaes", cases[i].f, cases[i].dim, k + 1, 1500, 1e-8, &best);
        qsort(hits, RUNS, sizeof *hits, compare);
        printf("# %s in %zu dimensions: %.0f, pycma %.0f\n", cases[i].name, cases[i].dim,
               hits[RUNS / 2], cases[i].pycma);
        CHECK(hits[RUNS / 2] < 1.25 * cases[i].pycma);
    }
}

/* The same search as NLopt's own loop, which is not interrupted: same points, same values. */
static double count_and_note(unsigned n, const double *x, double *gradient, void *user) {
    double *note = user;
    (void)gradient;
    size_t at = (size_t)note[0]++;
    if (at < 200)
        memcpy(note + 1 + at * n, x, n * sizeof *x);
    return rosenbrock(x, n);
}

TEST(bobyqa_asks_what_nlopt_does) {
    enum { DIM = 3, MOST = 200 };
    static double note[1 + MOST * DIM];
    double start[DIM] = {0.4, 0.7, 0.5}, x[DIM], f, asked[MOST * DIM], values[MOST];
    nlopt_opt opt = nlopt_create(NLOPT_LN_BOBYQA, DIM);
    REQUIRE(opt);
    nlopt_set_min_objective(opt, count_and_note, note);
    nlopt_set_lower_bounds1(opt, 0);
    nlopt_set_upper_bounds1(opt, 1);
    nlopt_set_initial_step1(opt, 0.1);
    nlopt_set_maxeval(opt, 60);
    memcpy(x, start, sizeof x);
    nlopt_optimize(opt, x, &f);
    nlopt_destroy(opt);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = DIM, .start = start};
    spk_search *s = NULL;
    REQUIRE(spk_search_new(ctx, "bobyqa", NULL, &space, 1, 60, &s) == SPK_OK);
    size_t n = 0;
    while (!spk_search_stopped(s, NULL)) {
        size_t m = MOST - n;
        CHECK(spk_search_ask(s, asked + n * DIM, &m) == SPK_OK);
        CHECK(m == (n ? 1 : 2 * DIM + 1));
        for (size_t i = 0; i < m; i++)
            values[i] = rosenbrock(asked + (n + i) * DIM, DIM);
        CHECK(spk_search_tell(s, values) == SPK_OK);
        n += m;
    }
    CHECK(n == 60 && note[0] == 60);
    CHECK(memcmp(asked, note + 1, n * DIM * sizeof *asked) == 0);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* With 100 evaluations in 5 dimensions among many local minima: far below the methods that must
 * sample. */
TEST(turbo_makes_the_most_of_few_evaluations) {
    static const char *const methods[] = {"turbo", "cmaes", "random"};
    double median[3];
    for (size_t i = 0; i < 3; i++) {
        double best[5];
        for (uint64_t k = 0; k < 5; k++)
            run(methods[i], ackley, 5, k + 1, 100, 0, &best[k]);
        qsort(best, 5, sizeof *best, compare);
        median[i] = best[2];
        printf("# %s: %.3g\n", methods[i], median[i]);
    }
    CHECK(median[0] < 0.5 * median[1] && median[0] < 0.25 * median[2]);
}

int main(void) {
    RUN(cholesky_solves);
    RUN(least_squares_leave_a_right_angle);
    RUN(a_quadratic_is_known_from_its_points);
    RUN(a_process_climbs_its_likelihood_and_predicts);
    RUN(lqcmaes_needs_the_evaluations_of_pycma);
    RUN(bobyqa_asks_what_nlopt_does);
    RUN(turbo_makes_the_most_of_few_evaluations);
    return test_end();
}
