/* Blocks of time: where they are cut, and what they look like one after the other. */
#include "problem/resample.h"
#include "test.h"

/* Two repeats, 1 s: twenty spikes around each hundred, silence around each fifty: worked out by hand. */
static double first[200], second[200];

static spk_train train(double *t, double offset) {
    size_t n = 0;
    for (int b = 0; b < 10; b++)
        for (int k = 0; k < 20; k++)
            t[n++] = 100 * b + 10 + offset + 4 * k;
    return (spk_train){t, n, 0, 1000};
}

TEST(blocks_end_in_silence) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__cuts c;
    /* Bursts last from 10 to 87 ms of each hundred: silent from 87 to 110, of which 12 ms to either side of a
     * hundred are nearby: all of it. */
    spk_train t[] = {train(first, 0), train(second, 1)};
    CHECK(spk__cuts_new(ctx, t, 2, 0.5, &c) == SPK_OK);
    REQUIRE(c.n == 10);
    CHECK(c.edge[0] == 0 && c.edge[10] == 2000);
    for (size_t i = 1; i < 10; i++) /* (87 + 110) / 2 = 98.5 */
        CHECK(c.edge[i] == 200 * i - 3);
    spk__cuts_free(ctx, &c);
    t[0].stop_ms = t[1].stop_ms = 120;
    CHECK(spk__cuts_new(ctx, t, 2, 0.5, &c) == SPK_OK && c.n == 0);
    spk__cuts_free(ctx, &c);
    spk_ctx_free(ctx);
}

TEST(drawn_blocks_stand_one_after_the_other) {
    size_t edge[] = {0, 4, 10, 16}, block[] = {2, 0, 2};
    spk__cuts c = {.n = 3, .edge = edge, .start_ms = 100, .step_ms = 0.5};
    /* Blocks [100, 102), [102, 105), [105, 108]. */
    double t[] = {99, 100, 101.5, 102, 105, 106.25, 108, 109}, out[8], value[16];
    size_t begins[4];
    const spk_train from = {t, 8, 0, 200};
    spk__cuts_find(&c, &from, begins);
    CHECK(begins[0] == 1 && begins[1] == 3 && begins[2] == 4 && begins[3] == 7);
    REQUIRE(spk__cuts_count(begins, block, 3) == 8);
    const spk_train got = spk__cuts_train(&c, &from, begins, block, 3, out);
    /* Three ms of the last, two of the first, three of the last again. */
    const double want[] = {100, 101.25, 103, 103, 104.5, 105, 106.25, 108};
    CHECK(got.n == 8 && got.start_ms == 100 && got.stop_ms == 108);
    for (size_t i = 0; i < 8; i++)
        CHECK(got.t_ms[i] == want[i]);

    /* A trace of its own time in ms, a sample a quarter ms, that ends before the last block does. */
    double sample[25];
    for (int i = 0; i < 25; i++)
        sample[i] = 100 + 0.25 * i;
    const spk_trace v = {sample, 25, 100, 0.25};
    REQUIRE(spk__cuts_samples(&c, block, 3) == 16);
    const spk_trace w = spk__cuts_trace(&c, &v, block, 3, value);
    CHECK(w.n == 16 && w.start_ms == 100 && w.dt_ms == 0.5);
    const double times[] = {105, 105.5, 106, 106, NAN, NAN, 100, 100.5,
                            101, 101.5, 105, 105.5, 106, 106, NAN, NAN};
    for (size_t i = 0; i < 16; i++) /* the last sample stands for a step behind it */
        CHECK_NEAR(w.value[i], times[i], 0);
}

int main(void) {
    RUN(blocks_end_in_silence);
    RUN(drawn_blocks_stand_one_after_the_other);
    return test_end();
}
