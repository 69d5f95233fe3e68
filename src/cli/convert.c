/* spikefit convert: a recording from one format to another. */
#include "cli/reading.h"

static spk_status run_convert(cli *c) {
    cli_reading in = CLI_READING_INIT;
    const char *to = NULL;
    const cli_option options[] = {{"--from", CLI_TEXT, &in.options.format},
                                  {"--to", CLI_TEXT, &to},
                                  CLI_READING_OPTIONS(&in),
                                  {0}};
    int n;
    spk_status st = cli_parse(c, options, 2, CLI_MANY, &n);
    spk_recording *r = NULL;
    if (!st)
        st = cli_reading_set(c, &in);
    if (!st)
        st = spk_recording_read(c->ctx, (const char *const *)c->argv, (size_t)(n - 1), &in.options,
                                &r);
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
            "  --from NAME, --to NAME   choose the formats\n" CLI_READING_HELP,
    .run = run_convert,
};
