/* The search object: misuse, damage, and the sampling methods against what is published. */
#include "test.h"
#include <spikefit/search.h>

static spk_status try_new(spk_ctx *ctx, const char *name, const spk_search_space *space,
                          const spk_opts *opts) {
    spk_search *s = NULL;
    spk_status st = spk_search_new(ctx, name, opts, space, 1, 0, &s);
    CHECK((st == SPK_OK) == (s != NULL));
    spk_search_free(s);
    return st;
}

TEST(mistakes_are_named) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = 2};
    CHECK(try_new(ctx, "sobal", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no search method 'sobal'");
    CHECK(try_new(ctx, "xyzzyxyzzy", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no search method 'xyzzyxyzzy'");
    space.dim = 0;
    CHECK(try_new(ctx, "random", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "a search needs at least one parameter");
    space.dim = 65;
    CHECK(try_new(ctx, "sobol", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "sobol searches at most 64 parameters, not 65");
    space = (spk_search_space){.dim = 2, .n_objectives = 2};
    CHECK(try_new(ctx, "random", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "random takes at most 1 objective, not 2");
    double outside[2] = {0.5, 1.5}, negative[2] = {0.1, 0};
    space = (spk_search_space){.dim = 2, .start = outside};
    CHECK(try_new(ctx, "random", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "coordinate 2 of the start is 1.5, outside [0, 1]");
    space = (spk_search_space){.dim = 2, .step = negative};
    CHECK(try_new(ctx, "random", &space, NULL) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "step 2 is 0, not a positive number");
    space = (spk_search_space){.dim = 2};
    spk_opts opts = {{2.5}};
    CHECK(try_new(ctx, "random", &space, &opts) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx),
              "option batch of random is 2.5, not a whole number between 1 and 1e+06");
    spk_ctx_free(ctx);
}

TEST(ask_and_tell_belong_together) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = 2};
    spk_search *s;
    REQUIRE(spk_search_new(ctx, "random", NULL, &space, 1, 10, &s) == SPK_OK);
    double f[10] = {0}, a[20], b[20];
    CHECK(spk_search_tell(s, f) == SPK_ERR_USAGE);
    size_t n = 0;
    CHECK(spk_search_ask(s, a, &n) == SPK_ERR_USAGE);
    CHECK(spk_search_batch_max(s) == 10);
    n = 3;
    CHECK(spk_search_ask(s, a, &n) == SPK_OK && n == 3);
    n = 10;
    CHECK(spk_search_ask(s, b, &n) == SPK_OK && n == 10);
    CHECK(memcmp(a, b, 6 * sizeof *a) == 0);
    f[4] = -2;
    f[7] = NAN;
    CHECK(spk_search_tell(s, f) == SPK_OK);
    CHECK(spk_search_tell(s, f) == SPK_ERR_USAGE);
    double best_x[2], best;
    CHECK(spk_search_best(s, best_x, &best) && best == -2);
    CHECK(memcmp(best_x, b + 8, sizeof best_x) == 0);
    spk_stop reason;
    CHECK(spk_search_stopped(s, &reason) && reason == SPK_STOP_BUDGET);
    spk_opts stop;
    spk_opts_default(spk_search_stop_options(), &stop);
    CHECK(spk_search_set_stop(s, &stop) == SPK_ERR_USAGE);
    n = 10;
    CHECK(spk_search_ask(s, b, &n) == SPK_OK && n == 0);
    CHECK(spk_search_set_budget(s, 11) == SPK_OK && spk_search_batch_max(s) == 1);
    CHECK(spk_search_set_budget(s, 5) == SPK_OK && spk_search_stopped(s, NULL));
    spk_search_free(s);
    spk_ctx_free(ctx);
}

TEST(damage_is_found) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = 2};
    spk_search *s, *t = NULL;
    REQUIRE(spk_search_new(ctx, "sobol", NULL, &space, 1, 10, &s) == SPK_OK);
    const void *bytes;
    size_t size;
    REQUIRE(spk_search_save(s, &bytes, &size) == SPK_OK);
    unsigned char *copy = malloc(size);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < size; i++) {
        copy[i] ^= 0x10;
        CHECK(spk_search_load(ctx, copy, size, &t) == SPK_ERR_INPUT && !t);
        copy[i] ^= 0x10;
        CHECK(spk_search_load(ctx, copy, i, &t) == SPK_ERR_INPUT && !t);
    }
    CHECK(spk_search_load(ctx, copy, size, &t) == SPK_OK);
    spk_search_free(t);
    free(copy);
    spk_search_free(s);
    spk_ctx_free(ctx);
}

static void sample(const char *name, const spk_opts *opts, size_t dim, size_t n, double *x) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = dim};
    spk_search *s;
    REQUIRE(spk_search_new(ctx, name, opts, &space, 42, 0, &s) == SPK_OK);
    double f[256] = {0};
    for (size_t i = 0; i < n;) {
        size_t got = n - i < 256 ? n - i : 256;
        CHECK(spk_search_ask(s, x + i * dim, &got) == SPK_OK);
        CHECK(spk_search_tell(s, f) == SPK_OK);
        i += got;
    }
    spk_search_free(s);
    spk_ctx_free(ctx);
}

/* scipy 1.17, stats.qmc.Sobol(64, scramble=False), with the same direction numbers. */
TEST(sobol_is_sobol) {
    static const struct {
        size_t index, d;
        double value;
    } golden[] = {
        {1, 0, 0.5},           {2, 0, 0.75},          {3, 0, 0.25},          {1, 1, 0.5},
        {2, 1, 0.25},          {3, 2, 0.75},          {5, 3, 0.375},         {7, 4, 0.125},
        {100, 5, 0.7421875},   {199, 7, 0.66015625},  {77, 12, 0.4921875},   {150, 19, 0.90234375},
        {199, 20, 0.55078125}, {123, 31, 0.0078125},  {99, 39, 0.0078125},   {180, 40, 0.48046875},
        {101, 50, 0.3828125},  {199, 62, 0.51953125}, {190, 63, 0.14453125},
    };
    static double x[200 * 64];
    spk_opts opts;
    spk_opts_default(spk_search_method_find("sobol")->options, &opts);
    opts.v[1] = 0;
    sample("sobol", &opts, 64, 200, x);
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++)
        CHECK_NEAR(x[golden[i].index * 64 + golden[i].d], golden[i].value + 0.5 * 0x1p-32, 0);
}

/* The first 2^k points of every dimension share out evenly over 2^k intervals, scrambled too. */
TEST(scrambled_sobol_is_even) {
    enum { N = 256, D = 64 };
    static double x[N * D];
    sample("sobol", NULL, D, N, x);
    for (size_t d = 0; d < D; d++) {
        int count[N] = {0};
        for (size_t i = 0; i < N; i++)
            count[(int)(x[i * D + d] * N)]++;
        int most = 0;
        for (size_t i = 0; i < N; i++)
            most = count[i] > most ? count[i] : most;
        CHECK(most == 1);
    }
    /* And over the 16 x 16 squares of the first two dimensions. */
    int count[16][16] = {{0}}, most = 0;
    for (size_t i = 0; i < N; i++) {
        int c = ++count[(int)(x[i * D] * 16)][(int)(x[i * D + 1] * 16)];
        most = c > most ? c : most;
    }
    CHECK(most == 1);
}

TEST(random_is_uniform) {
    enum { N = 20000 };
    static double x[N * 2];
    sample("random", NULL, 2, N, x);
    double mean[2] = {0}, square[2] = {0}, product = 0;
    for (size_t i = 0; i < N; i++) {
        for (size_t d = 0; d < 2; d++) {
            mean[d] += x[2 * i + d] / N;
            square[d] += (x[2 * i + d] - 0.5) * (x[2 * i + d] - 0.5) / N;
        }
        product += (x[2 * i] - 0.5) * (x[2 * i + 1] - 0.5) / N;
    }
    /* Five standard errors. */
    CHECK_NEAR(mean[0], 0.5, 0.0102);
    CHECK_NEAR(mean[1], 0.5, 0.0102);
    CHECK_NEAR(square[0], 1.0 / 12, 0.0027);
    CHECK_NEAR(square[1], 1.0 / 12, 0.0027);
    CHECK_NEAR(product, 0, 0.003);
}

int main(void) {
    RUN(mistakes_are_named);
    RUN(ask_and_tell_belong_together);
    RUN(damage_is_found);
    RUN(sobol_is_sobol);
    RUN(scrambled_sobol_is_even);
    RUN(random_is_uniform);
    return test_end();
}
