/* A running fit, shown: what is due, to the terminal and to the page. */
#include "cli/view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Showing may take a tenth of the time, and is worth it a few times a second. */
static const double least_pause_s = 0.25, pause_per_cost = 10;
/* How long the end waits for a page to ask for the last state. */
static const double patience_s = 2;

struct cli_view {
    cli *c;
    spk_setup *setup;
    const char *name;
    bool live;
    cli_server *server;
    cli_screen screen;
    double due_s; /* not before */
    uint64_t version;
    void (*inner)(void *user, const spk_fit_progress *p);
    void *inner_user;
};

double cli_now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void write_words(const spk_fit_progress *p, char *buf, size_t size) {
    char budget[32], elapsed[32], left[32];
    snprintf(buf, size, "%.40s  %.0f %% of %s  loss %.4f  %s, %s left", p->model_name,
             100 * (double)p->evaluations / (double)p->budget, cli_count(p->budget, budget),
             p->best, cli_seconds(p->elapsed_s, elapsed), cli_seconds(p->left_s, left));
}

static spk_status publish(cli_view *v, const spk_report_data *d, const char *words, bool ended) {
    spk_ctx *ctx = v->c->ctx;
    spk_report_live live = {.version = ++v->version, .ended = ended, .words = words};
    char *html = NULL, *json = NULL;
    size_t html_length, json_length;
    spk_status st = spk_report_live_html(ctx, d, &live, &html, &html_length);
    if (!st)
        st = spk_report_live_state(ctx, d, &live, &json, &json_length);
    if (!st)
        st = cli_server_publish(v->server, v->version, html, html_length, json, json_length);
    spk_report_free(ctx, html);
    spk_report_free(ctx, json);
    return st;
}

static void show(cli_view *v, const cli_page_source *source, const char *words, bool ended) {
    cli_page *page = NULL;
    size_t diags = spk_ctx_diag_count(v->c->ctx);
    spk_status st = cli_page_new(v->c, source, CLI_PAGE_GLANCE, &page);
    if (!st && v->live && !ended)
        st = cli_screen_draw(v->c, &v->screen, cli_page_data(page), words);
    if (!st && v->server && source->history->n > 1)
        st = publish(v, cli_page_data(page), words, ended);
    /* What could not be shown now is shown the next time; a fit does not fail for it. */
    spk_ctx_diag_truncate(v->c->ctx, diags);
    cli_page_free(page);
}

static void on_progress(void *user, const spk_fit_progress *p) {
    cli_view *v = user;
    char words[256];
    double begin = cli_now_s();
    if (!v->live && v->inner)
        v->inner(v->inner_user, p);
    if (begin < v->due_s || spk_ctx_cancelled(v->c->ctx) || !isfinite(p->best))
        return;
    write_words(p, words, sizeof words);
    cli_page_source source = {.name = v->name,
                              .setup = v->setup,
                              .model = p->model,
                              .problem = p->problem,
                              .values = p->best_values,
                              .history = p->history,
                              .tally = p->tally};
    show(v, &source, words, false);
    double end = cli_now_s();
    v->due_s = end + fmax(least_pause_s, pause_per_cost * (end - begin));
}

spk_status cli_view_begin(cli *c, spk_setup *setup, const char *name, const cli_view_options *want,
                          spk_fit_options *o, cli_view **out) {
    bool live = want->live && isatty(STDOUT_FILENO);
    *out = NULL;
    if (!live && want->serve < 0)
        return SPK_OK;
    cli_view *v = calloc(1, sizeof *v);
    if (!v)
        return cli_fail(c, SPK_ERR_MEMORY, NULL, "out of memory");
    *v = (cli_view){.c = c,
                    .setup = setup,
                    .name = name,
                    .live = live,
                    .inner = o->progress,
                    .inner_user = o->user};
    spk_status st = want->serve >= 0 ? cli_server_start(c, (int)want->serve, &v->server) : SPK_OK;
    if (st) {
        cli_view_free(v);
        return st;
    }
    if (v->server)
        fprintf(stderr, "page:   %s\n", cli_server_address(v->server));
    o->progress = on_progress;
    o->user = v;
    *out = v;
    return SPK_OK;
}

void cli_view_ended(cli_view *v, const spk_result *r) {
    if (!v)
        return;
    if (v->live)
        cli_screen_clear(&v->screen);
    size_t model;
    spk_problem *p = NULL;
    char words[256], n[32];
    if (!v->server || !r ||
        spk_result_model_index(v->c->ctx, r, spk_setup_study(v->setup), &model) ||
        spk_setup_problem(v->setup, model, &p))
        return;
    double *values = calloc(spk_problem_kernel(p)->n_parameters + 1, sizeof *values);
    if (values && !spk_result_parameters(v->c->ctx, r, spk_problem_kernel(p), values)) {
        snprintf(words, sizeof words,
                 "%.40s  ended after %s evaluations: loss %.4f. `spikefit report` shows it all.",
                 spk_result_chosen(r)->name, cli_count(r->evaluations, n), r->best_loss);
        cli_page_source source = {
            .name = v->name,
            .setup = v->setup,
            .model = model,
            .problem = p,
            .values = values,
            .history = &r->history,
            .tally = {r->evaluations, r->n_silent, r->n_exploding, r->n_nonfinite}};
        show(v, &source, words, true);
    }
    free(values);
}

void cli_view_free(cli_view *v) {
    if (!v)
        return;
    double until = cli_now_s() + patience_s;
    while (v->server && cli_server_awaited(v->server, patience_s, v->version) &&
           cli_now_s() < until)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    cli_server_stop(v->server);
    free(v);
}
