/* The operations of lane.h in AVX-512 F, DQ, VL, BW. */
#include <immintrin.h>

#if SPK_PRECISION == 64
#define VR_WIDTH 8
typedef __m512d vr;
typedef __mmask8 vm;
#define SPK__V(name) _mm512_##name##_pd
#define SPK__I(name) _mm512_##name##_epi64
#define SPK__CMP(a, b, how) _mm512_cmp_pd_mask(a, b, how)
#define SPK__TO_INT _mm512_castpd_si512
#define SPK__TO_REAL _mm512_castsi512_pd
#define SPK__SIGN _mm512_set1_epi64(INT64_MIN)
#else
#define VR_WIDTH 16
typedef __m512 vr;
typedef __mmask16 vm;
#define SPK__V(name) _mm512_##name##_ps
#define SPK__I(name) _mm512_##name##_epi32
#define SPK__CMP(a, b, how) _mm512_cmp_ps_mask(a, b, how)
#define SPK__TO_INT _mm512_castps_si512
#define SPK__TO_REAL _mm512_castsi512_ps
#define SPK__SIGN _mm512_set1_epi32(INT32_MIN)
#endif
typedef __m512i vi;

#define SPK__ROUND SPK__V(roundscale)
#define SPK__BITS(name) _mm512_##name##_si512
#define SPK__COUNT(n) ((unsigned)(n))
#include "num/lane_x86.h"

SPK_LANE_FN vr vr_neg(vr a) {
    return SPK__TO_REAL(_mm512_xor_si512(SPK__TO_INT(a), SPK__SIGN));
}
SPK_LANE_FN vr vr_abs(vr a) {
    return SPK__TO_REAL(_mm512_andnot_si512(SPK__SIGN, SPK__TO_INT(a)));
}
SPK_LANE_FN vr vr_copysign(vr a, vr sign) {
    /* 0xca: bit by bit, first ? second : third */
    return SPK__TO_REAL(
        _mm512_ternarylogic_epi64(SPK__SIGN, SPK__TO_INT(sign), SPK__TO_INT(a), 0xca));
}
SPK_LANE_FN vm vm_and(vm a, vm b) {
    return (vm)(a & b);
}
SPK_LANE_FN vm vm_or(vm a, vm b) {
    return (vm)(a | b);
}
SPK_LANE_FN vm vm_xor(vm a, vm b) {
    return (vm)(a ^ b);
}
SPK_LANE_FN vm vm_andnot(vm a, vm b) {
    return (vm)(a & ~b);
}
SPK_LANE_FN vm vm_not(vm a) {
    return (vm)~a;
}
SPK_LANE_FN vm vm_none(void) {
    return 0;
}
SPK_LANE_FN vm vm_all(void) {
    return (vm)~0u;
}
SPK_LANE_FN uint32_t vm_bits(vm a) {
    return a;
}
SPK_LANE_FN vr vr_blend(vm m, vr a, vr b) {
    return SPK__V(mask_blend)(m, b, a);
}
SPK_LANE_FN vi vi_set1(uint64_t a) {
#if SPK_PRECISION == 64
    return _mm512_set1_epi64((int64_t)a);
#else
    return _mm512_set1_epi32((int32_t)(uint32_t)a);
#endif
}
/* The table's entry that the low three bits of t name, plus t's bits shifted up by n. */
SPK_LANE_FN vr vr_lookup8(const void *table, vr t, int n) {
    vi i = vi_of(t);
#if SPK_PRECISION == 64
    vi entry = _mm512_permutexvar_epi64(i, _mm512_loadu_si512(table));
#else
    vi entry = _mm512_permutexvar_epi32(i, _mm512_broadcast_i32x8(_mm256_loadu_si256(table)));
#endif
    return vr_of(vi_add(entry, vi_shl(i, n)));
}
/* a b + c where m, else 0 */
SPK_LANE_FN vr vr_fma_or_0(vm m, vr a, vr b, vr c) {
    return SPK__V(maskz_fmadd)(m, a, b, c);
}
#undef SPK__V
#undef SPK__I
#undef SPK__CMP
#undef SPK__TO_INT
#undef SPK__TO_REAL
#undef SPK__SIGN
#undef SPK__ROUND
#undef SPK__BITS
#undef SPK__COUNT
