/* The program: one file per command, on the public headers alone. */
#ifndef SPK_CLI_CLI_H
#define SPK_CLI_CLI_H

#include <spikefit/base.h>
#include <spikefit/fit.h>
#include <spikefit/metric.h>
#include <spikefit/netstudy.h>
#include <spikefit/recording.h>
#include <spikefit/sim.h>
#include <stdio.h>

typedef struct cli_command cli_command;

/* What a command is handed. */
typedef struct {
    spk_ctx *ctx;
    const cli_command *command;
    int argc;
    char **argv; /* behind the command's name */
    bool colour; /* of standard output */
    bool unicode;
    int width; /* of the terminal */
    bool failed; /* a failure was printed by cli_fail */
} cli;

/* One command: name, what it does, how it is called, options in the words of the help. */
struct cli_command {
    const char *name, *sentence, *usage, *help;
    spk_status (*run)(cli *c);
};

/* ---- arguments ---- */

typedef enum { CLI_FLAG, CLI_TEXT, CLI_INT, CLI_REAL, CLI_FLAG_OR_INT } cli_kind;
/* One option; a table ends with name NULL. value points to a bool, const char *, int64_t or double; of a
 * CLI_FLAG_OR_INT to an int64_t, which is 0 where no number follows behind a =. */
typedef struct {
    const char *name; /* "--out" */
    cli_kind kind;
    void *value;
} cli_option;
enum { CLI_MANY = 10000 };
/* Splits the arguments into options and operands (at least low, at most high of them), operands moved to
 * argv[0 .. *n - 1]. ERR_USAGE with the message printed. */
spk_status cli_parse(cli *c, const cli_option *options, int low, int high, int *n);
/* Prints an error in the style of diagnostics and returns st. */
spk_status cli_fail(cli *c, spk_status st, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* ---- printing ---- */

/* Prints diagnostics from index `from` on to standard error. */
void cli_print_diags(cli *c, size_t from);
/* Writes text broken at blanks so that it fits the width; the text begins at column `at`, and lines that
 * follow are indented to it. No end of line. */
void cli_print_wrapped(FILE *f, const char *text, int at, int width);
/* The same for a text of several lines, each of which keeps its own indentation. */
void cli_print_text(FILE *f, const char *text, int width);
/* "1 sweep", "3 sweeps": into buf of 64; the plural is the word and an s, or as given. */
const char *cli_counted(size_t n, const char *one, const char *many, char buf[64]);
/* A number with about `digits` significant ones, no exponent in everyday ranges. */
const char *cli_number(double x, int digits, char buf[32]);
/* The shortest text of a number to six significant digits: 281, 0.3. */
const char *cli_plain(double x, char buf[32]);
/* A number of things with thin groups of three: 40 000. */
const char *cli_count(uint64_t n, char buf[32]);
const char *cli_seconds(double s, char buf[32]);

/* ---- what several commands do ---- */

/* A result and everything it names, opened: for score, simulate, rerun, report. Of a network `network` is
 * set, and of the rest only the result and the values, which are the study's numbers. */
typedef struct {
    spk_result *result;
    spk_netstudy *network;
    spk_study *study;
    spk_setup *setup;
    size_t model;
    spk_problem *problem;
    double *values;
} cli_run;
spk_status cli_run_open(cli *c, const char *folder, cli_run *out);
/* The same for a command of single cells, or of networks, alone: the other kind is a printed error. */
spk_status cli_run_open_cell(cli *c, const char *folder, cli_run *out);
spk_status cli_run_open_network(cli *c, const char *folder, cli_run *out);
void cli_run_close(cli *c, cli_run *r);
/* Whether a folder holds a result. */
bool cli_is_run(const char *path);
bool cli_is_folder(const char *path);

/* The recordable that stands for the membrane voltage: V_m, else the first in mV; -1: there is none. */
int cli_find_voltage(const spk_kernel *k);
/* Whether a model's voltage lacks the spikes that a recording has, because it is reset (or, as MAT, never
 * rises): within a millisecond of most of its spikes it stays below the level that spikes are found by. */
bool cli_lacks_spikes(const spk_sim *s, int voltage, double level_mV);
bool cli_is_yaml(const char *path);
/* A network once, with these numbers (NULL: as the study has them): its rates, and its spikes to a file (out
 * may be NULL). */
spk_status cli_network_simulate(cli *c, spk_netstudy *s, const double *numbers, const char *synapses,
                                const char *out);
/* Whether the data tell the product of two numbers better than the numbers; and how well, in words, into
 * buf of 320. */
bool cli_pair_is_confounded(const spk_result_pair *p);
const char *cli_pair_sentence(const spk_result_pair *p, char buf[320]);
/* Draws of a posterior's predictive check. */
enum { CLI_POSTERIOR_DRAWS = 200 };
/* What its calibration says of a parameter, in words. n_ranks > 0. */
const char *cli_rank_words(const spk_result_posterior *y, size_t column);
/* "--on test" or "--on train". */
spk_status cli_part(cli *c, const char *on, spk_part_kind *part);

/* What is in a file of camera events, to standard output. */
spk_status cli_inspect_events(cli *c, const char *path);
/* The same of a network; *done: whether the file is about one. */
spk_status cli_inspect_network(cli *c, const char *path, bool *done);

/* A measure by its name or the short one that people type. ERR_USAGE, printed. */
spk_status cli_find_metric(cli *c, const char *name, const spk_metric **out);

/* Tables of a fit, to standard output. */
void cli_print_parameters(cli *c, const spk_result *r);
void cli_print_scores(cli *c, const spk_result *r);
/* The parameters by how well the data determine them; nothing where it was not worked out. */
void cli_print_determined(const spk_result *r);
void cli_print_diagnosis(const spk_result *r);

#endif
