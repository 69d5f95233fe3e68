/* Sobol's sequence, scrambled by the seed: points that fill the cube evenly.
 *
 * The generator is Antonov and Saleev's, in the order of the Gray code. The scrambling is
 * Matousek's 1998 (doi:10.1006/jcom.1998.0489): each dimension's direction numbers are multiplied
 * by a random lower triangular matrix with ones on the diagonal, and a random digital shift is
 * added. It keeps the net property, so that every 2^k points share out evenly, and makes points of
 * two seeds independent.
 */
#include "search/search.h"

enum { BATCH, SCRAMBLE };
enum { BITS = 32, MAX_DIM = 64, MAX_DEGREE = 10 };

static const spk_opt options[] = {
    [BATCH] = {"batch", "points in a generation; a power of 2 is best", SPK_OPT_INT, NULL, 256, 1,
               1e6, NULL},
    [SCRAMBLE] = {"scramble", "scramble by the seed", SPK_OPT_BOOL, NULL, 1, 0, 1, NULL},
    {0},
};

static const struct {
    uint32_t polynomial, m[MAX_DEGREE];
} numbers[MAX_DIM - 1] = {
#define SPK_SOBOL(polynomial, ...) {polynomial, {__VA_ARGS__}},
#include "search/sobol.def"
#undef SPK_SOBOL
};

typedef struct {
    uint32_t (*direction)[BITS], *point; /* point: the next of the sequence, of each dimension */
    uint64_t index;                      /* its number */
} state;

/* The recurrence of Joe and Kuo 2003, eq. 2, with direction number k scaled by 2^(BITS - k). */
static void directions(size_t d, uint32_t v[BITS]) {
    if (d == 0) {
        for (unsigned k = 0; k < BITS; k++)
            v[k] = 1u << (BITS - 1 - k);
        return;
    }
    uint32_t polynomial = numbers[d - 1].polynomial;
    unsigned degree = 31u - (unsigned)__builtin_clz(polynomial);
    for (unsigned k = 0; k < BITS; k++) {
        if (k < degree) {
            v[k] = numbers[d - 1].m[k] << (BITS - 1 - k);
            continue;
        }
        v[k] = v[k - degree] ^ v[k - degree] >> degree;
        for (unsigned j = 1; j < degree; j++)
            if (polynomial >> (degree - j) & 1)
                v[k] ^= v[k - j];
    }
}

static void scramble(spk_search *s, size_t d, uint32_t v[BITS], uint32_t *shift) {
    spk__rng r = spk__search_rng(s, 0, d);
    uint32_t row[BITS]; /* bit 31 is the first digit; row i may use digits 0 .. i */
    for (unsigned i = 0; i < BITS; i++)
        row[i] = (spk__rng_u32(&r) | 1u) << (BITS - 1 - i);
    for (unsigned k = 0; k < BITS; k++) {
        uint32_t scrambled = 0;
        for (unsigned i = 0; i < BITS; i++)
            scrambled |= (uint32_t)__builtin_parity(row[i] & v[k]) << (BITS - 1 - i);
        v[k] = scrambled;
    }
    *shift = spk__rng_u32(&r);
}

static spk_status start(spk_search *s) {
    state *t = s->state;
    t->direction = spk__arena_alloc(s->arena, s->dim, sizeof *t->direction);
    t->point = SPK__SEARCH_ARRAY(s, s->dim, uint32_t);
    if (!t->direction || !t->point)
        return SPK_ERR_MEMORY;
    for (size_t d = 0; d < s->dim; d++) {
        directions(d, t->direction[d]);
        if (s->opts.v[SCRAMBLE] != 0)
            scramble(s, d, t->direction[d], &t->point[d]);
    }
    return SPK_OK;
}

static void advance(spk_search *s, state *t) {
    t->index++;
    unsigned k = (unsigned)__builtin_ctzll(t->index);
    for (size_t d = 0; k < BITS && d < s->dim; d++)
        t->point[d] ^= t->direction[d][k];
}

static spk_status ask(spk_search *s) {
    state *t = s->state;
    spk_status st = spk__search_batch(s, (size_t)s->opts.v[BATCH]);
    if (st)
        return st;
    /* A start point comes before the sequence. */
    size_t i = 0;
    if (s->start && s->generation == 0)
        memcpy(s->x + s->dim * i++, s->start, s->dim * sizeof *s->x);
    for (; i < s->n; i++) {
        for (size_t d = 0; d < s->dim; d++)
            s->x[i * s->dim + d] = ((double)t->point[d] + 0.5) * 0x1p-32;
        advance(s, t);
    }
    return SPK_OK;
}

static spk_status tell(spk_search *s) {
    (void)s;
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    state *t = s->state;
    spk__sync_u64(y, &t->index);
    spk__sync_bytes(y, t->point, s->dim * sizeof *t->point);
    return SPK_OK;
}

const spk__search_method spk__search_sobol = {
    .info =
        {
            .name = "sobol",
            .sentence = "points of Sobol's sequence, scrambled by the seed: an even cover",
            .reference = "Joe and Kuo 2008, doi:10.1137/070709359",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .max_dim = MAX_DIM,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET,
            .uses_start = true,
            .samples = true,
        },
    .state_size = sizeof(state),
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
};
