/* What emitted kernels use beside the lane operations. */
#ifndef SPK_EMIT_H
#define SPK_EMIT_H

#include "kernel.h"
#include "spk_lane.h"

/* x / (exp(x) - 1) for |x| < 0.3: the Bernoulli series, to 2e-8 (float) and 3e-16 (double). */
SPK_LANE_FN vr vr_xexpm1_series(vr x) {
    const vr y = vr_mul(x, x);
#if SPK_PRECISION == 32
    vr s = vr_fma(y, vr_set1(-1.0 / 720), vr_set1(1.0 / 12));
#else
    vr s = vr_fma(y, vr_set1(1.0 / 47900160), vr_set1(-1.0 / 1209600));
    s = vr_fma(s, y, vr_set1(1.0 / 30240));
    s = vr_fma(s, y, vr_set1(-1.0 / 720));
    s = vr_fma(s, y, vr_set1(1.0 / 12));
#endif
    return vr_fma(s, y, vr_fma(x, vr_set1(-0.5), vr_set1(1)));
}

SPK_LANE_FN double sd_xexpm1(double x) {
    return x == 0 ? 1 : x / sd_expm1(x);
}
SPK_LANE_FN double sd_xexpm1_series(double x) {
    return sd_xexpm1(x);
}
/* Bit operations on whole numbers. */
SPK_LANE_FN double sd_bitand(double a, double b) {
    return (double)((int64_t)a & (int64_t)b);
}
SPK_LANE_FN double sd_bitor(double a, double b) {
    return (double)((int64_t)a | (int64_t)b);
}
SPK_LANE_FN double sd_bitxor(double a, double b) {
    return (double)((int64_t)a ^ (int64_t)b);
}

/* SPK_EACH_n(X): X(0) X(1) ... X(n - 1), the vectors that run() interleaves. */
#define SPK_EACH_1(X) X(0)
#define SPK_EACH_2(X) SPK_EACH_1(X) X(1)
#define SPK_EACH_3(X) SPK_EACH_2(X) X(2)
#define SPK_EACH_4(X) SPK_EACH_3(X) X(3)
#define SPK_EACH_5(X) SPK_EACH_4(X) X(4)
#define SPK_EACH_6(X) SPK_EACH_5(X) X(5)
#define SPK_EACH_7(X) SPK_EACH_6(X) X(6)
#define SPK_EACH_8(X) SPK_EACH_7(X) X(7)

/* The kernel's name: SPK_KERNEL_SYMBOL if the build gives one, else model_integrator_precision_isa.
 */
#ifdef SPK_KERNEL_SYMBOL
#define SPK_KERNEL_NAME(section) SPK_KERNEL_SYMBOL
#else
#define SPK_KERNEL_JOIN_(a, b, c) spk__kernel_##a##_f##b##_isa##c
#define SPK_KERNEL_JOIN(a, b, c) SPK_KERNEL_JOIN_(a, b, c)
#define SPK_KERNEL_NAME(section) SPK_KERNEL_JOIN(section, SPK_PRECISION, SPK_ISA)
#endif

#endif
