/* A program as readable C: one section a model and integrator, in the operations of num/lane.h,
 * ending in one spk_kernel. The same text is built for every instruction set and precision.
 */
#ifndef SPK_EMIT_EMIT_H
#define SPK_EMIT_EMIT_H

#include "lower/lower.h"

/* Appends the section. The program's values of the step are rewritten into machine operations. text
 * (may be NULL) is the NESTML file, whose lines go into comments. */
spk_status spk__emit_kernel(spk_ctx *ctx, spk__program *p, const char *text, spk__str *out);

/* What a file with sections needs above them: comment and includes. source: what it was made from.
 */
void spk__emit_head(spk__str *out, const char *source);

/* "izhikevich" and "heun:grid" -> "izhikevich_heun_grid": the section's prefix and, with precision
 * and instruction set behind it, the name of its kernel. buf has room for 256. */
const char *spk__emit_name(const char *model, const char *label, char *buf);

#endif
