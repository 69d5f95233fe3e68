/* Messages between processes by MPI: all that spikefit knows of it. */
#include "ranks/plugin.h"

#include <limits.h>
#include <mpi.h>

static int start(int *rank, int *size) {
    int r = MPI_Init(NULL, NULL);
    if (!r)
        r = MPI_Comm_rank(MPI_COMM_WORLD, rank);
    if (!r)
        r = MPI_Comm_size(MPI_COMM_WORLD, size);
    return r;
}

static int send_bytes(int to, const void *data, size_t n) {
    return n > INT_MAX ? 1 : MPI_Send(data, (int)n, MPI_BYTE, to, 0, MPI_COMM_WORLD);
}

static int poll_messages(int *from, size_t *n) {
    int there = 0, count = 0;
    MPI_Status status;
    *from = -1;
    int r = MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (r || !there)
        return r;
    r = MPI_Get_count(&status, MPI_BYTE, &count);
    *from = status.MPI_SOURCE;
    *n = (size_t)count;
    return r;
}

static int receive_bytes(int from, void *data, size_t n) {
    return n > INT_MAX
               ? 1
               : MPI_Recv(data, (int)n, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void finish(void) {
    MPI_Finalize();
}

static const spk_ranks_plugin plugin = {
    SPK_RANKS_PLUGIN_VERSION, "Open MPI", start, send_bytes, poll_messages, receive_bytes, finish};

__attribute__((visibility("default"))) const spk_ranks_plugin *spk_ranks_plugin_get(void);
const spk_ranks_plugin *spk_ranks_plugin_get(void) {
    return &plugin;
}
