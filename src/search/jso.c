/* jSO: L-SHADE with schedules over the budget: cautious steps and strong mixing first, steps
 * towards the best later. */
#include "search/history_de.h"

#include "num/num.h"
#include <math.h>

static const spk_opt options[] = {
    [SPK__HDE_POPULATION] = {"population",
                             "points in the first generation; 0: 25 ln(dim) sqrt(dim), at least 30",
                             SPK_OPT_INT, NULL, 0, 0, 1e6, NULL},
    [SPK__HDE_MEMORY] = {"memory", "entries of the memory of F and CR", SPK_OPT_INT, NULL, 5, 1,
                         1000, NULL},
    [SPK__HDE_BEST_SHARE] =
        {"best_share",
         "share of the population that trials are drawn towards at first; half of it at the end",
         SPK_OPT_REAL, NULL, 0.25, 0, 1, NULL},
    [SPK__HDE_ARCHIVE] = {"archive", "size of the archive of beaten points, in populations",
                          SPK_OPT_REAL, NULL, 1, 0, 10, NULL},
    {0},
};

/* The paper's formula gives 0 in one dimension and 24 in two, where it was never tried. */
static size_t population(size_t dim) {
    double d = (double)dim, n = 25 * spk__log(d) * sqrt(d) + 0.5;
    return n < 30 ? 30 : (size_t)n;
}

static const spk__hde_traits traits = {
    .population = population,
    .shrinks = true,
    .lehmer_cr = true,
    .jso = true,
    .first_f = 0.3,
    .first_cr = 0.8,
};

static spk_status start(spk_search *s) {
    return spk__hde_start(s, &traits);
}

const spk__search_method spk__search_jso = {
    .info =
        {
            .name = "jso",
            .sentence = "jSO: L-SHADE with a plan for the budget; for long searches",
            .reference = "Brest, Maucec and Boskovic 2017, doi:10.1109/CEC.2017.7969456",
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
