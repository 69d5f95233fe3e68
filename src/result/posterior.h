/* A posterior in the result's file. */
#ifndef SPK_RESULT_POSTERIOR_H
#define SPK_RESULT_POSTERIOR_H

#include "result/store.h"
#include <spikefit/result.h>

void spk__posterior_put(spk__store *h, const spk_result_posterior *y);
/* n_parameters: of the result, which bounds what is believed. */
void spk__posterior_get(spk__store *h, size_t n_parameters, spk_result_posterior *out);

#endif
