/* A bootstrap of the parameters in the result's file. */
#ifndef SPK_RESULT_BOOTSTRAP_H
#define SPK_RESULT_BOOTSTRAP_H

#include "result/store.h"
#include <spikefit/result.h>

/* Nothing where there is none, so that such files are those of before. */
void spk__bootstrap_put(spk__store *h, const spk_result_bootstrap *y);
/* n_parameters: of the result, which bounds what is believed. */
void spk__bootstrap_get(spk__store *h, size_t n_parameters, spk_result_bootstrap *out);

#endif
