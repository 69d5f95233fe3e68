/* Built six times, with SPK_ISA, SPK_PRECISION and LANES_TABLE given by the build. */
#include "num/lane.h"

#include "lanes.h"

static void apply(enum lanes_op op, size_t n, const void *va, const void *vb, const void *vc,
                  void *vout) {
    const vr_real *a = va, *b = vb, *c = vc;
    vr_real *out = vout;
    const vr zero = vr_set1(0.0), one = vr_set1(1.0);
    for (size_t i = 0; i < n; i += VR_WIDTH) {
        vr x = vr_load(a + i), y = vr_load(b + i), z = vr_load(c + i), r = zero;
        vm negative_x = vm_lt(x, zero), negative_y = vm_lt(y, zero);
        switch (op) {
#define CASE(f)                                                                                    \
    case LANES_##f:                                                                                \
        r = vr_##f(x);                                                                             \
        break;
            LANES_UNARY(CASE)
#undef CASE
#define CASE(f)                                                                                    \
    case LANES_##f:                                                                                \
        r = vr_##f(x, y);                                                                          \
        break;
            LANES_BINARY(CASE)
#undef CASE
#define CASE(f)                                                                                    \
    case LANES_##f:                                                                                \
        r = vr_blend(vm_##f(x, y), one, zero);                                                     \
        break;
            LANES_COMPARE(CASE)
#undef CASE
#define CASE(f)                                                                                    \
    case LANES_##f:                                                                                \
        r = vr_blend(vm_##f(negative_x, negative_y), one, zero);                                   \
        break;
            LANES_MASK(CASE)
#undef CASE
#define CASE(f)                                                                                    \
    case LANES_##f:                                                                                \
        r = vr_##f(x, y, z);                                                                       \
        break;
            LANES_TERNARY(CASE)
#undef CASE
        case LANES_OPS:
            break;
        }
        vr_store(out + i, r);
        /* bits agree with the blend, and not with the complement */
        uint32_t below = vm_bits(vm_lt(x, y)), rest = vm_bits(vm_not(vm_lt(x, y)));
        for (int j = 0; j < VR_WIDTH; j++)
            if ((below >> j & 1) != (a[i + (size_t)j] < b[i + (size_t)j]) ||
                (below >> j & 1) == (rest >> j & 1))
                out[i + (size_t)j] = (vr_real)-77;
    }
}

static void random_numbers(int kind, size_t n, uint64_t seed, const uint32_t *lane, uint64_t step,
                           uint32_t draw, const void *mean, void *vout) {
    vr_real *out = vout;
    for (size_t i = 0; i < n; i += VR_WIDTH) {
        vu id = vu_load(lane + i);
        vr r = kind == 0   ? vr_uniform(seed, id, step, draw)
               : kind == 1 ? vr_normal(seed, id, step, draw)
                           : vr_poisson(seed, id, step, draw, vr_load((const vr_real *)mean + i));
        vr_store(out + i, r);
    }
}

static void expm(size_t n, const double *a, double *out) {
    sd_expm(n, a, out);
}

const lanes_table LANES_TABLE = {VR_WIDTH, apply, random_numbers, expm};
