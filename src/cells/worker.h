/* What a worker does with a message, and what a rank does for rank 0. */
#ifndef SPK_CELLS_WORKER_H
#define SPK_CELLS_WORKER_H

#include "cells/crew.h"

enum { SPK__TELL_MS = 1000 }; /* how often a fit says how far it is */

/* Fits cells->fit[m->fit], and says how far it is and how it ended. */
void spk__work(spk_ctx *ctx, spk_cells *cells, const char *run, const spk__message *m,
               spk__worker_link *link);

/* A fit and its study as bytes, for a rank that has neither. */
spk_status spk__luggage_pack(const spk_cells *cells, const spk_cell_fit *f, spk__str *out);
/* Runs what rank 0 sends in workers of this machine, until dismissed. */
spk_status spk__serve_cells(spk_ctx *ctx, const spk_cells_options *o);

#endif
