/* The elementary functions for one instruction set: included by elementary_*.c with SPK_ISA defined
 * and ELEMENTARY_TABLE the name of the table. */
#include "num/elementary.h"
#include "num/lane.h"

/* The rest of an array is padded with ones to a whole vector: the same code as for the others. */
#define APPLY(CALL)                                                                                \
    do {                                                                                           \
        size_t i = 0;                                                                              \
        for (; i + VR_WIDTH <= n; i += VR_WIDTH) {                                                 \
            vr v = vr_load(x + i);                                                                 \
            vr_store(out + i, CALL);                                                               \
        }                                                                                          \
        if (i < n) {                                                                               \
            double rest[VR_WIDTH];                                                                 \
            for (size_t j = 0; j < VR_WIDTH; j++)                                                  \
                rest[j] = i + j < n ? x[i + j] : 1.0;                                              \
            vr v = vr_load(rest);                                                                  \
            vr_store(rest, CALL);                                                                  \
            memcpy(out + i, rest, (n - i) * sizeof *out);                                          \
        }                                                                                          \
    } while (0)

#define DEFINE(f)                                                                                  \
    static double one_##f(double x) {                                                              \
        return sd_##f(x);                                                                          \
    }                                                                                              \
    static void array_##f(size_t n, const double *x, double *out) {                                \
        APPLY(vr_##f(v));                                                                          \
    }
SPK__ELEMENTARY_LIST(DEFINE)

static double one_pow(double x, double y) {
    return sd_pow(x, y);
}

static void array_pow(size_t n, const double *x, double y, double *out) {
    vr exponent = vr_set1(y);
    APPLY(vr_pow(v, exponent));
}

static double normal(double u1, double u2) {
    return sd_box_muller(u1, u2);
}

enum { BLOCK = 128, WAYS = 8 };

/* At most BLOCK terms. Eight partial sums side by side are one AVX-512 vector, two of AVX2, or
 * eight scalars: the same additions in the same order. y NULL: plain sum. */
static double block_sum(size_t n, const double *x, const double *y) {
    double s[WAYS] = {0};
    enum { PARTS = WAYS / VR_WIDTH };
    vr part[PARTS];
    for (size_t k = 0; k < PARTS; k++)
        part[k] = vr_set1(0.0);
    size_t i = 0;
    for (; i + WAYS <= n; i += WAYS)
        for (size_t k = 0; k < PARTS; k++) {
            vr a = vr_load(x + i + k * VR_WIDTH);
            part[k] = y ? vr_fma(a, vr_load(y + i + k * VR_WIDTH), part[k]) : vr_add(part[k], a);
        }
    for (size_t k = 0; k < PARTS; k++)
        vr_store(s + k * VR_WIDTH, part[k]);
    for (size_t k = 0; i < n; i++, k++)
        s[k] = y ? sd_fma(x[i], y[i], s[k]) : s[k] + x[i];
    return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

static double pair_sum(size_t n, const double *x, const double *y) {
    if (n <= BLOCK)
        return block_sum(n, x, y);
    size_t blocks = (n + BLOCK - 1) / BLOCK, left = blocks / 2 * BLOCK;
    return pair_sum(left, x, y) + pair_sum(n - left, x + left, y ? y + left : NULL);
}

static double sum(size_t n, const double *x) {
    return pair_sum(n, x, NULL);
}

static double dot(size_t n, const double *x, const double *y) {
    return pair_sum(n, x, y);
}

const spk__elementary ELEMENTARY_TABLE = {
#define MEMBER(f) .f = one_##f, .f##_array = array_##f,
    SPK__ELEMENTARY_LIST(MEMBER).pow = one_pow,
    .pow_array = array_pow,
    .normal = normal,
    .sum = sum,
    .dot = dot,
};
