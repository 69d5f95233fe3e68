/* L-SHADE: success-history differential evolution whose population shrinks linearly over the
 * budget. */
#include "search/history_de.h"

static const spk_opt options[] = {
    [SPK__HDE_POPULATION] = {"population", "points in the first generation; 0: 18 dim", SPK_OPT_INT,
                             NULL, 0, 0, 1e6, NULL},
    [SPK__HDE_MEMORY] = {"memory", "entries of the memory of F and CR", SPK_OPT_INT, NULL, 6, 1,
                         1000, NULL},
    [SPK__HDE_BEST_SHARE] = {"best_share", "share of the population that trials are drawn towards",
                             SPK_OPT_REAL, NULL, 0.11, 0, 1, NULL},
    [SPK__HDE_ARCHIVE] = {"archive", "size of the archive of beaten points, in populations",
                          SPK_OPT_REAL, NULL, 2.6, 0, 10, NULL},
    [SPK__HDE_ROUND] =
        {"round",
         "evaluations in which the population shrinks, before it begins anew; 0: the whole "
         "budget, once",
         SPK_OPT_INT, NULL, 0, 0, 1e12, NULL},
    {0},
};

static size_t population(size_t dim) {
    return 18 * dim;
}

static const spk__hde_traits traits = {
    .population = population,
    .shrinks = true,
    .lehmer_cr = true,
    .rounds = true,
    .first_f = 0.5,
    .first_cr = 0.5,
};

static spk_status start(spk_search *s) {
    return spk__hde_start(s, &traits);
}

const spk__search_method spk__search_lshade = {
    .info =
        {
            .name = "lshade",
            .sentence = "L-SHADE: differential evolution that adapts itself; for many local "
                        "minima; the default of fits",
            .reference = "Tanabe and Fukunaga 2014, doi:10.1109/CEC.2014.6900380",
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
    .progress = spk__hde_progress,
    .describe = spk__population_describe,
};
