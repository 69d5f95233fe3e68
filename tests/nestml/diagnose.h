/* All diagnostics of a model's text: the whole text is the contract. */
#ifndef SPK_TESTS_NESTML_DIAGNOSE_H
#define SPK_TESTS_NESTML_DIAGNOSE_H

#include "test.h"

#include "nestml/model.h"

/* All diagnostics of a model's text, as a terminal shows them. */
static inline const char *diagnose(const char *text) {
    static char out[16384];
    size_t at = 0;
    spk_ctx *ctx = spk_ctx_new(NULL);
    spk__nestml *n = NULL;
    spk_status st = spk__nestml_compile(ctx, "m", text, strlen(text), &n);
    out[0] = '\0';
    for (size_t i = 0; i < spk_ctx_diag_count(ctx) && at < sizeof out; i++)
        at += spk_diag_format(spk_ctx_diag(ctx, i), false, out + at, sizeof out - at);
    CHECK((st == SPK_OK) == (n != NULL));
    CHECK((st == SPK_ERR_INPUT) == (strstr(out, "error: ") != NULL));
    spk__nestml_free(n);
    spk_ctx_free(ctx);
    return out;
}

#endif
