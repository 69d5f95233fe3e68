/* Random numbers for whole generations. The streams are those of spk__rng (num): block b of
 * individual i is Philox of a counter made of b, the purpose, the generation and i. Many
 * individuals are drawn at once, so that the compiler can use vector instructions; integers have
 * the same bits in all of them.
 */
#include "search/search.h"

#include "num/num.h"
#include <math.h>

enum { LANES = 16 };

/* Philox4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405) of LANES counters. */
static void philox(uint64_t seed, uint32_t w[4][LANES]) {
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
#pragma omp simd
        for (int i = 0; i < LANES; i++) {
            uint64_t p0 = (uint64_t)w[0][i] * 0xD2511F53u, p1 = (uint64_t)w[2][i] * 0xCD9E8D57u;
            uint32_t c1 = w[1][i], c3 = w[3][i];
            w[0][i] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
            w[1][i] = (uint32_t)p1;
            w[2][i] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
            w[3][i] = (uint32_t)p0;
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

static void draw_block(const spk_search *s, uint64_t generation, size_t first, size_t block,
                       uint32_t w[4][LANES]) {
    for (uint32_t i = 0; i < LANES; i++) {
        w[0][i] = (uint32_t)block;
        w[1][i] = (uint32_t)SPK__RNG_SEARCH << 24;
        w[2][i] = (uint32_t)generation;
        w[3][i] = (uint32_t)first + i;
    }
    philox(s->seed, w);
}

void spk__search_words(const spk_search *s, uint64_t generation, size_t n, size_t blocks,
                       uint32_t *w) {
    uint32_t lanes[4][LANES];
    for (size_t first = 0; first < n; first += LANES) {
        size_t m = n - first < LANES ? n - first : LANES;
        for (size_t b = 0; b < blocks; b++) {
            draw_block(s, generation, first, b, lanes);
            for (size_t i = 0; i < m; i++)
                for (size_t k = 0; k < 4; k++)
                    w[((first + i) * blocks + b) * 4 + k] = lanes[k][i];
        }
    }
}

/* The uniform that spk__rng_uniform makes of two words. */
static double uniform(uint32_t low, uint32_t high) {
    uint64_t word = low | (uint64_t)high << 32;
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

void spk__search_scatter(const spk_search *s, uint64_t generation, size_t n, double *x) {
    uint32_t w[4][LANES];
    size_t dim = s->dim;
    for (size_t first = 0; first < n; first += LANES) {
        size_t m = n - first < LANES ? n - first : LANES;
        for (size_t d = 0; d < dim; d += 2) {
            draw_block(s, generation, first, d / 2, w);
            for (size_t i = 0; i < m; i++) {
                double *to = x + (first + i) * dim + d;
                to[0] = uniform(w[0][i], w[1][i]);
                if (d + 1 < dim)
                    to[1] = uniform(w[2][i], w[3][i]);
            }
        }
    }
    if (s->start && n)
        memcpy(x, s->start, dim * sizeof *x);
}

/* Box and Muller 1958, with both deviates of a pair. b NULL: the second is not wanted. */
static void normal_pairs(size_t n, const double *u, const double *v, double *a, double *b) {
    enum { MOST = 256 };
    double radius[MOST], angle[MOST], turn[MOST];
    for (size_t i = 0; i < n; i++)
        turn[i] = 2 * M_PI * v[i];
    spk__log_array(n, u, radius);
    for (size_t i = 0; i < n; i++)
        radius[i] = sqrt(-2 * radius[i]);
    spk__cos_array(n, turn, angle);
    for (size_t i = 0; i < n; i++)
        a[i] = radius[i] * angle[i];
    if (!b)
        return;
    spk__sin_array(n, turn, angle);
    for (size_t i = 0; i < n; i++)
        b[i] = radius[i] * angle[i];
}

void spk__search_normals(const spk_search *s, uint64_t generation, size_t n, double *z) {
    enum { MOST = 256 };
    double u[MOST], v[MOST];
    uint32_t w[4][LANES];
    for (size_t d = 0; d < s->dim; d += 2)
        for (size_t first = 0; first < n; first += MOST) {
            size_t m = n - first < MOST ? n - first : MOST;
            for (size_t i = 0; i < m; i += LANES) {
                draw_block(s, generation, first + i, d / 2, w);
                for (size_t k = 0; k < LANES && i + k < m; k++) {
                    u[i + k] = uniform(w[0][k], w[1][k]);
                    v[i + k] = uniform(w[2][k], w[3][k]);
                }
            }
            double *a = z + d * n + first;
            normal_pairs(m, u, v, a, d + 1 < s->dim ? a + n : NULL);
        }
}

void spk__search_shuffle(const spk_search *s, uint64_t generation, uint32_t which, size_t n,
                         uint32_t *order) {
    spk__rng r = spk__search_rng(s, generation, SPK__SEARCH_COMMON - which);
    for (size_t i = 0; i < n; i++) {
        size_t j = spk__word_below(spk__rng_u32(&r), i + 1);
        order[i] = order[j];
        order[j] = (uint32_t)i;
    }
}
