/* What the comments behind parameters suggest for a fit. */
#include "test.h"

#include <spikefit/hint.h>

static spk_status parse(spk_ctx *ctx, const char *unit, const char *doc, spk_hint *h) {
    spk_quantity p = {.name = "C_m", .unit = unit, .doc = doc};
    return spk_hint_parse(ctx, &p, h);
}

TEST(brackets_are_read) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk_hint h;
    CHECK(parse(ctx, "pF", "capacitance [fit 20 .. 1000 pF log]", &h) == SPK_OK);
    CHECK(h.kind == SPK_HINT_FIT && h.low == 20 && h.high == 1000 && h.log);
    CHECK_STR(h.unit, "pF");
    CHECK(h.scale == 1 && h.doc_length == strlen("capacitance"));
    CHECK(parse(ctx, "pF", "[range 0.02..1 nF]", &h) == SPK_OK);
    CHECK(h.kind == SPK_HINT_RANGE && h.low == 0.02 && h.high == 1 && !h.log);
    CHECK(h.scale == 1000 && h.doc_length == 0);
    CHECK(parse(ctx, "1/ms", "rate, in 1/ms [fit -1e-3 .. +.5 1/ms ]", &h) == SPK_OK);
    CHECK(h.low == -1e-3 && h.high == 0.5);
    CHECK_STR(h.unit, "1/ms");
    CHECK(parse(ctx, "", "[fit 1 .. 2 log]", &h) == SPK_OK);
    CHECK(h.log && h.unit[0] == '\0');
    spk_ctx_free(ctx);
}

TEST(other_comments_suggest_nothing) {
    spk_ctx *ctx = spk_ctx_new(NULL);
    const char *const doc[] = {NULL, "", "capacitance", "capacitance [1]", "see [3] and [4]"};
    for (size_t i = 0; i < sizeof doc / sizeof doc[0]; i++) {
        spk_hint h;
        CHECK(parse(ctx, "pF", doc[i], &h) == SPK_OK);
        CHECK(h.kind == SPK_HINT_NONE && h.doc_length == (doc[i] ? strlen(doc[i]) : 0));
    }
    CHECK(spk_ctx_diag_count(ctx) == 0);
    spk_ctx_free(ctx);
}

TEST(mistakes_are_told) {
    static const struct {
        const char *doc, *part;
    } bad[] = {{"x [fit 20 .. 1000 pF", "not closed"},      {"x [fit 20 1000 pF]", "two numbers"},
               {"x [fit .. 1000 pF]", "two numbers"},       {"x [fit]", "two numbers"},
               {"x [fit 20 .. 1000 mV]", "dimension"},      {"x [fit 20 .. 1000]", "dimension"},
               {"x [fit 20 .. 20 pF]", "no interval"},      {"x [fit 30 .. 20 pF]", "no interval"},
               {"x [fit 0 .. 20 pF log]", "above 0"},       {"x [range 20 .. 1000 pF lin]", "belong to a unit"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        spk_ctx *ctx = spk_ctx_new(NULL);
        spk_hint h;
        CHECK(parse(ctx, "pF", bad[i].doc, &h) == SPK_ERR_INPUT);
        CHECK(spk_ctx_diag_count(ctx) == 1 && strstr(spk_ctx_diag(ctx, 0)->message, bad[i].part));
        spk_ctx_free(ctx);
    }
}

static spk_status parse_one(spk_ctx *ctx) {
    spk_hint h;
    return parse(ctx, "nS/mV", "slope [fit 1 .. 2 nS/mV log]", &h);
}

TEST(every_allocation_may_fail) { check_every_allocation(parse_one); }

int main(void) {
    RUN(brackets_are_read);
    RUN(other_comments_suggest_nothing);
    RUN(mistakes_are_told);
    RUN(every_allocation_may_fail);
    return test_end();
}
