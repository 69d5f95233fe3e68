/* Spike files as populations of trains: for commands that look at networks. */
#ifndef SPK_CLI_SPIKES_H
#define SPK_CLI_SPIKES_H

#include "cli/cli.h"

/* Cells "E/0", "E/1", ... are of population E; those without a / of "all". */
typedef struct {
    char name[128];
    spk_train *train;
    const char **cell;
    size_t n;
} cli_population;
typedef struct {
    cli_population *population;
    size_t n;
    spk_recording *recording;
} cli_spikes;

/* A file's trains between two times. Errors are told by the context or printed. */
spk_status cli_spikes_read(cli *c, const char *path, double start_ms, double stop_ms,
                           cli_spikes *out);
void cli_spikes_free(cli_spikes *s);

#endif
