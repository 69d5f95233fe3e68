/* Random numbers of lane.h: one Philox block for each lane, step and draw.
 *
 * A word of the block is a `vu`. For doubles its lanes are 64 bits apart, the upper half undefined, since
 * that is how the hardware multiplies 32 by 32 bits. */

#if SPK_ISA == 0
typedef uint32_t vu;
SPK_LANE_FN vu vu_load(const uint32_t *p) {
    return *p;
}
SPK_LANE_FN vu vu_set1(uint32_t a) {
    return a;
}
SPK_LANE_FN vu vu_xor(vu a, vu b) {
    return a ^ b;
}
SPK_LANE_FN void vu_multiply(vu a, uint32_t b, vu *high, vu *low) {
    uint64_t p = (uint64_t)a * b;
    *high = (vu)(p >> 32);
    *low = (vu)p;
}
#else
typedef vi vu;
#if SPK_ISA == 1
#define SPK__U(name) _mm256_##name
#define SPK__LOAD_U64(p) _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(p)))
#define SPK__LOAD_U32(p) _mm256_loadu_si256((const __m256i *)(const void *)(p))
#define SPK__ODD(even, odd) _mm256_blend_epi32(even, odd, 0xaa)
#define SPK__XOR(a, b) _mm256_xor_si256(a, b)
#else
#define SPK__U(name) _mm512_##name
#define SPK__LOAD_U64(p) _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(p)))
#define SPK__LOAD_U32(p) _mm512_loadu_si512(p)
#define SPK__ODD(even, odd) _mm512_mask_blend_epi32(0xaaaa, even, odd)
#define SPK__XOR(a, b) _mm512_xor_si512(a, b)
#endif
SPK_LANE_FN vu vu_load(const uint32_t *p) {
#if SPK_PRECISION == 64
    return SPK__LOAD_U64(p);
#else
    return SPK__LOAD_U32(p);
#endif
}
SPK_LANE_FN vu vu_set1(uint32_t a) {
    return SPK__U(set1_epi32)((int32_t)a);
}
SPK_LANE_FN vu vu_xor(vu a, vu b) {
    return SPK__XOR(a, b);
}
SPK_LANE_FN void vu_multiply(vu a, uint32_t b, vu *high, vu *low) {
    vu m = vu_set1(b);
    vu even = SPK__U(mul_epu32)(a, m);
#if SPK_PRECISION == 64
    *high = SPK__U(srli_epi64)(even, 32);
    *low = even;
#else
    vu odd = SPK__U(mul_epu32)(SPK__U(srli_epi64)(a, 32), m);
    *high = SPK__ODD(SPK__U(srli_epi64)(even, 32), odd);
    *low = SPK__ODD(even, SPK__U(slli_epi64)(odd, 32));
#endif
}
#undef SPK__U
#undef SPK__LOAD_U64
#undef SPK__LOAD_U32
#undef SPK__ODD
#undef SPK__XOR
#endif

SPK_LANE_FN void vu_philox(vu c[4], uint32_t key0, uint32_t key1) {
#pragma GCC unroll 10
    for (int i = 0; i < 10; i++) {
        vu h0, l0, h1, l1;
        vu_multiply(c[0], 0xD2511F53u, &h0, &l0);
        vu_multiply(c[2], 0xCD9E8D57u, &h1, &l1);
        c[0] = vu_xor(vu_xor(h1, c[1]), vu_set1(key0));
        c[1] = l1;
        c[2] = vu_xor(vu_xor(h0, c[3]), vu_set1(key1));
        c[3] = l0;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
}

/* The purpose that the library gives to random numbers in kernels (base.h). */
#define SPK_LANE_PURPOSE 4u

SPK_LANE_FN void vu_block(uint64_t seed, vu lane_id, uint64_t step, uint32_t draw, vu c[4]) {
    c[0] = vu_set1((uint32_t)step);
    c[1] = vu_set1((uint32_t)(step >> 32) | SPK_LANE_PURPOSE << 24);
    c[2] = lane_id;
    c[3] = vu_set1(draw);
    vu_philox(c, (uint32_t)seed, (uint32_t)(seed >> 32));
}

/* The middle of one of 2^52 (float: 2^23) equal parts of (0, 1): the leading bits of high : low. */
SPK_LANE_FN vr vu_to_uniform(vu low, vu high) {
#if SPK_PRECISION == 64 && SPK_ISA == 0
    vi m = ((uint64_t)high << 32 | low) >> 12 | 0x3ff0000000000000u;
#elif SPK_PRECISION == 64
    vi m = vi_or(vi_shl(high, 32), vi_and(low, vi_set1(0xffffffffu)));
    m = vi_or(vi_shr(m, 12), vi_set1(0x3ff0000000000000u));
#else
    (void)low;
    vi m = vi_or(vi_shr(high, 9), vi_set1(0x3f800000u));
#endif
    return vr_sub(vr_of(m), vr_set1(SPK_PRECISION == 64 ? 1 - 0x1p-53 : 1 - 0x1p-24));
}

/* Uniform in (0, 1), never 0 or 1. */
SPK_LANE_FN vr vr_uniform(uint64_t seed, vu lane_id, uint64_t step, uint32_t draw) {
    vu c[4];
    vu_block(seed, lane_id, step, draw, c);
    return vu_to_uniform(c[0], c[1]);
}

/* Standard normal; at most 8.6 (float: 5.8) standard deviations away. */
SPK_LANE_FN vr vr_normal(uint64_t seed, vu lane_id, uint64_t step, uint32_t draw) {
    vu c[4];
    vu_block(seed, lane_id, step, draw, c);
    return vr_box_muller(vu_to_uniform(c[0], c[1]), vu_to_uniform(c[2], c[3]));
}

/* Poisson with the given mean: by inversion up to a mean of 30, above by rounding a normal deviate of the
 * same mean and variance (skewness lost: 0.18 at 30, falling as 1/sqrt(mean)). 0 for a mean <= 0, NaN for
 * NaN. */
SPK_LANE_FN vr vr_poisson(uint64_t seed, vu lane_id, uint64_t step, uint32_t draw, vr mean) {
    const vr zero = vr_set1(0.0), one = vr_set1(1.0);
    vu c[4];
    vu_block(seed, lane_id, step, draw, c);
    vr u = vu_to_uniform(c[0], c[1]);
    vm inverted = vm_le(mean, vr_set1(30.0));
    vr p = vr_exp(vr_neg(mean)), sum = p, k = zero, n = zero;
    /* beyond 120 the terms of a mean of 30 no longer change the sum */
    for (int i = 0; i < 120; i++) {
        vm open = vm_and(vm_and(inverted, vm_gt(mean, zero)), vm_gt(u, sum));
        if (!vm_bits(open))
            break;
        n = vr_add(n, one);
        k = vr_blend(open, n, k);
        p = vr_mul(p, vr_div(mean, n));
        sum = vr_add(sum, p);
    }
    if (vm_bits(inverted) == vm_bits(vm_all()))
        return k;
    vr z = vr_box_muller(u, vu_to_uniform(c[2], c[3]));
    vr rounded = vr_floor(vr_add(vr_fma(vr_sqrt(mean), z, mean), vr_set1(0.5)));
    return vr_blend(inverted, k, vr_max(zero, rounded));
}
