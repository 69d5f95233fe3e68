/* Network fits: numbers recovered under wiring that the search does not know, what cannot be told
 * apart, what explodes. */
#include "test.h"
#include <spikefit/netfit.h>

#define CELLS                                                                                      \
    "populations:\n"                                                                               \
    "  E: {model: izhikevich, size: 80, d: 8}\n"                                                   \
    "  I: {model: izhikevich, size: 20, a: 0.1, d: 2}\n"                                           \
    "projections:\n"                                                                               \
    "  EE: {from: E, to: E, rule: pairwise_bernoulli, p: p_ee, weight: {uniform: [0, s_ee]}}\n"    \
    "  EI: {from: E, to: I, rule: pairwise_bernoulli, p: p_ei, weight: {uniform: [0, s_ei]}}\n"    \
    "  IE: {from: I, to: E, rule: pairwise_bernoulli, p: 0.5, weight: {uniform: [0, -1]}}\n"       \
    "inputs: {drive: {to: E, constant: {uniform: [9 pA, 13 pA]}}}\n"                               \
    "fit: {s_ee: [0, 2], p_ee: [0, 1], s_ei: [0, 12], p_ei: [0, 1]}\n"

static spk_result *fit(spk_ctx *ctx, const char *text) {
    spk_netstudy *s = NULL;
    spk_result *r = NULL;
    spk_fit_options o = {.threads = 1};
    if (!spk_netstudy_parse(ctx, "study.yaml", text, strlen(text), &s))
        spk_netfit_run(ctx, s, &o, &r);
    spk_netstudy_free(s);
    print_diags(ctx);
    return r;
}

/* The truth has wiring 11; the search draws its own in each generation. The mean inputs are 1 * 0.7
 * and 6 * 0.7. */
TEST(mean_inputs_are_recovered_under_unknown_wiring) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r =
        fit(ctx, CELLS "simulation: {duration: 1000 ms, dt: 1 ms, integrator: euler}\n"
                       "data: {truth: {s_ee: 1, p_ee: 0.7, s_ei: 6, p_ei: 0.7}, wiring_seed: 11}\n"
                       "loss: {rate: 1, cv: 1, lv: 1, correlation: 1, power_spectrum: 1}\n"
                       "search: {evaluations: 1500}\n"
                       "redraw: true\n");
    REQUIRE(r != NULL && r->n_pairs == 2);
    static const double truth[] = {0.7, 4.2};
    for (int i = 0; i < 2; i++) {
        const spk_result_pair *p = &r->pair[i];
        printf("# %s * %s = %.3f (%.3f to %.3f), %s %.2f to %.2f\n", p->a, p->b, p->product,
               p->product_low, p->product_high, p->a, p->a_low, p->a_high);
        CHECK(fabs(p->product / truth[i] - 1) < 0.1);
        CHECK(p->product_low < truth[i] && truth[i] < p->product_high);
        /* the factors are known less well: their ratio changes by the square of one's range */
        CHECK(p->a_high / p->a_low > p->product_high / p->product_low);
    }
    CHECK_STR(r->method, "cmaes"); /* which takes account of noise */
    spk_result_free(r);
    spk_ctx_free(ctx);
}

/* Matching trains under the truth's own wiring: a synapse more or less shows. */
TEST(known_wiring_tells_weight_and_density_apart) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = fit(ctx, CELLS "simulation: {duration: 400 ms, dt: 1 ms, integrator: euler}\n"
                                   "data: {truth: {s_ee: 1, p_ee: 0.7, s_ei: 6, p_ei: 0.7}}\n"
                                   "search: {evaluations: 4000}\n");
    REQUIRE(r != NULL && r->n_pairs == 2);
    const spk_result_pair *p = &r->pair[0];
    printf("# s_ee %.3f (%.3f to %.3f)\n", r->parameter[0].value, p->a_low, p->a_high);
    CHECK_NEAR(r->parameter[0].value, 1, 0.02);
    CHECK_NEAR(r->parameter[1].value, 0.7, 0.02);
    CHECK(p->a_high / p->a_low < 1.2);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

/* Strong recurrent excitation and a spike budget of 60 Hz. */
TEST(exploding_networks_are_stopped_scored_and_counted) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static const char text[] =
        "populations: {E: {model: izhikevich, size: 50, d: 2}}\n"
        "projections: {EE: {from: E, to: E, rule: pairwise_bernoulli, p: 0.5, weight: w}}\n"
        "inputs: {drive: {to: E, constant: {uniform: [8 pA, 12 pA]}}}\n"
        "simulation: {duration: 200 ms, dt: 1 ms, integrator: euler, max_rate: 60 Hz}\n"
        "fit: {w: [0, 40]}\n"
        "data: {truth: {w: 0.1}}\n"
        "loss: {rate: 1}\n"
        "search: {evaluations: 60}\n";
    spk_netstudy *s = NULL;
    REQUIRE(spk_netstudy_parse(ctx, "study.yaml", text, strlen(text), &s) == SPK_OK);
    double x[] = {0.0025, 0.5, 1}, loss[3];
    spk_tally tally = {0};
    CHECK(spk_netstudy_evaluate(s, x, 3, 0, 1, loss, &tally) == SPK_OK);
    CHECK(tally.evaluations == 3 && tally.exploding == 2 && tally.nonfinite == 0);
    CHECK(loss[0] == 0 && loss[1] > 1e6 && loss[2] >= loss[1]); /* the sooner, the worse */
    spk_netstudy_free(s);
    spk_result *r = fit(ctx, text);
    REQUIRE(r != NULL);
    CHECK(r->n_exploding > 0 && r->n_exploding < r->evaluations && r->best_loss < 1);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

/* Wiring 0 is the study's; others differ from it, and each is always the same. */
TEST(a_wiring_is_a_function_of_its_number) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    static const char text[] = CELLS "simulation: {duration: 100 ms, dt: 1 ms, integrator: euler}\n"
                                     "data: {truth: {s_ee: 1, p_ee: 0.7, s_ei: 6, p_ei: 0.7}}\n";
    spk_netstudy *s = NULL;
    REQUIRE(spk_netstudy_parse(ctx, "study.yaml", text, strlen(text), &s) == SPK_OK);
    static const uint64_t wiring[] = {0, 1, 2, 1, 0};
    double truth[] = {0.5, 0.7, 0.5, 0.7}, loss[5];
    for (int i = 0; i < 5; i++)
        CHECK(spk_netstudy_evaluate(s, truth, 1, wiring[i], 1, &loss[i], NULL) == SPK_OK);
    CHECK(loss[0] == 0 && loss[4] == 0 && loss[1] > 0);
    CHECK(loss[1] == loss[3] && loss[1] != loss[2]);
    spk_netstudy_free(s);
    spk_ctx_free(ctx);
}

static spk_status fit_once(spk_ctx *ctx) {
    static const char text[] =
        "populations: {E: {model: izhikevich, size: 4}}\n"
        "projections: {EE: {from: E, to: E, rule: pairwise_bernoulli, p: p, weight: w}}\n"
        "inputs: {drive: {to: E, constant: 10}}\n"
        "simulation: {duration: 50 ms, dt: 1 ms, integrator: euler}\n"
        "fit: {w: [0, 5], p: [0, 1]}\n"
        "data: {truth: {w: 2, p: 0.5}}\n"
        "search: {method: random, evaluations: 4}\n";
    spk_netstudy *s = NULL;
    spk_result *r = NULL;
    spk_fit_options o = {.threads = 1};
    spk_status st = spk_netstudy_parse(ctx, "study.yaml", text, sizeof text - 1, &s);
    if (!st)
        st = spk_netfit_run(ctx, s, &o, &r);
    spk_result_free(r);
    spk_netstudy_free(s);
    return st;
}

TEST(a_fit_without_memory_is_given_up_cleanly) {
    for (long n = 0; n < 100000; n += 23) {
        test_memory m = {.fail_at = n};
        spk_allocator a = {test__realloc, test__free, &m};
        spk_ctx *ctx = spk_ctx_new(&a);
        if (!ctx)
            continue;
        spk_status st = fit_once(ctx);
        spk_ctx_free(ctx);
        CHECK((st == SPK_ERR_MEMORY || st == SPK_OK) && m.live == 0);
        if (st == SPK_OK && m.count <= n)
            break;
    }
}

int main(void) {
    RUN(mean_inputs_are_recovered_under_unknown_wiring);
    RUN(known_wiring_tells_weight_and_density_apart);
    RUN(exploding_networks_are_stopped_scored_and_counted);
    RUN(a_wiring_is_a_function_of_its_number);
    RUN(a_fit_without_memory_is_given_up_cleanly);
    return test_end();
}
