/* spikefit explain: how well the data determine the parameters of a run. */
#include "cli/cli.h"
#include <spikefit/validate.h>

#include <math.h>
#include <string.h>

static void print_sentence(const char *text) {
    printf("  ");
    cli_print_wrapped(stdout, text, 4, 80);
    printf("\n");
}

/* Directions in which parameters can go at least twice as far as alone, five at most. */
static void print_directions(const spk_result_identifiability *y) {
    size_t n = 0;
    while (n < y->n_directions && n < 5 && y->direction[n].width >= 2)
        n++;
    if (!y->n_directions)
        return;
    printf("\n%s\n", n ? "what the data leave open:"
                       : "no combination of parameters is left much more open than each alone");
    for (size_t i = 0; i < n; i++)
        print_sentence(y->direction[i].sentence);
    printf("what they determine best:\n");
    print_sentence(y->direction[y->n_directions - 1].sentence);
}

void cli_print_identifiability(const spk_result *r) {
    const spk_result_identifiability *y = &r->identifiability;
    char a[32], b[32];
    if (!y->n)
        return;
    printf("\nnearly as good: a training loss up to %s (best: %s)\n", cli_number(y->limit, 4, a),
           cli_number(y->best, 4, b));
    for (size_t i = 0; i < y->n; i++)
        print_sentence(y->profile[i].sentence);
    print_directions(y);
    if (y->starts > 1)
        printf("\n%llu of %llu starts of the search came as far\n",
               (unsigned long long)y->starts_near, (unsigned long long)y->starts);
    if (!r->front.n && y->lowest < y->best - 1e-3 * fabs(y->best))
        printf("\nthe search had not ended: a lower loss, %s, was seen on the way;\n"
               "`--resume --evaluations N` goes on\n",
               cli_number(y->lowest, 4, a));
}

static spk_status run_explain(cli *c) {
    int64_t threads = 0;
    const cli_option options[] = {{"--threads", CLI_INT, &threads}, {0}};
    int n;
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (!st && (threads < 0 || threads > 4096))
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--threads takes 0 (all cores) to 4096");
    cli_run r = {0};
    if (!st)
        st = cli_run_open_cell(c, c->argv[0], &r);
    if (st)
        return st;
    if (!r.result->identifiability.n) {
        st = spk_validate_identifiability(c->ctx, r.problem, (int)threads, r.result);
        if (!st && !r.result->interrupted)
            st = spk_result_write(c->ctx, r.result, c->argv[0]);
    }
    if (!st) {
        printf("%s, %s", c->argv[0], spk_result_chosen(r.result)->name);
        cli_print_identifiability(r.result);
    }
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_explain = {
    .name = "explain",
    .sentence = "say how well the data determine the parameters of a run",
    .usage = "RUN [--threads N]",
    .help = "A sentence for each parameter: the range in which the training loss stays nearly\n"
            "as good while the others are refitted, what makes up for it, whether it ended at\n"
            "a bound, and whether the search's restarts agree; then the combinations that the\n"
            "data leave open. A fit works this out at its end; for a run that was interrupted\n"
            "it is worked out here.\n\n"
            "  --threads N   cores to use; the result does not depend on it\n",
    .run = run_explain,
};
