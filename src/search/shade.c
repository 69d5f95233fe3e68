/* SHADE: differential evolution whose F and CR follow what succeeded before. */
#include "search/history_de.h"

static const spk_opt options[] = {
    [SPK__HDE_POPULATION] = {"population", "points in a generation", SPK_OPT_INT, NULL, 100, 4, 1e6,
                             NULL},
    [SPK__HDE_MEMORY] = {"memory", "entries of the memory of F and CR", SPK_OPT_INT, NULL, 100, 1,
                         1000, NULL},
    [SPK__HDE_BEST_SHARE] = {"best_share",
                             "largest share of the population that trials are drawn towards",
                             SPK_OPT_REAL, NULL, 0.2, 0, 1, NULL},
    [SPK__HDE_ARCHIVE] = {"archive", "size of the archive of beaten points, in populations",
                          SPK_OPT_REAL, NULL, 1, 0, 10, NULL},
    {0},
};

static const spk__hde_traits traits = {
    .random_share = true,
    .first_f = 0.5,
    .first_cr = 0.5,
};

static spk_status start(spk_search *s) {
    return spk__hde_start(s, &traits);
}

const spk__search_method spk__search_shade = {
    .info =
        {
            .name = "shade",
            .sentence = "SHADE: differential evolution that adapts itself, with a fixed population",
            .reference = "Tanabe and Fukunaga 2013, doi:10.1109/CEC.2013.6557555",
            .options = options,
            .min_objectives = 1,
            .max_objectives = 1,
            .rules = SPK__POPULATION_RULES,
            .uses_start = true,
            .takes_guests = true,
        },
    .state_size = sizeof(spk__hde),
    .start = start,
    .ask = spk__hde_ask,
    .welcome = spk__hde_welcome,
    .tell = spk__hde_tell,
    .sync = spk__hde_sync,
    .progress = spk__population_progress,
    .describe = spk__population_describe,
};
