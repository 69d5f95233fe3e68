/* Units: parse, print, compare; quantities; options from text. */
#include "test.h"
#include <spikefit/unit.h>

static spk_unit unit(const char *text) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_unit u = {.scale = NAN};
    if (spk_unit_parse(ctx, text, NULL, &u))
        print_diags(ctx);
    spk_ctx_free(ctx);
    return u;
}

/* The whole diagnostic for a unit that starts at line 1, column 5 of a file. */
static const char *unit_error(const char *text) {
    static char out[1024];
    spk_ctx *ctx = spk_ctx_new(NULL);
    char line[256];
    int n = snprintf(line, sizeof line, "x = %s", text);
    spk__ctx_add_source(ctx, "m", line, (size_t)n);
    spk_unit u = {.scale = -1};
    spk_loc loc = {"m", 1, 5, 1};
    if (spk_unit_parse(ctx, text, &loc, &u) != SPK_ERR_INPUT || u.scale != -1)
        snprintf(out, sizeof out, "accepted");
    else
        spk_diag_format(spk_ctx_diag(ctx, 0), false, out, sizeof out);
    spk_ctx_free(ctx);
    return out;
}

TEST(coherent_units_have_scale_one_exactly) {
    static const char *const ones[] = {
        "ms",    "mV",    "pA",   "nS",  "pF",   "GOhm", "fC",  "1", "pA*ms/mV",
        "nS*mV", "pA/nS", "1/ms", "kHz", "real", "m",    "mol", "K", "pF/mV/ms*mV*ms/pF",
        "(mV)",  "rad"};
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        CHECK(unit(ones[i]).scale == 1.0);
}

TEST(other_scales_are_the_nearest_double) {
    struct {
        const char *text;
        double scale;
    } cases[] = {
        {"s", 1000},         {"Hz", 0.001},        {"1/s", 0.001}, {"V", 1000},
        {"uV", 0.001},       {"nA", 1000},         {"A", 1e12},    {"uS", 1000},
        {"S", 1e9},          {"F", 1e12},          {"Ohm", 1e-9},  {"MOhm", 1e-3},
        {"us", 0.001},       {"C", 1e15},          {"J", 1e18},    {"min", 60000},
        {"hour", 3.6e6},     {"M", 1000},          {"mM", 1},      {"uS/cm**2", 1e7},
        {"ms**-1", 1},       {"s**-2", 1e-6},      {"l", 1e-3},    {"nF", 1000},
        {"um", 1e-6},        {"\xC2\xB5V", 0.001}, {"dag", 1e22},  {"V^2", 1e6},
        {"1/(mV*s)", 0.001},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK_NEAR(unit(cases[i].text).scale, cases[i].scale, 0.0);
}

TEST(dimensions_compare) {
    CHECK(spk_unit_same_dimension(unit("mV"), unit("pA/nS")));
    CHECK(spk_unit_same_dimension(unit("mV"), unit("kg*m**2/s**3/A")));
    CHECK(spk_unit_same_dimension(unit("nS*ms"), unit("pF")));
    CHECK(!spk_unit_same_dimension(unit("mV"), unit("pA")));
    CHECK(spk_unit_same_dimension(unit("Hz"), unit("ms**-1")));
    CHECK(spk_unit_is_plain(unit("mV/V")) && unit("mV/V").scale == 0.001);
    CHECK(!spk_unit_is_plain(unit("ms")));
}

TEST(algebra_stays_on_powers_of_ten) {
    spk_unit u = {.scale = 1.0};
    for (int i = 0; i < 12; i++)
        u = spk_unit_multiply(u, unit("um"));
    for (int i = 0; i < 12; i++)
        u = spk_unit_divide(u, unit("um"));
    CHECK(u.scale == 1.0 && spk_unit_is_plain(u));
    CHECK(spk_unit_power(unit("us"), -3).scale == 1e9);
    spk_unit root;
    CHECK(spk_unit_root(unit("pA**2/ms**2"), 2, &root) && root.scale == 1.0);
    CHECK(spk_unit_same_dimension(root, unit("pA/ms")));
    CHECK(!spk_unit_root(unit("pA"), 2, &root));
}

/* Units of the parameters and states of NEST's and NESTML's neuron models. */
TEST(customary_text) {
    static const char *const same[] = {
        "1",        "ms",    "mV",       "pA",      "nS",    "pF",       "1/ms",
        "Hz",       "s",     "V",        "nA",      "A",     "uS",       "MOhm",
        "GOhm",     "fC",    "nF",       "nS/mV",   "pA/ms", "nS/ms",    "mV/ms",
        "1/mV",     "mM",    "K",        "um",      "uF",    "mS/cm**2", "uF/cm**2",
        "uA/cm**2", "mV**2", "pA**2/ms", "1/mV/ms", "uV",    "min",      "us",
        "mol",      "m",     "nM",       "ms**2",   "mmol",  "mmol/pA",  "uS**2/ms",
    };
    char buf[64];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        CHECK_STR(spk_unit_print(unit(same[i]), buf), same[i]);
    CHECK_STR(spk_unit_print(unit("ms**-1"), buf), "1/ms");
    CHECK_STR(spk_unit_print(unit("1/s"), buf), "Hz");
    CHECK_STR(spk_unit_print(unit("nS*mV"), buf), "pA");
    CHECK_STR(spk_unit_print(unit("mV*ms"), buf), "ms*mV");
    CHECK_STR(spk_unit_print(unit("mV/V"), buf), "0.001");
    CHECK_STR(spk_unit_print(unit("kg*m/s/A"), buf), "m*kg/s/A");
}

TEST(every_printed_unit_reads_back) {
    static const char *const some[] = {"pA**2/ms", "mV*mol/K",   "1/cd**3",
                                       "um**3*mM", "kg**3/s**5", "nS/mV**2"};
    char buf[64];
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        spk_unit u = unit(some[i]), back = {.scale = NAN};
        double value = NAN;
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_unit_print(u, buf);
        bool factor = strchr(buf, ' ') != NULL; /* "1e-18 m**3": a quantity */
        if (factor)
            CHECK(spk_quantity_parse(ctx, buf, NULL, &value, &back) == SPK_OK);
        else if (spk_unit_parse(ctx, buf, NULL, &back) == SPK_OK)
            value = back.scale;
        CHECK(spk_unit_same_dimension(u, back));
        CHECK_NEAR(value, u.scale, 1e-12 * u.scale);
        spk_ctx_free(ctx);
    }
}

TEST(unit_errors_point_and_suggest) {
    CHECK_STR(unit_error("mv"), "m:1:5: error: unknown unit 'mv'\n    x = mv\n        ^~\n"
                                "  hint: did you mean 'mV'?\n");
    CHECK_STR(unit_error("pA/msec"), "m:1:8: error: unknown unit 'msec'\n    x = pA/msec\n"
                                     "           ^~~~\n  hint: did you mean 'ms'?\n");
    CHECK_STR(unit_error("mmin"), "m:1:5: error: unknown unit 'mmin'\n    x = mmin\n"
                                  "        ^~~~\n  hint: did you mean 'min'?\n");
    CHECK_STR(unit_error("ms**x"),
              "m:1:9: error: the exponent of a unit must be an integer\n    x = ms**x\n"
              "            ^\n  hint: write for example mV, pA/ms, 1/s or ms**-1\n");
    CHECK_STR(unit_error("(mV"), "m:1:5: error: ')' is missing in a unit\n    x = (mV\n"
                                 "        ^\n  hint: write for example mV, pA/ms, 1/s or ms**-1\n");
    static const char *const bad[] = {"",
                                      "2",
                                      "mV mV",
                                      "/s",
                                      "mV/",
                                      "mV**",
                                      "m**1000",
                                      "(m**60)**60",
                                      "1 2",
                                      "mV)",
                                      "*",
                                      "\xff\xfe",
                                      "12/s",
                                      "m**-",
                                      "((((((((((((((((((((m))))))))))))))))))))",
                                      "Tcd**60*Tmol**60*TK**60",
                                      "min**60/s**60*min**60"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(strcmp(unit_error(bad[i]), "accepted") != 0);
        if (strcmp(unit_error(bad[i]), "accepted") == 0)
            printf("# accepted: %s\n", bad[i]);
    }
}

TEST(quantities) {
    struct {
        const char *text;
        double value;
        const char *unit;
    } cases[] = {{"50 pF", 50, "pF"},        {"-70mV", -70, "mV"}, {"0.1", 0.1, "1"},
                 {"2e3 1/s", 2, "Hz"},       {" 3 V ", 3000, "V"}, {"0.02/ms", 0.02, "1/ms"},
                 {"inf mV", INFINITY, "mV"}, {"1e-3 s", 1, "s"},   {"-.5nA", -500, "nA"}};
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double x = NAN;
        spk_unit u = {.scale = NAN};
        CHECK(spk_quantity_parse(ctx, cases[i].text, NULL, &x, &u) == SPK_OK);
        CHECK_NEAR(x, cases[i].value, 0);
        CHECK(spk_unit_same_dimension(u, unit(cases[i].unit)) &&
              u.scale == unit(cases[i].unit).scale);
    }
    double x = 7;
    spk_unit u;
    CHECK(spk_quantity_parse(ctx, "pF", NULL, &x, &u) == SPK_ERR_INPUT && x == 7);
    CHECK_STR(last_message(ctx), "'pF' is not a quantity");
    CHECK(spk_quantity_parse(ctx, "nan mV", NULL, &x, &u) == SPK_ERR_INPUT);
    CHECK(spk_quantity_parse(ctx, "", NULL, &x, &u) == SPK_ERR_INPUT);
    spk_loc loc = {"f", 1, 3, 1};
    CHECK(spk_quantity_parse(ctx, "1.5  mX", &loc, &x, &u) == SPK_ERR_INPUT);
    CHECK(spk_ctx_diag(ctx, 3)->loc.column == 8 && spk_ctx_diag(ctx, 3)->loc.length == 2);
    spk_ctx_free(ctx);
}

static const char *as_error(const char *text, const char *want) {
    static char out[512];
    spk_ctx *ctx = spk_ctx_new(NULL);
    double x;
    if (spk_quantity_parse_as(ctx, text, NULL, "the window", unit(want), &x) != SPK_ERR_INPUT)
        return "accepted";
    spk_diag_format(spk_ctx_diag(ctx, 0), false, out, sizeof out);
    spk_ctx_free(ctx);
    return out;
}

TEST(quantities_of_a_wanted_dimension) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    double x = NAN;
    CHECK(spk_quantity_parse_as(ctx, "0.004 s", NULL, "w", unit("ms"), &x) == SPK_OK && x == 4.0);
    CHECK(spk_quantity_parse_as(ctx, "50 Hz", NULL, "w", unit("Hz"), &x) == SPK_OK && x == 0.05);
    spk_ctx_free(ctx);
    CHECK_STR(as_error("4", "ms"), "error: the window needs a unit\n  hint: write 4 ms\n");
    CHECK_STR(as_error("4 mV", "ms"),
              "error: the window must be in ms, not in mV\n  hint: give it in ms\n");
    CHECK_STR(as_error("4 mV", "1"),
              "error: the window is a plain number, not in mV\n  hint: leave the unit out\n");
}

static const char *const kinds[] = {"gauss", "box", NULL};
static const spk_opt table[] = {
    {"window", "half width", SPK_OPT_REAL, "ms", 4, 0, 100, NULL},
    {"count", "how many", SPK_OPT_INT, NULL, 1, 1, INFINITY, NULL},
    {"exact", "", SPK_OPT_BOOL, NULL, 0, 0, 0, NULL},
    {"kernel", "", SPK_OPT_CHOICE, NULL, 0, 0, 0, kinds},
    {"rate", "", SPK_OPT_REAL, "Hz", 5, 0, INFINITY, NULL},
    {0},
};

static const char *opt_error(const char *name, const char *value) {
    static char out[512];
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_opts o, before;
    spk_opts_default(table, &o);
    before = o;
    snprintf(out, sizeof out, "accepted");
    if (spk_opts_set(ctx, table, "gamma", name, value, NULL, &o) == SPK_ERR_INPUT &&
        memcmp(&o, &before, sizeof o) == 0)
        spk_diag_format(spk_ctx_diag(ctx, 0), false, out, sizeof out);
    spk_ctx_free(ctx);
    return out;
}

TEST(options_from_text) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_opts o;
    spk_opts_default(table, &o);
    CHECK(spk_opts_set(ctx, table, "gamma", "window", "0.002 s", NULL, &o) == SPK_OK &&
          o.v[0] == 2.0);
    CHECK(spk_opts_set(ctx, table, "gamma", "count", "12", NULL, &o) == SPK_OK && o.v[1] == 12.0);
    CHECK(spk_opts_set(ctx, table, "gamma", "exact", "Yes", NULL, &o) == SPK_OK && o.v[2] == 1.0);
    CHECK(spk_opts_set(ctx, table, "gamma", "kernel", "box", NULL, &o) == SPK_OK && o.v[3] == 1.0);
    for (int hz = 0; hz < 1000; hz++) { /* stored as written */
        char text[32];
        snprintf(text, sizeof text, "%d Hz", hz);
        CHECK(spk_opts_set(ctx, table, "gamma", "rate", text, NULL, &o) == SPK_OK && o.v[4] == hz);
    }
    for (int i = 1; i < 1000; i++) { /* stored as written */
        char text[32];
        snprintf(text, sizeof text, "%d.%d Hz", i, i % 10);
        CHECK(spk_opts_set(ctx, table, "gamma", "rate", text, NULL, &o) == SPK_OK &&
              o.v[4] == atof(text));
    }
    spk_ctx_free(ctx);
}

TEST(wrong_options) {
    CHECK_STR(opt_error("windw", "3 ms"),
              "error: gamma has no option 'windw'\n  hint: did you mean 'window'?\n");
    CHECK_STR(opt_error("zzzzzzz", "3"), "error: gamma has no option 'zzzzzzz'\n"
                                         "  hint: it has: window, count, exact, kernel, rate\n");
    CHECK_STR(opt_error("window", "3"),
              "error: option 'window' of gamma needs a unit\n  hint: write 3 ms\n");
    CHECK_STR(opt_error("window", "300 ms"),
              "error: option 'window' of gamma must be between 0 and 100 ms, not 300 ms\n");
    CHECK_STR(opt_error("count", "0"),
              "error: option 'count' of gamma must be at least 1, not 0\n");
    CHECK_STR(opt_error("count", "1.5"),
              "error: option 'count' of gamma must be an integer, not 1.5\n");
    CHECK_STR(opt_error("count", "1 ms"),
              "error: option 'count' of gamma is a plain number, not in ms\n"
              "  hint: leave the unit out\n");
    CHECK_STR(opt_error("exact", "maybe"),
              "error: option 'exact' of gamma must be true or false, not 'maybe'\n");
    CHECK_STR(opt_error("kernel", "gaus"),
              "error: option 'kernel' of gamma cannot be 'gaus'\n  hint: did you mean 'gauss'?\n");
    CHECK_STR(opt_error("kernel", "q"),
              "error: option 'kernel' of gamma cannot be 'q'\n  hint: one of: gauss, box\n");
}

int main(void) {
    RUN(coherent_units_have_scale_one_exactly);
    RUN(other_scales_are_the_nearest_double);
    RUN(dimensions_compare);
    RUN(algebra_stays_on_powers_of_ten);
    RUN(customary_text);
    RUN(every_printed_unit_reads_back);
    RUN(unit_errors_point_and_suggest);
    RUN(quantities);
    RUN(quantities_of_a_wanted_dimension);
    RUN(options_from_text);
    RUN(wrong_options);
    return test_end();
}
