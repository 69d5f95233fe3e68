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
    return SPK__V(xor)(a, SPK__V(set1)((vr_real)-0.0));
}
SPK_LANE_FN vr vr_abs(vr a) {
    return SPK__V(andnot)(SPK__V(set1)((vr_real)-0.0), a);
}
SPK_LANE_FN vr vr_copysign(vr a, vr sign) {
    const vr s = SPK__V(set1)((vr_real)-0.0);
    return SPK__V(or)(SPK__V(and)(s, sign), SPK__V(andnot)(s, a));
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
    return SPK__V(round)(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_ceil(vr a) {
    return SPK__V(round)(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_trunc(vr a) {
    return SPK__V(round)(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
}

SPK_LANE_FN vm vm_lt(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_LT_OQ);
}
SPK_LANE_FN vm vm_le(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_LE_OQ);
}
SPK_LANE_FN vm vm_gt(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_GT_OQ);
}
SPK_LANE_FN vm vm_ge(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_GE_OQ);
}
SPK_LANE_FN vm vm_eq(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_EQ_OQ);
}
SPK_LANE_FN vm vm_ne(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_NEQ_UQ);
}
SPK_LANE_FN vm vm_nlt(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_NLT_UQ);
}
SPK_LANE_FN vm vm_nle(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_NLE_UQ);
}
SPK_LANE_FN vm vm_ngt(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_NGT_UQ);
}
SPK_LANE_FN vm vm_nge(vr a, vr b) {
    return SPK__V(cmp)(a, b, _CMP_NGE_UQ);
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
    return _mm256_and_si256(a, b);
}
SPK_LANE_FN vi vi_or(vi a, vi b) {
    return _mm256_or_si256(a, b);
}
SPK_LANE_FN vi vi_xor(vi a, vi b) {
    return _mm256_xor_si256(a, b);
}
SPK_LANE_FN vi vi_shl(vi a, int n) {
    return SPK__I(slli)(a, n);
}
SPK_LANE_FN vi vi_shr(vi a, int n) {
    return SPK__I(srli)(a, n);
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
