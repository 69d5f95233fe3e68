/* Simulator, measure and search together, on recordings, without the compiler of models: a leaky
 * integrate-and-fire neuron with four free parameters reaches known training coincidences from every seed.
 *
 * 0.900 (set 05) and 0.641 (frozen noise) were reported for this model, step and split by another program;
 * for set 04 it reported 0.584, of which 0.605 here is the larger: the bounds of that search are not
 * known, and the neuron found has a time constant of 2.6 ms. */
#include "problem/lif_kernel.h"
#include "test.h"
#include <spikefit/io.h>
#include <spikefit/problem.h>
#include <spikefit/search.h>

enum { EVALUATIONS = 12000, MOST_REPEATS = 5 };

typedef struct {
    const char *pattern;
    size_t repeats;
    double split_ms, window_ms, want, below;
} task;

static const char study_text[] =
    "model: lif\ndata: {recording: unused}\n"
    "fit: {tau_m: {min: 2 ms, max: 100 ms, scale: log}, I_th: {min: 20 pA, max: 2000 pA, scale: log},"
    " reset: [-2, 1], t_ref: {min: 0.1 ms, max: 50 ms, scale: log}}\n"
    "loss: {coincidence_factor: {window: %g ms}}\n";

static spk_recording *read_repeats(spk_ctx *ctx, const task *t) {
    char names[MOST_REPEATS][4096];
    const char *paths[MOST_REPEATS];
    for (size_t i = 0; i < t->repeats; i++) {
        char name[128];
        snprintf(name, sizeof name, t->pattern, (int)i);
        const char *p = data_path(name);
        if (!p)
            return NULL;
        snprintf(names[i], sizeof names[i], "%s", p);
        paths[i] = names[i];
    }
    spk_recording *r = NULL;
    CHECK(spk_recording_read(ctx, paths, t->repeats, NULL, &r) == SPK_OK);
    print_diags(ctx);
    return r;
}

static double best_loss(spk_ctx *ctx, spk_problem *p, uint64_t seed, int threads) {
    size_t dim = spk_problem_dim(p);
    double x[64 * 8], f[64], start[8], best = INFINITY;
    const spk_search_method *m = spk_search_method_find("cmaes");
    spk_opts o;
    spk_opts_default(m->options, &o);
    o.v[0] = 64;  /* population */
    o.v[1] = 0.2; /* sigma: from the default's 0.1, 11 of 12 seeds end as high */
    spk_problem_start(p, start);
    spk_search_space space = {.dim = dim, .start = start};
    spk_search *s = NULL;
    CHECK(spk_search_new(ctx, "cmaes", &o, &space, seed, EVALUATIONS, &s) == SPK_OK);
    while (s && !spk_search_stopped(s, NULL)) {
        size_t n = 64;
        CHECK(spk_search_ask(s, x, &n) == SPK_OK);
        CHECK(spk_problem_evaluate(p, x, n, threads, f, NULL) == SPK_OK);
        CHECK(spk_search_tell(s, f) == SPK_OK);
    }
    if (s)
        spk_search_best(s, NULL, &best);
    spk_search_free(s);
    return best;
}

static void check_task(const task *t) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_recording *r = read_repeats(ctx, t);
    if (!r) {
        spk_ctx_free(ctx);
        return;
    }
    char text[1024];
    spk_study *y = NULL;
    spk_problem *p = NULL;
    snprintf(text, sizeof text, study_text, t->window_ms);
    CHECK(spk_study_parse(ctx, "s.yaml", text, strlen(text), &y) == SPK_OK);
    spk_part train[MOST_REPEATS];
    for (size_t i = 0; i < t->repeats; i++)
        train[i] = (spk_part){i, 0, t->split_ms};
    spk_problem_config c = {.study = y, .recording = r, .search = &lif_kernel, .score = &lif_kernel,
                            .dt_ms = 0.2, .train = train, .n_train = t->repeats};
    CHECK(spk_problem_new(ctx, &c, &p) == SPK_OK);
    print_diags(ctx);
    double first = 0;
    for (uint64_t seed = 1; p && seed <= 2; seed++) {
        double got = 1 - best_loss(ctx, p, seed, 0);
        printf("# seed %d: training coincidence %.4f\n", (int)seed, got);
        CHECK(got >= t->want - 0.005 && got <= t->want + t->below);
        if (seed == 1)
            first = got;
    }
    if (p && t->repeats == 4 && t->want > 0.8) /* one thread gives the same bits */
        CHECK(1 - best_loss(ctx, p, 1, 1) == first);
    spk_problem_free(p);
    spk_study_free(y);
    spk_recording_free(r);
    spk_ctx_free(ctx);
}

TEST(set_05) {
    check_task(&(task){"cortical_ou_current/set05_rep%d.csv", 4, 3400, 2, 0.900, 0.005});
}

TEST(set_04) {
    check_task(&(task){"cortical_ou_current/set04_rep%d.csv", 4, 3400, 2, 0.605, 0.005});
}

TEST(frozen_noise) {
    check_task(&(task){"cortical_frozen_noise/rep%d.csv", 5, 6000, 4, 0.641, 0.005});
}

int main(void) {
    RUN(set_05);
    RUN(set_04);
    RUN(frozen_noise);
    return test_end();
}
