/* The rest of lane.h's functions: trigonometric, hyperbolic, error function, rounding. Follows
 * lane_math.h and uses its helpers. */

#if LANE_BITS == 64
#define SPK__PIO2_1 0x1.921fb54442d18p+0
#define SPK__PIO2_2 0x1.1a62633145c07p-54
#define SPK__PIO2_3 -0x1.f1976b7ed8fbcp-110
#define SPK__TRIG_MAX 0x1p40
#define SPK__ERFC_LAST 0x1.a8b12fc6e4891p+4
#else
#define SPK__PIO2_1 0x1.921fb6p+0
#define SPK__PIO2_2 -0x1.777a5cp-25
#define SPK__PIO2_3 -0x1.ee59dap-50
#define SPK__TRIG_MAX 0x1p20
#define SPK__ERFC_LAST 0x1.2639bep+3
#endif

/* ---- rounding ---- */

/* To the nearest whole number, halves away from zero: the largest number below 1/2 is added, since 1/2
 * itself would carry 0.49999... to 1. */
SPK_LANE_FN LV L(round)(LV x) {
    const double below_half = LANE_BITS == 64 ? 0x1.fffffffffffffp-2 : 0x1.fffffep-2;
    return L(trunc)(L(add)(x, L(copysign)(K(below_half), x)));
}

/* x - y trunc(x / y), exact while the quotient is below 2^MANT; the sign of x, as in C. */
SPK_LANE_FN LV L(fmod)(LV x, LV y) {
    LV a = L(abs)(x), b = L(abs)(y);
    LV q = L(trunc)(L(div)(a, b));
    LV r = L(fnma)(q, b, a);
    r = L(blend)(LANE_MASK(lt)(r, K(0.0)), L(add)(r, b), r);
    r = L(blend)(LANE_MASK(ge)(r, b), L(sub)(r, b), r);
    /* x / inf is x; everything odd is NaN */
    LM trivial = LANE_MASK(and)(LANE_MASK(eq)(b, K((double)INFINITY)),
                                LANE_MASK(lt)(a, K((double)INFINITY)));
    return L(copysign)(L(blend)(trivial, a, r), x);
}

/* ---- sin, cos, tan ---- */

/* x = n pi/2 + *r + *rl with |r| <= pi/4; returns the bits of a number that ends in n. NaN beyond
 * TRIG_MAX. The first step is exact: n pi/2 and x are both multiples of the last place of pi/2. */
SPK_LANE_FN LI L(quadrant)(LV x, LV *r, LV *rl) {
    const LV magic = K(SPK__MAGIC);
    x = L(blend)(LANE_MASK(le)(L(abs)(x), K(SPK__TRIG_MAX)), x, K((double)NAN));
    LV t = L(fma)(x, K(0x1.45f306dc9c883p-1), magic);
    LV n = L(sub)(t, magic);
    LV a = L(fnma)(n, K(SPK__PIO2_1), x);
    LV p = L(mul)(n, K(SPK__PIO2_2));
    LV pl = L(fma)(n, K(SPK__PIO2_3), L(fms)(n, K(SPK__PIO2_2), p));
    *r = L(sub)(a, p);
    LV b = L(sub)(*r, a);
    *rl = L(sub)(L(sub)(L(sub)(a, L(sub)(*r, b)), L(add)(p, b)), pl);
    return LANE_INT(of)(t);
}

/* sin(r + rl) and cos(r + rl), |r| <= pi/4. */
SPK_LANE_FN void L(sincos_kernel)(LV r, LV rl, LV *sine, LV *cosine) {
#if LANE_BITS == 64
    /* (sin x - x) / x^3: 0.02 ulp; (cos x - 1 + x^2 / 2) / x^4: 0.001 ulp */
    static const double s[] = {-0x1.5555555555548p-3,  0x1.111111110f75fp-7,  -0x1.a01a019bf28b4p-13,
                               0x1.71de355f7915bp-19, -0x1.ae5e54dbfa739p-26, 0x1.5d8e5779a76bbp-33};
    static const double c[] = {0x1.555555555554bp-5,   -0x1.6c16c16c15018p-10,
                               0x1.a01a019c8f932p-16,  -0x1.27e4f7f1ec8dep-22,
                               0x1.1ee9dc1091329p-29, -0x1.8fa6a7125b7f9p-37};
#else
    /* 0.03 and 0.001 ulp */
    static const double s[] = {-0x1.555546p-3, 0x1.11077ap-7, -0x1.9954e8p-13};
    static const double c[] = {0x1.55554ap-5, -0x1.6c0c2ap-10, 0x1.99e914p-16};
#endif
    LV z = L(mul)(r, r);
    LV half = L(mul)(K(0.5), z);
    LV w = L(sub)(K(1.0), half);
    LV small = L(fma)(L(mul)(z, r), L(horner)(z, s, sizeof s / sizeof *s), L(mul)(rl, w));
    *sine = L(add)(r, small);
    LV q = L(fnma)(r, rl, L(mul)(L(mul)(z, z), L(horner)(z, c, sizeof c / sizeof *c)));
    *cosine = L(add)(w, L(add)(L(sub)(L(sub)(K(1.0), w), half), q));
}

/* Bit 0 of n chooses between a and b, bit 1 the sign. */
SPK_LANE_FN LV L(by_quadrant)(LI n, LV a, LV b) {
    LI odd = LANE_INT(sub)(LANE_INT(set1)(0), LANE_INT(and)(n, LANE_INT(set1)(1)));
    LI diff = LANE_INT(and)(odd, LANE_INT(xor)(LANE_INT(of)(a), LANE_INT(of)(b)));
    LI v = LANE_INT(xor)(LANE_INT(of)(a), diff);
    LI sign = LANE_INT(shl)(LANE_INT(shr)(LANE_INT(and)(n, LANE_INT(set1)(2)), 1), LANE_BITS - 1);
    return L(of)(LANE_INT(xor)(v, sign));
}

SPK_LANE_FN LV L(sin)(LV x) {
    LV r, rl, s, c;
    LI n = L(quadrant)(x, &r, &rl);
    L(sincos_kernel)(r, rl, &s, &c);
    return L(blend)(LANE_MASK(lt)(L(abs)(x), K(SPK__TINY)), x, L(by_quadrant)(n, s, c));
}

SPK_LANE_FN LV L(cos)(LV x) {
    LV r, rl, s, c;
    LI n = L(quadrant)(x, &r, &rl);
    L(sincos_kernel)(r, rl, &s, &c);
    return L(by_quadrant)(LANE_INT(add)(n, LANE_INT(set1)(1)), s, c);
}

SPK_LANE_FN LV L(tan)(LV x) {
    LV r, rl, s, c;
    LI n = L(quadrant)(x, &r, &rl);
    L(sincos_kernel)(r, rl, &s, &c);
    LI one = LANE_INT(and)(n, LANE_INT(set1)(1));
    /* n odd: -cos / sin */
    LV above = L(by_quadrant)(LANE_INT(or)(one, LANE_INT(add)(one, one)), s, c);
    LV below = L(by_quadrant)(one, c, s);
    return L(blend)(LANE_MASK(lt)(L(abs)(x), K(SPK__TINY)), x, L(div)(above, below));
}

/* A standard normal deviate from two uniforms in (0, 1): sqrt(-2 log u1) cos(2 pi u2) (Box and Muller 1958,
 * doi:10.1214/aoms/1177706645). The angle in quarter turns reduces exactly. */
SPK_LANE_FN LV L(box_muller)(LV u1, LV u2) {
    LV quarters = L(mul)(K(4.0), u2), s, c;
    LV t = L(add)(quarters, K(SPK__MAGIC));
    LV x = L(sub)(quarters, L(sub)(t, K(SPK__MAGIC)));
    LV r = L(mul)(x, K(SPK__PIO2_1));
    LV rl = L(fma)(x, K(SPK__PIO2_2), L(fms)(x, K(SPK__PIO2_1), r));
    L(sincos_kernel)(r, rl, &s, &c);
    LV direction = L(by_quadrant)(LANE_INT(add)(LANE_INT(of)(t), LANE_INT(set1)(1)), s, c);
    return L(mul)(L(sqrt)(L(mul)(K(-2.0), L(log)(u1))), direction);
}

/* ---- sinh, cosh, tanh: from exp(|x|) - 1, divided by 4 or 2 against early overflow ---- */

SPK_LANE_FN LV L(sinh)(LV x) {
    const LV quarter = K(0.25);
    LV a = L(abs)(x), h, l;
    L(expm1_parts)(L(min)(K(LANE_BITS == 64 ? 710.5 : 89.5), a), 2, &h, &l);
    /* (u + u / (u + 1)) / 2 with u = 4 (h + l) */
    LV q = L(div)(h, L(add)(h, quarter));
    LV r = L(mul)(K(2.0), L(add)(h, L(fma)(q, quarter, l)));
    return L(blend)(LANE_MASK(lt)(a, K(SPK__TINY)), x, L(copysign)(r, x));
}

SPK_LANE_FN LV L(cosh)(LV x) {
    LV h, l, s;
    L(exp_parts)(L(min)(K(LANE_BITS == 64 ? 710.5 : 89.5), L(abs)(x)), K(0.0), 2, &h, &l, &s);
    LV e = L(mul)(s, L(add)(K(1.0), L(add)(h, l)));
    return L(mul)(K(2.0), L(add)(e, L(div)(K(0.0625), e)));
}

SPK_LANE_FN LV L(tanh)(LV x) {
    const LV one = K(1.0);
    LV a = L(abs)(x), h, l;
    LV y = L(min)(K(LANE_BITS == 64 ? 22.0 : 10.0), a);
    L(expm1_parts)(L(add)(y, y), 1, &h, &l);
    /* u / (u + 2) with u = 2 (h + l), and one correction of the quotient */
    LV d = L(add)(one, h);
    LV dl = L(add)(L(sub)(one, L(sub)(d, L(sub)(d, one))), L(sub)(h, L(sub)(d, one)));
    LV inverse = L(div)(one, d);
    LV q = L(mul)(h, inverse);
    LV rest = L(add)(L(fnma)(q, d, h), L(fnma)(q, L(add)(dl, l), l));
    q = L(fma)(rest, inverse, q);
    return L(blend)(LANE_MASK(lt)(a, K(SPK__TINY)), x, L(copysign)(q, x));
}

/* ---- erf, erfc ---- */

/* erf(a) / a - 1 for 0 <= a <= 1, from a^2. */
SPK_LANE_FN LV L(erf_small)(LV z) {
#if LANE_BITS == 64
    /* 0.06 ulp */
    static const double c[] = {0x1.06eba8214db68p-3,   -0x1.812746b0379b2p-2,  0x1.ce2f21a0408d1p-4,
                               -0x1.b82ce311ee09bp-6,  0x1.565bccf7e2856p-8,   -0x1.c02db0149d904p-11,
                               0x1.f9a2b75531772p-14,  -0x1.f4ca204c771c5p-17, 0x1.b97e44280cfb9p-20,
                               -0x1.5bfe76384472p-23, 0x1.d6e3ddfeb1f49p-27,  -0x1.ab15c51d2ebebp-31};
#else
    /* 0.01 ulp */
    static const double c[] = {0x1.06eba8p-3,  -0x1.81273ep-2,  0x1.ce2cf2p-4, -0x1.b7f88cp-6,
                               0x1.540172p-8, -0x1.a3d812p-11, 0x1.4917a4p-14};
#endif
    return L(horner)(z, c, sizeof c / sizeof *c);
}

/* erfc(a) for a >= 1/2: exp(-a^2) g(t) / (1 + 2 a), t = (a - k) / (a + k), after Shepherd and Laframboise
 * (1981, doi:10.1090/S0025-5718-1981-0595058-X). */
SPK_LANE_FN LV L(erfc_tail)(LV a) {
#if LANE_BITS == 64
    /* 0.16 ulp up to a = 27.3 */
    static const double c[] = {
        0x1.40c522d7e4987p0,    -0x1.15c084bb9e8f6p-3,  -0x1.85a15c58aa1ffp-5,
        0x1.098366a5b4877p-3,   -0x1.e88b803a4e8e9p-4,  0x1.17ca2877e84dp-4,
        -0x1.8574c40a0f765p-6,  0x1.4b884e587afdfp-9,   0x1.ef1bdc014d569p-10,
        -0x1.98db54520b365p-11, -0x1.b911e13268c16p-14, 0x1.065a865c2cf93p-13,
        0x1.4bf97c274a38fp-18,  -0x1.5144b71cb4161p-16, -0x1.8415edd2383cfp-21,
        0x1.d2ba309e98d7p-19,   0x1.6b3d52c555d68p-22,  -0x1.4e92b147a5756p-21,
        -0x1.f2415b1b406eep-24, 0x1.c6bc730819246p-24,  0x1.65780732bbf27p-26,
        -0x1.c5298ca1f19bap-27};
    const LV k = K(3.0);
#else
    /* 0.28 ulp up to a = 9.4 */
    static const double c[] = {0x1.43cc7p0,    -0x1.f52c5ap-4, -0x1.959bfcp-4, 0x1.42d326p-3,
                               -0x1.a5b614p-4, 0x1.0c6eb6p-5,  0x1.dab06p-11,  -0x1.206e6p-8,
                               0x1.f70238p-12, 0x1.3f63a2p-11};
    const LV k = K(2.5);
#endif
    LV t = L(div)(L(sub)(a, k), L(add)(a, k));
    LV g = L(horner)(t, c, sizeof c / sizeof *c);
    LV d = L(fma)(K(2.0), a, K(1.0));
    LV inverse = L(div)(K(1.0), d);
    LV q = L(mul)(g, inverse);
    LV dl = L(fma)(K(2.0), a, L(sub)(K(1.0), d));
    LV ql = L(mul)(L(fnma)(q, dl, L(fnma)(q, d, g)), inverse);
    /* exp(-a^2) with the square's rounding error, then times (q + ql) */
    LV square = L(mul)(a, a), h, l, s;
    LV y = L(max)(K(SPK__EXP_LOW), L(neg)(square));
    L(exp_parts)(y, L(neg)(L(fms)(a, a, square)), 1, &h, &l, &s);
    LV e = L(add)(K(1.0), h);
    LV el = L(add)(L(add)(L(sub)(K(1.0), e), h), l);
    LV r = L(fma)(e, q, L(fma)(e, ql, L(mul)(el, q)));
    return L(mul)(L(mul)(r, K(2.0)), s);
}

SPK_LANE_FN LV L(erf)(LV x) {
    const LV one = K(1.0);
    LV a = L(abs)(x);
    LV y = L(min)(K(LANE_BITS == 64 ? 6.5 : 4.5), a);
    LV low = L(fma)(a, L(erf_small)(L(mul)(a, a)), a);
    LV r = L(blend)(LANE_MASK(lt)(a, one), low, L(sub)(one, L(erfc_tail)(y)));
    return L(copysign)(r, x);
}

SPK_LANE_FN LV L(erfc)(LV x) {
    const LV one = K(1.0);
    LV a = L(abs)(x);
    LV tail = L(erfc_tail)(L(min)(K(LANE_BITS == 64 ? 27.3 : 9.4), a));
    LV p = L(erf_small)(L(mul)(a, a));
    LV sp = L(mul)(p, x); /* erf(x) - x */
    LV b = L(sub)(one, x);
    LV bl = L(sub)(L(sub)(one, b), x);
    LV low = L(add)(b, L(sub)(bl, sp));
    /* above the largest argument with a normal result: 0 */
    LV high = L(blend)(LANE_MASK(gt)(a, K(SPK__ERFC_LAST)), K(0.0), tail);
    LV r = L(blend)(LANE_MASK(lt)(x, K(-1.0)), L(sub)(K(2.0), tail), high);
    LM inner = LANE_MASK(and)(LANE_MASK(ge)(x, K(-1.0)), LANE_MASK(lt)(x, K(0.5)));
    return L(blend)(inner, low, r);
}

#undef L
#undef K
#undef SPK__MANT
#undef SPK__BIAS
#undef SPK__MAGIC
#undef SPK__MIN_NORMAL
#undef SPK__MANT_MASK
#undef SPK__SQRT_HALF
#undef SPK__ONE
#undef SPK__LN2_HI
#undef SPK__LN2_LO
#undef SPK__EXP_LOW
#undef SPK__EXP_HIGH
#undef SPK__EXP_FIRST
#undef SPK__EXP_LAST
#undef SPK__EXP2_FIRST
#undef SPK__EXP2_LAST
#undef SPK__TINY
#undef SPK__LOG2E
#undef SPK__PIO2_1
#undef SPK__PIO2_2
#undef SPK__PIO2_3
#undef SPK__TRIG_MAX
#undef SPK__ERFC_LAST
