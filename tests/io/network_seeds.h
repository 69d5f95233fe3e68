/* Small SONATA tables, made by our own writer. */
#ifndef SPK_TESTS_IO_NETWORK_SEEDS_H
#define SPK_TESTS_IO_NETWORK_SEEDS_H

#include "io/h5_write.h"

#include <stdio.h>

/* Five nodes in two groups, or six edges among them. */
static inline spk_status write_table(spk_ctx *ctx, const char *path, bool edges) {
    static const uint64_t type[] = {7, 7, 9, 7, 9, 9}, group[] = {0, 0, 1, 0, 1, 1};
    static const uint64_t index[] = {0, 1, 0, 2, 1, 2}, from[] = {0, 1, 2, 3, 4, 0},
                          id[] = {0, 1, 2, 3, 4};
    static const double value[] = {-50, -51, -52};
    const char *what = edges ? "edge" : "node";
    size_t n = edges ? 6 : 5;
    char at[64];
    spk__h5w w;
    spk__h5w_open(ctx, &w);
#define AT(text) (snprintf(at, sizeof at, "/%ss/cells/" text, what, what), at)
    spk__h5w_counts(&w, AT("%s_type_id"), type, n);
    spk__h5w_counts(&w, AT("%s_group_id"), group, n);
    spk__h5w_counts(&w, AT("%s_group_index"), index, n);
    if (edges) {
        for (int k = 0; k < 2; k++) {
            snprintf(at, sizeof at, "/edges/cells/%s_node_id", k ? "target" : "source");
            spk__h5w_counts(&w, at, from, n);
            spk__h5w_attr_text(&w, at, "node_population", "cells");
        }
        spk__h5w_doubles(&w, "/edges/cells/0/syn_weight", value, 3, 1);
        spk__h5w_doubles(&w, "/edges/cells/1/delay", value, 3, 1);
    } else {
        spk__h5w_counts(&w, "/nodes/cells/node_id", id, n);
        spk__h5w_group(&w, "/nodes/cells/0");
        spk__h5w_doubles(&w, "/nodes/cells/1/dynamics_params/V_th", value, 2, 1);
    }
    return spk__h5w_finish(&w, path);
}

static const char types_seed[] = "node_type_id model_type model_template dynamics_params\n"
                                 "100 point_neuron nest:iaf_psc_alpha \"a file.json\"\n\n"
                                 "7 virtual NULL ei=='e'\n";
static const char columns_seed[] =
    "# edges\nsource,target,weight (pA),delay_ms\n0,1,2.5,1\n1,0,NaN,2e0\n";

#endif
