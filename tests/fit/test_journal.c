/* The journal: what was told comes back, and nothing that a crash left half-written does. */
#include "test.h"
#include "fit/fit.h"
#include <sys/stat.h>

static char folder[64];

static const char *journal_path(void) {
    static char path[128];
    snprintf(path, sizeof path, "%s/journal", folder);
    return path;
}

static const char identity[] = "spikefit 1\nrecording def\nstudy\nmodel: a\nseed: 1\n";

static void write_three(spk_ctx *ctx) {
    spk__journal *j = NULL;
    unlink(journal_path());
    CHECK(spk__journal_open(ctx, folder, identity, "place", false, &j) == SPK_OK);
    REQUIRE(j);
    for (int g = 0; g < 3; g++) {
        double loss[2] = {g, g + 0.5};
        spk_tally t = {.evaluations = (uint64_t)(2 * g + 2), .silent = (uint64_t)g};
        CHECK(spk__journal_append(j, 0, (uint64_t)g, 2, loss, &t) == SPK_OK);
    }
    spk__journal_close(j);
}

/* How many records of two losses come back. */
static int read_back(spk_ctx *ctx) {
    spk__journal *j = NULL;
    if (spk__journal_open(ctx, folder, identity, "place", true, &j))
        return -1;
    int n = 0;
    for (;; n++) {
        double loss[2];
        spk_tally t;
        if (!spk__journal_next(j, 0, (uint64_t)n, 2, loss, &t))
            break;
        CHECK(loss[0] == n && loss[1] == n + 0.5 && t.silent == (uint64_t)n);
    }
    spk__journal_close(j);
    return n;
}

TEST(records_come_back) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    CHECK(read_back(ctx) == 3);
    spk_ctx_free(ctx);
}

TEST(cut_at_every_byte) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    char *bytes = NULL;
    size_t n = 0;
    CHECK(spk__read_file(ctx, journal_path(), 0, &bytes, &n) == SPK_OK);
    int last = -1;
    for (size_t cut = 1; cut <= n; cut++) {
        CHECK(spk__write_file_atomic(ctx, journal_path(), bytes, cut) == SPK_OK);
        int got = read_back(ctx);
        spk_ctx_diag_clear(ctx);
        CHECK(got >= last); /* more bytes never give fewer generations */
        last = got;
    }
    CHECK(last == 3);
    spk__free(ctx, bytes);
    spk_ctx_free(ctx);
}

TEST(a_flipped_bit_ends_the_replay) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    char *bytes = NULL;
    size_t n = 0;
    CHECK(spk__read_file(ctx, journal_path(), 0, &bytes, &n) == SPK_OK);
    bytes[n - 1 - (n - 80) / 3] ^= 4; /* inside the second or third record */
    CHECK(spk__write_file_atomic(ctx, journal_path(), bytes, n) == SPK_OK);
    int got = read_back(ctx);
    CHECK(got >= 1 && got < 3);
    spk__free(ctx, bytes);
    spk_ctx_free(ctx);
}

TEST(a_cut_record_is_said_and_replaced) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    char *bytes = NULL;
    size_t n = 0;
    CHECK(spk__read_file(ctx, journal_path(), 0, &bytes, &n) == SPK_OK);
    CHECK(spk__write_file_atomic(ctx, journal_path(), bytes, n - 1) == SPK_OK);
    spk__journal *j = NULL;
    double loss[2] = {2, 2.5};
    spk_tally t = {.evaluations = 6, .silent = 2};
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(strstr(last_message(ctx), "are cut short or damaged") != NULL);
    CHECK(spk__journal_append(j, 0, 2, 2, loss, &t) == SPK_OK);
    spk__journal_close(j);
    CHECK(read_back(ctx) == 3);
    spk__free(ctx, bytes);
    spk_ctx_free(ctx);
}

TEST(only_records_of_the_same_points_are_used) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    spk__journal *j = NULL;
    double loss[2] = {7, 7.5};
    spk_tally t;
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(spk__journal_evaluations(j, 0) == 6 && spk__journal_evaluations(j, 1) == 0);
    CHECK(spk__journal_next(j, 0, 0, 2, loss, &t) && loss[0] == 0);
    CHECK(!spk__journal_next(j, 0, 1, 1, loss, &t)); /* another number of points */
    CHECK(!spk__journal_next(j, 0, 1, 2, loss, &t)); /* and this model has left the journal */
    loss[0] = 7;
    CHECK(spk__journal_append(j, 0, 99, 1, loss, &t) == SPK_OK);
    CHECK(!spk__journal_next(j, 1, 0, 2, loss, &t)); /* another model's */
    CHECK(spk__journal_append(j, 1, 50, 2, loss, &t) == SPK_OK);
    spk__journal_close(j);
    CHECK(read_back(ctx) == 3); /* nothing of before is lost */
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(spk__journal_next(j, 1, 50, 2, loss, &t));
    CHECK(spk__journal_next(j, 0, 0, 2, loss, &t) && spk__journal_next(j, 0, 99, 1, loss, &t));
    spk__journal_close(j);
    spk_ctx_free(ctx);
}

static void check_refusal(spk_ctx *ctx, const char *other, const char *message) {
    spk__journal *j = NULL;
    CHECK(spk__journal_open(ctx, folder, other, "place", true, &j) == SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), message);
}

TEST(refusals_say_what_differs) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    spk__journal *j = NULL, *k = NULL;
    CHECK(spk__journal_open(ctx, folder, identity, "place", false, &j) == SPK_ERR_USAGE);
    CHECK_STR(last_message(ctx), "the folder holds a run already");
    check_refusal(ctx, "spikefit 1\nrecording xyz\nstudy\nmodel: a\nseed: 1\n",
                  "the run cannot be resumed: it was begun with 'recording def', not 'recording xyz'");
    check_refusal(ctx, "spikefit 1\nrecording def\nstudy\nmodel: a\nseed: 2\n",
                  "the run cannot be resumed: it was begun with 'seed: 1' in line 2 of the study, not "
                  "'seed: 2'");
    check_refusal(ctx, "spikefit 1\nrecording def\nstudy\nmodel: b\nseed: 1\n",
                  "the run cannot be resumed: it was begun with 'model: a' in line 1 of the study, not "
                  "'model: b'");
    check_refusal(ctx, "spikefit 1\nrecording def\nstudy\nmodel: a\n",
                  "the run cannot be resumed: it was begun with 'seed: 1' in line 2 of the study, not "
                  "''");
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &k) == SPK_ERR_USAGE);
    CHECK_STR(last_message(ctx), "another process is writing to this run");
    spk__journal_close(j);
    CHECK(spk__write_file_atomic(ctx, journal_path(), "nonsense", 8) == SPK_OK);
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

TEST(the_budget_is_the_last_one_given) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__journal *j = NULL;
    write_three(ctx);
    for (uint64_t budget = 50; budget <= 60; budget += 10) {
        CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
        CHECK(spk__journal_budget(j) == (budget == 50 ? 0 : 50));
        CHECK(spk__journal_set_budget(j, budget) == SPK_OK);
        spk__journal_close(j);
    }
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(spk__journal_budget(j) == 60 && spk__journal_evaluations(j, 0) == 6);
    spk__journal_close(j);
    CHECK(read_back(ctx) == 3);
    spk_ctx_free(ctx);
}

/* A run that was killed in its first generation may be begun again as another. */
TEST(a_budget_alone_is_nothing_spent) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__journal *j = NULL;
    unlink(journal_path());
    CHECK(spk__journal_open(ctx, folder, identity, "place", false, &j) == SPK_OK);
    CHECK(spk__journal_set_budget(j, 50) == SPK_OK);
    spk__journal_close(j);
    CHECK(spk__journal_open(ctx, folder, identity, "place", true, &j) == SPK_OK);
    CHECK(spk__journal_budget(j) == 50);
    spk__journal_close(j);
    CHECK(spk__journal_open(ctx, folder, "other", "place", false, &j) == SPK_OK);
    CHECK(spk__journal_budget(j) == 0);
    spk__journal_close(j);
    spk_ctx_free(ctx);
}

int main(void) {
    snprintf(folder, sizeof folder, "/tmp/spk_journal_%ld", (long)getpid());
    mkdir(folder, 0777);
    RUN(records_come_back);
    RUN(cut_at_every_byte);
    RUN(a_flipped_bit_ends_the_replay);
    RUN(a_cut_record_is_said_and_replaced);
    RUN(only_records_of_the_same_points_are_used);
    RUN(the_budget_is_the_last_one_given);
    RUN(a_budget_alone_is_nothing_spent);
    RUN(refusals_say_what_differs);
    unlink(journal_path());
    rmdir(folder);
    return test_end();
}
