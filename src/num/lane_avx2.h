/* The operations of lane.h in AVX2 and FMA. A mask is a vector of all-ones and all-zeros lanes. */
#include <immintrin.h>

#if SPK_PRECISION == 64
#define VR_WIDTH 4
typedef __m256d vr;
typedef __m256d vm;
#define SPK__V(name) _mm256_##name##_pd
#define SPK__I(name) _mm256_##name##_epi64
#define SPK__TO_INT _mm256_castpd_si256
#define SPK__TO_REAL _mm256_castsi256_pd
#else
#define VR_WIDTH 8
typedef __m256 vr;
typedef __m256 vm;
#define SPK__V(name) _mm256_##name##_ps
#define SPK__I(name) _mm256_##name##_epi32
#define SPK__TO_INT _mm256_castps_si256
#define SPK__TO_REAL _mm256_castsi256_ps
#endif
typedef __m256i vi;

#define SPK__ROUND SPK__V(round)
#define SPK__CMP(a, b, how) SPK__V(cmp)(a, b, how)
#define SPK__BITS(name) _mm256_##name##_si256
#define SPK__COUNT(n) (n)
#include "num/lane_x86.h"

SPK_LANE_FN vr vr_neg(vr a) {
    return SPK__V(xor)(a, SPK__V(set1)((vr_real)-0.0));
}
SPK_LANE_FN vr vr_abs(vr a) {
    return SPK__V(andnot)(SPK__V(set1)((vr_real)-0.0), a);
}
SPK_LANE_FN vr vr_copysign(vr a, vr sign) {
    const vr s = SPK__V(set1)((vr_real)-0.0);
    return SPK__V(or)(SPK__V(and)(s, sign), SPK__V(andnot)(s, a));
}
SPK_LANE_FN vm vm_none(void) {
    return SPK__V(setzero)();
}
SPK_LANE_FN vm vm_all(void) {
    return SPK__TO_REAL(_mm256_set1_epi32(-1));
}
SPK_LANE_FN vm vm_and(vm a, vm b) {
    return SPK__V(and)(a, b);
}
SPK_LANE_FN vm vm_or(vm a, vm b) {
    return SPK__V(or)(a, b);
}
SPK_LANE_FN vm vm_xor(vm a, vm b) {
    return SPK__V(xor)(a, b);
}
SPK_LANE_FN vm vm_andnot(vm a, vm b) {
    return SPK__V(andnot)(b, a);
}
SPK_LANE_FN vm vm_not(vm a) {
    return SPK__V(xor)(a, vm_all());
}
SPK_LANE_FN uint32_t vm_bits(vm a) {
    return (uint32_t)SPK__V(movemask)(a);
}
SPK_LANE_FN vr vr_blend(vm m, vr a, vr b) {
    return SPK__V(blendv)(b, a, m);
}
SPK_LANE_FN vi vi_set1(uint64_t a) {
#if SPK_PRECISION == 64
    return _mm256_set1_epi64x((int64_t)a);
#else
    return _mm256_set1_epi32((int32_t)(uint32_t)a);
#endif
}
/* The table's entry that the low three bits of t name, plus t's bits shifted up by n. */
SPK_LANE_FN vr vr_lookup8(const void *table, vr t, int n) {
    vi i = vi_of(t);
#if SPK_PRECISION == 64
    /* two tables of four doubles, as pairs of words 2 i and 2 i + 1; bit 2 chooses */
    const double *p = table;
    vi pair = _mm256_add_epi32(_mm256_shuffle_epi32(vi_add(i, i), 0xa0),
                               _mm256_set1_epi64x((int64_t)1 << 32));
    vi low = _mm256_permutevar8x32_epi32(vi_of(vr_load(p)), pair);
    vi high = _mm256_permutevar8x32_epi32(vi_of(vr_load(p + 4)), pair);
    vi entry = vi_of(vr_blend(vr_of(vi_shl(i, 61)), vr_of(high), vr_of(low)));
#else
    vi entry = _mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)table), i);
#endif
    return vr_of(vi_add(entry, vi_shl(i, n)));
}
/* a b + c where m, else 0 */
SPK_LANE_FN vr vr_fma_or_0(vm m, vr a, vr b, vr c) {
    return SPK__V(and)(m, SPK__V(fmadd)(a, b, c));
}
#undef SPK__V
#undef SPK__I
#undef SPK__TO_INT
#undef SPK__TO_REAL
#undef SPK__CMP
#undef SPK__ROUND
#undef SPK__BITS
#undef SPK__COUNT
