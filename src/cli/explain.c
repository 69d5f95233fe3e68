/* spikefit explain: how well the data determine the parameters of a run. */
#include "cli/bootstrap.h"

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

/* The profiles found what the search had not. */
static void print_lower(const spk_result *r) {
    const spk_result_identifiability *y = &r->identifiability;
    char a[32];
    if (y->n && !r->front.n && y->lowest < y->best - 1e-3 * fabs(y->best))
        printf("\nthe search had not ended: a lower loss, %s, was seen on the way;\n"
               "`spikefit fit --resume RUN --extend N` goes on\n",
               cli_number(y->lowest, 4, a));
}

static void print_identifiability(const spk_result *r) {
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
    print_lower(r);
}

void cli_print_determined(const spk_result *r) {
    const spk_result_identifiability *y = &r->identifiability;
    bool any = false;
    char words[2048];
    size_t at = 0;
    for (int d = 0; d < SPK_DETERMINED_COUNT; d++) {
        bool first = true;
        for (size_t i = 0; i < y->n && at < sizeof words; i++) {
            if (y->profile[i].determined != (spk_determined)d)
                continue;
            at += (size_t)snprintf(words + at, sizeof words - at, "%s%s%s",
                                   first ? any ? "; " : "" : ", ",
                                   first ? spk_determined_words((spk_determined)d) : "",
                                   first ? ": " : "");
            if (at < sizeof words)
                at += (size_t)snprintf(words + at, sizeof words - at, "%s",
                                       r->parameter[y->profile[i].parameter].name);
            first = false;
            any = true;
        }
    }
    if (any) {
        printf("\n");
        cli_print_wrapped(stdout, words, 0, 80);
        printf("\n");
    }
    print_lower(r);
}

void cli_print_diagnosis(const spk_result *r) {
    const spk_result_diagnosis *d = &r->diagnosis;
    if (!d->words || !*d->words)
        return;
    printf("\n%s\n", d->poor ? "why the fit is poor, and what to try:" : "what stood out in the search:");
    for (const char *at = d->words; *at;) {
        size_t n = strcspn(at, "\n");
        char line[600];
        snprintf(line, sizeof line, "%.*s", (int)n, at);
        print_sentence(line);
        at += n + (at[n] == '\n');
    }
}

static void print_terms(const spk_result_diagnosis *d) {
    char a[32], b[32], e[32], f[32];
    if (!d->n_terms)
        return;
    printf("\n  %-24s %8s %10s   %s\n", "term of the loss", "weight", "best fit", "over the search");
    for (size_t i = 0; i < d->n_terms; i++) {
        const spk_result_term *t = &d->term[i];
        printf("  %-24s %8s %10s   %s .. %s\n", t->name, cli_number(t->weight, 3, a),
               cli_number(t->best, 4, b), cli_number(t->low, 4, e), cli_number(t->high, 4, f));
    }
}

/* What is missing of what the command tells; *worked_out: whether there was any. */
static spk_status work_out(cli *c, cli_run *r, const spk_bootstrap_options *boot, bool resample,
                           bool *worked_out) {
    spk_status st = SPK_OK;
    *worked_out = resample;
    if (!r->result->identifiability.n || !r->result->diagnosis.n_terms) {
        *worked_out = true;
        st = spk_validate_identifiability(c->ctx, r->problem, boot->threads, r->result);
        if (!st)
            st = spk_validate_diagnosis(c->ctx, r->problem, boot->threads, r->result);
    }
    return !st && resample ? cli_bootstrap(c, r->problem, *boot, r->result) : st;
}

static spk_status print_all(cli *c, const spk_result *r) {
    printf("%s, %s", c->argv[0], spk_result_chosen(r)->name);
    print_identifiability(r);
    spk_status st = cli_print_bootstrap(c, r);
    print_terms(&r->diagnosis);
    cli_print_diagnosis(r);
    return st;
}

static spk_status run_explain(cli *c) {
    int64_t threads = 0, replicates = -1;
    const char *over = NULL;
    const cli_option options[] = {{"--threads", CLI_INT, &threads},
                                  {"--bootstrap", CLI_FLAG_OR_INT, &replicates},
                                  {"--over", CLI_TEXT, &over},
                                  {0}};
    int n;
    spk_bootstrap_options boot = {0};
    spk_status st = cli_parse(c, options, 1, 1, &n);
    if (!st && (threads < 0 || threads > 4096))
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--threads takes 0 (all cores) to 4096");
    if (!st && replicates > 0 && (replicates < 20 || replicates > 10000))
        return cli_fail(c, SPK_ERR_USAGE, "200 are the default", "--bootstrap takes 20 to 10000");
    if (!st && over && replicates < 0)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--over says what --bootstrap draws: give both");
    if (!st)
        st = cli_find_resample(c, over, &boot.over);
    boot.threads = (int)threads;
    boot.replicates = replicates > 0 ? (size_t)replicates : 0;
    cli_run r = {0};
    if (!st)
        st = cli_run_open_cell(c, c->argv[0], &r);
    if (st)
        return st;
    bool worked_out;
    st = work_out(c, &r, &boot, replicates >= 0, &worked_out);
    if (!st && worked_out && !r.result->interrupted)
        st = spk_result_write(c->ctx, r.result, c->argv[0]);
    if (!st)
        st = print_all(c, r.result);
    cli_run_close(c, &r);
    return st;
}

const cli_command cli_explain = {
    .name = "explain",
    .sentence = "say how well the data determine the parameters, and what went wrong",
    .usage = "RUN [--bootstrap[=N] [--over trials|sweeps|blocks]] [--threads N]",
    .help = "A sentence for each parameter: the range in which the training loss stays nearly\n"
            "as good while the others are refitted, what makes up for it, whether it ended at\n"
            "a bound, and whether the search's restarts agree; then the combinations that the\n"
            "data leave open; then the terms of the loss, and what stood out in the search.\n"
            "A fit works this out at its end; for a run that was interrupted it is worked out\n"
            "here.\n\n"
            "  --bootstrap[=N]  standard errors and 95 % intervals as well, from the training\n"
            "                   data resampled N times (200), and keep them in the result\n"
            "  --over WHAT      what is drawn: trials, sweeps, or blocks of time; by default\n"
            "                   trials from five repeats on, sweeps from five, else blocks\n"
            "  --threads N      cores to use; the result does not depend on it\n",
    .run = run_explain,
};
