/* The elementary functions of lane.h over its operations; included once for double and once for the
 * vector. LANE_BITS says which constants are meant.
 *
 * Polynomials are minimax in the relative error (Remez, then coefficients rounded together), the leading
 * coefficients fixed at the values of the series; the error of each stands beside it, in units of the
 * last place of a number in [1, 2). Reductions follow Cody and Waite (1980) with the multiplications
 * fused, so that the first step is exact.
 */
#define L(f) LANE(f)
#define K(x) LANE(set1)(x)

#if LANE_BITS == 64
#define SPK__MANT 52
#define SPK__BIAS 1023
#define SPK__MAGIC 0x1.8p52
#define SPK__MIN_NORMAL 0x1p-1022
#define SPK__MANT_MASK 0x000fffffffffffffu
#define SPK__SQRT_HALF 0x3fe6a09e667f3bcdu
#define SPK__ONE 0x3ff0000000000000u
#define SPK__LN2_HI 0x1.62e42fefa3800p-1 /* 42 bits, so that a product with an exponent is exact */
#define SPK__LN2_LO 0x1.ef35793c76730p-45
#define SPK__EXP_LOW -708.25 /* between -1021.5 ln 2 and -1022.5 ln 2 */
#define SPK__EXP_HIGH 710.0
#define SPK__EXP_FIRST -0x1.61da04cbafe43p9 /* just above -1021 ln 2 */
#define SPK__EXP_LAST 709.8
#define SPK__EXP2_FIRST -1021.0
#define SPK__EXP2_LAST 1024.0
#define SPK__TINY 0x1p-55
#else
#define SPK__MANT 23
#define SPK__BIAS 127
#define SPK__MAGIC 0x1.8p23
#define SPK__MIN_NORMAL 0x1p-126
#define SPK__MANT_MASK 0x007fffffu
#define SPK__SQRT_HALF 0x3f3504f3u
#define SPK__ONE 0x3f800000u
#define SPK__LN2_HI 0x1.62e4p-1 /* 15 bits */
#define SPK__LN2_LO 0x1.7f7d1cp-20
#define SPK__EXP_LOW -87.3 /* between -125.5 ln 2 and -126.5 ln 2 */
#define SPK__EXP_HIGH 89.0
#define SPK__EXP_FIRST -0x1.5a92d6p6 /* just above -125 ln 2 */
#define SPK__EXP_LAST 88.75
#define SPK__EXP2_FIRST -125.0
#define SPK__EXP2_LAST 128.0
#define SPK__TINY 0x1p-26
#endif
#define SPK__LOG2E 0x1.71547652b82fep0

/* c[0] + c[1] x + ... + c[n-1] x^(n-1) by Horner's rule. n is a constant, so the loop unrolls. */
SPK_LANE_FN LV L(horner)(LV x, const double *c, int n) {
    LV p = K(c[n - 1]);
#pragma GCC unroll 24
    for (int i = n - 2; i >= 0; i--)
        p = L(fma)(p, x, K(c[i]));
    return p;
}

/* ---- exp ----
 *
 * x = (n + j/8) ln 2 + r, |r| <= ln 2 / 16: n + j/8 by adding a number so large that the sum has three
 * fraction bits left, which then stand in its lowest bits. They choose 2^(j/8) from a table, by a permutation
 * of a register, and the bits above them go to the exponent by a shift and an addition; the table has its
 * j's bits subtracted. It holds halves, s = 2^(n + j/8 - 1), so that the largest n (1024) does not overflow
 * before the end. exp2 doubles s on the way, s (1 + 2 (2^r - 1)) + s, which costs nothing but 0.3 ulp; exp, the
 * more careful of the two, doubles the result. The table saves four multiplications of the eleven
 * that a polynomial over |r| <= ln 2 / 2 takes (float: three of six), and the permutation runs beside them. */

SPK_LANE_FN LV L(exp_scale)(LV t) {
#if LANE_BITS == 64
    static const uint64_t table[8] = {0x3fe0000000000000, 0x3fdf72b83c7d517b, 0x3fdf06fe0a31b715,
                                0x3fdebfdad5362a27, 0x3fdea09e667f3bcd, 0x3fdeace5422aa0db,
                                0x3fdee89f995ad3ad, 0x3fdf5818dcfba487};
#else
    static const uint32_t table[8] = {0x3f000000, 0x3efb95c2, 0x3ef837f0, 0x3ef5fed7,
                                      0x3ef504f3, 0x3ef5672a, 0x3ef744fd, 0x3efac0c7};
#endif
    return L(lookup8)(table, t, SPK__MANT - 3);
}

SPK_LANE_FN LV L(exp)(LV x) {
    LM normal = LANE_MASK(nlt)(x, K(SPK__EXP_FIRST));
    x = L(min)(K(SPK__EXP_LAST), x);
    LV t = L(fma)(x, K(SPK__LOG2E), K(SPK__MAGIC / 8));
    LV n = L(sub)(t, K(SPK__MAGIC / 8));
    LV r = L(fnma)(n, K(SPK__LN2_LO), L(fnma)(n, K(SPK__LN2_HI), x));
    LV scale = L(exp_scale)(t);
    LV r2 = L(mul)(r, r);
#if LANE_BITS == 64
    /* (exp(r) - 1 - r) / r^2, with the rest of degree 7: 0.01 ulp */
    LV a = L(fma)(r, K(0x1.5555555555131p-3), K(0x1.000000000010bp-1));
    LV b = L(fma)(r, K(0x1.11111125d7dc3p-7), K(0x1.555555480d13dp-5));
    LV c = L(fma)(r, K(0x1.a0163a8aa3db3p-13), K(0x1.6c1cbdda4c033p-10));
    LV p = L(fma)(L(fma)(c, r2, b), r2, a);
#else
    /* degree 3: 0.2 ulp */
    LV p = L(fma)(r, K(0x1.555656p-3), K(0x1.000874p-1));
#endif
    LV half = L(fma_or_0)(normal, L(fma)(p, r2, r), scale, scale);
    return L(add)(half, half);
}

SPK_LANE_FN LV L(exp2)(LV x) {
    LM normal = LANE_MASK(nlt)(x, K(SPK__EXP2_FIRST));
    x = L(min)(K(SPK__EXP2_LAST), x);
    LV t = L(add)(x, K(SPK__MAGIC / 8));
    LV r = L(sub)(x, L(sub)(t, K(SPK__MAGIC / 8)));
    LV scale = L(exp_scale)(t);
#if LANE_BITS == 64
    /* 2 (2^r - 1) / r, degree 7: 0.01 ulp */
    LV r2 = L(mul)(r, r);
    LV a = L(fma)(r, K(0x1.ebfbdff82c798p-2), K(0x1.62e42fefa39efp0));
    LV b = L(fma)(r, K(0x1.3b2ab6ef4a861p-6), K(0x1.c6b08d704b1ccp-4));
    LV c = L(fma)(r, K(0x1.430e66537f8d1p-12), K(0x1.5d87fe4134b7dp-9));
    LV p = L(fma)(L(fma)(L(fma)(K(0x1.ffdd5d3779dbbp-16), r2, c), r2, b), r2, a);
#else
    /* degree 3: 0.2 ulp */
    LV p = L(fma)(L(fma)(K(0x1.c68e00p-4), r, K(0x1.ec0c32p-2)), r, K(0x1.62e432p0));
#endif
    return L(fma_or_0)(normal, L(fma)(p, r, K(1.0)), scale, scale);
}

/* The bits of t shifted to the exponent: 2^(n + bias) where t = MAGIC + n. */
SPK_LANE_FN LV L(pow2_of_shifted)(LV t) {
    return L(of)(LANE_INT(shl)(LANE_INT(of)(t), SPK__MANT));
}

/* exp(x + low) = 2^n (1 + h + l), h + l known to about 0.2 ulp of h; *s = 2^(n - half). x must be clamped
 * so that 2^(n - half) is normal, or flushes to 0 as in exp. */
SPK_LANE_FN void L(exp_parts)(LV x, LV low, int half, LV *h, LV *l, LV *s) {
#if LANE_BITS == 64
    /* (exp(r) - 1 - r) / r^2, with the rest of degree 12: 0.02 ulp of r */
    static const double c[] = {0x1p-1,
                               0x1.5555555555559p-3,
                               0x1.555555555554dp-5,
                               0x1.111111110f655p-7,
                               0x1.6c16c16c1aafep-10,
                               0x1.a01a01b0036d9p-13,
                               0x1.a01a018e0f1d8p-16,
                               0x1.71ddf80f86bfep-19,
                               0x1.27e51339881a6p-22,
                               0x1.af5f2c464c9c2p-26,
                               0x1.1f1a36b0a9e8ap-29};
#else
    /* degree 7: 0.01 ulp of r */
    static const double c[] = {0x1p-1,        0x1.555554p-3,  0x1.5554fp-5,
                               0x1.111306p-7, 0x1.6d4372p-10, 0x1.9e0c28p-13};
#endif
    const LV magic = K(SPK__MAGIC + SPK__BIAS - half);
    LV t = L(fma)(x, K(SPK__LOG2E), magic);
    LV n = L(sub)(t, magic);
    LV r0 = L(fnma)(n, K(SPK__LN2_HI), x);
    LV r = L(fnma)(n, K(SPK__LN2_LO), r0);
    LV rl = L(add)(L(fnma)(n, K(SPK__LN2_LO), L(sub)(r0, r)), low);
    LV q = L(horner)(r, c, sizeof c / sizeof *c);
    LV a = L(mul)(L(mul)(r, r), q);
    a = L(add)(a, L(fma)(L(add)(r, a), rl, rl));
    *h = L(add)(r, a);
    *l = L(add)(L(sub)(r, *h), a);
    *s = L(pow2_of_shifted)(t);
}

/* exp(x + low), correctly rounded but for about 0.03 ulp; x is clamped here and low must be 0 where it is. */
SPK_LANE_FN LV L(exp_sum)(LV x, LV low) {
    LV h, l, s;
    x = L(min)(K(SPK__EXP_HIGH), L(max)(K(SPK__EXP_LOW), x));
    L(exp_parts)(x, low, 1, &h, &l, &s);
    LV e = L(add)(K(1.0), h);
    LV el = L(add)(L(add)(L(sub)(K(1.0), e), h), l);
    return L(mul)(L(mul)(L(add)(e, el), K(2.0)), s);
}

/* (exp(x) - 1) / 2^half as an unevaluated sum; 2^-half is exact. */
SPK_LANE_FN void L(expm1_parts)(LV x, int half, LV *high, LV *low) {
    LV h, l, s;
    L(exp_parts)(x, K(0.0), half, &h, &l, &s);
    LV a = L(sub)(s, K(half == 1 ? 0.5 : 0.25));
    LV b = L(mul)(s, h);
    *high = L(add)(a, b);
    *low = L(fma)(s, l, L(add)(L(sub)(a, *high), b));
}

SPK_LANE_FN LV L(expm1)(LV x) {
    LV h, l;
    LV y = L(min)(K(SPK__EXP_HIGH), L(max)(K(LANE_BITS == 64 ? -40.0 : -20.0), x));
    L(expm1_parts)(y, 1, &h, &l);
    LV r = L(mul)(K(2.0), L(add)(h, l));
    return L(blend)(LANE_MASK(lt)(L(abs)(x), K(SPK__TINY)), x, r);
}

/* ---- log ---- */

/* x = 2^k m with m in [sqrt(1/2), sqrt(2)); x positive and normal. Returns m - 1. */
SPK_LANE_FN LV L(split)(LV x, LV *k) {
    LI i = LANE_INT(add)(LANE_INT(of)(x), LANE_INT(set1)(SPK__ONE - SPK__SQRT_HALF));
    LI e = LANE_INT(shr)(i, SPK__MANT);
    LI m = LANE_INT(add)(LANE_INT(and)(i, LANE_INT(set1)(SPK__MANT_MASK)),
                         LANE_INT(set1)(SPK__SQRT_HALF));
    /* integer to real: the low bits of 2^MANT + e */
    const LV big = K(LANE_BITS == 64 ? 0x1p52 : 0x1p23);
    LV r = L(of)(LANE_INT(or)(e, LANE_INT(of)(big)));
    *k = L(sub)(r, K((LANE_BITS == 64 ? 0x1p52 : 0x1p23) + SPK__BIAS));
    return L(sub)(L(of)(m), K(1.0));
}

/* What every logarithm returns at the edges of its range, r elsewhere. */
SPK_LANE_FN LV L(log_edges)(LV x, LV r) {
    r = L(blend)(LANE_MASK(nlt)(x, K((double)INFINITY)), L(add)(x, x), r);
    r = L(blend)(LANE_MASK(lt)(x, K(SPK__MIN_NORMAL)), K(-(double)INFINITY), r);
    return L(blend)(LANE_MASK(le)(x, K(-SPK__MIN_NORMAL)), K((double)NAN), r);
}

/* With s = f / (2 + f): log(1 + f) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + R(s^2))). */
SPK_LANE_FN LV L(log)(LV x) {
#if LANE_BITS == 64
    /* 2 atanh(s) - 2 s over s^3, degree 12 in s: 0.01 ulp */
    static const double c[] = {0x1.5555555555592p-1, 0x1.999999997ff58p-2, 0x1.24924941dc60dp-2,
                               0x1.c71c5218e11f5p-3, 0x1.74663bf27dcf1p-3, 0x1.39a2024d18ee6p-3,
                               0x1.2f02bc1b2f46bp-3};
#else
    static const double c[] = {0x1.555554p-1, 0x1.999bd4p-2, 0x1.23f1ap-2, 0x1.ec1e42p-3};
#endif
    LV k, f = L(split)(x, &k);
    LV s = L(div)(f, L(add)(K(2.0), f));
    LV z = L(mul)(s, s);
    LV half = L(mul)(L(mul)(K(0.5), f), f);
    LV r = L(fma)(z, L(horner)(z, c, sizeof c / sizeof *c), half);
    LV low = L(fma)(s, r, L(mul)(k, K(SPK__LN2_LO)));
    LV log1 = L(sub)(f, L(sub)(half, low));
    return L(log_edges)(x, L(fma)(k, K(SPK__LN2_HI), log1));
}

/* log(u) + e / u, where u + e = 1 + x exactly. */
SPK_LANE_FN LV L(log1p)(LV x) {
    const LV one = K(1.0);
    LV u = L(add)(one, x);
    LV b = L(sub)(u, one);
    LV e = L(add)(L(sub)(one, L(sub)(u, b)), L(sub)(x, b));
    LV r = L(log)(u);
    LM inside = LANE_MASK(and)(LANE_MASK(gt)(u, K(0.0)), LANE_MASK(lt)(u, K((double)INFINITY)));
    r = L(blend)(inside, L(add)(r, L(div)(e, u)), r);
    return L(blend)(LANE_MASK(lt)(L(abs)(x), K(SPK__TINY)), x, r);
}

/* log(x) = *h + *l to about 2^-64 (float: 2^-34) of itself, for positive normal x. */
SPK_LANE_FN void L(log_parts)(LV x, LV *h, LV *l) {
#if LANE_BITS == 64
    /* (2 atanh(s) - 2 s - 2/3 s^3) / s^5 */
    static const double c[] = {0x1.9999999999996p-2, 0x1.2492492492f4bp-2, 0x1.c71c71c59796ap-3,
                               0x1.745d1828c79ebp-3, 0x1.3b1364f1016b5p-3, 0x1.1120692f23e3ep-3,
                               0x1.de3e606607dcfp-4, 0x1.eabe236a092aep-4};
    const double third_hi = 0x1.5555555555555p-1, third_lo = 0x1.5555555555555p-55;
#else
    static const double c[] = {0x1.999998p-2, 0x1.2493acp-2, 0x1.c644a6p-3, 0x1.8fedc6p-3};
    const double third_hi = 0x1.555556p-1, third_lo = -0x1.555556p-26;
#endif
    LV k, f = L(split)(x, &k);
    LV d = L(add)(K(2.0), f);
    LV dl = L(sub)(f, L(sub)(d, K(2.0)));
    LV inverse = L(div)(K(1.0), d);
    LV s = L(mul)(f, inverse);
    LV sl = L(mul)(L(fnma)(s, dl, L(fnma)(s, d, f)), inverse);
    LV z = L(mul)(s, s);
    LV zl = L(fma)(L(add)(s, s), sl, L(fms)(s, s, z));
    /* u = z (2/3 + z q) */
    LV w = L(mul)(z, L(horner)(z, c, sizeof c / sizeof *c));
    LV t = L(add)(K(third_hi), w);
    LV tl = L(add)(L(add)(L(sub)(K(third_hi), t), w), K(third_lo));
    LV u = L(mul)(z, t);
    LV ul = L(fma)(zl, t, L(fma)(z, tl, L(fms)(z, t, u)));
    LV v = L(mul)(s, u);
    LV vl = L(fma)(sl, u, L(fma)(s, ul, L(fms)(s, u, v)));
    LV s2 = L(add)(s, s);
    LV a = L(add)(s2, v);
    LV al = L(add)(L(add)(L(sub)(s2, a), v), L(add)(vl, L(add)(sl, sl)));
    LV b = L(mul)(k, K(SPK__LN2_HI));
    LV c0 = L(add)(b, a);
    LV c1 = L(add)(L(add)(L(sub)(b, c0), a), L(fma)(k, K(SPK__LN2_LO), al));
    *h = L(add)(c0, c1);
    *l = L(add)(L(sub)(c0, *h), c1);
}

SPK_LANE_FN LV L(log10)(LV x) {
#if LANE_BITS == 64
    const double hi = 0x1.bcb7b1526e50ep-2, lo = 0x1.95355baaafad3p-57;
#else
    const double hi = 0x1.bcb7b2p-2, lo = -0x1.5b235ep-27;
#endif
    LV h, l;
    L(log_parts)(x, &h, &l);
    LV p = L(mul)(h, K(hi));
    LV e = L(fma)(h, K(lo), L(fma)(l, K(hi), L(fms)(h, K(hi), p)));
    return L(log_edges)(x, L(add)(p, e));
}

SPK_LANE_FN LV L(pow)(LV x, LV y) {
    const LV one = K(1.0), zero = K(0.0), inf = K((double)INFINITY);
    LV a = L(abs)(x), h, l;
    L(log_parts)(a, &h, &l);
    LV p = L(mul)(y, h);
    LV pl = L(fma)(y, l, L(fms)(y, h, p));
    pl = L(blend)(LANE_MASK(lt)(L(abs)(p), K(1000.0)), pl, zero);
    LV r = L(exp_sum)(p, pl);

    LM y_negative = LANE_MASK(lt)(y, zero);
    r = L(blend)(LANE_MASK(lt)(a, K(SPK__MIN_NORMAL)), L(blend)(y_negative, inf, zero), r);
    r = L(blend)(LANE_MASK(eq)(a, inf), L(blend)(y_negative, zero, inf), r);
    LV half = L(mul)(y, K(0.5));
    LM whole = LANE_MASK(eq)(L(floor)(y), y);
    LM odd = LANE_MASK(andnot)(whole, LANE_MASK(eq)(L(floor)(half), half));
    r = L(blend)(odd, L(copysign)(r, x), r);
    LM root = LANE_MASK(andnot)(LANE_MASK(le)(x, K(-SPK__MIN_NORMAL)),
                                LANE_MASK(or)(whole, LANE_MASK(eq)(a, inf)));
    r = L(blend)(root, K((double)NAN), r);
    r = L(blend)(LANE_MASK(or)(LANE_MASK(ne)(x, x), LANE_MASK(ne)(y, y)), L(add)(x, y), r);
    LM certain = LANE_MASK(and)(LANE_MASK(eq)(a, one), LANE_MASK(eq)(L(abs)(y), inf));
    certain = LANE_MASK(or)(certain, LANE_MASK(or)(LANE_MASK(eq)(x, one), LANE_MASK(eq)(y, zero)));
    return L(blend)(certain, one, r);
}
