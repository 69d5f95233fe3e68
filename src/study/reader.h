/* What the readers of a study's blocks share. */
#ifndef SPK_STUDY_READER_H
#define SPK_STUDY_READER_H

#include "study/yaml.h"
#include <spikefit/study.h>

typedef struct {
    spk_ctx *ctx;
    spk__arena *arena;
    spk_study *s;
} spk__study_reader;

/* A scalar's text and place; leaves both alone where there is no node. */
spk_status spk__study_text(spk__study_reader *r, const spk__node *n, const char *what,
                           const char **text, spk_loc *loc);
/* A scalar or a list of scalars. */
spk_status spk__study_names(spk__study_reader *r, const spk__node *n, const char *what,
                            const char ***names, spk_loc **locs, size_t *count);
/* A mix of losses: a mapping of names to weights or options. */
spk_status spk__study_losses(spk__study_reader *r, const spk__node *n, spk_loss_choice **out,
                             size_t *count);
/* The blocks of files of their own. */
spk_status spk__study_objectives(spk__study_reader *r, const spk__node *n);
spk_status spk__study_prior(spk__study_reader *r, const spk__node *n, spk_prior_choice *out);

#endif
