/* spikefit convert: a recording from one format to another. */
#include "cli/cli.h"
#include <spikefit/io.h>

static spk_status run_convert(cli *c) {
    spk_read_options o = SPK_READ_OPTIONS_INIT;
    const char *to = NULL;
    const cli_option options[] = {{"--from", CLI_TEXT, &o.format},
                                  {"--to", CLI_TEXT, &to},
                                  {"--columns", CLI_TEXT, &o.columns},
                                  {"--dt", CLI_REAL, &o.dt_ms},
                                  {"--select", CLI_TEXT, &o.select},
                                  {"--trust-units", CLI_FLAG, &o.trust_units},
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 2, CLI_MANY, &n);
    spk_recording *r = NULL;
    if (!st)
        st = spk_recording_read(c->ctx, (const char *const *)c->argv, (size_t)(n - 1), &o, &r);
    if (!st)
        st = spk_recording_write(c->ctx, r, c->argv[n - 1], to);
    if (!st)
        printf("%s: %zu sweeps\n", c->argv[n - 1], spk_recording_sweep_count(r));
    spk_recording_free(r);
    return st;
}

const cli_command cli_convert = {
    .name = "convert",
    .sentence = "write a recording in another format",
    .usage = "FILE... OUTPUT",
    .help = "The formats are recognised by content, the output's by its extension; what it\n"
            "cannot hold is named in a warning. `spikefit list formats` shows them.\n\n"
            "  --from NAME, --to NAME   choose the formats\n"
            "  --columns LIST    header that a CSV file lacks: t_ms,I_pA,V_mV\n"
            "  --dt MS           sampling interval, where the file has no time column\n"
            "  --select NAME     which part of a file that holds several things\n"
            "  --trust-units     take values that look like volts as they are\n",
    .run = run_convert,
};
