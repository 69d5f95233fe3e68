/* Inside the room of ranks. */
#ifndef SPK_RANKS_RANKS_H
#define SPK_RANKS_RANKS_H

#include "base/base.h"
#include "ranks/plugin.h"
#include <spikefit/ranks.h>

/* What a message begins with. */
typedef enum {
    SPK__RANKS_EVALUATE = SPK_RANKS_DISMISS + 1,
    SPK__RANKS_HELLO,
    SPK__RANKS_LOSSES
} spk__ranks_kind;

enum { SPK__RANKS_OUTPUTS = 3 };

typedef struct {
    uint32_t kind, status;
    uint64_t model, n, hash, noise;
    uint32_t wanted[SPK__RANKS_OUTPUTS]; /* numbers for each point: of loss, each, terms; 0: not
                                            wanted */
    uint32_t padding;
    spk_tally tally;
    char words[400]; /* of an error */
} spk__ranks_head;

typedef struct {
    spk_ranks *ranks;
    size_t model;
} spk__shared;

struct spk_ranks {
    spk_ctx *ctx;
    const spk_ranks_plugin *plugin;
    void *library;
    int rank, size;
    char *buffer;
    size_t room;
    bool waited_for;  /* the hellos are said and heard */
    spk_setup *setup; /* shared, on rank 0 */
    spk__shared *shared;
    size_t n_shared;
};

#endif
