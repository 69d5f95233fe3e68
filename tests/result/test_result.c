/* Results written and read back, damaged ones refused, equal ones equal to the byte. */
#include "fuzz/hdf5_faults.h"
#include "test.h"
#include <spikefit/result.h>
#include <sys/stat.h>

static char folder[64];

static const char *path_of(const char *name) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_all(void) {
    unlink(path_of("result.h5"));
    unlink(path_of("result.json"));
    rmdir(folder);
}

static double *numbers(spk_ctx *ctx, size_t n, double first) {
    double *x = SPK__ARRAY(ctx, n, double);
    for (size_t i = 0; x && i < n; i++)
        x[i] = first + (double)i;
    return x;
}

static bool add_identifiability(spk_result *r) {
    spk_ctx *ctx = r->ctx;
    spk_result_identifiability *y = &r->identifiability;
    y->profile = SPK__ARRAY(ctx, 1, spk_result_profile);
    y->direction = SPK__ARRAY(ctx, 1, spk_result_direction);
    if (!y->profile || !y->direction)
        return false;
    y->n = y->n_directions = 1;
    y->limit = 0.3;
    y->starts = 3;
    y->evaluations = 77;
    spk_result_profile *p = &y->profile[0];
    p->n = 2;
    p->value = numbers(ctx, 2, 10);
    p->held = numbers(ctx, 2, 20);
    p->refitted = numbers(ctx, 2, 30);
    p->path = numbers(ctx, 2, 40);
    p->high = 1.5;
    p->restart_high = NAN;
    p->determined = SPK_DETERMINED_FROM_BELOW;
    p->sentence = spk__strdup(ctx, "at least.");
    y->direction[0].width = 4;
    y->direction[0].weight = numbers(ctx, 1, 1);
    y->direction[0].sentence = spk__strdup(ctx, "up");
    return p->value && p->held && p->refitted && p->path && p->sentence && y->direction[0].weight &&
           y->direction[0].sentence;
}

static bool add_front(spk_result *r) {
    spk_ctx *ctx = r->ctx;
    spk_result_front *f = &r->front;
    f->name = SPK__ARRAY(ctx, 2, char *);
    if (!f->name)
        return false;
    f->n_objectives = 2;
    f->name[0] = spk__strdup(ctx, "spikes");
    f->name[1] = spk__strdup(ctx, "voltage");
    f->x = numbers(ctx, 4, 50);
    f->value = numbers(ctx, 4, 60);
    f->loss = numbers(ctx, 8, 70);
    f->pick = spk__strdup(ctx, "limit=voltage:0.3");
    if (!f->name[0] || !f->name[1] || !f->x || !f->value || !f->loss || !f->pick)
        return false;
    f->n = 4;
    f->dim = 1;
    f->picked = 2;
    /* A convex front: rows (0, 10), (1, 3), (4, 1), (10, 0). */
    const double loss[] = {0, 10, 1, 3, 4, 1, 10, 0};
    memcpy(f->loss, loss, sizeof loss);
    return true;
}

static bool add_diagnosis(spk_result *r) {
    spk_result_diagnosis *d = &r->diagnosis;
    d->term = SPK__ARRAY(r->ctx, 1, spk_result_term);
    d->words = spk__strdup(r->ctx, "One.\nTwo.");
    if (!d->term || !d->words)
        return false;
    d->n_terms = 1;
    d->poor = true;
    d->term[0] = (spk_result_term){spk__strdup(r->ctx, "van_rossum"), 2, 0.5, 0.25, 4};
    return d->term[0].name != NULL;
}

static bool add_posterior(spk_result *r) {
    spk_ctx *ctx = r->ctx;
    spk_result_posterior *y = &r->posterior;
    y->parameter = SPK__ARRAY(ctx, 1, uint64_t);
    y->value = numbers(ctx, 3, 1);
    y->weight = numbers(ctx, 3, 0);
    y->distance = numbers(ctx, 3, 5);
    y->generation = SPK__ARRAY(ctx, 1, spk_result_generation);
    y->check = SPK__ARRAY(ctx, 1, spk_result_check);
    y->stop = spk__strdup(ctx, "done");
    y->rank = numbers(ctx, 2, 0);
    y->rank_p = numbers(ctx, 1, 0.5);
    if (!y->parameter || !y->value || !y->weight || !y->distance || !y->generation || !y->check ||
        !y->stop || !y->rank || !y->rank_p)
        return false;
    y->n = 3;
    y->dim = y->n_generations = 1;
    y->n_ranks = 2;
    /* Values 1, 2, 3 with weights 0, 1/4, 3/4: mean 2.75, variance 3/16, median 3. */
    y->weight[1] = 0.25;
    y->weight[2] = 0.75;
    y->generation[0] = (spk_result_generation){1, 0.5, 20, 2.5};
    y->check[0] = (spk_result_check){spk__strdup(ctx, "count"), 1, 2, 3, 4, 0.25};
    y->n_checks = 1;
    return y->check[0].name != NULL;
}

static bool add_bootstrap(spk_result *r) {
    spk_result_bootstrap *y = &r->bootstrap;
    y->parameter = SPK__ARRAY(r->ctx, 1, uint64_t);
    y->value = numbers(r->ctx, 5, 1);
    y->loss = numbers(r->ctx, 5, 2);
    y->over = spk__strdup(r->ctx, "blocks");
    if (!y->parameter || !y->value || !y->loss || !y->over)
        return false;
    y->n = 5;
    y->dim = 1;
    y->units = 20;
    y->block_ms = 123.5;
    y->evaluations = 999;
    y->settled = true;
    return true;
}

/* A result with everything in it; the arrays are on the heap of the context, as from a fit. */
static spk_result *make(spk_ctx *ctx) {
    spk_result *r = SPK__NEW(ctx, spk_result);
    if (!r)
        return NULL;
    r->ctx = ctx;
    r->version = spk__strdup(ctx, "1.2.3");
    r->study = spk__strdup(ctx, "model: \"x\"\n");
    r->study_name = spk__strdup(ctx, "a/s.yaml");
    r->method = spk__strdup(ctx, "cmaes");
    r->stop_reason = spk__strdup(ctx, "budget");
    r->seed = 12345678901234567u;
    r->budget = 50;
    r->best_loss = 0.25;
    r->spike_shift_ms = NAN;
    r->evaluations = 6;
    r->data_path = SPK__ARRAY(ctx, 1, char *);
    r->data_hash = SPK__ARRAY(ctx, 1, char *);
    r->model = SPK__ARRAY(ctx, 1, spk_result_model);
    r->parameter = SPK__ARRAY(ctx, 1, spk_result_parameter);
    spk_result_history *h = &r->history;
    h->dim = 2;
    h->evaluations = SPK__ARRAY(ctx, 2, double);
    h->best = SPK__ARRAY(ctx, 2, double);
    h->median = SPK__ARRAY(ctx, 2, double);
    h->silent = SPK__ARRAY(ctx, 2, double);
    h->exploding = SPK__ARRAY(ctx, 2, double);
    h->nonfinite = SPK__ARRAY(ctx, 2, double);
    h->restart = SPK__ARRAY(ctx, 2, double);
    h->first = SPK__ARRAY(ctx, 3, size_t);
    h->x = SPK__ARRAY(ctx, 12, float);
    h->f = SPK__ARRAY(ctx, 6, float);
    h->start = SPK__ARRAY(ctx, 6, float);
    bool all = r->version && r->study && r->study_name && r->method && r->stop_reason && r->data_path &&
               r->data_hash && r->model && r->parameter && h->evaluations && h->best && h->median &&
               h->silent && h->exploding && h->nonfinite && h->restart && h->first && h->x && h->f && h->start;
    if (all) {
        r->n_data = r->n_models = r->n_parameters = 1;
        r->data_path[0] = spk__strdup(ctx, "cell.csv");
        r->data_hash[0] = spk__strdup(ctx, "abc");
        r->model[0] = (spk_result_model){.name = spk__strdup(ctx, "aeif"),
                                         .hash = spk__strdup(ctx, "def"),
                                         .text = spk__strdup(ctx, "model aeif:\n"),
                                         .integrator = spk__strdup(ctx, "heun"),
                                         .dt_ms = 0.1,
                                         .chosen = true};
        r->parameter[0] = (spk_result_parameter){.name = spk__strdup(ctx, "C_m"),
                                                 .unit = spk__strdup(ctx, "pF"),
                                                 .value = 0.1 + 0.2,
                                                 .free = true,
                                                 .low = 1,
                                                 .high = 2,
                                                 .start = NAN,
                                                 .bound = -1};
        h->n = 2;
        h->first[1] = 2;
        h->first[2] = 6;
        h->x[11] = 0.5f;
        h->f[5] = 3.0f;
        for (int i = 0; i < 6; i++)
            h->start[i] = (float)(i / 2);
        all = r->data_path[0] && r->data_hash[0] && r->model[0].name && r->model[0].hash &&
              r->model[0].text && r->model[0].integrator && r->parameter[0].name &&
              r->parameter[0].unit;
    }
    spk_result_score s = {.measure = (char *)(uintptr_t)"spike_distance", .part = (char *)(uintptr_t)"test", .value = 0.5, .low = 0.25, .high = NAN};
    if (all && spk_result_add_score(r, &s) == SPK_OK && add_identifiability(r) &&
        add_front(r) && add_diagnosis(r) && add_posterior(r) && add_bootstrap(r))
        return r;
    spk_result_free(r);
    return NULL;
}

TEST(round_trip) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx), *b = NULL;
    REQUIRE(r);
    CHECK(spk_result_write(ctx, r, folder) == SPK_OK);
    CHECK(spk_result_read(ctx, folder, &b) == SPK_OK);
    print_diags(ctx);
    REQUIRE(b);
    CHECK_STR(b->study, r->study);
    CHECK_STR(spk_result_chosen(b)->text, "model aeif:\n");
    CHECK(b->seed == r->seed && b->budget == 50 && b->parameter[0].value == 0.1 + 0.2);
    CHECK(isnan(b->parameter[0].start) && b->parameter[0].bound == -1 && isnan(b->spike_shift_ms));
    CHECK(b->n_scores == 1 && b->score[0].low == 0.25 && isnan(b->score[0].high));
    CHECK(b->history.n == 2 && b->history.first[2] == 6 && b->history.f[5] == 3.0f &&
          b->history.x[11] == 0.5f && b->history.start[5] == 2.0f);
    const spk_result_diagnosis *d = &b->diagnosis;
    REQUIRE(d->n_terms == 1 && d->poor);
    CHECK_STR(d->words, "One.\nTwo.");
    CHECK_STR(d->term[0].name, "van_rossum");
    CHECK(d->term[0].weight == 2 && d->term[0].best == 0.5 && d->term[0].high == 4);
    const spk_result_posterior *q = &b->posterior;
    const double half = 0.5;
    double median = 0;
    REQUIRE(q->n == 3 && q->dim == 1 && q->n_checks == 1 && q->n_ranks == 2 && q->n_generations == 1);
    CHECK(spk_posterior_mean(q, 0) == 2.75 && spk_posterior_covariance(q, 0, 0) == 0.1875);
    CHECK(spk_posterior_quantiles(ctx, q, 0, &half, 1, &median) == SPK_OK && median == 3);
    CHECK(q->generation[0].effective == 2.5 && q->check[0].p == 0.25 && q->rank[1] == 1 &&
          q->rank_p[0] == 0.5);
    CHECK_STR(q->stop, "done");
    const spk_result_bootstrap *z = &b->bootstrap;
    double low = 0, high = 0;
    REQUIRE(z->n == 5 && z->dim == 1 && z->settled);
    CHECK(z->units == 20 && z->block_ms == 123.5 && z->evaluations == 999 && z->loss[4] == 6);
    CHECK_STR(z->over, "blocks");
    /* 1 .. 5: variance 2.5. Student's quartile at 19 degrees of freedom is 0.6876 (tables), below which the
     * normal distribution has 0.2459. */
    CHECK_NEAR(spk_result_bootstrap_error(z, 0), sqrt(2.5), 1e-15);
    CHECK(spk_result_bootstrap_correlation(z, 0, 0) == 1);
    CHECK(spk_result_bootstrap_range(ctx, z, 0, 0.5, &low, &high) == SPK_OK);
    CHECK_NEAR(low, 1 + 4 * 0.2459, 3e-4);
    CHECK_NEAR(high, 5 - 4 * 0.2459, 3e-4);
    const spk_result_front *f = &b->front;
    REQUIRE(f->n == 4 && f->n_objectives == 2 && f->dim == 1);
    CHECK(f->picked == 2 && f->x[3] == 53 && f->value[3] == 63 && f->loss[3] == 3);
    CHECK_STR(f->name[1], "voltage");
    CHECK_STR(f->pick, "limit=voltage:0.3");
    const spk_result_identifiability *y = &b->identifiability;
    REQUIRE(y->n == 1 && y->n_directions == 1 && y->profile[0].n == 2);
    CHECK(y->limit == 0.3 && y->starts == 3 && y->evaluations == 77);
    CHECK(y->profile[0].value[1] == 11 && y->profile[0].held[1] == 21 &&
          y->profile[0].refitted[1] == 31 && y->profile[0].path[1] == 41);
    CHECK(y->profile[0].determined == SPK_DETERMINED_FROM_BELOW && y->profile[0].high == 1.5 &&
          isnan(y->profile[0].restart_high));
    CHECK_STR(y->profile[0].sentence, "at least.");
    CHECK(y->direction[0].width == 4 && y->direction[0].weight[0] == 1);
    CHECK_STR(y->direction[0].sentence, "up");
    spk_result_free(b);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

/* Runs of before the bootstrap have no place for one. */
TEST(a_file_without_a_bootstrap_is_read) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx), *b = NULL;
    REQUIRE(r);
    spk_result_clear_bootstrap(r);
    CHECK(spk_result_write(ctx, r, folder) == SPK_OK);
    CHECK(spk_result_read(ctx, folder, &b) == SPK_OK);
    REQUIRE(b);
    CHECK(b->bootstrap.n == 0 && !b->bootstrap.value && b->posterior.n == 3);
    spk_result_free(b);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

TEST(equal_results_are_equal_bytes) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx);
    REQUIRE(r);
    char *bytes[2] = {0};
    size_t n[2] = {0};
    for (int i = 0; i < 2; i++) {
        CHECK(spk_result_write(ctx, r, folder) == SPK_OK);
        CHECK(spk__read_file(ctx, path_of("result.h5"), 0, &bytes[i], &n[i]) == SPK_OK);
        if (i == 0)
            sleep(1); /* a date in the file would differ */
    }
    CHECK(n[0] == n[1] && memcmp(bytes[0], bytes[1], n[0]) == 0);
    spk__free(ctx, bytes[0]);
    spk__free(ctx, bytes[1]);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

TEST(json_escapes_and_nulls) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx);
    char *text = NULL;
    size_t n;
    REQUIRE(r);
    CHECK(spk_result_write(ctx, r, folder) == SPK_OK);
    CHECK(spk__read_file(ctx, path_of("result.json"), 0, &text, &n) == SPK_OK);
    CHECK(strstr(text, "\"study\": \"model: \\\"x\\\"\\n\"") != NULL);
    CHECK(strstr(text, "\"C_m\": {\"verdict\": \"known from below only\"") != NULL);
    CHECK(strstr(text, "\"spike_shift_at_quarter_step_ms\": null") != NULL);
    CHECK(strstr(text, "\"value\": 0.30000000000000004, \"unit\": \"pF\"") != NULL);
    spk__free(ctx, text);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

TEST(picks) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx);
    size_t row = 99;
    REQUIRE(r);
    /* Scaled sums of the rows: 1, 0.4, 0.5, 1. */
    CHECK(spk_front_knee(r->front.loss, 4, 2) == 1);
    CHECK(spk_front_pick(ctx, &r->front, "knee", &row) == SPK_OK && row == 1);
    /* With weights 1 and 3: 3, 1, 0.7, 1. */
    CHECK(spk_front_pick(ctx, &r->front, "weights=1,3", &row) == SPK_OK && row == 2);
    CHECK(spk_front_pick(ctx, &r->front, "limit=voltage:1", &row) == SPK_OK && row == 2);
    CHECK(spk_front_pick(ctx, &r->front, "limit=spikes:9,voltage:5", &row) == SPK_OK && row == 1);
    CHECK(spk_front_pick(ctx, &r->front, "4", &row) == SPK_OK && row == 3);
    const char *bad[] = {"",          "5",          "0",           "knees",        "weights=1",
                         "weights=,", "weights=1;2", "limit=x:1",  "limit=voltage", "limit=voltage:-1",
                         "limit=",    "-1",         "weights=-1,2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK(spk_front_pick(ctx, &r->front, bad[i], &row) == SPK_ERR_USAGE);
    spk_result_free(r);
    spk_ctx_free(ctx);
}

/* Truncated or flipped: an error or a result, never a crash. */
TEST(damaged_files) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_result *r = make(ctx);
    char *bytes = NULL;
    size_t n = 0;
    REQUIRE(r);
    CHECK(spk_result_write(ctx, r, folder) == SPK_OK);
    CHECK(spk__read_file(ctx, path_of("result.h5"), 0, &bytes, &n) == SPK_OK);
    spk_result_free(r);
    spk__rng g;
    spk__rng_init(&g, 1, SPK__RNG_TEST, 0, 0);
    for (int i = 0; i < 300; i++) {
        size_t at = spk__rng_below(&g, n), length = i % 3 ? n : at;
        char old = bytes[at];
        bytes[at] = (char)(bytes[at] ^ (1 << spk__rng_below(&g, 8)));
        CHECK(spk__write_file_atomic(ctx, path_of("result.h5"), bytes, length) == SPK_OK);
        spk_result *b = NULL;
        spk_status st = spk_result_read(ctx, folder, &b);
        CHECK(st == SPK_OK || st == SPK_ERR_INPUT || st == SPK_ERR_IO || st == SPK_ERR_MEMORY);
        spk_result_free(b);
        spk_ctx_diag_clear(ctx);
        bytes[at] = old;
    }
    spk__free(ctx, bytes);
    spk_ctx_free(ctx);
}

static spk_status round_trip_work(spk_ctx *ctx) {
    spk_result *r = make(ctx), *b = NULL;
    spk_status st = r ? spk_result_write(ctx, r, folder) : SPK_ERR_MEMORY;
    if (!st)
        st = spk_result_read(ctx, folder, &b);
    spk_result_free(b);
    spk_result_free(r);
    return st;
}

TEST(failing_allocations) {
    check_every_allocation(round_trip_work);
}

int main(void) {
    snprintf(folder, sizeof folder, "/tmp/spk_result_%ld", (long)getpid());
    mkdir(folder, 0777);
    RUN(round_trip);
    RUN(a_file_without_a_bootstrap_is_read);
    RUN(equal_results_are_equal_bytes);
    RUN(json_escapes_and_nulls);
    RUN(picks);
    RUN(damaged_files);
    RUN(failing_allocations);
    remove_all();
    return test_end();
}
