/* Random numbers of a network by what they are for: word k of block b of the stream (seed, purpose,
 * key, row) is a pure function, so any synapse's draw can be made again without the others. The
 * stream is the one of spk__rng (base.h) with a = key, b = row. */
#ifndef SPK_NETWORK_DRAW_H
#define SPK_NETWORK_DRAW_H

#include "base/base.h"
#include <spikefit/network.h>

/* Out of a name: what it adds to the random key. */
uint32_t spk__draw_key(const char *name);

/* Blocks first .. first + n - 1 of a stream, four words each. Vectorised; the same bits on every
 * instruction set. */
void spk__draw_words(uint64_t seed, spk__rng_purpose purpose, uint32_t key, uint32_t row,
                     uint32_t first, size_t n, uint32_t *out);
/* The same on a given instruction set at most, for tests. */
void spk__draw_words_isa(spk_isa isa, uint64_t seed, spk__rng_purpose purpose, uint32_t key,
                         uint32_t row, uint32_t first, size_t n, uint32_t *out);

/* Which of n words are below a limit: bit i % 32 of out[i / 32]; bits behind the last are 0. */
void spk__draw_below(const uint32_t *word, size_t n, uint32_t limit, uint32_t *out);

/* A standard draw of a distribution from 32 random bits: uniform on [0, 1) or normal, of 24 bits.
 */
float spk__draw_standard(spk_dist_kind kind, uint32_t word);
/* The distribution's value at a standard draw, without its limits. */
double spk__draw_scale(const spk_dist *d, float z);

/* Where one number with redraws comes from. */
typedef struct {
    uint64_t seed;
    spk__rng_purpose purpose;
    uint32_t key, row, column;
    uint32_t copy; /* of a multiple synapse; at most SPK__DRAW_COPIES - 1 */
} spk__draw_place;
enum { SPK__DRAW_COPIES = 1 << 13, SPK__DRAW_TRIES = 1000 };
float spk__draw_at(const spk__draw_place *at, spk_dist_kind kind);
/* The value within the limits; z is the standard draw at this place (its first try). */
double spk__draw_limited(const spk_dist *d, const spk__draw_place *at, float z);

#endif
