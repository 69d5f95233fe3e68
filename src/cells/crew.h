/* Workers that fit one after the other, and messages between them and the one who hands out work.
 */
#ifndef SPK_CELLS_CREW_H
#define SPK_CELLS_CREW_H

#include "cells/cells.h"

typedef enum {
    SPK__TO_WORK = 100, /* to a worker: fit this */
    SPK__TO_STOP,       /* to a worker: end the fit after its generation */
    SPK__GOING,         /* from a worker: how far */
    SPK__ENDED,         /* from a worker: this one, with a status */
} spk__message_kind;

/* The same in both directions; bytes, so that it goes through any channel. */
typedef struct {
    uint32_t kind, threads, status;
    uint64_t fit;  /* index */
    uint64_t seat; /* between ranks */
    uint64_t evaluations, budget;
    double loss, seconds;
    char reason[1000];
} spk__message;

/* Called in a worker with a message to work; sends what it has to say with `send`. The context is
 * cancelled when the fit is to end. */
typedef struct spk__worker_link spk__worker_link;
typedef void spk__work_fn(void *user, const spk__message *m, spk__worker_link *link);
void spk__worker_send(spk__worker_link *link, const spk__message *m);

typedef struct spk__crew spk__crew;

/* n seats, empty, in processes of this machine; and with ranks `each` more on every other rank. In
 * a worker of this machine `enter` is called first (may be NULL). */
typedef struct {
    size_t n, each;
    spk_ranks *ranks; /* NULL: none */
    spk__work_fn *work;
    void (*enter)(void *user);
    void *user;
} spk__crew_plan;
spk_status spk__crew_new(spk_ctx *ctx, const spk__crew_plan *plan, spk__crew **out);
/* Ends the workers at once. */
void spk__crew_free(spk__crew *c);
/* Hands work to a seat that has none, with a new worker if it is empty. */
/* luggage: what a worker of another rank must know besides. */
spk_status spk__crew_give(spk__crew *c, size_t seat, const spk__message *m,
                          const spk__str *luggage);
/* Ends the worker of a seat of this machine. */
void spk__crew_dismiss(spk__crew *c, size_t seat);
/* Asks all workers to stop. */
void spk__crew_stop(spk__crew *c);

typedef enum { SPK__CREW_NOTHING, SPK__CREW_MESSAGE, SPK__CREW_DEATH } spk__crew_event;
/* Waits for the next event, at most so long. After a death the seat is empty and m->reason says
 * how. */
spk__crew_event spk__crew_wait(spk__crew *c, int milliseconds, size_t *seat, spk__message *m);

#endif
