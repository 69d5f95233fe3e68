/* The study file: what it says, and what is said of its mistakes. */
#include "test.h"
#include <spikefit/study.h>

static spk_study *parse(spk_ctx *ctx, const char *text) {
    spk_study *s = NULL;
    spk_status st = spk_study_parse(ctx, "folder/study.yaml", text, strlen(text), &s);
    CHECK((st == SPK_OK) == (s != NULL));
    return s;
}

static const char whole[] =
    "model: [aeif_psc_exp, my.nestml]\n"
    "data:\n"
    "  recording: cell.csv\n"
    "  reader: {dt: 0.1 ms}\n"
    "  detect: {rule: slope, slope: 10 V/s, dead_time: 2 ms}\n"
    "  train: {window: [0 s, 3.4 s], sweeps: [3, a]}\n"
    "  test: {repeats: [1, 2]}\n"
    "fit:\n"
    "  C_m: {min: 50 pF, max: 0.5 nF, scale: log, start: 100 pF, "
    "prior: {lognormal: [90 pF, 0.3]}}\n"
    "  tau_w: [10 ms, 500 ms]\n"
    "fixed: {t_ref: 2 ms}\n"
    "loss: {coincidence_factor: {window: 2 ms, weight: 3}, rate_error: 0.1}\n"
    "objectives:\n"
    "  one: {loss: {van_rossum: {weight: 2, tau: 3 ms}}, sweeps: [a, 4]}\n"
    "  two: {sweeps: 5}\n"
    "simulation: {dt: 50 us, integrator: rk4, precision: float32, noise: fresh, "
    "trials: 3}\n"
    "search: {method: lshade, evaluations: 1000, memory: 5}\n"
    "seed: 7\n"
    "threads: 2\n";

TEST(every_key_is_read) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = parse(ctx, whole);
    print_diags(ctx);
    REQUIRE(s);
    CHECK(s->n_models == 2);
    CHECK_STR(s->model[1], "my.nestml");
    CHECK_STR(s->recording[0], "folder/cell.csv");
    CHECK(s->reader.n == 1);
    CHECK_STR(s->reader.item[0].value, "0.1 ms");
    CHECK(s->detection.rule == SPK_DETECT_SLOPE && s->detection.slope_mV_per_ms == 10);
    CHECK_NEAR(s->detection.dead_time_ms, 2, 0);
    CHECK(s->train.given && s->train.stop_ms == 3400 && s->train.n_sweeps == 2);
    CHECK_STR(s->train.sweep[0], "3");
    CHECK(s->test.n_repeats == 2 && s->test.repeat[1] == 2 && s->test.stop_ms == INFINITY);
    CHECK(s->n_free == 2 && s->free[0].scale == SPK_SCALE_LOG &&
          s->free[1].scale == SPK_SCALE_AUTO);
    CHECK_STR(s->free[0].start, "100 pF");
    CHECK_STR(s->free[1].max, "500 ms");
    CHECK_STR(s->fixed.item[0].name, "t_ref");
    CHECK(s->n_losses == 2 && s->loss[0].weight == 3 && s->loss[1].weight == 0.1);
    CHECK_STR(s->loss[0].options.item[0].value, "2 ms");
    CHECK(s->free[0].prior.kind == SPK_PRIOR_LOGNORMAL && s->free[1].prior.kind == SPK_PRIOR_AUTO);
    CHECK_STR(s->free[0].prior.centre, "90 pF");
    CHECK_STR(s->free[0].prior.width, "0.3");
    REQUIRE(s->n_objectives == 2 && s->objective[0].n_losses == 1 && s->objective[1].n_losses == 0);
    CHECK(s->objective[0].loss[0].weight == 2 && s->objective[0].n_sweeps == 2);
    CHECK_STR(s->objective[0].sweep[1], "4");
    CHECK_STR(s->objective[1].name, "two");
    CHECK(s->noise == SPK_NOISE_FRESH && s->trials == 3);
    CHECK_NEAR(s->dt_ms, 0.05, 1e-15);
    CHECK(s->float32 == 1 && s->evaluations == 1000 && s->seed == 7 && s->threads == 2);
    CHECK_STR(s->method, "lshade");
    CHECK_STR(s->search.item[0].name, "memory");
    spk_study_free(s);
    spk_ctx_free(ctx);
}

TEST(defaults) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = parse(ctx, "model: a\ndata: {recording: /x/y.csv}\n");
    REQUIRE(s);
    CHECK_STR(s->recording[0], "/x/y.csv");
    CHECK(!s->train.given && !s->free_given && s->seed == 1 && s->dt_ms == 0 && !s->method);
    CHECK(s->evaluations == 60000);
    spk_study_free(s);
    spk_ctx_free(ctx);
}

/* The whole message, as a user meets it. */
static void refuses(const char *text, const char *want) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = NULL;
    char got[2048] = "";
    CHECK(spk_study_parse(ctx, "s.yaml", text, strlen(text), &s) == SPK_ERR_INPUT && !s);
    if (spk_ctx_diag_count(ctx))
        spk_diag_format(spk_ctx_diag(ctx, 0), false, got, sizeof got);
    CHECK_STR(got, want);
    spk_ctx_free(ctx);
}

TEST(mistakes_are_located) {
    refuses("modle: a\ndata: {recording: x}\n",
            "s.yaml:1:1: error: the study has no key 'modle'\n    modle: a\n    ^~~~~\n"
            "  hint: did you mean 'model'?\n");
    refuses("model: a\n", "s.yaml: error: the study names no data\n"
                          "  hint: add 'data: {recording: cell.csv}'\n");
    refuses("model: a\ndata: {recording: x}\nsimulation: {dt: 3 mV}\n",
            "s.yaml:3:18: error: the step must be in ms, not in mV\n    simulation: {dt: 3 mV}\n"
            "                     ^~~~\n  hint: give it in ms\n");
    refuses("model: a\ndata: {recording: x}\nfit:\n  C_m: [1 pF]\n",
            "s.yaml:4:8: error: C_m needs two bounds, not 1\n      C_m: [1 pF]\n"
            "           ^\n  hint: write [min, max] with units\n");
    refuses(
        "model: a\ndata: {recording: x, train: {window: [5 ms, 2 ms]}}\n",
        "s.yaml:2:38: error: a window must begin at 0 or later and end after it begins, not 5 .. "
        "2 ms\n    data: {recording: x, train: {window: [5 ms, 2 ms]}}\n"
        "                                         ^\n");
    refuses("model: a\nmodel: b\n",
            "s.yaml:2:1: error: the key 'model' is given twice\n    model: b\n"
            "    ^~~~~\n  hint: keep one of the two\n");
    refuses("model: a\ndata: {recording: x}\nseed: 1.5\n",
            "s.yaml:3:7: error: the seed must be a whole number, not 1.5\n    seed: 1.5\n"
            "          ^~~\n");
    refuses("model: a\ndata: {recording: x}\nsearch: {evaluations: 0}\n",
            "s.yaml:3:23: error: evaluations must be from 1 to 1125899906842624, not 0\n"
            "    search: {evaluations: 0}\n                          ^\n");
    refuses("model: a\ndata: {recording: x}\nthreads: many\n",
            "s.yaml:3:10: error: 'many' is not a number\n    threads: many\n             ^~~~\n");
    refuses(
        "model: a\ndata: {recording: x}\nfit:\n  C_m: atuo\n",
        "s.yaml:4:8: error: 'atuo' are no bounds for C_m\n      C_m: atuo\n           ^~~~\n"
        "  hint: write [min, max] with units, or auto for the bounds that the model suggests\n");
}

TEST(mistakes_in_priors_and_objectives) {
    refuses("model: a\ndata: {recording: x}\nfit: {C_m: {prior: normal}}\n",
            "s.yaml:3:20: error: the prior normal needs its two numbers\n"
            "    fit: {C_m: {prior: normal}}\n                       ^~~~~~\n"
            "  hint: write {normal: [mean, standard deviation]} with units\n");
    refuses("model: a\ndata: {recording: x}\nfit: {C_m: {prior: {norml: [1 pF, 1 pF]}}}\n",
            "s.yaml:3:21: error: prior has no key 'norml'\n"
            "    fit: {C_m: {prior: {norml: [1 pF, 1 pF]}}}\n                        ^~~~~\n"
            "  hint: did you mean 'normal'?\n");
    refuses("model: a\ndata: {recording: x}\nobjectives: {one: {}, two: {sweeps: 1}}\n",
            "s.yaml:3:19: error: the objective one says neither a loss nor sweeps\n"
            "    objectives: {one: {}, two: {sweeps: 1}}\n                      ^\n"
            "  hint: add 'loss: {...}', 'sweeps: [...]', or both\n");
}

TEST(broken_yaml_is_located) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = NULL;
    const char *text = "model: [a\ndata: {recording: x}\n";
    CHECK(spk_study_parse(ctx, "s.yaml", text, strlen(text), &s) == SPK_ERR_INPUT);
    const spk_diag *d = spk_ctx_diag(ctx, 0);
    CHECK(d && d->loc.line >= 1 && d->loc.line <= 3);
    spk_ctx_free(ctx);
}

/* Anchors save repetition; one that contains itself is refused. */
TEST(aliases) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = parse(ctx, "model: a\ndata: {recording: x, train: &w {window: [0 ms, 5 ms]}}\n"
                              "fit: {p: &b [1 ms, 2 ms], q: *b}\n");
    REQUIRE(s);
    CHECK_STR(s->free[1].max, "2 ms");
    spk_study_free(s);
    CHECK(!parse(ctx, "model: a\nfit: &f {x: *f}\n"));
    spk_ctx_free(ctx);
}

static spk_status parse_work(spk_ctx *ctx) {
    spk_study *s = NULL;
    spk_status st = spk_study_parse(ctx, "a/s.yaml", whole, strlen(whole), &s);
    spk_study_free(s);
    return st;
}

TEST(failing_allocations) {
    check_every_allocation(parse_work);
}

/* Every beginning of a valid study gives a study or an error, never a crash. */
TEST(truncations) {
    for (size_t n = 0; n < strlen(whole); n++) {
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_study *s = NULL;
        spk_status st = spk_study_parse(ctx, "s.yaml", whole, n, &s);
        CHECK(st == SPK_OK || (st == SPK_ERR_INPUT && spk_ctx_diag_count(ctx) > 0));
        spk_study_free(s);
        spk_ctx_free(ctx);
    }
}

/* ---- keys replaced ---- */

/* The text after one edit, and that what it says is read. */
static void edits(const char *text, const char *key, const char *const *value, size_t n,
                  const char *want) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = NULL;
    spk_study_edit e = {key, value, n};
    CHECK(spk_study_parse_edited(ctx, "s.yaml", text, strlen(text), &e, 1, &s) == SPK_OK);
    print_diags(ctx);
    if (s) {
        CHECK_STR(s->text, want);
        bool model = strcmp(key, "model") == 0;
        CHECK(!n || (model ? s->n_models : s->n_recordings) == n);
        for (size_t i = 0; i < n; i++)
            CHECK_STR(model ? s->model[i] : s->recording[i], value[i]);
    }
    spk_study_free(s);
    spk_ctx_free(ctx);
}

TEST(a_value_is_replaced_however_it_is_written) {
    const char *const two[] = {"a", "b c"}, *const one[] = {"d/it's.nwb"};
    edits("model: x # why\ndata: {recording: y}\n", "model", two, 2,
          "model: [a, 'b c'] # why\ndata: {recording: y}\n");
    edits("model:\n- x # why\n- y\n\n# data\ndata: {recording: y}\n", "model", two, 2,
          "model: [a, 'b c']\n\n# data\ndata: {recording: y}\n");
    edits("model:\n  - x\n  - 'y'\ndata:\n  recording: y\n", "model", two, 1,
          "model: a\ndata:\n  recording: y\n");
    edits("model: x\ndata: {recording: [\"p\",\n   q], train: {sweeps: 1}}\n", "data.recording",
          one, 1, "model: x\ndata: {recording: 'd/it''s.nwb', train: {sweeps: 1}}\n");
    edits("model: x\ndata:\n  recording:\n    - p\n    - q\n  train: {sweeps: 1}\n",
          "data.recording", one, 1,
          "model: x\ndata:\n  recording: 'd/it''s.nwb'\n  train: {sweeps: 1}\n");
    edits("model: x\ndata:\n  recording:\n  train: {sweeps: 1}\n", "data.recording", two, 2,
          "model: x\ndata:\n  recording: [a, 'b c']\n  train: {sweeps: 1}\n");
    edits("model: x\ndata: {recording: y}", "model", one, 1,
          "model: 'd/it''s.nwb'\ndata: {recording: y}");
}

TEST(a_key_is_added_where_it_is_missing) {
    const char *const v[] = {"007"};
    edits("model: x\n", "data.recording", v, 1, "model: x\ndata: {recording: 007}\n");
    edits("model: x", "data.recording", v, 1, "model: x\ndata: {recording: 007}\n");
    edits("model: x\ndata: {train: {sweeps: 1}}\n", "data.recording", v, 1,
          "model: x\ndata: {recording: 007, train: {sweeps: 1}}\n");
    edits("model: x\ndata: {}\n", "data.recording", v, 1, "model: x\ndata: {recording: 007}\n");
    edits("model: x\ndata:\n   train:\n      sweeps: 1\n", "data.recording", v, 1,
          "model: x\ndata:\n   recording: 007\n   train:\n      sweeps: 1\n");
    edits("# top\ndata: {recording: y}\n", "model", v, 1,
          "# top\nmodel: 007\ndata: {recording: y}\n");
}

TEST(a_key_is_taken_out) {
    edits("model: [x]\ndata: {recording: y}\nfit: {a: auto, b: auto, c: auto}\n", "fit.b", NULL, 0,
          "model: [x]\ndata: {recording: y}\nfit: {a: auto, c: auto}\n");
    edits("model: [x]\ndata: {recording: y}\nfit: {a: auto, b: auto}\n", "fit.b", NULL, 0,
          "model: [x]\ndata: {recording: y}\nfit: {a: auto}\n");
    edits("model: [x]\ndata: {recording: y}\nfit: {a: auto}\n", "fit.a", NULL, 0,
          "model: [x]\ndata: {recording: y}\nfit: {}\n");
    edits("model: [x]\ndata: {recording: y}\nfit:\n  a: auto # one\n  b:\n    min: 1 mV\n    max: "
          "2 mV\nseed: 1\n",
          "fit.a", NULL, 0,
          "model: [x]\ndata: {recording: y}\nfit:\n  b:\n    min: 1 mV\n    max: 2 mV\nseed: 1\n");
    edits("model: [x]\ndata: {recording: y}\nfit:\n  a: auto\n  b:\n    min: 1 mV\n    max: 2 "
          "mV\nseed: 1\n",
          "fit.b", NULL, 0, "model: [x]\ndata: {recording: y}\nfit:\n  a: auto\nseed: 1\n");
    edits("model: [x]\ndata: {recording: y}\nfixed:\n  a: 1 mV\nseed: 1\n", "fixed.a", NULL, 0,
          "model: [x]\ndata: {recording: y}\nfixed:\n  {}\nseed: 1\n");
    edits("model: [x]\ndata: {recording: y}\n", "fit.a", NULL, 0,
          "model: [x]\ndata: {recording: y}\n");
}

/* Words that YAML takes for something else come back as the text they are. */
TEST(values_are_quoted) {
    const char *const v[] = {"yes", "null", "a: b", "# c", "~",  "-", ".",
                             "*x",  "[y]",  "5 mV", "",    "\"", "{"};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_study *s = NULL;
        spk_study_edit e = {"model", &v[i], 1};
        const char *text = "model: x\ndata: {recording: /y}\n";
        CHECK(spk_study_parse_edited(ctx, "s.yaml", text, strlen(text), &e, 1, &s) == SPK_OK);
        CHECK_STR(s ? s->model[0] : NULL, v[i]);
        spk_study_free(s);
        spk_ctx_free(ctx);
    }
}

TEST(what_cannot_be_edited_is_refused) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_study *s = NULL;
    const char *const bad[] = {"a\nb"}, *const good[] = {"a"};
    spk_study_edit line = {"model", bad, 1}, deep = {"data.recording", good, 1};
    CHECK(spk_study_parse_edited(ctx, "s.yaml", "model: x\n", 9, &line, 1, &s) == SPK_ERR_INPUT);
    CHECK(strstr(last_message(ctx), "has a line break or a control character") != NULL);
    CHECK(spk_study_parse_edited(ctx, "s.yaml", "data: x\n", 8, &deep, 1, &s) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "there is no place for 'data.recording' here");
    CHECK(spk_study_parse_edited(ctx, "s.yaml", "[x]\n", 4, &deep, 1, &s) == SPK_ERR_INPUT && !s);
    spk_ctx_free(ctx);
}

static spk_status edit_work(spk_ctx *ctx) {
    const char *const v[] = {"p", "q"};
    spk_study_edit e[] = {{"model", v, 2}, {"data.recording", v, 1}};
    spk_study *s = NULL;
    spk_status st = spk_study_parse_edited(ctx, "a/s.yaml", whole, strlen(whole), e, 2, &s);
    spk_study_free(s);
    return st;
}

TEST(failing_allocations_of_edits) {
    check_every_allocation(edit_work);
}

int main(void) {
    RUN(every_key_is_read);
    RUN(defaults);
    RUN(mistakes_are_located);
    RUN(mistakes_in_priors_and_objectives);
    RUN(broken_yaml_is_located);
    RUN(aliases);
    RUN(failing_allocations);
    RUN(truncations);
    RUN(a_value_is_replaced_however_it_is_written);
    RUN(a_key_is_added_where_it_is_missing);
    RUN(a_key_is_taken_out);
    RUN(values_are_quoted);
    RUN(what_cannot_be_edited_is_refused);
    RUN(failing_allocations_of_edits);
    return test_end();
}
