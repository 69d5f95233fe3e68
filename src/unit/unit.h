/* Inside the unit room. */
#ifndef SPK_UNIT_UNIT_H
#define SPK_UNIT_UNIT_H

#include "base/base.h"
#include <spikefit/unit.h>

/* 10^k, correctly rounded. */
double spk__ten_to(int k);

/* What was wrong with a unit's text, and where: bytes [at, at + length). */
typedef struct {
    const char *problem; /* a phrase, or NULL: unknown name */
    size_t at, length;
} spk__unit_problem;

/* Parses [text, text + n) without a context. */
bool spk__unit_read(const char *text, size_t n, spk_unit *out, spk__unit_problem *problem);

/* Customary units, those for a plain product of the coherent ones first; ends with NULL. */
extern const char *const spk__unit_customary[];

#endif
