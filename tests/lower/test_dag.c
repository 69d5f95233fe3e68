/* The graph keeps meaning: random expressions built through its constructors, and what selection
 * makes of them, have the value that doubles give; derivatives equal difference quotients. */
#include "test.h"

#include "lower/lower.h"

enum { STATES = 3, PARAMETERS = 3 };

static spk_ctx *ctx;
static double state[STATES], parameter[PARAMETERS];
static const double dt = 0.25;

static double value_of(const spk__dag *d, spk__node n) {
    const spk__dag_node *node = spk__dag_at(d, n);
    double x[3] = {0, 0, 0};
    switch (node->op) {
    case SPK__N_CONST:
    case SPK__N_BOOL:
        return node->number;
    case SPK__N_DT:
        return dt;
    case SPK__N_PARAM:
        return parameter[node->index];
    case SPK__N_STATE:
        return state[node->index];
    case SPK__N_SUM: {
        double sum = value_of(d, spk__dag_arg(d, n, 0));
        for (size_t i = 1; i < node->n_args; i += 2)
            sum += value_of(d, spk__dag_arg(d, n, i)) * value_of(d, spk__dag_arg(d, n, i + 1));
        return sum;
    }
    case SPK__N_XSERIES:
        x[0] = value_of(d, spk__dag_arg(d, n, 0));
        return spk__dag_compute(SPK__N_XEXPM1, x);
    default:
        for (uint32_t i = 0; i < node->n_args; i++)
            x[i] = value_of(d, spk__dag_arg(d, n, i));
        return spk__dag_compute(node->op, x);
    }
}

/* A random expression as a node and as a number. */
static spk__node random_value(spk__dag *d, spk__rng *r, int depth, double *x);

static spk__node random_mask(spk__dag *d, spk__rng *r, int depth, bool *x) {
    double a, b;
    spk__node na = random_value(d, r, depth - 1, &a), nb = random_value(d, r, depth - 1, &b);
    *x = a < b;
    spk__node m = spk__dag_compare(d, SPK__N_LT, na, nb);
    if (depth < 2 || spk__rng_below(r, 2))
        return m;
    bool other, is_and = spk__rng_below(r, 2);
    spk__node o = random_mask(d, r, depth - 1, &other);
    if (spk__rng_below(r, 2)) {
        o = spk__dag_not(d, o);
        other = !other;
    }
    *x = is_and ? *x && other : *x || other;
    return is_and ? spk__dag_and(d, m, o) : spk__dag_or(d, m, o);
}

static spk__node random_leaf(spk__dag *d, spk__rng *r, double *x) {
    uint32_t i = (uint32_t)spk__rng_below(r, 3);
    switch (spk__rng_below(r, 5)) {
    case 0:
        *x = (double)spk__rng_below(r, 5) - 2;
        return spk__dag_number(d, *x);
    case 1:
        *x = parameter[i];
        return spk__dag_leaf(d, SPK__N_PARAM, i);
    case 2:
        *x = dt;
        return spk__dag_leaf(d, SPK__N_DT, 0);
    default:
        *x = state[i];
        return spk__dag_leaf(d, SPK__N_STATE, i);
    }
}

static spk__node random_value(spk__dag *d, spk__rng *r, int depth, double *x) {
    if (depth <= 0)
        return random_leaf(d, r, x);
    double a, b;
    bool m;
    spk__node na = random_value(d, r, depth - 1 - (int)spk__rng_below(r, 2), &a), nb, nm;
    switch (spk__rng_below(r, 12)) {
    case 0:
    case 1:
        nb = random_value(d, r, depth - 1, &b);
        *x = a + b;
        return spk__dag_add(d, na, nb);
    case 2:
    case 3:
        nb = random_value(d, r, depth - 1, &b);
        *x = a - b;
        return spk__dag_sub(d, na, nb);
    case 4:
    case 5:
        nb = random_value(d, r, depth - 1, &b);
        *x = a * b;
        return spk__dag_mul(d, na, nb);
    case 6:
        nb = random_value(d, r, depth - 1, &b);
        *x = a / (b * b + 0.5);
        return spk__dag_div(d, na,
                            spk__dag_add(d, spk__dag_mul(d, nb, nb), spk__dag_number(d, 0.5)));
    case 7:
        *x = exp(sin(a));
        return spk__dag_unary(d, SPK__N_EXP, spk__dag_unary(d, SPK__N_SIN, na));
    case 8:
        nb = random_value(d, r, depth - 1, &b);
        *x = a < b ? a : b;
        return spk__dag_binary(d, SPK__N_MIN, na, nb);
    case 9:
        *x = a * a * a;
        return spk__dag_power(d, na, spk__dag_number(d, 3));
    case 10:
        *x = a;
        return spk__dag_let(d, na);
    default:
        nb = random_value(d, r, depth - 1, &b);
        nm = random_mask(d, r, depth - 1, &m);
        *x = m ? a : b;
        return spk__dag_blend(d, nm, na, nb);
    }
}

static bool close_to(double got, double want) {
    return (isnan(got) && isnan(want)) || got == want ||
           fabs(got - want) <= 1e-8 * (1 + fabs(want)) || fabs(want) > 1e9;
}

static void draw_values(spk__rng *r) {
    for (int i = 0; i < 3; i++) {
        state[i] = 4 * spk__rng_uniform(r) - 2;
        parameter[i] = 4 * spk__rng_uniform(r) - 2;
    }
}

TEST(random_expressions_keep_their_values) {
    int wrong = 0, n = 0;
    for (uint32_t k = 0; k < 4000 && wrong < 5; k++) {
        spk__rng r;
        spk__rng_init(&r, 11, SPK__RNG_TEST, k, 0);
        draw_values(&r);
        spk__dag d;
        REQUIRE(spk__dag_init(&d, ctx) == SPK_OK);
        double want;
        spk__node node = random_value(&d, &r, 2 + (int)(k % 5), &want);
        double built = value_of(&d, node);
        spk__node *root = &node;
        spk__select(&d, &root, 1);
        double chosen = value_of(&d, node);
        if (!close_to(built, want) || !close_to(chosen, want)) {
            printf("# %u: %.17g, built %.17g, chosen %.17g\n", k, want, built, chosen);
            wrong++;
        }
        CHECK(!d.failed);
        n++;
        spk__dag_free(&d);
    }
    CHECK(wrong == 0 && n == 4000);
}

TEST(derivatives_equal_difference_quotients) {
    int wrong = 0;
    for (uint32_t k = 0; k < 1500 && wrong < 5; k++) {
        spk__rng r;
        spk__rng_init(&r, 12, SPK__RNG_TEST, k, 0);
        draw_values(&r);
        spk__dag d;
        REQUIRE(spk__dag_init(&d, ctx) == SPK_OK);
        double want;
        spk__node node = random_value(&d, &r, 1 + (int)(k % 4), &want);
        spk__node slope = spk__dag_derive(&d, node, spk__dag_leaf(&d, SPK__N_STATE, 0));
        double at = state[0], h = 1e-5, got = value_of(&d, slope);
        state[0] = at + h;
        double up = value_of(&d, node);
        state[0] = at - h;
        double down = value_of(&d, node);
        state[0] = at;
        double left = (want - down) / h, right = (up - want) / h, mean = (up - down) / (2 * h);
        bool smooth = fabs(left - right) < 1e-2 * (1 + fabs(mean)) && fabs(mean) < 1e6;
        if (smooth && !(fabs(got - mean) <= 1e-2 * (1 + fabs(mean)))) {
            printf("# %u: %.10g, not %.10g\n", k, got, mean);
            wrong++;
        }
        spk__dag_free(&d);
    }
    CHECK(wrong == 0);
}

/* k z / (exp(z) - 1) in the ways that people write it is found, whatever the constants. */
TEST(removable_singularities_are_found) {
    spk__dag d;
    REQUIRE(spk__dag_init(&d, ctx) == SPK_OK);
    spk__node V = spk__dag_leaf(&d, SPK__N_STATE, 0), p = spk__dag_leaf(&d, SPK__N_PARAM, 0);
    spk__node one = spk__dag_number(&d, 1);
    for (int form = 0; form < 4; form++) {
        spk__node x = spk__dag_sub(&d, spk__dag_number(&d, 15), spk__dag_sub(&d, V, p));
        spk__node a = spk__dag_scale(&d, 0.032, x),
                  z = spk__dag_scale(&d, form % 2 ? -0.2 : 0.2, x), rate;
        if (form < 2) {
            spk__node e = spk__dag_unary(&d, SPK__N_EXP, z);
            rate = spk__dag_div(&d, a, form ? spk__dag_sub(&d, one, e) : spk__dag_sub(&d, e, one));
        } else {
            spk__node e = spk__dag_unary(&d, SPK__N_EXPM1, z);
            rate = spk__dag_div(&d, a, form == 2 ? e : spk__dag_neg(&d, e));
        }
        parameter[0] = -50;
        state[0] = -35; /* x = 0 */
        CHECK_NEAR(value_of(&d, rate), 0.16, 1e-12);
        spk__node *root = &rate;
        spk__select(&d, &root, 1);
        CHECK_NEAR(value_of(&d, rate), 0.16, 1e-12);
        state[0] = -30;
        CHECK_NEAR(value_of(&d, rate), 0.032 * -5 / (form % 2 ? -expm1(1) : expm1(-1)), 1e-12);
    }
    /* another numerator has a pole */
    spk__node e = spk__dag_unary(&d, SPK__N_EXP, spk__dag_scale(&d, 0.2, V));
    spk__node pole = spk__dag_div(&d, spk__dag_add(&d, V, one), spk__dag_sub(&d, e, one));
    state[0] = 0;
    CHECK(isinf(value_of(&d, pole)));
    spk__dag_free(&d);
}

TEST(masks_of_branches_join) {
    spk__dag d;
    REQUIRE(spk__dag_init(&d, ctx) == SPK_OK);
    spk__node x = spk__dag_leaf(&d, SPK__N_STATE, 0), y = spk__dag_leaf(&d, SPK__N_STATE, 1);
    spk__node m = spk__dag_compare(&d, SPK__N_LT, x, y), p = spk__dag_compare(&d, SPK__N_EQ, x, y);
    spk__node no = spk__dag_not(&d, m);
    CHECK(spk__dag_or(&d, spk__dag_and(&d, p, m), spk__dag_and(&d, p, no)) == p);
    CHECK(spk__dag_or(&d, m, no) == spk__dag_bool(&d, true));
    CHECK(spk__dag_and(&d, m, no) == spk__dag_bool(&d, false));
    spk__node blend = spk__dag_blend(&d, m, x, y);
    CHECK(spk__dag_blend(&d, m, blend, y) == blend);
    CHECK(spk__dag_blend(&d, no, y, blend) == blend);
    CHECK(spk__dag_where(&d, blend, spk__dag_and(&d, m, p)) == x);
    CHECK(spk__dag_to_mask(&d, spk__dag_from_mask(&d, m)) == m);
    spk__dag_free(&d);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(random_expressions_keep_their_values);
    RUN(derivatives_equal_difference_quotients);
    RUN(removable_singularities_are_found);
    RUN(masks_of_branches_join);
    spk_ctx_free(ctx);
    return test_end();
}
