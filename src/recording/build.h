/* The builder's inside, for the files of this room. */
#ifndef SPK_RECORDING_BUILD_H
#define SPK_RECORDING_BUILD_H

#include "recording/recording.h"

struct spk__builder {
    spk_ctx *ctx;
    spk_recording *r;
    size_t sweep_capacity;
    uint32_t *slot; /* hash table of cell names: index + 1, or 0 */
    size_t n_slots; /* a power of two, or 0 */
};

#endif
