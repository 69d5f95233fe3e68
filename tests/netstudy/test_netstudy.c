/* Network studies from text to a fit. */
#include "test.h"
#include <spikefit/netfit.h>

static const char ladder[] =
    "populations:\n"
    "  cells: {model: izhikevich, size: 40, V_m: {uniform: [-75 mV, -60 mV]}}\n"
    "projections:\n"
    "  graph: {from: cells, to: cells, rule: circular_ladder, rungs: n, weight: 6}\n"
    "inputs:\n"
    "  drive: {to: cells, constant: {uniform: [4, 8]}}\n"
    "simulation: {duration: 300 ms, dt: 1 ms, integrator: euler}\n"
    "fit: {n: [3, 20]}\n"
    "data: {truth: {n: 13}}\n"
    "search: {evaluations: 120}\n";

static spk_netstudy *parse(spk_ctx *ctx, const char *text) {
    spk_netstudy *s = NULL;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk_netstudy_parse(ctx, "study.yaml", text, strlen(text), &s);
    return st ? NULL : s;
}

TEST(the_size_of_a_ladder_is_found) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_netstudy *s = parse(ctx, ladder);
    print_diags(ctx);
    REQUIRE(s != NULL);
    CHECK(spk_netstudy_free_count(s) == 1 && spk_netstudy_has_data(s));
    spk_fit_options o = {.threads = 1};
    spk_result *r = NULL;
    REQUIRE(spk_netfit_run(ctx, s, &o, &r) == SPK_OK);
    CHECK(r->kind == SPK_RESULT_NETWORK && r->n_parameters == 1);
    CHECK(r->parameter[0].value == 13 && r->best_loss == 0);
    spk_result_free(r);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
}

/* The truth costs nothing, and threads change no bit. */
TEST(losses_do_not_depend_on_threads) {
    static const char text[] =
        "populations:\n"
        "  E: {model: izhikevich, size: 80, d: 8}\n"
        "  I: {model: izhikevich, size: 20, a: 0.1, d: 2}\n"
        "projections:\n"
        "  EE: {from: E, to: E, rule: pairwise_bernoulli, p: p, weight: {uniform: [0, sigma]}}\n"
        "  EI: {from: E, to: I, rule: pairwise_bernoulli, p: p, weight: {uniform: [0, 1]}}\n"
        "  IE: {from: I, to: E, rule: pairwise_bernoulli, p: 0.5, weight: {uniform: [0, -1]}}\n"
        "inputs: {drive: {to: E, constant: {uniform: [8 pA, 12 pA]}}}\n"
        "simulation: {duration: 200 ms, dt: 1 ms, integrator: euler}\n"
        "fit: {p: [0, 1], sigma: [0, 2]}\n"
        "data: {truth: {p: 0.75, sigma: 1}}\n"
        "loss: {spike_distance: 1, rate_error: 0.2, lv: {weight: 0.5}, rate: 1}\n";
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_netstudy *s = parse(ctx, text);
    print_diags(ctx);
    REQUIRE(s != NULL);
    enum { N = 12 };
    double x[2 * N], one[N], many[N];
    for (int i = 0; i < N; i++) {
        x[2 * i] = i ? i / (double)N : 0.75;
        x[2 * i + 1] = i ? 1 - i / (double)N : 0.5;
    }
    CHECK(spk_netstudy_evaluate(s, x, N, 0, 1, one, NULL) == SPK_OK);
    CHECK(spk_netstudy_evaluate(s, x, N, 0, 3, many, NULL) == SPK_OK);
    CHECK(!memcmp(one, many, sizeof one));
    CHECK(one[0] == 0);
    for (int i = 1; i < N; i++)
        CHECK(one[i] > 0 && isfinite(one[i]));
    spk_outcome o;
    spk_recording *r = NULL;
    CHECK(spk_netstudy_simulate(s, (const double[]){0.75, 1}, NULL, &o, &r) == SPK_OK);
    CHECK(r && spk_recording_sweep_count(r) == 100);
    size_t n;
    const spk_train *data = spk_netstudy_data(s, SPK_TRAIN, 1, &n);
    CHECK(n == 20);
    for (size_t i = 0; r && i < n; i++)
        CHECK(data[i].n == spk_train_window(spk_recording_sweep(r, 80 + i)->spikes, 0, 199.5).n);
    spk_recording_free(r);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
}

static void check_error(const char *text, int line, const char *part) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(parse(ctx, text) == NULL);
    bool found = false;
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        const spk_diag *d = spk_ctx_diag(ctx, i);
        found = found || (strstr(d->message, part) && d->loc.line == line);
    }
    if (!found) {
        printf("# no '%s' in line %d\n", part, line);
        print_diags(ctx);
    }
    CHECK(found);
    spk_ctx_free(ctx);
}

#define CELLS "populations: {E: {model: izhikevich, size: 10}}\n"

TEST(mistakes_are_located) {
    check_error(CELLS "projections:\n  EE: {from: E, to: F}\nvalues: {q: 1}\ndata: {truth: {}}\n",
                3, "there is no population 'F'");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, rule: pairwise_bernoulli, p: 1.5}\n"
                      "data: {truth: {}}\n",
                3, "outside 0 to 1");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, delay: 0.01 ms}\ndata: {truth: {}}\n",
                3, "below the step");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, weight: wee}\nfit: {w_ee: [0, 1]}\n", 3,
                "there is no number 'wee'");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, weight: 3 pA}\n", 3,
                "the weight must be in mV, not in pA");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, weight: w}\nfit: {w: [0 pA, 9 pA]}\n",
                3, "the weight is in mV, but w is in pA");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, rule: fixed_degree}\n", 3,
                "there is no connection rule");
    check_error(CELLS "projections:\n  EE: {from: E, to: E, q: 3}\n", 3, "q");
    check_error("populations:\n  E: {model: izhikevich, size: 10, aa: 3}\ndata: {truth: {}}\n", 2,
                "no parameter or state \"aa\"");
    check_error(CELLS "fit: {a: [1, 0]}\n", 2, "wrong order");
    check_error(CELLS "inputs: {d: {to: E}}\n", 2, "has no kind");
    check_error(CELLS "loss: {spike_distanc: 1}\n", 2, "spike_distanc");
}

/* A search goes to its bounds: a weight of 0 has no sign to choose a port by. */
/* 50 sources of 20 Hz on 100 cells: 100,000 events in a second at probability 1, a nanosecond each. */
TEST(what_an_evaluation_takes_grows_with_events) {
    static const char text[] =
        "populations: {S: {size: 50, rate: 20 Hz}, E: {model: izhikevich, size: 100}}\n"
        "projections: {SE: {from: S, to: E, rule: pairwise_bernoulli, p: %g, weight: w}}\n"
        "simulation: {duration: %g ms, dt: 1 ms, integrator: euler}\n"
        "fit: {w: [0, 1]}\n"
        "data: {truth: {w: 0}}\n";
    static const double cases[][2] = {{0, 1000}, {1, 1000}, {1, 2000}};
    spk_ctx *ctx = spk_ctx_new(NULL);
    double cost[3] = {0};
    for (size_t i = 0; i < 3; i++) {
        char study[1000];
        snprintf(study, sizeof study, text, cases[i][0], cases[i][1]);
        spk_netstudy *s = parse(ctx, study);
        print_diags(ctx);
        REQUIRE(s != NULL);
        CHECK(spk_netstudy_cost(s, &cost[i]) == SPK_OK);
        spk_netstudy_free(s);
    }
    CHECK(cost[0] > 0 && fabs(cost[1] - cost[0] - 1e-4) < 1e-9);
    CHECK(fabs(cost[2] - 2 * cost[1]) < 1e-9);
    spk_ctx_free(ctx);
}

TEST(a_weight_of_0_goes_to_any_port) {
    static const char text[] = "populations: {E: {model: iaf_psc_alpha, size: 10}}\n"
                               "projections:\n"
                               "  a: {from: E, to: E, weight: w}\n"
                               "  b: {from: E, to: E, weight: {uniform: [0, w]}}\n"
                               "  c: {from: E, to: E, weight: 5, scale: w}\n"
                               "simulation: {duration: 10 ms}\n"
                               "fit: {w: [0, 10]}\n"
                               "data: {truth: {w: 4}}\n";
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_netstudy *s = parse(ctx, text);
    REQUIRE(s != NULL);
    spk_outcome o;
    spk_recording *r = NULL;
    spk_status st = spk_netstudy_simulate(s, (const double[]){0}, NULL, &o, &r);
    print_diags(ctx);
    CHECK(st == SPK_OK);
    spk_recording_free(r);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
}

#define TRUTH "data: {truth: {}"

static void check_parts(const char *text, double train_stop, double test_start, double test_stop) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_netstudy *s = parse(ctx, text);
    print_diags(ctx);
    REQUIRE(s != NULL);
    double start, stop;
    CHECK(spk_netstudy_part(s, SPK_TRAIN, &start, &stop));
    CHECK(start == 20 && stop == train_stop);
    CHECK(spk_netstudy_part(s, SPK_TEST, &start, &stop) == (test_stop > 0));
    CHECK(start == test_start && stop == test_stop);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
}

#define DRIVEN CELLS "inputs: {d: {to: E, constant: 10}}\n"
#define LONG "simulation: {duration: 120 ms, warmup: 20 ms, dt: 1 ms, integrator: euler}\n"

/* A truth is run on for as long again, a recording divided 60 to 40 behind the warm-up. */
TEST(train_and_test_are_divided) {
    check_parts(DRIVEN LONG "data: {truth: {}}\n", 120, 120, 220);
    check_parts(DRIVEN LONG TRUTH ", train: {}}\n", 120, 0, 0);
    check_parts(DRIVEN LONG TRUTH
                ", train: {window: [20 ms, 70 ms]}, test: {window: [70 ms, 90 ms]}}\n",
                70, 70, 90);
    FILE *f = fopen("net_test_E.txt", "w");
    REQUIRE(f != NULL);
    fputs("# ms\n# stop: 120 ms\n30 60 90 110\n40 80 100 115\n", f);
    fclose(f);
    check_parts(DRIVEN LONG "data: {E: net_test_E.txt}\n", 80, 80, 120);
    check_parts(DRIVEN LONG "data: {E: net_test_E.txt, test: {E: net_test_E.txt}}\n", 120, 20, 120);
    unlink("net_test_E.txt");
    check_error(DRIVEN TRUTH ", train: {window: [0 ms, 80 ms]}, test: {window: [70 ms, 90 ms]}}\n",
                3, "share time");
    check_error(DRIVEN TRUTH ", test: {window: [70 ms, 90 ms]}}\n", 3, "no training data");
    check_error(DRIVEN TRUTH ", train: {window: [80 ms, 70 ms]}}\n", 3, "no window");
    check_error(DRIVEN TRUTH ", train: {windows: [0 ms, 70 ms]}}\n", 3, "windows");
    check_error(DRIVEN TRUTH "}\nsearch: {method: lshad}\n", 4,
                "there is no search method 'lshad'");
    check_error(DRIVEN TRUTH "}\nsearch: {method: cmaes, sigm: 1}\n", 4, "sigm");
}

static spk_status parse_one(spk_ctx *ctx) {
    spk_netstudy *s = NULL;
    double x = 0.4, loss;
    spk_status st = spk_netstudy_parse(ctx, "study.yaml", ladder, sizeof ladder - 1, &s);
    if (!st)
        st = spk_netstudy_evaluate(s, &x, 1, 0, 1, &loss, NULL);
    spk_netstudy_free(s);
    return st;
}

TEST(a_study_without_memory_is_given_up_cleanly) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    CHECK(parse_one(ctx) == SPK_OK);
    spk_ctx_free(ctx);
    for (long n = 0; n < 4000; n += 7) {
        test_memory m = {.fail_at = n};
        spk_allocator a = {test__realloc, test__free, &m};
        ctx = spk_ctx_new(&a);
        if (!ctx)
            continue;
        spk_status st = parse_one(ctx);
        spk_ctx_free(ctx);
        CHECK(st == SPK_ERR_MEMORY || st == SPK_OK);
        CHECK(m.live == 0);
        if (st == SPK_OK)
            break;
    }
}

int main(void) {
    RUN(the_size_of_a_ladder_is_found);
    RUN(losses_do_not_depend_on_threads);
    RUN(mistakes_are_located);
    RUN(train_and_test_are_divided);
    RUN(what_an_evaluation_takes_grows_with_events);
    RUN(a_weight_of_0_goes_to_any_port);
    RUN(a_study_without_memory_is_given_up_cleanly);
    return test_end();
}
