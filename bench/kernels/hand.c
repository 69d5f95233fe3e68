/* The kernels of hand.h for one instruction set and precision: built four times, with HAND_AVX512
 * or HAND_AVX2, HAND_PRECISION and HAND_TABLE given by the build.
 *
 * The form that was fastest of those tried: UNROLL vectors of lanes interleaved, since one in
 * flight waits for its own results; state in registers, constants as memory operands; exp to base
 * 2, its factor and its argument's scale folded into one multiply-add, without clamps; spikes
 * appended to a log without a branch.
 */
#include "hand.h"

#include <immintrin.h>

#if HAND_PRECISION == 32
typedef float real;
#define MANTISSA 23
#define MAGIC 0x1.8p20f
#else
typedef double real;
#define MANTISSA 52
#define MAGIC 0x1.8p49
#endif

#if defined HAND_AVX512 && HAND_PRECISION == 32
typedef __m512 vec;
typedef __mmask16 mask;
enum { WIDTH = 16 };
#define OP(name) _mm512_##name##_ps
#define BITS(x) _mm512_castps_si512(x)
#define REAL(x) _mm512_castsi512_ps(x)
#define SHIFT_ADD(entry, t) _mm512_add_epi32(entry, _mm512_slli_epi32(t, MANTISSA - 3))
#define NOT_BELOW(a, b) _mm512_cmp_ps_mask(a, b, _CMP_NLT_UQ)
#define ABOVE(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)
#elif defined HAND_AVX512
typedef __m512d vec;
typedef __mmask8 mask;
enum { WIDTH = 8 };
#define OP(name) _mm512_##name##_pd
#define BITS(x) _mm512_castpd_si512(x)
#define REAL(x) _mm512_castsi512_pd(x)
#define SHIFT_ADD(entry, t) _mm512_add_epi64(entry, _mm512_slli_epi64(t, MANTISSA - 3))
#define NOT_BELOW(a, b) _mm512_cmp_pd_mask(a, b, _CMP_NLT_UQ)
#define ABOVE(a, b) _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ)
#elif HAND_PRECISION == 32
typedef __m256 vec;
typedef __m256 mask;
enum { WIDTH = 8 };
#define OP(name) _mm256_##name##_ps
#define BITS(x) _mm256_castps_si256(x)
#define REAL(x) _mm256_castsi256_ps(x)
#define SHIFT_ADD(entry, t) _mm256_add_epi32(entry, _mm256_slli_epi32(t, MANTISSA - 3))
#define NOT_BELOW(a, b) _mm256_cmp_ps(a, b, _CMP_NLT_UQ)
#define ABOVE(a, b) _mm256_cmp_ps(a, b, _CMP_GT_OQ)
#else
typedef __m256d vec;
typedef __m256d mask;
enum { WIDTH = 4 };
#define OP(name) _mm256_##name##_pd
#define BITS(x) _mm256_castpd_si256(x)
#define REAL(x) _mm256_castsi256_pd(x)
#define SHIFT_ADD(entry, t) _mm256_add_epi64(entry, _mm256_slli_epi64(t, MANTISSA - 3))
#define NOT_BELOW(a, b) _mm256_cmp_pd(a, b, _CMP_NLT_UQ)
#define ABOVE(a, b) _mm256_cmp_pd(a, b, _CMP_GT_OQ)
#endif

#ifdef HAND_AVX512
#define WHERE(m, a, b) OP(mask_mov)(b, m, a)
#define ADD_WHERE(m, a, b) OP(mask_add)(a, m, a, b)
#define MASK_BITS(m) ((uint32_t)(m))
typedef __m512i ivec;
#else
#define WHERE(m, a, b) OP(blendv)(b, a, m)
#define ADD_WHERE(m, a, b) OP(add)(a, OP(and)(m, b))
#define MASK_BITS(m) ((uint32_t)OP(movemask)(m))
typedef __m256i ivec;
#endif

/* Vectors side by side: as many as was fastest of 4 .. 10. */
#ifdef HAND_AVX512
enum { UNROLL_ADEX_BARE = 6, UNROLL_ADEX = 6, UNROLL_IZHIKEVICH = 8 };
#else
enum { UNROLL_ADEX_BARE = 6, UNROLL_ADEX = 6, UNROLL_IZHIKEVICH = 5 };
#endif

#define INLINE static inline __attribute__((always_inline))

/* 2^(j/8) for j = 0..7, less j in the top bits of the mantissa: what the shifted index adds again.
 */
#if HAND_PRECISION == 32
static const uint32_t eighths[16] __attribute__((aligned(64))) = {
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7,
    0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7, 0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7};
#else
static const uint64_t eighths[8] __attribute__((aligned(64))) = {
    0x3ff0000000000000, 0x3fef72b83c7d517b, 0x3fef06fe0a31b715, 0x3feebfdad5362a27,
    0x3feea09e667f3bcd, 0x3feeace5422aa0db, 0x3feee89f995ad3ad, 0x3fef5818dcfba487};
#endif

INLINE ivec lookup(ivec i) {
#if defined HAND_AVX512 && HAND_PRECISION == 32
    return _mm512_permutexvar_epi32(i, _mm512_load_si512(eighths));
#elif defined HAND_AVX512
    return _mm512_permutexvar_epi64(i, _mm512_load_si512(eighths));
#elif HAND_PRECISION == 32
    return _mm256_permutevar8x32_epi32(_mm256_load_si256((const __m256i *)eighths), i);
#else
    const __m256i *table = (const __m256i *)eighths;
    __m256i pair = _mm256_add_epi32(_mm256_shuffle_epi32(_mm256_add_epi64(i, i), 0xa0),
                                    _mm256_set1_epi64x((int64_t)1 << 32));
    __m256i low = _mm256_permutevar8x32_epi32(_mm256_load_si256(table), pair);
    __m256i high = _mm256_permutevar8x32_epi32(_mm256_load_si256(table + 1), pair);
    return BITS(OP(blendv)(REAL(low), REAL(high), REAL(_mm256_slli_epi64(i, 61))));
#endif
}

INLINE vec exp2_in_range(vec x) {
    const vec magic = OP(set1)(MAGIC);
    vec t = OP(add)(x, magic);
    vec r = OP(sub)(x, OP(sub)(t, magic));
    vec scale = REAL(SHIFT_ADD(lookup(BITS(t)), BITS(t)));
#define C(value) OP(set1)((real)(value))
#if HAND_PRECISION == 32
    vec p = OP(fmadd)(OP(fmadd)(C(0x1.c68e00p-5), r, C(0x1.ec0c32p-3)), r, C(0x1.62e432p-1));
#else
    vec r2 = OP(mul)(r, r);
    vec a = OP(fmadd)(r, C(0x1.ebfbdff82c798p-3), C(0x1.62e42fefa39efp-1));
    vec b = OP(fmadd)(r, C(0x1.3b2ab6ef4a861p-7), C(0x1.c6b08d704b1ccp-5));
    vec c = OP(fmadd)(r, C(0x1.430e66537f8d1p-13), C(0x1.5d87fe4134b7dp-10));
    vec p = OP(fmadd)(C(0x1.ffdd5d3779dbbp-17), r2, c);
    p = OP(fmadd)(OP(fmadd)(p, r2, b), r2, a);
#endif
#undef C
    return OP(fmadd)(OP(mul)(p, r), scale, scale);
}

#define LOG(m)                                                                                     \
    do {                                                                                           \
        uint32_t lanes = MASK_BITS(m);                                                             \
        log[n] = (uint64_t)s << 32 | (uint64_t)k << 16 | lanes;                                    \
        n += lanes != 0;                                                                           \
    } while (0)

/* One function for each model; the last argument advances vector k of a block by a step. */
#define KERNEL(name, states, constants, UNROLL, SETUP, ...)                                        \
    static void name(const hand_args *g) {                                                         \
        enum { STATES = states, CONSTANTS = constants };                                           \
        const real *drive = g->drive;                                                              \
        for (size_t block = 0; block < g->n_vectors; block += UNROLL) {                            \
            real *state = (real *)g->state + block * STATES * WIDTH;                               \
            const real *constant = (const real *)g->constant + block * CONSTANTS * WIDTH;          \
            uint64_t *log = g->log;                                                                \
            size_t n = 0;                                                                          \
            vec x[UNROLL][STATES];                                                                 \
            for (size_t k = 0; k < UNROLL; k++)                                                    \
                for (size_t i = 0; i < STATES; i++)                                                \
                    x[k][i] = OP(loadu)(state + (k * STATES + i) * WIDTH);                         \
            SETUP;                                                                                 \
            for (size_t s = 0; s < g->n_steps; s++) {                                              \
                const vec I = OP(set1)(drive[s]);                                                  \
                _Pragma("GCC unroll 16") for (size_t k = 0; k < UNROLL; k++) {                     \
                    const real *c = constant + k * CONSTANTS * WIDTH;                              \
                    __VA_ARGS__;                                                                   \
                }                                                                                  \
            }                                                                                      \
            for (size_t k = 0; k < UNROLL; k++)                                                    \
                for (size_t i = 0; i < STATES; i++)                                                \
                    OP(storeu)(state + (k * STATES + i) * WIDTH, x[k][i]);                         \
            g->flush(g->user, log, n);                                                             \
        }                                                                                          \
    }
#define CONST(i) OP(loadu)(c + (i)*WIDTH)

enum { AX_K, AX_C, AX_I, AX_I0, AX_V, AX_W, AX_WV, AX_W0, AX_RESET, AX_B, AX_PEAK, AX_REF };

/* V = V (1 - dt g/C) + dt I/C + 2^(k V + c) - w; w in mV a step. */
KERNEL(adex_bare, 2, 11, UNROLL_ADEX_BARE, const vec peak = OP(set1)(constant[AX_PEAK * WIDTH]), {
    vec v = x[k][0], w = x[k][1];
    vec e = exp2_in_range(OP(fmadd)(v, CONST(AX_K), CONST(AX_C)));
    vec next = OP(fmadd)(v, CONST(AX_V), OP(fmadd)(I, CONST(AX_I), CONST(AX_I0)));
    next = OP(add)(OP(sub)(next, w), e);
    w = OP(fmadd)(w, CONST(AX_W), OP(fmadd)(v, CONST(AX_WV), CONST(AX_W0)));
    mask spike = NOT_BELOW(next, peak);
    x[k][0] = WHERE(spike, CONST(AX_RESET), next);
    x[k][1] = ADD_WHERE(spike, w, CONST(AX_B));
    LOG(spike);
})

/* The same with V bounded by V_peak on the right-hand sides and a refractory timer, counted in
 * steps. */
KERNEL(adex, 3, 12, UNROLL_ADEX, const vec one = OP(set1)((real)1);
       const vec zero = OP(set1)((real)0), {
           vec v = x[k][0], w = x[k][1], timer = x[k][2];
           vec bounded = OP(min)(v, CONST(AX_PEAK));
           vec e = exp2_in_range(OP(fmadd)(bounded, CONST(AX_K), CONST(AX_C)));
           vec next = OP(fmadd)(bounded, CONST(AX_V), OP(fmadd)(I, CONST(AX_I), CONST(AX_I0)));
           next = OP(add)(OP(add)(OP(sub)(v, w), next), e);
           w = OP(fmadd)(w, CONST(AX_W), OP(fmadd)(bounded, CONST(AX_WV), CONST(AX_W0)));
           next = WHERE(ABOVE(timer, zero), v, next);
           timer = OP(sub)(timer, one); /* below zero it means nothing */
           mask spike = NOT_BELOW(next, CONST(AX_PEAK));
           x[k][0] = WHERE(spike, CONST(AX_RESET), next);
           x[k][1] = ADD_WHERE(spike, w, CONST(AX_B));
           x[k][2] = WHERE(spike, CONST(AX_REF), timer);
           LOG(spike);
       })

enum { IZ_I, IZ_I0, IZ_U, IZ_UV, IZ_RESET, IZ_D, IZ_PEAK, IZ_V2, IZ_V1 };

/* V = V (0.04 dt V + 1 + 5 dt) + dt (140 + R I) - U; U in mV a step. */
KERNEL(izhikevich, 2, 9, UNROLL_IZHIKEVICH, const vec peak = OP(set1)(constant[IZ_PEAK * WIDTH]);
       const vec v2 = OP(set1)(constant[IZ_V2 * WIDTH]);
       const vec v1 = OP(set1)(constant[IZ_V1 * WIDTH]), {
           vec v = x[k][0], u = x[k][1];
           vec next = OP(fmadd)(v, OP(fmadd)(v, v2, v1), OP(fmadd)(I, CONST(IZ_I), CONST(IZ_I0)));
           next = OP(sub)(next, u);
           u = OP(fmadd)(u, CONST(IZ_U), OP(mul)(v, CONST(IZ_UV)));
           mask spike = NOT_BELOW(next, peak);
           x[k][0] = WHERE(spike, CONST(IZ_RESET), next);
           x[k][1] = ADD_WHERE(spike, u, CONST(IZ_D));
           LOG(spike);
       })

const hand_kernel HAND_TABLE[HAND_MODELS] = {
    [HAND_ADEX_BARE] = {WIDTH, UNROLL_ADEX_BARE, 2, 11, adex_bare},
    [HAND_ADEX] = {WIDTH, UNROLL_ADEX, 3, 12, adex},
    [HAND_IZHIKEVICH] = {WIDTH, UNROLL_IZHIKEVICH, 2, 9, izhikevich},
};
