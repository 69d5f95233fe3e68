/* Scores of a network on a part of its data. */
#include <spikefit/result.h>
#include <spikefit/twosample.h>

#include "base/base.h"

#include <math.h>

spk_status spk_validate_network(spk_ctx *ctx, spk_netstudy *study, const double *numbers,
                                spk_part_kind part, spk_result *r) {
    double start, stop;
    spk_netcomparison c;
    (void)ctx;
    if (!spk_netstudy_part(study, part, &start, &stop))
        return SPK_OK;
    spk_status st = spk_netstudy_compare(study, numbers, part, &c);
    if (st)
        return st;
    for (size_t i = 0; i < c.n_terms && !st; i++) {
        spk_result_score s = {.measure = (char *)(uintptr_t)c.term_name[i],
                              .part = part == SPK_TRAIN ? "train" : "test",
                              .value = c.term[i],
                              .low = NAN,
                              .high = NAN,
                              .reliability = NAN};
        st = spk_result_add_score(r, &s);
    }
    spk_netcomparison_free(&c);
    return st;
}
