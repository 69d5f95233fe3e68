/* The diagnosis of a fit, in the result's file. */
#ifndef SPK_RESULT_DIAGNOSIS_H
#define SPK_RESULT_DIAGNOSIS_H

#include "result/store.h"
#include <spikefit/result.h>

void spk__diagnosis_put(spk__store *h, const spk_result_diagnosis *d);
void spk__diagnosis_get(spk__store *h, spk_result_diagnosis *out);

#endif
