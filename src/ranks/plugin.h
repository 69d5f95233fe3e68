/* The contract between spikefit and what passes messages between its processes: one C file, built
 * as a plug-in (src/mpi/openmpi.c). It includes nothing else of spikefit.
 *
 * A process is a rank, 0 .. size - 1. Messages are bytes; those from one rank to another arrive in
 * order. Functions return 0, or something else on an error. One thread calls.
 */
#ifndef SPK_RANKS_PLUGIN_H
#define SPK_RANKS_PLUGIN_H

#include <stddef.h>

enum { SPK_RANKS_PLUGIN_VERSION = 1 };

typedef struct {
    int version;
    const char *name;
    int (*start)(int *rank, int *size);
    int (*send)(int to, const void *data, size_t n);
    /* Whether a message has come: *from becomes its sender, or -1, and *n its size. Returns at
     * once. */
    int (*poll)(int *from, size_t *n);
    int (*receive)(int from, void *data, size_t n);
    void (*finish)(void); /* every rank calls it, once all messages are received */
} spk_ranks_plugin;

/* The symbol that the plug-in exports. */
#define SPK_RANKS_PLUGIN_SYMBOL "spk_ranks_plugin_get"
typedef const spk_ranks_plugin *spk_ranks_plugin_get_fn(void);

#endif
