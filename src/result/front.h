/* The front of several objectives, in the result's file. */
#ifndef SPK_RESULT_FRONT_H
#define SPK_RESULT_FRONT_H

#include "result/store.h"
#include <spikefit/result.h>

void spk__front_free(spk_ctx *ctx, spk_result_front *f);
void spk__front_put(spk__store *h, const spk_result_front *f);
/* n_parameters: of the result, which bounds what is believed. */
void spk__front_get(spk__store *h, size_t n_parameters, spk_result_front *out);

#endif
