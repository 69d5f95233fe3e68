/* Methods for costly simulations, and the models they think with. */
#include "test.h"

#include "search/linear.h"
#include "search/quadratic.h"

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

/* The evaluation at which f <= target was first told, the budget if never. */
static double run(const char *method, function *f, size_t n, uint64_t seed, uint64_t budget,
                  double target, double *best) {
    enum { ROOM = 64, DIM = 10 };
    spk_ctx *ctx = spk_ctx_new(NULL);
    double x[ROOM * DIM], values[ROOM], hit = (double)budget, done = 0;
    spk_search_space space = {.dim = n};
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, method, NULL, &space, seed, budget, &s) == SPK_OK);
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

int main(void) {
    RUN(cholesky_solves);
    RUN(least_squares_leave_a_right_angle);
    RUN(a_quadratic_is_known_from_its_points);
    RUN(lqcmaes_needs_the_evaluations_of_pycma);
    return test_end();
}
