/* What a fit says about its parameters, in the result's file. */
#ifndef SPK_RESULT_IDENTIFIABILITY_H
#define SPK_RESULT_IDENTIFIABILITY_H

#include "result/store.h"
#include <spikefit/result.h>

void spk__identifiability_put(spk__store *h, const spk_result_identifiability *y);
/* n_parameters: of the result, which bounds what is believed. */
void spk__identifiability_get(spk__store *h, size_t n_parameters, spk_result_identifiability *out);

#endif
