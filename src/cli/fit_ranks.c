/* What mpirun tells a process that it starts, and where the plug-in for MPI is. */
#include "cli/fit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number_of(const char *name) {
    const char *text = getenv(name);
    return text ? atoi(text) : -1;
}

bool cli_ranks_started(bool *silent) {
    /* Open MPI's mpirun, then Slurm's srun. */
    int size = number_of("OMPI_COMM_WORLD_SIZE"), rank = number_of("OMPI_COMM_WORLD_RANK");
    if (size < 0 && getenv("PMIX_RANK")) {
        size = number_of("SLURM_NTASKS");
        rank = number_of("PMIX_RANK");
    }
    *silent = size > 1 && rank > 0;
    return size > 1;
}

spk_status cli_ranks_open(cli *c, spk_ranks **out) {
    char beside[4096] = "";
    ssize_t n = readlink("/proc/self/exe", beside, sizeof beside - 32);
    char *slash = n > 0 ? strrchr(beside, '/') : NULL;
    strcpy(slash ? slash + 1 : beside, "spikefit_mpi.so");
    const char *const plugins[] = {beside, SPK_PLUGINS "/spikefit_mpi.so"};
    return spk_ranks_open(c->ctx, plugins, 2, out);
}
