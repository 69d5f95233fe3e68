/* The lane operations: what each means (against C), how exact the functions are in float, the same
 * bits from every instruction set, random streams, the matrix exponential. */
#include "lanes.h"
#include "test.h"

#include <float.h>

static const char *const op_name[] = {
#define NAME(f) #f,
    LANES_UNARY(NAME) LANES_BINARY(NAME) LANES_COMPARE(NAME) LANES_MASK(NAME) LANES_TERNARY(NAME)
#undef NAME
};

/* By instruction set; NULL where this machine lacks it. */
static const lanes_table *tables[SPK_ISA_COUNT][2];

static void find_tables(void) {
    static const lanes_table *const all[SPK_ISA_COUNT][2] = {
        {&lanes_base_32, &lanes_base_64},
        {&lanes_avx2_32, &lanes_avx2_64},
        {&lanes_avx512_32, &lanes_avx512_64},
    };
    for (spk_isa isa = SPK_ISA_BASE; isa < SPK_ISA_COUNT; isa++) {
        if (isa > spk__cpu_isa())
            printf("# skipped: this machine has no %s\n", spk__isa_name(isa));
        for (int p = 0; p < 2 && isa <= spk__cpu_isa(); p++)
            tables[isa][p] = all[isa][p];
    }
}

enum { N = 4096 };

typedef struct {
    double d[3][N];
    float f[3][N];
} inputs;

static const double special[] = {
    0.0,     -0.0,   1,       -1,      INFINITY, -INFINITY, NAN,  0.5,
    -0.5,    1.5,    -1.5,    2.5,     DBL_MAX,  -DBL_MAX,  1e38, -1e38,
    DBL_MIN, 5e-324, -5e-324, FLT_MIN, 1e-40,    -1e-40,    3,    -2,
    0x1p52,  0x1p23, 88.8,    -87.5,   709.9,    -708.2,    1e-9, 0.499999999999999944};
enum { SPECIALS = sizeof special / sizeof *special };

/* The cross product of special values, then numbers of all sizes. */
static void fill(inputs *in, uint32_t which) {
    spk__rng r;
    spk__rng_init(&r, 11, SPK__RNG_TEST, which, 0);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < 3; k++) {
            double x;
            if (i < SPECIALS * SPECIALS && k < 2)
                x = special[k ? i % SPECIALS : i / SPECIALS];
            else if (spk__rng_u32(&r) % 3)
                x = (spk__rng_uniform(&r) - 0.5) * (i & 1 ? 4 : 200);
            else
                x = (spk__rng_u32(&r) & 1 ? -1 : 1) * exp((spk__rng_uniform(&r) - 0.5) * 160);
            in->d[k][i] = x;
            in->f[k][i] = (float)x;
        }
}

static int same(const void *a, const void *b, size_t i, int p) {
    if (p) {
        const double *x = a, *y = b;
        return memcmp(x + i, y + i, sizeof *x) == 0 || (isnan(x[i]) && isnan(y[i]));
    }
    const float *x = a, *y = b;
    return memcmp(x + i, y + i, sizeof *x) == 0 || (isnan(x[i]) && isnan(y[i]));
}

static inputs in;
static double base_out[N], other_out[N];

TEST(same_bits_on_every_instruction_set) {
    fill(&in, 0);
    for (int p = 0; p < 2; p++)
        for (int op = 0; op < LANES_OPS; op++) {
            const void *a = p ? (void *)in.d[0] : in.f[0], *b = p ? (void *)in.d[1] : in.f[1],
                       *c = p ? (void *)in.d[2] : in.f[2];
            tables[0][p]->apply((enum lanes_op)op, N, a, b, c, base_out);
            for (int isa = 1; isa < SPK_ISA_COUNT && tables[isa][p]; isa++) {
                tables[isa][p]->apply((enum lanes_op)op, N, a, b, c, other_out);
                for (size_t i = 0; i < N; i++)
                    if (!same(base_out, other_out, i, p)) {
                        printf("# %s(%.17g, %.17g), %d bits, %s\n", op_name[op], in.d[0][i],
                               in.d[1][i], p ? 64 : 32, spk__isa_name((spk_isa)isa));
                        test__bad++;
                        break;
                    }
            }
        }
}

/* What the operations mean, in C. */
static double meaning(enum lanes_op op, double a, double b, double c) {
    switch (op) {
    case LANES_neg:
        return -a;
    case LANES_abs:
        return fabs(a);
    case LANES_sqrt:
        return sqrt(a);
    case LANES_floor:
        return floor(a);
    case LANES_ceil:
        return ceil(a);
    case LANES_trunc:
        return trunc(a);
    case LANES_round:
        return round(a);
    case LANES_add:
        return a + b;
    case LANES_sub:
        return a - b;
    case LANES_mul:
        return a * b;
    case LANES_div:
        return a / b;
    case LANES_min:
        return a < b ? a : b;
    case LANES_max:
        return a > b ? a : b;
    case LANES_copysign:
        return copysign(a, b);
    case LANES_lt:
        return a < b;
    case LANES_le:
        return a <= b;
    case LANES_gt:
        return a > b;
    case LANES_ge:
        return a >= b;
    case LANES_eq:
        return a == b;
    case LANES_ne:
        return a != b;
    case LANES_nlt:
        return !(a < b);
    case LANES_nle:
        return !(a <= b);
    case LANES_ngt:
        return !(a > b);
    case LANES_nge:
        return !(a >= b);
    case LANES_and:
        return a < 0 && b < 0;
    case LANES_or:
        return a < 0 || b < 0;
    case LANES_xor:
        return (a < 0) != (b < 0);
    case LANES_andnot:
        return a < 0 && !(b < 0);
    case LANES_fma:
        return fma(a, b, c);
    case LANES_fms:
        return fma(a, b, -c);
    case LANES_fnma:
        return fma(-a, b, c);
    default:
        return -12345;
    }
}

TEST(operations_mean_what_c_means) {
    fill(&in, 1);
    for (int op = 0; op < LANES_OPS; op++) {
        if (meaning((enum lanes_op)op, 1, 1, 1) == -12345)
            continue;
        tables[0][1]->apply((enum lanes_op)op, N, in.d[0], in.d[1], in.d[2], base_out);
        for (size_t i = 0; i < N; i++) {
            other_out[i] = meaning((enum lanes_op)op, in.d[0][i], in.d[1][i], in.d[2][i]);
            if (same(base_out, other_out, i, 1))
                continue;
            printf("# %s(%.17g, %.17g, %.17g) = %.17g, not %.17g\n", op_name[op], in.d[0][i],
                   in.d[1][i], in.d[2][i], base_out[i], other_out[i]);
            test__bad++;
            break;
        }
    }
}

TEST(remainder_is_exact_for_quotients_that_fit) {
    fill(&in, 2);
    tables[0][1]->apply(LANES_fmod, N, in.d[0], in.d[1], in.d[2], base_out);
    for (size_t i = 0; i < N; i++) {
        double a = in.d[0][i], b = in.d[1][i];
        if (fabs(a / b) > 0x1p50)
            continue;
        if (fabs(a) < 1e-290 || fabs(b) < 1e-290 || fabs(b) > 1e300)
            continue; /* the product inside would not be exact */
        if (base_out[i] != fmod(a, b) && !(isnan(base_out[i]) && isnan(fmod(a, b)))) {
            printf("# fmod(%.17g, %.17g) = %.17g, not %.17g\n", a, b, base_out[i], fmod(a, b));
            test__bad++;
        }
    }
}

static double float_ulps(float got, double want) {
    if (isnan(want) || isnan(got))
        return isnan(want) && isnan(got) ? 0 : INFINITY;
    if ((double)got == want)
        return 0;
    if (fabs(want) >= FLT_MAX)
        return isinf(got) || fabsf(got) == FLT_MAX ? 0 : INFINITY;
    int e;
    frexp(want, &e);
    return fabs((double)got - want) / ldexp(1, e < -125 ? -149 : e - 24);
}

static double reference(enum lanes_op op, double x) {
    switch (op) {
    case LANES_exp:
        return exp(x);
    case LANES_exp2:
        return exp2(x);
    case LANES_expm1:
        return expm1(x);
    case LANES_log:
        return log(x);
    case LANES_log1p:
        return log1p(x);
    case LANES_log10:
        return log10(x);
    case LANES_sin:
        return sin(x);
    case LANES_cos:
        return cos(x);
    case LANES_tan:
        return tan(x);
    case LANES_sinh:
        return sinh(x);
    case LANES_cosh:
        return cosh(x);
    case LANES_tanh:
        return tanh(x);
    case LANES_erf:
        return erf(x);
    default:
        return erfc(x);
    }
}

/* Every 997th of all floats, and every float of one binade. */
TEST(float_accuracy) {
    const lanes_table *t = tables[0][0];
    for (int isa = 1; isa < SPK_ISA_COUNT && tables[isa][0]; isa++)
        t = tables[isa][0];
    static const struct {
        enum lanes_op op;
        double limit;
    } list[] = {{LANES_exp, 1.2},   {LANES_exp2, 1.6},  {LANES_expm1, 1.2}, {LANES_log, 1.1},
                {LANES_log1p, 1.6}, {LANES_log10, 0.6}, {LANES_sin, 0.9},   {LANES_cos, 0.9},
                {LANES_tan, 1.95},  {LANES_sinh, 1.8},  {LANES_cosh, 1.5},  {LANES_tanh, 1.3},
                {LANES_erf, 1.3},   {LANES_erfc, 1.95}};
    static float x[N], y[N];
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        enum lanes_op op = list[k].op;
        double worst = 0;
        float at = 0;
        uint32_t u = 0, stride = 997;
        for (int more = 1; more;) {
            for (int i = 0; i < N; i++) {
                memcpy(&x[i], &u, sizeof u);
                if (UINT32_MAX - u < stride)
                    more = 0;
                u += stride;
            }
            t->apply(op, N, x, x, x, y);
            for (int i = 0; i < N; i++) {
                double want = reference(op, (double)x[i]);
                if (fabs(want) < 2 * (double)FLT_MIN && y[i] == 0)
                    continue; /* flushed */
                if (op >= LANES_sin && op <= LANES_tan && fabsf(x[i]) > 0x1p20f) {
                    CHECK(isnan(y[i]));
                    continue;
                }
                if (op >= LANES_log && op <= LANES_log10 && op != LANES_log1p &&
                    fabsf(x[i]) < FLT_MIN) {
                    CHECK(y[i] == -INFINITY);
                    continue;
                }
                double e = float_ulps(y[i], want);
                if (e > worst) {
                    worst = e;
                    at = x[i];
                }
            }
        }
        printf("# %-6s %.3f ulp, at %a\n", op_name[op], worst, (double)at);
        CHECK(worst <= list[k].limit);
    }
}

TEST(float_power) {
    static float x[N], y[N], out[N];
    double worst = 0;
    spk__rng r;
    spk__rng_init(&r, 13, SPK__RNG_TEST, 0, 0);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < N; i++) {
            x[i] = (float)exp((spk__rng_uniform(&r) - 0.5) * (i & 1 ? 4 : 170));
            y[i] = (float)((spk__rng_uniform(&r) - 0.5) * (i & 2 ? 174 : 4) / log((double)x[i]));
        }
        tables[0][0]->apply(LANES_pow, N, x, y, x, out);
        for (int i = 0; i < N; i++) {
            double want = pow((double)x[i], (double)y[i]);
            if (want > 1.42 * (double)FLT_MIN)
                worst = fmax(worst, float_ulps(out[i], want));
        }
    }
    printf("# pow %.3f ulp\n", worst);
    CHECK(worst <= 0.8);
}

/* Known answers of Philox4x32-10 from Random123's kat_vectors; here through base.h, and the lanes
 * against the library's own streams. */
TEST(random_streams) {
    uint32_t zero[4] = {0}, pi[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, out[4];
    uint32_t key0[2] = {0}, key[2] = {0xa4093822, 0x299f31d0};
    spk__philox(zero, key0, out);
    CHECK(out[0] == 0x6627e8d5 && out[1] == 0xe169c58d && out[2] == 0xbc57ac4c &&
          out[3] == 0x9b00dbd8);
    spk__philox(pi, key, out);
    CHECK(out[0] == 0xd16cfe09 && out[1] == 0x94fdcceb && out[2] == 0x5001e420 &&
          out[3] == 0x24126ea1);

    static uint32_t lane[N];
    for (uint32_t i = 0; i < N; i++)
        lane[i] = i * 2654435761u;
    uint64_t seed = 0xa4093822299f31d0u, step = 0x123456789au;
    tables[0][1]->random(0, N, seed, lane, step, 3, NULL, base_out);
    static float narrow[N];
    tables[0][0]->random(0, N, seed, lane, step, 3, NULL, narrow);
    for (size_t i = 0; i < N; i++) {
        spk__rng r;
        spk__rng_init(&r, seed, SPK__RNG_KERNEL, lane[i], 3);
        r.n = step;
        double u = spk__rng_uniform(&r);
        CHECK(base_out[i] == u);
        CHECK(fabs((double)narrow[i] - u) <= 0x1p-24);
    }
    static double means[N];
    static float narrow_means[N], narrow_out[N];
    for (int i = 0; i < N; i++) {
        means[i] = i < 8 ? (double)i - 2 : i < 2048 ? i * 0.015 : i * 0.1;
        if (i == 9)
            means[i] = NAN;
        narrow_means[i] = (float)means[i];
    }
    for (int kind = 0; kind < 3; kind++) {
        tables[0][1]->random(kind, N, seed, lane, step, 3, means, base_out);
        tables[0][0]->random(kind, N, seed, lane, step, 3, narrow_means, narrow);
        for (int isa = 1; isa < SPK_ISA_COUNT && tables[isa][0]; isa++) {
            tables[isa][1]->random(kind, N, seed, lane, step, 3, means, other_out);
            tables[isa][0]->random(kind, N, seed, lane, step, 3, narrow_means, narrow_out);
            for (size_t i = 0; i < N; i++) {
                CHECK(same(base_out, other_out, i, 1));
                CHECK(same(narrow, narrow_out, i, 0));
            }
        }
    }
    CHECK(base_out[0] == 0 && base_out[1] == 0 && base_out[2] == 0 && isnan(base_out[9]));
}

TEST(random_moments) {
    static uint32_t lane[N];
    static double mean[N];
    for (uint32_t i = 0; i < N; i++)
        lane[i] = i;
    static const double want_mean[] = {0.5, 0, 3.7, 45}, want_variance[] = {1.0 / 12, 1, 3.7, 45};
    for (int k = 0; k < 4; k++) {
        double s = 0, s2 = 0;
        enum { STEPS = 60 };
        for (int i = 0; i < N; i++)
            mean[i] = want_mean[k];
        for (uint64_t step = 0; step < STEPS; step++) {
            tables[0][1]->random(k < 2 ? k : 2, N, 42, lane, step, 0, mean, base_out);
            for (int i = 0; i < N; i++) {
                s += base_out[i] - want_mean[k];
                s2 += (base_out[i] - want_mean[k]) * (base_out[i] - want_mean[k]);
            }
        }
        double n = (double)N * STEPS;
        CHECK_NEAR(s / n, 0, 4 * sqrt(want_variance[k] / n));
        CHECK_NEAR(s2 / n, want_variance[k], 8 * want_variance[k] / sqrt(n));
    }
}

static void expm(size_t n, const double *a, double *out) {
    tables[0][1]->expm(n, a, out);
    for (int isa = 1; isa < SPK_ISA_COUNT && tables[isa][0]; isa++) {
        double other[400];
        tables[isa][1]->expm(n, a, other);
        for (size_t i = 0; i < n * n; i++)
            CHECK(same(out, other, i, 1));
    }
}

#define CHECK_RELATIVE(got, want, tolerance) CHECK_NEAR((got) / (want), 1, tolerance)

TEST(matrix_exponential) {
    double out[400];
    /* a chain: membrane driven by a current (iaf_psc_exp), closed form of Rotter and Diesmann
     * (1999) */
    for (double h = 0.001; h < 3000; h *= 7) {
        double tau_m = 10, tau_s = 2, c = 250;
        double a[] = {-h / tau_m, h / c, 0, -h / tau_s};
        expm(2, a, out);
        CHECK(out[2] == 0);
        long double p = expl(-(long double)h / tau_m), q = expl(-(long double)h / tau_s);
        CHECK_RELATIVE(out[0], (double)expl((long double)a[0]), 5e-16);
        if (q > 1e-280L) {
            CHECK_RELATIVE(out[3], (double)expl((long double)a[3]), 5e-16);
            long double want = (long double)a[1] * (expl(a[0]) - expl(a[3])) /
                               ((long double)a[0] - (long double)a[3]);
            CHECK_RELATIVE(out[1], (double)want, 5e-16 + 1e-18 / (double)fabsl(p - q));
        }
    }
    /* equal time constants: alpha function, t exp(-t) */
    double alpha[] = {-0.5, 0, 0.5, -0.5};
    expm(2, alpha, out);
    CHECK_RELATIVE(out[2], (double)(0.5L * expl(-0.5L)), 3e-16);
    CHECK(out[1] == 0);
    /* rotation */
    double turn[] = {0, -20, 20, 0};
    expm(2, turn, out);
    CHECK_NEAR(out[0], cos(20), 1e-15);
    CHECK_NEAR(out[2], sin(20), 1e-15);
    /* nilpotent: the series ends; corner entry 1/15! */
    double shift[256] = {0};
    for (int i = 0; i < 15; i++)
        shift[i * 16 + i + 1] = 1;
    expm(16, shift, out);
    CHECK_RELATIVE(out[15], 1 / 1307674368000.0, 3e-16);
    CHECK(out[0] == 1 && out[1] == 1 && out[16] == 0);
    /* stiff, in place, empty, too large, not finite */
    double stiff[] = {-1e6, 1e6, 0, -1e-3};
    expm(2, stiff, out);
    CHECK(out[0] == 0 && out[2] == 0);
    CHECK_RELATIVE(out[3], (double)expl(-1e-3L), 5e-16);
    tables[0][1]->expm(2, alpha, alpha);
    CHECK_RELATIVE(alpha[0], (double)expl(-0.5L), 3e-16);
    tables[0][1]->expm(0, alpha, out);
    double big[17 * 17] = {0};
    tables[0][1]->expm(17, big, out);
    CHECK(isnan(out[0]) && isnan(out[17 * 17 - 1]));
    double bad[] = {1, NAN, 0, 1};
    expm(2, bad, out);
    CHECK(isnan(out[0]) && isnan(out[2]));
    bad[1] = INFINITY;
    expm(2, bad, out);
    CHECK(isnan(out[3]));
}

int main(void) {
    find_tables();
    RUN(same_bits_on_every_instruction_set);
    RUN(operations_mean_what_c_means);
    RUN(remainder_is_exact_for_quotients_that_fit);
    RUN(float_accuracy);
    RUN(float_power);
    RUN(random_streams);
    RUN(random_moments);
    RUN(matrix_exponential);
    return test_end();
}
