/* The progress of a fit, on standard error. */
#include "cli/fit.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What runs, how far, how good, how long, what fails. */
static void write_progress(const spk_fit_progress *p, char *buf, size_t size) {
    char budget[32], elapsed[32], left[32];
    const spk_tally *t = &p->tally;
    double n = t->evaluations ? (double)t->evaluations : 1;
    size_t at = 0;
    if (p->n_models > 1)
        at = (size_t)snprintf(buf, size, "%zu/%zu ", p->model + 1, p->n_models);
    at += (size_t)snprintf(buf + at, size - at, "%.24s  %3.0f %% of %s  loss %.4f  %s, %s left",
                           p->model_name, 100 * (double)p->evaluations / (double)p->budget,
                           cli_count(p->budget, budget), p->best,
                           cli_seconds(p->elapsed_s, elapsed), cli_seconds(p->left_s, left));
    const struct {
        uint64_t n;
        const char *word;
    } failures[] = {{t->silent, "silent"}, {t->exploding + t->nonfinite, "exploding"}};
    for (size_t i = 0; i < 2 && at < size; i++)
        if ((double)failures[i].n >= 0.005 * n)
            at += (size_t)snprintf(buf + at, size - at, "  %.0f %% %s",
                                   100 * (double)failures[i].n / n, failures[i].word);
}

static void on_progress(void *user, const spk_fit_progress *p) {
    cli_watcher *w = user;
    char line[256];
    if (w->terminal) {
        if (p->elapsed_s - w->last_s < 0.1 && p->model == w->model)
            return;
        write_progress(p, line, sizeof line);
        fprintf(stderr, "\r\033[K%.*s", w->width - 1, line);
        fflush(stderr);
    } else {
        double part = (double)p->evaluations / (double)p->budget;
        if (p->model == w->model && part - w->last_part < 0.1 && w->last_part >= 0)
            return;
        w->last_part = part;
        write_progress(p, line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    w->model = p->model;
    w->last_s = p->elapsed_s;
}

int cli_width_of_errors(void) {
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

void cli_watch_begin(cli_watcher *w, spk_fit_options *o) {
    *w = (cli_watcher){.terminal = isatty(STDERR_FILENO),
                       .width = cli_width_of_errors(),
                       .last_part = -1,
                       .model = SIZE_MAX};
    o->progress = on_progress;
    o->user = w;
}

void cli_watch_end(const cli_watcher *w) {
    if (w->terminal)
        fprintf(stderr, "\r\033[K");
}

spk_status cli_tell_interrupted(cli *c, const spk_result *r, const char *folder, spk_status st) {
    if (st || !r->interrupted)
        return st;
    return cli_fail(c, SPK_ERR_CANCELLED,
                    !folder            ? NULL
                    : r->posterior.n ? "`spikefit posterior --resume RUN` goes on from here"
                                       : "`spikefit fit --resume` goes on from here",
                    "interrupted after %llu evaluations; the best so far is kept",
                    (unsigned long long)r->evaluations);
}
