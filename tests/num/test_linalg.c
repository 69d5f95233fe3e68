/* Linear algebra: residuals, closed forms (the second-difference matrix), edges. */
#include "num/linalg.h"
#include "test.h"

enum { N = 60 };

static double a[N * N], b[N * N], q[N * N], d[N], work[2 * N];

static void random_symmetric(size_t n, uint32_t which, double *m) {
    spk__rng r;
    spk__rng_init(&r, 5, SPK__RNG_TEST, which, (uint32_t)n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            m[i * n + j] = m[j * n + i] = spk__rng_uniform(&r) - 0.5;
}

/* Largest deviation of a from sum of value * vector vector', and of the vectors from orthonormal.
 */
static void check_eigen(size_t n, const double *m, const double *value, const double *vectors) {
    double scale = 0, residual = 0, skew = 0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs(value[i]));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double s = 0, o = 0;
            for (size_t k = 0; k < n; k++) {
                s += value[k] * vectors[k * n + i] * vectors[k * n + j];
                o += vectors[i * n + k] * vectors[j * n + k];
            }
            residual = fmax(residual, fabs(s - m[i * n + j]));
            skew = fmax(skew, fabs(o - (i == j)));
        }
    CHECK(residual <= 1e-15 * (double)(n + 4) * scale);
    CHECK(skew <= 1e-15 * (double)(n + 4));
    for (size_t i = 1; i < n; i++)
        CHECK(value[i - 1] <= value[i]);
}

TEST(eigen_of_random_matrices) {
    for (size_t n = 1; n <= N; n += n < 12 ? 1 : 8) {
        random_symmetric(n, 0, a);
        CHECK(spk__eigen_symmetric(n, a, d, q, work));
        check_eigen(n, a, d, q);
        memcpy(b, a, sizeof a);
        CHECK(spk__eigen_symmetric(n, b, d, b, work)); /* in place */
        CHECK(memcmp(b, q, n * n * sizeof *q) == 0);
    }
}

TEST(eigen_of_covariances) {
    /* condition 1e12, as a search near its end makes them */
    size_t n = 20;
    random_symmetric(n, 1, a);
    CHECK(spk__eigen_symmetric(n, a, d, q, work));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            a[i * n + j] = 0;
            for (size_t k = 0; k < n; k++)
                a[i * n + j] += pow(10, -12.0 * (double)k / 19) * (q[k * n + i] * q[k * n + j]);
        }
    CHECK(spk__eigen_symmetric(n, a, d, b, work));
    check_eigen(n, a, d, b);
    for (size_t k = 0; k < n; k++)
        CHECK_NEAR(d[n - 1 - k], pow(10, -12.0 * (double)k / 19), 1e-14);
}

TEST(eigen_in_closed_form) {
    /* second differences: 2 - 2 cos(pi k / (n + 1)) */
    size_t n = 30;
    memset(a, 0, sizeof a);
    for (size_t i = 0; i < n; i++) {
        a[i * n + i] = 2;
        if (i)
            a[i * n + i - 1] = -1;
        if (i + 1 < n)
            a[i * n + i + 1] = 99; /* the upper triangle is not read */
    }
    CHECK(spk__eigen_symmetric(n, a, d, q, work));
    for (size_t k = 0; k < n; k++)
        CHECK_NEAR(d[k], 2 - 2 * cos(M_PI * (double)(k + 1) / (double)(n + 1)), 4e-15);
    /* already diagonal, with equal values, zeros and a wide range */
    static const double diagonal[] = {3, -1e-200, 3, 0, 1e200};
    memset(a, 0, sizeof a);
    for (size_t i = 0; i < 5; i++)
        a[i * 5 + i] = diagonal[i];
    CHECK(spk__eigen_symmetric(5, a, d, q, work));
    CHECK(d[0] == -1e-200 && d[1] == 0 && d[2] == 3 && d[3] == 3 && d[4] == 1e200);
    for (size_t i = 0; i < 5; i++) {
        double s = 0;
        for (size_t j = 0; j < 5; j++)
            s += q[i * 5 + j];
        CHECK(s == 1); /* unit vectors, positive */
    }
    CHECK(spk__eigen_symmetric(0, a, d, q, work));
}

TEST(eigen_refuses_what_is_not_finite) {
    random_symmetric(4, 2, a);
    a[9] = NAN;
    CHECK(!spk__eigen_symmetric(4, a, d, q, work));
    a[9] = INFINITY;
    CHECK(!spk__eigen_symmetric(4, a, d, q, work));
}

TEST(cholesky_and_solutions) {
    size_t n = 17;
    double x[N], y[N], l[N * N];
    random_symmetric(n, 3, b);
    spk__matmul(n, n, n, b, b, a);
    for (size_t i = 0; i < n; i++)
        a[i * n + i] += 0.1;
    CHECK(spk__cholesky(n, a, l));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double s = 0;
            for (size_t k = 0; k < n; k++)
                s += l[i * n + k] * l[j * n + k];
            CHECK_NEAR(s, a[i * n + j], 1e-14);
        }
    double want[N];
    for (size_t i = 0; i < n; i++)
        want[i] = (double)i - 5;
    spk__matvec(n, n, a, want, y);
    spk__solve_lower(n, l, y, x);
    spk__solve_lower_transposed(n, l, x, x);
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(x[i], want[i], 1e-11);
    CHECK(spk__solve(n, a, y));
    for (size_t i = 0; i < n; i++)
        CHECK_NEAR(y[i], want[i], 1e-11);
    double indefinite[] = {1, 2, 2, 1}, singular[] = {1, 2, 2, 4}, right[] = {1, 1};
    CHECK(!spk__cholesky(2, indefinite, l));
    CHECK(!spk__solve(2, singular, right));
    double swap[] = {0, 1, 1, 0}, r2[] = {3, 4};
    CHECK(spk__solve(2, swap, r2) && r2[0] == 4 && r2[1] == 3);
    double p[] = {1, 2, 3, 4, 5, 6}, v[] = {1, 10}, out[3];
    spk__matvec_transposed(2, 3, p, v, out);
    CHECK(out[0] == 41 && out[1] == 52 && out[2] == 63);
}

int main(void) {
    RUN(eigen_of_random_matrices);
    RUN(eigen_of_covariances);
    RUN(eigen_in_closed_form);
    RUN(eigen_refuses_what_is_not_finite);
    RUN(cholesky_and_solutions);
    return test_end();
}
