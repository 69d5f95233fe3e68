/* What is no plug-in for passing messages is refused, in words. The messages themselves: tests/cli/test_mpi.py. */
#include "test.h"
#include <spikefit/ranks.h>

static void refuses(const char *const *paths, size_t n, spk_status want, const char *words) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_ranks *r = NULL;
    CHECK(spk_ranks_open(ctx, paths, n, &r) == want && !r);
    CHECK(strstr(last_message(ctx), words) != NULL);
    if (!strstr(last_message(ctx), words))
        CHECK_STR(last_message(ctx), words);
    spk_ctx_free(ctx);
}

TEST(no_plug_in) {
    const char *const paths[] = {"/nonexistent/a.so", "/nonexistent/b.so"};
    refuses(paths, 2, SPK_ERR_USAGE, "this build of spikefit has no MPI");
    refuses(NULL, 0, SPK_ERR_USAGE, "this build of spikefit has no MPI");
}

TEST(a_file_that_is_no_library) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/spk_plugin_%ld.so", (long)getpid());
    FILE *f = fopen(path, "w");
    REQUIRE(f != NULL);
    fputs("no library\n", f);
    fclose(f);
    const char *const paths[] = {"/nonexistent/a.so", path};
    refuses(paths, 2, SPK_ERR_FAILED, "cannot load");
    unlink(path);
}

/* A library of another kind lacks the symbol; one of another version would have another number in it. */
TEST(a_library_that_is_no_plug_in) {
    const char *const paths[] = {SPK_TEST_LIBRARY};
    refuses(paths, 1, SPK_ERR_FAILED, "this plug-in is of another version of spikefit");
}

TEST(a_plug_in_of_another_version) {
    const char *const paths[] = {SPK_TEST_PLUGIN};
    refuses(paths, 1, SPK_ERR_FAILED, "this plug-in is of another version of spikefit");
}

int main(void) {
    RUN(no_plug_in);
    RUN(a_file_that_is_no_library);
    RUN(a_library_that_is_no_plug_in);
    RUN(a_plug_in_of_another_version);
    return test_end();
}
