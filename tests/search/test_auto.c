/* What "auto" chooses, and that it then is what it chose. */
#include "test.h"
#include <spikefit/search.h>

/* The rules of docs/search.md at both sides of each limit. */
TEST(the_choice_follows_the_rules) {
    static const struct {
        size_t dim, objectives;
        uint64_t budget;
        bool noisy;
        double cost_s;
        const char *method;
    } cases[] = {
        {9, 2, 5000, false, 0, "smsemoa"},   {9, 3, 5000, true, 0, "smsemoa"},
        {9, 4, 5000, false, 0, "nsga3"},     {9, 1, 31, false, 0, "sobol"},
        {9, 1, 32, false, 0, "lqcmaes"},     {9, 1, 900, false, 0, "lqcmaes"},
        {9, 1, 901, false, 0, "cmaes"},      {25, 1, 2000, false, 0, "lqcmaes"},
        {25, 1, 2001, false, 0, "cmaes"},    {31, 1, 2000, false, 0, "cmaes"},
        {9, 1, 500, true, 0, "turbo"},       {9, 1, 501, true, 0, "cmaes"},
        {21, 1, 500, true, 0, "cmaes"},      {9, 1, 5000, false, 1, "lqcmaes"},
        {9, 1, 5000, false, 0.9, "cmaes"},   {31, 1, 5000, false, 10, "cmaes"},
        {9, 1, 8999, false, 0, "cmaes"},     {9, 1, 9000, false, 0, "lshade"},
        {9, 1, 8999, false, 1, "lqcmaes"},   {9, 1, 9000, false, 1, "lshade"},
        {200, 1, 100000, false, 0, "cmaes"}, {201, 1, 100000, false, 0, "cso"},
        {9, 1, 0, false, 0, "cmaes"},        {9, 0, 0, true, 0, "cmaes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        spk_search_space space = {.dim = cases[i].dim,
                                  .n_objectives = cases[i].objectives,
                                  .noisy = cases[i].noisy,
                                  .cost_s = cases[i].cost_s};
        spk_search_choice choice;
        spk_search_choose(&space, cases[i].budget, &choice);
        if (strcmp(choice.method, cases[i].method) != 0)
            printf("# case %zu: %s, not %s (%s)\n", i, choice.method, cases[i].method, choice.why);
        CHECK(strcmp(choice.method, cases[i].method) == 0);
        const spk_search_method *m = spk_search_method_find(choice.method);
        CHECK(m && !m->chooses && strlen(choice.why) > 20 && strlen(choice.why) < 150);
    }
}

TEST(auto_is_the_method_that_it_chose) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_search_space space = {.dim = 3};
    spk_search *chosen = NULL, *named = NULL, *copy = NULL;
    REQUIRE(spk_search_new(ctx, "auto", NULL, &space, 1, 200, &chosen) == SPK_OK);
    REQUIRE(spk_search_new(ctx, "lqcmaes", NULL, &space, 1, 200, &named) == SPK_OK);
    CHECK(strcmp(spk_search_get_method(chosen)->name, "lqcmaes") == 0);
    CHECK(spk_search_why(named) == NULL);
    REQUIRE(spk_search_why(chosen) != NULL);
    CHECK(strcmp(spk_search_why(chosen), "the budget is small: at most 100 evaluations a parameter "
                                         "(3 parameters, 200 evaluations)") == 0);
    char line[200];
    spk_search_describe(chosen, line, sizeof line);
    CHECK(strstr(line, ", lqcmaes (auto)") != NULL);
    double a[3 * 64], b[3 * 64];
    size_t n = 64, m = 64;
    CHECK(spk_search_ask(chosen, a, &n) == SPK_OK && spk_search_ask(named, b, &m) == SPK_OK);
    CHECK(n == m && memcmp(a, b, 3 * n * sizeof *a) == 0);
    const void *bytes;
    size_t size;
    CHECK(spk_search_save(chosen, &bytes, &size) == SPK_OK);
    REQUIRE(spk_search_load(ctx, bytes, size, &copy) == SPK_OK);
    CHECK(strcmp(spk_search_why(copy), spk_search_why(chosen)) == 0);
    spk_search_free(copy);
    spk_search_free(named);
    spk_search_free(chosen);
    spk_ctx_free(ctx);
}

/* The same study, the same sentence: a rounded estimate that the caller gives. */
TEST(the_sentence_names_what_an_evaluation_takes) {
    static const struct {
        double s;
        const char *end;
    } cases[] = {{0.00028, ", about 300 us each)"}, {0.0123, ", about 10 ms each)"},
                 {0.96, ", about 1 s each)"},       {44, ", about 40 s each)"},
                 {3e-10, ", about 0.3 ns each)"},   {0, "9 parameters, no limit)"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        spk_search_space space = {.dim = 9, .cost_s = cases[i].s};
        spk_search_choice choice;
        spk_search_choose(&space, 0, &choice);
        size_t n = strlen(choice.why), m = strlen(cases[i].end);
        CHECK(n > m && strcmp(choice.why + n - m, cases[i].end) == 0);
    }
}

int main(void) {
    RUN(the_sentence_names_what_an_evaluation_takes);
    RUN(the_choice_follows_the_rules);
    RUN(auto_is_the_method_that_it_chose);
    return test_end();
}
