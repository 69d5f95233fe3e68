/* JSON text, written piece by piece. */
#ifndef SPK_RESULT_JSON_H
#define SPK_RESULT_JSON_H

#include "base/base.h"
#include <spikefit/result.h>

/* A quoted, escaped string (NULL: null); a number (null if not finite). Appended to s. */
void spk__json_text(spk__str *s, const char *text);
void spk__json_number(spk__str *s, double x);

void spk__result_json(const spk_result *r, spk__str *s);

#endif
