/* Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) over many blocks at once, and
 * draws from distributions.
 *
 * A round multiplies two words of the counter and mixes. Each 32-bit word sits in a 64-bit lane,
 * whose upper half may hold anything: the multiplication ignores it, and so the low half of a
 * product need not be cut out. */
#include "network/draw.h"
#include "num/num.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { ROUNDS = 10 };
static const uint32_t mul_0 = 0xD2511F53u, mul_1 = 0xCD9E8D57u;
static const uint32_t weyl_0 = 0x9E3779B9u, weyl_1 = 0xBB67AE85u;

uint32_t spk__draw_key(const char *name) {
    uint64_t h = spk__hash(name, strlen(name), 0);
    return (uint32_t)(h ^ h >> 32);
}

static void words_base(const uint32_t counter[4], const uint32_t key[2], size_t n, uint32_t *out) {
    uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
    for (size_t i = 0; i < n; i++, c[0]++)
        spk__philox(c, key, out + 4 * i);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static size_t
words_avx2(const uint32_t counter[4], const uint32_t key[2], size_t n, uint32_t *out) {
    const __m256i m0 = _mm256_set1_epi64x(mul_0), m1 = _mm256_set1_epi64x(mul_1);
    const __m256i low = _mm256_set1_epi64x(0xFFFFFFFF);
    size_t done = 0;
    for (; done + 4 <= n; done += 4) {
        __m256i c0 = _mm256_add_epi64(_mm256_set1_epi64x((int64_t)counter[0] + (int64_t)done),
                                      _mm256_set_epi64x(3, 2, 1, 0));
        __m256i c1 = _mm256_set1_epi64x(counter[1]), c2 = _mm256_set1_epi64x(counter[2]);
        __m256i c3 = _mm256_set1_epi64x(counter[3]);
        uint32_t k0 = key[0], k1 = key[1];
        for (int r = 0; r < ROUNDS; r++, k0 += weyl_0, k1 += weyl_1) {
            __m256i p0 = _mm256_mul_epu32(c0, m0), p1 = _mm256_mul_epu32(c2, m1);
            c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1),
                                  _mm256_set1_epi64x(k0));
            c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3),
                                  _mm256_set1_epi64x(k1));
            c1 = p1;
            c3 = p0;
        }
        __m256i a = _mm256_or_si256(_mm256_and_si256(c0, low), _mm256_slli_epi64(c1, 32));
        __m256i b = _mm256_or_si256(_mm256_and_si256(c2, low), _mm256_slli_epi64(c3, 32));
        __m256i even = _mm256_unpacklo_epi64(a, b), odd = _mm256_unpackhi_epi64(a, b);
        __m256i *to = (__m256i *)(void *)(out + 4 * done);
        _mm256_storeu_si256(to, _mm256_permute2x128_si256(even, odd, 0x20));
        _mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(even, odd, 0x31));
    }
    return done;
}

__attribute__((target("avx512f"))) static size_t
words_avx512(const uint32_t counter[4], const uint32_t key[2], size_t n, uint32_t *out) {
    const __m512i m0 = _mm512_set1_epi64(mul_0), m1 = _mm512_set1_epi64(mul_1);
    const __m512i low = _mm512_set1_epi64(0xFFFFFFFF);
    const __m512i first = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
    const __m512i second = _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
    size_t done = 0;
    for (; done + 8 <= n; done += 8) {
        __m512i c0 = _mm512_add_epi64(_mm512_set1_epi64((int64_t)counter[0] + (int64_t)done),
                                      _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
        __m512i c1 = _mm512_set1_epi64(counter[1]), c2 = _mm512_set1_epi64(counter[2]);
        __m512i c3 = _mm512_set1_epi64(counter[3]);
        uint32_t k0 = key[0], k1 = key[1];
        for (int r = 0; r < ROUNDS; r++, k0 += weyl_0, k1 += weyl_1) {
            __m512i p0 = _mm512_mul_epu32(c0, m0), p1 = _mm512_mul_epu32(c2, m1);
            c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1, _mm512_set1_epi64(k0),
                                           0x96);
            c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3, _mm512_set1_epi64(k1),
                                           0x96);
            c1 = p1;
            c3 = p0;
        }
        __m512i a = _mm512_or_si512(_mm512_and_si512(c0, low), _mm512_slli_epi64(c1, 32));
        __m512i b = _mm512_or_si512(_mm512_and_si512(c2, low), _mm512_slli_epi64(c3, 32));
        _mm512_storeu_si512(out + 4 * done, _mm512_permutex2var_epi64(a, first, b));
        _mm512_storeu_si512(out + 4 * done + 16, _mm512_permutex2var_epi64(a, second, b));
    }
    return done;
}
#endif

void spk__draw_words_isa(spk_isa isa, uint64_t seed, spk__rng_purpose purpose, uint32_t key,
                         uint32_t row, uint32_t first, size_t n, uint32_t *out) {
    uint32_t counter[4] = {first, (uint32_t)purpose << 24, key, row};
    uint32_t k[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    size_t done = 0;
#if defined(__x86_64__)
    if (isa >= SPK_ISA_AVX512)
        done = words_avx512(counter, k, n, out);
    else if (isa >= SPK_ISA_AVX2)
        done = words_avx2(counter, k, n, out);
#else
    (void)isa;
#endif
    counter[0] += (uint32_t)done;
    words_base(counter, k, n - done, out + 4 * done);
}

void spk__draw_words(uint64_t seed, spk__rng_purpose purpose, uint32_t key, uint32_t row,
                     uint32_t first, size_t n, uint32_t *out) {
    spk__draw_words_isa(spk__cpu_isa(), seed, purpose, key, row, first, n, out);
}

/* ---- comparing ---- */

static void below_base(const uint32_t *word, size_t from, size_t n, uint32_t limit, uint32_t *out) {
    for (size_t i = from; i < n; i++)
        out[i / 32] |= (uint32_t)(word[i] < limit) << i % 32;
}

#if defined(__x86_64__)
/* There is no unsigned comparison: with the upper bit turned over it is a signed one. */
__attribute__((target("avx2"))) static size_t below_avx2(const uint32_t *word, size_t n,
                                                         uint32_t limit, uint32_t *out) {
    const __m256i turn = _mm256_set1_epi32(INT32_MIN);
    const __m256i high = _mm256_xor_si256(_mm256_set1_epi32((int)limit), turn);
    size_t done = 0;
    for (; done + 32 <= n; done += 32) {
        uint32_t bits = 0;
        for (int k = 0; k < 4; k++) {
            __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(word + done + 8 * k));
            __m256i is = _mm256_cmpgt_epi32(high, _mm256_xor_si256(x, turn));
            bits |= (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(is)) << 8 * k;
        }
        out[done / 32] = bits;
    }
    return done;
}
#endif

void spk__draw_below(const uint32_t *word, size_t n, uint32_t limit, uint32_t *out) {
    size_t done = 0;
    memset(out, 0, (n + 31) / 32 * sizeof *out);
#if defined(__x86_64__)
    if (spk__cpu_isa() >= SPK_ISA_AVX2)
        done = below_avx2(word, n, limit, out);
#endif
    below_base(word, done, n, limit, out);
}

/* ---- distributions ---- */

/* The normal quantile to one part in 10^7 (Wichura 1988, algorithm AS 241, PPND7,
 * doi:10.2307/2347330). 24 bits never reach its far tail. */
static double normal_quantile(double p) {
    double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        double r = 0.180625 - q * q;
        return q * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179) /
               (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1.0);
    }
    double r = sqrt(-spk__log(q < 0 ? p : 1 - p)) - 1.6;
    double x = (((0.17023821103 * r + 1.3067284816) * r + 2.7568153900) * r + 1.4234372777) /
               ((0.12021132975 * r + 0.73700164250) * r + 1.0);
    return q < 0 ? -x : x;
}

float spk__draw_standard(spk_dist_kind kind, uint32_t word) {
    uint32_t k = word >> 8;
    switch (kind) {
    case SPK_DIST_CONSTANT:
        return 0;
    case SPK_DIST_UNIFORM:
        return (float)k * 0x1p-24f;
    default:
        return (float)normal_quantile((k + 0.5) * 0x1p-24);
    }
}

double spk__draw_scale(const spk_dist *d, float z) {
    switch (d->kind) {
    case SPK_DIST_CONSTANT:
        return d->a;
    case SPK_DIST_UNIFORM:
        return d->a + (d->b - d->a) * (double)z;
    case SPK_DIST_NORMAL:
        return d->a + d->b * (double)z;
    default:
        return spk__exp(d->a + d->b * (double)z);
    }
}

static uint32_t word_at(const spk__draw_place *at, uint32_t try) {
    uint32_t high = (at->copy & (SPK__DRAW_COPIES - 1)) | (try & 1023) << 13;
    uint32_t counter[4] = {at->column, (uint32_t)at->purpose << 24 | high, at->key, at->row};
    uint32_t key[2] = {(uint32_t)at->seed, (uint32_t)(at->seed >> 32)}, out[4];
    spk__philox(counter, key, out);
    return out[0];
}

float spk__draw_at(const spk__draw_place *at, spk_dist_kind kind) {
    return kind == SPK_DIST_CONSTANT ? 0 : spk__draw_standard(kind, word_at(at, 0));
}

double spk__draw_limited(const spk_dist *d, const spk__draw_place *at, float z) {
    double x = spk__draw_scale(d, z);
    if (d->kind != SPK_DIST_CONSTANT)
        for (uint32_t try = 1; (x < d->low || x > d->high) && try < SPK__DRAW_TRIES; try++)
            x = spk__draw_scale(d, spk__draw_standard(d->kind, word_at(at, try)));
    return fmin(fmax(x, d->low), d->high);
}
