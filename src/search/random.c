/* Uniform random sampling: the yardstick that every other method must beat. */
#include "search/search.h"

enum { BATCH };

static const spk_opt options[] = {
    [BATCH] = {"batch", "points in a generation", SPK_OPT_INT, NULL, 256, 1, 1e6, NULL},
    {0},
};

static spk_status start(spk_search *s) {
    (void)s;
    return SPK_OK;
}

static spk_status ask(spk_search *s) {
    spk_status st = spk__search_batch(s, (size_t)s->opts.v[BATCH]);
    if (!st)
        spk__search_scatter(s, s->generation, s->n, s->x);
    return st;
}

static spk_status tell(spk_search *s) {
    (void)s;
    return SPK_OK;
}

static spk_status sync(spk_search *s, spk__sync *y) {
    (void)s;
    (void)y;
    return SPK_OK;
}

const spk__search_method spk__search_random = {
    .info =
        {
            .name = "random",
            .sentence = "uniform random points",
            .reference = "Bergstra and Bengio 2012, J. Mach. Learn. Res. 13:281",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET,
            .uses_start = true,
            .samples = true,
        },
    .start = start,
    .ask = ask,
    .tell = tell,
    .sync = sync,
};
