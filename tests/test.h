/* The test harness: cases that print TAP lines, and a context whose allocations can be failed.
 *
 *     TEST(mean_of_two) { CHECK(mean(1, 3) == 2); CHECK_NEAR(x, 1.5, 1e-12); }
 *     int main(void) { RUN(mean_of_two); return test_end(); }
 */
#ifndef SPK_TESTS_TEST_H
#define SPK_TESTS_TEST_H

#include "base/base.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int test__cases, test__failed_cases, test__bad;

#define TEST(name) static void name(void)
#define RUN(name)                                                                                  \
    do {                                                                                           \
        test__bad = 0;                                                                             \
        name();                                                                                    \
        test__cases++;                                                                             \
        test__failed_cases += test__bad != 0;                                                      \
        printf("%s %d - %s\n", test__bad ? "not ok" : "ok", test__cases, #name);                   \
        fflush(stdout);                                                                            \
    } while (0)

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# %s:%d: CHECK(%s) failed\n", __FILE__, __LINE__, #condition);                 \
            test__bad++;                                                                           \
        }                                                                                          \
    } while (0)

/* |got - want| <= tolerance; NaN equals NaN only. */
#define CHECK_NEAR(got, want, tolerance)                                                           \
    do {                                                                                           \
        double test__g = (got), test__w = (want);                                                  \
        if (!(fabs(test__g - test__w) <= (tolerance)) && !(isnan(test__g) && isnan(test__w)) &&    \
            !(test__g == test__w)) {                                                               \
            printf("# %s:%d: %s = %.17g, not %.17g (tolerance %g)\n", __FILE__, __LINE__, #got,    \
                   test__g, test__w, (double)(tolerance));                                         \
            test__bad++;                                                                           \
        }                                                                                          \
    } while (0)

#define CHECK_STR(got, want)                                                                       \
    do {                                                                                           \
        const char *test__g = (got), *test__w = (want);                                            \
        if (!test__g || strcmp(test__g, test__w) != 0) {                                           \
            printf("# %s:%d: %s is\n#   %s\n# not\n#   %s\n", __FILE__, __LINE__, #got,            \
                   test__g ? test__g : "(null)", test__w);                                         \
            test__bad++;                                                                           \
        }                                                                                          \
    } while (0)

/* For a check inside a helper that cannot go on. The condition is evaluated once. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        bool test__ok = (condition);                                                               \
        if (!test__ok) {                                                                           \
            printf("# %s:%d: REQUIRE(%s) failed\n", __FILE__, __LINE__, #condition);               \
            test__bad++;                                                                           \
            return;                                                                                \
        }                                                                                          \
    } while (0)

static inline int test_end(void) {
    printf("1..%d\n", test__cases);
    return test__failed_cases != 0;
}

/* The message of the last diagnostic, or "" if there is none. */
static inline const char *last_message(spk_ctx *ctx) {
    size_t n = spk_ctx_diag_count(ctx);
    return n ? spk_ctx_diag(ctx, n - 1)->message : "";
}

static inline void print_diags(spk_ctx *ctx) {
    char text[4096];
    for (size_t i = 0; i < spk_ctx_diag_count(ctx); i++) {
        spk_diag_format(spk_ctx_diag(ctx, i), false, text, sizeof text);
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            printf("# %s\n", line);
    }
}

/* Path of a file below the shared recordings; returns NULL (and says so) where they are absent. */
static inline const char *data_path(const char *name) {
    static char path[4096];
    const char *root = getenv("SPK_DATA");
    snprintf(path, sizeof path, "%s/%s", root ? root : "../shared/data", name);
    if (access(path, R_OK) == 0)
        return path;
    printf("# skipped: no recording %s\n", path);
    return NULL;
}

/* ---- failing allocations ---- */

typedef struct {
    long count, fail_at; /* fail allocation number fail_at (from 0); negative: none */
    long live;
} test_memory;

static inline void *test__realloc(void *user, void *ptr, size_t size) {
    test_memory *m = user;
    if (m->count++ == m->fail_at)
        return NULL;
    void *p = realloc(ptr, size);
    if (!ptr && p)
        m->live++;
    return p;
}

static inline void test__free(void *user, void *ptr) {
    test_memory *m = user;
    m->live -= ptr != NULL;
    free(ptr);
}

/* Runs work(ctx) with the first, second, ... allocation failing until it succeeds. Each failing run
 * must return ERR_MEMORY and leave no memory behind. Single-threaded work only. */
static inline void check_every_allocation(spk_status (*work)(spk_ctx *ctx)) {
    for (long n = 0; n < 1000000; n++) {
        test_memory m = {.fail_at = n};
        spk_allocator a = {test__realloc, test__free, &m};
        spk_ctx *ctx = spk_ctx_new(&a);
        if (!ctx)
            continue;
        spk_status st = work(ctx);
        spk_ctx_free(ctx);
        if (m.live != 0) {
            printf("# allocation %ld failing: %ld blocks leaked\n", n, m.live);
            test__bad++;
            return;
        }
        if (st == SPK_OK && m.count <= n)
            return;
        if (st != SPK_ERR_MEMORY && st != SPK_OK) {
            printf("# allocation %ld failing: status %s\n", n, spk_status_name(st));
            test__bad++;
            return;
        }
    }
}

#endif
