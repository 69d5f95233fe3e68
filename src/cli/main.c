/* The program's entry: finds the command, prints what went wrong, returns the exit code. */
#include "cli/cli.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLI_COMMAND(symbol) extern const cli_command symbol;
#include "cli/commands.def"
#undef CLI_COMMAND

static const cli_command *const commands[] = {
#define CLI_COMMAND(symbol) &symbol,
#include "cli/commands.def"
#undef CLI_COMMAND
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static spk_ctx *interrupted_ctx; /* for the signal handler alone */

static void on_signal(int signal_number) {
    spk_ctx_cancel(interrupted_ctx);
    /* A second one ends the program at once. */
    signal(signal_number, SIG_DFL);
}

static void print_help(FILE *f) {
    fprintf(f, "spikefit %s: fits spiking neuron models to recordings\n\n", SPK_VERSION);
    fprintf(f, "usage: spikefit COMMAND ...\n\n");
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(f, "  %-10s %s\n", commands[i]->name, commands[i]->sentence);
    fprintf(f, "\n`spikefit COMMAND --help` says more. A first fit:\n\n"
               "  spikefit init aeif_psc_exp cell.csv > study.yaml\n"
               "  spikefit fit study.yaml --out run1\n\n"
               "Exit codes: 0 done, 1 the work failed or was interrupted, 2 wrong usage,\n"
               "3 bad input, 4 reading or writing failed, 5 internal error.\n");
}

static void print_command_help(const cli_command *k) {
    printf("usage: ");
    char usage[512];
    snprintf(usage, sizeof usage, "spikefit %s%s%s", k->name, *k->usage ? " " : "", k->usage);
    cli_print_wrapped(stdout, usage, 7, 80);
    printf("\n\n%s\n", k->sentence);
    if (k->help)
        printf("\n%s", k->help);
}

static const cli_command *find(const char *name) {
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static const char *nearest(const char *name) {
    const char *names[N_COMMANDS];
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i]->name;
    return spk_nearest(name, names, N_COMMANDS);
}

static int unknown_command(const char *name) {
    const char *near = nearest(name);
    fprintf(stderr, "error: there is no command '%s'\n  hint: %s%s%s\n", name,
            near ? "did you mean '" : "`spikefit help` lists them", near ? near : "", near ? "'?" : "");
    return 2;
}

static bool wants_help(int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static void look_at_terminal(cli *c) {
    struct winsize size;
    bool terminal = isatty(STDOUT_FILENO);
    const char *lang = setlocale(LC_CTYPE, ""), *columns = getenv("COLUMNS");
    c->colour = terminal && !getenv("NO_COLOR");
    /* Where nothing says otherwise, output that is not a terminal is taken to be read as UTF-8. */
    c->unicode = !terminal || (lang && (strstr(lang, "UTF-8") || strstr(lang, "utf8")));
    if (getenv("SPIKEFIT_ASCII"))
        c->unicode = false;
    c->width = 80;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        c->width = size.ws_col < 120 ? size.ws_col : 120;
    else if (columns && atoi(columns) >= 40)
        c->width = atoi(columns) < 200 ? atoi(columns) : 200;
}

static int run_command(const cli_command *k, int argc, char **argv) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    if (!ctx) {
        fprintf(stderr, "error: out of memory\n");
        return 5;
    }
    interrupted_ctx = ctx;
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    /* A file that grows beyond its limit is an error of writing like any other. */
    signal(SIGXFSZ, SIG_IGN);
    cli c = {.ctx = ctx, .command = k, .argc = argc, .argv = argv};
    look_at_terminal(&c);
    spk_status st = k->run(&c);
    cli_print_diags(&c, 0);
    if (st == SPK_ERR_CANCELLED && !c.failed)
        cli_fail(&c, st, NULL, "interrupted");
    spk_ctx_free(ctx);
    if ((fflush(stdout) != 0 || ferror(stdout)) && !st) {
        fprintf(stderr, "error: writing the output failed\n");
        st = SPK_ERR_IO;
    }
    return spk_status_exit_code(st);
}

int main(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name || strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        const cli_command *k = argc > 2 ? find(argv[2]) : NULL;
        if (argc > 2 && !k)
            return unknown_command(argv[2]);
        if (k)
            print_command_help(k);
        else
            print_help(name ? stdout : stderr);
        return name ? 0 : 2;
    }
    if (strcmp(name, "--version") == 0) {
        printf("spikefit %s\n", SPK_VERSION);
        return 0;
    }
    const cli_command *k = find(name);
    if (!k)
        return unknown_command(name);
    if (wants_help(argc - 2, argv + 2)) {
        print_command_help(k);
        return 0;
    }
    return run_command(k, argc - 2, argv + 2);
}
