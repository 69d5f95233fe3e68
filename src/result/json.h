/* The result as JSON. */
#ifndef SPK_RESULT_JSON_H
#define SPK_RESULT_JSON_H

#include "base/base.h"
#include <spikefit/result.h>

/* The whole result, appended to s. */
void spk__result_json(const spk_result *r, spk__str *s);

#endif
