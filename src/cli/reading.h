/* What commands that read recordings can be told about the files. */
#ifndef SPK_CLI_READING_H
#define SPK_CLI_READING_H

#include "cli/cli.h"
#include <spikefit/io.h>

typedef struct {
    spk_read_options options;
    const char *reader; /* of --reader */
    spk_setting item[16];
    spk_settings settings;
    char text[512];
} cli_reading;
#define CLI_READING_INIT                                                                           \
    { .options = SPK_READ_OPTIONS_INIT }

/* Lines of a table of options, and of the help. */
#define CLI_READING_OPTIONS(r)                                                                     \
    {"--columns", CLI_TEXT, &(r)->options.columns}, {"--dt", CLI_REAL, &(r)->options.dt_ms},       \
        {"--select", CLI_TEXT, &(r)->options.select},                                              \
        {"--trust-units", CLI_FLAG, &(r)->options.trust_units}, {                                  \
        "--reader", CLI_TEXT, &(r)->reader                                                         \
    }
#define CLI_READING_HELP                                                                           \
    "  --columns LIST    header that a CSV file lacks: t_ms,I_pA,V_mV\n"                           \
    "  --dt MS           sampling interval, where the file has no time column\n"                   \
    "  --select NAME     which part of a file that holds several things\n"                         \
    "  --trust-units     take values that look like volts as they are\n"                           \
    "  --reader LIST     options of the format: 'by=pixel, polarity=on'\n"

/* After cli_parse. ERR_USAGE, ERR_INPUT. The reading must not be moved afterwards. */
spk_status cli_reading_set(cli *c, cli_reading *r);

#endif
