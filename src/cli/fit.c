/* spikefit fit: the search, its progress, what came out. */
#include "cli/fit.h"
#include <spikefit/validate.h>

#include <math.h>
#include <signal.h>
#include <string.h>

void cli_print_scores(cli *c, const spk_result *r) {
    char a[32], b[32], d[32];
    bool repeats = false;
    (void)c;
    for (size_t i = 0; i < r->n_scores; i++)
        repeats = repeats || !isnan(r->score[i].reliability);
    printf("\n  %-6s %-24s %8s  %s\n", "", "measure", "value",
           repeats ? "95 % interval       repeats themselves" : "95 % interval");
    for (size_t i = 0; i < r->n_scores; i++) {
        const spk_result_score *s = &r->score[i];
        bool first = i == 0 || strcmp(s->part, r->score[i - 1].part) != 0;
        char interval[80] = "", own[32] = "";
        if (!isnan(s->low))
            snprintf(interval, sizeof interval, "%s .. %s", cli_number(s->low, 3, b),
                     cli_number(s->high, 3, d));
        if (!isnan(s->reliability))
            cli_number(s->reliability, 3, own);
        printf("  %-6s %-24s %8s", first ? s->part : "", s->measure, cli_number(s->value, 3, a));
        if (*own)
            printf("  %-18s  %s\n", interval, own);
        else
            printf("%s%s\n", *interval ? "  " : "", interval);
    }
}

/* In the order of what they reach on data that the search did not see; where there is none, of the study. */
static void print_models(const spk_result *r) {
    char a[32], b[32], d[32];
    bool shown[64] = {0};
    if (r->n_models < 2)
        return;
    printf("\n  %-20s %14s %10s  %8s  %s\n", "model", "training loss", "ranked by", "held out",
           "95 % interval");
    for (size_t k = 0; k < r->n_models && k < 64; k++) {
        size_t next = 64;
        for (size_t i = 0; i < r->n_models && i < 64; i++)
            if (!shown[i] && (next == 64 || r->model[i].held_out > r->model[next].held_out))
                next = i;
        const spk_result_model *m = &r->model[next];
        shown[next] = true;
        printf("%s %-20s %14.4f %10.4f  %8s  ", m->chosen ? " *" : "  ", m->name, m->loss, m->selection,
               cli_number(m->held_out, 3, a));
        printf(isnan(m->held_out_low) ? "\n" : "%s .. %s\n", cli_number(m->held_out_low, 3, b),
               cli_number(m->held_out_high, 3, d));
    }
    printf("  (* kept, by the training loss charged for each free parameter; held out: the\n"
           "  coincidence factor on test data, which take no part in the choice)\n");
}

static void print_summary(const spk_result *r) {
    char n[32];
    printf("\n%s: loss %.4f after %s evaluations (%s)\n", spk_result_chosen(r)->name, r->best_loss,
           cli_count(r->evaluations, n), r->interrupted ? "interrupted" : r->stop_reason);
    double all = r->evaluations ? (double)r->evaluations : 1;
    printf("candidates: %.1f %% silent, %.1f %% exploding, %.1f %% not finite\n",
           100 * (double)r->n_silent / all, 100 * (double)r->n_exploding / all,
           100 * (double)r->n_nonfinite / all);
    if (!isnan(r->spike_shift_ms))
        printf("at a quarter of the step its spikes move by %.4f ms; %.1f %% find no partner\n",
               r->spike_shift_ms, 100 * r->spike_shift_unmatched);
}

static spk_status finish(cli *c, spk_setup *setup, spk_result *r, const char *folder, int threads) {
    size_t model;
    spk_problem *p = NULL;
    spk_status st = spk_validate_run(c->ctx, setup, folder, threads, r);
    if (st == SPK_ERR_CANCELLED) { /* the fit itself is done all the same */
        spk_ctx_go_on(c->ctx);
        fprintf(stderr,
                "interrupted: the fit is whole, but not how well its parameters are known%s\n",
                folder ? "; `spikefit explain RUN` works that out" : "");
        st = SPK_OK;
    }
    if (!st)
        st = spk_result_model_index(c->ctx, r, spk_setup_study(setup), &model);
    if (!st)
        st = spk_setup_problem(setup, model, &p);
    if (st)
        return st;
    double values[256];
    if (spk_problem_kernel(p)->n_parameters > 256)
        return cli_fail(c, SPK_ERR_INTERNAL, NULL, "the model has more than 256 parameters");
    st = spk_result_parameters(c->ctx, r, spk_problem_kernel(p), values);
    if (st)
        return st;
    size_t n_test;
    spk_setup_part(setup, SPK_TEST, &n_test);
    cli_page_source source = {.name = folder ? folder : "",
                              .setup = setup,
                              .model = model,
                              .problem = p,
                              .values = values,
                              .history = &r->history,
                              .result = r};
    st = cli_print_comparison(c, &source, n_test ? SPK_TEST : SPK_TRAIN);
    print_models(r);
    cli_print_parameters(c, r);
    cli_print_scores(c, r);
    cli_print_determined(r);
    print_summary(r);
    if (r->diagnosis.poor)
        cli_print_diagnosis(r);
    if (folder)
        printf("result: %s/result.json, %s/result.h5\n"
               "`spikefit explain %s` says how well the data determine each parameter\n",
               folder, folder, folder);
    return st;
}

/* "search: lqcmaes, chosen by auto: the budget is small ..." */
static void describe_search(spk_setup *s, uint64_t budget) {
    const spk_study *y = spk_setup_study(s);
    char words[256];
    spk_problem *p;
    spk_search_choice choice;
    if (!y->method || strcmp(y->method, "auto") != 0 || spk_setup_problem(s, 0, &p))
        return;
    spk_search_space space = {.dim = spk_problem_dim(p),
                              .n_objectives = spk_problem_objectives(p),
                              .noisy = spk_setup_fresh_noise(s, p),
                              .cost_s = spk_problem_cost(p)};
    spk_search_choose(&space, budget, &choice);
    snprintf(words, sizeof words, "%s, chosen by auto: %s", choice.method, choice.why);
    fprintf(stderr, "search: ");
    cli_print_wrapped(stderr, words, 8, 80);
    fprintf(stderr, "\n");
}

static void describe(const spk_setup *s) {
    size_t n_train, n_test;
    char words[256], a[64], b[64];
    const spk_recording *r = spk_setup_recording(s);
    bool detected = false;
    spk_setup_part(s, SPK_TRAIN, &n_train);
    spk_setup_part(s, SPK_TEST, &n_test);
    for (size_t i = 0; i < spk_recording_sweep_count(r); i++)
        detected = detected || spk_recording_sweep(r, i)->spikes_detected;
    spk_detection_print(spk_recording_detection(r), words, sizeof words);
    fprintf(stderr, "data:   %s\nspikes: %s\nsplit:  ", spk_recording_label(r),
            detected ? words : "as the file lists them");
    snprintf(words, sizeof words, "%s; %s to train on, %s to test on", spk_setup_split_words(s),
             cli_counted(n_train, "sweep", NULL, a), cli_counted(n_test, "sweep", NULL, b));
    cli_print_wrapped(stderr, words, 8, 80);
    fprintf(stderr, "\n");
}

static spk_status fit(cli *c, const spk_study *y, const cli_view_options *view, spk_fit_options *o,
                      spk_ranks *ranks) {
    spk_setup *setup = NULL;
    spk_result *r = NULL;
    cli_view *v = NULL;
    cli_watcher w;
    spk_status st = spk_setup_new(c->ctx, y, &setup);
    if (!st)
        st = spk_setup_check(setup);
    if (ranks)
        st = spk_ranks_share(ranks, setup, st, o->threads);
    cli_print_diags(c, 0);
    if (ranks && spk_ranks_rank(ranks) > 0) {
        spk_ranks_close(ranks);
        spk_setup_free(setup);
        return SPK_OK;
    }
    if (!st) {
        describe(setup);
        describe_search(setup, (uint64_t)(o->evaluations > 0 ? o->evaluations : y->evaluations));
        cli_watch_begin(&w, o);
        st = cli_view_begin(c, setup, o->folder ? o->folder : y->path, view, o, &v);
    }
    if (!st) {
        st = spk_fit_run(c->ctx, setup, o, &r);
        cli_view_ended(v, r);
        cli_watch_end(&w);
    }
    if (!st)
        st = finish(c, setup, r, o->folder, o->threads ? o->threads : y->threads);
    st = cli_tell_interrupted(c, r, o->folder, st);
    cli_view_free(v);
    spk_result_free(r);
    spk_ranks_close(ranks);
    spk_setup_free(setup);
    return st;
}

static spk_status fit_cell(cli *c, cli_fit_request *q) {
    spk_study *y = NULL;
    spk_ranks *ranks = NULL;
    spk_status st = q->ranks ? cli_ranks_open(c, &ranks) : SPK_OK;
    if (!st)
        st = cli_fit_open_study(c, q, &y);
    if (q->ranks && !q->o.threads)
        q->o.threads = 1;
    if (!st)
        st = fit(c, y, &q->view, &q->o, ranks);
    else
        spk_ranks_close(ranks);
    spk_study_free(y);
    return st;
}

static spk_status run_request(cli *c, cli_fit_request *q) {
    bool is_network = false;
    spk_status st = q->is_run && q->many ? SPK_OK : cli_fit_is_network(c, q, &is_network);
    if (st)
        return st;
    if (is_network && q->many)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--cells is for studies of single cells");
    if ((q->many || is_network) && (q->view.live || q->view.serve >= 0))
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--live and --serve show the fit of a single cell");
    if (q->many)
        return cli_fit_cells(c, q);
    if (is_network && q->models)
        return cli_fail(c, SPK_ERR_USAGE, NULL, "--models is for studies of single cells");
    if (is_network && q->ranks)
        return cli_fail(c, SPK_ERR_USAGE, "run it without mpirun: it uses the cores of one machine",
                        "fits of networks are not spread over MPI's processes");
    if (is_network)
        return cli_network_fit(c, q);
    return fit_cell(c, q);
}

static spk_status run_fit(cli *c) {
    cli_fit_request q;
    bool silent, ranks = cli_ranks_started(&silent);
    if (silent && (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)))
        return SPK_ERR_IO;
    /* A reader of the output that goes away does not end the search. */
    signal(SIGPIPE, SIG_IGN);
    spk_status st = cli_fit_read_request(c, &q);
    q.ranks = ranks;
    if (!st)
        st = run_request(c, &q);
    cli_fit_free_request(&q);
    return st;
}

const cli_command cli_fit = {
    .name = "fit",
    .sentence = "fit the models of a study to its recording",
    .usage = "STUDY.yaml [--out RUN] [--models A,B,...] [--cells PATTERN] [--shard K/N] "
             "[--evaluations N] [--islands N] [--threads N] [--live] [--serve[=PORT]] | --resume RUN [--extend N]",
    .help = "  --out RUN         folder for the result and the journal\n"
            "  --models A,B,...  fit these in place of the study's\n"
            "  --cells PATTERN   fit the study to each of these files ('cells/*.nwb'), in a\n"
            "                    folder of its own below RUN; a file that ends in .list holds\n"
            "                    a path, or 'name: path', on each line\n"
            "  --shard K/N       only the Kth of N parts of the cells; see `merge`\n"
            "  --evaluations N   candidates to try for each model, in place of the study's\n"
            "  --islands N       searches side by side that share the evaluations: work for\n"
            "                    more cores, more starts; in place of the study's\n"
            "  --resume RUN      go on with a run after Ctrl-C or a crash, to the same bits;\n"
            "                    cells that failed are tried again. With STUDY and --out: if\n"
            "                    it is the same study\n"
            "  --extend N        the same with N more candidates for each model\n"
            "  --live            draw the best trace, raster and convergence in the terminal\n"
            "                    as the search goes\n"
            "  --serve[=PORT]    the same and more as a page on this computer alone, at the\n"
            "                    address that is printed; it ends with the fit\n"
            "  --threads N       cores to use; changes no bit of the result\n"
            "\nCtrl-C stops cleanly and keeps the best. Under `mpirun -n N`, N processes share\n"
            "the candidates of a fit (give it islands to keep many busy), or the cells.\n",
    .run = run_fit,
};
