/* Inside the tables of many cells. */
#ifndef SPK_REPORT_CELLS_H
#define SPK_REPORT_CELLS_H

#include "report/html.h"
#include <spikefit/cells.h>

/* Scores and parameters that the fits have between them, in the order of appearance: models differ
 * in their parameters, and one name may come with several units. */
typedef struct {
    const char *part, *name, *unit; /* part: of scores, else NULL; unit NULL: a plain number */
} spk__column;
typedef struct {
    spk__column *item;
    size_t n, n_scores; /* scores first */
} spk__columns;
spk_status spk__columns_new(spk_ctx *ctx, const spk_cells *cells, spk__columns *out);
/* What a fit has in a column, or NULL. */
const spk_result_score *spk__column_score(const spk__column *c, const spk_cell_fit *f);
const spk_result_parameter *spk__column_parameter(const spk__column *c, const spk_cell_fit *f);

void spk__cells_csv(const spk_cells *cells, const spk__columns *c, spk__str *s);
void spk__cells_json(const spk_cells *cells, spk__str *s);
void spk__cells_html(const spk_cells *cells, const spk__columns *c, const char *folder,
                     spk__str *s);

#endif
