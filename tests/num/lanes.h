/* All of lane.h behind function pointers, one table for each instruction set and precision. */
#ifndef SPK_TESTS_LANES_H
#define SPK_TESTS_LANES_H

#include <stddef.h>
#include <stdint.h>

#define LANES_UNARY(X)                                                                             \
    X(neg)                                                                                         \
    X(abs) X(sqrt) X(floor) X(ceil) X(trunc) X(round) X(exp) X(exp2) X(expm1) X(log) X(log1p)      \
        X(log10) X(sin) X(cos) X(tan) X(sinh) X(cosh) X(tanh) X(erf) X(erfc)
#define LANES_BINARY(X) X(add) X(sub) X(mul) X(div) X(min) X(max) X(copysign) X(pow) X(fmod)
#define LANES_COMPARE(X) X(lt) X(le) X(gt) X(ge) X(eq) X(ne) X(nlt) X(nle) X(ngt) X(nge)
#define LANES_MASK(X) X(and) X(or) X(xor) X(andnot)
#define LANES_TERNARY(X) X(fma) X(fms) X(fnma)

enum lanes_op {
#define LANES_ENUM(f) LANES_##f,
    LANES_UNARY(LANES_ENUM) LANES_BINARY(LANES_ENUM) LANES_COMPARE(LANES_ENUM)
        LANES_MASK(LANES_ENUM) LANES_TERNARY(LANES_ENUM)
#undef LANES_ENUM
            LANES_OPS
};

/* Arrays of reals of the table's precision; n is a multiple of 16. A comparison gives 1 or 0; a
 * mask operation takes masks from a < 0 and b < 0. */
typedef struct {
    int width;
    void (*apply)(enum lanes_op op, size_t n, const void *a, const void *b, const void *c,
                  void *out);
    /* kind 0 uniform, 1 normal, 2 Poisson with the means in a */
    void (*random)(int kind, size_t n, uint64_t seed, const uint32_t *lane, uint64_t step,
                   uint32_t draw, const void *mean, void *out);
    void (*expm)(size_t n, const double *a, double *out);
} lanes_table;

extern const lanes_table lanes_base_32, lanes_base_64, lanes_avx2_32, lanes_avx2_64,
    lanes_avx512_32, lanes_avx512_64;

#endif
