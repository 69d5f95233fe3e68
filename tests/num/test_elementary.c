/* Elementary functions: accuracy against the C library's 64-bit-mantissa long double functions,
 * edges as C defines them, and the same bits from every instruction set, scalar or array. */
#include "num/elementary.h"
#include "test.h"

#include <float.h>

static uint64_t bits(double x) {
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    return isnan(x) ? 1 : u;
}

/* Error in units of the last place of the true value. */
static double ulps(double got, long double want) {
    if (isnan(got) || isnan(want))
        return isnan(got) && isnan(want) ? 0 : INFINITY;
    if ((long double)got == want)
        return 0;
    if (fabsl(want) > (long double)DBL_MAX)
        return isinf(got) && (got > 0) == (want > 0) ? 0
                                                     : 1; /* the last half step before overflow */
    int e;
    frexpl(want, &e);
    return (double)(fabsl((long double)got - want) / ldexpl(1, e < -1021 ? -1074 : e - 53));
}

/* Ranges to draw from: uniform, or log-uniform in magnitude with both signs where low < 0. */
typedef struct {
    const char *name;
    double (*f)(double);
    void (*array)(size_t, const double *, double *);
    long double (*reference)(long double);
    double low, high;
    int logarithmic;
    double limit;
} range;

static long double reference_exp2(long double x) {
    return exp2l(x);
}

#define F(f) #f, spk__##f, spk__##f##_array
static const range ranges[] = {
    {F(exp), expl, -707.703, 710, 0, 1.03},
    {F(exp), expl, -1, 1, 1, 1.03},
    {F(exp2), reference_exp2, -1021, 1024, 0, 1.4},
    {F(exp2), reference_exp2, -1, 1, 1, 1.4},
    {F(expm1), expm1l, -45, 710, 0, 1.3},
    {F(expm1), expm1l, -3, 3, 0, 1.3},
    {F(expm1), expm1l, -1, 1, 1, 1.3},
    {F(log), logl, DBL_MIN, DBL_MAX, 1, 1.01},
    {F(log), logl, 0.5, 2, 0, 1.01},
    {F(log1p), log1pl, -0.999, 3, 0, 1.6},
    {F(log1p), log1pl, -0.9, 1e300, 1, 1.6},
    {F(log10), log10l, DBL_MIN, DBL_MAX, 1, 0.6},
    {F(log10), log10l, 0.5, 2, 0, 0.6},
    {F(sin), sinl, -10, 10, 0, 0.8},
    {F(sin), sinl, -1e12, 1e12, 1, 0.8},
    {F(cos), cosl, -10, 10, 0, 0.8},
    {F(cos), cosl, -1e12, 1e12, 1, 0.8},
    {F(tan), tanl, -10, 10, 0, 1.95},
    {F(tan), tanl, -1e12, 1e12, 1, 1.95},
    {F(sinh), sinhl, -711, 711, 0, 1.5},
    {F(sinh), sinhl, -3, 3, 0, 1.5},
    {F(sinh), sinhl, -1, 1, 1, 1.5},
    {F(cosh), coshl, -711, 711, 0, 1.5},
    {F(cosh), coshl, -3, 3, 0, 1.5},
    {F(tanh), tanhl, -25, 25, 0, 1.2},
    {F(tanh), tanhl, -1, 1, 1, 1.2},
    {F(erf), erfl, -7, 7, 0, 1.2},
    {F(erf), erfl, -1, 1, 1, 1.2},
    {F(erfc), erfcl, -7, 7, 0, 1.9},
    {F(erfc), erfcl, 0, 26.5, 0, 1.9},
    {F(erfc), erfcl, -1, 1, 1, 1.9},
};
#undef F

static double draw(spk__rng *r, const range *g) {
    double u = spk__rng_uniform(r);
    if (!g->logarithmic)
        return g->low + (g->high - g->low) * u;
    int both = g->low < 0;
    double low = both ? 1e-300 : g->low;
    double x = exp(log(low) + (log(g->high) - log(low)) * u);
    return both && spk__rng_u32(r) & 1 && -x > g->low ? -x : x;
}

enum { POINTS = 100000 };

TEST(accuracy) {
    double *x = malloc(POINTS * sizeof *x), *y = malloc(POINTS * sizeof *y);
    REQUIRE(x && y);
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        const range *g = &ranges[k];
        spk__rng r;
        spk__rng_init(&r, 1, SPK__RNG_TEST, (uint32_t)k, 0);
        for (size_t i = 0; i < POINTS; i++)
            x[i] = draw(&r, g);
        g->array(POINTS, x, y);
        double worst = 0, at = 0;
        for (size_t i = 0; i < POINTS; i++) {
            double e = ulps(y[i], g->reference((long double)x[i]));
            if (e > worst) {
                worst = e;
                at = x[i];
            }
        }
        printf("# %-6s %10.4g .. %-10.4g %s %.3f ulp, at %.17g\n", g->name, g->low, g->high,
               g->logarithmic ? "log" : "lin", worst, at);
        CHECK(worst <= g->limit);
    }
    free(x);
    free(y);
}

TEST(power_accuracy) {
    spk__rng r;
    spk__rng_init(&r, 2, SPK__RNG_TEST, 0, 0);
    double worst = 0, wx = 0, wy = 0;
    for (int i = 0; i < 2 * POINTS; i++) {
        double x = exp((spk__rng_uniform(&r) - 0.5) * (i & 1 ? 4 : 1400));
        double t = (spk__rng_uniform(&r) - 0.5) * (i & 2 ? 1416 : 4);
        double y = t / log(x);
        long double want = powl(x, y);
        if (want < (long double)DBL_MIN * 1.5L)
            continue;
        double e = ulps(spk__pow(x, y), want);
        if (e > worst)
            worst = e, wx = x, wy = y;
    }
    printf("# pow %.3f ulp, at %.17g, %.17g\n", worst, wx, wy);
    CHECK(worst <= 0.8);
}

static void check_bits(const char *what, double x, double got, double want) {
    if (bits(got) != bits(want)) {
        printf("# %s(%.17g) = %.17g, not %.17g\n", what, x, got, want);
        test__bad++;
    }
}

static const double special[] = {
    0.0,     -0.0,     1,      -1,      INFINITY, -INFINITY, NAN,    DBL_MAX,    -DBL_MAX,
    DBL_MIN, -DBL_MIN, 5e-324, -5e-324, 1e-310,   1e-20,     -1e-20, 0.5,        -0.5,
    2,       -2,       3,      -3,      1e308,    -1e308,    0x1p53, -0x1p53 - 2};
enum { SPECIALS = sizeof special / sizeof *special };

TEST(edges) {
    const struct {
        const char *name;
        double (*f)(double);
        double x, want;
    } t[] = {
#define E(f, x, want) {#f, spk__##f, x, want}
        E(exp, 0.0, 1),
        E(exp, -INFINITY, 0),
        E(exp, INFINITY, INFINITY),
        E(exp, NAN, NAN),
        E(exp, 709.79, INFINITY),
        E(exp, -707.71, 0),
        E(exp, -707.7, 0x1.00d6be0b7ad5bp-1021),
        E(exp, -1e300, 0),
        E(exp2, 1023, 0x1p1023),
        E(exp2, 1024, INFINITY),
        E(exp2, -1021, 0x1p-1021),
        E(exp2, -1021.0000000000002, 0),
        E(exp2, 1023.96875, 0x1.f50765b6e454p1023),
        E(exp2, -INFINITY, 0),
        E(exp2, INFINITY, INFINITY),
        E(exp2, NAN, NAN),
        E(exp2, 10, 1024),
        E(expm1, -0.0, -0.0),
        E(expm1, 5e-324, 5e-324),
        E(expm1, -INFINITY, -1),
        E(expm1, INFINITY, INFINITY),
        E(expm1, NAN, NAN),
        E(log, 1, 0),
        E(log, 0.0, -INFINITY),
        E(log, -0.0, -INFINITY),
        E(log, 5e-324, -INFINITY),
        E(log, -1, NAN),
        E(log, -INFINITY, NAN),
        E(log, INFINITY, INFINITY),
        E(log, NAN, NAN),
        E(log10, 1000, 3),
        E(log10, 1e-5, -5),
        E(log10, 0.0, -INFINITY),
        E(log1p, -1, -INFINITY),
        E(log1p, -2, NAN),
        E(log1p, INFINITY, INFINITY),
        E(log1p, -0.0, -0.0),
        E(log1p, 1e-310, 1e-310),
        E(sin, -0.0, -0.0),
        E(sin, 5e-324, 5e-324),
        E(sin, INFINITY, NAN),
        E(sin, 1e300, NAN),
        E(cos, 0.0, 1),
        E(cos, NAN, NAN),
        E(tan, -0.0, -0.0),
        E(sinh, -0.0, -0.0),
        E(sinh, -INFINITY, -INFINITY),
        E(sinh, 711, INFINITY),
        E(sinh, NAN, NAN),
        E(cosh, 0.0, 1),
        E(cosh, -INFINITY, INFINITY),
        E(tanh, -0.0, -0.0),
        E(tanh, -INFINITY, -1),
        E(tanh, 1e308, 1),
        E(tanh, NAN, NAN),
        E(erf, -0.0, -0.0),
        E(erf, INFINITY, 1),
        E(erf, -INFINITY, -1),
        E(erf, NAN, NAN),
        E(erf, 1e-310, 1e-310 + 1e-310 * 0.12837916709551256),
        E(erfc, 0.0, 1),
        E(erfc, INFINITY, 0),
        E(erfc, 26.6, 0),
        E(erfc, -INFINITY, 2),
        E(erfc, NAN, NAN),
#undef E
    };
    for (size_t i = 0; i < sizeof t / sizeof *t; i++)
        check_bits(t[i].name, t[i].x, t[i].f(t[i].x), t[i].want);
}

/* C's pow, but for subnormal arguments (0) and results (0 up to sqrt(2) times the smallest normal).
 */
TEST(power_edges) {
    for (int i = 0; i < SPECIALS; i++)
        for (int j = 0; j < SPECIALS; j++) {
            double x = special[i], y = special[j];
            double base = fabs(x) < DBL_MIN ? copysign(0.0, x) : x;
            double want = pow(base, y), got = spk__pow(x, y);
            if (fabs(want) < DBL_MIN * 1.42)
                want = copysign(0.0, want);
            if (ulps(got, want) > 1 || signbit(got) != signbit(want)) {
                if (isnan(want) && isnan(got))
                    continue;
                printf("# pow(%.17g, %.17g) = %.17g, not %.17g\n", x, y, got, want);
                test__bad++;
            }
        }
}

/* Every table this machine can run against the base one, scalar and array, at all lengths. */
TEST(same_bits) {
    static const spk__elementary *const tables[] = {&spk__elementary_base, &spk__elementary_avx2,
                                                    &spk__elementary_avx512};
    enum { N = 1500 };
    static double x[N], y[N], z[N];
    for (spk_isa isa = SPK_ISA_BASE; isa < SPK_ISA_COUNT; isa++) {
        if (isa > spk__cpu_isa()) {
            printf("# skipped: this machine has no %s\n", spk__isa_name(isa));
            continue;
        }
        const spk__elementary *t = tables[isa], *base = tables[0];
        for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
            spk__rng r;
            spk__rng_init(&r, 3, SPK__RNG_TEST, (uint32_t)k, 0);
            for (int i = 0; i < N; i++)
                x[i] = i < SPECIALS ? special[i] : draw(&r, &ranges[k]);
#define COMPARE(f)                                                                                 \
    if (strcmp(ranges[k].name, #f) == 0) {                                                         \
        t->f##_array(N - k, x, y);                                                                 \
        for (size_t i = 0; i < N - k; i++) {                                                       \
            check_bits(#f, x[i], y[i], base->f(x[i]));                                             \
            check_bits(#f, x[i], t->f(x[i]), base->f(x[i]));                                       \
        }                                                                                          \
    }
            SPK__ELEMENTARY_LIST(COMPARE)
#undef COMPARE
        }
        for (int j = 0; j < SPECIALS; j++) {
            t->pow_array(SPECIALS, special, special[j], y);
            for (int i = 0; i < SPECIALS; i++)
                check_bits("pow", special[i], y[i], base->pow(special[i], special[j]));
        }
        for (size_t n = 0; n < N; n += n < 300 ? 1 : 37) {
            CHECK(bits(t->sum(n, x)) == bits(base->sum(n, x)));
            CHECK(bits(t->dot(n, x + N - n, x)) == bits(base->dot(n, x + N - n, x)));
            memcpy(z, x, n * sizeof *x);
            t->exp_array(n, z, z);
            for (size_t i = 0; i < n; i++)
                check_bits("exp in place", x[i], z[i], base->exp(x[i]));
        }
        CHECK(bits(t->normal(0.3, 0.7)) == bits(base->normal(0.3, 0.7)));
    }
}

TEST(sums) {
    static double x[5000];
    for (int i = 0; i < 5000; i++)
        x[i] = i + 1;
    CHECK(spk__sum(0, x) == 0);
    for (size_t n = 1; n <= 5000; n += n < 200 ? 1 : 113)
        CHECK(spk__sum(n, x) == (double)(n * (n + 1) / 2));
    CHECK(spk__dot(100, x, x) == 338350);
    CHECK(spk__sum_squares(24, x) == 4900);
    double variance = 0;
    CHECK(spk__mean_var(10, x, &variance) == 5.5);
    CHECK_NEAR(variance, 55.0 / 6, 1e-14);
    CHECK(isnan(spk__mean_var(0, x, &variance)));
    CHECK(spk__mean_var(1, x, &variance) == 1 && isnan(variance));
    /* far from zero: the textbook formula would lose all digits */
    for (int i = 0; i < 1000; i++)
        x[i] = 1e9 + i % 2;
    CHECK(spk__mean_var(1000, x, &variance) == 1e9 + 0.5);
    CHECK_NEAR(variance, 250.0 / 999, 1e-12);
}

TEST(normal_deviates) {
    enum { N = 200000 };
    spk__rng r;
    spk__rng_init(&r, 7, SPK__RNG_TEST, 0, 0);
    double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
    int beyond = 0;
    for (int i = 0; i < N; i++) {
        double z = spk__rng_normal(&r);
        s1 += z;
        s2 += z * z;
        s3 += z * z * z;
        s4 += z * z * z * z;
        beyond += fabs(z) > 1.959963984540054;
    }
    CHECK_NEAR(s1 / N, 0, 4 / sqrt(N));
    CHECK_NEAR(s2 / N, 1, 4 * sqrt(2.0 / N));
    CHECK_NEAR(s3 / N, 0, 4 * sqrt(15.0 / N));
    CHECK_NEAR(s4 / N, 3, 4 * sqrt(96.0 / N));
    CHECK_NEAR(beyond / (double)N, 0.05, 4 * sqrt(0.05 * 0.95 / N));
    CHECK_NEAR(spk__normal(exp(-0.5), 1e-300), 1, 1e-15);
    CHECK_NEAR(spk__normal(exp(-2), 0.5), -2, 1e-15);
}

int main(void) {
    RUN(accuracy);
    RUN(power_accuracy);
    RUN(edges);
    RUN(power_edges);
    RUN(same_bits);
    RUN(sums);
    RUN(normal_deviates);
    return test_end();
}
