/* What a run of many cells has to do: settled before the first worker starts. */
#ifndef SPK_CELLS_PLAN_H
#define SPK_CELLS_PLAN_H

#include "cells/cells.h"

typedef struct {
    spk__state state;
    spk_cells *cells; /* all rows of the run */
    uint64_t budget;
    int lock; /* of the folder; -1: none */
} spk__plan;

/* Reads and checks the study, opens the folder and its state, adds rows for what is new. Closed in
 * any case. */
spk_status spk__plan_open(spk_ctx *ctx, const spk_cells_options *o, spk__plan *p);
void spk__plan_close(spk_ctx *ctx, spk__plan *p);

#endif
