/* The operations of lane.h for one lane; included once for double and once for the base vector. */

SPK_LANE_FN LV LANE(load)(const LV *p) {
    return *p;
}
SPK_LANE_FN void LANE(store)(LV *p, LV a) {
    *p = a;
}
SPK_LANE_FN LV LANE(set1)(double a) {
    return (LV)a;
}
SPK_LANE_FN LV LANE(add)(LV a, LV b) {
    return a + b;
}
SPK_LANE_FN LV LANE(sub)(LV a, LV b) {
    return a - b;
}
SPK_LANE_FN LV LANE(mul)(LV a, LV b) {
    return a * b;
}
SPK_LANE_FN LV LANE(div)(LV a, LV b) {
    return a / b;
}
SPK_LANE_FN LV LANE(neg)(LV a) {
    return -a;
}

#if LANE_BITS == 64
#define SPK__F(name) __builtin_##name
#else
#define SPK__F(name) __builtin_##name##f
#endif
SPK_LANE_FN LV LANE(fma)(LV a, LV b, LV c) {
    return SPK__F(fma)(a, b, c);
}
SPK_LANE_FN LV LANE(fms)(LV a, LV b, LV c) {
    return SPK__F(fma)(a, b, -c);
}
SPK_LANE_FN LV LANE(fnma)(LV a, LV b, LV c) {
    return SPK__F(fma)(-a, b, c);
}
SPK_LANE_FN LV LANE(abs)(LV a) {
    return SPK__F(fabs)(a);
}
SPK_LANE_FN LV LANE(sqrt)(LV a) {
    return SPK__F(sqrt)(a);
}
SPK_LANE_FN LV LANE(copysign)(LV a, LV sign) {
    return SPK__F(copysign)(a, sign);
}
SPK_LANE_FN LV LANE(floor)(LV a) {
    return SPK__F(floor)(a);
}
SPK_LANE_FN LV LANE(ceil)(LV a) {
    return SPK__F(ceil)(a);
}
SPK_LANE_FN LV LANE(trunc)(LV a) {
    return SPK__F(trunc)(a);
}
#undef SPK__F

SPK_LANE_FN LV LANE(min)(LV a, LV b) {
    return a < b ? a : b;
}
SPK_LANE_FN LV LANE(max)(LV a, LV b) {
    return a > b ? a : b;
}

SPK_LANE_FN LM LANE_MASK(lt)(LV a, LV b) {
    return a < b;
}
SPK_LANE_FN LM LANE_MASK(le)(LV a, LV b) {
    return a <= b;
}
SPK_LANE_FN LM LANE_MASK(gt)(LV a, LV b) {
    return a > b;
}
SPK_LANE_FN LM LANE_MASK(ge)(LV a, LV b) {
    return a >= b;
}
SPK_LANE_FN LM LANE_MASK(eq)(LV a, LV b) {
    return a == b;
}
SPK_LANE_FN LM LANE_MASK(ne)(LV a, LV b) {
    return a != b;
}
SPK_LANE_FN LM LANE_MASK(nlt)(LV a, LV b) {
    return !(a < b);
}
SPK_LANE_FN LM LANE_MASK(nle)(LV a, LV b) {
    return !(a <= b);
}
SPK_LANE_FN LM LANE_MASK(ngt)(LV a, LV b) {
    return !(a > b);
}
SPK_LANE_FN LM LANE_MASK(nge)(LV a, LV b) {
    return !(a >= b);
}
SPK_LANE_FN LM LANE_MASK(and)(LM a, LM b) {
    return a & b;
}
SPK_LANE_FN LM LANE_MASK(or)(LM a, LM b) {
    return a | b;
}
SPK_LANE_FN LM LANE_MASK(xor)(LM a, LM b) {
    return a ^ b;
}
SPK_LANE_FN LM LANE_MASK(andnot)(LM a, LM b) {
    return a & !b;
}
SPK_LANE_FN LM LANE_MASK(not)(LM a) {
    return !a;
}
SPK_LANE_FN LM LANE_MASK(none)(void) {
    return 0;
}
SPK_LANE_FN LM LANE_MASK(all)(void) {
    return 1;
}
SPK_LANE_FN uint32_t LANE_MASK(bits)(LM a) {
    return (uint32_t)a;
}
SPK_LANE_FN LV LANE(blend)(LM m, LV a, LV b) {
    return m ? a : b;
}

SPK_LANE_FN LI LANE_INT(set1)(uint64_t a) {
    return (LI)a;
}
SPK_LANE_FN LI LANE_INT(of)(LV a) {
    LI i;
    memcpy(&i, &a, sizeof i);
    return i;
}
SPK_LANE_FN LV LANE(of)(LI i) {
    LV a;
    memcpy(&a, &i, sizeof a);
    return a;
}
SPK_LANE_FN LI LANE_INT(add)(LI a, LI b) {
    return a + b;
}
SPK_LANE_FN LI LANE_INT(sub)(LI a, LI b) {
    return a - b;
}
SPK_LANE_FN LI LANE_INT(and)(LI a, LI b) {
    return a & b;
}
SPK_LANE_FN LI LANE_INT(or)(LI a, LI b) {
    return a | b;
}
SPK_LANE_FN LI LANE_INT(xor)(LI a, LI b) {
    return a ^ b;
}
SPK_LANE_FN LI LANE_INT(shl)(LI a, int n) {
    return a << n;
}
SPK_LANE_FN LI LANE_INT(shr)(LI a, int n) {
    return a >> n;
}

/* The table's entry that the low three bits of t name, plus t's bits shifted up by n. */
SPK_LANE_FN LV LANE(lookup8)(const void *table, LV t, int n) {
    const LI *entries = table;
    LI i = LANE_INT(of)(t);
    return LANE(of)(entries[i & 7] + (i << n));
}
/* a b + c where m, else 0 */
SPK_LANE_FN LV LANE(fma_or_0)(LM m, LV a, LV b, LV c) {
    return m ? LANE(fma)(a, b, c) : 0;
}
