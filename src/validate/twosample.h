/* Inside the room: the words of a comparison. */
#ifndef SPK_VALIDATE_TWOSAMPLE_H
#define SPK_VALIDATE_TWOSAMPLE_H

#include <spikefit/twosample.h>

/* Fills what the rows say about other runs of the model. */
spk_status spk__twosample_runs(spk_ctx *ctx, const spk_twosample_options *o, size_t n_sets,
                               spk_twosample *t);
/* The defined values of a statistic; freed with spk_stat_free. */
spk_status spk__twosample_values(spk_ctx *ctx, const spk_stat *s, const spk_train *t, size_t n,
                                 double **values, size_t *size);

/* Fill the sentences of a row that was judged, and of the whole. */
void spk__twosample_say(spk_twosample_row *row, double level);
void spk__twosample_conclude(spk_twosample *t);

#endif
