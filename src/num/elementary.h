/* One file for each instruction set builds the elementary functions from lane.h and ends in one of
 * these tables; num.c picks by CPU. */
#ifndef SPK_NUM_ELEMENTARY_H
#define SPK_NUM_ELEMENTARY_H

#include "num/num.h"

typedef struct {
#define SPK__ELEMENTARY_MEMBER(f)                                                                  \
    double (*f)(double x);                                                                         \
    void (*f##_array)(size_t n, const double *x, double *out);
    SPK__ELEMENTARY_LIST(SPK__ELEMENTARY_MEMBER)
#undef SPK__ELEMENTARY_MEMBER
    double (*pow)(double x, double y);
    void (*pow_array)(size_t n, const double *x, double y, double *out);
    double (*normal)(double u1, double u2);
    double (*sum)(size_t n, const double *x);
    double (*dot)(size_t n, const double *x, const double *y);
} spk__elementary;

extern const spk__elementary spk__elementary_base, spk__elementary_avx2, spk__elementary_avx512;

#endif
