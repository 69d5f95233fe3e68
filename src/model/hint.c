/* The bracket behind a parameter: how a fit treats it. */
#include "base/base.h"

#include <spikefit/hint.h>
#include <spikefit/unit.h>

#include <stdio.h>

typedef struct {
    const char *at, *end; /* what is left between the brackets */
} reader;

static void skip_blanks(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
        r->at++;
}

static bool take(reader *r, const char *word) {
    skip_blanks(r);
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || strncmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

static bool take_number(reader *r, double *out) {
    skip_blanks(r);
    /* "20 .. 30" and "20..30": the dots are no part of the number. */
    const char *limit = r->at;
    while (limit < r->end && !(limit[0] == '.' && limit + 1 < r->end && limit[1] == '.'))
        limit++;
    return spk__parse_double(r->at, limit, &r->at, out);
}

/* The rest is [UNIT] ["log"]. */
static void take_unit_and_scale(reader *r, spk_hint *h) {
    skip_blanks(r);
    const char *end = r->end;
    while (end > r->at && end[-1] == ' ')
        end--;
    if (end - r->at >= 3 && strncmp(end - 3, "log", 3) == 0 && (end - 3 == r->at || end[-4] == ' ')) {
        h->log = true;
        end -= 3;
    }
    while (end > r->at && end[-1] == ' ')
        end--;
    snprintf(h->unit, sizeof h->unit, "%.*s", (int)(end - r->at), r->at);
}

static spk_status fail(spk_ctx *ctx, const spk_quantity *p, const char *problem) {
    return spk__fail(ctx, SPK_ERR_INPUT, NULL, "write [fit LOW .. HIGH UNIT log]; UNIT and log may be absent",
                     "%s: in the comment '%s', %s", p->name, p->doc, problem);
}

static spk_status check(spk_ctx *ctx, const spk_quantity *p, spk_hint *h) {
    spk_unit have, want;
    bool plain = !p->unit || !*p->unit;
    spk_status st = spk_unit_parse(ctx, *h->unit ? h->unit : "1", NULL, &have);
    if (!st)
        st = spk_unit_parse(ctx, plain ? "1" : p->unit, NULL, &want);
    if (st)
        return st;
    if (!spk_unit_same_dimension(have, want))
        return fail(ctx, p, "the bounds have another dimension than the parameter");
    if (!(h->low < h->high))
        return fail(ctx, p, "the bounds are no interval");
    if (h->log && !(h->low > 0))
        return fail(ctx, p, "a logarithmic scale needs a lower bound above 0");
    h->scale = have.scale;
    return SPK_OK;
}

spk_status spk_hint_parse(spk_ctx *ctx, const spk_quantity *parameter, spk_hint *out) {
    const char *doc = parameter->doc ? parameter->doc : "";
    spk_hint h = {.kind = SPK_HINT_NONE, .scale = 1, .doc_length = strlen(doc)};
    const char *open = strrchr(doc, '[');
    if (open && strncmp(open, "[fit", 4) == 0)
        h.kind = SPK_HINT_FIT;
    else if (open && strncmp(open, "[range", 6) == 0)
        h.kind = SPK_HINT_RANGE;
    if (h.kind == SPK_HINT_NONE) {
        *out = h;
        return SPK_OK;
    }
    const char *close = strchr(open, ']');
    if (!close)
        return fail(ctx, parameter, "the bracket is not closed");
    reader r = {open + (h.kind == SPK_HINT_FIT ? 4 : 6), close};
    if (!take_number(&r, &h.low) || !take(&r, "..") || !take_number(&r, &h.high))
        return fail(ctx, parameter, "the bracket does not hold two numbers with .. between them");
    take_unit_and_scale(&r, &h);
    spk_status st = check(ctx, parameter, &h);
    if (st)
        return st;
    while (open > doc && open[-1] == ' ')
        open--;
    h.doc_length = (size_t)(open - doc);
    *out = h;
    return SPK_OK;
}
