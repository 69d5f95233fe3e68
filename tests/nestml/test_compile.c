/* What the front end makes of models. Syntax and meaning: NESTML 8, https://nestml.readthedocs.io.
 */
#include "test.h"

#include "nestml/model.h"
#include "nestml/samples.h"

static spk__nestml *compile(spk_ctx *ctx, const char *text) {
    spk__nestml *n = NULL;
    if (spk__nestml_compile(ctx, "m.nestml", text, strlen(text), &n) != SPK_OK)
        print_diags(ctx);
    return n;
}

static const char *const leaky =
    "# A leaky neuron.\n"
    "#\n"
    "# Two lines.\n"
    "model leaky:\n"
    "    state:\n"
    "        V_m mV = E_L     # membrane potential\n"
    "        refr_t ms = 0 ms\n"
    "    equations:\n"
    "        kernel K = exp(-t / tau_s)\n"
    "        recordable inline I_syn pA = w * convolve(K, spikes)\n"
    "        V_m' = -(V_m - E_L) / tau_m + (I_syn + I_e + I_stim) / C_m\n"
    "        refr_t' = -1e3 * ms/s\n"
    "    parameters:\n"
    "        # capacitance\n"
    "        # of the membrane\n"
    "        C_m pF = 250 pF [[C_m > 0 pF]] @homogeneous\n"
    "        tau_m, tau_s s = 0.01 s\n"
    "        E_L mV = -0.07 V\n"
    "        I_e pA = 0 pA\n"
    "        w pA = 1 pA\n"
    "    internals:\n"
    "        h ms = resolution()\n"
    "    input:\n"
    "        spikes <- excitatory spike\n"
    "        I_stim pA <- continuous\n"
    "    output:\n"
    "        spike\n"
    "    update:\n"
    "        if refr_t > 0 ms:\n"
    "            integrate_odes(refr_t)\n"
    "        else:\n"
    "            integrate_odes(V_m)\n"
    "    onReceive(spikes, priority=2):\n"
    "        V_m += spikes * mV * s\n"
    "    onCondition(V_m >= -50 mV):\n"
    "        refr_t = 2 ms\n"
    "        emit_spike()\n";

static const char *printed(spk_ctx *ctx, const spk__expr *e) {
    static char out[512];
    spk__str s = {.ctx = ctx};
    spk__expr_print(&s, e);
    snprintf(out, sizeof out, "%s", s.text ? s.text : "");
    spk__str_free(&s);
    return out;
}

TEST(a_whole_neuron) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, leaky);
    REQUIRE(n && n->n_models == 1);
    const spk__model *m = n->models[0];
    CHECK_STR(m->name, "leaky");
    CHECK_STR(m->doc, "A leaky neuron.\n\nTwo lines.");
    CHECK(m->n_states == 2 && m->n_parameters == 6 && m->n_internals == 1 && m->n_inlines == 1);
    CHECK(m->n_kernels == 1 && m->n_ports == 2 && m->emits && !m->is_synapse);
    CHECK_STR(m->states[0]->name, "V_m");
    CHECK_STR(m->states[0]->doc, "membrane potential");
    CHECK(m->states[1]->doc == NULL && m->states[1]->index == 1);
    CHECK_STR(printed(ctx, m->states[0]->rhs),
              "-(V_m - E_L) / tau_m + (I_syn + I_e + I_stim) / C_m");
    CHECK_STR(printed(ctx, m->inlines[0]->value), "w * convolve(K, spikes)");
    CHECK(m->inlines[0]->recordable);
    CHECK_STR(m->parameters[0]->doc, "capacitance\nof the membrane");
    CHECK(m->parameters[0]->homogeneous && !m->parameters[1]->homogeneous);
    CHECK_STR(printed(ctx, m->parameters[0]->guard), "C_m > 0 pF");
    CHECK_STR(m->parameters[2]->name, "tau_s");
    CHECK_NEAR(m->parameters[2]->value->number, 10.0, 0); /* 0.01 s in ms */
    CHECK_NEAR(m->parameters[2]->type.unit.scale, 1000.0, 0);
    CHECK(m->parameters[1]->value != m->parameters[2]->value);
    CHECK_STR(printed(ctx, m->parameters[3]->value), "-0.07 V");
    CHECK(m->ports[0]->excitatory && !m->ports[0]->inhibitory);
    CHECK(m->ports[0]->kind == SPK__SYM_SPIKE_PORT &&
          m->ports[1]->kind == SPK__SYM_CONTINUOUS_PORT);
    CHECK_NEAR(m->ports[0]->type.unit.scale, 0.001, 0); /* 1/s */
    CHECK(m->update->kind == SPK__ST_IF && m->update->body->kind == SPK__ST_INTEGRATE);
    CHECK(m->update->body->n_symbols == 1 && m->update->body->symbols[0] == m->states[1]);
    CHECK(m->n_on_receive == 1 && m->on_receive[0].priority == 2);
    CHECK(m->on_receive[0].port == m->ports[0] && m->on_receive[0].port_index == -1);
    const spk__stmt *jump = m->on_receive[0].body;
    CHECK(jump->kind == SPK__ST_ASSIGN && jump->target == m->states[0]);
    CHECK_STR(printed(ctx, jump->value), "V_m + spikes * mV * s");
    CHECK(m->n_on_condition == 1 && m->on_condition[0].body->next->kind == SPK__ST_EMIT);
    CHECK(spk_ctx_diag_count(ctx) == 0);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

/* The expression of `p real = ...` as it prints, and the number of messages. */
static const char *round_trip(const char *expression, size_t *messages) {
    static char out[512];
    char text[1024];
    snprintf(text, sizeof text,
             "model m:\n    parameters:\n        a, b, c, d real = 1\n        i, j integer = 1\n"
             "        x, y boolean = true\n    update:\n        p real = %s\n",
             expression);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, text);
    snprintf(out, sizeof out, "error");
    if (n)
        snprintf(out, sizeof out, "%s", printed(ctx, n->models[0]->update->value));
    if (messages)
        *messages = spk_ctx_diag_count(ctx);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
    return out;
}

/* Precedence of NESTML 8's grammar (PyNestMLParser.g4, rule expression). */
TEST(precedence) {
    static const struct {
        const char *text, *printed;
    } cases[] = {
        {"-a**2", "-a**2"},
        {"(-a)**2", "(-a)**2"},
        {"a**b**c", "a**b**c"},
        {"(a**b)**c", "(a**b)**c"},
        {"a - b - c", "a - b - c"},
        {"a - (b - c)", "a - (b - c)"},
        {"a / b * c", "a / b * c"},
        {"a / (b * c)", "a / (b * c)"},
        {"-a * b", "-a * b"},
        {"-(a * b)", "-(a * b)"},
        {"2**-1", "2**(-1)"},
        {"((a + b)) * c", "(a + b) * c"},
        {"i & j + 1", "i & j + 1"},
        {"(i & j) + 1", "(i & j) + 1"},
        {"not a < b and x ? a : b", "not a < b and x ? a : b"},
        {"x ? (y ? a : b) : c", "x ? (y ? a : b) : c"},
        {"1e-3 + .5 + 2. + 3.5E+2", "0.001 + 0.5 + 2 + 350"},
        {"5 mV / 2 mV", "5 mV / 2 mV"},
        {"exp(-a / b)", "exp(-a / b)"},
        {"a + e", "a + e"},
        {"inf", "inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t messages;
        CHECK_STR(round_trip(cases[i].text, &messages), cases[i].printed);
        CHECK(messages == 0);
    }
    /* and, or: of one precedence, to the left */
    size_t messages;
    CHECK_STR(round_trip("x or y and x ? a : b", &messages), "x or y and x ? a : b");
    CHECK(messages == 1);
    CHECK_STR(round_trip("x or (y and x) ? a : b", &messages), "x or (y and x) ? a : b");
    CHECK(messages == 0);
}

static double number(const char *expression) {
    char text[512];
    snprintf(text, sizeof text, "model m:\n    update:\n        println(%s)\n", expression);
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, text);
    const spk__expr *e = n ? n->models[0]->update->value->arg[0] : NULL;
    double x = e && e->kind == SPK__EX_NUMBER ? e->number : NAN;
    spk__nestml_free(n);
    spk_ctx_free(ctx);
    return x;
}

TEST(literals_are_coherent) {
    CHECK_NEAR(number("3 V"), 3000, 0);
    CHECK_NEAR(number("3mV"), 3, 0);
    CHECK_NEAR(number("s"), 1000, 0);
    CHECK_NEAR(number("2 nA"), 2000, 0);
    CHECK_NEAR(number("10 Hz"), 0.01, 0);
    CHECK_NEAR(number("e"), 2.718281828459045, 0);
    CHECK_NEAR(number("true ? 1 : 2"), NAN, 0);
}

/* A number without a unit, read in the unit that its partner is declared in. */
TEST(bare_numbers_take_the_unit_of_their_partner) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n =
        compile(ctx, "model m:\n    parameters:\n        v V = 0.01 V\n"
                     "        u V = v + 65\n        k real = v\n        q boolean = v > -1\n");
    REQUIRE(n);
    const spk__model *m = n->models[0];
    CHECK_NEAR(m->parameters[1]->value->arg[1]->number, 65000, 0);
    const spk__expr *k = m->parameters[2]->value; /* 0.001 * v: the number of volts */
    CHECK(k->kind == SPK__EX_BINARY && k->op == SPK__OP_MUL);
    CHECK_NEAR(k->arg[0]->number, 0.001, 0);
    CHECK(spk_ctx_diag_count(ctx) == 3);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

TEST(a_model_with_everything) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, sample_neuron);
    REQUIRE(n && n->n_models == 1);
    const spk__model *m = n->models[0];
    CHECK_STR(m->doc, "A neuron\nwith a text");
    CHECK(m->n_states == 5); /* V_m n busy x x'; g and g$ are the kernel's */
    const spk__symbol *x = m->states[3], *slope = m->states[4];
    CHECK_STR(slope->name, "x'");
    CHECK(slope->derivative_of == x && x->rhs->kind == SPK__EX_SYMBOL && x->rhs->symbol == slope);
    CHECK_STR(printed(ctx, slope->rhs), "-x / tau**2 - x' / tau");
    CHECK(m->n_kernels == 3);
    for (size_t i = 0; i < m->n_kernels; i++) {
        const spk__symbol *k = m->kernels[i];
        bool ode = strcmp(k->name, "g") == 0;
        CHECK(k->n_kernel_states == (ode ? 2u : 0u) && (k->value == NULL) == ode);
        if (ode) {
            CHECK_STR(k->kernel_states[1]->name, "g$");
            CHECK(k->kernel_states[0]->rhs && k->kernel_states[0]->value);
        }
    }
    CHECK(m->ports[1]->vector_size == 2 && m->on_receive[0].port_index == 1);
    CHECK(m->on_receive[0].priority == -2);
    const spk__stmt *st = m->update;
    CHECK(st->otherwise && st->otherwise->kind == SPK__ST_IF);
    CHECK(st->otherwise->body->n_symbols == 2); /* x and x' */
    CHECK(st->otherwise->otherwise->kind == SPK__ST_INTEGRATE &&
          st->otherwise->otherwise->n_symbols == 0);
    CHECK(st->next->kind == SPK__ST_FOR && st->next->target->kind == SPK__SYM_LOCAL);
    CHECK(st->next->target->type.kind == SPK__INTEGER);
    CHECK(m->n_functions == 1 && m->functions[0]->n_args == 2 && spk_ctx_diag_count(ctx) == 1);
    const spk__stmt *emit = m->on_condition[0].body->next;
    CHECK(emit->kind == SPK__ST_EMIT && emit->value && emit->delay && m->is_synapse == false);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

TEST(several_models_and_their_order) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, sample_synapse);
    REQUIRE(n && n->n_models == 2);
    const spk__model *m = NULL;
    CHECK(n->models[0]->is_synapse && !n->models[1]->is_synapse);
    CHECK(spk__nestml_find(ctx, n, "three", &m) == SPK_OK && m == n->models[1]);
    CHECK(spk__nestml_find(ctx, n, "four", &m) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "the file has no model 'four'");
    CHECK_STR(spk_ctx_diag(ctx, spk_ctx_diag_count(ctx) - 1)->hint, "it has: two, three");
    CHECK(spk__nestml_find(ctx, n, NULL, &m) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "the file has 2 models: say which is meant");
    spk__nestml_free(n);
    n = compile(
        ctx,
        "model m:\n    input:\n        s <- spike\n        r <- spike\n"
        "    onReceive(s):\n        println()\n    onReceive(r, priority=5):\n        println()\n"
        "    onReceive(s, priority=5):\n        println()\n");
    REQUIRE(n);
    const spk__handler *h = n->models[0]->on_receive; /* higher first; equal ones as in the text */
    CHECK(h[0].loc.line == 7 && h[1].loc.line == 9 && h[2].loc.line == 5);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

/* A tab goes to the next multiple of eight, as in Python. */
TEST(tabs_are_eight_columns) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n =
        compile(ctx, "model m:\n  state:\n        x real = 1\n\ty real = 2\n    \tz real = 3\n");
    CHECK(n && n->models[0]->n_states == 3);
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

TEST(integers_stay_integers) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = compile(ctx, "model m:\n    internals:\n        i integer = 2 * 3 - 1\n"
                                  "        k integer = max(i, 2) % 2 + steps(1 ms) / 2\n"
                                  "        l integer = floor(2.5) + abs(-3) + 2**3 + (1 << i)\n");
    CHECK(n && spk_ctx_diag_count(ctx) == 1); /* a sum with a quotient is cut off */
    spk__nestml_free(n);
    spk_ctx_free(ctx);
}

/* ---- what must not happen ---- */

TEST(every_truncation_is_an_error_or_a_model) {
    static const char *const texts[] = {sample_neuron, sample_synapse};
    for (size_t k = 0; k < 2; k++) {
        size_t length = strlen(texts[k]), accepted = 0;
        for (size_t i = 0; i <= length; i++) {
            char *copy = malloc(i ? i : 1); /* a read behind its end is seen by a sanitizer */
            memcpy(copy, texts[k], i);
            spk_ctx *ctx = spk_ctx_new(NULL);
            spk__nestml *n = NULL;
            spk_status st = spk__nestml_compile(ctx, "m", copy, i, &n);
            CHECK(st == SPK_OK || st == SPK_ERR_INPUT);
            CHECK((st == SPK_OK) == (n != NULL) && (st == SPK_OK || spk_ctx_diag_count(ctx)));
            accepted += st == SPK_OK;
            spk__nestml_free(n);
            spk_ctx_free(ctx);
            free(copy);
        }
        CHECK(accepted > 0 && accepted < length);
    }
}

static spk_status compile_neuron(spk_ctx *ctx) {
    spk__nestml *n = NULL;
    spk_status st = spk__nestml_compile(ctx, "m", sample_neuron, strlen(sample_neuron), &n);
    spk__nestml_free(n);
    return st;
}

static spk_status compile_mistakes(spk_ctx *ctx) {
    static const char text[] = "model m:\n    state:\n        x mv = 1\n        y mV = tau\n"
                               "    parameters:\n        tua ms = 3\n";
    spk__nestml *n = NULL;
    spk_status st = spk__nestml_compile(ctx, "m", text, strlen(text), &n);
    return st == SPK_ERR_INPUT ? SPK_OK : st;
}

TEST(failing_allocations) {
    check_every_allocation(compile_neuron);
    check_every_allocation(compile_mistakes);
}

/* prefix, n times middle, suffix: must come back, with an error or without. */
static spk_status compile_repeated(const char *prefix, const char *middle, size_t n,
                                   const char *suffix) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__str s = {.ctx = ctx};
    spk__str_add(&s, "model m:\n    update:\n        x real = 1\n%s", prefix);
    for (size_t i = 0; i < n; i++)
        spk__str_add(&s, "%s", middle);
    spk__str_add(&s, "%s", suffix);
    spk__nestml *m = NULL;
    spk_status st = spk__nestml_compile(ctx, "m", s.text, s.length, &m);
    CHECK(spk_ctx_diag_count(ctx) <= 20);
    spk__nestml_free(m);
    spk__str_free(&s);
    spk_ctx_free(ctx);
    return st;
}

TEST(depth_is_limited) {
    CHECK(compile_repeated("        x = ", "(", 200, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "(", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "-", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "x + ", 200, "1\n") == SPK_OK);
    CHECK(compile_repeated("        x = ", "x + ", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "x ** ", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "exp(", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "true ? 1 : ", 10000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        x = ", "not ", 100000, "1\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        if x > 0:\n            x = 1\n",
                           "        elif x > 1:\n            x = 2\n", 10000, "") == SPK_ERR_INPUT);
    CHECK(compile_repeated("        y x", "((", 100000, "\n") == SPK_ERR_INPUT);
    CHECK(compile_repeated("", "        x = x + 1\n", 20000, "") == SPK_OK);
    CHECK(compile_repeated("", "        x = y\n", 20000, "") == SPK_ERR_INPUT);
    CHECK(compile_repeated("", "        x real = 3\n", 20000, "") == SPK_ERR_INPUT);
}

/* A chain of n inlines, each of the next. */
static spk_status compile_chain(int n) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__str s = {.ctx = ctx};
    spk__str_add(&s, "model m:\n    equations:\n");
    for (int i = 0; i < n; i++)
        spk__str_add(&s, "        inline a%d real = a%d\n", i, i + 1);
    spk__str_add(&s, "        inline a%d real = 1\n", n);
    spk__nestml *m = NULL;
    spk_status st = spk__nestml_compile(ctx, "m", s.text, s.length, &m);
    spk__nestml_free(m);
    spk__str_free(&s);
    spk_ctx_free(ctx);
    return st;
}

TEST(chains_of_definitions_are_limited) {
    CHECK(compile_chain(50) == SPK_OK);
    CHECK(compile_chain(1500) == SPK_ERR_INPUT);
    CHECK(compile_chain(5000) == SPK_ERR_INPUT);
}

int main(void) {
    RUN(a_whole_neuron);
    RUN(precedence);
    RUN(literals_are_coherent);
    RUN(bare_numbers_take_the_unit_of_their_partner);
    RUN(a_model_with_everything);
    RUN(several_models_and_their_order);
    RUN(tabs_are_eight_columns);
    RUN(integers_stay_integers);
    RUN(every_truncation_is_an_error_or_a_model);
    RUN(failing_allocations);
    RUN(depth_is_limited);
    RUN(chains_of_definitions_are_limited);
    return test_end();
}
