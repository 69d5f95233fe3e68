/* What lane_avx2.h and lane_avx512.h share, in terms of the macros that either defines. */
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
    return SPK__ROUND(a, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_ceil(vr a) {
    return SPK__ROUND(a, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
}
SPK_LANE_FN vr vr_trunc(vr a) {
    return SPK__ROUND(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
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
    return SPK__BITS(and)(a, b);
}
SPK_LANE_FN vi vi_or(vi a, vi b) {
    return SPK__BITS(or)(a, b);
}
SPK_LANE_FN vi vi_xor(vi a, vi b) {
    return SPK__BITS(xor)(a, b);
}
SPK_LANE_FN vi vi_shl(vi a, int n) {
    return SPK__I(slli)(a, SPK__COUNT(n));
}
SPK_LANE_FN vi vi_shr(vi a, int n) {
    return SPK__I(srli)(a, SPK__COUNT(n));
}
