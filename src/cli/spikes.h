/* Spike files as populations of trains: for commands that look at networks. */
#ifndef SPK_CLI_SPIKES_H
#define SPK_CLI_SPIKES_H

#include "cli/cli.h"
#include <spikefit/twosample.h>

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

/* A run of a network on a part of its data: the recovered network, other runs of it, and what the
 * tests say. options: without the runs. */
typedef struct {
    spk_netcomparison *run; /* [n_runs + 1]; the first is the recovered network */
    size_t n_runs;
    spk_twosample_set *set; /* [n_runs + 1][run->n] */
    spk_twosample test;
} cli_network_test;
enum { CLI_NETWORK_RUNS = 99 };
spk_status cli_network_test_new(cli *c, cli_run *r, spk_part_kind part, size_t n_runs, int threads,
                                const spk_twosample_options *options, cli_network_test *out);
void cli_network_test_free(cli_network_test *t);

#endif
