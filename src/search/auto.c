/* Chooses a method for a space and a budget, by a few rules that can be said in a sentence each.
 * The limits are where the tables of docs/search.md have their winners change places. The choice
 * depends on nothing that is measured while it runs: the same study, the same method.
 */
#include "search/search.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    const spk_search_space *space;
    size_t dim, objectives;
    double budget; /* infinity: none */
} question;

typedef struct {
    const char *method;
    bool (*fits)(const question *q);
    const char *why;
} rule;

static bool two_or_three(const question *q) {
    return q->objectives == 2 || q->objectives == 3;
}

static bool more_objectives(const question *q) {
    return q->objectives > 3;
}

static bool hardly_any(const question *q) {
    return q->budget < 3 * (double)q->dim + 5;
}

static bool few_and_noisy(const question *q) {
    return q->space->noisy && q->budget <= 500 && q->dim <= 20;
}

static bool noisy(const question *q) {
    return q->space->noisy;
}

static bool costly(const question *q) {
    return q->space->cost_s >= 1 && q->dim <= 30;
}

static bool few(const question *q) {
    return q->budget <= 100 * (double)q->dim && q->budget <= 2000 && q->dim <= 30;
}

static bool wide(const question *q) {
    return q->dim > 200;
}

static bool many(const question *q) {
    return q->budget >= 1000 * (double)q->dim && q->budget < 1e18;
}

static bool any(const question *q) {
    (void)q;
    return true;
}

/* The first that fits. */
static const rule rules[] = {
    {"smsemoa", two_or_three, "it spreads a front of two or three objectives best"},
    {"nsga3", more_objectives, "its reference lines keep a front of many objectives in order"},
    {"sobol", hardly_any, "the budget only allows an even cover"},
    {"turbo", few_and_noisy, "the budget is small and the loss noisy"},
    {"cmaes", noisy, "its mean is not led astray by a noisy loss"},
    {"cso", wide, "there are more parameters than a covariance can be learnt for"},
    {"lshade", many, "1000 evaluations a parameter or more allow a search among many minima"},
    {"lqcmaes", costly, "simulations that take seconds are worth thinking about"},
    {"lqcmaes", few, "the budget is small: at most 100 evaluations a parameter"},
    {"cmaes", any, "it learns scales and correlations in between"},
};

/* An estimate: one digit of it is enough. */
static void say_cost(double s, char *buf, size_t size) {
    static const char *const unit[] = {"s", "ms", "us", "ns"};
    size_t k = 0;
    for (; s < 0.95 && k < 3; k++)
        s *= 1e3;
    double digit = pow(10, floor(log10(s)));
    snprintf(buf, size, ", about %g %s each", digit * round(s / digit), unit[k]);
}

void spk_search_choose(const spk_search_space *space, uint64_t budget, spk_search_choice *out) {
    question q = {.space = space,
                  .dim = space->dim,
                  .objectives = space->n_objectives ? space->n_objectives : 1,
                  .budget = budget ? (double)budget : 1e300};
    size_t i = 0;
    while (!rules[i].fits(&q))
        i++;
    out->method = rules[i].method;
    char limit[48] = "no limit", each[48] = "";
    if (budget)
        snprintf(limit, sizeof limit, "%llu evaluation%s", (unsigned long long)budget,
                 budget == 1 ? "" : "s");
    if (space->cost_s > 0)
        say_cost(space->cost_s, each, sizeof each);
    snprintf(out->why, sizeof out->why, "%s (%zu parameter%s, %s%s)", rules[i].why, q.dim,
             q.dim == 1 ? "" : "s", limit, each);
}

/* Never searches itself: spk__search_create puts the choice in its place. */
const spk__search_method spk__search_auto = {
    .info =
        {
            .name = "auto",
            .sentence = "one of the others, by parameters, objectives, budget, noise and cost",
            .reference = "the rules and what they rest on: docs/search.md",
            .min_objectives = 1,
            .max_objectives = 16,
            .rules = 1u << SPK_STOP_BUDGET | 1u << SPK_STOP_TARGET | 1u << SPK_STOP_FTOL |
                     1u << SPK_STOP_XTOL | 1u << SPK_STOP_STAGNATION | 1u << SPK_STOP_CONDITION |
                     1u << SPK_STOP_RESTARTS,
            .uses_start = true,
            .handles_noise = true,
            .chooses = true,
        },
};
