/* Constructs outside the subset get an error that names them and where they stand; the messages are
 * part of the contract. */
#include "test.h"

#include "lower/lower.h"

static spk_ctx *ctx;

/* The first diagnostic of lowering this text as "line:column: message | hint". */
static const char *complaint(const char *text, const char *integrator) {
    static char line[1024];
    spk__nestml *file = NULL;
    const spk__model *m;
    spk__lower_options o;
    spk__program *p = NULL;
    spk_ctx_diag_clear(ctx);
    spk_status st = spk__nestml_compile(ctx, "m.nestml", text, strlen(text), &file);
    if (!st)
        st = spk__nestml_find(ctx, file, NULL, &m);
    if (!st)
        st = spk__lower_options_parse(ctx, integrator, &o);
    if (!st)
        st = spk__lower(ctx, m, &o, &p);
    spk__program_free(p);
    snprintf(line, sizeof line, "no complaint");
    for (size_t i = spk_ctx_diag_count(ctx); i-- > 0;) {
        const spk_diag *d = spk_ctx_diag(ctx, i);
        if (d->severity == SPK_ERROR)
            snprintf(line, sizeof line, "%d:%d: %s%s%s", d->loc.line, d->loc.column, d->message,
                     d->hint ? " | " : "", d->hint ? d->hint : "");
    }
    spk__nestml_free(file);
    return line;
}

#define STATE "model m:\n    state:\n        x real = 0\n"
#define PORT "    input:\n        spikes <- spike\n        I pA <- continuous\n"

TEST(kernels) {
    CHECK_STR(complaint(STATE "    equations:\n        kernel K = exp(-t * t / ms**2)\n"
                              "        x' = convolve(K, spikes) / ms\n" PORT,
                        "default"),
              "5:20: this part of a kernel cannot be made into linear ODEs | a kernel is a "
              "sum of c * t**k * exp(-t / tau) and c * delta(t), or a system of linear ODEs");
    CHECK_STR(complaint(STATE
                        "        g real = 1\n    equations:\n        kernel g' = -g * g / ms\n"
                        "        x' = convolve(g, spikes) / ms\n" PORT,
                        "default"),
              "6:16: the kernel 'g' is not a system of linear ODEs with constant coefficients");
    CHECK_STR(complaint(STATE "    equations:\n        kernel K = delta(t)\n"
                              "        x' = exp(convolve(K, spikes)) / ms\n" PORT,
                        "default"),
              "6:9: what arrives at 'spikes' must be a factor of a term in the equation of 'x'");
}

TEST(statements) {
    CHECK_STR(
        complaint(STATE "    update:\n        while x < 10:\n            y real = 1\n", "default"),
        "no complaint");
    CHECK_STR(
        complaint(STATE
                  "    update:\n        k integer = 0\n        while k >= 0:\n            k += 1\n",
                  "default"),
        "6:9: this while loop does not end within 64 turns | loops are unrolled");
    CHECK_STR(complaint(STATE "    update:\n        for i in 0 ... x step 1:\n            x += 1\n",
                        "default"),
              "5:24: the end of a for loop must be a number known when the model is compiled "
              "| loops are unrolled: write a number");
    CHECK_STR(complaint(STATE "    equations:\n        x' = -x / ms\n    update:\n"
                              "        for i in 0 ... 3 step 1:\n            integrate_odes()\n",
                        "default"),
              "7:9: integrate_odes in a loop is not supported");
    CHECK_STR(complaint(STATE "    update:\n        x = f(x)\n    function f(a real) real:\n"
                              "        return f(a) + 1\n",
                        "default"),
              "7:16: the definition of 'f' needs 'f' itself");
    CHECK_STR(
        complaint(
            "model m:\n    state:\n        x real = 1 [[x * x < 4]]\n    update:\n        x = 2\n",
            "default"),
        "3:22: the guard of the state 'x' must be a plain bound | write [[x >= a]], [[x "
        "<= b]] or both with and");
    CHECK_STR(complaint("model m:\n    state:\n        x real = random_normal(0, 1)\n", "default"),
              "3:18: random_normal is not supported in parameters, internals and initial "
              "values");
}

TEST(sizes) {
    CHECK_STR(complaint("model m:\n    state:\n        x real = 1\n    update:\n        for i in 0 "
                        "... 4000 step 1:\n"
                        "            x = x * x + 0.1\n",
                        "default"),
              "1:7: the model 'm' is too large to be compiled | loops are unrolled: shorten them");
    CHECK_STR(
        complaint(
            "model m:\n    state:\n        x real = 1\n    update:\n        for i in 0 ... 4000 "
            "step 1:\n"
            "            for j in 0 ... 4000 step 1:\n                x = max(x, sin(i * j))\n",
            "default"),
        "1:7: the model 'm' is too large to be compiled | loops are unrolled: shorten them");
    CHECK_STR(complaint("model m:\n    state:\n        x real = 1\n    update:\n        for i in 0 "
                        "... 600 step 1:\n"
                        "            x = x * x + 0.1\n",
                        "default"),
              "no complaint");
}

TEST(integrators) {
    const char *logistic = STATE "    equations:\n        x' = x * (1 - x) / ms\n    update:\n"
                                 "        integrate_odes()\n";
    CHECK_STR(complaint(logistic, "exact"),
              "5:9: the integrator exact needs linear equations with constant coefficients, "
              "and that of 'x' is not | use heun, rk4, exponential_euler, crank_nicolson or "
              "euler");
    CHECK_STR(complaint(logistic, "heun:carry"),
              "1:7: m has no onCondition(X >= threshold) that emits a spike and resets X, "
              "whose crossing could be interpolated");
    CHECK_STR(complaint(logistic, "crank_nicolson:carry"),
              "1:7: the integrator crank_nicolson has its spikes on the grid | use heun, "
              "rk4, exponential_euler or euler");
    CHECK_STR(complaint(logistic, "huen"),
              "0:0: there is no integrator 'huen' | use default, exact, heun, rk4, "
              "crank_nicolson, exponential_euler, euler; behind a colon grid or carry, held "
              "or linear");
    CHECK_STR(complaint(logistic, "heun:sideways"),
              "0:0: there is no integrator 'heun:sideways' | use default, exact, heun, "
              "rk4, crank_nicolson, exponential_euler, euler; behind a colon grid or carry, "
              "held or linear");
    CHECK_STR(complaint(logistic, "heun:grid,held"), "no complaint");
}

static spk_status lower_small(spk_ctx *c) {
    static const char text[] =
        "model m:\n    state:\n        V_m mV = E\n        r ms = 0 ms\n    equations:\n"
        "        kernel K = t / ms * exp(-t / tau)\n"
        "        V_m' = (-(V_m - E) + exp(V_m / mV) * mV + convolve(K, hits) * mV) / tau\n        "
        "r' = -1e3 * ms/s\n"
        "    parameters:\n        E mV = -70 mV\n        tau ms = 10 ms [[tau > 0 ms]]\n    "
        "input:\n        hits <- spike\n"
        "    output:\n        spike\n    update:\n        if r > 0 ms:\n            "
        "integrate_odes(r)\n"
        "        else:\n            integrate_odes(V_m)\n    onCondition(V_m >= 0 mV):\n        "
        "V_m = E\n"
        "        r = 2 ms\n        emit_spike()\n";
    spk__nestml *file = NULL;
    const spk__model *m;
    spk__program *p = NULL;
    spk_status st = spk__nestml_compile(c, "m.nestml", text, strlen(text), &file);
    if (!st)
        st = spk__nestml_find(c, file, NULL, &m);
    if (!st)
        st = spk__lower(c, m, NULL, &p);
    if (st != SPK_OK && st != SPK_ERR_MEMORY)
        print_diags(c);
    spk__program_free(p);
    spk__nestml_free(file);
    return st;
}

TEST(every_allocation_may_fail) {
    check_every_allocation(lower_small);
}

int main(void) {
    ctx = spk_ctx_new(NULL);
    RUN(kernels);
    RUN(statements);
    RUN(sizes);
    RUN(integrators);
    RUN(every_allocation_may_fail);
    spk_ctx_free(ctx);
    return test_end();
}
