/* The parameters' standard errors and intervals of a bootstrap: worked out, with progress, and
 * printed. */
#include "cli/bootstrap.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- working it out ---- */

typedef struct {
    bool terminal;
    uint64_t shown; /* tenths of the way that were told */
} progress;

static void on_progress(void *user, uint64_t evaluations, uint64_t most) {
    progress *p = user;
    char a[32], b[32];
    uint64_t tenth = most ? 10 * evaluations / most : 0;
    if (!p->terminal && tenth <= p->shown)
        return;
    p->shown = tenth;
    fprintf(stderr, "%sbootstrap: %s of at most %s candidates%s", p->terminal ? "\r\033[K" : "",
            cli_count(evaluations, a), cli_count(most, b), p->terminal ? "" : "\n");
    fflush(stderr);
}

spk_status cli_find_resample(cli *c, const char *word, spk_resample *out) {
    for (int i = 0; word && i < SPK_RESAMPLE_COUNT; i++)
        if (strcmp(word, spk_resample_word((spk_resample)i)) == 0) {
            *out = (spk_resample)i;
            return SPK_OK;
        }
    *out = SPK_RESAMPLE_AUTO;
    return word ? cli_fail(c, SPK_ERR_USAGE, NULL,
                           "--over takes trials, sweeps or blocks, not '%s'", word)
                : SPK_OK;
}

spk_status cli_bootstrap(cli *c, spk_problem *p, spk_bootstrap_options o, spk_result *r) {
    progress w = {.terminal = isatty(STDERR_FILENO)};
    o.progress = on_progress;
    o.user = &w;
    spk_status st = spk_validate_bootstrap(c->ctx, p, &o, r);
    if (w.terminal)
        fprintf(stderr, "\r\033[K");
    return st;
}

/* ---- printing it ---- */

static void print_correlations(const spk_result *r) {
    const spk_result_bootstrap *y = &r->bootstrap;
    char words[4096];
    size_t at = 0;
    for (size_t i = 0; i < y->dim; i++)
        for (size_t j = i + 1; j < y->dim && at < sizeof words; j++) {
            double rho = spk_result_bootstrap_correlation(y, i, j);
            if (fabs(rho) >= 0.5)
                at += (size_t)snprintf(
                    words + at, sizeof words - at, "%s%s and %s %.2f",
                    at ? ", " : "correlations: ", r->parameter[y->parameter[i]].name,
                    r->parameter[y->parameter[j]].name, rho);
        }
    cli_print_wrapped(stdout, at ? words : "no two are correlated by more than 0.5", 0, 80);
    printf("\n");
}

static void print_heading(const spk_result_bootstrap *y) {
    char a[64], words[320];
    int n = snprintf(words, sizeof words, "%s of the training data, resampled over ",
                     cli_counted(y->n, "replicate", NULL, a));
    if (isfinite(y->block_ms))
        snprintf(words + n, sizeof words - (size_t)n,
                 "%llu blocks of time of about %.0f ms:", (unsigned long long)y->units,
                 y->block_ms);
    else
        snprintf(words + n, sizeof words - (size_t)n, "%llu %s:", (unsigned long long)y->units,
                 y->over);
    printf("\n");
    cli_print_wrapped(stdout, words, 0, 80);
    printf("\n");
}

spk_status cli_print_bootstrap(cli *c, const spk_result *r) {
    const spk_result_bootstrap *y = &r->bootstrap;
    char a[32], b[32], d[32], e[32], range[80];
    if (!y->n)
        return SPK_OK;
    print_heading(y);
    printf("  %-12s %10s %14s  %-23s %s\n", "parameter", "value", "standard error", "95 % interval",
           "unit");
    for (size_t i = 0; i < y->dim; i++) {
        const spk_result_parameter *p = &r->parameter[y->parameter[i]];
        double low, high;
        spk_status st = spk_result_bootstrap_range(c->ctx, y, i, 0.95, &low, &high);
        if (st)
            return st;
        snprintf(range, sizeof range, "%s .. %s", cli_number(low, 4, d), cli_number(high, 4, e));
        printf("  %-12s %10s %14s  %-23s %s\n", p->name, cli_number(p->value, 4, a),
               cli_number(spk_result_bootstrap_error(y, i), 3, b), range,
               strcmp(p->unit, "1") == 0 ? "" : p->unit);
    }
    print_correlations(r);
    if (!y->settled)
        printf("the replicates' minima were still falling when the evaluations were used up: the\n"
               "intervals may be too narrow\n");
    return SPK_OK;
}
