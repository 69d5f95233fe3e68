/* Checking and cutting spike trains, for the rooms that compare and describe them. */
#ifndef SPK_RECORDING_TRAIN_H
#define SPK_RECORDING_TRAIN_H

#include "base/base.h"
#include <spikefit/recording.h>

/* Finite, sorted, inside its window of positive length, else ERR_INPUT; `what` names the train:
 * "spike 3 of the WHAT train is at ...". */
spk_status spk__train_check(spk_ctx *ctx, const spk_train *t, const char *what);

/* The spikes in [start, stop], both ends included, observed on just this. (spk_train_window leaves
 * out the end, so that windows side by side share no spike.) */
spk_train spk__train_cut(const spk_train *t, double start_ms, double stop_ms);

/* The window in which all n trains were observed, as a train without spikes; its stop is at or
 * before its start if there is none. */
spk_train spk__train_common(const spk_train *t, size_t n);

#endif
