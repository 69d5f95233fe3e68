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

SPK_LANE_FN vr vr_load(const vr_real *p) {
    return SPK__V(loadu)(p);
}
SPK_LANE_FN void vr_store(vr_real *p, vr a) {
    SPK__V(storeu)(p, a);
}
SPK_LANE_FN vr vr_set1(double a) {
    return SPK__V(set1)((vr_real)a);
}
SPK_LANE_FN vr vr_add(vr a, vr b) {
    return SPK__V(add)(a, b);
}
SPK_LANE_FN vr vr_sub(vr a, vr b) {
    return SPK__V(sub)(a, b);
}
SPK_LANE_FN vr vr_mul(vr a, vr b) {
    return SPK__V(mul)(a, b);
}
SPK_LANE_FN vr vr_div(vr a, vr b) {
    return SPK__V(div)(a, b);
}
SPK_LANE_FN vr vr_fma(vr a, vr b, vr c) {
    return SPK__V(fmadd)(a, b, c);
}
SPK_LANE_FN vr vr_fms(vr a, vr b, vr c) {
    return SPK__V(fmsub)(a, b, c);
}
SPK_LANE_FN vr vr_fnma(vr a, vr b, vr c) {
    return SPK__V(fnmadd)(a, b, c);
}
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
SPK_LANE_FN vr vr_sqrt(vr a) {
    return SPK__V(sqrt)(a);
}
SPK_LANE_FN vr vr_min(vr a, vr b) {
    return SPK__V(min)(a, b);
}
SPK_LANE_FN vr vr_max(vr a, vr b) {
    return SPK__V(max)(a, b);
}
SPK_LANE_FN vr vr_floor(vr a) {
    return SPK__V(roundscale)(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_ceil(vr a) {
    return SPK__V(roundscale)(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_trunc(vr a) {
    return SPK__V(roundscale)(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}

SPK_LANE_FN vm vm_lt(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_LT_OQ);
}
SPK_LANE_FN vm vm_le(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_LE_OQ);
}
SPK_LANE_FN vm vm_gt(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_GT_OQ);
}
SPK_LANE_FN vm vm_ge(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_GE_OQ);
}
SPK_LANE_FN vm vm_eq(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_EQ_OQ);
}
SPK_LANE_FN vm vm_ne(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_NEQ_UQ);
}
SPK_LANE_FN vm vm_nlt(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_NLT_UQ);
}
SPK_LANE_FN vm vm_nle(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_NLE_UQ);
}
SPK_LANE_FN vm vm_ngt(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_NGT_UQ);
}
SPK_LANE_FN vm vm_nge(vr a, vr b) {
    return SPK__CMP(a, b, _CMP_NGE_UQ);
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
SPK_LANE_FN vi vi_of(vr a) {
    return SPK__TO_INT(a);
}
SPK_LANE_FN vr vr_of(vi a) {
    return SPK__TO_REAL(a);
}
SPK_LANE_FN vi vi_add(vi a, vi b) {
    return SPK__I(add)(a, b);
}
SPK_LANE_FN vi vi_sub(vi a, vi b) {
    return SPK__I(sub)(a, b);
}
SPK_LANE_FN vi vi_and(vi a, vi b) {
    return _mm512_and_si512(a, b);
}
SPK_LANE_FN vi vi_or(vi a, vi b) {
    return _mm512_or_si512(a, b);
}
SPK_LANE_FN vi vi_xor(vi a, vi b) {
    return _mm512_xor_si512(a, b);
}
SPK_LANE_FN vi vi_shl(vi a, int n) {
    return SPK__I(slli)(a, (unsigned)n);
}
SPK_LANE_FN vi vi_shr(vi a, int n) {
    return SPK__I(srli)(a, (unsigned)n);
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
