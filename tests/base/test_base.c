/* Context, diagnostics, text, arena, random streams, thread loop. */
#include "test.h"

#include <sys/stat.h>

TEST(diagnostic_points_with_a_caret) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__ctx_add_source(ctx, "a.yaml", "one\ntwo: x\n", 11);
    spk_loc loc = {"a.yaml", 2, 6, 1};
    CHECK(spk__fail(ctx, SPK_ERR_INPUT, &loc, "write 3", "bad %s", "x") == SPK_ERR_INPUT);
    char text[256];
    spk_diag_format(spk_ctx_diag(ctx, 0), false, text, sizeof text);
    CHECK_STR(text, "a.yaml:2:6: error: bad x\n    two: x\n         ^\n  hint: write 3\n");
    spk_ctx_free(ctx);
}

TEST(diagnostics_are_bounded) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    for (int i = 0; i < 300; i++)
        spk__warn(ctx, NULL, NULL, "%d", i);
    CHECK(spk_ctx_diag_count(ctx) == 200 && spk_ctx_diag_dropped(ctx) == 100);
    spk_ctx_diag_truncate(ctx, 3);
    CHECK_STR(last_message(ctx), "2");
    spk_ctx_free(ctx);
}

TEST(exit_codes) {
    CHECK(spk_status_exit_code(SPK_OK) == 0 && spk_status_exit_code(SPK_ERR_INPUT) == 3);
    CHECK_STR(spk_status_name(SPK_ERR_IO), "ERR_IO");
}

TEST(numbers_read_and_print) {
    const char *cases[] = {"1", "-2.5e-3", ".5", "+3.", "inf", "-Inf"};
    double want[] = {1, -2.5e-3, .5, 3, INFINITY, -INFINITY};
    for (int i = 0; i < 6; i++) {
        double x = 0;
        const char *end = cases[i] + strlen(cases[i]), *after;
        CHECK(spk__parse_double(cases[i], end, &after, &x) && after == end && x == want[i]);
    }
    double x;
    const char *after, *bad = "e5";
    CHECK(!spk__parse_double(bad, bad + 2, &after, &x));
    const char *part = "3eV";
    CHECK(spk__parse_double(part, part + 3, &after, &x) && after == part + 1);
    char buf[32];
    CHECK_STR(spk__print_double(0.1, buf), "0.1");
    CHECK_STR(spk__print_double(1.0 / 3, buf), "0.3333333333333333");
    CHECK_STR(spk__print_double(-70, buf), "-70");
    CHECK_STR(spk__print_double(12000, buf), "12000");
    CHECK_STR(spk__print_double(1e20, buf), "1e+20");
}

TEST(nearest_name) {
    const char *names[] = {"C_m", "g_L", "tau_w", "Delta_T"};
    CHECK_STR(spk_nearest("tua_w", names, 4), "tau_w");
    CHECK_STR(spk_nearest("delta_T", names, 4), "Delta_T");
    CHECK(spk_nearest("temperature", names, 4) == NULL);
    static const char *const models[] = {"glif1_psc", "aeif_psc_exp"};
    CHECK_STR(spk_nearest("aeif_psc", models, 2), "aeif_psc_exp"); /* not written to its end */
}

/* Known-answer vectors of Random123 (kat_vectors, philox4x32 10). */
TEST(philox_known_answers) {
    uint32_t zero[4] = {0}, key0[2] = {0}, out[4];
    spk__philox(zero, key0, out);
    CHECK(out[0] == 0x6627e8d5 && out[1] == 0xe169c58d && out[2] == 0xbc57ac4c &&
          out[3] == 0x9b00dbd8);
    uint32_t ones[4] = {~0u, ~0u, ~0u, ~0u}, key1[2] = {~0u, ~0u};
    spk__philox(ones, key1, out);
    CHECK(out[0] == 0x408f276d && out[1] == 0x41c83b0e && out[2] == 0xa20bc7c6 &&
          out[3] == 0x6d5451fd);
}

TEST(streams_are_reproducible_and_distinct) {
    spk__rng a, b, c;
    spk__rng_init(&a, 7, SPK__RNG_SEARCH, 1, 2);
    spk__rng_init(&b, 7, SPK__RNG_SEARCH, 1, 2);
    spk__rng_init(&c, 7, SPK__RNG_BOOTSTRAP, 1, 2);
    int same = 0, differ = 0;
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
        double x = spk__rng_uniform(&a);
        same += x == spk__rng_uniform(&b);
        differ += x != spk__rng_uniform(&c);
        CHECK(x > 0 && x < 1);
        sum += x;
    }
    CHECK(same == 1000 && differ == 1000);
    CHECK_NEAR(sum / 1000, 0.5, 0.05);
    int seen[5] = {0};
    for (int i = 0; i < 1000; i++)
        seen[spk__rng_below(&a, 5)]++;
    for (int i = 0; i < 5; i++)
        CHECK(seen[i] > 140 && seen[i] < 260);
}

static spk_status fill(void *arg, size_t i, int worker) {
    (void)worker;
    ((size_t *)arg)[i] = i * i;
    return i == 77 ? SPK_ERR_INPUT : SPK_OK;
}

TEST(thread_loop) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    size_t out[70] = {0}, all[100] = {0};
    CHECK(spk__parallel_for(ctx, 70, 2, fill, out) == SPK_OK);
    for (size_t i = 0; i < 70; i++)
        CHECK(out[i] == i * i);
    CHECK(spk__parallel_for(ctx, 100, 2, fill, all) == SPK_ERR_INPUT);
    spk_ctx_cancel(ctx);
    CHECK(spk__parallel_for(ctx, 70, 2, fill, out) == SPK_ERR_CANCELLED);
    spk_ctx_free(ctx);
}

static spk_status file_round_trip(spk_ctx *ctx) {
    char path[64], *text = NULL;
    size_t n = 0;
    snprintf(path, sizeof path, "/tmp/spk_base_%ld", (long)getpid());
    spk_status st = spk__write_file_atomic(ctx, path, "hello", 5);
    if (!st)
        st = spk__read_file(ctx, path, 0, &text, &n);
    if (!st)
        CHECK(n == 5 && strcmp(text, "hello") == 0);
    spk__free(ctx, text);
    unlink(path);
    return st;
}

static spk_status arena_work(spk_ctx *ctx) {
    spk__arena *a = spk__arena_new(ctx);
    spk_status st = a ? SPK_OK : SPK_ERR_MEMORY;
    for (int i = 0; !st && i < 3; i++)
        st = spk__arena_alloc(a, 50000, 1) ? SPK_OK : SPK_ERR_MEMORY;
    spk__arena_free(a);
    return st;
}

/* What stands at a path stays what it is: a link, a device. */
TEST(writing_through_links_and_to_devices) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    char path[64], link[64], *text = NULL;
    size_t n = 0;
    struct stat info;
    snprintf(path, sizeof path, "/tmp/spk_base_%ld", (long)getpid());
    snprintf(link, sizeof link, "/tmp/spk_base_link_%ld", (long)getpid());
    CHECK(spk__write_file_atomic(ctx, path, "old", 3) == SPK_OK && symlink(path, link) == 0);
    CHECK(spk__write_file_atomic(ctx, link, "hello", 5) == SPK_OK);
    CHECK(lstat(link, &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(spk__read_file(ctx, path, 0, &text, &n) == SPK_OK && n == 5);
    spk__free(ctx, text);
    unlink(path);
    unlink(link);
    CHECK(spk__write_file_atomic(ctx, "/dev/null", "hello", 5) == SPK_OK);
    CHECK(stat("/dev/null", &info) == 0 && S_ISCHR(info.st_mode));
    CHECK(spk__write_file_atomic(ctx, "/tmp", "hello", 5) == SPK_ERR_IO);
    CHECK_STR(last_message(ctx), "is a folder, not a file");
    spk_ctx_free(ctx);
}

TEST(failing_allocations) {
    check_every_allocation(file_round_trip);
    check_every_allocation(arena_work);
}

/* FIPS 180-2, appendix B.1. */
TEST(sha256) {
    char hex[65];
    spk__sha256_hex("abc", 3, hex);
    CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* numpy.quantile, whose default is the same. */
TEST(quantiles_are_linear_between_values) {
    double x[] = {10, 2, 4, 1, 3};
    spk__sort(x, 5);
    CHECK(x[0] == 1 && x[1] == 2 && x[2] == 3 && x[3] == 4 && x[4] == 10);
    CHECK_NEAR(spk__sorted_quantile(x, 5, 0.3), 2.2, 1e-15);
    CHECK_NEAR(spk__sorted_quantile(x, 5, 0.975), 9.4, 1e-14);
    CHECK(spk__sorted_quantile(x, 5, 0) == 1 && spk__sorted_quantile(x, 5, 1) == 10);
    CHECK(spk__sorted_quantile(x, 1, 0.4) == 1);
    CHECK(spk__sorted_median(x, 5) == 3 && spk__sorted_median(x, 4) == 2.5);
    spk__sort(NULL, 0);
}

int main(void) {
    RUN(diagnostic_points_with_a_caret);
    RUN(diagnostics_are_bounded);
    RUN(exit_codes);
    RUN(numbers_read_and_print);
    RUN(nearest_name);
    RUN(philox_known_answers);
    RUN(streams_are_reproducible_and_distinct);
    RUN(thread_loop);
    RUN(writing_through_links_and_to_devices);
    RUN(failing_allocations);
    RUN(sha256);
    RUN(quantiles_are_linear_between_values);
    return test_end();
}
