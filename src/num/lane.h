/* Lanes: vectors of reals that give the same bits in every width. Emitted kernels are written in these
 * operations; the library's own elementary functions (num.h) are their scalar twins.
 *
 * Choose before including:
 *     SPK_ISA        0 base (one lane, any machine), 1 AVX2 with FMA, 2 AVX-512 F, DQ, VL, BW
 *     SPK_PRECISION  32 or 64 (default 64)
 * and compile with the instruction set enabled, -ffp-contract=off, without -ffast-math.
 * -fno-math-errno and -fno-trapping-math are safe and wanted.
 *
 * Types: vr, a vector of VR_WIDTH reals (vr_real: float or double); vm, a mask of lanes; vi, the vector
 * of unsigned integers as wide as a real; vu, one 32-bit word for each lane.
 *
 * Same bits: an operation is either exactly rounded (+ - * / sqrt fma floor ...) or a fixed sequence of
 * such operations with explicit fma, so a lane's value depends neither on the instruction set nor on the
 * compiler nor on the other lanes. The one exception is the sign and payload of a NaN, which the
 * hardware chooses: a NaN is a NaN everywhere, but not always the same one.
 *
 * Comparisons with NaN are false, but vm_ne and the negated vm_nlt, vm_nle, vm_ngt, vm_nge are true.
 * vr_min(a, b) is a < b ? a : b and vr_max(a, b) is a > b ? a : b: when either is NaN, or both are zeros,
 * the result is b.
 *
 * Subnormal numbers: exp, exp2, pow and erfc return 0 (of the right sign) where the result would be below
 * the smallest normal number, or up to twice that (exp, exp2; pow up to sqrt(2) times); log, log10 and pow
 * take a subnormal argument for 0. So they do not depend on the flush-to-zero bits of the processor. The
 * functions that equal x near 0 (expm1, sin, tan, sinh, tanh, erf) hand a subnormal x through, as do the
 * arithmetic operations: under flush-to-zero it becomes 0.
 *
 * Functions: exp exp2 expm1 log log1p log10 pow sin cos tan sinh cosh tanh erf erfc, within 2 ulp over the
 * whole range (measured: docs/numerics.md) and right at 0, infinities and NaN as in C. sin, cos and tan
 * return NaN beyond |x| = 2^40 (double), 2^20 (float), where neighbouring numbers are too far apart for
 * the result to mean anything in a simulation. pow has all of C's special cases.
 *
 * vr_exp2(x) costs three operations less than vr_exp(x): fold log2(e) into the constants of an affine
 * argument.
 *
 * Random numbers: vr_uniform, vr_normal and vr_poisson of (seed, lane ids, step, draw) are pure functions
 * of their arguments: Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) with the key seed and
 * the counter (step, lane, draw). `draw` numbers the random calls in a model's step. Lane ids are loaded
 * with vu_load. In double they equal the library's sequential streams at block `step`.
 *
 * sd_NAME are the same functions of one double, whatever SPK_PRECISION: for the preparation of lane
 * constants. sd_expm is the matrix exponential.
 */
#ifndef SPK_NUM_LANE_H
#define SPK_NUM_LANE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifndef SPK_ISA
#define SPK_ISA 0
#endif
#ifndef SPK_PRECISION
#define SPK_PRECISION 64
#endif
#if SPK_PRECISION != 32 && SPK_PRECISION != 64
#error "SPK_PRECISION is 32 or 64"
#endif
#if SPK_ISA < 0 || SPK_ISA > 2
#error "SPK_ISA is 0 (base), 1 (AVX2 and FMA) or 2 (AVX-512)"
#endif

#define SPK_LANE_FN static inline __attribute__((always_inline, unused))

#if SPK_PRECISION == 64
typedef double vr_real;
#else
typedef float vr_real;
#endif

/* The operations of one double: sd_add ..., masks int, integers uint64_t. */
#define LANE(f) sd_##f
#define LANE_MASK(f) sm_##f
#define LANE_INT(f) si_##f
#define LANE_BITS 64
#define LV double
#define LM int
#define LI uint64_t
#include "num/lane_scalar.h"
#include "num/lane_math.h"
#include "num/lane_special.h"
#undef LANE
#undef LANE_MASK
#undef LANE_INT
#undef LANE_BITS
#undef LV
#undef LM
#undef LI

/* The operations of a vector. */
#define LANE(f) vr_##f
#define LANE_MASK(f) vm_##f
#define LANE_INT(f) vi_##f
#define LANE_BITS SPK_PRECISION
#define LV vr
#define LM vm
#define LI vi
#if SPK_ISA == 0
#define VR_WIDTH 1
typedef vr_real vr;
typedef int vm;
#if SPK_PRECISION == 64
typedef uint64_t vi;
#else
typedef uint32_t vi;
#endif
#include "num/lane_scalar.h"
#elif SPK_ISA == 1
#include "num/lane_avx2.h"
#else
#include "num/lane_avx512.h"
#endif
#include "num/lane_math.h"
#include "num/lane_special.h"
#undef LANE
#undef LANE_MASK
#undef LANE_INT
#undef LANE_BITS
#undef LV
#undef LM
#undef LI

#include "num/lane_expm.h"
#include "num/lane_random.h"

#endif
