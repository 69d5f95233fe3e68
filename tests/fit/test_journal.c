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

static const char identity[] = "spikefit 1\nstudy abc\ndata def\n";

static void write_three(spk_ctx *ctx) {
    spk__journal *j = NULL;
    unlink(journal_path());
    CHECK(spk__journal_open(ctx, folder, identity, false, &j) == SPK_OK);
    REQUIRE(j);
    for (int g = 0; g < 3; g++) {
        double loss[2] = {g, g + 0.5};
        spk_tally t = {.evaluations = (uint64_t)(2 * g + 2), .silent = (uint64_t)g};
        CHECK(spk__journal_append(j, 0, 2, loss, &t) == SPK_OK);
    }
    spk__journal_close(j);
}

/* How many records of two losses come back. */
static int read_back(spk_ctx *ctx) {
    spk__journal *j = NULL;
    if (spk__journal_open(ctx, folder, identity, true, &j))
        return -1;
    int n = 0;
    for (;; n++) {
        double loss[2];
        spk_tally t;
        bool found;
        CHECK(spk__journal_next(j, 0, 2, loss, &t, &found) == SPK_OK);
        if (!found)
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
        CHECK(got >= last); /* more bytes never give fewer generations; -1 while the head is cut */
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

TEST(going_on_drops_what_was_not_replayed) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    spk__journal *j = NULL;
    double loss[2];
    spk_tally t;
    bool found;
    CHECK(spk__journal_open(ctx, folder, identity, true, &j) == SPK_OK);
    CHECK(spk__journal_next(j, 0, 2, loss, &t, &found) == SPK_OK && found);
    double other[2] = {1, 1.5};
    t.silent = 1;
    CHECK(spk__journal_append(j, 0, 2, other, &t) == SPK_OK);
    spk__journal_close(j);
    CHECK(read_back(ctx) == 2);
    spk_ctx_free(ctx);
}

TEST(refusals_say_what_differs) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    write_three(ctx);
    spk__journal *j = NULL, *k = NULL;
    CHECK(spk__journal_open(ctx, folder, identity, false, &j) == SPK_ERR_USAGE);
    CHECK_STR(last_message(ctx), "the folder holds a run already");
    CHECK(spk__journal_open(ctx, folder, "spikefit 1\nstudy xyz\ndata def\n", true, &j) ==
          SPK_ERR_INPUT);
    CHECK_STR(last_message(ctx), "the run cannot be resumed: it has 'study abc', not 'study xyz'");
    CHECK(spk__journal_open(ctx, folder, identity, true, &j) == SPK_OK);
    CHECK(spk__journal_open(ctx, folder, identity, true, &k) == SPK_ERR_USAGE);
    CHECK_STR(last_message(ctx), "another process is writing to this run");
    spk__journal_close(j);
    CHECK(spk__write_file_atomic(ctx, journal_path(), "nonsense", 8) == SPK_OK);
    CHECK(spk__journal_open(ctx, folder, identity, true, &j) == SPK_ERR_INPUT);
    spk_ctx_free(ctx);
}

int main(void) {
    snprintf(folder, sizeof folder, "/tmp/spk_journal_%ld", (long)getpid());
    mkdir(folder, 0777);
    RUN(records_come_back);
    RUN(cut_at_every_byte);
    RUN(a_flipped_bit_ends_the_replay);
    RUN(going_on_drops_what_was_not_replayed);
    RUN(refusals_say_what_differs);
    unlink(journal_path());
    rmdir(folder);
    return test_end();
}
